//! `trainer fit`: a recipe and labelled recordings to a bundle.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use painwave_train::decision;
use painwave_train::experiment::{self, DecisionJudges, Experiment, Settings};
use painwave_train::recipe::RecipeFile;
use painwave_train::training::End;

use crate::checkpoints::Files;
use crate::device::DeviceKind;
use crate::error::Error;
use crate::progress::Progress;
use crate::threads::Threads;
use crate::{checkpoints, data, memory, report, results};

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer fit trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/cnn-gru
  trainer fit trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/cnn-gru --resume

Ctrl-C ends after the current epoch and keeps the best so far; --resume continues from there.
The folder receives model.bpk (the bundle), report.html, metrics.json, confusion.csv, predictions.csv (of
the subjects that were held out), curves.csv, curves.svg and event files for `tensorboard --logdir`.";

/// Arguments of `trainer fit`.
#[derive(Clone, Debug, Args)]
pub struct FitArgs {
    /// The recipe (TOML).
    pub recipe: PathBuf,
    /// Recordings (CSV): one row for each subject and time step.
    #[arg(long)]
    pub data: PathBuf,
    /// Labels (CSV): one row for each subject.
    #[arg(long)]
    pub labels: PathBuf,
    /// Folder for the results.
    #[arg(long)]
    pub out: PathBuf,
    /// Where to train.
    #[arg(long, value_enum, default_value = "cpu")]
    pub device: DeviceKind,
    /// Continue the run in the folder.
    #[arg(long)]
    pub resume: bool,
    /// Seed of the training, instead of the recipe's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// End after this many epochs, if the recipe has more; --resume can go on.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub epochs: Option<usize>,
    /// Threads of all trainings together; without it one a core. Folds are trained side by side, as many as there are
    /// threads. Another number of threads a training gives slightly other weights.
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Least number of seconds between two checkpoints.
    #[arg(long, default_value_t = 30)]
    pub checkpoint_seconds: u64,
    /// End after the current epoch when standard input ends: how a study ends its trials.
    #[arg(long, hide = true)]
    pub while_stdin_is_open: bool,
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
    let experiment = run_recipe(args, data::recipe(&args.recipe)?, interrupt)?;
    summarise(args, &experiment)
}

/// The flag that Ctrl-C sets, and the end of standard input if it was asked to.
pub(super) fn interrupt(args: &FitArgs) -> Arc<AtomicBool> {
    let flag = super::on_interrupt("ending after this epoch; Ctrl-C again ends at once");
    if args.while_stdin_is_open {
        let flag = Arc::clone(&flag);
        std::thread::spawn(move || {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            flag.store(true, Ordering::Relaxed);
        });
    }
    flag
}

/// Runs a recipe as the arguments say, whose own recipe is not read.
pub(super) fn run_recipe(
    args: &FitArgs,
    mut file: RecipeFile,
    interrupt: &AtomicBool,
) -> Result<Experiment, Error> {
    for warning in file.recipe.warnings() {
        eprintln!("warning: {}: {warning}", file.path.display());
    }
    if let Some(seed) = args.seed {
        file.recipe.training.seed = seed;
    }
    if let Some(threads) = args.threads {
        // For what is not training. It fails where this process has such threads already, which will do.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global();
    }
    if !args.resume && !checkpoints::found(&args.out).is_empty() {
        return Err(Error::RunExists { path: args.out.clone() });
    }
    let dataset = data::dataset(&file, &args.data, &args.labels)?;
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
        store: &Files::new(&args.out, Duration::from_secs(args.checkpoint_seconds)),
        executor: &Threads::new(threads).map_err(Error::Threads)?,
        observer: &Progress::new(&args.out, interrupt),
    };
    let experiment = experiment::run(&file, &dataset, &settings)?;
    results::write(&file, &experiment, &args.out, args.device)?;
    Ok(experiment)
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
                writeln!(
                    out,
                    "fine-tuned on the validation subjects, too, for {epochs} epochs; the scores are from before"
                )?;
            }
        }
        let subjects = if experiment.folds == 1 { "validation" } else { "out of fold" };
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
        writeln!(out, "{}", args.out.join("model.bpk").display())?;
        writeln!(out, "{}", args.out.join("report.html").display())
    })
}
