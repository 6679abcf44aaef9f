//! Loss and gradients of one batch, computed in shares.
//!
//! The windows of a batch are independent of each other, so each thread takes a share of them through the
//! network and back, with an autodiff graph and dropout masks of its own. The gradients of the shares add up.

use std::ops::Range;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use painwave::network::{Dropout, Network, NetworkConfig, NetworkInputs};
use painwave::windows::WindowBatch;

use crate::host::{self, Executor};
use crate::windows::rows;

/// Windows and their targets.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The windows.
    pub windows: &'a WindowBatch,
    /// A row for each window, `[windows, classes]`.
    pub targets: &'a [f32],
    /// What the sum of the windows' losses is divided by: their number, or the sum of their weights.
    pub divisor: f64,
}

/// Loss of each window, `[windows]`, from logits and targets `[windows, classes]`.
pub type WindowLoss<'a> = &'a (dyn Fn(Tensor<2>, Tensor<2>) -> Tensor<1> + Sync);

/// Loss and gradients of a batch.
#[derive(Debug)]
pub struct Gradients {
    /// Sum of the windows' losses over the divisor.
    pub loss: f64,
    /// Its gradient with respect to every weight.
    pub gradients: GradientsParams,
}

/// Computes gradients on a device.
pub struct Stepper<'a> {
    device: Device,
    executor: &'a dyn Executor,
    /// Whether masks are drawn here rather than by the device.
    host: bool,
}

impl<'a> Stepper<'a> {
    /// Computes on a device, without autodiff, and in shares if that device is the CPU.
    pub fn new(device: &Device, executor: &'a dyn Executor) -> Self {
        Stepper { device: device.clone(), executor, host: *device == Device::flex() }
    }

    /// Loss and gradients of a batch.
    ///
    /// The seed fixes the dropout masks, each thread's its own. Equal arguments and an equal number of
    /// threads give equal results; another number draws other masks and adds in another order.
    pub fn gradients(
        &self,
        network: &Network,
        config: &NetworkConfig,
        batch: Batch<'_>,
        loss: WindowLoss<'_>,
        seed: u64,
    ) -> Gradients {
        let count = if self.host { self.executor.threads() } else { 1 };
        let shares = shares(batch.windows.windows, count);
        let seeds = (0..).map(|share: u64| seed.wrapping_add(share << 32));
        let parts = shares.into_iter().zip(seeds).collect();
        let work = |(windows, seed)| self.share(network, config, batch, windows, loss, seed);
        let shares = host::spread(self.executor, parts, work);
        let add = |mut sum: Gradients, mut share: Gradients| {
            let (sums, addends) = (&mut sum.gradients, &mut share.gradients);
            network.visit(&mut Add { sums, addends });
            Gradients { loss: sum.loss + share.loss, ..sum }
        };
        let none = || Gradients { loss: 0.0, gradients: GradientsParams::new() };
        shares.into_iter().reduce(add).unwrap_or_else(none)
    }

    /// Loss and gradients of some of the windows.
    fn share(
        &self,
        network: &Network,
        config: &NetworkConfig,
        batch: Batch<'_>,
        windows: Range<usize>,
        loss: WindowLoss<'_>,
        seed: u64,
    ) -> Gradients {
        // Each share gets leaves of its own for the same weights: Burn computes graphs with a common leaf under one lock.
        let network = network.valid().train();
        let device = self.device.clone().autodiff();
        let targets = batch.targets[windows.start * config.classes..windows.end * config.classes].to_vec();
        let targets = TensorData::new(targets, [windows.len(), config.classes]);
        let mut dropout = if self.host {
            Dropout::seeded(seed)
        } else {
            device.seed(seed);
            Dropout::Device
        };
        let inputs = NetworkInputs::new(&rows(batch.windows, windows), config, &device);
        let logits = network.forward_with(&inputs, &mut dropout);
        let sum = loss(logits, Tensor::from_data(targets, &device)).sum();
        let loss = sum / batch.divisor;
        Gradients {
            loss: f64::from(loss.clone().into_scalar::<f32>()),
            gradients: GradientsParams::from_grads(loss.backward(), &network),
        }
    }
}

/// Cuts `windows` windows into at most `count` runs of nearly equal length.
fn shares(windows: usize, count: usize) -> Vec<Range<usize>> {
    let count = count.min(windows);
    (0..count).map(|share| share * windows / count..(share + 1) * windows / count).collect()
}

/// Adds gradients to others.
struct Add<'a> {
    sums: &'a mut GradientsParams,
    addends: &'a mut GradientsParams,
}

impl ModuleVisitor for Add<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let Some(addend) = self.addends.remove::<D>(parameter.id) else { return };
        let sum = match self.sums.remove::<D>(parameter.id) {
            Some(sum) => sum + addend,
            None => addend,
        };
        self.sums.register(parameter.id, sum);
    }
}
