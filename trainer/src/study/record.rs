//! What a trial came to, as its folder says.

use std::collections::BTreeMap;
use std::path::Path;

use painwave_train::evaluation::Evaluation;
use painwave_train::recipe::RecipeFile;
use painwave_train::training::{End, EpochRecord};
use serde::{Deserialize, Serialize};

use super::error::StudyError;
use super::plan::{Plan, Trial};
use crate::{checkpoints, data};

/// One line of `trials.jsonl`.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Name of the trial and of its folder.
    pub trial: String,
    /// Name of the variant.
    pub variant: String,
    /// SHA-256 of the trial's recipe.
    pub recipe_sha256: String,
    /// What is changed in the variant's recipe; `null` is a key that is removed.
    pub changes: BTreeMap<String, Option<toml::Value>>,
    /// Seed of the training.
    pub seed: u64,
    /// Scores and cost, if it was trained to the end.
    pub results: Option<Results>,
    /// What went wrong.
    pub error: Option<String>,
}

/// Scores and cost of a trial.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Results {
    /// Scores of the subjects that chose the epoch: what the trials of a search are chosen by.
    pub inner: Evaluation,
    /// Scores of the subjects that were held out: out of fold if there are folds.
    pub outer: Evaluation,
    /// Scores of the test file, if the study has one.
    pub test: Option<Evaluation>,
    /// Training loss of the epoch that was kept; the minimum over the folds, if there are any.
    pub training_loss: f64,
    /// Epochs of all trainings.
    pub epochs: usize,
    /// Seconds of all epochs.
    pub seconds: f64,
    /// Parameters of one member.
    pub parameters: usize,
}

/// How far a trial has come.
#[derive(Debug)]
pub enum State {
    /// There is nothing to continue.
    Fresh,
    /// It was ended on its way and can be continued.
    Begun,
    /// It was trained further than its recipe asks for now.
    Beyond,
    /// It is finished.
    Finished(Box<Results>),
}

/// SHA-256 of the data and of the labels that a study trains on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// Of the recordings.
    pub data: String,
    /// Of the labels.
    pub labels: String,
}

/// `metrics.json`, what a study needs of it.
#[derive(Deserialize)]
struct Metrics {
    trainings: Vec<TrainingMetrics>,
    parameters: usize,
    inner: Evaluation,
    outer: Evaluation,
}

#[derive(Deserialize)]
struct TrainingMetrics {
    end: End,
    epochs: usize,
    best_epoch: Option<EpochRecord>,
    seconds: f64,
}

/// Looks how far a trial has come: its bundle and its checkpoint say what they were made from.
///
/// # Errors
/// The folder belongs to a trial of something else.
pub fn state(trial: &Trial, sources: &Sources) -> Result<State, StudyError> {
    let folder = trial.folder();
    let other = || StudyError::Other { path: folder.to_owned() };
    for checkpoint in checkpoints::found(folder) {
        // One that cannot be read is `fit --resume`'s to complain of.
        let Some(identity) = checkpoints::identity(&checkpoint) else { continue };
        let same = identity.recipe == trial.recipe.identity()
            && identity.data == sources.data
            && identity.labels == sources.labels;
        if !same {
            return Err(other());
        }
    }
    if let Ok(bundle) = data::bundle(&folder.join("model.bpk")) {
        let card = bundle.manifest.card;
        let of = |key: &str| card.data.get(key).map(String::as_str);
        let made_of = RecipeFile::parse(&trial.recipe.path, card.recipe.clone())
            .ok()
            .filter(|recipe| recipe.identity() == trial.recipe.identity())
            .filter(|_| of("data_sha256") == Some(&sources.data))
            .filter(|_| of("labels_sha256") == Some(&sources.labels))
            .ok_or_else(other)?;
        // One whose limits were raised since goes on.
        if made_of.limits() == trial.recipe.limits()
            && let Some(results) = results(folder)
        {
            return Ok(State::Finished(Box::new(results)));
        }
        if made_of.limits().epochs > trial.recipe.limits().epochs {
            return Ok(State::Beyond);
        }
    }
    Ok(if checkpoints::found(folder).is_empty() { State::Fresh } else { State::Begun })
}

/// What a run left in its folder, if it was trained to the end.
fn results(folder: &Path) -> Option<Results> {
    let json = std::fs::read(folder.join("metrics.json")).ok()?;
    let Metrics { trainings, parameters, inner, outer } = serde_json::from_slice(&json).ok()?;
    if trainings.iter().any(|training| training.end == End::Interrupted) {
        return None;
    }
    let losses = trainings.iter().filter_map(|training| Some(training.best_epoch.as_ref()?.training_loss));
    Some(Results {
        inner,
        outer,
        test: None,
        training_loss: losses.reduce(f64::min)?,
        epochs: trainings.iter().map(|training| training.epochs).sum(),
        seconds: trainings.iter().map(|training| training.seconds).sum(),
        parameters,
    })
}

impl Record {
    /// The record of a trial.
    pub fn new(plan: &Plan, trial: &Trial, results: Option<Results>, error: Option<String>) -> Self {
        let variant = &plan.variants[trial.variant];
        let changes = variant.changes.iter().map(|change| (change.key.clone(), change.value.clone()));
        Record {
            trial: trial.name.clone(),
            variant: variant.name.clone(),
            recipe_sha256: trial.digest(),
            changes: changes.collect(),
            seed: trial.seed,
            results,
            error,
        }
    }
}
