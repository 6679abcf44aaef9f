//! Joints 13 to 25, which rest near zero and have no signal: steps are independent draws from the published
//! distributions.

use std::sync::LazyLock;

use rand::{Rng, RngExt};

use super::model::*;
use super::published::{self, BINS, Column};

/// How many they are.
pub const RESTING: usize = LIMBS_FROM - BODY;

/// Joints 15 and 16, which have many of their peaks in common.
const PAIR: [usize; 2] = [2, 3];
/// The first joint that a faulty sensor shows in.
const FAULTY_FROM: usize = 7;

/// One step.
pub fn draw(rng: &mut impl Rng, faulty: bool) -> [f64; RESTING] {
    static QUANTILES: LazyLock<[Quantiles; RESTING]> =
        LazyLock::new(|| std::array::from_fn(|k| Quantiles::new(published::joint(BODY + k), ZEROS[k])));
    let mut above: [f64; RESTING] = std::array::from_fn(|_| 1.0 - rng.random::<f64>());
    // Either way a peak of the second is as likely as it was.
    if rng.random_bool(SHARED_PEAKS) {
        if above[PAIR[0]] < PEAKS {
            above[PAIR[1]] = above[PAIR[0]];
        } else if above[PAIR[1]] < PEAKS {
            above[PAIR[1]] = PEAKS + (1.0 - PEAKS) * rng.random::<f64>();
        }
    }
    if faulty {
        for above in &mut above[FAULTY_FROM..] {
            if rng.random_bool(FAULTY.1) {
                *above = FAULTY_PEAKS * (1.0 - rng.random::<f64>());
            }
        }
    }
    std::array::from_fn(|k| QUANTILES[k].value(above[k]))
}

/// Values by the share of rows that lie above them.
struct Quantiles {
    zeros: f64,
    /// Logarithms of the share and of the value, shares descending. Between them is a straight line: a power law.
    points: Vec<[f64; 2]>,
}

impl Quantiles {
    fn new(column: &Column, zeros: f64) -> Self {
        /// Half a row of the published set.
        const ROW: f64 = 0.5 / 105_760.0;
        let quartiles = column.quartiles.into_iter().zip([0.75, 0.5, 0.25]);
        let edges = (1..=BINS).map(|edge| (column.edge(edge), (1.0 - column.below()[edge - 1]).max(ROW)));
        let mut points = vec![(column.min.max(RESTING_LEAST), 1.0 - zeros)];
        points.extend(quartiles.chain(edges).filter(|(value, above)| *value > 0.0 && *above < 1.0 - zeros));
        // Bins without a row add nothing; the end of a run of them is where values go on.
        points.dedup_by(|next, kept| {
            let same = next.1 >= kept.1 * (1.0 - 1e-9);
            if same {
                kept.0 = next.0;
            }
            same
        });
        Self { zeros, points: points.into_iter().map(|(value, above)| [above.ln(), value.ln()]).collect() }
    }

    /// The value that a share of rows, above 0, lies above.
    fn value(&self, above: f64) -> f64 {
        if above > 1.0 - self.zeros {
            return 0.0;
        }
        let above = above.ln();
        let next = self.points.partition_point(|point| point[0] >= above).clamp(1, self.points.len() - 1);
        let [from, to] = [self.points[next - 1], self.points[next]];
        let along = ((above - from[0]) / (to[0] - from[0])).min(1.0);
        (from[1] + along * (to[1] - from[1])).exp()
    }
}
