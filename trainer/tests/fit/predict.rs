//! What is done with a bundle: predictions, scores, precisions.

use std::fs;

use painwave::engine::Precision;

use crate::support::{Workshop, bundle, failed, succeeded};

#[test]
fn a_recipe_or_a_bundle_may_stand_behind_the_data() {
    let workshop = Workshop::new();
    let data = ["--data", "data.csv"];
    let fit = [
        "fit",
        "--labels",
        "labels.csv",
        "--out",
        "run",
        "--epochs",
        "1",
        "--data",
        "data.csv",
        "recipe.toml",
    ];
    succeeded(&workshop.trainer(&fit));
    fs::copy(workshop.path("run/model.bpk"), workshop.path("model")).unwrap();
    let expected = succeeded(&workshop.trainer(&[&["predict", "run/model.bpk"], &data[..]].concat()));
    for bundle in ["run/model.bpk", "model"] {
        let behind = workshop.trainer(&[&["predict"], &data[..], &[bundle]].concat());
        assert_eq!(succeeded(&behind), expected, "{bundle}");
    }
    let error = failed(&workshop.trainer(&["predict", "--data", "data.csv", "modle.bpk"]));
    assert!(error.contains("cannot read modle.bpk"), "{error}");
}

#[test]
fn predictions_stand_in_the_order_of_the_file_and_sum_to_one() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    let plain = succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--data", "data.csv"]));
    assert_eq!(plain.lines().next(), Some("subject,label"));
    let ids: Vec<&str> = plain.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids, (0..40).map(|i| format!("s{i:02}")).collect::<Vec<_>>());

    let arguments = ["predict", "run/model.bpk", "--data", "data.csv", "--probabilities", "--out", "p.csv"];
    succeeded(&workshop.trainer(&arguments));
    let table = workshop.read("p.csv");
    assert_eq!(table.lines().next(), Some("subject,label,still,swing"));
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [still, swing]: [f32; 2] = [fields[2].parse().unwrap(), fields[3].parse().unwrap()];
        assert!((still + swing - 1.0).abs() < 1e-6, "{line}");
        assert_eq!(fields[1], if swing > still { "swing" } else { "still" }, "{line}");
    }
}

#[test]
fn what_is_odd_is_said_beside_the_predictions_and_a_result_is_replaced_as_a_whole() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    let data = workshop.read("data.csv");
    let rows = |subject: &str, steps: usize| {
        let rows = data.lines().filter(|line| line.starts_with(subject)).take(steps);
        rows.map(|line| format!("{line}\n")).collect::<String>()
    };
    let header = data.lines().next().unwrap();
    let short = rows("s01,", 3).replace("s01", "s\u{1b}[1m");
    workshop.write("new.csv", &format!("{header}\n{}{short}", rows("s00,", 24)));
    // Another name of the same file: what is written in place would change it, too.
    workshop.write("p.csv", "old");
    fs::hard_link(workshop.path("p.csv"), workshop.path("old.csv")).unwrap();

    let predict = ["predict", "run/model.bpk", "--data", "new.csv", "--out", "p.csv"];
    let output = workshop.trainer(&predict);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    let expected = "warning: new.csv: `s[1m`: 3 steps are fewer than a window's 8: the rest is padding";
    assert!(said.contains(expected), "{said}");
    assert_eq!(workshop.read("p.csv").lines().count(), 3);
    assert_eq!(workshop.read("old.csv"), "old");
    let error = failed(&workshop.trainer(&[&predict[..5], &["no/such/p.csv"]].concat()));
    assert!(error.contains("cannot write no/such/p.csv: "), "{error}");
}

#[test]
fn a_bundle_allows_the_precisions_that_were_measured_to_change_nothing() {
    let workshop = Workshop::new();
    let bundle = workshop.fit_well("run", &["--epochs", "5"]);
    let (manifest, checks) = (&bundle.manifest, &bundle.manifest.card.precisions);
    assert_eq!(
        checks.iter().map(|check| check.precision).collect::<Vec<_>>(),
        [Precision::I16, Precision::I8]
    );
    for check in checks {
        assert_eq!(check.subjects, 4);
        assert!(check.greatest_change > 0.0, "{check:?}");
        let harmless = check.flips == 0 && check.greatest_change <= 1e-3;
        assert_eq!(manifest.precisions.contains(&check.precision), harmless, "{check:?}");
    }
    assert!(manifest.precisions.contains(&Precision::I16), "{checks:?}");

    let files = ["--data", "data.csv", "--labels", "labels.csv", "--out", "again.bpk"];
    let shown = succeeded(&workshop.trainer(&[&["precision", "run/model.bpk"], &files[..]].concat()));
    assert!(shown.contains("precision i16: allowed"), "{shown}");
    let again = self::bundle(&workshop.path("again.bpk"));
    assert_eq!(again.weights, bundle.weights);
    assert_eq!((&again.manifest.precisions, &again.manifest.card.precisions), (&manifest.precisions, checks));

    workshop.write("data.csv", &workshop.read("data.csv").replacen("0.", "1.", 1));
    let refused = failed(&workshop.trainer(&[&["precision", "run/model.bpk"], &files[..]].concat()));
    assert!(refused.contains("data.csv is not the file that run/model.bpk was fitted on"), "{refused}");
}

