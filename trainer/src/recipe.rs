//! Recipes: one TOML file says how a model is made from labelled recordings.

use std::ops::Range;
use std::path::{Path, PathBuf};

use painwave::aggregate::Aggregation;
use painwave::network::{
    CategoryEmbedding, ConvBlock, Head, NetworkConfig, NetworkConfigError, Pooling, Recurrent, TimeEmbedding,
};
use painwave::recording::{Category, Schema};
use painwave::windows::WindowConfig;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

/// A recipe as it was read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model.
    pub name: String,
    /// What the model is for, in a sentence or two.
    #[serde(default)]
    pub description: String,
    /// What the columns are.
    pub data: DataRecipe,
    /// Which columns reach the network, and how.
    #[serde(default)]
    pub features: FeatureRecipe,
    /// How recordings are cut.
    pub window: WindowConfig,
    /// The network.
    pub network: NetworkRecipe,
    /// How it is trained.
    pub training: TrainingRecipe,
    /// Which subjects judge it.
    #[serde(default)]
    pub validation: ValidationRecipe,
    /// How windows become one prediction.
    pub aggregation: Aggregation,
}

/// What the columns of the data and labels files are.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// Column with the subject's id, in both files.
    pub id: String,
    /// Column with the time of a row.
    pub time: String,
    /// Column of the labels file with the class.
    pub label: String,
    /// The classes in the order of their indices; without it, the labels found, sorted.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// Numeric columns; without it, every column that is nothing else.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
    /// Columns that hold one of a few words.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// Columns that are not read.
    #[serde(default)]
    pub ignored: Vec<String>,
}

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

/// [`NetworkConfig`] without the sizes that follow from the data.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkRecipe {
    /// Category columns that are embedded instead of being taken as ordinal numbers.
    #[serde(default)]
    pub category_embeddings: Vec<CategoryEmbeddingRecipe>,
    /// Embedding of a step's place in its recording.
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

/// How the network is trained.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecipe {
    /// The optimizer and its options.
    pub optimizer: Optimizer,
    /// Windows a step.
    pub batch_size: usize,
    /// Greatest number of epochs.
    pub epochs: usize,
    /// Seed of initial weights, order of windows and dropout.
    pub seed: u64,
    /// When to stop before that, and which epoch is kept.
    pub early_stopping: EarlyStopping,
    /// What the network is asked to answer.
    #[serde(default)]
    pub targets: Targets,
    /// Greatest norm of all gradients together; greater ones are scaled down.
    #[serde(default)]
    pub gradient_clipping: Option<f32>,
    /// Random changes to the training windows.
    #[serde(default)]
    pub augmentation: Augmentation,
}

/// The optimizer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimizer {
    /// Adam with decoupled weight decay, as `torch.optim.AdamW`.
    #[serde(rename = "adamw")]
    AdamW {
        /// Step size.
        learning_rate: f64,
        /// Weight decay.
        #[serde(default)]
        weight_decay: f32,
    },
}

/// When training stops early. The best epoch is what is kept, stopped early or not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// Score of the validation subjects that says which epoch is best; a tie goes to the lower loss.
    pub metric: Metric,
    /// Epochs without improvement after which training stops.
    pub patience: usize,
}

/// A score of the validation subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// F1 of each class weighted by its number of subjects.
    WeightedF1,
    /// Mean F1 of the classes.
    MacroF1,
    /// Share of subjects that were right.
    Accuracy,
    /// Cross entropy of the windows.
    Loss,
}

/// What the network is asked to answer for a window of a class.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Mass `s` taken from the true class and spread evenly over all classes.
    #[serde(default)]
    pub label_smoothing: f32,
    /// Target of the true class where that is the most frequent class of training; the other classes'
    /// targets stay as they are, so that the row need not sum to one (report A).
    #[serde(default)]
    pub majority: Option<f32>,
}

