//! The wasm module's exports.

use painwave::features::Features;
use painwave::windows::WindowBatch;
use wasm_bindgen::prelude::*;

use crate::{FeatureReader, Model, peak};

/// A model on the `cpu` engine.
#[wasm_bindgen]
pub struct BenchModel(Model);

#[wasm_bindgen]
impl BenchModel {
    /// Reads a bundle, to compute in `f32`, `i16` or `i8`.
    #[wasm_bindgen(constructor)]
    pub fn new(bundle: &[u8], precision: &str) -> Result<BenchModel, JsError> {
        let precision = serde_json::from_value(precision.into())?;
        Model::load(bundle, precision).map(BenchModel).map_err(|error| JsError::new(&error.to_string()))
    }

    /// All of the bundle but its weights, as JSON.
    pub fn manifest(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.0.manifest)?)
    }

    /// A weight by its name, row-major, if the network has it.
    pub fn parameter(&self, name: &str) -> Option<Vec<f32>> {
        self.0.parameters.get(name).map(|parameter| parameter.data.clone())
    }

    /// Features of every subject of a CSV, fed in blocks of some size.
    pub fn read(&self, csv: &[u8], block: usize) -> Result<BenchFeatures, JsError> {
        let mut reader = FeatureReader::new(&self.0);
        for bytes in csv.chunks(block) {
            reader.feed(bytes)?;
        }
        Ok(BenchFeatures(reader.finish()?))
    }

    /// All windows of some subjects.
    pub fn windows(&self, features: &BenchFeatures, from: usize, to: usize) -> BenchWindows {
        BenchWindows(self.0.windows(&features.0[from..to]))
    }

    /// Logits of windows, `[windows, classes]`, from inputs as other libraries are given them: `dense`
    /// `[windows, length, width]` and `steps` `[windows, length]`.
    pub fn logits(&self, dense: Vec<f32>, steps: Vec<u16>) -> Result<Vec<f32>, JsError> {
        let length = self.0.manifest.window.length;
        let windows = steps.len() / length;
        let valid = vec![length as u32; windows];
        let batch = WindowBatch { windows, length, dense, codes: Vec::new(), steps, valid };
        self.0.logits(&batch).map_err(|error| JsError::new(&error.to_string()))
    }
}

/// Features of subjects.
#[wasm_bindgen]
pub struct BenchFeatures(Vec<Features>);

#[wasm_bindgen]
impl BenchFeatures {
    /// Number of subjects.
    pub fn subjects(&self) -> usize {
        self.0.len()
    }

    /// Dense features of one subject, `[steps, width]`.
    pub fn dense(&self, subject: usize) -> Vec<f32> {
        self.0[subject].dense.clone()
    }
}

/// Windows of subjects.
#[wasm_bindgen]
pub struct BenchWindows(WindowBatch);

#[wasm_bindgen]
impl BenchWindows {
    /// Number of windows.
    pub fn count(&self) -> usize {
        self.0.windows
    }

    /// Dense inputs, `[windows, length, width]`.
    pub fn dense(&self) -> Vec<f32> {
        self.0.dense.clone()
    }

    /// Index of each step in its recording, `[windows, length]`.
    pub fn steps(&self) -> Vec<u16> {
        self.0.steps.clone()
    }
}

/// Multiplies and adds vectors in registers, `rounds` times.
#[wasm_bindgen(js_name = multiplyAdd)]
pub fn multiply_add(rounds: u32, factor: f32) -> f32 {
    peak::multiply_add(rounds, factor)
}

/// Floating-point operations in one round of `multiplyAdd`.
#[wasm_bindgen(js_name = operationsARound)]
pub fn operations_a_round() -> u32 {
    peak::OPERATIONS
}
