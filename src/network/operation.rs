//! Operations of our own on Burn's CPU backend, with backward passes of their own.
//!
//! What Burn would compute in dozens of passes over memory, each a node of the autodiff graph, is a single
//! node here.

use std::fmt::Debug;
use std::marker::PhantomData;

use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, Backend, BackendTensor, DType, DispatchKindConversion, DispatchTensor, Flex, TensorData,
    TensorMetadata,
};
use burn::tensor::Tensor;
use burn_autodiff::checkpoint::base::Checkpointer;
use burn_autodiff::checkpoint::strategy::NoCheckpointing;
use burn_autodiff::grads::Gradients;
use burn_autodiff::ops::{Backward, Ops, OpsKind};

/// An operation on some tensors, its parents, whose elements it is given in row-major order.
pub(super) trait Operation: Clone + Debug + Send + 'static {
    /// What the backward pass needs of the forward pass, besides the parents and the result.
    type Trace: Clone + Debug + Send + 'static;

    /// The result and the trace.
    fn forward(&self, parents: &[&[f32]]) -> (Vec<f32>, Self::Trace);

    /// The gradient of each parent, given the one of the result; that of the first parent may be empty unless
    /// `first` says that it is wanted.
    fn backward(&self, passed: Passed<'_, Self::Trace>, d_result: &[f32], first: bool) -> Vec<Vec<f32>>;
}

/// What the forward pass has left for the backward pass.
pub(super) struct Passed<'a, T> {
    /// The elements of each parent.
    pub parents: &'a [&'a [f32]],
    /// The elements of the result.
    pub result: &'a [f32],
    /// The trace.
    pub trace: T,
}

/// Computes an operation if all parents are tensors of `f32` on the CPU backend.
pub(super) fn compute<O: Operation, const N: usize, const D: usize>(
    operation: O,
    parents: [DispatchTensor; N],
    shape: [usize; D],
) -> Option<Tensor<D>> {
    if parents.iter().any(|parent| parent.dtype() != DType::F32) {
        return None;
    }
    if let Some(parents) = primitives::<Autodiff<Flex>>(&parents) {
        let (parents, nodes): (Vec<_>, Vec<_>) =
            parents.into_iter().map(|parent| parent.into_parts()).unzip();
        let nodes: [_; N] = nodes.try_into().ok()?;
        let parents = contiguous(&parents);
        let (result, trace) = operation.forward(&slices(&parents));
        let result = tensor(result, shape);
        let backward = BackwardPass::<O>(PhantomData);
        let result = match backward.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                prepared.finish(Saved { operation, parents, result: result.clone(), trace }, result)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(result),
        };
        return Some(Tensor::from_primitive::<Autodiff<Flex>>(result));
    }
    let parents = contiguous(&primitives::<Flex>(&parents)?);
    let (result, _) = operation.forward(&slices(&parents));
    Some(Tensor::from_primitive::<Flex>(tensor(result, shape)))
}

/// The tensors as the backend `B` knows them, if all are there.
fn primitives<B: Backend>(tensors: &[DispatchTensor]) -> Option<Vec<FloatTensor<B>>>
where
    DispatchTensor: DispatchKindConversion<B>,
{
    let primitive = |tensor: &DispatchTensor| match DispatchTensor::try_into_backend(tensor.clone()) {
        Ok(BackendTensor::Float(primitive)) => Some(primitive),
        _ => None,
    };
    tensors.iter().map(primitive).collect()
}

fn contiguous(tensors: &[FloatTensor<Flex>]) -> Vec<FloatTensor<Flex>> {
    tensors.iter().map(|tensor| tensor.to_contiguous()).collect()
}

/// The elements of contiguous tensors of `f32`.
fn slices(tensors: &[FloatTensor<Flex>]) -> Vec<&[f32]> {
    tensors.iter().map(|tensor| tensor.as_slice().unwrap_or_default()).collect()
}

fn tensor(elements: Vec<f32>, shape: impl Into<burn::tensor::Shape>) -> FloatTensor<Flex> {
    <FloatTensor<Flex>>::from_data(TensorData::new(elements, shape.into()))
}

/// The backward pass of an operation.
#[derive(Debug)]
struct BackwardPass<O>(PhantomData<O>);

/// What it needs of the forward pass.
#[derive(Clone, Debug)]
struct Saved<O: Operation> {
    operation: O,
    parents: Vec<FloatTensor<Flex>>,
    result: FloatTensor<Flex>,
    trace: O::Trace,
}

impl<O: Operation, const N: usize> Backward<Flex, N> for BackwardPass<O> {
    type State = Saved<O>;

    fn backward(self, ops: Ops<Saved<O>, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let Saved { operation, parents, result, trace } = ops.state;
        let d_result = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let elements = slices(&parents);
        let result = result.as_slice().unwrap_or_default();
        let passed = Passed { parents: &elements, result, trace };
        let d_result = d_result.as_slice().unwrap_or_default();
        let all = operation.backward(passed, d_result, ops.parents[0].is_some());
        for ((node, parent), gradient) in ops.parents.iter().zip(&parents).zip(all) {
            if let Some(node) = node {
                gradients.register::<Flex>(node.id, tensor(gradient, parent.shape()));
            }
        }
    }
}
