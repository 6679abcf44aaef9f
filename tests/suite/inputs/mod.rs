//! Files as people have them: an input for every row of docs/data.md, and what must come of it.
//!
//! All are made from one small table, so that it is plain what a person would read in them.

mod ids;
mod missing;
mod numbers;
mod others;
mod shape;
mod table;
mod text;
mod time;

use std::collections::BTreeSet;

use painwave::reading::{ReadError, ReadOptions, Reader};
use painwave::recording::Category;
use painwave::sampling::{Rate, Sampling, Step, TimeUnit};
use painwave::{Recording, Schema};
use wasm_bindgen_test::wasm_bindgen_test;

/// The table that all inputs are made from. `b`'s channels grow evenly, so that a bridged gap gives what stood there.
pub const BASE: &str = "\
id,time,x,y,side
a,0,0.5,-1.25,left
a,1,0.75,2.5,right
a,2,1.5,1000.5,left
a,3,-0.25,3.75,right
b,0,0.5,-0.5,left
b,1,1.5,-1.5,left
b,2,2.5,-2.5,right
b,3,3.5,-3.5,right
";

/// One file, or several.
pub struct Input {
    /// The row of docs/data.md that it is an example of.
    row: &'static str,
    /// Name and bytes; the name is empty where it is not known.
    files: Vec<(&'static str, Vec<u8>)>,
    outcome: Outcome,
}

/// What must come of an input.
pub enum Outcome {
    /// What comes of [`BASE`], with these repairs.
    Same(&'static [&'static str]),
    /// As `Same`, but a subject is refused with this code.
    Without(&'static str, &'static str, &'static [&'static str]),
    /// Nothing can be read, with this code.
    Error(&'static str),
}

/// A file that reads as [`BASE`], with these repairs.
pub fn same(row: &'static str, file: impl AsRef<[u8]>, repairs: &'static [&'static str]) -> Input {
    Input { row, files: vec![("", file.as_ref().to_vec())], outcome: Outcome::Same(repairs) }
}

/// As [`same`], but a subject is refused with a code.
pub fn without(
    row: &'static str,
    file: impl AsRef<[u8]>,
    (id, code): (&'static str, &'static str),
    repairs: &'static [&'static str],
) -> Input {
    Input { row, files: vec![("", file.as_ref().to_vec())], outcome: Outcome::Without(id, code, repairs) }
}

/// A file in which nothing can be read.
pub fn error(row: &'static str, file: impl AsRef<[u8]>, code: &'static str) -> Input {
    Input { row, files: vec![("", file.as_ref().to_vec())], outcome: Outcome::Error(code) }
}

/// [`BASE`] with parts of it replaced, each of which must be there.
pub fn edit(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old:?} is not in the table");
        text.replace(old, new)
    })
}

/// The columns of [`BASE`].
fn schema() -> Schema {
    let category = |column: &str, levels: [&str; 2]| Category {
        column: column.into(),
        levels: levels.map(str::to_owned).into(),
    };
    Schema {
        id: vec!["id".into()],
        time: Some("time".into()),
        label: None,
        channels: vec!["x".into(), "y".into()],
        categories: vec![category("side", ["left", "right"])],
        ignored: vec![],
    }
}

fn sampling() -> Sampling {
    let step = Some(Step { length: 1.0, unit: TimeUnit::Steps });
    Sampling { step, rate: Rate::Resample, ..Sampling::default() }
}

