//! What is chosen on subjects that are set aside: temperature and thresholds.

mod support;

use std::collections::BTreeMap;

use painwave::Bundle;
use painwave::decision::Decision;
use painwave::reading::ReadOptions;
use painwave::recording::Recording;
use painwave_train::decision::{self, CalibrationSet};
use painwave_train::recipe::RecipeFile;
use painwave_train::{assemble, experiment, preparation};
use serde_json::Value;
use support::{RECIPE, Workshop, succeeded};
use trainer::data::Given;

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

/// What the recipe's decision would be by what the whole bundle says of the subjects that are set aside, and their ids.
fn chosen_by_what_ships(workshop: &Workshop, bundle: &Bundle) -> (Decision, Vec<String>) {
    let file = RecipeFile::parse("recipe.toml".as_ref(), workshop.read("recipe.toml")).unwrap();
    let [data, labels] = ["data.csv", "labels.csv"].map(|name| workshop.path(name));
    let options = ReadOptions::default();
    let given = Given { data: &[data], labels: Some(&labels), options: &options, skip_refused: false };
    let (dataset, _) = trainer::data::dataset(&file, &given).unwrap();
    let set_aside = experiment::divide(&file, &dataset.labels, &dataset.classes).unwrap().calibration;
    // The precisions are proven with the decision, so that it is chosen in the exact one.
    let mut plain = bundle.clone();
    plain.manifest.decision = Decision::default();
    plain.manifest.precisions.clear();
    let recordings: Vec<Recording> = experiment::pick(&dataset.recordings, &set_aside)
        .into_iter()
        .map(|recording| preparation::project(recording, &dataset.schema, &plain.manifest.schema))
        .collect();
    let classifier = assemble::classifier(&plain, &|_, _| ()).unwrap();
    let predictions =
        pollster::block_on(classifier.classify(&recordings.iter().collect::<Vec<_>>())).unwrap();
    let probabilities = predictions.into_iter().map(|prediction| prediction.probabilities).collect();
    let set = CalibrationSet { probabilities, truths: dataset.classes_of(&set_aside) };
    let ids = recordings.into_iter().map(|recording| recording.id).collect();
    (decision::fit(&file.recipe.decision, &set), ids)
}

