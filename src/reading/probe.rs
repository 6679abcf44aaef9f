//! Finds out how the numbers of a file are written, from its first rows.

use super::error::ReadError;
use super::layout::Layout;
use super::number_format::{Decimal, Evidence, evidence};
use super::options::ReadOptions;
use super::repairs::Repairs;
use super::row::Row;
use super::rows::Rows;
use super::values::{Format, Proof, Values};
use super::wanted::Wanted;

/// So much of a file is looked at, or kept until it is clear; whatever comes first.
const MAX_ROWS: u32 = 10_000;
const MAX_BYTES: usize = 1 << 20;
/// So much is looked at before it is read.
const SLICE: usize = 1 << 14;

/// Looks at the first rows of a file before they are read, until one of them leaves one reading only. Rows without a
/// sign that has two readings need not wait for that.
pub(super) struct Probe {
    rows: Rows,
    findings: Findings,
    seen: usize,
    held: Vec<u8>,
}

/// What the probe says of the bytes that it was shown.
enum Outcome {
    /// They read the same whatever is found out later.
    Clear,
    /// They have to wait, and were kept.
    Held,
    /// It is settled, for these bytes and for those that were kept.
    Settled(Values),
}

#[derive(Default)]
struct Findings {
    rows: u32,
    /// By column.
    columns: Vec<Column>,
    proof: Option<(Decimal, Proof)>,
    /// Whether a field has two readings.
    waits: bool,
}

/// What is known of a column's numbers.
#[derive(Clone, Copy, Default)]
struct Column {
    /// Fields that have two readings: with a point, with a comma.
    either: [bool; 2],
    /// Whole numbers of one to three digits.
    short: bool,
    /// Whole numbers of more digits without anything between the thousands.
    long: bool,
}

/// Why the rows are left.
enum Stop {
    Settled,
    /// The reader of the rows will find it, too.
    Error,
}

impl From<ReadError> for Stop {
    fn from(_: ReadError) -> Self {
        Stop::Error
    }
}

/// Shows bytes to a probe, as long as there is one, and hands out those that can be read, in their order; with the first
/// for which it is settled how numbers are written, that.
pub(super) fn settle<E>(
    probe: &mut Option<Probe>,
    mut bytes: &[u8],
    layout: &Layout,
    mut read: impl FnMut(Option<Values>, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    while let (Some(looking), false) = (&mut *probe, bytes.is_empty()) {
        let (slice, rest) = bytes.split_at(bytes.len().min(SLICE));
        match looking.look(slice, layout) {
            Outcome::Clear => read(None, slice)?,
            Outcome::Held => (),
            Outcome::Settled(values) => {
                let held = probe.take().map(Probe::into_held).unwrap_or_default();
                read(Some(values), &held)?;
                read(None, slice)?;
            }
        }
        bytes = rest;
    }
    read(None, bytes)
}

impl Probe {
    pub fn new(wanted: Vec<Wanted>, ignored: Vec<String>, options: &ReadOptions) -> Probe {
        let findings = Findings { columns: vec![Column::default(); wanted.len()], ..Findings::default() };
        Probe { rows: Rows::new(wanted, ignored, options), findings, seen: 0, held: Vec::new() }
    }

    /// Shows it the next bytes, at most a [`SLICE`] of them.
    fn look(&mut self, bytes: &[u8], layout: &Layout) -> Outcome {
        let Probe { rows, findings, .. } = self;
        let each = |row: Row<'_>, _: &mut Repairs| findings.look(&row, layout);
        let result = rows.feed(bytes, &mut Repairs::default(), each);
        self.seen += bytes.len();
        if result.is_err() || self.seen > MAX_BYTES {
            return Outcome::Settled(self.findings.values());
        }
        if self.findings.waits {
            self.held.extend_from_slice(bytes);
            return Outcome::Held;
        }
        Outcome::Clear
    }

    /// What is found at the end of the file.
    pub fn finish(&mut self, layout: &Layout) -> Values {
        let Probe { rows, findings, .. } = self;
        let each = |row: Row<'_>, _: &mut Repairs| findings.look(&row, layout);
        // What is wrong with the end is for the reader of the rows to say.
        let _ = rows.finish(&mut Repairs::default(), each);
        self.findings.values()
    }

    /// The bytes that were kept.
    pub fn into_held(self) -> Vec<u8> {
        self.held
    }
}

impl Findings {
    fn look(&mut self, row: &Row<'_>, layout: &Layout) -> Result<(), Stop> {
        if row.problem().is_some() {
            return Ok(());
        }
        for wanted in layout.time.into_iter().chain(layout.channels.clone()) {
            let field = row.field(wanted);
            let column = &mut self.columns[wanted];
            let proven = match evidence(field) {
                Evidence::None { digits } => {
                    column.short |= (1..=3).contains(&digits);
                    column.long |= digits > 3;
                    None
                }
                Evidence::Proof(decimal) => Some(decimal),
                Evidence::Either(sign) => {
                    self.waits = true;
                    column.either[usize::from(sign == Decimal::Comma)] = true;
                    None
                }
            };
            // Who writes 1234 does not write 1,234 for it in the same column.
            let long = column.long && column.either != [false; 2];
            let long = long.then_some(if column.either[0] { Decimal::Point } else { Decimal::Comma });
            if let Some(decimal) = proven.or(long) {
                let field = String::from_utf8_lossy(field).into_owned();
                self.proof = Some((decimal, Proof { line: row.line, field }));
                return Err(Stop::Settled);
            }
        }
        self.rows += 1;
        if self.rows == MAX_ROWS { Err(Stop::Settled) } else { Ok(()) }
    }

    fn values(&self) -> Values {
        if let Some((decimal, proof)) = &self.proof {
            return Values::new(Format::Settled(*decimal), Some(proof.clone()));
        }
        // 9.807 beside 10.125 are decimals; beside 980, which would have been 980.000, they may be thousands.
        let unclear = |column: &Column| column.either[1] || column.either[0] && column.short;
        let format = match self.columns.iter().any(unclear) {
            true => Format::Unsettled,
            false => Format::Settled(Decimal::Point),
        };
        Values::new(format, None)
    }
}
