//! The report of a run: one self-contained page.

mod calibration;
mod classes;
mod curves;
mod mistakes;
mod run;
mod summary;
mod words;

use painwave_train::calibration::Calibration;
use painwave_train::evaluation::BINS;

pub use self::run::{JudgedSubject, RunReport, TrainingReport};
use crate::page::Page;

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
