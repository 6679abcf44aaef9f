//! Errors and warnings of the CSV reader.

use std::fmt::Write as _;

use super::repair::Repair;
use crate::number;
use crate::sampling::{TimeError, Unusable};

/// Why a file cannot be read. Lines are the file's physical lines, counted from 1; the line of a row is the
/// one that it starts on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is nothing in the file but blank lines.
    #[error("the file is empty")]
    EmptyFile,
    /// There is a header and no row.
    #[error("the file has a header and no rows")]
    NoRows,
    /// The file is no text.
    #[error("the file is {found}, not a table as text such as CSV")]
    NotText {
        /// What it looks like.
        found: &'static str,
    },
    /// The file is text, but no table.
    #[error("the file is {found}; expected a table as text, such as CSV")]
    NotATable {
        /// What it looks like.
        found: &'static str,
    },
    /// The first line of a table holds values.
    #[error(
        "line {line}: the first line of the table holds values ({}); expected a header with the columns {}",
        name_list(.found), name_list(.needed)
    )]
    NoHeader {
        /// The first line of the table.
        line: u64,
        /// Its fields.
        found: Vec<String>,
        /// The columns that are needed.
        needed: Vec<String>,
    },
    /// Several columns could be one that is wanted.
    #[error(
        "line {line}: column {column:?} may be any of {}; rename one of them to {column:?}, or say which it is",
        name_list(.candidates)
    )]
    AmbiguousColumn {
        /// Line of the header.
        line: u64,
        /// The column that is wanted.
        column: String,
        /// The columns of the file that it may be.
        candidates: Vec<String>,
    },
    /// A table with one row a recording has not all steps of all channels.
    #[error(
        "line {line}: the table seems to have one row a recording and a column for each step, but {reason}; give every \
         channel a column for each step (x_1, x_2, ...), or turn the columns of steps into rows, a row to each step with \
         its id, its time and a column for each channel (wide to long, as pandas.wide_to_long does)"
    )]
    WideTable {
        /// Line of the header.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A table with one row a recording has two rows of one id.
    #[error(
        "line {line}: the table has one row a recording, and {id:?} has one already, on line {first_line}"
    )]
    RecordingTwice {
        /// Line of the second row.
        line: u64,
        /// Line of the first row.
        first_line: u64,
        /// The id.
        id: String,
    },
    /// A `.ts` file that cannot be read as the recordings that a model reads.
    #[error("line {line}: {reason}")]
    Series {
        /// The line.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// Some texts of a file are UTF-8 and others are not.
    #[error(
        "line {line}: a text that is not UTF-8, while one on line {utf8_line} is; save the whole file in one encoding, \
         best in UTF-8"
    )]
    MixedEncodings {
        /// Line of the text that is not UTF-8.
        line: u64,
        /// Line of the text that is UTF-8.
        utf8_line: u64,
    },
    /// Something had to be put right, where nothing may.
    #[error("line {}: {repair}; nothing is put right when read strictly", repair.line)]
    Strict {
        /// What it is.
        repair: Box<Repair>,
    },
    /// Columns that are needed are not in the header.
    #[error("line {line}: missing {}; the header has {}", missing_list(.missing), found_list(.found))]
    MissingColumns {
        /// Line of the header.
        line: u64,
        /// All the columns that are missing.
        missing: Vec<MissingColumn>,
        /// The columns that were found.
        found: Vec<FoundColumn>,
    },
    /// A column that is needed is in the header more than once.
    #[error("line {line}: the header has column {column:?} more than once")]
    DuplicateColumn {
        /// Line of the header.
        line: u64,
        /// Name of the column.
        column: String,
    },
    /// A row has more or fewer fields than the header.
    #[error(
        "line {line}: expected {expected} fields as in the header, found {found}{}",
        surplus_hint(*.expected, *.found)
    )]
    WrongFieldCount {
        /// Line of the row.
        line: u64,
        /// Number of fields in the header.
        expected: usize,
        /// Number of fields in the row.
        found: usize,
    },
    /// A field is no number.
    #[error("line {line}, column {column:?}: expected a number, found {found:?}{}", number_hint(.found))]
    NotANumber {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
        /// What was found, cut if it is long.
        found: String,
    },
    /// A number is NaN, infinite, or too large to be held.
    #[error("line {line}, column {column:?}: expected a finite number, found {found:?}")]
    NotFinite {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
        /// What was found, cut if it is long.
        found: String,
    },
    /// A field is empty or blank.
    #[error("line {line}, column {column:?}: the value is empty")]
    EmptyValue {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
    },
    /// The id of a row is empty.
    #[error("line {line}, column {column:?}: the id is empty")]
    EmptyId {
        /// Line of the row.
        line: u64,
        /// Name of the id column.
        column: String,
    },
    /// A subject has two rows for the same time.
    #[error("line {line}, column {column:?}: subject {id:?} has time {time} already, on line {first_line}")]
    DuplicateTime {
        /// Line of the second row.
        line: u64,
        /// Line of the first row.
        first_line: u64,
        /// Name of the time column.
        column: String,
        /// The subject.
        id: String,
        /// The time, in its shortest decimal form.
        time: String,
    },
    /// A recording has two words in a column that has one for all of its rows.
    #[error(
        "line {line}, column {column:?}: found {found:?}, and on line {first_line} {first:?}, where a recording has one for \
         all of its rows; cut it into two where that changes"
    )]
    ChangingWord {
        /// Line of the row.
        line: u64,
        /// Line of the first row that has the other.
        first_line: u64,
        /// Name of the column.
        column: String,
        /// What was found, cut if it is long.
        found: String,
        /// The other, cut if it is long.
        first: String,
    },
    /// A field is not one of the words that the column may hold.
    #[error("line {line}, column {column:?}: expected one of {}, found {found:?}", name_list(.allowed))]
    UnknownCategory {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
        /// What was found, cut if it is long.
        found: String,
        /// The words that the column may hold.
        allowed: Vec<String>,
    },
    /// More rows of a subject came after those before were let go of, and the input cannot be read once more.
    #[error(
        "line {line}: more rows of subject {id:?} come after those of many others, and the input can be read only once: \
         bring each subject's rows together, or give a file instead of a stream"
    )]
    RowsComeBack {
        /// Line of the first of them.
        line: u64,
        /// The subject.
        id: String,
    },
    /// A number can be read in two ways, and nothing in the file tells which one is meant.
    #[error(
        "line {line}, column {column:?}: {found:?} may be {} or {}, and no other number of the file tells which: write it \
         without anything between thousands, or all numbers with decimals",
        readings[0], readings[1]
    )]
    AmbiguousNumber {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
        /// What was found, cut if it is long.
        found: String,
        /// The number with a decimal point, and with a decimal comma.
        readings: [String; 2],
    },
    /// A number is written in another way than those before it.
    #[error(
        "line {line}, column {column:?}: {found:?} has its decimals behind a {}, {}: write all numbers of a file alike",
        if *comma { "point" } else { "comma" }, settled_part(settled, *comma)
    )]
    MixedDecimals {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
        /// What was found, cut if it is long.
        found: String,
        /// The number that settled how numbers are written, and its line, where there was one.
        settled: Option<(String, u64)>,
        /// Whether decimals are behind a comma in the rest of the file.
        comma: bool,
    },
    /// A field is no time.
    #[error("line {line}, column {column:?}: {reason}")]
    Time {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
        /// What is wrong with it.
        reason: Box<TimeError>,
    },
    /// The rows of a subject are no recording as the model wants it.
    #[error("{reason}")]
    Unusable {
        /// What is wrong with them.
        reason: Box<Unusable>,
    },
    /// A subject is in two files.
    #[error(
        "line {line}, column {column:?}: subject {id:?} is in the file {first_file:?} already: a recording is in one file \
         only, and these rows are not read"
    )]
    IdInTwoFiles {
        /// Line of its first row in the later file.
        line: u64,
        /// Name of the id column.
        column: String,
        /// The subject.
        id: String,
        /// Name of the earlier file.
        first_file: String,
    },
    /// A text is not UTF-8.
    #[error("line {line}, column {column:?}: {found:?} is not UTF-8 text")]
    InvalidUtf8 {
        /// Line of the row.
        line: u64,
        /// Name of the column.
        column: String,
        /// What was found, cut if it is long.
        found: String,
    },
    /// A row is absurdly long.
    #[error(
        "line {line}{}: the row is longer than {limit} bytes; is a quotation mark not closed?",
        column_part(.column)
    )]
    RowTooLong {
        /// Line of the row.
        line: u64,
        /// Name of the column in which the limit was reached; none in the header.
        column: Option<String>,
        /// The limit in bytes.
        limit: usize,
    },
    /// The file ends inside a quoted field.
    #[error("line {line}{}: a quotation mark is not closed", column_part(.column))]
    UnterminatedQuote {
        /// Line of the row.
        line: u64,
        /// Name of the column; none in the header.
        column: Option<String>,
    },
}