#[test]
fn a_temperature_and_thresholds_travel_in_the_bundle_and_decide_for_every_command() {
    let workshop = workshop(DECISION);
    let bundle = workshop.fit_well("run", &["--epochs", "2"]);
    let decision = &bundle.manifest.decision;
    let temperature = decision.temperature.unwrap();
    assert_eq!(decision.thresholds.as_ref().map(Vec::len), Some(2));
    let (chosen, set_aside) = chosen_by_what_ships(&workshop, &bundle);
    assert_eq!((decision, set_aside.len()), (&chosen, 7));
    let card = &bundle.manifest.card;
    assert!(card.data["decision"].starts_with(&format!("temperature {temperature:.4}")), "{card:?}");
    assert!(
        card.data["decision"]
            .ends_with("on 7 subjects that are set aside from everything else; the scores are with it")
    );
    assert!(card.split.ends_with("; 7 more subjects choose the decision and nothing else"), "{}", card.split);

    let metrics = metrics(&workshop, "run");
    let (after, before) = (&metrics["outer"], &metrics["decision"]["before"]);
    assert_ne!(number(&after["log_loss"]), number(&before["log_loss"]), "{metrics}");
    assert_eq!(number(&metrics["decision"]["temperature"]) as f32, temperature);
    assert_eq!((&metrics["decision"]["subjects"], &metrics["decision"]["judged"]), (&7.into(), &true.into()));
    assert_eq!(metrics["trainings"][0]["training_subjects"], 21);

    // What the fit says of the held-out subjects is what the classifier says in the same precision.
    let judged = rows(&workshop.read("run/predictions.csv"));
    let predict = ["predict", "run/model.bpk", "--data", "data.csv", "--probabilities"];
    let arguments = [&predict[..], &["--precision", "f32"]].concat();
    let predicted = rows(&succeeded(&workshop.trainer(&arguments)));
    assert_eq!(judged.len(), 8);
    for (id, judged) in judged {
        assert_eq!((&judged[2], &judged[4..]), (&predicted[&id][1], &predicted[&id][2..]), "{id}");
        assert!(!set_aside.contains(&id), "{id} chose and judged");
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
}

#[test]
fn an_ensemble_is_asked_as_a_whole_and_its_members_are_judged_without() {
    let workshop = workshop(DECISION);
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 2");
    let bundle = workshop.fit_well("run", &["--epochs", "2"]);
    let (chosen, set_aside) = chosen_by_what_ships(&workshop, &bundle);
    assert_eq!(bundle.manifest.decision, chosen);
    assert!(bundle.manifest.card.data["decision"].ends_with("those of each fold's own members, without it"));

    let metrics = metrics(&workshop, "run");
    assert_eq!(metrics["outer"]["subjects"], 33);
    assert_eq!(
        (&metrics["decision"]["subjects"], &metrics["decision"]["judged"]),
        (&7.into(), &false.into())
    );
    assert_eq!(metrics["decision"].get("before"), None);
    let judged = rows(&workshop.read("run/predictions.csv"));
    assert!(judged.len() == 33 && set_aside.iter().all(|id| !judged.contains_key(id)));
}

#[test]
fn fine_tuned_weights_are_asked_and_not_those_before() {
    let workshop = workshop(DECISION);
    let more = "epochs = 2\nfine_tuning = { epochs = 3, learning_rate = 1e-2 }";
    workshop.edit("recipe.toml", "epochs = 40", more);
    let bundle = workshop.fit_well("nested", &[]);
    assert_eq!(bundle.manifest.decision, chosen_by_what_ships(&workshop, &bundle).0);
    assert!(bundle.manifest.card.data["decision"].ends_with("the scores are with it"));
    assert_eq!(metrics(&workshop, "nested")["decision"]["judged"], true);

    workshop.edit("recipe.toml", "[validation]", "[validation]\nprotocol = \"as_report\"");
    let bundle = workshop.fit_well("run", &[]);
    assert_eq!(bundle.manifest.decision, chosen_by_what_ships(&workshop, &bundle).0);
    assert!(bundle.manifest.card.data["decision"].ends_with("of the weights before fine-tuning, without it"));
    assert_eq!(metrics(&workshop, "run")["decision"]["judged"], false);
}

#[test]
fn votes_are_not_scored_as_probabilities() {
    let workshop = workshop("");
    workshop.edit("recipe.toml", "windows = \"mean_probability\"", "windows = \"majority_vote\"");
    let shown = succeeded(&workshop.fit("run", &["--epochs", "1"]));
    assert!(shown.contains("the windows vote: there are no probabilities to score"), "{shown}");
    assert_eq!(metrics(&workshop, "run")["outer"].get("log_loss"), None);
    let report = workshop.read("run/report.html");
    assert!(!report.contains("Calibration error") && report.contains("shares of votes and no probabilities"));
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
        let column = if labels[id][1] == "still" { 2 } else { 3 };
        -row[column].parse::<f64>().unwrap().ln()
    });
    let expected = losses.sum::<f64>() / 40.0;
    assert!((number(&scores["log_loss"]) - expected).abs() < 1e-6, "{scores}");
    let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("log loss").contains(&format!(" {expected:.4} (")), "{shown}");
    let [low, high] = [0, 1].map(|end| number(&scores["intervals"]["scores"]["brier_score"][end]));
    let brier = number(&scores["brier_score"]);
    assert!(low < brier && brier < high, "{scores}");
    assert!(line("Brier score").ends_with(&format!(" {brier:.4} ({low:.4} to {high:.4})")), "{shown}");
    assert!(!line("calibration error").is_empty() && !line("AUROC").is_empty(), "{shown}");
    assert!(shown.contains("95 % intervals, 2000 bootstrap resamples of the 40 subjects"), "{shown}");
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
