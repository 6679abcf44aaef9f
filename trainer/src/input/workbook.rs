//! Workbooks of spreadsheets to text.

use std::path::Path;

use painwave::Schema;
use painwave::kind::Kind;
use painwave::reading::ReadOptions;
use painwave::spreadsheet::{SpreadsheetError, Workbook};

use super::error::InputError;
use crate::files::FileError;

/// A sheet: its name and its text.
pub(super) type Sheet = (String, String);

/// Name and text of each sheet with the columns of the schema, else of the first with anything in it. The only one is
/// called as the file is.
pub(super) fn sheets(path: &Path, schema: Option<&Schema>) -> Result<Vec<Sheet>, InputError> {
    let broken =
        |error: SpreadsheetError| InputError::Broken { path: path.to_owned(), reason: error.to_string() };
    let bytes = std::fs::read(path).map_err(FileError::read(path))?;
    let mut book = Workbook::open(bytes).map_err(broken)?;
    let names = book.names().to_vec();
    let texts =
        (0..names.len()).map(|index| book.csv(index)).collect::<Result<Vec<_>, _>>().map_err(broken)?;
    let mut sheets: Vec<Sheet> =
        names.into_iter().zip(texts).filter(|(_, text)| !text.trim().is_empty()).collect();
    let options = ReadOptions::default();
    let is_table = |(_, text): &Sheet| {
        schema.is_some_and(|schema| Kind::of(schema, &options, text.as_bytes(), true) == Kind::Recordings)
    };
    match sheets.iter().any(is_table) {
        true => sheets.retain(is_table),
        false => sheets.truncate(1),
    }
    match &mut sheets[..] {
        [] => return Err(InputError::NoTable { path: path.to_owned() }),
        [(name, _)] => *name = path.to_string_lossy().into_owned(),
        sheets => sheets.iter_mut().for_each(|(name, _)| *name = format!("{}/{name}", path.display())),
    }
    Ok(sheets)
}
