//! `trainer synthesize`: files of the shape, statistics and difficulty of the Pirate Pain data.
//!
//! The real files may not be redistributed. These come from an explicit generative model: a subject's class,
//! then its hidden state ([`subject::Latents`]), then what the sensors show of it. [`model`] holds all numbers
//! and where each comes from.

pub mod model;
pub mod subject;
mod table;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use subject::{Split, Stratum, Subject, block_length, strata};

/// Options of `trainer synthesize`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    about = "Write synthetic recordings in the format of the Pirate Pain data",
    long_about = "Write synthetic recordings in the format of the Pirate Pain data: \
        pirate_pain_train.csv, pirate_pain_train_labels.csv, pirate_pain_test.csv and \
        pirate_pain_test_labels.csv. The test set is shifted against the training set, as the real one is. \
        Existing files of these names are replaced.\n\n\
        The same seed gives the same bytes, and more subjects keep the earlier ones.",
    after_help = "Examples:\n  \
        trainer synthesize --out data\n  \
        trainer synthesize --out big --train-subjects 10000 --test-subjects 0 --seed 7"
)]
pub struct SynthesizeArgs {
    /// Folder to write into; made if missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Subjects in the training set
    #[arg(long, value_name = "N", default_value_t = 661, value_parser = clap::value_parser!(u64).range(..=MAX_SUBJECTS))]
    pub train_subjects: u64,
    /// Subjects in the test set
    #[arg(long, value_name = "N", default_value_t = 1324, value_parser = clap::value_parser!(u64).range(..=MAX_SUBJECTS))]
    pub test_subjects: u64,
    /// Time steps of each recording
    #[arg(long, value_name = "N", default_value_t = 160, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub steps: u32,
}

/// Far above any use, and small enough that indices fit into a stream number.
const MAX_SUBJECTS: u64 = 1_000_000_000;

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum SynthesizeError {
    /// The folder could not be made.
    #[error("cannot make the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes the four files. Memory does not grow with the number of subjects.
///
/// # Errors
/// If the folder or a file cannot be written.
pub fn run(args: SynthesizeArgs) -> Result<(), SynthesizeError> {
    fs::create_dir_all(&args.out)
        .map_err(|source| SynthesizeError::Folder { path: args.out.clone(), source })?;
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
        recordings.write(Write::flush)?;
        labels.write(Write::flush)?;
    }
    progress.finish_and_clear();
    println!(
        "Wrote {} training and {} test subjects of {} steps to {}",
        args.train_subjects,
        args.test_subjects,
        args.steps,
        args.out.display()
    );
    Ok(())
}

/// Subject indices with their strata, block by block.
fn stratified(seed: u64, split: Split, subjects: u64) -> impl Iterator<Item = (u64, Stratum)> {
    (0..subjects.div_ceil(block_length() as u64))
        .flat_map(move |block| strata(seed, split, block))
        .zip(0..subjects)
        .map(|(stratum, index)| (index, stratum))
}

/// A buffered file that names itself in errors.
struct Output {
    path: PathBuf,
    writer: BufWriter<File>,
}

impl Output {
    fn create(folder: &Path, name: &str) -> Result<Self, SynthesizeError> {
        let path = folder.join(name);
        match File::create(&path) {
            Ok(file) => Ok(Self { path, writer: BufWriter::with_capacity(1 << 16, file) }),
            Err(source) => Err(SynthesizeError::Write { path, source }),
        }
    }

    fn write(
        &mut self,
        contents: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), SynthesizeError> {
        contents(&mut self.writer)
            .map_err(|source| SynthesizeError::Write { path: self.path.clone(), source })
    }
}
