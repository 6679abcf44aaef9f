//! The results of a run, for people and for programs.

mod csv;
mod curves;
mod html;
pub mod profile;
mod text;

pub use self::csv::{confusion_csv, curves_csv};
pub use self::curves::curves_svg;
pub use self::html::{JudgedSubject, RunReport, TrainingReport, render};
pub use self::text::{
    confusion_text, scores_heading, scores_text, sets_text, summary_text, table, with_interval,
    write_precisions,
};
