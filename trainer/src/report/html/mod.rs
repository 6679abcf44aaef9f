//! The report of a run: one self-contained page.

mod calibration;
mod classes;
mod curves;
mod mistakes;
mod summary;

use painwave::bundle::ModelCard;
use painwave::classifier::Prediction;
use painwave::evaluation::Scores;
use painwave_train::calibration::Calibration;
use painwave_train::evaluation::BINS;
use painwave_train::training::{End, History};

use crate::page::Page;

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
    /// The validation subjects, each classified by members that were not trained on it.
    pub judged: Vec<JudgedSubject<'a>>,
    /// Scores of these subjects.
    pub scores: &'a Scores,
    /// Whether the windows vote: then there are shares of votes where others have probabilities.
    pub votes: bool,
    /// Weights of one member.
    pub parameters: usize,
    /// Type of the weights in the bundle.
    pub stored_as: &'a str,
    /// The device of the training.
    pub device: &'a str,
    /// The engine of the validation.
    pub engine: &'a str,
}

/// One training.
#[derive(Clone, Copy, Debug)]
pub struct TrainingReport<'a> {
    /// Number of training and of validation subjects.
    pub subjects: [usize; 2],
    /// Number of their windows.
    pub windows: [usize; 2],
    /// Its epochs.
    pub history: &'a History,
    /// Why it ended.
    pub end: End,
}

/// A subject, its true class, and its prediction.
#[derive(Clone, Copy, Debug)]
pub struct JudgedSubject<'a> {
    /// Index of the true class.
    pub truth: usize,
    /// The prediction.
    pub prediction: &'a Prediction,
}

impl JudgedSubject<'_> {
    fn is_right(&self) -> bool {
        self.prediction.class == self.truth
    }

    /// Probability of the predicted class.
    fn confidence(&self) -> f64 {
        f64::from(self.prediction.probabilities[self.prediction.class])
    }
}

/// The page.
pub fn render(run: &RunReport<'_>) -> String {
    let pairs = || run.judged.iter().map(|subject| (subject.confidence(), subject.is_right()));
    let calibration = (!run.votes).then(|| Calibration::new(pairs(), BINS));
    let mut page = Page::new(&run.card.name, &run.card.description);
    summary::origin(&mut page, run);
    summary::scores(&mut page, run, calibration.as_ref());
    classes::section(&mut page, run);
    curves::section(&mut page, run);
    match &calibration {
        Some(calibration) => calibration::section(&mut page, calibration),
        None => calibration::no_section(&mut page),
    }
    mistakes::section(&mut page, run);
    summary::model(&mut page, run);
    page.section("Recipe");
    page.code(&run.card.recipe);
    page.finish()
}

/// Four decimals, as everywhere else that scores are shown.
fn decimals(value: f64) -> String {
    format!("{value:.4}")
}

/// A share for people.
fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A number of things, with the right ending.
fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
