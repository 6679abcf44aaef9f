//! One recipe on one data set: the splits, a member trained on each (and for each stage), and their bundle.

mod card;
mod dataset;
mod part;
mod results;
mod task;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use painwave::Bundle;
use painwave::bundle::{BundleError, Manifest, VERSION};
use painwave::classifier::Prediction;
use painwave::decision::Decision;
use painwave::features::FeatureExtractor;
use painwave::recording::{Recording, Schema};

pub use self::dataset::{Dataset, pick};
use self::part::Part;
pub use self::part::checkpoints;
use self::task::Task;
use crate::assemble::{self, Assembled, Judges, TrainedMember};
use crate::augmentation::Augmenter;
use crate::data::hex;
use crate::decision;
use crate::device::DeviceKind;
use crate::error::Error;
use crate::evaluation::Evaluation;
use crate::loss::Objective;
use crate::precision;
use crate::preparation::{self, Preparation};
use crate::recipe::{DecisionRecipe, RecipeFile};
use crate::split::{self, Split};
use crate::training::{self, Checkpoints, Control, End, Identity, Outcome, Problem, Progress};
use crate::windows::WindowSet;

/// How a recipe is run.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Where to train.
    pub device: DeviceKind,
    /// Folder for the results.
    pub out: &'a Path,
    /// Whether to continue the run in the folder.
    pub resume: bool,
    /// Last epoch of this call, if the recipe has more.
    pub epochs: Option<usize>,
    /// Threads of a training, if the device is the CPU.
    pub threads: usize,
    /// Least time between two checkpoints.
    pub checkpoint_every: Duration,
    /// Set from outside to end after the current epoch.
    pub interrupt: &'a AtomicBool,
}

/// What a recipe came to.
pub struct Experiment {
    /// The trainings, one for each member of the bundle.
    pub trainings: Vec<Training>,
    /// Number of folds; 1 if there was a hold-out.
    pub folds: usize,
    /// The bundle, with the scores on its card.
    pub assembled: Assembled,
    /// The subjects that judged: all of them if there were folds.
    pub judged: Vec<Judged>,
    /// Scores of these subjects, each by the members that were not trained on it.
    pub evaluation: Evaluation,
    /// The scores before a temperature and thresholds were chosen on these subjects, if any were.
    pub undecided: Option<Evaluation>,
}

/// One training.
#[derive(Clone, Debug)]
pub struct Training {
    /// Its name, for people.
    pub name: String,
    /// Place of its fold; 0 of a hold-out.
    pub fold: usize,
    /// The subjects: those of the stage's classes, if it is one.
    pub split: Split,
    /// How many windows they have: those that trained and those that judged.
    pub windows: [usize; 2],
    /// What it came to.
    pub outcome: Outcome,
}

/// A subject and what the members of a fold said, which were not trained on it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Place in the data set.
    pub subject: usize,
    /// Place of the fold; 0 of a hold-out.
    pub fold: usize,
    /// The true class.
    pub truth: usize,
    /// What they said.
    pub prediction: Prediction,
}

