//! How the statistics of recordings are distributed among the training subjects.

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::reason::Aspect;

/// Max channels that are compared.
pub const MAX_CHANNELS: usize = 32;

/// How the statistics of recordings are distributed among the training subjects: a few kilobytes of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// How many subjects there were.
    pub subjects: u32,
    /// The channels that are compared, as indices in the schema, ascending.
    pub channels: Vec<usize>,
    /// For each of them, what is added to spreads and differences, so that nothing is divided by zero: a thousandth of
    /// its standard deviation over all rows.
    pub floors: Vec<f32>,
    /// Pairs of channels that move together, as indices in `channels`.
    pub pairs: Vec<[usize; 2]>,
    /// Quantiles of each statistic, ascending: of all aspects of the first channel, of the second, and so on, and of all
    /// pairs.
    pub quantiles: Vec<Vec<f32>>,
    /// The normal scores of these quantiles, ascending.
    pub normal: Vec<f32>,
    /// Correlations of the statistics' normal scores in 127ths: the lower triangle row by row, without the diagonal.
    pub correlations: Vec<i8>,
    /// Faults that are looked for. None in bundles of earlier trainers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Quantiles of the squared distances of the training subjects, each from the others, ascending.
    pub distances: Vec<f32>,
}

/// What is wrong with a reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Too many or too few of something.
    #[error("the training data's statistics have {found} {what}, expected {expected}")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// Numbers that are not finite, or do not ascend.
    #[error("the training data's statistics have {0} that are not finite and ascending")]
    Order(&'static str),
    /// A channel that is not there.
    #[error("the training data's statistics have a channel with index {0}, which is not there")]
    Channel(usize),
    /// Correlations that no numbers have.
    #[error("the training data's statistics have correlations that no numbers have")]
    Correlations,
}

impl Reference {
    /// The aspects of the statistics, in the order of [`Reference::quantiles`], each with its channel, or the index of its
    /// pair.
    pub fn aspects(&self) -> impl Iterator<Item = (Aspect, usize)> {
        let channels =
            (0..self.channels.len()).flat_map(|channel| Aspect::OF_CHANNEL.map(|aspect| (aspect, channel)));
        channels.chain((0..self.pairs.len()).map(|pair| (Aspect::Together, pair)))
    }

    /// The middle of a channel's levels.
    pub(super) fn level(&self, channel: usize) -> f64 {
        let quantiles = &self.quantiles[channel * Aspect::OF_CHANNEL.len()];
        f64::from(quantiles[quantiles.len() / 2])
    }

    /// The normal score of a statistic. Beyond the quantiles it goes on as steeply as between the last two of them, or as
    /// between the quartiles where that is less steep: a long tail has more of the same.
    pub fn normal_score(&self, statistic: usize, value: f64) -> f64 {
        let (quantiles, normal) = (&self.quantiles[statistic], &self.normal);
        let at = |index: usize| (f64::from(quantiles[index]), f64::from(normal[index]));
        let end = quantiles.len() - 1;
        let width = |from: usize, to: usize| {
            let ((low, low_score), (high, high_score)) = (at(from), at(to));
            (high - low) / (high_score - low_score)
        };
        // Quantiles that are the value, up to the digits that they are written in: it is in the middle of them.
        let rounding = 1e-4 * (value.abs() + f64::from(f32::MIN_POSITIVE));
        let below = quantiles.partition_point(|quantile| f64::from(*quantile) < value - rounding);
        let equal = quantiles.partition_point(|quantile| f64::from(*quantile) <= value + rounding);
        if equal > below {
            return (at(below).1 + at(equal - 1).1) / 2.0;
        }
        let (first, middle, last) = (at(0), at(end / 2), at(end));
        let usual = width(end / 4, end - end / 4).max(self.least_width(statistic, middle.0));
        if value <= first.0 {
            return first.1 - (first.0 - value) / usual.max(width(0, 1));
        }
        if value >= last.0 {
            return last.1 + (value - last.0) / usual.max(width(end - 1, end));
        }
        let ((low, score), (high, next)) = (at(below - 1), at(below));
        score + (next - score) * (value - low) / (high - low)
    }

    /// What a standard deviation of a statistic is at least taken for, where the training subjects hardly differ in it: a
    /// quarter of a size, a twentieth of a correlation.
    fn least_width(&self, statistic: usize, middle: f64) -> f64 {
        let of_channel = Aspect::OF_CHANNEL.len();
        if statistic >= of_channel * self.channels.len() {
            return 0.05;
        }
        match Aspect::OF_CHANNEL[statistic % of_channel] {
            Aspect::Level => 1e-6 * (1.0 + middle.abs()),
            _ => 0.25,
        }
    }

    /// Checks it, for a schema with so many channels. Of pairs there are at most as many as of channels, so that what a
    /// bundle can ask for is bounded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn validate(&self, channels: usize) -> Result<(), ReferenceError> {
        /// Enough for a smooth curve.
        const MAX_QUANTILES: usize = 256;
        const MAX_FAULTS: usize = 8;
        let count = |what, found: usize, expected: usize| {
            if found == expected { Ok(()) } else { Err(ReferenceError::Count { what, found, expected }) }
        };
        let ascending = |what, numbers: &[f32], strictly: bool| {
            let right = numbers.iter().all(|number| number.is_finite())
                && numbers.windows(2).all(|two| two[0] < two[1] || !strictly && two[0] == two[1]);
            if right { Ok(()) } else { Err(ReferenceError::Order(what)) }
        };
        let compared = self.channels.len();
        count("channels", compared, compared.clamp(1, MAX_CHANNELS))?;
        count("floors", self.floors.len(), compared)?;
        if !self.channels.windows(2).all(|two| two[0] < two[1]) {
            return Err(ReferenceError::Order("channels"));
        }
        let beyond = |index: Option<&usize>| match index {
            Some(index) => Err(ReferenceError::Channel(*index)),
            None => Ok(()),
        };
        beyond(self.channels.iter().find(|index| **index >= channels))?;
        beyond(self.pairs.iter().flatten().find(|index| **index >= compared))?;
        count("pairs", self.pairs.len(), self.pairs.len().min(compared))?;
        let statistics = Aspect::OF_CHANNEL.len() * compared + self.pairs.len();
        count("statistics", self.quantiles.len(), statistics)?;
        count("correlations", self.correlations.len(), statistics * statistics.saturating_sub(1) / 2)?;
        let normal = self.normal.len();
        count("normal scores", normal, normal.clamp(5, MAX_QUANTILES))?;
        ascending("normal scores", &self.normal, true)?;
        for quantiles in &self.quantiles {
            count("quantiles", quantiles.len(), normal)?;
            ascending("quantiles", quantiles, false)?;
        }
        count("faults", self.faults.len(), self.faults.len().min(MAX_FAULTS))?;
        for Fault { direction, .. } in &self.faults {
            count("numbers of a fault", direction.len(), statistics)?;
        }
        let distances = self.distances.len();
        count("distances", distances, distances.clamp(1, MAX_QUANTILES))?;
        ascending("distances", &self.distances, false)?;
        let positive = self.floors.iter().all(|floor| floor.is_finite() && *floor > 0.0);
        if positive { Ok(()) } else { Err(ReferenceError::Order("floors")) }
    }
}
