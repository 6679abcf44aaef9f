//! One column by itself: what it holds, how it is distributed, and how it relates to the label.

use painwave_train::leaks::Leak;
use painwave_train::statistics::{Moments, correlation_ratio, cramers_v, quantile};
use serde::Serialize;

use crate::classes::Classes;
use crate::table::{Column, ColumnProblems, Content, Counter, NO_WORD, Table};

/// What is known of one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it only counts: rows or time.
    pub counter: Option<Counter>,
    /// What is suspicious about it: that it alone tells the classes apart, or only counts.
    pub leak: Option<String>,
    /// Values that the reader refuses.
    pub problems: ColumnProblems,
    /// Number of different values; none of text with too many to count.
    pub distinct: Option<usize>,
    /// The most frequent value.
    pub most_frequent: Option<Level>,
    /// Whether every subject has one value in all its rows.
    pub constant_within_subjects: bool,
    /// The values and how often they occur, most frequent first, if there are at most [`MAX_LEVELS`]
    /// numbers, or words.
    pub levels: Option<Vec<Level>>,
    /// Of a numeric column.
    pub numbers: Option<NumberSummary>,
    /// Of a numeric column, with labels.
    pub relation: Option<Relation>,
    /// Of a categorical column, with labels: Cramer's V of word and class over all rows.
    pub cramers_v: Option<f64>,
    /// How the values are distributed, for a plot.
    pub histogram: Option<Histogram>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Numbers.
    Number,
    /// One of a few words.
    Words,
    /// Many different words.
    Text,
    /// Nothing.
    Empty,
}

/// A value and how often it occurs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Level {
    /// The value.
    pub value: String,
    /// In how many rows.
    pub rows: usize,
    /// In what share of the rows that have a value.
    pub share: f64,
}

/// The distribution of a numeric column over all rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumberSummary {
    /// Mean.
    pub mean: f64,
    /// Standard deviation (`ddof=1`).
    pub sd: f64,
    /// Minimum.
    pub min: f64,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
    /// Maximum.
    pub max: f64,
    /// Values that are exactly 0.
    pub zeros: usize,
    /// Steps that stand out from both their neighbours.
    pub spikes: Spikes,
}

/// Single steps that differ from the median of themselves and their two neighbours by more than
/// [`SPIKE_SD`] standard deviations of the column.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spikes {
    /// How many.
    pub count: usize,
    /// In how many subjects.
    pub subjects: usize,
    /// The subject that has most of them, and how many.
    pub most: Option<(String, usize)>,
    /// Line of the largest, and its value.
    pub greatest: Option<(u64, f64)>,
}

/// Shares of a column's variance that the label explains (the correlation ratio eta^2). None where there is
/// no variance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Relation {
    /// Over all rows.
    pub step: Option<f64>,
    /// Over the subjects' means.
    pub subject_mean: Option<f64>,
    /// Over the standard deviations within the subjects.
    pub subject_sd: Option<f64>,
}

/// Counts of values in bins of equal width, or of each value if there are few.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Histogram {
    /// Lower edge of the first bin, or the minimum. Rarer values outside are in the outermost bins.
    pub low: f64,
    /// Upper edge of the last bin, or the maximum.
    pub high: f64,
    /// The values, if each has a bin of its own.
    pub values: Option<Vec<f64>>,
    /// Rows by class and bin: `[classes][bins]`; without labels, of one class that is all.
    pub counts: Vec<Vec<u32>>,
}

/// Max number of distinct values that are listed one by one.
pub const MAX_LEVELS: usize = 20;
/// Standard deviations that make a spike.
pub const SPIKE_SD: f64 = 6.0;
/// Bins of a histogram.
const BINS: usize = 32;
/// Share of the rows on either side that a histogram does not stretch to.
const TAIL: f64 = 0.005;

impl ColumnProfile {
    /// Describes a column; `sorted` are its values, ascending.
    pub fn new(table: &Table, column: &Column, sorted: &[f32], classes: Option<&Classes>) -> Self {
        let mut profile = ColumnProfile {
            name: column.name.clone(),
            kind: Kind::Empty,
            counter: column.counter,
            leak: classes.and_then(|classes| leak(table, column, classes)),
            problems: column.problems.clone(),
            distinct: None,
            most_frequent: None,
            constant_within_subjects: false,
            levels: None,
            numbers: None,
            relation: None,
            cramers_v: None,
            histogram: None,
        };
        match &column.content {
            Content::Numbers(values) => profile.describe_numbers(table, values, sorted, classes),
            Content::Words { words, codes } => profile.describe_words(table, words, codes, classes),
            Content::Text => profile.kind = Kind::Text,
            Content::Empty => {}
        }
        profile
    }

