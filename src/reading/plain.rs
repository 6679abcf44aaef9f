//! Plain rows, which need no copy: whole in their chunk and without a quotation mark, as nearly all rows are.

use super::quotes::CTRL_Z;

/// Bytes that are compared at once.
const BLOCK: usize = 64;

/// Finds the fields of the row at the start of `input`: their ends in `ends`, which has an entry for each. Returns
/// the index of its line terminator.
///
/// None if the row is not plain: it has a quotation mark, a NUL byte or another number of fields, is not whole, or is
/// longer than `limit` bytes.
pub(super) fn split(input: &[u8], delimiter: u8, limit: usize, ends: &mut [usize]) -> Option<usize> {
    let input = &input[..input.len().min(limit)];
    let (blocks, tail) = input.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    let mut ends = ends.iter_mut();
    for (block, start) in blocks.iter().chain([&last]).zip((0..).step_by(BLOCK)) {
        let mut found = special_bytes(block, delimiter);
        while found != 0 {
            let index = found.trailing_zeros() as usize;
            found &= found - 1;
            let byte = block[index];
            if byte == delimiter {
                *ends.next()? = start + index;
                continue;
            }
            match byte {
                b'\n' | b'\r' => {
                    *ends.next()? = start + index;
                    return ends.next().is_none().then_some(start + index);
                }
                b'"' | 0 | CTRL_Z => return None,
                _ => {}
            }
        }
    }
    None
}

/// As [`split`], of a row in which fields may stand in quotation marks from their first byte to their last, with none
/// in between and no line end.
pub(super) fn split_quoted(input: &[u8], delimiter: u8, limit: usize, ends: &mut [usize]) -> Option<usize> {
    let input = &input[..input.len().min(limit)];
    let (blocks, tail) = input.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    let mut ends = ends.iter_mut();
    let (mut field, mut is_open) = (0, false);
    for (block, start) in blocks.iter().chain([&last]).zip((0..).step_by(BLOCK)) {
        let mut found = special_bytes(block, delimiter);
        while found != 0 {
            let index = start + found.trailing_zeros() as usize;
            found &= found - 1;
            let byte = *input.get(index)?;
            match byte {
                b'"' if is_open => {
                    let next = *input.get(index + 1)?;
                    if next != delimiter && !matches!(next, b'\n' | b'\r') {
                        return None;
                    }
                    is_open = false;
                }
                b'"' if index == field => is_open = true,
                b'"' => return None,
                byte if byte == delimiter && !is_open => {
                    *ends.next()? = index;
                    field = index + 1;
                }
                b'\n' | b'\r' if !is_open => {
                    *ends.next()? = index;
                    return ends.next().is_none().then_some(index);
                }
                b'\n' | b'\r' | 0 | CTRL_Z => return None,
                _ => {}
            }
        }
    }
    None
}

/// Bit `i` says whether byte `i` is the delimiter, a quotation mark or a control character, as line ends are.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn special_bytes(block: &[u8; BLOCK], delimiter: u8) -> u64 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128_load, v128_or};

    block.as_chunks::<16>().0.iter().rev().fold(0, |bits, sixteen| {
        // SAFETY: `sixteen` is valid for reads of 16 bytes; the instruction takes any alignment.
        let bytes = unsafe { v128_load(sixteen.as_ptr().cast()) };
        let are = |byte| u8x16_eq(bytes, u8x16_splat(byte));
        let special = v128_or(v128_or(are(delimiter), are(b'"')), u8x16_lt(bytes, u8x16_splat(b' ')));
        bits << 16 | u64::from(u8x16_bitmask(special))
    })
}

/// Bit `i` says whether byte `i` is the delimiter, a quotation mark or a control character, as line ends are.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn special_bytes(block: &[u8; BLOCK], delimiter: u8) -> u64 {
    const LOW_BITS: u64 = u64::from_le_bytes([0x7f; 8]);
    // Bits of which control characters have none.
    const PRINTED: u64 = u64::from_le_bytes([0xe0; 8]);
    // Multiplied with a word that holds one bit in the lowest position of each byte, it gathers the eight bits in the
    // top byte of the product.
    const GATHER: u64 = 0x0102_0408_1020_4080;

    block.as_chunks::<8>().0.iter().rev().fold(0, |bits, eight| {
        let bytes = u64::from_le_bytes(*eight);
        // The top bit of each byte stays clear where it is zero.
        let is_set = |bytes: u64| ((bytes & LOW_BITS) + LOW_BITS) | bytes;
        let differ = |byte| is_set(bytes ^ u64::from_le_bytes([byte; 8]));
        let special = !(differ(delimiter) & differ(b'"') & is_set(bytes & PRINTED) | LOW_BITS);
        bits << 8 | (special >> 7).wrapping_mul(GATHER) >> 56
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_apart() {
        for delimiter in [b',', b';', b'\t'] {
            for (byte, other) in (0..=u8::MAX).flat_map(|byte| [(byte, 0), (byte, b'\n'), (byte, byte ^ 1)]) {
                let block = std::array::from_fn(|index| if index % 3 == 0 { byte } else { other });
                let special = |byte: u8| byte < b' ' || [delimiter, b'"'].contains(&byte);
                let bits = (0..BLOCK).fold(0, |bits, index| bits | u64::from(special(block[index])) << index);
                assert_eq!(special_bytes(&block, delimiter), bits, "{byte:#x} and {other:#x}");
            }
        }
    }

    #[test]
    fn quoted_fields() {
        let mut ends = [0; 3];
        let row = format!("\"a,b\",{},\"\"\r\n", "x".repeat(100));
        assert_eq!(split_quoted(row.as_bytes(), b',', 1000, &mut ends), Some(109));
        assert_eq!(ends, [5, 106, 109]);
        for text in [
            "\"a\",b,\"c",
            "\"a\"\"\",b,c\n",
            "\"a\" ,b,c\n",
            "a\"b\",c,d\n",
            "\"a\nb\",c,d\n",
            "\"a\",\"b,c\",d,e\n",
        ] {
            assert_eq!(split_quoted(text.as_bytes(), b',', 1000, &mut ends), None, "{text}");
        }
    }

    #[test]
    fn only_whole_rows_with_all_their_fields() {
        let long = "x".repeat(100);
        let row = format!("a,{long},,b\r\n");
        let mut ends = [0; 4];
        assert_eq!(split(row.as_bytes(), b',', 1000, &mut ends), Some(105));
        assert_eq!(ends, [1, 102, 103, 105]);
        let mut refused = |text: &str, limit| {
            assert_eq!(split(text.as_bytes(), b',', limit, &mut ends), None, "{text}");
        };
        refused(&row, 105);
        for text in ["", "\n", "a,b,c,d", "a,b,c\n", "a,b,c,d,e\n", "a,b\"c,d,e\n", "a;b;c;d\n", "a,b,\0,d\n"]
        {
            refused(text, 1000);
        }
    }
}
