//! The area under the ROC curve.

/// Scores of subjects, some of which are of the class that the scores are for, in descending order: the area is quick to
/// compute for any multiple of each subject.
#[derive(Clone, Debug)]
pub struct Ranking {
    ranked: Vec<Ranked>,
}

#[derive(Clone, Copy, Debug)]
struct Ranked {
    score: f32,
    subject: usize,
    is_positive: bool,
}

impl Ranking {
    /// Of each subject its score and whether it is of the class.
    pub fn new(subjects: impl Iterator<Item = (f32, bool)>) -> Self {
        let ranked = subjects.enumerate().map(|(subject, (score, is_positive))| Ranked {
            score,
            subject,
            is_positive,
        });
        let mut ranked: Vec<Ranked> = ranked.collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ranking { ranked }
    }

    /// The probability that a subject of the class has a higher score than one that is not, ties counting half:
    /// `roc_auc_score` of scikit-learn with `counts` as its `sample_weight`. None if all subjects are of the class, or
    /// none is.
    pub fn area(&self, counts: &[u32]) -> Option<f64> {
        let (mut positives, mut negatives, mut area) = (0.0, 0.0, 0.0);
        for ties in self.ranked.chunk_by(|a, b| a.score == b.score) {
            let (mut positive, mut negative) = (0.0, 0.0);
            for Ranked { subject, is_positive, .. } in ties {
                let count = f64::from(counts[*subject]);
                if *is_positive { positive += count } else { negative += count }
            }
            // A trapezium of the curve of positives over negatives.
            area += negative * (positives + positive / 2.0);
            positives += positive;
            negatives += negative;
        }
        (positives > 0.0 && negatives > 0.0).then(|| area / (positives * negatives))
    }
}
