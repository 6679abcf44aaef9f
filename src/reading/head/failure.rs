//! Why a file has no header.

use super::names::{Match, Mismatch, NONE};
use super::nearest::nearest;
use super::sniff::other_kind;
use super::{DELIMITERS, Head, MAX_ROW, Names, header, without_mark};
use crate::reading::error::{FoundColumn, MissingColumn, ReadError};
use crate::reading::numeral::is_value;
use crate::reading::quotes::Delimiter;
use crate::reading::text::trim;

/// Values of a column that are shown beside its name.
const SHOWN: usize = 3;
/// Columns whose values are shown.
const SHOWN_COLUMNS: usize = 1000;

/// A line that may have been meant as the header.
struct Candidate {
    line: usize,
    delimiter: Delimiter,
    names: Vec<String>,
    found: Match,
    values: usize,
}

impl Candidate {
    /// The greater, the more likely it is the header.
    fn score(&self) -> (usize, bool, usize) {
        let words = self.names.len() - self.values;
        (self.found.count(), self.names.len() > 1 && self.values == 0, words)
    }
}

impl Head {
    /// Why there is no header in what was taken.
    pub(super) fn failure(&mut self, names: &Names, ignored: &[String], at_end: bool) -> ReadError {
        if self.bytes.iter().all(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t')) {
            return ReadError::EmptyFile;
        }
        let best = self.best(names);
        let nothing = best.as_ref().is_none_or(|best| best.found.count() == 0);
        let unnamed = best.as_ref().is_none_or(|best| best.found.count() == best.found.renamed.len());
        if unnamed && let Some((found, is_text)) = other_kind(&self.bytes) {
            return match is_text {
                true => ReadError::NotATable { found },
                false => ReadError::NotText { found },
            };
        }
        if self.is_first_line_open() {
            let first = (0..self.starts.len()).find(|line| !self.line(*line).trim_ascii().is_empty());
            let line = self.line_number(first.unwrap_or(0));
            return match at_end {
                true => ReadError::UnterminatedQuote { line, column: None },
                false => ReadError::RowTooLong { line, column: None, limit: MAX_ROW },
            };
        }
        let Some(best) = best else {
            return ReadError::RowTooLong { line: 1, column: None, limit: MAX_ROW };
        };
        let line = self.line_number(best.line);
        if self.open.iter().any(|row| row.line == best.line && row.delimiter == best.delimiter) {
            return ReadError::UnterminatedQuote { line, column: None };
        }
        if nothing && best.names.len() > 1 && 2 * best.values >= best.names.len() {
            let needed = names.wanted.iter().filter(|wanted| wanted.needed);
            let needed = needed.map(|wanted| wanted.name().to_owned()).collect();
            return ReadError::NoHeader { line, found: best.names, needed };
        }
        self.missing(names, ignored, best, line)
    }

    fn best(&mut self, names: &Names) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        let lines = self.starts.len().min(super::MAX_LINES);
        for line in 0..lines {
            for delimiter in self.told.map_or(DELIMITERS.to_vec(), |told| vec![told]) {
                let Some(candidate) = self.candidate(names, line, delimiter) else { continue };
                if best.as_ref().is_none_or(|best| candidate.score() > best.score()) {
                    best = Some(candidate);
                }
            }
        }
        best
    }

    fn candidate(&mut self, names: &Names, line: usize, delimiter: Delimiter) -> Option<Candidate> {
        let text = trim(self.line(line), || ()).to_vec();
        if text.is_empty() || super::separator(&text).is_some() {
            return None;
        }
        let text = without_mark(&text).unwrap_or(&text);
        self.splitter.split(text, delimiter);
        let fields = self.splitter.fields();
        let values = (0..fields.len()).filter(|index| is_value(fields.get(*index).trim_ascii())).count();
        let header = header(&self.splitter);
        let found = match names.find(&header) {
            Ok(found) | Err(Mismatch::Missing(found)) => found,
            Err(_) => return None,
        };
        // Words of a sentence are no names.
        let exact = found.renamed.is_empty() && found.count() > 0;
        (delimiter != Delimiter::Spaces || exact).then_some(Candidate {
            line,
            delimiter,
            names: header,
            found,
            values,
        })
    }

    fn missing(&mut self, names: &Names, ignored: &[String], best: Candidate, line: u64) -> ReadError {
        let Candidate { names: header, found, delimiter, .. } = best;
        // A column that is known to be another one is none of those that are missing.
        let is_free = |index: &usize| !found.indices.contains(index) && !ignored.contains(&header[*index]);
        let free: Vec<usize> = (0..header.len()).filter(is_free).collect();
        let spare: Vec<&str> = free.iter().map(|index| header[*index].as_str()).collect();
        let missing = names.wanted.iter().zip(&found.indices);
        let missing: Vec<&str> = missing
            .filter(|(wanted, index)| wanted.needed && **index == NONE)
            .map(|(wanted, _)| wanted.name())
            .collect();
        let similar = nearest(&missing, &spare).into_iter();
        let similar = similar.map(|near| near.map(|index| spare[index].to_owned()));
        let missing = missing.iter().zip(similar);
        let missing =
            missing.map(|(name, similar)| MissingColumn { name: (*name).to_owned(), similar }).collect();
        let values = self.values(best.line, delimiter, header.len().min(SHOWN_COLUMNS));
        let values = values.into_iter().chain(std::iter::repeat_with(Vec::new));
        let found = header.into_iter().zip(values).map(|(name, values)| FoundColumn { name, values });
        ReadError::MissingColumns { line, missing, found: found.collect() }
    }

    /// The first values under each column of a header.
    fn values(&mut self, header: usize, delimiter: Delimiter, columns: usize) -> Vec<Vec<String>> {
        let mut values = vec![Vec::new(); columns];
        let lines = header + 1..self.starts.len();
        let lines: Vec<usize> = lines.filter(|line| !self.line(*line).trim_ascii().is_empty()).collect();
        for line in lines.into_iter().take(SHOWN) {
            let text = self.line(line).to_vec();
            self.splitter.split(&text, delimiter);
            let fields = self.splitter.fields();
            for (index, values) in values.iter_mut().enumerate().take(fields.len()) {
                values.push(crate::reading::error::excerpt(trim(fields.get(index), || ())));
            }
        }
        values
    }
}
