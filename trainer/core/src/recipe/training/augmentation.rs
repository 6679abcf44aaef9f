//! Random changes to the training windows.

use serde::Deserialize;

use crate::recipe::error::RecipeError;
use crate::recipe::source::Source;

/// Random changes to the training windows, drawn anew for every window and epoch.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Standard deviation of the noise added to each scaled dense value.
    #[serde(default)]
    pub jitter: f32,
    /// Standard deviation of the factor, around 1, of each dense input in a window.
    #[serde(default)]
    pub scaling: f32,
    /// Turning of sensors, as if they were worn at another angle.
    #[serde(default)]
    pub rotation: Option<Rotation>,
    /// Columns that change their sign in every other window, all at once: the same movement of the other
    /// side of the body.
    #[serde(default)]
    pub mirror: Vec<String>,
    /// Maximal factor by which a window's time runs faster or slower: no two persons move at the same pace.
    #[serde(default)]
    pub time_stretch: Option<f32>,
    /// Steps that are hidden.
    #[serde(default)]
    pub time_masking: Option<TimeMasking>,
    /// Maximal number of steps that a window's start is moved by, to either side. It stays within the recording:
    /// where `window.tail` is "drop" so does the window's end, else the window is filled up.
    #[serde(default)]
    pub shift: usize,
}

/// Hides the dense inputs of a random span of steps; embeddings stay.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeMasking {
    /// Share of the windows that a span is hidden in.
    pub probability: f64,
    /// Maximal number of steps of a span; every number from 1 on is as likely.
    pub longest: usize,
    /// What is put in their place.
    #[serde(default)]
    pub fill: Fill,
}

/// What hidden values become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// The input's mean over the training recordings, scaled as the input is.
    #[default]
    Mean,
    /// Zero, as what is past a recording's end.
    Zero,
}

/// Random rotation of sensors with three axes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Standard deviation of the angle.
    pub degrees: f32,
    /// Columns of the axes of each sensor; all turn together.
    pub sensors: Vec<[String; 3]>,
}

impl Augmentation {
    pub(super) fn check(&self, source: Source<'_>, length: usize) -> Result<(), RecipeError> {
        let Augmentation { jitter, scaling, ref rotation, time_stretch, time_masking, .. } = *self;
        let degrees = rotation.as_ref().map_or(0.0, |rotation| rotation.degrees);
        source.not_negative("training.augmentation.jitter", jitter.into())?;
        source.not_negative("training.augmentation.scaling", scaling.into())?;
        source.not_negative("training.augmentation.rotation.degrees", degrees.into())?;
        if let Some(factor) = time_stretch {
            let key = "training.augmentation.time_stretch";
            source.ensure(factor > 1.0 && factor <= 2.0, key, factor, "a number above 1 and up to 2")?;
        }
        let Some(TimeMasking { probability, longest, .. }) = time_masking else { return Ok(()) };
        let key = "training.augmentation.time_masking.probability";
        let share = probability > 0.0 && probability <= 1.0;
        source.ensure(share, key, probability, "a number above 0 and up to 1")?;
        let fits = (1..=length).contains(&longest);
        let key = "training.augmentation.time_masking.longest";
        source.ensure(fits, key, longest, "from 1 to `window.length` steps")
    }
}
