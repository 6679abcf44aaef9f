//! The columns that may become dense inputs, and what training shows of them.

use painwave::features::{DenseFeature, mean};
use painwave::recording::{Recording, Schema};

use crate::statistics::{correlation_ratio, quantile};

/// A channel or a category column of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Number of levels of a category column.
    pub levels: Option<usize>,
    /// Its index among the schema's channels or categories, and how many of these there are.
    index: usize,
    of: usize,
    /// Whether its values are distances from their mean over each recording.
    centred: bool,
}

/// The raw values of a column over all rows of all training subjects; a category's are its codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Mean.
    pub mean: f64,
    /// Variance of the population, as scikit-learn's scalers take it.
    pub variance: f64,
    /// Min.
    pub low: f32,
    /// Max.
    pub high: f32,
}

impl Column {
    /// Every column that the network does not embed: categories and channels, in the schema's order.
    pub fn candidates(schema: &Schema, embedded: &[String]) -> Vec<Self> {
        let of = schema.categories.len();
        let categories = schema.categories.iter().enumerate().map(|(index, category)| Column {
            name: category.column.clone(),
            levels: Some(category.levels.len()),
            index,
            of,
            centred: false,
        });
        let of = schema.channels.len();
        let channels = schema.channels.iter().enumerate().map(|(index, channel)| Column {
            name: channel.clone(),
            levels: None,
            index,
            of,
            centred: false,
        });
        categories.filter(|column| !embedded.contains(&column.name)).chain(channels).collect()
    }

    /// The same channel as distances from its mean over each recording.
    pub fn centred(&self) -> Self {
        Column { centred: true, ..self.clone() }
    }

    /// The values of a recording.
    pub fn values<'a>(&self, recording: &'a Recording) -> impl Iterator<Item = f32> + Clone + use<'a> {
        let (index, of, is_category) = (self.index, self.of, self.levels.is_some());
        let raw = (0..recording.steps()).map(move |step| match is_category {
            true => f32::from(recording.codes[step * of + index]),
            false => recording.values[step * of + index],
        });
        let centre = if self.centred { mean(raw.clone()) } else { 0.0 };
        raw.map(move |value| value - centre)
    }

    /// The values of all recordings, one after the other.
    fn all<'a>(&'a self, training: &'a [&Recording]) -> impl Iterator<Item = f32> + Clone + 'a {
        training.iter().flat_map(|recording| self.values(recording))
    }

    /// What training shows of it.
    pub fn statistics(&self, training: &[&Recording]) -> Statistics {
        let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        for value in self.all(training) {
            low = low.min(value);
            high = high.max(value);
            // Welford's recurrence: no cancellation for columns far from zero.
            count += 1.0;
            let distance = f64::from(value) - mean;
            mean += distance / count;
            squares += distance * (f64::from(value) - mean);
        }
        Statistics { mean, variance: squares / f64::max(count, 1.0), low, high }
    }

    /// An input for each level, which is left as it is: 1 or 0.
    pub fn one_hot(&self, levels: usize, training: &[&Recording]) -> Vec<DenseFeature> {
        let mut counts = [0usize; 256];
        let mut rows = 0;
        for code in self.all(training) {
            counts[code as usize] += 1;
            rows += 1;
        }
        let range = |count: usize| [f32::from(u8::from(count == rows)), f32::from(u8::from(count > 0))];
        let level = |(level, count): (u8, usize)| DenseFeature {
            column: self.name.clone(),
            level: Some(level),
            scale: 1.0,
            range: range(count),
            ..DenseFeature::default()
        };
        (0..=u8::MAX).zip(counts).take(levels).map(level).collect()
    }

    /// First quartile, median and third quartile, linear between values; zeros without a row.
    pub fn quartiles(&self, training: &[&Recording]) -> [f64; 3] {
        let mut sorted: Vec<f32> = self.all(training).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        [0.25, 0.5, 0.75].map(|share| if sorted.is_empty() { 0.0 } else { quantile(&sorted, share) })
    }

    /// Correlation ratio η with the class of each recording, over rows; 0 for a column or class that does not
    /// vary.
    pub fn label_correlation(&self, training: &[&Recording], classes: &[usize]) -> f64 {
        let count = classes.iter().max().map_or(0, |most| most + 1);
        let rows = training.iter().zip(classes);
        let rows = rows.flat_map(|(recording, class)| {
            self.values(recording).map(move |value| (*class, f64::from(value)))
        });
        correlation_ratio(rows, count).unwrap_or(0.0).sqrt()
    }
}

impl Statistics {
    /// Whether training shows one value only.
    pub fn is_constant(&self) -> bool {
        self.low == self.high
    }
}
