//! The binary from outside: fits on a tiny easy data set, resumes, evaluates, predicts, refuses.

mod support;

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use painwave::engine::Precision;
use painwave_train::experiment::ExperimentError;
use painwave_train::training::TrainingError;
use support::{RECIPE, Workshop, bundle, failed, succeeded};
use trainer::Error;
use trainer::commands::fit::{FitArgs, fit};
use trainer::device::DeviceKind;

/// For a fit in this process, into `run`, with a checkpoint after every epoch.
fn args(workshop: &Workshop) -> FitArgs {
    FitArgs {
        recipe: workshop.path("recipe.toml"),
        data: workshop.path("data.csv"),
        labels: workshop.path("labels.csv"),
        out: workshop.path("run"),
        device: DeviceKind::Cpu,
        resume: false,
        seed: None,
        epochs: None,
        threads: None,
        checkpoint_seconds: 0,
        under_study: false,
    }
}

/// How many files for TensorBoard a folder holds.
fn event_files(workshop: &Workshop, folder: &str) -> usize {
    let names = fs::read_dir(workshop.path(folder)).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("events.out.tfevents.")).count()
}

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
    assert_eq!(metrics["trainings"][0]["validation_subjects"], 11);
    assert_eq!(metrics["validation"]["subjects"], 11);
    assert_eq!(workshop.read("run/curves.csv").lines().count(), 41);
    assert!(workshop.read("run/curves.svg").contains("validation"));
    assert!(workshop.read("run/report.html").contains("<h1>tiny</h1>"));
    assert_eq!(event_files(&workshop, "run"), 1);
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
    let expected =
        "warning: new.csv: `s\\u{1b}[1m`: 3 steps are fewer than a window's 8: the rest is filled with zeros";
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
        assert_eq!(check.subjects, 11);
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
fn a_resumed_run_ends_as_an_uninterrupted_one() {
    let workshop = Workshop::new();
    let whole = workshop.fit_well("whole", &["--epochs", "5"]);
    workshop.fit_well("parts", &["--epochs", "2"]);
    let parts = workshop.fit_well("parts", &["--epochs", "5", "--resume"]);
    assert_eq!(workshop.read("whole/curves.csv"), workshop.read("parts/curves.csv"));
    assert_eq!(event_files(&workshop, "parts"), 2);
    assert_eq!(whole.weights, parts.weights);
    assert_eq!(whole.manifest.card.metrics, parts.manifest.card.metrics);
}

/// Every part of training that draws at random or changes while it goes on, and fine-tuning.
fn with_everything(workshop: &Workshop, fine_tuning_epochs: usize) {
    let augmentation = "shift = 3\ntime_masking = { probability = 0.5, longest = 4 }";
    let more = format!(
        "epochs = 5\nsampler = \"weighted\"\nloss.focal = {{ gamma = 2 }}\nclass_weights = \"inverse_log\"\n\
         penalties = {{ l1 = 1e-5 }}\nschedule.cosine = {{ every = \"step\", warm_up = 3, minimum = 1e-4 }}\n\
         fine_tuning = {{ epochs = {fine_tuning_epochs}, learning_rate = 1e-3 }}"
    );
    workshop.edit("recipe.toml", "epochs = 40", &more);
    workshop.edit(
        "recipe.toml",
        "scaling = 0.01",
        &format!("scaling = 0.01, {}", augmentation.replace('\n', ", ")),
    );
}

#[test]
fn a_resumed_run_draws_and_changes_its_rate_as_an_uninterrupted_one() {
    let workshop = Workshop::new();
    with_everything(&workshop, 2);
    let whole = workshop.fit_well("whole", &[]);
    workshop.fit_well("parts", &["--epochs", "2"]);
    let early = workshop.read("parts/metrics.json");
    assert!(!early.contains("fine_tuning"), "{early}");
    let parts = workshop.fit_well("parts", &["--resume"]);
    assert_eq!(workshop.read("whole/curves.csv"), workshop.read("parts/curves.csv"));
    assert_eq!(whole.weights, parts.weights);
}

