//! One recipe on one data set: the splits, a member trained on each (and for each stage), and their bundle.

mod card;
mod dataset;
mod judged;
mod part;
mod task;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use burn::tensor::Device;
use painwave::Bundle;
use painwave::bundle::{BundleError, Manifest, ModelCard, VERSION};
use painwave::decision::Decision;
use painwave::features::FeatureExtractor;
use painwave::recording::{Recording, Schema};

pub use self::dataset::{Dataset, pick};
pub use self::judged::{Decided, DecisionJudges, Judged, evaluate};
pub use self::part::{Part, checkpoints};
use self::task::Task;
use crate::assemble::{self, Assembled, Judges, TrainedMember};
use crate::augmentation::Augmenter;
use crate::decision::{self, CalibrationSet};
use crate::error::Error;
use crate::evaluation::Evaluation;
use crate::labels::Label;
use crate::loss::Objective;
use crate::precision;
use crate::preparation::{self, Preparation};
use crate::recipe::{DecisionRecipe, RecipeFile};
use crate::split::{self, Division, Split};
use crate::training::{self, Checkpoints, Control, End, Identity, Outcome, Problem};
use crate::windows::WindowSet;

/// How a recipe is run.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Where to train, without autodiff.
    pub device: &'a Device,
    /// Folder for the results.
    pub out: &'a Path,
    /// Whether to continue the run in the folder.
    pub resume: bool,
    /// Last epoch of this call, if the recipe has more.
    pub epochs: Option<usize>,
    /// Threads of a training, if the device is the CPU.
    pub threads: usize,
    /// Minimal time between two checkpoints.
    pub checkpoint_every: Duration,
    /// Set from outside to end after the current epoch.
    pub interrupt: &'a AtomicBool,
    /// Is told of every training.
    pub observer: &'a dyn Observer,
}

/// Is told how a recipe goes on.
pub trait Observer: Sync {
    /// A network is about to be trained; what is returned is told of its epochs.
    fn training(&self, plan: &Plan<'_>) -> Box<dyn training::Observer + '_>;
}

/// A network that is about to be trained.
pub struct Plan<'a> {
    /// Which of the recipe's.
    pub part: Part,
    /// What it is trained on.
    pub problem: &'a Problem,
    /// How its features were fitted.
    pub preparation: &'a Preparation,
    /// The columns that the model reads.
    pub schema: &'a Schema,
}

/// What a recipe came to.
pub struct Experiment {
    /// The trainings, one for each member of the bundle.
    pub trainings: Vec<Training>,
    /// Number of folds; 1 if there was a hold-out.
    pub folds: usize,
    /// The bundle, with the scores on its card.
    pub assembled: Assembled,
    /// The subjects that judged: all of them, but those of calibration, if there were folds.
    pub judged: Vec<Judged>,
    /// Scores of these subjects, each by the members that were not trained on it.
    pub evaluation: Evaluation,
    /// How temperature and thresholds were chosen, if the recipe asks for any.
    pub decided: Option<Decided>,
}

/// One training.
#[derive(Clone, Debug)]
pub struct Training {
    /// Its name, for people.
    pub name: String,
    /// Index of its fold; 0 of a hold-out.
    pub fold: usize,
    /// The subjects: those of the stage's classes, if it is one.
    pub split: Split,
    /// How many windows they have: those that trained and those that judged.
    pub windows: [usize; 2],
    /// What it came to.
    pub outcome: Outcome,
}

