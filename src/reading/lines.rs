//! Physical lines.

/// Counts physical lines, each ended by LF, CRLF or CR.
pub(super) struct Lines {
    /// The line that comes next, from 1.
    pub current: u64,
    after_cr: bool,
}

impl Lines {
    pub fn new() -> Lines {
        Lines { current: 1, after_cr: false }
    }

    /// Advances over bytes and counts the lines that end in them.
    pub fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.end(*byte),
                _ => self.after_cr = false,
            }
        }
    }

    /// Advances over a line's bytes and its terminator.
    pub fn end_line(&mut self, terminator: u8) {
        self.after_cr = false;
        self.end(terminator);
    }

    fn end(&mut self, terminator: u8) {
        if !(self.after_cr && terminator == b'\n') {
            self.current += 1;
        }
        self.after_cr = terminator == b'\r';
    }
}
