//! Rows that are kept only in case that more rows of their subjects follow.

use std::collections::VecDeque;

use super::options::Spare;
use super::subject::{State, Subject};

/// Which subjects have such rows, and how many bytes those take.
pub(super) struct SpareRows {
    limit: Spare,
    bytes: usize,
    /// Subjects in [`State::Released`], or another one since, in the order in which they became so.
    released: VecDeque<usize>,
    /// Subjects in [`State::Late`], or another one since, in the order in which they became so.
    late: Vec<usize>,
}

impl SpareRows {
    pub fn new(limit: Spare) -> SpareRows {
        SpareRows { limit, bytes: 0, released: VecDeque::new(), late: Vec::new() }
    }

    /// The rows of a subject are only needed if more of them follow.
    pub fn release(&mut self, index: usize, all: &mut [Subject]) {
        if all[index].state != State::Taken {
            return;
        }
        all[index].state = State::Released;
        self.released.push_back(index);
        self.bytes += all[index].bytes();
        self.shrink(None, all);
    }

    /// More rows of a subject follow: those before are needed after all.
    pub fn reopen(&mut self, index: usize, all: &mut [Subject]) {
        // Those of a released one are counted.
        if all[index].state != State::Released {
            self.bytes += all[index].bytes();
        }
        all[index].reopen();
        self.late.push(index);
    }

    /// More rows of a subject follow, of which those before cannot be used again.
    pub fn miss(&mut self, index: usize, line: u64, all: &mut [Subject]) {
        if all[index].state == State::Released {
            self.bytes -= all[index].bytes();
        }
        all[index].miss(line);
    }

    /// All rows of a subject are read once more.
    pub fn read_again(&mut self, index: usize, all: &mut [Subject]) {
        all[index].open(State::Late);
        self.late.push(index);
    }

    /// A subject is to be refused.
    pub fn refuse(&mut self, index: usize, all: &[Subject]) {
        if all[index].state == State::Late {
            self.bytes -= all[index].bytes();
        }
    }

    /// A row of `bytes` was added to a late subject. Whether it is still kept.
    pub fn grow(&mut self, index: usize, bytes: usize, line: u64, all: &mut [Subject]) -> bool {
        self.bytes += bytes;
        self.shrink(Some(line), all);
        all[index].state == State::Late
    }

    /// Of the file that has ended no more rows can follow.
    pub fn end_file(&mut self, all: &mut [Subject]) {
        self.late.clear();
        self.released.retain(|index| all[*index].state == State::Released);
        if !self.limit.stay {
            self.released.drain(..).for_each(|index| all[index].forget());
        }
        self.bytes = self.released.iter().map(|index| all[*index].bytes()).sum();
    }

    /// Lets go of rows: of those released first, and then of those that became late last, for those before to be read
    /// to their end. `line` is where a late one grew.
    fn shrink(&mut self, line: Option<u64>, all: &mut [Subject]) {
        while self.bytes > self.limit.bytes {
            if let Some(index) = self.released.pop_front() {
                if all[index].state == State::Released {
                    self.bytes -= all[index].bytes();
                    all[index].forget();
                }
                continue;
            }
            // One is kept, however long it is.
            let (Some(line), 2..) = (line, self.late.len()) else { return };
            let Some(index) = self.late.pop() else { return };
            if all[index].state == State::Late {
                self.bytes -= all[index].bytes();
                all[index].miss(line);
            }
        }
    }
}
