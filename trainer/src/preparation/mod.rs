//! Fits the features: which columns reach the network and how they are scaled, on training subjects only.

pub mod text;

use painwave::features::{DenseFeature, FeatureTransform};
use painwave::recording::{Recording, Schema};

use crate::error::Error;
use crate::recipe::{FeatureRecipe, Recipe, Scaling, matches};

/// Features fitted on training subjects, and what was left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Preparation {
    /// What the network reads.
    pub transform: FeatureTransform,
    /// Columns that have one value only in training.
    pub constant: Vec<String>,
}

/// What training shows of one column, over the raw values of all rows of all training subjects.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Statistics {
    mean: f64,
    variance: f64,
    low: f32,
    high: f32,
}

/// Fits the features of a recipe on the training subjects.
///
/// # Errors
/// A column that the recipe names is not there, or none is left.
pub fn fit(recipe: &Recipe, schema: &Schema, training: &[&Recording]) -> Result<Preparation, Error> {
    let embedded: Vec<String> =
        recipe.network.category_embeddings.iter().map(|table| table.column.clone()).collect();
    let columns = candidates(schema, &embedded);
    let statistics: Vec<Statistics> =
        columns.iter().map(|column| Statistics::of(values(column, schema, training))).collect();

    let is_constant = |i: usize| statistics[i].low == statistics[i].high;
    let constant: Vec<String> =
        (0..columns.len()).filter(|i| is_constant(*i)).map(|i| columns[i].clone()).collect();
    let selected = select(&recipe.features, &columns, &statistics)?;
    let dense: Vec<DenseFeature> = selected
        .into_iter()
        .filter(|i| !(recipe.features.drop_constant && is_constant(*i)))
        .map(|i| scale(&columns[i], statistics[i], recipe.features.scaling))
        .collect();
    if dense.is_empty() && embedded.is_empty() {
        return Err(Error::NoFeatures("every column is constant, ignored or not chosen".into()));
    }
    Ok(Preparation {
        transform: FeatureTransform { dense, codes: embedded, projections: Vec::new() },
        constant,
    })
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
    let channels = places(&to.channels, &from.channels);
    let category = |category: &painwave::recording::Category| category.column.clone();
    let from_categories: Vec<String> = from.categories.iter().map(category).collect();
    let to_categories: Vec<String> = to.categories.iter().map(category).collect();
    let categories = places(&to_categories, &from_categories);
    let mut projected = Recording {
        id: recording.id.clone(),
        times: recording.times.clone(),
        values: Vec::with_capacity(recording.steps() * channels.len()),
        codes: Vec::with_capacity(recording.steps() * categories.len()),
    };
    for step in 0..recording.steps() {
        let values = &recording.values[step * from.channels.len()..];
        let codes = &recording.codes[step * from.categories.len()..];
        projected.values.extend(channels.iter().map(|place| values[*place]));
        projected.codes.extend(categories.iter().map(|place| codes[*place]));
    }
    projected
}

fn places(wanted: &[String], all: &[String]) -> Vec<usize> {
    wanted.iter().filter_map(|name| all.iter().position(|other| other == name)).collect()
}

/// Columns that can be dense inputs: categories (as ordinal numbers) and channels, in the schema's order.
fn candidates(schema: &Schema, embedded: &[String]) -> Vec<String> {
    let categories = schema.categories.iter().map(|category| &category.column);
    let ordinals = categories.filter(|column| !embedded.contains(column));
    ordinals.chain(&schema.channels).cloned().collect()
}

fn values<'a>(
    column: &str,
    schema: &Schema,
    recordings: &'a [&Recording],
) -> Box<dyn Iterator<Item = f32> + 'a> {
    if let Some(place) = schema.channels.iter().position(|channel| channel == column) {
        let width = schema.channels.len();
        Box::new(recordings.iter().flat_map(move |r| r.values.iter().skip(place).step_by(width).copied()))
    } else {
        let width = schema.categories.len();
        let place = schema.categories.iter().position(|category| category.column == column);
        let place = place.expect("a candidate is a channel or a category of the schema");
        Box::new(
            recordings
                .iter()
                .flat_map(move |r| r.codes.iter().skip(place).step_by(width).map(|code| f32::from(*code))),
        )
    }
}

