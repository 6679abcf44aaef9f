//! Whether the recordings of a file are, all together, unlike the training data.

use super::profile::Profile;
use super::reason::{Aspect, short};
use super::reference::Reference;

/// A normal score beyond which one subject does not move the mean of all further.
const MAX_SCORE: f64 = 4.0;
/// A mean normal score is named from this size on, somewhat less than a small effect, which is a fifth of the spread
/// (Cohen, "Statistical power analysis for the behavioral sciences", 1988, section 2.2).
const SMALL: f64 = 0.15;
/// And if chance, in the file and in the training subjects, brings it about less often than once in 2,000 channels.
const STANDARD_ERRORS: f64 = 3.5;
/// Fewer subjects are no file: each is compared by itself.
const MIN_SUBJECTS: u32 = 10;

/// Sums of the normal scores of the channels' levels over the subjects of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shift {
    /// How many subjects.
    pub subjects: u32,
    /// One sum for each channel of the reference.
    pub sums: Vec<f64>,
}

/// A channel whose levels are, in all of a file, unlike those of the training data.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftedChannel {
    /// Its index in the schema.
    pub channel: usize,
    /// By how much, in standard deviations of the training subjects.
    pub size: f64,
}

impl Shift {
    /// The normal score of each channel's level.
    pub fn scores(profile: &Profile, reference: &Reference) -> Vec<f32> {
        let levels = profile.scores.iter().step_by(Aspect::OF_CHANNEL.len()).take(reference.channels.len());
        levels.map(|score| score.clamp(-MAX_SCORE, MAX_SCORE) as f32).collect()
    }

    /// Adds a subject.
    pub fn add(&mut self, scores: &[f32]) {
        self.subjects += 1;
        self.sums.resize(scores.len(), 0.0);
        self.sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += f64::from(*score));
    }

    /// The channels that are shifted, the most shifted first.
    pub fn channels(&self, reference: &Reference) -> Vec<ShiftedChannel> {
        let subjects = f64::from(self.subjects.max(1));
        let sizes = reference.channels.iter().copied().zip(self.sums.iter().map(|sum| sum / subjects));
        let standard_error = (1.0 / subjects + 1.0 / f64::from(reference.subjects.max(1))).sqrt();
        let least = SMALL.max(STANDARD_ERRORS * standard_error);
        let is_shifted = |size: f64| self.subjects >= MIN_SUBJECTS && size.abs() >= least;
        let mut shifted: Vec<ShiftedChannel> = sizes
            .filter(|(_, size)| is_shifted(*size))
            .map(|(channel, size)| ShiftedChannel { channel, size })
            .collect();
        shifted.sort_by(|left, right| right.size.abs().total_cmp(&left.size.abs()));
        shifted
    }

    /// In one sentence; none, if no channel is shifted.
    pub fn text(&self, reference: &Reference, names: &[String]) -> Option<String> {
        /// Channels that are named.
        const NAMED: usize = 5;
        let shifted = self.channels(reference);
        let name = |ShiftedChannel { channel, size }: &ShiftedChannel| {
            let side = if *size > 0.0 { "higher" } else { "lower" };
            format!("{} {} {side}", names.get(*channel).map_or("", String::as_str), short(size.abs()))
        };
        let mut parts: Vec<String> = shifted.iter().take(NAMED).map(name).collect();
        if shifted.len() > NAMED {
            parts.push(format!("{} more", shifted.len() - NAMED));
        }
        (!parts.is_empty()).then(|| {
            format!(
                "the file as a whole differs from the training data, in standard deviations between subjects: {}",
                parts.join(", ")
            )
        })
    }
}
