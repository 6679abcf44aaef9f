//! Checkpoints as files in the folder of a run.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use painwave_train::experiment::{CHECKPOINT, CROSS_FIT};
use painwave_train::host::{HostError, Store};
use painwave_train::training::{INDEX, Identity};

use crate::files::{FileError, write_atomically};

/// Keeps checkpoints in the folder of a run.
#[derive(Debug)]
pub struct Files {
    out: PathBuf,
    every: Duration,
    /// When each folder's checkpoint was last saved or, if it was not, first asked for.
    saved: Mutex<HashMap<String, Instant>>,
}

impl Files {
    /// In a folder, which is made when the first checkpoint is saved, with at least `every` between two of a training.
    pub fn new(out: &Path, every: Duration) -> Self {
        Files { out: out.to_owned(), every, saved: Mutex::default() }
    }
}

impl Store for Files {
    fn load(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        let path = self.out.join(key);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(HostError::new(FileError::read(path)(error))),
        }
    }

    fn save(&self, key: &str, bytes: &[u8]) -> Result<(), HostError> {
        let path = self.out.join(key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| HostError::new(FileError::write(folder)(error)))?;
        }
        write_atomically(&path, bytes).map_err(HostError::new)
    }

    fn keep_only(&self, folder: &str, names: &[&str]) -> Result<(), HostError> {
        let path = self.out.join(folder);
        let remove = || -> Result<(), FileError> {
            for entry in fs::read_dir(&path).map_err(FileError::read(&path))? {
                let entry = entry.map_err(FileError::read(&path))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let ours = [".bpk", ".partial"].iter().any(|ending| name.ends_with(ending));
                if ours && !names.contains(&name.as_str()) {
                    fs::remove_file(entry.path()).map_err(FileError::write(entry.path()))?;
                }
            }
            Ok(())
        };
        remove().map_err(HostError::new)
    }

    fn is_due(&self, folder: &str) -> bool {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let last = saved.entry(folder.to_owned()).or_insert_with(Instant::now);
        let due = last.elapsed() >= self.every;
        if due {
            *last = Instant::now();
        }
        due
    }
}

/// The folders of the checkpoints of a run: one for each training that was begun.
pub fn found(out: &Path) -> Vec<PathBuf> {
    let numbered = |folder: &Path, name: &str| -> Vec<PathBuf> {
        let folders = (1..).map(|number| folder.join(format!("{name}-{number}")));
        folders.take_while(|folder| folder.is_dir()).collect()
    };
    let with = |folder: &PathBuf, inner: Vec<PathBuf>| std::iter::once(folder.clone()).chain(inner);
    let runs = [out.to_owned(), out.join(CROSS_FIT)];
    let folds = runs.iter().flat_map(|run| with(run, numbered(run, "fold")).collect::<Vec<_>>());
    let folders = folds.flat_map(|fold| with(&fold, numbered(&fold, "stage")).collect::<Vec<_>>());
    folders.map(|folder| folder.join(CHECKPOINT)).filter(|folder| folder.join(INDEX).exists()).collect()
}

/// What the checkpoint of a folder belongs to; none if there is none that can be read.
pub fn identity(folder: &Path) -> Option<Identity> {
    Identity::of_index(&fs::read_to_string(folder.join(INDEX)).ok()?)
}
