//! Prediction sets: the probabilities that classes must have to be in them, from subjects that the networks were not
//! trained on.

use painwave::aggregate::argmax;
use painwave::classifier::Prediction;
use painwave::conformal::{PredictionSet, SetRule};
use serde::Serialize;

/// The coverages that a bundle has sets of.
pub const COVERAGES: [f64; 3] = [0.8, 0.9, 0.95];

/// A subject's true class and the probabilities that it was given by networks that had not seen it.
pub type Scored = (usize, Vec<f32>);

/// How sets do on some subjects.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SetCheck {
    /// The coverage that was asked for.
    pub coverage: f64,
    /// The share of the subjects whose set has their class.
    pub covered: f64,
    /// The same of the subjects of each class; none of a class without subjects.
    pub covered_by_class: Vec<Option<f64>>,
    /// Classes in a set, on average.
    pub size: f64,
}

/// The rules for all coverages.
pub fn fit(scored: &[Scored], classes: usize) -> Vec<SetRule> {
    let of_class = by_class(scored, classes);
    let rule = |coverage| {
        let least = of_class.iter().map(|sorted| least(sorted, coverage)).collect();
        SetRule { coverage, least }
    };
    COVERAGES.into_iter().map(rule).collect()
}

/// How the rules do on subjects that had no part in them.
pub fn check(rules: &[SetRule], scored: &[Scored]) -> Vec<SetCheck> {
    let check = |rule: &SetRule| {
        let classes = rule.least.len();
        let sets = scored.iter().map(|(truth, row)| (*truth, rule.set(argmax(row), row).classes));
        SetCheck::of(rule.coverage, classes, sets)
    };
    rules.iter().map(check).collect()
}

/// How the sets do that a model gives subjects of these classes: as people see them, so that those whom it calls unlike its
/// training data have all classes.
pub fn check_predictions(predictions: &[(usize, &Prediction)], classes: usize) -> Vec<SetCheck> {
    let coverages = predictions.first().map_or(Vec::new(), |(_, first)| first.sets.clone());
    let check = |(index, PredictionSet { coverage, .. }): (usize, &PredictionSet)| {
        let set = |prediction: &Prediction| prediction.sets[index].classes.clone();
        SetCheck::of(
            *coverage,
            classes,
            predictions.iter().map(|(truth, prediction)| (*truth, set(prediction))),
        )
    };
    coverages.iter().enumerate().map(check).collect()
}

/// How the rules that some subjects make do on them, each left out in turn.
pub fn check_left_out(scored: &[Scored], classes: usize) -> Vec<SetCheck> {
    let of_class = by_class(scored, classes);
    let check = |coverage| {
        let full: Vec<f32> = of_class.iter().map(|sorted| least(sorted, coverage)).collect();
        let sets = scored.iter().map(|(truth, probabilities)| {
            let mut rule = SetRule { coverage, least: full.clone() };
            let mut others = of_class[*truth].clone();
            if let Some(own) = others.iter().position(|other| *other == probabilities[*truth]) {
                others.remove(own);
            }
            rule.least[*truth] = least(&others, coverage);
            (*truth, rule.set(argmax(probabilities), probabilities).classes)
        });
        SetCheck::of(coverage, classes, sets)
    };
    COVERAGES.into_iter().map(check).collect()
}

impl SetCheck {
    /// Of subjects' classes and sets.
    fn of(coverage: f64, classes: usize, sets: impl Iterator<Item = (usize, Vec<usize>)>) -> Self {
        let (mut subjects, mut covered, mut size) = (vec![0; classes], vec![0; classes], 0);
        for (truth, set) in sets {
            subjects[truth] += 1;
            covered[truth] += usize::from(set.contains(&truth));
            size += set.len();
        }
        let share = |hits: usize, count: usize| hits as f64 / count as f64;
        let count = subjects.iter().sum::<usize>().max(1);
        let of_class = |(hits, count): (&usize, &usize)| (*count > 0).then(|| share(*hits, *count));
        SetCheck {
            coverage,
            covered: share(covered.iter().sum(), count),
            covered_by_class: covered.iter().zip(&subjects).map(of_class).collect(),
            size: share(size, count),
        }
    }
}

/// The probabilities of the true class, of the subjects of each class, descending.
fn by_class(scored: &[Scored], classes: usize) -> Vec<Vec<f32>> {
    let mut of_class = vec![Vec::new(); classes];
    for (truth, probabilities) in scored {
        of_class[*truth].push(probabilities[*truth]);
    }
    of_class.iter_mut().for_each(|probabilities| probabilities.sort_by(|left, right| right.total_cmp(left)));
    of_class
}

/// The probability that `ceil((n + 1) coverage)` of the subjects of a class reach, or 0 where there are fewer.
fn least(descending: &[f32], coverage: f64) -> f32 {
    let rank = ((descending.len() + 1) as f64 * coverage).ceil() as usize;
    rank.checked_sub(1).and_then(|index| descending.get(index)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Subjects whose classes are drawn from the probabilities that they are given.
    fn subjects(count: usize, rng: &mut ChaCha8Rng) -> Vec<Scored> {
        let subject = |_| {
            let weights: Vec<f32> = (0..3).map(|_| rng.random_range(0.0f32..1.0).powi(4)).collect();
            let sum: f32 = weights.iter().sum();
            let probabilities: Vec<f32> = weights.iter().map(|weight| weight / sum).collect();
            let mut left = rng.random_range(0.0..1.0);
            let truth = probabilities.iter().position(|p| {
                left -= p;
                left < 0.0
            });
            (truth.unwrap_or(2), probabilities)
        };
        (0..count).map(subject).collect()
    }

    #[test]
    fn new_subjects_of_every_class_are_covered_as_often_as_stated() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let rules = fit(&subjects(3000, &mut rng), 3);
        let new = subjects(20_000, &mut rng);
        for rule in rules {
            for class in 0..3 {
                let of_class = new.iter().filter(|(truth, _)| *truth == class);
                let total = of_class.clone().count() as f64;
                let in_set = |probabilities: &Vec<f32>| probabilities[class] >= rule.least[class];
                let covered =
                    of_class.filter(|(_, probabilities)| in_set(probabilities)).count() as f64 / total;
                // Three standard errors of both samples.
                let error = 3.0 * (0.25 / 1000.0 + 0.25 / total).sqrt();
                assert!(
                    (covered - rule.coverage).abs() < error,
                    "{covered} of class {class} at {}",
                    rule.coverage
                );
            }
        }
    }

    #[test]
    fn too_few_subjects_leave_every_class_in() {
        let scored: Vec<Scored> = (0..4).map(|_| (0, vec![0.9, 0.1])).collect();
        let rules = fit(&scored, 2);
        assert_eq!(rules[0].least, [0.9, 0.0]);
        assert_eq!(rules[1].least, [0.0, 0.0]);
    }

    #[test]
    fn subjects_left_out_in_turn_are_covered_as_stated() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for SetCheck { coverage, covered, size, .. } in check_left_out(&subjects(2000, &mut rng), 3) {
            assert!(
                (covered - coverage).abs() < 0.05 && (1.0..3.0).contains(&size),
                "{covered} at {coverage}"
            );
        }
    }
}