/// Random changes to the training windows, drawn anew for every window and epoch.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Standard deviation of the noise added to each scaled dense value.
    #[serde(default)]
    pub jitter: f32,
    /// Standard deviation of the factor, around 1, of each dense input in a window.
    #[serde(default)]
    pub scaling: f32,
    /// Turning of sensors, as if they were worn at another angle.
    #[serde(default)]
    pub rotation: Option<Rotation>,
    /// Columns that change their sign in every other window, all at once: the same movement of the other
    /// side of the body.
    #[serde(default)]
    pub mirror: Vec<String>,
}

/// Random rotation of sensors with three axes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Standard deviation of the angle.
    pub degrees: f32,
    /// Columns of the axes of each sensor; all turn together.
    pub sensors: Vec<[String; 3]>,
}

/// Which subjects are held out to judge the model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidationRecipe {
    /// Share of the subjects (of the groups, if there is a group column).
    pub fraction: f64,
    /// Column of the labels file whose values are kept together, such as the person of several recordings.
    #[serde(default)]
    pub group: Option<String>,
    /// Seed of the split: it stays the same when the training seed changes.
    #[serde(default)]
    pub seed: u64,
}

impl Default for ValidationRecipe {
    fn default() -> Self {
        ValidationRecipe { fraction: 0.2, group: None, seed: 0 }
    }
}

/// Why a recipe cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The file cannot be read.
    #[error("cannot read the recipe {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not TOML, or a key is unknown, missing or of the wrong type.
    #[error("{path}: {source}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: Box<toml::de::Error>,
    },
    /// A value that makes no sense.
    #[error("{path}:{line}: `{key}` is {found}, expected {expected}")]
    Value {
        /// The file.
        path: PathBuf,
        /// Line of the key, from 1.
        line: usize,
        /// Dotted path of the key.
        key: String,
        /// What it holds.
        found: String,
        /// What it may hold.
        expected: String,
    },
}

/// A recipe and the text it was read from, for errors that name the line and for the model card.
#[derive(Clone, Debug)]
pub struct RecipeFile {
    /// Where it was read.
    pub path: PathBuf,
    /// The text.
    pub text: String,
    /// What it says.
    pub recipe: Recipe,
}

