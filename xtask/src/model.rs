//! `cargo xtask model`: the embedded model, again from nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;

use crate::error::{Error, file_error};
use crate::process;
use crate::steps::step;
use crate::tools::Toolbox;

const RECIPE: &str = "trainer/recipes/painwave.toml";
/// Where the synthetic recordings are.
pub const DATA: &str = "data/synthetic";
const RUN: &str = "runs/painwave";
/// The embedded model.
pub const BUNDLE: &str = "models/cnn-gru.bpk";
const CARD: &str = "models/README.md";
/// Some subjects of the synthetic test set.
pub const SAMPLE: &str = "www/page/public/sample.csv";
const SAMPLE_LABELS: &str = "www/page/public/sample_labels.csv";

/// Seed of the synthetic data; the recipe holds that of the training.
pub const SEED: &str = "0";

/// Subjects of each class in the sample: enough for every class to be seen, few enough for one megabyte.
const SUBJECTS_OF_EACH_CLASS: usize = 3;

/// Options of `cargo xtask model`.
#[derive(clap::Args)]
pub struct Options {
    /// Continue the training that was ended before.
    #[arg(long, conflicts_with = "keep_training")]
    resume: bool,
    /// Take the model that the last training made: only write bundle, card and sample.
    #[arg(long)]
    keep_training: bool,
}

/// `cargo xtask model`.
pub fn run(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    step("Trainer", "the native program that makes data and models", || build_trainer(toolbox))?;
    let train = format!("{DATA}/pirate_pain_train.csv");
    let train_labels = format!("{DATA}/pirate_pain_train_labels.csv");
    let test = format!("{DATA}/pirate_pain_test.csv");
    let test_labels = format!("{DATA}/pirate_pain_test_labels.csv");

    step("Data", "synthetic recordings in the format of the Pirate Pain set", || {
        process::run(trainer(toolbox).args(["synthesize", "--out", DATA, "--seed", SEED]))
    })?;
    if !options.keep_training {
        step(
            "Training",
            "the recipe, to convergence; Ctrl-C keeps the best so far, --resume goes on",
            || {
                let run = toolbox.workspace.path(RUN);
                if !options.resume && run.is_dir() {
                    fs::remove_dir_all(&run).map_err(file_error(&run))?;
                }
                let mut fit = trainer(toolbox);
                fit.args(["fit", RECIPE, "--data", &train, "--labels", &train_labels, "--out", RUN]);
                if options.resume {
                    fit.arg("--resume");
                }
                Ok::<(), Error>(process::run(&mut fit)?)
            },
        )?;
    }
    step("Bundle and model card", "what the page embeds, and how good it is", || {
        let path = toolbox.workspace.path(BUNDLE);
        fs::copy(toolbox.workspace.path(RUN).join("model.bpk"), &path).map_err(file_error(&path))?;
        let inspected = process::output(trainer(toolbox).args(["inspect", BUNDLE]))?;
        let scores = process::output(trainer(toolbox).args([
            "evaluate",
            BUNDLE,
            "--data",
            &test,
            "--labels",
            &test_labels,
        ]))?;
        let path = toolbox.workspace.path(CARD);
        fs::write(&path, card(&inspected, &scores)).map_err(file_error(&path))
    })?;
    step("Sample", "a few subjects of the test set for the page's `try the sample`", || {
        let path = |relative: &str| toolbox.workspace.path(relative);
        write_sample(&path(&test), &path(&test_labels), &path(SAMPLE), &path(SAMPLE_LABELS))
    })
}

/// Builds the trainer as `cargo test` does, so that a machine that has run the tests compiles nothing.
pub fn build_trainer(toolbox: &Toolbox) -> Result<(), Error> {
    let mut command = toolbox.command("cargo");
    command.args(["build", "--release", "--workspace", "--all-targets"]);
    Ok(process::run(&mut command)?)
}

fn trainer(toolbox: &Toolbox) -> Command {
    let program = toolbox.workspace.target("release/trainer").with_extension(std::env::consts::EXE_EXTENSION);
    toolbox.command(&program.to_string_lossy())
}

fn card(inspected: &str, scores: &str) -> String {
    format!(
        "# The embedded model\n\n\
         `cnn-gru.bpk` is what the page and the npm package classify with unless they are given another\n\
         bundle. It was fitted on synthetic recordings, so its scores say nothing about people. `cargo xtask\n\
         model` makes it again from nothing and writes this page.\n\n\
         ## What it is\n\nBy `trainer inspect`:\n\n```text\n{}\n```\n\n\
         ## How good it is\n\nOn the {DATA} test set, which it has not seen, by `trainer evaluate`:\n\n\
         ```text\n{}\n```\n",
        inspected.trim_end(),
        scores.trim_end()
    )
}

/// Copies the first subjects of each class from a recordings file and its labels file. The subject's id is
/// the first column of both.
fn write_sample(data: &Path, labels: &Path, sample: &Path, sample_labels: &Path) -> Result<(), Error> {
    let mut chosen = BTreeMap::<String, usize>::new();
    copy_rows(labels, sample_labels, |row| {
        let class = row.rsplit(',').next().unwrap_or_default();
        let taken = chosen.entry(class.to_owned()).or_default();
        *taken += 1;
        *taken <= SUBJECTS_OF_EACH_CLASS
    })?;
    let kept = fs::read_to_string(sample_labels).map_err(file_error(sample_labels))?;
    let ids: Vec<&str> = kept.lines().skip(1).map(id).collect();
    copy_rows(data, sample, |row| ids.contains(&id(row)))
}

fn id(row: &str) -> &str {
    row.split(',').next().unwrap_or_default()
}

/// Copies the header and the rows that are wanted.
fn copy_rows(from: &Path, to: &Path, mut wanted: impl FnMut(&str) -> bool) -> Result<(), Error> {
    let source = File::open(from).map_err(file_error(from))?;
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(file_error(folder))?;
    }
    let mut target = BufWriter::new(File::create(to).map_err(file_error(to))?);
    for (index, row) in BufReader::new(source).lines().enumerate() {
        let row = row.map_err(file_error(from))?;
        if index == 0 || wanted(&row) {
            writeln!(target, "{row}").map_err(file_error(to))?;
        }
    }
    target.flush().map_err(file_error(to))
}
