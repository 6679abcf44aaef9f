//! Which subjects train and which judge: a stratified hold-out or folds, by subject or by group.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::labels::Label;
use crate::recipe::{Scheme, ValidationRecipe};

/// Indices of the recordings on each side, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Those that train.
    pub training: Vec<usize>,
    /// Those that judge.
    pub validation: Vec<usize>,
}

/// Why the subjects cannot be split.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A class without a subject.
    #[error("no subject is of the class `{class}`: label some, or leave the class out of `data.classes`")]
    Nobody {
        /// The class.
        class: String,
    },
    /// A class with one subject.
    #[error(
        "one subject only is of the class `{class}`, expected at least 2, one to train and one to judge: \
         label more of them, or leave the class out"
    )]
    TooFew {
        /// The class.
        class: String,
    },
    /// A class with fewer subjects than there are folds.
    #[error(
        "the class `{class}` has {found} subjects and would be missing from some of {folds} folds: \
         set `folds` to {found} at most"
    )]
    MissingFromFold {
        /// The class.
        class: String,
        /// Its subjects.
        found: usize,
        /// The folds.
        folds: usize,
    },
    /// Fewer groups than sides or folds.
    #[error(
        "the group column has {found} different values, expected at least {needed}: ask for fewer `folds`, \
         or name another column"
    )]
    TooFewGroups {
        /// Its values.
        found: usize,
        /// Folds, or the two sides of a hold-out.
        needed: usize,
    },
    /// A fold whose training part lacks a class, however the groups are dealt.
    #[error(
        "no way to deal {groups} groups to {folds} folds leaves every class something to train on: \
         ask for other `folds`, or name another column"
    )]
    GroupFolds {
        /// All groups.
        groups: usize,
        /// The folds.
        folds: usize,
    },
    /// No choice of groups leaves every class on both sides.
    #[error(
        "no choice of {held_out} of {groups} groups leaves every class with subjects on both sides: \
         ask for another `fraction`, or name another column"
    )]
    Groups {
        /// Groups to be held out.
        held_out: usize,
        /// All groups.
        groups: usize,
    },
}

impl SplitError {
    /// The key of a recipe that says what cannot be done.
    pub fn key(&self) -> &'static str {
        match self {
            SplitError::Nobody { .. } => "data.classes",
            SplitError::TooFew { .. } => "validation",
            SplitError::MissingFromFold { .. } => "validation.folds",
            SplitError::TooFewGroups { .. } | SplitError::GroupFolds { .. } | SplitError::Groups { .. } => {
                "validation.group"
            }
        }
    }
}

/// Draws of groups at most.
const GROUP_DRAWS: usize = 1000;

/// Draws that leave every class on both sides, of which the one whose class shares are closest to the
/// whole's is taken. Few, so that another seed gives another split even of a handful of groups.
const GROUP_CANDIDATES: usize = 5;

