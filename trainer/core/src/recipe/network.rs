//! The network, without the sizes that follow from the data.

use painwave::network::{
    CategoryEmbedding, ConvBlock, Head, NetworkConfig, Pooling, Recurrent, TimeEmbedding,
};
use painwave::recording::Category;
use serde::Deserialize;

use super::error::RecipeError;
use super::source::Source;

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
    /// The network for `dense` inputs a step, `classes` classes and the data's category columns.
    pub(super) fn config(&self, dense: usize, classes: usize, categories: &[Category]) -> NetworkConfig {
        let NetworkRecipe { category_embeddings, time_embedding, conv, recurrent, pooling, head } =
            self.clone();
        let levels = |column: &str| {
            let category = categories.iter().find(|category| category.column == column);
            category.map_or(0, |category| category.levels.len())
        };
        let category_embeddings = category_embeddings
            .iter()
            .map(|table| CategoryEmbedding { levels: levels(&table.column), width: table.width })
            .collect();
        NetworkConfig { dense, classes, category_embeddings, time_embedding, conv, recurrent, pooling, head }
    }

    pub(super) fn check(
        &self,
        source: Source<'_>,
        categories: &[Category],
        length: usize,
    ) -> Result<(), RecipeError> {
        for table in &self.category_embeddings {
            if !categories.iter().any(|category| category.column == table.column) {
                let expected = "a column of data.categories";
                return Err(source.value_error("network.category_embeddings", &table.column, expected));
            }
        }
        // The sizes that follow from the data are not known yet: any that pass will do.
        self.config(1, 2, categories).validate(length).map_err(|error| source.network_error(&error))
    }
}
