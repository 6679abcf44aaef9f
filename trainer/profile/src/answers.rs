//! The label of each subject: from a file of labels, from the names of the data's files, or from a column of the data.

use std::ops::ControlFlow;

use painwave::reading::ReadOptions;
use painwave_train::file_keys;
use painwave_train::host::Tables;
use painwave_train::labels::{self, LabelColumns, Labels, Place, Rows, Said};

use crate::error::ProfileError;
use crate::feed::Feed;
use crate::names::Names;
use crate::sources::Sources;
use crate::table::{Content, NO_WORD, Subject, Table};

/// The labels, if there are any. A column with them is no measurement: it is taken out of the table.
pub(crate) fn labels(
    sources: &Sources,
    names: &Names,
    table: &mut Table,
    feed: Feed<'_>,
) -> Result<Option<Labels>, ProfileError> {
    let label = names.label.as_deref().unwrap_or("label");
    let (path, rows) = match &sources.labels {
        Some(path) => {
            let mut all = Rows::default();
            let mut tables = Tables::default();
            feed(path, &mut |chunk| {
                tables.take(chunk);
                ControlFlow::Continue(())
            })?;
            for (name, bytes) in tables.0 {
                let columns = LabelColumns { id: &names.id, label: Some(label), group: None };
                let any_column = sources.classes.is_some();
                all.append(labels::read(&name, &bytes, columns, any_column, &ReadOptions::default())?);
            }
            (path, all)
        }
        None => match in_column(table, label).or_else(|| in_names(sources, table, label)) {
            Some(said) => (&sources.data, Rows { said, ..Rows::default() }),
            None => return Ok(None),
        },
    };
    let mut labels = Labels::new(path, rows.said, None, sources.classes.as_deref())?;
    labels.by_first_key = rows.by_first_key;
    labels.notes.extend(rows.repairs.iter().map(ToString::to_string));
    Ok(Some(labels))
}

/// What a column says, if it says one thing of each subject and the same of some.
fn in_column(table: &mut Table, label: &str) -> Option<Vec<Said>> {
    let index = table.columns.iter().position(|column| column.name == label)?;
    let content = &table.columns[index].content;
    let word = |row: usize| match content {
        Content::Words { words, codes } if codes[row] != NO_WORD => {
            Some(words[usize::from(codes[row])].clone())
        }
        Content::Numbers(values) if !values[row].is_nan() => Some(values[row].to_string()),
        _ => None,
    };
    let of_rows = |subject: &Subject| {
        let rows = subject.rows.clone().filter_map(|row| Some((row, word(row)?))).collect::<Vec<_>>();
        let place = |row: usize| Place { file: subject.file.clone().into(), line: Some(table.lines[row]) };
        let said = |(row, label)| Said { id: subject.id.clone(), label, group: None, place: place(row) };
        match rows.is_empty() {
            true => vec![said((subject.rows.start, String::new()))],
            false => rows.into_iter().map(said).collect(),
        }
    };
    let said: Vec<Said> = table.subjects.iter().flat_map(of_rows).collect();
    let mut different: Vec<&str> = said.iter().map(|said| said.label.as_str()).collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 2 || different.len() >= table.subjects.len() {
        return None;
    }
    table.columns.remove(index);
    Some(said)
}

/// What the names of the files say.
fn in_names(sources: &Sources, table: &Table, label: &str) -> Option<Vec<Said>> {
    let of_subject = |subject: &Subject| {
        let label = file_keys::value(sources.keys.get(&subject.file)?, label)?.to_owned();
        let place = Place { file: subject.file.clone().into(), line: None };
        Some(Said { id: subject.id.clone(), label, group: None, place })
    };
    table.subjects.iter().map(of_subject).collect()
}
