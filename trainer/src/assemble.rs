//! Trained weights to a bundle that has proven itself.

use painwave::bundle::{Bundle, BundleError, KnownAnswers, Manifest, Member, ModelCard, Precision};
use painwave::classifier::{Classifier, LoadError, Prediction};
use painwave::engine::{self, EngineKind};
use painwave::network::{Network, Parameters};
use painwave::recording::Recording;

use crate::device::DeviceKind;
use crate::error::Error;
use crate::validation;
use crate::windows::WindowSet;

/// Windows whose logits every engine must reproduce.
const KNOWN_WINDOWS: usize = 8;

/// A bundle, as it will be written.
pub struct Assembled {
    /// The bundle.
    pub bundle: Bundle,
    /// How its weights are stored.
    pub precision: Precision,
    /// Its predictions for the validation subjects, by the classifier that the browser runs.
    pub predictions: Vec<Prediction>,
    /// The engine that made them.
    pub engine: EngineKind,
}

/// Bundles trained weights, in half precision if that changes no predicted label of the validation
/// subjects. `manifest` has one member without known answers; `windows` are the validation subjects' in
/// the order of `recordings`.
///
/// # Errors
/// The model is not valid or no engine reproduces its known answers.
pub fn assemble(
    manifest: Manifest,
    parameters: Parameters,
    windows: &WindowSet,
    recordings: &[&Recording],
) -> Result<Assembled, Error> {
    let full = with_known_answers(manifest, parameters, windows)?;
    let (predictions, engine) = classify(&full, recordings)?;
    if let Some(half) = round_to_half(&full, windows)? {
        let (rounded, engine) = classify(&half, recordings)?;
        let same = rounded.iter().zip(&predictions).all(|(a, b)| a.class == b.class);
        if same {
            return Ok(Assembled { bundle: half, precision: Precision::F16, predictions: rounded, engine });
        }
    }
    Ok(Assembled { bundle: full, precision: Precision::F32, predictions, engine })
}

/// The first engine of this build, in the order of preference, that reproduces the known answers.
///
/// # Errors
/// None does; the error is the preferred engine's.
pub fn classifier(bundle: &Bundle) -> Result<Classifier, LoadError> {
    let mut first = None;
    for kind in engine::built() {
        match pollster::block_on(Classifier::new(bundle.clone(), *kind)) {
            Ok(classifier) => return Ok(classifier),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(LoadError::Engine(engine::EngineError::NotBuilt(EngineKind::Cpu))))
}

fn classify(bundle: &Bundle, recordings: &[&Recording]) -> Result<(Vec<Prediction>, EngineKind), Error> {
    let classifier = classifier(bundle)?;
    let predictions = pollster::block_on(classifier.classify(recordings))?;
    Ok((predictions, classifier.engine()))
}

/// The same model with weights that half precision can hold; `None` if it cannot hold them all.
fn round_to_half(full: &Bundle, windows: &WindowSet) -> Result<Option<Bundle>, Error> {
    match Bundle::from_bytes(&full.to_bytes(Precision::F16)?) {
        Ok(mut rounded) => {
            let parameters = rounded.weights.remove(0);
            with_known_answers(rounded.manifest, parameters, windows).map(Some)
        }
        Err(BundleError::WeightNotFinite { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Computes the known answers with the network that was trained, on the CPU, from the very weights that
/// the bundle holds.
fn with_known_answers(
    mut manifest: Manifest,
    parameters: Parameters,
    windows: &WindowSet,
) -> Result<Bundle, Error> {
    let device = DeviceKind::Cpu.device()?;
    let member = &mut manifest.members[0];
    let count = windows.all.windows;
    let chosen: Vec<usize> =
        (0..KNOWN_WINDOWS.min(count)).map(|i| i * count / KNOWN_WINDOWS.min(count)).collect();
    let known = WindowSet { all: windows.gather(&chosen), ..WindowSet::default() };
    let network = Network::from_parameters(&member.network, &parameters, &device);
    let logits = validation::logits(&network, &member.network, &known, &device);
    member.known_answers =
        KnownAnswers { dense: known.all.dense, codes: known.all.codes, steps: known.all.steps, logits };
    Ok(Bundle { manifest, weights: vec![parameters] })
}

/// An untested member, for [`assemble`].
pub fn member(
    features: painwave::features::FeatureTransform,
    network: painwave::network::NetworkConfig,
) -> Member {
    let known_answers =
        KnownAnswers { dense: Vec::new(), codes: Vec::new(), steps: Vec::new(), logits: Vec::new() };
    Member { features, network, known_answers }
}

/// Puts the scores on the model card.
pub fn record_scores(card: &mut ModelCard, scores: &painwave::evaluation::Scores) {
    card.metrics = [
        ("accuracy", scores.accuracy),
        ("weighted_precision", scores.weighted_average.precision),
        ("weighted_recall", scores.weighted_average.recall),
        ("weighted_f1", scores.weighted_average.f1),
        ("macro_f1", scores.macro_average.f1),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    card.confusion = scores.confusion.clone();
}
