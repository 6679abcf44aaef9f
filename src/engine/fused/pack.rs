//! A network's parameters, packed for an instruction set.

use super::layer::{Activation, Layer, Layout, PreActivation, Unpacked, block};
use crate::engine::precision::Precision;
use crate::network::{Head, NetworkConfig, Parameters, Pooling, Recurrent};
use crate::simd::Isa;

/// A network, packed.
pub(super) struct Network {
    pub(super) dense: usize,
    pub(super) category_embeddings: Vec<Table>,
    pub(super) time_embedding: Option<Table>,
    /// A step's inputs.
    pub(super) input: Layout,
    pub(super) conv: Vec<Conv>,
    /// A step that leaves the conv blocks.
    pub(super) conv_out: Layout,
    /// `[layers][directions]`.
    pub(super) recurrent: Vec<Vec<Layer>>,
    /// A step that leaves the recurrent layers, and the pooled vector.
    pub(super) features: Layout,
    pub(super) norm: Option<Norm>,
    pub(super) pooling: Pool,
    pub(super) head: Vec<Layer>,
    pub(super) classes: usize,
}

/// An embedding.
pub(super) struct Table {
    pub(super) width: usize,
    /// `[rows, width]`.
    weights: Vec<f32>,
}

impl Table {
    /// The vector at `index`, or the last one if the table is shorter.
    pub(super) fn row(&self, index: usize) -> &[f32] {
        let last = self.weights.len() / self.width - 1;
        &self.weights[index.min(last) * self.width..][..self.width]
    }
}

/// A conv block.
pub(super) struct Conv {
    /// A row is a step and its neighbours: `kernel` steps of inputs.
    pub(super) layer: Layer,
    pub(super) kernel: usize,
    pub(super) pool: usize,
    /// A step of the inputs.
    pub(super) input: Layout,
}

/// Layer normalisation.
pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// How the steps become one vector.
pub(super) enum Pool {
    Last,
    Mean,
    /// The attention's weights, laid out as a step is, and its bias.
    Attention(Vec<f32>, f32),
}