/// Reads files in chunks of a size.
fn read(files: &[(&'static str, Vec<u8>)], chunk: usize, strict: bool) -> Result<Reader, ReadError> {
    let options = ReadOptions { strict, ..ReadOptions::default() };
    let mut reader = Reader::new(&schema(), &sampling(), options);
    let mut first = None;
    for (name, bytes) in files {
        if !name.is_empty()
            && let Err(error) = reader.next_file(name)
        {
            first.get_or_insert(error);
        }
        if let Err(error) = bytes.chunks(chunk).try_for_each(|chunk| reader.feed(chunk)) {
            if files.len() == 1 {
                return Err(error);
            }
            first.get_or_insert(error);
        }
    }
    reader.finish()?;
    match first.filter(|_| strict) {
        Some(error) => Err(error),
        None => Ok(reader),
    }
}

/// Recordings by id, with the index of a step for its time; what was refused; and the kinds of repairs.
type Found = (Vec<Recording>, Vec<(String, &'static str)>, Vec<&'static str>);

fn found(mut reader: Reader) -> Found {
    let complete = reader.take_complete();
    let mut recordings: Vec<_> = complete.iter().map(|index| reader.recording(*index).clone()).collect();
    recordings.sort_by(|a, b| a.id.cmp(&b.id));
    for recording in &mut recordings {
        recording.times = (0..recording.steps()).map(|step| step as f64).collect();
    }
    let refused = reader.refused().iter().map(|refusal| (refusal.id.clone(), refusal.reason.code()));
    let mut repairs: Vec<_> = reader.repairs().iter().map(|repair| repair.kind.code()).collect();
    repairs.sort_unstable();
    (recordings, refused.collect(), repairs)
}

fn base() -> Vec<Recording> {
    let Ok(reader) = read(&[("", BASE.into())], usize::MAX, true) else { panic!("the table is plain") };
    found(reader).0
}

fn all() -> Vec<Input> {
    let parts = [
        text::inputs,
        table::inputs,
        numbers::inputs,
        missing::inputs,
        time::inputs,
        ids::inputs,
        shape::inputs,
    ];
    let mut all: Vec<Input> = parts.iter().flat_map(|inputs| inputs()).collect();
    all.extend(others::inputs());
    all
}

/// What an input gives, in one chunking.
fn outcome(input: &Input, chunk: usize) -> Result<Found, &'static str> {
    read(&input.files, chunk, false).map(found).map_err(|error| error.code())
}

fn expected(input: &Input) -> Result<Found, &'static str> {
    let sorted = |codes: &[&'static str]| {
        let mut codes = codes.to_vec();
        codes.sort_unstable();
        codes
    };
    match &input.outcome {
        Outcome::Same(repairs) => Ok((base(), vec![], sorted(repairs))),
        Outcome::Without(id, code, repairs) => {
            // What stands in a file before stays.
            let kept = *code == "ID_IN_TWO_FILES";
            let others = base().into_iter().filter(|recording| kept || recording.id != *id).collect();
            Ok((others, vec![(id.to_string(), *code)], sorted(repairs)))
        }
        Outcome::Error(code) => Err(code),
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_input_gives_what_a_person_would_read_in_any_chunking() {
    let mut wrong = Vec::new();
    for (number, input) in all().iter().enumerate() {
        for chunk in [usize::MAX, 1, 7] {
            let (found, expected) = (outcome(input, chunk), expected(input));
            if found != expected {
                let start = String::from_utf8_lossy(&input.files[0].1).chars().take(160).collect::<String>();
                wrong.push(format!(
                    "{number} {} in chunks of {chunk}: {start:?}\n  gives    {found:?}\n  expected {expected:?}",
                    input.row
                ));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn strictly_nothing_is_put_right() {
    for input in all() {
        let clean = matches!(&input.outcome, Outcome::Same([]));
        let read = read(&input.files, usize::MAX, true);
        assert_eq!(read.is_ok(), clean, "{}: {:?}", input.row, read.err());
    }
}

/// docs/data.md has a row for every input, and an input for every row.
#[wasm_bindgen_test(unsupported = test)]
fn the_page_about_files_is_true() {
    let page = include_str!("../../../docs/data.md");
    let keys = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let rows: BTreeSet<&str> = keys.map(|(key, _)| key).collect();
    let inputs = all();
    let tried: BTreeSet<&str> = inputs.iter().map(|input| input.row).collect();
    assert_eq!(rows, tried);
    assert!(inputs.len() >= 150, "only {} inputs", inputs.len());
}
