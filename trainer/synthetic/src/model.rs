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
// Joints 00 to 12: value = max(0, level + drift + white noise)

/// How many joints have a level, drift and white noise.
pub const BODY: usize = 13;
/// How many joints the posture decides, and drift in pain.
pub const POSTURED: usize = 6;

/// Levels of joints 00 to 05 in each posture: six that everybody takes, two that guard a body in low pain, two
/// in high pain. Fitted, with the weights, to the published means by class, standard deviations, quartiles
/// (which make 04 and 05 bimodal) and correlations of these joints; guarding ones keep a distance of 0.5 from
/// those of other classes.
pub const POSTURES: [[f64; POSTURED]; 10] = [
    [1.06, 1.00, 1.01, 1.01, 1.06, 1.00],
    [1.11, 1.09, 0.98, 0.96, 1.01, 1.01],
    [0.62, 0.60, 0.25, 0.23, 0.07, 0.09],
    [0.77, 0.89, 0.54, 0.80, 0.51, 1.20],
    [1.12, 1.20, 0.90, 1.00, 0.07, 0.38],
    [1.07, 0.82, 0.86, 0.41, 0.88, 0.18],
    [0.84, 1.01, 0.59, 0.77, 0.68, 0.67],
    [0.88, 0.67, 1.09, 0.90, 0.97, 1.01],
    [0.82, 0.84, 0.76, 0.88, 1.10, 1.05],
    [0.95, 0.83, 0.84, 0.64, 0.08, 0.13],
];

/// Probability of a guarding posture in pain: how much of the signal is level, which a short window shows, and
/// not change, which takes more of the recording. Chosen with [`EXPRESSED`].
pub const GUARDING: [f64; 3] = [0.0, 0.92, 0.92];
/// Probability of each of the first six postures for subjects that do not guard. Fitted with [`POSTURES`].
pub const COMMON_WEIGHTS: [f64; 6] = [0.214, 0.385, 0.214, 0.054, 0.068, 0.065];
/// Probability of each of the class's two guarding postures, which follow the common ones. Fitted with
/// [`POSTURES`].
pub const GUARDING_WEIGHTS: [[f64; 2]; 3] = [[0.5, 0.5], [0.631, 0.369], [0.521, 0.479]];

/// The test set's weights of the first six postures: about half of the published shift.
pub const TEST_COMMON_WEIGHTS: [f64; 6] = [0.104, 0.501, 0.163, 0.056, 0.126, 0.050];
/// The test set's offset of joints 00 to 03: the rest of the published shift (0.041, 0.085, 0.054, 0.072).
pub const TEST_OFFSETS: [f64; 4] = [0.020, 0.055, 0.033, 0.044];

/// Standard deviation of the levels of joints 00 to 07 between subjects of one posture. Published.
pub const LEVEL_SPREAD: [f64; 8] = [0.063, 0.028, 0.046, 0.035, 0.061, 0.048, 0.063, 0.065];
/// Standard deviation of the white noise of joints 00 to 12. Published.
pub const NOISE: [f64; BODY] =
    [0.049, 0.047, 0.038, 0.039, 0.038, 0.035, 0.043, 0.042, 0.040, 0.045, 0.035, 0.035, 0.049];

/// Joints 06 and 07 share two modes: usual levels, and rarely much lower ones.
pub struct Arms {
    /// Probability of the low mode by class. Fitted to the class means.
    pub low_probability: [f64; 3],
    /// Levels of joints 06 and 07 in the usual mode.
    pub usual: [f64; 2],
    /// Levels in the low mode.
    pub low: [f64; 2],
    /// Standard deviation of the levels between subjects in the low mode.
    pub low_spread: f64,
}

/// Fitted to the published means, standard deviations and correlation (0.828) of joints 06 and 07.
pub const ARMS: Arms = Arms {
    low_probability: [0.117, 0.041, 0.041],
    usual: [0.948, 0.910],
    low: [0.223, 0.185],
    low_spread: 0.22,
};

/// Mean levels of joints 08 to 12 by class. Published, plus what the rare modes below take away.
pub const TRUNK_LEVELS: [[f64; 5]; 3] = [
    [0.866, 0.951, 0.702, 0.696, 1.065],
    [0.871, 0.923, 0.709, 0.708, 1.025],
    [0.880, 0.914, 0.604, 0.618, 1.090],
];
/// Standard deviation of the levels of joints 08 to 12 between subjects. Fitted to the columns' published ones.
pub const TRUNK_SPREAD: [f64; 5] = [0.160, 0.110, 0.256, 0.260, 0.051];
/// Factor L of the levels' correlation matrix L Lᵀ. Fitted to the correlations 08-09 .502, 09-10 -.35,
/// 10-11 .949.
pub const TRUNK_FACTOR: [[f64; 5]; 5] = [
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.40, 0.9165, 0.0, 0.0, 0.0],
    [0.0, -0.62, 0.7846, 0.0, 0.0],
    [0.0, -0.60, 0.7582, 0.2553, 0.0],
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
// Joints 26 to 29: the logarithm is a subject's level plus an autoregressive process

