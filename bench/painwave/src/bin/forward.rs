//! Times the native forward pass, for bench/native.py.
//!
//! ```text
//! forward dump BUNDLE PRECISION CSV SUBJECTS FOLDER    windows and logits as raw numbers, for the others
//! forward time BUNDLE PRECISION CSV SUBJECTS THREADS   for each line `N` of the standard input, the seconds of N passes
//! ```

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, Read, Write};
use std::path::Path;
use std::thread;
use std::time::Instant;

use painwave::features::Features;
use painwave::windows::WindowBatch;
use painwave_bench::{FeatureReader, Model};

/// Bytes read at once.
const CHUNK: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, bundle, precision, csv, subjects, last] = arguments.as_slice() else {
        return Err("expected dump or time, BUNDLE PRECISION CSV SUBJECTS, and FOLDER or THREADS".into());
    };
    let precision = serde_json::from_value(precision.as_str().into())?;
    let model = Model::load(&fs::read(bundle)?, precision)?;
    let features = read(&model, csv, subjects.parse()?)?;
    match command.as_str() {
        "dump" => dump(&model, &model.windows(&features), Path::new(last)),
        _ => time(&model, &features, last.parse()?),
    }
}

/// Features of the first subjects of a file.
fn read(model: &Model, csv: &str, subjects: usize) -> Result<Vec<Features>, Box<dyn Error>> {
    let mut file = File::open(csv)?;
    let mut reader = FeatureReader::new(model);
    let mut chunk = vec![0; CHUNK];
    while reader.subjects() < subjects {
        let count = file.read(&mut chunk)?;
        if count == 0 {
            return Err(format!("{csv} has fewer than {subjects} whole subjects").into());
        }
        reader.feed(&chunk[..count])?;
    }
    let mut features = reader.into_complete();
    features.truncate(subjects);
    Ok(features)
}

/// `dense.f32`, `steps.u16` and `logits.f32`, all little-endian, and `manifest.json`.
fn dump(model: &Model, batch: &WindowBatch, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let floats = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    fs::write(folder.join("dense.f32"), floats(&batch.dense))?;
    fs::write(folder.join("logits.f32"), floats(&model.logits(batch)?))?;
    let steps: Vec<u8> = batch.steps.iter().flat_map(|step| step.to_le_bytes()).collect();
    fs::write(folder.join("steps.u16"), steps)?;
    fs::write(folder.join("manifest.json"), serde_json::to_vec(&model.manifest)?)?;
    Ok(())
}

/// Forward passes on demand, the subjects spread over threads.
fn time(model: &Model, features: &[Features], threads: usize) -> Result<(), Box<dyn Error>> {
    let share = features.len().div_ceil(threads);
    let batches: Vec<WindowBatch> = features.chunks(share).map(|part| model.windows(part)).collect();
    let pass = || -> Result<(), Box<dyn Error>> {
        if let [batch] = batches.as_slice() {
            return model.logits(batch).map(drop);
        }
        thread::scope(|scope| {
            let workers: Vec<_> = batches
                .iter()
                .map(|batch| scope.spawn(|| model.logits(batch).map(drop).map_err(|error| error.to_string())))
                .collect();
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(outcome) => outcome.map_err(Into::into),
                Err(_) => Err("a worker panicked".into()),
            })
        })
    };
    for line in std::io::stdin().lock().lines() {
        let passes: usize = line?.trim().parse()?;
        let start = Instant::now();
        (0..passes).try_for_each(|_| pass())?;
        let seconds = start.elapsed().as_secs_f64();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{seconds}")?;
        out.flush()?;
    }
    Ok(())
}
