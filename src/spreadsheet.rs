//! Workbooks of spreadsheets (.xlsx, .xlsb, .xls, .ods): each sheet as the CSV text that [`crate::reading`] reads.
//!
//! The text has what the cells hold, not what they show: numbers with the fewest digits that mean the same, whatever the
//! cell's format rounds them to, and dates in ISO 8601. Its lines are the sheet's rows, by number.

use std::fmt::Write as _;
use std::io::Cursor;

use calamine::{
    Data, ExcelDateTime, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Sheets, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};

/// Why a workbook cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpreadsheetError {
    /// Its contents are encrypted.
    #[error("the workbook has a password; save it without one, or as CSV")]
    Password,
    /// It is none of the kinds that are read, or damaged.
    #[error("the workbook cannot be read: {0}; save it again, or as CSV")]
    Invalid(String),
    /// There is no sheet of this number.
    #[error("the workbook has {found} sheets, and none of number {index}")]
    NoSuchSheet {
        /// The number that was asked for, counted from 0.
        index: usize,
        /// How many there are.
        found: usize,
    },
}

impl SpreadsheetError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            SpreadsheetError::Password => "SPREADSHEET_PASSWORD",
            SpreadsheetError::Invalid(_) => "SPREADSHEET_INVALID",
            SpreadsheetError::NoSuchSheet { .. } => "INTERNAL",
        }
    }
}

/// A workbook, whose sheets are read one at a time.
pub struct Workbook {
    sheets: Sheets<Cursor<Vec<u8>>>,
    names: Vec<String>,
}

/// The first bytes of .xls, and of every workbook with a password.
const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

impl Workbook {
    /// Opens a workbook by its bytes.
    ///
    /// # Errors
    /// It has a password, is of another kind, or is damaged.
    pub fn open(bytes: Vec<u8>) -> Result<Workbook, SpreadsheetError> {
        let sheets = open(bytes)?;
        let shown = |sheet: &&calamine::Sheet| {
            sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
        };
        let names = sheets.sheets_metadata().iter().filter(shown).map(|sheet| sheet.name.clone()).collect();
        Ok(Workbook { sheets, names })
    }

    /// Names of the sheets that a person sees, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A sheet as CSV, by its index in [`Workbook::names`]; empty, if it has no cells.
    ///
    /// # Errors
    /// It is damaged.
    pub fn csv(&mut self, index: usize) -> Result<String, SpreadsheetError> {
        let Some(name) = self.names.get(index) else {
            return Err(SpreadsheetError::NoSuchSheet { index, found: self.names.len() });
        };
        let range = self.sheets.worksheet_range(name);
        range.map(|range| csv(&range)).map_err(|reason| SpreadsheetError::Invalid(reason.to_string()))
    }
}

fn open(bytes: Vec<u8>) -> Result<Sheets<Cursor<Vec<u8>>>, SpreadsheetError> {
    let compound = bytes.starts_with(COMPOUND_FILE);
    let cursor = Cursor::new(bytes);
    if compound {
        return match Xls::new(cursor.clone()) {
            Ok(book) => Ok(Sheets::Xls(book)),
            Err(XlsError::Password) => Err(SpreadsheetError::Password),
            // What is encrypted is wrapped in such a file, whatever it is inside.
            Err(reason) => match Xlsx::new(cursor) {
                Err(XlsxError::Password) => Err(SpreadsheetError::Password),
                _ => Err(SpreadsheetError::Invalid(reason.to_string())),
            },
        };
    }
    let reason = match Xlsx::new(cursor.clone()) {
        Ok(book) => return Ok(Sheets::Xlsx(book)),
        Err(XlsxError::Password) => return Err(SpreadsheetError::Password),
        Err(reason) => reason.to_string(),
    };
    match Xlsb::new(cursor.clone()) {
        Ok(book) => return Ok(Sheets::Xlsb(book)),
        Err(XlsbError::Password) => return Err(SpreadsheetError::Password),
        Err(_) => {}
    }
    match Ods::new(cursor) {
        Ok(book) => Ok(Sheets::Ods(book)),
        Err(OdsError::Password) => Err(SpreadsheetError::Password),
        Err(_) => Err(SpreadsheetError::Invalid(reason)),
    }
}

fn csv(range: &Range<Data>) -> String {
    let mut text = String::new();
    // The rows above the first cell, so that a line has the number of its row.
    let above = range.start().map_or(0, |(row, _)| row);
    text.extend((0..above).map(|_| '\n'));
    for row in range.rows() {
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                text.push(',');
            }
            push_cell(&mut text, cell);
        }
        text.push('\n');
    }
    text
}

