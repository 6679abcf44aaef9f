//! The bootstrap: confidence intervals of scores, and of differences of scores.
//!
//! Subjects are drawn with replacement, as many as there are, again and again, and an interval goes from the 2.5 % to the
//! 97.5 % quantile of what they score: the percentile interval. Where subjects come in groups, such as the recordings of
//! a person, whole groups are drawn, since those of one group are no independent evidence. Of few subjects or groups the
//! intervals are too narrow, and of a score that no mistake has lowered there is only the score itself.
//!
//! Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use painwave::aggregate::WindowAggregation;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::evaluation::{Evaluation, Judgement, Sample};
use crate::intervals::{Interval, Intervals, Over};
use crate::measure::Measure;
use crate::statistics::quantile;

/// How often subjects or groups are drawn anew.
pub const RESAMPLES: usize = 2000;
/// Share of the intervals that have the score of all subjects in them.
pub const LEVEL: f64 = 0.95;
/// Seed of the draws where none is asked for: the same predictions have the same intervals.
pub const SEED: u64 = 0;

/// Scores with their intervals, of subjects of whom some may have a group; see [`Evaluation::new`].
///
/// # Panics
/// If an index is not one of a class.
pub fn evaluate<'a>(
    classes: &[String],
    windows: WindowAggregation,
    judged: impl IntoIterator<Item = (Judgement<'a>, Option<&'a str>)>,
    seed: u64,
) -> Evaluation {
    let (judged, groups): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
    let sample = Sample::new(classes, windows, judged);
    let evaluation = sample.evaluation(&vec![1; sample.subjects()]);
    Evaluation { intervals: intervals(sample, groups, seed), ..evaluation }
}

/// The intervals of the scores of some subjects, who may have groups; none of fewer than two units. Where a score is not
/// defined for some of the draws, as the AUROC is not without a subject of a class, its interval is that of the others.
fn intervals<'a>(
    sample: Sample<'_>,
    groups: impl IntoIterator<Item = Option<&'a str>>,
    seed: u64,
) -> Option<Intervals> {
    let mut numbering = Numbering::default();
    let mut over = Over::Subjects;
    let number = |(subject, group): (usize, Option<&'a str>)| {
        numbering.number(match group {
            None => Unit::Subject(subject),
            Some(group) => {
                over = Over::Groups;
                Unit::Group(group)
            }
        })
    };
    let units = groups.into_iter().enumerate().map(number).collect();
    let (judged, count) = (JudgedUnits { sample, units }, numbering.count());
    (count > 1).then(|| Intervals {
        level: LEVEL,
        resamples: RESAMPLES,
        over,
        units: count,
        scores: percentiles(draws(count, seed), |counts| {
            judged.evaluation(counts).map_or_else(BTreeMap::new, |drawn| drawn.values())
        }),
    })
}

/// A subject's judgement by one model, to be compared with that by another.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// What the subject is called.
    pub id: &'a str,
    /// Its group, if it has one.
    pub group: Option<&'a str>,
    /// How it was judged.
    pub judgement: Judgement<'a>,
}

/// How much more one model scores than another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The mean difference over the pairs of trainings.
    pub value: f64,
    /// Where it may be for other subjects.
    pub interval: Interval,
}

