//! Sweeps: the values that keys of a recipe may take, as a grid or drawn at random.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use painwave_train::recipe::RecipeFile;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::change::{Change, Origin};
use super::error::StudyError;
use super::file::{StudyFile, ordered};
use super::plan::Variant;
use crate::data;

/// A space of recipes.
#[derive(Clone, Debug)]
pub struct Space {
    path: PathBuf,
    recipe: RecipeFile,
    /// Trainings of each point.
    pub seeds: Option<usize>,
    dimensions: Vec<Dimension>,
}

/// A key and what it may be.
#[derive(Clone, Debug)]
struct Dimension {
    key: String,
    range: Range,
    origin: Origin,
}

/// What a key may be.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Range {
    /// One of these.
    #[serde(alias = "choice")]
    Values(Vec<Value>),
    /// A number between these.
    Uniform([f64; 2]),
    /// A number between these, its logarithm even.
    LogUniform([f64; 2]),
    /// A whole number from the first to the second.
    Integer([i64; 2]),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    study: Header,
    /// Dotted keys of the recipe.
    space: BTreeMap<Spanned<String>, Range>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// The recipe, from the folder of the file.
    recipe: PathBuf,
    /// Trainings of each point.
    seeds: Option<NonZeroUsize>,
}

/// Max number of points of a grid: each is a training, and all are laid out before the first.
const MAX_GRID: u64 = 10_000;

/// Draws for each point that is asked for: a space may have fewer points than that.
const DRAWS: usize = 100;

impl Space {
    /// Reads a study's file and the recipe that it names.
    ///
    /// # Errors
    /// Either is unreadable or says something that makes no sense.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let file = StudyFile::<Content>::read(path)?;
        let Content { study, space } = &file.content;
        let mut dimensions = Vec::with_capacity(space.len());
        for (key, range) in ordered(space) {
            if let Some((found, expected)) = range.fault() {
                return Err(file.value_error(key, found, expected));
            }
            let origin = file.origin(key.span());
            dimensions.push(Dimension { key: key.get_ref().clone(), range: range.clone(), origin });
        }
        let recipe = data::recipe(&file.beside(&study.recipe))?;
        Ok(Space { path: path.to_owned(), recipe, seeds: study.seeds.map(usize::from), dimensions })
    }

    /// The recipe that is varied.
    pub fn recipe(&self) -> &RecipeFile {
        &self.recipe
    }

    /// The keys in the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.dimensions.iter().map(|dimension| dimension.key.as_str())
    }

    /// Number of combinations of values; `None` where a key has a range.
    pub fn points(&self) -> Option<u64> {
        let count = |dimension: &Dimension| match &dimension.range {
            Range::Values(values) => Some(values.len() as u64),
            _ => None,
        };
        self.dimensions
            .iter()
            .try_fold(1u64, |points, dimension| Some(points.saturating_mul(count(dimension)?)))
    }

    /// Every combination of values; those of the last key change first.
    ///
    /// # Errors
    /// A key without a list of values, or more points than anybody trains.
    pub fn grid(&self) -> Result<Vec<Variant>, StudyError> {
        if let Some(points) = self.points().filter(|points| *points > MAX_GRID) {
            return Err(StudyError::Grid { path: self.path.clone(), points });
        }
        let mut points = vec![Vec::new()];
        for Dimension { key, range, origin } in &self.dimensions {
            let Range::Values(values) = range else {
                return Err(StudyError::Value {
                    origin: origin.clone(),
                    key: key.clone(),
                    found: "a range".to_owned(),
                    expected: "`values` in a grid, or --trials to draw at random",
                });
            };
            let extended = |point: &Vec<Value>| -> Vec<Vec<Value>> {
                values.iter().map(|value| [&point[..], std::slice::from_ref(value)].concat()).collect()
            };
            points = points.iter().flat_map(extended).collect();
        }
        Ok(points.into_iter().map(|point| self.variant(point)).collect())
    }

    /// Different points drawn at random, at most `count`: all of them if the space has no more. The first
    /// points do not depend on the count.
    pub fn draw(&self, count: usize, seed: u64) -> Vec<Variant> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut points: Vec<Vec<Value>> = Vec::new();
        for _ in 0..count.saturating_mul(DRAWS) {
            if points.len() == count {
                break;
            }
            let point = self.dimensions.iter().map(|dimension| dimension.range.draw(&mut rng)).collect();
            if !points.contains(&point) {
                points.push(point);
            }
        }
        points.into_iter().map(|point| self.variant(point)).collect()
    }

    fn variant(&self, point: Vec<Value>) -> Variant {
        let change = |(dimension, value): (&Dimension, Value)| {
            let Dimension { key, origin, .. } = dimension;
            Change { key: key.clone(), value: Some(value), origin: origin.clone() }
        };
        let changes: Vec<Change> = self.dimensions.iter().zip(point).map(change).collect();
        let part = |change: &Change| {
            let value = change.value.as_ref().map(shown).unwrap_or_default();
            format!("{} {value}", self.short(&change.key))
        };
        let name = changes.iter().map(part).collect::<Vec<_>>().join(", ");
        Variant { name, recipe: self.recipe.clone(), changes }
    }

    /// The last part of a key, if no other key ends in it.
    pub fn short<'a>(&self, key: &'a str) -> &'a str {
        fn last(key: &str) -> &str {
            key.rsplit('.').next().unwrap_or(key)
        }
        let same = self.keys().filter(|other| last(other) == last(key)).count();
        if same > 1 { key } else { last(key) }
    }
}

