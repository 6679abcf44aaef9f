//! Normal densities and sums of logarithms.

use std::f64::consts::{FRAC_1_SQRT_2, PI};
use std::sync::LazyLock;

/// Log density of a normal variable.
pub fn log_density(x: f64, mean: f64, variance: f64) -> f64 {
    -0.5 * ((x - mean).powi(2) / variance + (2.0 * PI * variance).ln())
}

/// A multivariate normal of zero mean, its covariance as a Cholesky factor.
pub struct Normal<const N: usize> {
    factor: [[f64; N]; N],
}

impl<const N: usize> Normal<N> {
    /// By its covariance matrix, which must be positive definite.
    pub fn new(covariance: &[[f64; N]; N]) -> Self {
        let mut factor = [[0.0; N]; N];
        for i in 0..N {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                let rest = covariance[i][j] - known;
                factor[i][j] = if i == j { rest.sqrt() } else { rest / factor[j][j] };
            }
        }
        Self { factor }
    }

    /// Logarithm of the determinant of the covariance.
    pub fn log_determinant(&self) -> f64 {
        2.0 * (0..N).map(|i| self.factor[i][i].ln()).sum::<f64>()
    }

    /// `xᵀ Σ⁻¹ x`.
    pub fn square(&self, x: &[f64; N]) -> f64 {
        let mut whitened = [0.0; N];
        for i in 0..N {
            let known: f64 = (0..i).map(|k| self.factor[i][k] * whitened[k]).sum();
            whitened[i] = (x[i] - known) / self.factor[i][i];
        }
        whitened.iter().map(|value| value * value).sum()
    }

    /// Log density.
    pub fn log_density(&self, x: &[f64; N]) -> f64 {
        -0.5 * (self.square(x) + self.log_determinant() + N as f64 * (2.0 * PI).ln())
    }
}

/// `diag(scale) L Lᵀ diag(scale) + diag(more)`.
pub fn covariance<const N: usize>(
    factor: &[[f64; N]; N],
    scale: &[f64; N],
    more: &[f64; N],
) -> [[f64; N]; N] {
    let mut covariance = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..N {
            let product: f64 = (0..N).map(|k| factor[i][k] * factor[j][k]).sum();
            covariance[i][j] = scale[i] * product * scale[j];
        }
        covariance[i][i] += more[i];
    }
    covariance
}

/// A sum of numbers that are known by their logarithms.
#[derive(Clone, Copy, Debug)]
pub struct LogSum {
    greatest: f64,
    sum: f64,
}

impl LogSum {
    /// Adds `exp(log)`.
    fn add(&mut self, log: f64) {
        if log > self.greatest {
            self.sum = self.sum * (self.greatest - log).exp() + 1.0;
            self.greatest = log;
        } else if log > f64::NEG_INFINITY {
            self.sum += (log - self.greatest).exp();
        }
    }
}

/// Logarithm of the sum of `exp(log)`; that of nothing is minus infinity.
pub fn log_sum(logs: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = LogSum { greatest: f64::NEG_INFINITY, sum: 0.0 };
    logs.into_iter().for_each(|log| sum.add(log));
    sum.greatest + sum.sum.ln()
}

/// Logarithm of the standard normal distribution function, from a table with an error below 1e-6 where it is
/// not nearly 0 or exact by other means.
pub fn log_cdf(z: f64) -> f64 {
    const LIMIT: f64 = 10.0;
    const PER_UNIT: f64 = 512.0;
    static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| {
        let count = (2.0 * LIMIT * PER_UNIT) as usize + 2;
        (0..count).map(|i| exact_log_cdf(i as f64 / PER_UNIT - LIMIT)).collect()
    });
    if z >= LIMIT {
        0.0
    } else if z <= -LIMIT {
        exact_log_cdf(z)
    } else {
        let place = (z + LIMIT) * PER_UNIT;
        let below = place as usize;
        let share = place - below as f64;
        TABLE[below] * (1.0 - share) + TABLE[below + 1] * share
    }
}

fn exact_log_cdf(z: f64) -> f64 {
    if z > -20.0 {
        (0.5 * libm::erfc(-z * FRAC_1_SQRT_2)).ln()
    } else {
        // The first terms of the asymptotic series (Abramowitz and Stegun 26.2.12).
        let square = z * z;
        let series = 1.0 - 1.0 / square + 3.0 / square.powi(2) - 15.0 / square.powi(3);
        -0.5 * square - (-z).ln() - 0.5 * (2.0 * PI).ln() + series.ln()
    }
}
