//! Why features cannot be fitted.

use painwave::features::FeatureError;

use crate::recipe::RecipeError;

/// Why features cannot be fitted.
#[derive(Debug, thiserror::Error)]
pub enum PreparationError {
    /// The recipe asks for what the columns do not give.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The scaled inputs do not fit the schema.
    #[error(transparent)]
    Features(#[from] FeatureError),
}
