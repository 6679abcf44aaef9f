//! Dropout whose randomness is an argument of the forward pass.
//!
//! Burn's dropout draws from one generator for the whole process: a mask then depends on which thread drew
//! before, and every draw waits for a lock.

use burn::tensor::{Distribution, Tensor, TensorData};

/// Where a forward pass takes its dropout masks from.
#[derive(Clone, Debug)]
pub enum Dropout {
    /// Nothing is dropped: inference.
    Off,
    /// The device's own generator, which `Device::seed` seeds.
    Device,
    /// A generator of this pass alone, on the CPU.
    Seeded(SplitMix64),
}

impl Dropout {
    /// A generator of its own from a seed.
    pub fn seeded(seed: u64) -> Self {
        Dropout::Seeded(SplitMix64(seed))
    }

    /// Sets each element to zero with a probability from 0 up to, not including, 1, and scales the others so
    /// that the expectation stays.
    pub(super) fn apply<const D: usize>(&mut self, tensor: Tensor<D>, probability: f64) -> Tensor<D> {
        if probability == 0.0 {
            return tensor;
        }
        match self {
            Dropout::Off => tensor,
            Dropout::Device => {
                let keep = 1.0 - probability;
                let mask = tensor.random_like(Distribution::Bernoulli(keep));
                tensor * mask * (1.0 / keep)
            }
            Dropout::Seeded(generator) => {
                let mask = generator.mask(tensor.shape().num_elements(), probability);
                let device = tensor.device().without_autodiff();
                tensor.clone() * Tensor::from_data(TensorData::new(mask, tensor.shape()), &device)
            }
        }
    }
}

/// The generator SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `len` factors, each 0 or one over the probability of being kept. Four share a draw, so probabilities
    /// are rounded to a 65,536th.
    fn mask(&mut self, len: usize, probability: f64) -> Vec<f32> {
        let levels = f64::from(1u32 << 16);
        let dropped = (probability * levels).round().min(levels - 1.0);
        let factor = (levels / (levels - dropped)) as f32;
        let dropped = dropped as u16;
        let mut mask = vec![0.0; len];
        for four in mask.chunks_mut(4) {
            let bits = self.next();
            for (index, value) in four.iter_mut().enumerate() {
                *value = if (bits >> (16 * index)) as u16 >= dropped { factor } else { 0.0 };
            }
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_zeros_is_the_probability_and_the_mean_is_one() {
        for probability in [0.1, 0.5, 0.9] {
            let mask = SplitMix64(1).mask(100_003, probability);
            let zeros = mask.iter().filter(|factor| **factor == 0.0).count() as f64 / mask.len() as f64;
            let mean = mask.iter().sum::<f32>() / mask.len() as f32;
            assert!((zeros - probability).abs() < 0.01, "{zeros} of {probability}");
            assert!((mean - 1.0).abs() < 0.05, "{mean}");
        }
    }

    #[test]
    fn neighbours_are_independent_of_each_other() {
        let mask = SplitMix64(2).mask(100_000, 0.5);
        for distance in 1..=8 {
            let pairs = mask.iter().zip(&mask[distance..]);
            let same = pairs.filter(|(a, b)| (**a == 0.0) == (**b == 0.0)).count();
            let share = same as f64 / (mask.len() - distance) as f64;
            assert!((share - 0.5).abs() < 0.01, "{share} at a distance of {distance}");
        }
    }
}
