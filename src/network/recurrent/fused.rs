//! A recurrent layer as one operation of Burn's CPU backend, with a backward pass of its own.
//!
//! Through Burn's operations a step of a cell is a dozen passes over small matrices, each with its own node
//! of the autodiff graph. Here it is one, and the graph has one node a layer.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, DType, DispatchKindConversion, DispatchTensor, Flex, TensorData};
use burn::tensor::Tensor;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::NoCheckpointing;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};

use super::Direction;
use super::pass::{Layer, Trace, Weights};
use crate::network::product::Into;

/// `[L, N, in]` to the hidden states `[L, N, D * H]`, if all tensors are on the CPU backend.
pub(super) fn forward(inputs: &Tensor<3>, directions: &[&Direction]) -> Option<Tensor<3>> {
    let [length, windows, width] = inputs.dims();
    let [hidden, _] = directions[0].hidden_weight.dims();
    let cell = directions[0].cell;
    let layer = Layer { cell, length, windows, inputs: width, hidden, directions: directions.len() };
    if let Some(parents) = primitives::<Autodiff<Flex>>(inputs, directions) {
        let states = match directions.len() {
            1 => tracked::<5>(layer, parents),
            _ => tracked::<9>(layer, parents),
        };
        return states.map(Tensor::from_primitive::<Autodiff<Flex>>);
    }
    let parents = Parents::new(primitives::<Flex>(inputs, directions)?)?;
    let (states, _) = parents.forward(layer);
    Some(Tensor::from_primitive::<Flex>(states))
}

/// The inputs, then the weights of each direction in the order of [`Weights`], if all are on the backend `B`.
fn primitives<B: Backend>(inputs: &Tensor<3>, directions: &[&Direction]) -> Option<Vec<FloatTensor<B>>>
where
    DispatchTensor: DispatchKindConversion<B>,
{
    let mut all = vec![inputs.clone().try_into_primitive::<B>()];
    for Direction { input_weight, input_bias, hidden_weight, hidden_bias, .. } in directions {
        all.push(input_weight.val().try_into_primitive::<B>());
        all.push(input_bias.val().try_into_primitive::<B>());
        all.push(hidden_weight.val().try_into_primitive::<B>());
        all.push(hidden_bias.val().try_into_primitive::<B>());
    }
    all.into_iter().collect::<Result<_, _>>().ok()
}

/// The forward pass, recorded in the graph of its `N` parents.
fn tracked<const N: usize>(
    layer: Layer,
    parents: Vec<FloatTensor<Autodiff<Flex>>>,
) -> Option<FloatTensor<Autodiff<Flex>>> {
    let (parents, nodes): (Vec<_>, Vec<_>) = parents.into_iter().map(|parent| parent.into_parts()).unzip();
    let nodes: [_; N] = nodes.try_into().ok()?;
    let parents = Parents::new(parents)?;
    let (states, traces) = parents.forward(layer);
    Some(match LayerBackward.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let saved = Saved { layer, parents, states: states.clone(), traces };
            prepared.finish(saved, states)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(states),
    })
}

/// What a layer reads, as [`primitives`] returns it, without gaps.
#[derive(Clone, Debug)]
struct Parents(Vec<FloatTensor<Flex>>);

impl Parents {
    /// Unless there are numbers of another kind.
    fn new(parents: Vec<FloatTensor<Flex>>) -> Option<Self> {
        let all = parents.iter().all(|parent| parent.dtype() == DType::F32);
        all.then(|| Parents(parents.iter().map(|parent| parent.to_contiguous()).collect()))
    }

    fn inputs(&self) -> &[f32] {
        numbers(&self.0[0])
    }

    fn weights(&self, direction: usize) -> Weights<&[f32]> {
        let weight = |place: usize| numbers(&self.0[1 + 4 * direction + place]);
        Weights { input: weight(0), input_bias: weight(1), hidden: weight(2), hidden_bias: weight(3) }
    }

    /// The states and the trace of each direction.
    fn forward(&self, layer: Layer) -> (FloatTensor<Flex>, Vec<Trace>) {
        let mut states = vec![0.0; layer.length * layer.windows * layer.width()];
        let directions = 0..layer.directions;
        let traces = directions
            .map(|direction| layer.forward(direction, self.inputs(), self.weights(direction), &mut states))
            .collect();
        (tensor(states, [layer.length, layer.windows, layer.width()]), traces)
    }
}

/// The elements of a tensor of `f32` without gaps.
fn numbers(tensor: &FloatTensor<Flex>) -> &[f32] {
    tensor.as_slice().unwrap_or_default()
}

fn tensor<const D: usize>(numbers: Vec<f32>, shape: [usize; D]) -> FloatTensor<Flex> {
    <FloatTensor<Flex>>::from_data(TensorData::new(numbers, shape))
}

/// The backward pass of a layer.
#[derive(Debug)]
struct LayerBackward;

/// What it needs of the forward pass.
#[derive(Clone, Debug)]
struct Saved {
    layer: Layer,
    parents: Parents,
    states: FloatTensor<Flex>,
    traces: Vec<Trace>,
}

impl<const N: usize> Backward<Flex, N> for LayerBackward {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let Saved { layer, parents, states, traces } = ops.state;
        let d_states = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let mut d_inputs = match ops.parents[0] {
            Some(_) => vec![0.0; layer.length * layer.windows * layer.inputs],
            None => Vec::new(),
        };
        for (direction, trace) in traces.into_iter().enumerate() {
            let into = if direction == 0 { Into::Replace } else { Into::Add };
            let d_weights = layer.backward(
                direction,
                parents.inputs(),
                parents.weights(direction),
                numbers(&states),
                trace,
                numbers(&d_states),
                ops.parents[0].is_some().then_some((into, d_inputs.as_mut_slice())),
            );
            let gates = d_weights.input_bias.len();
            let all = [
                tensor(d_weights.input, [layer.inputs, gates]),
                tensor(d_weights.input_bias, [gates]),
                tensor(d_weights.hidden, [layer.hidden, gates]),
                tensor(d_weights.hidden_bias, [gates]),
            ];
            for (parent, gradient) in ops.parents[1 + 4 * direction..].iter().zip(all) {
                if let Some(parent) = parent {
                    gradients.register::<Flex>(parent.id, gradient);
                }
            }
        }
        if let Some(parent) = &ops.parents[0] {
            let shape = [layer.length, layer.windows, layer.inputs];
            gradients.register::<Flex>(parent.id, tensor(d_inputs, shape));
        }
    }
}