/// Splits the subjects: once for a hold-out, else as often as there are folds.
///
/// Without groups every class gives its share to both sides of a hold-out, or to every fold. With groups a
/// share of them is held out, or they are dealt to the folds, chosen among random draws so that the
/// classes' shares are close to the whole's.
///
/// # Errors
/// A class that cannot stand on both sides.
pub fn splits(
    labels: &[Label],
    classes: &[String],
    validation: &ValidationRecipe,
) -> Result<Vec<Split>, SplitError> {
    let mut counts = vec![0; classes.len()];
    labels.iter().for_each(|label| counts[label.class] += 1);
    if let Some(place) = counts.iter().position(|count| *count < 2) {
        let class = classes[place].clone();
        return Err(if counts[place] == 0 {
            SplitError::Nobody { class }
        } else {
            SplitError::TooFew { class }
        });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(validation.seed);
    let by_group = validation.group.is_some();
    // The fold of each subject; a hold-out judges by its fold 0 only.
    let (fold_of, folds): (Vec<usize>, usize) = match validation.scheme() {
        Scheme::HoldOut(fraction) => {
            let held_out = if by_group {
                hold_out_groups(labels, &counts, fraction, &mut rng)?
            } else {
                hold_out_subjects(labels, &counts, fraction, &mut rng)
            };
            (held_out.iter().map(|held_out| usize::from(!held_out)).collect(), 1)
        }
        Scheme::Folds(folds) if by_group => (deal_groups(labels, &counts, folds, &mut rng)?, folds),
        Scheme::Folds(folds) => {
            if let Some(class) = counts.iter().position(|count| *count < folds) {
                let (class, found) = (classes[class].clone(), counts[class]);
                return Err(SplitError::MissingFromFold { class, found, folds });
            }
            (deal_subjects(labels, classes.len(), folds, &mut rng), folds)
        }
    };
    let side = |fold: usize, judges: bool| {
        (0..labels.len()).filter(|i| (fold_of[*i] == fold) == judges).collect::<Vec<usize>>()
    };
    Ok((0..folds).map(|fold| Split { training: side(fold, false), validation: side(fold, true) }).collect())
}

fn share(count: usize, fraction: f64) -> usize {
    ((count as f64 * fraction).round() as usize).clamp(1, count - 1)
}

fn hold_out_subjects(labels: &[Label], counts: &[usize], fraction: f64, rng: &mut ChaCha8Rng) -> Vec<bool> {
    let mut held_out = vec![false; labels.len()];
    for (class, count) in counts.iter().enumerate() {
        let mut members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i].class == class).collect();
        members.shuffle(rng);
        members[..share(*count, fraction)].iter().for_each(|i| held_out[*i] = true);
    }
    held_out
}

fn hold_out_groups(
    labels: &[Label],
    counts: &[usize],
    fraction: f64,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<bool>, SplitError> {
    let mut groups = groups(labels, 2)?;
    let count = share(groups.len(), fraction);
    let mut best: Option<(f64, Vec<usize>)> = None;
    let mut candidates = 0;
    for _ in 0..GROUP_DRAWS {
        if candidates == GROUP_CANDIDATES {
            break;
        }
        groups.shuffle(rng);
        let chosen: Vec<usize> = groups[..count].concat();
        let mut held_out = vec![0; counts.len()];
        chosen.iter().for_each(|i| held_out[labels[*i].class] += 1);
        let whole = held_out.iter().zip(counts).all(|(held_out, all)| *held_out > 0 && held_out < all);
        let distance: f64 = held_out
            .iter()
            .zip(counts)
            .map(|(held_out, all)| (*held_out as f64 / *all as f64 - fraction).powi(2))
            .sum();
        candidates += usize::from(whole);
        if whole && best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, chosen));
        }
    }
    let (_, chosen) = best.ok_or(SplitError::Groups { held_out: count, groups: groups.len() })?;
    let mut held_out = vec![false; labels.len()];
    chosen.into_iter().for_each(|i| held_out[i] = true);
    Ok(held_out)
}

/// The subjects of each group, at least `needed` groups.
fn groups(labels: &[Label], needed: usize) -> Result<Vec<Vec<usize>>, SplitError> {
    let mut groups = BTreeMap::<&str, Vec<usize>>::new();
    for (i, label) in labels.iter().enumerate() {
        groups.entry(label.group.as_deref().unwrap_or_default()).or_default().push(i);
    }
    if groups.len() < needed {
        return Err(SplitError::TooFewGroups { found: groups.len(), needed });
    }
    Ok(groups.into_values().collect())
}

/// The fold of each subject. Each class is dealt on where the one before ended, so that the folds' sizes
/// differ by one at most.
fn deal_subjects(labels: &[Label], classes: usize, folds: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut fold_of = vec![0; labels.len()];
    let mut next = 0;
    for class in 0..classes {
        let mut members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i].class == class).collect();
        members.shuffle(rng);
        for member in members {
            fold_of[member] = next % folds;
            next += 1;
        }
    }
    fold_of
}

