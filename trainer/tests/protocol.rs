//! What chooses never judges: who is set aside for what, and what a run says of it.

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::{Workshop, failed, succeeded};

fn metrics(workshop: &Workshop) -> Value {
    serde_json::from_str(&workshop.read("run/metrics.json")).unwrap()
}

/// Ids of the subjects that judged.
fn judged(workshop: &Workshop) -> BTreeSet<String> {
    let predictions = workshop.read("run/predictions.csv");
    predictions.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

#[test]
fn others_choose_the_epoch_than_judge_it_and_the_card_says_so() {
    let workshop = Workshop::new();
    let card = workshop.fit_well("run", &["--epochs", "5"]).manifest.card;
    let nested = metrics(&workshop);
    assert_eq!(nested["outer"]["subjects"], 11);
    // 0.15 of the 29 others, of each class its share.
    assert_eq!(nested["inner"]["subjects"], 4);
    assert_eq!(nested["trainings"][0]["training_subjects"], 25);
    let best = &nested["trainings"][0]["best_epoch"];
    assert_eq!(best["weighted_f1"], nested["inner"]["weighted_average"]["f1"]);
    assert!(card.data["protocol"].starts_with("nested"), "{:?}", card.data);
    assert!(card.split.starts_with("25 subjects train, 4 choose the epoch, 11 judge"), "{}", card.split);

    let who = judged(&workshop);
    workshop.edit("recipe.toml", "[validation]", "[validation]\nprotocol = \"as_report\"");
    std::fs::remove_dir_all(workshop.path("run")).unwrap();
    let card = workshop.fit_well("run", &["--epochs", "5"]).manifest.card;
    let report = metrics(&workshop);
    assert_eq!(judged(&workshop), who);
    assert_eq!(report["inner"], report["outer"]);
    assert_eq!(report["trainings"][0]["training_subjects"], 29);
    assert!(card.data["protocol"].starts_with("as the report"), "{:?}", card.data);
}

#[test]
fn fine_tuning_never_sees_who_judges_and_its_weights_are_judged() {
    let workshop = Workshop::new();
    workshop.edit(
        "recipe.toml",
        "epochs = 40",
        "epochs = 5\nfine_tuning = { epochs = 3, learning_rate = 0.05 }",
    );
    let bundle = workshop.fit_well("run", &[]);
    assert!(
        bundle.manifest.card.split.ends_with("the scores are from after it"),
        "{}",
        bundle.manifest.card.split
    );
    // The scores on the card are those of the bundle for the subjects that judged.
    let shown = succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--data", "data.csv"]));
    let predicted = |csv: &str, of: usize| -> BTreeSet<(String, String)> {
        let rows = csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        rows.map(|row| (row[0].to_owned(), row[of].to_owned())).collect()
    };
    let judged = predicted(&workshop.read("run/predictions.csv"), 2);
    assert_eq!(judged.len(), 11);
    assert!(judged.is_subset(&predicted(&shown, 1)), "{shown}");
}

#[test]
fn prediction_sets_of_a_hold_out_may_come_from_networks_that_cross_fitting_trains() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "fraction = 0.25", "fraction = 0.25\ncross_fit = 3");
    let plain = {
        let other = Workshop::new();
        other.fit_well("run", &["--threads", "1"])
    };
    let bundle = workshop.fit_well("run", &["--threads", "1"]);
    assert_eq!(bundle.manifest.members.len(), 1);
    assert_eq!(bundle.weights, plain.weights, "the model is the one that is trained without");
    let said = &bundle.manifest.card.data["prediction_sets"];
    assert!(said.ends_with("of those held out; chosen by 29 others"), "{said}");
    let said_of_others = &bundle.manifest.card.data["cross_fit"];
    assert!(said_of_others.starts_with("29 other subjects, each judged by networks"), "{said_of_others}");
    // A coverage of 80 % needs four subjects of a class: there are seven, and three are held out.
    let least = &bundle.manifest.sets[0].least;
    assert!(least.iter().all(|least| *least > 0.0), "{least:?}");

    // `evaluate` says the same of them.
    let held_out = judged(&workshop);
    for name in ["data.csv", "labels.csv"] {
        let rows = workshop.read(name);
        let of_those =
            |row: &&str| row.starts_with("subject") || held_out.contains(row.split(',').next().unwrap());
        workshop.write(
            &format!("held-out-{name}"),
            &rows.lines().filter(of_those).collect::<Vec<_>>().join("\n"),
        );
    }
    let files = ["--data", "held-out-data.csv", "--labels", "held-out-labels.csv", "--json", "scores.json"];
    let shown = succeeded(&workshop.trainer(&[&["evaluate", "run/model.bpk"], &files[..]].concat()));
    assert!(shown.contains("prediction sets"), "{shown}");
    let scores: Value = serde_json::from_str(&workshop.read("scores.json")).unwrap();
    for (set, coverage) in scores["sets"].as_array().unwrap().iter().zip([80, 90, 95]) {
        let (covered, size) = (set["covered"].as_f64().unwrap(), set["size"].as_f64().unwrap());
        let text = format!("at {coverage} % in {:.1} %, {size:.2} classes on average", 100.0 * covered);
        assert!(said.contains(&text), "{text}: {said}");
        assert_eq!(set["covered_by_class"].as_array().unwrap().len(), 2);
    }

    // What it has trained it goes on with.
    let again = workshop.fit_well("run", &["--threads", "1", "--resume"]);
    assert_eq!(again.manifest.sets, bundle.manifest.sets);
}

