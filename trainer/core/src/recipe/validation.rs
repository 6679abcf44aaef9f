//! Which subjects judge the model, and which choose what is chosen.

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
    /// Whether those that judge may have chosen.
    #[serde(default)]
    pub protocol: Protocol,
    /// Share of the subjects that are not held out (of their groups, if there is a group column) that is set aside to
    /// choose by; if it is not given, 0.15 where something is chosen, else none.
    #[serde(default)]
    pub inner: Option<f64>,
    /// Number of folds of the subjects that a hold-out leaves: for each of them networks are trained without it, only to be
    /// asked about its subjects. Prediction sets come from what they say, since a hold-out has few subjects of a class.
    #[serde(default)]
    pub cross_fit: Option<usize>,
    /// Column of the labels file whose values are kept together, such as the person of several recordings. Every subject
    /// has one; in the data it is no channel.
    #[serde(default)]
    pub group: Option<String>,
    /// Seed of the split: it stays the same when the training seed changes.
    #[serde(default)]
    pub seed: u64,
}

/// Who chooses the epoch (and whatever else is chosen while a network is trained), and who gives the scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Others choose than judge, as in nested cross-validation: the scores are of subjects that had no influence at all.
    ///
    /// Source: Varma and Simon, "Bias in error estimation when using cross-validation for model selection", 2006.
    #[default]
    Nested,
    /// Those that are held out choose as well, as in the reports: the scores are of the epoch at which they are best.
    AsReport,
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
        if let (Some(folds), Scheme::Folds(_)) = (self.cross_fit, self.scheme()) {
            let expected = "left out where `folds` is given: every subject is held out once then";
            return Err(source.value_error("validation.cross_fit", folds, expected));
        }
        if let Some(folds) = self.cross_fit {
            source.ensure(folds >= 2, "validation.cross_fit", folds, "at least 2")?;
        }
        if let Some(inner) = self.inner {
            let expected = "left out where `protocol` is `as_report`";
            source.ensure(self.protocol == Protocol::Nested, "validation.inner", inner, expected)?;
            let between = inner > 0.0 && inner < 1.0;
            source.ensure(between, "validation.inner", inner, "a number between 0 and 1")?;
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
