//! Windows to logits, on whatever the machine offers.
//!
//! Every engine computes the same function, fixed by [`NetworkConfig`](crate::network::NetworkConfig)
//! and the weights; the shared suite in `tests/suite/engines.rs` holds them to PyTorch's answers.
//! An engine is proven on the bundle's known answers before it is used.

#[cfg(any(feature = "ndarray", feature = "webgpu"))]
mod burn;
mod contract;
mod fused;
mod precision;

use self::contract::check_parameters;
use crate::network::{NetworkConfig, Parameters};

#[cfg(any(feature = "ndarray", feature = "webgpu"))]
pub use self::burn::BurnEngine;
pub use self::contract::{Engine, EngineError, EngineFuture, EngineKind};
pub use self::fused::FusedEngine;
pub use self::precision::Precision;

/// Builds the engine `kind` for one network. Only the engine `cpu` has other precisions than `f32`.
///
/// # Errors
/// The engine is not in this build, the machine cannot run it, or the weights do not fit the network.
pub async fn build(
    kind: EngineKind,
    config: &NetworkConfig,
    parameters: &Parameters,
    precision: Precision,
) -> Result<Box<dyn Engine>, EngineError> {
    check_parameters(config, parameters)?;
    match kind {
        EngineKind::Cpu => Ok(Box::new(FusedEngine::new(config, parameters, precision)?)),
        #[cfg(any(feature = "ndarray", feature = "webgpu"))]
        _ => Ok(Box::new(BurnEngine::new(kind, config, parameters).await?)),
        #[cfg(not(any(feature = "ndarray", feature = "webgpu")))]
        _ => Err(EngineError::NotBuilt(kind)),
    }
}

/// The engines of this build, the preferred one first.
pub fn built() -> &'static [EngineKind] {
    &[
        EngineKind::Cpu,
        #[cfg(feature = "webgpu")]
        EngineKind::Webgpu,
        #[cfg(feature = "ndarray")]
        EngineKind::Ndarray,
    ]
}
