//! `trainer synthesize`: files in the format of the Pirate Pain data.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use painwave_synthetic::subject::{Split, Subject, stratified};
use painwave_synthetic::table;

use crate::error::Error;
use crate::files::FileError;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer synthesize --out data
  trainer synthesize --out big --train-subjects 10000 --test-subjects 0 --seed 7";

/// Arguments of `trainer synthesize`.
#[derive(Clone, Debug, Args)]
pub struct SynthesizeArgs {
    /// Folder to write into; made if missing. Files of the same names are replaced.
    #[arg(long)]
    pub out: PathBuf,
    /// The same seed gives the same bytes; more subjects keep the earlier ones.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Subjects in the training set.
    #[arg(long, default_value_t = 661, value_parser = clap::value_parser!(u64).range(..=MAX_SUBJECTS))]
    pub train_subjects: u64,
    /// Subjects in the test set.
    #[arg(long, default_value_t = 1324, value_parser = clap::value_parser!(u64).range(..=MAX_SUBJECTS))]
    pub test_subjects: u64,
    /// Time steps of each recording.
    #[arg(long, default_value_t = 160, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub steps: u32,
}

/// Far above any use, and small enough that indices fit into a stream number.
const MAX_SUBJECTS: u64 = 1_000_000_000;

/// Runs the command: writes recordings and labels of both sets. Memory does not grow with the number of subjects.
///
/// # Errors
/// If the folder or a file cannot be written.
pub fn run(args: &SynthesizeArgs) -> Result<(), Error> {
    fs::create_dir_all(&args.out).map_err(FileError::write(&args.out))?;
    let progress = ProgressBar::new(args.train_subjects + args.test_subjects);
    if let Ok(style) = ProgressStyle::with_template("{msg:5} {wide_bar} {pos}/{len} subjects, {eta} left") {
        progress.set_style(style);
    }
    for (split, name, subjects) in
        [(Split::Train, "train", args.train_subjects), (Split::Test, "test", args.test_subjects)]
    {
        progress.set_message(name);
        let mut recordings = Output::create(&args.out, &format!("pirate_pain_{name}.csv"))?;
        let mut labels = Output::create(&args.out, &format!("pirate_pain_{name}_labels.csv"))?;
        recordings.write(table::write_header)?;
        labels.write(table::write_labels_header)?;
        for (index, stratum) in stratified(args.seed, split, subjects) {
            let steps = Subject::draw(args.seed, split, index, stratum).into_steps(args.steps as usize);
            recordings.write(|out| table::write_recording(out, index, stratum, &steps))?;
            labels.write(|out| table::write_label(out, index, stratum))?;
            progress.inc(1);
        }
        recordings.write(|out| Ok(out.flush()?))?;
        labels.write(|out| Ok(out.flush()?))?;
    }
    progress.finish_and_clear();
    super::print(|out| {
        writeln!(
            out,
            "Wrote {} training and {} test subjects of {} steps to {}",
            args.train_subjects,
            args.test_subjects,
            args.steps,
            args.out.display()
        )
    })
}

/// A table in a file that names itself in errors.
struct Output {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl Output {
    fn create(folder: &Path, name: &str) -> Result<Self, Error> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(FileError::write(&path))?;
        Ok(Self { path, writer: csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(file) })
    }

    fn write(
        &mut self,
        rows: impl FnOnce(&mut csv::Writer<File>) -> csv::Result<()>,
    ) -> Result<(), FileError> {
        rows(&mut self.writer).map_err(|error| FileError::write(&self.path)(error.into()))
    }
}
