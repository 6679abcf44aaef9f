//! `trainer fit`: a recipe and labelled recordings to a bundle.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use painwave::bundle::{BundleError, Manifest, ModelCard, Precision, VERSION};
use painwave::evaluation::Scores;
use painwave::features::FeatureExtractor;
use painwave::recording::{Recording, Schema};
use serde::Serialize;

use crate::assemble::{self, Assembled};
use crate::augmentation::Augmenter;
use crate::data::{self, Table};
use crate::device::DeviceKind;
use crate::error::Error;
use crate::labels::{Label, LabelColumns, Labels};
use crate::recipe::RecipeFile;
use crate::split::{self, Split};
use crate::targets::TargetTable;
use crate::training::{self, Checkpoints, Control, End, EpochRecord, Identity, Outcome, Problem, Progress};
use crate::windows::WindowSet;
use crate::{preparation, report};

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer fit trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/cnn-gru
  trainer fit trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/cnn-gru --resume

Ctrl-C ends after the current epoch and keeps the best so far; --resume continues from there.
The folder receives model.bpk (the bundle), metrics.json, confusion.csv, curves.csv and curves.svg.";

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
    /// Least number of seconds between two checkpoints.
    #[arg(long, default_value_t = 30)]
    pub checkpoint_seconds: u64,
}

/// `metrics.json`.
#[derive(Debug, Serialize)]
struct Metrics<'a> {
    recipe: &'a str,
    seed: u64,
    device: String,
    end: End,
    epochs: usize,
    best_epoch: Option<&'a EpochRecord>,
    training_seconds: f64,
    parameters: usize,
    stored_as: &'static str,
    training_subjects: usize,
    training_windows: usize,
    validation_subjects: usize,
    validation_windows: usize,
    /// By the classifier on the bundle as written.
    validation: &'a Scores,
    engine: String,
}

/// What was read.
struct Inputs {
    schema: Schema,
    table: Table,
    labels: Vec<Label>,
    classes: Vec<String>,
    labels_sha256: String,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the recipe, the files or the training.
pub fn run(args: &FitArgs) -> Result<(), Error> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupt);
    // Without a handler Ctrl-C ends the process at once, which the checkpoints survive.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("\nending after this epoch; Ctrl-C again ends at once");
    });
    fit(args, &interrupt)
}

