//! Bytes, a piece at a time.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use painwave_train::host::Chunk;
use sha2::{Digest, Sha256};

/// Bytes read at once.
pub(super) const CHUNK: usize = 1 << 18;

/// Takes the pieces of tables, until it breaks off.
pub type Take<'a> = &'a mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>;

/// Hands over all bytes.
pub(super) fn chunks(bytes: &mut dyn BufRead, take: Take<'_>) -> io::Result<ControlFlow<()>> {
    loop {
        let chunk = bytes.fill_buf()?;
        let length = chunk.len();
        if length == 0 {
            return Ok(ControlFlow::Continue(()));
        }
        let flow = take(Chunk::Bytes(chunk));
        bytes.consume(length);
        if flow.is_break() {
            return Ok(flow);
        }
    }
}

/// A file whose bytes are digested as they are read.
pub(super) struct Digested<'a> {
    pub file: File,
    pub digest: Option<&'a mut Sha256>,
}

impl Read for Digested<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        if let Some(digest) = &mut self.digest {
            digest.update(&buffer[..count]);
        }
        Ok(count)
    }
}
