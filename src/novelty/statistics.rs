//! A recording as a whole, in a few numbers for each channel.

use super::reference::Reference;
use crate::recording::Recording;

/// Numbers of a channel.
const OF_CHANNEL: usize = 9;
/// Steps of the longer of the two distances in time that differences are taken over.
const FAR: usize = 4;

/// What the steps of a recording add up to, or those of its segments so far. Steps that segments share count twice, and
/// what reaches from one into the next does not count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    channels: Vec<Sums>,
    /// Of each pair of channels, the sum of the products of their differences.
    products: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sums {
    steps: f64,
    /// Of the values less the reference's level.
    values: f64,
    squares: f64,
    /// Differences of steps that follow each other: their number, sum, sum of squares and sum of sizes.
    differences: f64,
    difference: f64,
    difference_squares: f64,
    near: f64,
    /// Sum of the sizes of the differences over [`FAR`] steps; there are as many as `steps` less [`FAR`] for each segment.
    far: f64,
    /// Steps of the longest run of equal values other than zero, where sensors rest.
    run: f64,
}

impl Statistics {
    /// Of some steps of a recording.
    pub fn of(recording: &Recording, reference: &Reference) -> Statistics {
        let width = recording.values.len() / recording.steps().max(1);
        let value = |step: usize, channel: usize| {
            f64::from(recording.values[step * width + reference.channels[channel]])
        };
        let channels = (0..reference.channels.len()).map(|channel| {
            let level = reference.level(channel);
            Sums::of(recording.steps(), level, |step| value(step, channel))
        });
        let difference = |step: usize, channel: usize| value(step, channel) - value(step - 1, channel);
        let products = reference.pairs.iter().map(|[left, right]| {
            (1..recording.steps()).map(|step| difference(step, *left) * difference(step, *right)).sum()
        });
        Statistics { channels: channels.collect(), products: products.collect() }
    }

    /// Adds those of the next segment.
    pub fn merge(&mut self, next: &Statistics) {
        for (sums, more) in self.channels.iter_mut().zip(&next.channels) {
            sums.merge(more);
        }
        for (sum, more) in self.products.iter_mut().zip(&next.products) {
            *sum += more;
        }
    }

    /// How many numbers [`Statistics::numbers`] gives.
    pub fn count(reference: &Reference) -> usize {
        OF_CHANNEL * reference.channels.len() + reference.pairs.len()
    }

    /// All of it, for [`Statistics::from_numbers`].
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        self.channels.iter().flat_map(Sums::numbers).chain(self.products.iter().copied())
    }

    /// From as many numbers as [`Statistics::count`] says.
    pub fn from_numbers(numbers: &[f64], reference: &Reference) -> Statistics {
        let (channels, products) = numbers.split_at(OF_CHANNEL * reference.channels.len());
        let channels = channels.as_chunks().0.iter().map(|numbers| Sums::from_numbers(*numbers)).collect();
        Statistics { channels, products: products.to_vec() }
    }

    /// What is compared, in the order of [`Reference::quantiles`].
    pub fn features(&self, reference: &Reference) -> Vec<f64> {
        let mut features = Vec::with_capacity(reference.quantiles.len());
        for (channel, (sums, floor)) in self.channels.iter().zip(&reference.floors).enumerate() {
            let floor = f64::from(*floor);
            features.extend(sums.features(reference.level(channel), floor));
        }
        for ([left, right], products) in reference.pairs.iter().zip(&self.products) {
            let sums = [&self.channels[*left], &self.channels[*right]];
            let floors = [*left, *right].map(|channel| f64::from(reference.floors[channel]));
            let count = sums[0].differences.max(1.0);
            let covariance = products / count - sums[0].difference * sums[1].difference / (count * count);
            let [left, right] = [0, 1].map(|side| sums[side].sd_of_differences() + floors[side]);
            features.push(covariance / (left * right));
        }
        features
    }
}

impl Sums {
    fn of(steps: usize, level: f64, value: impl Fn(usize) -> f64) -> Sums {
        let mut sums = Sums { steps: steps as f64, ..Sums::default() };
        let mut run = 0.0;
        for step in 0..steps {
            let x = value(step);
            sums.values += x - level;
            sums.squares += (x - level) * (x - level);
            if step >= 1 {
                let difference = x - value(step - 1);
                sums.differences += 1.0;
                sums.difference += difference;
                sums.difference_squares += difference * difference;
                sums.near += difference.abs();
                run = if difference == 0.0 && x != 0.0 { run + 1.0 } else { 0.0 };
                sums.run = sums.run.max(run);
            }
            if step >= FAR {
                sums.far += (x - value(step - FAR)).abs();
            }
        }
        sums
    }

    fn merge(&mut self, next: &Sums) {
        self.steps += next.steps;
        self.values += next.values;
        self.squares += next.squares;
        self.differences += next.differences;
        self.difference += next.difference;
        self.difference_squares += next.difference_squares;
        self.near += next.near;
        self.far += next.far;
        self.run = self.run.max(next.run);
    }

    fn numbers(&self) -> [f64; OF_CHANNEL] {
        let Sums { steps, values, squares, differences, difference, difference_squares, near, far, run } =
            *self;
        [steps, values, squares, differences, difference, difference_squares, near, far, run]
    }

    fn from_numbers(numbers: [f64; OF_CHANNEL]) -> Sums {
        let [steps, values, squares, differences, difference, difference_squares, near, far, run] = numbers;
        Sums { steps, values, squares, differences, difference, difference_squares, near, far, run }
    }

    fn sd_of_differences(&self) -> f64 {
        sd(self.differences, self.difference, self.difference_squares)
    }

    /// Level, and the logarithms of spread, pace, roughness and standstill: see [`Aspect`](super::Aspect).
    fn features(&self, level: f64, floor: f64) -> [f64; 5] {
        let steps = self.steps.max(1.0);
        let spread = sd(self.steps, self.values, self.squares) + floor;
        let near = self.near / self.differences.max(1.0) + floor;
        let far = self.far / (self.steps - FAR as f64).max(1.0) + floor;
        let run = (self.run + 1.0) / steps;
        [level + self.values / steps, spread.ln(), (near / spread).ln(), (far / near).ln(), run.ln()]
    }
}

/// The standard deviation of some numbers by their sums.
fn sd(count: f64, sum: f64, squares: f64) -> f64 {
    let count = count.max(1.0);
    let mean = sum / count;
    (squares / count - mean * mean).max(0.0).sqrt()
}
