//! The likelihoods against plain Monte Carlo over the hidden states, on recordings so short that it converges.

use super::normal::log_cdf;
use super::*;
use crate::marginal::marginals;
use crate::population::parabola;
use crate::subject::{Latents, Stratum, Subject};

const STEPS: usize = 2;
/// For the parts with many levels: one step leaves more of the draws with weight.
const FEW_STEPS: usize = 1;
const DRAWS: u64 = 300_000;
const RECORDINGS: u64 = 24;
const PARTS: usize = 5;
/// As many equally weighted draws would have the same variance.
const EFFECTIVE_DRAWS: f64 = 40.0;

fn log_normal(x: f64, mean: f64, deviation: f64) -> f64 {
    -0.5 * ((x - mean) / deviation).powi(2) - deviation.ln()
}

/// Log density of some of joints 00 to 12 given the hidden state.
fn of_body(steps: &[Step], latents: &Latents, joints: std::ops::Range<usize>) -> f64 {
    let bend = parabola(steps.len(), latents.lowest);
    let of = |joint: usize, time: usize| {
        let drift = latents.drift.get(joint).map_or(0.0, |drift| drift * bend[time]);
        let (mean, value) = (latents.levels[joint] + drift, steps[time].joints[joint]);
        if value == 0.0 { log_cdf(-mean / NOISE[joint]) } else { log_normal(value, mean, NOISE[joint]) }
    };
    joints
        .flat_map(|joint| (0..steps.len()).map(move |time| (joint, time)))
        .map(|(joint, time)| of(joint, time))
        .sum()
}

/// Log density of joints 26 to 29 given the hidden state.
fn of_limbs(steps: &[Step], latents: &Latents) -> f64 {
    let mut before = None;
    let mut log = 0.0;
    for step in steps {
        // The independent normal numbers behind the step: the generator's way, backwards.
        let mut z = [0.0; LIMBS];
        for limb in 0..LIMBS {
            let value = marginals().limbs[limb].latent(step.joints[LIMBS_FROM + limb]);
            let motion = (value - latents.limb_levels[limb]) / latents.limb_motion[limb];
            let known: f64 = (0..limb).map(|k| LIMB_FACTOR[limb][k] * z[k]).sum();
            z[limb] = (motion - known) / LIMB_FACTOR[limb][limb];
            log -= latents.limb_motion[limb].ln();
        }
        log += z
            .iter()
            .enumerate()
            .map(|(limb, z)| match before {
                None => log_normal(*z, 0.0, 1.0),
                Some(before) => {
                    let before: [f64; LIMBS] = before;
                    let keep = LIMB_AUTOCORRELATION;
                    log_normal(*z, keep * before[limb], (1.0 - keep * keep).sqrt())
                }
            })
            .sum::<f64>();
        before = Some(z);
    }
    log
}

fn of_surveys(steps: &[Step], latents: &Latents) -> f64 {
    let shown = steps.iter().flat_map(|step| step.surveys.into_iter().zip(latents.surveys));
    shown.map(|(shown, level)| if shown == level { 0.8f64.ln() } else { 0.1f64.ln() }).sum()
}

/// By recording and expressed class: the log of the mean over hidden states and its variance, where enough of the
/// draws have weight to trust it.
type Estimates = Vec<[Option<(f64, f64)>; 3]>;

/// The estimates of each part.
fn monte_carlo(recordings: &[Vec<Step>], split: Split) -> [Estimates; PARTS] {
    let mut logs = [(); PARTS].map(|()| vec![[(); 3].map(|()| Vec::new()); recordings.len()]);
    for index in 0..DRAWS {
        let stratum = Stratum { class: (index % 3) as usize, pirate: false };
        let subject = Subject::draw(1, split, index, stratum);
        let latents = subject.latents();
        for (index, steps) in recordings.iter().enumerate() {
            let parts = [
                of_surveys(steps, latents),
                of_body(steps, latents, 6..8),
                of_body(&steps[..FEW_STEPS], latents, 8..13),
                of_body(&steps[..FEW_STEPS], latents, 0..6),
                of_limbs(steps, latents),
            ];
            for (logs, part) in logs.iter_mut().zip(parts) {
                logs[index][latents.expressed].push(part);
            }
        }
    }
    let mean = |logs: &Vec<f64>| {
        let sum = log_sum(logs.iter().copied());
        let squares = log_sum(logs.iter().map(|log| 2.0 * log));
        let variance = (squares - 2.0 * sum).exp();
        (variance < 1.0 / EFFECTIVE_DRAWS).then(|| (sum - (logs.len() as f64).ln(), variance))
    };
    logs.each_ref().map(|part| part.iter().map(|classes| classes.each_ref().map(mean)).collect())
}