/// Runs a recipe: trains a member for every stage on every split and bundles them.
///
/// # Errors
/// Whatever is wrong with the recipe, the data or the training.
pub fn run(file: &RecipeFile, dataset: &Dataset, settings: &Settings<'_>) -> Result<Experiment, Error> {
    let recipe = &file.recipe;
    file.check_classes(&dataset.classes)?;
    if !settings.resume && !checkpoints(settings.out).is_empty() {
        return Err(Error::RunExists { path: settings.out.to_owned() });
    }
    let splits = splits(file, dataset)?;
    let prepare = |split: &Split| {
        let recordings = pick(&dataset.recordings, &split.training);
        let classes = dataset.classes_of(&split.training);
        let training = preparation::Training { recordings: &recordings, classes: &classes };
        preparation::fit(file, &dataset.schema, &training)
    };
    let preparations = splits.iter().map(prepare).collect::<Result<Vec<Preparation>, Error>>()?;
    let manifest = manifest(file, dataset, &splits, &preparations)?;
    let recordings = project(dataset, &manifest.schema);

    let mut trainings = Vec::with_capacity(manifest.members.len());
    let mut members = Vec::with_capacity(manifest.members.len());
    for part in Part::all(splits.len(), recipe.networks()) {
        let task = Task::new(file, dataset, part);
        let split = task.of_split(&splits[part.fold]);
        let problem = problem(file, &manifest, &recordings, &split, &task, part)?;
        part.announce(&problem, &preparations[part.fold], &manifest.schema);
        let outcome = train(file, dataset, settings, &problem, part)?;
        if outcome.end == End::Interrupted && !part.is_only() {
            return Err(Error::InterruptedPart { part: part.name() });
        }
        members.push(TrainedMember {
            parameters: outcome.parameters.clone(),
            known: assemble::known_windows(&problem.validation),
        });
        let windows = [problem.training.len(), problem.validation.len()];
        trainings.push(Training { name: part.name(), fold: part.fold, split, windows, outcome });
    }

    let judges = judges(file, &recordings, &splits);
    let mut assembled = assemble::assemble(manifest.clone(), members.clone(), &judges)?;
    let mut judged = judged(dataset, &splits, &assembled.predictions);
    if trainings.iter().any(|training| training.outcome.fine_tuned.is_some()) {
        for (member, training) in members.iter_mut().zip(&trainings) {
            if let Some(fine_tuned) = &training.outcome.fine_tuned {
                member.parameters = fine_tuned.parameters.clone();
            }
        }
        assembled = assemble::assemble(manifest, members, &judges)?;
        assembled.bundle.manifest.card.split += &card::fine_tuning(&trainings);
    }
    let mut evaluation = evaluate(&dataset.classes, &judged);
    let decision = decide(&recipe.decision, &dataset.classes, &mut judged);
    let undecided = (!decision.is_default())
        .then(|| std::mem::replace(&mut evaluation, evaluate(&dataset.classes, &judged)));
    let manifest = &mut assembled.bundle.manifest;
    card::record(&mut manifest.card, &evaluation, decision::text(&decision, &dataset.classes));
    manifest.decision = decision;
    precision::prove(&mut assembled.bundle, &judges)?;
    let experiment = Experiment { trainings, folds: splits.len(), assembled, judged, evaluation, undecided };
    results::write(file, &experiment, settings)?;
    Ok(experiment)
}

/// Measures again what precisions change in the bundle of an earlier run of the recipe on the same data.
///
/// # Errors
/// The subjects cannot be split as the recipe says, or the bundle cannot classify them.
pub fn prove(file: &RecipeFile, dataset: &Dataset, bundle: &mut Bundle) -> Result<(), Error> {
    let splits = splits(file, dataset)?;
    let recordings = project(dataset, &bundle.manifest.schema);
    precision::prove(bundle, &judges(file, &recordings, &splits))
}

fn splits(file: &RecipeFile, dataset: &Dataset) -> Result<Vec<Split>, Error> {
    let division = split::divide(&dataset.labels, &dataset.classes, &file.recipe);
    division.map(|division| division.splits).map_err(|source| {
        let line = file.line(source.key());
        Error::Split { recipe: file.path.clone(), line, source }
    })
}

/// Who judges which members: those that a fold held out. A subject is judged by all stages together.
fn judges<'a>(file: &RecipeFile, recordings: &'a [Recording], splits: &[Split]) -> Vec<Judges<'a>> {
    let of_fold = |(fold, split): (usize, &Split)| Judges {
        members: Part::members(fold, file.recipe.networks()),
        subjects: pick(recordings, &split.validation),
    };
    splits.iter().enumerate().map(of_fold).collect()
}

/// The manifest with every member but its known answers; an invalid one is found now rather than after
/// hours of training.
fn manifest(
    file: &RecipeFile,
    dataset: &Dataset,
    splits: &[Split],
    preparations: &[Preparation],
) -> Result<Manifest, Error> {
    let recipe = &file.recipe;
    let transforms: Vec<_> = preparations.iter().map(|preparation| &preparation.transform).collect();
    let mut members = Vec::with_capacity(transforms.len());
    for part in Part::all(transforms.len(), recipe.networks()) {
        let transform = transforms[part.fold];
        let groups = recipe.stages.get(part.stage).map_or(Vec::new(), |stage| stage.groups.clone());
        let outputs = if groups.is_empty() { dataset.classes.len() } else { groups.len() };
        let network = recipe.network_config(transform.width(), outputs);
        network.validate(recipe.window.length).map_err(|error| file.network_error(&error))?;
        members.push(assemble::member(transform.clone(), network, groups));
    }
    let manifest = Manifest {
        version: VERSION,
        schema: preparation::narrow(&dataset.schema, &transforms),
        classes: dataset.classes.clone(),
        window: recipe.window,
        aggregation: recipe.aggregation,
        decision: Decision::default(),
        precisions: Vec::new(),
        members,
        card: card::card(file, dataset, splits),
    };
    manifest.validate().map_err(BundleError::from)?;
    Ok(manifest)
}

