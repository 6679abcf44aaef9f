//! Bundles in the formats of other programs.
//!
//! | format | holds | is for |
//! |---|---|---|
//! | [`safetensors`] | the weights by name | going on in PyTorch, JAX, ... |
//! | [`onnx`] | the networks, ready to run | onnxruntime and its relatives |
//!
//! Both carry the bundle's manifest as JSON, so that nothing is lost: what the windows and the features are, and
//! windows with known answers to check a program by. Neither computes the features: a reader must prepare the inputs
//! as the manifest says.

pub mod onnx;
pub mod safetensors;

use painwave::Bundle;
use painwave::bundle::BundleError;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The weights by name.
    Safetensors,
    /// The networks as ONNX graphs, without the features' transform.
    Onnx,
}

/// Why a bundle cannot be written in another format.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The bundle is not a model.
    #[error("the bundle is not valid: {0}")]
    Invalid(#[from] BundleError),
    /// The weights do not make a safetensors file.
    #[error("cannot write the weights as safetensors: {0}")]
    Safetensors(#[from] ::safetensors::SafeTensorError),
}

/// The bundle as a file of the format; the same bundle gives the same bytes.
///
/// # Errors
/// The bundle is not valid, or the format cannot hold it.
pub fn export(bundle: &Bundle, format: Format) -> Result<Vec<u8>, ExportError> {
    bundle.validate()?;
    let manifest = serde_json::to_string(&bundle.manifest).map_err(BundleError::Json)?;
    match format {
        Format::Safetensors => Ok(safetensors::export(bundle, manifest)?),
        Format::Onnx => Ok(onnx::export(bundle, manifest)),
    }
}
