//! One recipe on one data set: the splits, a member trained on each (and for each stage), and their bundle.

mod again;
mod card;
mod dataset;
mod doubt;
mod ensemble;
mod error;
mod judged;
mod manifest;
mod member;
mod part;
mod settings;
mod task;

use painwave::Bundle;
use painwave::decision::Decision;
use painwave::engine::EngineError;
use painwave::recording::Recording;

pub use self::again::prove;
pub use self::card::protocol;
pub use self::dataset::{Dataset, pick};
use self::ensemble::Ensemble;
pub use self::error::ExperimentError;
pub use self::judged::{Decided, DecisionJudges, Judged, evaluate};
pub use self::member::Training;
use self::member::{Trained, Workshop};
pub use self::part::{CHECKPOINT, CROSS_FIT, Part};
pub use self::settings::{Observer, Plan, Settings};
use crate::assemble::{self, AssembleError, Assembled, Refused};
use crate::decision::{self, CalibrationSet};
use crate::evaluation::Evaluation;
use crate::labels::Label;
use crate::precision;
use crate::recipe::{DecisionRecipe, RecipeFile};
use crate::split::{self, Division};

/// The result of a recipe.
pub struct Experiment {
    /// The trainings, one for each member of the bundle.
    pub trainings: Vec<Training>,
    /// Number of folds; 1 if there was a hold-out.
    pub folds: usize,
    /// The bundle, with the scores on its card.
    pub assembled: Assembled,
    /// The subjects that judge: with folds all but those that are set aside for the decision.
    pub judged: Vec<Judged>,
    /// Scores of these subjects, each by the members that were not trained on it.
    pub evaluation: Evaluation,
    /// Scores of the subjects that chose the epoch, of the weights of that epoch: what a search may choose a recipe by.
    pub inner: Evaluation,
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
    let Division { calibration, splits, cross_fit } = divide(file, &dataset.labels, &dataset.classes)?;
    let folds = splits.len();
    let card = card::card(file, dataset, &calibration, &splits, settings.date);
    let cross_fit = match cross_fit.is_empty() {
        true => None,
        false => Some(Ensemble::new(file, dataset, cross_fit, card.clone())?.for_cross_fitting()),
    };
    let ensemble = Ensemble::new(file, dataset, splits, card)?;

    let workshop = Workshop { file, dataset, settings };
    let drafts = [Some(&ensemble), cross_fit.as_ref()].into_iter().flatten();
    let mut trained = workshop.train(drafts.flat_map(|ensemble| workshop.drafts(ensemble)).collect())?;
    let cross_trained = trained.split_off(ensemble.parts.len());
    let (trainings, mut members): (Vec<_>, Vec<_>) =
        trained.into_iter().map(|Trained { training, member }| (training, member)).unzip();

    let refused = |engine, error: &EngineError| settings.observer.engine_refused(engine, error);
    let choosers = ensemble.choosers();
    let mut assembled = assemble::assemble(ensemble.manifest.clone(), members.clone(), &choosers, &refused)?;
    let chose = judged::answers(
        dataset,
        &ensemble.splits,
        |split| split.inner.subjects().to_vec(),
        &assembled.predictions,
    );
    let inner = evaluate(&ensemble.manifest, &chose);
    let fine_tuned = trainings.iter().any(|training| training.outcome.fine_tuned.is_some());
    if fine_tuned {
        for (member, training) in members.iter_mut().zip(&trainings) {
            if let Some(fine_tuned) = &training.outcome.fine_tuned {
                member.parameters = fine_tuned.parameters.clone();
            }
        }
        assembled = assemble::assemble(ensemble.manifest.clone(), members, &choosers, &refused)?;
        assembled.bundle.manifest.card.split += &card::fine_tuning(&trainings, ensemble.is_nested());
    }
    let bundle = &mut assembled.bundle;
    // Lower precisions are proven below, with the decision: until then everything is judged and chosen in `f32`.
    bundle.manifest.precisions.clear();
    let mut judged = if ensemble.is_nested() {
        let (predictions, _) = assemble::predictions(bundle, ensemble.judges().panels(), &refused)?;
        judged::answers(dataset, &ensemble.splits, |split| split.outer.subjects().to_vec(), &predictions)
    } else {
        // The same subjects. Fine-tuning has trained on them: they judge the weights before it.
        chose
    };
    let mut scores = doubt::Scores { of_judges: doubt::scored(&judged), of_cross_fit: None };
    if let Some(cross_fit) = &cross_fit {
        let judged = doubt::cross_fitted(dataset, cross_fit, cross_trained, &refused)?;
        scores.of_cross_fit = Some(doubt::scored(&judged));
        card::cross_fit(&mut bundle.manifest, &evaluate(&cross_fit.manifest, &judged));
    }
    let mut evaluation = evaluate(&bundle.manifest, &judged);
    let mut decided = None;
    if !calibration.is_empty() {
        bundle.manifest.decision =
            decide(&recipe.decision, dataset, &ensemble.recordings, &calibration, bundle, &refused)?;
        let shipped = ensemble.is_nested() || !fine_tuned;
        let judges = match (folds, shipped) {
            (1, true) => {
                judged::apply(&bundle.manifest, &mut judged);
                let before = std::mem::replace(&mut evaluation, evaluate(&bundle.manifest, &judged));
                DecisionJudges::Shipped { before: Box::new(before) }
            }
            (1, false) => DecisionJudges::WeightsBeforeFineTuning,
            _ => DecisionJudges::Members,
        };
        decided = Some(Decided { subjects: calibration.len(), judges });
    }
    doubt::fit(&mut bundle.manifest, scores);
    doubt::compare(&mut bundle.manifest, &ensemble.recordings, &ensemble.splits)?;
    card::record(&mut bundle.manifest, &evaluation, decided.as_ref());
    precision::prove(bundle, &choosers)?;
    Ok(Experiment { trainings, folds, assembled, judged, evaluation, inner, decided })
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
