//! The bytes of a file as UTF-8.
//!
//! UTF-16 and UTF-32 are known by their mark or by where their NUL bytes are, and decoded as they come. Any other text
//! passes as it is: the bytes that a table is made of are the same in UTF-8 and in Windows-1252, so which of the two it
//! is matters only for the few texts that are looked at, and is told by them ([`Seen`]).

mod decoder;
mod invisible;
mod seen;
mod utf32;

pub(super) use self::invisible::{is_invisible, trim};
pub(super) use self::seen::{Seen, decode};

use self::decoder::Decoder;
use self::utf32::Utf32;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Bytes that tell one encoding from another.
const ENOUGH: usize = 64;

/// Decodes a file that comes in pieces.
pub(super) struct Text {
    state: State,
    /// What came before the encoding was known.
    held: Vec<u8>,
    decoded: Vec<u8>,
}

enum State {
    Unknown,
    Plain,
    Utf16(Decoder),
    Utf32(Utf32),
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Encoding {
    Plain,
    Utf16 { big_endian: bool },
    Utf32 { big_endian: bool },
}

impl Text {
    pub fn new() -> Text {
        Text { state: State::Unknown, held: Vec::new(), decoded: Vec::new() }
    }

    /// The next bytes of the file as UTF-8, and once, what they are decoded from. Text that needs no decoding is not
    /// copied.
    pub fn feed<'a>(&'a mut self, bytes: &'a [u8]) -> (&'a [u8], Option<&'static str>) {
        match &mut self.state {
            State::Plain => return (bytes, None),
            State::Unknown => {
                self.held.extend_from_slice(bytes);
                return if is_enough(&self.held) { self.start() } else { (b"", None) };
            }
            State::Utf16(decoder) => decoder.decode(bytes, &mut self.decoded),
            State::Utf32(decoder) => decoder.decode(bytes, &mut self.decoded),
        }
        (&self.decoded, None)
    }

    /// What is left at the end of the file. Half a character is not: the row that it is in is cut.
    pub fn finish(&mut self) -> (&[u8], Option<&'static str>) {
        if matches!(self.state, State::Unknown) { self.start() } else { (b"", None) }
    }

    fn start(&mut self) -> (&[u8], Option<&'static str>) {
        let (encoding, mark) = detect(&self.held);
        let text = &self.held[mark..];
        match encoding {
            Encoding::Plain => {
                self.state = State::Plain;
                (text, None)
            }
            Encoding::Utf16 { big_endian } => {
                let mut decoder = Decoder::utf16(big_endian);
                decoder.decode(text, &mut self.decoded);
                self.state = State::Utf16(decoder);
                (&self.decoded, Some("UTF-16"))
            }
            Encoding::Utf32 { big_endian } => {
                let mut decoder = Utf32::new(big_endian);
                decoder.decode(text, &mut self.decoded);
                self.state = State::Utf32(decoder);
                (&self.decoded, Some("UTF-32"))
            }
        }
    }
}

/// Whether the start of a file tells its encoding: at once, if it is plain text.
fn is_enough(start: &[u8]) -> bool {
    start.len() >= ENOUGH || starts_plain(start)
}

fn starts_plain(start: &[u8]) -> bool {
    start.len() >= 4 && start[..4].iter().all(|byte| is_ascii_text(*byte))
}

fn is_ascii_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// The encoding of a file with this start, and the length of its mark.
fn detect(start: &[u8]) -> (Encoding, usize) {
    match start {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Plain, BYTE_ORDER_MARK.len()),
        [0xff, 0xfe, 0, 0, ..] => (Encoding::Utf32 { big_endian: false }, 4),
        [0, 0, 0xfe, 0xff, ..] => (Encoding::Utf32 { big_endian: true }, 4),
        [0xff, 0xfe, ..] => (Encoding::Utf16 { big_endian: false }, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16 { big_endian: true }, 2),
        start if starts_plain(start) => (Encoding::Plain, 0),
        _ => (unmarked(&start[..start.len().min(ENOUGH)]), 0),
    }
}

