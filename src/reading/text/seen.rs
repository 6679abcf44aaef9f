//! What the texts of a file that were looked at said about it.

use std::borrow::Cow;
use std::cell::Cell;

use super::decoder::windows_1252;
use crate::reading::error::ReadError;

/// What the texts of a file that were looked at said about it. Rows are looked at from many places, so it changes
/// behind a shared reference.
#[derive(Default)]
pub(in super::super) struct Seen {
    /// Line of the first text that is UTF-8 and not ASCII.
    utf8: Cell<Option<u64>>,
    /// Line of the first text that is not UTF-8.
    single_bytes: Cell<Option<u64>>,
    /// Whether something was seen since the last look that a repair is due for.
    pub news: Cell<bool>,
    /// Whether the news are that characters which nobody sees were cut off.
    pub invisible: Cell<bool>,
    /// Whether the news are the first text in Windows-1252.
    pub windows_1252: Cell<bool>,
}

impl Seen {
    /// A text, by the encoding of the file: UTF-8, or Windows-1252 where some text is not UTF-8.
    ///
    /// # Errors
    /// Both kinds of text are in the file.
    pub fn text<'a>(&self, bytes: &'a [u8], line: u64) -> Result<Cow<'a, str>, ReadError> {
        if bytes.is_ascii() {
            // ASCII is UTF-8.
            return Ok(String::from_utf8_lossy(bytes));
        }
        let text = decode(bytes);
        let kind = if matches!(text, Cow::Borrowed(_)) { &self.utf8 } else { &self.single_bytes };
        if kind.get().is_none() {
            kind.set(Some(line));
        }
        match (self.utf8.get(), self.single_bytes.get()) {
            (Some(utf8), Some(single)) => Err(ReadError::MixedEncodings { line: single, utf8_line: utf8 }),
            (None, Some(first)) => {
                if first == line {
                    self.note(&self.windows_1252);
                }
                Ok(text)
            }
            _ => Ok(text),
        }
    }

    /// Characters that nobody sees were cut off.
    pub fn trimmed(&self) {
        self.note(&self.invisible);
    }

    fn note(&self, what: &Cell<bool>) {
        what.set(true);
        self.news.set(true);
    }
}

/// The text of bytes in UTF-8, or in Windows-1252 if they are not: then it is an owned one.
pub(in super::super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(windows_1252(bytes)),
    }
}
