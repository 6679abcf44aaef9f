//! The windows of a set of subjects, made once and then gathered into batches.

use std::ops::Range;

use painwave::features::FeatureExtractor;
use painwave::recording::Recording;
use painwave::windows::{WindowBatch, WindowConfig};

/// All windows of a set of labelled subjects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowSet {
    /// The windows, subject by subject.
    pub all: WindowBatch,
    /// Class of each window, which is its subject's.
    pub classes: Vec<usize>,
    /// The windows of each subject.
    pub subjects: Vec<Range<usize>>,
}

impl WindowSet {
    /// Cuts recordings; `classes` holds the class of each.
    pub fn new(
        recordings: &[&Recording],
        classes: &[usize],
        features: &FeatureExtractor,
        window: &WindowConfig,
    ) -> Self {
        let mut set = WindowSet::default();
        for (recording, class) in recordings.iter().zip(classes) {
            let first = set.all.windows;
            let features = features.apply(recording);
            for start in window.starts(features.steps) {
                window.append(&features, start, &mut set.all);
            }
            set.subjects.push(first..set.all.windows);
            set.classes.resize(set.all.windows, *class);
        }
        set
    }

    /// The windows at some indices, in their order.
    pub fn gather(&self, indices: &[usize]) -> WindowBatch {
        let WindowBatch { windows, length, dense, codes, steps } = &self.all;
        WindowBatch {
            windows: indices.len(),
            length: *length,
            dense: rows(dense, *windows, indices),
            codes: rows(codes, *windows, indices),
            steps: rows(steps, *windows, indices),
        }
    }

    /// Consecutive batches of at most `size` windows.
    pub fn batches(&self, size: usize) -> impl Iterator<Item = WindowBatch> {
        let count = self.all.windows;
        (0..count).step_by(size).map(move |from| {
            let indices: Vec<usize> = (from..count.min(from + size)).collect();
            self.gather(&indices)
        })
    }
}

fn rows<T: Copy>(values: &[T], count: usize, indices: &[usize]) -> Vec<T> {
    let width = values.len() / count.max(1);
    let mut gathered = Vec::with_capacity(indices.len() * width);
    for index in indices {
        gathered.extend_from_slice(&values[index * width..][..width]);
    }
    gathered
}
