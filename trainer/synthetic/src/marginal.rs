//! What makes the columns' distributions the published ones: increasing functions from what a sensor shows to the
//! latent numbers of the model.
//!
//! The model says how latent numbers of a subject hang together; their own distributions are arbitrary. So a latent
//! number is replaced by the value that has the same rank among the values of the training set. For joints 00 to 12
//! that is done to a subject's level, not to each value, so that drift and noise stay as they are: the
//! distribution of levels is what the published one leaves when drift and noise are taken out of it. For joints 26
//! to 29 it is done to each value. Increasing functions change no rank and no likelihood ratio: the
//! likelihood looks at the latent numbers, at the price of a Jacobian that is the same for every class.

use std::sync::LazyLock;

use super::model::*;
use super::monotone::Monotone;
use super::population::{Mixture, expressed_shares, normal_below, parabola, severities};
use super::published::{self, BINS, Column};

/// Functions of each joint, from what is shown to what is latent.
pub struct Marginals {
    /// Joints 00 to 12, of the training set: from a level in the joint's own units to the latent level.
    pub levels: [Monotone; BODY],
    /// Joints 26 to 29.
    pub limbs: [Limb; LIMBS],
}

/// The functions, made when they are first asked for.
pub fn marginals() -> &'static Marginals {
    static MARGINALS: LazyLock<Marginals> = LazyLock::new(|| Marginals {
        levels: std::array::from_fn(level_function),
        limbs: std::array::from_fn(Limb::new),
    });
    &MARGINALS
}

/// Of one of joints 26 to 29: latent motion as a function of the logit of the value's share of the limit.
pub struct Limb {
    function: Monotone,
    limit: f64,
}

impl Limb {
    fn new(limb: usize) -> Self {
        /// Stands for a published extreme of 0, which has no logarithm.
        const LEAST: f64 = 1e-4;
        /// About one row of the training set: where a published extreme is expected.
        const EXTREME: f64 = 1e-5;
        let column = published::joint(LIMBS_FROM + limb);
        let latent = Mixture::limb(limb);
        let limit = column.max + (column.max - column.min) / BINS as f64;
        let edges = column.below().into_iter().enumerate().map(|(bin, below)| (column.edge(bin + 1), below));
        let quartiles = column.quartiles.into_iter().zip([0.25, 0.5, 0.75]);
        let mut points: Vec<(f64, f64)> = edges.chain(quartiles).collect();
        points.push((column.min.max(LEAST), EXTREME));
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Bins without a row: none can be told from its neighbour.
        points.dedup_by(|next, kept| next.1 - kept.1 < 0.5 * EXTREME);
        let knot = |(value, below): (f64, f64)| {
            (logit(value / limit), latent.quantile(below.min(1.0 - 0.5 * EXTREME)))
        };
        Self { function: Monotone::new(&points.into_iter().map(knot).collect::<Vec<_>>()), limit }
    }

    /// The value that is shown for a latent motion.
    pub fn value(&self, latent: f64) -> f64 {
        self.limit / (1.0 + (-self.function.inverse(latent)).exp())
    }

    /// The latent motion behind a value.
    pub fn latent(&self, value: f64) -> f64 {
        // Values may have been rounded to 0 or to the limit.
        self.function.at(logit((value / self.limit).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON)))
    }
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// Latent level as a function of the level shown.
fn level_function(joint: usize) -> Monotone {
    /// How often the classes' shares at each level are taken from the function of the round before: pain drifts.
    const ROUNDS: usize = 3;
    let column = published::joint(joint);
    let shares = expressed_shares();
    let of_class: [Mixture; 3] = std::array::from_fn(|class| Mixture::level(joint, class));
    let all = Mixture::of((0..3).map(|class| (shares[class], Mixture::level(joint, class))));
    let residuals: [Residual; 3] = std::array::from_fn(|class| Residual::new(joint, class));

    let cells = Cells::new(column);
    let mut weights = vec![shares; cells.count];
    let mut knots = Vec::new();
    for _ in 0..ROUNDS {
        let shown = cells.deconvolve(column, &residuals, &weights);
        let mut below = 0.0;
        knots = Vec::new();
        for (cell, share) in shown[..cells.count - 1].iter().enumerate() {
            below += share;
            knots.push((cells.edge(cell + 1), all.quantile(below)));
        }
        let mut before = [0.0; 3];
        for (cell, weights) in weights.iter_mut().enumerate() {
            let after: [f64; 3] = std::array::from_fn(|class| {
                shares[class] * knots.get(cell).map_or(1.0, |knot| of_class[class].below(knot.1))
            });
            let within: [f64; 3] = std::array::from_fn(|class| (after[class] - before[class]).max(0.0));
            let total: f64 = within.iter().sum();
            *weights = if total > 0.0 { within.map(|share| share / total) } else { shares };
            before = after;
        }
    }
    Monotone::new(&knots)
}

