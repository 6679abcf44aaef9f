//! One subject: its hidden state, then what the sensors show of it.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::marginal::marginals;
use super::model::*;
pub use super::population::Split;
use super::population::{limb_state, parabola, posture_probabilities};
use super::resting;

/// What is drawn for a whole block of subjects, so that every block has the published class balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stratum {
    /// Index into [`CLASSES`]: the label.
    pub class: usize,
    /// Whether the three text columns say peg leg, hook hand and eye patch.
    pub pirate: bool,
}

/// A subject's hidden state; given it, the steps of the white-noise and spike joints are independent.
#[derive(Debug, Clone, PartialEq)]
pub struct Latents {
    /// What the label says, and the text columns.
    pub stratum: Stratum,
    /// The class that the subject moves like; see [`EXPRESSED`].
    pub expressed: usize,
    /// How strongly pain shows, about 1; 0 without pain.
    pub severity: f64,
    /// Levels of joints 00 to 12, in their own units.
    pub levels: [f64; BODY],
    /// How far the ends of the parabola rise above its lowest point, joints 00 to 05.
    pub drift: [f64; POSTURED],
    /// Where the parabola is lowest, as a share of the recording.
    pub lowest: f64,
    /// Mean of the latent motion of joints 26 to 29.
    pub limb_levels: [f64; LIMBS],
    /// Its standard deviation within the recording.
    pub limb_motion: [f64; LIMBS],
    /// Hidden survey levels, 0 to 2.
    pub surveys: [u8; SURVEYS],
    /// Whether joints 20 to 25 spike throughout.
    pub faulty: bool,
}

/// One row of the recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// `pain_survey_1`..
    pub surveys: [u8; SURVEYS],
    /// `joint_00`..
    pub joints: [f64; JOINTS],
}

/// Draws the strata of one block of subjects.
///
/// Each stratum is spread evenly, with jitter, so that a part of a block is balanced too.
fn strata(seed: u64, split: Split, block: u64) -> Vec<Stratum> {
    let mut rng = stream(seed, split, Domain::Strata, block);
    let mut keyed = Vec::with_capacity(block_length());
    for (class, pirate, count) in STRATA {
        for k in 0..count {
            let key = (k as f64 + rng.random::<f64>()) / count as f64;
            keyed.push((key, Stratum { class, pirate }));
        }
    }
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    keyed.into_iter().map(|(_, stratum)| stratum).collect()
}

/// Indices and strata of `subjects` subjects, drawn block by block.
pub fn stratified(seed: u64, split: Split, subjects: u64) -> impl Iterator<Item = (u64, Stratum)> {
    (0..subjects.div_ceil(block_length() as u64))
        .flat_map(move |block| strata(seed, split, block))
        .zip(0..subjects)
        .map(|(stratum, index)| (index, stratum))
}

/// How many subjects a block holds: as many as the published training set.
fn block_length() -> usize {
    STRATA.iter().map(|(_, _, count)| count).sum()
}

/// A subject with its random numbers, which depend on seed, split and index alone.
pub struct Subject {
    latents: Latents,
    rng: ChaCha8Rng,
}

impl Subject {
    /// Draws the hidden state.
    pub fn draw(seed: u64, split: Split, index: u64, stratum: Stratum) -> Self {
        let mut rng = stream(seed, split, Domain::Subject, index);
        let latents = Latents::draw(&mut rng, split, stratum);
        Self { latents, rng }
    }

    /// The hidden state: what the best possible classifier would have to guess.
    pub fn latents(&self) -> &Latents {
        &self.latents
    }

    /// Draws the recording, `count` steps.
    pub fn into_steps(mut self, count: usize) -> Vec<Step> {
        let rng = &mut self.rng;
        let latents = &self.latents;
        let parabola = parabola(count, latents.lowest);
        let mut motion = correlated(rng, &LIMB_FACTOR);
        let mut steps = Vec::with_capacity(count);
        for (time, bend) in parabola.into_iter().enumerate() {
            if time > 0 {
                let fresh = correlated(rng, &LIMB_FACTOR);
                let keep = LIMB_AUTOCORRELATION;
                for (m, f) in motion.iter_mut().zip(fresh) {
                    *m = keep * *m + (1.0 - keep * keep).sqrt() * f;
                }
            }
            let mut joints = [0.0; JOINTS];
            for joint in 0..BODY {
                let drift = if joint < POSTURED { latents.drift[joint] * bend } else { 0.0 };
                joints[joint] = (latents.levels[joint] + drift + NOISE[joint] * normal(rng)).max(0.0);
            }
            joints[BODY..LIMBS_FROM].copy_from_slice(&resting::draw(rng, latents.faulty));
            for limb in 0..LIMBS {
                let latent = latents.limb_levels[limb] + latents.limb_motion[limb] * motion[limb];
                joints[LIMBS_FROM + limb] = marginals().limbs[limb].value(latent);
            }
            joints[30] = JOINT_30;
            let surveys = latents.surveys.map(|level| answer(rng, level));
            steps.push(Step { surveys, joints });
        }
        steps
    }
}

