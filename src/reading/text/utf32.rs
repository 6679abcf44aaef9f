//! UTF-32, which no browser decodes.

/// Decodes UTF-32 that comes in pieces.
pub(super) struct Utf32 {
    big_endian: bool,
    /// The start of a unit that was cut.
    held: [u8; 4],
    count: usize,
}

impl Utf32 {
    pub fn new(big_endian: bool) -> Utf32 {
        Utf32 { big_endian, held: [0; 4], count: 0 }
    }

    /// Replaces what is in `into` by the text of the next bytes.
    pub fn decode(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
        into.clear();
        for byte in bytes {
            self.held[self.count] = *byte;
            self.count = (self.count + 1) % 4;
            if self.count == 0 {
                let unit = match self.big_endian {
                    true => u32::from_be_bytes(self.held),
                    false => u32::from_le_bytes(self.held),
                };
                let letter = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                into.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}
