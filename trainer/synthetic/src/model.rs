//! The generative model's numbers.
//!
//! "Published" marks statistics of the Pirate Pain data (661 recordings of 160 steps); "fitted" marks numbers
//! solved for so that the model reproduces published ones; "chosen" marks what nothing published determines.

/// Class names in index order.
pub const CLASSES: [&str; 3] = ["no_pain", "low_pain", "high_pain"];
/// How many columns `joint_00`.. there are.
pub const JOINTS: usize = 31;
/// How many columns `pain_survey_1`.. there are.
pub const SURVEYS: usize = 4;

/// A block of subjects holds each stratum exactly this often: (class, pirate with a peg leg, count). Published.
pub const STRATA: [(usize, bool, usize); 5] =
    [(0, false, 506), (0, true, 5), (1, false, 93), (1, true, 1), (2, false, 56)];

// ---------------------------------------------------------------------------------------------------------
// Difficulty

/// Row: a subject's label; column: the probability that it moves and answers like a subject of that class.
///
/// A label is what a person said, not what a sensor saw: this is the share of subjects whom no model can
/// classify. It is the main difficulty constant, shaped after the confusions of a careful out-of-fold result
/// on the real data, rows `[502, 5, 4] [6, 84, 4] [7, 5, 44]`.
pub const EXPRESSED: [[f64; 3]; 3] = [[0.988, 0.007, 0.005], [0.045, 0.930, 0.025], [0.085, 0.055, 0.860]];

/// Log-normal spread of how strongly a subject in pain expresses it (median 1). Faint expressions are what a
/// better model can still tell apart. Chosen with [`EXPRESSED`].
pub const SEVERITY_SPREAD: f64 = 0.35;

// ---------------------------------------------------------------------------------------------------------
// Joints 00 to 12: value = max(0, level + drift + white noise); the level has the rank of the latent one

/// How many joints have a level, drift and white noise.
pub const BODY: usize = 13;
/// How many joints the posture decides, and drift in pain.
pub const POSTURED: usize = 6;

/// How joints 00 to 05 are held.
pub struct Posture {
    /// Mean latent levels.
    pub levels: [f64; POSTURED],
    /// Standard deviations of the latent levels between the subjects in this posture.
    pub spread: [f64; POSTURED],
}

const fn posture(levels: [f64; POSTURED], spread: [f64; POSTURED]) -> Posture {
    Posture { levels, spread }
}

/// How many common postures there are, which everybody takes who does not guard a body in pain.
pub const COMMON: usize = 6;
/// How many postures there are: the common ones, a rare one, two that guard in low pain and two in high pain.
pub const ALL_POSTURES: usize = COMMON + 1 + 4;
/// The common postures, the rare one, those that guard. Fitted by `postures.py`, with the weights, to the published
/// distributions, correlations and class means of these joints, so that what a sensor shows for a latent level
/// ([`super::marginal`]) is nearly the level itself. Chosen, for what a model has to learn: guarding postures keep
/// 0.55 away from those of other classes, and subjects in one posture differ by .035 to .07 (published between
/// subjects without pain: .063 .028 .046 .035 .061 .048), but for the rare one, which has the low ends to itself.
pub const POSTURES: [Posture; ALL_POSTURES] = [
    posture([1.06, 1.03, 1.00, 0.97, 1.04, 1.02], [0.04, 0.04, 0.04, 0.06, 0.06, 0.04]),
    posture([0.89, 0.85, 0.42, 0.29, 0.12, 0.07], [0.07, 0.07, 0.07, 0.07, 0.04, 0.07]),
    posture([0.62, 0.69, 0.27, 0.47, 0.03, 0.09], [0.04, 0.04, 0.07, 0.07, 0.04, 0.04]),
    posture([1.18, 1.12, 0.91, 1.00, 0.89, 0.93], [0.04, 0.04, 0.04, 0.04, 0.04, 0.04]),
    posture([1.02, 1.10, 0.84, 1.01, 0.17, 0.83], [0.04, 0.04, 0.04, 0.04, 0.04, 0.04]),
    posture([0.84, 0.55, 0.82, 0.34, 0.89, 0.17], [0.04, 0.04, 0.07, 0.07, 0.07, 0.07]),
    posture([0.46, 0.42, 0.11, 0.11, 0.04, 0.18], [0.10, 0.16, 0.09, 0.04, 0.04, 0.04]),
    posture([0.97, 0.86, 0.89, 0.76, 0.93, 0.57], [0.04, 0.04, 0.04, 0.07, 0.07, 0.07]),
    posture([0.77, 1.01, 0.68, 0.97, 0.62, 1.19], [0.04, 0.05, 0.04, 0.06, 0.07, 0.04]),
    posture([1.14, 0.98, 1.13, 1.00, 0.30, 0.31], [0.04, 0.07, 0.04, 0.07, 0.07, 0.05]),
    posture([0.73, 0.78, 0.57, 0.65, 1.04, 1.00], [0.04, 0.04, 0.04, 0.06, 0.04, 0.04]),
];

