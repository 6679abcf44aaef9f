//! `trainer fit`: a recipe and labelled recordings to a bundle.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use painwave_train::decision;
use painwave_train::experiment::{self, DecisionJudges, Experiment, Settings};
use painwave_train::recipe::RecipeFile;
use painwave_train::training::End;

use super::paths::Paths;
use super::under_study;
use crate::checkpoints::Files;
use crate::data::ReportFiles;
use crate::device::DeviceKind;
use crate::error::Error;
use crate::files::FolderLock;
use crate::progress::Progress;
use crate::study::{Change, edit};
use crate::threads::Cores;
use crate::{checkpoints, data, memory, report, results};

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer fit trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/cnn-gru
  trainer fit trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/cnn-gru --resume
  trainer fit recipe.toml --data recordings/ --out runs/x     a folder of files; the labels are in its files' names,
                                                              recordings/walk/07.csv, or in a column of the data

Ctrl-C ends after the current epoch and keeps the best so far; --resume continues from there. It also trains on where
`training.epochs` or the patience of early stopping was raised since, and does not mind other comments, layout, `name`
and `description`. Any other change to the recipe, the data or the seed is refused, and so are more epochs with a
cosine schedule, which goes by their number, or after fine-tuning has begun. One run at a time may write to a folder.
The folder receives model.bpk (the bundle), report.html, metrics.json, confusion.csv, predictions.csv (of
the subjects that were held out), curves.csv, curves.svg and event files for `tensorboard --logdir`.

Files may be CSV, .xlsx, Parquet or Arrow, also packed by gzip or zip. What has one meaning only is put right and said
once for each kind, with the first line, and in repairs.csv; subjects that cannot be read are in refused.csv. A column
that alone tells the classes apart, or counts rows, is warned of.";

/// TOML's integers are signed.
const MAX_SEED: u64 = i64::MAX as u64;

/// Arguments of `trainer fit`.
#[derive(Clone, Debug, Args)]
pub struct FitArgs {
    /// The recipe (TOML).
    pub recipe: PathBuf,
    /// What is read and written.
    #[command(flatten)]
    pub paths: Paths,
    /// Where to train.
    #[arg(long, value_enum, default_value = "cpu")]
    pub device: DeviceKind,
    /// Continue the run in the folder.
    #[arg(long)]
    pub resume: bool,
    /// Seed of the training, instead of the recipe's: the recipe that the bundle keeps gets it.
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=MAX_SEED))]
    pub seed: Option<u64>,
    /// End after this many epochs, if the recipe has more; --resume can go on.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub epochs: Option<usize>,
    /// Threads of all trainings together; without it one a core. Folds are trained side by side, as many as there are
    /// threads. Another number of threads a training gives slightly other weights.
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Minimum number of seconds between two checkpoints.
    #[arg(long, default_value_t = 30)]
    pub checkpoint_seconds: u64,
    /// Listen to the study that has started this process.
    #[arg(long, hide = true)]
    pub under_study: bool,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the recipe, the files or the training.
pub fn run(args: &FitArgs) -> Result<(), Error> {
    fit(args, &interrupt(args))
}

/// As [`run`], ended by `interrupt` instead of Ctrl-C.
///
/// # Errors
/// As [`run`].
pub fn fit(args: &FitArgs, interrupt: &AtomicBool) -> Result<(), Error> {
    let run = run_recipe(args, data::recipe(&args.recipe)?, interrupt)?;
    summarise(args, &run.experiment)
}

/// The flag that Ctrl-C sets, and the study that has started this process.
pub(super) fn interrupt(args: &FitArgs) -> Arc<AtomicBool> {
    let flag = super::on_interrupt("ending after this epoch; Ctrl-C again ends at once");
    if args.under_study {
        under_study::listen(Arc::clone(&flag));
    }
    flag
}

/// A recipe that was run.
pub(super) struct Run {
    pub(super) experiment: Experiment,
    /// Held until all files are written.
    _lock: FolderLock,
}

