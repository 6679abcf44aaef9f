//! Folders of files, and what their names say.

use std::fs;

use crate::support::{RECIPE, Workshop, bundle, failed, succeeded};

/// Writes the rows of each subject to a file of its own, without the id, and returns how many.
fn file_per_subject(workshop: &Workshop, name: impl Fn(usize, &str) -> String) -> usize {
    let data = workshop.read("data.csv");
    let header = data.lines().next().unwrap().split_once(',').unwrap().1;
    for subject in 0..40 {
        let id = format!("s{subject:02}");
        let rows = data.lines().filter_map(|row| row.strip_prefix(&format!("{id},")));
        let text: String = std::iter::once(header).chain(rows).map(|row| format!("{row}\n")).collect();
        let label = if subject % 4 == 0 { "swing" } else { "still" };
        let path = workshop.path(&name(subject, label));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    40
}

fn fit(workshop: &Workshop, more: &[&str]) -> std::process::Output {
    let arguments = ["fit", "recipe.toml", "--data", "recordings", "--out", "run", "--epochs", "1"];
    workshop.trainer(&[&arguments, more].concat())
}

#[test]
fn a_folder_of_files_is_read_and_their_names_are_the_ids() {
    let workshop = Workshop::new();
    file_per_subject(&workshop, |subject, _| format!("recordings/deep/s{subject:02}.csv"));
    workshop.write("recordings/README.md", "no table");
    workshop.write("recordings/deep/.hidden.csv", "no table");
    let output = fit(&workshop, &["--labels", "labels.csv"]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains(
            "left out 1 of its files, which are no tables by their names, first \"recordings/README.md\""
        ),
        "{said}"
    );
    let predict = |data: &[&str]| {
        succeeded(&workshop.trainer(&[&["predict", "run/model.bpk", "--data"], data].concat()))
    };
    let all = predict(&["recordings"]);
    assert_eq!(all.lines().nth(1).unwrap().split(',').next(), Some("s00"));
    assert_eq!(all.lines().count(), 41);
    assert_eq!(predict(&["recordings/*/s0?.csv"]).lines().count(), 11);
    let two = predict(&["recordings/deep/s30.csv", "recordings/deep/s07.csv"]);
    let ids: Vec<&str> = two.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(ids, ["s30", "s07"]);
    let error = failed(&workshop.trainer(&["predict", "run/model.bpk", "--data", "nowhere"]));
    assert!(error.contains("nowhere: there is no such file or folder"), "{error}");
    let error = failed(&workshop.trainer(&["predict", "run/model.bpk", "--data", "recordings/*.xyz"]));
    assert!(error.contains("no file has such a name"), "{error}");
    // The card has one digest of all files, in their order.
    let digest = &bundle(&workshop.path("run/model.bpk")).manifest.card.data["data_sha256"];
    assert_eq!(digest.len(), 64);
}

#[test]
fn a_file_of_labels_in_the_folder_is_none_of_the_recordings() {
    let workshop = Workshop::new();
    file_per_subject(&workshop, |subject, _| format!("recordings/s{subject:02}.csv"));
    workshop.write("recordings/train_labels.csv", &workshop.read("labels.csv"));
    let output = fit(&workshop, &[]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the labels are those of recordings/train_labels.csv"), "{said}");
    let all = succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--data", "recordings"]));
    assert_eq!(all.lines().count(), 41);
    succeeded(&workshop.trainer(&["evaluate", "run/model.bpk", "--data", "recordings"]));
    succeeded(&workshop.trainer(&["profile", "recordings"]));
}

#[test]
fn labels_in_the_names_of_folders_or_before_a_point_are_found() {
    for name in ["recordings/{label}/{id}.csv", "recordings/{label}.{id}.csv"] {
        let workshop = Workshop::new();
        file_per_subject(&workshop, |subject, label| {
            name.replace("{label}", label).replace("{id}", &format!("{subject:02}"))
        });
        let output = fit(&workshop, &[]);
        succeeded(&output);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("with the labels \"still\", \"swing\""), "{said}");
        assert_eq!(bundle(&workshop.path("run/model.bpk")).manifest.classes, ["still", "swing"]);
        succeeded(&workshop.trainer(&["evaluate", "run/model.bpk", "--data", "recordings"]));
        let said = succeeded(&workshop.trainer(&["profile", "recordings"]));
        assert!(said.contains("swing"), "{said}");
    }
}

#[test]
fn a_pattern_says_label_and_person() {
    let workshop = Workshop::new();
    let files = "[data]\nfiles = \"S{subject}_E{label}_{side}.csv\"";
    workshop.write("recipe.toml", &RECIPE.replace("[data]", files));
    // Ten persons, each with four recordings.
    file_per_subject(&workshop, |subject, label| {
        let side = ["left", "right", "up", "down"][subject / 10];
        format!("recordings/S{}_E{}_{side}.csv", subject % 10, usize::from(label == "swing"))
    });
    let output = fit(&workshop, &[]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("`validation.group = \"subject\"` keeps them together"), "{said}");
    let ids = succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--data", "recordings"]));
    assert!(ids.contains("\n0/1/left,"), "{ids}");

    workshop.edit("recipe.toml", "[validation]", "[validation]\ngroup = \"subject\"");
    fs::remove_dir_all(workshop.path("run")).unwrap();
    succeeded(&fit(&workshop, &[]));
    let held_out = workshop.read("run/predictions.csv");
    let persons: std::collections::BTreeSet<&str> =
        held_out.lines().skip(1).map(|row| row.split('/').next().unwrap()).collect();
    // A fraction of 0.25 of ten persons, each with all of their recordings.
    assert_eq!(held_out.lines().count() - 1, 4 * persons.len(), "{held_out}");

    workshop.write("recordings/notes.csv", "x\n1\n");
    fs::remove_dir_all(workshop.path("run")).unwrap();
    let output = fit(&workshop, &[]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("left out 1 of 41 files, which are not named like"), "{said}");
    workshop.edit("recipe.toml", "S{subject}_E{label}_{side}.csv", "{subject}-{label}.csv");
    let line = 1 + workshop.read("recipe.toml").lines().position(|line| line.starts_with("files")).unwrap();
    fs::remove_dir_all(workshop.path("run")).unwrap();
    let error = failed(&fit(&workshop, &[]));
    assert!(error.contains(&format!("recipe.toml:{line}: `data.files` is")), "{error}");
    workshop.edit("recipe.toml", "{subject}-{label}.csv", "{subject}{label}.csv");
    let error = failed(&fit(&workshop, &[]));
    assert!(error.contains("nothing between {subject} and what follows"), "{error}");
}

#[test]
fn without_any_labels_the_ways_to_give_them_are_named() {
    let workshop = Workshop::new();
    let error = failed(&workshop.trainer(&["fit", "recipe.toml", "--data", "data.csv", "--out", "run"]));
    for way in ["--labels", "a column `label` in the data", "{label}/{id}.csv"] {
        assert!(error.contains(way), "{error}");
    }
}
