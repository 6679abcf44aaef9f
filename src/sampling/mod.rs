//! A recording's steps as the model was trained on: what happens to gaps, and to recordings at another rate.
//!
//! [`TimeFormat`] reads a file's times. [`regularise`] takes a subject's rows as they were read and makes a recording of
//! them, by these rules:
//!
//! - **Order.** Rows are sorted by time. A clock that starts again, at midnight, goes on. Rows of one time that are
//!   beside each other in the file come in packets: they keep their order and are spread evenly up to the next time. Rows
//!   that are there twice are dropped. Other rows of one time are two recordings in one, and refused.
//! - **Rate.** A model knows the step that it was trained at ([`Step`]). A recording whose step differs by at most 5 % is
//!   taken as it is, however unevenly its times lie about that step. Any other is resampled, or refused if the model wants
//!   that ([`Rate`]). Seconds cannot be compared with step numbers: then the rows are taken as the model's steps, which a
//!   note says. Numbers whose unit nobody named are compared as they stand with a model's whose unit nobody named either;
//!   else they are taken in the unit, from seconds to nanoseconds, that brings them near the model's.
//! - **Gaps.** Steps that are missing between two times of a model with a step are missing values. Those are filled as the
//!   model says ([`Missing`]), or the subject is refused. What may be bridged is counted in the model's steps.
//!
//! All takes time and memory in proportion to the recording.

mod fill;
mod grid;
mod note;
mod order;
mod pace;
mod raw;
mod resample;
mod settings;
mod step;
mod time;
mod unusable;

use self::grid::Grid;
pub use self::note::{Mend, Note};
pub use self::raw::{DateOrder, Raw, TimeKind};
pub use self::settings::{MAX_BRIDGED, Missing, Rate, Sampling, Step, TimeUnit};
pub use self::step::{common_step, has_step, step_of};
pub use self::time::{TimeError, TimeFormat};
pub use self::unusable::Unusable;
use crate::recording::{Recording, Schema};

/// What became of a subject's rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Regular {
    /// The recording; none if the rows are one as they stand, so that nothing is copied where nothing is to do.
    pub recording: Option<Recording>,
    /// What was mended.
    pub notes: Vec<Note>,
}

/// Brings a subject's rows to the steps of the model.
///
/// All rows of the subject must be there: a gap, for one, may be filled by a row that is yet to come.
///
/// # Errors
/// What cannot be mended, or not in one way only.
pub fn regularise(raw: &Raw, schema: &Schema, sampling: &Sampling) -> Result<Regular, Unusable> {
    if is_regular(raw, sampling.step) {
        return Ok(Regular::default());
    }
    let mut notes = Vec::new();
    let ordered = order::ordered(raw, schema.time_name(), sampling.missing.most(1.0), &mut notes)?;
    let grid = Grid::new(raw, schema, sampling, ordered, &mut notes)?;
    let recording = grid.recording(&mut notes)?;
    Ok(Regular { recording, notes })
}

/// Whether there is nothing to do: all values are there, and the times rise, by the model's step if it has one.
fn is_regular(raw: &Raw, step: Option<Step>) -> bool {
    if raw.missing_values || !raw.missing_codes.is_empty() {
        return false;
    }
    let times = &raw.recording.times;
    // Of one row nothing else tells.
    if times.first().is_some_and(|time| time.is_nan()) {
        return false;
    }
    if times.first().is_some_and(|time| time.is_nan()) {
        return false;
    }
    match (raw.kind, step) {
        (TimeKind::Rows, _) => true,
        // The other way round, they may not rise.
        (TimeKind::Dates(None | Some(DateOrder::MonthFirst)), _) => false,
        (_, None) => order::ascends(times),
        (kind, Some(step)) => has_step(times, kind, step),
    }
}
