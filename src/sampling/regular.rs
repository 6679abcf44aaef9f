//! What became of rows.

use super::note::Note;
use crate::recording::Recording;

/// What became of a subject's rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Regular {
    /// The recording; none if the rows are one as they stand, so that nothing is copied where nothing is to do.
    pub recording: Option<Recording>,
    /// What was mended.
    pub notes: Vec<Note>,
}
