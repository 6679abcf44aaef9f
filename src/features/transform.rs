//! What a fitted transform is, and what it makes of a recording.

use serde::{Deserialize, Serialize};

use crate::recording::Schema;

/// Max dense inputs before projections: bounds the work that a hostile bundle can cause.
pub const MAX_INPUTS: usize = 4096;

/// A fitted transform: which columns reach the network, and how they are encoded, scaled and projected.
///
/// Fitting is the trainer's; this is the part that travels in a bundle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureTransform {
    /// Dense inputs. Those that no projection reads reach the network, in this order, before the
    /// projections' components.
    pub dense: Vec<DenseFeature>,
    /// Category columns whose codes go to embeddings, in the network's order.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Groups of dense inputs that reach the network as their principal components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projections: Vec<Projection>,
}

/// One dense input: `(x - offset) * scale`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenseFeature {
    /// A channel or a category column.
    pub column: String,
    /// For a category column, the code that makes `x` 1 where every other code makes it 0 (one-hot);
    /// without it, `x` is the code as an ordinal number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Whether `x` is a channel's distance from its mean over the recording ([`mean`]): how a subject moves,
    /// whatever their usual posture.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub centred: bool,
    /// Subtracted first.
    pub offset: f32,
    /// Multiplied second.
    pub scale: f32,
    /// Min and max `x` seen in training; values outside are kept and counted.
    pub range: [f32; 2],
}

/// A linear projection of `n` scaled dense inputs `x` to `k` components: `components * (x - mean)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// Indices of the `n` inputs in [`FeatureTransform::dense`].
    pub inputs: Vec<usize>,
    /// Mean of each scaled input in training, `[n]`.
    pub mean: Vec<f32>,
    /// The components, row by row, `[k, n]`.
    pub components: Vec<f32>,
}

/// The network's inputs for one recording, or for some steps of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Index in the recording of the first step.
    pub first: usize,
    /// Number of time steps `T`.
    pub steps: usize,
    /// Dense inputs a step `F`.
    pub width: usize,
    /// Codes a step `K`.
    pub codes_width: usize,
    /// Dense inputs, `[T, F]`.
    pub dense: Vec<f32>,
    /// Category codes, `[T, K]`.
    pub codes: Vec<u8>,
    /// How many dense inputs were read, before projections.
    pub read: usize,
    /// How many of those that were read lie outside the range seen in training.
    pub outside: usize,
}

/// Why a transform does not fit a schema.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FeatureError {
    /// The transform reads a column that the schema does not have (codes and levels are of category columns,
    /// centred inputs of channels).
    #[error("the features read the column `{0}`, which the schema does not have as such")]
    UnknownColumn(String),
    /// A level that the category column does not have.
    #[error("the features read level {level} of the column `{column}`, which has {levels} levels")]
    UnknownLevel {
        /// The column.
        column: String,
        /// The level's code.
        level: u8,
        /// How many levels the column has.
        levels: usize,
    },
    /// Offset, scale or range is not a finite number.
    #[error("the scaling of the column `{0}` is not finite")]
    NotFinite(String),
    /// More dense inputs than any network takes.
    #[error("the features read {found} dense inputs, expected at most {MAX_INPUTS}")]
    TooMany {
        /// How many.
        found: usize,
    },
    /// A projection that does not fit the dense inputs.
    #[error("projection {index} of the features {problem}")]
    Projection {
        /// Its index.
        index: usize,
        /// What is wrong.
        problem: ProjectionProblem,
    },
}

/// What is wrong with a projection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectionProblem {
    /// It must have one mean for each input, and from one component to as many as inputs.
    #[error(
        "has {inputs} inputs, {means} means and {numbers} numbers in its components, expected as many means \
         as inputs and from 1 to {inputs} components of {inputs} numbers"
    )]
    Sizes {
        /// Number of inputs.
        inputs: usize,
        /// Number of means.
        means: usize,
        /// Numbers in all components.
        numbers: usize,
    },
    /// An input that is not there.
    #[error("reads the dense input {input} of {of}")]
    UnknownInput {
        /// Its index.
        input: usize,
        /// How many there are.
        of: usize,
    },
    /// An input that this or another projection reads already.
    #[error("reads the dense input {input}, which is projected already")]
    Overlap {
        /// Its index.
        input: usize,
    },
    /// A mean or component is not a finite number.
    #[error("holds a number that is not finite")]
    NotFinite,
}

impl FeatureTransform {
    /// Dense inputs a step that reach the network `F`.
    pub fn width(&self) -> usize {
        let projected: usize = self.projections.iter().map(|projection| projection.inputs.len()).sum();
        let components: usize = self.projections.iter().map(Projection::width).sum();
        self.dense.len().saturating_sub(projected) + components
    }

    /// Bytes of a step's inputs while they are computed: before projections, after them, and codes.
    pub fn step_bytes(&self) -> usize {
        (self.dense.len() + self.width()) * size_of::<f32>() + self.codes.len()
    }

    /// The dense inputs that no projection reads: those that reach the network as they are, in its order.
    pub fn passed(&self) -> impl Iterator<Item = &DenseFeature> {
        let projected = |index: &usize| self.projections.iter().any(|p| p.inputs.contains(index));
        self.dense.iter().enumerate().filter(move |(index, _)| !projected(index)).map(|(_, dense)| dense)
    }
}

impl DenseFeature {
    /// What it is called: its column, `column=word` for a level, or `column centred`.
    pub fn name(&self, schema: &Schema) -> String {
        if self.centred {
            return format!("{} centred", self.column);
        }
        let Some(level) = self.level else { return self.column.clone() };
        let category = schema.categories.iter().find(|category| category.column == self.column);
        let word = category.and_then(|category| category.levels.get(usize::from(level)));
        format!("{}={}", self.column, word.map_or("?", String::as_str))
    }
}

/// Mean of a column over a recording, 0 without a step: what centred inputs are distances from.
pub fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += f64::from(value);
        count += 1.0;
    }
    (sum / f64::max(count, 1.0)) as f32
}

impl Projection {
    /// Number of components `k`.
    pub fn width(&self) -> usize {
        self.components.len() / self.inputs.len().max(1)
    }

    pub(super) fn check(&self, reads: &mut [bool]) -> Result<(), ProjectionProblem> {
        let (inputs, means, numbers) = (self.inputs.len(), self.mean.len(), self.components.len());
        let whole = inputs > 0 && numbers % inputs == 0 && (1..=inputs).contains(&(numbers / inputs));
        if !whole || means != inputs {
            return Err(ProjectionProblem::Sizes { inputs, means, numbers });
        }
        if !self.mean.iter().chain(&self.components).all(|number| number.is_finite()) {
            return Err(ProjectionProblem::NotFinite);
        }
        let of = reads.len();
        for input in self.inputs.iter().copied() {
            let read = reads.get_mut(input).ok_or(ProjectionProblem::UnknownInput { input, of })?;
            if std::mem::replace(read, true) {
                return Err(ProjectionProblem::Overlap { input });
            }
        }
        Ok(())
    }
}
