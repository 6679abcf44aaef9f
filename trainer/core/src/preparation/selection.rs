//! Which columns are kept.

use std::fmt;

use painwave::recording::Recording;

use super::column::{Column, Statistics};
use crate::recipe::{FeatureRecipe, RecipeError, RecipeFile, matches};

/// A column that the recipe's rules leave out.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropped {
    /// Its name.
    pub column: String,
    /// By which rule.
    pub why: Rule,
}

/// Why a column is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// `drop` names it.
    Named,
    /// It has one value only.
    Constant,
    /// Its variance, which is too low.
    Variance(f64),
    /// Its correlation ratio with the label, which is too low.
    LabelCorrelation(f64),
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.column;
        match self.why {
            Rule::Named => write!(f, "{column}"),
            Rule::Constant => write!(f, "{column} (constant)"),
            Rule::Variance(variance) => write!(f, "{column} (variance {variance:.2e})"),
            Rule::LabelCorrelation(ratio) => write!(f, "{column} (correlation with the label {ratio:.3})"),
        }
    }
}

/// Training subjects as the rules see them.
pub struct Training<'a> {
    /// The recordings.
    pub recordings: &'a [&'a Recording],
    /// Class of each.
    pub classes: &'a [usize],
}

/// Indices of the kept columns, ascending, and the columns that rules left out. A column that no rule
/// names but that is not chosen either is in neither.
///
/// # Errors
/// A name or pattern that no column has.
pub fn select(
    file: &RecipeFile,
    columns: &[Column],
    statistics: &[Statistics],
    training: &Training<'_>,
) -> Result<(Vec<usize>, Vec<Dropped>), RecipeError> {
    let recipe = &file.recipe.features;
    let mut dropped = Vec::new();
    let mut leave_out = |index: usize, why: Rule| {
        dropped.push(Dropped { column: columns[index].name.clone(), why });
        false
    };
    let named = matching(file, "features.drop", &recipe.drop, columns)?;
    let mut kept = chosen(file, columns, statistics, &named)?;
    for index in named {
        leave_out(index, Rule::Named);
    }
    if recipe.drop_constant {
        kept.retain(|index| !statistics[*index].is_constant() || leave_out(*index, Rule::Constant));
    }
    if let Some(min) = recipe.min_variance {
        let is_one_hot = |index: &usize| recipe.is_one_hot(&columns[*index].name);
        kept.retain(|index| {
            let variance = statistics[*index].variance;
            variance > min || is_one_hot(index) || leave_out(*index, Rule::Variance(variance))
        });
    }
    if let Some(min) = &recipe.min_label_correlation {
        let among = match &min.among {
            Some(patterns) => matching(file, "features.min_label_correlation.among", patterns, columns)?,
            None => (0..columns.len()).filter(|index| columns[*index].levels.is_none()).collect(),
        };
        kept.retain(|index| {
            if !among.contains(index) {
                return true;
            }
            let ratio = columns[*index].label_correlation(training.recordings, training.classes);
            ratio >= min.ratio || leave_out(*index, Rule::LabelCorrelation(ratio))
        });
    }
    Ok((kept, dropped))
}

/// Indices of the columns that `keep` and `top_variance` choose, without those that are dropped by name.
fn chosen(
    file: &RecipeFile,
    columns: &[Column],
    statistics: &[Statistics],
    named: &[usize],
) -> Result<Vec<usize>, RecipeError> {
    let FeatureRecipe { keep, top_variance, .. } = &file.recipe.features;
    if keep.is_empty() && top_variance.is_none() {
        return Ok((0..columns.len()).filter(|index| !named.contains(index)).collect());
    }
    let mut chosen = matching(file, "features.keep", keep, columns)?;
    chosen.retain(|index| !named.contains(index));
    if let Some(top) = top_variance {
        let mut ranked = matching(file, "features.top_variance.among", &top.among, columns)?;
        ranked.retain(|index| !chosen.contains(index) && !named.contains(index));
        ranked.sort_by(|a, b| statistics[*b].variance.total_cmp(&statistics[*a].variance));
        chosen.extend(ranked.into_iter().take(top.count));
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// Indices of the columns that any of some patterns names, ascending.
///
/// # Errors
/// A pattern that names none.
pub fn matching(
    file: &RecipeFile,
    key: &str,
    patterns: &[String],
    columns: &[Column],
) -> Result<Vec<usize>, RecipeError> {
    let mut indices = Vec::new();
    for pattern in patterns {
        let found = (0..columns.len()).filter(|index| matches(pattern, &columns[*index].name));
        let before = indices.len();
        indices.extend(found);
        if indices.len() == before {
            return Err(unknown(file, key, pattern, columns));
        }
    }
    indices.sort_unstable();
    indices.dedup();
    Ok(indices)
}

/// Max number of names in an error.
const LISTED: usize = 12;

fn unknown(file: &RecipeFile, key: &str, pattern: &str, columns: &[Column]) -> RecipeError {
    let embedded = &file.recipe.network.category_embeddings;
    if let Some(table) = embedded.iter().find(|table| matches(pattern, &table.column)) {
        let found = format!("`{pattern}`, and `{}` is embedded", table.column);
        return file.value_error(key, found, "columns that network.category_embeddings does not name");
    }
    let names: Vec<&str> = columns.iter().take(LISTED).map(|column| column.name.as_str()).collect();
    let more = columns.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let expected = format!("a column of the data: {}{more}", names.join(", "));
    file.value_error(key, format!("`{pattern}`"), expected)
}