/// The number of joints from 26 on.
pub const LIMBS: usize = 4;
/// Class means of joints 26 to 29 (at severity 1 in pain). Published.
pub const LIMB_MEANS: [[f64; LIMBS]; 3] =
    [[0.033, 0.048, 0.044, 0.056], [0.078, 0.100, 0.055, 0.075], [0.078, 0.083, 0.092, 0.110]];
/// Standard deviation of the logarithm within a recording, by class (at severity 1 in pain). No pain: published
/// as 0.02 on the values; pain: fitted to the columns' standard deviations.
pub const LIMB_MOTION: [[f64; LIMBS]; 3] =
    [[0.50, 0.45, 0.42, 0.38], [0.90, 0.90, 0.70, 0.70], [0.90, 0.80, 0.90, 0.85]];
/// Standard deviation of the logarithm's level between subjects. Fitted with [`LIMB_MOTION`].
pub const LIMB_SPREAD: f64 = 0.45;
/// Lag-1 autocorrelation. Published as 0.3 to 0.5.
pub const LIMB_AUTOCORRELATION: f64 = 0.45;
/// Factor of the correlation matrix of joints 26 to 29, of the levels and of the motion. Fitted to 26-27 .688,
/// 28-29 .458.
pub const LIMB_FACTOR: [[f64; LIMBS]; LIMBS] =
    [[1.0, 0.0, 0.0, 0.0], [0.80, 0.60, 0.0, 0.0], [0.30, 0.10, 0.9487, 0.0], [0.30, 0.10, 0.45, 0.8352]];
/// The sensor saturates: y becomes y / sqrt(1 + (y / limit)^2). Published maxima are 1.2 to 1.4.
pub const LIMB_LIMIT: f64 = 1.4;

// ---------------------------------------------------------------------------------------------------------
// Joints 13 to 25 and 30: no signal

/// A joint that rests near zero: exact zeros, a tiny log-normal floor, rare single-step spikes.
pub struct Resting {
    /// Share of exact zeros. Published: 45 to 52 % on five joints, none on the others.
    pub zeros: f64,
    /// Median of the floor. Published: medians 7e-7 to 4e-6.
    pub floor: f64,
    /// Probability of a spike at a step. Fitted to the published means, 3e-5 to 3.5e-4.
    pub spikes: f64,
}

const fn resting(zeros: f64, floor: f64, spikes: f64) -> Resting {
    Resting { zeros, floor, spikes }
}

/// Joints 13 to 25.
pub const RESTING: [Resting; 13] = [
    resting(0.52, 1.5e-6, 1.0e-4),
    resting(0.00, 2.1e-6, 2.0e-4),
    resting(0.50, 1.4e-6, 5.0e-4),
    resting(0.00, 1.8e-6, 5.0e-4),
    resting(0.48, 1.6e-6, 1.5e-4),
    resting(0.47, 1.9e-6, 2.5e-4),
    resting(0.00, 7.0e-7, 1.0e-4),
    resting(0.45, 2.2e-6, 6.0e-4),
    resting(0.00, 4.0e-6, 4.0e-4),
    resting(0.00, 2.6e-6, 3.0e-4),
    resting(0.00, 3.1e-6, 5.0e-4),
    resting(0.00, 1.2e-6, 2.0e-4),
    resting(0.00, 2.4e-6, 3.0e-4),
];
/// Log-normal spread of the floors. Chosen.
pub const FLOOR_SPREAD: f64 = 1.0;
/// A spike is this times the square of a uniform number. Published maximum 1.44.
pub const SPIKE_LIMIT: f64 = 1.44;
/// Share of the spikes of joints 15 and 16 that they have in common. Fitted to the correlation .767.
pub const SHARED_SPIKES: f64 = 0.8;
/// Probability that a subject has spikes throughout on joints 20 to 25 (published: one subject of 661), and of a
/// spike at each of its steps (chosen).
pub const FAULTY: (f64, f64) = (1.0 / 661.0, 0.05);
/// Joint 30 is constant. Published.
pub const JOINT_30: f64 = 0.5;

// ---------------------------------------------------------------------------------------------------------
// Surveys: a hidden level per subject; a step shows it, or one of the other two

/// Probability that a step shows the hidden level; the other two answers share the rest. Published.
pub const SURVEY_FAITHFUL: f64 = 0.8;
/// The level of a subject who reports nothing.
pub const SURVEY_USUAL: u8 = 2;
/// Probability that a subject in pain reports it, and of a lower level on each survey if it does. Fitted to the
/// share of twos (76 %), the correlation between surveys (.03 to .06) and the variance that they explain.
pub const SURVEY_REPORTS: [f64; 3] = [0.0, 0.36, 0.36];
/// See [`SURVEY_REPORTS`].
pub const SURVEY_LOWERED: f64 = 0.68;
/// Probability that a lowered level is 1, not 0, by class. Chosen.
pub const SURVEY_ONE: [f64; 3] = [0.9, 0.85, 0.65];
