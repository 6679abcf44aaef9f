//! The JavaScript surface, and nothing but that: what `www/package` builds the npm package on.
//!
//! Every exported method takes `&self`, since calls from JavaScript may overlap. Errors are `Error` objects
//! with a stable `code`, and `line` and `column` where they are known.

mod files;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Error, Float32Array, Float64Array, Object, Reflect, Uint8Array, Uint32Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use self::files::{WebColumns, WebRepair, WebSummary, read_options};
use crate::bundle::{Bundle, Manifest, ModelCard};
use crate::classifier::{Classifier, ClassifyError, Evidence, LoadError, Prediction, Segment};
use crate::conformal::PredictionSet;
use crate::engine::{EngineError, EngineKind, Precision, built};
use crate::evaluation::{ClassScores, Scores};
use crate::job::Job;
use crate::kind::Kind;
use crate::labels::{LabelColumns, Labels, LabelsError, Spelled};
use crate::novelty::{Shift, UNLIKE};
use crate::portion::Portion;
use crate::reading::ReadError;
use crate::recording::Schema;
use crate::windows::WindowConfig;

#[cfg(feature = "embedded")]
static EMBEDDED: Option<&[u8]> = Some(include_bytes!("../models/cnn-gru.bpk"));
#[cfg(not(feature = "embedded"))]
static EMBEDDED: Option<&[u8]> = None;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// A panic reaches JavaScript only as "unreachable"; the console gets its message and position.
#[wasm_bindgen(start)]
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| console_error(&format!("painwave: {panic}"))));
}

/// The bundle inside this module, if there is one.
#[wasm_bindgen(js_name = embeddedBundle)]
pub fn embedded_bundle() -> Option<Uint8Array> {
    EMBEDDED.map(Uint8Array::from)
}

/// The engines of this module, the preferred one first.
#[wasm_bindgen]
pub fn engines() -> Vec<String> {
    built().iter().map(EngineKind::to_string).collect()
}

/// A model on an engine.
#[wasm_bindgen]
pub struct WebClassifier {
    classifier: Rc<Classifier>,
}

#[derive(Serialize)]
struct Info<'a> {
    engine: EngineKind,
    precision: Precision,
    classes: &'a [String],
    schema: &'a Schema,
    window: &'a WindowConfig,
    members: usize,
    card: &'a ModelCard,
}

#[wasm_bindgen]
impl WebClassifier {
    /// Reads a bundle (the embedded one, if none is given) and proves the engine on its known answers, in the
    /// fastest precision that the bundle allows or that is at least as exact as `precision`.
    pub async fn load(
        bundle: Option<Uint8Array>,
        engine: String,
        precision: Option<String>,
    ) -> Result<WebClassifier, Error> {
        let Some(kind) = built().iter().find(|kind| kind.to_string() == engine) else {
            let message = format!("this module has no engine `{engine}`, only {}", engines().join(", "));
            return Err(error(&message, "ENGINE_NOT_BUILT"));
        };
        let none = || error("this module has no bundle inside: pass one", "BUNDLE");
        let bundle = match bundle {
            Some(bytes) => Bundle::from_bytes(&bytes.to_vec()),
            None => Bundle::from_own_bytes(EMBEDDED.ok_or_else(none)?),
        };
        let precision = precision.map(|name| precision_of(&name)).transpose()?;
        let classifier = async {
            match precision {
                Some(precision) => Classifier::with_precision(bundle?, *kind, precision).await,
                None => Classifier::new(bundle?, *kind).await,
            }
        };
        let classifier = classifier.await.map_err(|reason: LoadError| {
            let code = match &reason {
                LoadError::Bundle(_) => "BUNDLE",
                LoadError::Engine(reason) => engine_code(reason),
            };
            error(&with_sources(&reason), code)
        })?;
        Ok(WebClassifier { classifier: Rc::new(classifier) })
    }