impl RecipeFile {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// Unreadable, not TOML, an unknown or missing key, or a value that makes no sense; with the line.
    pub fn read(path: &Path) -> Result<Self, RecipeError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| RecipeError::Read { path: path.to_owned(), source })?;
        Self::parse(path, text)
    }

    /// Checks a recipe's text; `path` is for the errors.
    ///
    /// # Errors
    /// As [`RecipeFile::read`].
    pub fn parse(path: &Path, text: String) -> Result<Self, RecipeError> {
        let recipe = toml::from_str(&text)
            .map_err(|source| RecipeError::Syntax { path: path.to_owned(), source: Box::new(source) })?;
        let file = RecipeFile { path: path.to_owned(), text, recipe };
        file.check()?;
        Ok(file)
    }

    /// The error for the value of a key, with the line it stands on.
    pub fn value_error(&self, key: &str, found: impl ToString, expected: impl Into<String>) -> RecipeError {
        RecipeError::Value {
            path: self.path.clone(),
            line: line_of(&self.text, key),
            key: key.to_owned(),
            found: found.to_string(),
            expected: expected.into(),
        }
    }

    /// The error for a network that cannot be built.
    pub fn network_error(&self, error: &NetworkConfigError) -> RecipeError {
        match error {
            NetworkConfigError::OutOfRange { field, found, expected } => {
                self.value_error(&format!("network.{field}"), found, *expected)
            }
            NetworkConfigError::NothingLeft { length } => self.value_error(
                "network.conv",
                format!("blocks that pool a window of {length} steps down to none"),
                "fewer blocks, smaller `pool` values or a longer window",
            ),
        }
    }

    fn check(&self) -> Result<(), RecipeError> {
        let Recipe { data, features, window, network, training, validation, .. } = &self.recipe;
        let check = |holds: bool, key: &str, found: &dyn ToString, expected: &str| {
            if holds { Ok(()) } else { Err(self.value_error(key, found.to_string(), expected)) }
        };
        let positive = |key: &str, found: usize| check(found > 0, key, &found, "at least 1");
        let fraction = |key: &str, found: f32| {
            check((0.0..1.0).contains(&found), key, &found, "a number from 0 up to, not including, 1")
        };

        if let Some(classes) = &data.classes {
            check(classes.len() >= 2, "data.classes", &classes.len(), "at least 2 classes")?;
            check(
                unique(classes),
                "data.classes",
                &"a list with empty or repeated names",
                "different names",
            )?;
        }
        let special = [&data.id, &data.time].into_iter();
        let named: Vec<&String> = special
            .chain(data.channels.iter().flatten())
            .chain(data.categories.iter().map(|category| &category.column))
            .chain(&data.ignored)
            .collect();
        if let Some(twice) = named.iter().enumerate().find(|(i, name)| named[..*i].contains(name)) {
            let found = format!("naming the column `{}` twice", twice.1);
            return Err(self.value_error("data", found, "one part for each column"));
        }
        for category in &data.categories {
            let levels = category.levels.len();
            let found = format!("{levels} levels for `{}`", category.column);
            check((1..=256).contains(&levels), "data.categories", &found, "1 to 256 levels")?;
            let found = format!("empty or repeated levels for `{}`", category.column);
            check(unique(&category.levels), "data.categories", &found, "different names")?;
        }
        if let Some(top) = &features.top_variance {
            positive("features.top_variance.count", top.count)?;
        }
        positive("window.length", window.length)?;
        positive("window.stride", window.stride)?;

        for table in &network.category_embeddings {
            if !data.categories.iter().any(|category| category.column == table.column) {
                let expected = "a column of data.categories";
                return Err(self.value_error("network.category_embeddings", &table.column, expected));
            }
        }
        // The sizes that follow from the data are not known yet: any that pass will do.
        let config = self.recipe.network_config(1, 2);
        config.validate(window.length).map_err(|error| self.network_error(&error))?;

        let Optimizer::AdamW { learning_rate, weight_decay } = &training.optimizer;
        let valid = learning_rate.is_finite() && *learning_rate > 0.0;
        check(valid, "training.optimizer.adamw.learning_rate", learning_rate, "a number above 0")?;
        let valid = weight_decay.is_finite() && *weight_decay >= 0.0;
        check(valid, "training.optimizer.adamw.weight_decay", weight_decay, "a number from 0")?;
        positive("training.batch_size", training.batch_size)?;
        positive("training.epochs", training.epochs)?;
        positive("training.early_stopping.patience", training.early_stopping.patience)?;
        fraction("training.targets.label_smoothing", training.targets.label_smoothing)?;
        if let Some(majority) = training.targets.majority {
            let valid = majority.is_finite() && majority > 0.0;
            check(valid, "training.targets.majority", &majority, "a number above 0")?;
        }
        if let Some(norm) = training.gradient_clipping {
            let valid = norm.is_finite() && norm > 0.0;
            check(valid, "training.gradient_clipping", &norm, "a number above 0")?;
        }
        let Augmentation { jitter, scaling, ref rotation, .. } = training.augmentation;
        let degrees = rotation.as_ref().map_or(0.0, |rotation| rotation.degrees);
        for (key, found) in [("jitter", jitter), ("scaling", scaling), ("rotation.degrees", degrees)] {
            let valid = found.is_finite() && found >= 0.0;
            check(valid, &format!("training.augmentation.{key}"), &found, "a number from 0")?;
        }
        let valid = validation.fraction > 0.0 && validation.fraction < 1.0;
        check(valid, "validation.fraction", &validation.fraction, "a number between 0 and 1")
    }
}

impl Recipe {
    /// The network for `dense` inputs a step and `classes` classes.
    pub fn network_config(&self, dense: usize, classes: usize) -> NetworkConfig {
        let NetworkRecipe { category_embeddings, time_embedding, conv, recurrent, pooling, head } =
            self.network.clone();
        let levels = |column: &str| {
            let category = self.data.categories.iter().find(|category| category.column == column);
            category.map_or(0, |category| category.levels.len())
        };
        let category_embeddings = category_embeddings
            .iter()
            .map(|table| CategoryEmbedding { levels: levels(&table.column), width: table.width })
            .collect();
        NetworkConfig { dense, classes, category_embeddings, time_embedding, conv, recurrent, pooling, head }
    }