/// As [`run`], ended by `interrupt` instead of Ctrl-C.
///
/// # Errors
/// As [`run`].
pub fn fit(args: &FitArgs, interrupt: &AtomicBool) -> Result<(), Error> {
    let mut file = RecipeFile::read(&args.recipe)?;
    if let Some(seed) = args.seed {
        file.recipe.training.seed = seed;
    }
    let device = args.device.device()?;
    let checkpoint_folder = args.out.join("checkpoint");
    if Checkpoints::exist(&checkpoint_folder) && !args.resume {
        return Err(Error::RunExists { path: args.out.clone() });
    }
    let inputs = read_inputs(&file, args)?;
    let recipe = &file.recipe;

    let identity = Identity {
        recipe: data::hex(&<sha2::Sha256 as sha2::Digest>::digest(&file.text)),
        data: inputs.table.sha256.clone(),
        labels: inputs.labels_sha256.clone(),
        seed: recipe.training.seed,
    };
    let checkpoints = Checkpoints::new(checkpoint_folder, identity);

    let split = split::hold_out(&inputs.labels, &inputs.classes, &recipe.validation)?;
    let training = pick(&inputs.table.recordings, &split.training);
    let preparation = preparation::fit(recipe, &inputs.schema, &training)?;
    let schema = preparation::narrow(&inputs.schema, &[&preparation.transform]);
    let narrowed: Vec<Recording> = inputs
        .table
        .recordings
        .iter()
        .map(|recording| preparation::project(recording, &inputs.schema, &schema))
        .collect();

    let features = FeatureExtractor::new(&preparation.transform, &schema)?;
    let windows = |side: &[usize]| {
        let classes: Vec<usize> = side.iter().map(|i| inputs.labels[*i].class).collect();
        WindowSet::new(&pick(&narrowed, side), &classes, &features, &recipe.window)
    };
    let network = recipe.network_config(preparation.transform.dense.len(), inputs.classes.len());
    network.validate(recipe.window.length).map_err(|error| file.network_error(&error))?;
    let (training, validation) = (windows(&split.training), windows(&split.validation));
    let augmentation =
        Augmenter::new(&recipe.training.augmentation, &preparation.transform).map_err(|axis| {
            let expected = "columns that the features keep";
            file.value_error("training.augmentation", axis, expected)
        })?;
    let problem = Problem {
        augmentation,
        targets: TargetTable::new(&recipe.training.targets, &training.subject_classes(), network.classes),
        network,
        classes: inputs.classes.clone(),
        recipe: recipe.training.clone(),
        aggregation: recipe.aggregation,
        training,
        validation,
    };
    announce(&problem, &preparation.constant, &preparation.transform);
    let manifest = Manifest {
        version: VERSION,
        schema,
        classes: inputs.classes.clone(),
        window: recipe.window,
        aggregation: recipe.aggregation,
        members: vec![assemble::member(preparation.transform, problem.network.clone())],
        card: card(&file, args, &inputs, &split),
    };
    // Now rather than after hours of training.
    manifest.validate().map_err(BundleError::from)?;

    let control = Control {
        epochs: args.epochs.unwrap_or(usize::MAX).min(recipe.training.epochs),
        checkpoints: &checkpoints,
        checkpoint_every: Duration::from_secs(args.checkpoint_seconds),
        resume: args.resume,
        interrupt,
    };
    let mut progress = Progress::new();
    let outcome = training::train(&problem, &device, &control, &mut progress);
    progress.finish();
    let outcome = outcome?;

    let judged = pick(&narrowed, &split.validation);
    let mut assembled =
        assemble::assemble(manifest, outcome.parameters.clone(), &problem.validation, &judged)?;
    let truths = split.validation.iter().map(|i| inputs.labels[*i].class);
    let pairs = truths.zip(assembled.predictions.iter().map(|prediction| prediction.class));
    let scores = Scores::new(&inputs.classes, pairs);
    assemble::record_scores(&mut assembled.bundle.manifest.card, &scores);
    write_run(args, &problem, &outcome, &assembled, &scores)?;
    summarise(args, &outcome, &scores)
}

fn read_inputs(file: &RecipeFile, args: &FitArgs) -> Result<Inputs, Error> {
    let recipe = &file.recipe;
    let named = recipe.schema(&[]);
    let schema = match &recipe.data.channels {
        Some(_) => named,
        None => recipe.schema(&data::columns(&args.data, &named)?),
    };
    let columns = LabelColumns {
        id: &recipe.data.id,
        label: &recipe.data.label,
        group: recipe.validation.group.as_deref(),
    };
    let labels = Labels::read(&args.labels, columns, recipe.data.classes.as_deref())?;
    let table = data::read(&args.data, &schema)?;
    table.warnings.iter().for_each(|warning| eprintln!("warning: {}: {warning}", args.data.display()));
    let labels_sha256 = data::sha256(&args.labels)?;
    let of_recordings = labels.of(&table.recordings)?;
    Ok(Inputs { schema, table, labels: of_recordings, classes: labels.classes, labels_sha256 })
}

fn pick<'a>(recordings: &'a [Recording], places: &[usize]) -> Vec<&'a Recording> {
    places.iter().map(|place| &recordings[*place]).collect()
}

