//! Fields that are not as computers write numbers: read if they have one meaning.

use super::error::{ReadError, excerpt};
use super::layout::Layout;
use super::missing::is_missing;
use super::number_format::{Decimal, Evidence, Spelling, evidence, is_infinite};
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::row::Row;
use crate::number::{self, Number};
use crate::sampling::{TimeFormat, TimeKind};

/// How the numbers of a file are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub format: Format,
    /// The field that settled it.
    pub proof: Option<Proof>,
    /// None until the first row.
    times: Option<TimeFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Settled(Decimal),
    /// There are fields with two readings, and none that settles which.
    Unsettled,
}

impl Default for Format {
    fn default() -> Self {
        Format::Settled(Decimal::Point)
    }
}

/// A field that leaves one reading only.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Proof {
    pub line: u64,
    pub field: String,
}

impl Values {
    pub fn new(format: Format, proof: Option<Proof>) -> Values {
        Values { format, proof, times: None }
    }

    /// The sign that decimals are behind, as far as it is known.
    pub fn decimal(&self) -> Decimal {
        match self.format {
            Format::Settled(decimal) => decimal,
            Format::Unsettled => Decimal::Point,
        }
    }

    /// A number, or none where it is missing.
    ///
    /// # Errors
    /// It is infinite, or as [`Values::plain`].
    #[cold]
    pub fn number<T: Number>(
        &self,
        row: &Row<'_>,
        wanted: usize,
        repairs: &mut Repairs,
    ) -> Result<Option<T>, ReadError> {
        let (line, field) = (row.line, row.field(wanted));
        let text = String::from_utf8_lossy(field);
        if is_missing(&text) {
            return Ok(None);
        }
        let not_finite = || ReadError::NotFinite { line, column: row.column(wanted), found: excerpt(field) };
        if is_infinite(&text) {
            return Err(not_finite());
        }
        let plain = self.plain(row, wanted, repairs)?;
        let number = number::parse::<T>(plain.as_bytes()).filter(|number| T::into(*number).is_finite());
        number.map(Some).ok_or_else(not_finite)
    }

    /// A number as computers write it.
    ///
    /// # Errors
    /// It is no number, it contradicts what settled how numbers are written, or it has two readings.
    pub fn plain(&self, row: &Row<'_>, wanted: usize, repairs: &mut Repairs) -> Result<String, ReadError> {
        let (line, column) = (row.line, || row.column(wanted));
        let field = row.field(wanted);
        let not_a_number = || ReadError::NotANumber { line, column: column(), found: excerpt(field) };
        let text = str::from_utf8(field).map_err(|_| not_a_number())?;
        let spelling = Spelling::of(text).ok_or_else(not_a_number)?;
        if self.format == Format::Unsettled && matches!(evidence(field), Evidence::Either(_)) {
            return Err(self.ambiguous(row, wanted));
        }
        let Some((plain, unusual)) = spelling.plain(self.decimal()) else {
            return Err(match spelling.plain(self.decimal().other()) {
                Some(_) => ReadError::MixedDecimals {
                    line,
                    column: column(),
                    found: excerpt(field),
                    settled: self.proof.as_ref().map(|proof| (proof.field.clone(), proof.line)),
                    comma: self.decimal() == Decimal::Comma,
                },
                None => not_a_number(),
            });
        };
        for (is, kind) in [
            (unusual.invisible, RepairKind::InvisibleCharacters),
            (unusual.spreadsheet_text, RepairKind::SpreadsheetText),
            (unusual.sign, RepairKind::TypographicSign),
            (unusual.thousands, RepairKind::Thousands),
            (unusual.exponent, RepairKind::FortranExponent),
        ] {
            if is {
                repairs.note(kind, line, || excerpt(field))?;
            }
        }
        Ok(plain)
    }

