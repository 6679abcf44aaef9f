//! `trainer predict`: the class of every subject of a file.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use painwave::Prediction;
use painwave::bundle::Manifest;
use painwave::conformal::PredictionSet;
use painwave::engine::{EngineKind, Precision};

use super::PrecisionArg;
use super::paths::ReadingArgs;
use crate::data::{self, ReportFiles};
use crate::error::Error;
use crate::files::write_atomically_with;
use crate::inference::Choice;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer predict models/cnn-gru.bpk --data test.csv --out labels.csv
  trainer predict models/cnn-gru.bpk --data test.csv --probabilities > probabilities.csv
  trainer predict models/cnn-gru.bpk --data test.csv --sets --out sets.csv
  trainer predict models/cnn-gru.bpk --data recordings/ --skip-refused --out labels.csv

Without --out the result goes to standard output. Subjects stand in the order of the files. Warnings about the files
or a subject, what was put right and what cannot be read go to standard error; the latter two also beside --out, into
labels.repairs.csv and labels.refused.csv. A file without a column of ids is one subject, called as the file is.";

/// Between the classes of a set.
const SET_SEPARATOR: &str = " or ";

/// Arguments of `trainer predict`.
#[derive(Clone, Debug, Args)]
pub struct PredictArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// Recordings: files, folders or patterns such as 'data/*.csv'; may be repeated.
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// Where to write the result (CSV).
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Also write the probability of each class.
    #[arg(long)]
    pub probabilities: bool,
    /// Also write for each coverage the classes that the subject may well be of, and how unlike the training data it is
    /// (its p-value).
    #[arg(long)]
    pub sets: bool,
    /// The engine, instead of the first that can run the bundle.
    #[arg(long, value_enum)]
    pub engine: Option<EngineArg>,
    /// The lowest precision, instead of those that the bundle allows.
    #[arg(long, value_enum)]
    pub precision: Option<PrecisionArg>,
    /// Threads; without it one a core.
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// How the files are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// An engine by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    /// The fused forward pass that the browser runs by default.
    Cpu,
    /// The Burn network on burn-ndarray: the reference.
    Ndarray,
}

impl From<EngineArg> for EngineKind {
    fn from(arg: EngineArg) -> Self {
        match arg {
            EngineArg::Cpu => EngineKind::Cpu,
            EngineArg::Ndarray => EngineKind::Ndarray,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the files.
pub fn run(args: &PredictArgs) -> Result<(), Error> {
    let bundle = data::bundle(&args.bundle)?;
    let choice = Choice {
        engine: args.engine.map(EngineKind::from),
        precision: args.precision.map(Precision::from),
        threads: args.threads,
    };
    let manifest = &bundle.manifest;
    let without: Vec<&Path> = args.out.iter().map(PathBuf::as_path).collect();
    let table = data::unlabelled(&args.data, &without, manifest, &args.reading.options())?;
    table.report.print();
    table.check(args.reading.skip_refused)?;
    let predictions = choice.classify(&bundle, &table.recordings.iter().collect::<Vec<_>>())?;
    super::warn(&table.report.path, manifest, &predictions);
    match &args.out {
        Some(path) => {
            write_atomically_with(path, |out| write(manifest, &predictions, args, out))?;
            Ok(table.report.write(&ReportFiles::beside(path))?)
        }
        None => super::print(|out| write(manifest, &predictions, args, out)),
    }
}

fn write(
    manifest: &Manifest,
    predictions: &[Prediction],
    args: &PredictArgs,
    to: impl Write,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    let label = manifest.schema.label.as_deref().unwrap_or("label");
    let mut header = vec![manifest.schema.id_name(), label.to_owned()];
    if args.probabilities {
        header.extend(manifest.classes.iter().cloned());
    }
    if args.sets {
        header.extend(manifest.sets.iter().map(|rule| format!("set_{:.0}", 100.0 * rule.coverage)));
        header.push("p_value".to_owned());
    }
    writer.write_record(header)?;
    for Prediction { id, label, probabilities, sets, p_value, .. } in predictions {
        let mut row = vec![id.clone(), label.clone()];
        if args.probabilities {
            // The shortest digits that read back as the same number.
            row.extend(probabilities.iter().map(f32::to_string));
        }
        if args.sets {
            let names = |set: &PredictionSet| {
                let names = set.classes.iter().map(|class| manifest.classes[*class].as_str());
                names.collect::<Vec<_>>().join(SET_SEPARATOR)
            };
            row.extend(sets.iter().map(names));
            row.push(p_value.map_or_else(String::new, |p_value| format!("{p_value:.4}")));
        }
        writer.write_record(row)?;
    }
    writer.flush()
}