/// Probability of the rare posture, of every class, so that nothing but movement and surveys tells in it who is in
/// pain. Chosen as about the share of the rows at the low ends of joints 00 to 03.
pub const RARE: f64 = 0.05;
/// Probability of a guarding posture in pain, if it is not the rare one: how much of the signal is level, which a short
/// window shows, and not change, which takes more of the recording. Chosen with [`EXPRESSED`].
pub const GUARDING: [f64; 3] = [0.0, 0.97, 0.97];
/// Probability of each of the common postures for subjects that do not guard. Fitted with [`POSTURES`].
pub const COMMON_WEIGHTS: [f64; COMMON] = [0.565, 0.134, 0.108, 0.079, 0.060, 0.055];
/// Probability of each of the class's two guarding postures. Fitted with [`POSTURES`].
pub const GUARDING_WEIGHTS: [[f64; 2]; 3] = [[0.5, 0.5], [0.608, 0.392], [0.457, 0.543]];

/// The test set's weights of the common postures: about half of the published shift. Fitted by `postures.py`.
pub const TEST_COMMON_WEIGHTS: [f64; COMMON] = [0.574, 0.148, 0.059, 0.124, 0.076, 0.019];
/// The test set's offset of joints 00 to 03: the rest of the published shift (0.041, 0.085, 0.054, 0.072).
pub const TEST_OFFSETS: [f64; 4] = [0.020, 0.055, 0.033, 0.044];

/// Standard deviation of the white noise of joints 00 to 12. Published.
pub const NOISE: [f64; BODY] =
    [0.049, 0.047, 0.038, 0.039, 0.038, 0.035, 0.043, 0.042, 0.040, 0.045, 0.035, 0.035, 0.049];

/// Joints 06 and 07 share two modes: usual levels, and rarely much lower ones.
pub struct Arms {
    /// Probability of the low mode by class. Fitted to the class means.
    pub low_probability: [f64; 3],
    /// Levels of joints 06 and 07 in the usual mode.
    pub usual: [f64; 2],
    /// Standard deviation of the levels between subjects in the usual mode. Published.
    pub usual_spread: [f64; 2],
    /// Levels in the low mode.
    pub low: [f64; 2],
    /// Standard deviation of the levels between subjects in the low mode.
    pub low_spread: f64,
    /// Factor L of the correlation matrix L Lᵀ of the two levels within a mode.
    pub factor: [[f64; 2]; 2],
}

/// Fitted to the published means and correlation (0.828) of joints 06 and 07.
pub const ARMS: Arms = Arms {
    low_probability: [0.117, 0.041, 0.041],
    usual: [0.948, 0.910],
    usual_spread: [0.063, 0.065],
    low: [0.223, 0.185],
    low_spread: 0.22,
    factor: [[1.0, 0.0], [0.55, 0.8352]],
};

/// The first of the joints whose levels have one mode and rare others, 08 to 12.
pub const TRUNK_FROM: usize = 8;
/// How many they are.
pub const TRUNK: usize = BODY - TRUNK_FROM;
/// Mean latent levels of joints 08 to 12 by class. Published, plus what the rare modes below take away.
pub const TRUNK_LEVELS: [[f64; TRUNK]; 3] = [
    [0.866, 0.951, 0.702, 0.696, 1.065],
    [0.871, 0.923, 0.709, 0.708, 1.025],
    [0.880, 0.914, 0.604, 0.618, 1.090],
];
/// Standard deviation of the levels of joints 08 to 12 between subjects. Fitted to the columns' published ones.
pub const TRUNK_SPREAD: [f64; TRUNK] = [0.160, 0.110, 0.256, 0.260, 0.051];
/// Factor L of the levels' correlation matrix L Lᵀ. Fitted to the correlations 08-09 .502, 09-10 -.35,
/// 10-11 .949.
pub const TRUNK_FACTOR: [[f64; TRUNK]; TRUNK] = [
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.43, 0.9028, 0.0, 0.0, 0.0],
    [0.0, -0.56, 0.8285, 0.0, 0.0],
    [0.0, -0.54, 0.7975, 0.2691, 0.0],
    [0.0, 0.0, 0.0, 0.0, 1.0],
];
/// Probability and displacement of a rare mode that 08 and 09 share, and of one of 12. Fitted to the columns'
/// standard deviations.
pub const TURNED: (f64, [f64; 2]) = (0.06, [-0.30, -0.56]);
/// See [`TURNED`].
pub const BOWED: (f64, f64) = (0.035, -0.39);