#[test]
fn what_the_recordings_are_is_put_on_the_card_of_a_bundle_and_stands_beside_its_scores() {
    let workshop = Workshop::new();
    let before = workshop.fit_well("run", &["--epochs", "1"]);
    assert_eq!(before.manifest.card.data.get("origin"), None);
    let files = ["--data", "data.csv", "--labels", "labels.csv"];
    let run = |arguments: &[&str]| succeeded(&workshop.trainer(arguments));
    assert!(!run(&["inspect", "run/model.bpk"]).contains("fitted on"));

    run(&[&["precision", "run/model.bpk", "--origin", "puppets on strings"], &files[..]].concat());
    let origin = || bundle(&workshop.path("run/model.bpk")).manifest.card.data["origin"].clone();
    assert_eq!(origin(), "puppets on strings");
    let inspected = run(&["inspect", "run/model.bpk"]);
    assert!(inspected.contains("held-out subjects, fitted on puppets on strings:"), "{inspected}");
    let evaluated = run(&[&["evaluate", "run/model.bpk"], &files[..]].concat());
    let heading = evaluated.lines().next().unwrap_or_default();
    assert!(heading.ends_with(", fitted on puppets on strings"), "{evaluated}");
    // It stays where nothing else is said.
    run(&[&["precision", "run/model.bpk"], &files[..]].concat());
    assert_eq!(origin(), "puppets on strings");
}

#[test]
fn a_file_that_is_shifted_as_a_whole_is_said_to_be() {
    let workshop = Workshop::new();
    let sizes = ["--train-subjects", "60", "--test-subjects", "60", "--seed", "11"];
    succeeded(&workshop.trainer(&[&["synthesize", "--out", "."], &sizes[..]].concat()));
    let embedded = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/cnn-gru.bpk");
    let said = |data: &str| {
        let output = workshop.trainer(&["predict", embedded, "--data", data, "--out", "p.csv"]);
        succeeded(&output);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let shifted = "warning: pirate_pain_test.csv: the file as a whole differs from the training data";
    let of_test = said("pirate_pain_test.csv");
    let sentence =
        of_test.lines().find(|line| line.starts_with(shifted)).unwrap_or_else(|| panic!("{of_test}"));
    assert!(sentence.contains(": joint_01 ") && sentence.contains(" higher"), "{sentence}");
    let of_train = said("pirate_pain_train.csv");
    assert!(!of_train.contains("as a whole differs"), "{of_train}");
}

#[test]
fn predictions_depend_on_the_precision_and_not_on_the_threads() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "5"]);
    let predict = |more: &[&str]| {
        let arguments = ["predict", "run/model.bpk", "--data", "data.csv", "--probabilities"];
        succeeded(&workshop.trainer(&[&arguments, more].concat()))
    };
    let exact = predict(&["--precision", "f32", "--threads", "1"]);
    assert_eq!(predict(&["--precision", "f32", "--threads", "3"]), exact);
    assert_ne!(predict(&["--precision", "i16"]), exact);
    let evaluate = |threads: &str| {
        let files = ["--data", "data.csv", "--labels", "labels.csv", "--threads", threads];
        succeeded(&workshop.trainer(&[&["evaluate", "run/model.bpk"], &files[..]].concat()))
    };
    assert_eq!(evaluate("1"), evaluate("3"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    let data = ["--data", "data.csv"];
    let labels = ["--labels", "labels.csv"];
    for arguments in [
        vec!["inspect", "run/model.bpk"],
        [&["predict", "run/model.bpk"], &data[..]].concat(),
        [&["evaluate", "run/model.bpk"], &data[..], &labels].concat(),
        vec!["synthesize", "--out", "s", "--train-subjects", "0", "--test-subjects", "0"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        succeeded(&workshop.command(&arguments).stdout(writer).output().unwrap());
    }
}
