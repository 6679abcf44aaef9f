//! Bayes' rule on the generative model: the posterior of the optimal classifier.
//!
//! The likelihood of a recording given the class that a subject expresses is exact but for quadrature: postures, modes
//! and survey answers are summed over, levels integrated out by Gauss and Hermite's rule (on a lattice where values
//! were clipped at zero), severity and lowest point on a lattice. Levels and the values of joints 26 to 29 are looked
//! at as the latent numbers behind them, by the functions that made them, Jacobians included. The joints without
//! signal have the same likelihood for every class and cancel. The rule is right to 0.01 for nearly all levels of
//! recordings of 160 steps (in nats, and what it is off by is much the same for all classes); of a few steps, whose noise
//! spans several knots of the functions, it is an approximation.

mod body;
mod level;
mod limbs;
mod motion;
mod normal;
#[cfg(test)]
mod tests;

use self::normal::log_sum;
use super::model::*;
use super::subject::{Split, Step};

/// Probability of each label, given a recording and its text columns, in a world where subjects are drawn as
/// those of `split` are. The position of a subject in its file, which the strata make informative, is not used.
pub fn posterior(steps: &[Step], pirate: bool, split: Split) -> [f64; 3] {
    let expressed = log_likelihood(steps, split);
    let joint: [f64; 3] = std::array::from_fn(|class| {
        let of_expressed = EXPRESSED[class].iter().zip(expressed).map(|(share, log)| share.ln() + log);
        prior(class, pirate).ln() + log_sum(of_expressed)
    });
    let total = log_sum(joint);
    joint.map(|log| (log - total).exp())
}

/// Probability of each label if the class that a subject expresses were known: the error that remains is that of
/// the labels.
pub fn posterior_given_expressed(expressed: usize, pirate: bool) -> [f64; 3] {
    let joint: [f64; 3] = std::array::from_fn(|class| prior(class, pirate) * EXPRESSED[class][expressed]);
    let total: f64 = joint.iter().sum();
    joint.map(|value| value / total)
}

/// Log likelihood of a recording by expressed class, but for a term that is the same for all.
fn log_likelihood(steps: &[Step], split: Split) -> [f64; 3] {
    let parts = [surveys(steps), body::arms(steps), body::trunk(steps), motion::motion(steps, split)];
    std::array::from_fn(|class| parts.iter().map(|part| part[class]).sum())
}

/// Share of a label among the subjects with these text columns.
fn prior(class: usize, pirate: bool) -> f64 {
    let count = |of: usize| -> usize {
        STRATA.iter().filter(|(class, p, _)| *class == of && *p == pirate).map(|(_, _, count)| count).sum()
    };
    count(class) as f64 / (0..CLASSES.len()).map(count).sum::<usize>() as f64
}

/// Log likelihood of the surveys by expressed class.
fn surveys(steps: &[Step]) -> [f64; 3] {
    // Log likelihood of each survey by hidden level.
    let by_level: [[f64; 3]; SURVEYS] = std::array::from_fn(|survey| {
        std::array::from_fn(|level| {
            let shows = |step: &Step| usize::from(step.surveys[survey]) == level;
            let faithful = steps.iter().filter(|step| shows(step)).count();
            let others = steps.len() - faithful;
            faithful as f64 * SURVEY_FAITHFUL.ln() + others as f64 * ((1.0 - SURVEY_FAITHFUL) / 2.0).ln()
        })
    });
    let usual = usize::from(SURVEY_USUAL);
    std::array::from_fn(|class| {
        let one = SURVEY_ONE[class];
        let reports: f64 = by_level
            .iter()
            .zip(SURVEY_LOWERED)
            .map(|(of, lowered)| {
                log_sum([
                    (lowered * (1.0 - one)).ln() + of[0],
                    (lowered * one).ln() + of[1],
                    (1.0 - lowered).ln() + of[usual],
                ])
            })
            .sum();
        let silent: f64 = by_level.iter().map(|of| of[usual]).sum();
        let share = SURVEY_REPORTS[class];
        log_sum([share.ln() + reports, (1.0 - share).ln() + silent])
    })
}
