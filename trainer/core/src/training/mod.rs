//! The training loop: batches, loss, optimizer, validation, early stopping, checkpoints.

mod checkpoint;
mod clipping;
mod epoch;
mod error;
mod fine_tuning;
mod fused;
mod history;
mod learner;
mod observer;
mod penalties;
mod problem;
mod sampler;
mod schedule;
mod step;

use burn::module::Module;
use burn::tensor::Device;
use painwave::network::{Network, NetworkConfig, Parameters};

pub use self::checkpoint::{Checkpoints, INDEX, Identity, State};
use self::epoch::Pass;
pub use self::error::{ResumeProblem, TrainingError};
pub use self::fine_tuning::FineTuned;
use self::fine_tuning::fine_tune;
pub use self::history::{EpochRecord, FineTuningEpoch, History};
pub use self::learner::Learner;
pub use self::observer::Observer;
pub use self::problem::Problem;
pub use self::schedule::Rates;
pub use self::step::{Batch, Gradients, Stepper, WindowLoss};
use crate::host::Executor;
use crate::recipe::TrainingRecipe;
use crate::validation;

/// The result of a training.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Weights of the best epoch by the validation windows.
    pub parameters: Parameters,
    /// The result of fine-tuning, if the recipe asks for it and it was not interrupted.
    pub fine_tuned: Option<FineTuned>,
    /// All epochs.
    pub history: History,
    /// Why it ended.
    pub end: End,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// No improvement for as many epochs as the recipe waits.
    EarlyStopping,
    /// All epochs were run.
    AllEpochs,
    /// Ctrl-C; `--resume` continues.
    Interrupted,
}

/// How far to go, on what, and where to keep what is needed to continue.
pub struct Control<'a> {
    /// Where to compute, without autodiff.
    pub device: &'a Device,
    /// Last epoch of this call, at most the recipe's.
    pub epochs: usize,
    /// Where the checkpoint is kept. One is always written at the end.
    pub checkpoints: &'a Checkpoints<'a>,
    /// Whether to continue the checkpoint that is there.
    pub resume: bool,
    /// What computes the shares of a batch, if the device is the CPU; another number of threads gives slightly other
    /// weights.
    pub executor: &'a dyn Executor,
}

/// Initial weights of a network, drawn from a seed. The generator of a device is one for the whole
/// process: two networks must not be drawn at the same time.
pub fn fresh_weights(network: &NetworkConfig, device: &Device, seed: u64) -> Parameters {
    device.seed(seed);
    Network::new(network, device).parameters()
}

/// Trains a network from some weights and returns those of its best epoch, which is the last one where the recipe does
/// not stop early.
///
/// The generators are seeded anew for every epoch from the seed and the epoch's number. So an epoch needs
/// nothing from before but the weights, the optimizer's state and the history, and a resumed run takes the
/// same steps as one that was never interrupted.
///
/// # Errors
/// A loss that is not finite, an interrupt before the first epoch ended, or a checkpoint that cannot be
/// written or read.
pub fn train(
    problem: &Problem,
    start: &Parameters,
    control: &Control<'_>,
    observer: &mut dyn Observer,
) -> Result<Outcome, TrainingError> {
    let device = control.device.clone().autodiff();
    let network = Network::from_parameters(&problem.network, start, &device);
    let mut state = State {
        history: History::new(problem.recipe.early_stopping),
        fine_tuning: Vec::new(),
        learner: Learner::new(network, &problem.recipe),
        best: None,
    };
    if control.resume {
        state = control.checkpoints.load(&problem.network, &device, state)?;
    }
    let pass = Pass { problem, stepper: Stepper::new(control.device, control.executor) };
    let mut end = train_epochs(&pass, control, &mut state, observer)?;
    let mut fine_tuned = None;
    if let Some(recipe) = problem.recipe.fine_tuning
        && is_complete(&state.history, &problem.recipe)
        && end != End::Interrupted
    {
        fine_tuned = fine_tune(&pass, recipe, control.checkpoints, &mut state, observer)?;
        if fine_tuned.is_none() {
            end = End::Interrupted;
        }
    }
    control.checkpoints.save(&state)?;
    let best = state.best.ok_or(TrainingError::Interrupted)?;
    Ok(Outcome { parameters: best.parameters(), fine_tuned, history: state.history, end })
}

/// Trains until there is a reason to end.
fn train_epochs(
    pass: &Pass<'_>,
    control: &Control<'_>,
    state: &mut State,
    observer: &mut dyn Observer,
) -> Result<End, TrainingError> {
    let Problem { network: config, recipe, training, validation: judges, aggregation, classes, .. } =
        pass.problem;
    loop {
        let done = state.history.epochs.len();
        if observer.is_cancelled() {
            return Ok(End::Interrupted);
        }
        if state.history.is_exhausted() {
            return Ok(End::EarlyStopping);
        }
        if done >= control.epochs {
            return Ok(End::AllEpochs);
        }
        let (epoch, start) = (done + 1, observer.seconds());
        let steps = recipe.steps(training.len());
        let rates = Rates::new(recipe, &state.history.epochs, steps);
        let training_loss = pass.epoch(training, epoch, rates, &mut state.learner, observer)?;
        let judged = state.learner.network.valid();
        let logits = validation::logits(&judged, config, judges, control.device);
        let scores = validation::scores(&logits, judges, aggregation, classes);
        let record = EpochRecord {
            epoch,
            training_loss,
            validation_loss: validation::loss(&logits, &judges.classes),
            accuracy: scores.accuracy,
            weighted_f1: scores.weighted_average.f1,
            macro_f1: scores.macro_average.f1,
            learning_rate: rates.at(steps.saturating_sub(1)),
            seconds: observer.seconds() - start,
        };
        if !(training_loss.is_finite() && record.validation_loss.is_finite()) {
            return Err(TrainingError::Diverged { epoch });
        }
        if state.history.push(record) || state.best.is_none() {
            state.best = Some(judged);
        }
        observer.epoch_ends(&state.history, control.epochs.min(recipe.epochs))?;
        control.checkpoints.save_if_due(state)?;
    }
}

/// Whether a recipe asks for no more epochs, whatever this call was asked for.
fn is_complete(history: &History, recipe: &TrainingRecipe) -> bool {
    history.is_exhausted() || history.epochs.len() >= recipe.epochs
}
