//! Recipes: one TOML file says how a model is made from labelled recordings.

mod data;
mod decision;
mod error;
mod features;
mod network;
mod source;
mod stages;
mod training;
mod validation;

use std::path::{Path, PathBuf};

use painwave::aggregate::Aggregation;
use painwave::bundle::MAX_WINDOW;
use painwave::network::{NetworkConfig, NetworkConfigError, Recurrent};
use painwave::recording::Schema;
use painwave::sampling::Sampling;
use painwave::windows::WindowConfig;
use serde::{Deserialize, Serialize};

pub use self::data::DataRecipe;
pub use self::decision::{DecisionRecipe, Objective};
pub use self::error::RecipeError;
pub use self::features::{
    Components, FeatureRecipe, LabelCorrelation, PcaGroup, Scaling, TopVariance, matches,
};
pub use self::network::{CategoryEmbeddingRecipe, NetworkRecipe};
use self::source::Source;
pub use self::stages::{StageRecipe, text as stages_text};
pub use self::training::{
    Augmentation, ClassWeights, EarlyStopping, Every, Fill, FineTuning, Loss, Metric, Optimizer, Penalties,
    Rotation, Sampler, Schedule, Targets, TimeMasking, TrainingRecipe,
};
pub use self::validation::{Protocol, Scheme, ValidationRecipe};

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
    /// Which subjects validate it.
    #[serde(default)]
    pub validation: ValidationRecipe,
    /// How windows become one prediction.
    pub aggregation: Aggregation,
    /// Networks that tell groups of classes apart, one stage after the other; without them one network tells all
    /// classes apart.
    #[serde(default)]
    pub stages: Vec<StageRecipe>,
    /// How that prediction is calibrated, and when it decides for a class.
    #[serde(default)]
    pub decision: DecisionRecipe,
}

/// Share of the subjects that choose where a recipe names none.
const INNER: f64 = 0.15;

/// How long a training may go on: what can be raised to continue one that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Max number of epochs.
    pub epochs: usize,
    /// Epochs without improvement after which it stops, if it stops early.
    pub patience: Option<usize>,
}

/// What a recipe asks for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeWarning {
    /// Dropout between the layers where there is one.
    #[error(
        "`network.recurrent.dropout` acts between layers, and there is one only: `output_dropout` acts on what the last \
         one puts out"
    )]
    DropoutOfOneLayer,
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
    /// Checks a recipe's text; `path` is for the errors.
    ///
    /// # Errors
    /// Not TOML, an unknown or missing key, or a value that makes no sense; with the line.
    pub fn parse(path: &Path, text: String) -> Result<Self, RecipeError> {
        let recipe = toml::from_str(&text)
            .map_err(|source| RecipeError::Syntax { path: path.to_owned(), source: Box::new(source) })?;
        let file = RecipeFile { path: path.to_owned(), text, recipe };
        file.check()?;
        Ok(file)
    }

    /// Checks what depends on the classes, once the data have told them.
    ///
    /// # Errors
    /// A list or table that has not one value for each class, or stages that do not tell the classes apart.
    pub fn check_classes(&self, classes: &[String]) -> Result<(), RecipeError> {
        self.check_by_class(Some(classes))
    }

    /// SHA-256, in hexadecimal, of what decides about the steps of the training: recipes that agree in it may continue
    /// each other's checkpoints. Comments and layout are no part of it, nor `name`, `description` and the
    /// [`limits`](Self::limits). A schedule that goes by the number of epochs makes that number a part.
    pub fn identity(&self) -> String {
        let mut table: toml::Table = self.text.parse().expect("the text was read as TOML before");
        table.remove("name");
        table.remove("description");
        if let Some(training) = table.get_mut("training").and_then(toml::Value::as_table_mut) {
            if !matches!(self.recipe.training.schedule, Schedule::Cosine { .. }) {
                training.remove("epochs");
            }
            if let Some(stopping) = training.get_mut("early_stopping").and_then(toml::Value::as_table_mut) {
                stopping.remove("patience");
            }
        }
        let digest = <sha2::Sha256 as sha2::Digest>::digest(table.to_string());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// How long the training may go on.
    pub fn limits(&self) -> Limits {
        let training = &self.recipe.training;
        let patience = training.early_stopping.map(|stopping| stopping.patience);
        Limits { epochs: training.epochs, patience }
    }

    /// The error for the value of a key, with the line it stands on.
    pub fn value_error(&self, key: &str, found: impl ToString, expected: impl Into<String>) -> RecipeError {
        self.source().value_error(key, found, expected)
    }

    /// Line, from 1, of a dotted key; of the deepest part of its path that is there.
    pub fn line(&self, key: &str) -> usize {
        self.source().line(key)
    }

    /// The error for a network that cannot be built.
    pub fn network_error(&self, error: &NetworkConfigError) -> RecipeError {
        self.source().network_error(error)
    }

    fn source(&self) -> Source<'_> {
        Source { path: &self.path, text: &self.text }
    }

    fn check(&self) -> Result<(), RecipeError> {
        let source = self.source();
        let Recipe { data, features, window, network, training, validation, aggregation, decision, .. } =
            &self.recipe;
        data.check(source, validation.group.as_ref())?;
        features.check(source, &data.categories, &network.category_embeddings)?;
        for (key, steps) in [("window.length", window.length), ("window.stride", window.stride)] {
            source.ensure((1..=MAX_WINDOW).contains(&steps), key, steps, &format!("1 to {MAX_WINDOW}"))?;
        }
        network.check(source, &data.categories, window.length)?;
        training.check(source, window.length)?;
        validation.check(source)?;
        decision.check(source, aggregation.windows)?;
        self.check_by_class(data.classes.as_deref())
    }

    /// Checks what depends on the classes, as far as they are known.
    fn check_by_class(&self, classes: Option<&[String]>) -> Result<(), RecipeError> {
        let Recipe { training, stages, .. } = &self.recipe;
        // With stages a list is held against the groups of each stage that it is for.
        let count = classes.filter(|_| stages.is_empty()).map(<[String]>::len);
        training.check_lists(self.source(), count)?;
        stages::check(stages, training, self.source(), classes)
    }
}