#[test]
fn fine_tuning_changes_the_weights_and_not_the_scores() {
    let workshop = Workshop::new();
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
    let split = "then the model was fine-tuned on those of training and validation for 4 epochs: the scores are from before";
    assert!(tuned.split.contains(split), "{}", tuned.split);
    assert_eq!(workshop.read("before/predictions.csv"), workshop.read("tuned/predictions.csv"));
    let metrics: serde_json::Value = serde_json::from_str(&workshop.read("tuned/metrics.json")).unwrap();
    assert_eq!(metrics["trainings"][0]["fine_tuning"].as_array().map(Vec::len), Some(4));
}

#[test]
fn interrupted_fine_tuning_goes_on() {
    let workshop = Workshop::new();
    with_everything(&workshop, 100);
    let args = args(&workshop);
    let interrupt = AtomicBool::new(false);
    let checkpoint = workshop.path("run/checkpoint/checkpoint.toml");
    let tuning = || fs::read_to_string(&checkpoint).is_ok_and(|text| text.contains("[[fine_tuning]]"));
    std::thread::scope(|scope| {
        let fitting = scope.spawn(|| fit(&args, &interrupt));
        while !tuning() && !fitting.is_finished() {
            std::thread::yield_now();
        }
        interrupt.store(true, Ordering::Relaxed);
        fitting.join().unwrap().unwrap();
    });
    assert_eq!(workshop.end("run").0, "interrupted");
    let interrupted = bundle(&workshop.path("run/model.bpk"));
    assert!(!interrupted.manifest.card.split.contains("fine-tuned"));

    let resumed = workshop.fit_well("run", &["--resume"]);
    let whole = workshop.fit_well("whole", &[]);
    assert_eq!(resumed.weights, whole.weights);
    assert_eq!(resumed.manifest.card.split, whole.manifest.card.split);
}

#[test]
fn a_run_is_not_overwritten_and_resumes_only_what_it_was_made_from() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    let error = failed(&workshop.fit("run", &[]));
    assert!(error.contains("already holds a run") && error.contains("--resume"), "{error}");
    workshop.edit("recipe.toml", "hidden = 8", "hidden = 4");
    let error = failed(&workshop.fit("run", &["--resume"]));
    assert!(error.contains("the recipe changed"), "{error}");
    let error = failed(&workshop.fit("elsewhere", &["--resume"]));
    assert!(error.contains("there is no checkpoint"), "{error}");
}

#[test]
fn raised_limits_and_other_words_continue_a_run_as_if_it_had_never_ended() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "epochs = 40", "epochs = 2");
    workshop.edit("recipe.toml", "patience = 40", "patience = 2");
    workshop.fit_well("run", &[]);
    workshop.edit("recipe.toml", "epochs = 2", "epochs = 5  # more");
    workshop.edit("recipe.toml", "patience = 2", "patience = 50");
    workshop.edit("recipe.toml", "name = \"tiny\"", "# About.\nname = \"other\"\ndescription = \"x\"");
    let resumed = workshop.fit_well("run", &["--resume"]);
    let whole = workshop.fit_well("whole", &[]);
    assert_eq!(workshop.end("run").1, 5);
    assert_eq!(resumed.weights, whole.weights);
    assert_eq!(workshop.read("run/curves.csv"), workshop.read("whole/curves.csv"));
    assert_eq!(resumed.manifest.card.recipe, workshop.read("recipe.toml"));
}

