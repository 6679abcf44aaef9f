//! What a run is handed by the program around it: tables, threads, and storage for its checkpoints.

use std::error::Error;
use std::path::PathBuf;

/// What the program around a run could not do: keep bytes, write an event, start a thread.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HostError(#[source] pub Box<dyn Error + Send + Sync>);

impl HostError {
    /// Of whatever went wrong.
    pub fn new(error: impl Error + Send + Sync + 'static) -> Self {
        HostError(Box::new(error))
    }
}

/// A piece of the tables that the program around hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// Another table begins: the name of its file.
    Table(&'a str),
    /// The next bytes of the table.
    Bytes(&'a [u8]),
}

/// Whole tables, from their pieces: the name of each file and its bytes.
#[derive(Clone, Debug, Default)]
pub struct Tables(pub Vec<(PathBuf, Vec<u8>)>);

impl Tables {
    /// Takes the next piece.
    pub fn take(&mut self, chunk: Chunk<'_>) {
        match (chunk, self.0.last_mut()) {
            (Chunk::Table(name), _) => self.0.push((name.into(), Vec::new())),
            (Chunk::Bytes(bytes), Some((_, table))) => table.extend_from_slice(bytes),
            (Chunk::Bytes(_), None) => {}
        }
    }
}

/// A part of a batch.
pub type Share<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Computes the shares of a batch side by side.
pub trait Executor: Sync {
    /// Number of shares that a batch should be cut into. Another number leads to slightly different weights.
    fn threads(&self) -> usize;

    /// Computes at most [`threads`](Executor::threads) shares and returns when all are done.
    fn shares(&self, shares: Vec<Share<'_>>);
}

/// A training, which is given what computes the shares of its batches.
pub type Task<'a> = Box<dyn FnOnce(&dyn Executor) + Send + 'a>;

/// Runs trainings side by side.
pub trait Scheduler: Sync {
    /// Runs all tasks, as many at once as it can, and returns when all are done.
    ///
    /// # Errors
    /// A task was not run.
    fn tasks(&self, tasks: Vec<Task<'_>>) -> Result<(), HostError>;
}

/// Runs everything on the thread that asks for it, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

impl Executor for Serial {
    fn threads(&self) -> usize {
        1
    }

    fn shares(&self, shares: Vec<Share<'_>>) {
        shares.into_iter().for_each(|share| share());
    }
}

impl Scheduler for Serial {
    fn tasks(&self, tasks: Vec<Task<'_>>) -> Result<(), HostError> {
        tasks.into_iter().for_each(|task| task(self));
        Ok(())
    }
}

/// Runs a job on each of some parts, side by side; the results are in the order of the parts.
pub fn spread<P: Send, R: Send>(
    executor: &dyn Executor,
    parts: Vec<P>,
    job: impl Fn(P) -> R + Sync,
) -> Vec<R> {
    let mut results: Vec<Option<R>> = parts.iter().map(|_| None).collect();
    let job = &job;
    let shares = parts.into_iter().zip(&mut results);
    executor.shares(
        shares.map(|(part, result)| Box::new(move || *result = Some(job(part))) as Share<'_>).collect(),
    );
    // The executor has run every share: each has left its result.
    results.into_iter().flatten().collect()
}

/// Keeps bytes under keys, which read like paths: `fold-1/checkpoint/checkpoint.toml`.
pub trait Store: Sync {
    /// The bytes of a key, if there are any.
    ///
    /// # Errors
    /// They are there and cannot be read.
    fn load(&self, key: &str) -> Result<Option<Vec<u8>>, HostError>;

    /// Keeps the bytes of a key instead of those before: all of them or, if it fails, those before.
    ///
    /// # Errors
    /// They cannot be kept.
    fn save(&self, key: &str, bytes: &[u8]) -> Result<(), HostError>;

    /// Removes all keys in a folder except those with these names.
    ///
    /// # Errors
    /// They cannot be removed.
    fn keep_only(&self, folder: &str, names: &[&str]) -> Result<(), HostError>;

    /// Whether what a folder keeps is so old that it is worth saving anew.
    fn is_due(&self, folder: &str) -> bool;
}

/// Keeps nothing: a run that is ended cannot be continued.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStore;

impl Store for NoStore {
    fn load(&self, _: &str) -> Result<Option<Vec<u8>>, HostError> {
        Ok(None)
    }

    fn save(&self, _: &str, _: &[u8]) -> Result<(), HostError> {
        Ok(())
    }

    fn keep_only(&self, _: &str, _: &[&str]) -> Result<(), HostError> {
        Ok(())
    }

    fn is_due(&self, _: &str) -> bool {
        false
    }
}
