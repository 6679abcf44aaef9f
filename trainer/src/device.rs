//! Where training runs.

use burn::tensor::Device;
use clap::ValueEnum;

/// A device that this build does not contain.
#[derive(Debug, thiserror::Error)]
#[error(
    "the device `{device}` is not part of this build: build the trainer with \
     `cargo build --release --package trainer --features {device}`"
)]
pub struct DeviceNotBuilt {
    /// Name of the device, and of the cargo feature.
    pub device: &'static str,
}

/// A device by the name that `--device` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeviceKind {
    /// The CPU, with every core.
    Cpu,
    /// The first GPU, through wgpu (feature `wgpu`).
    Wgpu,
    /// The first GPU, through CUDA (feature `cuda`).
    Cuda,
}

impl DeviceKind {
    /// The name that `--device` takes.
    pub fn name(self) -> &'static str {
        match self {
            DeviceKind::Cpu => "cpu",
            DeviceKind::Wgpu => "wgpu",
            DeviceKind::Cuda => "cuda",
        }
    }

    /// The device, without autodiff.
    ///
    /// # Errors
    /// This build does not contain it.
    pub fn device(self) -> Result<Device, DeviceNotBuilt> {
        match self {
            // Burn's CPU backend for training: measured three times as fast as burn-ndarray.
            DeviceKind::Cpu => Ok(Device::flex()),
            #[cfg(feature = "wgpu")]
            DeviceKind::Wgpu => Ok(Device::wgpu(burn::tensor::DeviceKind::default())),
            #[cfg(not(feature = "wgpu"))]
            DeviceKind::Wgpu => Err(DeviceNotBuilt { device: "wgpu" }),
            #[cfg(feature = "cuda")]
            DeviceKind::Cuda => Ok(Device::cuda(0)),
            #[cfg(not(feature = "cuda"))]
            DeviceKind::Cuda => Err(DeviceNotBuilt { device: "cuda" }),
        }
    }
}
