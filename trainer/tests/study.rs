//! Studies from outside: their trials, what is resumed, what is recorded, their tables.

mod support;

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use support::{RECIPE, Workshop, failed, succeeded};
use trainer::files::FolderLock;

const FILES: [&str; 4] = ["--data", "data.csv", "--labels", "labels.csv"];

/// A study of few epochs in the folder `study`.
fn study(workshop: &Workshop, arguments: &[&str]) -> Output {
    let more = ["--out", "study", "--set", "training.epochs=3"];
    workshop.trainer(&[arguments, &FILES, &more].concat())
}

fn json(workshop: &Workshop, name: &str) -> Value {
    serde_json::from_str(&workshop.read(name)).unwrap()
}

fn records(workshop: &Workshop) -> Vec<Value> {
    workshop.read("study/trials.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn modified(workshop: &Workshop, name: &str) -> SystemTime {
    fs::metadata(workshop.path(name)).unwrap().modified().unwrap()
}

fn close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

#[test]
fn repeated_trainings_have_the_mean_and_deviation_of_their_own_metrics() {
    let workshop = Workshop::new();
    workshop
        .write("other.toml", &RECIPE.replace("\"tiny\"", "\"other\"").replace("hidden = 8", "hidden = 4"));
    let test = ["--test", "data.csv", "--test-labels", "labels.csv"];
    let recipes = ["repeat", "recipe.toml", "other.toml", "--seeds", "3", "--jobs", "2"];
    let shown = succeeded(&study(&workshop, &[&recipes[..], &test].concat()));
    assert_eq!(shown.lines().filter(|line| line.starts_with('[')).count(), 6, "{shown}");
    assert!(shown.contains("test weighted F1"), "{shown}");

    let table = json(&workshop, "study/table.json");
    for (row, name) in ["tiny", "other"].iter().enumerate() {
        let row = &table["rows"][row];
        assert_eq!(row["variant"], *name);
        let metrics = |seed| json(&workshop, &format!("study/trials/{name}-seed-{seed}/metrics.json"));
        let f1 = [7, 8, 9].map(|seed| metrics(seed)["outer"]["weighted_average"]["f1"].as_f64().unwrap());
        let mean = (f1[0] + f1[1] + f1[2]) / 3.0;
        let squares: f64 = f1.iter().map(|f1| (f1 - mean) * (f1 - mean)).sum();
        close(&row["outer"]["weighted_f1"]["mean"], mean);
        close(&row["outer"]["weighted_f1"]["sd"], (squares / 2.0).sqrt());
        assert_eq!(row["test"]["accuracy"]["count"], 3);
    }
    let markdown = workshop.read("study/table.md");
    assert!(markdown.contains("\ntrainer repeat recipe.toml other.toml --seeds 3 --jobs 2 --test data.csv"));
    assert!(markdown.contains("| other "), "{markdown}");
    // The bundle that a trial leaves is one that others can make: its recipe says all.
    let recipe = workshop.read("study/trials/tiny-seed-8/recipe.toml");
    assert_eq!(recipe, RECIPE.replace("seed = 7", "seed = 8").replace("epochs = 40", "epochs = 3"));
}

#[test]
fn finished_trials_are_kept_and_the_others_go_on() {
    let workshop = Workshop::new();
    let repeat = ["repeat", "recipe.toml", "--seeds", "3"];
    succeeded(&study(&workshop, &repeat));
    let file = |seed: u32, name: &str| format!("study/trials/tiny-seed-{seed}/{name}");
    let before = [7, 8].map(|seed| modified(&workshop, &file(seed, "model.bpk")));
    let scores = workshop.read(&file(9, "metrics.json"));

    // One trial ended between its last checkpoint and its results, one has not begun.
    fs::remove_file(workshop.path(&file(8, "metrics.json"))).unwrap();
    fs::remove_dir_all(workshop.path("study/trials/tiny-seed-9")).unwrap();
    let shown = succeeded(&study(&workshop, &repeat));
    assert_eq!(shown.matches("finished before").count(), 1, "{shown}");
    assert_eq!(modified(&workshop, &file(7, "model.bpk")), before[0]);
    assert_ne!(modified(&workshop, &file(8, "model.bpk")), before[1]);
    // Three epochs were there: none was trained again.
    assert_eq!(json(&workshop, &file(8, "metrics.json"))["trainings"][0]["epochs"], 3);
    let again = workshop.read(&file(9, "metrics.json"));
    let best = |text: &str| {
        serde_json::from_str::<Value>(text).unwrap()["trainings"][0]["best_epoch"]["training_loss"].clone()
    };
    assert!(best(&scores).is_f64());
    assert_eq!(best(&scores), best(&again));
    // What is as it was noted is not noted again: of the second only its checkpoint counted.
    let of = |trial: &str| records(&workshop).iter().filter(|record| record["trial"] == trial).count();
    assert_eq!(["tiny-seed-7", "tiny-seed-8", "tiny-seed-9"].map(of), [1, 1, 2]);
}

#[test]
fn a_folder_of_another_study_is_left_alone() {
    let workshop = Workshop::new();
    let repeat = ["repeat", "recipe.toml", "--seeds", "1"];
    succeeded(&study(&workshop, &repeat));
    let before = modified(&workshop, "study/trials/tiny-seed-7/model.bpk");
    workshop.edit("recipe.toml", "hidden = 8", "hidden = 4");
    let error = failed(&study(&workshop, &repeat));
    assert!(error.contains("tiny-seed-7 holds a trial of another recipe"), "{error}");
    assert_eq!(modified(&workshop, "study/trials/tiny-seed-7/model.bpk"), before);
}

#[test]
fn a_trial_that_fails_is_recorded_and_the_study_goes_on() {
    let workshop = Workshop::new();
    let wild = RECIPE.replace("\"tiny\"", "\"wild\"").replace("learning_rate = 0.02", "learning_rate = 1e30");
    workshop.write("wild.toml", &wild.replace("gradient_clipping = 5.0\n", ""));
    let shown = succeeded(&study(&workshop, &["repeat", "wild.toml", "recipe.toml", "--seeds", "2"]));
    assert_eq!(shown.matches("failed: the loss of epoch 1 is NaN or infinite").count(), 2 + 1, "{shown}");
    let table = json(&workshop, "study/table.json");
    assert_eq!(table["rows"][0]["errors"].as_object().unwrap().len(), 2);
    assert_eq!(table["rows"][1]["outer"]["accuracy"]["count"], 2);
    let failed = records(&workshop).into_iter().filter(|record| record["error"].is_string());
    assert_eq!(failed.filter(|record| record["results"].is_null()).count(), 2);
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_every_trial_after_its_epoch_a_kill_at_once_and_the_same_command_goes_on() {
    let workshop = Workshop::new();
    workshop.train_for_hours();
    let arguments = ["repeat", "recipe.toml", "--seeds", "3", "--jobs", "2", "--checkpoint-seconds", "0"];
    let trials = [7, 8].map(|seed| format!("study/trials/tiny-seed-{seed}"));
    let epochs = || [0, 1].map(|trial| workshop.epochs(&format!("{}/checkpoint", trials[trial])));
    let mut before = [0, 0];
    for signal in ["-INT", "-KILL", "-INT"] {
        let mut study = workshop.command(&[&arguments[..], &FILES, &["--out", "study"]].concat());
        let mut study = study.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while epochs().iter().zip(before).any(|(now, before)| *now <= before) {
            assert!(study.try_wait().unwrap().is_none(), "the study ended by itself");
            std::thread::yield_now();
        }
        let error = failed(&self::study(&workshop, &arguments));
        assert!(error.contains("study is in use by another process"), "{error}");
        // To the study alone: it is the one to end its trials.
        let kill = Command::new("kill").args([signal, &study.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let error = failed(&study.wait_with_output().unwrap());
        match signal {
            "-INT" => {
                let expected = "0 of 3 trials are finished: the same command continues";
                assert!(error.contains(expected), "{error}");
                assert!(trials.iter().all(|trial| workshop.end(trial).0 == "interrupted"));
            }
            // They need not wait for an epoch, but for the system to tell them.
            _ => trials.iter().for_each(|trial| wait_until_free(&workshop, trial)),
        }
        assert!(!workshop.path("study/trials/tiny-seed-9").exists());
        before = epochs();
    }
}

/// Waits until no process has the folder's lock.
fn wait_until_free(workshop: &Workshop, folder: &str) {
    let begun = Instant::now();
    while let Err(error) = FolderLock::acquire(&workshop.path(folder)) {
        assert!(begun.elapsed() < Duration::from_secs(60), "{error}");
        std::thread::yield_now();
    }
}

#[test]
fn a_study_goes_on_where_limits_were_raised() {
    let workshop = Workshop::new();
    let repeat = ["repeat", "recipe.toml", "--seeds", "1"];
    succeeded(&study(&workshop, &repeat));
    let more = [&repeat[..], &FILES, &["--out", "study", "--set", "training.epochs=5"]].concat();
    let shown = succeeded(&workshop.trainer(&more));
    assert!(!shown.contains("finished before"), "{shown}");
    assert_eq!(workshop.end("study/trials/tiny-seed-7").1, 5);
    // Three of them were there before.
    assert!(workshop.read("study/trials/tiny-seed-7/log.txt").contains("epoch 3: "));
    assert_eq!(workshop.read("study/trials/tiny-seed-7/log.txt").matches("epoch 1: ").count(), 1);
    let epochs: Vec<Value> =
        records(&workshop).iter().map(|record| record["results"]["epochs"].clone()).collect();
    assert_eq!(epochs, [3, 5], "the journal keeps what was before");
}

/// TOML 1.1 lets an inline table go over several lines: so do the recipe and the study's file.
#[test]
fn an_inline_table_of_several_lines_is_read_by_fit_and_by_a_study() {
    let workshop = Workshop::new();
    let line = "optimizer.adamw = { learning_rate = 0.02, weight_decay = 1e-4 }";
    let lines = "optimizer.adamw = {\n  learning_rate = 0.02, # fast\n  weight_decay = 1e-4,\n}";
    workshop.edit("recipe.toml", line, lines);
    workshop.fit_well("run", &["--epochs", "1", "--seed", "8"]);
    let space = "[study]\nrecipe = \"recipe.toml\"\n\n[space]\n\"training.optimizer.adamw.learning_rate\" = {\n  \
                 values = [\n    0.02,\n    0.01,\n  ],\n}\n";
    workshop.write("space.toml", space);
    succeeded(&study(&workshop, &["sweep", "space.toml"]));
    let recipe = workshop.read("study/trials/learning_rate-0.01-seed-7/recipe.toml");
    assert_eq!(
        recipe,
        workshop.read("recipe.toml").replace("0.02", "0.01").replace("epochs = 40", "epochs = 3")
    );
}

#[test]
fn a_key_that_no_recipe_has_is_refused_before_anything_is_trained() {
    let workshop = Workshop::new();
    let error = failed(&study(&workshop, &["repeat", "recipe.toml", "--set", "network.poolin=mean"]));
    assert!(error.contains("--set: `network.poolin` = \"mean\": unknown field `poolin`"), "{error}");
    assert!(!workshop.path("study").exists());
}

#[test]
fn cross_validation_judges_every_subject_out_of_fold() {
    let workshop = Workshop::new();
    let arguments = ["cross-validate", "recipe.toml", "--folds", "4", "--out", "cv", "--epochs", "5"];
    let shown = succeeded(&workshop.trainer(&[&arguments[..], &FILES].concat()));
    assert!(shown.contains("macro mean") && shown.contains("mean ± sd"), "{shown}");

    let result = json(&workshop, "cv/cross-validation.json");
    let folds = result["folds"].as_array().unwrap();
    assert_eq!(folds.len(), 4);
    assert_eq!(result["pooled"]["subjects"], 40);
    let of_folds: Vec<f64> = folds.iter().map(|fold| fold["scores"]["accuracy"].as_f64().unwrap()).collect();
    let mean = of_folds.iter().sum::<f64>() / 4.0;
    close(&result["statistics"]["accuracy"]["mean"], mean);
    // The confusion of all is the sum of the folds'.
    for (truth, found) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let count = |scores: &Value| scores["confusion"][truth][found].as_u64().unwrap();
        assert_eq!(count(&result["pooled"]), folds.iter().map(|fold| count(&fold["scores"])).sum::<u64>());
    }
    assert_eq!(support::bundle(&workshop.path("cv/model.bpk")).manifest.members.len(), 4);
    assert!(workshop.read("cv/cross-validation.md").contains("| mean ± sd"));
}

#[test]
fn an_ablation_shows_differences_to_the_recipe_over_pairs_of_seeds() {
    let workshop = Workshop::new();
    let study_file = "[study]\nrecipe = \"recipe.toml\"\nbaseline = \"all\"\nseeds = 2\n\
                      set.\"training.batch_size\" = 24\n\n[[variant]]\nname = \"mean\"\nset = { \"network.pooling\" = \"mean\" }\n\n[[variant]]\n\
                      name = \"without convolution\"\nunset = [\"network.conv\"]\n";
    fs::create_dir(workshop.path("studies")).unwrap();
    workshop.write("studies/parts.toml", &study_file.replace("recipe.toml", "../recipe.toml"));
    let shown = succeeded(&study(&workshop, &["ablate", "studies/parts.toml"]));
    assert!(shown.contains("without convolution"), "{shown}");

    let rows = json(&workshop, "study/table.json")["rows"].clone();
    let names: Vec<&str> = (0..3).map(|row| rows[row]["variant"].as_str().unwrap()).collect();
    assert_eq!(names, ["all", "mean", "without convolution"]);
    let accuracy = |trial: &str| {
        let metrics = json(&workshop, &format!("study/trials/{trial}/metrics.json"));
        metrics["outer"]["accuracy"].as_f64().unwrap()
    };
    let pairs =
        [7, 8].map(|seed| accuracy(&format!("mean-seed-{seed}")) - accuracy(&format!("all-seed-{seed}")));
    close(&rows[1]["difference"]["accuracy"]["mean"], (pairs[0] + pairs[1]) / 2.0);
    close(&rows[1]["difference"]["accuracy"]["sd"], (pairs[0] - pairs[1]).abs() / 2f64.sqrt());
    for row in [1, 2] {
        for (measure, difference) in rows[row]["difference"].as_object().unwrap() {
            let [low, high] = [0, 1].map(|end| difference["interval"][end].as_f64().unwrap());
            let mean = difference["mean"].as_f64().unwrap();
            assert!(
                low <= mean && mean <= high || measure.contains("calibration"),
                "{measure}: {difference}"
            );
        }
        let loss = &rows[row]["difference"]["log_loss"];
        assert!(loss["interval"][0].as_f64() < loss["interval"][1].as_f64(), "{loss}");
        let shown = format!("{:+.4} ± ", loss["mean"].as_f64().unwrap()).replace('-', "−");
        assert!(workshop.read("study/table.md").contains(&shown), "{shown}");
    }
    assert_eq!(rows[0]["difference"], serde_json::json!({}));
    assert!(!workshop.read("study/trials/without-convolution-seed-7/recipe.toml").contains("network.conv"));
    for trial in ["all", "mean", "without-convolution"] {
        let recipe = workshop.read(&format!("study/trials/{trial}-seed-8/recipe.toml"));
        assert!(recipe.contains("batch_size = 24"), "{recipe}");
    }

    // Scores without the predictions that they are of have no interval.
    fs::remove_file(workshop.path("study/trials/mean-seed-8/predictions.csv")).unwrap();
    let shown = study(&workshop, &["ablate", "studies/parts.toml"]);
    let noted = String::from_utf8_lossy(&shown.stderr).into_owned();
    assert!(
        noted.contains("the differences of mean have no intervals") && noted.contains("mean-seed-8"),
        "{noted}"
    );
    let again = json(&workshop, "study/table.json")["rows"].clone();
    assert!(again[1]["difference"]["accuracy"]["interval"].is_null(), "{again}");
    assert_eq!(again[1]["difference"]["accuracy"]["mean"], rows[1]["difference"]["accuracy"]["mean"]);
    assert_eq!(again[2]["difference"], rows[2]["difference"]);
}

#[test]
fn an_unknown_key_of_a_study_is_named_with_its_line() {
    let workshop = Workshop::new();
    let study_file = "[study]\nrecipe = \"recipe.toml\"\n\n[[variant]]\nname = \"a\"\n\
                      set.\"network.pooling\" = \"mean\"\nset.\"network.poolin\" = \"mean\"\n";
    workshop.write("parts.toml", study_file);
    let error = failed(&study(&workshop, &["ablate", "parts.toml"]));
    assert!(error.contains("parts.toml:7: `network.poolin` = \"mean\": unknown field `poolin`"), "{error}");
    assert!(error.contains("`pooling`"), "{error}");
    assert!(!workshop.path("study").exists());

    workshop.write(
        "space.toml",
        "[study]\nrecipe = \"recipe.toml\"\n[space]\n\"window.lenght\" = { values = [8] }\n",
    );
    let error = failed(&study(&workshop, &["sweep", "space.toml"]));
    assert!(error.contains("space.toml:4: `window.lenght` = 8: unknown field `lenght`"), "{error}");
}

#[test]
fn a_grid_is_ranked_by_the_score_with_collapsed_and_failed_points_last() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "gradient_clipping = 5.0\n", "");
    let space = "[study]\nrecipe = \"recipe.toml\"\n\n[space]\n\
                 \"training.optimizer.adamw.learning_rate\" = { values = [0.02, 1e-6, 1e30] }\n\
                 \"network.recurrent.hidden\" = { values = [4, 8] }\n";
    workshop.write("space.toml", space);
    succeeded(&study(&workshop, &["sweep", "space.toml", "--metric", "macro-f1"]));
    let table = json(&workshop, "study/table.json");
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    let score = |row: &Value| row["outer"]["macro_f1"]["mean"].as_f64();
    assert!(rows[..4].iter().all(|row| score(row).is_some()), "{table}");
    for (index, pair) in rows.windows(2).enumerate() {
        assert!(score(&pair[0]) >= score(&pair[1]), "rank {} of {table}", index + 1);
    }
    for row in &rows[4..] {
        assert_eq!(row["changes"]["training.optimizer.adamw.learning_rate"], 1e30);
        assert_eq!(row["errors"].as_object().unwrap().len(), 1);
    }
    assert_eq!(records(&workshop).len(), 6);

    // Nothing is trained again to rank by another rule. With a limit between the losses some have collapsed.
    let losses = |row: &Value| row["training_loss"]["mean"].as_f64();
    let mut sorted: Vec<f64> = rows.iter().filter_map(losses).collect();
    sorted.sort_by(f64::total_cmp);
    let limit = (0.5 * (sorted[1] + sorted[2])).to_string();
    let shown = succeeded(&study(&workshop, &["sweep", "space.toml", "--collapse", &limit]));
    assert_eq!(shown.matches("finished before").count(), 4, "{shown}");
    assert_eq!(shown.matches("collapsed").count(), 2, "{shown}");
    let table = json(&workshop, "study/table.json");
    let collapsed: Vec<u64> = (0..6).map(|row| table["rows"][row]["collapsed"].as_u64().unwrap()).collect();
    assert_eq!(collapsed, [0, 0, 1, 1, 0, 0]);
}

#[test]
fn halving_trains_on_only_the_better_points_and_goes_on_where_it_stopped() {
    let workshop = Workshop::new();
    let space = "[study]\nrecipe = \"recipe.toml\"\n\n[space]\n\
                 \"training.optimizer.adamw.learning_rate\" = { values = [1e-6, 0.02, 0.01, 0.005] }\n";
    workshop.write("space.toml", space);
    let sweep = ["sweep", "space.toml", "--halving", "3", "--first-epochs", "1"];
    succeeded(&study(&workshop, &sweep));
    let rows = json(&workshop, "study/table.json")["rows"].clone();
    let rows = rows.as_array().unwrap();
    let epochs: Vec<f64> = rows.iter().map(|row| row["epochs"]["mean"].as_f64().unwrap()).collect();
    assert_eq!(epochs, [3.0, 3.0, 1.0, 1.0]);

    // Who goes on is decided by the first round.
    let noted = records(&workshop);
    assert_eq!(noted.len(), 4 + 2);
    let first = |row: &Value| {
        let record = noted[..4].iter().find(|record| record["variant"] == row["variant"]).unwrap();
        record["results"]["outer"]["weighted_average"]["f1"].as_f64().unwrap()
    };
    let worst = f64::min(first(&rows[0]), first(&rows[1]));
    assert!(worst >= f64::max(first(&rows[2]), first(&rows[3])), "{noted:?}");
    // They were trained on, not again.
    let log = workshop.read(&format!("study/trials/{}/log.txt", rows[0]["trials"][0].as_str().unwrap()));
    assert_eq!(log.matches("epoch 1: ").count(), 1, "{log}");

    let shown = succeeded(&study(&workshop, &sweep));
    assert_eq!(shown.matches("finished before").count(), 4 + 2, "{shown}");
    assert_eq!(json(&workshop, "study/table.json")["rows"].as_array().unwrap(), rows);

    let cosine = [&sweep[..], &["--set", "training.schedule.cosine={}"]].concat();
    let error = failed(&study(&workshop, &cosine));
    assert!(error.contains("--halving: `training.schedule` is a cosine over all epochs"), "{error}");
}

#[test]
fn random_points_are_decided_by_the_seed() {
    let workshop = Workshop::new();
    let space = "[study]\nrecipe = \"recipe.toml\"\n\n[space]\n\
                 \"training.optimizer.adamw.learning_rate\" = { log_uniform = [1e-3, 1e-1] }\n";
    workshop.write("space.toml", space);
    let sweep = |trials: &str| study(&workshop, &["sweep", "space.toml", "--seed", "5", "--trials", trials]);
    succeeded(&sweep("2"));
    let shown = succeeded(&sweep("3"));
    assert_eq!(shown.matches("finished before").count(), 2, "{shown}");
    let error = failed(&study(&workshop, &["sweep", "space.toml"]));
    assert!(error.contains("space.toml:5:") && error.contains("--trials to draw at random"), "{error}");
}
