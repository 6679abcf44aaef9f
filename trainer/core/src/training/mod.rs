//! The training loop: batches, loss, optimizer, validation, early stopping, checkpoints.

mod checkpoint;
mod clipping;
mod epoch;
mod fine_tuning;
mod history;
mod learner;
mod observer;
mod penalties;
mod sampler;
mod schedule;
mod step;
mod workers;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::tensor::Device;
use painwave::aggregate::Aggregation;
use painwave::network::{Network, NetworkConfig, Parameters};

pub use self::checkpoint::{Checkpoints, Identity, State, write_atomically};
pub use self::fine_tuning::{FineTuned, FineTuningEpoch};
pub use self::history::{EpochRecord, History};
pub use self::learner::Learner;
pub use self::observer::Observer;
pub use self::schedule::Rates;
pub use self::step::{Batch, Gradients, Stepper, WindowLoss};
pub use self::workers::Workers;
use crate::augmentation::Augmenter;
use crate::error::Error;
use crate::loss::Objective;
use crate::recipe::TrainingRecipe;
use crate::validation;
use crate::windows::WindowSet;

/// Everything that one network is trained on.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The network.
    pub network: NetworkConfig,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// How it is trained.
    pub recipe: TrainingRecipe,
    /// How windows become one prediction, for the validation scores.
    pub aggregation: Aggregation,
    /// Windows that train.
    pub training: WindowSet,
    /// Windows that judge.
    pub validation: WindowSet,
    /// What the network is asked to answer, and how far it is from that.
    pub objective: Objective,
    /// Random changes to the windows that train.
    pub augmentation: Augmenter,
}

/// What training came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Weights of the best epoch, which the validation windows judge.
    pub parameters: Parameters,
    /// What followed, if the recipe asks for it and it came to its end.
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

/// How far to go and where to keep what is needed to continue.
#[derive(Debug)]
pub struct Control<'a> {
    /// Last epoch of this call, at most the recipe's.
    pub epochs: usize,
    /// Where checkpoints are kept.
    pub checkpoints: &'a Checkpoints,
    /// Minimal time between two checkpoints; one is always written at the end.
    pub checkpoint_every: Duration,
    /// Whether to continue the checkpoint that is there.
    pub resume: bool,
    /// Threads of a step, if the device is the CPU; another number gives slightly other weights.
    pub threads: usize,
    /// Set from outside to end after the current epoch.
    pub interrupt: &'a AtomicBool,
}

/// Trains a network on a device and returns the weights of its best epoch, which is the last one where the recipe
/// does not stop early.
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
    device: &Device,
    control: &Control<'_>,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let training_device = device.clone().autodiff();
    let stepper = Stepper::new(device, control.threads).map_err(Error::Threads)?;
    training_device.seed(problem.recipe.seed);
    let network = Network::new(&problem.network, &training_device);
    let mut state = State {
        history: History::new(problem.recipe.early_stopping),
        fine_tuning: Vec::new(),
        learner: Learner::new(network, &problem.recipe),
        best: None,
    };
    if control.resume {
        state = control.checkpoints.load(&problem.network, &training_device, state)?;
    }
    let mut run = Run { problem, control, device, stepper, saved: Instant::now() };
    let mut end = run.train(&mut state, observer)?;
    let mut fine_tuned = None;
    if let Some(recipe) = problem.recipe.fine_tuning
        && run.is_complete(&state.history)
        && end != End::Interrupted
    {
        fine_tuned = run.fine_tune(recipe, &mut state, observer)?;
        if fine_tuned.is_none() {
            end = End::Interrupted;
        }
    }
    control.checkpoints.save(&state)?;
    let best = state.best.ok_or(Error::Interrupted)?;
    Ok(Outcome { parameters: best.parameters(), fine_tuned, history: state.history, end })
}

/// A training that goes on.
struct Run<'a> {
    problem: &'a Problem,
    control: &'a Control<'a>,
    /// Without autodiff.
    device: &'a Device,
    stepper: Stepper,
    /// When the last checkpoint was.
    saved: Instant,
}

impl Run<'_> {
    /// Trains until there is a reason to end.
    fn train(&mut self, state: &mut State, observer: &mut dyn Observer) -> Result<End, Error> {
        let Run { problem, control, device, .. } = *self;
        let Problem { network: config, recipe, training, validation: judges, .. } = problem;
        loop {
            let done = state.history.epochs.len();
            if control.interrupt.load(Ordering::Relaxed) {
                return Ok(End::Interrupted);
            }
            if state.history.is_exhausted() {
                return Ok(End::EarlyStopping);
            }
            if done >= control.epochs {
                return Ok(End::AllEpochs);
            }
            let (epoch, start) = (done + 1, Instant::now());
            let steps = recipe.steps(training.len());
            let rates = Rates::new(recipe, &state.history.epochs, steps);
            let training_loss = self.epoch(training, epoch, rates, &mut state.learner, observer)?;
            let judged = state.learner.network.valid();
            let logits = validation::logits(&judged, config, judges, device);
            let scores = validation::scores(&logits, judges, &problem.aggregation, &problem.classes);
            let record = EpochRecord {
                epoch,
                training_loss,
                validation_loss: validation::loss(&logits, &judges.classes),
                accuracy: scores.accuracy,
                weighted_f1: scores.weighted_average.f1,
                macro_f1: scores.macro_average.f1,
                learning_rate: rates.at(steps.saturating_sub(1)),
                seconds: start.elapsed().as_secs_f64(),
            };
            if !(training_loss.is_finite() && record.validation_loss.is_finite()) {
                return Err(Error::Diverged { epoch });
            }
            if state.history.push(record) || state.best.is_none() {
                state.best = Some(judged);
            }
            observer
                .epoch_ends(&state.history, control.epochs.min(recipe.epochs))
                .map_err(Error::Observer)?;
            self.save_if_due(state)?;
        }
    }

    /// Whether the recipe asks for no more epochs, whatever this call was asked for.
    fn is_complete(&self, history: &History) -> bool {
        history.is_exhausted() || history.epochs.len() >= self.problem.recipe.epochs
    }

    fn save_if_due(&mut self, state: &State) -> Result<(), Error> {
        if self.saved.elapsed() >= self.control.checkpoint_every {
            self.control.checkpoints.save(state)?;
            self.saved = Instant::now();
        }
        Ok(())
    }
}
