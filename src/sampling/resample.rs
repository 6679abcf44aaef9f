//! Regular steps at another rate.

use std::f64::consts::PI;
use std::ops::Range;

/// Zero crossings of the kernel on either side.
const CROSSINGS: f64 = 10.0;
/// Of the Kaiser window: what is cut off is damped by more than 50 dB.
const BETA: f64 = 5.0;

/// A point between two steps.
pub(super) struct Position {
    /// The step before it.
    step: usize,
    /// How far it is on the way to the next step, 0 to 1. Past the last step there is no way to go.
    after: f64,
}

/// The points of an even grid of this period among uneven times, from the first one on.
pub(super) fn on_grid(times: &[f64], period: f64) -> Vec<Position> {
    let (start, end) = (times[0], times[times.len() - 1]);
    // Gaps have been filled, so that the grid has about as many points as there are times.
    let points = (((end - start) / period).round() as usize + 1).min(2 * times.len());
    let mut step = 0;
    let position = |point: usize| {
        let time = start + point as f64 * period;
        while step + 1 < times.len() && times[step + 1] <= time {
            step += 1;
        }
        let next = times.get(step + 1).map_or(f64::INFINITY, |next| next - times[step]);
        Position { step, after: (time - times[step]) / next }
    };
    (0..points).map(position).collect()
}

/// Values of columns at these positions, on the line between the steps.
pub(super) fn values_between(values: &[f32], width: usize, positions: &[Position]) -> Vec<f32> {
    let last = values.len().checked_div(width).map_or(0, |steps| steps - 1);
    let mut between = Vec::with_capacity(positions.len() * width);
    for Position { step, after } in positions {
        let [this, next] = [*step, (step + 1).min(last)].map(|step| &values[step * width..][..width]);
        let pairs = this.iter().zip(next);
        between.extend(
            pairs.map(|(this, next)| (f64::from(*this) * (1.0 - after) + f64::from(*next) * after) as f32),
        );
    }
    between
}

/// Codes at these positions, of the nearest step.
pub(super) fn codes_between(codes: &[u8], width: usize, positions: &[Position]) -> Vec<u8> {
    let nearest = |position: &Position| position.step + usize::from(position.after > 0.5);
    positions.iter().flat_map(|position| &codes[nearest(position) * width..][..width]).copied().collect()
}

/// How many steps become of so many, if each is `pace` new ones long. The first stays where it is.
pub(super) fn steps(steps: usize, pace: f64) -> usize {
    // What a rounding takes from the last one is given back.
    ((steps.saturating_sub(1)) as f64 * pace + 1e-6) as usize + 1
}

/// How far the kernel reaches to either side, in steps.
pub(super) fn reach(pace: f64) -> f64 {
    CROSSINGS / pace.min(1.0)
}

/// Resamples columns by a sinc kernel under a Kaiser window, which cuts off what the slower of the two rates cannot hold.
/// Each step is `pace` new ones long. At both ends the recording goes on as its image in its last point, so that
/// constants and straight lines stay what they are.
///
/// The values are those of the steps from `first` on, which may lack what is beyond the reach of the new steps.
pub(super) fn values(values: &[f32], width: usize, pace: f64, first: usize, new: Range<usize>) -> Vec<f32> {
    let Some(steps) = values.len().checked_div(width) else { return Vec::new() };
    let (first, last) = (first as i64, (first + steps) as i64 - 1);
    let cutoff = pace.min(1.0);
    let reach = reach(pace);
    let mut resampled = Vec::with_capacity(new.len() * width);
    let mut sums = vec![0.0_f64; width];
    let kernel = Kernel::new();
    let row = |step: i64| &values[(step - first) as usize * width..][..width];
    for new in new {
        let position = new as f64 / pace;
        sums.fill(0.0);
        let mut total = 0.0;
        for step in (position - reach).ceil() as i64..=(position + reach).floor() as i64 {
            let weight = kernel.at((step as f64 - position).abs() * cutoff);
            total += weight;
            // The ends are mirrored, and beyond its length a recording stays at its other end.
            let end = step.clamp(first, last);
            if end == step {
                sums.iter_mut().zip(row(step)).for_each(|(sum, value)| *sum += weight * f64::from(*value));
            } else {
                let image = row((2 * end - step).clamp(first, last));
                for ((sum, end), image) in sums.iter_mut().zip(row(end)).zip(image) {
                    *sum += weight * (2.0 * f64::from(*end) - f64::from(*image));
                }
            }
        }
        let range = f64::from(f32::MIN)..=f64::from(f32::MAX);
        resampled.extend(sums.iter().map(|sum| (sum / total).clamp(*range.start(), *range.end()) as f32));
    }
    resampled
}

/// The codes of the nearest steps, of those from `first` on.
pub(super) fn codes(codes: &[u8], width: usize, pace: f64, first: usize, new: Range<usize>) -> Vec<u8> {
    let Some(steps) = codes.len().checked_div(width) else { return Vec::new() };
    let nearest = |new: usize| ((new as f64 / pace).round() as usize).clamp(first, first + steps - 1) - first;
    new.flat_map(|new| &codes[nearest(new) * width..][..width]).copied().collect()
}

/// The sinc kernel under its window, tabulated: what lies between two points is on the line between them, off by 5e-6.
struct Kernel(Vec<f64>);

impl Kernel {
    /// Points from one zero crossing to the next.
    const POINTS: usize = 512;

    fn new() -> Kernel {
        let points = CROSSINGS as usize * Kernel::POINTS;
        let at = |point: usize| point as f64 / Kernel::POINTS as f64;
        // One more, which the last point is on the line to.
        Kernel((0..points + 2).map(|point| sinc(at(point)) * kaiser(at(point) / CROSSINGS)).collect())
    }

    /// At a distance from its centre in zero crossings, at most all of them.
    fn at(&self, distance: f64) -> f64 {
        let point = distance * Kernel::POINTS as f64;
        let before = (point as usize).min(self.0.len() - 2);
        let after = point - before as f64;
        self.0[before] * (1.0 - after) + self.0[before + 1] * after
    }
}

/// sin(πx) / (πx)
fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { sin_pi(x) / (PI * x) }
}

/// sin(πx), without the tables of the standard library's.
fn sin_pi(x: f64) -> f64 {
    let whole = x.round();
    let angle = PI * (x - whole);
    let square = angle * angle;
    // The series up to the 17th power, at most π/2.
    let series = (1..=8).rev().fold(1.0, |sum, index| {
        let even = f64::from(2 * index);
        1.0 - square / (even * (even + 1.0)) * sum
    });
    if whole % 2.0 == 0.0 { angle * series } else { -angle * series }
}

/// The Kaiser window at -1 to 1.
fn kaiser(x: f64) -> f64 {
    bessel(BETA * BETA * (1.0 - x * x).max(0.0)) / bessel(BETA * BETA)
}

/// The modified Bessel function of the first kind of order 0, of the square of its argument, which is at most 5.
fn bessel(square: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for index in 1..=20 {
        let half = f64::from(2 * index);
        term *= square / (half * half);
        sum += term;
    }
    sum
}
