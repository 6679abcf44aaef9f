//! The learning rate of every step.
//!
//! It follows from the recipe, the history and the step's index alone, so that a resumed training goes on with
//! the rates of one that was never interrupted.

use std::f64::consts::PI;

use super::history::EpochRecord;
use crate::recipe::{Every, Metric, Schedule, TrainingRecipe};

/// Share of the best score that a better one must be better by; PyTorch's default.
const THRESHOLD: f64 = 1e-4;
/// Min difference that a rate is lowered by; PyTorch's default.
const MIN_CHANGE: f64 = 1e-8;

/// The learning rates of an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    schedule: Schedule,
    /// Rate that the schedule starts from or, with plateaus, the current one.
    rate: f64,
    /// Steps of all epochs before.
    before: usize,
    /// Steps of an epoch.
    steps: usize,
    /// Max number of epochs.
    epochs: usize,
}

impl Rates {
    /// The rates of the epoch that follows those of `history`; every epoch has `steps` steps.
    pub fn new(recipe: &TrainingRecipe, history: &[EpochRecord], steps: usize) -> Self {
        let start = recipe.optimizer.learning_rate();
        let rate = match recipe.schedule {
            Schedule::Plateau { factor, patience, minimum } => {
                let metric = recipe.early_stopping.map_or(Metric::Loss, |stopping| stopping.metric);
                let scores = history.iter().map(|epoch| epoch.score(metric));
                after_plateaus(start, factor, patience, minimum, scores)
            }
            Schedule::Constant | Schedule::Cosine { .. } => start,
        };
        let before = history.len() * steps;
        Rates { schedule: recipe.schedule, rate, before, steps, epochs: recipe.epochs }
    }

    /// One rate for all.
    pub fn constant(rate: f64) -> Self {
        Rates { schedule: Schedule::Constant, rate, before: 0, steps: 0, epochs: 0 }
    }

    /// The rate of a step of the epoch, the first being 0.
    pub fn at(&self, step: usize) -> f64 {
        let Rates { schedule, rate, before, steps, epochs } = *self;
        let Schedule::Cosine { every, warm_up, warm_up_from, minimum } = schedule else { return rate };
        let (now, all) = match every {
            Every::Epoch => (before / steps.max(1), epochs),
            Every::Step => (before + step, epochs * steps),
        };
        if now < warm_up {
            return rate * (warm_up_from + (1.0 - warm_up_from) * now as f64 / warm_up as f64);
        }
        let way = (now - warm_up) as f64 / all.saturating_sub(warm_up).max(1) as f64;
        minimum + (rate - minimum) * (1.0 + (PI * way).cos()) / 2.0
    }
}

/// The rate after epochs of these scores, of which higher is better.
fn after_plateaus(
    start: f64,
    factor: f64,
    patience: usize,
    minimum: f64,
    scores: impl Iterator<Item = f64>,
) -> f64 {
    let (mut rate, mut best, mut waited) = (start, None, 0);
    for score in scores {
        if best.is_none_or(|best: f64| score > best + THRESHOLD * best.abs()) {
            (best, waited) = (Some(score), 0);
        } else {
            waited += 1;
        }
        if waited > patience {
            waited = 0;
            let lower = (rate * factor).max(minimum);
            if rate - lower > MIN_CHANGE {
                rate = lower;
            }
        }
    }
    rate
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// PyTorch's answers, of trainer/tests/golden/training.py.
    #[derive(Deserialize)]
    struct Golden {
        training: TrainingRecipe,
        /// Steps of an epoch.
        steps: usize,
        /// Of every epoch.
        scores: Vec<f64>,
        /// Of every step.
        rates: Vec<f64>,
    }

    fn record(epoch: usize, score: f64, metric: Metric) -> EpochRecord {
        EpochRecord {
            epoch,
            training_loss: 1.0,
            validation_loss: if metric == Metric::Loss { score } else { 0.0 },
            accuracy: 0.0,
            weighted_f1: if metric == Metric::WeightedF1 { score } else { 0.0 },
            macro_f1: 0.0,
            learning_rate: 0.0,
            seconds: 0.0,
        }
    }

    #[test]
    fn every_schedule_has_pytorchs_rates() {
        let goldens: Vec<Golden> = serde_json::from_str(include_str!("../../../tests/golden/schedules.json"))
            .expect("schedules.json");
        assert!(goldens.len() > 4);
        for Golden { training, steps, scores, rates } in goldens {
            let metric = training.early_stopping.expect("schedules.json").metric;
            let numbered = scores.iter().enumerate();
            let history: Vec<_> = numbered.map(|(i, score)| record(i + 1, *score, metric)).collect();
            assert_eq!(rates.len(), steps * training.epochs);
            for (i, expected) in rates.iter().enumerate() {
                let found = Rates::new(&training, &history[..i / steps], steps).at(i % steps);
                let what = format!("{:?}, step {i}: {found} and {expected}", training.schedule);
                assert!((found - expected).abs() <= 1e-9 * expected, "{what}");
            }
        }
    }
}
