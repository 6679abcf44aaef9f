//! Which subjects train and which judge: a stratified hold-out by subject or by group.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::labels::Label;
use crate::recipe::ValidationRecipe;

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
    /// A class with fewer than two subjects.
    #[error("the class `{class}` has {found} subjects, at least 2 are needed: one to train, one to judge")]
    TooFew {
        /// The class.
        class: String,
        /// Its subjects.
        found: usize,
    },
    /// Fewer than two groups.
    #[error("the group column has {found} different values, at least 2 are needed")]
    TooFewGroups {
        /// Its values.
        found: usize,
    },
    /// No choice of groups leaves every class on both sides.
    #[error("no choice of {held_out} of {groups} groups leaves every class with subjects on both sides")]
    Groups {
        /// Groups to be held out.
        held_out: usize,
        /// All groups.
        groups: usize,
    },
}

/// Draws of groups at most.
const GROUP_DRAWS: usize = 1000;

/// Draws that leave every class on both sides, of which the one whose class shares are closest to the
/// whole's is taken. Few, so that another seed gives another split even of a handful of groups.
const GROUP_CANDIDATES: usize = 5;

/// Splits the subjects. Without groups every class gives its share (at least one subject) to both sides.
/// With groups a share of the groups is held out, chosen among random draws so that the classes' shares
/// are close to the whole's.
///
/// # Errors
/// A class that cannot stand on both sides.
pub fn hold_out(
    labels: &[Label],
    classes: &[String],
    validation: &ValidationRecipe,
) -> Result<Split, SplitError> {
    let mut counts = vec![0; classes.len()];
    labels.iter().for_each(|label| counts[label.class] += 1);
    if let Some(class) = counts.iter().position(|count| *count < 2) {
        return Err(SplitError::TooFew { class: classes[class].clone(), found: counts[class] });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(validation.seed);
    let held_out = if validation.group.is_some() {
        by_group(labels, &counts, validation.fraction, &mut rng)?
    } else {
        by_subject(labels, &counts, validation.fraction, &mut rng)
    };
    let side = |judges: bool| (0..labels.len()).filter(|i| held_out[*i] == judges).collect();
    Ok(Split { training: side(false), validation: side(true) })
}

fn share(count: usize, fraction: f64) -> usize {
    ((count as f64 * fraction).round() as usize).clamp(1, count - 1)
}

fn by_subject(labels: &[Label], counts: &[usize], fraction: f64, rng: &mut ChaCha8Rng) -> Vec<bool> {
    let mut held_out = vec![false; labels.len()];
    for (class, count) in counts.iter().enumerate() {
        let mut members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i].class == class).collect();
        members.shuffle(rng);
        members[..share(*count, fraction)].iter().for_each(|i| held_out[*i] = true);
    }
    held_out
}

fn by_group(
    labels: &[Label],
    counts: &[usize],
    fraction: f64,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<bool>, SplitError> {
    let mut groups = BTreeMap::<&str, Vec<usize>>::new();
    for (i, label) in labels.iter().enumerate() {
        groups.entry(label.group.as_deref().unwrap_or_default()).or_default().push(i);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    if groups.len() < 2 {
        return Err(SplitError::TooFewGroups { found: groups.len() });
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(classes: &[usize], groups: Option<&[&str]>) -> Vec<Label> {
        let group = |i: usize| groups.map(|groups| groups[i].to_owned());
        let label = |(i, class): (usize, &usize)| Label { class: *class, group: group(i), line: 0 };
        classes.iter().enumerate().map(label).collect()
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| class.to_string()).collect()
    }

    #[test]
    fn every_class_gives_its_share_and_no_subject_is_on_both_sides() {
        let classes: Vec<usize> = (0..100).map(|i| usize::from(i % 10 == 0)).collect();
        let labels = labels(&classes, None);
        let split = hold_out(&labels, &names(2), &ValidationRecipe::default()).unwrap();
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
        let split =
            |seed| hold_out(&labels, &names(2), &ValidationRecipe { seed, ..Default::default() }).unwrap();
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
    }

    #[test]
    fn a_group_stays_together() {
        let people: Vec<String> = (0..60).map(|i| format!("person {}", i / 6)).collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let labels = labels(&[0, 1, 2].repeat(20), Some(&people));
        let recipe = ValidationRecipe { group: Some("person".into()), ..Default::default() };
        let split = hold_out(&labels, &names(3), &recipe).unwrap();
        assert_eq!(split.validation.len(), 12);
        for i in &split.validation {
            assert!(split.training.iter().all(|other| people[*other] != people[*i]));
        }
    }

    #[test]
    fn a_class_that_cannot_stand_on_both_sides_is_an_error() {
        let error = hold_out(&labels(&[0, 0, 1], None), &names(2), &ValidationRecipe::default());
        assert_eq!(error, Err(SplitError::TooFew { class: "1".into(), found: 1 }));
        let recipe = ValidationRecipe { group: Some("person".into()), ..Default::default() };
        let groups = ["a", "a", "b", "b"];
        let error = hold_out(&labels(&[0, 0, 1, 1], Some(&groups)), &names(2), &recipe);
        assert_eq!(error, Err(SplitError::Groups { held_out: 1, groups: 2 }));
    }
}