/// The fold of each subject, all of a group in one.
fn deal_groups(
    labels: &[Label],
    counts: &[usize],
    folds: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<usize>, SplitError> {
    let mut groups = groups(labels, folds)?;
    let mut best: Option<(f64, Vec<usize>)> = None;
    let mut candidates = 0;
    for _ in 0..GROUP_DRAWS {
        if candidates == GROUP_CANDIDATES {
            break;
        }
        groups.shuffle(rng);
        let mut fold_of = vec![0; labels.len()];
        let mut held_out = vec![vec![0; counts.len()]; folds];
        for (place, group) in groups.iter().enumerate() {
            for subject in group {
                fold_of[*subject] = place % folds;
                held_out[place % folds][labels[*subject].class] += 1;
            }
        }
        let shares = held_out.iter().flat_map(|fold| fold.iter().zip(counts));
        let trainable = shares.clone().all(|(held_out, all)| held_out < all);
        let even = 1.0 / folds as f64;
        let distance = shares.map(|(held_out, all)| (*held_out as f64 / *all as f64 - even).powi(2)).sum();
        candidates += usize::from(trainable);
        if trainable && best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, fold_of));
        }
    }
    best.map(|(_, fold_of)| fold_of).ok_or(SplitError::GroupFolds { groups: groups.len(), folds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(classes: &[usize], groups: Option<&[&str]>) -> Vec<Label> {
        let group = |i: usize| groups.map(|groups| groups[i].to_owned());
        let label = |(i, class): (usize, &usize)| Label { class: *class, group: group(i), line: 0 };
        classes.iter().enumerate().map(label).collect()
    }

    fn one(splits: Result<Vec<Split>, SplitError>) -> Split {
        let mut splits = splits.unwrap();
        assert_eq!(splits.len(), 1);
        splits.remove(0)
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
        assert_eq!((split.training.len(), split.validation.len()), (80, 20));
        assert_eq!((rare(&split.training), rare(&split.validation)), (8, 2));
        let mut all = [split.training, split.validation].concat();
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
        assert_eq!(split.validation.len(), 12);
        for i in &split.validation {
            assert!(split.training.iter().all(|other| people[*other] != people[*i]));
        }
    }

    #[test]
    fn a_class_that_cannot_stand_on_both_sides_is_an_error() {
        let error = splits(&labels(&[0, 0, 1], None), &names(2), &ValidationRecipe::default());
        assert_eq!(error, Err(SplitError::TooFew { class: "1".into() }));
        let recipe = ValidationRecipe { group: Some("person".into()), ..Default::default() };
        let groups = ["a", "a", "b", "b"];
        let error = splits(&labels(&[0, 0, 1, 1], Some(&groups)), &names(2), &recipe);
        assert_eq!(error, Err(SplitError::Groups { held_out: 1, groups: 2 }));
    }

    #[test]
    fn every_subject_judges_in_one_fold_and_every_class_in_every_fold() {
        let classes: Vec<usize> = (0..53).map(|i| usize::from(i % 10 == 0)).collect();
        let labels = labels(&classes, None);
        let splits = splits(&labels, &names(2), &folds(5, None)).unwrap();
        let mut judged: Vec<usize> = splits.iter().flat_map(|split| split.validation.clone()).collect();
        judged.sort_unstable();
        assert_eq!(judged, (0..53).collect::<Vec<_>>());
        for Split { training, validation } in splits {
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
        assert_eq!(splits.iter().map(|split| split.validation.len()).sum::<usize>(), 42);
        for Split { training, validation } in splits {
            assert!(validation.iter().all(|i| training.iter().all(|other| people[*other] != people[*i])));
        }
    }

    #[test]
    fn folds_that_a_class_cannot_fill_are_an_error() {
        let error = splits(&labels(&[0, 0, 0, 1, 1], None), &names(2), &folds(3, None));
        let class = "1".to_owned();
        assert_eq!(error, Err(SplitError::MissingFromFold { class, found: 2, folds: 3 }));
        let groups = ["a", "a", "a", "b"];
        let error = splits(&labels(&[0, 1, 1, 0], Some(&groups)), &names(2), &folds(2, Some("person")));
        assert_eq!(error, Err(SplitError::GroupFolds { groups: 2, folds: 2 }));
        let error = splits(&labels(&[0, 1, 1, 0], Some(&groups)), &names(2), &folds(3, Some("person")));
        assert_eq!(error, Err(SplitError::TooFewGroups { found: 2, needed: 3 }));
    }
}
