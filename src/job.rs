//! Files from their bytes to complete recordings, in portions for the instances that classify them.

use std::collections::VecDeque;

use crate::bundle::Manifest;
use crate::classifier::Classifier;
use crate::reading::{ReadError, ReadOptions, Reader};
use crate::recording::Recording;
use crate::windows::WindowConfig;

/// Files that are being read, one after the other, and which of their recordings wait to be classified.
///
/// A subject is complete as soon as its rows end, and can be classified while the file is still being read. If
/// more of its rows turn up later it is complete once more at the end, and the later prediction replaces the
/// earlier one. If one of these cannot be read, the subject is refused, and the earlier prediction does not count: see
/// [`Reader::readable`].
pub struct Job {
    reader: Reader,
    window: WindowConfig,
    /// Indices of recordings that are complete and not taken yet, with the steps that they had then.
    pending: VecDeque<(usize, usize)>,
    /// Indices of the recordings that were taken last.
    taken: Vec<usize>,
    ended: bool,
}

impl Job {
    /// Starts to read files in the classifier's schema.
    pub fn new(classifier: &Classifier, options: ReadOptions) -> Self {
        let Manifest { schema, sampling, window, .. } = classifier.manifest();
        let (reader, window) = (Reader::new(schema, sampling, options), *window);
        Job { reader, window, pending: VecDeque::new(), taken: Vec::new(), ended: false }
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

    /// Takes complete recordings that have this many windows, or a few more, in the order in which they became
    /// complete. None, if there are fewer; after [`Job::end`] there are always enough until all are taken.
    pub fn take(&mut self, windows: usize) -> Vec<&Recording> {
        let (mut enough, mut taken) = (0, 0);
        for (_, steps) in &self.pending {
            if enough >= windows {
                break;
            }
            enough += self.window.starts(*steps).count();
            taken += 1;
        }
        if enough < windows && !self.ended {
            return Vec::new();
        }
        let taken: Vec<usize> = self.pending.drain(..taken).map(|(index, _)| index).collect();
        let released = std::mem::replace(&mut self.taken, taken);
        released.into_iter().for_each(|index| self.reader.release(index));
        self.taken.iter().map(|index| self.reader.recording(*index)).collect()
    }

    /// What was read: recordings in the order of first appearance, and what is to say about the files.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Adds recordings that have become complete, and takes out those that have got more rows since: they are complete
    /// again, or will be at the end.
    fn update_pending(&mut self) {
        let complete = self.reader.take_complete();
        let steps = |index: usize| self.reader.recording(index).steps();
        self.pending.retain(|(index, then)| steps(*index) == *then);
        self.pending.extend(complete.into_iter().map(|index| (index, steps(index))));
    }
}
