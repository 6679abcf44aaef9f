//! Fields and quotation marks: where a row ends, and what its fields are.
//!
//! A quotation mark opens a quoted field only where a field starts, spaces aside; two of them in it are one; after the
//! one that closes it, what follows up to the delimiter belongs to the field.

/// What separates fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// One byte.
    Byte(u8),
    /// Any number of spaces and tabs; those at the ends of a row are none.
    Spaces,
}

impl Delimiter {
    pub fn is(self, byte: u8) -> bool {
        match self {
            Delimiter::Byte(delimiter) => byte == delimiter,
            Delimiter::Spaces => matches!(byte, b' ' | b'\t'),
        }
    }
}

/// The byte that ends a text for DOS.
pub(super) const CTRL_Z: u8 = 0x1a;

/// Whether a byte ends a row outside of quotes: a line end, or what a loss of power or a DOS program leaves.
pub(super) fn ends_row(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0 | CTRL_Z)
}

/// Looks for the end of a row that may come in pieces.
#[derive(Clone, Copy)]
pub(super) struct Scan {
    /// Bytes of the row that were looked at.
    pub at: usize,
    state: State,
}

/// Where the last byte left off.
#[derive(Clone, Copy, PartialEq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quotation mark in a quoted field: closed, unless another follows.
    Closed,
}

/// Where a [`Scan`] halts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Halt {
    /// At the row's terminator, which has this index.
    End(usize),
    /// At a line end inside of quotes, which has this index.
    Inside(usize),
}

impl Scan {
    pub fn new() -> Scan {
        Scan { at: 0, state: State::FieldStart }
    }

    /// Whether a quotation mark is open.
    pub fn is_quoted(&self) -> bool {
        self.state == State::Quoted
    }

    /// Goes on in the bytes of a row, of which the first [`Scan::at`] were looked at, to the next halt.
    pub fn next(&mut self, row: &[u8], delimiter: Delimiter) -> Option<Halt> {
        while let Some(&byte) = row.get(self.at) {
            if self.state == State::Quoted {
                match byte {
                    b'"' => self.state = State::Closed,
                    b'\n' | b'\r' => {
                        self.at += 1;
                        return Some(Halt::Inside(self.at - 1));
                    }
                    0 => return Some(Halt::End(self.at)),
                    _ => {}
                }
            } else if ends_row(byte) {
                return Some(Halt::End(self.at));
            } else {
                self.state = match (self.state, byte) {
                    (State::FieldStart | State::Closed, b'"') => State::Quoted,
                    (_, byte) if delimiter.is(byte) => State::FieldStart,
                    (State::FieldStart, b' ') => State::FieldStart,
                    _ => State::Plain,
                };
            }
            self.at += 1;
        }
        None
    }
}

/// The fields of a row.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    /// Their content.
    pub bytes: &'a [u8],
    /// End of each in the content.
    pub ends: &'a [usize],
    /// Bytes between one and the next.
    pub gap: usize,
    /// Whether those that start with a quotation mark also end in one, and neither is part of them.
    pub quoted: bool,
}

impl<'a> Fields<'a> {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field of an index, empty if there is none.
    #[inline(always)]
    pub fn get(&self, index: usize) -> &'a [u8] {
        let Some(&end) = self.ends.get(index) else { return b"" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] + self.gap };
        let field = &self.bytes[start..end];
        match field {
            [b'"', inner @ .., b'"'] if self.quoted => inner,
            field => field,
        }
    }
}

/// The fields of one row, taken apart.
#[derive(Default)]
pub(super) struct Splitter {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    is_odd: bool,
    stray: Option<usize>,
}

