//! Random changes to the training windows.

use serde::Deserialize;

use crate::recipe::{RecipeError, RecipeFile};

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
    pub(super) fn check(&self, file: &RecipeFile) -> Result<(), RecipeError> {
        let Augmentation { jitter, scaling, ref rotation, .. } = *self;
        let degrees = rotation.as_ref().map_or(0.0, |rotation| rotation.degrees);
        file.from_zero("training.augmentation.jitter", jitter.into())?;
        file.from_zero("training.augmentation.scaling", scaling.into())?;
        file.from_zero("training.augmentation.rotation.degrees", degrees.into())
    }
}
