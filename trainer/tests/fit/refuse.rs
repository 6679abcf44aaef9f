//! What is refused, with the place and what was expected.

use crate::support::{RECIPE, Workshop, failed};

#[test]
fn a_wrong_recipe_is_refused_with_line_and_expectation() {
    let workshop = Workshop::new();
    let line = 1 + RECIPE.lines().position(|line| line == "stride = 4").unwrap();
    workshop.edit("recipe.toml", "stride = 4", "stride = 0");
    let error = workshop.refusal();
    let expected = format!("recipe.toml:{line}: `window.stride` is 0, expected 1 to 65536");
    assert!(error.contains(&expected), "{error}");

    workshop.edit("recipe.toml", "stride = 0", "strides = 4");
    let error = workshop.refusal();
    assert!(error.contains(&format!("line {line}")), "{error}");
    assert!(error.contains("unknown field `strides`") && error.contains("`stride`"), "{error}");
}

#[test]
fn a_list_of_classes_is_held_against_the_labels() {
    let workshop = Workshop::new();
    let line = 1 + RECIPE.lines().position(|line| line.starts_with("targets =")).unwrap();
    workshop.edit("recipe.toml", "targets = { majority = 0.9 }", "class_weights.list = [1, 2, 3]");
    let error = workshop.refusal();
    let expected = "`training.class_weights.list` is a list of 3, expected 2, one for each class";
    assert!(error.contains(&format!("recipe.toml:{line}: {expected}")), "{error}");
}

#[test]
fn labels_and_data_must_belong_together() {
    let workshop = Workshop::new();
    workshop.edit("labels.csv", "s07,still\n", "");
    let error = workshop.refusal();
    let expected =
        "labels.csv: there is no label for 1 of the subjects in data.csv, the first is `s07`: add a row";
    assert!(error.contains(expected), "{error}");

    workshop.edit("labels.csv", "s08,", "s07,still\nx99,still\ns08,");
    let error = workshop.refusal();
    let expected =
        "labels.csv:10: data.csv has no recording for 1 of the labels, the first is `x99`: take them out";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn labels_that_cannot_be_read_say_where_and_what_to_do() {
    let workshop = Workshop::new();
    let whole = workshop.read("labels.csv");
    let line = 1 + RECIPE.lines().position(|line| line == "label = \"label\"").unwrap();
    for (from, to, expected) in [
        ("s07,still", "s07", "labels.csv: line 9: expected 2 fields as in the header, found 1"),
        (
            "s07,still",
            "s06,swing",
            "labels.csv:9: the label of `s06` is `swing`, and in labels.csv:8 it is `still`: a recording has one",
        ),
        (&whole, "", "labels.csv: the file has no labels"),
        (&whole, "subject,label\n", "labels.csv: the file has no labels"),
        (
            "subject,label",
            "subject,kind",
            &format!(
                "recipe.toml:{line}: `data.label` is `label`, expected a column of labels.csv: `subject`, `kind`"
            ),
        ),
    ] {
        workshop.write("labels.csv", &whole.replacen(from, to, 1));
        let error = workshop.refusal();
        assert!(error.contains(expected), "{error}");
    }
    workshop.write("labels.csv", &whole.replace("swing", "still"));
    let error = workshop.refusal();
    assert!(error.contains("labels.csv: every label is `still`, expected at least 2 classes"), "{error}");
}

#[test]
fn a_class_that_nobody_has_is_refused_where_the_recipe_names_it() {
    let workshop = Workshop::new();
    let classes = "classes = [\"still\", \"swing\", \"fly\"]";
    workshop.edit("recipe.toml", "label = \"label\"", &format!("label = \"label\"\n{classes}"));
    let line = 1 + workshop.read("recipe.toml").lines().position(|line| line == classes).unwrap();
    let error = workshop.refusal();
    assert!(error.contains(&format!("recipe.toml:{line}: no subject is of the class `fly`")), "{error}");

    workshop.edit("labels.csv", "s07,still", "s07,fly");
    let error = workshop.refusal();
    let expected = "too few subjects are of the class `fly`: 1, expected at least 3, one to train, one to choose the epoch and one to judge";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn who_a_subject_is_does_not_reach_the_network() {
    let workshop = Workshop::with_persons();
    let manifest = workshop.fit_well("run", &["--epochs", "1"]).manifest;
    assert_eq!(manifest.schema.channels, ["knee", "elbow"]);
    assert!(manifest.schema.ignored.contains(&"person".to_owned()));

    workshop.edit("recipe.toml", "ignored = [\"note\"]", "channels = [\"knee\", \"person\"]");
    let error = workshop.refusal();
    assert!(
        error.contains("is reading the column `person`, expected columns other than the label"),
        "{error}"
    );
}

#[test]
fn a_subject_without_a_group_is_refused() {
    let workshop = Workshop::with_persons();
    workshop.edit("labels.csv", "s07,still,1", "s07,still, ");
    let error = workshop.refusal();
    assert!(error.contains("labels.csv:9: the column `person` is empty for `s07`"), "{error}");
    assert!(error.contains("give each a value of its own"), "{error}");
}

#[test]
fn an_error_in_the_data_names_file_line_and_column() {
    let workshop = Workshop::new();
    workshop.edit("data.csv", "s00,3,", "s00,3,oops");
    let error = workshop.refusal();
    assert!(error.contains("data.csv") && error.contains("line 5") && error.contains("knee"), "{error}");
}

#[test]
fn a_device_that_is_not_built_names_its_feature() {
    if cfg!(feature = "wgpu") {
        return;
    }
    let error = failed(&Workshop::new().fit("run", &["--device", "wgpu"]));
    assert!(error.contains("--features wgpu"), "{error}");
}

#[test]
fn a_model_that_no_bundle_can_hold_is_refused_before_it_is_trained() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "stride = 4", "stride = 70000");
    let error = workshop.refusal();
    assert!(error.contains("`window.stride` is 70000, expected 1 to 65536"), "{error}");
    assert!(!error.contains("epoch"), "{error}");

    workshop.edit("recipe.toml", "stride = 70000", "stride = 4");
    workshop.edit("recipe.toml", "\"low\", \"high\"", "\"low\", \"low\"");
    let error = workshop.refusal();
    assert!(error.contains("empty or repeated levels for `mood`"), "{error}");
}

#[test]
fn no_epochs_are_refused() {
    let error = failed(&Workshop::new().fit("run", &["--epochs", "0"]));
    assert!(error.contains("--epochs") && error.contains("0 is not in 1.."), "{error}");
}

#[test]
fn folds_that_a_class_cannot_fill_name_the_line_and_the_fix() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 30");
    let error = workshop.refusal();
    let line = RECIPE.lines().position(|line| line == "fraction = 0.25").unwrap() + 1;
    assert!(error.contains(&format!("recipe.toml:{line}: the class `swing`")), "{error}");
    assert!(error.contains("set `folds` to"), "{error}");
}
