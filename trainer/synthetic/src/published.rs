//! The published distribution of each column.
//!
//! `data/histograms.csv` has it for the 105,760 rows of the Pirate Pain training set: mean, standard deviation,
//! extremes and quartiles, and the counts of 50 bins of equal width from the least to the greatest value.

use std::sync::LazyLock;

use super::model::{JOINTS, SURVEYS};

/// How many bins a column has.
pub const BINS: usize = 50;

const TABLE: &str = include_str!("../data/histograms.csv");
/// Columns of the table before the bins: a name, then numbers.
const STATISTICS: usize = 7;
/// Columns of the training set that the table has: the surveys, then all joints but the constant one.
const COLUMNS: usize = SURVEYS + JOINTS - 1;

/// One column of the training set.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name in the files.
    pub name: &'static str,
    /// Mean of all rows.
    pub mean: f64,
    /// Standard deviation of all rows.
    pub deviation: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// Quantiles 0.25, 0.5 and 0.75.
    pub quartiles: [f64; 3],
    /// Share of the rows in each bin.
    pub shares: [f64; BINS],
}

impl Column {
    /// Edge `k` of the bins, 0 to [`BINS`].
    pub fn edge(&self, k: usize) -> f64 {
        self.min + (self.max - self.min) * k as f64 / BINS as f64
    }

    /// Share of the rows below each edge of the bins, but for the first, which is 0.
    pub fn below(&self) -> [f64; BINS] {
        let mut sum = 0.0;
        self.shares.map(|share| {
            sum += share;
            sum
        })
    }

    /// The bin of a value; [`BINS`] stands for all that lies outside of them.
    pub fn bin(&self, value: f64) -> usize {
        let place = (value - self.min) / (self.max - self.min) * BINS as f64;
        if (0.0..=BINS as f64).contains(&place) { (place as usize).min(BINS - 1) } else { BINS }
    }

    /// Total variation distance from the published distribution, by the counts of values in each [bin](Self::bin):
    /// the share of the rows that would have to lie in other bins.
    pub fn distance(&self, counts: &[f64; BINS + 1]) -> f64 {
        let all: f64 = counts.iter().sum();
        let differences = counts.iter().zip(self.shares).map(|(count, share)| (count / all - share).abs());
        0.5 * (differences.sum::<f64>() + counts[BINS] / all)
    }
}

/// All columns, surveys first.
pub fn columns() -> &'static [Column] {
    static COLUMNS_READ: LazyLock<Vec<Column>> =
        LazyLock::new(|| TABLE.lines().skip(1).map(column).collect());
    debug_assert_eq!(COLUMNS_READ.len(), COLUMNS);
    &COLUMNS_READ
}

/// The column of a joint, 0 to 29.
pub fn joint(joint: usize) -> &'static Column {
    &columns()[SURVEYS + joint]
}

fn column(line: &'static str) -> Column {
    let mut fields = line.split(',');
    let name = fields.next().unwrap_or_default();
    // The table is a part of this program, and a test reads all of it.
    let numbers: Vec<f64> = fields.map(|field| field.parse().expect("a number")).collect();
    let (statistics, counts) = numbers.split_at(STATISTICS);
    let total: f64 = counts.iter().sum();
    Column {
        name,
        mean: statistics[0],
        deviation: statistics[1],
        min: statistics[2],
        quartiles: [statistics[3], statistics[4], statistics[5]],
        max: statistics[6],
        shares: std::array::from_fn(|bin| counts[bin] / total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_read_and_its_bins_have_its_mean() {
        assert_eq!(columns().len(), COLUMNS);
        for (index, column) in columns().iter().enumerate() {
            let name = match index {
                0..SURVEYS => format!("pain_survey_{}", index + 1),
                _ => format!("joint_{:02}", index - SURVEYS),
            };
            assert_eq!(column.name, name);
            assert!((column.below()[BINS - 1] - 1.0).abs() < 1e-12);
            let width = (column.max - column.min) / BINS as f64;
            let middle: f64 =
                (0..BINS).map(|bin| column.shares[bin] * (column.edge(bin) + 0.5 * width)).sum();
            assert!((middle - column.mean).abs() < width, "{name}: {middle}, not {}", column.mean);
        }
    }

    #[test]
    fn a_distance_is_the_share_of_rows_that_lie_elsewhere() {
        let column = joint(4);
        let distance = |moved: usize| {
            let mut counts = [0.0; BINS + 1];
            for (bin, share) in column.shares.into_iter().enumerate() {
                let middle = 0.5 * (column.edge(bin + moved) + column.edge(bin + moved + 1));
                counts[column.bin(middle)] += share;
            }
            column.distance(&counts)
        };
        assert!(distance(0) < 1e-12);
        assert!((distance(BINS) - 1.0).abs() < 1e-12);
        let rises: f64 = column.shares.windows(2).map(|two| (two[1] - two[0]).abs()).sum();
        let one = 0.5 * (rises + column.shares[0] + column.shares[BINS - 1]);
        assert!((distance(1) - one).abs() < 1e-12);
        assert_eq!([column.min, column.max].map(|value| column.bin(value)), [0, BINS - 1]);
        assert_eq!([column.min - 1e-9, column.max + 1e-9].map(|value| column.bin(value)), [BINS, BINS]);
    }
}