/// Runs a recipe as the arguments say, whose own recipe is not read.
pub(super) fn run_recipe(args: &FitArgs, mut file: RecipeFile, interrupt: &AtomicBool) -> Result<Run, Error> {
    for warning in file.recipe.warnings() {
        eprintln!("warning: {}: {warning}", file.path.display());
    }
    if let Some(seed) = args.seed {
        // In the text as well: the recipe that the bundle keeps is the one that was run.
        file = edit::apply(&file, &[Change::seed("--seed", "training.seed", seed)], &file.path)?;
    }
    if let Some(threads) = args.threads {
        // For what is not training. It fails where this process has such threads already, which will do.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global();
    }
    let options = args.paths.reading.options();
    let (dataset, report) = data::dataset(&file, &args.paths.given(&options))?;
    let lock = FolderLock::acquire(&args.paths.out)?;
    if !args.resume && !checkpoints::found(&args.paths.out).is_empty() {
        return Err(Error::RunExists { path: args.paths.out.clone() });
    }
    report.write(&ReportFiles::within(&args.paths.out))?;
    memory::keep_freed();
    let threads = match args.device {
        DeviceKind::Cpu => args.threads.map_or_else(super::cores, usize::from),
        // The host only waits for it, and two trainings would take its memory from each other.
        DeviceKind::Wgpu | DeviceKind::Cuda => 1,
    };
    let settings = Settings {
        device: &args.device.device()?,
        epochs: args.epochs,
        resume: args.resume,
        date: &jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        store: &Files::new(&args.paths.out, Duration::from_secs(args.checkpoint_seconds)),
        scheduler: &Cores(threads),
        observer: &Progress::new(&args.paths.out, interrupt),
    };
    let mut experiment = experiment::run(&file, &dataset, &settings)?;
    let threads = experiment.trainings.first().map_or(1, |training| training.threads);
    let card = &mut experiment.assembled.bundle.manifest.card;
    card.data.insert("device".to_owned(), args.device.name().to_owned());
    card.data.insert("threads".to_owned(), threads.to_string());
    results::write(&file, &experiment, &args.paths.out, args.device, threads)?;
    Ok(Run { experiment, _lock: lock })
}

fn summarise(args: &FitArgs, experiment: &Experiment) -> Result<(), Error> {
    super::print(|out| {
        for training in &experiment.trainings {
            let why = match training.outcome.end {
                End::EarlyStopping => "no improvement any more",
                End::AllEpochs => "all epochs done",
                End::Interrupted => "interrupted; --resume continues",
            };
            let history = &training.outcome.history;
            let best = history.best().map_or(0, |best| best.epoch);
            if experiment.trainings.len() > 1 {
                write!(out, "{}: ", training.name)?;
            }
            writeln!(out, "{why}: {} epochs, the best was {best}", history.epochs.len())?;
            if let Some(tuned) = &training.outcome.fine_tuned {
                let epochs = tuned.epochs.len();
                let whose = if training.split.is_nested() { "after it" } else { "before" };
                writeln!(
                    out,
                    "fine-tuned on the subjects that chose, too, for {epochs} epochs; the scores are from {whose}"
                )?;
            }
        }
        let subjects = if experiment.folds == 1 { "held out" } else { "out of fold" };
        let text = report::scores_text(&experiment.evaluation);
        writeln!(out, "{subjects}, by the written bundle:\n{text}")?;
        let manifest = &experiment.assembled.bundle.manifest;
        let chosen = decision::text(&manifest.decision, &manifest.classes);
        if let (Some(chosen), Some(decided)) = (chosen, &experiment.decided) {
            writeln!(out, "{chosen}: {}", decided.text())?;
            if let DecisionJudges::Shipped { before } = &decided.judges {
                writeln!(out, "without it {}", report::summary_text(before))?;
            }
            writeln!(out)?;
        }
        writeln!(out, "{}", args.paths.out.join("model.bpk").display())?;
        writeln!(out, "{}", args.paths.out.join("report.html").display())
    })
}
