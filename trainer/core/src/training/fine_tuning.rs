//! Further training of the best epoch's weights, on the validation windows as well.

use burn::module::Module;
use painwave::network::Parameters;

use super::checkpoint::{Checkpoints, State};
use super::epoch::Pass;
use super::error::TrainingError;
use super::history::FineTuningEpoch;
use super::learner::Learner;
use super::observer::Observer;
use super::schedule::Rates;
use crate::recipe::FineTuning;

/// The result of fine-tuning.
#[derive(Clone, Debug)]
pub struct FineTuned {
    /// The weights. There is no held-out subject left to validate them on.
    pub parameters: Parameters,
    /// The epochs.
    pub epochs: Vec<FineTuningEpoch>,
}

/// Begins or continues fine-tuning; nothing if it was cancelled.
///
/// # Errors
/// A loss that is not finite, or a checkpoint that cannot be kept.
pub(super) fn fine_tune(
    pass: &Pass<'_>,
    recipe: FineTuning,
    checkpoints: &Checkpoints<'_>,
    state: &mut State,
    observer: &mut dyn Observer,
) -> Result<Option<FineTuned>, TrainingError> {
    let problem = pass.problem;
    if let (true, Some(best)) = (state.fine_tuning.is_empty(), &state.best) {
        state.learner = Learner::new(best.clone().train(), &problem.recipe);
    }
    let all = problem.training.and(&problem.validation);
    while state.fine_tuning.len() < recipe.epochs {
        if observer.is_cancelled() {
            return Ok(None);
        }
        let start = observer.seconds();
        let number = state.history.epochs.len() + state.fine_tuning.len() + 1;
        let rates = Rates::constant(recipe.learning_rate);
        let training_loss = pass.epoch(&all, number, rates, &mut state.learner, observer)?;
        let epoch = FineTuningEpoch { training_loss, seconds: observer.seconds() - start };
        state.fine_tuning.push(epoch);
        observer.fine_tuning_epoch_ends(state.fine_tuning.len(), recipe.epochs, epoch);
        checkpoints.save_if_due(state)?;
    }
    let parameters = state.learner.network.parameters();
    Ok(Some(FineTuned { parameters, epochs: state.fine_tuning.clone() }))
}
