//! What a training learns, writes and records.

use std::collections::HashSet;

use crate::support::{RECIPE, Workshop, succeeded};

#[test]
fn an_easy_data_set_is_learnt_and_the_bundle_serves_every_command() {
    let workshop = Workshop::new();
    let bundle = workshop.fit_well("run", &[]);
    let manifest = &bundle.manifest;
    assert_eq!(manifest.classes, ["still", "swing"]);
    assert_eq!(manifest.schema.channels, ["knee", "elbow"]);
    assert_eq!(manifest.schema.ignored, ["note", "flat"]);
    assert_eq!(manifest.members[0].features.codes, ["mood"]);
    assert!(manifest.card.metrics["weighted_f1"] > 0.95, "{:?}", manifest.card.metrics);

    let metrics: serde_json::Value = serde_json::from_str(&workshop.read("run/metrics.json")).unwrap();
    assert_eq!(metrics["trainings"][0]["epochs"], 40);
    assert_eq!(metrics["trainings"][0]["inner_subjects"], 4);
    assert_eq!(metrics["outer"]["subjects"], 11);
    assert_eq!(workshop.read("run/curves.csv").lines().count(), 41);
    assert!(workshop.read("run/curves.svg").contains("validation"));
    assert!(workshop.read("run/report.html").contains("<h1>tiny</h1>"));
    assert_eq!(workshop.event_files("run"), 1);
    assert!(workshop.read("run/confusion.csv").starts_with("true \\ predicted,still,swing\nstill,8,"));

    let files = ["--data", "data.csv", "--labels", "labels.csv", "--json", "scores.json"];
    let shown = succeeded(&workshop.trainer(&[&["evaluate", "run/model.bpk"], &files[..]].concat()));
    assert!(shown.contains("swing") && shown.contains("macro mean"), "{shown}");
    let scores: serde_json::Value = serde_json::from_str(&workshop.read("scores.json")).unwrap();
    assert!(scores["accuracy"].as_f64().unwrap() > 0.95, "{scores}");

    let shown = succeeded(&workshop.trainer(&["inspect", "run/model.bpk"]));
    assert!(shown.contains("engine ndarray: reproduces the known answers"), "{shown}");
    let recipe = succeeded(&workshop.trainer(&["inspect", "run/model.bpk", "--recipe"]));
    assert_eq!(recipe, RECIPE);
}

#[test]
fn intervals_are_over_persons_where_the_recipe_names_them() {
    let workshop = Workshop::with_persons();
    let card = workshop.fit_well("run", &["--epochs", "1"]).manifest.card;
    let metrics: serde_json::Value = serde_json::from_str(&workshop.read("run/metrics.json")).unwrap();
    let intervals = &metrics["outer"]["intervals"];
    let judged: HashSet<String> = workshop
        .read("run/predictions.csv")
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(4).unwrap().to_owned())
        .collect();
    assert!(
        workshop.read("run/predictions.csv").starts_with("subject,label,predicted,fold,group,still,swing\n")
    );
    assert_eq!(intervals["over"], "groups");
    assert_eq!(intervals["units"], judged.len());
    assert!(card.metrics.keys().eq(card.intervals.keys()), "{card:?}");
    for (name, interval) in &card.intervals {
        for end in [0, 1] {
            let exact = intervals["scores"][name][end].as_f64().unwrap();
            assert!((interval[end] - exact).abs() < 1e-4 && interval[end].to_string().len() <= 7, "{card:?}");
        }
    }
    assert!(workshop.read("run/report.html").contains(&format!("draws of the {} groups", judged.len())));
    let shown = succeeded(&workshop.trainer(&["inspect", "run/model.bpk"]));
    let [low, high] = card.intervals["mcc"];
    let line = format!("mcc: {:.4} ({low:.4} to {high:.4})", card.metrics["mcc"]);
    assert!(shown.contains(&line), "{shown}");

    let evaluate = |labels: &str| {
        let arguments = ["evaluate", "run/model.bpk", "--data", "data.csv", "--labels", labels];
        succeeded(&workshop.trainer(&arguments))
    };
    assert!(evaluate("labels.csv").contains("resamples of the 10 groups"), "{}", evaluate("labels.csv"));
    // Neither the labels nor the data have to have the column, and not every subject a person.
    let without = |name: &str| {
        let text = workshop.read(name);
        let rows = text.lines().map(|row| row.rsplit_once(',').unwrap().0.to_owned() + "\n");
        workshop.write(name, &rows.collect::<String>());
    };
    workshop.write("some.csv", &workshop.read("labels.csv").replacen("s07,still,1", "s07,still,", 1));
    assert!(evaluate("some.csv").contains("resamples of the 11 groups"), "{}", evaluate("some.csv"));
    without("labels.csv");
    without("data.csv");
    assert!(evaluate("labels.csv").contains("resamples of the 40 subjects"), "{}", evaluate("labels.csv"));
}

