//! `trainer step`: records in a bundle the step of the recordings that it was trained on.

use std::path::PathBuf;

use clap::Args;
use painwave::bundle::Manifest;
use painwave::sampling::Sampling;

use super::paths::ReadingArgs;
use super::precision::weight_type;
use crate::error::Error;
use crate::{data, files};

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Example:
  trainer step models/cnn-gru.bpk --data train.csv

`fit` does this by itself. A bundle that knows the step of its recordings resamples those at another rate, and sees where
steps are missing. The files must be those that the model was fitted on. Nothing else in the bundle changes.";

/// Arguments of `trainer step`.
#[derive(Clone, Debug, Args)]
pub struct StepArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// The recordings that it was fitted on, given as they were then.
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// Where to write the bundle, instead of in its place.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// How the files are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the files; others than the bundle was fitted on; recordings without a step.
pub fn run(args: &StepArgs) -> Result<(), Error> {
    let mut bundle = data::bundle(&args.bundle)?;
    let Manifest { sampling, card, .. } = &bundle.manifest;
    let without_step = Manifest { sampling: Sampling { step: None, ..*sampling }, ..bundle.manifest.clone() };
    let table = data::unlabelled(&args.data, &[], &without_step, &args.reading.options())?;
    let path = || table.report.path.clone();
    if card.data.get("data_sha256") != Some(&table.sha256) {
        return Err(Error::OtherData { path: path(), bundle: args.bundle.clone() });
    }
    let (step, _) = table.step.ok_or_else(|| Error::NoStep { path: path() })?;
    bundle.manifest.sampling.step = Some(step);
    let bytes = bundle.to_bytes(weight_type(&bundle))?;
    files::write_atomically(args.out.as_ref().unwrap_or(&args.bundle), &bytes)?;
    super::print(|out| {
        use std::io::Write;
        writeln!(out, "{}: steps of {step}", args.bundle.display())
    })
}
