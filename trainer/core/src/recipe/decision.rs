//! What is chosen on the held-out subjects once the network is trained.

use painwave::aggregate::WindowAggregation;
use serde::{Deserialize, Serialize};

use super::{RecipeError, RecipeFile};

/// What the thresholds are chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Mean F1 of the classes, weighted by their subjects.
    WeightedF1,
    /// Mean F1 of the classes.
    MacroF1,
}

/// What is chosen on the held-out subjects (out of fold if there are folds) once the network is trained, and kept in
/// the bundle. By default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecipe {
    /// Whether probabilities are calibrated by a temperature.
    #[serde(default)]
    pub temperature: bool,
    /// The score that the classes' thresholds are chosen for; without it the greatest probability decides.
    #[serde(default)]
    pub thresholds: Option<Objective>,
}

impl DecisionRecipe {
    pub(super) fn check(self, file: &RecipeFile) -> Result<(), RecipeError> {
        let votes = file.recipe.aggregation.windows == WindowAggregation::MajorityVote;
        let expected = "false where `aggregation.windows` is `majority_vote`: a class without a vote has none at any \
                        temperature";
        file.ensure(!(self.temperature && votes), "decision.temperature", self.temperature, expected)
    }
}
