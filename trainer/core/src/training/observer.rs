//! The observer of a training.

use super::history::{FineTuningEpoch, History};
use crate::host::HostError;

/// Observes a training, and answers what the training cannot know.
pub trait Observer {
    /// Seconds on a clock that starts at any fixed moment.
    fn seconds(&self) -> f64;

    /// Whether to end after the current epoch.
    fn is_cancelled(&self) -> bool;

    /// An epoch of this many steps begins.
    fn epoch_begins(&mut self, epoch: usize, steps: usize);

    /// A step was taken; `loss` is that of its batch.
    fn step(&mut self, loss: f64);

    /// The last epoch of the history has ended, of at most `epochs`.
    ///
    /// # Errors
    /// The observer failed to record it, which ends the training.
    fn epoch_ends(&mut self, history: &History, epochs: usize) -> Result<(), HostError>;

    /// An epoch of fine-tuning has ended, the `number`th of `of`.
    fn fine_tuning_epoch_ends(&mut self, number: usize, of: usize, epoch: FineTuningEpoch);
}
