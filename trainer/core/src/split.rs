//! Which subjects train, which judge and which choose a decision: by subject or by group, stratified by class.

mod error;
mod groups;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

pub use self::error::SplitError;
use self::groups::{Groups, NoDeal, Parts, TRIES};
use crate::labels::Label;
use crate::recipe::{Recipe, Scheme, StageRecipe};

/// Indices of the recordings on each side, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Those that train.
    pub training: Vec<usize>,
    /// Those that judge.
    pub validation: Vec<usize>,
}

/// All subjects by what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Indices of the recordings, ascending, that temperature and thresholds are chosen on: no split has any of them.
    /// None where the recipe asks for neither.
    pub calibration: Vec<usize>,
    /// The splits of the others: one for a hold-out, else one for each fold.
    pub splits: Vec<Split>,
}

/// Divides the subjects as a recipe says.
///
/// Without groups every class gives its share to both sides of a hold-out, or to every fold, and to the subjects of
/// calibration. With groups these are dealt instead, so that the classes' shares are close to the whole's.
///
/// # Errors
/// A class that cannot stand on every side, or a stage that a fold could not judge.
pub fn divide(labels: &[Label], classes: &[String], recipe: &Recipe) -> Result<Division, SplitError> {
    let mut counts = vec![0; classes.len()];
    labels.iter().for_each(|label| counts[label.class] += 1);
    let dealer = Dealer {
        labels,
        classes,
        counts,
        scheme: recipe.validation.scheme(),
        calibration: recipe.decision.calibration_share(),
    };
    let rng = &mut ChaCha8Rng::seed_from_u64(recipe.validation.seed);
    dealer.check_counts()?;
    let part_of = match recipe.validation.group {
        Some(_) => dealer.deal_groups(&stages(&recipe.stages, classes), rng)?,
        None => dealer.deal_subjects(rng)?,
    };
    let of = |belongs: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..labels.len()).filter(|subject| belongs(part_of[*subject])).collect()
    };
    let calibration = dealer.sides();
    let judging = match dealer.scheme {
        Scheme::HoldOut(_) => 1,
        Scheme::Folds(folds) => folds,
    };
    let split = |fold: usize| Split {
        training: of(&|part| part != fold && part != calibration),
        validation: of(&|part| part == fold),
    };
    Ok(Division { calibration: of(&|part| part == calibration), splits: (0..judging).map(split).collect() })
}

/// The classes of each stage, `[stages][classes]`; without stages, those of the one network.
fn stages(stages: &[StageRecipe], classes: &[String]) -> Vec<Vec<bool>> {
    let known = |stage: &StageRecipe| stage.group_of(classes).iter().map(Option::is_some).collect();
    if stages.is_empty() { vec![vec![true; classes.len()]] } else { stages.iter().map(known).collect() }
}

/// Deals the subjects of a data set to parts: the folds, or the validation and the training side of a hold-out, then
/// the subjects of calibration.
struct Dealer<'a> {
    labels: &'a [Label],
    classes: &'a [String],
    /// Subjects of each class.
    counts: Vec<usize>,
    scheme: Scheme,
    /// Share of the subjects of calibration, if there are any.
    calibration: Option<f64>,
}

