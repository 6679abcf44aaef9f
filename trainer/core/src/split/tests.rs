//! Divisions of subjects: shares, seeds, groups, stages, and what cannot be divided.

use std::collections::HashSet;

use super::*;
use crate::decision::thresholds::Objective;
use crate::recipe::{DecisionRecipe, FineTuning, Protocol, RecipeFile, ValidationRecipe};

fn labels(classes: &[usize], groups: Option<&[&str]>) -> Vec<Label> {
    let group = |i: usize| groups.map(|groups| groups[i].to_owned());
    let label = |(i, class): (usize, &usize)| Label { class: *class, group: group(i), line: 0 };
    classes.iter().enumerate().map(label).collect()
}

/// A recipe with this validation, where those that judge choose as well.
fn recipe(validation: ValidationRecipe) -> Recipe {
    nested(ValidationRecipe { protocol: Protocol::AsReport, ..validation })
}

/// A recipe with this validation, which stops early.
fn nested(validation: ValidationRecipe) -> Recipe {
    let text = include_str!("../../../recipes/cnn-gru.toml");
    Recipe { validation, ..RecipeFile::parse("r".as_ref(), text.into()).unwrap().recipe }
}

fn splits(
    labels: &[Label],
    classes: &[String],
    validation: &ValidationRecipe,
) -> Result<Vec<Split>, SplitError> {
    let division = divide(labels, classes, &recipe(validation.clone()))?;
    assert!(division.calibration.is_empty());
    assert!(division.splits.iter().all(|split| !split.is_nested()));
    Ok(division.splits)
}

/// The subjects that train and those that judge.
fn sides(split: &Split) -> (Vec<usize>, Vec<usize>) {
    (split.training.clone(), split.outer.subjects().to_vec())
}

fn one(splits: Result<Vec<Split>, SplitError>) -> Split {
    let mut splits = splits.unwrap();
    assert_eq!(splits.len(), 1);
    splits.remove(0)
}

fn two() -> Vec<Purpose> {
    vec![Purpose::Train, Purpose::Judge]
}

fn three() -> Vec<Purpose> {
    vec![Purpose::Train, Purpose::Judge, Purpose::Decide]
}

fn folds(folds: usize, group: Option<&str>) -> ValidationRecipe {
    ValidationRecipe { folds: Some(folds), group: group.map(str::to_owned), ..Default::default() }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|class| class.to_string()).collect()
}

#[test]
fn every_class_gives_its_share_and_no_subject_is_on_both_sides() {
    let classes: Vec<usize> = (0..100).map(|i| usize::from(i % 10 == 0)).collect();
    let labels = labels(&classes, None);
    let split = one(splits(&labels, &names(2), &ValidationRecipe::default()));
    let rare = |side: &[usize]| side.iter().filter(|i| classes[**i] == 1).count();
    let (training, judging) = sides(&split);
    assert_eq!((training.len(), judging.len()), (80, 20));
    assert_eq!((rare(&training), rare(&judging)), (8, 2));
    let mut all = [training, judging].concat();
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
}

#[test]
fn the_seed_decides() {
    let labels = labels(&[0, 1].repeat(50), None);
    let split = |seed| one(splits(&labels, &names(2), &ValidationRecipe { seed, ..Default::default() }));
    assert_eq!(split(1), split(1));
    assert_ne!(split(1), split(2));
}

#[test]
fn a_group_stays_together() {
    let people: Vec<String> = (0..60).map(|i| format!("person {}", i / 6)).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let labels = labels(&[0, 1, 2].repeat(20), Some(&people));
    let recipe = ValidationRecipe { group: Some("person".into()), ..Default::default() };
    let split = one(splits(&labels, &names(3), &recipe));
    assert_eq!(split.outer.subjects().len(), 12);
    for i in split.outer.subjects() {
        assert!(split.training.iter().all(|other| people[*other] != people[*i]));
    }
}

#[test]
fn a_class_that_cannot_stand_on_both_sides_is_an_error() {
    let error = splits(&labels(&[0, 0, 1], None), &names(2), &ValidationRecipe::default());
    assert_eq!(error, Err(SplitError::TooFew { class: "1".into(), found: 1, purposes: two() }));
    let recipe = ValidationRecipe { group: Some("person".into()), ..Default::default() };
    let groups = ["a", "a", "b", "b"];
    let error = splits(&labels(&[0, 0, 1, 1], Some(&groups)), &names(2), &recipe);
    assert_eq!(error, Err(SplitError::FewGroupsOfClass { class: "0".into(), found: 1, purposes: two() }));
}

