//! `trainer predict`: the class of every subject of a file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use painwave::classifier::Job;
use painwave::engine::EngineKind;
use painwave::{Classifier, Prediction};

use crate::assemble;
use crate::error::Error;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer predict models/cnn-gru.bpk --data test.csv --out labels.csv
  trainer predict models/cnn-gru.bpk --data test.csv --probabilities > probabilities.csv

Without --out the result goes to standard output. Subjects stand in the order of the file.";

/// Arguments of `trainer predict`.
#[derive(Clone, Debug, Args)]
pub struct PredictArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// Recordings (CSV).
    #[arg(long)]
    pub data: PathBuf,
    /// Where to write the result (CSV).
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Also write the probability of each class.
    #[arg(long)]
    pub probabilities: bool,
    /// The engine, instead of the first that can run the bundle.
    #[arg(long, value_enum)]
    pub engine: Option<EngineArg>,
}

/// An engine by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    /// The fused forward pass that the browser runs by default.
    Cpu,
    /// The Burn network on burn-ndarray: the reference.
    Ndarray,
}

/// Bytes read at once.
const CHUNK: usize = 1 << 20;
/// Windows that are classified at once.
const WINDOWS: usize = 1024;

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the files.
pub fn run(args: &PredictArgs) -> Result<(), Error> {
    let bundle = super::read_bundle(&args.bundle)?;
    let classifier = match args.engine {
        Some(EngineArg::Cpu) => pollster::block_on(Classifier::new(bundle, EngineKind::Cpu))?,
        Some(EngineArg::Ndarray) => pollster::block_on(Classifier::new(bundle, EngineKind::Ndarray))?,
        None => assemble::classifier(&bundle)?,
    };
    let predictions = classify(&classifier, &args.data)?;
    match &args.out {
        Some(path) => {
            let file = File::create(path).map_err(Error::write(path))?;
            write(&classifier, &predictions, args.probabilities, file).map_err(Error::write(path))
        }
        None => super::print(|out| write(&classifier, &predictions, args.probabilities, out)),
    }
}

/// Feeds the file as the browser does.
fn classify(classifier: &Classifier, path: &Path) -> Result<Vec<Prediction>, Error> {
    let mut file = File::open(path).map_err(Error::read(path))?;
    let mut job = Job::new(classifier);
    let mut chunk = vec![0; CHUNK];
    let mut found = HashMap::new();
    let mut ended = false;
    while !ended {
        let count = file.read(&mut chunk).map_err(Error::read(path))?;
        ended = count == 0;
        let read = if ended { job.end() } else { job.read(&chunk[..count]) };
        read.map_err(|source| Error::Data { path: path.to_owned(), source })?;
        loop {
            let recordings = job.take(WINDOWS);
            if recordings.is_empty() {
                break;
            }
            let predictions =
                pollster::block_on(classifier.classify(&recordings)).map_err(Error::Classify)?;
            found.extend(predictions.into_iter().map(|prediction| (prediction.id.clone(), prediction)));
        }
    }
    let reader = job.reader();
    Ok((0..reader.len()).filter_map(|i| found.remove(&reader.recording(i).id)).collect())
}

fn write(
    classifier: &Classifier,
    predictions: &[Prediction],
    probabilities: bool,
    to: impl Write,
) -> io::Result<()> {
    let manifest = classifier.manifest();
    let classes = manifest.classes.iter().filter(|_| probabilities);
    let mut writer = csv::Writer::from_writer(to);
    let header = [manifest.schema.id.as_str(), "label"].into_iter().chain(classes.map(String::as_str));
    writer.write_record(header)?;
    for prediction in predictions {
        // The shortest digits that read back as the same number.
        let numbers = prediction.probabilities.iter().filter(|_| probabilities).map(f32::to_string);
        let words = [prediction.id.clone(), prediction.label.clone()];
        writer.write_record(words.into_iter().chain(numbers))?;
    }
    writer.flush()
}
