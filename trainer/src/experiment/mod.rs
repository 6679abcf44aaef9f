//! One recipe on one data set: the splits, a member trained on each, and their bundle.

mod card;
mod dataset;
mod results;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use painwave::bundle::{BundleError, Manifest, VERSION};
use painwave::classifier::Prediction;
use painwave::decision::Decision;
use painwave::features::FeatureExtractor;
use painwave::recording::{Recording, Schema};

pub use self::dataset::{Dataset, pick};
use crate::assemble::{self, Assembled, TrainedMember};
use crate::augmentation::Augmenter;
use crate::data::hex;
use crate::decision;
use crate::device::DeviceKind;
use crate::error::Error;
use crate::evaluation::Evaluation;
use crate::loss::Objective;
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
    /// The bundle, with the scores on its card.
    pub assembled: Assembled,
    /// The subjects that judged: all of them if there were folds.
    pub judged: Vec<Judged>,
    /// Scores of these subjects, each by the member that was not trained on it.
    pub evaluation: Evaluation,
    /// The scores before a temperature and thresholds were chosen on these subjects, if any were.
    pub undecided: Option<Evaluation>,
}

/// One training.
#[derive(Clone, Debug)]
pub struct Training {
    /// The subjects.
    pub split: Split,
    /// How many windows they have: those that trained and those that judged.
    pub windows: [usize; 2],
    /// What it came to.
    pub outcome: Outcome,
}

/// A subject and what a member said that was not trained on it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Place in the data set.
    pub subject: usize,
    /// Place of the member.
    pub member: usize,
    /// The true class.
    pub truth: usize,
    /// What the member said.
    pub prediction: Prediction,
}

/// Runs a recipe: trains a member on every split and bundles them.
///
/// # Errors
/// Whatever is wrong with the recipe, the data or the training.
pub fn run(file: &RecipeFile, dataset: &Dataset, settings: &Settings<'_>) -> Result<Experiment, Error> {
    let recipe = &file.recipe;
    recipe.training.check_classes(file, dataset.classes.len())?;
    if !settings.resume && !checkpoints(settings.out).is_empty() {
        return Err(Error::RunExists { path: settings.out.to_owned() });
    }
    let splits = split::splits(&dataset.labels, &dataset.classes, &recipe.validation).map_err(|source| {
        let line = file.line("validation");
        Error::Split { recipe: file.path.clone(), line, source }
    })?;
    let prepare = |split: &Split| {
        let recordings = pick(&dataset.recordings, &split.training);
        let classes = dataset.classes_of(&split.training);
        let training = preparation::Training { recordings: &recordings, classes: &classes };
        preparation::fit(file, &dataset.schema, &training)
    };
    let preparations = splits.iter().map(prepare).collect::<Result<Vec<Preparation>, Error>>()?;
    let manifest = manifest(file, dataset, &splits, &preparations)?;
    let recordings = project(dataset, &manifest.schema);

    let mut trainings = Vec::with_capacity(splits.len());
    let mut members = Vec::with_capacity(splits.len());
    for (place, (split, preparation)) in splits.into_iter().zip(&preparations).enumerate() {
        let fold = Fold { place, of: preparations.len() };
        let problem = problem(file, dataset, &manifest, &recordings, &split, fold)?;
        fold.announce(&problem, preparation, &manifest.schema);
        let outcome = train(file, dataset, settings, &problem, fold)?;
        if outcome.end == End::Interrupted && fold.of > 1 {
            return Err(Error::InterruptedFolds { fold: place + 1, folds: fold.of });
        }
        members.push(TrainedMember {
            parameters: outcome.parameters.clone(),
            known: assemble::known_windows(&problem.validation),
            judges: pick(&recordings, &split.validation),
        });
        let windows = [problem.training.len(), problem.validation.len()];
        trainings.push(Training { split, windows, outcome });
    }

    let mut assembled = assemble::assemble(manifest.clone(), members.clone())?;
    let mut judged = judged(dataset, &trainings, &assembled.predictions);
    if trainings.iter().any(|training| training.outcome.fine_tuned.is_some()) {
        for (member, training) in members.iter_mut().zip(&trainings) {
            if let Some(fine_tuned) = &training.outcome.fine_tuned {
                member.parameters = fine_tuned.parameters.clone();
            }
        }
        assembled = assemble::assemble(manifest, members)?;
        assembled.bundle.manifest.card.split += &card::fine_tuning(&trainings);
    }
    let mut evaluation = evaluate(&dataset.classes, &judged);
    let decision = decide(&recipe.decision, &dataset.classes, &mut judged);
    let undecided = (!decision.is_default())
        .then(|| std::mem::replace(&mut evaluation, evaluate(&dataset.classes, &judged)));
    let manifest = &mut assembled.bundle.manifest;
    card::record(&mut manifest.card, &evaluation, decision::text(&decision, &dataset.classes));
    manifest.decision = decision;
    let experiment = Experiment { trainings, assembled, judged, evaluation, undecided };
    results::write(file, &experiment, settings)?;
    Ok(experiment)
}

/// Which of the trainings of a recipe.
#[derive(Clone, Copy, Debug)]
struct Fold {
    place: usize,
    of: usize,
}