/// The encoding by the NUL bytes that letters, digits and delimiters have in it.
fn unmarked(start: &[u8]) -> Encoding {
    let quads = start.as_chunks::<4>().0;
    let pairs = start.as_chunks::<2>().0;
    for big_endian in [false, true] {
        let unit = |[a, b, c, d]: &[u8; 4]| if big_endian { [*d, *c, *b, *a] } else { [*a, *b, *c, *d] };
        if is_mostly_ascii(quads.iter().map(unit)) {
            return Encoding::Utf32 { big_endian };
        }
    }
    for big_endian in [false, true] {
        let unit =
            |pair: &[u8; 2]| if big_endian { [pair[1], pair[0], 0, 0] } else { [pair[0], pair[1], 0, 0] };
        if is_mostly_ascii(pairs.iter().map(unit)) {
            return Encoding::Utf16 { big_endian };
        }
    }
    Encoding::Plain
}

/// Whether a good part of some characters, in UTF-32 with the lowest byte first, are ASCII, as digits and delimiters are
/// in any script, and none is a control character.
fn is_mostly_ascii(letters: impl Iterator<Item = [u8; 4]>) -> bool {
    let (mut ascii, mut all) = (0, 0);
    for letter in letters {
        all += 1;
        match letter {
            [low, 0, 0, 0] if is_ascii_text(low) => ascii += 1,
            [..0x20, 0, 0, 0] => return false,
            [_, _, 0..=0x10, 0] => {}
            _ => return false,
        }
    }
    4 * ascii > all
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "id;höhe;µ\r\n1;2;\u{1f40e}\r\n";

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn utf32(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes =
            |c: char| if big_endian { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() };
        text.chars().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_with_and_without_a_mark_in_any_pieces() {
        let long = TEXT.repeat(20);
        let cyrillic = "имя;id;a\nx;1;2\n";
        for text in [TEXT, &long, cyrillic] {
            let marked = format!("\u{feff}{text}");
            let files = [false, true].into_iter().flat_map(|big_endian| {
                [text, &marked].map(|text| [utf16(text, big_endian), utf32(text, big_endian)])
            });
            let plain = [text.as_bytes().to_vec(), marked.as_bytes().to_vec()];
            for file in files.flatten().chain(plain) {
                for size in [1, 2, 3, 7, file.len()] {
                    let mut reader = Text::new();
                    let mut decoded = Vec::new();
                    for piece in file.chunks(size) {
                        decoded.extend_from_slice(reader.feed(piece).0);
                    }
                    decoded.extend_from_slice(reader.finish().0);
                    assert_eq!(str::from_utf8(&decoded), Ok(text), "{file:?} in pieces of {size}");
                }
            }
        }
    }

    #[test]
    fn nul_bytes_alone_are_no_encoding() {
        assert_eq!(unmarked(&[0; 64]), Encoding::Plain);
        assert_eq!(unmarked(b"id,a\n1,2\0\0\0\0\0\0\0\0"), Encoding::Plain);
        assert_eq!(unmarked(b""), Encoding::Plain);
        assert_eq!(unmarked(b"a"), Encoding::Plain);
        assert_eq!(unmarked(b"PK\x03\x04\x14\0\x06\0\x08\0"), Encoding::Plain);
        assert_eq!(unmarked("id,時間,角度\n".as_bytes()), Encoding::Plain);
    }

    #[test]
    fn what_is_no_character_is_a_replacement_character() {
        let lone = [&utf16("id,", false)[..], &[0, 0xd8], &utf16("x\n", false)].concat();
        let mut reader = Text::new();
        reader.feed(&lone);
        assert_eq!(reader.finish().0, "id,\u{fffd}x\n".as_bytes());
        let mut reader = Text::new();
        reader.feed(&[&utf32("\u{feff}id,", true)[..], &[0, 0x11, 0, 0]].concat());
        assert_eq!(reader.finish().0, "id,\u{fffd}".as_bytes());
    }
}
