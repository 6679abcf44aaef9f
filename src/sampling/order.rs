//! A subject's rows in the order of time.

use super::note::{Mend, Note};
use super::raw::{DateOrder, Raw, TimeKind};
use super::time::swapped;
use super::unusable::Unusable;
use crate::number::Shown;
use crate::sorted::in_order;

const DAY: f64 = 86_400.0;

/// Rows in the order of time.
pub(super) struct Ordered {
    /// Time of each row, strictly ascending. They say nothing if all rows had the same, or none.
    pub(super) times: Vec<f64>,
    /// The rows, if they are not all of them in the order of the file.
    pub(super) rows: Option<Vec<usize>>,
    /// Why the times say nothing, if they do not.
    pub(super) timeless: Option<String>,
}

/// Brings rows into the order of time. At most `most` missing times in a row are told by those around them.
///
/// # Errors
/// Times that can be read in two ways, are missing, or are there twice with different values.
pub(super) fn ordered(
    raw: &Raw,
    column: &str,
    most: u64,
    notes: &mut Vec<Note>,
) -> Result<Ordered, Unusable> {
    let Raw { recording, lines, kind, .. } = raw;
    let mut times = recording.times.clone();
    if *kind == TimeKind::Rows {
        return Ok(Ordered { times, rows: None, timeless: None });
    }
    if let TimeKind::Dates(order) = kind {
        settle_dates(&mut times, *order, lines, column)?;
    }
    if let TimeKind::Dial(turn) = kind {
        unwind(&mut times, *turn, lines, notes);
    }
    if !fill_times(&mut times, lines, column, most, notes)? {
        return Ok(timeless(times.len(), "no row has a time".to_owned()));
    }
    if ascends(&times) {
        return Ok(Ordered { times, rows: None, timeless: None });
    }
    sort(raw, times, column, notes)
}

fn timeless(rows: usize, why: String) -> Ordered {
    Ordered { times: (0..rows).map(|row| row as f64).collect(), rows: None, timeless: Some(why) }
}

pub(super) fn ascends(times: &[f64]) -> bool {
    times.windows(2).all(|pair| pair[0] < pair[1])
}

/// Reads dates that have the day first so far as the file has told, or as one reading has no jump.
fn settle_dates(
    times: &mut [f64],
    order: Option<DateOrder>,
    lines: &[u64],
    column: &str,
) -> Result<(), Unusable> {
    let other = |time: f64| {
        let day = (time / DAY).floor();
        swapped(day as i64).map_or(time, |other| time + (other as f64 - day) * DAY)
    };
    match order {
        Some(DateOrder::DayFirst) => return Ok(()),
        Some(DateOrder::MonthFirst) => {
            times.iter_mut().for_each(|time| *time = other(*time));
            return Ok(());
        }
        None => {}
    }
    let known: Vec<usize> = (0..times.len()).filter(|row| times[*row].is_finite()).collect();
    let jump = |pair: &[usize]| {
        let (before, after) = (times[pair[0]], times[pair[1]]);
        (after - before, other(after) - other(before))
    };
    let jumps = known.windows(2).map(|pair| (pair[1], jump(pair))).filter(|(_, (day, month))| day != month);
    let furthest = |(day, month): (f64, f64)| (day.abs(), month.abs());
    let (mut first, mut max) = (None, (0.0_f64, 0.0_f64));
    for (row, jump) in jumps {
        let (day, month) = furthest(jump);
        max = (max.0.max(day), max.1.max(month));
        first.get_or_insert((row, jump));
    }
    match (first, max) {
        (None, _) => Ok(()),
        // A recording goes on past midnight; it does not pause for a month.
        (_, (day, month)) if day < DAY && month > DAY => Ok(()),
        (_, (day, month)) if month < DAY && day > DAY => {
            times.iter_mut().for_each(|time| *time = other(*time));
            Ok(())
        }
        (Some((row, (day, month))), _) => {
            let days = |jump: f64| match (jump / DAY).round() {
                1.0 => "a day from the row before".to_owned(),
                days => format!("{} days from the row before", Shown(days)),
            };
            let (found, otherwise) = (days(day), days(month));
            Err(Unusable::AmbiguousDate { line: lines[row], column: column.to_owned(), found, otherwise })
        }
    }
}

