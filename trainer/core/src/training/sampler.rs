//! Which windows make an epoch, and in which order.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::recipe::Sampler;

/// The windows of an epoch, as many as there are; `classes` holds the class of each.
pub fn draw(sampler: Sampler, classes: &[usize], rng: &mut ChaCha8Rng) -> Vec<usize> {
    match sampler {
        Sampler::Shuffle => {
            let mut order: Vec<usize> = (0..classes.len()).collect();
            order.shuffle(rng);
            order
        }
        Sampler::Weighted => {
            let mut by_class = vec![Vec::new(); classes.iter().max().map_or(0, |most| most + 1)];
            classes.iter().enumerate().for_each(|(window, class)| by_class[*class].push(window));
            by_class.retain(|windows| !windows.is_empty());
            // Any class, then any window of it: the weights are inverse to the class's number of windows.
            let any = |rng: &mut ChaCha8Rng| {
                let windows = &by_class[rng.random_range(..by_class.len())];
                windows[rng.random_range(..windows.len())]
            };
            (0..classes.len()).map(|_| any(rng)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// 1,000 windows, a tenth of class 2 and none of class 1.
    fn classes() -> Vec<usize> {
        (0..1000).map(|window| if window % 10 == 0 { 2 } else { 0 }).collect()
    }

    fn order(sampler: Sampler, seed: u64) -> Vec<usize> {
        draw(sampler, &classes(), &mut ChaCha8Rng::seed_from_u64(seed))
    }

    #[test]
    fn shuffling_takes_every_window_once() {
        let mut order = order(Sampler::Shuffle, 1);
        assert!(!order.is_sorted());
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn weighted_draws_show_every_class_equally_often() {
        let order = order(Sampler::Weighted, 1);
        let rare = order.iter().filter(|window| *window % 10 == 0).count();
        assert_eq!(order.len(), 1000);
        // Five standard deviations of a fair coin's thousand throws.
        assert!(rare.abs_diff(500) < 80, "{rare} of 1000");
        // With replacement: a hundred rare windows fill about five hundred places.
        let mut different: Vec<usize> = order.iter().copied().filter(|window| window % 10 == 0).collect();
        different.sort_unstable();
        different.dedup();
        assert!(different.len() > 90, "{} of 100 rare windows", different.len());
    }

    #[test]
    fn the_seed_decides() {
        for sampler in [Sampler::Shuffle, Sampler::Weighted] {
            assert_eq!(order(sampler, 1), order(sampler, 1));
            assert_ne!(order(sampler, 1), order(sampler, 2));
        }
    }
}
