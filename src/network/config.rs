//! The one composable network that every recipe configures.

use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use crate::number::Shown;

/// The network: inputs, conv blocks, recurrent layers, pooling, head.
///
/// ```text
/// inputs (dense ++ category embeddings ++ time embedding)      [N, L, I]
///   -> conv blocks: Conv1d "same", ReLU, MaxPool, Dropout      [N, L', C]
///   -> recurrent layers: rnn | lstm | gru                      [N, L', D * H]
///   -> layer norm (optional), dropout
///   -> pooling: last | mean | attention                        [N, D * H]
///   -> head: linear | mlp                                      [N, classes]
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Dense inputs a step `F`.
    pub dense: usize,
    /// Number of classes.
    pub classes: usize,
    /// One embedding per code column, in the order of the codes.
    #[serde(default)]
    pub category_embeddings: Vec<CategoryEmbedding>,
    /// Embedding of a step's index in its recording.
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

/// A table that turns a category code into a vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryEmbedding {
    /// Number of codes.
    pub levels: usize,
    /// Length of the vector.
    pub width: usize,
}

/// A table that turns a step's index in its recording into a vector; later steps take the last row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeEmbedding {
    /// Number of rows.
    pub steps: usize,
    /// Length of the vector.
    pub width: usize,
}

/// Conv1d with "same" zero padding and stride 1, ReLU, max pooling, dropout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvBlock {
    /// Output channels.
    pub channels: usize,
    /// Size of the kernel in steps; odd.
    pub kernel: usize,
    /// Size and stride of the max pooling in steps; steps left over at the end are dropped. 1 is no pooling.
    pub pool: usize,
    /// Probability of dropping an element while training.
    #[serde(default)]
    pub dropout: f64,
}

/// Recurrent layers as in `torch.nn.{RNN,LSTM,GRU}` (the GRU in its reset-after form, the RNN with tanh).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrent {
    /// Kind of the cell.
    pub cell: Cell,
    /// Size of the hidden state of one direction.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Whether a second direction runs from the last step to the first.
    #[serde(default)]
    pub bidirectional: bool,
    /// Probability of dropping an element of a layer's output that the next layer reads, while training; not of the
    /// last layer's, as in PyTorch.
    #[serde(default)]
    pub dropout: f64,
    /// Probability of dropping an element of the last layer's output, after its normalisation, while training.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub output_dropout: f64,
    /// Whether the last layer's outputs are layer-normalised (epsilon 1e-5).
    #[serde(default)]
    pub layer_norm: bool,
}

/// Kind of a recurrent cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// `h' = tanh(W x + b + U h + d)`.
    Rnn,
    /// Long short-term memory; gates in the order input, forget, cell (`g`), output.
    Lstm,
    /// Gated recurrent unit, reset-after; gates in the order reset, update, new.
    Gru,
}

impl Cell {
    /// Number of gates `G`, whose weights stand side by side.
    pub fn gates(self) -> usize {
        match self {
            Cell::Rnn => 1,
            Cell::Lstm => 4,
            Cell::Gru => 3,
        }
    }
}

/// How the steps become one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The forward direction's last step and the backward direction's first: each direction's final state.
    Last,
    /// The mean over the steps.
    Mean,
    /// The sum over the steps weighted by `softmax(h w + b)`.
    Attention,
}

/// How the pooled vector becomes logits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Head {
    /// One linear layer.
    Linear,
    /// Linear, ReLU, dropout, linear.
    Mlp {
        /// Size of the layer between.
        hidden: usize,
        /// Probability of dropping an element while training.
        #[serde(default)]
        dropout: f64,
    },
}

/// Name and shape of one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSpec {
    /// Dotted name, the path of the parameter in the Burn module.
    pub name: String,
    /// Size of each dimension.
    pub shape: Vec<usize>,
}