impl Recipe {
    /// How recordings are brought to the steps of the model; without a step, which the data have.
    pub fn sampling(&self) -> Sampling {
        let DataRecipe { missing, rate, .. } = self.data;
        Sampling { missing, step: None, rate }
    }

    /// What is asked for in vain. A study may vary the one key that makes it so, therefore it is no error.
    pub fn warnings(&self) -> Vec<RecipeWarning> {
        let in_vain = |layers: &Recurrent| layers.layers == 1 && layers.dropout > 0.0;
        let dropout = self.network.recurrent.as_ref().is_some_and(in_vain);
        dropout.then_some(RecipeWarning::DropoutOfOneLayer).into_iter().collect()
    }

    /// Networks that a fold trains: one for each stage, or the one that tells all classes apart.
    pub fn networks(&self) -> usize {
        self.stages.len().max(1)
    }

    /// Share of the subjects that are not held out that is set aside to choose by. None where the recipe chooses nothing
    /// while it trains, and where those that judge choose as in the reports.
    pub fn inner_share(&self) -> Option<f64> {
        let TrainingRecipe { early_stopping, schedule, fine_tuning, .. } = &self.training;
        let plateau = matches!(schedule, Schedule::Plateau { .. });
        // Fine-tuning trains on those that have chosen: were there none but those that judge, it would train on them.
        let chooses = early_stopping.is_some() || plateau || fine_tuning.is_some();
        match self.validation.protocol {
            Protocol::Nested => self.validation.inner.or(chooses.then_some(INNER)),
            Protocol::AsReport => None,
        }
    }

    /// The network for `dense` inputs a step and `classes` classes.
    pub fn network_config(&self, dense: usize, classes: usize) -> NetworkConfig {
        self.network.config(dense, classes, &self.data.categories)
    }

