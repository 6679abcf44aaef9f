//! What a bundle knows of its doubts: prediction sets, and what the training recordings are like.

use painwave::bundle::{BundleError, Manifest};
use painwave::recording::Recording;

use super::card;
use super::dataset::{Dataset, pick};
use super::ensemble::Ensemble;
use super::error::ExperimentError;
use super::judged::{self, Judged};
use super::member::Trained;
use crate::assemble::{self, Refused};
use crate::conformal::{self, Scored};
use crate::novelty;
use crate::split::Split;

/// Subjects with the uncalibrated probabilities that they were given by networks that were not trained on them.
pub(super) struct Scores {
    /// Those that judge, by the members of the bundle.
    pub(super) of_judges: Vec<Scored>,
    /// All others, by networks of cross-fitting, if there are any.
    pub(super) of_cross_fit: Option<Vec<Scored>>,
}

/// Subjects as prediction sets are chosen by them.
pub(super) fn scored(judged: &[Judged]) -> Vec<Scored> {
    judged.iter().map(|judged| (judged.truth, judged.prediction.probabilities.clone())).collect()
}

/// The subjects of cross-fitting, each judged by the networks of its fold.
pub(super) fn cross_fitted(
    dataset: &Dataset,
    cross_fit: &Ensemble,
    trained: Vec<Trained>,
    refused: Refused<'_>,
) -> Result<Vec<Judged>, ExperimentError> {
    let members = trained.into_iter().map(|trained| trained.member).collect();
    let bundle = assemble::unrounded(cross_fit.manifest.clone(), members);
    let (predictions, _) = assemble::predictions(&bundle, cross_fit.judges().panels(), refused)?;
    let outer = |split: &Split| split.outer.subjects().to_vec();
    Ok(judged::answers(dataset, &cross_fit.splits, outer, &predictions))
}

/// Puts prediction sets into the manifest, for probabilities with its temperature, and on the card how well they do.
///
/// With cross-fitting those that judge have no part in the sets, and judge them as well. Else the sets are chosen by them,
/// each left out when it judges.
pub(super) fn fit(manifest: &mut Manifest, scores: Scores) {
    let calibrated = |scored: Vec<Scored>| -> Vec<Scored> {
        let calibrate = |(truth, row)| (truth, manifest.decision.calibrate(row));
        scored.into_iter().map(calibrate).collect()
    };
    let classes = manifest.classes.len();
    let of_judges = calibrated(scores.of_judges);
    let (sets, checks, who) = match scores.of_cross_fit.map(calibrated) {
        Some(of_others) => {
            let sets = conformal::fit(&of_others, classes);
            let checks = conformal::check(&sets, &of_judges);
            (sets, checks, format!("of those held out; chosen by {} others", of_others.len()))
        }
        None => {
            let sets = conformal::fit(&of_judges, classes);
            (sets, conformal::check_left_out(&of_judges, classes), "each subject left out in turn".to_owned())
        }
    };
    manifest.sets = sets;
    card::doubt(manifest, &checks, &who);
}

/// Puts into the manifest what the recordings of the training subjects are like.
pub(super) fn compare(
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