    /// Which engine runs, and everything about the model but its weights.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub fn info(&self) -> Result<JsValue, Error> {
        let Manifest { schema, classes, window, members, card, .. } = self.classifier.manifest();
        let (engine, precision) = (self.classifier.engine(), self.classifier.precision());
        to_js(&Info { engine, precision, classes, schema, window, members: members.len(), card })
    }

    /// Starts to read files.
    pub fn job(
        &self,
        #[wasm_bindgen(unchecked_param_type = "WebReadOptions | undefined")] options: JsValue,
    ) -> WebJob {
        let job = RefCell::new(Job::new(&self.classifier, read_options(&options)));
        WebJob { classifier: self.classifier.clone(), job }
    }

    /// What a file is that begins with these bytes; with `complete`, they are all of it.
    #[wasm_bindgen(js_name = kindOf, unchecked_return_type = "'recordings' | 'labels' | 'bundle' | 'unknown'")]
    pub fn kind_of(
        &self,
        name: &str,
        head: &[u8],
        complete: bool,
        #[wasm_bindgen(unchecked_param_type = "WebReadOptions | undefined")] options: JsValue,
    ) -> String {
        let schema = &self.classifier.manifest().schema;
        let _ = name;
        Kind::of(schema, &read_options(&options), head, complete).name().to_owned()
    }

    /// Classifies the segments of a [`Portion`], given by its parts: one answer each, in their order. That of a whole
    /// recording is a prediction, that of a part of one is for [`WebJob::join`]. One that cannot be classified keeps no
    /// other from it.
    #[wasm_bindgen(unchecked_return_type = "WebAnswer[]")]
    pub async fn classify(
        &self,
        ids: Vec<String>,
        first: Vec<u32>,
        ended: Vec<u8>,
        steps: Vec<u32>,
        values: Vec<f32>,
        codes: Vec<u8>,
    ) -> Result<Array, Error> {
        let portion = Portion { ids, first, ended, steps, values, codes };
        let recordings = portion.recordings(&self.classifier.manifest().schema);
        let recordings = recordings.map_err(|reason| error(&reason.to_string(), "INTERNAL"))?;
        let segments = portion.segments(&recordings);
        let answers = self.classifier.classify_segments(&segments).await;
        let answers = answers.map_err(|reason| classify_error(&reason))?;
        let answers = segments.iter().zip(answers).map(|(segment, answer)| {
            let Segment { recording, first, ended } = segment;
            match answer {
                Ok(evidence) if *first == 0 && *ended => {
                    let prediction = self.classifier.predict(&recording.id, &evidence);
                    prediction_to_js(&prediction, self.classifier.manifest())
                }
                Ok(evidence) => Ok(evidence_to_js(&recording.id, &evidence)),
                Err(reason) => Ok(failure_to_js(&recording.id, &reason)),
            }
        });
        answers.collect()
    }

    /// In which channels a file of so many subjects is unlike the training data, in a sentence; `sums` are those of the
    /// subjects' `levels`.
    pub fn shift(&self, subjects: u32, sums: Vec<f64>) -> Option<String> {
        let Manifest { novelty, schema, .. } = self.classifier.manifest();
        Shift { subjects, sums }.text(novelty.as_ref()?, &schema.channels)
    }
}

/// Files that are being read. Which instance classifies its recordings is the caller's choice.
#[wasm_bindgen]
pub struct WebJob {
    classifier: Rc<Classifier>,
    job: RefCell<Job>,
}

#[wasm_bindgen]
impl WebJob {
    /// Names files that are to come, as an archive has them.
    pub fn expect(&self, names: Vec<String>) {
        self.job.borrow_mut().expect(names);
    }

    /// Begins a file. Throws what is wrong with the one before, which it ends; this one has begun all the same.
    pub fn file(&self, name: &str) -> Result<(), Error> {
        self.job.borrow_mut().file(name).map_err(|reason| csv_error(&reason))
    }

    /// Reads the next bytes.
    pub fn read(&self, bytes: &[u8]) -> Result<(), Error> {
        self.job.borrow_mut().read(bytes).map_err(|reason| csv_error(&reason))
    }

    /// Ends the last file. True, if all files have to be read once more from the beginning, which they must be able to
    /// be where `repeatable` says so.
    pub fn end(&self, repeatable: bool) -> Result<bool, Error> {
        self.job.borrow_mut().end(repeatable).map_err(|reason| csv_error(&reason))
    }

