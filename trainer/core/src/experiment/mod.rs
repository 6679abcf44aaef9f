//! One recipe on one data set: the splits, a member trained on each (and for each stage), and their bundle.

mod card;
mod dataset;
mod error;
mod judged;
mod manifest;
mod member;
mod part;
mod settings;
mod task;

use painwave::Bundle;
use painwave::bundle::{BundleError, Manifest, WeightType};
use painwave::decision::Decision;
use painwave::engine::EngineError;
use painwave::features::FeatureExtractor;
use painwave::recording::{Recording, Schema};

pub use self::dataset::{Dataset, pick};
pub use self::error::ExperimentError;
pub use self::judged::{Decided, DecisionJudges, Judged, evaluate};
pub use self::member::Training;
use self::member::Workshop;
pub use self::part::{CHECKPOINT, Part};
pub use self::settings::{Observer, Plan, Settings};
use self::task::Task;
use crate::assemble::{self, AssembleError, Assembled, Refused};
use crate::conformal::Scored;
use crate::decision::{self, CalibrationSet};
use crate::evaluation::Evaluation;
use crate::labels::Label;
use crate::precision::{self, Judges};
use crate::preparation::{self, Preparation};
use crate::recipe::{DecisionRecipe, RecipeFile};
use crate::split::{self, Division, Split};
use crate::windows::WindowSet;
use crate::{conformal, novelty};

