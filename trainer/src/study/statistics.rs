//! Mean and standard deviation over trials.

use serde::Serialize;

/// Mean and spread of some numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Statistic {
    /// Their mean.
    pub mean: f64,
    /// Their sample standard deviation (divided by one less than their count), if there are two at least.
    pub sd: Option<f64>,
    /// How many they are.
    pub count: usize,
}

impl Statistic {
    /// Of some numbers; none of none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().collect();
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = (count > 1).then(|| (squares / (count - 1) as f64).sqrt());
        (count > 0).then_some(Statistic { mean, sd, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_deviation_is_that_of_a_sample() {
        // Deviations -3, -1, -1, 0, 5 from 5: 36 in squares, over 4.
        let statistic = Statistic::of([2.0, 4.0, 4.0, 5.0, 10.0]);
        assert_eq!(statistic, Some(Statistic { mean: 5.0, sd: Some(3.0), count: 5 }));
        assert_eq!(Statistic::of([2.0]), Some(Statistic { mean: 2.0, sd: None, count: 1 }));
        assert_eq!(Statistic::of([]), None);
    }
}
