//! What is measured of a bundle, for one that an earlier run has made.

use painwave::Bundle;
use painwave::bundle::WeightType;
use painwave::features::FeatureExtractor;
use painwave::recording::Recording;

use super::dataset::{Dataset, pick};
use super::divide;
use super::doubt::{self, Scores};
use super::error::ExperimentError;
use super::judged;
use super::part::Part;
use super::task::Task;
use crate::assemble::{self, Refused};
use crate::panel::{Choosers, Judges};
use crate::precision;
use crate::recipe::RecipeFile;
use crate::split::Split;
use crate::windows::WindowSet;

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
    let recordings = dataset.with_columns_of(&bundle.manifest.schema);
    let stages = file.recipe.networks();
    let choosers = Choosers::of(&splits, stages, &recordings);
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
        let parts = Part::all(splits.len(), stages);
        let calibration = parts.map(calibration).collect::<Result<Vec<_>, ExperimentError>>()?;
        if let Some(assembled) = assemble::as_integers(bundle, &calibration, &choosers, refused)? {
            *bundle = assembled.bundle;
            doubt_again(file, dataset, bundle, &recordings, &splits, refused)?;
            return Ok(assembled.weights);
        }
    }
    doubt_again(file, dataset, bundle, &recordings, &splits, refused)?;
    precision::prove(bundle, &choosers)?;
    Ok(stored_as)
}

/// Fits what says when not to believe the bundle. Prediction sets stay as they are where they are not chosen by the
/// subjects that judge the members, or where fine-tuning has seen these.
fn doubt_again(
    file: &RecipeFile,
    dataset: &Dataset,
    bundle: &mut Bundle,
    recordings: &[Recording],
    splits: &[Split],
    refused: Refused<'_>,
) -> Result<(), ExperimentError> {
    let recipe = &file.recipe;
    let seen = recipe.training.fine_tuning.is_some() && !splits.iter().any(Split::is_nested);
    if !seen && recipe.validation.cross_fit.is_none() {
        // The sets are for calibrated probabilities, and calibrate those that they are chosen by.
        let mut plain = bundle.clone();
        plain.manifest.decision = Default::default();
        let judges = Judges::of(splits, recipe.networks(), recordings);
        let (predictions, _) = assemble::predictions(&plain, judges.panels(), refused)?;
        let outer = |split: &Split| split.outer.subjects().to_vec();
        let judged = judged::answers(dataset, splits, outer, &predictions);
        let scores = Scores { of_judges: doubt::scored(&judged), of_cross_fit: None };
        doubt::fit(&mut bundle.manifest, scores);
    }
    doubt::compare(&mut bundle.manifest, recordings, splits)
}
