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
mod parts;
mod raw;
mod regular;
mod resample;
mod resampler;
mod settings;
mod step;
mod time;
mod unusable;

pub use self::note::{Mend, Note};
pub use self::parts::{Parts, cut};
pub use self::raw::{DateOrder, Raw, TimeKind};
pub use self::regular::Regular;
pub use self::settings::{MAX_BRIDGED, Missing, Rate, Sampling, Step, TimeUnit};
pub use self::step::{common_step, has_step, step_of};
pub use self::time::{TimeError, TimeFormat};
pub use self::unusable::Unusable;
use crate::recording::Schema;

/// Brings a subject's rows to the steps of the model.
///
/// All rows of the subject must be there: a gap, for one, may be filled by a row that is yet to come. Where they are too
/// many for that, see [`Parts`].
///
/// # Errors
/// What cannot be mended, or not in one way only.
pub fn regularise(raw: &Raw, schema: &Schema, sampling: &Sampling) -> Result<Regular, Unusable> {
    // There are none before that these could be from before.
    Ok(Parts::default().next(raw, schema, sampling, true)?.unwrap_or_default())
}
