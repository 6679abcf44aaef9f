//! Learning curves as TensorBoard event files: `tensorboard --logdir runs`.
//!
//! A file is a sequence of [records](record), each one [event](event). TensorBoard reads all
//! `events.out.tfevents.*` of a folder, in the order of their names, as one run.

mod event;
mod record;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use painwave_train::training::EpochRecord;
use prost::Message;

use self::event::Event;
use crate::files::FileError;

/// TensorBoard knows event files by this part of their name; what follows is free.
const PREFIX: &str = "events.out.tfevents.";
/// Where TensorFlow puts the machine's name: tells our files from those of other tools in the same folder.
const MARK: &str = ".painwave.";

/// Appends epochs to a run's event files. Each is on disk when [`append`](Writer::append) returns, so that
/// TensorBoard follows the training.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    file: Option<EventFile>,
}

impl Writer {
    /// Event files in a folder; nothing is touched before the first epoch.
    pub fn new(folder: &Path) -> Self {
        Writer { folder: folder.to_owned(), file: None }
    }

    /// Appends an epoch.
    ///
    /// The first one starts a new file. If earlier files of the folder hold it already, they are cut off
    /// before it: a run that was killed between two checkpoints trains some epochs again.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn append(&mut self, record: &EpochRecord) -> Result<(), FileError> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(EventFile::start(&self.folder, record.epoch)?),
        };
        file.write(&Event::scalars(now(), record))
    }
}

/// The file of this process.
#[derive(Debug)]
struct EventFile {
    path: PathBuf,
    file: File,
}

impl EventFile {
    /// Makes a file, and the folder if it is not there, for this epoch and those that follow.
    fn start(folder: &Path, epoch: usize) -> Result<Self, FileError> {
        std::fs::create_dir_all(folder).map_err(FileError::write(folder))?;
        for path in event_files(folder)? {
            cut(&path, epoch)?;
        }
        let mut file = EventFile::create(folder)?;
        file.write(&Event::version(now()))?;
        file.write(&Event::restart(now(), epoch))?;
        Ok(file)
    }

    /// A new file whose name sorts behind those that were there before.
    fn create(folder: &Path) -> Result<Self, FileError> {
        let (seconds, process) = (now() as u64, std::process::id());
        let mut number = 0;
        loop {
            let path = folder.join(format!("{PREFIX}{seconds:010}{MARK}{process}.{number}"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(FileError::write(path)(error)),
                Ok(file) => return Ok(EventFile { path, file }),
            }
        }
    }

    fn write(&mut self, event: &Event) -> Result<(), FileError> {
        self.file.write_all(&record::frame(&event.encode_to_vec())).map_err(FileError::write(&self.path))
    }
}

/// Seconds since 1970; a clock before that counts as then.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// The files in a folder that earlier writers left.
fn event_files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = std::fs::read_dir(folder).map_err(FileError::read(folder))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PREFIX) && name.contains(MARK)
    };
    Ok(paths.map_err(FileError::read(folder))?.into_iter().filter(is_ours).collect())
}

/// Ends a file before its first damaged record or its first scalars of this or a later epoch; a file in which
/// no epoch is left is removed.
fn cut(path: &Path, epoch: usize) -> Result<(), FileError> {
    let bytes = std::fs::read(path).map_err(FileError::read(path))?;
    let mut rest = &bytes[..];
    let mut epochs = 0;
    while let Some((data, after)) = record::unframe(rest) {
        let Ok(event) = Event::decode(data) else { break };
        if event.summary.is_some() {
            if usize::try_from(event.step).is_ok_and(|step| step >= epoch) {
                break;
            }
            epochs += 1;
        }
        rest = after;
    }
    if epochs == 0 {
        return std::fs::remove_file(path).map_err(FileError::write(path));
    }
    if rest.is_empty() {
        return Ok(());
    }
    let length = (bytes.len() - rest.len()) as u64;
    let file = OpenOptions::new().write(true).open(path).map_err(FileError::write(path))?;
    file.set_len(length).map_err(FileError::write(path))
}
