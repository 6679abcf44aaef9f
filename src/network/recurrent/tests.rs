//! The fused layer against the same layer through Burn's operations.

use burn::tensor::{Device, Distribution, Tensor};

use super::{Cell, Recurrent, RecurrentLayer, Valid};

/// Max difference, relative to the largest number.
const TOLERANCE: f32 = 1e-5;

/// States, then the gradients of the inputs and of each weight, of a loss that weighs every state differently.
fn states_and_gradients(
    layer: &RecurrentLayer,
    inputs: &Tensor<3>,
    forward: impl Fn(&RecurrentLayer, Tensor<3>) -> Tensor<3>,
) -> Vec<Vec<f32>> {
    let inputs = inputs.clone().require_grad();
    let states = forward(layer, inputs.clone());
    let shape = states.dims();
    let count = shape.iter().product::<usize>() as i64;
    let weights = Tensor::<1, burn::tensor::Int>::arange(0..count, &inputs.device()).float().sin();
    let gradients = (states.clone() * weights.reshape(shape)).sum().backward();
    let mut all = vec![states.into_data(), inputs.grad(&gradients).unwrap().into_data()];
    for direction in [&layer.forward].into_iter().chain(&layer.backward) {
        // Burn has none for what a single step does not read.
        for weight in [&direction.input_weight, &direction.hidden_weight] {
            let weight = weight.val();
            all.push(weight.grad(&gradients).unwrap_or_else(|| weight.zeros_like()).into_data());
        }
        for bias in [&direction.input_bias, &direction.hidden_bias] {
            let bias = bias.val();
            all.push(bias.grad(&gradients).unwrap_or_else(|| bias.zeros_like()).into_data());
        }
    }
    all.iter().map(|data| data.iter::<f32>().collect()).collect()
}

#[test]
fn the_fused_layer_equals_burns_operations_forwards_and_backwards() {
    let device = Device::flex().autodiff();
    device.seed(1);
    // Units below, at and past whole vectors; one step, one window.
    let shapes = [(5, 3, 7, 19), (1, 4, 3, 16), (6, 1, 1, 5), (3, 9, 33, 48), (2, 2, 2, 1)];
    // Windows of one valid step, of two, and so on to full ones; and all of them full.
    let cases = shapes.into_iter().flat_map(|shape| [(shape, true), (shape, false)]);
    for ((length, windows, inputs, hidden), padded) in cases {
        let valid = (0..windows).map(|window| if padded { length.min(window + 1) } else { length });
        let valid = Valid::new(length, valid);
        let valid = valid.as_ref();
        for cell in [Cell::Rnn, Cell::Lstm, Cell::Gru] {
            for bidirectional in [false, true] {
                let config = Recurrent {
                    cell,
                    hidden,
                    layers: 1,
                    bidirectional,
                    dropout: 0.0,
                    output_dropout: 0.0,
                    layer_norm: false,
                };
                let layer = RecurrentLayer::new(&config, inputs, &device);
                let values = Distribution::Uniform(-2.0, 2.0);
                // Not in the order of memory, as the network's own swap of dimensions leaves it.
                let inputs = Tensor::<3>::random([windows, length, inputs], values, &device).swap_dims(0, 1);
                let fused = states_and_gradients(&layer, &inputs, |layer, inputs| {
                    layer.forward_fused(&inputs, valid).expect("the CPU backend")
                });
                let expected = states_and_gradients(&layer, &inputs, |layer, inputs| {
                    layer.forward_by_operations(inputs, valid)
                });
                for (index, (found, expected)) in fused.iter().zip(&expected).enumerate() {
                    assert_eq!(found.len(), expected.len());
                    let max = expected.iter().fold(0.0_f32, |max, next| max.max(next.abs()));
                    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
                    // `f32::max` would hide NaN.
                    let off = differences.fold(0.0, |max, next| if next <= max { max } else { next });
                    let case = format!(
                        "{cell:?}, {length} x {windows}, {hidden} units, {bidirectional}, padded {padded}"
                    );
                    assert!(off <= TOLERANCE * max, "tensor {index} of {case} is off by {off:e}");
                }
            }
        }
    }
}

#[test]
fn without_autodiff_the_states_are_the_same() {
    let device = Device::flex();
    let config = Recurrent {
        cell: Cell::Gru,
        hidden: 20,
        layers: 1,
        bidirectional: true,
        dropout: 0.0,
        output_dropout: 0.0,
        layer_norm: false,
    };
    let layer = RecurrentLayer::new(&config, 4, &device);
    let inputs = Tensor::<3>::random([6, 3, 4], Distribution::Default, &device);
    let fused = layer.forward_fused(&inputs, None).expect("the CPU backend").into_data();
    let expected = layer.forward_by_operations(inputs, None).into_data();
    fused.assert_approx_eq::<f32>(&expected, burn::tensor::Tolerance::absolute(1e-5));
}