/// The result of a recipe.
pub struct Experiment {
    /// The trainings, one for each member of the bundle.
    pub trainings: Vec<Training>,
    /// Number of folds; 1 if there was a hold-out.
    pub folds: usize,
    /// The bundle, with the scores on its card.
    pub assembled: Assembled,
    /// The validation subjects: with folds all but those that are set aside for the decision.
    pub judged: Vec<Judged>,
    /// Scores of these subjects, each by the members that were not trained on it.
    pub evaluation: Evaluation,
    /// How temperature and thresholds were chosen, if the recipe asks for any.
    pub decided: Option<Decided>,
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
    let Division { calibration, splits } = divide(file, &dataset.labels, &dataset.classes)?;
    let prepare = |split: &Split| {
        let recordings = pick(&dataset.recordings, &split.training);
        let classes = dataset.classes_of(&split.training);
        let training = preparation::Training { recordings: &recordings, classes: &classes };
        preparation::fit(file, &dataset.schema, &training)
    };
    let preparations = splits.iter().map(prepare).collect::<Result<Vec<Preparation>, _>>()?;
    let card = card::card(file, dataset, &calibration, &splits, settings.date);
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
    let mut judged = judged::judged(dataset, &splits, &assembled.predictions);
    let scored = judged.iter().map(|judged| (judged.truth, judged.prediction.probabilities.clone()));
    let scored: Vec<Scored> = scored.collect();
    let fine_tuned = trainings.iter().any(|training| training.outcome.fine_tuned.is_some());
    if fine_tuned {
        for (member, training) in members.iter_mut().zip(&trainings) {
            if let Some(fine_tuned) = &training.outcome.fine_tuned {
                member.parameters = fine_tuned.parameters.clone();
            }
        }
        assembled = assemble::assemble(manifest, members, &judges, &refused)?;
        assembled.bundle.manifest.card.split += &card::fine_tuning(&trainings);
    }
    let bundle = &mut assembled.bundle;
    let mut evaluation = evaluate(&bundle.manifest, &judged);
    let mut decided = None;
    if !calibration.is_empty() {
        // Lower precisions are proven below, with the decision, so that it is chosen in `f32`.
        bundle.manifest.precisions.clear();
        bundle.manifest.decision =
            decide(&recipe.decision, dataset, &recordings, &calibration, bundle, &refused)?;
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
    let decision = bundle.manifest.decision.clone();
    let calibrate = |(truth, probabilities)| (truth, decision.calibrate(probabilities));
    let scored: Vec<Scored> = scored.into_iter().map(calibrate).collect();
    doubt(&mut bundle.manifest, &scored, &recordings, &splits)?;
    card::record(&mut bundle.manifest, &evaluation, decided.as_ref());
    precision::prove(bundle, &judges)?;
    Ok(Experiment { trainings, folds: splits.len(), assembled, judged, evaluation, decided })
}

/// Puts into the manifest what says when not to believe a prediction, and on the card how well it does. `scored` are the
/// validation subjects, judged by members that were not trained on them.
fn doubt(
    manifest: &mut Manifest,
    scored: &[Scored],
    recordings: &[Recording],
    splits: &[Split],
) -> Result<(), ExperimentError> {
    let classes = manifest.classes.len();
    manifest.sets = conformal::fit(scored, classes);
    card::doubt(manifest, &conformal::check(scored, classes));
    compare(manifest, recordings, splits)
}

/// Puts into the manifest what the recordings of the training subjects are like.
fn compare(
    manifest: &mut Manifest,
    recordings: &[Recording],
    splits: &[Split],
) -> Result<(), ExperimentError> {
    let mut training: Vec<usize> = splits.iter().flat_map(|split| split.training.iter().copied()).collect();
    training.sort_unstable();
    training.dedup();
    let novelty = novelty::fit(&pick(recordings, &training), manifest.schema.channels.len());
    manifest.novelty = novelty.map_err(|error| BundleError::Invalid(error.into()))?;
    Ok(())
}

/// As [`doubt`], of the bundle of an earlier run. Members that were fine-tuned have seen the validation subjects: their
/// sets stay as they are.
fn doubt_again(
    file: &RecipeFile,
    dataset: &Dataset,
    bundle: &mut Bundle,
    (recordings, splits): (&[Recording], &[Split]),
    judges: &[Judges<'_>],
    refused: Refused<'_>,
) -> Result<(), ExperimentError> {
    if file.recipe.training.fine_tuning.is_some() {
        return compare(&mut bundle.manifest, recordings, splits);
    }
    let mut scored = Vec::new();
    for (judges, split) in judges.iter().zip(splits) {
        let alone = precision::alone(bundle, judges.members.clone());
        let classifier = assemble::classifier(&alone, refused).map_err(AssembleError::from)?;
        let predictions =
            pollster::block_on(classifier.classify(&judges.subjects)).map_err(AssembleError::from)?;
        let probabilities = predictions.into_iter().map(|prediction| prediction.probabilities);
        scored.extend(dataset.classes_of(&split.validation).into_iter().zip(probabilities));
    }
    doubt(&mut bundle.manifest, &scored, recordings, splits)
}

/// Measures again what precisions change in the bundle of an earlier run of the recipe on the same data, and what says when
/// not to believe it, and stores its weights as 8-bit integers if that is allowed. Returns how they are stored.
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
    let splits = divide(file, &dataset.labels, &dataset.classes)?.splits;
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
            doubt_again(file, dataset, bundle, (&recordings, &splits), &judges, refused)?;
            return Ok(assembled.weights);
        }
    }
    doubt_again(file, dataset, bundle, (&recordings, &splits), &judges, refused)?;
    precision::prove(bundle, &judges)?;
    Ok(stored_as)
}

/// Divides labelled subjects as a recipe says.
///
/// # Errors
/// They cannot be divided so.
pub fn divide(file: &RecipeFile, labels: &[Label], classes: &[String]) -> Result<Division, ExperimentError> {
    split::divide(labels, classes, &file.recipe).map_err(|source| {
        let line = file.line(source.key());
        ExperimentError::Split { recipe: file.path.clone(), line, source }
    })
}

/// The validation subjects of each fold and the members that are validated on them. All stages of a fold together make
/// a prediction.
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

/// Chooses what the recipe asks for from the predictions of the model as it ships on the subjects that are set aside.
fn decide(
    recipe: &DecisionRecipe,
    dataset: &Dataset,
    recordings: &[Recording],
    calibration: &[usize],
    bundle: &Bundle,
    refused: Refused<'_>,
) -> Result<Decision, AssembleError> {
    let classifier = assemble::classifier(bundle, refused)?;
    let predictions = pollster::block_on(classifier.classify(&pick(recordings, calibration)))?;
    let probabilities = predictions.into_iter().map(|prediction| prediction.probabilities).collect();
    let truths = dataset.classes_of(calibration);
    Ok(decision::fit(recipe, &CalibrationSet { probabilities, truths }))
}