/// How much more the second of each pair of trainings scores than the first, as a mean over the pairs. The subjects (or
/// their groups) of all trainings are drawn once for all of them, so that what is hard about a subject does to each what
/// it does to the others. Empty for fewer than two units; a score that is not known of all trainings has no difference.
///
/// # Panics
/// If an index is not one of a class.
pub fn paired<'a>(
    classes: &[String],
    windows: [WindowAggregation; 2],
    pairs: &[[Vec<Compared<'a>>; 2]],
    seed: u64,
) -> BTreeMap<Measure, Difference> {
    let mut numbering = Numbering::default();
    let unit = |compared: &Compared<'a>| compared.group.map_or(Unit::Subject(compared.id), Unit::Group);
    let mut judged = |windows: WindowAggregation, judged: &[Compared<'a>]| JudgedUnits {
        sample: Sample::new(classes, windows, judged.iter().map(|compared| compared.judgement)),
        units: judged.iter().map(|compared| numbering.number(unit(compared))).collect(),
    };
    let pairs: Vec<_> =
        pairs.iter().map(|[first, second]| [judged(windows[0], first), judged(windows[1], second)]).collect();
    match numbering.count() {
        0 | 1 => BTreeMap::new(),
        count => differences(&pairs, count, draws(count, seed)),
    }
}

/// See [`paired`]; `draws` are those of so many units.
fn differences(
    pairs: &[[JudgedUnits<'_>; 2]],
    units: usize,
    draws: impl Iterator<Item = Vec<u32>>,
) -> BTreeMap<Measure, Difference> {
    let differences = |counts: &[u32]| -> Option<BTreeMap<Measure, f64>> {
        let of_pair = |[first, second]: &[JudgedUnits<'_>; 2]| {
            Some([first.evaluation(counts)?, second.evaluation(counts)?])
        };
        let evaluations = pairs.iter().map(of_pair).collect::<Option<Vec<_>>>()?;
        let difference = |measure: Measure| {
            let of_pair =
                |[first, second]: &[Evaluation; 2]| Some(second.value(measure)? - first.value(measure)?);
            let sum = evaluations.iter().map(of_pair).sum::<Option<f64>>()?;
            Some((measure, sum / evaluations.len() as f64))
        };
        Some(Measure::ALL.into_iter().filter_map(difference).collect())
    };
    let values = differences(&vec![1; units]).unwrap_or_default();
    let intervals = percentiles(draws, |counts| differences(counts).unwrap_or_default());
    let with_value = |(measure, interval)| {
        let value = *values.get(&measure)?;
        Some((measure, Difference { value, interval }))
    };
    intervals.into_iter().filter_map(with_value).collect()
}

/// Judged subjects that are drawn in units.
struct JudgedUnits<'a> {
    sample: Sample<'a>,
    /// The unit of each subject.
    units: Vec<usize>,
}

impl JudgedUnits<'_> {
    /// The scores if there were as many of each unit as `counts` says; none without a subject.
    fn evaluation(&self, counts: &[u32]) -> Option<Evaluation> {
        let counts: Vec<u32> = self.units.iter().map(|unit| counts[*unit]).collect();
        counts.iter().any(|count| *count > 0).then(|| self.sample.evaluation(&counts))
    }
}

/// What is drawn: a subject, or a group of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit<'a, S> {
    Subject(S),
    Group(&'a str),
}

/// Units in the order in which they first appear.
#[derive(Debug)]
struct Numbering<U>(HashMap<U, usize>);

impl<U> Default for Numbering<U> {
    fn default() -> Self {
        Numbering(HashMap::new())
    }
}

impl<U: Hash + Eq> Numbering<U> {
    fn number(&mut self, unit: U) -> usize {
        let next = self.0.len();
        *self.0.entry(unit).or_insert(next)
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

/// How often each of some units is drawn, in each resample.
fn draws(units: usize, seed: u64) -> impl Iterator<Item = Vec<u32>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..RESAMPLES).map(move |_| {
        let mut counts = vec![0; units];
        (0..units).for_each(|_| counts[rng.random_range(..units)] += 1);
        counts
    })
}

/// The intervals of what is computed from each of some draws.
fn percentiles(
    draws: impl Iterator<Item = Vec<u32>>,
    scores: impl Fn(&[u32]) -> BTreeMap<Measure, f64>,
) -> BTreeMap<Measure, Interval> {
    let mut values: BTreeMap<Measure, Vec<f64>> = BTreeMap::new();
    for counts in draws {
        for (measure, value) in scores(&counts) {
            values.entry(measure).or_default().push(value);
        }
    }
    let interval = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0].map(|share| quantile(&values, share))
    };
    values.into_iter().map(|(measure, values)| (measure, interval(values))).collect()
}

