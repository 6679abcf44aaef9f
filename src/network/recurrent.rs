//! Recurrent layers, equal to `torch.nn.{RNN, LSTM, GRU}`.
//!
//! The gates' weights stand side by side, `[in, G * H]` and `[H, G * H]`. What the inputs
//! contribute is one product for all steps, taken before the loop over time. Sequences are
//! time-major, `[L, N, features]`, so that the rows of one step are contiguous.

#[cfg(feature = "training")]
mod elementwise;
#[cfg(feature = "training")]
mod fused;
#[cfg(feature = "training")]
mod pass;
#[cfg(feature = "training")]
mod step;
#[cfg(all(test, feature = "training"))]
mod tests;

use burn::module::{Initializer, Module, Param};
use burn::tensor::activation::{self, sigmoid};
use burn::tensor::module::linear;
use burn::tensor::{Device, Tensor};

use super::config::{Cell, Recurrent};
use super::valid::Valid;

/// One layer: a forward direction, and a backward one if the network is bidirectional.
#[derive(Module, Debug)]
pub(super) struct RecurrentLayer {
    forward: Direction,
    backward: Option<Direction>,
}

/// The weights of one direction of one layer.
#[derive(Module, Debug)]
struct Direction {
    /// `[in, G * H]`.
    input_weight: Param<Tensor<2>>,
    /// `[G * H]`.
    input_bias: Param<Tensor<1>>,
    /// `[H, G * H]`.
    hidden_weight: Param<Tensor<2>>,
    /// `[G * H]`.
    hidden_bias: Param<Tensor<1>>,
    #[module(skip)]
    cell: Cell,
    /// Whether it runs from the last step to the first.
    #[module(skip)]
    reverse: bool,
}

impl RecurrentLayer {
    /// A layer that reads `inputs` features a step, initialised as PyTorch does.
    pub(super) fn new(config: &Recurrent, inputs: usize, device: &Device) -> Self {
        let direction = |reverse| Direction::new(config, inputs, reverse, device);
        Self { forward: direction(false), backward: config.bidirectional.then(|| direction(true)) }
    }

    /// `[L, N, in]` to the hidden states `[L, N, D * H]`, the forward direction's first. At padded
    /// steps those of the forward direction are meaningless, and those of the backward one are zero, so that it starts
    /// at the last valid step.
    pub(super) fn forward(&self, inputs: Tensor<3>, valid: Option<&Valid>) -> Tensor<3> {
        #[cfg(feature = "training")]
        if let Some(states) = self.forward_fused(&inputs, valid) {
            return states;
        }
        self.forward_by_operations(inputs, valid)
    }

    /// The same as one operation of our own, on the CPU backend.
    #[cfg(feature = "training")]
    fn forward_fused(&self, inputs: &Tensor<3>, valid: Option<&Valid>) -> Option<Tensor<3>> {
        let [hidden, _] = self.forward.hidden_weight.dims();
        let backward = self.backward.as_ref().map(Direction::weights);
        fused::forward(inputs, self.forward.cell, hidden, self.forward.weights(), backward, valid)
    }

    /// The same through Burn's own operations, on any device.
    fn forward_by_operations(&self, inputs: Tensor<3>, valid: Option<&Valid>) -> Tensor<3> {
        match &self.backward {
            None => self.forward.forward(inputs, None),
            Some(backward) => {
                let forward = self.forward.forward(inputs.clone(), None);
                Tensor::cat(vec![forward, backward.forward(inputs, valid)], 2)
            }
        }
    }
}

impl Direction {
    fn new(config: &Recurrent, inputs: usize, reverse: bool, device: &Device) -> Self {
        let Recurrent { cell, hidden, .. } = *config;
        let bound = 1.0 / (hidden as f64).sqrt();
        let uniform = Initializer::Uniform { min: -bound, max: bound };
        let gates = cell.gates() * hidden;
        Self {
            input_weight: uniform.init([inputs, gates], device),
            input_bias: uniform.init([gates], device),
            hidden_weight: uniform.init([hidden, gates], device),
            hidden_bias: uniform.init([gates], device),
            cell,
            reverse,
        }
    }

