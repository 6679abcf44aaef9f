//! What a model says about the steps of its recordings.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::number::Shown;

/// How recordings are brought to the steps that a model was trained on. The recipe says it, the bundle carries it, and
/// training and inference do the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// What happens to missing values.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missing: Missing,
    /// The step of the recordings that the model was trained on, if they had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// What happens to a recording at another step.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rate: Rate,
}

/// How many steps a model may bridge at most.
pub const MAX_BRIDGED: u32 = 10_000;

/// What happens to missing values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The subject is refused.
    Refuse,
    /// Gaps of at most so many steps are bridged linearly, codes by the step before; beyond it the subject is refused.
    Interpolate(u32),
    /// The last value is kept, however long.
    Hold,
}

impl Missing {
    /// How many missing steps in a row are bridged in a recording whose step is `pace` of the model's.
    pub(super) fn most(self, pace: f64) -> u64 {
        match self {
            Missing::Refuse => 0,
            // What a rounding took is given back. Saturates.
            Missing::Interpolate(most) => (f64::from(most) / pace + 1e-6) as u64,
            Missing::Hold => u64::MAX,
        }
    }
}

impl Default for Missing {
    fn default() -> Self {
        Missing::Interpolate(5)
    }
}

/// The time from one step to the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How long it is.
    pub length: f64,
    /// In what.
    pub unit: TimeUnit,
}

/// What times count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Steps or anything else that is not known to be seconds.
    Steps,
    /// Seconds.
    Seconds,
}

/// What happens to a recording at another rate than the model's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// It is resampled, low-passed where that makes it slower.
    #[default]
    Resample,
    /// The subject is refused.
    Refuse,
}

impl Step {
    /// Whether it has a length.
    pub fn is_valid(&self) -> bool {
        self.length.is_finite() && self.length > 0.0
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = rounded(self.length);
        match self.unit {
            TimeUnit::Seconds => write!(f, "{length} s"),
            TimeUnit::Steps => write!(f, "{length} without a unit"),
        }
    }
}

/// A number without decimals beyond its first five digits: of differences between long numbers they say nothing.
pub(super) fn rounded(number: f64) -> Shown {
    let mut scale = 1.0;
    while number.abs() * scale < 1e4 && scale < 1e30 {
        scale *= 10.0;
    }
    Shown((number * scale).round() / scale)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl fmt::Display for Sampling {
    /// `steps of 0.01 s; other rates are resampled; up to 5 missing steps in a row are interpolated`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.step, self.rate) {
            (None, _) => f.write_str("steps of any length")?,
            (Some(step), Rate::Resample) => write!(f, "steps of {step}, other rates are resampled")?,
            (Some(step), Rate::Refuse) => write!(f, "steps of {step}, other rates are refused")?,
        }
        match self.missing {
            Missing::Refuse => f.write_str("; missing values are refused"),
            Missing::Interpolate(most) => {
                write!(f, "; up to {most} missing values in a row are interpolated, more are refused")
            }
            Missing::Hold => f.write_str("; missing values are the last before them"),
        }
    }
}

impl Sampling {
    /// Whether it is what a bundle without a word about it has.
    pub fn is_default(&self) -> bool {
        is_default(self)
    }
}
