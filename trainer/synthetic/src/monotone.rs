//! Increasing functions through given points.

/// A function that strictly increases: cubic between its knots with a continuous derivative, linear beyond them.
pub struct Monotone {
    /// Position, value and slope of each.
    knots: Vec<[f64; 3]>,
}

impl Monotone {
    /// Through points of strictly increasing positions and values, two at least. Slopes are the harmonic means of
    /// those of the neighbouring chords (Fritsch and Butland 1984), so that no cubic turns or is level anywhere.
    ///
    /// # Panics
    /// If the points are fewer or do not increase.
    pub fn new(points: &[(f64, f64)]) -> Self {
        assert!(points.len() > 1 && points.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
        let chords: Vec<f64> =
            points.windows(2).map(|two| (two[1].1 - two[0].1) / (two[1].0 - two[0].0)).collect();
        let slope = |k: usize| {
            let (before, after) = (chords[k.saturating_sub(1)], chords[k.min(chords.len() - 1)]);
            2.0 * before * after / (before + after)
        };
        Self { knots: points.iter().enumerate().map(|(k, (x, y))| [*x, *y, slope(k)]).collect() }
    }

    /// The value at `x`.
    pub fn at(&self, x: f64) -> f64 {
        match self.piece(x, 0) {
            Piece::Line([x0, y0, slope]) => y0 + slope * (x - x0),
            Piece::Cubic(from, to) => cubic(from, to, (x - from[0]) / (to[0] - from[0])),
        }
    }

    /// The derivative at `x`.
    pub fn slope(&self, x: f64) -> f64 {
        match self.piece(x, 0) {
            Piece::Line([_, _, slope]) => *slope,
            Piece::Cubic(from, to) => {
                let width = to[0] - from[0];
                let t = (x - from[0]) / width;
                6.0 * t * (1.0 - t) * (to[1] - from[1]) / width
                    + from[2] * (1.0 - t) * (1.0 - 3.0 * t)
                    + to[2] * t * (3.0 * t - 2.0)
            }
        }
    }

    /// Where the value is `y`.
    pub fn inverse(&self, y: f64) -> f64 {
        match self.piece(y, 1) {
            Piece::Line([x0, y0, slope]) => x0 + (y - y0) / slope,
            Piece::Cubic(from, to) => {
                let (mut low, mut high) = (0.0, 1.0);
                // As many halvings as a number has bits.
                for _ in 0..f64::MANTISSA_DIGITS {
                    let middle = 0.5 * (low + high);
                    if cubic(from, to, middle) < y { low = middle } else { high = middle }
                }
                from[0] + 0.5 * (low + high) * (to[0] - from[0])
            }
        }
    }

    /// The piece that has `place` on an axis: 0 for positions, 1 for values.
    fn piece(&self, place: f64, axis: usize) -> Piece<'_> {
        let after = self.knots.partition_point(|knot| knot[axis] <= place);
        match after {
            0 => Piece::Line(&self.knots[0]),
            _ if after == self.knots.len() => Piece::Line(&self.knots[after - 1]),
            _ => Piece::Cubic(&self.knots[after - 1], &self.knots[after]),
        }
    }
}

enum Piece<'a> {
    Line(&'a [f64; 3]),
    Cubic(&'a [f64; 3], &'a [f64; 3]),
}

/// The Hermite cubic between two knots, `t` of the way.
fn cubic(from: &[f64; 3], to: &[f64; 3], t: f64) -> f64 {
    let (width, rest) = (to[0] - from[0], 1.0 - t);
    from[1] * rest * rest * (1.0 + 2.0 * t)
        + to[1] * t * t * (3.0 - 2.0 * t)
        + width * t * rest * (from[2] * rest - to[2] * t)
}

#[cfg(test)]
mod tests {
    use super::Monotone;

    #[test]
    fn a_function_meets_its_points_increases_and_is_inverted() {
        let points = [(-1.0, 0.0), (0.0, 1e-6), (0.1, 3.0), (2.0, 3.1), (2.5, 9.0)];
        let function = Monotone::new(&points);
        for (x, y) in points {
            assert!((function.at(x) - y).abs() < 1e-12);
        }
        for step in -300..500 {
            let x = f64::from(step) * 0.01;
            let slope = function.slope(x);
            assert!(slope > 0.0, "level at {x}");
            let around = (function.at(x + 1e-6) - function.at(x - 1e-6)) / 2e-6;
            assert!((around - slope).abs() < 1e-3 * (1.0 + slope), "{around}, not {slope}, at {x}");
            // Where the function hardly rises, a value does not tell the place.
            let back = function.inverse(function.at(x));
            assert!((back - x).abs() < 1e-13 / slope + 1e-12, "{back} instead of {x}");
        }
    }
}
