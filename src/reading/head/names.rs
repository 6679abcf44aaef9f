//! The columns of a header by their names: as they are asked for, or as people and programs write them.

use std::collections::{BTreeMap, HashMap};

use crate::reading::text::is_invisible;
use crate::reading::wanted::Wanted;

/// The index of a column that is not there.
pub(in super::super) const NONE: usize = usize::MAX;

/// Where the wanted columns are.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Match {
    /// Index of each wanted column, [`NONE`] if it is not there.
    pub indices: Vec<usize>,
    /// The wanted columns that have another name in the file, other than the caller said.
    pub renamed: Vec<usize>,
}

/// Why a line is not a header with the wanted columns.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Mismatch {
    /// Needed columns are missing; the others are where the match says.
    Missing(Match),
    /// A column is there twice: its index.
    Twice(usize),
    /// Several columns could be a wanted one: their indices.
    Ambiguous { wanted: usize, columns: Vec<usize> },
}

/// The columns that are asked for, prepared for looking them up in many lines.
pub(in super::super) struct Names {
    pub wanted: Vec<Wanted>,
    /// The caller's name for a wanted column.
    called: Vec<Option<String>>,
}

impl Names {
    pub fn new(wanted: Vec<Wanted>, columns: &BTreeMap<String, String>) -> Names {
        let called = wanted.iter().map(|wanted| columns.get(wanted.name()).cloned()).collect();
        Names { wanted, called }
    }

    /// Finds the wanted columns: by the caller's name, else by their own, else by another name of theirs. Where there
    /// is no column of a name, one is taken that differs only in case, punctuation or a unit.
    pub fn find(&self, names: &[String]) -> Result<Match, Mismatch> {
        let exact = first_and_last(names.iter().map(String::as_str));
        let mut found = Match { indices: vec![NONE; self.wanted.len()], renamed: Vec::new() };
        for (index, own) in self.own_names() {
            if let Some(&(first, last)) = exact.get(own) {
                if first != last {
                    return Err(Mismatch::Twice(first));
                }
                found.indices[index] = first;
            }
        }
        if found.indices.contains(&NONE) {
            self.find_alike(names, &exact, &mut found)?;
        }
        let missing = |(wanted, index): (&Wanted, &usize)| wanted.needed && *index == NONE;
        if self.wanted.iter().zip(&found.indices).any(missing) {
            return Err(Mismatch::Missing(found));
        }
        Ok(found)
    }

    fn find_alike(
        &self,
        names: &[String],
        exact: &HashMap<&str, (usize, usize)>,
        found: &mut Match,
    ) -> Result<(), Mismatch> {
        let mut alike = Alike::new(names, &found.indices);
        for (index, own) in self.own_names() {
            if found.indices[index] == NONE {
                let column =
                    alike.take(own).map_err(|columns| Mismatch::Ambiguous { wanted: index, columns })?;
                found.enter(index, column);
            }
        }
        for (index, wanted) in self.wanted.iter().enumerate() {
            if found.indices[index] != NONE || self.called[index].is_some() {
                continue;
            }
            let others = &wanted.names[1.min(wanted.names.len())..];
            let mut columns: Vec<usize> =
                others.iter().filter_map(|other| Some(exact.get(other.as_str())?.0)).collect();
            if columns.is_empty() {
                for other in others {
                    let column = alike.take(other);
                    columns.extend(column.map_err(|columns| Mismatch::Ambiguous { wanted: index, columns })?);
                }
            }
            columns.retain(|column| !found.indices.contains(column));
            match columns[..] {
                [] => {}
                [column] => found.enter(index, Some(column)),
                _ => return Err(Mismatch::Ambiguous { wanted: index, columns }),
            }
        }
        Ok(())
    }

    /// The name that a wanted column has to have.
    pub fn own_name(&self, wanted: usize) -> &str {
        self.called[wanted].as_deref().unwrap_or(self.wanted[wanted].name())
    }

    fn own_names(&self) -> impl Iterator<Item = (usize, &str)> {
        (0..self.wanted.len()).map(|wanted| (wanted, self.own_name(wanted)))
    }
}

impl Match {
    fn enter(&mut self, wanted: usize, column: Option<usize>) {
        if let Some(column) = column {
            self.indices[wanted] = column;
            self.renamed.push(wanted);
        }
    }

    /// How many wanted columns are there.
    pub fn count(&self) -> usize {
        self.indices.iter().filter(|index| **index != NONE).count()
    }
}

/// Columns by what is left of their names.
struct Alike {
    /// Without case and punctuation, and then without a unit: all columns of each.
    levels: [HashMap<String, Vec<usize>>; 2],
}

impl Alike {
    fn new(names: &[String], taken: &[usize]) -> Alike {
        let mut free = vec![true; names.len()];
        taken.iter().filter(|index| **index != NONE).for_each(|index| free[*index] = false);
        let mut levels = [HashMap::<String, Vec<usize>>::new(), HashMap::new()];
        for (index, name) in names.iter().enumerate().filter(|(index, _)| free[*index]) {
            levels[0].entry(skeleton(name)).or_default().push(index);
            levels[1].entry(skeleton(without_unit(name))).or_default().push(index);
        }
        Alike { levels }
    }

    /// The one column that is like a name.
    fn take(&mut self, name: &str) -> Result<Option<usize>, Vec<usize>> {
        let key = skeleton(name);
        for level in &self.levels {
            match level.get(&key).map(Vec::as_slice) {
                _ if key.is_empty() => {}
                None => {}
                Some([column]) => return Ok(Some(*column)),
                Some(columns) => return Err(columns.to_vec()),
            }
        }
        Ok(None)
    }
}

