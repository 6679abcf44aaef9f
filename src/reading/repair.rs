//! What was put right in a file, so that it could be read.

use std::fmt;

use super::error::ReadError;
use crate::sampling::Mend;

/// One kind of thing that was put right, how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What it is.
    pub kind: RepairKind,
    /// How often it was done: rows, fields or lines, as its words say.
    pub count: u64,
    /// Name of the file that it was done in first, where there is more than one.
    pub file: Option<String>,
    /// Line of the first.
    pub line: u64,
    /// What was found there, for its words.
    pub detail: String,
}

/// The kinds of things that are put right. Each has one meaning only: where two readings are possible, the file or the
/// subject is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RepairKind {
    /// Lines before the header that are no part of the table.
    LinesBeforeHeader,
    /// Ids come from the file's name, since it has no column of them.
    IdOfFileName,
    /// There is no column of times: the rows are in its order.
    OrderOfRows,
    /// Times are not written as plain numbers.
    TimesAsText,
    /// Decimals are behind a comma.
    DecimalComma,
    /// Something stands between thousands.
    Thousands,
    /// Exponents are written as Fortran does.
    FortranExponent,
    /// A minus or plus sign is not the one of ASCII.
    TypographicSign,
    /// Fields that a spreadsheet is made to keep as text: `="000"`, `'000`.
    SpreadsheetText,
    /// Characters without a width, or spaces that are no plain ones, in ids, words or numbers.
    InvisibleCharacters,
    /// A word of a category is written in other letters.
    LevelSpelling,
    /// Ids are written with other zeros than those that they belong to.
    IdSpelling,
    /// Names of classes are written in other letters.
    ClassSpelling,
    /// Rows of labels that say nothing of their subject's class.
    NoLabel,
    /// Rows that say once more what others have said.
    RepeatedLabels,
    /// Something in a recording's steps was mended.
    Mended(Mend),
}

impl RepairKind {
    /// Stable name of the kind.
    pub fn code(self) -> &'static str {
        match self {
            RepairKind::LinesBeforeHeader => "LINES_BEFORE_HEADER",
            RepairKind::IdOfFileName => "ID_OF_FILE_NAME",
            RepairKind::OrderOfRows => "ORDER_OF_ROWS",
            RepairKind::TimesAsText => "TIMES_AS_TEXT",
            RepairKind::DecimalComma => "DECIMAL_COMMA",
            RepairKind::Thousands => "THOUSANDS",
            RepairKind::FortranExponent => "FORTRAN_EXPONENT",
            RepairKind::TypographicSign => "TYPOGRAPHIC_SIGN",
            RepairKind::SpreadsheetText => "SPREADSHEET_TEXT",
            RepairKind::InvisibleCharacters => "INVISIBLE_CHARACTERS",
            RepairKind::LevelSpelling => "LEVEL_SPELLING",
            RepairKind::IdSpelling => "ID_SPELLING",
            RepairKind::ClassSpelling => "CLASS_SPELLING",
            RepairKind::NoLabel => "NO_LABEL",
            RepairKind::RepeatedLabels => "REPEATED_LABELS",
            RepairKind::Mended(mend) => mend.code(),
        }
    }
}

impl Repair {
    /// That so many fields or rows were handled in a way.
    fn counted(&self, f: &mut fmt::Formatter<'_>, what: &str, done: &str) -> fmt::Result {
        let Repair { count, line, detail, .. } = self;
        let (s, were) = if *count == 1 { ("", "was") } else { ("s", "were") };
        write!(f, "{count} {what}{s} {were} {done}, the first on line {line}: {detail:?}")
    }
}

impl fmt::Display for Repair {
    /// What was done, in a sentence without its end: `3 lines before the header were skipped, the first is "# X1"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Repair { kind, count, line, detail, .. } = self;
        match kind {
            RepairKind::LinesBeforeHeader => {
                write!(
                    f,
                    "{count} lines before the header on line {line} were skipped, the first is {detail:?}"
                )
            }
            RepairKind::IdOfFileName => {
                write!(f, "the file has no column of ids: its name gives the id {detail:?}")
            }
            RepairKind::OrderOfRows => {
                write!(f, "there is no column {detail:?}: the rows are taken in the order of the file")
            }
            RepairKind::TimesAsText => write!(f, "times are read as {detail}, on line {line}"),
            RepairKind::DecimalComma => self.counted(f, "number", "read with a decimal comma"),
            RepairKind::Thousands => self.counted(f, "number", "read without what separates its thousands"),
            RepairKind::FortranExponent => self.counted(f, "number", "read with Fortran's exponent"),
            RepairKind::TypographicSign => self.counted(f, "number", "read with another sign than - or +"),
            RepairKind::SpreadsheetText => {
                self.counted(f, "field", "freed of what makes a spreadsheet keep it as text")
            }
            RepairKind::InvisibleCharacters => self.counted(f, "field", "freed of invisible characters"),
            RepairKind::LevelSpelling => self.counted(f, "word", "taken for the same word in other letters"),
            RepairKind::IdSpelling => self.counted(f, "id", "taken for the same one with other zeros"),
            RepairKind::ClassSpelling => {
                self.counted(f, "label", "taken for the same class in other letters")
            }
            RepairKind::NoLabel => self.counted(f, "row", "left out, since it has no label"),
            RepairKind::RepeatedLabels => {
                self.counted(f, "row", "left out, since it says what an earlier one says")
            }
            RepairKind::Mended(mend) => mend.words(*count, *line, detail, f),
        }
    }
}

/// The repairs of a file, each kind once.
#[derive(Clone, Debug, Default)]
pub struct Repairs {
    strict: bool,
    file: Option<String>,
    all: Vec<Repair>,
}

impl Repairs {
    /// With `strict`, the first repair is an error.
    pub fn new(strict: bool) -> Repairs {
        Repairs { strict, file: None, all: Vec::new() }
    }

    /// Names the file that is read from now on.
    pub fn enter(&mut self, file: Option<String>) {
        self.file = file;
    }

    /// Notes what is put right on a line. `detail` is asked for the first of a kind only.
    ///
    /// # Errors
    /// [`ReadError::Strict`], if any repair is an error.
    pub fn note(
        &mut self,
        kind: RepairKind,
        line: u64,
        detail: impl FnOnce() -> String,
    ) -> Result<(), ReadError> {
        self.note_many(kind, 1, line, detail)
    }

    /// As [`Repairs::note`], of something that was done `count` times.
    ///
    /// # Errors
    /// As [`Repairs::note`].
    pub fn note_many(
        &mut self,
        kind: RepairKind,
        count: u64,
        line: u64,
        detail: impl FnOnce() -> String,
    ) -> Result<(), ReadError> {
        if let Some(repair) = self.all.iter_mut().find(|repair| repair.kind == kind) {
            repair.count += count;
            return Ok(());
        }
        let repair = Repair { kind, count, file: self.file.clone(), line, detail: detail() };
        if self.strict {
            return Err(ReadError::Strict { repair: Box::new(repair) });
        }
        self.all.push(repair);
        Ok(())
    }

    /// All of them, in the order of the first of each kind.
    pub fn all(&self) -> &[Repair] {
        &self.all
    }
}
