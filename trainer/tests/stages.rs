//! Models in stages: networks that tell groups of classes apart, one after the other.

mod support;

use std::fmt::Write;
use std::process::Stdio;

use serde_json::Value;
use support::{RECIPE, Workshop, succeeded};

const STAGES: &str = r#"
[[stages]]
groups = [["still"], ["slow", "fast"]]

[[stages]]
groups = [["slow"], ["fast"]]
class_weights.list = [1, 2]
targets.true_class = [0.8, 0.9]
"#;

/// Forty subjects: half of them are still, and of those that swing two in five do so fast.
fn workshop() -> Workshop {
    let workshop = Workshop::new();
    let mut data = "subject,step,knee,elbow,flat,mood,note\n".to_owned();
    let mut labels = "subject,label\n".to_owned();
    for subject in 0..40 {
        let (label, swing, speed) = match subject % 10 {
            0 | 2 | 4 | 6 | 8 => ("still", 0.02, 1.0),
            1 | 5 => ("fast", 0.4, 1.9),
            _ => ("slow", 0.4, 0.5),
        };
        for step in 0..24 {
            let phase = f64::from(step) * speed + f64::from(subject);
            let (knee, elbow) = (0.5 + swing * phase.sin(), 0.3 + 0.1 * (phase * 1.7).cos());
            writeln!(data, "s{subject:02},{step},{knee},{elbow},1.5,low,x").unwrap();
        }
        writeln!(labels, "s{subject:02},{label}").unwrap();
    }
    workshop.write("data.csv", &data);
    workshop.write("labels.csv", &labels);
    workshop.write("recipe.toml", &format!("{RECIPE}{STAGES}"));
    workshop.edit(
        "recipe.toml",
        "label = \"label\"",
        "label = \"label\"\nclasses = [\"still\", \"slow\", \"fast\"]",
    );
    workshop
}

fn metrics(workshop: &Workshop) -> Value {
    serde_json::from_str(&workshop.read("run/metrics.json")).unwrap()
}

#[test]
fn stages_are_learnt_each_on_its_own_subjects_and_serve_every_command() {
    let workshop = workshop();
    workshop.edit("recipe.toml", "fraction = 0.25", "fraction = 0.25\ninner = 0.3");
    let bundle = workshop.fit_well("run", &[]);
    let manifest = &bundle.manifest;
    assert_eq!(manifest.classes, ["still", "slow", "fast"]);
    assert_eq!(manifest.members.len(), 2);
    assert_eq!(manifest.members[0].groups, [vec!["still"], vec!["slow", "fast"]]);
    assert_eq!(manifest.members[1].groups, [["slow"], ["fast"]]);
    assert!(manifest.members.iter().all(|member| member.network.classes == 2));
    assert_eq!(manifest.card.data["stages"], "still | slow, fast; slow | fast");

    let metrics = metrics(&workshop);
    let subjects = |stage: usize, side: &str| metrics["trainings"][stage][side].as_u64().unwrap();
    assert_eq!([0, 1].map(|stage| subjects(stage, "inner_subjects")), [10, 5]);
    assert_eq!([0, 1].map(|stage| subjects(stage, "training_subjects")), [20, 10]);
    assert_eq!(metrics["trainings"][1]["groups"], serde_json::json!([["slow"], ["fast"]]));
    assert_eq!(metrics["outer"]["subjects"], 10);
    assert!(metrics["outer"]["accuracy"].as_f64().unwrap() >= 0.9, "{metrics}");
    for stage in 1..=2 {
        assert!(workshop.read(&format!("run/stage-{stage}/curves.csv")).lines().count() > 1);
    }

    let shown = succeeded(&workshop.trainer(&["inspect", "run/model.bpk"]));
    assert!(shown.contains("tells apart: still | slow, fast\n"), "{shown}");
    assert!(shown.contains("engine ndarray: reproduces the known answers"), "{shown}");
    let predict = |engine: &str| {
        let arguments = ["predict", "run/model.bpk", "--data", "data.csv", "--engine", engine];
        succeeded(&workshop.trainer(&arguments))
    };
    assert_eq!(predict("cpu"), predict("ndarray"));
    assert!(["still", "slow", "fast"].iter().all(|class| predict("cpu").contains(&format!(",{class}\n"))));
}

