//! One recipe on one data set: the splits, a member trained on each (and for each stage), and their bundle.

mod card;
mod dataset;
mod error;
mod manifest;
mod member;
mod part;
mod settings;
mod task;

use painwave::Bundle;
use painwave::bundle::WeightType;
use painwave::classifier::Prediction;
use painwave::decision::Decision;
use painwave::engine::EngineError;
use painwave::features::FeatureExtractor;
use painwave::recording::{Recording, Schema};

pub use self::dataset::{Dataset, pick};
pub use self::error::ExperimentError;
pub use self::member::Training;
use self::member::Workshop;
pub use self::part::{CHECKPOINT, Part};
pub use self::settings::{Observer, Plan, Settings};
use self::task::Task;
use crate::assemble::{self, Assembled, Refused};
use crate::decision;
use crate::evaluation::Evaluation;
use crate::labels::Label;
use crate::precision::{self, Judges};
use crate::preparation::{self, Preparation};
use crate::recipe::{DecisionRecipe, RecipeFile};
use crate::split::{self, Split};
use crate::windows::WindowSet;

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
pub fn run(
    file: &RecipeFile,
    dataset: &Dataset,
    settings: &Settings<'_>,
) -> Result<Experiment, ExperimentError> {
    let recipe = &file.recipe;
    file.check_classes(&dataset.classes)?;
    let splits = splits(file, &dataset.labels, &dataset.classes)?;
    let prepare = |split: &Split| {
        let recordings = pick(&dataset.recordings, &split.training);
        let classes = dataset.classes_of(&split.training);
        let training = preparation::Training { recordings: &recordings, classes: &classes };
        preparation::fit(file, &dataset.schema, &training)
    };
    let preparations = splits.iter().map(prepare).collect::<Result<Vec<Preparation>, _>>()?;
    let card = card::card(file, dataset, &splits, settings.date);
    let manifest = manifest::manifest(file, dataset, card, &preparations)?;
    let recordings = project(dataset, &manifest.schema);

    let parts: Vec<Part> = Part::all(splits.len(), recipe.networks()).collect();
    let workshop = Workshop { file, dataset, settings, manifest: &manifest, recordings: &recordings };
    let drafts = parts.iter().map(|part| workshop.draft(*part, &splits[part.fold], &preparations[part.fold]));
    let (trainings, mut members): (Vec<_>, Vec<_>) = workshop
        .train(drafts.collect())?
        .into_iter()
        .map(|trained| (trained.training, trained.member))
        .unzip();

    let judges = judges(file, &recordings, &splits);
    let refused = |engine, error: &EngineError| settings.observer.engine_refused(engine, error);
    let mut assembled = assemble::assemble(manifest.clone(), members.clone(), &judges, &refused)?;
    let mut judged = judged(dataset, &splits, &assembled.predictions);
    if trainings.iter().any(|training| training.outcome.fine_tuned.is_some()) {
        for (member, training) in members.iter_mut().zip(&trainings) {
            if let Some(fine_tuned) = &training.outcome.fine_tuned {
                member.parameters = fine_tuned.parameters.clone();
            }
        }
        assembled = assemble::assemble(manifest, members, &judges, &refused)?;
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
    Ok(Experiment { trainings, folds: splits.len(), assembled, judged, evaluation, undecided })
}

/// Measures again what precisions change in the bundle of an earlier run of the recipe on the same data, and stores its
/// weights as 8-bit integers if they are not stored so and may be. Returns how they are stored.
///
/// # Errors
/// The subjects cannot be split as the recipe says, or the bundle cannot classify them.
pub fn prove(
    file: &RecipeFile,
    dataset: &Dataset,
    bundle: &mut Bundle,
    stored_as: WeightType,
    refused: Refused<'_>,
) -> Result<WeightType, ExperimentError> {
    let splits = splits(file, &dataset.labels, &dataset.classes)?;
    let recordings = project(dataset, &bundle.manifest.schema);
    let judges = judges(file, &recordings, &splits);
    if stored_as != WeightType::I8 {
        let manifest = &bundle.manifest;
        let calibration = |part: Part| {
            let task = Task::new(file, dataset, part);
            let subjects = task.of_split(&splits[part.fold]).training;
            let features =
                FeatureExtractor::new(&manifest.members[part.member()].features, &manifest.schema)?;
            let (recordings, answers) = (pick(&recordings, &subjects), task.answers(&subjects));
            let windows = WindowSet::new(&recordings, &answers, &features, &manifest.window);
            Ok(assemble::calibration_windows(&windows))
        };
        let parts = Part::all(splits.len(), file.recipe.networks());
        let calibration = parts.map(calibration).collect::<Result<Vec<_>, ExperimentError>>()?;
        if let Some(assembled) = assemble::as_integers(bundle, &calibration, &judges, refused)? {
            *bundle = assembled.bundle;
            return Ok(assembled.weights);
        }
    }
    precision::prove(bundle, &judges)?;
    Ok(stored_as)
}

/// Splits labelled subjects as a recipe says.
///
/// # Errors
/// They cannot be split so.
pub fn splits(
    file: &RecipeFile,
    labels: &[Label],
    classes: &[String],
) -> Result<Vec<Split>, ExperimentError> {
    let splits = split::splits(labels, classes, &file.recipe.validation);
    splits.map_err(|source| {
        let line = file.line(source.key());
        ExperimentError::Split { recipe: file.path.clone(), line, source }
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

/// The recordings with the columns of a schema only.
fn project(dataset: &Dataset, schema: &Schema) -> Vec<Recording> {
    let project = |recording| preparation::project(recording, &dataset.schema, schema);
    dataset.recordings.iter().map(project).collect()
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