impl Latents {
    fn draw(rng: &mut impl Rng, split: Split, stratum: Stratum) -> Self {
        let expressed = choose(rng, &EXPRESSED[stratum.class]);
        let severity = if expressed == 0 { 0.0 } else { (SEVERITY_SPREAD * normal(rng)).exp() };
        let (limb_levels, limb_motion) = limbs(rng, expressed, severity);
        Self {
            stratum,
            expressed,
            severity,
            levels: levels(rng, split, expressed),
            drift: DRIFT[expressed].map(|amplitude| amplitude * severity),
            lowest: LOWEST[expressed] + LOWEST_SPREAD * normal(rng),
            limb_levels,
            limb_motion,
            surveys: survey_levels(rng, expressed),
            faulty: rng.random_bool(FAULTY.0),
        }
    }
}

/// Latent levels, then what the training set shows for them, then what moves the test set.
fn levels(rng: &mut impl Rng, split: Split, class: usize) -> [f64; BODY] {
    let latent = latent_levels(rng, split, class);
    let mut levels = std::array::from_fn(|joint| marginals().levels[joint].inverse(latent[joint]));
    if split == Split::Test {
        for (level, offset) in levels.iter_mut().zip(TEST_OFFSETS) {
            *level += offset;
        }
    }
    levels
}

fn latent_levels(rng: &mut impl Rng, split: Split, class: usize) -> [f64; BODY] {
    let mut levels = [0.0; BODY];

    let posture = &POSTURES[choose(rng, &posture_probabilities(split, class))];
    let postured = posture.levels.iter().zip(&posture.spread);
    for (level, (mean, spread)) in levels.iter_mut().zip(postured) {
        *level = mean + spread * normal(rng);
    }

    let low = rng.random_bool(ARMS.low_probability[class]);
    let scatter = correlated(rng, &ARMS.factor);
    for (arm, scatter) in scatter.into_iter().enumerate() {
        let (level, spread) =
            if low { (ARMS.low[arm], ARMS.low_spread) } else { (ARMS.usual[arm], ARMS.usual_spread[arm]) };
        levels[POSTURED + arm] = level + spread * scatter;
    }

    let trunk = &mut levels[TRUNK_FROM..];
    let scatter = correlated(rng, &TRUNK_FACTOR);
    for (k, level) in trunk.iter_mut().enumerate() {
        *level = TRUNK_LEVELS[class][k] + TRUNK_SPREAD[k] * scatter[k];
    }
    if rng.random_bool(TURNED.0) {
        trunk[0] += TURNED.1[0];
        trunk[1] += TURNED.1[1];
    }
    if rng.random_bool(BOWED.0) {
        trunk[4] += BOWED.1;
    }
    levels
}

/// Level and standard deviation of the latent motion.
fn limbs(rng: &mut impl Rng, class: usize, severity: f64) -> ([f64; LIMBS], [f64; LIMBS]) {
    let scatter = correlated(rng, &LIMB_FACTOR);
    let (mut levels, motion) = limb_state(class, severity);
    for (level, scatter) in levels.iter_mut().zip(scatter) {
        *level += LIMB_SPREAD * scatter;
    }
    (levels, motion)
}

fn survey_levels(rng: &mut impl Rng, class: usize) -> [u8; SURVEYS] {
    let reports = rng.random_bool(SURVEY_REPORTS[class]);
    SURVEY_LOWERED.map(|lowered| {
        if reports && rng.random_bool(lowered) {
            u8::from(rng.random_bool(SURVEY_ONE[class]))
        } else {
            SURVEY_USUAL
        }
    })
}

/// The hidden level, or one of the other two answers.
fn answer(rng: &mut impl Rng, level: u8) -> u8 {
    if rng.random_bool(SURVEY_FAITHFUL) { level } else { (level + rng.random_range(1..=2)) % 3 }
}

/// The product of a lower triangular factor with standard normal numbers.
fn correlated<const N: usize>(rng: &mut impl Rng, factor: &[[f64; N]; N]) -> [f64; N] {
    let z: [f64; N] = std::array::from_fn(|_| normal(rng));
    factor.map(|row| row.iter().zip(&z).map(|(a, b)| a * b).sum())
}

fn normal(rng: &mut impl Rng) -> f64 {
    rng.sample(StandardNormal)
}

/// An index, with probability proportional to its weight.
fn choose(rng: &mut impl Rng, weights: &[f64]) -> usize {
    let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    weights.len() - 1
}

/// What a random stream is for.
enum Domain {
    Strata = 0,
    Subject = 1,
}

/// An independent generator per seed, split, purpose and index: ChaCha has 2^64 streams for a seed.
fn stream(seed: u64, split: Split, domain: Domain, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index << 2 | (domain as u64) << 1 | split as u64);
    rng
}
