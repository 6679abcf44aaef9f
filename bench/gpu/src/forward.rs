//! The forward pass: logits of many subjects on one engine.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use painwave::engine::{self, Engine, EngineError, EngineKind, Precision};
use painwave::features::Features;
use painwave::windows::WindowBatch;
use painwave_bench::Model;
use serde::Serialize;

use crate::Error;

/// An engine and how many threads each have one.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Choice {
    /// The engine.
    pub engine: EngineKind,
    /// What it multiplies in.
    pub precision: Precision,
    /// Threads.
    pub threads: usize,
}

/// Subjects whose windows are handed over at once: enough to fill a GPU, few enough for its memory.
const GPU_BLOCK: usize = 512;
/// As few as the trainer hands to a thread.
const CPU_BLOCK: usize = 16;

/// How fast an engine was.
#[derive(Debug, Serialize)]
pub struct Forward {
    /// The engine.
    #[serde(flatten)]
    pub choice: Choice,
    /// Subjects that were asked for.
    pub subjects: usize,
    /// Those that were done when time was up.
    pub done: usize,
    /// Seconds that they took.
    pub seconds: f64,
}

impl Forward {
    /// Subjects a second.
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }
}

/// What is compared: the GPU, the CPU in `f32`, and the CPU in the fastest precision that the bundle allows.
pub fn engines(model: &Model, threads: usize) -> Vec<Choice> {
    let on = |engine, precision, threads| Choice { engine, precision, threads };
    let fastest = model.manifest.precisions.first().copied().filter(|precision| *precision != Precision::F32);
    let cpu = std::iter::once(Precision::F32).chain(fastest);
    let cpu = cpu.map(|precision| on(EngineKind::Cpu, precision, threads));
    std::iter::once(on(EngineKind::Webgpu, Precision::F32, 1)).chain(cpu).collect()
}

/// All windows of `subjects` subjects: the first of them, and those of `features` again and again.
pub fn batch(model: &Model, features: &[Features], subjects: usize) -> WindowBatch {
    model.windows(features.iter().cycle().take(subjects))
}

/// Computes the logits of `subjects` subjects, or of as many as fit into `limit`, on threads that each have an engine of
/// their own. What an engine does once, compiling its shaders for instance, is not counted.
///
/// # Errors
/// The engine cannot start, or gives no answer.
pub fn measure(
    model: &Model,
    features: &[Features],
    choice: Choice,
    subjects: usize,
    limit: Duration,
) -> Result<Forward, Error> {
    let block = if choice.engine == EngineKind::Cpu { CPU_BLOCK } else { GPU_BLOCK };
    let whole = batch(model, features, block);
    let rest = batch(model, features, subjects % block);
    let blocks = subjects.div_ceil(block);
    let size = |index: usize| block.min(subjects - index * block);
    let windows = |index: usize| if size(index) == block { &whole } else { &rest };
    let (next, ready) = (AtomicUsize::new(0), Barrier::new(choice.threads));
    let work = || -> Result<(usize, Duration), EngineError> {
        let network = &model.manifest.members[0].network;
        let engine = engine::build(choice.engine, network, &model.parameters, choice.precision);
        let engine = pollster::block_on(engine);
        let warm = engine.as_ref().map(|engine| logits(engine.as_ref(), windows(0)));
        // Nobody may leave before all have come here.
        ready.wait();
        if let Ok(warm) = warm {
            warm?;
        }
        let engine = engine?;
        let (start, mut done) = (Instant::now(), 0);
        while start.elapsed() < limit {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= blocks {
                break;
            }
            logits(engine.as_ref(), windows(index))?;
            done += size(index);
        }
        Ok((done, start.elapsed()))
    };
    let parts = thread::scope(|scope| {
        let workers: Vec<_> = (0..choice.threads).map(|_| scope.spawn(work)).collect();
        let join = |worker: ScopedJoinHandle<'_, Result<_, EngineError>>| -> Result<_, Error> {
            Ok(worker.join().map_err(|_| Error::Worker)??)
        };
        workers.into_iter().map(join).collect::<Result<Vec<_>, _>>()
    })?;
    let done = parts.iter().map(|(done, _)| done).sum();
    let seconds = parts.iter().map(|(_, time)| time.as_secs_f64()).fold(0.0, f64::max);
    Ok(Forward { choice, subjects, done, seconds })
}

fn logits(engine: &dyn Engine, batch: &WindowBatch) -> Result<(), EngineError> {
    pollster::block_on(engine.logits(batch)).map(drop)
}
