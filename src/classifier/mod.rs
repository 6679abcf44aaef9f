//! The entry point: a bundle and an engine; recordings in, predictions out.

mod evidence;

use serde::Serialize;

pub use self::evidence::{Evidence, MAX_KEPT_WINDOWS, Outside, Segment};
use crate::bundle::{Bundle, BundleError, KnownAnswers, Manifest};
use crate::conformal::PredictionSet;
use crate::engine::{self, Engine, EngineError, EngineKind, Precision};
use crate::features::FeatureExtractor;
use crate::network::Parameters;
use crate::novelty::{Judge, Profile, Shift, Statistics, UNLIKE, Verdict, short};
use crate::recording::{Recording, RecordingError};
use crate::stages::Stages;
use crate::windows::WindowBatch;

/// Max windows that an engine gets at once.
const BATCH_WINDOWS: u64 = 1 << 14;
/// Max bytes of the inputs and activations of a batch, unless a single window takes more; what one may take is bounded
/// when the bundle is read.
const BATCH_MEMORY: u64 = 256 << 20;

/// A model, ready to classify.
///
/// ```
/// use painwave::engine::EngineKind;
/// use painwave::{Bundle, Classifier, Recording};
///
/// # pollster::block_on(async {
/// let bundle = Bundle::from_bytes(&std::fs::read("models/cnn-gru.bpk")?)?;
/// let classifier = Classifier::new(bundle, EngineKind::Cpu).await?;
///
/// // A recording of 160 steps without any movement; [`Job`](crate::job::Job) reads them from a CSV.
/// let schema = &classifier.manifest().schema;
/// let recording = Recording {
///     id: "s1".into(),
///     times: (0..160).map(f64::from).collect(),
///     values: vec![0.0; 160 * schema.channels.len()],
///     codes: vec![0; 160 * schema.categories.len()],
/// };
/// let predictions = classifier.classify(&[&recording]).await?;
/// assert!(classifier.manifest().classes.contains(&predictions[0].label));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the model is there");
/// ```
pub struct Classifier {
    manifest: Manifest,
    stages: Stages,
    members: Vec<LoadedMember>,
    /// Compares recordings with the training data, if the bundle says what that is like.
    judge: Option<Judge>,
    engine: EngineKind,
    precision: Precision,
}

struct LoadedMember {
    features: FeatureExtractor,
    /// Logits of a window.
    outputs: usize,
    /// Max windows of a batch.
    batch: usize,
    engine: Box<dyn Engine>,
}

/// One subject's outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The subject's id.
    pub id: String,
    /// Name of the predicted class.
    pub label: String,
    /// Index of the predicted class.
    pub class: usize,
    /// Probability of each class, calibrated, in the order of [`Manifest::classes`].
    pub probabilities: Vec<f32>,
    /// How many windows the recording was cut into.
    pub windows: u64,
    /// First step of each window; of more than [`MAX_KEPT_WINDOWS`] evenly thinned.
    pub window_starts: Vec<u32>,
    /// Probabilities of each of those windows, not calibrated, `[starts, classes]`.
    pub window_probabilities: Vec<f32>,
    /// For each coverage of the bundle the classes that the subject may well be of: all, if it is unlike the training
    /// data, since nothing is known of such.
    pub sets: Vec<PredictionSet>,
    /// Share of the training subjects that are at least as unlike the others; none, if the bundle does not tell.
    pub p_value: Option<f64>,
    /// For each channel that is compared with the training data, the normal score of its level among the training subjects.
    pub levels: Vec<f32>,
    /// What a reader of this prediction should know.
    pub warnings: Vec<Warning>,
}

impl Prediction {
    /// Whether the recording is unlike those of the training subjects: [`UNLIKE`]. False, if the bundle does not tell.
    pub fn is_unlike(&self) -> bool {
        self.p_value.is_some_and(|p_value| p_value < UNLIKE)
    }
}

/// What a reader of a prediction should know.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The recording as a whole is unlike those of the training subjects: [`UNLIKE`].
    #[error("unlike anything the model has seen (p = {p_value}): {reasons}", p_value = short(*p_value))]
    Unlike {
        /// Share of the training subjects that are at least as unlike the others.
        p_value: f64,
        /// In what, in words.
        reasons: String,
    },
    /// Values that the training data never reached; they are used as they are. Counted for the member
    /// of an ensemble that counts the most.
    #[error("{values} of {of} inputs lie outside the range seen in training")]
    OutsideTrainingRange {
        /// How many values.
        values: usize,
        /// Of how many.
        of: usize,
    },
    /// Fewer steps than a window: the rest of it is padding, which the model does not read.
    #[error("{steps} steps are fewer than a window's {length}: the rest is padding")]
    ShorterThanWindow {
        /// Steps of the recording.
        steps: usize,
        /// Steps of a window.
        length: usize,
    },
}

