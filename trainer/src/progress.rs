//! What a person sees while a network is trained.

use std::error::Error;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use painwave_train::experiment::{self, Plan};
use painwave_train::preparation;
use painwave_train::training::{self, FineTuningEpoch, History};

use crate::tensorboard;

/// Tells a person at a terminal, and TensorBoard, how the trainings of a run go on.
#[derive(Debug)]
pub struct Progress {
    /// The folder of the run.
    pub out: PathBuf,
}

impl experiment::Observer for Progress {
    fn training(&self, plan: &Plan<'_>) -> Box<dyn training::Observer + '_> {
        announce(plan);
        let events = tensorboard::Writer::new(&plan.part.folder(&self.out));
        Box::new(TrainingProgress { bar: bar(), events })
    }
}

/// Says on stderr what is going to be trained.
fn announce(plan: &Plan<'_>) {
    let Plan { part, problem, preparation, schema } = *plan;
    if !part.is_only() {
        eprintln!("{}", part.name());
    }
    if part.stages > 1 {
        eprintln!("tells apart: {}", problem.classes.join(" | "));
    }
    let transform = &preparation.transform;
    eprintln!("dense inputs ({}): {}", transform.width(), preparation::text::inputs(transform, schema));
    if !transform.codes.is_empty() {
        eprintln!("embedded categories: {}", transform.codes.join(", "));
    }
    if !preparation.constant.is_empty() {
        eprintln!("constant in training: {}", preparation.constant.join(", "));
    }
    if !preparation.dropped.is_empty() {
        let dropped: Vec<String> = preparation.dropped.iter().map(ToString::to_string).collect();
        eprintln!("dropped: {}", dropped.join(", "));
    }
    if !preparation.explained.is_empty() {
        let explained = preparation.explained.iter().map(|share| format!("{share:.3}"));
        eprintln!("variance explained by the components: {}", explained.collect::<Vec<_>>().join(", "));
    }
    let (training, validation) = (&problem.training, &problem.validation);
    eprintln!(
        "{} subjects ({} windows) train, {} subjects ({} windows) judge, {} parameters",
        training.subjects.len(),
        training.len(),
        validation.subjects.len(),
        validation.len(),
        problem.network.parameter_count()
    );
}

/// Progress on stderr: a bar for the steps of the current epoch where it is a terminal, a plain line an
/// epoch where it is not. The epochs are also written as TensorBoard's events.
#[derive(Debug)]
struct TrainingProgress {
    bar: Option<ProgressBar>,
    events: tensorboard::Writer,
}

/// A bar, if stderr is a terminal.
fn bar() -> Option<ProgressBar> {
    std::io::stderr().is_terminal().then(|| {
        let template = "epoch {prefix} [{bar:24}] {pos}/{len}  {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(0).with_style(style.progress_chars("=> "))
    })
}

impl training::Observer for TrainingProgress {
    fn epoch_begins(&mut self, epoch: usize, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.set_prefix(epoch.to_string());
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

    fn epoch_ends(&mut self, history: &History, epochs: usize) -> Result<(), Box<dyn Error + Send + Sync>> {
        let (Some(last), Some(best)) = (history.epochs.last(), history.best()) else { return Ok(()) };
        self.events.append(last)?;
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
                "epoch {}: loss {:.4}, {scores} ({:.1} s)",
                last.epoch, last.training_loss, last.seconds
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
            eprintln!("{text} ({seconds:.1} s)");
        }
    }
}

impl Drop for TrainingProgress {
    /// Takes the bar away.
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
