//! Tables with one row a recording and a column for each step of each channel: `joint_00_t000`, `acc_x.1`, `ch1 3`,
//! `t0_acc_x`.

use std::collections::{BTreeMap, HashMap};

use super::names::{Match, NONE, Names, skeleton};
use crate::reading::wanted::Role;

/// Words in front of the number of a step.
const STEP_WORDS: [&str; 9] = ["t", "step", "time", "frame", "sample", "row", "n", "s", "timestep"];

/// The indices of the wanted columns at each step, if the table is wide; `found` is where those are that have a column
/// of their own.
///
/// # Errors
/// It looks so, but steps are missing: what is wrong, for a message.
pub(super) fn find(
    names: &Names,
    header: &[String],
    found: &Match,
) -> Result<Option<Vec<Vec<usize>>>, String> {
    let wanted = &names.wanted;
    let is = |role: Role| move |index: &usize| wanted[*index].role == role;
    let channels: Vec<usize> = (0..wanted.len()).filter(is(Role::Channel)).collect();
    let ids = (0..wanted.len()).filter(is(Role::Id)).any(|id| found.indices[id] == NONE);
    let times = (0..wanted.len()).filter(is(Role::Time)).any(|time| found.indices[time] != NONE);
    if channels.is_empty() || ids || times || header.len() < 2 * channels.len() {
        return Ok(None);
    }
    let per_step: Vec<usize> = (0..wanted.len())
        .filter(|index| match wanted[*index].role {
            Role::Channel => true,
            Role::Category => found.indices[*index] == NONE,
            Role::Id | Role::Time | Role::Word => false,
        })
        .collect();
    let columns = by_step(names, &per_step, header)?;
    let with_steps = channels.iter().filter(|index| !columns[**index].is_empty()).count();
    // Most of the channels have steps, or it is another kind of table.
    if 2 * with_steps <= channels.len() {
        return Ok(None);
    }
    let steps = columns.iter().map(BTreeMap::len).max().unwrap_or(0);
    let Some(longest) = columns.iter().find(|column| column.len() == steps) else { return Ok(None) };
    let numbers: Vec<u64> = longest.keys().copied().collect();
    let stride = numbers.get(1).map_or(1, |second| second - numbers[0]);
    if let Some(pair) = numbers.windows(2).find(|pair| pair[1] - pair[0] != stride) {
        return Err(format!("after step {} comes step {}", pair[0], pair[1]));
    }
    let mut all = vec![found.indices.clone(); steps];
    for index in per_step {
        let name = names.own_name(index);
        let column = &columns[index];
        if column.is_empty() {
            if !wanted[index].needed {
                continue;
            }
            return Err(format!("no column is {name:?} at a step"));
        }
        for (step, (number, row)) in numbers.iter().zip(&mut all).enumerate() {
            row[index] = match column.get(number) {
                Some(column) => *column,
                None => {
                    return Err(format!(
                        "{name:?} has no column for step {number}, which is number {}",
                        step + 1
                    ));
                }
            };
        }
        if let Some(more) = column.keys().find(|number| !longest.contains_key(number)) {
            return Err(format!("{name:?} has a column for step {more}, and other channels have none"));
        }
    }
    Ok(Some(all))
}

/// The column of each step of every wanted column: none, where it is one without steps.
fn by_step(
    names: &Names,
    per_step: &[usize],
    header: &[String],
) -> Result<Vec<BTreeMap<u64, usize>>, String> {
    let exact: HashMap<&str, usize> = per_step.iter().map(|index| (names.own_name(*index), *index)).collect();
    let alike: HashMap<String, usize> =
        per_step.iter().map(|index| (skeleton(names.own_name(*index)), *index)).collect();
    let look_up = |name: &str| exact.get(name).or_else(|| alike.get(&skeleton(name))).copied();
    let mut columns = vec![BTreeMap::new(); names.wanted.len()];
    for (column, name) in header.iter().enumerate() {
        let Some((index, step)) = number_at_end(name, look_up).or_else(|| number_in_front(name, look_up))
        else {
            continue;
        };
        if let Some(other) = columns[index].insert(step, column) {
            let name = names.own_name(index);
            let (a, b) = (&header[other], &header[column]);
            return Err(format!("{a:?} and {b:?} are both {name:?} at step {step}"));
        }
    }
    // What pandas makes of columns of one name: `a`, `a.1`, `a.2`. One more may be another sensor, or a table that was
    // joined with another.
    for (column, name) in header.iter().enumerate() {
        let Some(index) = exact.get(name.as_str()) else { continue };
        let steps: &mut BTreeMap<u64, usize> = &mut columns[*index];
        let numbered = |(step, other): (&u64, &usize)| header[*other] == format!("{name}.{step}");
        if steps.len() > 1 && steps.keys().next() == Some(&1) && steps.iter().all(numbered) {
            steps.insert(0, column);
        } else {
            steps.clear();
        }
    }
    Ok(columns)
}

