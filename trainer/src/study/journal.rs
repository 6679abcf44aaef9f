//! `trials.jsonl`: a line each time a trial ends. The last line of a trial is the one that counts.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::Deserialize;

use super::record::{Record, Results};
use crate::files::FileError;

/// A file that only grows: whatever ends the process, what was noted before is kept.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// The last line of each trial, by its name.
    last: HashMap<String, String>,
    /// What each trial came to before, by its name and the SHA-256 of its recipe.
    results: HashMap<(String, String), Results>,
}

/// The file, and what is in it: as in [`Journal`].
type Opened = (File, HashMap<String, String>, HashMap<(String, String), Results>);

#[derive(Deserialize)]
struct Line {
    trial: String,
    recipe_sha256: String,
    results: Option<Results>,
}

impl Journal {
    /// Opens a journal, or begins one. Half a line at its end is cut off: whoever wrote it has died over it.
    pub(super) fn open(path: PathBuf) -> Result<Self, FileError> {
        match Journal::open_file(&path) {
            Ok((file, last, results)) => Ok(Journal { path, file, last, results }),
            Err(source) => Err(FileError::Write { path, source }),
        }
    }

    fn open_file(path: &PathBuf) -> io::Result<Opened> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64)?;
        }
        let (mut last, mut all) = (HashMap::new(), HashMap::new());
        for line in String::from_utf8_lossy(&bytes[..whole]).lines() {
            if let Ok(Line { trial, recipe_sha256, results }) = serde_json::from_str(line) {
                last.insert(trial.clone(), line.to_owned());
                all.extend(results.map(|results| ((trial, recipe_sha256), results)));
            }
        }
        Ok((file, last, all))
    }

    /// What a trial came to by exactly this recipe, whatever was trained in its folder since.
    pub(super) fn results(&self, trial: &str, recipe_sha256: String) -> Option<&Results> {
        self.results.get(&(trial.to_owned(), recipe_sha256))
    }

    /// Notes how a trial ended, unless that is what was noted of it last.
    pub(super) fn note(&mut self, record: &Record) -> Result<(), FileError> {
        let line =
            serde_json::to_string(record).map_err(|error| FileError::write(&self.path)(error.into()))?;
        if self.last.get(&record.trial) == Some(&line) {
            return Ok(());
        }
        let written =
            self.file.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(FileError::write(&self.path))?;
        self.last.insert(record.trial.clone(), line);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn record(trial: &str, error: &str) -> Record {
        Record {
            trial: trial.to_owned(),
            variant: "x".to_owned(),
            recipe_sha256: String::new(),
            changes: BTreeMap::new(),
            seed: 1,
            results: None,
            error: Some(error.to_owned()),
        }
    }

    #[test]
    fn what_was_noted_before_is_kept_and_half_a_line_is_dropped() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("trials.jsonl");
        let lines = || -> Vec<String> {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.is_empty() || text.ends_with('\n'), "{text}");
            let field = |line: &str| {
                let value: serde_json::Value = serde_json::from_str(line).unwrap();
                format!("{}: {}", value["trial"].as_str().unwrap(), value["error"].as_str().unwrap())
            };
            text.lines().map(field).collect()
        };
        let mut journal = Journal::open(path.clone()).unwrap();
        journal.note(&record("a", "first")).unwrap();
        journal.note(&record("b", "first")).unwrap();
        drop(journal);
        let half = "{\"trial\":\"c\",\"vari";
        OpenOptions::new().append(true).open(&path).unwrap().write_all(half.as_bytes()).unwrap();

        let mut journal = Journal::open(path.clone()).unwrap();
        assert_eq!(lines(), ["a: first", "b: first"]);
        journal.note(&record("a", "first")).unwrap();
        journal.note(&record("b", "second")).unwrap();
        journal.note(&record("c", "first")).unwrap();
        assert_eq!(lines(), ["a: first", "b: first", "b: second", "c: first"]);
    }
}