#[test]
fn semicolons_and_tabs_separate_as_well() {
    let workshop = Workshop::new();
    workshop.write("data.csv", &workshop.read("data.csv").replace(',', ";"));
    workshop.write("labels.csv", &workshop.read("labels.csv").replace(',', "\t"));
    let bundle = workshop.fit_well("run", &["--epochs", "1"]);
    assert_eq!(bundle.manifest.schema.channels, ["knee", "elbow"]);
}

#[test]
fn the_seed_and_the_number_of_threads_decide_every_weight_and_are_recorded() {
    let workshop = Workshop::new();
    let fit = |out: &str, more: &[&str]| workshop.fit_well(out, &[&["--epochs", "2"], more].concat());
    let first = fit("first", &["--threads", "2"]);
    let again = fit("again", &["--threads", "2"]);
    assert_eq!(first.weights, again.weights);
    assert_eq!(workshop.read("first/curves.csv"), workshop.read("again/curves.csv"));
    let other = fit("other", &["--threads", "2", "--seed", "8"]);
    assert_ne!(first.weights, other.weights);
    // Partial sums are added in another order.
    let single = fit("single", &["--threads", "1"]);
    assert_ne!(first.weights, single.weights);

    for (out, bundle, seed, threads) in
        [("first", &first, 7, 2), ("other", &other, 8, 2), ("single", &single, 7, 1)]
    {
        let metrics: serde_json::Value =
            serde_json::from_str(&workshop.read(&format!("{out}/metrics.json"))).unwrap();
        assert_eq!((&metrics["seed"], &metrics["threads"]), (&seed.into(), &threads.into()), "{out}");
        assert_eq!(
            (&metrics["device"], &metrics["trainer"]),
            (&"cpu".into(), &env!("CARGO_PKG_VERSION").into())
        );
        let card = &bundle.manifest.card;
        assert_eq!(card.data["training_seed"], seed.to_string());
        assert_eq!(
            (card.data["threads"].as_str(), card.data["device"].as_str()),
            (&*threads.to_string(), "cpu")
        );
        // The seed is what was asked for, the rest to the letter what the file says.
        assert_eq!(card.recipe, RECIPE.replace("seed = 7", &format!("seed = {seed}")));
    }
    // So the recipe of a bundle makes the same bundle again.
    workshop.write("recipe.toml", &other.manifest.card.recipe);
    assert_eq!(fit("remade", &["--threads", "2"]).weights, other.weights);
}

#[test]
fn fine_tuning_on_those_that_judge_changes_the_weights_and_not_the_scores() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "[validation]", "[validation]\nprotocol = \"as_report\"");
    let line = "gradient_clipping = 5.0";
    let before = workshop.fit_well("before", &["--epochs", "3"]);
    workshop.edit("recipe.toml", "epochs = 40", "epochs = 3");
    workshop.edit(
        "recipe.toml",
        line,
        &format!("{line}\nfine_tuning = {{ epochs = 4, learning_rate = 1e-3 }}"),
    );
    let tuned = workshop.fit_well("tuned", &[]);
    assert_ne!(before.weights, tuned.weights);
    let (before, tuned) = (before.manifest.card, tuned.manifest.card);
    assert_eq!((before.metrics, before.confusion), (tuned.metrics, tuned.confusion));
    let split = "then the model was fine-tuned on those that train and those that choose for 4 epochs: the scores are from before";
    assert!(tuned.split.contains(split), "{}", tuned.split);
    assert_eq!(workshop.read("before/predictions.csv"), workshop.read("tuned/predictions.csv"));
    let metrics: serde_json::Value = serde_json::from_str(&workshop.read("tuned/metrics.json")).unwrap();
    assert_eq!(metrics["trainings"][0]["fine_tuning"].as_array().map(Vec::len), Some(4));
}

#[test]
fn class_weights_count_subjects_and_not_their_windows() {
    let workshop = Workshop::new();
    // Those that swing keep 24 steps and so more windows, the others 16.
    let data = workshop.read("data.csv");
    let kept = |line: &&str| {
        let cells: Vec<&str> = line.split(',').collect();
        let numbers = cells[0].trim_start_matches('s').parse::<u32>().ok().zip(cells[1].parse::<u32>().ok());
        numbers.is_none_or(|(subject, step)| subject % 4 == 0 || step < 16)
    };
    workshop
        .write("data.csv", &data.lines().filter(kept).map(|line| format!("{line}\n")).collect::<String>());
    workshop.edit("recipe.toml", "epochs = 40", "epochs = 2\nclass_weights = \"inverse\"");
    let inverse = workshop.fit_well("inverse", &[]);
    // 19 still and 6 swinging subjects train.
    let list = format!("class_weights.list = [{}, {}]", 25.0 / (2.0 * 19.0), 25.0 / (2.0 * 6.0));
    workshop.edit("recipe.toml", "class_weights = \"inverse\"", &list);
    assert_eq!(workshop.fit_well("listed", &[]).weights, inverse.weights);
}

