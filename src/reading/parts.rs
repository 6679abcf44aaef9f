//! Recordings that are given out in parts while they are read: one may have more rows than memory holds.

use crate::recording::Recording;

/// What of the subjects can be used.
#[derive(Clone, Debug, PartialEq)]
pub enum Ready {
    /// The recording with this index is complete.
    Complete(usize),
    /// The next steps of a recording that is given out in parts.
    Part(Part),
}

/// The next steps of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Index of the subject.
    pub index: usize,
    /// The steps that follow those of the part before, perhaps none.
    pub steps: Recording,
    /// Whether the recording ends with them.
    pub last: bool,
}