#[test]
fn the_points_of_a_sweep_are_ranked_by_those_that_choose() {
    let workshop = Workshop::new();
    let space = "[study]\nrecipe = \"recipe.toml\"\n[space]\n\"training.optimizer.adamw.learning_rate\" = { values = [1e-9, 1e-2] }\n";
    workshop.write("space.toml", space);
    let sweep = ["sweep", "space.toml", "--data", "data.csv", "--labels", "labels.csv", "--out", "study"];
    let shown = succeeded(&workshop.trainer(&sweep));
    assert!(shown.contains("inner weighted F1"), "{shown}");
    let table: Value = serde_json::from_str(&workshop.read("study/table.json")).unwrap();
    let score = |row: usize, side: &str| table["rows"][row][side]["weighted_f1"]["mean"].as_f64().unwrap();
    assert!(score(0, "inner") > score(1, "inner"), "{table}");
    assert!(
        workshop.read("study/table.md").contains("nested: the subjects that gave the scores chose nothing")
    );

    // Without early stopping nobody is set aside to choose.
    workshop.edit("recipe.toml", "early_stopping = { metric = \"weighted_f1\", patience = 40 }\n", "");
    let error = failed(&workshop.trainer(&sweep));
    assert!(error.contains("`validation.inner` is missing, expected a share of the subjects"), "{error}");
}

#[test]
fn the_recipe_of_a_bundle_makes_the_same_model_again() {
    let workshop = Workshop::new();
    let first = workshop.fit_well("run", &["--epochs", "4", "--threads", "1", "--seed", "11"]);
    let recipe = succeeded(&workshop.trainer(&["inspect", "run/model.bpk", "--recipe"]));
    workshop.write("recipe.toml", &recipe);
    let again = workshop.fit_well("again", &["--epochs", "4", "--threads", "1"]);
    assert_eq!(first.weights, again.weights);
    assert_eq!(first.manifest.card.data, again.manifest.card.data);
    let recorded: Value = serde_json::from_str(&workshop.read("run/metrics.json")).unwrap();
    for key in ["seed", "split_seed", "device", "threads", "trainer", "burn", "protocol"] {
        assert!(!recorded[key].is_null(), "{key} is not recorded");
    }
    let card = &first.manifest.card.data;
    for key in ["training_seed", "split_seed", "device", "threads", "burn", "protocol"] {
        assert!(card.contains_key(key), "{key} is not on the card");
    }
}