/// A column that is needed and not in the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingColumn {
    /// Its name.
    pub name: String,
    /// The column of the file whose name is nearest to it, if one is near.
    pub similar: Option<String>,
}

/// A column of a file that lacks others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundColumn {
    /// Its name.
    pub name: String,
    /// Its first values, at most three.
    pub values: Vec<String>,
}

impl ReadError {
    /// The line that the error is on, if it is on one.
    pub fn line(&self) -> Option<u64> {
        match self {
            ReadError::EmptyFile
            | ReadError::NoRows
            | ReadError::NotText { .. }
            | ReadError::NotATable { .. } => None,
            ReadError::Strict { repair } => Some(repair.line),
            ReadError::Unusable { reason } => Some(reason.line()),
            ReadError::NoHeader { line, .. }
            | ReadError::AmbiguousColumn { line, .. }
            | ReadError::WideTable { line, .. }
            | ReadError::RecordingTwice { line, .. }
            | ReadError::Series { line, .. }
            | ReadError::MixedEncodings { line, .. }
            | ReadError::MissingColumns { line, .. }
            | ReadError::DuplicateColumn { line, .. }
            | ReadError::WrongFieldCount { line, .. }
            | ReadError::NotANumber { line, .. }
            | ReadError::NotFinite { line, .. }
            | ReadError::EmptyValue { line, .. }
            | ReadError::EmptyId { line, .. }
            | ReadError::DuplicateTime { line, .. }
            | ReadError::ChangingWord { line, .. }
            | ReadError::UnknownCategory { line, .. }
            | ReadError::AmbiguousNumber { line, .. }
            | ReadError::MixedDecimals { line, .. }
            | ReadError::Time { line, .. }
            | ReadError::RowsComeBack { line, .. }
            | ReadError::IdInTwoFiles { line, .. }
            | ReadError::InvalidUtf8 { line, .. }
            | ReadError::RowTooLong { line, .. }
            | ReadError::UnterminatedQuote { line, .. } => Some(*line),
        }
    }

