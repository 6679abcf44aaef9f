//! What was found, as JSON and as a table.

use std::fmt;

use burn::tensor::wgpu::wgpu::AdapterInfo;
use serde::Serialize;

use crate::forward::Forward;
use crate::proof::Proof;
use crate::training::Training;

/// Everything that one run finds.
#[derive(Debug, Serialize)]
pub struct Report {
    adapter: Adapter,
    /// Threads of the CPU.
    threads: usize,
    /// Whether the GPU computes what the CPU does.
    pub proof: Proof,
    /// The forward pass.
    pub forward: Vec<Forward>,
    /// A step of training.
    pub training: Vec<Training>,
}

/// The GPU, and what drives it.
#[derive(Debug, Serialize)]
pub struct Adapter {
    name: String,
    kind: String,
    driver: String,
    interface: String,
}

impl From<AdapterInfo> for Adapter {
    fn from(info: AdapterInfo) -> Self {
        Adapter {
            name: info.name,
            kind: format!("{:?}", info.device_type),
            driver: format!("{} {}", info.driver, info.driver_info),
            interface: info.backend.to_string(),
        }
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {}, driver {})", self.name, self.kind, self.interface, self.driver)
    }
}

impl Report {
    /// A report without measurements.
    pub fn new(adapter: Adapter, threads: usize, proof: Proof) -> Self {
        Report { adapter, threads, proof, forward: Vec::new(), training: Vec::new() }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}; CPU with {} threads\n{}", self.adapter, self.threads, self.proof)?;
        writeln!(
            f,
            "\n{:<8} {:<9} {:>8} {:>9} {:>9} {:>12}",
            "engine", "precision", "threads", "subjects", "seconds", "a second"
        )?;
        for forward in &self.forward {
            let choice = forward.choice;
            writeln!(
                f,
                "{:<8} {:<9} {:>8} {:>9} {:>9.2} {:>12.0}",
                choice.engine.to_string(),
                choice.precision.to_string(),
                choice.threads,
                forward.done,
                forward.seconds,
                forward.rate()
            )?;
        }
        writeln!(f, "\n{:<8} {:>8} {:>7} {:>12}", "training", "windows", "steps", "ms a step")?;
        for training in &self.training {
            let name = training.device.to_string();
            let (steps, milliseconds) = (training.seconds.len(), training.median() * 1e3);
            writeln!(f, "{name:<8} {:>8} {steps:>7} {milliseconds:>12.1}", training.windows)?;
        }
        Ok(())
    }
}