/// Why a configuration is not a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkConfigError {
    /// A size outside of what is allowed.
    #[error("{field} is {found}, expected {expected}")]
    OutOfRange {
        /// The offending field.
        field: &'static str,
        /// What it holds.
        found: String,
        /// What it may hold.
        expected: &'static str,
    },
    /// Pooling leaves no step.
    #[error("the conv blocks pool a window of {length} steps down to none")]
    NothingLeft {
        /// Steps of the window.
        length: usize,
    },
}

/// Max width of any layer, table or input: bounds the memory that a hostile bundle can ask for.
const MAX_WIDTH: usize = 4096;
/// Max number of layers or blocks of a kind.
const MAX_LAYERS: usize = 16;

impl NetworkConfig {
    /// Inputs a step after the embeddings: `F + sum of embedding widths`.
    pub fn input_width(&self) -> usize {
        let categories: usize = self.category_embeddings.iter().map(|table| table.width).sum();
        self.dense + categories + self.time_embedding.as_ref().map_or(0, |table| table.width)
    }

    /// Channels that leave the conv blocks.
    pub fn conv_width(&self) -> usize {
        self.conv.last().map_or(self.input_width(), |block| block.channels)
    }

    /// Width of the pooled vector.
    pub fn pooled_width(&self) -> usize {
        self.recurrent.as_ref().map_or(self.conv_width(), |layers| layers.hidden * layers.directions())
    }

    /// Every parameter in the order of the forward pass.
    ///
    /// | name | shape |
    /// |---|---|
    /// | `category_embeddings.<k>.weight` | `[levels, width]` |
    /// | `time_embedding.weight` | `[steps, width]` |
    /// | `conv.<i>.weight`, `.bias` | `[out, in, kernel]`, `[out]` |
    /// | `recurrent.<layer>.<forward or backward>.input_weight`, `.input_bias` | `[in, G * H]`, `[G * H]` |
    /// | `recurrent.<layer>.<forward or backward>.hidden_weight`, `.hidden_bias` | `[H, G * H]`, `[G * H]` |
    /// | `norm.weight`, `.bias` | `[D * H]` |
    /// | `attention.weight`, `.bias` | `[D * H, 1]`, `[1]` |
    /// | `head.<i>.weight`, `.bias` | `[in, out]`, `[out]` |
    pub fn parameters(&self) -> Vec<ParameterSpec> {
        let mut specs = Vec::new();
        let mut add = |name: String, shape: &[usize]| {
            specs.push(ParameterSpec { name, shape: shape.to_vec() });
        };
        for (k, table) in self.category_embeddings.iter().enumerate() {
            add(format!("category_embeddings.{k}.weight"), &[table.levels, table.width]);
        }
        if let Some(table) = &self.time_embedding {
            add("time_embedding.weight".into(), &[table.steps, table.width]);
        }
        let mut width = self.input_width();
        for (i, block) in self.conv.iter().enumerate() {
            add(format!("conv.{i}.weight"), &[block.channels, width, block.kernel]);
            add(format!("conv.{i}.bias"), &[block.channels]);
            width = block.channels;
        }
        if let Some(layers) = &self.recurrent {
            let gates = layers.cell.gates() * layers.hidden;
            for layer in 0..layers.layers {
                for direction in ["forward", "backward"].iter().take(layers.directions()) {
                    let path = format!("recurrent.{layer}.{direction}");
                    add(format!("{path}.input_weight"), &[width, gates]);
                    add(format!("{path}.input_bias"), &[gates]);
                    add(format!("{path}.hidden_weight"), &[layers.hidden, gates]);
                    add(format!("{path}.hidden_bias"), &[gates]);
                }
                width = layers.hidden * layers.directions();
            }
            if layers.layer_norm {
                add("norm.weight".into(), &[width]);
                add("norm.bias".into(), &[width]);
            }
        }
        if self.pooling == Pooling::Attention {
            add("attention.weight".into(), &[width, 1]);
            add("attention.bias".into(), &[1]);
        }
        if let Head::Mlp { hidden, .. } = self.head {
            add("head.0.weight".into(), &[width, hidden]);
            add("head.0.bias".into(), &[hidden]);
            width = hidden;
        }
        let last = usize::from(matches!(self.head, Head::Mlp { .. }));
        add(format!("head.{last}.weight"), &[width, self.classes]);
        add(format!("head.{last}.bias"), &[self.classes]);
        specs
    }

