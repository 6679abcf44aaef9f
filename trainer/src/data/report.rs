//! What was put right, what is refused, and what is odd: printed, and as files.

use std::io;
use std::path::{Path, PathBuf};

use painwave::reading::{Refusal, Repair};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::files::{self, FileError};

/// What is to be said of data that was read.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What the data is called.
    pub path: PathBuf,
    /// What is odd.
    pub warnings: Vec<String>,
    /// How it was understood, where that may be another way than was meant.
    pub notes: Vec<String>,
    /// What was put right.
    pub repairs: Vec<Repair>,
    /// What cannot be read.
    pub refused: Vec<Refusal>,
}

/// Where a report is written.
#[derive(Clone, Debug)]
pub struct ReportFiles {
    /// What was put right.
    pub repairs: PathBuf,
    /// What was refused.
    pub refused: PathBuf,
}

impl ReportFiles {
    /// In a folder: `repairs.csv` and `refused.csv`.
    pub fn within(folder: &Path) -> Self {
        ReportFiles { repairs: folder.join("repairs.csv"), refused: folder.join("refused.csv") }
    }

    /// Beside a file: `labels.csv` has `labels.repairs.csv` and `labels.refused.csv`.
    pub fn beside(file: &Path) -> Self {
        ReportFiles {
            repairs: file.with_extension("repairs.csv"),
            refused: file.with_extension("refused.csv"),
        }
    }
}

impl Report {
    /// Prints all of it to standard error, a line each.
    pub fn print(&self) {
        let path = self.path.display();
        for warning in &self.warnings {
            eprintln!("warning: {path}: {}", plain(warning));
        }
        for note in &self.notes {
            eprintln!("note: {path}: {}", plain(note));
        }
        for repair in &self.repairs {
            let file = repair.file.as_deref().map_or_else(|| path.to_string(), str::to_owned);
            eprintln!("put right: {}: {}", plain(&file), plain(&repair.to_string()));
        }
        for refusal in &self.refused {
            let file = refusal.file.as_deref().map_or_else(|| path.to_string(), str::to_owned);
            eprintln!("refused: {}: {}", plain(&file), plain(&refused_text(refusal)));
        }
    }

    /// Writes the two files, if there is anything to say in them; what an earlier run left there goes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&self, files: &ReportFiles) -> Result<(), FileError> {
        replace(&files.repairs, &self.repairs, || self.repairs_csv())?;
        replace(&files.refused, &self.refused, || self.refused_csv())
    }

    fn repairs_csv(&self) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["code", "count", "file", "line", "message"])?;
        for repair in &self.repairs {
            let (count, line) = (repair.count.to_string(), repair.line.to_string());
            let file = repair.file.as_deref().unwrap_or_default();
            writer.write_record([repair.kind.code(), &count, file, &line, &repair.to_string()])?;
        }
        writer.into_inner().map_err(|error| error.into_error())
    }

    fn refused_csv(&self) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["id", "code", "file", "line", "column", "message"])?;
        for Refusal { id, file, reason } in &self.refused {
            let line = reason.line().map(|line| line.to_string()).unwrap_or_default();
            let (file, column) = (file.as_deref().unwrap_or_default(), reason.column().unwrap_or_default());
            writer.write_record([id, reason.code(), file, &line, column, &reason.to_string()])?;
        }
        writer.into_inner().map_err(|error| error.into_error())
    }
}

impl Serialize for Report {
    /// Repairs and refusals, as the two files have them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let repairs: Vec<_> = self
            .repairs
            .iter()
            .map(|repair| {
                serde_json::json!({
                    "code": repair.kind.code(), "count": repair.count, "file": repair.file, "line": repair.line,
                    "message": repair.to_string(),
                })
            })
            .collect();
        let refused: Vec<_> = self
            .refused
            .iter()
            .map(|Refusal { id, file, reason }| {
                serde_json::json!({
                    "id": id, "code": reason.code(), "file": file, "line": reason.line(), "column": reason.column(),
                    "message": reason.to_string(),
                })
            })
            .collect();
        let mut report = serializer.serialize_struct("Report", 2)?;
        report.serialize_field("repairs", &repairs)?;
        report.serialize_field("refused", &refused)?;
        report.end()
    }
}

/// A refusal in a sentence without its end.
pub(super) fn refused_text(Refusal { id, reason, .. }: &Refusal) -> String {
    if id.is_empty() { reason.to_string() } else { format!("subject {id:?}: {reason}") }
}

/// What stands in a file may steer a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|letter| if letter.is_control() { letter.escape_debug().collect() } else { vec![letter] })
        .collect()
}

fn replace<T>(path: &Path, what: &[T], csv: impl FnOnce() -> io::Result<Vec<u8>>) -> Result<(), FileError> {
    if !what.is_empty() {
        return files::write_atomically(path, &csv().map_err(FileError::write(path))?);
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::write(path)(error)),
        _ => Ok(()),
    }
}
