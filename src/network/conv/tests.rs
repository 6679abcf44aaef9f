//! The fused block against the same block through Burn's operations.

use burn::tensor::{Device, Distribution, Tensor};

use super::{ConvBlock, Convolution, Valid, fused};

#[test]
fn the_fused_block_equals_burns_operations_forwards_and_backwards() {
    let device = Device::flex().autodiff();
    device.seed(1);
    // Pooling that leaves steps over, no pooling, kernels of one step and longer than the window.
    let shapes = [(6, 11, 5, 8, 3, 2), (3, 7, 4, 5, 5, 3), (1, 4, 1, 1, 1, 1), (2, 3, 3, 20, 9, 1)];
    // Windows of one valid step, of two, and so on to full ones; and all of them full.
    let cases = shapes.into_iter().flat_map(|shape| [(shape, true), (shape, false)]);
    for ((windows, length, inputs, channels, kernel, pool), padded) in cases {
        let valid = (0..windows).map(|window| if padded { length.min(window + 1) } else { length });
        let valid = Valid::new(length, valid);
        let valid = valid.as_ref();
        let config = ConvBlock { channels, kernel, pool, dropout: 0.0 };
        let block = Convolution::new(&config, inputs, &device);
        let values = Distribution::Uniform(-2.0, 2.0);
        let steps = Tensor::<3>::random([windows, length, inputs], values, &device);
        let all = |convolve: &dyn Fn(Tensor<3>) -> Tensor<3>| {
            let steps = steps.clone().require_grad();
            let out = convolve(steps.clone());
            let shape = out.dims();
            let count = shape.iter().product::<usize>() as i64;
            let weights = Tensor::<1, burn::tensor::Int>::arange(0..count, &device).float().sin();
            let gradients = (out.clone() * weights.reshape(shape)).sum().backward();
            let d_weight = block.weight.val().grad(&gradients).unwrap().into_data();
            let d_bias = block.bias.val().grad(&gradients).unwrap().into_data();
            [out.into_data(), steps.grad(&gradients).unwrap().into_data(), d_weight, d_bias]
        };
        let fused = |steps: Tensor<3>| {
            fused::forward(&steps, block.weight.val(), block.bias.val(), block.pool, valid)
        };
        let found = all(&|steps| fused(steps).expect("the CPU backend"));
        let expected = all(&|steps| block.convolve_by_operations(steps, valid));
        for (found, expected) in found.iter().zip(&expected) {
            found.assert_approx_eq::<f32>(expected, burn::tensor::Tolerance::absolute(1e-5));
        }
    }
}

#[test]
fn nan_is_the_maximum_of_a_pool_wherever_it_stands() {
    let device = Device::flex();
    device.seed(2);
    let config = ConvBlock { channels: 3, kernel: 1, pool: 4, dropout: 0.0 };
    let block = Convolution::new(&config, 2, &device);
    for index in 0..4 {
        let steps = Tensor::<3>::random([1, 8, 2], Distribution::Default, &device);
        let nan = Tensor::<3>::from_data([[[f32::NAN, 0.0]]], &device);
        let steps = steps.slice_assign([0..1, index..index + 1, 0..2], nan);
        let fused = fused::forward(&steps, block.weight.val(), block.bias.val(), block.pool, None);
        for pooled in [fused.expect("the CPU backend"), block.convolve_by_operations(steps, None)] {
            let pooled: Vec<f32> = pooled.into_data().iter::<f32>().collect();
            let (first, second) = pooled.split_at(3);
            assert!(first.iter().all(|x| x.is_nan()) && second.iter().all(|x| x.is_finite()), "{pooled:?}");
        }
    }
}
