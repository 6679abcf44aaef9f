//! From a subject's probabilities to its class: what is chosen after training, on subjects that are set aside for it.

pub mod temperature;
pub mod thresholds;

use painwave::decision::Decision;

use crate::recipe::DecisionRecipe;

/// Predictions of a model for subjects that are set aside to choose its decision: they are neither its training
/// subjects nor part of any reported score.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationSet {
    /// Probability of each class, `[subjects][classes]`.
    pub probabilities: Vec<Vec<f32>>,
    /// The true class of each.
    pub truths: Vec<usize>,
}

/// Chooses what a recipe asks for: the temperature first, then thresholds for the calibrated probabilities.
pub fn fit(recipe: &DecisionRecipe, set: &CalibrationSet) -> Decision {
    let CalibrationSet { probabilities, truths } = set;
    let mut decision = Decision::default();
    if recipe.temperature {
        decision.temperature = Some(temperature::fit(probabilities, truths) as f32);
    }
    if let (Some(objective), Some(first)) = (recipe.thresholds, probabilities.first()) {
        let calibrated =
            |row: &Vec<f32>| decision.calibrate(row.clone()).into_iter().map(f64::from).collect();
        let calibrated: Vec<Vec<f64>> = probabilities.iter().map(calibrated).collect();
        let fitted = thresholds::fit(&calibrated, truths, first.len(), objective);
        decision.thresholds = Some(fitted.into_iter().map(|threshold| threshold as f32).collect());
    }
    decision
}

/// A decision as text; `None` if it changes nothing.
pub fn text(decision: &Decision, classes: &[String]) -> Option<String> {
    let temperature = decision.temperature.map(|temperature| format!("temperature {temperature:.4}"));
    let thresholds = decision.thresholds.as_ref().map(|thresholds| {
        let named =
            classes.iter().zip(thresholds).map(|(class, threshold)| format!("{class} {threshold:.4}"));
        format!("thresholds {}", named.collect::<Vec<_>>().join(", "))
    });
    let parts: Vec<String> = temperature.into_iter().chain(thresholds).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
