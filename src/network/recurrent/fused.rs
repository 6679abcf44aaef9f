//! A recurrent layer as one operation.

use burn::backend::DispatchTensor;
use burn::tensor::Tensor;

use super::pass::{Layer, Pass, Trace, Weights};
use crate::network::config::Cell;
use crate::network::operation::{Operation, Passed, compute};
use crate::network::valid::Valid;

/// `[L, N, in]` to the hidden states `[L, N, D * H]`, if all tensors are on the CPU backend.
pub(super) fn forward(
    inputs: &Tensor<3>,
    cell: Cell,
    hidden: usize,
    forward: Weights<DispatchTensor>,
    backward: Option<Weights<DispatchTensor>>,
    valid: Option<&Valid>,
) -> Option<Tensor<3>> {
    let [length, windows, width] = inputs.dims();
    let directions = 1 + usize::from(backward.is_some());
    let layer = Layer { cell, length, windows, inputs: width, hidden, directions, valid: valid.cloned() };
    let states = [length, windows, layer.width()];
    let inputs = inputs.clone().into_dispatch();
    let Weights { input: a, input_bias: b, hidden: c, hidden_bias: d } = forward;
    match backward {
        None => compute(layer, [inputs, a, b, c, d], states),
        Some(Weights { input: e, input_bias: f, hidden: g, hidden_bias: h }) => {
            compute(layer, [inputs, a, b, c, d, e, f, g, h], states)
        }
    }
}

/// The parents are the inputs, then the weights of each direction in the order of [`Weights`].
impl Operation for Layer {
    type Trace = Vec<Trace>;

    fn forward(&self, parents: &[&[f32]]) -> (Vec<f32>, Vec<Trace>) {
        let mut states = vec![0.0; self.length * self.windows * self.width()];
        let traces = passes(self, parents).map(|pass| pass.forward(&mut states)).collect();
        (states, traces)
    }

    fn backward(&self, passed: Passed<'_, Vec<Trace>>, d_states: &[f32], first: bool) -> Vec<Vec<f32>> {
        let Passed { parents, result: states, trace: traces } = passed;
        let mut d_inputs = vec![0.0; if first { parents[0].len() } else { 0 }];
        let mut all = vec![Vec::new()];
        for (pass, trace) in passes(self, parents).zip(traces) {
            let d_inputs = first.then_some(d_inputs.as_mut_slice());
            let Weights { input, input_bias, hidden, hidden_bias } =
                pass.backward(states, trace, d_states, d_inputs);
            all.extend([input, input_bias, hidden, hidden_bias]);
        }
        all[0] = d_inputs;
        all
    }
}

fn passes<'a>(layer: &'a Layer, parents: &'a [&'a [f32]]) -> impl Iterator<Item = Pass<'a>> {
    (0..layer.directions).map(move |direction| {
        let [input, input_bias, hidden, hidden_bias] =
            std::array::from_fn(|weight| parents[1 + 4 * direction + weight]);
        let weights = Weights { input, input_bias, hidden, hidden_bias };
        Pass { layer, direction, inputs: parents[0], weights }
    })
}
