//! What every engine does, and how it fails.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use super::precision::Precision;
use crate::network::{NetworkConfig, NetworkConfigError, ParameterSpec, Parameters};
use crate::number::Shown;
use crate::windows::WindowBatch;

/// One network, ready to turn windows into logits.
pub trait Engine {
    /// Which engine this is.
    fn kind(&self) -> EngineKind;

    /// What it multiplies in.
    fn precision(&self) -> Precision;

    /// Logits `[windows, classes]` of a batch, row-major. The batch must have the network's widths.
    fn logits<'a>(&'a self, batch: &'a WindowBatch) -> EngineFuture<'a>;
}

/// What [`Engine::logits`] resolves to. A CPU engine is ready at the first poll.
pub type EngineFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<f32>, EngineError>> + 'a>>;

/// The engines by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// The fused SIMD forward pass of this crate.
    Cpu,
    /// Burn on WebGPU (browser) or wgpu (native).
    Webgpu,
    /// Burn on burn-ndarray: the reference.
    Ndarray,
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EngineKind::Cpu => "cpu",
            EngineKind::Webgpu => "webgpu",
            EngineKind::Ndarray => "ndarray",
        })
    }
}

/// Why an engine cannot be used or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// This build does not contain the engine.
    #[error("the engine `{0}` is not part of this build")]
    NotBuilt(EngineKind),
    /// The machine does not offer what the engine needs.
    #[error("the engine `{0}` cannot start here: no usable adapter")]
    Unavailable(EngineKind),
    /// The configuration is not a network.
    #[error(transparent)]
    Config(#[from] NetworkConfigError),
    /// A weight that the network needs is not there or has another shape.
    #[error("the weight `{name}` is {found:?}, expected {expected:?}")]
    Parameter {
        /// Name of the weight.
        name: String,
        /// Its shape, if it is there.
        found: Option<Vec<usize>>,
        /// The shape the network needs.
        expected: Vec<usize>,
    },
    /// A batch whose widths are not the network's.
    #[error("the batch holds {found} {what}, expected {expected}")]
    Batch {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// A window whose activations no memory can hold.
    #[error("a window of {length} steps takes {bytes} bytes, more than this machine can address")]
    WindowTooLong {
        /// Steps of the window.
        length: usize,
        /// What it takes.
        bytes: u64,
    },
    /// The device gave no result.
    #[error("the engine `{0}` lost its device")]
    DeviceLost(EngineKind),
    /// The engine computes something else than the trainer did.
    #[error(
        "the engine `{engine}` misses the bundle's known answers in {precision} by {} (allowed: {})",
        Shown::from(*difference),
        Shown::from(*allowed)
    )]
    KnownAnswers {
        /// The engine that was refused.
        engine: EngineKind,
        /// What it multiplied in.
        precision: Precision,
        /// Max difference of a logit; infinite if one is NaN.
        difference: f32,
        /// Max difference that passes.
        allowed: f32,
    },
}

/// Checks that every parameter of the network is there, in its shape.
pub(super) fn check_parameters(config: &NetworkConfig, parameters: &Parameters) -> Result<(), EngineError> {
    match config.unmet(parameters) {
        None => Ok(()),
        Some(ParameterSpec { name, shape }) => {
            let found = parameters.get(&name).map(|parameter| parameter.shape.clone());
            Err(EngineError::Parameter { name, found, expected: shape })
        }
    }
}

/// Checks that a batch has the widths that a network reads.
pub(super) fn check_batch(config: &NetworkConfig, batch: &WindowBatch) -> Result<(), EngineError> {
    let bytes = config.cost(batch.length).activations;
    // No allocation may be larger.
    if isize::try_from(bytes).is_err() {
        return Err(EngineError::WindowTooLong { length: batch.length, bytes });
    }
    // Saturating: a product that overflows equals no length.
    let rows = batch.windows.saturating_mul(batch.length);
    let codes = config.category_embeddings.len();
    let expect = |what, found, expected| {
        if found == expected { Ok(()) } else { Err(EngineError::Batch { what, found, expected }) }
    };
    expect("dense values", batch.dense.len(), rows.saturating_mul(config.dense))?;
    expect("codes", batch.codes.len(), rows.saturating_mul(codes))?;
    expect("step indices", batch.steps.len(), rows)?;
    expect("valid lengths", batch.valid.len(), batch.windows)?;
    for valid in batch.valid.iter().map(|valid| *valid as usize) {
        if !(1..=batch.length).contains(&valid) {
            return Err(EngineError::Batch { what: "valid steps", found: valid, expected: batch.length });
        }
    }
    for (index, code) in batch.codes.iter().enumerate() {
        let levels = config.category_embeddings[index % codes].levels;
        if usize::from(*code) >= levels {
            return Err(EngineError::Batch {
                what: "as a code",
                found: usize::from(*code),
                expected: levels - 1,
            });
        }
    }
    Ok(())
}