/// The recordings with the columns of a schema only.
fn project(dataset: &Dataset, schema: &Schema) -> Vec<Recording> {
    let project = |recording| preparation::project(recording, &dataset.schema, schema);
    dataset.recordings.iter().map(project).collect()
}

/// What a member of a fold is trained on.
fn problem(
    file: &RecipeFile,
    manifest: &Manifest,
    recordings: &[Recording],
    split: &Split,
    task: &Task,
    part: Part,
) -> Result<Problem, Error> {
    let recipe = &file.recipe;
    let member = &manifest.members[part.member()];
    let features = FeatureExtractor::new(&member.features, &manifest.schema)?;
    let windows = |side: &[usize]| {
        WindowSet::new(&pick(recordings, side), &task.answers(side), &features, &recipe.window)
    };
    let (training, validation) = (windows(&split.training), windows(&split.validation));
    let augmentation = Augmenter::new(&recipe.training.augmentation, &member.features, training.means());
    let augmentation = augmentation.map_err(|axis| {
        let expected = "columns that the features keep, neither one-hot nor in a `pca` group";
        file.value_error("training.augmentation", axis, expected)
    })?;
    let stage = recipe.stages.get(part.stage);
    let mut training_recipe = stage.map_or(recipe.training.clone(), |stage| stage.training(&recipe.training));
    // So that the members of an ensemble differ in more than their subjects.
    training_recipe.seed = training_recipe.seed.wrapping_add(part.member() as u64);
    let network = member.network.clone();
    Ok(Problem {
        augmentation,
        objective: Objective::new(&training_recipe, &training.classes, network.classes),
        network,
        classes: task.names.clone(),
        recipe: training_recipe,
        aggregation: recipe.aggregation,
        training,
        validation,
    })
}

fn train(
    file: &RecipeFile,
    dataset: &Dataset,
    settings: &Settings<'_>,
    problem: &Problem,
    part: Part,
) -> Result<Outcome, Error> {
    let [(_, data), (_, labels)] = &dataset.sources;
    let identity = Identity {
        recipe: hex(&<sha2::Sha256 as sha2::Digest>::digest(&file.text)),
        data: data.clone(),
        labels: labels.clone(),
        seed: problem.recipe.seed,
        split: part.name(),
    };
    let out = part.folder(settings.out);
    let folder = out.join("checkpoint");
    let control = Control {
        epochs: settings.epochs.unwrap_or(usize::MAX).min(problem.recipe.epochs),
        // The parts after the one that was interrupted have none yet.
        resume: settings.resume && (part.is_only() || Checkpoints::exist(&folder)),
        checkpoints: &Checkpoints::new(folder, identity),
        events: &out,
        checkpoint_every: settings.checkpoint_every,
        threads: settings.threads,
        interrupt: settings.interrupt,
    };
    let mut progress = Progress::new();
    let outcome = training::train(problem, &settings.device.device()?, &control, &mut progress);
    progress.finish();
    outcome
}

/// Chooses what the recipe asks for on the judged subjects, and decides for their classes by it, as the classifier
/// does with what it reads in the bundle.
fn decide(recipe: &DecisionRecipe, classes: &[String], judged: &mut [Judged]) -> Decision {
    let (rows, truths): (Vec<Vec<f32>>, Vec<usize>) =
        judged.iter().map(|judged| (judged.prediction.probabilities.clone(), judged.truth)).unzip();
    let decision = decision::fit(recipe, &rows, &truths);
    for (Judged { prediction, .. }, probabilities) in judged.iter_mut().zip(rows) {
        prediction.probabilities = decision.calibrate(probabilities);
        prediction.class = decision.class(prediction.class, &prediction.probabilities);
        prediction.label = classes[prediction.class].clone();
    }
    decision
}

/// Scores of judged subjects.
pub fn evaluate<'a>(
    classes: &[String],
    judged: impl IntoIterator<Item = &'a Judged, IntoIter: Clone>,
) -> Evaluation {
    let judged = judged
        .into_iter()
        .map(|Judged { truth, prediction, .. }| (*truth, prediction.class, &prediction.probabilities[..]));
    Evaluation::new(classes, judged)
}

fn judged(dataset: &Dataset, splits: &[Split], predictions: &[Vec<Prediction>]) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (fold, (split, predictions)) in splits.iter().zip(predictions).enumerate() {
        for (subject, prediction) in split.validation.iter().zip(predictions) {
            let truth = dataset.labels[*subject].class;
            judged.push(Judged { subject: *subject, fold, truth, prediction: prediction.clone() });
        }
    }
    judged.sort_by_key(|judged| judged.subject);
    judged
}