#[test]
fn every_subject_judges_in_one_fold_and_every_class_in_every_fold() {
    let classes: Vec<usize> = (0..53).map(|i| usize::from(i % 10 == 0)).collect();
    let labels = labels(&classes, None);
    let splits = splits(&labels, &names(2), &folds(5, None)).unwrap();
    let mut judged: Vec<usize> = splits.iter().flat_map(|split| sides(split).1).collect();
    judged.sort_unstable();
    assert_eq!(judged, (0..53).collect::<Vec<_>>());
    for (training, validation) in splits.iter().map(sides) {
        assert!((10..=11).contains(&validation.len()) && training.len() + validation.len() == 53);
        assert!(validation.iter().any(|i| classes[*i] == 1) && training.iter().any(|i| classes[*i] == 1));
        assert!(validation.iter().all(|i| !training.contains(i)));
    }
}

#[test]
fn a_group_is_in_one_fold() {
    let people: Vec<String> = (0..42).map(|i| format!("person {}", i / 6)).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let labels = labels(&[0, 1, 2].repeat(14), Some(&people));
    let splits = splits(&labels, &names(3), &folds(3, Some("person"))).unwrap();
    assert_eq!(splits.iter().map(|split| split.outer.subjects().len()).sum::<usize>(), 42);
    for (training, validation) in splits.iter().map(sides) {
        assert!(validation.iter().all(|i| training.iter().all(|other| people[*other] != people[*i])));
    }
}

#[test]
fn folds_that_a_class_cannot_fill_are_an_error() {
    let error = splits(&labels(&[0, 0, 0, 1, 1], None), &names(2), &folds(3, None));
    let class = "1".to_owned();
    assert_eq!(error, Err(SplitError::MissingFromFold { class, found: 2, folds: 3 }));
    let groups = ["a", "a", "b", "b"];
    let error = splits(&labels(&[0, 1, 1, 0], Some(&groups)), &names(2), &folds(3, Some("person")));
    assert_eq!(error, Err(SplitError::TooFewGroups { found: 2, needed: 3 }));
}

/// Groups of one subject of each class but `1` and `2`, which the first `with` of them have as well.
fn staged(groups: usize, with: usize) -> Vec<Label> {
    let subjects =
        (0..groups).flat_map(|group| (0..if group < with { 3 } else { 1 }).map(move |class| (group, class)));
    subjects.map(|(group, class)| Label { class, group: Some(group.to_string()), line: 0 }).collect()
}

#[test]
fn a_fold_has_subjects_to_judge_every_stage() {
    let group = |classes: &[&str]| classes.iter().map(|class| (*class).to_owned()).collect::<Vec<_>>();
    let stage = |groups| StageRecipe { groups, class_weights: None, targets: None };
    let stages =
        vec![stage(vec![group(&["0"]), group(&["1", "2"])]), stage(vec![group(&["1"]), group(&["2"])])];
    let recipe = Recipe { stages, ..recipe(folds(4, Some("person"))) };
    let labels = staged(40, 4);
    for (training, validation) in divide(&labels, &names(3), &recipe).unwrap().splits.iter().map(sides) {
        let of = |class: usize, side: &[usize]| side.iter().any(|subject| labels[*subject].class == class);
        assert!((0..3).all(|class| of(class, &training)));
        assert!(of(1, &validation) && of(2, &validation), "{validation:?}");
    }
    let error = divide(&staged(40, 3), &names(3), &recipe);
    assert_eq!(error, Err(SplitError::StageMissingFromFold { stage: 2, found: 3, folds: 4 }));
}

/// A recipe that asks for a decision.
fn deciding(validation: ValidationRecipe) -> Recipe {
    let decision = DecisionRecipe { thresholds: Some(Objective::MacroF1), ..Default::default() };
    Recipe { decision, ..recipe(validation) }
}

#[test]
fn who_chooses_the_decision_neither_trains_nor_judges() {
    let people: Vec<String> = (0..120).map(|i| format!("person {}", i / 6)).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let labels = labels(&[0, 1, 2].repeat(40), Some(&people));
    for group in [None, Some("person")] {
        let hold_out = ValidationRecipe { group: group.map(str::to_owned), ..Default::default() };
        for validation in [hold_out, folds(5, group)] {
            let Division { calibration, splits, .. } =
                divide(&labels, &names(3), &deciding(validation)).unwrap();
            assert_eq!(calibration.len(), 18);
            assert!(
                (0..3).all(|class| calibration.iter().filter(|i| labels[**i].class == class).count() == 6)
            );
            let mut judged: Vec<usize> = Vec::new();
            for (training, validation) in splits.iter().map(sides) {
                assert!(training.iter().chain(&validation).all(|i| !calibration.contains(i)));
                assert_eq!(training.len() + validation.len(), 102);
                judged.extend(validation);
            }
            assert!(splits.len() == 1 || judged.len() == 102);
            if group.is_some() {
                let other = |i: &usize| calibration.iter().all(|chooser| people[*chooser] != people[*i]);
                assert!(splits[0].training.iter().chain(splits[0].outer.subjects()).all(other));
            }
        }
    }
}

