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

/// Places of the kept columns, ascending, and the columns that rules left out. A column that no rule
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
    let mut leave_out = |place: usize, why: Rule| {
        dropped.push(Dropped { column: columns[place].name.clone(), why });
        false
    };
    let named = matching(file, "features.drop", &recipe.drop, columns)?;
    let mut kept = chosen(file, columns, statistics, &named)?;
    for place in named {
        leave_out(place, Rule::Named);
    }
    if recipe.drop_constant {
        kept.retain(|place| !statistics[*place].is_constant() || leave_out(*place, Rule::Constant));
    }
    if let Some(least) = recipe.min_variance {
        let is_one_hot = |place: &usize| recipe.is_one_hot(&columns[*place].name);
        kept.retain(|place| {
            let variance = statistics[*place].variance;
            variance > least || is_one_hot(place) || leave_out(*place, Rule::Variance(variance))
        });
    }
    if let Some(least) = &recipe.min_label_correlation {
        let among = matching(file, "features.min_label_correlation.among", &least.among, columns)?;
        kept.retain(|place| {
            if !among.contains(place) {
                return true;
            }
            let ratio = columns[*place].label_correlation(training.recordings, training.classes);
            ratio >= least.ratio || leave_out(*place, Rule::LabelCorrelation(ratio))
        });
    }
    Ok((kept, dropped))
}

/// Places of the columns that `keep` and `top_variance` choose, without those that are dropped by name.
fn chosen(
    file: &RecipeFile,
    columns: &[Column],
    statistics: &[Statistics],
    named: &[usize],
) -> Result<Vec<usize>, RecipeError> {
    let FeatureRecipe { keep, top_variance, .. } = &file.recipe.features;
    if keep.is_empty() && top_variance.is_none() {
        return Ok((0..columns.len()).filter(|place| !named.contains(place)).collect());
    }
    let mut chosen = matching(file, "features.keep", keep, columns)?;
    chosen.retain(|place| !named.contains(place));
    if let Some(top) = top_variance {
        let mut ranked = matching(file, "features.top_variance.among", &top.among, columns)?;
        ranked.retain(|place| !chosen.contains(place) && !named.contains(place));
        ranked.sort_by(|a, b| statistics[*b].variance.total_cmp(&statistics[*a].variance));
        chosen.extend(ranked.into_iter().take(top.count));
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// Places of the columns that any of some patterns names, ascending.
///
/// # Errors
/// A pattern that names none.
pub fn matching(
    file: &RecipeFile,
    key: &str,
    patterns: &[String],
    columns: &[Column],
) -> Result<Vec<usize>, RecipeError> {
    let mut places = Vec::new();
    for pattern in patterns {
        let found = (0..columns.len()).filter(|place| matches(pattern, &columns[*place].name));
        let before = places.len();
        places.extend(found);
        if places.len() == before {
            return Err(unknown(file, key, pattern, columns));
        }
    }
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// Most names in an error.
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
