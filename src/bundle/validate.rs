//! What a bundle must satisfy before it is used: a bundle from the internet is untrusted input.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use super::budget::{
    MAX_ACTIVATIONS, MAX_KNOWN_ANSWERS, MAX_LOAD_FLOPS, MAX_STEP_BYTES, MAX_STEP_FLOPS, MAX_WEIGHTS,
    MAX_WINDOW, MAX_WINDOW_FLOPS,
};
use super::error::{BundleError, InvalidManifest};
use super::manifest::{Manifest, Member, VERSION};
use super::weights::tensor_name;
use crate::decision::Decision;
use crate::engine::Precision;
use crate::features::FeatureExtractor;
use crate::network::Parameters;
use crate::novelty::Judge;
use crate::number::Shown;
use crate::sampling::{MAX_BRIDGED, Missing, Sampling, Step};
use crate::stages::{StageError, Stages};

const MAX_COLUMNS: usize = 4096;
const MAX_CLASSES: usize = 256;
const MAX_MEMBERS: usize = 64;
const MAX_COVERAGES: usize = 16;
/// So that dividing the logarithm of a probability by a temperature never overflows.
const TEMPERATURES: RangeInclusive<f32> = 0.01..=100.0;

/// Checks that manifest and weights make a model.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn check(manifest: &Manifest, weights: &[Parameters]) -> Result<(), BundleError> {
    if manifest.version != VERSION {
        return Err(BundleError::Version { found: manifest.version.into() });
    }
    manifest.validate()?;
    manifest.check_networks()?;
    check_size(0, "sets of weights", weights.len(), manifest.members.len())?;
    for (index, (member, weights)) in manifest.members.iter().zip(weights).enumerate() {
        check_member(index, member, manifest)?;
        check_weights(index, member, weights)?;
    }
    Ok(())
}

impl Manifest {
    /// Checks all but the members, which need their weights and known answers.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), InvalidManifest> {
        let Manifest { schema, classes, window, members, .. } = self;
        count("classes", classes.len(), 2, MAX_CLASSES)?;
        names("class", classes)?;
        count("channels", schema.channels.len(), 0, MAX_COLUMNS)?;
        count("category columns", schema.categories.len(), 0, MAX_COLUMNS)?;
        count("ignored columns", schema.ignored.len(), 0, MAX_COLUMNS)?;
        let categories = schema.categories.iter().map(|category| &category.column);
        count("id columns", schema.id.len(), 1, MAX_COLUMNS)?;
        names("column", schema.id.iter().chain(&schema.time).chain(&schema.channels).chain(categories))?;
        names("label column", &schema.label)?;
        for category in &schema.categories {
            count("levels of a category column", category.levels.len(), 1, 256)?;
            names("level", &category.levels)?;
        }
        count("steps in a window", window.length, 1, MAX_WINDOW)?;
        count("steps from window to window", window.stride, 1, MAX_WINDOW)?;
        count("members", members.len(), 1, MAX_MEMBERS)?;
        let precisions: Vec<String> = self.precisions.iter().map(Precision::to_string).collect();
        names("precision", [&Precision::F32.to_string()].into_iter().chain(&precisions))?;
        self.stages()?;
        self.check_sampling()?;
        self.check_decision()?;
        self.check_doubt()
    }

    fn check_doubt(&self) -> Result<(), InvalidManifest> {
        count("coverages", self.sets.len(), 0, MAX_COVERAGES)?;
        for rule in &self.sets {
            let right = (0.0..1.0).contains(&rule.coverage)
                && rule.least.iter().all(|least| (0.0..=1.0).contains(least));
            if !right {
                let coverage = Shown(rule.coverage).to_string();
                return Err(InvalidManifest::Sets { coverage });
            }
            count("least probabilities of a set", rule.least.len(), self.classes.len(), self.classes.len())?;
        }
        if let Some(reference) = &self.novelty {
            reference.validate(self.schema.channels.len())?;
            Judge::new(reference)?;
        }
        Ok(())
    }

    /// Checks the members' networks and that what they ask for is within [the budget](crate::bundle#budget). Needs no
    /// weights.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check_networks(&self) -> Result<(), BundleError> {
        for member in &self.members {
            member.network.validate(self.window.length)?;
        }
        Ok(self.check_budget()?)
    }

    fn check_budget(&self) -> Result<(), InvalidManifest> {
        let (mut weights, mut flops, mut known) = (0_u64, 0_u64, 0_u64);
        let (mut inputs, mut outputs) = (0, self.classes.len());
        for member in &self.members {
            inputs = inputs.max(member.features.step_bytes());
            outputs = outputs.saturating_add(member.network.classes);
            let cost = member.network.cost(self.window.length);
            budget("bytes of activations for a window", cost.activations, MAX_ACTIVATIONS)?;
            weights = weights.saturating_add(cost.weights);
            flops = flops.saturating_add(cost.flops);
            let windows = (member.known_answers.steps.len() / self.window.length) as u64;
            known = known.saturating_add(cost.flops.saturating_mul(windows));
        }
        budget("bytes of weights", weights, MAX_WEIGHTS)?;
        budget("operations for a window", flops, MAX_WINDOW_FLOPS)?;
        budget("operations for the known answers", known, MAX_LOAD_FLOPS)?;
        let stride = self.window.stride as u64;
        let answers = (outputs * size_of::<f32>()) as u64 / stride;
        budget("bytes for a step of a recording", (inputs as u64).saturating_add(answers), MAX_STEP_BYTES)?;
        budget("operations for a step of a recording", flops / stride, MAX_STEP_FLOPS)
    }

    /// The stages that the members make up.
    ///
    /// # Errors
    /// Their groups do not tell the classes apart.
    pub fn stages(&self) -> Result<Stages, StageError> {
        Stages::new(self.members.iter().map(|member| &member.groups[..]), &self.classes)
    }

    fn check_sampling(&self) -> Result<(), InvalidManifest> {
        let Sampling { missing, step, .. } = &self.sampling;
        if let Missing::Interpolate(steps) = missing {
            count("steps to bridge", *steps as usize, 0, MAX_BRIDGED as usize)?;
        }
        match step.filter(|step| !step.is_valid()) {
            Some(Step { length, .. }) => Err(InvalidManifest::Step { found: Shown(length).to_string() }),
            None => Ok(()),
        }
    }

    fn check_decision(&self) -> Result<(), InvalidManifest> {
        let Decision { temperature, thresholds } = &self.decision;
        if let Some(found) = temperature.filter(|found| !TEMPERATURES.contains(found)) {
            let (found, expected) = (Shown::from(found).to_string(), "0.01 to 100");
            return Err(InvalidManifest::Decision { what: "temperature", found, expected });
        }
        let Some(thresholds) = thresholds else { return Ok(()) };
        count("thresholds", thresholds.len(), self.classes.len(), self.classes.len())?;
        match thresholds.iter().find(|found| !(found.is_normal() && **found > 0.0)) {
            Some(found) => {
                let (found, expected) = (Shown::from(*found).to_string(), "a number above 0");
                Err(InvalidManifest::Decision { what: "threshold", found, expected })
            }
            None => Ok(()),
        }
    }
}

