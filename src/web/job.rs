//! Files that are being read.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Error, Float32Array, Float64Array, Object, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use super::errors::csv_error;
use super::files::WebSummary;
use super::predictions::prediction_to_js;
use super::values::{error, set, to_js};
use crate::bundle::Manifest;
use crate::classifier::{Classifier, Evidence};
use crate::job::Job;
use crate::portion::Portion;
use crate::reading::ReadOptions;

/// Files that are being read. Which instance classifies its recordings is the caller's choice.
#[wasm_bindgen]
pub struct WebJob {
    classifier: Rc<Classifier>,
    job: RefCell<Job>,
}

impl WebJob {
    /// Starts to read files for a classifier.
    pub fn new(classifier: Rc<Classifier>, options: ReadOptions) -> WebJob {
        let job = RefCell::new(Job::new(&classifier, options));
        WebJob { classifier, job }
    }
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

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
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
