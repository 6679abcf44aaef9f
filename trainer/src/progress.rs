//! What a person sees while a network is trained.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressStyle};
use painwave::engine::{EngineError, EngineKind};
use painwave_train::experiment::{self, Plan};
use painwave_train::host::HostError;
use painwave_train::preparation;
use painwave_train::training::{self, FineTuningEpoch, History};

use crate::tensorboard;

/// Tells a person at a terminal, and TensorBoard, how the trainings of a run go on.
#[derive(Debug)]
pub struct Progress<'a> {
    out: &'a Path,
    interrupt: &'a AtomicBool,
    start: Instant,
    /// One for each training that goes on.
    bars: MultiProgress,
}

impl<'a> Progress<'a> {
    /// Of a run in the folder `out` that ends after the current epochs when `interrupt` is set.
    pub fn new(out: &'a Path, interrupt: &'a AtomicBool) -> Self {
        Progress { out, interrupt, start: Instant::now(), bars: MultiProgress::new() }
    }
}

impl experiment::Observer for Progress<'_> {
    fn training(&self, plan: &Plan<'_>) -> Box<dyn training::Observer + '_> {
        self.bars.suspend(|| eprint!("{}", announcement(plan)));
        let events = tensorboard::Writer::new(&self.out.join(plan.part.folder()));
        let name = if plan.part.is_only() { String::new() } else { format!("{}, ", plan.part.name()) };
        Box::new(TrainingProgress { run: self, name, bar: bar().map(|bar| self.bars.add(bar)), events })
    }

    fn engine_refused(&self, engine: EngineKind, error: &EngineError) {
        refused(engine, error);
    }
}

/// Says on stderr which engine misses the known answers of a bundle.
pub fn refused(engine: EngineKind, error: &EngineError) {
    eprintln!("warning: engine {engine}: {error}");
}

/// What is going to be trained, in lines: whole, so that those of trainings side by side do not mix.
fn announcement(plan: &Plan<'_>) -> String {
    let Plan { part, problem, preparation, schema, threads } = *plan;
    let mut lines = Vec::new();
    if !part.is_only() {
        lines.push(part.name());
    }
    if part.stages > 1 {
        lines.push(format!("tells apart: {}", problem.classes.join(" | ")));
    }
    let transform = &preparation.transform;
    lines.push(format!(
        "dense inputs ({}): {}",
        transform.width(),
        preparation::text::inputs(transform, schema)
    ));
    if !transform.codes.is_empty() {
        lines.push(format!("embedded categories: {}", transform.codes.join(", ")));
    }
    if !preparation.constant.is_empty() {
        lines.push(format!("constant in training: {}", preparation.constant.join(", ")));
    }
    if !preparation.dropped.is_empty() {
        let dropped: Vec<String> = preparation.dropped.iter().map(ToString::to_string).collect();
        lines.push(format!("dropped: {}", dropped.join(", ")));
    }
    if !preparation.explained.is_empty() {
        let explained = preparation.explained.iter().map(|share| format!("{share:.3}"));
        lines.push(format!(
            "variance explained by the components: {}",
            explained.collect::<Vec<_>>().join(", ")
        ));
    }
    let (training, validation) = (&problem.training, &problem.validation);
    lines.push(format!(
        "training: {} subjects ({} windows); validation: {} subjects ({} windows); {} parameters; threads: {threads}",
        training.subjects.len(),
        training.len(),
        validation.subjects.len(),
        validation.len(),
        problem.network.parameter_count()
    ));
    lines.join("\n") + "\n"
}

/// Progress on stderr: a bar for the steps of the current epoch where it is a terminal, a plain line an
/// epoch where it is not. The epochs are also written as TensorBoard's events.
#[derive(Debug)]
struct TrainingProgress<'a> {
    run: &'a Progress<'a>,
    /// Before the number of an epoch: which training it is of, if there are several.
    name: String,
    bar: Option<ProgressBar>,
    events: tensorboard::Writer,
}

/// A bar, if stderr is a terminal.
fn bar() -> Option<ProgressBar> {
    std::io::stderr().is_terminal().then(|| {
        let template = "{prefix} [{bar:24}] {pos}/{len}  {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(0).with_style(style.progress_chars("=> "))
    })
}

impl training::Observer for TrainingProgress<'_> {
    fn seconds(&self) -> f64 {
        self.run.start.elapsed().as_secs_f64()
    }

    fn is_cancelled(&self) -> bool {
        self.run.interrupt.load(Ordering::Relaxed)
    }

    fn epoch_begins(&mut self, epoch: usize, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.set_prefix(format!("{}epoch {epoch}", self.name));
            bar.set_length(steps as u64);
            bar.set_position(0);
        }
    }

    fn step(&mut self, loss: f64) {
        if let Some(bar) = &self.bar {
            let message = bar.message();
            let rest = message.split_once(" | ").map_or("", |(_, rest)| rest);
            bar.set_message(format!("loss {loss:.4} | {rest}"));
            bar.inc(1);
        }
    }

    fn epoch_ends(&mut self, history: &History, epochs: usize) -> Result<(), HostError> {
        let (Some(last), Some(best)) = (history.epochs.last(), history.best()) else { return Ok(()) };
        self.events.append(last).map_err(HostError::new)?;
        let recent = &history.epochs[history.epochs.len().saturating_sub(5)..];
        let pace = recent.iter().map(|epoch| epoch.seconds).sum::<f64>() / recent.len() as f64;
        let left = Duration::try_from_secs_f64(pace * history.remaining(epochs) as f64);
        let left = HumanDuration(left.unwrap_or(Duration::MAX));
        let scores = format!(
            "validation loss {:.4}, F1 {:.4}, best {:.4} in epoch {}; at most {left} left if it stays the best",
            last.validation_loss, last.weighted_f1, best.weighted_f1, best.epoch
        );
        if let Some(bar) = &self.bar {
            bar.set_message(format!("loss {:.4} | {scores}", last.training_loss));
        } else {
            eprintln!(
                "{}epoch {}: loss {:.4}, {scores} ({:.1} s)",
                self.name, last.epoch, last.training_loss, last.seconds
            );
        }
        Ok(())
    }

    fn fine_tuning_epoch_ends(&mut self, number: usize, of: usize, epoch: FineTuningEpoch) {
        let FineTuningEpoch { training_loss: loss, seconds } = epoch;
        let text = format!("fine-tuning, epoch {number} of {of}: loss {loss:.4}");
        if let Some(bar) = &self.bar {
            bar.set_message(format!("loss {loss:.4} | {text}"));
        } else {
            eprintln!("{}{text} ({seconds:.1} s)", self.name);
        }
    }
}

impl Drop for TrainingProgress<'_> {
    /// Takes the bar away.
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
