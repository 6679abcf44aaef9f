//! What was found, as JavaScript is told.

use js_sys::{Array, Error, Float32Array, Float64Array, Object, Reflect, Uint32Array};
use wasm_bindgen::prelude::*;

use super::errors::classify_error;
use super::values::{set, to_js};
use crate::bundle::Manifest;
use crate::classifier::{ClassifyError, Evidence, Prediction};
use crate::conformal::PredictionSet;

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
"#;

/// A `WebPrediction`.
pub fn prediction_to_js(prediction: &Prediction, manifest: &Manifest) -> Result<Object, Error> {
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
    set(&object, "unlike", &prediction.is_unlike().into());
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

/// A `WebEvidence`.
pub fn evidence_to_js(id: &str, evidence: &Evidence) -> Object {
    let Evidence { sums, window_starts, window_probabilities, .. } = evidence;
    let object = Object::new();
    set(&object, "id", &id.into());
    set(&object, "windows", &windows_to_js(sums.windows(), window_starts, window_probabilities));
    set(&object, "numbers", &Float64Array::from(&evidence.numbers()[..]));
    object
}

/// A `WebFailure`.
pub fn failure_to_js(id: &str, reason: &ClassifyError) -> Object {
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