    /// Takes complete recordings, and segments of long ones, that have this many windows, or a few more. None, if there are
    /// fewer; after `end` there are always enough until all are taken.
    #[wasm_bindgen(unchecked_return_type = "WebPortion | undefined")]
    pub fn take(&self, windows: usize) -> JsValue {
        let mut job = self.job.borrow_mut();
        let segments = job.take(windows);
        if segments.is_empty() {
            return JsValue::UNDEFINED;
        }
        let Portion { ids, first, ended, steps, values, codes } = Portion::new(&segments);
        let object = Object::new();
        set(&object, "ids", &ids.iter().map(|id| JsValue::from_str(id)).collect::<Array>());
        set(&object, "first", &Uint32Array::from(&first[..]));
        set(&object, "ended", &Uint8Array::from(&ended[..]));
        set(&object, "steps", &Uint32Array::from(&steps[..]));
        set(&object, "values", &Float32Array::from(&values[..]));
        set(&object, "codes", &Uint8Array::from(&codes[..]));
        object.into()
    }

    /// Takes what was found in the next segment of a recording, which must come in their order. The prediction, if the
    /// recording ends with it.
    #[wasm_bindgen(unchecked_return_type = "WebPrediction | undefined")]
    pub fn join(
        &self,
        id: &str,
        first: u32,
        ended: bool,
        numbers: Vec<f64>,
        starts: Vec<u32>,
        probabilities: Vec<f32>,
    ) -> Result<JsValue, Error> {
        let Manifest { members, classes, novelty, .. } = self.classifier.manifest();
        let (members, classes, novelty) = (members.len(), classes.len(), novelty.as_ref());
        let evidence = Evidence::from_numbers(&numbers, starts, probabilities, members, classes, novelty);
        let evidence = evidence.ok_or_else(|| error("no such evidence", "INTERNAL"))?;
        let prediction = self.job.borrow_mut().join(&self.classifier, id, evidence, (first as usize, ended));
        prediction.map_or(Ok(JsValue::UNDEFINED), |prediction| {
            prediction_to_js(&prediction, self.classifier.manifest()).map(Into::into)
        })
    }

    /// What is to say about the files. `order` has the ids of the subjects that could be read, in the order of first
    /// appearance: one that is in `refused` as well was refused in a later file, and its prediction stands.
    #[wasm_bindgen(unchecked_return_type = "WebSummary")]
    pub fn summary(&self) -> Result<JsValue, Error> {
        let job = self.job.borrow();
        to_js(&WebSummary::of(job.reader()))
    }

    /// One subject's recording: `{ times [steps], channels, values [steps, channels] }`.
    #[wasm_bindgen(unchecked_return_type = "WebRecording | undefined")]
    pub fn recording(&self, id: &str) -> JsValue {
        let job = self.job.borrow();
        let Some(index) = job.reader().index_of(id) else { return JsValue::UNDEFINED };
        let recording = job.reader().recording(index);
        let channels = self.classifier.manifest().schema.channels.iter().map(|name| JsValue::from_str(name));
        let object = Object::new();
        set(&object, "times", &Float64Array::from(&recording.times[..]));
        set(&object, "channels", &channels.collect::<Array>());
        set(&object, "values", &Float32Array::from(&recording.values[..]));
        object.into()
    }
}

/// Scores of predictions (`ids` and `predicted` labels) against a table of true labels, which has the columns `schema_ids`
/// (or the first of them) and `label_column`.
///
/// `{ subjects, accuracy, balanced_accuracy, mcc, weighted_f1, macro_f1, per_class, confusion, missing, repairs }`
#[wasm_bindgen(unchecked_return_type = "unknown")]
#[expect(clippy::too_many_arguments, reason = "JavaScript has no cheaper way to pass typed values")]
pub fn evaluate(
    classes: Vec<String>,
    schema_ids: Vec<String>,
    label_column: Option<String>,
    labels: &[u8],
    file_name: Option<String>,
    ids: Vec<String>,
    predicted: Vec<String>,
    #[wasm_bindgen(unchecked_param_type = "WebReadOptions | undefined")] options: JsValue,
) -> Result<JsValue, Error> {
    let columns = LabelColumns { id: &schema_ids, label: label_column.as_deref(), group: None };
    let labels =
        Labels::parse(labels, columns, &classes, &read_options(&options)).map_err(
            |reason| match &reason {
                LabelsError::Csv(reason) => csv_error(reason),
                _ => data_error(&reason.to_string(), reason.code(), reason.line(), reason.column()),
            },
        )?;
    let mut predictions = Vec::with_capacity(ids.len());
    for (id, label) in ids.iter().zip(&predicted) {
        let class = classes.iter().position(|class| class == label);
        let class =
            class.ok_or_else(|| error(&format!("`{label}` is not one of the classes"), "UNKNOWN_LABEL"))?;
        predictions.push((id.as_str(), class));
    }
    let matched = labels.matched(predictions);
    let mut repairs = labels.repairs().to_vec();
    repairs.extend(matched.spelled.as_ref().map(Spelled::repair));
    repairs.iter_mut().for_each(|repair| repair.file = file_name.clone());
    let scores = Scores::new(&classes, matched.pairs);
    to_js(&WebScores {
        subjects: scores.subjects,
        accuracy: scores.accuracy,
        balanced_accuracy: scores.balanced_accuracy,
        mcc: scores.mcc,
        weighted_f1: scores.weighted_average.f1,
        macro_f1: scores.macro_average.f1,
        per_class: scores.classes,
        confusion: scores.confusion,
        missing: MissingSubjects {
            without_label: matched.without_label,
            without_prediction: matched.without_prediction,
            unlabelled: labels.unlabelled(),
        },
        repairs: repairs.iter().map(WebRepair::of).collect(),
    })
}

