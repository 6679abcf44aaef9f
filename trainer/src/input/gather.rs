//! A file, a folder or a pattern to a list of files.

use std::fs;
use std::path::{Path, PathBuf};

use painwave_train::file_names;

use super::error::InputError;
use super::names::{is_hidden, is_table};
use crate::files::FileError;

/// Folders within folders, which a link may make endless.
const MAX_DEPTH: usize = 32;

/// Adds the files of what was given, each once.
pub(super) fn files(
    given: &Path,
    without: &[&Path],
    files: &mut Vec<PathBuf>,
    left_out: &mut Vec<PathBuf>,
) -> Result<(), InputError> {
    let mut found = Vec::new();
    if given.is_dir() {
        walk(given, MAX_DEPTH, &mut found)?;
        let without: Vec<PathBuf> = without.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        found.retain(|path| !fs::canonicalize(path).is_ok_and(|path| without.contains(&path)));
        let (tables, others): (Vec<PathBuf>, Vec<PathBuf>) = found
            .into_iter()
            .partition(|path| is_table(&path.file_name().unwrap_or_default().to_string_lossy()));
        if tables.is_empty() {
            return Err(InputError::NoTable { path: given.to_owned() });
        }
        left_out.extend(others);
        found = tables;
    } else if given.exists() {
        found.push(given.to_owned());
    } else if given.to_string_lossy().contains(['*', '?', '[']) {
        found = matching(given)?;
    } else {
        return Err(InputError::NotFound { path: given.to_owned() });
    }
    for path in found {
        if !files.contains(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Takes out the file of labels of a folder: the only one that is called so, as `labels.csv` and `train-labels.csv` are.
pub(super) fn labels(given: &Path, files: &mut Vec<PathBuf>) -> Option<PathBuf> {
    if !given.is_dir() || files.len() < 2 {
        return None;
    }
    let is_called_so = |path: &PathBuf| {
        let name = path.to_string_lossy().to_lowercase();
        let mut words = file_names::stem(&name).split(|letter: char| !letter.is_alphanumeric());
        path.starts_with(given) && words.any(|word| ["label", "labels"].contains(&word))
    };
    let mut found = files.iter().enumerate().filter(|(_, path)| is_called_so(path)).map(|(index, _)| index);
    let (index, others) = (found.next()?, found.next());
    others.is_none().then(|| files.remove(index))
}

/// All files below a folder but hidden ones, in the order of their paths.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), FileError> {
    let entries = fs::read_dir(folder).map_err(FileError::read(folder))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>();
    let mut paths = paths.map_err(FileError::read(folder))?;
    paths.sort();
    for path in paths {
        if is_hidden(&path.file_name().unwrap_or_default().to_string_lossy()) {
            continue;
        }
        match (path.is_dir(), depth.checked_sub(1)) {
            (true, Some(depth)) => walk(&path, depth, files)?,
            (true, None) => {}
            (false, _) => files.push(path),
        }
    }
    Ok(())
}

/// The files of a pattern with `*`, `?`, `[...]` and `**`, in the order of their paths.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>, InputError> {
    let paths = glob::glob(&pattern.to_string_lossy())
        .map_err(|error| InputError::Pattern { pattern: pattern.to_owned(), reason: error.msg })?;
    let found = paths.map(|path| {
        path.map_err(|error| {
            let path = error.path().to_owned();
            FileError::Read { path, source: error.into() }
        })
    });
    let mut found = found.collect::<Result<Vec<PathBuf>, FileError>>()?;
    found.retain(|path| !path.is_dir());
    if found.is_empty() { Err(InputError::NoMatch { pattern: pattern.to_owned() }) } else { Ok(found) }
}
