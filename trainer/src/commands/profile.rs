//! `trainer profile`: looks at the data before any model does.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use painwave::labels::LABEL_COLUMN;
use painwave_profile::Sources;
use painwave_profile::names::Told;
use painwave_train::file_keys::FileKeys;
use painwave_train::host::HostError;
use painwave_train::labels::LabelColumns;

use crate::data::{self, DataError};
use crate::error::Error;
use crate::files::{self, FileError};
use crate::input::{Input, InputError};
use crate::report;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer profile train.csv --labels train_labels.csv
  trainer profile train.csv --labels train_labels.csv --against test.csv --html profile.html
  trainer profile recordings/       a folder of files; the labels are a column, or in the names of the files

Values that `trainer fit` would refuse are counted, with the line of the first. The text ends with the
sections [data] and [features] of a recipe: which columns to leave out and why.";

/// Arguments of `trainer profile`.
#[derive(Clone, Debug, Args)]
pub struct ProfileArgs {
    /// Recordings: files, folders or patterns such as 'data/*.csv'.
    #[arg(required = true, value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// Labels: the id column and one with the class. Without it they may be a column of the data, or in the names of its
    /// files.
    #[arg(long)]
    pub labels: Option<PathBuf>,
    /// Other recordings, to look for drift and for recordings that are in both.
    #[arg(long)]
    pub against: Option<PathBuf>,
    /// Take the columns' names and the order of the classes from this recipe.
    #[arg(long)]
    pub recipe: Option<PathBuf>,
    /// Column with the subject's id, or with a part of it, if repeated; without it, guessed.
    #[arg(long)]
    pub id: Vec<String>,
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
    let data = Input::gather(&args.data, &args.labels.iter().map(PathBuf::as_path).collect::<Vec<_>>())
        .map_err(DataError::Input)?;
    let (sources, notes) = sources(args, &data)?;
    notes.iter().for_each(|note| eprintln!("note: {}: {note}", sources.data.display()));
    // What was found out of a file is kept: it is read several times.
    let others = [&sources.labels, &sources.against].into_iter().flatten();
    let others = others.map(|path| Ok((path.clone(), Input::gather(std::slice::from_ref(path), &[])?)));
    let mut inputs = others.collect::<Result<BTreeMap<_, _>, InputError>>().map_err(DataError::Input)?;
    inputs.insert(sources.data.clone(), data);
    let profile = painwave_profile::profile(&sources, &|path, take| match inputs.get(path) {
        Some(input) => input.feed(take).map_err(HostError::new),
        None => Err(HostError::new(InputError::NotFound { path: path.to_owned() })),
    })?;
    for name in inputs.values().flat_map(Input::cut) {
        eprintln!("note: {name}: the compressed data breaks off: what comes before was read");
    }
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
fn sources(args: &ProfileArgs, input: &Input) -> Result<(Sources, Vec<String>), Error> {
    let mut sources = Sources {
        data: input.name(),
        labels: args.labels.clone().or_else(|| input.labels().map(PathBuf::from)),
        against: args.against.clone(),
        told: Told { id: args.id.clone(), time: args.time.clone(), label: args.label.clone() },
        ..Sources::default()
    };
    let mut pattern = None;
    if let Some(path) = &args.recipe {
        let data = data::recipe(path)?.recipe.data;
        pattern = data.pattern();
        let told = &mut sources.told;
        if told.id.is_empty() {
            told.id = data.id;
        }
        told.time = told.time.take().or(data.time);
        told.label.get_or_insert(data.label);
        sources.classes = data.classes;
        sources.ignored = data.ignored;
        sources.categories = data.categories;
    }
    let names = input.tables().map_err(DataError::Input)?;
    let Told { id, label, .. } = sources.told.clone();
    let id = if id.is_empty() { vec!["file".to_owned()] } else { id };
    let label = label.as_deref().unwrap_or(LABEL_COLUMN);
    let columns = LabelColumns { id: &id, label: Some(label), group: None };
    let of_names = |source| DataError::Names { path: input.name(), source };
    let mut keys = FileKeys::read(&names, pattern.as_ref(), columns).map_err(of_names)?;
    if pattern.is_none() && sources.labels.is_none() {
        let found = FileKeys::by_convention(&names, sources.classes.as_deref(), columns).map_err(of_names)?;
        keys = found.unwrap_or(keys);
    }
    sources.keys = names.into_iter().zip(keys.of).filter_map(|(name, keys)| Some((name, keys?))).collect();
    Ok((sources, keys.notes))
}