fn card(file: &RecipeFile, args: &FitArgs, inputs: &Inputs, split: &Split) -> ModelCard {
    let recipe = &file.recipe;
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let validation = &recipe.validation;
    let by = validation
        .group
        .as_ref()
        .map_or("subject, stratified by class".into(), |group| format!("groups of the column `{group}`"));
    ModelCard {
        name: recipe.name.clone(),
        description: recipe.description.clone(),
        recipe: file.text.clone(),
        data: BTreeMap::from([
            ("data".to_owned(), format!("{}, {} subjects", name(&args.data), inputs.labels.len())),
            ("data_sha256".to_owned(), inputs.table.sha256.clone()),
            ("labels".to_owned(), name(&args.labels)),
            ("labels_sha256".to_owned(), inputs.labels_sha256.clone()),
            ("training_seed".to_owned(), recipe.training.seed.to_string()),
        ]),
        split: format!(
            "{} subjects for training, {} for validation, held out by {by}, seed {}",
            split.training.len(),
            split.validation.len(),
            validation.seed
        ),
        metrics: BTreeMap::new(),
        confusion: Vec::new(),
        date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        trainer: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn announce(problem: &Problem, constant: &[String], transform: &painwave::features::FeatureTransform) {
    let dense: Vec<&str> = transform.dense.iter().map(|dense| dense.column.as_str()).collect();
    eprintln!("dense inputs ({}): {}", dense.len(), dense.join(", "));
    if !transform.codes.is_empty() {
        eprintln!("embedded categories: {}", transform.codes.join(", "));
    }
    if !constant.is_empty() {
        eprintln!("constant in training: {}", constant.join(", "));
    }
    let (training, validation) = (&problem.training, &problem.validation);
    eprintln!(
        "{} subjects ({} windows) train, {} subjects ({} windows) judge, {} parameters",
        training.subjects.len(),
        training.all.windows,
        validation.subjects.len(),
        validation.all.windows,
        parameter_count(problem)
    );
}

fn parameter_count(problem: &Problem) -> usize {
    problem.network.parameters().iter().map(|spec| spec.shape.iter().product::<usize>()).sum()
}

fn write_run(
    args: &FitArgs,
    problem: &Problem,
    outcome: &Outcome,
    assembled: &Assembled,
    scores: &Scores,
) -> Result<(), Error> {
    let metrics = Metrics {
        recipe: &assembled.bundle.manifest.card.name,
        seed: problem.recipe.seed,
        device: format!("{:?}", args.device).to_lowercase(),
        end: outcome.end,
        epochs: outcome.history.epochs.len(),
        best_epoch: outcome.history.best(),
        training_seconds: outcome.history.seconds(),
        parameters: parameter_count(problem),
        stored_as: match assembled.precision {
            Precision::F16 => "f16",
            Precision::F32 => "f32",
        },
        training_subjects: problem.training.subjects.len(),
        training_windows: problem.training.all.windows,
        validation_subjects: problem.validation.subjects.len(),
        validation_windows: problem.validation.all.windows,
        validation: scores,
        engine: assembled.engine.to_string(),
    };
    let bundle = assembled.bundle.to_bytes(assembled.precision)?;
    let write = |name: &str, bytes: &[u8]| training::write_atomically(&args.out.join(name), bytes);
    let json = serde_json::to_vec_pretty(&metrics)
        .map_err(|error| Error::write(args.out.join("metrics.json"))(error.into()))?;
    write("model.bpk", &bundle)?;
    write("metrics.json", &json)?;
    write("confusion.csv", report::confusion_csv(scores).as_bytes())?;
    write("curves.csv", report::curves_csv(&outcome.history).as_bytes())?;
    write("curves.svg", report::curves_svg(&outcome.history).as_bytes())
}

fn summarise(args: &FitArgs, outcome: &Outcome, scores: &Scores) -> Result<(), Error> {
    let why = match outcome.end {
        End::EarlyStopping => "no improvement any more",
        End::AllEpochs => "all epochs done",
        End::Interrupted => "interrupted; --resume continues",
    };
    let epochs = outcome.history.epochs.len();
    let best = outcome.history.best().map_or(0, |best| best.epoch);
    super::print(|out| {
        writeln!(out, "{why}: {epochs} epochs, the best was {best}\nvalidation, by the written bundle:")?;
        writeln!(out, "{}", report::scores_text(scores))?;
        writeln!(out, "{}", args.out.join("model.bpk").display())
    })
}
