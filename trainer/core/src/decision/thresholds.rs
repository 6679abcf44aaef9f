//! Thresholds of the classes, chosen for a score of labelled subjects.

pub use crate::recipe::Objective;

impl Objective {
    /// The score of a confusion matrix, `[true class][predicted class]`.
    pub fn score(self, confusion: &[Vec<u32>]) -> f64 {
        let mut sum = 0.0;
        let mut weights = 0.0;
        for (class, row) in confusion.iter().enumerate() {
            let support: u32 = row.iter().sum();
            let predicted: u32 = confusion.iter().map(|row| row[class]).sum();
            let weight = match self {
                Objective::WeightedF1 => f64::from(support),
                Objective::MacroF1 => f64::from(u8::from(support > 0)),
            };
            sum += weight * 2.0 * f64::from(row[class]) / f64::from(support + predicted).max(1.0);
            weights += weight;
        }
        sum / weights.max(1.0)
    }
}

/// The class with the max ratio of probability to threshold, the first of equals.
pub fn decide(probabilities: &[f64], thresholds: &[f64]) -> usize {
    let ratio = |class: usize| probabilities[class] / thresholds[class];
    (1..probabilities.len()).fold(0, |best, class| if ratio(class) > ratio(best) { class } else { best })
}

/// Rounds of improving one threshold after the other; a handful of subjects' decisions settle in two or three.
const ROUNDS: usize = 20;

/// Thresholds, of geometric mean 1, found by coordinate ascent on the score from equal thresholds: one is changed at a
/// time. `probabilities` holds a row for each of `truths`.
///
/// With the others fixed, a class's threshold matters only by which subjects' ratios lie above it: every such
/// choice is tried, and of the best the middle of its interval is taken.
pub fn fit(probabilities: &[Vec<f64>], truths: &[usize], classes: usize, objective: Objective) -> Vec<f64> {
    let mut thresholds = vec![1.0; classes];
    for _ in 0..ROUNDS {
        let before = thresholds.clone();
        for class in 0..classes {
            thresholds[class] = best_for(class, probabilities, truths, &thresholds, objective);
        }
        if thresholds == before {
            break;
        }
    }
    let mean = thresholds.iter().map(|threshold| threshold.ln()).sum::<f64>() / classes as f64;
    thresholds.iter().map(|threshold| threshold / mean.exp()).collect()
}

/// The best threshold of one class; the present one if no other is better.
fn best_for(
    class: usize,
    probabilities: &[Vec<f64>],
    truths: &[usize],
    thresholds: &[f64],
    objective: Objective,
) -> f64 {
    // A subject goes to this class while the threshold is below the ratio, else to the best of the others.
    let mut without = thresholds.to_vec();
    without[class] = f64::INFINITY;
    let mut subjects: Vec<(f64, usize, usize)> = probabilities
        .iter()
        .zip(truths)
        .map(|(row, truth)| {
            let other = decide(row, &without);
            (row[class] * thresholds[other] / row[other], *truth, other)
        })
        .collect();
    subjects.sort_by(|a, b| b.0.total_cmp(&a.0));

    let mut confusion = vec![vec![0; thresholds.len()]; thresholds.len()];
    for (row, truth) in probabilities.iter().zip(truths) {
        confusion[*truth][decide(row, thresholds)] += 1;
    }
    let (mut best, mut threshold) = (objective.score(&confusion), thresholds[class]);

    let mut confusion = vec![vec![0; thresholds.len()]; thresholds.len()];
    subjects.iter().for_each(|(_, truth, other)| confusion[*truth][*other] += 1);
    for (index, (ratio, truth, other)) in subjects.iter().enumerate() {
        confusion[*truth][*other] -= 1;
        confusion[*truth][class] += 1;
        let next = subjects.get(index + 1).map_or(ratio / 2.0, |next| next.0);
        let middle = (ratio * next).sqrt();
        let score = objective.score(&confusion);
        if score > best && middle.is_normal() && next < *ratio {
            (best, threshold) = (score, middle);
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_class_that_is_under_rated_gets_a_low_threshold() {
        // Every subject of class 1 has 0.3 for it, every one of class 0 at most 0.2.
        let mut probabilities = vec![vec![0.7, 0.3]; 4];
        probabilities.extend(vec![vec![0.8, 0.2]; 16]);
        let truths = [vec![1; 4], vec![0; 16]].concat();
        for objective in [Objective::WeightedF1, Objective::MacroF1] {
            let thresholds = fit(&probabilities, &truths, 2, objective);
            assert!((thresholds[0] * thresholds[1] - 1.0).abs() < 1e-12);
            let right =
                probabilities.iter().zip(&truths).all(|(row, truth)| decide(row, &thresholds) == *truth);
            assert!(right, "{thresholds:?}");
        }
    }

    #[test]
    fn nothing_to_gain_changes_nothing() {
        let probabilities = [vec![0.9, 0.05, 0.05], vec![0.1, 0.8, 0.1], vec![0.2, 0.2, 0.6]];
        assert_eq!(fit(&probabilities, &[0, 1, 2], 3, Objective::WeightedF1), [1.0; 3]);
    }

    #[test]
    fn classes_of_no_probability_at_all_do_not_spoil_the_thresholds() {
        let probabilities = [vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0], vec![1.0, 0.0, 0.0]];
        let thresholds = fit(&probabilities, &[0, 1, 2], 3, Objective::MacroF1);
        assert!(
            thresholds.iter().all(|threshold| threshold.is_finite() && *threshold > 0.0),
            "{thresholds:?}"
        );
    }

    #[test]
    fn the_score_is_that_of_scikit_learn() {
        // f1_score of [[50, 1, 2], [3, 8, 1], [2, 1, 4]]; see tests/golden/scores.json.
        let confusion = vec![vec![50, 1, 2], vec![3, 8, 1], vec![2, 1, 4]];
        let golden: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../../../../tests/golden/scores.json")).unwrap();
        let of = |average: &str| golden[0][average][2].as_f64().unwrap();
        assert!((Objective::WeightedF1.score(&confusion) - of("weighted")).abs() < 1e-12);
        assert!((Objective::MacroF1.score(&confusion) - of("macro")).abs() < 1e-12);
    }
}