#[derive(Serialize)]
struct WebScores<'a> {
    subjects: u32,
    accuracy: f64,
    balanced_accuracy: f64,
    mcc: f64,
    weighted_f1: f64,
    macro_f1: f64,
    per_class: Vec<ClassScores>,
    confusion: Vec<Vec<u32>>,
    missing: MissingSubjects,
    repairs: Vec<WebRepair<'a>>,
}

/// Subjects that are part of no score.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MissingSubjects {
    without_label: Vec<String>,
    without_prediction: Vec<String>,
    /// How many subjects the labels name without a class.
    unlabelled: usize,
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** One subject's outcome. */
export interface WebPrediction {
    id: string;
    label: string;
    class: number;
    probabilities: number[];
    windows: { count: number; starts: Uint32Array; probabilities: Float32Array };
    sets: { coverage: number; classes: string[] }[];
    pValue: number | undefined;
    unlike: boolean;
    levels: Float32Array;
    warnings: string[];
    notes: string[];
}
/** What the windows of a segment say of its recording. */
export interface WebEvidence {
    id: string;
    windows: { count: number; starts: Uint32Array; probabilities: Float32Array };
    numbers: Float64Array;
}
/** Why a recording could not be classified. */
export interface WebFailure {
    id: string;
    code: string;
    message: string;
}
export type WebAnswer = WebPrediction | WebEvidence | WebFailure;
/**
 * Segments of recordings side by side: of each its `first` step in its recording, whether that has `ended` with it (1 or 0), and
 * its `steps`; then `[steps, channels]` and `[steps, categories]` of all.
 */
export interface WebPortion {
    ids: string[];
    first: Uint32Array;
    ended: Uint8Array;
    steps: Uint32Array;
    values: Float32Array;
    codes: Uint8Array;
}
/** One subject's recording; `values` is `[steps, channels]`. */
export interface WebRecording {
    times: Float64Array;
    channels: string[];
    values: Float32Array;
}
"#;

fn prediction_to_js(prediction: &Prediction, manifest: &Manifest) -> Result<Object, Error> {
    let said = |notes: bool| -> Vec<String> {
        let warnings = prediction.warnings.iter().filter(|warning| warning.is_note() == notes);
        warnings.map(ToString::to_string).collect()
    };
    let object = Object::new();
    set(&object, "id", &prediction.id.as_str().into());
    set(&object, "label", &prediction.label.as_str().into());
    set(&object, "class", &(prediction.class as u32).into());
    set(&object, "probabilities", &to_js(&prediction.probabilities)?);
    let Prediction { windows, window_starts, window_probabilities, .. } = prediction;
    set(&object, "windows", &windows_to_js(*windows, window_starts, window_probabilities));
    set(&object, "sets", &sets_to_js(&prediction.sets, &manifest.classes));
    set(&object, "pValue", &prediction.p_value.map_or(JsValue::UNDEFINED, JsValue::from));
    set(&object, "unlike", &prediction.p_value.is_some_and(|p_value| p_value < UNLIKE).into());
    set(&object, "levels", &Float32Array::from(&prediction.levels[..]));
    set(&object, "warnings", &to_js(&said(false))?);
    set(&object, "notes", &to_js(&said(true))?);
    Ok(object)
}

