//! Whether a recording is like those that the model was trained on.
//!
//! A recording as a whole is a few numbers for each channel, its [`Statistics`]: level, spread, pace, roughness, how long
//! it stands still, and how it moves together with another one. A [`Reference`], which the bundle carries, has how these are
//! distributed among the training subjects: each alone by quantiles, which make a normal score of it, and all together by
//! the correlations of these scores. The squared Mahalanobis distance of a recording's scores, compared with the distances
//! of training subjects to the others, gives its p-value (Laxhammar and Falkman, "Conformal prediction for distribution-
//! independent anomaly detection", 2010).
//!
//! What moves many scores a little is lost in the sum of so many squares. So the distance in the direction of some faults that
//! are common counts once more: the discriminant between the training subjects as they are and with that fault.

mod distance;
mod fault;
mod profile;
mod reason;
mod reference;
mod shift;
mod statistics;

pub use self::distance::{Judge, Verdict};
pub use self::fault::{Fault, FaultKind};
pub use self::profile::Profile;
pub(crate) use self::reason::short;
pub use self::reason::{Aspect, Reason};
pub use self::reference::{MAX_CHANNELS, Reference, ReferenceError};
pub use self::shift::{Shift, ShiftedChannel};
pub use self::statistics::Statistics;

/// A recording with a smaller p-value is unlike the training data.
pub const UNLIKE: f64 = 0.01;