impl Network {
    /// Packs the parameters, whose shapes have been checked against the configuration.
    ///
    /// A lower precision is for the recurrent layers, which are nearly all of the work, and there for what has a
    /// known range: hidden states lie between -1 and 1. What leaves the conv blocks has 16 bits at least. The
    /// network's own inputs, of which one may be far greater than the others, and the head, whose errors are those
    /// of the logits, stay in `f32`.
    pub(super) fn pack(
        isa: Isa,
        precision: Precision,
        config: &NetworkConfig,
        parameters: &Parameters,
    ) -> Self {
        let first = if config.conv.is_empty() { Precision::F32 } else { precision.min(Precision::I16) };
        let data = |name: &str| parameters[name].data.as_slice();
        let table = |name: &str, width| Table { width, weights: data(name).to_vec() };
        let category_embeddings = config
            .category_embeddings
            .iter()
            .enumerate()
            .map(|(k, embedding)| table(&format!("category_embeddings.{k}.weight"), embedding.width))
            .collect();
        let time_embedding =
            config.time_embedding.as_ref().map(|embedding| table("time_embedding.weight", embedding.width));

        let input = Layout::new(config.input_width(), 1);
        let mut step = input;
        let mut conv = Vec::new();
        for (i, conv_block) in config.conv.iter().enumerate() {
            let (weight, bias) = (data(&format!("conv.{i}.weight")), data(&format!("conv.{i}.bias")));
            let layer = Layer::pack(
                isa,
                &Unpacked {
                    activation: Activation::ReluMaxPool { pool: conv_block.pool },
                    precision: [Precision::F32; 2],
                    units: conv_block.channels,
                    inputs: conv_block.kernel * step.stride(),
                    input: &|index, _, unit| {
                        let (tap, index) = (index / step.stride(), index % step.stride());
                        step.column(index).map_or(0.0, |channel| {
                            weight[(unit * step.columns() + channel) * conv_block.kernel + tap]
                        })
                    },
                    hidden: &|_, _, _| 0.0,
                    bias: &|_, unit| bias[unit],
                },
            );
            conv.push(Conv { layer, kernel: conv_block.kernel, pool: conv_block.pool, input: step });
            step = Layout::new(conv_block.channels, block(isa));
        }
        let conv_out = step;

        let mut recurrent = Vec::new();
        if let Some(layers) = &config.recurrent {
            for layer in 0..layers.layers {
                let directions = ["forward", "backward"].iter().take(layers.directions());
                let precision = [if layer == 0 { first } else { precision }, precision];
                let packed = directions.map(|direction| {
                    let path = format!("recurrent.{layer}.{direction}");
                    pack_recurrent(isa, precision, layers, step, |name| data(&format!("{path}.{name}")))
                });
                recurrent.push(packed.collect());
                let one = Layout::new(layers.hidden, block(isa));
                step = Layout { parts: layers.directions(), ..one };
            }
        }
        let features = step;
        let norm = config.recurrent.as_ref().is_some_and(|layers| layers.layer_norm).then(|| Norm {
            weight: features.spread(data("norm.weight")),
            bias: features.spread(data("norm.bias")),
        });
        let pooling = match config.pooling {
            Pooling::Last => Pool::Last,
            Pooling::Mean => Pool::Mean,
            Pooling::Attention => {
                Pool::Attention(features.spread(data("attention.weight")), data("attention.bias")[0])
            }
        };

        let mut head = Vec::new();
        let mut linear = |activation, units| {
            let i = head.len();
            let (weight, bias) = (data(&format!("head.{i}.weight")), data(&format!("head.{i}.bias")));
            let unpacked = Unpacked {
                activation,
                precision: [Precision::F32; 2],
                units,
                inputs: step.stride(),
                input: &|index, _, unit| {
                    step.column(index).map_or(0.0, |column| weight[column * units + unit])
                },
                hidden: &|_, _, _| 0.0,
                bias: &|_, unit| bias[unit],
            };
            head.push(Layer::pack(isa, &unpacked));
            step = Layout::new(units, block(isa));
        };
        if let Head::Mlp { hidden, .. } = config.head {
            linear(Activation::ReluMaxPool { pool: 1 }, hidden);
        }
        linear(Activation::Identity, config.classes);

        Self {
            dense: config.dense,
            category_embeddings,
            time_embedding,
            input,
            conv,
            conv_out,
            recurrent,
            features,
            norm,
            pooling,
            head,
            classes: config.classes,
        }
    }
}

/// One direction of one recurrent layer, whose parameters `data` returns by the end of their names.
fn pack_recurrent<'a>(
    isa: Isa,
    precision: [Precision; 2],
    layers: &Recurrent,
    step: Layout,
    data: impl Fn(&str) -> &'a [f32],
) -> Layer {
    let (input, hidden) = (data("input_weight"), data("hidden_weight"));
    let (input_bias, hidden_bias) = (data("input_bias"), data("hidden_bias"));
    let (units, width) = (layers.hidden, layers.cell.gates() * layers.hidden);
    Layer::pack(
        isa,
        &Unpacked {
            activation: Activation::Recurrent(layers.cell),
            precision,
            units,
            inputs: step.stride(),
            input: &|index, gate, unit| {
                step.column(index).map_or(0.0, |column| input[column * width + gate * units + unit])
            },
            hidden: &|from, gate, unit| hidden[from * width + gate * units + unit],
            bias: &|pre_activation: PreActivation, unit| {
                let at = |used: bool, bias: &[f32]| {
                    if used { bias[pre_activation.gate * units + unit] } else { 0.0 }
                };
                at(pre_activation.input, input_bias) + at(pre_activation.hidden, hidden_bias)
            },
        },
    )
}