    /// The first parameter that is not there in its shape.
    pub(crate) fn unmet(&self, parameters: &Parameters) -> Option<ParameterSpec> {
        let fits = |spec: &ParameterSpec| {
            parameters.get(&spec.name).is_some_and(|parameter| {
                parameter.shape == spec.shape && parameter.data.len() == spec.shape.iter().product::<usize>()
            })
        };
        self.parameters().into_iter().find(|spec| !fits(spec))
    }

    /// Number of weights, `usize::MAX` beyond that; see [`NetworkConfig::cost`] for their bytes.
    pub fn parameter_count(&self) -> usize {
        let count = |spec: &ParameterSpec| spec.shape.iter().fold(1usize, |n, size| n.saturating_mul(*size));
        self.parameters().iter().map(count).fold(0, usize::saturating_add)
    }

    /// Checks every size, for windows of `length` steps.
    ///
    /// # Errors
    /// The first field that is out of range, or conv blocks that leave no step.
    pub fn validate(&self, length: usize) -> Result<(), NetworkConfigError> {
        let within = |field, found: usize, min: usize, max: usize, expected| {
            if (min..=max).contains(&found) {
                Ok(())
            } else {
                Err(NetworkConfigError::OutOfRange { field, found: found.to_string(), expected })
            }
        };
        let probability = |field, found: f64| {
            if (0.0..1.0).contains(&found) {
                Ok(())
            } else {
                let expected = "a probability from 0 up to, not including, 1";
                Err(NetworkConfigError::OutOfRange { field, found: Shown(found).to_string(), expected })
            }
        };
        let width = |field, found| within(field, found, 1, MAX_WIDTH, "1 to 4096");
        let layers = |field, found| within(field, found, 1, MAX_LAYERS, "1 to 16");

        within("dense", self.dense, 0, MAX_WIDTH, "0 to 4096")?;
        within("classes", self.classes, 2, 256, "2 to 256")?;
        within("category_embeddings", self.category_embeddings.len(), 0, 256, "0 to 256")?;
        for table in &self.category_embeddings {
            within("category_embeddings.levels", table.levels, 1, 256, "1 to 256")?;
            width("category_embeddings.width", table.width)?;
        }
        if let Some(table) = &self.time_embedding {
            within("time_embedding.steps", table.steps, 1, 65_536, "1 to 65536")?;
            width("time_embedding.width", table.width)?;
        }
        width("the inputs of a step", self.input_width())?;
        within("conv", self.conv.len(), 0, MAX_LAYERS, "0 to 16 blocks")?;
        let mut left = length;
        for block in &self.conv {
            width("conv.channels", block.channels)?;
            if block.kernel % 2 == 0 || block.kernel > 255 {
                let expected = "an odd number up to 255";
                let found = block.kernel.to_string();
                return Err(NetworkConfigError::OutOfRange { field: "conv.kernel", found, expected });
            }
            within("conv.pool", block.pool, 1, 255, "1 to 255")?;
            probability("conv.dropout", block.dropout)?;
            left /= block.pool;
        }
        if left == 0 {
            return Err(NetworkConfigError::NothingLeft { length });
        }
        if let Some(recurrent) = &self.recurrent {
            width("recurrent.hidden", recurrent.hidden)?;
            layers("recurrent.layers", recurrent.layers)?;
            probability("recurrent.dropout", recurrent.dropout)?;
            probability("recurrent.output_dropout", recurrent.output_dropout)?;
        }
        if let Head::Mlp { hidden, dropout } = self.head {
            width("head.hidden", hidden)?;
            probability("head.dropout", dropout)?;
        }
        Ok(())
    }
}

/// Leaves the key out of bundles without output dropout, so that earlier readers, which refuse it, accept them.
fn is_zero(probability: &f64) -> bool {
    *probability == 0.0
}

impl Recurrent {
    /// Number of directions `D`: 1, or 2 if bidirectional.
    pub fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }
}
