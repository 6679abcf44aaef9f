//! Columns that give the class away, or only count rows: a network that reads one is right on this data and of no use on
//! any other.
//!
//! A column alone tells the classes apart if none of its few values, or no part of its range, is shared by recordings of
//! two classes, *and* that is more than chance: each value of a column of ids belongs to one class, too, and so may the
//! ages of eight people. Chance is reckoned over recordings, whose rows depend on each other, as if the classes were
//! dealt among them at random: below [`CHANCE`] a column is named. The mean of a recording is not looked at, since that of
//! a good sensor tells the classes apart as well.

use std::collections::HashMap;

use crate::experiment::Dataset;

/// The probability below which what a column says of the classes is no chance.
pub const CHANCE: f64 = 0.01;
/// Share of the steps by which a counter must go on, since one may begin again.
const STEADY: f64 = 0.95;
/// Steps from which a column that goes on by the same amount is taken for a counter.
const MIN_STEPS: usize = 8;
/// Values that are shown.
const SHOWN: usize = 6;
/// What to do about a column.
const ADVICE: &str = ". A network that reads it may learn nothing else: unless it is a measurement, put it under `ignored` in \
                      [data]";

/// What is suspicious about a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Leak {
    /// It goes on by the same amount from row to row.
    Counts {
        /// The amount.
        by: f32,
    },
    /// Each of its values occurs in recordings of one class only.
    Values {
        /// The values, ascending, and the class of each.
        values: Vec<(f32, usize)>,
    },
    /// The values of one class are all below those of the next.
    Ranges {
        /// Classes that have a value, each with its least and greatest, ascending.
        ranges: Vec<(usize, f32, f32)>,
    },
}

impl Leak {
    /// Looks at one column: `values` has those of a recording in the order of time, `classes` the class of each
    /// recording. NaN is no value.
    pub fn find<I: Iterator<Item = f32>>(classes: &[usize], values: impl Fn(usize) -> I) -> Option<Leak> {
        let column =
            Column { classes, values: &|recording| values(recording).filter(|value| !value.is_nan()) };
        column.counts().or_else(|| column.ranges()).or_else(|| column.values())
    }

    /// What it says, after the column's name: `alone tells the classes apart: ...`. `shown` says how a value is written.
    pub fn text(&self, classes: &[String], shown: impl Fn(f32) -> String) -> String {
        let name = |class: usize| classes.get(class).map_or("", String::as_str);
        match self {
            Leak::Counts { by } => format!("counts the rows: it goes on by {by} from one to the next"),
            Leak::Values { values } => {
                let mut parts: Vec<String> = values
                    .iter()
                    .take(SHOWN)
                    .map(|(value, class)| format!("{} in {:?}", shown(*value), name(*class)))
                    .collect();
                if values.len() > SHOWN {
                    parts.push(format!("{} more", values.len() - SHOWN));
                }
                format!("alone tells the classes apart: it is {}", parts.join(", "))
            }
            Leak::Ranges { ranges } => {
                let part = |(class, low, high): &(usize, f32, f32)| match low == high {
                    true => format!("{} in {:?}", shown(*low), name(*class)),
                    false => format!("{} to {} in {:?}", shown(*low), shown(*high), name(*class)),
                };
                let parts: Vec<String> = ranges.iter().map(part).collect();
                format!("alone tells the classes apart: it is {}", parts.join(", "))
            }
        }
    }
}

/// What is suspicious about the columns of a data set, in sentences without their ends.
pub fn of_dataset(dataset: &Dataset) -> Vec<String> {
    let Dataset { schema, recordings, labels, classes, .. } = dataset;
    let of: Vec<usize> = labels.iter().map(|label| label.class).collect();
    let text = |column: &str, leak: Option<Leak>, shown: &dyn Fn(f32) -> String| {
        Some(format!("the column {column:?} {}", leak?.text(classes, shown)) + ADVICE)
    };
    let channels = schema.channels.iter().enumerate().filter_map(|(index, column)| {
        let width = schema.channels.len();
        let values =
            |recording: usize| recordings[recording].values.iter().skip(index).step_by(width).copied();
        text(column, Leak::find(&of, values), &|value| value.to_string())
    });
    let categories = schema.categories.iter().enumerate().filter_map(|(index, category)| {
        let width = schema.categories.len();
        let codes = |recording: usize| recordings[recording].codes.iter().skip(index).step_by(width);
        let leak = Leak::find(&of, |recording| codes(recording).map(|code| f32::from(*code)));
        // A code is a small index.
        let level = |code: f32| category.levels.get(code as usize).cloned().unwrap_or_default();
        text(&category.column, leak, &level)
    });
    channels.chain(categories).collect()
}

