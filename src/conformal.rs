//! Prediction sets: the classes that a subject may well be of, so that in a stated share of cases the true one is among
//! them.
//!
//! The sets are class-conditional (Mondrian) conformal ones: of the subjects of each class that the networks were not
//! trained on, at least the stated share has its class in the set, if new subjects are exchangeable with them.
//!
//! Source: Vovk, Gammerman and Shafer, "Algorithmic learning in a random world", 2005, section 4.5; Angelopoulos and
//! Bates, "A gentle introduction to conformal prediction", 2021, section 4.2.

use serde::{Deserialize, Serialize};

/// Which classes are in a subject's set of one coverage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRule {
    /// The share of the subjects of each class whose set has that class, above 0 and below 1.
    pub coverage: f64,
    /// The probability that a class must have to be in a set, one for each class; 0 where the subjects were too few to
    /// tell.
    pub least: Vec<f32>,
}

/// The classes that a subject may well be of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictionSet {
    /// The share of the subjects of each class whose set has that class.
    pub coverage: f64,
    /// Indices of the classes, ascending, never none.
    pub classes: Vec<usize>,
}

impl SetRule {
    /// The set of a subject by its calibrated probabilities. The class that is decided for is always in it.
    pub fn set(&self, decided: usize, probabilities: &[f32]) -> PredictionSet {
        let is_in = |class: &usize| *class == decided || probabilities[*class] >= self.least[*class];
        let classes = (0..probabilities.len()).filter(is_in).collect();
        PredictionSet { coverage: self.coverage, classes }
    }

    /// The set that says nothing.
    pub fn all(&self, classes: usize) -> PredictionSet {
        PredictionSet { coverage: self.coverage, classes: (0..classes).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_for_is_in_every_set() {
        let rule = SetRule { coverage: 0.8, least: vec![0.9, 0.4, 0.0] };
        assert_eq!(rule.set(0, &[0.6, 0.3, 0.1]).classes, [0, 2]);
        assert_eq!(rule.set(1, &[0.1, 0.9, 0.0]).classes, [1, 2]);
        assert_eq!(rule.all(3).classes, [0, 1, 2]);
    }
}
