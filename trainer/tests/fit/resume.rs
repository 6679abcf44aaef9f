//! Runs that end early and go on.

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use painwave_train::experiment::ExperimentError;
use painwave_train::training::TrainingError;
use trainer::Error;
use trainer::commands::fit::{FitArgs, fit};
use trainer::commands::paths::{Paths, ReadingArgs};
use trainer::device::DeviceKind;

use crate::support::{Workshop, bundle, failed};

/// For a fit in this process, into `run`, with a checkpoint after every epoch.
fn args(workshop: &Workshop) -> FitArgs {
    FitArgs {
        recipe: workshop.path("recipe.toml"),
        paths: Paths {
            data: vec![workshop.path("data.csv")],
            labels: Some(workshop.path("labels.csv")),
            out: workshop.path("run"),
            reading: ReadingArgs::default(),
        },
        device: DeviceKind::Cpu,
        resume: false,
        seed: None,
        epochs: None,
        threads: None,
        checkpoint_seconds: 0,
        under_study: false,
    }
}

#[test]
fn a_resumed_run_ends_as_an_uninterrupted_one() {
    let workshop = Workshop::new();
    let whole = workshop.fit_well("whole", &["--epochs", "5"]);
    workshop.fit_well("parts", &["--epochs", "2"]);
    let parts = workshop.fit_well("parts", &["--epochs", "5", "--resume"]);
    assert_eq!(workshop.read("whole/curves.csv"), workshop.read("parts/curves.csv"));
    assert_eq!(workshop.event_files("parts"), 2);
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