struct Column<'a, F> {
    classes: &'a [usize],
    values: &'a F,
}

impl<I: Iterator<Item = f32>, F: Fn(usize) -> I> Column<'_, F> {
    fn of(&self, recording: usize) -> I {
        (self.values)(recording)
    }

    fn counts(&self) -> Option<Leak> {
        let (mut by, mut steps, mut steady) = (None, 0, 0);
        for recording in 0..self.classes.len() {
            let mut last: Option<f32> = None;
            for value in self.of(recording) {
                if let Some(before) = last.replace(value) {
                    let step = value - before;
                    let by = *by.get_or_insert(step);
                    steps += 1;
                    // A step is as exact as the numbers that it is the difference of.
                    let exact = 4.0 * f32::EPSILON * value.abs().max(before.abs());
                    steady += usize::from((step - by).abs() <= exact);
                }
            }
        }
        let by = by.filter(|by| *by != 0.0)?;
        (steps >= MIN_STEPS && steady as f64 >= STEADY * steps as f64).then_some(Leak::Counts { by })
    }

    fn ranges(&self) -> Option<Leak> {
        let mut by_class: HashMap<usize, (f32, f32, usize)> = HashMap::new();
        for (recording, class) in self.classes.iter().enumerate() {
            let range = self.of(recording).fold(None, |range: Option<(f32, f32)>, value| {
                Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
            });
            let Some((low, high)) = range else { continue };
            let entry = by_class.entry(*class).or_insert((low, high, 0));
            *entry = (entry.0.min(low), entry.1.max(high), entry.2 + 1);
        }
        let mut ranges: Vec<_> =
            by_class.iter().map(|(class, (low, high, _))| (*class, *low, *high)).collect();
        ranges.sort_by(|a, b| a.1.total_cmp(&b.1));
        let apart = ranges.windows(2).all(|pair| pair[0].2 < pair[1].1);
        // So many orders of the recordings have their classes one after the other.
        let counts: Vec<usize> = by_class.values().map(|(.., count)| *count).collect();
        let orders =
            ln_factorial(counts.len()) + counts.iter().map(|count| ln_factorial(*count)).sum::<f64>();
        let chance = orders - ln_factorial(counts.iter().sum());
        (ranges.len() > 1 && apart && chance < CHANCE.ln()).then_some(Leak::Ranges { ranges })
    }

    fn values(&self) -> Option<Leak> {
        let mut of_value: HashMap<u32, (usize, usize)> = HashMap::new();
        // Recordings that share a value, each joined to an earlier one.
        let mut joined: Vec<usize> = (0..self.classes.len()).collect();
        let mut shares = vec![0usize; self.classes.iter().max().map_or(0, |most| most + 1)];
        let mut recordings = 0;
        let few = (self.classes.len() / 2).max(2 * shares.len());
        for (recording, class) in self.classes.iter().enumerate() {
            let mut any = false;
            for value in self.of(recording) {
                any = true;
                // -0 is 0.
                let (first, of) = *of_value.entry((value + 0.0).to_bits()).or_insert((recording, *class));
                if of != *class || of_value.len() > few {
                    return None;
                }
                let (one, other) = (root(&joined, first), root(&joined, recording));
                joined[one.max(other)] = one.min(other);
            }
            if any {
                shares[*class] += 1;
                recordings += 1;
            }
        }
        let present: Vec<usize> = shares.into_iter().filter(|count| *count > 0).collect();
        let with_value = |recording: &usize| self.of(*recording).next().is_some();
        let groups = (0..joined.len()).filter(|index| joined[*index] == *index).filter(with_value).count();
        // That a recording has the class of the one that it is joined to.
        let agree: f64 =
            present.iter().map(|count| *count as f64 / recordings as f64).map(|share| share * share).sum();
        let chance = (recordings - groups) as f64 * agree.ln();
        let is_code = of_value.len() == present.len() && present.iter().all(|count| *count > 1);
        if present.len() < 2 || !(is_code || chance < CHANCE.ln()) {
            return None;
        }
        let mut values: Vec<(f32, usize)> =
            of_value.into_iter().map(|(bits, (_, class))| (f32::from_bits(bits), class)).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        Some(Leak::Values { values })
    }
}

