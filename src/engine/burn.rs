//! The network on Burn: on its CPU backend, the reference that the other engines are tested
//! against, and on WebGPU.

use burn::tensor::{Device, Tensor};

use super::contract::{Engine, EngineError, EngineFuture, EngineKind, check_batch, check_parameters};
use super::precision::Precision;
use crate::network::{Network, NetworkConfig, NetworkInputs, Parameters};
use crate::windows::WindowBatch;

/// The Burn network of one set of weights on one device.
pub struct BurnEngine {
    kind: EngineKind,
    config: NetworkConfig,
    network: Network,
    device: Device,
}

/// Elements of the largest tensor of a forward pass: a larger batch is cut. On a GPU the time goes into
/// dispatches, so it gets as few as fit into the 128 MiB that every WebGPU device can bind, with room to spare.
fn chunk(kind: EngineKind) -> usize {
    match kind {
        EngineKind::Webgpu => 1 << 24,
        _ => 1 << 22,
    }
}

impl BurnEngine {
    /// Moves the weights to the device of `kind`.
    ///
    /// # Errors
    /// The engine is not in this build, the machine has no device for it, or the weights do not fit the network.
    pub async fn new(
        kind: EngineKind,
        config: &NetworkConfig,
        parameters: &Parameters,
    ) -> Result<Self, EngineError> {
        check_parameters(config, parameters)?;
        let device = match kind {
            #[cfg(feature = "ndarray")]
            EngineKind::Ndarray => cpu(),
            #[cfg(feature = "webgpu")]
            EngineKind::Webgpu => webgpu().await?,
            _ => return Err(EngineError::NotBuilt(kind)),
        };
        let network = Network::from_parameters(config, parameters, &device);
        Ok(Self { kind, config: config.clone(), network, device })
    }

    /// Logits of some of the windows of a batch, still on the device.
    fn forward(&self, batch: &WindowBatch, windows: std::ops::Range<usize>) -> Tensor<2> {
        let steps = windows.start * batch.length..windows.end * batch.length;
        let rows = |width: usize| steps.start * width..steps.end * width;
        let part = WindowBatch {
            windows: windows.len(),
            length: batch.length,
            dense: batch.dense[rows(self.config.dense)].to_vec(),
            codes: batch.codes[rows(self.config.category_embeddings.len())].to_vec(),
            valid: batch.valid[windows].to_vec(),
            steps: batch.steps[rows(1)].to_vec(),
        };
        self.network.forward(&NetworkInputs::new(&part, &self.config, &self.device))
    }
}

impl Engine for BurnEngine {
    fn kind(&self) -> EngineKind {
        self.kind
    }

    fn precision(&self) -> Precision {
        Precision::F32
    }

    fn logits<'a>(&'a self, batch: &'a WindowBatch) -> EngineFuture<'a> {
        Box::pin(async move {
            check_batch(&self.config, batch)?;
            self.config.validate(batch.length)?;
            if batch.windows == 0 {
                return Ok(Vec::new());
            }
            let chunk = (chunk(self.kind) / (batch.length * widest(&self.config))).max(1);
            let starts = (0..batch.windows).step_by(chunk);
            let parts = starts.map(|start| self.forward(batch, start..(start + chunk).min(batch.windows)));
            // Cut or not, there is one read-back: in some browsers each waits for up to 100 ms.
            let logits = Tensor::cat(parts.collect(), 0).into_data_async().await;
            logits
                .ok()
                .and_then(|logits| logits.try_into_vec_as::<f32>().ok())
                .ok_or(EngineError::DeviceLost(self.kind))
        })
    }
}

/// Max values that a layer of the network holds for one step.
fn widest(config: &NetworkConfig) -> usize {
    let conv = config.conv.iter().map(|block| block.channels);
    let gates = config.recurrent.iter().map(|layers| layers.cell.gates() * layers.hidden);
    conv.chain(gates).fold(config.input_width(), usize::max)
}

/// Burn's CPU backend.
#[cfg(feature = "ndarray")]
#[expect(deprecated, reason = "burn-ndarray is the reference until Burn drops it for burn-flex")]
fn cpu() -> Device {
    Device::ndarray()
}

/// The GPU that the browser or the system prefers, started once in a process.
#[cfg(feature = "webgpu")]
async fn webgpu() -> Result<Device, EngineError> {
    use burn::tensor::DeviceKind;
    use burn::tensor::wgpu::WgpuInitError;
    use std::sync::OnceLock;

    static DEVICE: OnceLock<Device> = OnceLock::new();
    if let Some(device) = DEVICE.get() {
        return Ok(device.clone());
    }
    let device = match Device::wgpu_options().init_async().await {
        Ok(device) => device,
        // Another call has started it while this one waited.
        Err(WgpuInitError::Registration { .. }) => Device::wgpu(DeviceKind::DefaultDevice),
        Err(_) => return Err(EngineError::Unavailable(EngineKind::Webgpu)),
    };
    Ok(DEVICE.get_or_init(|| device).clone())
}
