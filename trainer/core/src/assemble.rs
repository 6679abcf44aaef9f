//! Trained weights to a bundle whose known answers an engine has reproduced.

use std::ops::RangeInclusive;

use burn::tensor::Device;
use painwave::bundle::{Bundle, BundleError, KnownAnswers, Manifest, Member, WeightCheck, WeightType};
use painwave::classifier::{Classifier, ClassifyError, LoadError, Prediction};
use painwave::engine::{self, EngineError, EngineKind};
use painwave::network::{Network, NetworkInputs, Parameters};
use painwave::windows::WindowBatch;

use crate::panel::{Choosers, Panel, alone};
use crate::precision::{self, Change, PrecisionError};
use crate::quantise::Quantiser;
use crate::windows::WindowSet;

/// Windows whose logits every engine must reproduce.
const KNOWN_WINDOWS: usize = 8;
/// Steps, of all windows together, that the rounding of weights is fitted to.
const CALIBRATION_STEPS: usize = 1 << 15;
/// What the integers that stand for weights are multiples of, on average: the largest that passes the test of
/// [`Change::is_allowed`] and allows the most precisions is taken. At 20 a weight compresses to some four bits.
const MULTIPLES: RangeInclusive<u8> = 1..=20;

/// One member's part of the bundle, trained.
#[derive(Clone, Debug)]
pub struct TrainedMember {
    /// Its weights.
    pub parameters: Parameters,
    /// The windows of its known answers.
    pub known: WindowBatch,
    /// Windows that it was trained on, for the rounding of its weights.
    pub calibration: WindowBatch,
}

/// A bundle, as it will be written.
pub struct Assembled {
    /// The bundle.
    pub bundle: Bundle,
    /// How its weights are stored.
    pub weights: WeightType,
    /// Predictions for the subjects that choose, by the classifier that the browser runs.
    pub predictions: Vec<Vec<Prediction>>,
    /// The engine that made them.
    pub engine: EngineKind,
}

