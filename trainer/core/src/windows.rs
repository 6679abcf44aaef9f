//! The windows of a set of subjects, gathered into batches.

use std::ops::Range;

use painwave::features::{FeatureExtractor, Features};
use painwave::recording::Recording;
use painwave::windows::{Tail, WindowBatch, WindowConfig};

/// All windows of a set of labelled subjects. The set holds the subjects' features, from which windows are cut when they
/// are gathered: overlapping windows would be many times as large.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowSet {
    /// Class of each window, which is its subject's.
    pub classes: Vec<usize>,
    /// The windows of each subject.
    pub subjects: Vec<Range<usize>>,
    window: WindowConfig,
    /// Features of each subject.
    features: Vec<Features>,
    starts: Vec<Start>,
}

/// Where a window begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Start {
    subject: usize,
    step: usize,
}

impl WindowSet {
    /// Cuts recordings; `classes` holds the class of each.
    pub fn new(
        recordings: &[&Recording],
        classes: &[usize],
        features: &FeatureExtractor,
        window: &WindowConfig,
    ) -> Self {
        let features = recordings.iter().map(|recording| features.apply(recording)).collect();
        Self::of_features(features, classes, window)
    }

    /// Cuts the features of recordings; `classes` holds the class of each.
    pub fn of_features(features: Vec<Features>, classes: &[usize], window: &WindowConfig) -> Self {
        let (classes_of, subjects, starts) = (Vec::new(), Vec::new(), Vec::new());
        let mut set = WindowSet { classes: classes_of, subjects, window: *window, features, starts };
        for (subject, class) in classes.iter().enumerate() {
            let first = set.starts.len();
            let steps = window.starts(set.features[subject].steps);
            set.starts.extend(steps.map(|step| Start { subject, step }));
            set.subjects.push(first..set.starts.len());
            set.classes.resize(set.starts.len(), *class);
        }
        set
    }

