//! The fused forward pass on the CPU, natively and in WebAssembly.
//!
//! ```text
//! for each chunk of windows                                   forward.rs
//!   for each window: inputs, then conv blocks
//!   for each recurrent layer, direction and step
//!     for each block of units                                 kernel.rs
//!       for each tile of up to 4 rows (windows)
//!         for each gate: products accumulated in registers
//!         activation, new state
//!   layer norm, pooling, head
//! ```
//!
//! | module | does |
//! |---|---|
//! | `pack` | a network's parameters to packed layers, once |
//! | `forward` | a chunk of windows to logits |
//! | `kernel` | one layer over many rows, tile by tile |
//! | `layer` | how one layer's weights are packed |
//! | `quantise` | rows to packed rows, what the kernel multiplies |
//! | `format` | what products are computed of: `f32` or integers |
//! | `strided` | matrices whose rows lie apart |

mod format;
mod forward;
mod kernel;
mod layer;
mod pack;
mod quantise;
mod strided;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

use self::forward::Scratch;
use self::pack::Network;
use super::contract::{Engine, EngineError, EngineFuture, EngineKind, check_batch, check_parameters};
use super::precision::Precision;
use crate::network::{NetworkConfig, Parameters};
use crate::simd::Isa;
use crate::windows::WindowBatch;

/// The fused forward pass of one network.
///
/// Calls may overlap: each takes a workspace of its own, which is kept for the next call.
pub struct FusedEngine {
    config: NetworkConfig,
    precision: Precision,
    network: Network,
    workspaces: Mutex<Vec<Scratch>>,
}

impl FusedEngine {
    /// Packs the weights for the widest vectors of this machine.
    ///
    /// # Errors
    /// The configuration is not a network, or a weight is missing or has another shape.
    pub fn new(
        config: &NetworkConfig,
        parameters: &Parameters,
        precision: Precision,
    ) -> Result<Self, EngineError> {
        Self::with_isa(Isa::detect(), precision, config, parameters)
    }

    fn with_isa(
        isa: Isa,
        precision: Precision,
        config: &NetworkConfig,
        parameters: &Parameters,
    ) -> Result<Self, EngineError> {
        // The length of windows is not known yet: of the longest, some steps are left after any pooling.
        config.validate(usize::MAX)?;
        check_parameters(config, parameters)?;
        let network = Network::pack(isa, precision, config, parameters);
        Ok(Self { config: config.clone(), precision, network, workspaces: Mutex::default() })
    }

    fn compute(&self, batch: &WindowBatch) -> Result<Vec<f32>, EngineError> {
        check_batch(&self.config, batch)?;
        if batch.windows == 0 {
            return Ok(Vec::new());
        }
        self.config.validate(batch.length)?;

        let mut scratch = self.lock().pop().unwrap_or_default();
        let mut logits = Vec::with_capacity(batch.windows * self.config.classes);
        let chunks = batch.windows.div_ceil(self.network.windows_at_once(batch.length));
        let size = batch.windows.div_ceil(chunks);
        for first in (0..batch.windows).step_by(size) {
            let windows = first..batch.windows.min(first + size);
            self.network.forward(batch, windows, &mut scratch, &mut logits);
        }
        self.lock().push(scratch);
        Ok(logits)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for FusedEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn precision(&self) -> Precision {
        self.precision
    }

    fn logits<'a>(&'a self, batch: &'a WindowBatch) -> EngineFuture<'a> {
        Box::pin(async move { self.compute(batch) })
    }
}
