//! How the numbers of a file are written, for readers of other files than those with recordings.

use std::borrow::Cow;
use std::convert::Infallible;
use std::ops::Range;

use super::error::ReadError;
use super::layout::Layout;
use super::number_format::{Decimal, Evidence, evidence};
use super::options::ReadOptions;
use super::probe::{self, Probe};
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::row::Row;
use super::values::{Format, Values};
use super::wanted::{Role, Wanted};
use crate::number::{self, Number};

/// How the numbers of one file are written, which is settled as [`Reader`](super::Reader) does: by the first rows that
/// leave one reading only.
pub struct Numbers {
    layout: Layout,
    /// Until it is settled.
    probe: Option<Probe>,
    values: Values,
}

impl Numbers {
    /// For the rows of a file with the `wanted` columns, of which those that are channels stand side by side.
    pub fn new(wanted: &[Wanted], options: &ReadOptions) -> Numbers {
        let of =
            |role| wanted.iter().enumerate().filter(move |(_, one)| one.role == role).map(|(index, _)| index);
        let first = of(Role::Channel).next().unwrap_or(wanted.len());
        let none: Range<usize> = wanted.len()..wanted.len();
        let layout = Layout {
            keys: none.clone(),
            time: of(Role::Time).next(),
            channels: first..first + of(Role::Channel).count(),
            categories: none.clone(),
            words: none,
        };
        let probe = Some(Probe::new(wanted.to_vec(), Vec::new(), options));
        Numbers { layout, probe, values: Values::default() }
    }

    /// Takes the next bytes of the file; returns those that can be read now.
    pub fn settle<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.probe.is_none() {
            return Cow::Borrowed(bytes);
        }
        let Numbers { layout, probe, values } = self;
        let mut ready = Vec::new();
        let Ok(()) = probe::settle(probe, bytes, layout, |settled, bytes| {
            if let Some(settled) = settled {
                *values = settled;
            }
            ready.extend_from_slice(bytes);
            Ok::<(), Infallible>(())
        });
        Cow::Owned(ready)
    }

    /// Takes the end of the file; returns the bytes that could not be read before.
    pub fn finish(&mut self) -> Vec<u8> {
        let Some(mut probe) = self.probe.take() else { return Vec::new() };
        self.values = probe.finish(&self.layout);
        probe.into_held()
    }

    /// A number, or none where it is missing.
    ///
    /// # Errors
    /// It is none, is infinite, contradicts what settled how numbers are written, or has two readings.
    pub fn number<T: Number>(
        &self,
        row: &Row<'_>,
        wanted: usize,
        repairs: &mut Repairs,
    ) -> Result<Option<T>, ReadError> {
        let field = row.field(wanted);
        let plain = match self.values.format {
            Format::Settled(Decimal::Point) => number::parse_with::<T, b'.'>(field),
            Format::Settled(Decimal::Comma) => number::parse_with::<T, b','>(field),
            Format::Unsettled if matches!(evidence(field), Evidence::Either(_)) => None,
            Format::Unsettled => number::parse_with::<T, b'.'>(field),
        };
        let number = match plain.filter(|number| T::into(*number).is_finite()) {
            Some(number) => Some(number),
            None => self.values.number(row, wanted, repairs)?,
        };
        self.note_comma(row, wanted, repairs)?;
        Ok(number)
    }

    /// A time, or NaN where it is missing.
    ///
    /// # Errors
    /// It is none, or is written in another way than those before.
    pub fn time(&mut self, row: &Row<'_>, wanted: usize, repairs: &mut Repairs) -> Result<f64, ReadError> {
        let time = match self.values.decimal() {
            Decimal::Point => self.values.time::<b'.'>(row, wanted, repairs),
            Decimal::Comma => self.values.time::<b','>(row, wanted, repairs),
        }?;
        self.note_comma(row, wanted, repairs)?;
        Ok(time)
    }

    fn note_comma(&self, row: &Row<'_>, wanted: usize, repairs: &mut Repairs) -> Result<(), ReadError> {
        match self.values.decimal() == Decimal::Comma && row.field(wanted).contains(&b',') {
            true => repairs.note(RepairKind::DecimalComma, row.line, || row.excerpt(wanted)),
            false => Ok(()),
        }
    }
}
