//! Gzip to what is in it.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// What a gzip file begins with.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The content of a gzip file: of all its members, one after the other, as bgzip and `cat a.gz b.gz` write them. Zeros
/// may follow, and the rest of what follows a member and is none is no part of it.
pub(super) struct Members<R> {
    /// None when the last member has ended.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(bytes: R) -> Self {
        Members { member: Some(GzDecoder::new(bytes)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if let Some(member) = self.member.take() {
                let mut rest = member.into_inner();
                if next_member(&mut rest)? {
                    self.member = Some(GzDecoder::new(rest));
                }
            }
        }
        Ok(0)
    }
}

/// Passes over zeros; whether another member follows them.
fn next_member(bytes: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = bytes.fill_buf()?;
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        match (ahead.len(), ahead.get(zeros)) {
            (0, _) => return Ok(false),
            (_, Some(byte)) => {
                let begins = *byte == 0x1f;
                bytes.consume(zeros);
                return Ok(begins);
            }
            (_, None) => bytes.consume(zeros),
        }
    }
}
