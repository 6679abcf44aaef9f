//! The fused attention against the same through Burn's operations.

use burn::nn::LinearConfig;
use burn::tensor::{Device, Distribution, Tensor, Tolerance};

use super::*;

#[test]
fn the_fused_attention_equals_burns_operations_forwards_and_backwards() {
    let device = Device::flex().autodiff();
    device.seed(1);
    let shapes = [[1, 1, 1], [5, 3, 4], [9, 4, 16], [6, 7, 37]];
    // Windows of one valid step, of two, and so on to full ones; and all of them full.
    let cases = shapes.into_iter().flat_map(|shape| [(shape, true), (shape, false)]);
    for (shape @ [length, windows, width], padded) in cases {
        let valid = (0..windows).map(|window| if padded { length.min(window + 1) } else { length });
        let valid = Valid::new(length, valid);
        let valid = valid.as_ref();
        let values = Distribution::Uniform(-2.0, 2.0);
        let scores = LinearConfig::new(width, 1).init(&device);
        let steps = Tensor::<3>::random(shape, values, &device);
        let weights = Tensor::<2>::random([windows, width], values, &device);
        let all = |pool: &dyn Fn(Tensor<3>) -> Tensor<2>| {
            let steps = steps.clone().require_grad();
            let out = pool(steps.clone());
            let gradients = (out.clone() * weights.clone()).sum().backward();
            let d_weight = scores.weight.val().grad(&gradients).unwrap().into_data();
            let d_bias = scores.bias.as_ref().unwrap().val().grad(&gradients).unwrap().into_data();
            [out.into_data(), steps.grad(&gradients).unwrap().into_data(), d_weight, d_bias]
        };
        let found = all(&|steps| fused::attention(&steps, &scores, valid).expect("the CPU backend"));
        let expected = all(&|steps| attention_by_operations(steps, &scores, valid));
        for (found, expected) in found.iter().zip(&expected) {
            found.assert_approx_eq::<f32>(expected, Tolerance::absolute(1e-5));
        }
    }
}
