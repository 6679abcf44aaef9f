//! What is needed to continue: weights, the optimizer's state, the history.
//!
//! The tensors of an epoch are kept under names that carry its number; `checkpoint.toml` names those that belong
//! together and is replaced last. So a checkpoint is whole or is the one before. It is TOML since serde_json, as
//! Burn's crates configure it, may read the last digit of a number wrongly: equal scores must stay equal.

use burn::module::Module;
use burn::optim::OptimizerRecord;
use burn::store::{ModuleRecord, RecordError};
use burn::tensor::{Bytes, Device};
use painwave::network::{Network, NetworkConfig};
use serde::{Deserialize, Serialize};

use super::error::{ResumeProblem, TrainingError};
use super::history::{EpochRecord, FineTuningEpoch, History};
use super::learner::Learner;
use crate::host::Store;
use crate::recipe::Limits;

/// What a run is made from; a checkpoint only continues the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// [`RecipeFile::identity`](crate::recipe::RecipeFile::identity).
    pub recipe: String,
    /// How long it may go on.
    pub limits: Limits,
    /// SHA-256 of the data file.
    pub data: String,
    /// SHA-256 of the labels file.
    pub labels: String,
    /// Seed of the training.
    pub seed: u64,
    /// Training and validation subjects.
    pub split: String,
}

/// The checkpoint of one training in a store.
#[derive(Clone)]
pub struct Checkpoints<'a> {
    store: &'a dyn Store,
    folder: String,
    identity: Identity,
}

/// Where a training stands: what a checkpoint keeps.
pub struct State {
    /// The epochs so far.
    pub history: History,
    /// The epochs of fine-tuning so far.
    pub fine_tuning: Vec<FineTuningEpoch>,
    /// The network and the optimizer after all of them.
    pub learner: Learner,
    /// The network of the best epoch of the history, without autodiff; none before the first.
    pub best: Option<Network>,
}

#[derive(Serialize, Deserialize)]
struct Index {
    network: String,
    best: String,
    optimizer: String,
    identity: Identity,
    epochs: Vec<EpochRecord>,
    #[serde(default)]
    fine_tuning: Vec<FineTuningEpoch>,
}

/// Name of the part of a checkpoint that names the others.
pub const INDEX: &str = "checkpoint.toml";

impl Identity {
    /// What a checkpoint belongs to, from the text of its [`INDEX`]; none if that cannot be read.
    pub fn of_index(text: &str) -> Option<Self> {
        toml::from_str(text).ok().map(|index: Index| index.identity)
    }

    /// Why a checkpoint of another identity cannot be continued, if it cannot; `tuned` is whether its fine-tuning has
    /// begun.
    fn refusal(&self, checkpoint: &Identity, tuned: bool) -> Option<ResumeProblem> {
        let parts = [
            (self.recipe == checkpoint.recipe, "the recipe"),
            (self.data == checkpoint.data, "the data"),
            (self.labels == checkpoint.labels, "the labels"),
            (self.seed == checkpoint.seed, "the seed"),
            (self.split == checkpoint.split, "the split"),
        ];
        if let Some((_, what)) = parts.into_iter().find(|(same, _)| !same) {
            return Some(ResumeProblem::Changed(what));
        }
        let Limits { epochs, patience } = checkpoint.limits;
        if self.limits.epochs < epochs {
            return Some(ResumeProblem::Lowered("`training.epochs`"));
        }
        if self.limits.patience < patience {
            return Some(ResumeProblem::Lowered("`training.early_stopping.patience`"));
        }
        (tuned && self.limits != checkpoint.limits).then_some(ResumeProblem::Tuned)
    }
}

impl<'a> Checkpoints<'a> {
    /// The checkpoint of a training, in a folder of the store.
    pub fn new(store: &'a dyn Store, folder: String, identity: Identity) -> Self {
        Checkpoints { store, folder, identity }
    }

    /// Whether there is one, of whatever training.
    ///
    /// # Errors
    /// The store cannot tell.
    pub fn exist(&self) -> Result<bool, TrainingError> {
        Ok(self.store.load(&self.key(INDEX))?.is_some())
    }