    /// The schema for a file with these columns. Columns that the recipe names and the file lacks stay
    /// in it: reading the file will say that they are missing. None of the channels is a column without a name (where
    /// pandas writes the row numbers), nor the label or the group, which some data files repeat in every row.
    pub fn schema(&self, header: &[String]) -> Schema {
        let DataRecipe { id, time, label, channels, categories, .. } = &self.data;
        let mut ignored = self.data.ignored.clone();
        let answers = [Some(label), self.validation.group.as_ref()];
        ignored.extend(answers.into_iter().flatten().filter(|column| header.contains(column)).cloned());
        let named = |column: &String| {
            id.contains(column)
                || time.as_ref() == Some(column)
                || ignored.contains(column)
                || categories.iter().any(|category| category.column == *column)
        };
        let rest = || header.iter().filter(|column| !column.is_empty() && !named(column)).cloned().collect();
        Schema {
            id: id.clone(),
            time: time.clone(),
            channels: channels.clone().unwrap_or_else(rest),
            categories: categories.clone(),
            ignored,
            label: Some(label.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: &str = include_str!("../../../recipes/cnn-gru.toml");

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
        assert_eq!(message, format!("recipe.toml:{line}: `window.stride` is 0, expected 1 to 65536"));
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
    fn training_says_line_key_and_expectation_of_a_wrong_value() {
        let targets = "targets = { majority = 0.9 }";
        for (from, to, key, rest) in [
            (
                targets,
                "class_weights.list = [1, 2]",
                "class_weights.list",
                "a list of 2, expected 3, one for each",
            ),
            (targets, "class_weights.list = [1, 0, 2]", "class_weights.list", "0, expected a number above 0"),
            (targets, "targets.true_class = [1, 1]", "targets.true_class", "a list of 2, expected 3"),
            (
                targets,
                "targets = { majority = 0.9, true_class = [1, 1, 1] }",
                "targets.true_class",
                "given, expected left out where `majority` is given",
            ),
            (
                targets,
                "targets.table = [[1, 0, 0], [0, 1], [0, 0, 1]]",
                "targets.table",
                "a list of 2, expected 3",
            ),
            (
                targets,
                "targets.table = [[1, 0, 0], [0, 0, 0], [0, 0, 1]]",
                "targets.table",
                "without any target",
            ),
            (targets, "loss.focal = { gamma = -1 }", "loss.focal.gamma", "-1, expected a number from 0"),
            (targets, "penalties = { l1 = -1 }", "penalties.l1", "-1, expected a number from 0"),
            (
                "optimizer.adamw = { learning_rate = 1e-4, weight_decay = 1e-4 }",
                "optimizer.sgd = { learning_rate = 0.1, nesterov = true }",
                "optimizer.sgd.nesterov",
                "true, expected false where `momentum` is 0",
            ),
            (
                targets,
                "schedule.cosine = { warm_up = 1000 }",
                "schedule.cosine.warm_up",
                "expected fewer than",
            ),
            (
                targets,
                "schedule.cosine = { warm_up_from = 0 }",
                "schedule.cosine.warm_up_from",
                "0, expected a",
            ),
            (
                targets,
                "schedule.cosine = { minimum = 1 }",
                "schedule.cosine.minimum",
                "1, expected a number from 0",
            ),
            (
                targets,
                "schedule.plateau = { factor = 2, patience = 3 }",
                "schedule.plateau.factor",
                "2, expected a number between 0 and 1",
            ),
            (
                targets,
                "fine_tuning = { epochs = 0, learning_rate = 1e-5 }",
                "fine_tuning.epochs",
                "0, expected at least 1",
            ),
            (
                targets,
                "augmentation.time_masking = { probability = 0.5, longest = 17 }",
                "augmentation.time_masking.longest",
                "17, expected from 1 to `window.length` steps",
            ),
            (
                targets,
                "augmentation.time_masking = { probability = 2, longest = 1 }",
                "augmentation.time_masking.probability",
                "2, expected a number above 0 and up to 1",
            ),
            (
                targets,
                "augmentation.time_stretch = 1.0",
                "augmentation.time_stretch",
                "1, expected a number above 1 and up to 2",
            ),
            (
                "patience = 60",
                "patience = 60, collapse = 0",
                "early_stopping.collapse",
                "0, expected a number above",
            ),
        ] {
            let line = 1 + RECIPE[..RECIPE.find(from).unwrap()].matches('\n').count();
            let message = error(from, to);
            let start = format!("recipe.toml:{line}: `training.{key}` is ");
            assert!(message.starts_with(&start) && message.contains(rest), "{message}");
        }
    }

    #[test]
    fn an_unknown_choice_is_named_with_those_there_are() {
        let message = error("batch_size = 512", "batch_size = 512\nclass_weights = \"balanced\"");
        assert!(message.contains("`balanced`") && message.contains("`inverse_log`"), "{message}");
    }

    #[test]
    fn dropout_between_the_layers_of_one_is_in_vain() {
        let recipe = |text: String| parse(text).unwrap().recipe;
        assert_eq!(recipe(RECIPE.into()).warnings(), []);
        let one_layer = recipe(RECIPE.replace("layers = 2", "layers = 1"));
        assert_eq!(one_layer.warnings(), [RecipeWarning::DropoutOfOneLayer]);
    }

    #[test]
    fn neither_label_nor_group_is_a_channel() {
        let recipe =
            parse(RECIPE.replace("[validation]", "[validation]\ngroup = \"person\"")).unwrap().recipe;
        let header = ["sample_index", "time", "joint_00", "person", "label", "n_legs"].map(String::from);
        let schema = recipe.schema(&header);
        assert_eq!(schema.channels, ["joint_00"]);
        assert!(["person", "label"].iter().all(|column| schema.ignored.contains(&(*column).to_owned())));
        for column in ["person", "label"] {
            let text = RECIPE.replace("[validation]", "[validation]\ngroup = \"person\"");
            let channels = format!("channels = [\"joint_00\", \"{column}\"]\nignored = [");
            let message =
                parse(text.replacen("ignored = [", &channels, 1)).expect_err("an answer as a channel");
            assert!(
                message.to_string().contains(&format!("reading the column `{column}`, expected")),
                "{message}"
            );
        }
    }

    #[test]
    fn a_column_has_one_part() {
        let message = error("time = \"time\"", "time = \"sample_index\"");
        assert!(message.contains("`sample_index` twice"), "{message}");
    }
}
