//! The steps of a long recording to segments that can be classified one by one.

use crate::classifier::Segment;
use crate::recording::Recording;
use crate::windows::WindowConfig;

/// Windows of a segment: enough for an engine to be quick, and few enough to be shared out evenly.
const WINDOWS: usize = 512;

/// A segment that owns its steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Index of the subject.
    pub index: usize,
    /// The steps.
    pub recording: Recording,
    /// Index in the recording of the first of them.
    pub first: usize,
    /// Whether the recording ends with them.
    pub ended: bool,
}

impl Piece {
    /// As the classifier wants it.
    pub fn segment(&self) -> Segment<'_> {
        Segment { recording: &self.recording, first: self.first, ended: self.ended }
    }
}

/// A recording that is cut.
#[derive(Debug)]
pub struct Segments {
    index: usize,
    window: WindowConfig,
    /// The steps from `first` on, at which the next window starts. Where that is still to come, there are none.
    held: Recording,
    first: usize,
    /// Steps of the recording so far.
    steps: usize,
}

impl Segments {
    /// Of the subject with this index.
    pub fn new(index: usize, window: WindowConfig) -> Segments {
        Segments { index, window, held: Recording::default(), first: 0, steps: 0 }
    }

    /// Index of the subject.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Takes the steps that follow, and gives the segments that are complete; `last` are those that the recording ends
    /// with.
    pub fn push(&mut self, steps: Recording, last: bool) -> Vec<Piece> {
        self.hold(steps);
        let WindowConfig { length, stride, .. } = self.window;
        let mut pieces = Vec::new();
        loop {
            let held = self.held.steps();
            let whole = if held < length { 0 } else { (held - length) / stride + 1 };
            if whole <= WINDOWS && last {
                let Segments { index, first, .. } = *self;
                pieces.push(Piece { index, recording: std::mem::take(&mut self.held), first, ended: true });
                return pieces;
            }
            if whole == 0 {
                return pieces;
            }
            let windows = whole.min(WINDOWS);
            let recording = steps_of(&self.held, 0..(windows - 1) * stride + length);
            pieces.push(Piece { index: self.index, recording, first: self.first, ended: false });
            self.first += windows * stride;
            self.held = steps_of(&self.held, (windows * stride).min(held)..held);
        }
    }

    fn hold(&mut self, steps: Recording) {
        // The next window may start behind some of them.
        let skipped = self.first.saturating_sub(self.steps).min(steps.steps());
        self.steps += steps.steps();
        if self.held.times.is_empty() {
            self.held = steps_of(&steps, skipped..steps.steps());
            return;
        }
        let Recording { times, values, codes, .. } = steps;
        self.held.times.extend(times);
        self.held.values.extend(values);
        self.held.codes.extend(codes);
    }
}

/// Some steps of a recording.
fn steps_of(recording: &Recording, steps: std::ops::Range<usize>) -> Recording {
    let Recording { id, times, values, codes } = recording;
    let all = times.len().max(1);
    let (channels, categories) = (values.len() / all, codes.len() / all);
    Recording {
        id: id.clone(),
        times: times[steps.clone()].to_vec(),
        values: values[steps.start * channels..steps.end * channels].to_vec(),
        codes: codes[steps.start * categories..steps.end * categories].to_vec(),
    }
}