    /// Name of the column that the error is in, if it is in one; the first of those that are missing.
    pub fn column(&self) -> Option<&str> {
        match self {
            ReadError::EmptyFile
            | ReadError::NoRows
            | ReadError::NotText { .. }
            | ReadError::NotATable { .. }
            | ReadError::NoHeader { .. }
            | ReadError::WideTable { .. }
            | ReadError::RecordingTwice { .. }
            | ReadError::Series { .. }
            | ReadError::MixedEncodings { .. }
            | ReadError::Strict { .. }
            | ReadError::WrongFieldCount { .. }
            | ReadError::RowsComeBack { .. } => None,
            ReadError::MissingColumns { missing, .. } => missing.first().map(|column| column.name.as_str()),
            ReadError::AmbiguousColumn { column, .. }
            | ReadError::DuplicateColumn { column, .. }
            | ReadError::NotANumber { column, .. }
            | ReadError::NotFinite { column, .. }
            | ReadError::EmptyValue { column, .. }
            | ReadError::EmptyId { column, .. }
            | ReadError::DuplicateTime { column, .. }
            | ReadError::ChangingWord { column, .. }
            | ReadError::UnknownCategory { column, .. }
            | ReadError::AmbiguousNumber { column, .. }
            | ReadError::MixedDecimals { column, .. }
            | ReadError::Time { column, .. }
            | ReadError::IdInTwoFiles { column, .. }
            | ReadError::InvalidUtf8 { column, .. } => Some(column),
            ReadError::Unusable { reason } => Some(reason.column()),
            ReadError::RowTooLong { column, .. } | ReadError::UnterminatedQuote { column, .. } => {
                column.as_deref()
            }
        }
    }

    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            ReadError::EmptyFile => "EMPTY_FILE",
            ReadError::NoRows => "NO_ROWS",
            ReadError::NotText { .. } => "NOT_TEXT",
            ReadError::NotATable { .. } => "NOT_A_TABLE",
            ReadError::NoHeader { .. } => "NO_HEADER",
            ReadError::AmbiguousColumn { .. } => "AMBIGUOUS_COLUMN",
            ReadError::WideTable { .. } => "WIDE_TABLE",
            ReadError::RecordingTwice { .. } => "RECORDING_TWICE",
            ReadError::Series { .. } => "SERIES",
            ReadError::MixedEncodings { .. } => "MIXED_ENCODINGS",
            ReadError::Strict { .. } => "STRICT",
            ReadError::MissingColumns { .. } => "MISSING_COLUMN",
            ReadError::DuplicateColumn { .. } => "DUPLICATE_COLUMN",
            ReadError::WrongFieldCount { .. } => "WRONG_FIELD_COUNT",
            ReadError::NotANumber { .. } => "NOT_A_NUMBER",
            ReadError::NotFinite { .. } => "NOT_FINITE",
            ReadError::EmptyValue { .. } => "EMPTY_VALUE",
            ReadError::EmptyId { .. } => "EMPTY_ID",
            ReadError::DuplicateTime { .. } => "DUPLICATE_TIME",
            ReadError::ChangingWord { .. } => "CHANGING_WORD",
            ReadError::UnknownCategory { .. } => "UNKNOWN_CATEGORY",
            ReadError::AmbiguousNumber { .. } => "AMBIGUOUS_NUMBER",
            ReadError::MixedDecimals { .. } => "MIXED_DECIMALS",
            ReadError::Time { reason, .. } => reason.code(),
            ReadError::Unusable { reason } => reason.code(),
            ReadError::RowsComeBack { .. } => "ROWS_COME_BACK",
            ReadError::IdInTwoFiles { .. } => "ID_IN_TWO_FILES",
            ReadError::InvalidUtf8 { .. } => "INVALID_UTF8",
            ReadError::RowTooLong { .. } => "ROW_TOO_LONG",
            ReadError::UnterminatedQuote { .. } => "UNTERMINATED_QUOTE",
        }
    }
}