impl Dealer<'_> {
    /// The parts without that of calibration.
    fn sides(&self) -> usize {
        match self.scheme {
            Scheme::HoldOut(_) => 2,
            Scheme::Folds(folds) => folds,
        }
    }

    /// Subjects, or groups, that a class needs: to train, to judge and for calibration.
    fn needed(&self) -> usize {
        2 + usize::from(self.calibration.is_some())
    }

    /// How many of `count` subjects or groups, [`Dealer::needed`] at least, are for calibration.
    fn calibrating(&self, count: usize) -> usize {
        self.calibration.map_or(0, |fraction| share(count, fraction, 2))
    }

    fn check_counts(&self) -> Result<(), SplitError> {
        let needed = self.needed();
        let Some(class) = self.counts.iter().position(|count| *count < needed) else { return Ok(()) };
        let (found, class) = (self.counts[class], self.classes[class].clone());
        Err(if found == 0 {
            SplitError::Nobody { class }
        } else {
            SplitError::TooFew { class, found, needed }
        })
    }

    /// The part of each subject.
    fn deal_subjects(&self, rng: &mut ChaCha8Rng) -> Result<Vec<usize>, SplitError> {
        let mut part_of = vec![self.sides(); self.labels.len()];
        // Each class is dealt on where the one before ended: the folds' sizes differ by one at most.
        let mut dealt = 0;
        for (class, count) in self.counts.iter().enumerate() {
            let mut members: Vec<usize> =
                (0..self.labels.len()).filter(|subject| self.labels[*subject].class == class).collect();
            members.shuffle(rng);
            members.truncate(count - self.calibrating(*count));
            let found = members.len();
            match self.scheme {
                Scheme::HoldOut(fraction) => {
                    let held_out = share(found, fraction, 1);
                    let sides = members.iter().enumerate();
                    sides.for_each(|(index, subject)| part_of[*subject] = usize::from(index >= held_out));
                }
                Scheme::Folds(folds) if found < folds => {
                    let class = self.classes[class].clone();
                    return Err(SplitError::MissingFromFold { class, found, folds });
                }
                Scheme::Folds(folds) => {
                    members.iter().zip(dealt..).for_each(|(subject, next)| part_of[*subject] = next % folds);
                    dealt += found;
                }
            }
        }
        Ok(part_of)
    }

    /// The part of each subject, all of a group in one.
    fn deal_groups(&self, stages: &[Vec<bool>], rng: &mut ChaCha8Rng) -> Result<Vec<usize>, SplitError> {
        let mut members = BTreeMap::<&str, Vec<usize>>::new();
        for (subject, label) in self.labels.iter().enumerate() {
            members.entry(label.group.as_deref().unwrap_or_default()).or_default().push(subject);
        }
        let count = |members: &Vec<usize>| {
            let mut counts = vec![0; self.classes.len()];
            members.iter().for_each(|subject| counts[self.labels[*subject].class] += 1);
            counts
        };
        let groups = Groups { counts: members.values().map(count).collect(), stages: stages.to_vec() };
        self.check_groups(&groups)?;

        let (all, sides) = (groups.len(), self.sides());
        let calibration = self.calibrating(all);
        let parts = match self.scheme {
            Scheme::HoldOut(fraction) => {
                Parts::hold_out(all - calibration, share(all - calibration, fraction, 1), fraction)
            }
            Scheme::Folds(folds) => Parts::folds(all - calibration, folds),
        };
        let part_of_group =
            groups.deal(&parts.and_calibration(calibration), rng).map_err(|error| {
                match (error, self.scheme) {
                    (NoDeal::NotFound, _) => SplitError::NotFound { tries: TRIES, groups: all, parts: sides },
                    (NoDeal::Impossible, Scheme::Folds(folds)) => {
                        SplitError::GroupFolds { groups: all, folds }
                    }
                    (NoDeal::Impossible, Scheme::HoldOut(_)) => {
                        SplitError::Groups { held_out: parts.capacities[0], groups: all }
                    }
                }
            })?;
        let mut part_of = vec![0; self.labels.len()];
        for (members, part) in members.values().zip(part_of_group) {
            members.iter().for_each(|subject| part_of[*subject] = part);
        }
        Ok(part_of)
    }

    /// Checks what can be said without dealing: whether there are enough groups, of all and of each class and stage.
    fn check_groups(&self, groups: &Groups) -> Result<(), SplitError> {
        let needed = self.sides() + usize::from(self.calibration.is_some());
        if groups.len() < needed {
            return Err(SplitError::TooFewGroups { found: groups.len(), needed });
        }
        let needed = self.needed();
        for (class, found) in groups.of_classes().into_iter().enumerate() {
            if found < needed {
                return Err(SplitError::FewGroupsOfClass {
                    class: self.classes[class].clone(),
                    found,
                    needed,
                });
            }
        }
        let Scheme::Folds(folds) = self.scheme else { return Ok(()) };
        let of_stages = groups.of_stages();
        match of_stages.iter().position(|found| *found < folds) {
            Some(stage) => {
                Err(SplitError::StageMissingFromFold { stage: stage + 1, found: of_stages[stage], folds })
            }
            None => Ok(()),
        }
    }
}

/// A share of some subjects or groups: at least one, and `left` are left at least.
fn share(count: usize, fraction: f64, left: usize) -> usize {
    ((count as f64 * fraction).round() as usize).clamp(1, count - left)
}
