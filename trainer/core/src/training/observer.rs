//! What a training tells while it goes on.

use std::error::Error;

use super::fine_tuning::FineTuningEpoch;
use super::history::History;

/// Is told how a training goes on.
pub trait Observer {
    /// An epoch of this many steps begins.
    fn epoch_begins(&mut self, epoch: usize, steps: usize);

    /// A step was taken; `loss` is that of its batch.
    fn step(&mut self, loss: f64);

    /// The last epoch of the history has ended, of at most `epochs`.
    ///
    /// # Errors
    /// Whatever keeps the observer from keeping it; the training ends with it.
    fn epoch_ends(&mut self, history: &History, epochs: usize) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// An epoch of fine-tuning has ended, the `number`th of `of`.
    fn fine_tuning_epoch_ends(&mut self, number: usize, of: usize, epoch: FineTuningEpoch);
}
