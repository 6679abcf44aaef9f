//! Files from their bytes to complete recordings, in portions for the instances that classify them.

use std::collections::{HashMap, VecDeque};

use crate::bundle::Manifest;
use crate::classifier::{Classifier, Evidence, Prediction, Segment};
use crate::reading::{ReadError, ReadOptions, Reader, Ready};
use crate::segments::{Piece, Segments};
use crate::windows::WindowConfig;

/// Rows from which on a recording is classified while it is read: far more than most have.
const CUT_AT: usize = 1 << 14;

/// Files that are being read, one after the other, and which of their recordings wait to be classified.
///
/// A subject is complete as soon as its rows end, and can be classified while the file is still being read. If
/// more of its rows turn up later it is complete once more at the end, and the later prediction replaces the
/// earlier one. If one of these cannot be read, the subject is refused, and the earlier prediction does not count: see
/// [`Reader::readable`].
///
/// A long recording is handed out in segments while it is read. What is found in each is [joined](Job::join), in their
/// order.
pub struct Job {
    reader: Reader,
    window: WindowConfig,
    /// What can be taken.
    pending: VecDeque<Pending>,
    /// What was taken last.
    taken: Vec<Pending>,
    /// The recording that is cut.
    segments: Option<Segments>,
    /// By id: what is known of recordings whose last segment is not joined yet.
    evidence: HashMap<String, Evidence>,
    ended: bool,
}

enum Pending {
    /// The recording with this index, and the steps that it had when it became complete.
    Whole(usize, usize),
    Piece(Piece),
}

impl Job {
    /// Starts to read files in the classifier's schema.
    pub fn new(classifier: &Classifier, options: ReadOptions) -> Self {
        let Manifest { schema, sampling, window, .. } = classifier.manifest();
        let cut_at = (!classifier.needs_whole()).then_some(CUT_AT);
        Job {
            reader: Reader::new(schema, sampling, ReadOptions { cut_at, ..options }),
            window: *window,
            pending: VecDeque::new(),
            taken: Vec::new(),
            segments: None,
            evidence: HashMap::new(),
            ended: false,
        }
    }

    /// Names files that are to come, beside those of the options.
    pub fn expect(&mut self, names: impl IntoIterator<Item = String>) {
        self.reader.expect(names);
    }

    /// Begins a file; the one before ends.
    ///
    /// # Errors
    /// The file before cannot be read. The next one has begun all the same.
    pub fn file(&mut self, name: &str) -> Result<(), ReadError> {
        let before = self.reader.next_file(name);
        self.update_pending();
        before
    }

    /// Reads the next bytes of the file.
    ///
    /// # Errors
    /// Nothing in the file is what the model reads.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let result = self.reader.feed(bytes);
        self.update_pending();
        result
    }

    /// Ends the last file. Whether all files have to be read once more, since rows of a subject came after those before
    /// were let go of; if they cannot be, which `repeatable` says, such subjects are refused.
    ///
    /// # Errors
    /// Nothing in any of the files could be read: the first reason.
    pub fn end(&mut self, repeatable: bool) -> Result<bool, ReadError> {
        let result = self.reader.finish();
        self.update_pending();
        let again = result.is_ok() && self.reader.has_missed();
        if again && repeatable {
            self.reader.read_again();
            return Ok(true);
        }
        self.ended = true;
        result.and_then(|()| self.reader.refuse_missed())?;
        Ok(false)
    }

    /// Takes complete recordings, and segments of long ones, that have this many windows, or a few more, in the order in
    /// which they became complete. None, if there are fewer; after [`Job::end`] there are always enough until all are
    /// taken.
    pub fn take(&mut self, windows: usize) -> Vec<Segment<'_>> {
        let (mut enough, mut taken) = (0, 0);
        for pending in &self.pending {
            if enough >= windows {
                break;
            }
            enough += match pending {
                Pending::Whole(_, steps) => self.window.starts(*steps).count(),
                Pending::Piece(piece) => piece.segment().windows(&self.window).count(),
            };
            taken += 1;
        }
        if enough < windows && !self.ended {
            return Vec::new();
        }
        let taken = self.pending.drain(..taken).collect();
        for released in std::mem::replace(&mut self.taken, taken) {
            match released {
                Pending::Whole(index, _) => self.reader.release(index),
                Pending::Piece(piece) if piece.ended => self.reader.release(piece.index),
                Pending::Piece(_) => {}
            }
        }
        let segment = |taken| match taken {
            &Pending::Whole(index, _) => Segment::whole(self.reader.recording(index)),
            Pending::Piece(piece) => piece.segment(),
        };
        self.taken.iter().map(segment).collect()
    }

    /// Takes what the windows of a recording's next segment say. The prediction, if it was the last one.
    ///
    /// `first` and `ended` are those of the [`Segment`].
    pub fn join(
        &mut self,
        classifier: &Classifier,
        id: &str,
        evidence: Evidence,
        (first, ended): (usize, bool),
    ) -> Option<Prediction> {
        match self.evidence.get_mut(id) {
            Some(before) if first > 0 => before.append(&evidence),
            _ => {
                self.evidence.insert(id.to_owned(), evidence);
            }
        }
        let evidence = ended.then(|| self.evidence.remove(id)).flatten()?;
        Some(classifier.predict(id, &evidence))
    }

    /// What was read: recordings in the order of first appearance, and what is to say about the files.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Adds recordings that have become complete, and takes out those that have got more rows since: they are complete
    /// again, or will be at the end.
    fn update_pending(&mut self) {
        let ready = self.reader.take_ready();
        let Job { reader, pending, .. } = self;
        let steps = |index: usize| reader.recording(index).steps();
        pending.retain(|pending| match pending {
            Pending::Whole(index, then) => steps(*index) == *then,
            Pending::Piece(_) => true,
        });
        for ready in ready {
            match ready {
                Ready::Complete(index) => pending.push_back(Pending::Whole(index, steps(index))),
                Ready::Part(part) => {
                    let segments = self.segments.take().filter(|segments| segments.index() == part.index);
                    let mut segments = segments.unwrap_or_else(|| Segments::new(part.index, self.window));
                    let last = part.last;
                    pending.extend(segments.push(part.steps, last).into_iter().map(Pending::Piece));
                    self.segments = (!last).then_some(segments);
                }
            }
        }
    }
}