impl Splitter {
    pub fn fields(&self) -> Fields<'_> {
        Fields { bytes: &self.bytes, ends: &self.ends, gap: 0, quoted: false }
    }

    /// Whether something stood between a closing quotation mark and the delimiter.
    pub fn is_odd(&self) -> bool {
        self.is_odd
    }

    /// Takes a row without its terminator apart.
    pub fn split(&mut self, row: &[u8], delimiter: Delimiter) {
        self.split_by(row, delimiter, |_| true);
    }

    /// The field with a quotation mark that somebody typed.
    pub fn stray(&self) -> Option<usize> {
        self.stray
    }

    /// As [`Splitter::split`], but a quotation mark that is not closed before the next one opens, or not right before
    /// a delimiter, is one that somebody typed, and no part of the field.
    pub fn split_literally(&mut self, row: &[u8], delimiter: Delimiter) {
        self.split_by(row, delimiter, |rest| {
            let mut at = 0;
            while let Some(mark) = rest[at..].iter().position(|byte| *byte == b'"') {
                at += mark + 1;
                match rest.get(at) {
                    None => return true,
                    Some(b'"') => at += 1,
                    Some(byte) => return delimiter.is(*byte),
                }
            }
            false
        });
    }

    /// `opens` says of what follows a quotation mark at the start of a field whether it opens a quoted field.
    fn split_by(&mut self, row: &[u8], delimiter: Delimiter, opens: impl Fn(&[u8]) -> bool) {
        self.bytes.clear();
        self.ends.clear();
        self.is_odd = false;
        self.stray = None;
        let row = if delimiter == Delimiter::Spaces { row.trim_ascii() } else { row };
        let mut state = State::FieldStart;
        for (index, &byte) in row.iter().enumerate() {
            state = match (state, byte) {
                (State::Quoted, b'"') => State::Closed,
                (State::Closed, b'"') => {
                    self.bytes.push(byte);
                    State::Quoted
                }
                (State::FieldStart, b'"') if !opens(&row[index + 1..]) => {
                    self.stray = Some(self.ends.len());
                    State::Plain
                }
                (State::FieldStart, b'"') => {
                    // The spaces before it.
                    self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
                    State::Quoted
                }
                (State::FieldStart | State::Plain | State::Closed, byte) if delimiter.is(byte) => {
                    // One of a run of spaces ends no field, except after an empty quoted one.
                    let run = delimiter == Delimiter::Spaces && state == State::FieldStart;
                    if !run {
                        self.ends.push(self.bytes.len());
                    }
                    State::FieldStart
                }
                (state, byte) => {
                    self.bytes.push(byte);
                    self.is_odd |= state == State::Closed && byte != b' ';
                    match (state, byte) {
                        (State::Quoted, _) => State::Quoted,
                        (State::FieldStart, b' ') => State::FieldStart,
                        _ => State::Plain,
                    }
                }
            };
        }
        self.ends.push(self.bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(row: &str, delimiter: Delimiter, literally: bool) -> Vec<String> {
        let mut splitter = Splitter::default();
        if literally {
            splitter.split_literally(row.as_bytes(), delimiter);
        } else {
            splitter.split(row.as_bytes(), delimiter);
        }
        let fields = splitter.fields();
        (0..fields.len()).map(|index| String::from_utf8_lossy(fields.get(index)).into_owned()).collect()
    }

    #[test]
    fn fields() {
        let comma = Delimiter::Byte(b',');
        let fields = |row| split(row, comma, false);
        assert_eq!(fields(""), [""]);
        assert_eq!(fields("a,,"), ["a", "", ""]);
        assert_eq!(fields("\"a,\"\"b\"\"\",c"), ["a,\"b\"", "c"]);
        assert_eq!(fields("a, \"b,c\" ,d"), ["a", "b,c ", "d"]);
        assert_eq!(fields("5\" pipe,\"x\"y"), ["5\" pipe", "xy"]);
        assert_eq!(split("  a \t b \"c d\"  ", Delimiter::Spaces, false), ["a", "b", "c d"]);
    }

    #[test]
    fn stray_quotation_marks() {
        let literally = |row| split(row, Delimiter::Byte(b','), true);
        assert_eq!(literally("1,\"lost balance"), ["1", "lost balance"]);
        assert_eq!(literally("1,\"lost balance,0.5,\"ok\""), ["1", "lost balance", "0.5", "ok"]);
        assert_eq!(literally("\"a,b\",\"c"), ["a,b", "c"]);
        assert_eq!(literally("\"a \"\"b\"\", c\",2"), ["a \"b\", c", "2"]);
    }

    #[test]
    fn rows_in_pieces() {
        let row = b"1,\"a\nb\"\"\",c\r\n";
        for size in 1..row.len() {
            let mut scan = Scan::new();
            let mut halts = Vec::new();
            for end in (0..row.len()).step_by(size).chain([row.len()]) {
                while let Some(halt) = scan.next(&row[..end], Delimiter::Byte(b',')) {
                    halts.push(halt);
                    if matches!(halt, Halt::End(_)) {
                        break;
                    }
                }
                if matches!(halts.last(), Some(Halt::End(_))) {
                    break;
                }
            }
            assert_eq!(halts, [Halt::Inside(4), Halt::End(11)], "{size}");
        }
    }
}
