//! A recording's statistics, seen from the training subjects'.

use super::reference::Reference;
use super::statistics::Statistics;

/// A recording's statistics, each with its normal score among the training subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// In the order of [`Reference::quantiles`].
    pub(super) features: Vec<f64>,
    pub(super) scores: Vec<f64>,
}

impl Profile {
    /// Of a recording by its statistics.
    pub fn of(statistics: &Statistics, reference: &Reference) -> Profile {
        Profile::new(statistics.features(reference), reference)
    }

    /// Of a recording by what [`Statistics::features`] gives.
    pub fn new(features: Vec<f64>, reference: &Reference) -> Profile {
        let score = |(index, value): (usize, &f64)| reference.normal_score(index, *value);
        let scores = features.iter().enumerate().map(score).collect();
        Profile { features, scores }
    }
}