/// First and last index of each name.
fn first_and_last<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, (usize, usize)> {
    let mut all = HashMap::new();
    for (index, name) in names.enumerate() {
        all.entry(name).or_insert((index, index)).1 = index;
    }
    all
}

/// A name without case, spaces and punctuation, which people get wrong.
pub(super) fn skeleton(name: &str) -> String {
    let kept = |letter: &char| letter.is_ascii_alphanumeric() || !letter.is_ascii() && !is_invisible(*letter);
    name.chars().filter(kept).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A name without what stands in brackets at its end, or after its last separator if that is a unit.
pub(super) fn without_unit(name: &str) -> &str {
    let name = name.trim_matches(is_invisible);
    let open = match name.as_bytes().last() {
        Some(b')') => name.rfind('('),
        Some(b']') => name.rfind('['),
        Some(b'}') => name.rfind('{'),
        Some(b'>') => name.rfind('<'),
        _ => return without_bare_unit(name),
    };
    match open {
        // The number of a step is no unit.
        Some(open) if open > 0 && !is_step(&name[open + 1..name.len() - 1]) => &name[..open],
        _ => name,
    }
}

/// Whether what stands in brackets is a number, perhaps with a word in front: `7`, `t7`, `step 7`.
fn is_step(text: &str) -> bool {
    let word = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let is_word =
        |word: &str| ["", "t", "step", "frame", "sample"].iter().any(|step| step.eq_ignore_ascii_case(word));
    word.len() < text.len() && is_word(word.trim())
}

fn without_bare_unit(name: &str) -> &str {
    const UNITS: [&str; 46] = [
        "deg", "degs", "degree", "degrees", "deg/s", "deg/sec", "dps", "°", "°/s", "rad", "rads", "radians",
        "rad/s", "s", "sec", "secs", "second", "seconds", "ms", "msec", "us", "µs", "ns", "m", "cm", "mm",
        "m/s", "m/s2", "m/s^2", "m/s²", "m/s/s", "mps2", "g", "mg", "kg", "n", "nm", "hz", "v", "mv", "uv",
        "µv", "µt", "ut", "%", "c",
    ];
    let separators = [' ', '_', '-', '.', ',', ':', ';', '/', '|', '\u{a0}'];
    // The longest unit that follows a separator: "acc_x m/s2" ends in "s2" and in "m/s2".
    let starts = name.match_indices(separators).map(|(at, separator)| (at, at + separator.len()));
    for (at, unit) in starts.filter(|(at, _)| *at > 0) {
        if UNITS.iter().any(|known| known.eq_ignore_ascii_case(&name[unit..])) {
            return &name[..at];
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Role;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn wanted() -> Names {
        let wanted = vec![
            Wanted::needed("id", Role::Id),
            Wanted::optional("time", Role::Time),
            Wanted::needed("joint_00", Role::Channel),
            Wanted::needed("label", Role::Word).or(["class", "y"]),
        ];
        let called = BTreeMap::from([("id".to_owned(), "subject".to_owned())]);
        Names::new(wanted, &called)
    }

    #[test]
    fn names_as_they_are_written() {
        for (header, renamed) in [
            (["subject", "time", "joint_00", "label"], &[][..]),
            (["Subject", "Time [s]", "Joint 00 (deg)", "LABEL"], &[0, 1, 2, 3]),
            (["subject", "time_ms", "joint_00_deg/s", "class"], &[1, 2, 3]),
            (["subject", "Time, s", "joint-00", "Class"], &[1, 2, 3]),
            (["subject", "\u{a0}time", "joint_00<deg>", "y"], &[1, 2, 3]),
        ] {
            let found = wanted().find(&names(&header)).expect("all are there");
            assert_eq!((found.indices, found.renamed), (vec![0, 1, 2, 3], renamed.to_vec()), "{header:?}");
        }
    }

    #[test]
    fn an_exact_name_wins() {
        let found = wanted().find(&names(&["Label", "subject", "label", "Joint_00", "joint_00"]));
        assert_eq!(found.map(|found| found.indices), Ok(vec![1, NONE, 4, 2]));
    }

    #[test]
    fn two_readings_are_none() {
        let find = |header: &[&str]| wanted().find(&names(header));
        let two = find(&["subject", "Joint 00", "joint-00", "label"]);
        assert_eq!(two, Err(Mismatch::Ambiguous { wanted: 2, columns: vec![1, 2] }));
        let two = find(&["subject", "joint_00", "y", "class"]);
        assert_eq!(two, Err(Mismatch::Ambiguous { wanted: 3, columns: vec![3, 2] }));
        assert_eq!(find(&["subject", "joint_00", "joint_00", "y"]), Err(Mismatch::Twice(1)));
        assert!(
            matches!(find(&["id", "joint_00", "y"]), Err(Mismatch::Missing(_))),
            "the caller says subject"
        );
    }

    #[test]
    fn units() {
        for (name, bare) in [
            ("acc_x m/s2", "acc_x"),
            ("acc_x_m/s^2", "acc_x"),
            ("acc (g)", "acc "),
            ("(deg)", "(deg)"),
            ("acc_x", "acc_x"),
            ("s", "s"),
            ("_s", "_s"),
            ("time/s", "time"),
        ] {
            assert_eq!(without_unit(name), bare);
        }
    }
}
