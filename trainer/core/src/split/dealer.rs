//! Deals subjects to parts: the sides of a hold-out or folds, by subject or by group, stratified by class.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::{Purpose, SplitError};
use super::groups::{Groups, NoDeal, Parts, TRIES};
use crate::labels::Label;
use crate::recipe;

/// What subjects are dealt to.
pub(super) struct Scheme {
    /// How often.
    pub(super) sides: recipe::Scheme,
    /// Share of the subjects of calibration, if there are any.
    pub(super) calibration: Option<f64>,
    /// What every class needs a subject, or a group, for.
    pub(super) purposes: Vec<Purpose>,
}

/// Labelled subjects that are dealt.
pub(super) struct Dealer<'a> {
    pub(super) labels: Vec<&'a Label>,
    pub(super) classes: &'a [String],
    /// The classes of each stage, `[stages][classes]`; those of the one network, if there are none.
    pub(super) stages: &'a [Vec<bool>],
    /// Whether all subjects of a group go to one part.
    pub(super) by_group: bool,
}

impl Dealer<'_> {
    /// The part of each subject: the fold, or 0 for those that a hold-out holds out and 1 for the others; the part after the
    /// last of these is that of calibration.
    ///
    /// # Errors
    /// A class that cannot stand on every side, or a stage that a fold could not judge.
    pub(super) fn deal(&self, scheme: &Scheme, rng: &mut ChaCha8Rng) -> Result<Vec<usize>, SplitError> {
        self.check_counts(scheme)?;
        if self.by_group { self.deal_groups(scheme, rng) } else { self.deal_subjects(scheme, rng) }
    }

    fn check_counts(&self, scheme: &Scheme) -> Result<(), SplitError> {
        let (counts, purposes) = (self.counts(), &scheme.purposes);
        let Some(class) = counts.iter().position(|count| *count < purposes.len()) else { return Ok(()) };
        let (found, class) = (counts[class], self.classes[class].clone());
        Err(if found == 0 {
            SplitError::Nobody { class }
        } else {
            SplitError::TooFew { class, found, purposes: purposes.clone() }
        })
    }

    /// Subjects of each class.
    fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        self.labels.iter().for_each(|label| counts[label.class] += 1);
        counts
    }

    /// The part of each subject.
    fn deal_subjects(&self, scheme: &Scheme, rng: &mut ChaCha8Rng) -> Result<Vec<usize>, SplitError> {
        let mut part_of = vec![scheme.parts(); self.labels.len()];
        // Each class is dealt on where the one before ended: the folds' sizes differ by one at most.
        let mut dealt = 0;
        for (class, count) in self.counts().into_iter().enumerate() {
            let mut members: Vec<usize> =
                (0..self.labels.len()).filter(|subject| self.labels[*subject].class == class).collect();
            members.shuffle(rng);
            members.truncate(count - scheme.calibrating(count));
            let found = members.len();
            match scheme.sides {
                recipe::Scheme::HoldOut(fraction) => {
                    let held_out = scheme.held_out(found, fraction);
                    let sides = members.iter().enumerate();
                    sides.for_each(|(index, subject)| part_of[*subject] = usize::from(index >= held_out));
                }
                recipe::Scheme::Folds(folds) if found < folds => {
                    let class = self.classes[class].clone();
                    return Err(SplitError::MissingFromFold { class, found, folds });
                }
                recipe::Scheme::Folds(folds) => {
                    members.iter().zip(dealt..).for_each(|(subject, next)| part_of[*subject] = next % folds);
                    dealt += found;
                }
            }
        }
        Ok(part_of)
    }

    /// The part of each subject, all of a group in one.
    fn deal_groups(&self, scheme: &Scheme, rng: &mut ChaCha8Rng) -> Result<Vec<usize>, SplitError> {
        let mut members = BTreeMap::<&str, Vec<usize>>::new();
        for (subject, label) in self.labels.iter().enumerate() {
            members.entry(label.group.as_deref().unwrap_or_default()).or_default().push(subject);
        }
        let count = |members: &Vec<usize>| {
            let mut counts = vec![0; self.classes.len()];
            members.iter().for_each(|subject| counts[self.labels[*subject].class] += 1);
            counts
        };
        let groups = Groups { counts: members.values().map(count).collect(), stages: self.stages.to_vec() };
        self.check_groups(&groups, scheme)?;

        let (all, sides) = (groups.len(), scheme.parts());
        let calibration = scheme.calibrating(all);
        let parts = match scheme.sides {
            recipe::Scheme::HoldOut(fraction) => {
                let rest = all - calibration;
                Parts::hold_out(rest, scheme.held_out(rest, fraction), fraction)
            }
            recipe::Scheme::Folds(folds) => Parts::folds(all - calibration, folds),
        };
        let part_of_group =
            groups.deal(&parts.and_calibration(calibration), rng).map_err(|error| {
                match (error, scheme.sides) {
                    (NoDeal::NotFound, _) => SplitError::NotFound { tries: TRIES, groups: all, parts: sides },
                    (NoDeal::Impossible, recipe::Scheme::Folds(folds)) => {
                        SplitError::GroupFolds { groups: all, folds }
                    }
                    (NoDeal::Impossible, recipe::Scheme::HoldOut(_)) => {
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
    fn check_groups(&self, groups: &Groups, scheme: &Scheme) -> Result<(), SplitError> {
        let needed = scheme.parts() + usize::from(scheme.calibration.is_some());
        if groups.len() < needed {
            return Err(SplitError::TooFewGroups { found: groups.len(), needed });
        }
        for (class, found) in groups.of_classes().into_iter().enumerate() {
            if found < scheme.purposes.len() {
                return Err(SplitError::FewGroupsOfClass {
                    class: self.classes[class].clone(),
                    found,
                    purposes: scheme.purposes.clone(),
                });
            }
        }
        let recipe::Scheme::Folds(folds) = scheme.sides else { return Ok(()) };
        let of_stages = groups.of_stages();
        match of_stages.iter().position(|found| *found < folds) {
            Some(stage) => {
                Err(SplitError::StageMissingFromFold { stage: stage + 1, found: of_stages[stage], folds })
            }
            None => Ok(()),
        }
    }
}

impl Scheme {
    /// The parts without that of calibration.
    pub(super) fn parts(&self) -> usize {
        match self.sides {
            recipe::Scheme::HoldOut(_) => 2,
            recipe::Scheme::Folds(folds) => folds,
        }
    }

    /// How many of `count` subjects or groups, one for each purpose at least, are for calibration.
    fn calibrating(&self, count: usize) -> usize {
        self.calibration.map_or(0, |fraction| share(count, fraction, self.purposes.len() - 1))
    }

    /// How many of `count` subjects or groups, without those of calibration, are held out.
    fn held_out(&self, count: usize, fraction: f64) -> usize {
        let purposes = self.purposes.len() - usize::from(self.calibration.is_some());
        share(count, fraction, purposes - 1)
    }
}

/// A share of some subjects or groups: at least one, and `left` are left at least.
fn share(count: usize, fraction: f64, left: usize) -> usize {
    ((count as f64 * fraction).round() as usize).clamp(1, count - left)
}
