//! Workbooks of spreadsheets to text.

use std::ops::ControlFlow;
use std::path::Path;

use painwave::spreadsheet::{SpreadsheetError, Workbook};
use painwave_train::host::Chunk;

use super::{InputError, Take};
use crate::files::FileError;

/// The names of the sheets with cells, in their order.
pub(super) fn tables(path: &Path) -> Result<Vec<String>, InputError> {
    Ok(sheets(path)?.into_iter().map(|(name, _)| name).collect())
}

/// Hands over the sheets with cells.
pub(super) fn feed(path: &Path, take: Take<'_>) -> Result<ControlFlow<()>, InputError> {
    for (name, text) in sheets(path)? {
        if take(Chunk::Table(&name)).is_break() || take(Chunk::Bytes(text.as_bytes())).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Name and text of each sheet. The only one is called as the file is.
fn sheets(path: &Path) -> Result<Vec<(String, String)>, InputError> {
    let broken =
        |error: SpreadsheetError| InputError::Broken { path: path.to_owned(), reason: error.to_string() };
    let bytes = std::fs::read(path).map_err(FileError::read(path))?;
    let mut book = Workbook::open(bytes).map_err(broken)?;
    let names = book.names().to_vec();
    let texts =
        (0..names.len()).map(|index| book.csv(index)).collect::<Result<Vec<_>, _>>().map_err(broken)?;
    let mut sheets: Vec<(String, String)> =
        names.into_iter().zip(texts).filter(|(_, text)| !text.trim().is_empty()).collect();
    match &mut sheets[..] {
        [] => return Err(InputError::NoTable { path: path.to_owned() }),
        [(name, _)] => *name = path.to_string_lossy().into_owned(),
        sheets => sheets.iter_mut().for_each(|(name, _)| *name = format!("{}/{name}", path.display())),
    }
    Ok(sheets)
}
