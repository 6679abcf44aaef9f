//! Members that tell groups of classes apart, one after the other.

use painwave::aggregate::{Aggregate, MemberAggregation, WindowAggregation};
use painwave::bundle::{Bundle, BundleError, InvalidManifest, WeightType};
use painwave::classifier::Classifier;
use painwave::engine;
use painwave::recording::Recording;
use painwave::stages::{StageError, Stages};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::probabilities::{assert_close, logits};
use crate::support::{Numbers, groups, of_groups};

/// The means over the members of each stage and over the windows.
fn combine(stages: &Stages, logits: &[&[f32]]) -> Aggregate {
    let probabilities = stages.probabilities(MemberAggregation::MeanProbability, logits);
    WindowAggregation::MeanProbability.combine(&probabilities, stages.classes())
}

/// One member tells `none` from the other classes, the other one tells these apart.
fn staged_bundle() -> Bundle {
    of_groups(["none|high,low", "low|high"])
}

fn stages(members: &[&str]) -> Result<Stages, StageError> {
    let classes = ["none", "low", "high"].map(String::from);
    let members: Vec<Vec<Vec<String>>> = members.iter().map(|text| groups(text)).collect();
    Stages::new(members.iter().map(|groups| &groups[..]), &classes)
}

#[test]
fn a_class_has_the_product_of_its_groups_in_every_window() {
    let stages = stages(&["none|low,high", "high|low"]).unwrap();
    let pain = [logits(0.75), logits(0.5)].concat();
    let how_much = [logits(0.25), logits(0.5)].concat();
    // 1/4 * 1/4 = 1/16 is high in the first window, 1/2 * 1/2 in the second.
    let windows = stages.probabilities(MemberAggregation::MeanProbability, &[&pain, &how_much]);
    let outcome = combine(&stages, &[&pain, &how_much]);
    assert_close(&windows, &[0.75, 0.1875, 0.0625, 0.5, 0.25, 0.25]);
    assert_close(&outcome.probabilities, &[0.625, 0.21875, 0.15625]);
    assert_eq!(outcome.class, 0);
}

#[test]
fn the_likeliest_class_wins_and_not_the_likeliest_group() {
    let stages = stages(&["none|low,high", "low|high"]).unwrap();
    let outcome = combine(&stages, &[&logits(0.4), &logits(0.5)]);
    assert_close(&outcome.probabilities, &[0.4, 0.3, 0.3]);
    assert_eq!(outcome.class, 0);
}

#[test]
fn members_of_the_same_groups_are_an_ensemble_within_their_stage() {
    let stages = stages(&["none|low,high", "low|high", "none|high,low", "low|high"]).unwrap();
    let logits = [0.9, 0.6, 0.5, 0.2].map(logits);
    let logits: Vec<&[f32]> = logits.iter().map(|logits| &logits[..]).collect();
    // 0.7 and 0.4 are the means of the stages.
    let outcome = combine(&stages, &logits);
    assert_close(&outcome.probabilities, &[0.7, 0.3 * 0.4, 0.3 * 0.6]);
}

#[test]
fn members_without_groups_are_combined_as_ever() {
    let stages = stages(&["", "none|low|high", ""]).unwrap();
    let logits: Vec<Vec<f32>> = (0..3).map(|seed| Numbers(seed).take(12).collect()).collect();
    let logits: Vec<&[f32]> = logits.iter().map(|logits| &logits[..]).collect();
    let expected = MemberAggregation::MeanProbability.probabilities(&logits, 3);
    assert_eq!(stages.probabilities(MemberAggregation::MeanProbability, &logits), expected);
}

#[test]
fn groups_that_do_not_tell_the_classes_apart_are_refused() {
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<String>>();
    let (member, class) = (0, |class: &str| class.to_owned());
    for (members, expected) in [
        (vec!["none,low,high"], StageError::TooFewGroups { member, found: 1 }),
        (vec!["none|low,high,some", "low|high"], StageError::UnknownClass { member, class: class("some") }),
        (vec!["none|low,none,high", "low|high"], StageError::Twice { member, class: class("none") }),
        (vec!["none|low"], StageError::Missing { member, class: class("high") }),
        (vec!["low|high", "none|low,high"], StageError::Missing { member, class: class("none") }),
        (vec!["none|low,high"], StageError::Together { member, classes: names(&["low", "high"]) }),
        (
            vec!["none|low,high", "none|low"],
            StageError::NoGroup { member: 1, classes: names(&["none", "low"]) },
        ),
        (
            vec!["none|low,high", "low|high", "none|low,high", "high|low"],
            StageError::NoGroup { member: 3, classes: names(&["low", "high"]) },
        ),
        (vec!["", "low|high"], StageError::NoGroup { member: 1, classes: names(&["low", "high"]) }),
    ] {
        assert_eq!(stages(&members), Err(expected), "{members:?}");
    }
    let empty = [vec!["none".to_owned()], Vec::new()];
    let classes = ["none", "low"].map(String::from);
    assert_eq!(Stages::new([&empty[..]], &classes), Err(StageError::EmptyGroup { member }));
}

#[test]
fn a_bundle_of_stages_is_held_to_its_groups() {
    let bundle = staged_bundle();
    let file = bundle.to_bytes(WeightType::F32).expect("the bundle is valid");
    assert_eq!(Bundle::from_bytes(&file).expect("what was written is read"), bundle);

    let mut without = bundle.clone();
    without.manifest.members[1].groups = groups("low|none");
    let error = without.validate().expect_err("the groups are no tree");
    assert!(matches!(error, BundleError::Invalid(InvalidManifest::Stages(_))), "{error}");
    let mut wider = bundle;
    wider.manifest.members[0].groups = groups("none|low|high");
    wider.manifest.members[1].groups.clear();
    let error = wider.validate().expect_err("the network has two outputs");
    assert!(
        matches!(error, BundleError::Invalid(InvalidManifest::Size { found: 2, expected: 3, .. })),
        "{error}"
    );
}

/// The engines differ by rounding only.
async fn every_engine_says_the_same_of_a_bundle_of_stages() {
    let recordings = [6, 9].map(|steps: u8| Recording {
        id: steps.to_string(),
        times: (0..steps).map(f64::from).collect(),
        values: Numbers(steps.into()).take(2 * usize::from(steps)).collect(),
        codes: (0..steps).map(|step| step % 2).collect(),
    });
    let mut first: Option<Vec<f32>> = None;
    for kind in engine::built() {
        let classifier = Classifier::new(staged_bundle(), *kind).await.expect("the engine is proven");
        let predictions = classifier.classify(&[&recordings[0], &recordings[1]]).await.expect("it answers");
        let mut probabilities = Vec::new();
        for prediction in predictions {
            assert!((prediction.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            assert_eq!(prediction.window_probabilities.len(), 3 * prediction.window_starts.len());
            probabilities.extend(prediction.window_probabilities);
        }
        let first = first.get_or_insert_with(|| probabilities.clone());
        let close = first.iter().zip(&probabilities).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(
            close && first.len() == probabilities.len() && !first.is_empty(),
            "{kind}: {probabilities:?} instead of {first:?}"
        );
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_engine_runs_stages() {
    pollster::block_on(every_engine_says_the_same_of_a_bundle_of_stages());
}

#[cfg(target_arch = "wasm32")]
#[test]
async fn every_engine_runs_stages() {
    every_engine_says_the_same_of_a_bundle_of_stages().await;
}