/// Lets a clock go on where it starts again.
fn unwind(times: &mut [f64], turn: f64, lines: &[u64], notes: &mut Vec<Note>) {
    let (mut turns, mut last, mut highest) = (0.0, f64::NAN, 0.0);
    let mut note: Option<Note> = None;
    for (time, line) in times.iter_mut().zip(lines) {
        let moved = *time + turns * turn;
        // Half a turn back is half a turn on. A row from before the turn may come late.
        if moved < last - turn / 2.0 {
            turns += 1.0;
        } else if moved > last + turn / 2.0 && turns > 0.0 {
            turns -= 1.0;
        }
        if turns > highest {
            highest = turns;
            let detail = format!("{} s after {} s", Shown(*time), Shown(last - (turns - 1.0) * turn));
            note.get_or_insert(Note { mend: Mend::ClockStartsAgain, count: 0, line: *line, detail }).count +=
                1;
        }
        *time += turns * turn;
        if time.is_finite() {
            last = *time;
        }
    }
    notes.extend(note);
}

/// Fills missing times from those of the rows before and after. Whether there is any time.
fn fill_times(
    times: &mut [f64],
    lines: &[u64],
    column: &str,
    most: u64,
    notes: &mut Vec<Note>,
) -> Result<bool, Unusable> {
    if !times.iter().any(|time| time.is_nan()) {
        return Ok(true);
    }
    let known: Vec<(usize, f64)> =
        times.iter().copied().enumerate().filter(|(_, time)| !time.is_nan()).collect();
    let (Some(&first), Some(&last)) = (known.first(), known.last()) else { return Ok(false) };
    let step = |from: (usize, f64), to: (usize, f64)| (to.1 - from.1) / (to.0 - from.0) as f64;
    // Runs of rows without a time: a row with one, the step from row to row, and the rows.
    let start = known.get(1).map(|second| (first, step(first, *second), 0..first.0));
    let end = known.iter().rev().nth(1).map(|before| (last, step(*before, last), last.0 + 1..times.len()));
    let between = known.windows(2).map(|pair| (pair[0], step(pair[0], pair[1]), pair[0].0 + 1..pair[1].0));
    let mut note = Note { mend: Mend::MissingTimes, count: 0, line: u64::MAX, detail: String::new() };
    for (origin, step, rows) in start.into_iter().chain(between).chain(end) {
        let (found, line) = (rows.len() as u64, lines.get(rows.start).copied());
        let Some(line) = line.filter(|_| found > 0) else { continue };
        if found > most || !(step > 0.0 && step.is_finite()) {
            return Err(Unusable::MissingTimes { line, column: column.to_owned(), found });
        }
        note.count += found;
        note.line = note.line.min(line);
        let time = |row: usize| origin.1 + (row as f64 - origin.0 as f64) * step;
        rows.for_each(|row| times[row] = time(row).clamp(f64::MIN, f64::MAX));
    }
    if let Some(row) = times.iter().position(|time| time.is_nan()) {
        let found = (times.len() - known.len()) as u64;
        return Err(Unusable::MissingTimes { line: lines[row], column: column.to_owned(), found });
    }
    notes.push(note);
    Ok(true)
}

