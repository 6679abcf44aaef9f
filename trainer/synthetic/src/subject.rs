//! One subject: its hidden state, then what the sensors show of it.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::model::*;

/// Which of the two sets a subject belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// The labelled set that models are fitted on.
    Train,
    /// The shifted set that they are judged on.
    Test,
}

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
    /// Levels of joints 00 to 12.
    pub levels: [f64; BODY],
    /// How far the ends of the parabola rise above its lowest point, joints 00 to 05.
    pub drift: [f64; POSTURED],
    /// Where the parabola is lowest, as a share of the recording.
    pub lowest: f64,
    /// Mean of the logarithm of joints 26 to 29.
    pub limb_levels: [f64; LIMBS],
    /// Standard deviation of the logarithm of joints 26 to 29 within the recording.
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
            resting_joints(rng, latents.faulty, &mut joints[BODY..BODY + RESTING.len()]);
            for limb in 0..LIMBS {
                let y = (latents.limb_levels[limb] + latents.limb_motion[limb] * motion[limb]).exp();
                joints[26 + limb] = y / (1.0 + (y / LIMB_LIMIT).powi(2)).sqrt();
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

fn levels(rng: &mut impl Rng, split: Split, class: usize) -> [f64; BODY] {
    let mut levels = [0.0; BODY];

    let posture = if rng.random_bool(GUARDING[class]) {
        COMMON_WEIGHTS.len() + 2 * (class - 1) + choose(rng, &GUARDING_WEIGHTS[class])
    } else {
        let weights = if split == Split::Test { &TEST_COMMON_WEIGHTS } else { &COMMON_WEIGHTS };
        choose(rng, weights)
    };
    for joint in 0..POSTURED {
        levels[joint] = POSTURES[posture][joint] + LEVEL_SPREAD[joint] * normal(rng);
    }
    if split == Split::Test {
        for (level, offset) in levels.iter_mut().zip(TEST_OFFSETS) {
            *level += offset;
        }
    }

    let low = rng.random_bool(ARMS.low_probability[class]);
    for arm in 0..2 {
        let joint = POSTURED + arm;
        let (level, spread) =
            if low { (ARMS.low[arm], ARMS.low_spread) } else { (ARMS.usual[arm], LEVEL_SPREAD[joint]) };
        levels[joint] = level + spread * normal(rng);
    }

    let trunk = &mut levels[8..];
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

/// Means and standard deviations of the logarithm: no pain's, moved towards the class's by the severity.
fn limbs(rng: &mut impl Rng, class: usize, severity: f64) -> ([f64; LIMBS], [f64; LIMBS]) {
    let scatter = correlated(rng, &LIMB_FACTOR);
    let (mut levels, motion) = limb_state(class, severity);
    for (level, scatter) in levels.iter_mut().zip(scatter) {
        *level += LIMB_SPREAD * scatter;
    }
    (levels, motion)
}

/// As [`limbs`], before subjects differ.
pub(super) fn limb_state(class: usize, severity: f64) -> ([f64; LIMBS], [f64; LIMBS]) {
    let towards = |from: f64, to: f64| from + severity * (to - from);
    (
        std::array::from_fn(|limb| towards(limb_median(0, limb), limb_median(class, limb))),
        std::array::from_fn(|limb| towards(LIMB_MOTION[0][limb], LIMB_MOTION[class][limb])),
    )
}

/// The logarithm's mean that gives a log-normal variable the class's mean.
fn limb_median(class: usize, limb: usize) -> f64 {
    let variance = LIMB_SPREAD.powi(2) + LIMB_MOTION[class][limb].powi(2);
    LIMB_MEANS[class][limb].ln() - variance / 2.0
}

fn survey_levels(rng: &mut impl Rng, class: usize) -> [u8; SURVEYS] {
    let reports = rng.random_bool(SURVEY_REPORTS[class]);
    std::array::from_fn(|_| {
        if reports && rng.random_bool(SURVEY_LOWERED) {
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

fn resting_joints(rng: &mut impl Rng, faulty: bool, joints: &mut [f64]) {
    // Joints 15 and 16, which share spikes, and the first joint that a faulty sensor shows in.
    const PAIR: (usize, usize) = (2, 3);
    const FAULTY_FROM: usize = 7;

    let shared = rng.random_bool(RESTING[PAIR.0].spikes * SHARED_SPIKES).then(|| spike(rng));
    for (k, (joint, model)) in joints.iter_mut().zip(&RESTING).enumerate() {
        let paired = k == PAIR.0 || k == PAIR.1;
        let rate = match (faulty && k >= FAULTY_FROM, paired) {
            (true, _) => FAULTY.1,
            (false, true) => model.spikes * (1.0 - SHARED_SPIKES),
            (false, false) => model.spikes,
        };
        *joint = if rng.random_bool(rate) {
            spike(rng)
        } else if paired && let Some(height) = shared {
            height * rng.random_range(0.6..1.0)
        } else if rng.random_bool(model.zeros) {
            0.0
        } else {
            model.floor * (FLOOR_SPREAD * normal(rng)).exp()
        };
    }
}

fn spike(rng: &mut impl Rng) -> f64 {
    SPIKE_LIMIT * rng.random::<f64>().powi(2)
}

/// A parabola of zero mean over `count` steps, lowest at the share `lowest` of them; were it lowest in the middle,
/// its ends would lie 1 above its lowest point.
pub(super) fn parabola(count: usize, lowest: f64) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    let mut values: Vec<f64> = (0..count).map(|t| 4.0 * (t as f64 / last - lowest).powi(2)).collect();
    let mean = values.iter().sum::<f64>() / count as f64;
    for value in &mut values {
        *value -= mean;
    }
    values
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
