//! Which subjects train, which judge and which choose a decision: by subject or by group, stratified by class.

mod groups;

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

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

/// Why the subjects cannot be split.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A class without a subject.
    #[error("no subject is of the class `{class}`: label some, or leave the class out of `data.classes`")]
    Nobody {
        /// The class.
        class: String,
    },
    /// A class with fewer subjects than there are sides.
    #[error(
        "too few subjects are of the class `{class}`: {found}, expected at least {needed}, {}; label more of them, or \
         leave the class out",
        purposes(*needed)
    )]
    TooFew {
        /// The class.
        class: String,
        /// Its subjects.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A class with fewer subjects than there are folds.
    #[error(
        "the class `{class}` has {found} subjects to train and judge, and would be missing from some of {folds} folds: \
         set `folds` to {found} at most"
    )]
    MissingFromFold {
        /// The class.
        class: String,
        /// Its subjects, without those that choose the decision.
        found: usize,
        /// The folds.
        folds: usize,
    },
    /// Fewer groups than parts.
    #[error(
        "there are {found} groups, expected at least {needed}: ask for fewer `folds`, or name another column"
    )]
    TooFewGroups {
        /// The different values of the group column.
        found: usize,
        /// Folds, or the two sides of a hold-out, and one more where a decision is chosen.
        needed: usize,
    },
    /// A class whose subjects lie in fewer groups than there are sides.
    #[error(
        "the subjects of the class `{class}` are in too few groups: {found}, expected at least {needed}, {}; label some \
         of other groups, leave the class out, or name another column",
        purposes(*needed)
    )]
    FewGroupsOfClass {
        /// The class.
        class: String,
        /// The groups.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A stage whose subjects lie in fewer groups than there are folds.
    #[error(
        "the subjects of stage {stage} are in {found} groups, and some of {folds} folds would have none to judge it: \
         set `folds` to {found} at most, or name another column"
    )]
    StageMissingFromFold {
        /// Number of the stage, from 1.
        stage: usize,
        /// The groups.
        found: usize,
        /// The folds.
        folds: usize,
    },
    /// A fold whose training part lacks a class, or that has nobody to judge a stage, however the groups are dealt.
    #[error(
        "no way to deal {groups} groups to {folds} folds leaves every class something to train on and every stage \
         something to judge: ask for other `folds`, or name another column"
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
    /// A way to deal the groups may exist.
    #[error(
        "in {tries} tries no way was found to deal {groups} groups to {parts} sides or folds that leaves every class \
         something to train on and something to judge; there may be one: try another `seed`, another `fraction` or \
         other `folds`"
    )]
    NotFound {
        /// Tries.
        tries: usize,
        /// All groups.
        groups: usize,
        /// Folds, or the two sides of a hold-out.
        parts: usize,
    },
}

/// What a class's subjects are for, if that many are needed.
fn purposes(needed: usize) -> &'static str {
    match needed {
        2 => "one to train and one to judge",
        _ => "one to train, one to judge and one to choose the decision on",
    }
}

impl SplitError {
    /// The key of a recipe that says what cannot be done.
    pub fn key(&self) -> &'static str {
        match self {
            SplitError::Nobody { .. } => "data.classes",
            SplitError::TooFew { .. } => "validation",
            SplitError::MissingFromFold { .. } | SplitError::StageMissingFromFold { .. } => {
                "validation.folds"
            }
            SplitError::TooFewGroups { .. }
            | SplitError::FewGroupsOfClass { .. }
            | SplitError::GroupFolds { .. }
            | SplitError::Groups { .. }
            | SplitError::NotFound { .. } => "validation.group",
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::thresholds::Objective;
    use crate::recipe::{DecisionRecipe, RecipeFile, ValidationRecipe};

    fn labels(classes: &[usize], groups: Option<&[&str]>) -> Vec<Label> {
        let group = |i: usize| groups.map(|groups| groups[i].to_owned());
        let label = |(i, class): (usize, &usize)| Label { class: *class, group: group(i), line: 0 };
        classes.iter().enumerate().map(label).collect()
    }

    /// A recipe with this validation.
    fn recipe(validation: ValidationRecipe) -> Recipe {
        let text = include_str!("../../recipes/cnn-gru.toml");
        Recipe { validation, ..RecipeFile::parse("r".as_ref(), text.into()).unwrap().recipe }
    }

    fn splits(
        labels: &[Label],
        classes: &[String],
        validation: &ValidationRecipe,
    ) -> Result<Vec<Split>, SplitError> {
        let division = divide(labels, classes, &recipe(validation.clone()))?;
        assert!(division.calibration.is_empty());
        Ok(division.splits)
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
        assert_eq!(error, Err(SplitError::TooFew { class: "1".into(), found: 1, needed: 2 }));
        let recipe = ValidationRecipe { group: Some("person".into()), ..Default::default() };
        let groups = ["a", "a", "b", "b"];
        let error = splits(&labels(&[0, 0, 1, 1], Some(&groups)), &names(2), &recipe);
        assert_eq!(error, Err(SplitError::FewGroupsOfClass { class: "0".into(), found: 1, needed: 2 }));
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
        let groups = ["a", "a", "b", "b"];
        let error = splits(&labels(&[0, 1, 1, 0], Some(&groups)), &names(2), &folds(3, Some("person")));
        assert_eq!(error, Err(SplitError::TooFewGroups { found: 2, needed: 3 }));
    }

    /// Groups of one subject of each class but `1` and `2`, which the first `with` of them have as well.
    fn staged(groups: usize, with: usize) -> Vec<Label> {
        let subjects = (0..groups)
            .flat_map(|group| (0..if group < with { 3 } else { 1 }).map(move |class| (group, class)));
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
        for Split { training, validation } in divide(&labels, &names(3), &recipe).unwrap().splits {
            let of =
                |class: usize, side: &[usize]| side.iter().any(|subject| labels[*subject].class == class);
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
                let Division { calibration, splits } =
                    divide(&labels, &names(3), &deciding(validation)).unwrap();
                assert_eq!(calibration.len(), 18);
                assert!(
                    (0..3)
                        .all(|class| calibration.iter().filter(|i| labels[**i].class == class).count() == 6)
                );
                let mut judged: Vec<usize> = Vec::new();
                for Split { training, validation } in &splits {
                    assert!(training.iter().chain(validation).all(|i| !calibration.contains(i)));
                    assert_eq!(training.len() + validation.len(), 102);
                    judged.extend(validation);
                }
                assert!(splits.len() == 1 || judged.len() == 102);
                if group.is_some() {
                    let other = |i: &usize| calibration.iter().all(|chooser| people[*chooser] != people[*i]);
                    assert!(splits[0].training.iter().chain(&splits[0].validation).all(other));
                }
            }
        }
    }

    #[test]
    fn a_class_that_cannot_choose_a_decision_as_well_is_an_error() {
        let error =
            divide(&labels(&[0, 0, 0, 1, 1], None), &names(2), &deciding(ValidationRecipe::default()));
        assert_eq!(error, Err(SplitError::TooFew { class: "1".into(), found: 2, needed: 3 }));
        let groups = ["a", "a", "b", "b", "b", "c"];
        let validation = ValidationRecipe { group: Some("person".into()), ..Default::default() };
        let error = divide(&labels(&[0, 1, 0, 1, 1, 0], Some(&groups)), &names(2), &deciding(validation));
        assert_eq!(error, Err(SplitError::FewGroupsOfClass { class: "1".into(), found: 2, needed: 3 }));
    }
}