fn check_member(index: usize, member: &Member, manifest: &Manifest) -> Result<(), BundleError> {
    let Member { features, network, groups, known_answers: known } = member;
    let length = manifest.window.length;
    FeatureExtractor::new(features, &manifest.schema)?;
    let size = |what, found, expected| check_size(index, what, found, expected);
    size("dense inputs", features.width(), network.dense)?;
    match groups.len() {
        0 => size("classes", network.classes, manifest.classes.len())?,
        groups => size("outputs", network.classes, groups)?,
    }
    size("code columns", features.codes.len(), network.category_embeddings.len())?;
    let mut levels = Vec::new();
    for (column, table) in features.codes.iter().zip(&network.category_embeddings) {
        let category = manifest.schema.categories.iter().find(|category| category.column == *column);
        levels.push(category.map_or(0, |category| category.levels.len()));
        size("levels in an embedding", table.levels, levels[levels.len() - 1])?;
    }

    let windows = known.steps.len() / length;
    count("known-answer windows", windows, 1, MAX_KNOWN_ANSWERS)?;
    let rows = windows * length;
    size("known-answer steps", known.steps.len(), rows)?;
    // Saturating: a product that overflows equals no length.
    size("known-answer inputs", known.dense.len(), rows.saturating_mul(network.dense))?;
    size("known-answer codes", known.codes.len(), rows.saturating_mul(levels.len()))?;
    size("known answers", known.logits.len(), windows * network.classes)?;
    let finite = known.dense.iter().chain(&known.logits).all(|value| value.is_finite());
    let in_range = known.codes.chunks(levels.len().max(1));
    let in_range = in_range.flat_map(|row| row.iter().zip(&levels)).all(|(code, n)| usize::from(*code) < *n);
    if !(finite && in_range) {
        return Err(InvalidManifest::KnownAnswers { member: index }.into());
    }
    Ok(())
}

fn check_weights(index: usize, member: &Member, weights: &Parameters) -> Result<(), BundleError> {
    let tensor = |name: &str| tensor_name(index, name);
    let shape = |name: &str| weights.get(name).map(|parameter| parameter.shape.clone());
    if let Some(unmet) = member.network.unmet(weights) {
        let (found, expected) = (shape(&unmet.name), Some(unmet.shape));
        return Err(BundleError::Weight { name: tensor(&unmet.name), found, expected });
    }
    let specs = member.network.parameters();
    if let Some(name) = weights.keys().find(|name| specs.iter().all(|spec| spec.name != **name)) {
        return Err(BundleError::Weight { name: tensor(name), found: shape(name), expected: None });
    }
    // `x * 0` is zero only where `x` is finite. Browsers hardly optimise code that runs once: there this is ten times
    // as fast as checking each value.
    let finite =
        |weight: &crate::network::Parameter| weight.data.iter().map(|value| value * 0.0).sum::<f32>() == 0.0;
    match weights.iter().find(|(_, parameter)| !finite(parameter)) {
        Some((name, _)) => Err(BundleError::WeightNotFinite { name: tensor(name) }),
        None => Ok(()),
    }
}

fn count(what: &'static str, found: usize, min: usize, max: usize) -> Result<(), InvalidManifest> {
    if (min..=max).contains(&found) { Ok(()) } else { Err(InvalidManifest::Count { what, found, min, max }) }
}

fn budget(what: &'static str, found: u64, max: u64) -> Result<(), InvalidManifest> {
    if found <= max { Ok(()) } else { Err(InvalidManifest::Budget { what, found, max }) }
}

fn check_size(
    member: usize,
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), InvalidManifest> {
    if found == expected { Ok(()) } else { Err(InvalidManifest::Size { member, what, found, expected }) }
}

fn names<'a>(what: &'static str, names: impl IntoIterator<Item = &'a String>) -> Result<(), InvalidManifest> {
    let mut seen = HashSet::new();
    for name in names {
        if name.is_empty() || !seen.insert(name.as_str()) {
            return Err(InvalidManifest::Name { what, name: name.clone() });
        }
    }
    Ok(())
}
