//! The temperature of maximum likelihood.

/// Min and max of a temperature: for few subjects that are all classified correctly the optimum is zero.
pub const RANGE: [f64; 2] = [0.1, 10.0];

/// Halvings of the range: enough for the precision of an `f64`.
const HALVINGS: usize = 64;

/// The temperature `T` of [`RANGE`] at which `p^(1 / T) / sum` has the min mean negative log likelihood of the
/// true classes. `probabilities` holds a row for each of `truths`.
///
/// With `b = 1 / T` the likelihood is convex: its derivative, the mean over subjects of the expected `ln p` less the
/// true class's, grows with `b`. So its only zero is bracketed, and the bracket halved.
///
/// Source: Guo et al., "On calibration of modern neural networks", ICML 2017, section 4.2.
pub fn fit(probabilities: &[Vec<f32>], truths: &[usize]) -> f64 {
    let logs = |row: &Vec<f32>| row.iter().map(|p| f64::from(p.max(f32::MIN_POSITIVE)).ln()).collect();
    let rows: Vec<Vec<f64>> = probabilities.iter().map(logs).collect();
    let [mut coldest, mut hottest] = RANGE.map(f64::ln);
    for _ in 0..HALVINGS {
        let middle = (coldest + hottest) / 2.0;
        if derivative(&rows, truths, (-middle).exp()) > 0.0 {
            coldest = middle;
        } else {
            hottest = middle;
        }
    }
    ((coldest + hottest) / 2.0).exp()
}

/// Of the summed negative log likelihood, by `b`.
fn derivative(rows: &[Vec<f64>], truths: &[usize], b: f64) -> f64 {
    let of_subject = |(row, truth): (&Vec<f64>, &usize)| {
        let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights = row.iter().map(|log| (b * (log - max)).exp());
        let sum: f64 = weights.clone().sum();
        weights.zip(row).map(|(weight, log)| weight * log).sum::<f64>() / sum - row[*truth]
    };
    rows.iter().zip(truths).map(of_subject).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_all_is_right_or_wrong_the_range_ends_it() {
        let sure = [vec![0.9, 0.1], vec![0.2, 0.8]];
        assert!((fit(&sure, &[0, 1]) - RANGE[0]).abs() < 1e-9);
        assert!((fit(&sure, &[1, 0]) - RANGE[1]).abs() < 1e-9);
    }

    #[test]
    fn calibrated_probabilities_stay_as_they_are() {
        // Right in 8 of 10 cases of 0.8.
        let rows = vec![vec![0.8, 0.2]; 10];
        let truths = [vec![0; 8], vec![1; 2]].concat();
        assert!((fit(&rows, &truths) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_probability_of_zero_for_the_truth_is_survived() {
        let temperature = fit(&[vec![1.0, 0.0], vec![1.0, 0.0], vec![0.0, 1.0]], &[0, 1, 1]);
        assert!((RANGE[0]..=RANGE[1] + 1e-9).contains(&temperature), "{temperature}");
    }
}
