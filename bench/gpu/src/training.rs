//! A step of training on one device.

use std::time::{Duration, Instant};

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};
use painwave::engine::EngineKind;
use painwave::network::{Dropout, Network, NetworkInputs};
use painwave::windows::WindowBatch;
use painwave_bench::Model;
use serde::Serialize;

/// Windows of a batch, as in the embedded model's recipe.
pub const BATCH: usize = 512;

/// Steps that are not counted: kernels are compiled and memory is taken in them.
const WARM_UP: usize = 3;

/// How long a step takes: forward pass, loss, backward pass, AdamW.
#[derive(Debug, Serialize)]
pub struct Training {
    /// `webgpu` stands for wgpu; the step on `cpu` takes one thread.
    pub device: EngineKind,
    /// Windows of the batch.
    pub windows: usize,
    /// Seconds of each step, sorted.
    pub seconds: Vec<f64>,
}

impl Training {
    /// The median of the steps, in seconds.
    pub fn median(&self) -> f64 {
        self.seconds[self.seconds.len() / 2]
    }
}

/// Trains the model's network from new weights for as long as `limit`, one step at least.
///
/// # Errors
/// The device goes wrong.
pub fn measure(
    name: EngineKind,
    device: &Device,
    model: &Model,
    windows: &WindowBatch,
    limit: Duration,
) -> Result<Training, ExecutionError> {
    let config = &model.manifest.members[0].network;
    let gradients_on = device.clone().autodiff();
    gradients_on.seed(1);
    let mut network = Network::new(config, &gradients_on).train();
    let mut adamw = AdamWConfig::new().init();
    let targets = (0..windows.windows).flat_map(|window| {
        (0..config.classes).map(move |class| if window % config.classes == class { 1.0 } else { 0.0 })
    });
    let targets = TensorData::new(targets.collect::<Vec<f32>>(), [windows.windows, config.classes]);
    let targets = Tensor::<2>::from_data(targets, &gradients_on);
    // On the CPU the trainer draws the masks itself.
    let mut dropout = if name == EngineKind::Cpu { Dropout::seeded(1) } else { Dropout::Device };
    let mut step = || -> Result<f64, ExecutionError> {
        let start = Instant::now();
        let inputs = NetworkInputs::new(windows, config, &gradients_on);
        let logits = network.forward_with(&inputs, &mut dropout);
        let loss = (log_softmax(logits, 1) * targets.clone()).sum() / -(windows.windows as f64);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = adamw.step(1e-4, network.clone(), gradients);
        device.sync()?;
        Ok(start.elapsed().as_secs_f64())
    };
    for _ in 0..WARM_UP {
        step()?;
    }
    let start = Instant::now();
    let mut seconds = vec![step()?];
    while start.elapsed() < limit {
        seconds.push(step()?);
    }
    seconds.sort_by(f64::total_cmp);
    Ok(Training { device: name, windows: windows.windows, seconds })
}
