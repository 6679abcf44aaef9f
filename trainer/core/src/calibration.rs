//! Calibration: whether the accuracy of a model matches its confidence.

/// Predictions in bins of confidence, with the accuracy of each bin: a reliability diagram.
///
/// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Bins of equal width, by confidence.
    pub bins: Vec<Bin>,
    /// Mean confidence of all.
    pub confidence: f64,
    /// Mean over the bins of the difference between confidence and accuracy, each weighted by its count.
    pub expected_error: f64,
}

/// Predictions of similar confidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Bin {
    /// Confidences from here (not included).
    pub low: f64,
    /// To here (included).
    pub high: f64,
    /// Number of predictions.
    pub count: u32,
    /// Number of predictions that are right.
    pub right: u32,
    /// Mean confidence; 0 if there are none.
    pub confidence: f64,
}

impl Bin {
    /// Share of the predictions that are right; 0 if there are none.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.right) / f64::from(self.count.max(1))
    }
}

impl Calibration {
    /// From the probability of each predicted class and whether it is the true one.
    pub fn new(predictions: impl IntoIterator<Item = (f64, bool)>, bins: usize) -> Self {
        let once = |(confidence, is_right)| (confidence, is_right, 1);
        Calibration::weighted(predictions.into_iter().map(once), bins)
    }

    /// As [`Calibration::new`], with how often each prediction counts.
    pub fn weighted(predictions: impl IntoIterator<Item = (f64, bool, u32)>, bins: usize) -> Self {
        let edge = |i: usize| i as f64 / bins as f64;
        let empty = |i| Bin { low: edge(i), high: edge(i + 1), count: 0, right: 0, confidence: 0.0 };
        let mut bins: Vec<Bin> = (0..bins).map(empty).collect();
        for (confidence, is_right, times) in predictions {
            let index = bins.iter().position(|bin| confidence <= bin.high).unwrap_or(bins.len() - 1);
            let bin = &mut bins[index];
            bin.count += times;
            bin.right += times * u32::from(is_right);
            bin.confidence += f64::from(times) * confidence;
        }
        let count = f64::from(bins.iter().map(|bin| bin.count).sum::<u32>().max(1));
        let confidence = bins.iter().map(|bin| bin.confidence).sum::<f64>() / count;
        for bin in &mut bins {
            bin.confidence /= f64::from(bin.count.max(1));
        }
        let error = |bin: &Bin| f64::from(bin.count) / count * (bin.accuracy() - bin.confidence).abs();
        let expected_error = bins.iter().map(error).sum();
        Calibration { bins, confidence, expected_error }
    }
}

/// The 95 % confidence interval of a share of which `hits` of `count` were observed: Wilson's score interval.
///
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
pub fn wilson(hits: u32, count: u32) -> (f64, f64) {
    /// The 97.5 % quantile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    if count == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (f64::from(count), f64::from(hits) / f64::from(count));
    let centre = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

/// The answers are from tests/golden/calibration.py.
#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        predictions: Vec<(f64, bool)>,
        confidence: f64,
        expected_error: f64,
        bins: Vec<GoldenBin>,
        intervals: Vec<Interval>,
    }

    #[derive(Deserialize)]
    struct GoldenBin {
        count: u32,
        right: u32,
        confidence: f64,
    }

    #[derive(Deserialize)]
    struct Interval {
        hits: u32,
        count: u32,
        low: f64,
        high: f64,
    }

    fn golden() -> Golden {
        serde_json::from_str(include_str!("../../tests/golden/calibration.json")).unwrap()
    }

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
    }

    #[test]
    fn bins_and_expected_error_are_those_of_numpy() {
        let golden = golden();
        let calibration = Calibration::new(golden.predictions, 10);
        assert_close(calibration.confidence, golden.confidence);
        assert_close(calibration.expected_error, golden.expected_error);
        assert_eq!(calibration.bins.len(), golden.bins.len());
        for (bin, expected) in calibration.bins.iter().zip(&golden.bins) {
            assert_eq!((bin.count, bin.right), (expected.count, expected.right), "{bin:?}");
            assert_close(bin.confidence, expected.confidence);
        }
    }

    #[test]
    fn no_predictions_have_no_error() {
        assert_eq!(Calibration::new([], 10).expected_error, 0.0);
    }

    #[test]
    fn intervals_are_those_of_scipy() {
        for Interval { hits, count, low, high } in golden().intervals {
            let found = wilson(hits, count);
            assert_close(found.0, low);
            assert_close(found.1, high);
        }
    }
}