    /// The weights for the operation of our own.
    #[cfg(feature = "training")]
    fn weights(&self) -> pass::Weights<burn::backend::DispatchTensor> {
        pass::Weights {
            input: self.input_weight.val().into_dispatch(),
            input_bias: self.input_bias.val().into_dispatch(),
            hidden: self.hidden_weight.val().into_dispatch(),
            hidden_bias: self.hidden_bias.val().into_dispatch(),
        }
    }

    /// `[L, N, in]` to the hidden states `[L, N, H]`, which are zero where `valid` has padding.
    fn forward(&self, inputs: Tensor<3>, valid: Option<&Valid>) -> Tensor<3> {
        let [length, windows, width] = inputs.dims();
        let keep = valid.map(|valid| {
            let padding = valid.padding(&inputs.device()).swap_dims(0, 1).reshape([length * windows, 1]);
            self.steps(padding.bool_not().float(), length)
        });
        let keep = Keep(keep);
        let rows = inputs.reshape([length * windows, width]);
        let mut states = match self.cell {
            Cell::Rnn => self.rnn(rows, length, &keep),
            Cell::Lstm => self.lstm(rows, length, &keep),
            Cell::Gru => self.gru(rows, length, &keep),
        };
        if self.reverse {
            states.reverse();
        }
        let [_, hidden] = states[0].dims();
        Tensor::cat(states, 0).reshape([length, windows, hidden])
    }

    /// `h' = tanh(W x + b + U h + d)`.
    fn rnn(&self, rows: Tensor<2>, length: usize, keep: &Keep) -> Vec<Tensor<2>> {
        let hidden_weight = self.hidden_weight.val();
        let bias = self.input_bias.val() + self.hidden_bias.val();
        let inputs = self.steps(linear(rows, self.input_weight.val(), Some(bias)), length);
        let mut state: Option<Tensor<2>> = None;
        let step = |(step, input): (usize, Tensor<2>)| {
            let pre_activation = match state.take() {
                Some(state) => input + state.matmul(hidden_weight.clone()),
                None => input,
            };
            state.insert(keep.at(step, tanh(pre_activation))).clone()
        };
        inputs.into_iter().enumerate().map(step).collect()
    }

    /// `i, f, o = sigmoid(W x + b + U h + d)`, `g = tanh(W x + b + U h + d)`, `c' = f c + i g`, `h' = o tanh(c')`.
    fn lstm(&self, rows: Tensor<2>, length: usize, keep: &Keep) -> Vec<Tensor<2>> {
        let hidden_weight = self.hidden_weight.val();
        let [hidden, _] = hidden_weight.dims();
        let bias = self.input_bias.val() + self.hidden_bias.val();
        let inputs = self.steps(linear(rows, self.input_weight.val(), Some(bias)), length);
        let mut last: Option<[Tensor<2>; 2]> = None;
        let step = |(step, input): (usize, Tensor<2>)| {
            let (pre_activations, cell_state) = match last.take() {
                Some([state, cell_state]) => (input + state.matmul(hidden_weight.clone()), Some(cell_state)),
                None => (input, None),
            };
            let input_forget = sigmoid(pre_activations.clone().narrow(1, 0, 2 * hidden));
            let new = tanh(pre_activations.clone().narrow(1, 2 * hidden, hidden));
            let output = sigmoid(pre_activations.narrow(1, 3 * hidden, hidden));
            let added = input_forget.clone().narrow(1, 0, hidden) * new;
            let cell_state = match cell_state {
                Some(cell_state) => input_forget.narrow(1, hidden, hidden) * cell_state + added,
                None => added,
            };
            let cell_state = keep.at(step, cell_state);
            let state = keep.at(step, output * tanh(cell_state.clone()));
            last = Some([state.clone(), cell_state]);
            state
        };
        inputs.into_iter().enumerate().map(step).collect()
    }

