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

/// The first engine of this build, in the order of preference, that reproduces the known answers. Stderr is
/// told of those that do not.
///
/// # Errors
/// The bundle is not a whole model, or no engine can run it; then the error is the preferred engine's.
pub fn classifier(bundle: &Bundle) -> Result<Classifier, LoadError> {
    let mut first = None;
    for kind in engine::built() {
        match pollster::block_on(Classifier::new(bundle.clone(), *kind)) {
            Err(LoadError::Engine(error)) => {
                eprintln!("warning: engine {kind}: {error}");
                first = first.or(Some(error));
            }
            result => return result,
        }
    }
    Err(first.unwrap_or(engine::EngineError::NotBuilt(EngineKind::Cpu)).into())
}

fn classify(bundle: &Bundle, recordings: &[&Recording]) -> Result<(Vec<Prediction>, EngineKind), Error> {
    let classifier = classifier(bundle)?;
    let predictions = pollster::block_on(classifier.classify(recordings))?;
    Ok((predictions, classifier.engine()))
}

/// The same model with weights that half precision can hold; `None` if it cannot hold them all.
fn round_to_half(full: &Bundle, windows: &WindowSet) -> Result<Option<Bundle>, Error> {
    match full.to_bytes(Precision::F16).and_then(|bytes| Bundle::from_bytes(&bytes)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::RecipeFile;
    use painwave::bundle::VERSION;
    use painwave::features::{DenseFeature, FeatureTransform};
    use painwave::recording::Schema;
    use painwave::windows::WindowBatch;

    /// The model of a recipe with one input and fresh weights, and two windows.
    fn model() -> (Manifest, Parameters, WindowSet) {
        let text = include_str!("../recipes/shoulder-watch.toml");
        let recipe = RecipeFile::parse("r".as_ref(), text.into()).unwrap().recipe;
        let network = recipe.network_config(1, 2);
        let column = "knee".to_owned();
        let dense = vec![DenseFeature { column: column.clone(), offset: 0.0, scale: 1.0, range: [0.0, 1.0] }];
        let (id, time) = ("id".into(), "time".into());
        let length = recipe.window.length;
        let all = WindowBatch {
            windows: 2,
            length,
            dense: (0..2 * length).map(|i| (i as f32).sin()).collect(),
            codes: Vec::new(),
            steps: (0..2 * length as u16).map(|step| step % length as u16).collect(),
        };
        let device = DeviceKind::Cpu.device().unwrap();
        device.seed(1);
        let parameters = Network::new(&network, &device).parameters();
        let manifest = Manifest {
            version: VERSION,
            schema: Schema { id, time, channels: vec![column], categories: vec![], ignored: vec![] },
            classes: ["still", "swing"].map(str::to_owned).to_vec(),
            window: recipe.window,
            aggregation: recipe.aggregation,
            members: vec![member(FeatureTransform { dense, codes: Vec::new() }, network)],
            card: ModelCard::default(),
        };
        (manifest, parameters, WindowSet { all, ..WindowSet::default() })
    }

    #[test]
    fn a_weight_beyond_half_precision_is_stored_whole() {
        let (manifest, mut parameters, windows) = model();
        let assembled = assemble(manifest.clone(), parameters.clone(), &windows, &[]).unwrap();
        assert_eq!(assembled.precision, Precision::F16);

        let (name, weight) = parameters.iter_mut().find(|(name, _)| name.ends_with("bias")).unwrap();
        weight.data[0] = 1e6;
        let name = name.clone();
        let assembled = assemble(manifest, parameters, &windows, &[]).unwrap();
        assert_eq!(assembled.precision, Precision::F32);
        assert_eq!(assembled.bundle.weights[0][&name].data[0], 1e6);
    }
}