/// Sorts rows by time, drops those that are there twice, and spreads those of one time.
fn sort(raw: &Raw, times: Vec<f64>, column: &str, notes: &mut Vec<Note>) -> Result<Ordered, Unusable> {
    let lines = &raw.lines;
    // Equal times stay in the order of the file, -0 being 0.
    let mut rows = in_order(times.len(), &mut |a, b| (times[a] + 0.0).total_cmp(&(times[b] + 0.0)));
    let mut sorted: Vec<f64> = rows.iter().map(|row| times[*row]).collect();
    // The rows with the time of the row before: each as a position among the sorted ones.
    let again: Vec<usize> = (1..sorted.len()).filter(|row| sorted[row - 1] == sorted[*row]).collect();
    let Some(first_line) = again.iter().map(|row| lines[rows[*row]]).min() else {
        return Ok(Ordered { times: sorted, rows: Some(rows), timeless: None });
    };
    let count = again.len() as u64;
    let distinct = sorted.len() - again.len();
    let same = |a: usize, b: usize| same_values(raw, rows[a], rows[b]);
    let flat = || (1..rows.len()).all(|row| same(row - 1, row));
    if distinct > 1 && again.iter().all(|row| same(row - 1, *row)) && !flat() {
        notes.push(Note { mend: Mend::RepeatedRows, count, line: first_line, detail: String::new() });
        let mut keep = (0..sorted.len()).map(|row| row == 0 || sorted[row - 1] != sorted[row]);
        // As many as there are rows.
        rows.retain(|_| keep.next().unwrap_or(true));
        sorted.dedup();
        return Ok(Ordered { times: sorted, rows: Some(rows), timeless: None });
    }
    let apart = again.iter().filter(|row| rows[**row - 1] + 1 != rows[**row]);
    if let Some(row) = apart.min_by_key(|row| lines[rows[**row]]) {
        return Err(Unusable::DuplicateTime {
            line: lines[rows[*row]],
            first_line: lines[rows[row - 1]],
            column: column.to_owned(),
            time: Shown(sorted[*row] + 0.0).to_string(),
        });
    }
    if distinct == 1 {
        return Ok(timeless(sorted.len(), format!("all rows have the time {}", Shown(sorted[0] + 0.0))));
    }
    let detail = times.iter().zip(lines).find(|(_, line)| **line == first_line);
    let detail = Shown(detail.map_or(0.0, |(time, _)| time + 0.0)).to_string();
    notes.push(Note { mend: Mend::EqualTimes, count, line: first_line, detail });
    spread(&mut sorted);
    let in_order = rows.iter().copied().eq(0..rows.len());
    Ok(Ordered { times: sorted, rows: (!in_order).then_some(rows), timeless: None })
}

fn same_values(raw: &Raw, a: usize, b: usize) -> bool {
    let rows = raw.lines.len();
    let same = |items: &[f32]| {
        let width = items.len() / rows;
        let [a, b] = [a, b].map(|row| &items[row * width..(row + 1) * width]);
        a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
    };
    let width = raw.recording.codes.len() / rows;
    let codes = |row: usize| &raw.recording.codes[row * width..(row + 1) * width];
    same(&raw.recording.values) && codes(a) == codes(b)
}

/// Spreads rows of one time evenly up to the next time. There are at least two times.
fn spread(times: &mut [f64]) {
    // Where each time begins, and the end.
    let starts: Vec<usize> =
        (0..times.len()).filter(|row| *row == 0 || times[row - 1] != times[*row]).collect();
    let ends = || starts[1..].iter().copied().chain([times.len()]);
    let packets: Vec<(usize, usize)> = starts.iter().copied().zip(ends()).collect();
    let step = |index: usize| {
        let ((start, end), (next, _)) = (packets[index], packets[index + 1]);
        (times[next] - times[start]) / (end - start) as f64
    };
    let rows = |index: usize| packets[index].1 - packets[index].0;
    let last = packets.len() - 1;
    // The first and the last packet may be cut, but no packet has room for more rows than it has.
    let usual = match last {
        1 => step(0) * rows(0) as f64 / rows(0).max(rows(1)) as f64,
        _ => median((1..last).map(step).collect()),
    };
    // A packet does not last through the gap behind it.
    let until_gap = |step: f64| if step > 1.5 * usual { usual } else { step };
    let steps: Vec<f64> = (0..last).map(|index| until_gap(step(index))).chain([usual]).collect();
    // Where most rows share their time with another, the first packet may have lost its beginning.
    let cut = 2 * packets.len() <= times.len();
    for (index, ((start, end), step)) in packets.iter().copied().zip(steps).enumerate() {
        let mut from = times[start];
        if index == 0 && cut {
            from = from.max(times[packets[1].0] - (end - start) as f64 * usual);
        }
        let step = if index == 0 && cut { step.min(usual) } else { step };
        (start..end).for_each(|row| times[row] = (from + (row - start) as f64 * step).min(f64::MAX));
    }
}

/// The lower median of numbers, of which there is at least one.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    let middle = (numbers.len() - 1) / 2;
    *numbers.select_nth_unstable_by(middle, f64::total_cmp).1
}