    /// The schema for a file with these columns. Columns that the recipe names and the file lacks stay
    /// in it: reading the file will say that they are missing. A column without a name (where pandas
    /// writes the row numbers) is none of the channels.
    pub fn schema(&self, header: &[String]) -> Schema {
        let DataRecipe { id, time, label, channels, categories, ignored, .. } = &self.data;
        let named = |column: &String| {
            [id, time, label].contains(&column)
                || ignored.contains(column)
                || categories.iter().any(|category| category.column == *column)
        };
        let rest = || header.iter().filter(|column| !column.is_empty() && !named(column)).cloned().collect();
        Schema {
            id: id.clone(),
            time: time.clone(),
            channels: channels.clone().unwrap_or_else(rest),
            categories: categories.clone(),
            ignored: ignored.clone(),
        }
    }
}

/// Whether names can be told apart: none is empty or repeated.
fn unique(names: &[String]) -> bool {
    names.iter().enumerate().all(|(i, name)| !name.is_empty() && !names[..i].contains(name))
}

/// Line, from 1, of a dotted key; of the deepest part of its path that is there.
fn line_of(text: &str, key: &str) -> usize {
    let offset =
        DeTable::parse(text).ok().and_then(|table| deepest(table.get_ref(), key)).map_or(0, |at| at.start);
    text[..offset].matches('\n').count() + 1
}

fn deepest(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    let (name, value) = table.iter().find(|(name, _)| name.get_ref() == first)?;
    let inner = match value.get_ref() {
        DeValue::Table(table) => deepest(table, rest),
        // Which element is meant is not known: the first that has the key.
        DeValue::Array(values) => values.iter().find_map(|value| match value.get_ref() {
            DeValue::Table(table) => deepest(table, rest),
            _ => None,
        }),
        _ => None,
    };
    Some(inner.unwrap_or(name.span()))
}

/// Whether a column's name matches a pattern: the name itself, or its beginning and a `*`.
pub fn matches(pattern: &str, column: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == column, |prefix| column.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: &str = include_str!("../recipes/cnn-gru.toml");

    fn parse(text: String) -> Result<RecipeFile, RecipeError> {
        RecipeFile::parse(Path::new("recipe.toml"), text)
    }

    fn error(from: &str, to: &str) -> String {
        assert!(RECIPE.contains(from), "the recipe has no `{from}`");
        parse(RECIPE.replacen(from, to, 1)).expect_err("a wrong recipe").to_string()
    }

    #[test]
    fn the_default_recipe_is_read() {
        let recipe = parse(RECIPE.into()).unwrap().recipe;
        assert_eq!(recipe.name, "cnn-gru");
        assert_eq!(recipe.network_config(20, 3).input_width(), 28);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_what_was_expected() {
        let message = error("batch_size = 512", "batchsize = 512");
        assert!(message.contains("batchsize") && message.contains("expected one of"), "{message}");
        assert!(message.contains("line "), "{message}");
    }

    #[test]
    fn a_value_that_makes_no_sense_is_named_with_its_line() {
        let line = RECIPE.lines().position(|line| line.starts_with("stride = 4")).unwrap() + 1;
        let message = error("stride = 4", "stride = 0");
        assert_eq!(message, format!("recipe.toml:{line}: `window.stride` is 0, expected at least 1"));
    }

    #[test]
    fn a_network_that_cannot_be_is_named_with_its_line() {
        let message = error("length = 16", "length = 2");
        assert!(message.contains("pool a window of 2 steps down to none"), "{message}");
        let line = RECIPE.lines().position(|line| line.starts_with("kernel = 3")).unwrap() + 1;
        let message = error("kernel = 3", "kernel = 4");
        assert!(message.starts_with(&format!("recipe.toml:{line}: `network.conv.kernel` is 4")), "{message}");
    }

    #[test]
    fn a_column_has_one_part() {
        let message = error("time = \"time\"", "time = \"sample_index\"");
        assert!(message.contains("`sample_index` twice"), "{message}");
    }
}
