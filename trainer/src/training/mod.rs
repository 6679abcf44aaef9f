//! The training loop: batches, loss, optimizer, validation, early stopping, checkpoints.

mod checkpoint;
mod clipping;
mod history;
mod learner;
mod penalties;
mod progress;
mod sampler;
mod step;
mod workers;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::tensor::Device;
use painwave::aggregate::Aggregation;
use painwave::network::{Network, NetworkConfig, Parameters};
use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use self::checkpoint::{Checkpoints, Identity, write_atomically};
pub use self::history::{EpochRecord, History};
pub use self::learner::Learner;
pub use self::progress::Progress;
pub use self::step::{Batch, Gradients, Stepper, WindowLoss};
pub use self::workers::Workers;
use crate::augmentation::Augmenter;
use crate::error::Error;
use crate::loss::Objective;
use crate::memory;
use crate::recipe::TrainingRecipe;
use crate::tensorboard;
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
    /// Weights of the best epoch.
    pub parameters: Parameters,
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
    /// Folder of the TensorBoard event files.
    pub events: &'a Path,
    /// Least time between two checkpoints; one is always written at the end.
    pub checkpoint_every: Duration,
    /// Whether to continue the checkpoint that is there.
    pub resume: bool,
    /// Threads of a step, if the device is the CPU; another number gives slightly other weights.
    pub threads: usize,
    /// Set from outside to end after the current epoch.
    pub interrupt: &'a AtomicBool,
}

/// Trains a network on a device and returns the weights of its best epoch.
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
    progress: &mut Progress,
) -> Result<Outcome, Error> {
    memory::keep_freed();
    let training_device = device.clone().autodiff();
    let stepper = Stepper::new(device, control.threads).map_err(Error::Threads)?;
    let seed = problem.recipe.seed;
    training_device.seed(seed);
    let network = Network::new(&problem.network, &training_device);
    let mut learner = Learner::new(network, &problem.recipe);
    let mut best_network = None;
    let mut history = History::new(problem.recipe.early_stopping.clone());
    if control.resume {
        let loaded = control.checkpoints.load(&problem.network, &training_device, learner.optimizer)?;
        history.epochs = loaded.epochs;
        (learner.network, learner.optimizer) = (loaded.network, loaded.optimizer);
        best_network = Some(loaded.best);
    }

    let learning_rate = problem.recipe.optimizer.learning_rate();
    let mut events = tensorboard::Writer::new(control.events);
    let mut last_checkpoint = Instant::now();
    let end = loop {
        let done = history.epochs.len();
        if control.interrupt.load(Ordering::Relaxed) {
            break End::Interrupted;
        }
        if history.is_exhausted() {
            break End::EarlyStopping;
        }
        if done >= control.epochs {
            break End::AllEpochs;
        }
        let epoch = done + 1;
        let start = Instant::now();
        let training_loss = run_epoch(problem, &mut learner, &stepper, epoch, progress)?;
        let judged = learner.network.valid();
        let logits = validation::logits(&judged, &problem.network, &problem.validation, device);
        let scores = validation::scores(&logits, &problem.validation, &problem.aggregation, &problem.classes);
        let record = EpochRecord {
            epoch,
            training_loss,
            validation_loss: validation::loss(&logits, &problem.validation.classes),
            accuracy: scores.accuracy,
            weighted_f1: scores.weighted_average.f1,
            macro_f1: scores.macro_average.f1,
            learning_rate,
            seconds: start.elapsed().as_secs_f64(),
        };
        if !(training_loss.is_finite() && record.validation_loss.is_finite()) {
            return Err(Error::Diverged { epoch });
        }
        events.append(&record)?;
        let improved = history.push(record);
        if improved || best_network.is_none() {
            best_network = Some(judged);
        }
        progress.end_epoch(&history, control.epochs.min(problem.recipe.epochs));
        if let Some(best) = &best_network
            && last_checkpoint.elapsed() >= control.checkpoint_every
        {
            control.checkpoints.save(&history, &learner.network, best, &learner.optimizer)?;
            last_checkpoint = Instant::now();
        }
    };
    let best = best_network.ok_or(Error::Interrupted)?;
    control.checkpoints.save(&history, &learner.network, &best, &learner.optimizer)?;
    Ok(Outcome { parameters: best.parameters(), history, end })
}

/// One epoch of training windows; returns the mean loss of a window.
fn run_epoch(
    problem: &Problem,
    learner: &mut Learner,
    stepper: &Stepper,
    epoch: usize,
    progress: &mut Progress,
) -> Result<f64, Error> {
    let Problem { network: config, recipe, training, objective, augmentation, .. } = problem;
    let learning_rate = recipe.optimizer.learning_rate();
    let loss_of = |logits, targets| objective.of_windows(logits, targets);
    let mut rng = ChaCha8Rng::seed_from_u64(recipe.seed);
    rng.set_stream(epoch as u64);
    let order = sampler::draw(recipe.sampler, &training.classes, &mut rng);

    progress.start_epoch(epoch, order.len().div_ceil(recipe.batch_size));
    let (mut sum, mut weight) = (0.0, 0.0);
    for indices in order.chunks(recipe.batch_size) {
        let mut batch = training.gather(indices);
        augmentation.apply(&mut batch, &mut rng);
        let classes: Vec<usize> = indices.iter().map(|window| training.classes[*window]).collect();
        let (targets, divisor) = (objective.targets(&classes), objective.divisor(&classes));
        let batch = Batch { windows: &batch, targets: &targets, divisor };
        let Gradients { loss, gradients } =
            stepper.gradients(&learner.network, config, batch, &loss_of, rng.next_u64());
        learner.learn(gradients, learning_rate);
        sum += loss * divisor;
        weight += divisor;
        progress.step(loss);
        if !loss.is_finite() {
            return Err(Error::Diverged { epoch });
        }
    }
    Ok(sum / weight)
}
