//! The training loop: batches, loss, optimizer, validation, early stopping, checkpoints.

mod checkpoint;
mod clipping;
mod history;
mod progress;
mod step;
mod workers;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::optim::{AdamWConfig, ModuleOptimizer};
use burn::tensor::Device;
use painwave::aggregate::Aggregation;
use painwave::network::{Network, NetworkConfig, Parameters};
use rand::Rng;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

pub use self::checkpoint::{Checkpoints, Identity, write_atomically};
pub use self::history::{EpochRecord, History};
pub use self::progress::Progress;
pub use self::step::{Batch, Gradients, Stepper, WindowLoss};
pub use self::workers::Workers;
use crate::augmentation::Augmenter;
use crate::error::Error;
use crate::recipe::{Optimizer, TrainingRecipe};
use crate::targets::{TargetTable, cross_entropy};
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
    /// What the network is asked to answer.
    pub targets: TargetTable,
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
    /// Set from outside to end after the current epoch.
    pub interrupt: &'a AtomicBool,
}

/// The state that a step changes.
struct Learner {
    network: Network,
    optimizer: ModuleOptimizer,
}

/// AdamW's epsilon in PyTorch.
const EPSILON: f32 = 1e-8;

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
    let training_device = device.clone().autodiff();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let stepper = Stepper::new(device, threads).map_err(Error::Threads)?;
    let seed = problem.recipe.seed;
    training_device.seed(seed);
    let network = Network::new(&problem.network, &training_device);
    let mut learner = Learner { network, optimizer: optimizer(&problem.recipe) };
    let mut best_network = None;
    let mut history = History::new(problem.recipe.early_stopping.clone());
    if control.resume {
        let loaded = control.checkpoints.load(&problem.network, &training_device, learner.optimizer)?;
        history.epochs = loaded.epochs;
        learner = Learner { network: loaded.network, optimizer: loaded.optimizer };
        best_network = Some(loaded.best);
    }

    let Optimizer::AdamW { learning_rate, .. } = problem.recipe.optimizer;
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

fn optimizer(recipe: &TrainingRecipe) -> ModuleOptimizer {
    let Optimizer::AdamW { weight_decay, .. } = recipe.optimizer;
    AdamWConfig::new().with_epsilon(EPSILON).with_weight_decay(weight_decay).init()
}

/// One pass over the training windows in random order; returns the mean loss of a window.
fn run_epoch(
    problem: &Problem,
    learner: &mut Learner,
    stepper: &Stepper,
    epoch: usize,
    progress: &mut Progress,
) -> Result<f64, Error> {
    let Problem { network: config, recipe, training, targets, augmentation, .. } = problem;
    let Optimizer::AdamW { learning_rate, .. } = recipe.optimizer;
    let mut rng = ChaCha8Rng::seed_from_u64(recipe.seed);
    rng.set_stream(epoch as u64);
    let mut order: Vec<usize> = (0..training.all.windows).collect();
    order.shuffle(&mut rng);

    progress.start_epoch(epoch, order.len().div_ceil(recipe.batch_size));
    let mut sum = 0.0;
    for indices in order.chunks(recipe.batch_size) {
        let mut batch = training.gather(indices);
        augmentation.apply(&mut batch, &mut rng);
        let wanted: Vec<f32> =
            indices.iter().flat_map(|i| targets.row(training.classes[*i])).copied().collect();
        let batch = Batch { windows: &batch, targets: &wanted, divisor: indices.len() as f64 };
        let seed = rng.next_u64();
        let gradients = stepper.gradients(&learner.network, config, batch, &cross_entropy, seed);
        let Gradients { loss, mut gradients } = gradients;
        if let Some(norm) = recipe.gradient_clipping {
            gradients = clipping::clip(gradients, &learner.network, norm);
        }
        // The optimizer takes the module by value; a clone shares its tensors.
        learner.network = learner.optimizer.step(learning_rate, learner.network.clone(), gradients);
        sum += loss * indices.len() as f64;
        progress.step(loss);
        if !loss.is_finite() {
            return Err(Error::Diverged { epoch });
        }
    }
    Ok(sum / order.len() as f64)
}
