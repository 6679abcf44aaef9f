//! How far the scores of other subjects may be from those of the ones at hand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::measure::Measure;

/// The low and the high end of an interval.
pub type Interval = [f64; 2];

/// Confidence intervals of scores, and how they came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// Share of such intervals that have the score of all subjects in them.
    pub level: f64,
    /// How often the units were drawn anew.
    pub resamples: usize,
    /// What was drawn.
    pub over: Over,
    /// How many of them there are.
    pub units: usize,
    /// The interval of each score that has one.
    pub scores: BTreeMap<Measure, Interval>,
}

impl Intervals {
    /// As a model card has them: by key, and to four digits, since a bundle is to be small.
    pub fn of_card(&self) -> BTreeMap<String, Interval> {
        let round = |end: f64| (1e4 * end).round() / 1e4;
        let scores = self.scores.iter();
        scores.map(|(measure, interval)| (measure.key().to_owned(), interval.map(round))).collect()
    }
}

/// What a resample draws: what is independent of one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Each subject by itself.
    Subjects,
    /// All subjects of a group together.
    Groups,
}

impl Over {
    /// For people: `132 subjects`.
    pub fn text(self, units: usize) -> String {
        match self {
            Over::Subjects => format!("{units} subjects"),
            Over::Groups => format!("{units} groups"),
        }
    }
}
