//! The epochs so far, which is the best, and whether to go on.

use serde::{Deserialize, Serialize};

use crate::recipe::{EarlyStopping, Metric};

/// One epoch: its losses and the scores of the validation subjects after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Number, from 1.
    pub epoch: usize,
    /// Mean loss of the training windows while the weights were changing.
    pub training_loss: f64,
    /// Mean cross entropy of the validation windows, against hard labels.
    pub validation_loss: f64,
    /// Share of validation subjects that were classified correctly.
    pub accuracy: f64,
    /// Weighted F1 of the validation subjects.
    pub weighted_f1: f64,
    /// Macro F1 of the validation subjects.
    pub macro_f1: f64,
    /// Learning rate of its last step.
    pub learning_rate: f64,
    /// How long it took.
    pub seconds: f64,
}

impl EpochRecord {
    /// A score for which higher is better.
    pub(super) fn score(&self, metric: Metric) -> f64 {
        match metric {
            Metric::WeightedF1 => self.weighted_f1,
            Metric::MacroF1 => self.macro_f1,
            Metric::Accuracy => self.accuracy,
            Metric::Loss => -self.validation_loss,
        }
    }
}

/// One epoch of fine-tuning, for which there is no validation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FineTuningEpoch {
    /// Mean loss of all windows while the weights were changing.
    pub training_loss: f64,
    /// How long it took.
    pub seconds: f64,
}

/// The epochs so far.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The epochs in order.
    pub epochs: Vec<EpochRecord>,
    stopping: Option<EarlyStopping>,
}

impl History {
    /// No epoch yet. Without early stopping the best epoch is always the last.
    pub fn new(stopping: Option<EarlyStopping>) -> Self {
        History { epochs: Vec::new(), stopping }
    }

    /// Adds an epoch; true if it is the best so far.
    pub fn push(&mut self, record: EpochRecord) -> bool {
        let number = record.epoch;
        self.epochs.push(record);
        self.best().is_some_and(|best| best.epoch == number)
    }

    /// The epoch of the best score; of equals, the one of the lowest validation loss; of those, the first. Epochs
    /// whose training loss has collapsed come last. Without early stopping, the last.
    pub fn best(&self) -> Option<&EpochRecord> {
        let Some(EarlyStopping { metric, collapse, .. }) = self.stopping else { return self.epochs.last() };
        let learns = |epoch: &EpochRecord| collapse.is_none_or(|least| epoch.training_loss >= least);
        self.epochs.iter().reduce(|best, epoch| {
            let order = learns(epoch).cmp(&learns(best));
            let order = order.then(epoch.score(metric).total_cmp(&best.score(metric)));
            let better = order.then(best.validation_loss.total_cmp(&epoch.validation_loss)).is_gt();
            if better { epoch } else { best }
        })
    }

    /// Whether the best epoch is as long ago as the recipe waits.
    pub fn is_exhausted(&self) -> bool {
        let since = self.best().map_or(0, |best| self.epochs.len() - best.epoch);
        self.stopping.is_some_and(|stopping| since >= stopping.patience)
    }

    /// Max number of epochs that can still follow, of `epochs` in all, if none is better.
    pub fn remaining(&self, epochs: usize) -> usize {
        let last = self.best().zip(self.stopping).map(|(best, stopping)| best.epoch + stopping.patience);
        last.unwrap_or(epochs).min(epochs).saturating_sub(self.epochs.len())
    }

    /// Seconds of all epochs.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(scores: &[(f64, f64)]) -> History {
        let stopping = EarlyStopping { metric: Metric::WeightedF1, patience: 2, collapse: Some(0.1) };
        history_of(Some(stopping), scores)
    }

    fn history_of(stopping: Option<EarlyStopping>, scores: &[(f64, f64)]) -> History {
        let mut history = History::new(stopping);
        for (i, (weighted_f1, validation_loss)) in scores.iter().enumerate() {
            history.push(EpochRecord {
                epoch: i + 1,
                training_loss: 1.0,
                validation_loss: *validation_loss,
                accuracy: 0.0,
                weighted_f1: *weighted_f1,
                macro_f1: 0.0,
                learning_rate: 1e-3,
                seconds: 1.0,
            });
        }
        history
    }

    #[test]
    fn the_best_epoch_has_the_best_score_then_the_lowest_loss_then_is_the_first() {
        let best = |scores: &[(f64, f64)]| history(scores).best().map(|epoch| epoch.epoch);
        assert_eq!(best(&[]), None);
        assert_eq!(best(&[(0.5, 1.0), (0.8, 2.0), (0.7, 0.1)]), Some(2));
        assert_eq!(best(&[(0.8, 2.0), (0.8, 1.0), (0.8, 1.5)]), Some(2));
        assert_eq!(best(&[(0.8, 1.0), (0.8, 1.0)]), Some(1));
    }

    #[test]
    fn an_epoch_whose_training_loss_has_collapsed_is_the_best_only_if_all_have() {
        let mut history = history(&[(0.5, 1.0), (0.9, 1.0), (0.7, 1.0)]);
        history.epochs[1].training_loss = 0.09;
        assert_eq!(history.best().map(|epoch| epoch.epoch), Some(3));
        history.epochs.iter_mut().for_each(|epoch| epoch.training_loss = 0.09);
        assert_eq!(history.best().map(|epoch| epoch.epoch), Some(2));
    }

    #[test]
    fn patience_counts_epochs_since_the_best() {
        assert!(!history(&[(0.5, 1.0), (0.4, 1.0)]).is_exhausted());
        assert!(history(&[(0.5, 1.0), (0.4, 1.0), (0.4, 1.0)]).is_exhausted());
        assert_eq!(history(&[(0.5, 1.0), (0.4, 1.0)]).remaining(100), 1);
    }

    #[test]
    fn without_early_stopping_every_epoch_is_run_and_the_last_is_the_best() {
        let mut history = history_of(None, &[(0.9, 1.0), (0.5, 2.0), (0.4, 3.0), (0.3, 4.0)]);
        assert_eq!(history.best().map(|epoch| epoch.epoch), Some(4));
        assert!(!history.is_exhausted());
        assert_eq!(history.remaining(10), 6);
        assert!(history.push(EpochRecord { epoch: 5, ..history.epochs[3].clone() }));
    }
}
