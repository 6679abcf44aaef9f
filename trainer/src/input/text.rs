//! Tables as text, which may be compressed.

use std::io::{self, BufRead, BufReader, ErrorKind};
use std::ops::ControlFlow;

use painwave_train::host::Chunk;

use super::chunks::{CHUNK, Take, chunks};
use super::gzip::{self, Members};

/// Is told the name of a table whose compressed data breaks off.
pub(super) type Cut<'a> = &'a mut dyn FnMut(&str);

/// Hands over a text. Of compressed data that breaks off what comes before is handed over, as of any other text.
pub(super) fn feed(
    name: &str,
    bytes: &mut dyn BufRead,
    cut: Cut<'_>,
    take: Take<'_>,
) -> io::Result<ControlFlow<()>> {
    if take(Chunk::Table(name)).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    if !bytes.fill_buf()?.starts_with(&gzip::MAGIC) {
        return chunks(bytes, take);
    }
    let mut has_bytes = false;
    let mut unpacked = BufReader::with_capacity(CHUNK, Members::new(bytes));
    let result = chunks(&mut unpacked, &mut |chunk| {
        has_bytes = true;
        take(chunk)
    });
    match result {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && has_bytes => {
            cut(name);
            Ok(ControlFlow::Continue(()))
        }
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(io::Error::new(error.kind(), "the compressed data breaks off: is the file complete?"))
        }
        result => result,
    }
}
