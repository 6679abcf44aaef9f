//! Predictions of the trained members for subjects that they were not trained on.

use painwave::bundle::Manifest;
use painwave::classifier::Prediction;

use super::dataset::Dataset;
use crate::bootstrap;
use crate::evaluation::Evaluation;
use crate::labels::Label;
use crate::split::Split;

/// A subject and its prediction by the members of a fold that were not trained on it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Index in the data set.
    pub subject: usize,
    /// Index of the fold; 0 of a hold-out.
    pub fold: usize,
    /// The true class.
    pub truth: usize,
    /// The group, if there are groups.
    pub group: Option<String>,
    /// The prediction.
    pub prediction: Prediction,
}

/// How temperature and thresholds were chosen, which the bundle holds.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Number of subjects that they were chosen on, which neither train nor judge, and choose nothing else.
    pub subjects: usize,
    /// What the scores of the run are scores of.
    pub judges: DecisionJudges,
}

/// What the scores of a run with a decision are scores of.
#[derive(Clone, Debug)]
pub enum DecisionJudges {
    /// The model as it ships, its decision included.
    Shipped {
        /// The scores without the decision.
        before: Box<Evaluation>,
    },
    /// The members of each fold without the decision, which was chosen for all of them together.
    Members,
    /// The weights before fine-tuning, without the decision, which was chosen for those after it.
    WeightsBeforeFineTuning,
}

impl Decided {
    /// How the decision was chosen and judged, for people.
    pub fn text(&self) -> String {
        let judges = match self.judges {
            DecisionJudges::Shipped { .. } => "the scores are with it",
            DecisionJudges::Members => "the scores are those of each fold's own members, without it",
            DecisionJudges::WeightsBeforeFineTuning => {
                "the scores are those of the weights before fine-tuning, without it"
            }
        };
        format!(
            "chosen for the model as it ships on {} subjects that are set aside from everything else; {judges}",
            self.subjects
        )
    }
}

/// The predictions of each split's members for the subjects of one side of it, in the order of the data set.
pub(super) fn answers(
    dataset: &Dataset,
    splits: &[Split],
    side: impl Fn(&Split) -> Vec<usize>,
    predictions: &[Vec<Prediction>],
) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (fold, (split, predictions)) in splits.iter().zip(predictions).enumerate() {
        for (subject, prediction) in side(split).into_iter().zip(predictions) {
            let Label { class: truth, group, .. } = dataset.labels[subject].clone();
            judged.push(Judged { subject, fold, truth, group, prediction: prediction.clone() });
        }
    }
    judged.sort_by_key(|judged| judged.subject);
    judged
}

/// Applies the decision to predictions, as the classifier does with what it reads in the bundle.
pub(super) fn apply(manifest: &Manifest, judged: &mut [Judged]) {
    let Manifest { decision, classes, .. } = manifest;
    for Judged { prediction, .. } in judged {
        prediction.probabilities = decision.calibrate(std::mem::take(&mut prediction.probabilities));
        prediction.class = decision.class(prediction.class, &prediction.probabilities);
        prediction.label = classes[prediction.class].clone();
    }
}

/// Scores of predictions, with their intervals.
pub fn evaluate<'a>(manifest: &Manifest, judged: impl IntoIterator<Item = &'a Judged>) -> Evaluation {
    let judged = judged.into_iter().map(|Judged { truth, group, prediction, .. }| {
        ((*truth, prediction.class, &prediction.probabilities[..]), group.as_deref())
    });
    bootstrap::evaluate(&manifest.classes, manifest.aggregation.windows, judged, bootstrap::SEED)
}
