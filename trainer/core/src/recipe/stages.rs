//! Networks that tell groups of classes apart, one stage after the other.

use painwave::stages::{StageError, Stages};
use serde::Deserialize;

use super::error::RecipeError;
use super::source::Source;
use super::training::{ClassWeights, Targets, TrainingRecipe};

/// One stage of a model: a network that tells groups of classes apart, trained on the subjects of these classes only.
///
/// The first stage has every class, and each group of several classes has a later stage that tells its parts apart;
/// see [`painwave::stages`]. A group is to its network what a class is to one that tells all classes apart: it has one
/// target and one weight.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecipe {
    /// The groups, each a list of classes.
    pub groups: Vec<Vec<String>>,
    /// How much each group counts, instead of `training.class_weights`.
    #[serde(default)]
    pub class_weights: Option<ClassWeights>,
    /// What the network is asked to answer, instead of `training.targets`.
    #[serde(default)]
    pub targets: Option<Targets>,
}

impl StageRecipe {
    /// Training as the recipe says, with what is this stage's own.
    pub fn training(&self, recipe: &TrainingRecipe) -> TrainingRecipe {
        let mut training = recipe.clone();
        if let Some(class_weights) = &self.class_weights {
            training.class_weights = class_weights.clone();
        }
        if let Some(targets) = &self.targets {
            training.targets = targets.clone();
        }
        training
    }

    /// The group of each of `classes`; none of a class that the stage does not know.
    pub fn group_of(&self, classes: &[String]) -> Vec<Option<usize>> {
        classes.iter().map(|class| self.groups.iter().position(|group| group.contains(class))).collect()
    }
}

impl StageRecipe {
    /// Whether the lists that are for this stage have one value for each of its groups.
    fn check_lists(
        &self,
        training: &TrainingRecipe,
        source: Source<'_>,
        index: usize,
    ) -> Result<(), RecipeError> {
        let TrainingRecipe { class_weights, targets, .. } = training;
        let (own, groups) = (format!("stages.{index}"), Some(self.groups.len()));
        match &self.class_weights {
            Some(class_weights) => class_weights.check(source, &own, groups)?,
            None => class_weights.check(source, "training", groups)?,
        }
        match &self.targets {
            Some(targets) => targets.check(source, &own, groups),
            None => targets.check(source, "training", groups),
        }
    }
}

/// Stages for people: the groups of each between bars.
pub fn text<'a>(stages: impl IntoIterator<Item = &'a Vec<Vec<String>>>) -> String {
    let groups = |groups: &Vec<Vec<String>>| {
        groups.iter().map(|group| group.join(", ")).collect::<Vec<String>>().join(" | ")
    };
    stages.into_iter().map(groups).collect::<Vec<String>>().join("; ")
}

/// Checks what can be said without the data, or all of it if the classes are known.
pub(super) fn check(
    stages: &[StageRecipe],
    training: &TrainingRecipe,
    source: Source<'_>,
    classes: Option<&[String]>,
) -> Result<(), RecipeError> {
    for (index, stage) in stages.iter().enumerate() {
        let key = format!("stages.{index}.groups");
        let count = stage.groups.len();
        source.ensure(count >= 2, &key, format!("a list of {count}"), "at least 2 groups")?;
        let known = sorted(&stage.groups);
        if let Some(first) = stages[..index].iter().position(|other| sorted(&other.groups) == known) {
            let found = format!("what stage {} tells apart already", first + 1);
            return Err(source.value_error(&key, found, "other groups"));
        }
    }
    if let (Some(classes), false) = (classes, stages.is_empty()) {
        let groups = stages.iter().map(|stage| &stage.groups[..]);
        Stages::new(groups, classes).map_err(|error| {
            let (found, expected) = words(&error, classes);
            source.value_error(&format!("stages.{}.groups", error.member()), found, expected)
        })?;
    }
    stages.iter().enumerate().try_for_each(|(index, stage)| stage.check_lists(training, source, index))
}

/// The groups without any order.
fn sorted(groups: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut groups = groups.to_vec();
    groups.iter_mut().for_each(|group| group.sort());
    groups.sort();
    groups
}

/// What an error found and what was expected instead.
fn words(error: &StageError, classes: &[String]) -> (String, String) {
    let list = |names: &[String]| names.join(", ");
    match error {
        StageError::TooFewGroups { found, .. } => (format!("a list of {found}"), "at least 2 groups".into()),
        StageError::EmptyGroup { .. } => {
            ("a list with an empty group".into(), "a class in each group".into())
        }
        StageError::UnknownClass { class, .. } => {
            (format!("a list with `{class}`"), format!("groups of the classes {}", list(classes)))
        }
        StageError::Twice { class, .. } => {
            (format!("a list with `{class}` twice"), "each class once at most".into())
        }
        StageError::Missing { class, .. } => {
            (format!("a list without `{class}`"), "all classes in the first stage".into())
        }
        StageError::NoGroup { classes, .. } => (
            format!("a list of {}", list(classes)),
            "the classes of one group of an earlier stage, which no other stage tells apart".into(),
        ),
        StageError::Together { classes, .. } => (
            format!("a list with {} in one group", list(classes)),
            "a later stage that tells them apart".into(),
        ),
    }
}
