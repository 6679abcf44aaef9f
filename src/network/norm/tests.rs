//! The fused normalisation against the same through Burn's operations.

use burn::module::Param;
use burn::tensor::{Device, Distribution, Tensor, Tolerance};

use super::{Norm, fused};

#[test]
fn the_fused_normalisation_equals_burns_operations_forwards_and_backwards() {
    let device = Device::flex().autodiff();
    device.seed(1);
    for shape in [[1, 1, 1], [3, 2, 5], [4, 3, 16], [2, 5, 37], [7, 1, 128]] {
        let values = Distribution::Uniform(-2.0, 3.0);
        let norm = Norm {
            weight: Param::from_tensor(Tensor::random([shape[2]], values, &device)),
            bias: Param::from_tensor(Tensor::random([shape[2]], values, &device)),
        };
        let steps = Tensor::<3>::random(shape, values, &device);
        let weights = Tensor::<3>::random(shape, values, &device);
        let all = |normalise: &dyn Fn(Tensor<3>) -> Tensor<3>| {
            let steps = steps.clone().require_grad();
            let out = normalise(steps.clone());
            let gradients = (out.clone() * weights.clone()).sum().backward();
            let d_weight = norm.weight.val().grad(&gradients).unwrap().into_data();
            let d_bias = norm.bias.val().grad(&gradients).unwrap().into_data();
            [out.into_data(), steps.grad(&gradients).unwrap().into_data(), d_weight, d_bias]
        };
        let fused = |steps: Tensor<3>| fused::forward(&steps, norm.weight.val(), norm.bias.val());
        let found = all(&|steps| fused(steps).expect("the CPU backend"));
        let expected = all(&|steps| norm.forward_by_operations(steps));
        for (found, expected) in found.iter().zip(&expected) {
            found.assert_approx_eq::<f32>(expected, Tolerance::absolute(2e-5));
        }
    }
}
