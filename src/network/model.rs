//! The network as a Burn module.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::{Head, NetworkConfig, Pooling, Recurrent};
use super::conv::Convolution;
use super::dropout::Dropout;
use super::norm::Norm;
use super::parameters::{Parameter, Parameters};
use super::pooling;
use super::recurrent::RecurrentLayer;
use super::valid::Valid;
use crate::windows::WindowBatch;

/// The network that a [`NetworkConfig`] describes.
///
/// The paths of its parameters are the names of [`NetworkConfig::parameters`].
#[derive(Module, Debug)]
pub struct Network {
    category_embeddings: Vec<Embedding>,
    time_embedding: Option<Embedding>,
    conv: Vec<Convolution>,
    recurrent: Vec<RecurrentLayer>,
    #[module(skip)]
    recurrent_dropout: f64,
    #[module(skip)]
    output_dropout: f64,
    norm: Option<Norm>,
    attention: Option<Linear>,
    head: Vec<Linear>,
    #[module(skip)]
    head_dropout: f64,
    #[module(skip)]
    pooling: Pooling,
    #[module(skip)]
    directions: usize,
}

/// A batch of windows on a device.
#[derive(Clone, Debug)]
pub struct NetworkInputs {
    /// `[N, L, F]`.
    pub dense: Tensor<3>,
    /// Category codes `[N, L, K]`, if the network embeds any.
    pub codes: Option<Tensor<3, Int>>,
    /// Row of the time embedding for each step, `[N, L]`.
    pub steps: Tensor<2, Int>,
    /// Valid steps of each window, unless all are.
    valid: Option<Valid>,
}

impl NetworkInputs {
    /// Moves a batch to the device. Steps past the end of the time embedding take its last row.
    ///
    /// # Panics
    /// The widths of the batch are not those of the network.
    pub fn new(batch: &WindowBatch, config: &NetworkConfig, device: &Device) -> Self {
        let WindowBatch { windows, length, .. } = *batch;
        let categories = config.category_embeddings.len();
        let rows = config.time_embedding.as_ref().map_or(1, |table| table.steps);
        let dense = TensorData::new(batch.dense.clone(), [windows, length, config.dense]);
        let codes: Vec<i32> = batch.codes.iter().map(|code| i32::from(*code)).collect();
        let codes = TensorData::new(codes, [windows, length, categories]);
        let steps: Vec<i32> =
            batch.steps.iter().map(|step| usize::from(*step).min(rows - 1) as i32).collect();
        Self {
            dense: Tensor::from_data(dense, device),
            codes: (categories > 0).then(|| Tensor::from_data(codes, device)),
            steps: Tensor::from_data(TensorData::new(steps, [windows, length]), device),
            valid: Valid::new(length, batch.valid.iter().map(|valid| *valid as usize)),
        }
    }
}

