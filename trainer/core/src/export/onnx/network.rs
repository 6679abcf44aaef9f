//! One network as nodes: `painwave::network::Network::forward` in ONNX's operators.

use painwave::network::{Cell, Head, NetworkConfig, Parameter, Parameters, Pooling, Recurrent};

use super::graph::{GraphWriter, Value, float, int, ints, text};

/// Names of a network's inputs, each there if the network reads it.
pub(super) struct Inputs {
    /// f32 `[N, L, F]`.
    pub dense: Option<Value>,
    /// i64 `[N, L, K]`.
    pub codes: Option<Value>,
    /// i64 `[N, L]`.
    pub steps: Option<Value>,
}

/// Added to the variance; the network's layer norm has PyTorch's default.
const NORM_EPSILON: f32 = 1e-5;

/// Writes the network and returns the name of its logits `[N, classes]`.
///
/// # Panics
/// A parameter is not there; those of a valid bundle are.
pub(super) fn write_network(
    graph: &mut GraphWriter,
    config: &NetworkConfig,
    parameters: &Parameters,
    inputs: &Inputs,
) -> Value {
    let mut writer = NetworkWriter { graph, config, parameters };
    let embedded = writer.embed(inputs);
    let steps = writer.conv(embedded);
    let steps = writer.recurrent(steps);
    let pooled = writer.pool(steps);
    writer.head(pooled)
}

struct NetworkWriter<'a> {
    graph: &'a mut GraphWriter,
    config: &'a NetworkConfig,
    parameters: &'a Parameters,
}

