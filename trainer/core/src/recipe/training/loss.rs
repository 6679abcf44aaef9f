//! What the network is asked to answer, and how far from it an answer is.

use serde::Deserialize;

use crate::recipe::error::RecipeError;
use crate::recipe::source::Source;

/// The loss of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Loss {
    /// `-sum over classes (target * log p)`.
    #[default]
    CrossEntropy,
    /// Cross entropy that counts a class the less the surer the network is of it,
    /// `-sum over classes (target * (1 - p)^gamma * log p)` (Lin et al. 2017, "Focal loss for dense object
    /// detection"; the class weights are its alpha).
    Focal {
        /// How much less; 0 is cross entropy, the paper recommends 2.
        gamma: f32,
    },
}

/// How much each class counts in the mean loss.
///
/// As in `torch.nn.CrossEntropyLoss`, a class's part of a window's loss is multiplied by its weight, and the
/// sum over a batch is divided by the weights of the windows' true classes. So only the weights' ratios
/// matter.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClassWeights {
    /// All the same.
    #[default]
    None,
    /// `n / (classes * count)` for a class with `count` of the `n` subjects that train, as scikit-learn's
    /// `balanced`.
    Inverse,
    /// `1 / log(1 + count)` of the subjects that train: gentler (report C).
    InverseLog,
    /// One for each class.
    List(Vec<f32>),
}

/// What the network is asked to answer for a window of a class: a row of targets, one for each class, which
/// need not sum to one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Mass `s` taken from the true class and spread evenly over all classes.
    #[serde(default)]
    pub label_smoothing: f32,
    /// Target of the true class where that is the class of most subjects that train; the other classes'
    /// targets stay as they are, so that the row need not sum to one (report A).
    #[serde(default)]
    pub majority: Option<f32>,
    /// Target of the true class for each class, where it is not 1 less what smoothing takes; the other
    /// classes' targets stay as they are.
    #[serde(default)]
    pub true_class: Option<Vec<f32>>,
    /// The whole row of each class, instead of all of the above.
    #[serde(default)]
    pub table: Option<Vec<Vec<f32>>>,
}

impl Loss {
    pub(super) fn check(self, source: Source<'_>) -> Result<(), RecipeError> {
        match self {
            Loss::CrossEntropy => Ok(()),
            Loss::Focal { gamma } => source.not_negative("training.loss.focal.gamma", gamma.into()),
        }
    }
}

impl ClassWeights {
    /// Checks what can be said without the data, or all of it if the number of classes is known. `section` is the
    /// part of the recipe that it stands in.
    pub(in crate::recipe) fn check(
        &self,
        source: Source<'_>,
        section: &str,
        classes: Option<usize>,
    ) -> Result<(), RecipeError> {
        let key = &format!("{section}.class_weights.list");
        let ClassWeights::List(weights) = self else { return Ok(()) };
        one_each(source, key, weights.len(), classes)?;
        weights.iter().try_for_each(|weight| source.above_zero(key, (*weight).into()))
    }
}

impl Targets {
    /// As [`ClassWeights::check`].
    pub(in crate::recipe) fn check(
        &self,
        source: Source<'_>,
        section: &str,
        classes: Option<usize>,
    ) -> Result<(), RecipeError> {
        let key = |name: &str| format!("{section}.targets.{name}");
        let Targets { label_smoothing, majority, true_class, table } = self;
        source.below_one(&key("label_smoothing"), (*label_smoothing).into())?;
        if let Some(majority) = majority {
            source.above_zero(&key("majority"), (*majority).into())?;
        }
        if let Some(values) = true_class {
            let key = &key("true_class");
            source.ensure(majority.is_none(), key, "given", "left out where `majority` is given")?;
            one_each(source, key, values.len(), classes)?;
            values.iter().try_for_each(|value| source.above_zero(key, (*value).into()))?;
        }
        if let Some(rows) = table {
            let key = &key("table");
            let alone = *label_smoothing == 0.0 && majority.is_none() && true_class.is_none();
            source.ensure(alone, key, "given", "the only key of `targets`, or left out")?;
            one_each(source, key, rows.len(), classes)?;
            for row in rows {
                one_each(source, key, row.len(), Some(rows.len()))?;
                row.iter().try_for_each(|value| source.not_negative(key, (*value).into()))?;
                let found = "a row without any target";
                source.ensure(
                    row.iter().any(|value| *value > 0.0),
                    key,
                    found,
                    "a number above 0 in each row",
                )?;
            }
        }
        Ok(())
    }
}

/// The error for a list whose length is not the number of classes, if that is known.
fn one_each(source: Source<'_>, key: &str, found: usize, classes: Option<usize>) -> Result<(), RecipeError> {
    let Some(classes) = classes else { return Ok(()) };
    let expected = format!("{classes}, one for each class");
    source.ensure(found == classes, key, format!("a list of {found}"), &expected)
}
