//! Further training of the best epoch's weights, on the windows that judged it as well.

use std::sync::atomic::Ordering;
use std::time::Instant;

use burn::module::Module;
use painwave::network::Parameters;
use serde::{Deserialize, Serialize};

use super::checkpoint::State;
use super::learner::Learner;
use super::observer::Observer;
use super::schedule::Rates;
use super::{Problem, Run};
use crate::error::Error;
use crate::recipe::FineTuning;

/// What fine-tuning came to.
#[derive(Clone, Debug)]
pub struct FineTuned {
    /// The weights. No subject is left that they were not trained on.
    pub parameters: Parameters,
    /// The epochs.
    pub epochs: Vec<FineTuningEpoch>,
}

/// One epoch of fine-tuning, which nothing judges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FineTuningEpoch {
    /// Mean loss of all windows while the weights were changing.
    pub training_loss: f64,
    /// How long it took.
    pub seconds: f64,
}

impl Run<'_> {
    /// Begins or continues fine-tuning; nothing if it was interrupted.
    pub(super) fn fine_tune(
        &mut self,
        recipe: FineTuning,
        state: &mut State,
        observer: &mut dyn Observer,
    ) -> Result<Option<FineTuned>, Error> {
        let Problem { training, validation, .. } = self.problem;
        if let (true, Some(best)) = (state.fine_tuning.is_empty(), &state.best) {
            state.learner = Learner::new(best.clone().train(), &self.problem.recipe);
        }
        let all = training.and(validation);
        while state.fine_tuning.len() < recipe.epochs {
            if self.control.interrupt.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let start = Instant::now();
            let number = state.history.epochs.len() + state.fine_tuning.len() + 1;
            let rates = Rates::constant(recipe.learning_rate);
            let training_loss = self.epoch(&all, number, rates, &mut state.learner, observer)?;
            let epoch = FineTuningEpoch { training_loss, seconds: start.elapsed().as_secs_f64() };
            state.fine_tuning.push(epoch);
            observer.fine_tuning_epoch_ends(state.fine_tuning.len(), recipe.epochs, epoch);
            self.save_if_due(state)?;
        }
        let parameters = state.learner.network.parameters();
        Ok(Some(FineTuned { parameters, epochs: state.fine_tuning.clone() }))
    }
}
