//! Trained weights to a bundle that has proven itself.

use std::ops::Range;

use burn::tensor::Device;
use painwave::bundle::{Bundle, BundleError, KnownAnswers, Manifest, Member, WeightType};
use painwave::classifier::{Classifier, ClassifyError, LoadError, Prediction};
use painwave::engine::{self, EngineError, EngineKind};
use painwave::network::{Network, NetworkInputs, Parameters};
use painwave::recording::Recording;
use painwave::windows::WindowBatch;

use crate::windows::WindowSet;

/// Windows whose logits every engine must reproduce.
const KNOWN_WINDOWS: usize = 8;

/// One member's part of the bundle, trained.
#[derive(Clone, Debug)]
pub struct TrainedMember {
    /// Its weights.
    pub parameters: Parameters,
    /// The windows of its known answers.
    pub known: WindowBatch,
}

/// Members that are judged together: a fold's one, or all of its stages.
#[derive(Clone, Debug)]
pub struct Judges<'a> {
    /// Their indices in the bundle.
    pub members: Range<usize>,
    /// The subjects that judge them.
    pub subjects: Vec<&'a Recording>,
}

/// A bundle, as it will be written.
pub struct Assembled {
    /// The bundle.
    pub bundle: Bundle,
    /// How its weights are stored.
    pub weights: WeightType,
    /// Predictions for the subjects of each of the judges, by the classifier that the browser runs.
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
    /// The subjects that judge cannot be classified.
    #[error(transparent)]
    Classify(#[from] ClassifyError),
}

/// Is told of an engine that misses the known answers.
pub type Refused<'a> = &'a dyn Fn(EngineKind, &EngineError);

/// Bundles trained weights, in half precision if that changes no predicted label of the subjects that
/// judge. `manifest` has a member without known answers for each of `members`.
///
/// # Errors
/// The model is not valid or no engine reproduces its known answers.
pub fn assemble(
    manifest: Manifest,
    members: Vec<TrainedMember>,
    judges: &[Judges<'_>],
    refused: Refused<'_>,
) -> Result<Assembled, AssembleError> {
    let full = with_known_answers(manifest, members);
    let (predictions, engine) = judge(&full, judges, refused)?;
    if let Some(half) = round_to_half(&full)? {
        let (rounded, engine) = judge(&half, judges, refused)?;
        let same =
            rounded.iter().flatten().zip(predictions.iter().flatten()).all(|(a, b)| a.class == b.class);
        if same {
            return Ok(Assembled { bundle: half, weights: WeightType::F16, predictions: rounded, engine });
        }
    }
    Ok(Assembled { bundle: full, weights: WeightType::F32, predictions, engine })
}

/// The windows of a set that known answers are computed for, spread evenly over it.
pub fn known_windows(set: &WindowSet) -> WindowBatch {
    let count = set.len();
    let known = KNOWN_WINDOWS.min(count);
    set.gather(&(0..known).map(|i| i * count / known).collect::<Vec<_>>())
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

/// Members alone on the subjects that judge them.
fn judge(
    bundle: &Bundle,
    judges: &[Judges<'_>],
    refused: Refused<'_>,
) -> Result<(Vec<Vec<Prediction>>, EngineKind), AssembleError> {
    let mut predictions = Vec::with_capacity(judges.len());
    let mut engine = EngineKind::Cpu;
    for Judges { members, subjects } in judges {
        let classifier = classifier(&alone(bundle, members.clone()), refused)?;
        predictions.push(pollster::block_on(classifier.classify(subjects))?);
        engine = classifier.engine();
    }
    Ok((predictions, engine))
}

/// The model with some of its members only.
pub fn alone(bundle: &Bundle, members: Range<usize>) -> Bundle {
    let mut manifest = bundle.manifest.clone();
    manifest.members = manifest.members.drain(members.clone()).collect();
    Bundle { manifest, weights: bundle.weights[members].to_vec() }
}

/// The same model with weights that half precision can hold; `None` if it cannot hold them all.
fn round_to_half(full: &Bundle) -> Result<Option<Bundle>, AssembleError> {
    match full.to_bytes(WeightType::F16).and_then(|bytes| Bundle::from_bytes(&bytes)) {
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

fn with_known_answers(mut manifest: Manifest, members: Vec<TrainedMember>) -> Bundle {
    let mut weights = Vec::with_capacity(members.len());
    for (member, trained) in manifest.members.iter_mut().zip(members) {
        let WindowBatch { dense, codes, steps, .. } = trained.known;
        member.known_answers = KnownAnswers { dense, codes, steps, logits: Vec::new() };
        answer(member, &trained.parameters, manifest.window.length);
        weights.push(trained.parameters);
    }
    Bundle { manifest, weights }
}

/// Computes a member's known answers with the network that was trained, on the CPU, from the very weights
/// that the bundle holds.
fn answer(member: &mut Member, parameters: &Parameters, length: usize) {
    let device = Device::flex();
    let KnownAnswers { dense, codes, steps, .. } = member.known_answers.clone();
    let windows = steps.len() / length;
    // As the classifier takes them when it proves an engine: all steps as data.
    let valid = vec![length as u32; windows];
    let known = WindowBatch { windows, length, dense, codes, steps, valid };
    let network = Network::from_parameters(&member.network, parameters, &device);
    let answers = network.forward(&NetworkInputs::new(&known, &member.network, &device));
    member.known_answers.logits = answers.into_data().iter::<f32>().collect();
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
        let (id, time) = ("id".into(), "time".into());
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
            schema: Schema { id, time, channels: vec![column], categories: vec![], ignored: vec![] },
            classes: ["still", "swing"].map(str::to_owned).to_vec(),
            window: recipe.window,
            aggregation: recipe.aggregation,
            decision: Decision::default(),
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

    #[test]
    fn a_weight_beyond_half_precision_is_stored_whole() {
        let (manifest, mut parameters, known) = model();
        let member =
            |parameters: &Parameters| TrainedMember { parameters: parameters.clone(), known: known.clone() };
        let assembled = assemble(manifest.clone(), vec![member(&parameters)], &[], &|_, _| ()).unwrap();
        assert_eq!(assembled.weights, WeightType::F16);

        let (name, weight) = parameters.iter_mut().find(|(name, _)| name.ends_with("bias")).unwrap();
        weight.data[0] = 1e6;
        let name = name.clone();
        let assembled = assemble(manifest, vec![member(&parameters)], &[], &|_, _| ()).unwrap();
        assert_eq!(assembled.weights, WeightType::F32);
        assert_eq!(assembled.bundle.weights[0][&name].data[0], 1e6);
    }
}
