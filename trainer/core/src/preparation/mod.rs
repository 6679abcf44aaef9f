//! Fits the features: which columns reach the network and how they are scaled, on training subjects only.

mod column;
mod error;
mod pca;
mod selection;
#[cfg(test)]
mod tests;
pub mod text;

use painwave::features::{DenseFeature, FeatureTransform};
use painwave::recording::{Recording, Schema};

use self::column::{Column, Statistics};
pub use self::error::PreparationError;
pub use self::selection::{Dropped, Rule, Training};
use crate::recipe::{RecipeFile, Scaling};

/// Features fitted on training subjects, and what was left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Preparation {
    /// What the network reads.
    pub transform: FeatureTransform,
    /// Columns that have one value only in training.
    pub constant: Vec<String>,
    /// Columns that the recipe's rules leave out.
    pub dropped: Vec<Dropped>,
    /// Share of the variance of its inputs that each of the transform's projections keeps.
    pub explained: Vec<f64>,
}

/// Fits the features of a recipe on the training subjects.
///
/// # Errors
/// A column that the recipe names is not there, a group of columns that has no components as wanted, or no
/// column that is left.
pub fn fit(
    file: &RecipeFile,
    schema: &Schema,
    training: &Training<'_>,
) -> Result<Preparation, PreparationError> {
    let recipe = &file.recipe;
    let embedded: Vec<String> =
        recipe.network.category_embeddings.iter().map(|table| table.column.clone()).collect();
    let columns = Column::candidates(schema, &embedded);
    let recordings = training.recordings;
    let statistics: Vec<Statistics> = columns.iter().map(|column| column.statistics(recordings)).collect();
    let constant = columns.iter().zip(&statistics).filter(|(_, statistics)| statistics.is_constant());
    let constant = constant.map(|(column, _)| column.name.clone()).collect();

    let (kept, dropped) = selection::select(file, &columns, &statistics, training)?;
    let encode = |index: &usize| encode(file, &columns[*index], statistics[*index], recordings);
    let mut dense: Vec<DenseFeature> = kept.iter().flat_map(encode).collect();
    let centred = selection::matching(file, "features.centred", &recipe.features.centred, &columns)?;
    for index in kept.iter().filter(|index| centred.contains(index)) {
        let column = columns[*index].centred();
        dense.push(DenseFeature {
            centred: true,
            ..scaled(file, &column, column.statistics(recordings), recordings)
        });
    }
    if dense.is_empty() && embedded.is_empty() {
        let found = "a choice that leaves no column";
        return Err(file.value_error("features", found, "a dense input or an embedded category").into());
    }
    let fitted = pca::fit(file, &columns, &dense, schema, recordings)?;
    let (projections, explained) = fitted.into_iter().map(|one| (one.projection, one.explained)).unzip();
    let transform = FeatureTransform { dense, codes: embedded, projections };
    Ok(Preparation { transform, constant, dropped, explained })
}

/// The dense inputs of a column: one, scaled, or one for each of its levels.
fn encode(
    file: &RecipeFile,
    column: &Column,
    statistics: Statistics,
    training: &[&Recording],
) -> Vec<DenseFeature> {
    let recipe = &file.recipe.features;
    match column.levels {
        Some(levels) if recipe.is_one_hot(&column.name) => column.one_hot(levels, training),
        _ => vec![scaled(file, column, statistics, training)],
    }
}

/// The values of a column, scaled.
fn scaled(
    file: &RecipeFile,
    column: &Column,
    statistics: Statistics,
    training: &[&Recording],
) -> DenseFeature {
    let scaling = file.recipe.features.scaling;
    let (offset, scale) = scale(scaling, statistics, || column.quartiles(training));
    let range = [statistics.low, statistics.high];
    DenseFeature { column: column.name.clone(), offset, scale, range, ..DenseFeature::default() }
}

/// Offset and scale of a column.
fn scale(scaling: Scaling, statistics: Statistics, quartiles: impl FnOnce() -> [f64; 3]) -> (f32, f32) {
    let Statistics { mean, variance, low, high } = statistics;
    match scaling {
        Scaling::None => (0.0, 1.0),
        // A constant column would divide by zero: it becomes zero.
        _ if statistics.is_constant() => (low, 1.0),
        Scaling::MinMax => (low, 1.0 / (high - low)),
        Scaling::Standard => (mean as f32, (1.0 / variance.sqrt()) as f32),
        Scaling::Robust => {
            let [first, median, third] = quartiles();
            let distance = third - first;
            (median as f32, if distance > 0.0 { (1.0 / distance) as f32 } else { 1.0 })
        }
    }
}

/// The schema with the columns that the members read; the rest of what was there is ignored, so that a
/// file need not have it.
pub fn narrow(schema: &Schema, transforms: &[&FeatureTransform]) -> Schema {
    let read = |column: &String| {
        transforms.iter().any(|transform| {
            transform.codes.contains(column) || transform.dense.iter().any(|dense| dense.column == *column)
        })
    };
    let mut narrowed = schema.clone();
    narrowed.channels.retain(read);
    narrowed.categories.retain(|category| read(&category.column));
    let channels = schema.channels.iter();
    let categories = schema.categories.iter().map(|category| &category.column);
    narrowed.ignored.extend(channels.chain(categories).filter(|column| !read(column)).cloned());
    narrowed
}

/// A recording of one schema with only the columns of a narrower one.
pub fn project(recording: &Recording, from: &Schema, to: &Schema) -> Recording {
    let channels = indices(&to.channels, &from.channels);
    let category = |category: &painwave::recording::Category| category.column.clone();
    let from_categories: Vec<String> = from.categories.iter().map(category).collect();
    let to_categories: Vec<String> = to.categories.iter().map(category).collect();
    let categories = indices(&to_categories, &from_categories);
    let mut projected = Recording {
        id: recording.id.clone(),
        times: recording.times.clone(),
        values: Vec::with_capacity(recording.steps() * channels.len()),
        codes: Vec::with_capacity(recording.steps() * categories.len()),
    };
    for step in 0..recording.steps() {
        let values = &recording.values[step * from.channels.len()..];
        let codes = &recording.codes[step * from.categories.len()..];
        projected.values.extend(channels.iter().map(|index| values[*index]));
        projected.codes.extend(categories.iter().map(|index| codes[*index]));
    }
    projected
}

fn indices(wanted: &[String], all: &[String]) -> Vec<usize> {
    wanted.iter().filter_map(|name| all.iter().position(|other| other == name)).collect()
}
