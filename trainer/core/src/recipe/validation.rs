//! Which subjects judge the model.

use serde::Deserialize;

use super::error::RecipeError;
use super::source::Source;

/// Which subjects are held out to judge the model: a share of them once, or each of them once in `folds`
/// trainings.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidationRecipe {
    /// Share of the subjects (of the groups, if there is a group column) that is held out; 0.2 if neither
    /// this nor `folds` is given.
    #[serde(default)]
    pub fraction: Option<f64>,
    /// Number of folds: one network is trained without each of them, and the bundle is their ensemble.
    #[serde(default)]
    pub folds: Option<usize>,
    /// Column of the labels file whose values are kept together, such as the person of several recordings. Every subject
    /// has one; in the data it is no channel.
    #[serde(default)]
    pub group: Option<String>,
    /// Seed of the split: it stays the same when the training seed changes.
    #[serde(default)]
    pub seed: u64,
}

/// How often the subjects are split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scheme {
    /// Once: this share is held out.
    HoldOut(f64),
    /// This many times: every subject is held out once.
    Folds(usize),
}

impl ValidationRecipe {
    /// How often the subjects are split.
    pub fn scheme(&self) -> Scheme {
        self.folds.map_or_else(|| Scheme::HoldOut(self.fraction.unwrap_or(0.2)), Scheme::Folds)
    }

    pub(super) fn check(&self, source: Source<'_>) -> Result<(), RecipeError> {
        if let (Some(fraction), Some(_)) = (self.fraction, self.folds) {
            let expected = "left out where `folds` is given";
            return Err(source.value_error("validation.fraction", fraction, expected));
        }
        match self.scheme() {
            Scheme::HoldOut(fraction) => {
                let between = fraction > 0.0 && fraction < 1.0;
                source.ensure(between, "validation.fraction", fraction, "a number between 0 and 1")
            }
            Scheme::Folds(folds) => source.ensure(folds >= 2, "validation.folds", folds, "at least 2"),
        }
    }
}
