//! Eigenvalues of a small symmetric matrix.

/// An eigenvalue and its eigenvector of length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigenpair {
    /// The eigenvalue.
    pub value: f64,
    /// The eigenvector, `[n]`.
    pub vector: Vec<f64>,
}

/// More sweeps than any matrix needs: convergence is quadratic.
const MAX_SWEEPS: usize = 64;

/// The eigenpairs of a symmetric matrix, `[n, n]`, greatest eigenvalue first.
///
/// Cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 4th edition, section 8.5): the most
/// precise method for small matrices, and the shortest.
pub fn symmetric(mut matrix: Vec<f64>) -> Vec<Eigenpair> {
    let n = matrix.len().isqrt();
    let mut vectors: Vec<Vec<f64>> =
        (0..n).map(|row| (0..n).map(|column| f64::from(u8::from(row == column))).collect()).collect();
    let norm: f64 = matrix.iter().map(|entry| entry * entry).sum();
    for _ in 0..MAX_SWEEPS {
        let pairs = (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q)));
        let off: f64 = pairs.clone().map(|(p, q)| matrix[p * n + q].powi(2)).sum();
        if off <= norm * f64::EPSILON * f64::EPSILON {
            break;
        }
        pairs.for_each(|(p, q)| rotate(&mut matrix, &mut vectors, p, q));
    }
    let values = (0..n).map(|place| matrix[place * n + place]);
    let mut pairs: Vec<Eigenpair> =
        values.zip(vectors).map(|(value, vector)| Eigenpair { value, vector }).collect();
    pairs.sort_by(|a, b| b.value.total_cmp(&a.value));
    pairs
}

/// Turns the plane of axes `p` and `q` so that their entry becomes zero.
#[expect(clippy::needless_range_loop, reason = "two of the vectors change at once")]
fn rotate(matrix: &mut [f64], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let n = vectors.len();
    let entry = matrix[p * n + q];
    if entry == 0.0 {
        return;
    }
    let tau = (matrix[q * n + q] - matrix[p * n + p]) / (2.0 * entry);
    // The smaller of the two angles: t = tan, c = cos, s = sin.
    let t = f64::copysign(1.0, tau) / (tau.abs() + f64::hypot(1.0, tau));
    let c = 1.0 / f64::hypot(1.0, t);
    let s = t * c;
    for k in 0..n {
        let (kp, kq) = (matrix[k * n + p], matrix[k * n + q]);
        matrix[k * n + p] = c * kp - s * kq;
        matrix[k * n + q] = s * kp + c * kq;
    }
    for k in 0..n {
        let (pk, qk) = (matrix[p * n + k], matrix[q * n + k]);
        matrix[p * n + k] = c * pk - s * qk;
        matrix[q * n + k] = s * pk + c * qk;
    }
    for k in 0..n {
        let (vp, vq) = (vectors[p][k], vectors[q][k]);
        vectors[p][k] = c * vp - s * vq;
        vectors[q][k] = s * vp + c * vq;
    }
}