impl Warning {
    /// Whether it is for who looks at the details: a hundredth of the values just outside a range is nothing to doubt a
    /// prediction for, which the comparison of the whole recording would.
    pub fn is_note(&self) -> bool {
        matches!(self, Warning::OutsideTrainingRange { values, of } if 100 * values < *of)
    }
}

/// Why a classifier could not be built.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bundle is not a valid model.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The engine cannot run here or was refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Why recordings could not be classified.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    /// The engine returned no result.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A recording without a step.
    #[error("the recording `{id}` has no steps")]
    Empty {
        /// The subject's id.
        id: String,
    },
    /// A recording that does not match the bundle's schema.
    #[error("the recording `{id}` is not what the model reads")]
    Recording {
        /// The subject's id.
        id: String,
        /// What is wrong with it.
        #[source]
        reason: RecordingError,
    },
    /// Values so large that the forward pass overflows, or an engine that fails after it was proven.
    #[error(
        "the recording `{id}` gives no finite logits: its values are far outside of what the model knows"
    )]
    NotFinite {
        /// The subject's id.
        id: String,
    },
}

impl Classifier {
    /// Builds the members' networks on one engine and proves it on the bundle's known answers, in the fastest
    /// precision that the bundle allows.
    ///
    /// # Errors
    /// The bundle is not valid, the engine cannot run here, or it does not reproduce the known answers.
    pub async fn new(bundle: Bundle, engine: EngineKind) -> Result<Self, LoadError> {
        let allowed = bundle.manifest.precisions.clone();
        Self::in_one_of(bundle, engine, |precision| allowed.contains(&precision)).await
    }

    /// As [`Classifier::new`], in the fastest precision that is at least as exact as `precision`, whether the
    /// bundle allows it or not.
    ///
    /// # Errors
    /// As [`Classifier::new`].
    pub async fn with_precision(
        bundle: Bundle,
        engine: EngineKind,
        precision: Precision,
    ) -> Result<Self, LoadError> {
        Self::in_one_of(bundle, engine, |other| other <= precision).await
    }

    /// Uses the fastest of some precisions that reproduces the known answers, or else in `f32`.
    async fn in_one_of(
        bundle: Bundle,
        engine: EngineKind,
        among: impl Fn(Precision) -> bool,
    ) -> Result<Self, LoadError> {
        bundle.validate()?;
        let Bundle { manifest, weights } = bundle;
        let judge = manifest.novelty.as_ref().map(Judge::new).transpose();
        let judge = judge.map_err(|error| BundleError::Invalid(error.into()))?;
        let stages = manifest.stages().map_err(|error| BundleError::Invalid(error.into()))?;
        let reduced = Precision::fastest_first().iter().copied();
        let reduced =
            reduced.filter(|one| *one != Precision::F32 && engine == EngineKind::Cpu && among(*one));
        for precision in reduced {
            match load_members(&manifest, &weights, engine, precision).await {
                Err(LoadError::Engine(EngineError::KnownAnswers { .. })) => {}
                members => {
                    return Ok(Classifier { members: members?, manifest, stages, judge, engine, precision });
                }
            }
        }
        let precision = Precision::F32;
        let members = load_members(&manifest, &weights, engine, precision).await?;
        Ok(Classifier { manifest, stages, members, judge, engine, precision })
    }

    /// All of the bundle but its weights.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The engine that runs.
    pub fn engine(&self) -> EngineKind {
        self.engine
    }

    /// What the engine multiplies in.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Whether a recording can only be classified as a whole, since inputs depend on all of its steps.
    pub fn needs_whole(&self) -> bool {
        self.members.iter().any(|member| member.features.needs_whole())
    }

    /// Classifies recordings of the bundle's schema; one prediction each, in their order.
    ///
    /// # Errors
    /// A recording that is empty or does not match the schema, an engine without a result, or logits that are not
    /// finite.
    pub async fn classify(&self, recordings: &[&Recording]) -> Result<Vec<Prediction>, ClassifyError> {
        let segments: Vec<Segment> = recordings.iter().copied().map(Segment::whole).collect();
        let parts = self.classify_segments(&segments).await?;
        recordings
            .iter()
            .zip(parts)
            .map(|(recording, part)| Ok(self.predict(&recording.id, &part?)))
            .collect()
    }