#[test]
fn a_class_that_cannot_choose_a_decision_as_well_is_an_error() {
    let error = divide(&labels(&[0, 0, 0, 1, 1], None), &names(2), &deciding(ValidationRecipe::default()));
    assert_eq!(error, Err(SplitError::TooFew { class: "1".into(), found: 2, purposes: three() }));
    let groups = ["a", "a", "b", "b", "b", "c"];
    let validation = ValidationRecipe { group: Some("person".into()), ..Default::default() };
    let error = divide(&labels(&[0, 1, 0, 1, 1, 0], Some(&groups)), &names(2), &deciding(validation));
    assert_eq!(error, Err(SplitError::FewGroupsOfClass { class: "1".into(), found: 2, purposes: three() }));
}

#[test]
fn who_chooses_neither_trains_nor_judges() {
    let people: Vec<String> = (0..240).map(|i| format!("person {}", i / 6)).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let labels = labels(&[0, 1, 2].repeat(80), Some(&people));
    for group in [None, Some("person")] {
        let hold_out = ValidationRecipe { group: group.map(str::to_owned), ..Default::default() };
        for validation in [hold_out, folds(5, group)] {
            let splits = divide(&labels, &names(3), &nested(validation)).unwrap().splits;
            let mut judged = Vec::new();
            for Split { training, inner, outer } in &splits {
                let (inner, outer) = (inner.subjects(), outer.subjects());
                // 0.15 of the 192 that are not held out: ten of each class, or five persons of 32.
                assert_eq!((training.len(), inner.len(), outer.len()), (162, 30, 48));
                let mut all = [training, inner, outer].concat();
                all.sort_unstable();
                assert_eq!(all, (0..240).collect::<Vec<_>>());
                assert!((0..3).all(|class| inner.iter().any(|i| labels[*i].class == class)));
                if group.is_some() {
                    let of = |side: &[usize]| side.iter().map(|i| people[*i]).collect::<HashSet<_>>();
                    let (train, choose, judge) = (of(training), of(inner), of(outer));
                    assert!(train.is_disjoint(&choose) && choose.is_disjoint(&judge));
                }
                judged.extend(outer.to_vec());
            }
            assert!(splits.len() == 1 || judged.len() == 240);
        }
    }
}

#[test]
fn who_judges_is_the_same_whoever_chooses() {
    let labels = labels(&[0, 1].repeat(60), None);
    let outer = |recipe: Recipe| -> Vec<Outer> {
        divide(&labels, &names(2), &recipe).unwrap().splits.into_iter().map(|split| split.outer).collect()
    };
    let validation = folds(4, None);
    let inner = ValidationRecipe { inner: Some(0.4), ..validation.clone() };
    let expected = outer(recipe(validation.clone()));
    assert_eq!(outer(nested(validation)), expected);
    assert_eq!(outer(nested(inner)), expected);
}

#[test]
fn without_a_choice_nobody_is_set_aside_to_choose() {
    let mut recipe = nested(ValidationRecipe::default());
    recipe.training.early_stopping = None;
    assert_eq!(recipe.inner_share(), None);
    // Fine-tuning trains on those that chose: never on those that judge.
    recipe.training.fine_tuning = Some(FineTuning { epochs: 1, learning_rate: 1e-4 });
    assert_eq!(recipe.inner_share(), Some(0.15));
}

#[test]
fn a_class_that_cannot_choose_the_epoch_as_well_is_an_error() {
    let error = divide(&labels(&[0, 0, 0, 1, 1], None), &names(2), &nested(ValidationRecipe::default()));
    let purposes = vec![Purpose::Train, Purpose::Choose, Purpose::Judge];
    assert_eq!(error, Err(SplitError::TooFew { class: "1".into(), found: 2, purposes }));
    let error =
        divide(&labels(&[0, 0, 0, 0, 1, 1, 1], None), &names(2), &nested(folds(2, None))).unwrap_err();
    assert_eq!(error.key(), "validation.inner");
    assert_eq!(
        error.to_string(),
        "of the subjects that train fold 1, some are set aside to choose the epoch by: too few subjects are of the class \
         `1`: 1, expected at least 2, one to train and one to choose the epoch; label more of them, or leave the class out"
    );
}

#[test]
fn cross_fitting_asks_about_every_subject_that_a_hold_out_leaves() {
    let labels = labels(&[0, 1, 2].repeat(40), None);
    let validation = ValidationRecipe { cross_fit: Some(4), ..Default::default() };
    let Division { splits, cross_fit, .. } = divide(&labels, &names(3), &nested(validation)).unwrap();
    let mut asked: Vec<usize> = cross_fit.iter().flat_map(|split| split.outer.subjects()).copied().collect();
    asked.sort_unstable();
    let mut left = [&splits[0].training[..], splits[0].inner.subjects()].concat();
    left.sort_unstable();
    assert_eq!(asked, left);
    for Split { training, inner, outer } in &cross_fit {
        let (inner, outer) = (inner.subjects(), outer.subjects());
        assert!(training.iter().all(|i| !inner.contains(i) && !outer.contains(i) && left.contains(i)));
        assert!(inner.iter().all(|i| !outer.contains(i) && left.contains(i)));
    }
}