#[test]
fn limits_that_cannot_be_changed_any_more_are_named() {
    let refusal = |before: [&str; 2], after: [&str; 2]| {
        let workshop = Workshop::new();
        workshop.edit("recipe.toml", "epochs = 40", before[0]);
        workshop.edit("recipe.toml", "patience = 40", before[1]);
        workshop.fit_well("run", &[]);
        workshop.edit("recipe.toml", before[0], after[0]);
        workshop.edit("recipe.toml", before[1], after[1]);
        failed(&workshop.fit("run", &["--resume"]))
    };
    let error = refusal(["epochs = 2", "patience = 9"], ["epochs = 1", "patience = 9"]);
    assert!(error.contains("`training.epochs` was lowered since it was written"), "{error}");
    let error = refusal(["epochs = 2", "patience = 9"], ["epochs = 2", "patience = 8"]);
    assert!(error.contains("`training.early_stopping.patience` was lowered"), "{error}");
    let cosine = ["epochs = 2\nschedule.cosine = { minimum = 1e-4 }", "patience = 9"];
    let error = refusal(cosine, ["epochs = 3\nschedule.cosine = { minimum = 1e-4 }", "patience = 9"]);
    assert!(error.contains("the recipe changed since it was written"), "{error}");
    let tuning = "fine_tuning = { epochs = 1, learning_rate = 1e-3 }";
    let error = refusal(
        [&format!("epochs = 2\n{tuning}"), "patience = 9"],
        [&format!("epochs = 3\n{tuning}"), "patience = 9"],
    );
    assert!(error.contains("its fine-tuning has begun"), "{error}");
}

#[test]
fn a_run_that_is_killed_frees_its_folder_and_ends_as_an_uninterrupted_one() {
    let workshop = Workshop::new();
    workshop.train_for_hours();
    let files = ["--data", "data.csv", "--labels", "labels.csv", "--out", "run", "--threads", "1"];
    let fit = [&["fit", "recipe.toml", "--checkpoint-seconds", "0"], &files[..]].concat();
    let mut run = workshop.command(&fit).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while workshop.epochs("run/checkpoint") == 0 {
        assert!(run.try_wait().unwrap().is_none(), "the run ended by itself");
        std::thread::yield_now();
    }
    let error = failed(&workshop.fit("run", &["--resume"]));
    assert!(error.contains("run is in use by another process: wait until"), "{error}");
    run.kill().unwrap();
    run.wait().unwrap();

    let epochs = (workshop.epochs("run/checkpoint") + 2).to_string();
    let resumed = workshop.fit_well("run", &["--threads", "1", "--epochs", &epochs, "--resume"]);
    let whole = workshop.fit_well("whole", &["--threads", "1", "--epochs", &epochs]);
    assert_eq!(workshop.read("run/curves.csv"), workshop.read("whole/curves.csv"));
    assert_eq!(resumed.weights, whole.weights);
}

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
fn zeros_that_a_spreadsheet_left_out_are_recognised() {
    let workshop = Workshop::new();
    workshop.write("data.csv", &workshop.read("data.csv").replace("\ns0", "\n00"));
    workshop.write("labels.csv", &workshop.read("labels.csv").replace("\ns0", "\n"));
    let error = workshop.refusal();
    assert!(error.contains("10 of the subjects in data.csv, the first is `000`"), "{error}");
    assert!(error.contains("zeros in front"), "{error}");
}

#[test]
fn labels_that_cannot_be_read_say_where_and_what_to_do() {
    let workshop = Workshop::new();
    let whole = workshop.read("labels.csv");
    let line = 1 + RECIPE.lines().position(|line| line == "label = \"label\"").unwrap();
    for (from, to, expected) in [
        ("s07,still", "s07", "labels.csv:9: expected 2 fields as in the header, found 1"),
        ("s07,still", "s06,still", "labels.csv:9: the subject `s06` has a label already, in line 8"),
        ("s07,still", "s07,", "labels.csv:9: the label of `s07` is empty: give one"),
        (&whole, "", "labels.csv: the file has no labels"),
        (&whole, "subject,label\n", "labels.csv: the file has no labels"),
        (
            "subject,label",
            "subject,class",
            &format!(
                "recipe.toml:{line}: `data.label` is `label`, expected a column of labels.csv: `subject`, `class`"
            ),
        ),
    ] {
        workshop.write("labels.csv", &whole.replacen(from, to, 1));
        let error = workshop.refusal();
        assert!(error.contains(expected), "{error}");
    }
    let latin1: Vec<u8> = whole.replace("s07", "sé").chars().map(|letter| letter as u8).collect();
    fs::write(workshop.path("labels.csv"), latin1).unwrap();
    let error = workshop.refusal();
    assert!(error.contains("labels.csv:9: the line is not UTF-8: save"), "{error}");
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
    let expected =
        "too few subjects are of the class `fly`: 1, expected at least 2, one to train and one to judge";
    assert!(error.contains(expected), "{error}");
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
    // 22 still and 7 swinging subjects train.
    let list = format!("class_weights.list = [{}, {}]", 29.0 / (2.0 * 22.0), 29.0 / (2.0 * 7.0));
    workshop.edit("recipe.toml", "class_weights = \"inverse\"", &list);
    assert_eq!(workshop.fit_well("listed", &[]).weights, inverse.weights);
}

