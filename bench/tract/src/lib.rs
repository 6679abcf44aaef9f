//! tract in wasm, as a peer of painwave's forward pass.

use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::bail;
use wasm_bindgen::prelude::*;

/// An ONNX model, optimised for one number of windows.
#[wasm_bindgen]
pub struct TractModel {
    plan: Arc<TypedRunnableModel>,
    shape: [usize; 3],
}

#[wasm_bindgen]
impl TractModel {
    /// Reads a model with inputs `steps` `[windows, length]` and `dense` `[windows, length, width]`.
    #[wasm_bindgen(constructor)]
    pub fn new(onnx: &[u8], windows: usize, length: usize, width: usize) -> Result<TractModel, JsError> {
        let shape = [windows, length, width];
        let plan = plan(onnx, shape).map_err(|error| JsError::new(&format!("{error:#}")))?;
        Ok(TractModel { plan, shape })
    }

    /// Logits, `[windows, classes]`.
    pub fn logits(&self, dense: &[f32], steps: &[i64]) -> Result<Vec<f32>, JsError> {
        self.run(dense, steps).map_err(|error| JsError::new(&format!("{error:#}")))
    }

    fn run(&self, dense: &[f32], steps: &[i64]) -> TractResult<Vec<f32>> {
        let dense = Tensor::from_shape(&self.shape, dense)?;
        let steps = Tensor::from_shape(&self.shape[..2], steps)?;
        let logits = self.plan.run(tvec!(steps.into(), dense.into()))?;
        Ok(logits[0].to_plain_array_view::<f32>()?.iter().copied().collect())
    }
}

fn plan(onnx: &[u8], shape: [usize; 3]) -> TractResult<Arc<TypedRunnableModel>> {
    let model = tract_onnx::onnx().model_for_read(&mut &*onnx)?;
    for (index, name) in ["steps", "dense"].into_iter().enumerate() {
        let is_there =
            model.input_outlets()?.get(index).is_some_and(|outlet| model.node(outlet.node).name == name);
        if !is_there {
            bail!("expected the input `{name}` at index {index}");
        }
    }
    model
        .with_input_fact(0, i64::fact(&shape[..2]).into())?
        .with_input_fact(1, f32::fact(shape).into())?
        .into_optimized()?
        .into_runnable()
}