impl NetworkWriter<'_> {
    /// A parameter as a constant, as it is.
    fn weight(&mut self, name: &str) -> Value {
        let Parameter { shape, data } = &self.parameters[name];
        self.graph.floats(name, shape, data)
    }

    /// Dense inputs and embeddings side by side, `[N, L, I]`.
    fn embed(&mut self, inputs: &Inputs) -> Value {
        let mut parts: Vec<Value> = inputs.dense.iter().cloned().collect();
        if let Some(codes) = &inputs.codes {
            for column in 0..self.config.category_embeddings.len() {
                let name = format!("category_embeddings.{column}");
                let table = self.weight(&format!("{name}.weight"));
                let index = self.graph.integer(&format!("{name}.column"), column as i64);
                let codes = self.graph.node(
                    "Gather",
                    &format!("{name}.codes"),
                    &[codes, &index],
                    vec![int("axis", 2)],
                );
                parts.push(self.graph.node("Gather", &name, &[&table, &codes], vec![int("axis", 0)]));
            }
        }
        if let (Some(steps), Some(table)) = (&inputs.steps, &self.config.time_embedding) {
            let weight = self.weight("time_embedding.weight");
            let first = self.graph.integer("time_embedding.first", 0);
            let last = self.graph.integer("time_embedding.last", table.steps as i64 - 1);
            let rows = self.graph.node("Clip", "time_embedding.rows", &[steps, &first, &last], Vec::new());
            parts.push(self.graph.node("Gather", "time_embedding", &[&weight, &rows], vec![int("axis", 0)]));
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.graph.node("Concat", "inputs", &parts, vec![int("axis", 2)])
    }

    /// The conv blocks, `[N, L, I]` to time-major `[L', N, C]`, as recurrent operators read them.
    fn conv(&mut self, inputs: Value) -> Value {
        if self.config.conv.is_empty() {
            return self.graph.node("Transpose", "steps", &[&inputs], vec![ints("perm", &[1, 0, 2])]);
        }
        let mut channels =
            self.graph.node("Transpose", "channels", &[&inputs], vec![ints("perm", &[0, 2, 1])]);
        for (index, block) in self.config.conv.iter().enumerate() {
            let name = format!("conv.{index}");
            let weight = self.weight(&format!("{name}.weight"));
            let bias = self.weight(&format!("{name}.bias"));
            let (kernel, padding) = (block.kernel as i64, block.kernel as i64 / 2);
            let attributes = vec![ints("kernel_shape", &[kernel]), ints("pads", &[padding, padding])];
            channels = self.graph.node("Conv", &name, &[&channels, &weight, &bias], attributes);
            channels = self.graph.node("Relu", &format!("{name}.relu"), &[&channels], Vec::new());
            if block.pool > 1 {
                let pool = block.pool as i64;
                let attributes = vec![ints("kernel_shape", &[pool]), ints("strides", &[pool])];
                channels = self.graph.node("MaxPool", &format!("{name}.pool"), &[&channels], attributes);
            }
        }
        self.graph.node("Transpose", "steps", &[&channels], vec![ints("perm", &[2, 0, 1])])
    }

    /// The recurrent layers and the layer norm, `[L, N, C]` to `[L, N, D * H]`.
    fn recurrent(&mut self, mut steps: Value) -> Value {
        let Some(layers) = &self.config.recurrent else { return steps };
        for layer in 0..layers.layers {
            let name = format!("recurrent.{layer}");
            let states = self.layer(&name, layers, &steps);
            // [L, D, N, H] to [L, N, D * H]; a size of 0 is the input's own.
            let perm = vec![ints("perm", &[0, 2, 1, 3])];
            let states = self.graph.node("Transpose", &format!("{name}.transposed"), &[&states], perm);
            let shape = self.graph.integers(&format!("{name}.shape"), &[0, 0, -1]);
            steps = self.graph.node("Reshape", &format!("{name}.states"), &[&states, &shape], Vec::new());
        }
        if layers.layer_norm {
            let (weight, bias) = (self.weight("norm.weight"), self.weight("norm.bias"));
            let attributes = vec![int("axis", -1), float("epsilon", NORM_EPSILON)];
            steps = self.graph.node("LayerNormalization", "norm", &[&steps, &weight, &bias], attributes);
        }
        steps
    }

    /// One recurrent layer, `[L, N, in]` to `[L, D, N, H]`.
    fn layer(&mut self, name: &str, layers: &Recurrent, steps: &str) -> Value {
        let directions = ["forward", "backward"].iter().take(layers.directions());
        let (mut input, mut hidden, mut bias) = (Vec::new(), Vec::new(), Vec::new());
        for direction in directions {
            let parameter = |part| &self.parameters[&format!("{name}.{direction}.{part}")];
            transpose_gates(layers, parameter("input_weight"), &mut input);
            transpose_gates(layers, parameter("hidden_weight"), &mut hidden);
            // A bias is a weight of one row.
            transpose_gates(layers, parameter("input_bias"), &mut bias);
            transpose_gates(layers, parameter("hidden_bias"), &mut bias);
        }
        let (count, gates) = (layers.directions(), layers.cell.gates() * layers.hidden);
        let width = input.len() / (count * gates);
        let input = self.graph.floats(&format!("{name}.input_weight"), &[count, gates, width], &input);
        let shape = [count, gates, layers.hidden];
        let hidden = self.graph.floats(&format!("{name}.hidden_weight"), &shape, &hidden);
        let bias = self.graph.floats(&format!("{name}.bias"), &[count, 2 * gates], &bias);

        let direction = if layers.bidirectional { "bidirectional" } else { "forward" };
        let mut attributes = vec![text("direction", direction), int("hidden_size", layers.hidden as i64)];
        let operator = match layers.cell {
            Cell::Rnn => "RNN",
            Cell::Lstm => "LSTM",
            Cell::Gru => {
                attributes.push(int("linear_before_reset", 1));
                "GRU"
            }
        };
        self.graph.node(operator, name, &[steps, &input, &hidden, &bias], attributes)
    }

    /// `[L, N, D * H]` to `[N, D * H]`.
    fn pool(&mut self, steps: Value) -> Value {
        match self.config.pooling {
            Pooling::Last => self.last(&steps),
            Pooling::Mean => {
                let attributes = vec![ints("axes", &[0]), int("keepdims", 0)];
                self.graph.node("ReduceMean", "mean", &[&steps], attributes)
            }
            Pooling::Attention => {
                let (weight, bias) = (self.weight("attention.weight"), self.weight("attention.bias"));
                let scores = self.graph.node("MatMul", "attention.product", &[&steps, &weight], Vec::new());
                let scores = self.graph.node("Add", "attention.scores", &[&scores, &bias], Vec::new());
                let shares = self.graph.node("Softmax", "attention.shares", &[&scores], vec![int("axis", 0)]);
                let weighted = self.graph.node("Mul", "attention.weighted", &[&steps, &shares], Vec::new());
                let axes = self.graph.integers("attention.axes", &[0]);
                self.graph.node("ReduceSum", "attention", &[&weighted, &axes], vec![int("keepdims", 0)])
            }
        }
    }

    /// The forward direction's last step and the backward direction's first.
    fn last(&mut self, steps: &str) -> Value {
        let index = self.graph.integer("last.place", -1);
        let last = self.graph.node("Gather", "last", &[steps, &index], vec![int("axis", 0)]);
        let Some(Recurrent { bidirectional: true, hidden, .. }) = self.config.recurrent else { return last };
        let index = self.graph.integer("first.place", 0);
        let first = self.graph.node("Gather", "first", &[steps, &index], vec![int("axis", 0)]);
        let [start, middle, end, axis] =
            [("start", 0), ("middle", hidden as i64), ("end", 2 * hidden as i64), ("axis", 1)]
                .map(|(name, value)| self.graph.integers(&format!("final.{name}"), &[value]));
        let forward = self.graph.node("Slice", "final.forward", &[&last, &start, &middle, &axis], Vec::new());
        let backward =
            self.graph.node("Slice", "final.backward", &[&first, &middle, &end, &axis], Vec::new());
        self.graph.node("Concat", "final", &[&forward, &backward], vec![int("axis", 1)])
    }

    /// `[N, D * H]` to `[N, classes]`.
    fn head(&mut self, pooled: Value) -> Value {
        let layers = match self.config.head {
            Head::Linear => 1,
            Head::Mlp { .. } => 2,
        };
        let mut vector = pooled;
        for index in 0..layers {
            if index > 0 {
                vector = self.graph.node("Relu", "head.relu", &[&vector], Vec::new());
            }
            let name = format!("head.{index}");
            let (weight, bias) =
                (self.weight(&format!("{name}.weight")), self.weight(&format!("{name}.bias")));
            vector = self.graph.node("Gemm", &name, &[&vector, &weight, &bias], Vec::new());
        }
        vector
    }
}

/// Appends a weight `[rows, G * H]` as `[G * H, rows]`, with the gates in ONNX's order.
fn transpose_gates(layers: &Recurrent, weight: &Parameter, out: &mut Vec<f32>) {
    let order: &[usize] = match layers.cell {
        Cell::Rnn => &[0],
        // Input, forget, cell, output to input, output, forget, cell.
        Cell::Lstm => &[0, 3, 1, 2],
        // Reset, update, new to update, reset, hidden.
        Cell::Gru => &[1, 0, 2],
    };
    let width = layers.cell.gates() * layers.hidden;
    for gate in order {
        for unit in 0..layers.hidden {
            out.extend(weight.data.iter().skip(gate * layers.hidden + unit).step_by(width));
        }
    }
}
