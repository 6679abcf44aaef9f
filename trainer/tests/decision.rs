//! What is chosen on the held-out subjects: temperature and thresholds.

mod support;

use std::collections::BTreeMap;

use serde_json::Value;
use support::{RECIPE, Workshop, succeeded};

const DECISION: &str = "\n[decision]\ntemperature = true\nthresholds = \"macro_f1\"\n";

/// Trained too little to be right or sure.
fn workshop(decision: &str) -> Workshop {
    let workshop = Workshop::new();
    workshop.write("recipe.toml", &format!("{RECIPE}{decision}"));
    workshop.edit("recipe.toml", "learning_rate = 0.02", "learning_rate = 1e-3");
    workshop
}

fn metrics(workshop: &Workshop, out: &str) -> Value {
    serde_json::from_str(&workshop.read(&format!("{out}/metrics.json"))).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The cells of a CSV's rows by their first one.
fn rows(csv: &str) -> BTreeMap<String, Vec<String>> {
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    csv.lines().skip(1).map(cells).map(|row| (row[0].clone(), row)).collect()
}

#[test]
fn a_temperature_and_thresholds_travel_in_the_bundle_and_decide_for_every_command() {
    let workshop = workshop(DECISION);
    let bundle = workshop.fit_well("run", &["--epochs", "2"]);
    let decision = &bundle.manifest.decision;
    let temperature = decision.temperature.unwrap();
    assert_eq!(decision.thresholds.as_ref().map(Vec::len), Some(2));
    assert!(bundle.manifest.card.data["decision"].contains(&format!("temperature {temperature:.4}")));

    let metrics = metrics(&workshop, "run");
    let (after, before) = (&metrics["validation"], &metrics["decision"]["before"]);
    assert!(number(&after["log_loss"]) < number(&before["log_loss"]), "{metrics}");
    assert!(number(&after["macro_average"]["f1"]) >= number(&before["macro_average"]["f1"]), "{metrics}");
    assert_eq!(number(&metrics["decision"]["temperature"]) as f32, temperature);

    // What the fit says of the held-out subjects is what the classifier says in the same precision.
    let judged = rows(&workshop.read("run/predictions.csv"));
    let predict = ["predict", "run/model.bpk", "--data", "data.csv", "--probabilities"];
    let arguments = [&predict[..], &["--precision", "f32"]].concat();
    let predicted = rows(&succeeded(&workshop.trainer(&arguments)));
    assert_eq!(judged.len(), 11);
    for (id, judged) in judged {
        assert_eq!((&judged[2], &judged[4..]), (&predicted[&id][1], &predicted[&id][2..]), "{id}");
    }
    let shown = succeeded(&workshop.trainer(&["inspect", "run/model.bpk"]));
    assert!(shown.contains("decides by: temperature ") && shown.contains("; thresholds still "), "{shown}");

    let files = ["--data", "data.csv", "--labels", "labels.csv", "--json", "scores.json"];
    let shown = succeeded(&workshop.trainer(&[&["evaluate", "run/model.bpk"], &files[..]].concat()));
    let scores: Value = serde_json::from_str(&workshop.read("scores.json")).unwrap();
    let without = number(&scores["decision"]["before"]["log_loss"]);
    assert_ne!(number(&scores["log_loss"]), without);
    assert!(
        shown.contains("without temperature ") && shown.contains(&format!("log loss {without:.4}")),
        "{shown}"
    );

    // Without them the same weights give the probabilities of before.
    let plain = self::workshop("");
    let without = plain.fit_well("run", &["--epochs", "2"]);
    assert_eq!(without.weights, bundle.weights);
    let validation = &self::metrics(&plain, "run")["validation"];
    assert_eq!(validation, before);
    assert_eq!(self::metrics(&plain, "run").get("decision"), None);
}

#[test]
fn folds_choose_on_all_subjects_out_of_fold() {
    let workshop = workshop(DECISION);
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 2");
    let bundle = workshop.fit_well("run", &["--epochs", "2"]);
    assert!(bundle.manifest.decision.temperature.is_some());
    let before = &metrics(&workshop, "run")["decision"]["before"];
    assert_eq!(before["subjects"], 40);
}

#[test]
fn evaluate_scores_the_probabilities_as_well() {
    let workshop = workshop("");
    workshop.fit_well("run", &["--epochs", "1"]);
    let files = ["--data", "data.csv", "--labels", "labels.csv", "--json", "scores.json"];
    let shown = succeeded(&workshop.trainer(&[&["evaluate", "run/model.bpk"], &files[..]].concat()));
    let scores: Value = serde_json::from_str(&workshop.read("scores.json")).unwrap();

    let arguments = ["predict", "run/model.bpk", "--data", "data.csv", "--probabilities"];
    let predicted = rows(&succeeded(&workshop.trainer(&arguments)));
    let labels = rows(&workshop.read("labels.csv"));
    let losses = predicted.iter().map(|(id, row)| {
        let place = if labels[id][1] == "still" { 2 } else { 3 };
        -row[place].parse::<f64>().unwrap().ln()
    });
    let expected = losses.sum::<f64>() / 40.0;
    assert!((number(&scores["log_loss"]) - expected).abs() < 1e-6, "{scores}");
    assert!(shown.contains(&format!("log loss {expected:.4}, Brier score ")), "{shown}");
    assert!(shown.contains(", expected calibration error "), "{shown}");
}

#[test]
fn a_temperature_of_votes_is_refused_with_its_line() {
    let workshop = workshop(DECISION);
    workshop.edit("recipe.toml", "windows = \"mean_probability\"", "windows = \"majority_vote\"");
    let error = workshop.refusal();
    let line =
        1 + workshop.read("recipe.toml").lines().position(|line| line == "temperature = true").unwrap();
    assert!(error.contains(&format!("recipe.toml:{line}: `decision.temperature` is true")), "{error}");
}