fn root(joined: &[usize], mut index: usize) -> usize {
    while joined[index] != index {
        index = joined[index];
    }
    index
}

fn ln_factorial(number: usize) -> f64 {
    (2..=number).map(|factor| (factor as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recordings of two classes, every third of the second one, with what a column says at a step of one of them.
    fn find(recordings: usize, value: impl Fn(usize, usize) -> f32) -> Option<Leak> {
        let classes: Vec<usize> = (0..recordings).map(class).collect();
        Leak::find(&classes, |recording| {
            (0..10).map(|step| value(recording, step)).collect::<Vec<_>>().into_iter()
        })
    }

    fn class(recording: usize) -> usize {
        usize::from(recording.is_multiple_of(3))
    }

    /// A number that looks random.
    fn noise(a: usize, b: usize) -> f32 {
        let mixed = (a as u64 * 1009 + b as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed >> 32) % 1000) as f32 / 1000.0
    }

    #[test]
    fn a_code_of_the_class_is_named_with_its_values() {
        let names = ["sit".to_owned(), "walk".to_owned()];
        let leak = find(24, |recording, _| 1.0 + class(recording) as f32).unwrap();
        let text = leak.text(&names, |value| value.to_string());
        assert_eq!(text, r#"alone tells the classes apart: it is 1 in "sit", 2 in "walk""#);
        // Several codes of a class, in no order, and one that changes within a recording.
        let code = |recording: usize, step: usize| match (class(recording), (recording + step) % 2) {
            (0, 0) => 1.0,
            (1, _) => 2.0,
            _ => 3.0,
        };
        assert!(matches!(find(24, code), Some(Leak::Values { values }) if values.len() == 3));
        // As few as this: a code is one value for each class.
        assert!(find(6, |recording, _| class(recording) as f32).is_some());
    }

    #[test]
    fn a_noisy_copy_of_the_class_is_named() {
        let leak = find(24, |recording, step| class(recording) as f32 + 0.2 * noise(recording, step));
        assert!(matches!(leak, Some(Leak::Ranges { .. })), "{leak:?}");
    }

    #[test]
    fn counters_are_named() {
        assert_eq!(find(6, |_, step| step as f32), Some(Leak::Counts { by: 1.0 }));
        let leak = find(6, |recording, step| (recording * 10 + step) as f32 * 0.1);
        assert!(matches!(leak, Some(Leak::Counts { .. })), "{leak:?}");
        assert_eq!(
            find(30, |recording, step| ((recording * 10 + step) % 256) as f32),
            Some(Leak::Counts { by: 1.0 })
        );
    }

    #[test]
    fn what_may_be_chance_or_a_good_sensor_is_not_named() {
        // Another value for each recording, such as an id or a weight.
        assert_eq!(find(24, |recording, _| noise(recording, 0)), None);
        // The age of six people, by chance in the order of the classes.
        assert_eq!(find(6, |recording, _| class(recording) as f32 * 10.0 + recording as f32), None);
        // A sensor whose mean tells the classes apart.
        assert_eq!(find(24, |recording, step| 0.6 * class(recording) as f32 + noise(recording, step)), None);
        // One whose values repeat exactly and never meet those of the other class.
        let swing = |recording: usize, step: usize| {
            (1 + class(recording)) as f32 * (1.0 + ((recording * 3 + step * 7) % 60) as f32).sqrt()
        };
        assert_eq!(find(40, swing), None);
        assert_eq!(find(24, noise), None);
        assert_eq!(find(24, |_, _| 1.0), None);
        assert_eq!(find(24, |_, _| f32::NAN), None);
        assert_eq!(find(0, |_, _| 1.0), None);
    }
}
