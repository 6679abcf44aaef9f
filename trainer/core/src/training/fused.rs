//! AdamW in one pass over the weights.

use burn::optim::{AdamW, AdamWConfig, AdamWState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{DType, Device, Tensor, TensorData};

/// Factors of the moments that the last step left, and the epsilon, as in PyTorch.
const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as `torch.optim.AdamW`; without the decay it is Adam.
///
/// Burn's makes a tensor of each of its fourteen operations. On the CPU these are one loop here, with the same results
/// to the last bit; on other devices Burn's is taken.
#[derive(Clone)]
pub(super) struct FusedAdamW {
    weight_decay: f32,
    unfused: AdamW,
}

impl FusedAdamW {
    pub fn new(weight_decay: f32) -> FusedAdamW {
        let config = AdamWConfig::new().with_beta_1(BETA_1).with_beta_2(BETA_2);
        let unfused = config.with_epsilon(EPSILON).with_weight_decay(weight_decay).build();
        FusedAdamW { weight_decay, unfused }
    }
}

impl Optimizer for FusedAdamW {
    type State<const D: usize> = AdamWState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: LearningRate,
        weights: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamWState<D>>,
    ) -> (Tensor<D>, Option<AdamWState<D>>) {
        let device = weights.device();
        if device != Device::flex() || weights.dtype() != DType::F32 {
            return self.unfused.step(learning_rate, weights, gradient, state);
        }
        let zeros = || TensorData::zeros::<f32, _>(gradient.dims());
        let (time, mut moment_1, mut moment_2) = match state {
            Some(AdamWState { momentum }) => {
                (momentum.time + 1, momentum.moment_1.into_data(), momentum.moment_2.into_data())
            }
            None => (1, zeros(), zeros()),
        };
        let mut weights = weights.into_data();
        let gradient = gradient.into_data();
        let step = Step::new(learning_rate, self.weight_decay, time);
        let all =
            (weights.as_mut_slice(), gradient.as_slice(), moment_1.as_mut_slice(), moment_2.as_mut_slice());
        let (Ok(w), Ok(g), Ok(m), Ok(v)) = all else {
            unreachable!("all are of the type of the weights, which is f32");
        };
        step.take(w, g, m, v);
        let tensor = |data| Tensor::from_data(data, &device);
        let momentum = AdaptiveMomentumState::new(time, tensor(moment_1), tensor(moment_2));
        (tensor(weights), Some(AdamWState::new(momentum)))
    }

    fn to_device<const D: usize>(state: AdamWState<D>, device: &Device) -> AdamWState<D> {
        AdamW::to_device(state, device)
    }
}

/// The numbers of a step that all weights share.
struct Step {
    learning_rate: f32,
    kept: f32,
    correction_1: f32,
    correction_2: f32,
}

impl Step {
    /// The `time`-th step, counted from 1.
    fn new(learning_rate: f64, weight_decay: f32, time: usize) -> Step {
        let exponent = i32::try_from(time).unwrap_or(i32::MAX);
        Step {
            learning_rate: learning_rate as f32,
            kept: (1.0 - learning_rate * f64::from(weight_decay)) as f32,
            correction_1: 1.0 - BETA_1.powi(exponent),
            correction_2: 1.0 - BETA_2.powi(exponent),
        }
    }

    fn take(&self, weights: &mut [f32], gradient: &[f32], moment_1: &mut [f32], moment_2: &mut [f32]) {
        let moments = moment_1.iter_mut().zip(moment_2);
        for ((weight, gradient), (first, second)) in weights.iter_mut().zip(gradient).zip(moments) {
            *first = *first * BETA_1 + gradient * (1.0 - BETA_1);
            *second = *second * BETA_2 + gradient * gradient * (1.0 - BETA_2);
            let delta = *first / self.correction_1 / ((*second / self.correction_2).sqrt() + EPSILON);
            *weight = *weight * self.kept - delta * self.learning_rate;
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    #[test]
    fn equals_burn_to_the_last_bit() {
        let device = Device::flex();
        device.seed(7);
        for decay in [0.0, 1e-2] {
            let fused = FusedAdamW::new(decay);
            let random = || Tensor::<2>::random([7, 13], Distribution::Normal(0.0, 1.0), &device);
            let mut ours = random();
            let mut theirs = ours.clone();
            let (mut our_state, mut their_state) = (None, None);
            for step in 0..20 {
                let gradient = if step == 3 { Tensor::zeros([7, 13], &device) } else { random() };
                let rate = 1e-2 / f64::from(step + 1);
                (ours, our_state) = fused.step(rate, ours, gradient.clone(), our_state);
                (theirs, their_state) = fused.unfused.step(rate, theirs, gradient, their_state);
                assert_eq!(ours.to_data(), theirs.to_data(), "step {step} with decay {decay}");
            }
        }
    }
}
