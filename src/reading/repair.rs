//! What was put right in a file, so that it could be read.

use std::fmt;

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
    /// A word of a category is written in other letters.
    LevelSpelling,
    /// Ids are written with other zeros than those that they belong to.
    IdSpelling,
    /// Names of classes are written in other letters.
    ClassSpelling,
    /// Rows of labels that do not say whose they are.
    NoId,
    /// Rows of labels that say nothing of their subject's class.
    NoLabel,
    /// Rows that say once more what others have said.
    RepeatedLabels,
    /// Something in a recording's steps was mended.
    Mended(Mend),
    /// The file is not in UTF-8.
    OtherEncoding,
    /// Columns have other names than the model's.
    RenamedColumn,
    /// The table has one row a recording.
    WideTable,
    /// The file is one of time series, with a head of its own kind.
    SeriesFile,
    /// Rows under the header hold units, not values.
    UnitsRow,
    /// The header is there once more.
    HeaderAgain,
    /// Rows have nothing but delimiters.
    GhostRow,
    /// Comments between rows.
    CommentLine,
    /// Rows end in a delimiter.
    TrailingDelimiter,
    /// Rows lack columns that nobody reads.
    ShortRow,
    /// Rows begin with a name of their own, which the header has no column for.
    RowNames,
    /// A quotation mark is one that somebody typed.
    StrayQuote,
    /// Something broke off in the middle of a row.
    CutRow,
    /// NUL bytes, as a loss of power leaves them.
    NulBytes,
    /// Characters without a width, or spaces that are no plain ones, in ids, words or numbers.
    InvisibleCharacters,
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
            RepairKind::LevelSpelling => "LEVEL_SPELLING",
            RepairKind::IdSpelling => "ID_SPELLING",
            RepairKind::ClassSpelling => "CLASS_SPELLING",
            RepairKind::NoId => "NO_ID",
            RepairKind::NoLabel => "NO_LABEL",
            RepairKind::RepeatedLabels => "REPEATED_LABELS",
            RepairKind::Mended(mend) => mend.code(),
            RepairKind::OtherEncoding => "OTHER_ENCODING",
            RepairKind::RenamedColumn => "RENAMED_COLUMN",
            RepairKind::WideTable => "WIDE_TABLE",
            RepairKind::SeriesFile => "SERIES_FILE",
            RepairKind::UnitsRow => "UNITS_ROW",
            RepairKind::HeaderAgain => "HEADER_AGAIN",
            RepairKind::GhostRow => "GHOST_ROW",
            RepairKind::CommentLine => "COMMENT_LINE",
            RepairKind::TrailingDelimiter => "TRAILING_DELIMITER",
            RepairKind::ShortRow => "SHORT_ROW",
            RepairKind::RowNames => "ROW_NAMES",
            RepairKind::StrayQuote => "STRAY_QUOTE",
            RepairKind::CutRow => "CUT_ROW",
            RepairKind::NulBytes => "NUL_BYTES",
            RepairKind::InvisibleCharacters => "INVISIBLE_CHARACTERS",
        }
    }
}

impl fmt::Display for Repair {
    /// What was done, in a sentence without its end: `3 lines before the header were skipped, the first is "# X1"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Repair { kind, count, line, detail, .. } = self;
        let (s, were) = if *count == 1 { ("", "was") } else { ("s", "were") };
        let mut done = |what: &str, done: &str| {
            write!(f, "{count} {what}{s} {were} {done}, the first on line {line}: {detail:?}")
        };
        match kind {
            RepairKind::LinesBeforeHeader => done("line", "skipped before the header"),
            RepairKind::OtherEncoding => write!(f, "the file is in {detail}, not in UTF-8"),
            RepairKind::RenamedColumn => {
                write!(
                    f,
                    "{count} column{s} {were} found by a similar name, the first is {detail}, on line {line}"
                )
            }
            RepairKind::IdOfFileName => {
                write!(f, "the file has no column of ids: its name gives the id {detail:?}")
            }
            RepairKind::OrderOfRows => {
                write!(f, "there is no column {detail:?}: the rows are taken in the order of the file")
            }
            RepairKind::TimesAsText => write!(f, "times are read as {detail}, on line {line}"),
            RepairKind::DecimalComma => done("number", "read with a decimal comma"),
            RepairKind::Thousands => done("number", "read without what separates its thousands"),
            RepairKind::FortranExponent => done("number", "read with Fortran's exponent"),
            RepairKind::TypographicSign => done("number", "read with another sign than - or +"),
            RepairKind::SpreadsheetText => done("field", "freed of what makes a spreadsheet keep it as text"),
            RepairKind::LevelSpelling => done("word", "taken for the same word in other letters"),
            RepairKind::IdSpelling => write!(
                f,
                "{count} id{s} {were} taken for the same with other zeros, the first on line {line}: {detail}"
            ),
            RepairKind::ClassSpelling => write!(
                f,
                "{count} label{s} {were} taken for classes in other letters, the first on line {line}: {detail}"
            ),
            RepairKind::NoId => done("row", "left out for want of an id"),
            RepairKind::NoLabel => done("row", "left out for want of a label"),
            RepairKind::RepeatedLabels => done("row", "left out as saying what an earlier one says"),
            RepairKind::Mended(mend) => mend.words(*count, *line, detail, f),
            RepairKind::WideTable => {
                write!(
                    f,
                    "the table has one row a recording, with {detail} steps in its columns; see line {line}"
                )
            }
            RepairKind::SeriesFile => {
                write!(
                    f,
                    "the file holds time series one after the other, of {detail}; ids count them from 0"
                )
            }
            RepairKind::UnitsRow => done("row", "skipped under the header, holding units"),
            RepairKind::HeaderAgain => done("line", "skipped where the header is there once more"),
            RepairKind::GhostRow => {
                write!(f, "{count} row{s} of nothing but delimiters {were} skipped, the first on line {line}")
            }
            RepairKind::CommentLine => done("comment", "skipped between rows"),
            RepairKind::TrailingDelimiter => write!(
                f,
                "{count} row{s} {were} read without the delimiter at the end, the first on line {line}"
            ),
            RepairKind::ShortRow => write!(
                f,
                "{count} row{s} without the last columns, which are not used, {were} read, the first on line {line}"
            ),
            RepairKind::RowNames => {
                write!(
                    f,
                    "{count} row{s} {were} read without a name in front, the first on line {line}: {detail:?}"
                )
            }
            RepairKind::StrayQuote => done("stray quotation mark", "left out"),
            RepairKind::CutRow => done("row", "left out, since the file breaks off in it"),
            RepairKind::NulBytes => write!(
                f,
                "{count} run{s} of NUL bytes, as a loss of power leaves them, {were} skipped, the first on line {line}"
            ),
            RepairKind::InvisibleCharacters => {
                write!(f, "invisible characters were left out {count} time{s}, first on line {line}")
            }
        }
    }
}
