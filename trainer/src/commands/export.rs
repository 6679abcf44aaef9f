//! `trainer export`: a bundle for other programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use painwave_train::export::{Format, export};

use crate::data;
use crate::error::Error;
use crate::files::write_atomically;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer export models/cnn-gru.bpk --format onnx --out cnn-gru.onnx
  trainer export models/cnn-gru.bpk --format safetensors --out cnn-gru.safetensors

Both files carry the bundle's manifest as JSON under the metadata key `painwave`. Neither
computes features: cut and scale the recordings as the manifest says. Its known answers are
inputs to try first.";

/// Arguments of `trainer export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// What to write.
    #[arg(long, value_enum)]
    pub format: FormatArg,
    /// Where to write it; a file that is there is replaced.
    #[arg(long)]
    pub out: PathBuf,
}

/// A format by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// The weights by name.
    Safetensors,
    /// The networks as ONNX graphs, without the features' transform.
    Onnx,
}

impl From<FormatArg> for Format {
    fn from(arg: FormatArg) -> Self {
        match arg {
            FormatArg::Safetensors => Format::Safetensors,
            FormatArg::Onnx => Format::Onnx,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// The bundle cannot be read, or the output cannot be written.
pub fn run(args: &ExportArgs) -> Result<(), Error> {
    let bundle = data::bundle(&args.bundle)?;
    Ok(write_atomically(&args.out, &export(&bundle, args.format.into())?)?)
}