/// Why trained weights make no bundle.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// What was trained is not a valid bundle.
    #[error("the model cannot be bundled: {0}")]
    Invalid(#[from] BundleError),
    /// The model cannot run.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The subjects that choose cannot be classified.
    #[error(transparent)]
    Classify(#[from] ClassifyError),
    /// The precisions cannot be measured.
    #[error(transparent)]
    Precision(#[from] PrecisionError),
}

/// Called with an engine that misses the known answers and the error.
pub type Refused<'a> = &'a dyn Fn(EngineKind, &EngineError);

/// Bundles trained weights: as 8-bit integers if that changes next to nothing for the subjects that choose, else in
/// half precision if that changes none of their labels. `manifest` has a member without known answers for each of
/// `members`.
///
/// # Errors
/// The model is not valid or no engine reproduces its known answers.
pub fn assemble(
    manifest: Manifest,
    members: Vec<TrainedMember>,
    choosers: &Choosers<'_>,
    refused: Refused<'_>,
) -> Result<Assembled, AssembleError> {
    let calibration: Vec<WindowBatch> = members.iter().map(|member| member.calibration.clone()).collect();
    let full = unrounded(manifest, members);
    if let Some(assembled) = as_integers(&full, &calibration, choosers, refused)? {
        return Ok(assembled);
    }
    let (exact, engine) = predictions(&full, choosers.panels(), refused)?;
    if let Some(half) = stored_as(&full, WeightType::F16)? {
        let (rounded, engine) = predictions(&half, choosers.panels(), refused)?;
        if Change::between(exact.iter().flatten(), rounded.iter().flatten()).flips == 0 {
            return Ok(Assembled { bundle: half, weights: WeightType::F16, predictions: rounded, engine });
        }
    }
    Ok(Assembled { bundle: full, weights: WeightType::F32, predictions: exact, engine })
}

/// The same model with the recurrent layers' weights as 8-bit integers, if it has such layers, and if that changes
/// next to nothing for the subjects that choose and forbids no precision that is allowed without it. Of the weights that
/// pass, the coarsest of those that allow the most precisions are taken. `calibration` has windows for each member, see
/// [`calibration_windows`].
///
/// # Errors
/// As [`assemble`].
pub fn as_integers(
    full: &Bundle,
    calibration: &[WindowBatch],
    choosers: &Choosers<'_>,
    refused: Refused<'_>,
) -> Result<Option<Assembled>, AssembleError> {
    if full.manifest.members.iter().all(|member| member.network.recurrent.is_none()) {
        return Ok(None);
    }
    let mut full = full.clone();
    precision::prove(&mut full, choosers)?;
    let allowed = std::mem::take(&mut full.manifest.precisions);
    let (exact, _) = predictions(&full, choosers.panels(), refused)?;
    let quantisers: Vec<Quantiser> = full
        .manifest
        .members
        .iter()
        .zip(&full.weights)
        .zip(calibration)
        .map(|((member, weights), calibration)| Quantiser::new(&member.network, weights, calibration))
        .collect();
    let mut best: Option<Assembled> = None;
    for multiple in MULTIPLES.rev() {
        let weights = quantisers.iter().map(|quantiser| quantiser.round(multiple)).collect();
        let bundle = Bundle { manifest: full.manifest.clone(), weights };
        let Some(mut bundle) = stored_as(&bundle, WeightType::I8)? else { continue };
        let (found, engine) = predictions(&bundle, choosers.panels(), refused)?;
        let change = Change::between(exact.iter().flatten(), found.iter().flatten());
        if !change.is_allowed() {
            continue;
        }
        precision::prove(&mut bundle, choosers)?;
        let still_allowed = |precision| bundle.manifest.precisions.contains(precision);
        let count = bundle.manifest.precisions.len();
        let allows_more = best.as_ref().is_none_or(|best| count > best.bundle.manifest.precisions.len());
        if allows_more && allowed.iter().all(still_allowed) {
            let (weights, Change { subjects, flips, greatest_change }) = (WeightType::I8, change);
            let check = WeightCheck { stored_as: weights, subjects, flips, greatest_change };
            let all = bundle.manifest.card.precisions.len();
            bundle.manifest.card.weights = Some(check);
            best = Some(Assembled { bundle, weights, predictions: found, engine });
            // Coarser weights are smaller, but a precision that is allowed is worth more.
            if count == all {
                break;
            }
        }
    }
    Ok(best)
}

/// The windows of a set that known answers are computed for.
pub fn known_windows(set: &WindowSet) -> WindowBatch {
    spread(set, KNOWN_WINDOWS)
}

/// The windows of a set that the rounding of weights is fitted to.
pub fn calibration_windows(set: &WindowSet) -> WindowBatch {
    spread(set, (CALIBRATION_STEPS / set.length()).max(1))
}

/// So many windows, or all that there are, spread evenly over a set.
fn spread(set: &WindowSet, count: usize) -> WindowBatch {
    let all = set.len();
    let count = count.min(all);
    set.gather(&(0..count).map(|i| i * all / count).collect::<Vec<_>>())
}

/// The first engine of this build, in the order of preference, that reproduces the known answers.
///
/// # Errors
/// The bundle is not a whole model, or no engine can run it; then the error is the preferred engine's.
pub fn classifier(bundle: &Bundle, refused: Refused<'_>) -> Result<Classifier, LoadError> {
    let mut first = None;
    for kind in engine::built() {
        match pollster::block_on(Classifier::new(bundle.clone(), *kind)) {
            Err(LoadError::Engine(error)) => {
                refused(*kind, &error);
                first = first.or(Some(error));
            }
            result => return result,
        }
    }
    Err(first.unwrap_or(EngineError::NotBuilt(EngineKind::Cpu)).into())
}

/// The predictions of members for the subjects of their panels, and the engine that made them.
///
/// # Errors
/// The bundle is not a whole model, or it cannot classify these subjects.
pub fn predictions(
    bundle: &Bundle,
    panels: &[Panel<'_>],
    refused: Refused<'_>,
) -> Result<(Vec<Vec<Prediction>>, EngineKind), AssembleError> {
    let mut predictions = Vec::with_capacity(panels.len());
    let mut engine = EngineKind::Cpu;
    for Panel { members, subjects } in panels {
        let classifier = classifier(&alone(bundle, members.clone()), refused)?;
        predictions.push(pollster::block_on(classifier.classify(subjects))?);
        engine = classifier.engine();
    }
    Ok((predictions, engine))
}

/// The same model with weights as a file holds them; `None` if it cannot hold them all.
fn stored_as(full: &Bundle, weights: WeightType) -> Result<Option<Bundle>, AssembleError> {
    match full.to_bytes(weights).and_then(|bytes| Bundle::from_bytes(&bytes)) {
        Ok(mut rounded) => {
            for (member, parameters) in rounded.manifest.members.iter_mut().zip(&rounded.weights) {
                answer(member, parameters, rounded.manifest.window.length);
            }
            Ok(Some(rounded))
        }
        Err(BundleError::WeightNotFinite { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Trained members with their known answers, the weights as they were trained. `manifest` has a member without known answers
/// for each of them.
pub fn unrounded(mut manifest: Manifest, members: Vec<TrainedMember>) -> Bundle {
    let mut weights = Vec::with_capacity(members.len());
    for (member, trained) in manifest.members.iter_mut().zip(members) {
        let WindowBatch { dense, codes, steps, .. } = trained.known;
        member.known_answers = KnownAnswers { dense, codes, steps, logits: Vec::new() };
        answer(member, &trained.parameters, manifest.window.length);
        weights.push(trained.parameters);
    }
    Bundle { manifest, weights }
}

/// Computes a member's known answers with the network that was trained, on the CPU, from the weights as
/// the bundle stores them. Their inputs are rounded to two digits: they need not be those of any recording, and more
/// digits would be most of the manifest.
fn answer(member: &mut Member, parameters: &Parameters, length: usize) {
    let device = Device::flex();
    member.known_answers.dense.iter_mut().for_each(|input| *input = to_two_digits(*input));
    let KnownAnswers { dense, codes, steps, .. } = member.known_answers.clone();
    let windows = steps.len() / length;
    // As the classifier takes them when it proves an engine: all steps as data.
    let valid = vec![length as u32; windows];
    let known = WindowBatch { windows, length, dense, codes, steps, valid };
    let network = Network::from_parameters(&member.network, parameters, &device);
    let answers = network.forward(&NetworkInputs::new(&known, &member.network, &device));
    member.known_answers.logits = answers.into_data().iter::<f32>().collect();
}

/// The nearest number of two significant decimal digits.
fn to_two_digits(number: f32) -> f32 {
    // What is shown of a finite number can be read.
    format!("{number:.1e}").parse().unwrap_or(number)
}

/// An untested member, for [`assemble`].
pub fn member(
    features: painwave::features::FeatureTransform,
    network: painwave::network::NetworkConfig,
    groups: Vec<Vec<String>>,
) -> Member {
    let known_answers =
        KnownAnswers { dense: Vec::new(), codes: Vec::new(), steps: Vec::new(), logits: Vec::new() };
    Member { features, network, groups, known_answers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::RecipeFile;
    use painwave::bundle::{ModelCard, VERSION};
    use painwave::decision::Decision;
    use painwave::features::{DenseFeature, FeatureTransform};
    use painwave::recording::Schema;

    /// The model of a recipe with one input and fresh weights, and two windows.
    fn model() -> (Manifest, Parameters, WindowBatch) {
        let text = include_str!("../../recipes/shoulder-watch.toml");
        let recipe = RecipeFile::parse("r".as_ref(), text.into()).unwrap().recipe;
        let network = recipe.network_config(1, 2);
        let column = "knee".to_owned();
        let dense = vec![DenseFeature {
            column: column.clone(),
            scale: 1.0,
            range: [0.0, 1.0],
            ..DenseFeature::default()
        }];
        let (id, time) = (vec!["id".into()], Some("time".into()));
        let length = recipe.window.length;
        let known = WindowBatch {
            windows: 2,
            length,
            dense: (0..2 * length).map(|i| (i as f32).sin()).collect(),
            codes: Vec::new(),
            steps: (0..2 * length as u16).map(|step| step % length as u16).collect(),
            valid: vec![length as u32; 2],
        };
        let device = Device::flex();
        device.seed(1);
        let parameters = Network::new(&network, &device).parameters();
        let manifest = Manifest {
            version: VERSION,
            schema: Schema {
                id,
                time,
                channels: vec![column],
                categories: vec![],
                ignored: vec![],
                label: None,
            },
            sampling: Default::default(),
            classes: ["still", "swing"].map(str::to_owned).to_vec(),
            window: recipe.window,
            aggregation: recipe.aggregation,
            decision: Decision::default(),
            sets: Vec::new(),
            novelty: None,
            precisions: Vec::new(),
            members: vec![member(
                FeatureTransform { dense, ..FeatureTransform::default() },
                network,
                Vec::new(),
            )],
            card: ModelCard::default(),
        };
        (manifest, parameters, known)
    }

    fn nobody() -> Choosers<'static> {
        Choosers::of(&[], 1, &[])
    }

    #[test]
    fn a_weight_beyond_half_precision_is_stored_whole() {
        let (manifest, mut parameters, known) = model();
        let member = |parameters: &Parameters| TrainedMember {
            parameters: parameters.clone(),
            known: known.clone(),
            calibration: known.clone(),
        };
        let assembled = assemble(manifest.clone(), vec![member(&parameters)], &nobody(), &|_, _| ()).unwrap();
        assert_eq!(assembled.weights, WeightType::F16);

        let (name, weight) = parameters.iter_mut().find(|(name, _)| name.ends_with("bias")).unwrap();
        weight.data[0] = 1e6;
        let name = name.clone();
        let assembled = assemble(manifest, vec![member(&parameters)], &nobody(), &|_, _| ()).unwrap();
        assert_eq!(assembled.weights, WeightType::F32);
        assert_eq!(assembled.bundle.weights[0][&name].data[0], 1e6);
    }
}
