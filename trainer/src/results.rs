//! The files that a run leaves.

use std::path::Path;

use painwave::aggregate::WindowAggregation;
use painwave::bundle::WeightType;
use painwave::decision::Decision;
use painwave_train::BURN;
use painwave_train::evaluation::Evaluation;
use painwave_train::experiment::{DecisionJudges, Experiment, Judged, Part, protocol};
use painwave_train::recipe::RecipeFile;
use painwave_train::training::{End, EpochRecord, FineTuningEpoch};
use serde::Serialize;

use crate::device::DeviceKind;
use crate::error::Error;
use crate::files::{self, FileError};
use crate::report::{self, JudgedSubject, RunReport, TrainingReport};

/// `metrics.json`.
#[derive(Debug, Serialize)]
struct Metrics<'a> {
    recipe: &'a str,
    seed: u64,
    device: &'a str,
    /// Of the training; another number gives slightly other weights.
    threads: usize,
    /// Version of the trainer.
    trainer: &'a str,
    /// One for each member.
    trainings: Vec<TrainingMetrics<'a>>,
    /// Of one member.
    parameters: usize,
    stored_as: &'static str,
    /// Version of Burn.
    burn: &'a str,
    /// Who chose and who judged.
    protocol: &'a str,
    /// Seed of the split.
    split_seed: u64,
    /// Of the subjects that chose the epoch, by the weights of that epoch. A search may go by it; it is no score to show.
    inner: &'a Evaluation,
    /// By the classifier on the bundle's members as written, each on the subjects that it has not seen. Where these have
    /// chosen as well, by the members before fine-tuning, if there was any.
    outer: &'a Evaluation,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionMetrics<'a>>,
    engine: String,
}

/// Temperature and thresholds.
#[derive(Debug, Serialize)]
struct DecisionMetrics<'a> {
    #[serde(flatten)]
    chosen: &'a Decision,
    /// Number of subjects that they were chosen on, which neither train nor judge.
    subjects: usize,
    /// Whether the scores of `outer` are with them: those of folds' members and of weights before fine-tuning are
    /// not.
    judged: bool,
    /// If so, the scores without them.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Evaluation>,
}

#[derive(Debug, Serialize)]
struct TrainingMetrics<'a> {
    /// The groups of classes that the network tells apart, if it is a stage.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [Vec<String>],
    end: End,
    epochs: usize,
    best_epoch: Option<&'a EpochRecord>,
    seconds: f64,
    /// The epochs of fine-tuning on those that train and those that choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    fine_tuning: Option<&'a [FineTuningEpoch]>,
    training_subjects: usize,
    training_windows: usize,
    inner_subjects: usize,
    inner_windows: usize,
    outer_subjects: usize,
}