/// The answers are from tests/golden/bootstrap.py.
#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        name: String,
        classes: usize,
        truths: Vec<usize>,
        units: Vec<usize>,
        /// Of each model and training.
        probabilities: [Vec<Vec<Vec<f32>>>; 2],
        /// The units that are drawn, for each resample.
        draws: Vec<Vec<usize>>,
        /// Of the first training of the first model.
        intervals: BTreeMap<Measure, Interval>,
        differences: BTreeMap<Measure, Difference>,
    }

    const MEAN: WindowAggregation = WindowAggregation::MeanProbability;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| class.to_string()).collect()
    }

    fn argmax(row: &[f32]) -> usize {
        (1..row.len()).fold(0, |a, b| if row[b] > row[a] { b } else { a })
    }

    fn assert_close(found: &[f64], expected: &[f64], what: &str) {
        let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(found.len() == expected.len() && close, "{what}: {found:?} instead of {expected:?}");
    }

    #[test]
    fn intervals_and_differences_are_those_of_numpy_and_scikit_learn() {
        let cases: Vec<Golden> =
            serde_json::from_str(include_str!("../../tests/golden/bootstrap.json")).unwrap();
        for golden in cases {
            let classes = names(golden.classes);
            let sample = |rows: &Vec<Vec<f32>>| {
                let judged =
                    golden.truths.iter().zip(rows).map(|(truth, row)| (*truth, argmax(row), &row[..]));
                Sample::new(&classes, MEAN, judged)
            };
            let count = golden.units.iter().max().unwrap() + 1;
            let draws = || {
                golden.draws.iter().map(|drawn| {
                    let mut counts = vec![0; count];
                    drawn.iter().for_each(|unit| counts[*unit] += 1);
                    counts
                })
            };
            let judged = |rows| JudgedUnits { sample: sample(rows), units: golden.units.clone() };
            let [first, second] = golden.probabilities.each_ref().map(|model| model.iter().map(judged));
            let one = judged(&golden.probabilities[0][0]);
            let found = percentiles(draws(), |counts| one.evaluation(counts).unwrap().values());
            assert!(found.keys().eq(golden.intervals.keys()), "{}: {found:?}", golden.name);
            for (measure, interval) in found {
                assert_close(
                    &interval,
                    &golden.intervals[&measure],
                    &format!("{}: {measure:?}", golden.name),
                );
            }
            let pairs: Vec<_> = first.zip(second).map(|(first, second)| [first, second]).collect();
            let found = differences(&pairs, count, draws());
            assert!(found.keys().eq(golden.differences.keys()), "{}: {found:?}", golden.name);
            for (measure, Difference { value, interval: [low, high] }) in found {
                let Difference { value: expected, interval } = golden.differences[&measure];
                let what = format!("{}: difference of {measure:?}", golden.name);
                assert_close(&[value, low, high], &[expected, interval[0], interval[1]], &what);
            }
        }
    }

    /// Subjects of three classes, of which a model that says how sure it is finds two of three; copies of a subject make
    /// a group.
    struct Crowd {
        truths: Vec<usize>,
        rows: Vec<Vec<f32>>,
        groups: Vec<String>,
    }

    impl Crowd {
        fn new(count: usize, copies: usize, seed: u64) -> Self {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let (mut truths, mut rows, mut groups) = (Vec::new(), Vec::new(), Vec::new());
            for subject in 0..count {
                let truth = rng.random_range(0..3);
                let strongest = if rng.random_range(0.0..1.0) < 2.0 / 3.0 { truth } else { (truth + 1) % 3 };
                let mut row = vec![0.2; 3];
                row[strongest] += rng.random_range(0.1f32..0.4);
                let sum: f32 = row.iter().sum();
                row.iter_mut().for_each(|p| *p /= sum);
                for _ in 0..copies {
                    truths.push(truth);
                    rows.push(row.clone());
                    groups.push(subject.to_string());
                }
            }
            Crowd { truths, rows, groups }
        }

        fn judgements(&self) -> impl Iterator<Item = Judgement<'_>> {
            self.truths.iter().zip(&self.rows).map(|(truth, row)| (*truth, argmax(row), &row[..]))
        }

        fn evaluate(&self, grouped: bool) -> Evaluation {
            let groups = self.groups.iter().map(|group| grouped.then_some(group.as_str()));
            evaluate(&names(3), MEAN, self.judgements().zip(groups), SEED)
        }

        fn intervals(&self, grouped: bool) -> Intervals {
            self.evaluate(grouped).intervals.expect("intervals")
        }
    }

    fn width(intervals: &Intervals, measure: Measure) -> f64 {
        let [low, high] = intervals.scores[&measure];
        high - low
    }

    #[test]
    fn every_score_lies_in_its_interval() {
        let evaluation = Crowd::new(150, 1, 1).evaluate(false);
        let intervals = evaluation.intervals.as_ref().unwrap();
        assert_eq!((intervals.over, intervals.units), (Over::Subjects, 150));
        for measure in Measure::ALL {
            let (value, [low, high]) = (evaluation.value(measure).unwrap(), intervals.scores[&measure]);
            assert!(low < value && value < high, "{measure:?}: {value} in {low} to {high}");
        }
    }

    #[test]
    fn four_times_as_many_subjects_halve_an_interval() {
        let [few, many] = [100, 400].map(|count| Crowd::new(count, 1, 2).intervals(false));
        for measure in
            Measure::ALL.into_iter().filter(|measure| *measure != Measure::ExpectedCalibrationError)
        {
            let ratio = width(&few, measure) / width(&many, measure);
            assert!((1.6..2.5).contains(&ratio), "{measure:?}: {ratio}");
        }
    }

    #[test]
    fn copies_of_a_subject_are_no_more_evidence_than_the_subject() {
        let (single, copied) = (Crowd::new(80, 1, 3), Crowd::new(80, 4, 3));
        let grouped = copied.intervals(true);
        assert_eq!((grouped.over, grouped.units), (Over::Groups, 80));
        assert_eq!(grouped.scores[&Measure::Accuracy], single.intervals(false).scores[&Measure::Accuracy]);
        let ratio =
            width(&grouped, Measure::WeightedF1) / width(&copied.intervals(false), Measure::WeightedF1);
        assert!((1.7..2.4).contains(&ratio), "{ratio}");
    }

    #[test]
    fn nineteen_of_twenty_intervals_have_the_accuracy_of_all_subjects() {
        let inside = |seed: &u64| {
            let [low, high] = Crowd::new(120, 1, *seed).intervals(false).scores[&Measure::Accuracy];
            low <= 2.0 / 3.0 && 2.0 / 3.0 <= high
        };
        let inside = (100..400).filter(inside).count();
        // 285 of 300 are expected; four standard errors are 15.
        assert!((270..=300).contains(&inside), "{inside}");
    }

    #[test]
    fn subjects_are_paired_by_their_ids() {
        let crowd = Crowd::new(200, 1, 5);
        let compared = |wrong: usize| -> Vec<Compared<'_>> {
            let judged = crowd.judgements().zip(&crowd.groups).enumerate();
            let compared = judged.map(|(i, ((truth, class, row), id))| {
                let class = if i < wrong { (truth + 1) % 3 } else { class };
                Compared { id, group: None, judgement: (truth, class, row) }
            });
            compared.collect()
        };
        let accuracy = |first: Vec<Compared<'_>>, second: Vec<Compared<'_>>| {
            let pairs = [[first, second]];
            paired(&names(3), [MEAN; 2], &pairs, SEED)[&Measure::Accuracy]
        };
        let reversed = compared(0).into_iter().rev().collect();
        assert_eq!(accuracy(compared(0), reversed), Difference { value: 0.0, interval: [0.0, 0.0] });
        let Difference { value, interval: [low, high] } = accuracy(compared(0), compared(20));
        assert!(value < 0.0 && low < value && value < high && high < 0.0, "{value} in {low} to {high}");
        // Of two models with these scores and nothing else in common one knows less.
        let alone = width(&crowd.intervals(false), Measure::Accuracy);
        assert!(high - low < 0.7 * alone, "{low} to {high}, {alone}");
    }

    #[test]
    fn one_subject_has_no_intervals() {
        assert_eq!(Crowd::new(1, 1, 1).evaluate(false).intervals, None);
        // Nor has one group.
        assert_eq!(Crowd::new(1, 5, 1).evaluate(true).intervals, None);
        assert_eq!(evaluate(&names(2), MEAN, [], SEED).intervals, None);
    }
}
