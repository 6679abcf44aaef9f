//! What a person sees while a network is trained.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::fine_tuning::FineTuningEpoch;
use super::history::History;

/// Progress on stderr: a bar for the steps of the current epoch where it is a terminal, a plain line an
/// epoch where it is not.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
}

impl Progress {
    /// For a terminal or a log, whichever stderr is.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let template = "epoch {prefix} [{bar:24}] {pos}/{len}  {msg}";
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(0).with_style(style.progress_chars("=> "))
        });
        Progress { bar, quiet: false }
    }

    /// Says nothing.
    pub fn quiet() -> Self {
        Progress { bar: None, quiet: true }
    }

    pub(super) fn start_epoch(&mut self, epoch: usize, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.set_prefix(epoch.to_string());
            bar.set_length(steps as u64);
            bar.set_position(0);
        }
    }

    pub(super) fn step(&mut self, loss: f64) {
        if let Some(bar) = &self.bar {
            let message = bar.message();
            let rest = message.split_once(" | ").map_or("", |(_, rest)| rest);
            bar.set_message(format!("loss {loss:.4} | {rest}"));
            bar.inc(1);
        }
    }

    pub(super) fn end_epoch(&mut self, history: &History, epochs: usize) {
        let (Some(last), Some(best)) = (history.epochs.last(), history.best()) else { return };
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
        } else if !self.quiet {
            eprintln!(
                "epoch {}: loss {:.4}, {scores} ({:.1} s)",
                last.epoch, last.training_loss, last.seconds
            );
        }
    }

    pub(super) fn end_fine_tuning_epoch(&mut self, number: usize, of: usize, epoch: FineTuningEpoch) {
        let FineTuningEpoch { training_loss: loss, seconds } = epoch;
        let text = format!("fine-tuning, epoch {number} of {of}: loss {loss:.4}");
        if let Some(bar) = &self.bar {
            bar.set_message(format!("loss {loss:.4} | {text}"));
        } else if !self.quiet {
            eprintln!("{text} ({seconds:.1} s)");
        }
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Progress::new()
    }
}