    /// A time, or NaN where it is missing.
    ///
    /// # Errors
    /// It is none, or is written in another way than those before.
    pub fn time<const SIGN: u8>(
        &mut self,
        row: &Row<'_>,
        wanted: usize,
        repairs: &mut Repairs,
    ) -> Result<f64, ReadError> {
        let (line, field) = (row.line, row.field(wanted));
        let times = self.times.get_or_insert_with(|| TimeFormat::new(&row.column(wanted)));
        let written = times.written_as();
        let read = times.read(field, line, number::parse_with::<f64, SIGN>);
        if let Ok(time) = read {
            if times.written_as() != written {
                let way = times.written_as().unwrap_or_default();
                repairs
                    .note(RepairKind::TimesAsText, line, || format!("{way}, as in {:?}", excerpt(field)))?;
            }
            return Ok(time);
        }
        self.unusual_time(row, wanted, repairs)
    }

    #[cold]
    fn unusual_time(
        &mut self,
        row: &Row<'_>,
        wanted: usize,
        repairs: &mut Repairs,
    ) -> Result<f64, ReadError> {
        let (line, field) = (row.line, row.field(wanted));
        // As a number in another spelling; that is read with what was settled about times.
        match self.number::<f64>(row, wanted, repairs) {
            Ok(None) => Ok(f64::NAN),
            Ok(Some(number)) => {
                let times = self.times.get_or_insert_with(|| TimeFormat::new(&row.column(wanted)));
                times.read(field, line, |_| Some(number)).map_err(|reason| ReadError::Time {
                    line,
                    column: row.column(wanted),
                    reason: Box::new(reason),
                })
            }
            Err(
                error @ (ReadError::Strict { .. }
                | ReadError::NotFinite { .. }
                | ReadError::MixedDecimals { .. }),
            ) => Err(error),
            Err(_) => {
                let times = self.times.get_or_insert_with(|| TimeFormat::new(&row.column(wanted)));
                let reason = times.read(field, line, |_| None);
                reason.map_err(|reason| ReadError::Time {
                    line,
                    column: row.column(wanted),
                    reason: Box::new(reason),
                })
            }
        }
    }

    /// What the times read so far count.
    pub fn time_kind(&self) -> TimeKind {
        self.times.as_ref().map_or(TimeKind::Rows, TimeFormat::kind)
    }

    /// Counts the fields of a row whose decimals are behind a comma.
    ///
    /// # Errors
    /// Nothing may be put right.
    pub fn note_commas(
        &self,
        row: &Row<'_>,
        layout: &Layout,
        repairs: &mut Repairs,
    ) -> Result<(), ReadError> {
        let numbers = layout.time.into_iter().chain(layout.channels.clone()).map(|wanted| row.field(wanted));
        let mut commas = numbers.filter(|field| field.contains(&b','));
        let Some(first) = commas.next() else { return Ok(()) };
        let count = 1 + commas.count() as u64;
        repairs.note_many(RepairKind::DecimalComma, count, row.line, || excerpt(first))
    }

    /// That no field of a row has two readings; only where that is not settled.
    ///
    /// # Errors
    /// One has.
    pub fn expect_clear(&self, row: &Row<'_>, layout: &Layout) -> Result<(), ReadError> {
        if self.format == Format::Unsettled {
            for wanted in layout.time.into_iter().chain(layout.channels.clone()) {
                if let Evidence::Either(_) = evidence(row.field(wanted)) {
                    return Err(self.ambiguous(row, wanted));
                }
            }
        }
        Ok(())
    }

    fn ambiguous(&self, row: &Row<'_>, wanted: usize) -> ReadError {
        let field = row.field(wanted);
        let text = String::from_utf8_lossy(field);
        let reading = |decimal| {
            let plain = Spelling::of(&text).and_then(|spelling| spelling.plain(decimal));
            plain.map_or_else(String::new, |(plain, _)| plain)
        };
        ReadError::AmbiguousNumber {
            line: row.line,
            column: row.column(wanted),
            found: excerpt(field),
            readings: [Decimal::Point, Decimal::Comma].map(reading),
        }
    }
}
