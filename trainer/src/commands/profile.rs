//! `trainer profile`: looks at the data before any model does.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use painwave_profile::Sources;
use painwave_profile::names::Told;
use painwave_train::host::HostError;

use crate::data;
use crate::error::Error;
use crate::files::{self, FileError};
use crate::report;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer profile train.csv --labels train_labels.csv
  trainer profile train.csv --labels train_labels.csv --against test.csv --html profile.html

Values that `trainer fit` would refuse are counted, with the line of the first. The text ends with the
sections [data] and [features] of a recipe: which columns to leave out and why.";

/// Arguments of `trainer profile`.
#[derive(Clone, Debug, Args)]
pub struct ProfileArgs {
    /// Recordings (CSV).
    pub data: PathBuf,
    /// Labels (CSV): the id column and one with the class.
    #[arg(long)]
    pub labels: Option<PathBuf>,
    /// Other recordings (CSV), to look for drift and for recordings that are in both files.
    #[arg(long)]
    pub against: Option<PathBuf>,
    /// Take the columns' names and the order of the classes from this recipe.
    #[arg(long)]
    pub recipe: Option<PathBuf>,
    /// Column with the subject's id; without it, guessed.
    #[arg(long)]
    pub id: Option<String>,
    /// Column with the time of a row; without it, guessed.
    #[arg(long)]
    pub time: Option<String>,
    /// Column of the labels file with the class; without it, guessed.
    #[arg(long)]
    pub label: Option<String>,
    /// Write everything here as well (JSON).
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Write a page with plots here as well (HTML).
    #[arg(long)]
    pub html: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Whatever keeps the files from being read, and outputs that cannot be written.
pub fn run(args: &ProfileArgs) -> Result<(), Error> {
    let profile = painwave_profile::profile(&sources(args)?, &|path, take| {
        files::feed(path, take).map_err(HostError::new)
    })?;
    if let Some(path) = &args.json {
        let json =
            serde_json::to_vec_pretty(&profile).map_err(|error| FileError::write(path)(error.into()))?;
        files::write_atomically(path, &json)?;
    }
    if let Some(path) = &args.html {
        files::write_atomically(path, report::profile::html(&profile).as_bytes())?;
    }
    super::print(|out| write!(out, "{}", report::profile::text(&profile)))
}

/// What is said on the command line goes before what the recipe says.
fn sources(args: &ProfileArgs) -> Result<Sources, Error> {
    let mut sources = Sources {
        data: args.data.clone(),
        labels: args.labels.clone(),
        against: args.against.clone(),
        told: Told { id: args.id.clone(), time: args.time.clone(), label: args.label.clone() },
        ..Sources::default()
    };
    if let Some(path) = &args.recipe {
        let data = data::recipe(path)?.recipe.data;
        let told = &mut sources.told;
        told.id.get_or_insert_with(|| data.id[0].clone());
        told.time = told.time.take().or(data.time);
        told.label.get_or_insert(data.label);
        sources.classes = data.classes;
        sources.ignored = data.ignored;
        sources.categories = data.categories;
    }
    Ok(sources)
}