/// A value for people: without quotes, small numbers with an exponent.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(number) => format!("{number:?}"),
        value => value.to_string(),
    }
}

impl Range {
    /// What is wrong with it, and what was expected.
    fn fault(&self) -> Option<(String, &'static str)> {
        let ascending = |[low, high]: [f64; 2], from: f64| from <= low && low < high && high.is_finite();
        match self {
            Range::Values(values) if values.is_empty() => Some(("no value".into(), "at least one value")),
            Range::Uniform(ends) if !ascending(*ends, f64::MIN) => {
                Some((format!("{ends:?}"), "the minimum and the maximum"))
            }
            Range::LogUniform(ends) if !ascending(*ends, f64::MIN_POSITIVE) => {
                Some((format!("{ends:?}"), "the minimum and the maximum, both above 0"))
            }
            Range::Integer([low, high]) if low >= high => {
                Some((format!("[{low}, {high}]"), "the minimum and the maximum as whole numbers"))
            }
            _ => None,
        }
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> Value {
        match self {
            // No list is empty: it would be at fault.
            Range::Values(values) => values[rng.random_range(0..values.len())].clone(),
            Range::Uniform([low, high]) => {
                let at: f64 = rng.random();
                rounded(low * (1.0 - at) + high * at, *low, *high)
            }
            Range::LogUniform([low, high]) => {
                let at: f64 = rng.random();
                rounded((low.ln() * (1.0 - at) + high.ln() * at).exp(), *low, *high)
            }
            Range::Integer([low, high]) => Value::Integer(rng.random_range(*low..=*high)),
        }
    }
}

/// A number with four digits, which can be read and typed in again.
fn rounded(number: f64, low: f64, high: f64) -> Value {
    let short = format!("{number:.3e}").parse().unwrap_or(number);
    Value::Float(f64::clamp(short, low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(lines: &str) -> Result<Space, StudyError> {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("recipe.toml"), include_str!("../../recipes/cnn-gru.toml"))
            .unwrap();
        let path = folder.path().join("space.toml");
        std::fs::write(&path, format!("[study]\nrecipe = \"recipe.toml\"\n[space]\n{lines}")).unwrap();
        Space::read(&path)
    }

    fn names(variants: &[Variant]) -> Vec<&str> {
        variants.iter().map(|variant| variant.name.as_str()).collect()
    }

    #[test]
    fn a_grid_has_every_combination_in_the_order_of_the_file() {
        let space = space(
            "\"network.recurrent.layers\" = { values = [1, 2] }\n\"network.pooling\" = { values = [\"last\", \"mean\"] }",
        );
        let points = space.unwrap().grid().unwrap();
        let expected = [
            "layers 1, pooling last",
            "layers 1, pooling mean",
            "layers 2, pooling last",
            "layers 2, pooling mean",
        ];
        assert_eq!(names(&points), expected);
    }

    #[test]
    fn draws_are_decided_by_the_seed_within_their_ranges_and_different() {
        let space = space(
            "\"training.optimizer.adamw.learning_rate\" = { log_uniform = [1e-4, 1e-2] }\n\
             \"training.targets.label_smoothing\" = { uniform = [0.0, 0.2] }\n\
             \"training.batch_size\" = { integer = [8, 16] }",
        );
        let space = space.unwrap();
        let points = space.draw(50, 1);
        assert_eq!(points.len(), 50);
        assert_eq!(names(&space.draw(20, 1)), names(&points)[..20]);
        assert_ne!(names(&space.draw(20, 2)), names(&points)[..20]);
        let value = |point: &Variant, index: usize| point.changes[index].value.clone().unwrap();
        let rates: Vec<f64> = points.iter().map(|point| value(point, 0).as_float().unwrap()).collect();
        assert!(rates.iter().all(|rate| (1e-4..=1e-2).contains(rate)));
        // Half of the draws are below the middle of the logarithms.
        assert!((15..=35).contains(&rates.iter().filter(|rate| **rate < 1e-3).count()));
        assert!(points.iter().all(|point| (8..=16).contains(&value(point, 2).as_integer().unwrap())));
        assert!(space.grid().unwrap_err().to_string().contains("space.toml:4: `training.optimizer"));
    }

    #[test]
    fn no_point_is_drawn_twice() {
        let space = space("\"training.batch_size\" = { choice = [8, 16, 32] }").unwrap();
        assert_eq!(space.draw(20, 1).len(), 3);
    }

    #[test]
    fn a_range_that_makes_no_sense_is_named_with_its_line() {
        let error = |line: &str| space(&format!("# learning\n{line}")).unwrap_err().to_string();
        let message = error("\"training.epochs\" = { integer = [9, 3] }");
        assert!(
            message.ends_with(
                "space.toml:5: `training.epochs` is [9, 3], expected the minimum and the maximum as whole numbers"
            ),
            "{message}"
        );
        assert!(error("x = { log_uniform = [0.0, 1.0] }").contains("both above 0"));
        assert!(error("x = { values = [] }").contains("at least one value"));
        assert!(error("x = { normal = [0.0, 1.0] }").contains("unknown variant `normal`"));
    }
}
