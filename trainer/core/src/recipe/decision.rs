//! What is chosen once the model is trained, on subjects that neither trained nor judge it.

use painwave::aggregate::WindowAggregation;
use serde::{Deserialize, Serialize};

use super::error::RecipeError;
use super::source::Source;

/// What the thresholds are chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Mean F1 of the classes, weighted by their subjects.
    WeightedF1,
    /// Mean F1 of the classes that have subjects.
    MacroF1,
}

/// What is chosen once the model is trained, and kept in the bundle; by default nothing.
///
/// It is chosen by what the model that ships says of subjects that are set aside for it: they train nothing, stop
/// nothing, fine-tune nothing and judge nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecipe {
    /// Whether probabilities are calibrated by a temperature.
    #[serde(default)]
    pub temperature: bool,
    /// The score that the classes' thresholds are chosen for; without it the maximum of the probabilities decides.
    #[serde(default)]
    pub thresholds: Option<Objective>,
    /// Share of the subjects (of the groups, if `validation.group` names a column) that is set aside; 0.15 if it is not
    /// given.
    #[serde(default)]
    pub subjects: Option<f64>,
}

/// Share of the subjects that is set aside where a recipe names none.
const SUBJECTS: f64 = 0.15;

impl DecisionRecipe {
    /// Share of the subjects that is set aside for calibration; none if nothing is chosen.
    pub fn calibration_share(self) -> Option<f64> {
        (self.temperature || self.thresholds.is_some()).then(|| self.subjects.unwrap_or(SUBJECTS))
    }

    pub(super) fn check(self, source: Source<'_>, windows: WindowAggregation) -> Result<(), RecipeError> {
        let votes = windows == WindowAggregation::MajorityVote;
        let expected = "false where `aggregation.windows` is `majority_vote`: a class without a vote has none at any \
                        temperature";
        source.ensure(!(self.temperature && votes), "decision.temperature", self.temperature, expected)?;
        let Some(subjects) = self.subjects else { return Ok(()) };
        let key = "decision.subjects";
        let expected = "left out where neither `temperature` nor `thresholds` is asked for";
        source.ensure(self.calibration_share().is_some(), key, subjects, expected)?;
        source.ensure(subjects > 0.0 && subjects < 1.0, key, subjects, "a number between 0 and 1")
    }
}
