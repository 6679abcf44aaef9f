//! One pass over the windows.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::error::TrainingError;
use super::learner::Learner;
use super::observer::Observer;
use super::problem::Problem;
use super::sampler;
use super::schedule::Rates;
use super::step::{Batch, Gradients, Stepper};
use crate::windows::WindowSet;

/// Passes over windows of a problem.
pub(super) struct Pass<'a> {
    pub(super) problem: &'a Problem,
    pub(super) stepper: Stepper<'a>,
}

impl Pass<'_> {
    /// Trains for one epoch of windows and returns their mean loss. The random draws depend on seed and `number` alone.
    ///
    /// # Errors
    /// A loss that is not finite.
    pub(super) fn epoch(
        &self,
        windows: &WindowSet,
        number: usize,
        rates: Rates,
        learner: &mut Learner,
        observer: &mut dyn Observer,
    ) -> Result<f64, TrainingError> {
        let Problem { network: config, recipe, objective, augmentation, .. } = self.problem;
        let loss_of = |logits, targets| objective.of_windows(logits, targets);
        let mut rng = ChaCha8Rng::seed_from_u64(recipe.seed);
        rng.set_stream(number as u64);
        let order = sampler::draw(recipe.sampler, &windows.classes, &mut rng);

        observer.epoch_begins(number, recipe.steps(order.len()));
        let (mut sum, mut weight) = (0.0, 0.0);
        for (step, indices) in order.chunks(recipe.batch_size).enumerate() {
            let batch = augmentation.gather(windows, indices, &mut rng);
            let classes: Vec<usize> = indices.iter().map(|window| windows.classes[*window]).collect();
            let (targets, divisor) = (objective.targets(&classes), objective.divisor(&classes));
            let batch = Batch { windows: &batch, targets: &targets, divisor };
            let Gradients { loss, gradients } =
                self.stepper.gradients(&learner.network, config, batch, &loss_of, rng.next_u64());
            learner.learn(gradients, rates.at(step));
            sum += loss * divisor;
            weight += divisor;
            observer.step(loss);
            if !loss.is_finite() {
                return Err(TrainingError::Diverged { epoch: number });
            }
        }
        Ok(sum / weight)
    }
}
