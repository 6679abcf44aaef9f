//! The network on Burn.
use super::{Engine, EngineError, EngineFuture, EngineKind};
use crate::network::{NetworkConfig, Parameters};
use crate::windows::WindowBatch;

/// The fused forward pass of one network.
pub struct BurnEngine {}

impl BurnEngine {
    /// Packs the weights.
    pub async fn new(
        _kind: EngineKind,
        _config: &NetworkConfig,
        _parameters: &Parameters,
    ) -> Result<Self, EngineError> {
        Err(EngineError::NotBuilt(EngineKind::Ndarray))
    }
}

impl Engine for BurnEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Ndarray
    }
    fn logits<'a>(&'a self, _batch: &'a WindowBatch) -> EngineFuture<'a> {
        Box::pin(async { Err(EngineError::NotBuilt(EngineKind::Ndarray)) })
    }
}
