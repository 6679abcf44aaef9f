//! TFRecord: messages in a file, each with its length and checksums.
//!
//! ```text
//! u64 length | u32 masked CRC-32C of the length | length bytes | u32 masked CRC-32C of the bytes
//! ```
//!
//! All little-endian. Source: `tensorflow/core/lib/io/record_writer.h`.

/// Bytes before and after a record's data.
const HEADER: usize = 12;
const FOOTER: usize = 4;

/// The data as one record.
pub(super) fn frame(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let checksum = |bytes: &[u8]| masked(crc32c::crc32c(bytes)).to_le_bytes();
    [&length[..], &checksum(&length), data, &checksum(data)].concat()
}

/// The data of the first record of `bytes` and what follows the record, or nothing if it is torn or damaged.
pub(super) fn unframe(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length: [u8; 8] = *bytes.first_chunk()?;
    let end = usize::try_from(u64::from_le_bytes(length)).ok()?.checked_add(HEADER)?;
    let data = bytes.get(HEADER..end)?;
    let rest = bytes.get(end.checked_add(FOOTER)?..)?;
    bytes.starts_with(&frame(data)).then_some((data, rest))
}

/// Rotated by 15 bits and shifted, so that a record that holds records does not weaken the checksum.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}