/// Writes `metrics.json`, `report.html`, `confusion.csv`, `predictions.csv`, for each training `curves.csv` and
/// `curves.svg`, and `model.bpk`.
///
/// # Errors
/// The bundle is not valid, or a file cannot be written.
pub fn write(
    file: &RecipeFile,
    experiment: &Experiment,
    out: &Path,
    device: DeviceKind,
    threads: usize,
) -> Result<(), Error> {
    let Experiment { trainings, folds, assembled, judged, evaluation, inner, decided } = experiment;
    let manifest = &assembled.bundle.manifest;
    let metrics = Metrics {
        recipe: &manifest.card.name,
        seed: file.recipe.training.seed,
        device: device.name(),
        threads,
        trainer: &manifest.card.trainer,
        burn: BURN,
        protocol: protocol(&file.recipe),
        split_seed: file.recipe.validation.seed,
        trainings: trainings
            .iter()
            .zip(&manifest.members)
            .map(|(training, member)| TrainingMetrics {
                groups: &member.groups,
                end: training.outcome.end,
                epochs: training.outcome.history.epochs.len(),
                best_epoch: training.outcome.history.best(),
                seconds: training.outcome.history.seconds(),
                fine_tuning: training.outcome.fine_tuned.as_ref().map(|tuned| &tuned.epochs[..]),
                training_subjects: training.split.training.len(),
                training_windows: training.windows[0],
                inner_subjects: training.split.inner.subjects().len(),
                inner_windows: training.windows[1],
                outer_subjects: training.split.outer.subjects().len(),
            })
            .collect(),
        parameters: manifest.members[0].network.parameter_count(),
        stored_as: match assembled.weights {
            WeightType::I8 => "i8",
            WeightType::F16 => "f16",
            WeightType::F32 => "f32",
        },
        inner,
        outer: evaluation,
        decision: decided.as_ref().map(|decided| {
            let before = match &decided.judges {
                DecisionJudges::Shipped { before } => Some(&**before),
                DecisionJudges::Members | DecisionJudges::WeightsBeforeFineTuning => None,
            };
            let (chosen, subjects) = (&manifest.decision, decided.subjects);
            DecisionMetrics { chosen, subjects, judged: before.is_some(), before }
        }),
        engine: assembled.engine.to_string(),
    };
    let json = serde_json::to_vec_pretty(&metrics)
        .map_err(|error| FileError::write(out.join("metrics.json"))(error.into()))?;
    let bundle = assembled.bundle.to_bytes(assembled.weights)?;
    let predictions = predictions_csv(&manifest.schema.id_name(), &manifest.classes, judged)
        .map_err(FileError::write(out.join("predictions.csv")))?;
    let write = |name: &str, bytes: &[u8]| files::write_atomically(&out.join(name), bytes);
    write("metrics.json", &json)?;
    write("report.html", page(experiment, &metrics).as_bytes())?;
    write("confusion.csv", report::confusion_csv(&evaluation.scores).as_bytes())?;
    write("predictions.csv", &predictions)?;
    for (part, training) in Part::all(*folds, trainings.len() / folds).zip(trainings) {
        let folder = out.join(part.folder());
        let history = &training.outcome.history;
        files::write_atomically(&folder.join("curves.csv"), report::curves_csv(history).as_bytes())?;
        files::write_atomically(&folder.join("curves.svg"), report::curves_svg(history).as_bytes())?;
    }
    // At the end: where it is, everything else is there and of the same run.
    Ok(write("model.bpk", &bundle)?)
}

fn page(experiment: &Experiment, metrics: &Metrics<'_>) -> String {
    let Experiment { trainings, folds, assembled, judged, evaluation, .. } = experiment;
    let manifest = &assembled.bundle.manifest;
    report::render(&RunReport {
        card: &manifest.card,
        classes: &manifest.classes,
        folds: *folds,
        trainings: trainings
            .iter()
            .map(|training| TrainingReport {
                subjects: [training.split.training.len(), training.split.inner.subjects().len()],
                windows: training.windows,
                history: &training.outcome.history,
                end: training.outcome.end,
            })
            .collect(),
        judged: judged
            .iter()
            .map(|judged| JudgedSubject { truth: judged.truth, prediction: &judged.prediction })
            .collect(),
        evaluation,
        votes: manifest.aggregation.windows == WindowAggregation::MajorityVote,
        parameters: metrics.parameters,
        stored_as: metrics.stored_as,
        device: metrics.device,
        engine: &metrics.engine,
    })
}

/// Each subject that judges: its true class, its prediction, its fold (1 if there was a hold-out), and its group, if there
/// are groups.
fn predictions_csv(id: &str, classes: &[String], judged: &[Judged]) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = classes.iter().map(String::as_str);
    let grouped = judged.iter().any(|judged| judged.group.is_some());
    let header = [id, "label", "predicted", "fold"].into_iter().chain(grouped.then_some("group"));
    writer.write_record(header.chain(names))?;
    for Judged { fold, truth, group, prediction, .. } in judged {
        let words = [
            prediction.id.clone(),
            classes[*truth].clone(),
            prediction.label.clone(),
            (fold + 1).to_string(),
        ];
        let group = grouped.then(|| group.clone().unwrap_or_default());
        let numbers = prediction.probabilities.iter().map(f32::to_string);
        writer.write_record(words.into_iter().chain(group).chain(numbers))?;
    }
    writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}