#[test]
fn a_recipe_takes_over_what_a_profile_says() {
    let workshop = Workshop::new();
    let shown = succeeded(&workshop.trainer(&["profile", "data.csv", "--labels", "labels.csv"]));
    let (_, sections) = shown.split_once("For a recipe:\n\n").unwrap();
    let (_, rest) = RECIPE.split_once("[window]").unwrap();
    let rest = rest.replace("category_embeddings = [{ column = \"mood\", width = 2 }]\n", "");
    workshop.write("recipe.toml", &format!("name = \"tiny\"\n\n{sections}\n[window]{rest}"));
    let manifest = workshop.fit_well("run", &["--epochs", "1"]).manifest;
    assert_eq!(manifest.classes, ["still", "swing"]);
    assert_eq!(manifest.schema.channels, ["knee", "elbow"]);
    assert!(manifest.schema.categories.is_empty());
    for column in ["flat", "mood", "note"] {
        assert!(manifest.schema.ignored.contains(&column.to_owned()), "{column} is still read");
    }
}

#[test]
fn the_header_is_found_by_the_rules_of_the_reader() {
    let workshop = Workshop::new();
    let data = workshop.read("data.csv").replacen("knee", "\"left,\nknee\"", 1);
    workshop.write("data.csv", &format!("\u{feff}\n{data}"));
    let bundle = workshop.fit_well("run", &["--epochs", "1"]);
    assert_eq!(bundle.manifest.schema.channels, ["left,\nknee", "elbow"]);
}

#[test]
fn a_column_of_row_numbers_without_a_name_does_not_train() {
    let workshop = Workshop::new();
    let data = workshop.read("data.csv");
    let (header, rows) = data.split_once('\n').unwrap();
    let numbered: String = rows.lines().enumerate().map(|(i, row)| format!("{i},{row}\n")).collect();
    workshop.write("data.csv", &format!(",{header}\n{numbered}"));
    let bundle = workshop.fit_well("run", &["--epochs", "1"]);
    assert_eq!(bundle.manifest.schema.channels, ["knee", "elbow"]);
}

#[test]
fn training_ends_when_patience_does() {
    let workshop = Workshop::new();
    // No step is long enough to change a weight: no epoch is better than the first.
    workshop.edit("recipe.toml", "learning_rate = 0.02", "learning_rate = 1e-30");
    workshop.edit("recipe.toml", "patience = 40", "patience = 2");
    workshop.fit_well("run", &[]);
    assert_eq!(workshop.end("run"), ("early_stopping".to_owned(), 3, 1));
}

#[test]
fn a_model_may_read_categories_only() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "ignored = [\"note\"]", "channels = []");
    let bundle = workshop.fit_well("run", &["--epochs", "1"]);
    assert!(bundle.manifest.schema.channels.is_empty());
    assert_eq!(bundle.manifest.members[0].features.codes, ["mood"]);
}

#[test]
fn folds_make_an_ensemble_that_is_judged_out_of_fold() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 3");
    let bundle = workshop.fit_well("run", &[]);
    assert_eq!(bundle.manifest.members.len(), 3);
    let metrics: serde_json::Value = serde_json::from_str(&workshop.read("run/metrics.json")).unwrap();
    assert_eq!(metrics["outer"]["subjects"], 40);
    assert!(metrics["outer"]["weighted_average"]["f1"].as_f64().unwrap() > 0.9, "{metrics}");

    let predictions = workshop.read("run/predictions.csv");
    let folds: Vec<&str> = predictions.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
    assert_eq!(folds.len(), 40);
    assert!(["1", "2", "3"].iter().all(|fold| folds.contains(fold)));
    for fold in 1..=3 {
        assert_eq!(workshop.read(&format!("run/fold-{fold}/curves.csv")).lines().count(), 41);
    }
}

#[test]
fn levels_and_components_train_and_serve_every_command() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "category_embeddings = [{ column = \"mood\", width = 2 }]\n", "");
    let features = "one_hot = [\"mood\"]\npca = [{ columns = [\"knee\", \"elbow\"], components = 1 }]\n";
    workshop.edit("recipe.toml", "drop_constant = true\n", &format!("drop_constant = true\n{features}"));
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 2");
    let bundle = workshop.fit_well("run", &["--epochs", "2"]);
    for member in &bundle.manifest.members {
        assert_eq!(member.network.dense, 3);
        assert_eq!(member.features.projections[0].inputs, [2, 3]);
    }
    let [first, second] = [0, 1].map(|member: usize| &bundle.manifest.members[member].features);
    assert_ne!(first.projections, second.projections, "each is fitted on its own part");

    let shown = succeeded(&workshop.trainer(&["inspect", "run/model.bpk"]));
    assert!(shown.contains("mood=high") && shown.contains("components of (knee, elbow)"), "{shown}");
    assert!(shown.contains("engine ndarray: reproduces the known answers"), "{shown}");
    let plain = succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--data", "data.csv"]));
    assert_eq!(plain.lines().count(), 41);

    workshop.edit("recipe.toml", "scaling = 0.01 }", "mirror = [\"knee\"] }");
    let error = workshop.refusal();
    let line = 1 + workshop.read("recipe.toml").lines().position(|line| line.contains("mirror")).unwrap();
    assert!(error.contains(&format!("recipe.toml:{line}: `training.augmentation` is knee")), "{error}");
    assert!(error.contains("nor in a `pca` group"), "{error}");
}