/// What is added to a level: drift and white noise. Its distribution function, on a lattice.
struct Residual {
    below: Vec<f64>,
}

impl Residual {
    const REACH: f64 = 0.8;
    const PER_UNIT: f64 = 1000.0;

    /// Over the steps of all subjects that express a class.
    fn new(joint: usize, class: usize) -> Self {
        /// As fine as the noise hides.
        const STEPS: usize = 16;
        const LOWEST_OFF: [f64; 3] = [-1.2247, 0.0, 1.2247];
        let amplitude = DRIFT[class].get(joint).copied().unwrap_or(0.0);
        let mut drifts = Vec::new();
        for (severity, weight) in severities(class) {
            for off in LOWEST_OFF {
                for bend in parabola(STEPS, LOWEST[class] + LOWEST_SPREAD * off) {
                    drifts.push((amplitude * severity * bend, weight / (STEPS * LOWEST_OFF.len()) as f64));
                }
            }
        }
        if amplitude == 0.0 {
            drifts = vec![(0.0, 1.0)];
        }
        let at = |k: usize| k as f64 / Self::PER_UNIT - Self::REACH;
        let below = |x: f64| {
            drifts.iter().map(|(drift, weight)| weight * normal_below((x - drift) / NOISE[joint])).sum()
        };
        Self { below: (0..=(2.0 * Self::REACH * Self::PER_UNIT) as usize).map(|k| below(at(k))).collect() }
    }

    /// Probability of less than `x`.
    fn below(&self, x: f64) -> f64 {
        let place = ((x + Self::REACH) * Self::PER_UNIT).clamp(0.0, (self.below.len() - 1) as f64);
        let cell = (place as usize).min(self.below.len() - 2);
        let share = place - cell as f64;
        self.below[cell] * (1.0 - share) + self.below[cell + 1] * share
    }
}

/// The cells that levels fall in.
struct Cells {
    from: f64,
    count: usize,
}

impl Cells {
    const WIDTH: f64 = 0.01;
    /// How far below the least value levels may lie: where that is 0, values are clipped.
    const MARGIN: f64 = 0.1;

    fn new(column: &Column) -> Self {
        let from = column.min - Self::MARGIN;
        let count = ((column.max - from) / Self::WIDTH).ceil() as usize;
        Self { from, count }
    }

    fn edge(&self, cell: usize) -> f64 {
        self.from + Self::WIDTH * cell as f64
    }

    /// Share of the levels in each cell, from the counts of a column's bins: expectation, maximisation and smoothing
    /// (Silverman et al. 1990), for the noise hides what is finer than itself. Mixed with a little of a uniform
    /// distribution, so that no level is impossible. Takes the classes' shares in each cell.
    fn deconvolve(&self, column: &Column, residuals: &[Residual; 3], weights: &[[f64; 3]]) -> Vec<f64> {
        const ITERATIONS: usize = 100;
        /// What each neighbour gets of a cell.
        const SMOOTHING: f64 = 0.05;
        const UNIFORM: f64 = 1e-4;
        let even = 1.0 / self.count as f64;
        // Probability of each bin, by cell. What is below the least value or above the greatest belongs to the ends.
        let bins: Vec<[f64; BINS]> = (0..self.count)
            .map(|cell| {
                let level = self.edge(cell) + 0.5 * Self::WIDTH;
                let mut before = 0.0;
                std::array::from_fn(|bin| {
                    let edge = column.edge(bin + 1) - level;
                    let of = |class: usize| weights[cell][class] * residuals[class].below(edge);
                    let below = if bin + 1 == BINS { 1.0 } else { (0..3).map(of).sum() };
                    let share: f64 = below - before;
                    before = below;
                    share
                })
            })
            .collect();
        let mut shares = vec![even; self.count];
        for _ in 0..ITERATIONS {
            let mut expected = [0.0; BINS];
            for (share, bins) in shares.iter().zip(&bins) {
                expected.iter_mut().zip(bins).for_each(|(sum, bin)| *sum += share * bin);
            }
            let ratios: [f64; BINS] =
                std::array::from_fn(|bin| column.shares[bin] / expected[bin].max(f64::MIN_POSITIVE));
            for (share, bins) in shares.iter_mut().zip(&bins) {
                *share *= bins.iter().zip(ratios).map(|(bin, ratio)| bin * ratio).sum::<f64>();
            }
            let before = shares.clone();
            for (cell, share) in shares.iter_mut().enumerate() {
                let neighbours = before[cell.saturating_sub(1)] + before[(cell + 1).min(self.count - 1)];
                *share += SMOOTHING * (neighbours - 2.0 * *share);
            }
        }
        let total: f64 = shares.iter().sum();
        shares.into_iter().map(|share| (1.0 - UNIFORM) * share / total + UNIFORM * even).collect()
    }
}
