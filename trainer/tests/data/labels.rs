//! Labels: spellings, words for none, columns by other names, and columns of the data.

use crate::support::{RECIPE, Workshop, failed, succeeded};

/// The data with the label of each subject in every row, in a column of this name.
fn with_label_column(workshop: &Workshop, name: &str) -> String {
    let labels = workshop.read("labels.csv");
    let label =
        |id: &str| labels.lines().find_map(|line| line.strip_prefix(&format!("{id},"))).unwrap().to_owned();
    let data = workshop.read("data.csv");
    let rows = data.lines().enumerate().map(|(index, row)| match index {
        0 => format!("{row},{name}\n"),
        _ => format!("{row},{}\n", label(row.split(',').next().unwrap())),
    });
    rows.collect()
}

#[test]
fn a_label_column_of_the_data_is_enough_and_never_a_channel() {
    let workshop = Workshop::new();
    workshop.write("labelled.csv", &with_label_column(&workshop, "label"));
    let bundle = {
        succeeded(&workshop.trainer(&[
            "fit",
            "recipe.toml",
            "--data",
            "labelled.csv",
            "--out",
            "run",
            "--epochs",
            "1",
        ]));
        crate::support::bundle(&workshop.path("run/model.bpk"))
    };
    assert!(!bundle.manifest.schema.channels.contains(&"label".to_owned()));
    assert_eq!(bundle.manifest.classes, ["still", "swing"]);
    // The rows as a file of labels, and no file of labels at all.
    let twice = ["--data", "labelled.csv", "--labels", "labelled.csv"];
    let scores = succeeded(&workshop.trainer(&[&["evaluate", "run/model.bpk"], &twice[..]].concat()));
    assert_eq!(
        succeeded(&workshop.trainer(&["evaluate", "run/model.bpk", "--data", "labelled.csv"])),
        scores
    );
    assert_eq!(
        succeeded(&workshop.trainer(&[
            "evaluate",
            "run/model.bpk",
            "--data",
            "data.csv",
            "--labels",
            "labels.csv"
        ])),
        scores
    );
}

#[test]
fn a_recording_whose_label_changes_is_refused_with_both_lines() {
    let workshop = Workshop::new();
    let data = with_label_column(&workshop, "label");
    // The last row of the third subject.
    let rows: Vec<String> = data
        .lines()
        .enumerate()
        .map(|(index, row)| if index == 72 { row.replace(",still", ",swing") } else { row.to_owned() })
        .collect();
    workshop.write("labelled.csv", &(rows.join("\n") + "\n"));
    let fit = ["fit", "recipe.toml", "--data", "labelled.csv", "--out", "run", "--epochs", "1"];
    let error = failed(&workshop.trainer(&fit));
    assert!(
        error.contains(
            "subject \"s02\": line 73, column \"label\": found \"swing\", and on line 50 \"still\""
        ),
        "{error}"
    );
    assert!(error.contains("--skip-refused"), "{error}");
    succeeded(&workshop.trainer(&[&fit[..], &["--skip-refused"]].concat()));
    let refused = workshop.read("run/refused.csv");
    assert!(refused.contains("s02,CHANGING_WORD,labelled.csv,73,label,"), "{refused}");
}

#[test]
fn spellings_of_a_class_are_refused_unless_the_recipe_lists_the_classes() {
    let workshop = Workshop::new();
    workshop.edit("labels.csv", "s05,still", "s05,Still");
    workshop.edit("labels.csv", "s06,still", "s06,STILL ");
    let error = workshop.refusal();
    let expected = "\"STILL\" (1 of the labels, first in labels.csv:8), \"Still\" (1 of the labels, first in labels.csv:7), \
                    \"still\" (28 of the labels, first in labels.csv:3)";
    assert!(error.contains(expected), "{error}");
    workshop.edit("recipe.toml", "label = \"label\"", "label = \"label\"\nclasses = [\"swing\", \"still\"]");
    let output = workshop.fit("run", &["--epochs", "1"]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("\"Still\" (1 of the labels, first in labels.csv:7) is taken for the class \"still\""),
        "{said}"
    );
}

#[test]
fn words_for_missing_are_no_class() {
    let workshop = Workshop::new();
    workshop.edit("labels.csv", "s05,still", "s05,NA");
    workshop.edit("labels.csv", "s07,still", "s07,n/a");
    workshop.edit("labels.csv", "s09,still", "s09,");
    let output = workshop.fit("run", &["--epochs", "1"]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains(
            "3 subjects are left out: the label says that there is none, first \"NA\" in labels.csv:7"
        ),
        "{said}"
    );
    assert_eq!(crate::support::bundle(&workshop.path("run/model.bpk")).manifest.classes, ["still", "swing"]);
    // What may be a class is asked for.
    workshop.edit("labels.csv", "s05,NA", "s05,none");
    let error = workshop.refusal();
    assert!(error.contains("labels.csv:7: \"none\" (1 of the labels) may be a class"), "{error}");
    workshop.edit("recipe.toml", "label = \"label\"", "label = \"label\"\nclasses = [\"swing\", \"still\"]");
    succeeded(&workshop.fit("again", &["--epochs", "1"]));
}