/// Indices of the chosen columns, in the order of the columns.
fn select(
    recipe: &FeatureRecipe,
    columns: &[String],
    statistics: &[Statistics],
) -> Result<Vec<usize>, Error> {
    if recipe.keep.is_empty() && recipe.top_variance.is_none() {
        return Ok((0..columns.len()).collect());
    }
    let matching = |pattern: &String| -> Result<Vec<usize>, Error> {
        let found: Vec<usize> = (0..columns.len()).filter(|i| matches(pattern, &columns[*i])).collect();
        if found.is_empty() {
            Err(Error::NoFeatures(format!("no column of the data is called `{pattern}`")))
        } else {
            Ok(found)
        }
    };
    let mut chosen = Vec::new();
    for pattern in &recipe.keep {
        chosen.extend(matching(pattern)?);
    }
    if let Some(top) = &recipe.top_variance {
        let mut ranked = Vec::new();
        for pattern in &top.among {
            ranked.extend(matching(pattern)?);
        }
        ranked.retain(|i| !chosen.contains(i));
        ranked.sort_unstable();
        ranked.dedup();
        ranked.sort_by(|a, b| statistics[*b].variance.total_cmp(&statistics[*a].variance));
        chosen.extend(ranked.into_iter().take(top.count));
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

fn scale(column: &str, statistics: Statistics, scaling: Scaling) -> DenseFeature {
    let Statistics { mean, variance, low, high } = statistics;
    let (offset, scale) = match scaling {
        Scaling::None => (0.0, 1.0),
        // A constant column would divide by zero: it becomes zero.
        _ if low == high => (low, 1.0),
        Scaling::MinMax => (low, 1.0 / (high - low)),
        Scaling::Standard => (mean as f32, (1.0 / variance.sqrt()) as f32),
    };
    DenseFeature { column: column.to_owned(), level: None, offset, scale, range: [low, high] }
}

impl Statistics {
    fn of(values: Box<dyn Iterator<Item = f32> + '_>) -> Self {
        let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        for value in values {
            low = low.min(value);
            high = high.max(value);
            // Welford's recurrence: no cancellation for columns far from zero.
            count += 1.0;
            let distance = f64::from(value) - mean;
            mean += distance / count;
            squares += distance * (f64::from(value) - mean);
        }
        Statistics { mean, variance: squares / f64::max(count, 1.0), low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use painwave::recording::Category;

    fn schema() -> Schema {
        let levels = ["0", "1", "2"].map(str::to_owned).to_vec();
        Schema {
            id: "id".into(),
            time: "time".into(),
            channels: ["a", "b", "c", "flat"].map(str::to_owned).to_vec(),
            categories: vec![Category { column: "survey".into(), levels }],
            ignored: Vec::new(),
        }
    }

    fn recordings() -> Vec<Recording> {
        let recording = |id: &str, values: &[f32], codes: &[u8]| Recording {
            id: id.into(),
            times: (0..codes.len()).map(|i| i as f64).collect(),
            values: values.to_vec(),
            codes: codes.to_vec(),
        };
        vec![
            recording("1", &[0.0, 10.0, 5.0, 0.5, 1.0, 20.0, 5.5, 0.5], &[0, 2]),
            recording("2", &[3.0, 30.0, 6.0, 0.5], &[1]),
        ]
    }

    fn prepare(features: &str) -> Result<Preparation, Error> {
        let text = include_str!("../../recipes/cnn-gru.toml");
        let mut recipe = crate::recipe::RecipeFile::parse("r".as_ref(), text.into()).unwrap().recipe;
        recipe.features = toml::from_str(features).unwrap();
        let recordings = recordings();
        fit(&recipe, &schema(), &recordings.iter().collect::<Vec<_>>())
    }

    fn columns(preparation: &Preparation) -> Vec<&str> {
        preparation.transform.dense.iter().map(|dense| dense.column.as_str()).collect()
    }

    #[test]
    fn without_a_choice_every_column_is_kept() {
        let preparation = prepare("").unwrap();
        assert_eq!(columns(&preparation), ["survey", "a", "b", "c", "flat"]);
        assert_eq!(preparation.constant, ["flat"]);
    }

    #[test]
    fn the_highest_variances_join_what_is_kept() {
        let preparation =
            prepare("keep = ['surv*']\ntop_variance = { count = 2, among = ['a', 'b', 'c', 'flat'] }")
                .unwrap();
        assert_eq!(columns(&preparation), ["survey", "a", "b"]);
    }

    #[test]
    fn min_max_maps_the_training_range_to_0_and_1_and_constants_are_dropped() {
        let preparation = prepare("drop_constant = true\nscaling = 'min_max'").unwrap();
        assert_eq!(columns(&preparation), ["survey", "a", "b", "c"]);
        let b = &preparation.transform.dense[2];
        assert_eq!((b.offset, b.scale, b.range), (10.0, 0.05, [10.0, 30.0]));
        assert_eq!(preparation.transform.dense[0].range, [0.0, 2.0]);
    }

    #[test]
    fn standard_maps_the_training_mean_to_0_and_the_deviation_to_1() {
        let preparation = prepare("scaling = 'standard'").unwrap();
        let b = &preparation.transform.dense[2];
        assert_eq!(b.offset, 20.0);
        assert!((b.scale - 1.0 / (200f32 / 3.0).sqrt()).abs() < 1e-6, "{}", b.scale);
        let flat = &preparation.transform.dense[4];
        assert_eq!((flat.offset, flat.scale), (0.5, 1.0));
    }

    #[test]
    fn a_name_that_the_data_lacks_is_an_error() {
        let error = prepare("keep = ['knee']").unwrap_err().to_string();
        assert!(error.contains("`knee`"), "{error}");
    }

    #[test]
    fn a_narrowed_schema_ignores_what_is_not_read() {
        let preparation = prepare("keep = ['a']").unwrap();
        let narrowed = narrow(&schema(), &[&preparation.transform]);
        assert_eq!(narrowed.channels, ["a"]);
        assert!(narrowed.categories.is_empty());
        assert_eq!(narrowed.ignored, ["b", "c", "flat", "survey"]);
    }
}