/// Pain drifts: a parabola over the recording, of zero mean, whose ends rise this much above its lowest point
/// at severity 1. Joints 00 to 05 by class; published as 0.05 to 0.1.
pub const DRIFT: [[f64; POSTURED]; 3] =
    [[0.0; POSTURED], [0.09, 0.05, 0.10, 0.05, 0.10, 0.05], [0.06, 0.08, 0.06, 0.09, 0.06, 0.10]];
/// Mean of the position of the lowest point, as a share of the recording, by class; and its spread. Chosen.
pub const LOWEST: [f64; 3] = [0.5, 0.45, 0.55];
/// See [`LOWEST`].
pub const LOWEST_SPREAD: f64 = 0.12;

// ---------------------------------------------------------------------------------------------------------
// Joints 26 to 29: the latent motion is a subject's level plus an autoregressive process; the value has its rank

/// The first of them.
pub const LIMBS_FROM: usize = 26;
/// How many they are.
pub const LIMBS: usize = 4;
/// Means of joints 26 to 29 by class (at severity 1 in pain) if the latent motion were their logarithm. Fitted to
/// the published class means.
pub const LIMB_MEANS: [[f64; LIMBS]; 3] =
    [[0.033, 0.048, 0.044, 0.056], [0.073, 0.089, 0.050, 0.073], [0.077, 0.079, 0.086, 0.108]];
/// Standard deviation of the latent motion within a recording, by class (at severity 1 in pain). Fitted to the
/// published 0.02 of the values without pain.
pub const LIMB_MOTION: [[f64; LIMBS]; 3] =
    [[0.45, 0.38, 0.37, 0.33], [0.78, 0.76, 0.61, 0.60], [0.78, 0.68, 0.78, 0.73]];
/// Standard deviation of the latent motion's level between subjects. Fitted with [`LIMB_MOTION`].
pub const LIMB_SPREAD: f64 = 0.50;
/// Lag-1 autocorrelation. Published as 0.3 to 0.5.
pub const LIMB_AUTOCORRELATION: f64 = 0.45;
/// Factor of the correlation matrix of joints 26 to 29, of the levels and of the motion. Fitted to 26-27 .688,
/// 28-29 .458.
pub const LIMB_FACTOR: [[f64; LIMBS]; LIMBS] =
    [[1.0, 0.0, 0.0, 0.0], [0.70, 0.7141, 0.0, 0.0], [0.30, 0.10, 0.9487, 0.0], [0.30, 0.10, 0.39, 0.8649]];

// ---------------------------------------------------------------------------------------------------------
// Joints 13 to 25 and 30: no signal

/// Share of exact zeros in joints 13 to 25. Published: 45 to 52 % on five joints, none on the others; that their
/// medians are not zero leaves less than a half. Which share each has is chosen.
pub const ZEROS: [f64; 13] = [0.48, 0.0, 0.48, 0.0, 0.47, 0.47, 0.0, 0.46, 0.0, 0.0, 0.0, 0.0, 0.0];
/// The least value above zero where the published minimum is zero. Chosen.
pub const RESTING_LEAST: f64 = 1e-8;
/// Share of the steps that are peaks: where joints 15 and 16 may have their values in common. Chosen.
pub const PEAKS: f64 = 0.02;
/// Share of the steps at which their peaks are in common. Fitted to the correlation .767.
pub const SHARED_PEAKS: f64 = 0.8;
/// Probability that a subject has spikes throughout on joints 20 to 25 (published: one subject of 661), and of a
/// spike at each of its steps (chosen).
pub const FAULTY: (f64, f64) = (1.0 / 661.0, 0.05);
/// Such a spike is one of this share of the greatest values. Chosen.
pub const FAULTY_PEAKS: f64 = 1e-3;
/// Joint 30 is constant. Published.
pub const JOINT_30: f64 = 0.5;

// ---------------------------------------------------------------------------------------------------------
// Surveys: a hidden level per subject; a step shows it, or one of the other two

/// Probability that a step shows the hidden level; the other two answers share the rest. Published.
pub const SURVEY_FAITHFUL: f64 = 0.8;
/// The level of a subject who reports nothing.
pub const SURVEY_USUAL: u8 = 2;
/// Probability that a subject in pain reports it. Fitted to the correlation between surveys (.03 to .06) and the
/// variance that they explain.
pub const SURVEY_REPORTS: [f64; 3] = [0.0, 0.50, 0.50];
/// Probability of a lower level on each survey of a subject who reports. Fitted to the published shares of twos.
pub const SURVEY_LOWERED: [f64; SURVEYS] = [0.66, 0.455, 0.495, 0.39];
/// Probability that a lowered level is 1, not 0, by class. Fitted to the published shares of zeros; how it differs
/// by class is chosen.
pub const SURVEY_ONE: [f64; 3] = [0.9, 0.78, 0.60];
