//! What is read and written, and how it is read.

use std::path::PathBuf;

use clap::Args;
use painwave::reading::ReadOptions;

use crate::data::Given;

/// What every training reads and writes.
#[derive(Clone, Debug, Args)]
pub struct Paths {
    /// Recordings: files, folders or patterns such as 'data/*.csv'; may be repeated. One row for each subject and time step.
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// Labels: one row for each subject. Without it they are a column of the data, or in the names of its files.
    #[arg(long)]
    pub labels: Option<PathBuf>,
    /// Folder for the results.
    #[arg(long)]
    pub out: PathBuf,
    /// How the files are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// How files are read.
#[derive(Clone, Debug, Default, Args)]
pub struct ReadingArgs {
    /// Refuse files in which anything has to be put right before they can be read.
    #[arg(long)]
    pub strict: bool,
    /// Leave out subjects that cannot be read or have no label, and go on without them.
    #[arg(long)]
    pub skip_refused: bool,
    /// A column that the files call otherwise than the recipe or the bundle; may be repeated.
    #[arg(long, value_name = "NAME=NAME IN THE FILES", value_parser = column)]
    pub columns: Vec<(String, String)>,
}

impl Paths {
    /// What is read.
    pub fn given<'a>(&'a self, options: &'a ReadOptions) -> Given<'a> {
        let labels = self.labels.as_deref();
        Given { data: &self.data, labels, options, skip_refused: self.reading.skip_refused }
    }
}

impl ReadingArgs {
    /// As the reader takes them.
    pub fn options(&self) -> ReadOptions {
        let columns = self.columns.iter().cloned().collect();
        ReadOptions { strict: self.strict, columns, ..ReadOptions::default() }
    }

    /// The arguments that say the same.
    pub fn arguments(&self) -> Vec<String> {
        let flags = [(self.strict, "--strict"), (self.skip_refused, "--skip-refused")];
        let flags = flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.to_owned());
        let columns = self.columns.iter().map(|(model, file)| format!("--columns={model}={file}"));
        flags.chain(columns).collect()
    }
}

fn column(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((model, file)) if !model.is_empty() && !file.is_empty() => {
            Ok((model.to_owned(), file.to_owned()))
        }
        _ => {
            Err("expected the recipe's name of a column, an equals sign and the files' name of it".to_owned())
        }
    }
}