/// What is unusual about a file without keeping it from being read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadWarning {
    /// The file has columns that are not read.
    #[error("the file has columns that are not used: {}", name_list(.columns))]
    ExtraColumns {
        /// Their names, in the order of the file.
        columns: Vec<String>,
    },
}

impl ReadWarning {
    /// Stable name of the kind of warning.
    pub fn code(&self) -> &'static str {
        match self {
            ReadWarning::ExtraColumns { .. } => "EXTRA_COLUMNS",
        }
    }
}

/// The start of a field for a message: at most 40 characters.
pub(super) fn excerpt(field: &[u8]) -> String {
    const CHARS: usize = 40;
    // A character takes at most four bytes.
    let head = String::from_utf8_lossy(&field[..field.len().min(4 * CHARS)]);
    let mut text: String = head.chars().take(CHARS).collect();
    if text.len() < head.len() || head.len() < field.len() {
        text.push('…');
    }
    text
}

/// Names for a message, the first dozen of them.
pub(crate) fn name_list(names: &[String]) -> String {
    list(names, |text, name| write!(text, "{:?}", excerpt(name.as_bytes())))
}

fn found_list(columns: &[FoundColumn]) -> String {
    list(columns, |text, column| write!(text, "{:?}", excerpt(column.name.as_bytes())))
}

fn surplus_hint(expected: usize, found: usize) -> &'static str {
    if found <= expected {
        return "";
    }
    "; either a field has a delimiter in it and no quotation marks around it, or decimals are written with a comma \
     while commas separate the fields: export it with semicolons, or with decimal points"
}

fn missing_list(missing: &[MissingColumn]) -> String {
    let names = list(missing, |text, MissingColumn { name, similar }| {
        write!(text, "{name:?}")?;
        similar.iter().try_for_each(|similar| write!(text, " (is it {similar:?}?)"))
    });
    format!("{} {names}", if missing.len() == 1 { "column" } else { "columns" })
}

fn list<T>(items: &[T], mut write: impl FnMut(&mut String, &T) -> std::fmt::Result) -> String {
    const SHOWN: usize = 12;
    let mut text = String::new();
    for (index, item) in items.iter().take(SHOWN).enumerate() {
        text.push_str(if index == 0 { "" } else { ", " });
        // Writing to a String does not fail.
        let _ = write(&mut text, item);
    }
    if let Some(more) = items.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = write!(text, " and {more} more");
    }
    text
}

fn number_hint(found: &str) -> &'static str {
    let decimal_comma =
        found.contains(',') && number::parse::<f64>(found.replacen(',', ".", 1).as_bytes()).is_some();
    if decimal_comma { "; decimals are written with a point, not a comma" } else { "" }
}

fn settled_part(settled: &Option<(String, u64)>, comma: bool) -> String {
    let sign = if comma { "comma" } else { "point" };
    match settled {
        Some((found, line)) => format!("and {found:?} on line {line} behind a {sign}"),
        None => format!("and those before behind a {sign}, if they have any"),
    }
}

fn column_part(column: &Option<String>) -> String {
    column.as_ref().map(|column| format!(", column {column:?}")).unwrap_or_default()
}
