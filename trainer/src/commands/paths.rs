//! What every training reads and writes.

use std::path::PathBuf;

use clap::Args;

/// Recordings and labels, and the folder for what comes of them.
#[derive(Clone, Debug, Args)]
pub struct Paths {
    /// Recordings (CSV): one row for each subject and time step.
    #[arg(long)]
    pub data: PathBuf,
    /// Labels (CSV): one row for each subject.
    #[arg(long)]
    pub labels: PathBuf,
    /// Folder for the results.
    #[arg(long)]
    pub out: PathBuf,
}