/// Runs a recipe: trains a member for every stage on every split and bundles them.
///
/// # Errors
/// Whatever is wrong with the recipe, the data or the training.
pub fn run(file: &RecipeFile, dataset: &Dataset, settings: &Settings<'_>) -> Result<Experiment, Error> {
    let recipe = &file.recipe;
    file.check_classes(&dataset.classes)?;
    let Division { calibration, splits } = divide(file, &dataset.labels, &dataset.classes)?;
    let prepare = |split: &Split| {
        let recordings = pick(&dataset.recordings, &split.training);
        let classes = dataset.classes_of(&split.training);
        let training = preparation::Training { recordings: &recordings, classes: &classes };
        preparation::fit(file, &dataset.schema, &training)
    };
    let preparations = splits.iter().map(prepare).collect::<Result<Vec<Preparation>, Error>>()?;
    let card = card::card(file, dataset, &calibration, &splits);
    let manifest = manifest(file, dataset, card, &preparations)?;
    let recordings = project(dataset, &manifest.schema);

    let mut trainings = Vec::with_capacity(manifest.members.len());
    let mut members = Vec::with_capacity(manifest.members.len());
    for part in Part::all(splits.len(), recipe.networks()) {
        let task = Task::new(file, dataset, part);
        let split = task.of_split(&splits[part.fold]);
        let problem = problem(file, &manifest, &recordings, &split, &task, part)?;
        let preparation = &preparations[part.fold];
        let plan = Plan { part, problem: &problem, preparation, schema: &manifest.schema };
        let outcome = train(file, dataset, settings, &plan)?;
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
    let mut judged = judged::judged(dataset, &splits, &assembled.predictions);
    let fine_tuned = trainings.iter().any(|training| training.outcome.fine_tuned.is_some());
    if fine_tuned {
        for (member, training) in members.iter_mut().zip(&trainings) {
            if let Some(fine_tuned) = &training.outcome.fine_tuned {
                member.parameters = fine_tuned.parameters.clone();
            }
        }
        assembled = assemble::assemble(manifest, members, &judges)?;
        assembled.bundle.manifest.card.split += &card::fine_tuning(&trainings);
    }
    let bundle = &mut assembled.bundle;
    let mut evaluation = evaluate(&bundle.manifest, &judged);
    let mut decided = None;
    if !calibration.is_empty() {
        bundle.manifest.decision = decide(&recipe.decision, dataset, &recordings, &calibration, bundle)?;
        let judges = match (splits.len(), fine_tuned) {
            (1, false) => {
                judged::apply(&bundle.manifest, &mut judged);
                let before = std::mem::replace(&mut evaluation, evaluate(&bundle.manifest, &judged));
                DecisionJudges::Shipped { before }
            }
            (1, true) => DecisionJudges::WeightsBeforeFineTuning,
            _ => DecisionJudges::Members,
        };
        decided = Some(Decided { subjects: calibration.len(), judges });
    }
    card::record(&mut bundle.manifest, &evaluation, decided.as_ref());
    precision::prove(bundle, &judges)?;
    Ok(Experiment { trainings, folds: splits.len(), assembled, judged, evaluation, decided })
}

/// Measures again what precisions change in the bundle of an earlier run of the recipe on the same data.
///
/// # Errors
/// The subjects cannot be split as the recipe says, or the bundle cannot classify them.
pub fn prove(file: &RecipeFile, dataset: &Dataset, bundle: &mut Bundle) -> Result<(), Error> {
    let splits = divide(file, &dataset.labels, &dataset.classes)?.splits;
    let recordings = project(dataset, &bundle.manifest.schema);
    precision::prove(bundle, &judges(file, &recordings, &splits))
}

/// Divides labelled subjects as a recipe says.
///
/// # Errors
/// They cannot be divided so.
pub fn divide(file: &RecipeFile, labels: &[Label], classes: &[String]) -> Result<Division, Error> {
    split::divide(labels, classes, &file.recipe).map_err(|source| {
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
    card: ModelCard,
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
        card,
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
    let objective = Objective::new(&training_recipe, &training.classes_of_subjects(), &task.names);
    Ok(Problem {
        augmentation,
        objective: objective?,
        network: member.network.clone(),
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
    plan: &Plan<'_>,
) -> Result<Outcome, Error> {
    let Plan { part, problem, .. } = *plan;
    let [(_, data), (_, labels)] = &dataset.sources;
    let identity = Identity {
        recipe: digest(&file.text),
        data: data.clone(),
        labels: labels.clone(),
        seed: problem.recipe.seed,
        split: part.name(),
    };
    let folder = part.folder(settings.out).join("checkpoint");
    let control = Control {
        epochs: settings.epochs.unwrap_or(usize::MAX).min(problem.recipe.epochs),
        // The parts after the one that was interrupted have none yet.
        resume: settings.resume && (part.is_only() || Checkpoints::exist(&folder)),
        checkpoints: &Checkpoints::new(folder, identity),
        checkpoint_every: settings.checkpoint_every,
        threads: settings.threads,
        interrupt: settings.interrupt,
    };
    let mut observer = settings.observer.training(plan);
    training::train(problem, settings.device, &control, observer.as_mut())
}

/// Chooses what the recipe asks for by what the model that ships says of the subjects of calibration.
fn decide(
    recipe: &DecisionRecipe,
    dataset: &Dataset,
    recordings: &[Recording],
    calibration: &[usize],
    bundle: &Bundle,
) -> Result<Decision, Error> {
    let classifier = assemble::classifier(bundle)?;
    let predictions = pollster::block_on(classifier.classify(&pick(recordings, calibration)))?;
    let probabilities = predictions.into_iter().map(|prediction| prediction.probabilities).collect();
    let truths = dataset.classes_of(calibration);
    Ok(decision::fit(recipe, &CalibrationSet { probabilities, truths }))
}

/// SHA-256 of a text, in hexadecimal.
fn digest(text: &str) -> String {
    <sha2::Sha256 as sha2::Digest>::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
