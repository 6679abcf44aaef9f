//! The network, without the sizes that follow from the data.

use painwave::network::{ConvBlock, Head, Pooling, Recurrent, TimeEmbedding};
use serde::Deserialize;

use super::{RecipeError, RecipeFile};

/// [`NetworkConfig`] without the sizes that follow from the data.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkRecipe {
    /// Category columns that are embedded instead of being taken as ordinal numbers.
    #[serde(default)]
    pub category_embeddings: Vec<CategoryEmbeddingRecipe>,
    /// Embedding of a step's index in its recording.
    #[serde(default)]
    pub time_embedding: Option<TimeEmbedding>,
    /// Convolution blocks, first to last.
    #[serde(default)]
    pub conv: Vec<ConvBlock>,
    /// The recurrent layers, if any.
    #[serde(default)]
    pub recurrent: Option<Recurrent>,
    /// How the steps become one vector.
    pub pooling: Pooling,
    /// How that vector becomes logits.
    pub head: Head,
}

/// A category column's embedding.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryEmbeddingRecipe {
    /// The column.
    pub column: String,
    /// Length of the vector.
    pub width: usize,
}

impl NetworkRecipe {
    pub(super) fn check(&self, file: &RecipeFile) -> Result<(), RecipeError> {
        for table in &self.category_embeddings {
            if !file.recipe.data.categories.iter().any(|category| category.column == table.column) {
                let expected = "a column of data.categories";
                return Err(file.value_error("network.category_embeddings", &table.column, expected));
            }
        }
        // The sizes that follow from the data are not known yet: any that pass will do.
        let config = file.recipe.network_config(1, 2);
        config.validate(file.recipe.window.length).map_err(|error| file.network_error(&error))
    }
}