    /// Saves the state after its last epoch, if there is one and the last checkpoint is old enough.
    ///
    /// # Errors
    /// As [`Checkpoints::save`].
    pub fn save_if_due(&self, state: &State) -> Result<(), TrainingError> {
        if self.store.is_due(&self.folder) { self.save(state) } else { Ok(()) }
    }

    /// Saves the state after its last epoch, if there is one.
    ///
    /// # Errors
    /// It cannot be kept.
    pub fn save(&self, state: &State) -> Result<(), TrainingError> {
        let State { history, fine_tuning, learner, best: Some(best) } = state else { return Ok(()) };
        let last = history.epochs.len() + fine_tuning.len();
        let best_epoch = history.best().map_or(0, |best| best.epoch);
        let index = Index {
            identity: self.identity.clone(),
            epochs: history.epochs.clone(),
            fine_tuning: fine_tuning.clone(),
            network: format!("network-{last}.bpk"),
            best: format!("best-{best_epoch}.bpk"),
            optimizer: format!("optimizer-{last}.bpk"),
        };
        let save = |name: &str, bytes: Result<Bytes, RecordError>| {
            let bytes = bytes.map_err(TrainingError::Checkpoint)?;
            self.store.save(&self.key(name), &bytes).map_err(TrainingError::Host)
        };
        save(&index.network, learner.network.clone().into_record().into_bytes())?;
        save(&index.best, best.clone().into_record().into_bytes())?;
        save(&index.optimizer, learner.optimizer.into_bytes())?;
        self.store.save(&self.key(INDEX), toml::to_string(&index)?.as_bytes())?;
        self.store.keep_only(&self.folder, &[INDEX, &index.network, &index.best, &index.optimizer])?;
        Ok(())
    }

    /// Loads the checkpoint; `fresh` is the state of a training of this network that has not begun.
    ///
    /// # Errors
    /// There is none, it belongs to another recipe, data or seed, or it cannot be read.
    pub fn load(
        &self,
        config: &NetworkConfig,
        device: &Device,
        fresh: State,
    ) -> Result<State, TrainingError> {
        let index = self.store.load(&self.key(INDEX))?;
        let bytes = |name: &str| {
            let bytes = self.store.load(&self.key(name))?;
            bytes.ok_or_else(|| self.problem(ResumeProblem::Incomplete(name.to_owned())))
        };
        let index = self.index(index).map_err(|reason| self.problem(reason))?;
        let [network, best, optimizer] =
            [&index.network, &index.best, &index.optimizer].map(|name| bytes(name));
        let tensors = [network?, best?, optimizer?];
        restore(config, device, fresh, index, tensors).map_err(|error| self.problem(error.into()))
    }

    /// The index, if it belongs to this training.
    fn index(&self, bytes: Option<Vec<u8>>) -> Result<Index, ResumeProblem> {
        let text = String::from_utf8(bytes.ok_or(ResumeProblem::Missing)?)?;
        let index: Index = toml::from_str(&text)?;
        match self.identity.refusal(&index.identity, !index.fine_tuning.is_empty()) {
            Some(reason) => Err(reason),
            None => Ok(index),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    fn problem(&self, reason: ResumeProblem) -> TrainingError {
        TrainingError::Resume { key: self.key(INDEX), reason }
    }
}

/// The state that an index and the bytes of network, best network and optimizer hold.
fn restore(
    config: &NetworkConfig,
    device: &Device,
    fresh: State,
    index: Index,
    [network, best, optimizer]: [Vec<u8>; 3],
) -> Result<State, RecordError> {
    let restore = |bytes: Vec<u8>| {
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes))?;
        Network::new(config, device).try_load_record(record)
    };
    let optimizer = OptimizerRecord::from_bytes(Bytes::from_bytes_vec(optimizer))?;
    let State { mut history, mut learner, .. } = fresh;
    history.epochs = index.epochs;
    learner.network = restore(network)?;
    learner.optimizer = learner.optimizer.load_record(optimizer);
    let best = Some(restore(best)?.valid());
    Ok(State { history, fine_tuning: index.fine_tuning, learner, best })
}