    /// Classifies the windows of segments of recordings; one answer each, in their order. What cannot be classified
    /// keeps nothing else from it.
    ///
    /// # Errors
    /// An engine without a result. An answer is an error if the segment has no steps though its recording ends with it,
    /// if it does not match the schema, or if its logits are not finite.
    pub async fn classify_segments(
        &self,
        segments: &[Segment<'_>],
    ) -> Result<Vec<Result<Evidence, ClassifyError>>, ClassifyError> {
        let checked: Vec<Result<(), ClassifyError>> =
            segments.iter().map(|segment| self.check(segment)).collect();
        let good: Vec<&Segment> = segments
            .iter()
            .zip(&checked)
            .filter(|(_, checked)| checked.is_ok())
            .map(|(segment, _)| segment)
            .collect();
        let mut outside = vec![Vec::with_capacity(self.members.len()); good.len()];
        let mut logits = Vec::with_capacity(self.members.len());
        for member in &self.members {
            logits.push(self.member_logits(member, &good, &mut outside).await?);
        }

        let mut from = 0;
        let mut answers = good.iter().zip(outside).map(|(segment, outside)| {
            let window = &self.manifest.window;
            let to = from + segment.windows(window).count();
            let of_members = logits.iter().zip(&self.members);
            let of_members: Vec<&[f32]> = of_members
                .map(|(logits, member)| &logits[from * member.outputs..to * member.outputs])
                .collect();
            from = to;
            if !of_members.iter().copied().flatten().all(|logit| logit.is_finite()) {
                return Err(ClassifyError::NotFinite { id: segment.recording.id.clone() });
            }
            let probabilities = self.stages.probabilities(self.manifest.aggregation.members, &of_members);
            let classes = self.manifest.classes.len();
            let reference = self.manifest.novelty.as_ref();
            let statistics = reference.map(|reference| Statistics::of(segment.recording, reference));
            let statistics = statistics.unwrap_or_default();
            Ok(Evidence::new(segment, window, probabilities, outside, statistics, classes))
        });
        // There is an answer for each that was checked with success.
        let answer =
            |checked: Result<(), ClassifyError>| checked.and_then(|()| answers.next().expect("one for each"));
        Ok(checked.into_iter().map(answer).collect())
    }

    /// The prediction for a subject, of all of whose windows this is the evidence.
    ///
    /// # Panics
    /// If it is of no window.
    pub fn predict(&self, id: &str, evidence: &Evidence) -> Prediction {
        let Manifest { aggregation, decision, classes, window, .. } = &self.manifest;
        let aggregate = aggregation.windows.outcome(&evidence.sums);
        let probabilities = decision.calibrate(aggregate.probabilities);
        let class = decision.class(aggregate.class, &probabilities);
        let Evidence { steps, window_starts, window_probabilities, .. } = evidence;
        let too_short = (*steps < window.length)
            .then_some(Warning::ShorterThanWindow { steps: *steps, length: window.length });
        // Of equals the first.
        let outside =
            evidence.outside.iter().rev().max_by_key(|outside| outside.values).filter(|most| most.values > 0);
        let out_of_range =
            outside.map(|&Outside { values, of }| Warning::OutsideTrainingRange { values, of });
        let (verdict, levels) = self.compare(evidence).unzip();
        let is_unlike = verdict.as_ref().is_some_and(|verdict| verdict.p_value < UNLIKE);
        let sets = self.manifest.sets.iter();
        let sets = sets
            .map(|rule| if is_unlike { rule.all(classes.len()) } else { rule.set(class, &probabilities) });
        let sets = sets.collect();
        let unlike = verdict.as_ref().filter(|_| is_unlike).map(|verdict| self.unlike(verdict));
        Prediction {
            id: id.to_owned(),
            label: classes[class].clone(),
            class,
            sets,
            p_value: verdict.map(|verdict| verdict.p_value),
            levels: levels.unwrap_or_default(),
            probabilities,
            windows: evidence.sums.windows(),
            window_starts: window_starts.clone(),
            window_probabilities: window_probabilities.clone(),
            warnings: unlike.into_iter().chain(too_short).chain(out_of_range).collect(),
        }
    }

    /// How unlike the training data a recording is, and the level of each channel among theirs, if the bundle tells.
    fn compare(&self, evidence: &Evidence) -> Option<(Verdict, Vec<f32>)> {
        let (judge, novelty) = (self.judge.as_ref()?, self.manifest.novelty.as_ref()?);
        let profile = Profile::of(&evidence.statistics, novelty);
        Some((judge.judge(&profile, novelty), Shift::scores(&profile, novelty)))
    }

    fn unlike(&self, Verdict { p_value, reasons, fault }: &Verdict) -> Warning {
        let names = &self.manifest.schema.channels;
        let reasons: Vec<String> = reasons.iter().map(|reason| reason.text(names)).collect();
        let reasons = match (reasons.is_empty(), fault) {
            (true, None) => "each channel is as in training, and together they are not".to_owned(),
            (true, Some(fault)) => {
                format!("each channel is as in training, and together they are {}", fault.text())
            }
            (false, _) => reasons.join("; "),
        };
        Warning::Unlike { p_value: *p_value, reasons }
    }

    /// Whether a segment can be classified.
    fn check(&self, segment: &Segment<'_>) -> Result<(), ClassifyError> {
        let Segment { recording, first, ended } = *segment;
        let id = || recording.id.clone();
        if ended && first + recording.steps() == 0 {
            return Err(ClassifyError::Empty { id: id() });
        }
        let checked = recording.check(&self.manifest.schema);
        checked.map_err(|reason| ClassifyError::Recording { id: id(), reason })
    }

    /// One member's logits for all windows of the segments, `[windows, outputs]`.
    async fn member_logits(
        &self,
        member: &LoadedMember,
        segments: &[&Segment<'_>],
        outside: &mut [Vec<Outside>],
    ) -> Result<Vec<f32>, EngineError> {
        let mut logits = Vec::new();
        let mut batch = WindowBatch::default();
        for (segment, outside) in segments.iter().zip(outside) {
            let mut features = member.features.apply(segment.recording);
            features.first = segment.first;
            outside.push(Outside { values: features.outside, of: features.read });
            for start in segment.windows(&self.manifest.window) {
                if batch.windows == member.batch {
                    logits.extend(member.engine.logits(&batch).await?);
                    batch.clear();
                }
                self.manifest.window.append(&features, start, &mut batch);
            }
        }
        if batch.windows > 0 {
            logits.extend(member.engine.logits(&batch).await?);
        }
        Ok(logits)
    }
}

async fn load_members(
    manifest: &Manifest,
    weights: &[Parameters],
    kind: EngineKind,
    precision: Precision,
) -> Result<Vec<LoadedMember>, LoadError> {
    let mut members = Vec::with_capacity(manifest.members.len());
    for (member, parameters) in manifest.members.iter().zip(weights) {
        let features =
            FeatureExtractor::new(&member.features, &manifest.schema).map_err(BundleError::Features)?;
        let engine = engine::build(kind, &member.network, parameters, precision).await?;
        prove(engine.as_ref(), &member.known_answers, manifest.window.length).await?;
        let batch = BATCH_MEMORY / member.network.cost(manifest.window.length).activations.max(1);
        let batch = batch.clamp(1, BATCH_WINDOWS) as usize;
        members.push(LoadedMember { features, outputs: member.network.classes, batch, engine });
    }
    Ok(members)
}

/// Refuses an engine that does not reproduce the known answers: a shader may silently compute nonsense.
async fn prove(engine: &dyn Engine, known: &KnownAnswers, length: usize) -> Result<(), EngineError> {
    let windows = known.steps.len() / length;
    let batch = WindowBatch {
        windows,
        length,
        // The known answers were computed with all steps valid.
        valid: vec![length as u32; windows],
        dense: known.dense.clone(),
        codes: known.codes.clone(),
        steps: known.steps.clone(),
    };
    let logits = engine.logits(&batch).await?;
    let mut difference = if logits.len() == known.logits.len() { 0.0 } else { f32::INFINITY };
    let mut scale = 1.0f32;
    for (found, expected) in logits.iter().zip(&known.logits) {
        let distance = (found - expected).abs();
        difference = if distance.is_nan() { f32::INFINITY } else { distance.max(difference) };
        scale = scale.max(expected.abs());
    }
    let precision = engine.precision();
    let allowed = precision.tolerance() * scale;
    if difference <= allowed {
        Ok(())
    } else {
        Err(EngineError::KnownAnswers { engine: engine.kind(), precision, difference, allowed })
    }
}