/// Forty subjects of ten persons, whom the labels name and the data as well.
fn with_persons() -> Workshop {
    let workshop = Workshop::new();
    let with = |name: &str, person: &dyn Fn(&str) -> String| {
        let text = workshop.read(name);
        let (header, rows) = text.split_once('\n').unwrap();
        let rows: String = rows.lines().map(|row| format!("{row},{}\n", person(&row[1..3]))).collect();
        workshop.write(name, &format!("{header},person\n{rows}"));
    };
    let person = |subject: &str| (subject.parse::<u32>().unwrap() / 4).to_string();
    with("labels.csv", &person);
    with("data.csv", &person);
    workshop.edit("recipe.toml", "fraction = 0.25", "fraction = 0.25\ngroup = \"person\"");
    workshop
}

#[test]
fn who_a_subject_is_does_not_reach_the_network() {
    let workshop = with_persons();
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
    let workshop = with_persons();
    workshop.edit("labels.csv", "s07,still,1", "s07,still, ");
    let error = workshop.refusal();
    assert!(error.contains("labels.csv:9: the column `person` is empty for `s07`"), "{error}");
    assert!(error.contains("give each a value of its own"), "{error}");
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

#[test]
fn an_interrupted_run_keeps_its_best_epoch_and_goes_on() {
    let workshop = Workshop::new();
    workshop.train_for_hours();
    let args = args(&workshop);
    let interrupt = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let fitting = scope.spawn(|| fit(&args, &interrupt));
        while !workshop.path("run/checkpoint/checkpoint.toml").exists() && !fitting.is_finished() {
            std::thread::yield_now();
        }
        interrupt.store(true, Ordering::Relaxed);
        fitting.join().unwrap().unwrap();
    });
    let (end, epochs, _) = workshop.end("run");
    assert_eq!(end, "interrupted");
    bundle(&workshop.path("run/model.bpk"));

    workshop.fit_well("run", &["--resume", "--epochs", &(epochs + 2).to_string()]);
    assert_eq!(workshop.end("run").1, epochs + 2);
    assert_eq!(workshop.read("run/curves.csv").lines().count() as u64, epochs + 3);
}

#[test]
fn an_interrupt_before_the_first_epoch_leaves_nothing() {
    let workshop = Workshop::new();
    let args = args(&workshop);
    assert!(matches!(
        fit(&args, &AtomicBool::new(true)),
        Err(Error::Experiment(ExperimentError::Training(TrainingError::Interrupted)))
    ));
    let left = fs::read_dir(workshop.path("run")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), [".lock"]);
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
    assert_eq!(metrics["validation"]["subjects"], 40);
    assert!(metrics["validation"]["weighted_average"]["f1"].as_f64().unwrap() > 0.9, "{metrics}");

    let predictions = workshop.read("run/predictions.csv");
    let folds: Vec<&str> = predictions.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
    assert_eq!(folds.len(), 40);
    assert!(["1", "2", "3"].iter().all(|fold| folds.contains(fold)));
    for fold in 1..=3 {
        assert_eq!(workshop.read(&format!("run/fold-{fold}/curves.csv")).lines().count(), 41);
    }
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
