//! Which columns reach the network, and how.

use painwave::recording::Category;
use serde::Deserialize;

use super::error::RecipeError;
use super::network::CategoryEmbeddingRecipe;
use super::source::Source;

/// Which columns reach the network as dense inputs, and how they are encoded, scaled and projected.
///
/// Lists of columns may name one by its beginning and a `*`, which stands for any rest. All that depends on
/// values is fitted on the training subjects of each fold only.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureRecipe {
    /// Columns that are kept. With neither this nor `top_variance`, every column is.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Columns that are kept for their variance.
    #[serde(default)]
    pub top_variance: Option<TopVariance>,
    /// Columns that are dropped, whatever else is said of them.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Whether columns with one value only in training are dropped.
    #[serde(default)]
    pub drop_constant: bool,
    /// Columns whose raw values have no more than this variance in training are dropped, unless they are
    /// one-hot.
    #[serde(default)]
    pub min_variance: Option<f64>,
    /// Columns that say little about the class are dropped.
    #[serde(default)]
    pub min_label_correlation: Option<LabelCorrelation>,
    /// How dense inputs are scaled; those of one-hot columns are not.
    #[serde(default)]
    pub scaling: Scaling,
    /// Category columns that become an input for each level, 1 where the column has it and else 0. Other
    /// category columns are taken as ordinal numbers, or embedded by the network.
    #[serde(default)]
    pub one_hot: Vec<String>,
    /// Channels that, if they are kept, reach the network a second time, as distances from their mean over the
    /// recording.
    #[serde(default)]
    pub centred: Vec<String>,
    /// Groups of columns whose scaled inputs are replaced by their principal components.
    #[serde(default)]
    pub pca: Vec<PcaGroup>,
}

/// Keeps the columns of highest variance.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopVariance {
    /// How many.
    pub count: usize,
    /// Among which columns.
    pub among: Vec<String>,
}

/// Drops the columns of low correlation with the label.
///
/// The measure is the correlation ratio η of the column by the class: the root of the share of the variance
/// of its rows, over all training subjects, that lies between the classes (Fisher, Statistical Methods for
/// Research Workers, 1925, §45). Unlike Pearson's correlation it supposes no order of the classes and sees any
/// difference of their means; with two classes both are the same number. Rows rather than subjects' means,
/// since a row is what the network reads.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelCorrelation {
    /// Columns with a correlation ratio below this are dropped.
    pub ratio: f64,
    /// Among which columns; without it, among all channels: categories are asked only by name.
    #[serde(default)]
    pub among: Option<Vec<String>>,
}

/// How a dense input is scaled. A column that does not vary becomes zero.
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
    /// The training median becomes 0 and the distance of the quartiles 1, as scikit-learn's RobustScaler. A
    /// column whose quartiles are equal is not stretched.
    Robust,
}

/// Columns that are replaced by principal components; either `explained_variance` or `components`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PcaGroup {
    /// The columns. Those that are dropped are left out.
    pub columns: Vec<String>,
    /// As few components as explain more than this share of the group's variance.
    #[serde(default)]
    pub explained_variance: Option<f64>,
    /// This many components.
    #[serde(default)]
    pub components: Option<usize>,
}

/// How many components a group has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Components {
    /// As few as explain more than this share of the variance.
    Explaining(f64),
    /// This many.
    Count(usize),
}

impl PcaGroup {
    /// How many components are wanted; `None` if the recipe says neither or both, which checking refuses.
    pub fn wanted(&self) -> Option<Components> {
        match (self.explained_variance, self.components) {
            (Some(share), None) => Some(Components::Explaining(share)),
            (None, Some(count)) => Some(Components::Count(count)),
            _ => None,
        }
    }
}

/// Whether a column's name matches a pattern: the name itself, or its beginning and a `*`.
pub fn matches(pattern: &str, column: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == column, |prefix| column.starts_with(prefix))
}

impl FeatureRecipe {
    /// Whether a category column is one-hot.
    pub fn is_one_hot(&self, column: &str) -> bool {
        self.one_hot.iter().any(|pattern| matches(pattern, column))
    }

    pub(super) fn check(
        &self,
        source: Source<'_>,
        categories: &[Category],
        embedded: &[CategoryEmbeddingRecipe],
    ) -> Result<(), RecipeError> {
        if let Some(top) = &self.top_variance {
            source.positive("features.top_variance.count", top.count)?;
        }
        if let Some(variance) = self.min_variance {
            source.not_negative("features.min_variance", variance)?;
        }
        if let Some(correlation) = &self.min_label_correlation {
            source.below_one("features.min_label_correlation.ratio", correlation.ratio)?;
        }
        self.one_hot.iter().try_for_each(|pattern| check_one_hot(pattern, source, categories, embedded))?;
        self.centred.iter().try_for_each(|pattern| check_centred(pattern, source, categories))?;
        self.pca.iter().enumerate().try_for_each(|(index, group)| check_group(index, group, source))
    }
}

fn check_one_hot(
    pattern: &str,
    source: Source<'_>,
    categories: &[Category],
    embedded: &[CategoryEmbeddingRecipe],
) -> Result<(), RecipeError> {
    let key = "features.one_hot";
    if !categories.iter().any(|category| matches(pattern, &category.column)) {
        return Err(source.value_error(key, format!("`{pattern}`"), "a column of data.categories"));
    }
    match embedded.iter().find(|table| matches(pattern, &table.column)) {
        Some(table) => {
            let found = format!("`{pattern}`, and `{}` is embedded", table.column);
            Err(source.value_error(key, found, "columns that network.category_embeddings does not name"))
        }
        None => Ok(()),
    }
}

fn check_centred(pattern: &str, source: Source<'_>, categories: &[Category]) -> Result<(), RecipeError> {
    match categories.iter().find(|category| matches(pattern, &category.column)) {
        Some(category) => {
            let found = format!("`{pattern}`, and `{}` is a category", category.column);
            Err(source.value_error("features.centred", found, "columns that data.categories does not name"))
        }
        None => Ok(()),
    }
}

fn check_group(index: usize, group: &PcaGroup, source: Source<'_>) -> Result<(), RecipeError> {
    let key = |name: &str| format!("features.pca.{index}{name}");
    source.ensure(!group.columns.is_empty(), &key(".columns"), "empty", "at least one column")?;
    match group.wanted() {
        Some(Components::Explaining(share)) => {
            let between = share > 0.0 && share < 1.0;
            source.ensure(between, &key(".explained_variance"), share, "a number between 0 and 1")
        }
        Some(Components::Count(count)) => source.positive(&key(".components"), count),
        None => {
            let expected = "a group with either `explained_variance` or `components`";
            let found = if group.components.is_some() { "a group with both" } else { "a group with neither" };
            Err(source.value_error(&key(""), found, expected))
        }
    }
}