    /// Whether it has one value in all rows.
    pub fn is_constant(&self) -> bool {
        self.distinct == Some(1)
    }

    fn describe_numbers(&mut self, table: &Table, values: &[f32], sorted: &[f32], classes: Option<&Classes>) {
        let mut levels: Vec<(f32, usize)> =
            sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect();
        self.kind = Kind::Number;
        self.distinct = Some(levels.len());
        let level = |(value, rows): &(f32, usize)| Level {
            value: value.to_string(),
            rows: *rows,
            share: *rows as f64 / sorted.len() as f64,
        };
        self.most_frequent = levels.iter().rev().max_by_key(|(_, rows)| *rows).map(level);
        self.constant_within_subjects = constant_within_subjects(table, values);
        let few = (levels.len() <= MAX_LEVELS).then(|| levels.iter().map(|(value, _)| *value).collect());
        self.histogram = Histogram::new(table, values, sorted, few, classes);
        self.relation = classes.filter(|_| levels.len() > 1).map(|c| Relation::of(table, values, c));
        self.numbers = NumberSummary::of(table, values, sorted);
        if levels.len() <= MAX_LEVELS {
            levels.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
            self.levels = Some(levels.iter().map(level).collect());
        }
    }

    fn describe_words(&mut self, table: &Table, words: &[String], codes: &[u16], classes: Option<&Classes>) {
        let mut rows = vec![0; words.len()];
        let said = || codes.iter().filter(|code| **code != NO_WORD);
        said().for_each(|code| rows[usize::from(*code)] += 1);
        let total = said().count().max(1) as f64;
        let level =
            |(word, rows): (&String, usize)| Level { value: word.clone(), rows, share: rows as f64 / total };
        let mut levels: Vec<Level> = words.iter().zip(rows).map(level).collect();
        levels.sort_by_key(|level| std::cmp::Reverse(level.rows));
        self.kind = Kind::Words;
        self.distinct = Some(levels.len());
        self.most_frequent = levels.first().cloned();
        self.constant_within_subjects = constant_within_subjects(table, codes);
        self.levels = Some(levels);
        self.cramers_v = classes.and_then(|classes| {
            let rows = labelled(table, classes).flat_map(|(class, rows)| rows.map(move |row| (class, row)));
            let pairs = rows.map(|(class, row)| (class, codes[row])).filter(|(_, code)| *code != NO_WORD);
            cramers_v(pairs, classes.names.len(), words.len())
        });
    }
}

/// What a column gives away; a counter that was found as such says nothing more.
fn leak(table: &Table, column: &Column, classes: &Classes) -> Option<String> {
    let of: Vec<(usize, std::ops::Range<usize>)> = labelled(table, classes).collect();
    let classes_of: Vec<usize> = of.iter().map(|(class, _)| *class).collect();
    match &column.content {
        Content::Numbers(values) => {
            let leak = Leak::find(&classes_of, |index| values[of[index].1.clone()].iter().copied())?;
            let is_known = column.counter.is_some() && matches!(leak, Leak::Counts { .. });
            (!is_known).then(|| leak.text(&classes.names, |value| value.to_string()))
        }
        Content::Words { words, codes } => {
            let value = |code: &u16| if *code == NO_WORD { f32::NAN } else { f32::from(*code) };
            let leak = Leak::find(&classes_of, |index| codes[of[index].1.clone()].iter().map(value))?;
            // That codes ascend says nothing: they are in the order in which the words are found.
            let shown =
                |code: f32| words.get(code as usize).map(|word| format!("{word:?}")).unwrap_or_default();
            matches!(leak, Leak::Values { .. } | Leak::Ranges { .. })
                .then(|| leak.text(&classes.names, shown))
        }
        Content::Text | Content::Empty => None,
    }
}

/// Class and rows of each subject that has a label.
fn labelled<'a>(
    table: &'a Table,
    classes: &'a Classes,
) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> + Clone + 'a {
    let subjects = table.subjects.iter().zip(&classes.of);
    subjects.filter_map(|(subject, class)| class.map(|class| (class, subject.rows.clone())))
}

/// Missing values differ from everything.
fn constant_within_subjects<T: PartialEq>(table: &Table, values: &[T]) -> bool {
    table.subjects.iter().all(|subject| {
        let values = &values[subject.rows.clone()];
        values.windows(2).all(|pair| pair[0] == pair[1])
    })
}

