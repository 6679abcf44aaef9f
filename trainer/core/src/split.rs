//! Which subjects train, which choose, which judge and which choose a decision: by subject or by group, stratified by class.

mod dealer;
mod error;
mod groups;
mod sides;
#[cfg(test)]
mod tests;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use self::dealer::{Dealer, Scheme};
pub use self::error::{Purpose, SplitError};
pub use self::sides::{Inner, Outer, Split};
use crate::labels::Label;
use crate::recipe::{self, Recipe, StageRecipe};

/// All subjects by what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Indices of the recordings, ascending, that temperature and thresholds are chosen on: no split has any of them.
    /// None where the recipe asks for neither.
    pub calibration: Vec<usize>,
    /// The splits of the others: one for a hold-out, else one for each fold.
    pub splits: Vec<Split>,
    /// Folds of those that neither judge a hold-out nor choose a decision, for `validation.cross_fit`.
    pub cross_fit: Vec<Split>,
}

/// The first stream of random numbers that cross-fitting draws from: beyond those of any number of folds.
const CROSS_FIT: u64 = 1 << 32;

/// Divides the subjects as a recipe says.
///
/// Without groups every class gives its share to both sides of a hold-out, or to every fold, and to the subjects of
/// calibration. With groups these are dealt instead, so that the classes' shares are close to the whole's. Those that choose
/// are dealt in the same way from those that a split would train on.
///
/// # Errors
/// A class that cannot stand on every side, or a stage that a fold could not judge.
pub fn divide(labels: &[Label], classes: &[String], recipe: &Recipe) -> Result<Division, SplitError> {
    let table = Table { labels, classes, stages: stages(&recipe.stages, classes), recipe };
    let all: Vec<usize> = (0..labels.len()).collect();
    let (calibration, splits) =
        table.splits(&all, recipe.validation.scheme(), recipe.decision.calibration_share(), 0)?;
    let cross_fit = match (recipe.validation.cross_fit, &splits[..]) {
        (Some(folds), [hold_out]) => {
            let mut rest = hold_out.training.clone();
            if hold_out.is_nested() {
                rest.extend(hold_out.inner.subjects());
                rest.sort_unstable();
            }
            table.splits(&rest, recipe::Scheme::Folds(folds), None, CROSS_FIT)?.1
        }
        _ => Vec::new(),
    };
    Ok(Division { calibration, splits, cross_fit })
}

/// The classes of each stage, `[stages][classes]`; without stages, those of the one network.
fn stages(stages: &[StageRecipe], classes: &[String]) -> Vec<Vec<bool>> {
    let known = |stage: &StageRecipe| stage.group_of(classes).iter().map(Option::is_some).collect();
    if stages.is_empty() { vec![vec![true; classes.len()]] } else { stages.iter().map(known).collect() }
}

/// All subjects and what is to be done with them.
struct Table<'a> {
    labels: &'a [Label],
    classes: &'a [String],
    stages: Vec<Vec<bool>>,
    recipe: &'a Recipe,
}

impl Table<'_> {
    /// Divides some subjects: those of calibration, and the splits of the others. Random numbers come from `stream` and the
    /// streams after it, one for each split.
    fn splits(
        &self,
        subjects: &[usize],
        sides: recipe::Scheme,
        calibration: Option<f64>,
        stream: u64,
    ) -> Result<(Vec<usize>, Vec<Split>), SplitError> {
        let inner = self.recipe.inner_share();
        let purposes = [
            Some(Purpose::Train),
            inner.map(|_| Purpose::Choose),
            Some(Purpose::Judge),
            calibration.map(|_| Purpose::Decide),
        ];
        let scheme = Scheme { sides, calibration, purposes: purposes.into_iter().flatten().collect() };
        let parts = self.deal(subjects, &scheme, stream)?;
        let judging = match sides {
            recipe::Scheme::HoldOut(_) => 1,
            recipe::Scheme::Folds(folds) => folds,
        };
        let split = |fold: usize| {
            let training = parts.of(|part| part != fold && part != scheme.parts());
            let outer = parts.of(|part| part == fold);
            let Some(share) = inner else { return Ok(Split::flat(training, outer)) };
            let purposes = vec![Purpose::Train, Purpose::Choose];
            let scheme = Scheme { sides: recipe::Scheme::HoldOut(share), calibration: None, purposes };
            let sides = self.deal(&training, &scheme, stream + 1 + fold as u64).map_err(|source| {
                let left = match judging {
                    1 => "that are not held out".to_owned(),
                    _ => format!("that train fold {}", fold + 1),
                };
                SplitError::Inner { left, source: Box::new(source) }
            })?;
            Ok(Split::nested(sides.of(|part| part == 1), sides.of(|part| part == 0), outer))
        };
        let splits = (0..judging).map(split).collect::<Result<_, _>>()?;
        Ok((parts.of(|part| part == scheme.parts()), splits))
    }

    fn deal(&self, subjects: &[usize], scheme: &Scheme, stream: u64) -> Result<Dealt, SplitError> {
        let validation = &self.recipe.validation;
        let mut rng = ChaCha8Rng::seed_from_u64(validation.seed);
        rng.set_stream(stream);
        let dealer = Dealer {
            labels: subjects.iter().map(|subject| &self.labels[*subject]).collect(),
            classes: self.classes,
            stages: &self.stages,
            by_group: validation.group.is_some(),
        };
        Ok(Dealt { part_of: dealer.deal(scheme, &mut rng)?, subjects: subjects.to_vec() })
    }
}

/// Subjects and the part of each.
struct Dealt {
    subjects: Vec<usize>,
    part_of: Vec<usize>,
}

impl Dealt {
    /// The subjects of some parts.
    fn of(&self, belongs: impl Fn(usize) -> bool) -> Vec<usize> {
        let pairs = self.subjects.iter().zip(&self.part_of);
        pairs.filter(|(_, part)| belongs(**part)).map(|(subject, _)| *subject).collect()
    }
}