    /// `r, z = sigmoid(W x + b + U h + d)`, `n = tanh(W x + b + r (U h + d))`, `h' = n + z (h - n)`.
    ///
    /// The weights of `r` and `z` are taken apart from those of `n` outside of the loop, because
    /// the gradient of a slice is as large as what it was cut from.
    fn gru(&self, rows: Tensor<2>, length: usize, keep: &Keep) -> Vec<Tensor<2>> {
        let [input_weight, hidden_weight] = [self.input_weight.val(), self.hidden_weight.val()];
        let [input_bias, hidden_bias] = [self.input_bias.val(), self.hidden_bias.val()];
        let [hidden, _] = hidden_weight.dims();
        let gates = |weight: &Tensor<2>| weight.clone().narrow(1, 0, 2 * hidden);
        let new = |weight: &Tensor<2>| weight.clone().narrow(1, 2 * hidden, hidden);

        let gates_bias = (input_bias.clone() + hidden_bias.clone()).narrow(0, 0, 2 * hidden);
        let gates_inputs = linear(rows.clone(), gates(&input_weight), Some(gates_bias));
        let new_bias = input_bias.narrow(0, 2 * hidden, hidden);
        let new_inputs = linear(rows, new(&input_weight), Some(new_bias));
        let [gates_weight, new_weight] = [gates(&hidden_weight), new(&hidden_weight)];
        let new_hidden_bias = hidden_bias.narrow(0, 2 * hidden, hidden);

        let mut state: Option<Tensor<2>> = None;
        let step = |(step, (gates_input, new_input)): (usize, (Tensor<2>, Tensor<2>))| {
            let (gates, new_hidden) = match &state {
                Some(state) => (
                    gates_input + state.clone().matmul(gates_weight.clone()),
                    linear(state.clone(), new_weight.clone(), Some(new_hidden_bias.clone())),
                ),
                None => (gates_input, new_hidden_bias.clone().unsqueeze()),
            };
            let gates = sigmoid(gates);
            let reset = gates.clone().narrow(1, 0, hidden);
            let update = gates.narrow(1, hidden, hidden);
            let new = tanh(new_input + reset * new_hidden);
            let next = match state.take() {
                Some(state) => new.clone() + update * (state - new),
                None => new.clone() - update * new,
            };
            state.insert(keep.at(step, next)).clone()
        };
        let gates_inputs = self.steps(gates_inputs, length);
        gates_inputs.into_iter().zip(self.steps(new_inputs, length)).enumerate().map(step).collect()
    }

    /// `[L * N, features]` to `L` times `[N, features]`, in the order in which this direction runs.
    fn steps(&self, rows: Tensor<2>, length: usize) -> Vec<Tensor<2>> {
        let mut steps = Vec::with_capacity(length);
        split(rows, length, &mut steps);
        if self.reverse {
            steps.reverse();
        }
        steps
    }
}

/// 1 where a step is valid and 0 where it is padding, `[N, 1]` for each step in the order in which a direction runs;
/// none if all are valid.
struct Keep(Option<Vec<Tensor<2>>>);

impl Keep {
    /// A state after some steps, zero where the last one was padding.
    fn at(&self, step: usize, state: Tensor<2>) -> Tensor<2> {
        match &self.0 {
            Some(keep) => state * keep[step].clone(),
            None => state,
        }
    }
}

/// Cuts rows into `parts` equal parts by halving: the gradient of a slice is as large as what it
/// was cut from, so that cutting one part after another would take quadratic time.
fn split(rows: Tensor<2>, parts: usize, out: &mut Vec<Tensor<2>>) {
    if parts == 1 {
        out.push(rows);
        return;
    }
    let [count, _] = rows.dims();
    let middle = count / parts * (parts / 2);
    split(rows.clone().narrow(0, 0, middle), parts / 2, out);
    split(rows.narrow(0, middle, count - middle), parts - parts / 2, out);
}

/// `tanh` of any number, however large.
///
/// WGSL takes the accuracy of its `tanh` from `sinh(x) / cosh(x)`, and some adapters compute just that: beyond 88
/// it is infinity by infinity, which is NaN. From 9.02 on an f32 rounds to one and its slope to zero, so the bound
/// changes no result. Burn's `sigmoid` needs none: where its `exp` overflows, it comes to zero.
fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    activation::tanh(x.clamp(-10.0, 10.0))
}
