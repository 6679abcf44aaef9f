//! What the report of a run is made from.

use painwave::bundle::ModelCard;
use painwave::classifier::Prediction;
use painwave_train::evaluation::Evaluation;
use painwave_train::training::{End, History};

/// Everything that the page says.
#[derive(Clone, Debug)]
pub struct RunReport<'a> {
    /// Where the model comes from.
    pub card: &'a ModelCard,
    /// Names of the classes.
    pub classes: &'a [String],
    /// Number of folds; 1 if there was a hold-out.
    pub folds: usize,
    /// The trainings, one for each member: of each fold one, or one for each stage.
    pub trainings: Vec<TrainingReport<'a>>,
    /// The subjects that judged, each by what was not trained on it.
    pub judged: Vec<JudgedSubject<'a>>,
    /// Scores of these subjects.
    pub evaluation: &'a Evaluation,
    /// Whether the windows vote: then there are shares of votes where others have probabilities.
    pub votes: bool,
    /// Weights of one member.
    pub parameters: usize,
    /// Type of the weights in the bundle.
    pub stored_as: &'a str,
    /// What trained.
    pub device: &'a str,
    /// What judged.
    pub engine: &'a str,
}

/// One training.
#[derive(Clone, Copy, Debug)]
pub struct TrainingReport<'a> {
    /// Number of subjects that trained and that judged.
    pub subjects: [usize; 2],
    /// Number of their windows.
    pub windows: [usize; 2],
    /// Its epochs.
    pub history: &'a History,
    /// Why it ended.
    pub end: End,
}

/// A subject, its true class, and what the model said.
#[derive(Clone, Copy, Debug)]
pub struct JudgedSubject<'a> {
    /// Index of the true class.
    pub truth: usize,
    /// What the model said.
    pub prediction: &'a Prediction,
}

impl JudgedSubject<'_> {
    pub(super) fn is_right(&self) -> bool {
        self.prediction.class == self.truth
    }

    /// Probability of the predicted class.
    pub(super) fn confidence(&self) -> f64 {
        f64::from(self.prediction.probabilities[self.prediction.class])
    }
}