fn push_cell(text: &mut String, cell: &Data) {
    // Writing to a `String` cannot fail.
    let _ = match cell {
        Data::Int(value) => write!(text, "{value}"),
        Data::Float(value) => write!(text, "{value}"),
        Data::Bool(value) => write!(text, "{}", if *value { "TRUE" } else { "FALSE" }),
        Data::Error(kind) => write!(text, "{kind}"),
        Data::DateTime(time) => push_time(text, time),
        Data::DateTimeIso(time) => write!(text, "{time}"),
        Data::DurationIso(duration) => match iso_duration(duration) {
            Some(seconds) => push_duration(text, seconds),
            None => write!(text, "{duration}"),
        },
        Data::String(words) => {
            push_words(text, words);
            Ok(())
        }
        Data::Empty => Ok(()),
    };
}

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// A date, a time of day or both, or else how long something took.
fn push_time(text: &mut String, time: &ExcelDateTime) -> std::fmt::Result {
    let days = time.as_f64();
    if time.is_duration() || days < 1.0 {
        return push_duration(text, days * DAY);
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    write!(text, "{year:04}-{month:02}-{day:02}")?;
    if (hour, minute, second, milli) != (0, 0, 0, 0) {
        write!(text, "T{hour:02}:{minute:02}:{second:02}")?;
        if milli != 0 {
            write!(text, ".{milli:03}")?;
        }
    }
    Ok(())
}

/// `hh:mm:ss`, with milliseconds where there are some, which is what such cells resolve.
fn push_duration(text: &mut String, seconds: f64) -> std::fmt::Result {
    let millis = (seconds.abs() * 1000.0).round();
    let whole = (millis / 1000.0).floor();
    let (hour, minute) = ((whole / 3600.0).floor(), (whole / 60.0).floor() % 60.0);
    let sign = if seconds < 0.0 && millis > 0.0 { "-" } else { "" };
    write!(text, "{sign}{hour:02}:{minute:02}:{:02}", whole % 60.0)?;
    match millis % 1000.0 {
        0.0 => Ok(()),
        milli => write!(text, ".{milli:03}"),
    }
}

/// The seconds of `PT12H59M02.4S`, as OpenDocument writes times of day.
fn iso_duration(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut rest = text.strip_prefix("PT")?;
    for (unit, worth) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((amount, after)) = rest.split_once(unit) {
            seconds += amount.parse::<f64>().ok()? * worth;
            rest = after;
        }
    }
    rest.is_empty().then_some(seconds)
}

/// A field of CSV, in quotes where it needs them.
fn push_words(text: &mut String, words: &str) {
    if !words.contains(['"', ',', '\r', '\n']) {
        text.push_str(words);
        return;
    }
    text.push('"');
    text.push_str(&words.replace('"', "\"\""));
    text.push('"');
}

#[cfg(target_arch = "wasm32")]
mod web {
    use js_sys::{Error, Reflect, Uint8Array};
    use wasm_bindgen::prelude::*;

    use super::{SpreadsheetError, Workbook};

    /// A workbook, whose sheets are read one at a time.
    #[wasm_bindgen]
    pub struct WebWorkbook {
        workbook: Workbook,
    }

    #[wasm_bindgen]
    impl WebWorkbook {
        /// Opens a workbook by its bytes.
        pub fn open(bytes: Vec<u8>) -> Result<WebWorkbook, Error> {
            let workbook = Workbook::open(bytes).map_err(|reason| error(&reason))?;
            Ok(WebWorkbook { workbook })
        }

        /// Names of the sheets that a person sees, in their order.
        pub fn names(&self) -> Vec<String> {
            self.workbook.names().to_vec()
        }

        /// A sheet as CSV in UTF-8, by its index among the names.
        pub fn csv(&mut self, index: usize) -> Result<Uint8Array, Error> {
            let text = self.workbook.csv(index).map_err(|reason| error(&reason))?;
            Ok(Uint8Array::from(text.as_bytes()))
        }
    }

    fn error(reason: &SpreadsheetError) -> Error {
        let error = Error::new(&reason.to_string());
        // Cannot fail: an error is neither frozen nor a proxy.
        let _ = Reflect::set(&error, &"code".into(), &reason.code().into());
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};

    fn shown(cell: &Data) -> String {
        let mut text = String::new();
        push_cell(&mut text, cell);
        text
    }

    #[test]
    fn a_cell_is_written_with_all_that_it_holds() {
        let time = |value, kind| Data::DateTime(ExcelDateTime::new(value, kind, false));
        let (moment, duration) = (ExcelDateTimeType::DateTime, ExcelDateTimeType::TimeDelta);
        for (cell, expected) in [
            (Data::Float(0.1 + 0.2), "0.30000000000000004"),
            (Data::Float(7.0), "7"),
            (Data::Float(1e-7), "0.0000001"),
            (Data::Int(-3), "-3"),
            (Data::String("a \"b\", c".into()), "\"a \"\"b\"\", c\""),
            (Data::String("walk".into()), "walk"),
            (Data::Bool(true), "TRUE"),
            (Data::Error(CellErrorType::NA), "#N/A"),
            (Data::Empty, ""),
            (time(45943.541, moment), "2025-10-13T12:59:02.400"),
            (time(45943.0, moment), "2025-10-13"),
            (time(0.5, moment), "12:00:00"),
            (time(1.25, duration), "30:00:00"),
            (Data::DateTimeIso("2025-10-13T12:59:02".into()), "2025-10-13T12:59:02"),
            (Data::DurationIso("PT12H59M02.5S".into()), "12:59:02.500"),
            (Data::DurationIso("P1D".into()), "P1D"),
        ] {
            assert_eq!(shown(&cell), expected);
        }
    }

    #[test]
    fn a_line_has_the_number_of_its_row() {
        let mut range = Range::new((2, 1), (3, 2));
        range.set_value((2, 1), Data::String("id".into()));
        range.set_value((3, 2), Data::Float(0.5));
        assert_eq!(csv(&range), "\n\nid,\n,0.5\n");
        assert_eq!(csv(&Range::empty()), "");
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        for bytes in [&b"PK\x03\x04 and then nothing"[..], COMPOUND_FILE, b""] {
            let error = Workbook::open(bytes.to_vec()).err().expect("no workbook");
            assert!(matches!(error, SpreadsheetError::Invalid(_)), "{error}");
        }
    }
}
