//! The fused forward pass on the CPU.
use super::{Engine, EngineError, EngineFuture, EngineKind};
use crate::network::{NetworkConfig, Parameters};
use crate::windows::WindowBatch;

/// The fused forward pass of one network.
pub struct FusedEngine {}

impl FusedEngine {
    /// Packs the weights.
    pub fn new(_config: &NetworkConfig, _parameters: &Parameters) -> Result<Self, EngineError> {
        Err(EngineError::NotBuilt(EngineKind::Cpu))
    }
}

impl Engine for FusedEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }
    fn logits<'a>(&'a self, _batch: &'a WindowBatch) -> EngineFuture<'a> {
        Box::pin(async { Err(EngineError::NotBuilt(EngineKind::Cpu)) })
    }
}