impl NumberSummary {
    fn of(table: &Table, values: &[f32], sorted: &[f32]) -> Option<Self> {
        let moments = Moments::of(sorted.iter().copied().map(f64::from))?;
        Some(NumberSummary {
            mean: moments.mean,
            sd: moments.sd(),
            min: quantile(sorted, 0.0),
            q1: quantile(sorted, 0.25),
            median: quantile(sorted, 0.5),
            q3: quantile(sorted, 0.75),
            max: quantile(sorted, 1.0),
            zeros: sorted.iter().filter(|value| **value == 0.0).count(),
            spikes: Spikes::find(table, values, moments.sd()),
        })
    }
}

impl Spikes {
    fn find(table: &Table, values: &[f32], sd: f64) -> Self {
        let limit = SPIKE_SD * sd;
        let mut spikes = Spikes::default();
        let mut max = limit;
        for subject in &table.subjects {
            let mut count = 0;
            for row in subject.rows.clone().skip(1).take(subject.rows.len().saturating_sub(2)) {
                let [before, value, after] = [values[row - 1], values[row], values[row + 1]];
                let median = before.min(after).max(value.min(before.max(after)));
                let height = f64::from((value - median).abs());
                // NaN beside it makes no spike.
                if height > limit && !before.is_nan() && !after.is_nan() {
                    count += 1;
                    if height > max {
                        max = height;
                        spikes.greatest = Some((table.lines[row], f64::from(value)));
                    }
                }
            }
            spikes.count += count;
            spikes.subjects += usize::from(count > 0);
            if count > spikes.most.as_ref().map_or(0, |(_, most)| *most) {
                spikes.most = Some((subject.id.clone(), count));
            }
        }
        spikes
    }
}

impl Relation {
    fn of(table: &Table, values: &[f32], classes: &Classes) -> Self {
        let count = classes.names.len();
        let finite = |rows: std::ops::Range<usize>| {
            values[rows].iter().copied().filter(|value| !value.is_nan()).map(f64::from)
        };
        let steps =
            labelled(table, classes).flat_map(|(class, rows)| finite(rows).map(move |value| (class, value)));
        let moments = |(class, rows)| Moments::of(finite(rows)).map(|moments| (class, moments));
        let subjects: Vec<(usize, Moments)> = labelled(table, classes).filter_map(moments).collect();
        let long = subjects.iter().filter(|(_, moments)| moments.count > 1);
        Relation {
            step: correlation_ratio(steps, count),
            subject_mean: correlation_ratio(subjects.iter().map(|(class, m)| (*class, m.mean)), count),
            subject_sd: correlation_ratio(long.map(|(class, m)| (*class, m.sd())), count),
        }
    }

    /// The stronger relation to the label, of the subjects' means or of their standard deviations.
    pub fn of_subjects(&self) -> Option<f64> {
        [self.subject_mean, self.subject_sd].into_iter().flatten().reduce(f64::max)
    }
}

impl Histogram {
    /// With a bin of its own for each of `few`, ascending.
    fn new(
        table: &Table,
        values: &[f32],
        sorted: &[f32],
        few: Option<Vec<f32>>,
        classes: Option<&Classes>,
    ) -> Option<Self> {
        if sorted.is_empty() {
            return None;
        }
        let (mut low, mut high) = (quantile(sorted, TAIL), quantile(sorted, 1.0 - TAIL));
        if low == high || few.is_some() {
            (low, high) = (quantile(sorted, 0.0), quantile(sorted, 1.0));
        }
        let bins = few.as_ref().map_or(BINS, Vec::len);
        let bin = |value: f32| match &few {
            Some(few) => few.partition_point(|other| *other < value),
            None => {
                ((f64::from(value) - low) / (high - low) * bins as f64).clamp(0.0, bins as f64 - 1.0) as usize
            }
        };
        let mut counts = vec![vec![0; bins]; classes.map_or(1, |classes| classes.names.len())];
        for (i, subject) in table.subjects.iter().enumerate() {
            let Some(class) = classes.map_or(Some(0), |classes| classes.of[i]) else { continue };
            for value in values[subject.rows.clone()].iter().filter(|value| !value.is_nan()) {
                counts[class][bin(*value)] += 1;
            }
        }
        let values = few.map(|few| few.into_iter().map(f64::from).collect());
        Some(Histogram { low, high, values, counts })
    }
}
