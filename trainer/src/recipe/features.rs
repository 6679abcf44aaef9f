//! Which columns reach the network, and how.

use serde::Deserialize;

use super::{RecipeError, RecipeFile};

/// Which columns reach the network as dense inputs, and how they are scaled.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureRecipe {
    /// Columns that are always kept. With neither this nor `top_variance`, every column is.
    /// A name may end in `*`, which stands for any rest.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Columns that are kept for their variance.
    #[serde(default)]
    pub top_variance: Option<TopVariance>,
    /// Whether columns with one value only in training are dropped.
    #[serde(default)]
    pub drop_constant: bool,
    /// How dense inputs are scaled.
    #[serde(default)]
    pub scaling: Scaling,
}

/// Keeps the columns of highest variance.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopVariance {
    /// How many.
    pub count: usize,
    /// Among which columns; a name may end in `*`.
    pub among: Vec<String>,
}

/// How a dense input is scaled, fitted on the training subjects only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Not at all.
    #[default]
    None,
    /// The training range becomes 0 to 1.
    MinMax,
    /// The training mean becomes 0 and the standard deviation 1.
    Standard,
}

impl FeatureRecipe {
    pub(super) fn check(&self, file: &RecipeFile) -> Result<(), RecipeError> {
        match &self.top_variance {
            Some(top) => file.positive("features.top_variance.count", top.count),
            None => Ok(()),
        }
    }
}
