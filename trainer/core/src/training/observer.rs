//! What a training tells while it goes on.

use super::history::{FineTuningEpoch, History};
use crate::host::HostError;

/// Is told how a training goes on, and asked what the training cannot know.
pub trait Observer {
    /// Seconds since any moment, as long as it is the same one.
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
    /// Whatever keeps the observer from keeping it; the training ends with it.
    fn epoch_ends(&mut self, history: &History, epochs: usize) -> Result<(), HostError>;

    /// An epoch of fine-tuning has ended, the `number`th of `of`.
    fn fine_tuning_epoch_ends(&mut self, number: usize, of: usize, epoch: FineTuningEpoch);
}
