//! Features of a recording to windows of a fixed length.

use serde::{Deserialize, Serialize};

use crate::features::Features;

/// How a recording is cut into windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowConfig {
    /// Steps in a window.
    pub length: usize,
    /// Steps from one window's start to the next one's.
    pub stride: usize,
    /// What happens to the steps after the last whole window.
    pub tail: Tail,
}

/// What happens to the steps after the last whole window. A recording shorter than one window is
/// padded either way, so that every subject gets a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tail {
    /// They are left out.
    Drop,
    /// They make one more window, padded to its length.
    Pad,
}

/// Windows of one or more recordings, ready for an engine.
///
/// Steps of a window past its valid ones are padding: no layer reads them, whatever they hold. A window has the logits
/// of a window of its valid length, with one exception: max pooling makes a pool of the valid steps that are left over
/// at the end (PyTorch's `ceil_mode`), unless a full window has no pool there. Pooling turns the valid length `v` of a
/// window of `L` steps into `min(ceil(v / pool), L / pool)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowBatch {
    /// Number of windows `N`.
    pub windows: usize,
    /// Steps in each window `L`.
    pub length: usize,
    /// Dense inputs, `[N, L, F]`.
    pub dense: Vec<f32>,
    /// Category codes for embeddings, `[N, L, K]`.
    pub codes: Vec<u8>,
    /// Index of each step in its recording, `[N, L]`. It counts on through padding and saturates at
    /// `u16::MAX`; a time embedding saturates at the end of its own table.
    pub steps: Vec<u16>,
    /// Steps of each window that are data, from its first on: `[N]`, each from 1 to `L`.
    pub valid: Vec<u32>,
}

impl WindowConfig {
    /// First step of each window of a recording with `steps` steps. Empty only for an empty recording.
    pub fn starts(&self, steps: usize) -> impl Iterator<Item = usize> + use<> {
        let WindowConfig { length, stride, tail } = *self;
        let whole = if steps < length { 0 } else { (steps - length) / stride + 1 };
        let covered = if whole == 0 { 0 } else { (whole - 1) * stride + length };
        // With a stride longer than a window, the next window may begin past the end.
        let left_over = covered.max(whole * stride) < steps;
        let padded = left_over && (whole == 0 || tail == Tail::Pad);
        (0..whole + usize::from(padded)).map(move |window| window * stride)
    }

    /// As [`WindowConfig::starts`], of those windows that begin at step `first` or later, where the steps before it are
    /// not held any more and `first` is the start of a window. Unless the recording ends with them, only windows that
    /// are whole.
    pub fn starts_from(
        &self,
        first: usize,
        steps: usize,
        ended: bool,
    ) -> impl Iterator<Item = usize> + use<> {
        let length = self.length;
        let skipped = first / self.stride;
        self.starts(steps).skip(skipped).filter(move |start| ended || start + length <= steps)
    }

    /// Appends the window that begins at step `start` of the recording, padded past its end.
    pub fn append(&self, features: &Features, start: usize, batch: &mut WindowBatch) {
        let Features { first, steps, width, codes_width, dense, codes, .. } = features;
        let from = start - first;
        let end = (from + self.length).min(*steps);
        let padding = from + self.length - end;
        batch.length = self.length;
        batch.windows += 1;
        // Saturating: no engine takes a window that is longer.
        batch.valid.push(u32::try_from(end - from).unwrap_or(u32::MAX));
        batch.dense.extend_from_slice(&dense[from * width..end * width]);
        batch.dense.resize(batch.dense.len() + padding * width, 0.0);
        batch.codes.extend_from_slice(&codes[from * codes_width..end * codes_width]);
        batch.codes.resize(batch.codes.len() + padding * codes_width, 0);
        batch.steps.extend((start..start + self.length).map(|step| u16::try_from(step).unwrap_or(u16::MAX)));
    }
}

impl WindowBatch {
    /// Empties the batch and keeps its capacity.
    pub fn clear(&mut self) {
        self.windows = 0;
        self.dense.clear();
        self.codes.clear();
        self.steps.clear();
        self.valid.clear();
    }
}

/// Valid steps after max pooling of a window of `length` steps, of which `valid` were; see [`WindowBatch`].
pub(crate) fn pooled_valid(valid: usize, length: usize, pool: usize) -> usize {
    valid.div_ceil(pool).min(length / pool)
}
