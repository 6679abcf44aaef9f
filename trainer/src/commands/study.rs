//! What all studies share: their arguments, running them, and what they write.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use painwave_train::evaluation::Evaluation;
use painwave_train::measure::Measure;
use serde::Serialize;

use super::paths::Paths;
use crate::device::DeviceKind;
use crate::error::Error;
use crate::files::{FileError, FolderLock, write_atomically};
use crate::queue::Shares;
use crate::study::runner::{self, Settings};
use crate::study::table::Sheet;
use crate::study::{Change, Plan, Record, Seeding, StudyError, Variant};

/// Shown under `--help` of every study.
macro_rules! files {
    () => {
        "\
The folder receives table.md, table.json, trials.jsonl (a line each time a trial ends: its last one counts) and
trials/ (the recipe, the bundle, the scores and the log of each). The same command again goes on where it stopped:
after Ctrl-C or a crash, or with trials that failed; it also trains on where only `training.epochs` or the patience
of early stopping was raised. A study that is killed takes its trials with it."
    };
}
pub(super) use files;

/// Arguments of every study.
#[derive(Clone, Debug, Args)]
pub struct StudyArgs {
    /// What is read and written.
    #[command(flatten)]
    pub paths: Paths,
    /// Recordings on which every trial's bundle is judged as well: files, folders or patterns.
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub test: Vec<PathBuf>,
    /// Their labels. Without it they are a column of the data, or in the names of its files.
    #[arg(long, requires = "test")]
    pub test_labels: Option<PathBuf>,
    /// Make each trial a cross-validation with this many folds.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(2..))]
    pub folds: Option<usize>,
    /// Vary the seed of the split along with that of the training.
    #[arg(long)]
    pub split_seeds: bool,
    /// Change a key of every recipe, such as training.epochs=100; `KEY=` removes it.
    #[arg(long, value_name = "KEY=VALUE", value_parser = Change::parse)]
    pub set: Vec<Change>,
    /// Where to train.
    #[arg(long, value_enum, default_value = "cpu")]
    pub device: DeviceKind,
    /// Trials at once, which share the cores; without it one a core, or one on a GPU.
    #[arg(long)]
    pub jobs: Option<NonZeroUsize>,
    /// Threads of each trial; without it the cores are shared out. Another number gives slightly other weights.
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Minimum number of seconds between two checkpoints of a trial.
    #[arg(long, default_value_t = 30)]
    pub checkpoint_seconds: u64,
}

/// `table.json`.
#[derive(Serialize)]
struct Json<'a, R> {
    command: &'a str,
    trainer: &'static str,
    cores: usize,
    rows: &'a [R],
}

/// A study of which every trial has ended.
pub(super) struct Ended {
    pub(super) plan: Plan,
    pub(super) records: Vec<Record>,
    /// Held until the tables are written.
    _lock: FolderLock,
}

impl StudyArgs {
    /// Trains every variant with its seeds, a line for each trial that ends.
    pub(super) fn run(&self, variants: Vec<Variant>, seeds: usize) -> Result<Ended, Error> {
        let folds = self.folds.map(Change::folds).into_iter().flatten();
        let common: Vec<Change> = folds.chain(self.set.iter().cloned()).collect();
        let seeding = Seeding { count: seeds, split: self.split_seeds };
        let plan = Plan::new(variants, &common, seeding, &self.paths.out)?;

        let interrupt =
            super::on_interrupt("ending after the epochs that are running; Ctrl-C again ends at once");
        let trainer = std::env::current_exe().map_err(FileError::read("the trainer's own binary"))?;
        let cores = super::cores();
        // Trials on a GPU share it badly.
        let jobs = self.jobs.or((self.device != DeviceKind::Cpu).then_some(NonZeroUsize::MIN));
        let count = plan.trials.len();
        let shares = Shares::new(cores, count, jobs, self.threads);
        let lock = FolderLock::acquire(&self.paths.out)?;
        let settings = Settings {
            trainer,
            data: runner::Labelled { data: &self.paths.data, labels: self.paths.labels.as_deref() },
            test: (!self.test.is_empty())
                .then(|| runner::Labelled { data: &self.test, labels: self.test_labels.as_deref() }),
            reading: self.paths.reading.arguments(),
            device: self.device,
            shares,
            checkpoint_seconds: self.checkpoint_seconds,
            interrupt: &interrupt,
        };
        eprintln!("{count} trials, {} at once, threads of each: {}", shares.jobs, shares.threads);
        let mut ended = 0;
        let records = runner::run(&plan, &settings, |record, before| {
            ended += 1;
            super::print(|out| writeln!(out, "[{ended}/{count}] {}", line(record, before)))
        })?;
        if let Some(Record { error: Some(first), .. }) = records.first()
            && records.iter().all(|record| record.results.is_none())
        {
            return Err(StudyError::NoScores { trials: count, first: first.clone() }.into());
        }
        Ok(Ended { plan, records, _lock: lock })
    }

    /// Prints the table and writes it beside the trials; `rows` is what stands in the JSON file.
    pub(super) fn finish(&self, title: &str, sheet: &Sheet, rows: &[impl Serialize]) -> Result<(), Error> {
        let command = this_command();
        let markdown = format!("{title}\n\n```sh\n{command}\n```\n\n{}", sheet.markdown());
        let json =
            Json { command: &command, trainer: env!("CARGO_PKG_VERSION"), cores: super::cores(), rows };
        let path = self.paths.out.join("table.json");
        let json = serde_json::to_vec_pretty(&json).map_err(|error| FileError::write(&path)(error.into()))?;
        write_atomically(&path, &json)?;
        let path = self.paths.out.join("table.md");
        write_atomically(&path, markdown.as_bytes())?;
        super::print(|out| writeln!(out, "\n{}\n{}", sheet.text(), path.display()))
    }
}

/// A finished trial in a line.
fn line(record: &Record, before: bool) -> String {
    let name = &record.trial;
    let before = if before { " (finished before)" } else { "" };
    let scores = record.results.as_ref().map(|results| {
        let scores = [Measure::WeightedF1, Measure::MacroF1, Measure::Accuracy].map(|measure| {
            let shown = |evaluation: &Evaluation| {
                evaluation.value(measure).map_or_else(String::new, |score| format!("{score:.4}"))
            };
            let test = results.test.as_ref().map(|test| format!(" (test {})", shown(test)));
            format!("{} {}{}", measure.name(), shown(&results.outer), test.unwrap_or_default())
        });
        format!("{}, {} epochs, {:.0} s{before}", scores.join(", "), results.epochs, results.seconds)
    });
    let error = record.error.as_ref().map(|error| format!("failed: {error}"));
    let parts: Vec<String> = [scores, error].into_iter().flatten().collect();
    format!("{name}: {}", parts.join("; "))
}

/// The command line of this process.
pub(super) fn this_command() -> String {
    command_line(std::env::args().skip(1))
}

/// A command as it can be given to a shell again.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./=:,+@%".contains(letter);
    let quoted = |argument: String| {
        if !argument.is_empty() && argument.chars().all(plain) {
            argument
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    };
    std::iter::once("trainer".to_owned()).chain(arguments.map(quoted)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_one_that_a_shell_reads_back() {
        let arguments = ["sweep", "a b.toml", "--set", "name=it's", ""].map(str::to_owned);
        assert_eq!(command_line(arguments.into_iter()), r"trainer sweep 'a b.toml' --set 'name=it'\''s' ''");
    }
}
