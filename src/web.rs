//! The JavaScript surface, and nothing but that: what `www/package` builds the npm package on.
//!
//! Every exported method takes `&self`, since calls from JavaScript may overlap. Errors are `Error` objects
//! with a stable `code`, and `line` and `column` where they are known.

mod errors;
mod files;
mod job;
mod predictions;
mod values;

use std::rc::Rc;

use js_sys::{Array, Error, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use self::errors::{classify_error, csv_error, engine_code, with_sources};
use self::files::{WebRepair, read_options};
use self::job::WebJob;
use self::predictions::{evidence_to_js, failure_to_js, prediction_to_js};
use self::values::{data_error, error, to_js};
use crate::bundle::{Bundle, Manifest, ModelCard};
use crate::classifier::{Classifier, LoadError, Segment};
use crate::engine::{EngineKind, Precision, built};
use crate::evaluation::{ClassScores, Scores};
use crate::kind::Kind;
use crate::labels::{LabelColumns, Labels, LabelsError, Spelled};
use crate::novelty::Shift;
use crate::portion::Portion;
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
        WebJob::new(self.classifier.clone(), read_options(&options))
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

fn precision_of(name: &str) -> Result<Precision, Error> {
    let all = [Precision::F32, Precision::I16, Precision::I8];
    let found = all.into_iter().find(|precision| precision.to_string() == name);
    found.ok_or_else(|| error(&format!("there is no precision `{name}`"), "UNKNOWN_PRECISION"))
}