#[test]
fn folds_have_all_stages_and_go_on_where_they_were_ended() {
    let workshop = workshop();
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 2");
    // One thread: one training after the other, and the same number for each in all runs.
    let whole = workshop.fit_well("run", &["--threads", "1"]);
    let groups: Vec<usize> = whole.manifest.members.iter().map(|member| member.groups[1].len()).collect();
    assert_eq!(groups, [2, 1, 2, 1]);
    assert_eq!(metrics(&workshop)["outer"]["subjects"], 40);

    let files = ["--data", "data.csv", "--labels", "labels.csv", "--out", "parts", "--threads", "1"];
    let fit = [&["fit", "recipe.toml", "--checkpoint-seconds", "0"], &files[..]].concat();
    let mut run = workshop.command(&fit).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while workshop.epochs("parts/fold-1/stage-2/checkpoint") == 0 {
        assert!(run.try_wait().unwrap().is_none(), "the run ended by itself");
        std::thread::yield_now();
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(!workshop.path("parts/fold-2/stage-2").exists());
    let parts = workshop.fit_well("parts", &["--threads", "1", "--resume"]);
    assert_eq!(parts.weights, whole.weights);
    let error = support::failed(&workshop.fit("parts", &[]));
    assert!(error.contains("already holds a run"), "{error}");
}

#[test]
fn groups_that_make_no_model_are_refused_with_their_line() {
    let first = "groups = [[\"still\"], [\"slow\", \"fast\"]]";
    let second = "groups = [[\"slow\"], [\"fast\"]]";
    for (from, to, stage, rest) in [
        (first, "groups = []", 0, "a list of 0, expected at least 2 groups"),
        (first, "groups = [[\"still\"], [], [\"slow\", \"fast\"]]", 0, "a list with an empty group"),
        (
            first,
            "groups = [[\"still\"], [\"slow\", \"quick\"]]",
            0,
            "a list with `quick`, expected groups of",
        ),
        (first, "groups = [[\"still\"], [\"slow\"]]", 0, "a list without `fast`, expected all classes"),
        (first, "groups = [[\"still\"], [\"slow\", \"fast\", \"still\"]]", 0, "a list with `still` twice"),
        (
            second,
            "groups = [[\"still\"], [\"fast\"]]",
            1,
            "a list of still, fast, expected the classes of one",
        ),
        (second, "groups = [[\"fast\", \"slow\"], [\"still\"]]", 1, "what stage 1 tells apart already"),
    ] {
        let workshop = workshop();
        workshop.edit("recipe.toml", from, to);
        let text = workshop.read("recipe.toml");
        let line = 1 + text[..text.find(to).unwrap()].matches('\n').count();
        let error = workshop.refusal();
        let start = format!("recipe.toml:{line}: `stages.{stage}.groups` is {rest}");
        assert!(error.contains(&start), "{error}instead of {start}");
    }
}

#[test]
fn a_group_that_nothing_divides_is_refused_also_where_the_data_name_the_classes() {
    let workshop = workshop();
    workshop.edit("recipe.toml", "classes = [\"still\", \"slow\", \"fast\"]\n", "");
    let text = workshop.read("recipe.toml");
    workshop.write("recipe.toml", text.rsplit_once("[[stages]]").unwrap().0);
    let error = workshop.refusal();
    assert!(
        error.contains("`stages.0.groups` is a list with fast, slow in one group, expected a later"),
        "{error}"
    );
}

#[test]
fn a_list_is_held_against_the_groups_of_the_stage_it_is_for() {
    let workshop = workshop();
    workshop.edit("recipe.toml", "class_weights.list = [1, 2]", "class_weights.list = [1, 2, 3]");
    let error = workshop.refusal();
    assert!(error.contains("`stages.1.class_weights.list` is a list of 3, expected 2"), "{error}");

    workshop.edit("recipe.toml", "class_weights.list = [1, 2, 3]\n", "");
    workshop.edit("recipe.toml", "targets = { majority = 0.9 }", "class_weights.list = [1, 2, 3]");
    let error = workshop.refusal();
    assert!(error.contains("`training.class_weights.list` is a list of 3, expected 2"), "{error}");
}
