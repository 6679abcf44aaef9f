//! What is needed to continue: weights, the optimizer's state, the history.
//!
//! The tensors of an epoch lie in files that carry its number; `checkpoint.toml` names the files that
//! belong together and is replaced by renaming. So a checkpoint is whole or is the one before. It is TOML since
//! serde_json, as Burn's crates configure it, may read the last digit of a number wrongly: equal scores must stay
//! equal.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::OptimizerRecord;
use burn::store::ModuleRecord;
use burn::tensor::Device;
use painwave::network::{Network, NetworkConfig};
use serde::{Deserialize, Serialize};

use super::fine_tuning::FineTuningEpoch;
use super::history::{EpochRecord, History};
use super::learner::Learner;
use crate::error::{Error, ResumeProblem};

/// What a run is made from; a checkpoint only continues the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// SHA-256 of the recipe.
    pub recipe: String,
    /// SHA-256 of the data file.
    pub data: String,
    /// SHA-256 of the labels file.
    pub labels: String,
    /// Seed of the training.
    pub seed: u64,
    /// Which subjects train and which judge.
    pub split: String,
}

/// The folder of a run's checkpoint.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    identity: Identity,
}

/// Where a training stands: what a checkpoint keeps.
pub struct State {
    /// The epochs so far.
    pub history: History,
    /// The epochs of fine-tuning so far.
    pub fine_tuning: Vec<FineTuningEpoch>,
    /// What has learnt in all of them.
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

const INDEX: &str = "checkpoint.toml";

impl Checkpoints {
    /// Checkpoints in a folder, which is made when the first is saved.
    pub fn new(folder: PathBuf, identity: Identity) -> Self {
        Checkpoints { folder, identity }
    }

    /// Whether a folder holds one, of whatever run.
    pub fn exist(folder: &Path) -> bool {
        folder.join(INDEX).exists()
    }

    /// What the checkpoint of a folder belongs to; none if there is none that can be read.
    pub fn identity(folder: &Path) -> Option<Identity> {
        let index: Index = toml::from_str(&std::fs::read_to_string(folder.join(INDEX)).ok()?).ok()?;
        Some(index.identity)
    }

    /// Saves the state after its last epoch, if there is one.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn save(&self, state: &State) -> Result<(), Error> {
        let State { history, fine_tuning, learner, best: Some(best) } = state else { return Ok(()) };
        std::fs::create_dir_all(&self.folder).map_err(Error::write(&self.folder))?;
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
        let write = |name: &str, save: &dyn Fn(&Path) -> Result<(), burn::store::RecordError>| {
            let path = self.folder.join(name);
            if path.exists() {
                return Ok(());
            }
            // Under its final name only when it is whole: a file that is there need not be written again.
            let partial = self.folder.join(format!("{name}.partial"));
            save(&partial).map_err(|error| Error::write(&partial)(std::io::Error::other(error)))?;
            std::fs::rename(&partial, &path).map_err(Error::write(&path))
        };
        write(&index.network, &|path| learner.network.clone().into_record().save(path))?;
        write(&index.best, &|path| best.clone().into_record().save(path))?;
        write(&index.optimizer, &|path| learner.optimizer.to_record().save(path))?;

        let path = self.folder.join(INDEX);
        let text =
            toml::to_string(&index).map_err(|error| Error::write(&path)(std::io::Error::other(error)))?;
        write_atomically(&path, text.as_bytes())?;
        self.remove_all_but(&[&index.network, &index.best, &index.optimizer])
    }

    /// Loads the checkpoint; `fresh` is the state of a training of this network that has not begun.
    ///
    /// # Errors
    /// There is none, it belongs to another recipe, data or seed, or a file cannot be read.
    pub fn load(&self, config: &NetworkConfig, device: &Device, fresh: State) -> Result<State, Error> {
        let path = self.folder.join(INDEX);
        let problem = |reason| Error::Resume { path: path.clone(), reason };
        let unreadable =
            |error: &dyn std::fmt::Display| problem(ResumeProblem::Unreadable(error.to_string()));
        if !path.exists() {
            return Err(problem(ResumeProblem::Missing));
        }
        let text = std::fs::read_to_string(&path).map_err(Error::read(&path))?;
        let index: Index = toml::from_str(&text).map_err(|error| unreadable(&error))?;
        if let Some(what) = self.identity.difference(&index.identity) {
            return Err(problem(ResumeProblem::Changed(what)));
        }
        let network = |name: &str| {
            let record = ModuleRecord::load(self.folder.join(name)).map_err(|error| unreadable(&error))?;
            let fresh = Network::new(config, device);
            fresh.try_load_record(record).map_err(|error| unreadable(&error))
        };
        let record = OptimizerRecord::load(self.folder.join(&index.optimizer));
        let record = record.map_err(|error| unreadable(&error))?;
        let State { mut history, mut learner, .. } = fresh;
        history.epochs = index.epochs;
        learner.network = network(&index.network)?;
        learner.optimizer = learner.optimizer.load_record(record);
        let best = Some(network(&index.best)?.valid());
        Ok(State { history, fine_tuning: index.fine_tuning, learner, best })
    }

    fn remove_all_but(&self, names: &[&String]) -> Result<(), Error> {
        for entry in std::fs::read_dir(&self.folder).map_err(Error::read(&self.folder))? {
            let entry = entry.map_err(Error::read(&self.folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = [".bpk", ".partial"].iter().any(|ending| name.ends_with(ending));
            if ours && !names.iter().any(|kept| **kept == name) {
                std::fs::remove_file(entry.path()).map_err(Error::write(entry.path()))?;
            }
        }
        Ok(())
    }
}

impl Identity {
    fn difference(&self, other: &Identity) -> Option<&'static str> {
        let parts = [
            (self.recipe == other.recipe, "the recipe"),
            (self.data == other.data, "the data"),
            (self.labels == other.labels, "the labels"),
            (self.seed == other.seed, "the seed"),
            (self.split == other.split, "the split"),
        ];
        parts.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
    }
}

/// Writes a file beside its place and moves it there: it is whole or not there.
///
/// # Errors
/// It cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    std::fs::write(&partial, bytes).map_err(Error::write(&partial))?;
    std::fs::rename(&partial, path).map_err(Error::write(path))
}
