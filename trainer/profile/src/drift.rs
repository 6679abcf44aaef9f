//! How another file differs from this one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use painwave_train::statistics::{Moments, kolmogorov_smirnov};
use serde::Serialize;

use crate::duplicates::{Duplicates, Leak};
use crate::size::Size;
use crate::table::{Column, Content, NO_WORD};

/// Another file beside this one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The other file.
    pub path: PathBuf,
    /// How large it is.
    pub size: Size,
    /// Columns of this file that it lacks.
    pub missing_columns: Vec<String>,
    /// Columns that only it has.
    pub extra_columns: Vec<String>,
    /// Ids that both have: normal where each file counts from 0.
    pub shared_ids: usize,
    /// Recordings that both have, under whatever ids.
    pub leaks: Vec<Leak>,
    /// Groups of subjects of the other file that have the same recording.
    pub duplicates: Vec<Duplicates>,
    /// How each column that both have differs.
    pub columns: Vec<Drift>,
}

/// How one column differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// The column.
    pub name: String,
    /// Of a numeric column.
    pub numbers: Option<NumberDrift>,
    /// Of a categorical column.
    pub words: Option<WordDrift>,
}

/// How a numeric column differs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NumberDrift {
    /// Mean here.
    pub mean_here: f64,
    /// Mean in the other file.
    pub mean_there: f64,
    /// Difference of the means, the other's less this one's, in standard deviations here; none if this
    /// one's values do not vary.
    pub shift: Option<f64>,
    /// Kolmogorov-Smirnov distance of the two distributions over all rows.
    pub distance: f64,
    /// Share of the other's values beyond the range here.
    pub outside: f64,
}

/// How a categorical column differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordDrift {
    /// Half the sum of the differences of the words' shares (total variation distance).
    pub distance: f64,
    /// Words that only the other file has.
    pub new: Vec<String>,
}

impl Drift {
    /// Compares two columns of one name; `sorted` are their values, ascending.
    pub fn of(here: &Column, there: &Column, sorted: [&[f32]; 2]) -> Self {
        let words = match (&here.content, &there.content) {
            (Content::Words { .. }, Content::Words { .. }) => Some(WordDrift::of(here, there)),
            _ => None,
        };
        Drift { name: here.name.clone(), numbers: NumberDrift::of(sorted), words }
    }

    /// The distance of the two distributions, from 0 to 1.
    pub fn distance(&self) -> Option<f64> {
        let words = self.words.as_ref().map(|words| words.distance);
        self.numbers.map(|numbers| numbers.distance).or(words)
    }
}

impl NumberDrift {
    /// None without a number on either side.
    fn of([here, there]: [&[f32]; 2]) -> Option<Self> {
        let distance = kolmogorov_smirnov(here, there)?;
        let moments = |sorted: &[f32]| Moments::of(sorted.iter().copied().map(f64::from));
        let (a, b) = (moments(here)?, moments(there)?);
        let (low, high) = (*here.first()?, *here.last()?);
        let below = there.partition_point(|value| *value < low);
        let above = there.len() - there.partition_point(|value| *value <= high);
        Some(NumberDrift {
            mean_here: a.mean,
            mean_there: b.mean,
            shift: (a.sd() > 0.0).then(|| (b.mean - a.mean) / a.sd()),
            distance,
            outside: (below + above) as f64 / there.len() as f64,
        })
    }
}

impl WordDrift {
    fn of(here: &Column, there: &Column) -> Self {
        let (a, b) = (shares(here), shares(there));
        let share = |shares: &[(String, f64)], word: &str| {
            shares.iter().find(|(other, _)| other == word).map_or(0.0, |(_, share)| *share)
        };
        let words: BTreeSet<&String> = a.iter().chain(&b).map(|(word, _)| word).collect();
        let distance = words.iter().map(|word| (share(&a, word) - share(&b, word)).abs()).sum::<f64>() / 2.0;
        let new = b.iter().map(|(word, _)| word).filter(|word| share(&a, word) == 0.0).cloned().collect();
        WordDrift { distance, new }
    }
}

/// The words of a column, each with its share of the rows that have one.
fn shares(column: &Column) -> Vec<(String, f64)> {
    let Content::Words { words, codes } = &column.content else { return Vec::new() };
    let said = || codes.iter().filter(|code| **code != NO_WORD);
    let total = said().count().max(1) as f64;
    let mut counts = vec![0u64; words.len()];
    said().for_each(|code| counts[usize::from(*code)] += 1);
    words.iter().cloned().zip(counts.iter().map(|count| *count as f64 / total)).collect()
}