impl Network {
    /// Fresh weights from the device's seeded generator, distributed as PyTorch's are:
    /// `U(-1/sqrt(H), 1/sqrt(H))` in recurrent layers, `U(-1/sqrt(fan_in), 1/sqrt(fan_in))` in
    /// conv and linear layers, `N(0, 1)` in embeddings.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        let network = Self::uninitialized(config, device);
        network.visit(&mut Initialize);
        network
    }

    /// A network with these weights.
    ///
    /// # Panics
    /// As [`Network::with_parameters`].
    pub fn from_parameters(config: &NetworkConfig, parameters: &Parameters, device: &Device) -> Self {
        Self::uninitialized(config, device).with_parameters(parameters)
    }

    /// A network whose weights are drawn when they are first read.
    fn uninitialized(config: &NetworkConfig, device: &Device) -> Self {
        let embedding = |rows, width| EmbeddingConfig::new(rows, width).init(device);
        let linear = |inputs, outputs| LinearConfig::new(inputs, outputs).init(device);

        let mut width = config.input_width();
        let conv = config.conv.iter().map(|block| {
            let inputs = std::mem::replace(&mut width, block.channels);
            Convolution::new(block, inputs, device)
        });
        let conv = conv.collect();
        let mut recurrent = Vec::new();
        if let Some(layers) = &config.recurrent {
            for _ in 0..layers.layers {
                recurrent.push(RecurrentLayer::new(layers, width, device));
                width = layers.hidden * layers.directions();
            }
        }
        let normalised = config.recurrent.as_ref().is_some_and(|layers| layers.layer_norm);
        let norm = normalised.then(|| Norm::new(width, device));
        let (head, head_dropout) = match config.head {
            Head::Linear => (vec![linear(width, config.classes)], 0.0),
            Head::Mlp { hidden, dropout } => {
                (vec![linear(width, hidden), linear(hidden, config.classes)], dropout)
            }
        };
        let categories = config.category_embeddings.iter();
        let layers = config.recurrent.as_ref();
        let dropout = |of: fn(&Recurrent) -> f64| layers.map_or(0.0, of);
        Self {
            category_embeddings: categories.map(|table| embedding(table.levels, table.width)).collect(),
            time_embedding: config.time_embedding.as_ref().map(|table| embedding(table.steps, table.width)),
            conv,
            recurrent,
            recurrent_dropout: dropout(|layers| layers.dropout),
            output_dropout: dropout(|layers| layers.output_dropout),
            norm,
            attention: (config.pooling == Pooling::Attention).then(|| linear(width, 1)),
            head,
            head_dropout,
            pooling: config.pooling,
            directions: layers.map_or(1, Recurrent::directions),
        }
    }

    /// Logits `[N, classes]`.
    pub fn forward(&self, inputs: &NetworkInputs) -> Tensor<2> {
        self.forward_with(inputs, &mut Dropout::Off)
    }

    /// Logits `[N, classes]` with dropout, as they are while training.
    pub fn forward_with(&self, inputs: &NetworkInputs, dropout: &mut Dropout) -> Tensor<2> {
        let (mut steps, valid) = self.convolve(inputs, dropout);
        for (index, layer) in self.recurrent.iter().enumerate() {
            if index > 0 {
                steps = dropout.apply(steps, self.recurrent_dropout);
            }
            steps = layer.forward(steps, valid.as_ref());
        }
        if let Some(norm) = &self.norm {
            steps = norm.forward(steps);
        }
        let pooled = self.pool(steps, valid.as_ref(), dropout);
        self.classify(pooled, dropout)
    }

    /// What each recurrent layer reads, and at the end the output of the last one: `[L, N, features]` each.
    pub fn recurrent_steps(&self, inputs: &NetworkInputs) -> Vec<Tensor<3>> {
        let (read, valid) = self.convolve(inputs, &mut Dropout::Off);
        let mut steps = vec![read];
        for layer in &self.recurrent {
            steps.push(layer.forward(steps[steps.len() - 1].clone(), valid.as_ref()));
        }
        steps
    }

    /// What the recurrent layers and the pooling read, `[L, N, features]`, and which of its steps are valid.
    fn convolve(&self, inputs: &NetworkInputs, dropout: &mut Dropout) -> (Tensor<3>, Option<Valid>) {
        let mut steps = self.embed(inputs);
        let mut valid = inputs.valid.clone();
        if let Some(valid) = &valid {
            let [windows, length, width] = steps.dims();
            let padding = valid.padding(&steps.device()).expand([windows, length, width]);
            steps = steps.mask_fill(padding, 0.0);
        }
        for block in &self.conv {
            steps = block.forward(steps, valid.as_ref(), dropout);
            valid = valid.map(|valid| valid.pooled(block.pool()));
        }
        (steps.swap_dims(0, 1), valid)
    }

    /// Dense inputs, category embeddings and time embedding side by side, `[N, L, I]`.
    fn embed(&self, inputs: &NetworkInputs) -> Tensor<3> {
        let mut parts = Vec::with_capacity(2 + self.category_embeddings.len());
        let [_, _, dense] = inputs.dense.dims();
        if dense > 0 {
            parts.push(inputs.dense.clone());
        }
        if let Some(codes) = &inputs.codes {
            for (index, table) in self.category_embeddings.iter().enumerate() {
                let codes: Tensor<2, Int> = codes.clone().narrow(2, index, 1).squeeze_dim(2);
                parts.push(table.forward(codes));
            }
        }
        if let Some(table) = &self.time_embedding {
            parts.push(table.forward(inputs.steps.clone()));
        }
        Tensor::cat(parts, 2)
    }

    /// `[L, N, D * H]` to `[N, D * H]`, with the dropout of the last recurrent layer's output.
    fn pool(&self, steps: Tensor<3>, valid: Option<&Valid>, dropout: &mut Dropout) -> Tensor<2> {
        let probability = self.output_dropout;
        match (self.pooling, &self.attention) {
            (Pooling::Attention, Some(scores)) => {
                pooling::attention(dropout.apply(steps, probability), scores, valid)
            }
            (Pooling::Mean, _) => pooling::mean(dropout.apply(steps, probability), valid),
            // The same distribution as dropping out before, without drawing what is pooled away.
            _ => dropout.apply(pooling::last(steps, self.directions, valid), probability),
        }
    }

    /// The head: `[N, D * H]` to `[N, classes]`.
    fn classify(&self, pooled: Tensor<2>, dropout: &mut Dropout) -> Tensor<2> {
        let mut vector = pooled;
        for (index, layer) in self.head.iter().enumerate() {
            if index > 0 {
                vector = dropout.apply(relu(vector), self.head_dropout);
            }
            vector = layer.forward(vector);
        }
        vector
    }

    /// The weights by name. Reads synchronously: not for WebGPU in a browser.
    pub fn parameters(&self) -> Parameters {
        let mut collect = Collect::default();
        self.visit(&mut collect);
        collect.parameters
    }

    /// The same network with these weights.
    ///
    /// # Panics
    /// A weight is not there or has another shape than [`NetworkConfig::parameters`] says.
    pub fn with_parameters(self, parameters: &Parameters) -> Self {
        self.map(&mut Replace { path: Vec::new(), parameters })
    }
}

/// Initialises every weight that has no value yet, in the order of the module.
struct Initialize;

impl ModuleVisitor for Initialize {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        param.val();
    }
}

/// Reads every weight.
#[derive(Default)]
struct Collect {
    path: Vec<String>,
    parameters: Parameters,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        let shape = data.shape().to_vec();
        let data = data.iter::<f32>().collect();
        self.parameters.insert(self.path.join("."), Parameter { shape, data });
    }
}

/// Replaces every weight.
struct Replace<'a> {
    path: Vec<String>,
    parameters: &'a Parameters,
}

impl ModuleMapper for Replace<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let Some(Parameter { shape, data }) = self.parameters.get(&name) else {
            panic!("the weight `{name}` is not there");
        };
        assert_eq!(*shape, param.lazy_shape().to_vec(), "the shape of the weight `{name}`");
        let data = TensorData::new(data.clone(), shape.clone());
        let id = param.id;
        let tensor = Tensor::from_data(data, &param.lazy_device());
        param.transform_for_load(tensor, id)
    }
}