fn sets_to_js(sets: &[PredictionSet], classes: &[String]) -> Array {
    let set_of = |PredictionSet { coverage, classes: members }: &PredictionSet| {
        let object = Object::new();
        let names = members.iter().map(|class| JsValue::from_str(&classes[*class]));
        set(&object, "coverage", &(*coverage).into());
        set(&object, "classes", &names.collect::<Array>());
        object
    };
    sets.iter().map(set_of).collect()
}

fn evidence_to_js(id: &str, evidence: &Evidence) -> Object {
    let Evidence { sums, window_starts, window_probabilities, .. } = evidence;
    let object = Object::new();
    set(&object, "id", &id.into());
    set(&object, "windows", &windows_to_js(sums.windows(), window_starts, window_probabilities));
    set(&object, "numbers", &Float64Array::from(&evidence.numbers()[..]));
    object
}

fn failure_to_js(id: &str, reason: &ClassifyError) -> Object {
    let failure = classify_error(reason);
    let object = Object::new();
    set(&object, "id", &id.into());
    set(&object, "code", &Reflect::get(&failure, &"code".into()).unwrap_or_default());
    set(&object, "message", &failure.message().into());
    object
}

fn windows_to_js(count: u64, starts: &[u32], probabilities: &[f32]) -> Object {
    let windows = Object::new();
    set(&windows, "count", &(count as f64).into());
    set(&windows, "starts", &Uint32Array::from(starts));
    set(&windows, "probabilities", &Float32Array::from(probabilities));
    windows
}

fn precision_of(name: &str) -> Result<Precision, Error> {
    let all = [Precision::F32, Precision::I16, Precision::I8];
    let found = all.into_iter().find(|precision| precision.to_string() == name);
    found.ok_or_else(|| error(&format!("there is no precision `{name}`"), "UNKNOWN_PRECISION"))
}

fn to_js(value: &impl Serialize) -> Result<JsValue, Error> {
    let plain = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&plain).map_err(|reason| error(&reason.to_string(), "INTERNAL"))
}

/// Sets a property of a plain object, which cannot fail: it is neither frozen nor a proxy.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn error(message: &str, code: &str) -> Error {
    let error = Error::new(message);
    set(&error, "code", &code.into());
    error
}

fn data_error(message: &str, code: &str, line: Option<u64>, column: Option<&str>) -> Error {
    let error = error(message, code);
    if let Some(line) = line {
        set(&error, "line", &(line as f64).into());
    }
    if let Some(column) = column {
        set(&error, "column", &column.into());
    }
    error
}

fn csv_error(reason: &ReadError) -> Error {
    let error = data_error(&reason.to_string(), reason.code(), reason.line(), reason.column());
    if let ReadError::MissingColumns { missing, found, .. } = reason {
        let columns = to_js(&WebColumns::of(missing, found));
        set(&error, "columns", &columns.unwrap_or_default());
    }
    error
}

fn classify_error(reason: &ClassifyError) -> Error {
    match reason {
        ClassifyError::Engine(engine) => error(&with_sources(reason), engine_code(engine)),
        ClassifyError::Empty { .. } => error(&reason.to_string(), "EMPTY_RECORDING"),
        ClassifyError::Recording { .. } => error(&with_sources(reason), "INTERNAL"),
        ClassifyError::NotFinite { .. } => error(&reason.to_string(), "LOGITS_NOT_FINITE"),
    }
}

fn engine_code(reason: &EngineError) -> &'static str {
    match reason {
        EngineError::NotBuilt(_) => "ENGINE_NOT_BUILT",
        EngineError::Unavailable(_) => "ENGINE_UNAVAILABLE",
        EngineError::DeviceLost(_) => "DEVICE_LOST",
        EngineError::KnownAnswers { .. } => "ENGINE_REFUSED",
        EngineError::Config(_) | EngineError::Parameter { .. } | EngineError::WindowTooLong { .. } => {
            "BUNDLE"
        }
        EngineError::Batch { .. } => "INTERNAL",
    }
}

/// The message of an error and of what caused it.
fn with_sources(reason: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(reason.source(), |cause| cause.source());
    std::iter::once(reason.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
