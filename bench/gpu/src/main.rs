//! Proves the engine `webgpu` on a bundle's known answers, and measures it and a training step on wgpu beside the CPU.
//!
//! ```text
//! painwave-gpu BUNDLE CSV SECONDS SUBJECTS...
//! ```
//!
//! The subjects of CSV are repeated until there are SUBJECTS of them; no measurement takes much longer than SECONDS.
//! Results go to the standard output as JSON, and to the standard error as a table. The exit status is 1 if a known
//! answer is missed, 2 if nothing can be measured.

mod forward;
mod proof;
mod report;
mod training;

use std::fs;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use burn::tensor::wgpu::WgpuInitError;
use burn::tensor::{Device, ExecutionError};
use painwave::bundle::BundleError;
use painwave::reading::ReadError;
use painwave::engine::{EngineError, EngineKind, Precision};
use painwave_bench::{FeatureReader, Model};

use crate::proof::Proof;
use crate::report::{Adapter, Report};

/// Why nothing can be measured.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("expected BUNDLE CSV SECONDS SUBJECTS...")]
    Usage,
    #[error("{path}: {source}")]
    File { path: String, source: std::io::Error },
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error("the first member: {0}")]
    Model(Box<dyn std::error::Error>),
    #[error(transparent)]
    Csv(#[from] ReadError),
    #[error("no GPU: {0}")]
    Gpu(#[from] WgpuInitError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("a training step: {0}")]
    Training(#[from] ExecutionError),
    #[error("a worker panicked")]
    Worker,
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(report) if report.proof.passed() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<Report, Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bundle, csv, seconds, counts @ ..] = arguments.as_slice() else { return Err(Error::Usage) };
    let limit = Duration::from_secs(seconds.parse().map_err(|_| Error::Usage)?);
    let counts: Vec<usize> =
        counts.iter().map(|count| count.parse()).collect::<Result<_, _>>().map_err(|_| Error::Usage)?;
    let bundle = read(bundle)?;
    let model = Model::load(&bundle, Precision::F32).map_err(Error::Model)?;
    let mut reader = FeatureReader::new(&model);
    reader.feed(&read(csv)?)?;
    let features = reader.finish()?;

    let (device, setup) = Device::wgpu_options().init_with_setup()?;
    let adapter = Adapter::from(setup.adapter.get_info());
    eprintln!("{adapter}");
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut report = Report::new(adapter, threads, Proof::of(&bundle, &model, &features)?);
    eprintln!("{}", report.proof);
    if report.proof.passed() {
        let engines = forward::engines(&model, threads);
        for subjects in counts {
            for engine in &engines {
                report.forward.push(forward::measure(&model, &features, *engine, subjects, limit)?);
            }
        }
        let batch = forward::batch(
            &model,
            &features,
            training::BATCH.div_ceil(model.windows(&features[..1]).windows),
        );
        for (name, device) in [(EngineKind::Webgpu, device), (EngineKind::Cpu, Device::flex())] {
            report.training.push(training::measure(name, &device, &model, &batch, limit / 2)?);
        }
    }
    println!("{}", serde_json::to_string_pretty(&report)?);
    eprintln!("\n{report}");
    Ok(report)
}

fn read(path: &str) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })
}
