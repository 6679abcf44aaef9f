//! What the windows of a recording say, in parts: a recording may be longer than any memory.

use crate::aggregate::WindowSums;
use crate::novelty::{Reference, Statistics};
use crate::recording::Recording;
use crate::windows::WindowConfig;

/// Max windows of a recording whose own probabilities are kept. Of more, every second, fourth, ... is kept, counted from
/// the first; what they add up to is of all.
pub const MAX_KEPT_WINDOWS: usize = 4096;

/// Steps of a recording that follow each other: all of it, or some.
///
/// Where one segment has its last whole window, the next begins with the window after it: they share the steps that
/// their windows share.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The steps.
    pub recording: &'a Recording,
    /// Index in the recording of the first of them, at which a window starts.
    pub first: usize,
    /// Whether the recording ends with them.
    pub ended: bool,
}

impl<'a> Segment<'a> {
    /// All steps of a recording.
    pub fn whole(recording: &'a Recording) -> Self {
        Segment { recording, first: 0, ended: true }
    }

    /// First step, in the recording, of each window that begins in this segment.
    pub fn windows(&self, config: &WindowConfig) -> impl Iterator<Item = usize> + use<> {
        config.starts_from(self.first, self.first + self.recording.steps(), self.ended)
    }
}

/// What the windows of a recording say, or those of its segments so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Steps of the recording so far.
    pub steps: usize,
    /// What the windows add up to.
    pub sums: WindowSums,
    /// First step of each window that is kept.
    pub window_starts: Vec<u32>,
    /// Probabilities of the windows that are kept, `[starts, classes]`.
    pub window_probabilities: Vec<f32>,
    /// For each member, the inputs outside the range seen in training. Steps that segments share count twice.
    pub outside: Vec<Outside>,
    /// What is compared with the training data; nothing, if the bundle does not say what that is like.
    pub statistics: Statistics,
    /// Steps from the start of a window that is kept to that of the next.
    apart: usize,
}

/// Inputs outside the range seen in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// How many.
    pub values: usize,
    /// Of how many.
    pub of: usize,
}

impl Evidence {
    /// Of the windows of one segment: first steps, and probabilities `[windows, classes]`.
    pub(super) fn new(
        segment: &Segment<'_>,
        config: &WindowConfig,
        probabilities: Vec<f32>,
        outside: Vec<Outside>,
        statistics: Statistics,
        classes: usize,
    ) -> Self {
        let mut sums = WindowSums::new(classes);
        sums.add(&probabilities);
        // A row takes more than a byte: a recording with more steps does not exist.
        let starts = segment.windows(config).map(|start| u32::try_from(start).unwrap_or(u32::MAX));
        let mut evidence = Evidence {
            steps: segment.first + segment.recording.steps(),
            sums,
            window_starts: starts.collect(),
            window_probabilities: probabilities,
            outside,
            statistics,
            apart: config.stride,
        };
        evidence.thin();
        evidence
    }

    /// All but the windows that are kept, as numbers, which [`Evidence::from_numbers`] takes.
    pub fn numbers(&self) -> Vec<f64> {
        let outside = self.outside.iter().flat_map(|outside| [outside.values, outside.of]);
        // Exact up to 2^53.
        let counts = [self.steps, self.apart].into_iter().chain(outside).map(|count| count as f64);
        let mut numbers: Vec<f64> = counts.collect();
        numbers.extend(self.sums.numbers());
        numbers.extend(self.statistics.numbers());
        numbers
    }

    /// From the numbers of all, for an ensemble of so many members whose bundle says this of the training data, and the
    /// windows that are kept. None, if that is not as
    /// many as there should be.
    pub fn from_numbers(
        numbers: &[f64],
        window_starts: Vec<u32>,
        window_probabilities: Vec<f32>,
        members: usize,
        classes: usize,
        novelty: Option<&Reference>,
    ) -> Option<Self> {
        let statistics = novelty.map_or(0, Statistics::count);
        let counted = numbers.len().checked_sub(statistics)?;
        let (numbers, statistics) = numbers.split_at(counted);
        let right = counted == 3 + 2 * members + 3 * classes
            && window_probabilities.len() == window_starts.len() * classes;
        let mut numbers = numbers.iter().copied().filter(|_| right);
        let mut count = || numbers.next().map(|number| number as usize);
        let (steps, apart) = (count()?, count()?.max(1));
        let mut outside = Vec::with_capacity(members);
        for _ in 0..members {
            outside.push(Outside { values: count()?, of: count()? });
        }
        let sums = WindowSums::from_numbers(&mut numbers, classes);
        let statistics =
            novelty.map_or_else(Statistics::default, |novelty| Statistics::from_numbers(statistics, novelty));
        Some(Evidence { steps, sums, window_starts, window_probabilities, outside, statistics, apart })
    }

    /// Adds what the windows of the next segment say.
    pub fn append(&mut self, next: &Evidence) {
        self.steps = next.steps;
        self.sums.merge(&next.sums);
        for (outside, more) in self.outside.iter_mut().zip(&next.outside) {
            outside.values += more.values;
            outside.of += more.of;
        }
        self.statistics.merge(&next.statistics);
        self.window_starts.extend_from_slice(&next.window_starts);
        self.window_probabilities.extend_from_slice(&next.window_probabilities);
        self.apart = self.apart.max(next.apart);
        self.keep();
        self.thin();
    }

    /// Lets go of every second window while there are too many.
    fn thin(&mut self) {
        while self.window_starts.len() > MAX_KEPT_WINDOWS {
            self.apart *= 2;
            self.keep();
        }
    }

    /// Keeps the windows that are `apart`.
    fn keep(&mut self) {
        let kept = |start: &u32| (*start as usize).is_multiple_of(self.apart);
        if self.window_starts.iter().all(kept) {
            return;
        }
        let classes = self.window_probabilities.len() / self.window_starts.len();
        let rows = self.window_probabilities.chunks_exact(classes).zip(&self.window_starts);
        let rows = rows.filter(|(_, start)| kept(start)).flat_map(|(row, _)| row.iter().copied());
        self.window_probabilities = rows.collect();
        self.window_starts.retain(kept);
    }
}