/// `joint_00_t007` is step 7 of `joint_00`.
fn number_at_end(name: &str, look_up: impl Fn(&str) -> Option<usize>) -> Option<(usize, u64)> {
    let open =
        name.trim_end_matches(|letter: char| matches!(letter, ')' | ']' | '}') || letter.is_whitespace());
    let base = open.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let step = open[base.len()..].parse().ok()?;
    let separator = |letter: char| !letter.is_alphanumeric();
    let bare = base.trim_end_matches(separator);
    if bare.len() < base.len()
        && let Some(index) = look_up(bare)
    {
        return Some((index, step));
    }
    let without_word = bare.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let word = bare[without_word.len()..].to_ascii_lowercase();
    let is_step = STEP_WORDS.contains(&word.as_str()) && without_word.ends_with(separator);
    let index = if is_step { look_up(without_word.trim_end_matches(separator))? } else { return None };
    Some((index, step))
}

/// `t7_joint_00` is step 7 of `joint_00`.
fn number_in_front(name: &str, look_up: impl Fn(&str) -> Option<usize>) -> Option<(usize, u64)> {
    let separator = |letter: char| !letter.is_alphanumeric();
    let name = name.trim_start_matches(separator);
    let after_word = name.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let word = name[..name.len() - after_word.len()].to_ascii_lowercase();
    let number = after_word.trim_start_matches(separator);
    let rest = number.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let step = number[..number.len() - rest.len()].parse().ok()?;
    let is_step = word.is_empty() || STEP_WORDS.contains(&word.as_str());
    let index = if is_step && rest.starts_with(separator) {
        look_up(rest.trim_start_matches(separator))?
    } else {
        return None;
    };
    Some((index, step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::wanted::Wanted;

    fn steps(header: &[&str]) -> Result<Option<Vec<Vec<usize>>>, String> {
        let wanted = vec![
            Wanted::needed("id", Role::Id),
            Wanted::optional("time", Role::Time),
            Wanted::needed("ch1", Role::Channel),
            Wanted::needed("acc_x", Role::Channel),
            Wanted::needed("hand", Role::Category),
        ];
        let names = Names::new(wanted, &BTreeMap::new());
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let found = match names.find(&header) {
            Ok(found) | Err(super::super::names::Mismatch::Missing(found)) => found,
            Err(other) => panic!("{other:?}"),
        };
        find(&names, &header, &found)
    }

    #[test]
    fn spellings() {
        for [a, b, c, d] in [
            ["ch1_t000", "acc_x_t000", "ch1_t001", "acc_x_t001"],
            ["ch1.1", "acc_x.1", "ch1.2", "acc_x.2"],
            ["ch1 3", "acc_x 3", "ch1 4", "acc_x 4"],
            ["t0_ch1", "t0_acc_x", "t1_ch1", "t1_acc_x"],
            ["0_ch1", "0_acc_x", "1_ch1", "1_acc_x"],
            ["ch1[0]", "acc_x[0]", "ch1[1]", "acc_x[1]"],
            ["Ch1 (step 0)", "Acc X (step 0)", "Ch1 (step 10)", "Acc X (step 10)"],
        ] {
            let expected = Ok(Some(vec![vec![0, NONE, 1, 2, 5], vec![0, NONE, 3, 4, 5]]));
            assert_eq!(steps(&["id", a, b, c, d, "hand"]), expected, "{a}");
        }
        let pandas = steps(&["id", "ch1", "acc_x", "ch1.1", "acc_x.1", "ch1.2", "acc_x.2", "hand"]);
        assert_eq!(pandas.map(|steps| steps.map(|steps| steps.len())), Ok(Some(3)));
        let both = steps(&["id", "hand_0", "ch1_0", "acc_x_0", "hand_1", "ch1_1", "acc_x_1"]);
        assert_eq!(both, Ok(Some(vec![vec![0, NONE, 2, 3, 1], vec![0, NONE, 5, 6, 4]])));
    }

    #[test]
    fn other_tables_and_incomplete_ones() {
        assert_eq!(steps(&["id", "time", "ch1", "acc_x", "hand"]), Ok(None));
        assert_eq!(steps(&["id", "ch1", "acc_x", "hand", "ch2", "ch3"]), Ok(None));
        assert_eq!(steps(&["id", "ch1", "acc_x", "hand", "ch1_1", "acc_x_1"]), Ok(None), "another sensor");
        assert_eq!(steps(&["id", "a_0", "b_0", "a_1", "b_1"]), Ok(None));
        for header in [
            ["id", "ch1_0", "acc_x_0", "ch1_1", "hand", "x"],
            ["id", "ch1_0", "acc_x_0", "ch1_1", "acc_x_2", "hand"],
            ["id", "ch1_0", "ch1_1", "ch1_2", "acc_x_0", "acc_x_3"],
            ["id", "ch1_0", "acc_x_0", "ch1_00", "acc_x_1", "hand"],
        ] {
            assert!(steps(&header).is_err(), "{header:?}");
        }
    }
}