    /// Number of windows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Steps of a window.
    pub fn length(&self) -> usize {
        self.window.length
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Class of each subject.
    pub fn classes_of_subjects(&self) -> Vec<usize> {
        self.subjects.iter().map(|windows| self.classes[windows.start]).collect()
    }

    /// The windows of this set, then those of another that is cut in the same way.
    pub fn and(&self, other: &WindowSet) -> WindowSet {
        let mut both = self.clone();
        let (subjects, windows) = (self.subjects.len(), self.len());
        both.features.extend_from_slice(&other.features);
        both.classes.extend_from_slice(&other.classes);
        both.subjects.extend(other.subjects.iter().map(|range| range.start + windows..range.end + windows));
        let start = |start: &Start| Start { subject: start.subject + subjects, ..*start };
        both.starts.extend(other.starts.iter().map(start));
        both
    }

    /// The windows at some indices, in their order.
    pub fn gather(&self, indices: &[usize]) -> WindowBatch {
        self.collect(indices, |start| start.step)
    }

    /// As [`WindowSet::gather`], each window's start moved by at most `steps` to either side. `choose` is given
    /// the starts that are within reach and within the recording.
    pub fn gather_within(
        &self,
        indices: &[usize],
        steps: usize,
        mut choose: impl FnMut(Range<usize>) -> usize,
    ) -> WindowBatch {
        self.collect(indices, |Start { subject, step }| {
            let recording = self.features[subject].steps;
            let last = match self.window.tail {
                Tail::Drop => recording.saturating_sub(self.window.length),
                Tail::Pad => recording.saturating_sub(1),
            };
            choose(step.saturating_sub(steps)..(step + steps).min(last.max(step)) + 1)
        })
    }

    /// Consecutive batches of at most `size` windows.
    pub fn batches(&self, size: usize) -> impl Iterator<Item = WindowBatch> {
        let count = self.len();
        (0..count).step_by(size).map(move |from| {
            let indices: Vec<usize> = (from..count.min(from + size)).collect();
            self.gather(&indices)
        })
    }

    /// Mean of each dense input over all steps of all subjects.
    pub fn means(&self) -> Vec<f32> {
        let width = self.features.first().map_or(0, |features| features.width);
        let steps: usize = self.features.iter().map(|features| features.steps).sum();
        let mut sums = vec![0.0; width];
        for step in self.features.iter().flat_map(|features| features.dense.chunks_exact(width.max(1))) {
            sums.iter_mut().zip(step).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        sums.into_iter().map(|sum| (sum / steps.max(1) as f64) as f32).collect()
    }

    fn collect(&self, indices: &[usize], mut first_step: impl FnMut(Start) -> usize) -> WindowBatch {
        let mut batch = WindowBatch { length: self.window.length, ..WindowBatch::default() };
        for index in indices {
            let start = self.starts[*index];
            self.window.append(&self.features[start.subject], first_step(start), &mut batch);
        }
        batch
    }
}

/// Some of the windows of a batch.
pub fn rows(batch: &WindowBatch, windows: Range<usize>) -> WindowBatch {
    fn cut<T: Copy>(values: &[T], count: usize, windows: &Range<usize>) -> Vec<T> {
        let width = values.len() / count.max(1);
        values[windows.start * width..windows.end * width].to_vec()
    }
    WindowBatch {
        windows: windows.len(),
        length: batch.length,
        dense: cut(&batch.dense, batch.windows, &windows),
        codes: cut(&batch.codes, batch.windows, &windows),
        steps: cut(&batch.steps, batch.windows, &windows),
        valid: cut(&batch.valid, batch.windows, &windows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A recording whose one dense input counts the steps from 1 on, so that padding is seen.
    fn counting(steps: usize) -> Features {
        let dense = (1..=steps).map(|step| step as f32).collect();
        Features { steps, width: 1, dense, ..Features::default() }
    }

    fn set(tail: Tail) -> WindowSet {
        let window = WindowConfig { length: 4, stride: 3, tail };
        WindowSet::of_features(vec![counting(10), counting(8), counting(2)], &[0, 1, 0], &window)
    }

    #[test]
    fn windows_are_gathered_from_their_subjects() {
        let set = set(Tail::Drop);
        assert_eq!(
            (set.len(), &set.subjects[..], &set.classes[..]),
            (6, &[0..3, 3..5, 5..6][..], &[0, 0, 0, 1, 1, 0][..])
        );
        let batch = set.gather(&[4, 0, 5]);
        assert_eq!(batch.dense, [4.0, 5.0, 6.0, 7.0, 1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 0.0, 0.0]);
        assert_eq!(batch.steps, [3, 4, 5, 6, 0, 1, 2, 3, 0, 1, 2, 3]);
    }

    #[test]
    fn a_subject_counts_once_however_many_windows_it_has() {
        assert_eq!(set(Tail::Drop).classes_of_subjects(), [0, 1, 0]);
    }

    #[test]
    fn a_window_knows_how_much_of_it_is_data() {
        assert_eq!(set(Tail::Pad).gather(&[5, 0]).valid, [2, 4]);
        assert_eq!(set(Tail::Drop).gather(&[5, 0]).valid, [2, 4]);
        let moved = set(Tail::Pad).gather_within(&[0, 2], 2, |starts| starts.end - 1);
        assert_eq!((&moved.valid[..], &rows(&moved, 1..2).valid[..]), (&[4, 2][..], &[2][..]));
    }

    #[test]
    fn a_moved_window_stays_within_its_recording() {
        let reach = |tail: Tail, steps| {
            let mut reach = Vec::new();
            set(tail).gather_within(&[0, 1, 2, 3, 4, 5], steps, |starts| {
                reach.push(starts.clone());
                starts.start
            });
            reach
        };
        assert_eq!(reach(Tail::Drop, 2), [0..3, 1..6, 4..7, 0..3, 1..5, 0..1]);
        assert_eq!(reach(Tail::Pad, 2)[..3], [0..3, 1..6, 4..9]);
        assert_eq!(reach(Tail::Pad, 90)[..3], [0..10, 0..10, 0..10]);
        assert_eq!(reach(Tail::Drop, 0), [0..1, 3..4, 6..7, 0..1, 3..4, 0..1]);
    }

    #[test]
    fn the_steps_follow_a_moved_window_and_the_end_is_filled_up() {
        let batch = set(Tail::Pad).gather_within(&[2], 2, |starts| starts.end - 1);
        assert_eq!(batch.dense, [9.0, 10.0, 0.0, 0.0]);
        assert_eq!(batch.steps, [8, 9, 10, 11]);
    }

    #[test]
    fn two_sets_are_one_behind_the_other() {
        let (set, all) = (set(Tail::Drop), set(Tail::Drop).and(&set(Tail::Drop)));
        assert_eq!((all.len(), all.subjects[3].clone(), all.subjects[5].clone()), (12, 6..9, 11..12));
        assert_eq!(all.gather(&[0, 10]), set.gather(&[0, 4]));
        assert_eq!(all.classes, [set.classes.clone(), set.classes].concat());
    }

    #[test]
    fn the_means_are_over_the_recordings_and_not_the_windows() {
        assert_eq!(set(Tail::Drop).means(), [(55.0 + 36.0 + 3.0) / 20.0]);
    }
}