#[test]
fn the_name_of_the_label_column_comes_from_the_bundle() {
    let workshop = Workshop::new();
    workshop.write("recipe.toml", &RECIPE.replace("label = \"label\"", "label = \"activity\""));
    workshop.edit("labels.csv", "subject,label", "subject,activity");
    workshop.fit_well("run", &["--epochs", "1"]);
    let files = ["--data", "data.csv", "--labels", "labels.csv"];
    succeeded(&workshop.trainer(&[&["evaluate", "run/model.bpk"], &files[..]].concat()));
}

#[test]
fn ids_of_a_spreadsheet_meet_those_of_the_data() {
    let workshop = Workshop::new();
    workshop.write("data.csv", &workshop.read("data.csv").replace("\ns", "\n0"));
    let bare =
        |line: &str| line.strip_prefix("s0").or(line.strip_prefix('s')).unwrap_or(line).to_owned() + "\n";
    workshop.write(
        "labels.csv",
        &workshop
            .read("labels.csv")
            .lines()
            .map(|line| if line.starts_with("subject") { format!("{line}\n") } else { bare(line) })
            .collect::<String>(),
    );
    let output = workshop.fit("run", &["--epochs", "1"]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("40 ids of labels.csv meet other spellings of them"), "{said}");
    // Two ids that a label may be meant for.
    workshop.write("data.csv", &(workshop.read("data.csv") + "1,0,1,1,1,low,x\n1,1,1,1,1,low,x\n"));
    let error = workshop.refusal();
    assert!(error.contains("there is no label for"), "{error}");
}

#[test]
fn a_row_of_labels_without_an_id_is_left_out_with_its_line() {
    let workshop = Workshop::new();
    workshop.edit("labels.csv", "s07,still", "s07,still\n,swing");
    let fit = workshop.fit("run", &["--epochs", "1"]);
    succeeded(&fit);
    let said = String::from_utf8_lossy(&fit.stderr);
    let expected =
        "put right: labels.csv: 1 row was left out for want of an id, the first on line 10: \"swing\"";
    assert!(said.contains(expected), "{said}");
    assert!(workshop.read("run/repairs.csv").contains("NO_ID,1,labels.csv,10,"));
    let error = failed(&workshop.fit("strict", &["--strict"]));
    assert!(error.contains("labels.csv: line 10") && error.contains("want of an id"), "{error}");
}

#[test]
fn labels_by_other_names_are_read_as_in_the_package() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    let evaluate = ["evaluate", "run/model.bpk", "--data", "data.csv", "--labels", "labels.csv"];
    let expected = succeeded(&workshop.trainer(&evaluate));
    // The only other column must have words of known classes, so that it is no other.
    for header in ["patient,class", "subject,feeling"] {
        let labels = workshop.read("labels.csv");
        workshop.write("labels.csv", &labels.replacen(labels.lines().next().unwrap(), header, 1));
        assert_eq!(succeeded(&workshop.trainer(&evaluate)), expected, "{header}");
    }
}

#[test]
fn labels_of_subjects_are_those_of_all_their_trials() {
    let workshop = Workshop::new();
    let data = workshop.read("data.csv");
    let rows = data.lines().enumerate().map(|(index, row)| match index {
        0 => format!("{row},trial\n"),
        _ => format!("{row},{}\n", (index - 1) / 12 % 2),
    });
    workshop.write("data.csv", &rows.collect::<String>());
    workshop.write(
        "recipe.toml",
        &RECIPE
            .replace("id = \"subject\"", "id = [\"subject\", \"trial\"]")
            .replace("steps = 24", "steps = 12"),
    );
    workshop.fit_well("run", &["--epochs", "1"]);
    let ids = succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--data", "data.csv"]));
    assert!(ids.contains("\ns00/0,") && ids.contains("\ns00/1,"), "{ids}");
    succeeded(&workshop.trainer(&[
        "evaluate",
        "run/model.bpk",
        "--data",
        "data.csv",
        "--labels",
        "labels.csv",
    ]));
    let said = succeeded(&workshop.trainer(&[
        "profile",
        "data.csv",
        "--labels",
        "labels.csv",
        "--recipe",
        "recipe.toml",
    ]));
    assert!(said.contains("id `subject`, `trial`") && said.contains("80 subjects"), "{said}");
}