impl Fold {
    /// Its folder within that of the run: the run's own if there is one training only.
    fn folder(self, out: &Path) -> PathBuf {
        if self.of == 1 { out.to_owned() } else { out.join(format!("fold-{}", self.place + 1)) }
    }

    /// Its name, for people.
    fn name(self) -> String {
        if self.of == 1 { "hold-out".into() } else { format!("fold {} of {}", self.place + 1, self.of) }
    }

    fn announce(self, problem: &Problem, preparation: &Preparation, schema: &Schema) {
        if self.of > 1 {
            eprintln!("{}", self.name());
        }
        let transform = &preparation.transform;
        eprintln!("dense inputs ({}): {}", transform.width(), preparation::text::inputs(transform, schema));
        if !transform.codes.is_empty() {
            eprintln!("embedded categories: {}", transform.codes.join(", "));
        }
        if !preparation.constant.is_empty() {
            eprintln!("constant in training: {}", preparation.constant.join(", "));
        }
        if !preparation.dropped.is_empty() {
            let dropped: Vec<String> = preparation.dropped.iter().map(ToString::to_string).collect();
            eprintln!("dropped: {}", dropped.join(", "));
        }
        if !preparation.explained.is_empty() {
            let explained = preparation.explained.iter().map(|share| format!("{share:.3}"));
            eprintln!("variance explained by the components: {}", explained.collect::<Vec<_>>().join(", "));
        }
        let (training, validation) = (&problem.training, &problem.validation);
        eprintln!(
            "{} subjects ({} windows) train, {} subjects ({} windows) judge, {} parameters",
            training.subjects.len(),
            training.len(),
            validation.subjects.len(),
            validation.len(),
            problem.network.parameter_count()
        );
    }
}

/// The checkpoints of the run that a folder holds: one for each training that was begun.
pub fn checkpoints(out: &Path) -> Vec<PathBuf> {
    let folds = (1..).map(|fold| out.join(format!("fold-{fold}/checkpoint")));
    let folds = folds.take_while(|folder| Checkpoints::exist(folder));
    let single = Some(out.join("checkpoint")).filter(|folder| Checkpoints::exist(folder));
    single.into_iter().chain(folds).collect()
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
    for transform in &transforms {
        let network = recipe.network_config(transform.width(), dataset.classes.len());
        network.validate(recipe.window.length).map_err(|error| file.network_error(&error))?;
        members.push(assemble::member((*transform).clone(), network));
    }
    let manifest = Manifest {
        version: VERSION,
        schema: preparation::narrow(&dataset.schema, &transforms),
        classes: dataset.classes.clone(),
        window: recipe.window,
        aggregation: recipe.aggregation,
        decision: Decision::default(),
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

/// What the member of a fold is trained on.
fn problem(
    file: &RecipeFile,
    dataset: &Dataset,
    manifest: &Manifest,
    recordings: &[Recording],
    split: &Split,
    fold: Fold,
) -> Result<Problem, Error> {
    let recipe = &file.recipe;
    let member = &manifest.members[fold.place];
    let features = FeatureExtractor::new(&member.features, &manifest.schema)?;
    let windows = |side: &[usize]| {
        WindowSet::new(&pick(recordings, side), &dataset.classes_of(side), &features, &recipe.window)
    };
    let (training, validation) = (windows(&split.training), windows(&split.validation));
    let augmentation = Augmenter::new(&recipe.training.augmentation, &member.features, training.means());
    let augmentation = augmentation.map_err(|axis| {
        let expected = "columns that the features keep, neither one-hot nor in a `pca` group";
        file.value_error("training.augmentation", axis, expected)
    })?;
    let mut training_recipe = recipe.training.clone();
    // So that the members of an ensemble differ in more than their subjects.
    training_recipe.seed = training_recipe.seed.wrapping_add(fold.place as u64);
    let network = member.network.clone();
    Ok(Problem {
        augmentation,
        objective: Objective::new(&recipe.training, &training.classes, network.classes),
        network,
        classes: dataset.classes.clone(),
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
    fold: Fold,
) -> Result<Outcome, Error> {
    let [(_, data), (_, labels)] = &dataset.sources;
    let identity = Identity {
        recipe: hex(&<sha2::Sha256 as sha2::Digest>::digest(&file.text)),
        data: data.clone(),
        labels: labels.clone(),
        seed: problem.recipe.seed,
        split: fold.name(),
    };
    let out = fold.folder(settings.out);
    let folder = out.join("checkpoint");
    let control = Control {
        epochs: settings.epochs.unwrap_or(usize::MAX).min(problem.recipe.epochs),
        // The folds after the one that was interrupted have none yet.
        resume: settings.resume && (fold.of == 1 || Checkpoints::exist(&folder)),
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

fn judged(dataset: &Dataset, trainings: &[Training], predictions: &[Vec<Prediction>]) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (member, (training, predictions)) in trainings.iter().zip(predictions).enumerate() {
        for (subject, prediction) in training.split.validation.iter().zip(predictions) {
            let truth = dataset.labels[*subject].class;
            judged.push(Judged { subject: *subject, member, truth, prediction: prediction.clone() });
        }
    }
    judged.sort_by_key(|judged| judged.subject);
    judged
}