#[test]
fn each_part_is_the_mean_over_the_hidden_states() {
    for split in [Split::Train, Split::Test] {
        let draw = |index| {
            let stratum = Stratum { class: (index % 3) as usize, pirate: false };
            Subject::draw(2, split, index, stratum).into_steps(STEPS)
        };
        let recordings: Vec<Vec<Step>> = (0..RECORDINGS).map(draw).collect();
        let by_part = monte_carlo(&recordings, split);
        let found = |part: usize, steps: &[Step]| match part {
            0 => surveys(steps),
            1 => body::arms(steps),
            2 => body::trunk(&steps[..FEW_STEPS]),
            3 => {
                let body = motion::Postured::new(&steps[..FEW_STEPS], split);
                [0, 1, 2].map(|class| motion::over_pain(class, |s, at| body.log_likelihood(class, s, at)))
            }
            _ => {
                let limbs = limbs::Limbs::new(steps);
                [0, 1, 2].map(|class| motion::over_pain(class, |s, _| limbs.log_likelihood(class, s)))
            }
        };
        for (part, expected) in by_part.iter().enumerate() {
            let mut compared = 0;
            for (steps, expected) in recordings.iter().zip(expected) {
                let found = found(part, steps);
                for class in 1..3 {
                    if let (Some(zero), Some(one)) = (expected[0], expected[class]) {
                        let difference = (found[class] - found[0]) - (one.0 - zero.0);
                        let tolerance = 4.5 * (one.1 + zero.1).sqrt();
                        assert!(
                            difference.abs() < tolerance,
                            "{split:?}, part {part}, class {class}: {found:?}, off by {difference}"
                        );
                        compared += 1;
                    }
                }
            }
            assert!(compared >= 4, "{split:?}: too few comparisons of part {part}, {compared}");
        }
    }
}

#[test]
fn a_level_is_integrated_out_where_values_are_clipped() {
    let (noise, mean, deviation) = (0.04, 0.05, 0.06);
    let offsets: Vec<f64> = parabola(12, 0.4).iter().map(|bend| 0.1 * bend).collect();
    let half: Vec<f64> = (0..12).map(|t| if t % 2 == 0 { 0.0 } else { 0.01 * f64::from(t) }).collect();
    for values in [half, vec![0.0; 12]] {
        let log_density = |level: f64| {
            let of = |(value, offset): (&f64, &f64)| match value {
                0.0 => log_cdf(-(level + offset) / noise),
                value => -0.5 * ((value - level - offset) / noise).powi(2),
            };
            values.iter().zip(&offsets).map(of).sum::<f64>() + log_normal(level, mean, deviation)
        };
        let terms = (-20_000..20_000).map(|index| log_density(f64::from(index) * 5e-5));
        let constant = 5e-5f64.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln();
        let level = level::Clipped::new(values.iter().copied(), noise).level(&offsets);
        let difference = level.log_evidence(mean, deviation) - (log_sum(terms) + constant);
        assert!(difference.abs() < 1e-4, "off by {difference}");
    }
}

#[test]
fn a_latent_level_is_integrated_out_through_the_function_that_shows_it() {
    // The levels of subjects as they are drawn. A function is smooth on the scale of what a whole recording leaves
    // open of a level, less so on that of a few steps'.
    for (count, tolerance) in [(20, 0.1), (160, 0.01)] {
        let mut errors = Vec::new();
        for index in 0..60 {
            let stratum = Stratum { class: index as usize % 3, pirate: false };
            let latents = Subject::draw(5, Split::Train, index, stratum).latents().clone();
            for (joint, level) in latents.levels.into_iter().enumerate().filter(|(_, level)| *level > 0.2) {
                let function = &marginals().levels[joint];
                let mean = function.at(level) + 0.06;
                let found = level::Clipped::new(vec![level; count].into_iter(), NOISE[joint])
                    .level(&vec![0.0; count])
                    .latent(function)
                    .log_evidence(mean, 0.06);
                let error = NOISE[joint] / (count as f64).sqrt();
                let terms = (-4000..=4000).map(|k| {
                    let z = 0.002 * f64::from(k);
                    let at = level + error * z;
                    let weight = -0.5 * z * z + (0.002 / (2.0 * std::f64::consts::PI)).ln();
                    weight + function.slope(at).ln() + log_normal(function.at(at), mean, 0.06)
                });
                errors.push((found - log_sum(terms)).abs());
            }
        }
        errors.sort_by(f64::total_cmp);
        let high = errors[errors.len() * 95 / 100];
        assert!(high < tolerance, "{count} steps: off by {high} and more in a twentieth of the levels");
    }
}

#[test]
fn a_whole_recording_tells_its_severity_and_lowest_point() {
    for class in [1, 2] {
        let subject = Subject::draw(4, Split::Train, 0, Stratum { class, pirate: false });
        let latents = subject.latents().clone();
        assert_eq!(latents.expressed, class);
        let body = motion::Postured::new(&subject.into_steps(160), Split::Train);
        let of = |severity: f64, moved: f64| body.log_likelihood(class, severity, latents.lowest + moved);
        let own = of(latents.severity, 0.0);
        for other in [of(0.5 * latents.severity, 0.0), of(latents.severity, 0.1), of(latents.severity, -0.1)]
        {
            assert!(own > other + 10.0, "class {class}: {own}, not far above {other}");
        }
    }
}

#[test]
fn the_probabilities_of_many_subjects_add_up_to_their_labels() {
    // Twenty steps leave much open: a posterior that is too sure or too unsure would not add up.
    let mut sum = [0.0; 3];
    let mut count = [0.0; 3];
    for (index, stratum) in crate::subject::stratified(3, Split::Train, 132) {
        let steps = Subject::draw(3, Split::Train, index, stratum).into_steps(20);
        let posterior = posterior(&steps, stratum.pirate, Split::Train);
        assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        sum.iter_mut().zip(posterior).for_each(|(sum, p)| *sum += p);
        count[stratum.class] += 1.0;
    }
    for (sum, count) in sum.iter().zip(count) {
        assert!((sum - count).abs() < 2.5 * f64::sqrt(count), "{sum} instead of {count}");
    }
}
