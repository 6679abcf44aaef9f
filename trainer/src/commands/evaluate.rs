//! `trainer evaluate`: how good a bundle is on labelled data.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use painwave::Prediction;
use painwave::decision::Decision;
use painwave::engine::Precision;
use painwave::recording::Recording;
use painwave_train::decision;
use painwave_train::evaluation::Evaluation;
use painwave_train::labels::LabelColumns;
use serde::Serialize;

use super::{PrecisionArg, under_study};
use crate::data::{self, DataError};
use crate::error::Error;
use crate::files::{self, FileError};
use crate::inference::Choice;
use crate::report;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer evaluate models/cnn-gru.bpk --data test.csv --labels test_labels.csv
  trainer evaluate runs/x/model.bpk --data test.csv --labels test_labels.csv --json scores.json

The scores are those of scikit-learn with zero_division=0: precision, recall, F1, log loss and Brier score. The
expected calibration error is that of Guo et al. 2017 over 15 bins of equal width. Where windows vote there are no
probabilities to score. Of a bundle with a temperature or thresholds the scores without them are shown as well.";

/// Arguments of `trainer evaluate`.
#[derive(Clone, Debug, Args)]
pub struct EvaluateArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// Recordings (CSV).
    #[arg(long)]
    pub data: PathBuf,
    /// Labels (CSV): the id column and one with the class.
    #[arg(long)]
    pub labels: PathBuf,
    /// Column of the labels file with the class.
    #[arg(long, default_value = "label")]
    pub label_column: String,
    /// The lowest precision, instead of those that the bundle allows.
    #[arg(long, value_enum)]
    pub precision: Option<PrecisionArg>,
    /// Threads; without it one a core.
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Write the scores here as well (JSON).
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Listen to the study that has started this process.
    #[arg(long, hide = true)]
    pub under_study: bool,
}

/// What `--json` writes.
#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decided<'a>>,
}

/// A temperature and thresholds, and the scores without them.
#[derive(Serialize)]
struct Decided<'a> {
    #[serde(flatten)]
    chosen: &'a Decision,
    before: &'a Evaluation,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the files.
pub fn run(args: &EvaluateArgs) -> Result<(), Error> {
    if args.under_study {
        // There is no half of an evaluation: that it is asked to end does not matter.
        under_study::listen(Arc::default());
    }
    let bundle = data::bundle(&args.bundle)?;
    let manifest = &bundle.manifest;
    let columns = LabelColumns { id: manifest.schema.id[0].as_str(), label: &args.label_column, group: None };
    let labels = data::labels(&args.labels, columns, Some(&manifest.classes))?;
    let table = data::read(&args.data, &manifest.schema)?;
    let truths = labels.of(&table.recordings, &args.data).map_err(DataError::Labels)?;

    let recordings: Vec<&Recording> = table.recordings.iter().collect();
    let choice =
        Choice { precision: args.precision.map(Precision::from), threads: args.threads, ..Choice::default() };
    let evaluate = |predictions: &[Prediction]| {
        let judged = truths.iter().zip(predictions);
        let judged = judged.map(|(truth, found)| (truth.class, found.class, &found.probabilities[..]));
        Evaluation::new(&manifest.classes, manifest.aggregation.windows, judged)
    };
    let predictions = choice.classify(&bundle, &recordings)?;
    super::warn(&args.data, &table.warnings, &predictions);
    let evaluation = evaluate(&predictions);
    let classifier = choice.classifier(&bundle)?;
    let chosen = &manifest.decision;
    let before = match chosen.is_default() {
        true => None,
        false => {
            let mut plain = bundle.clone();
            plain.manifest.decision = Decision::default();
            Some(evaluate(&choice.classify(&plain, &recordings)?))
        }
    };
    if let Some(path) = &args.json {
        let decision = before.as_ref().map(|before| Decided { chosen, before });
        let json = serde_json::to_vec_pretty(&Json { evaluation: &evaluation, decision })
            .map_err(|error| FileError::write(path)(error.into()))?;
        files::write_atomically(path, &json)?;
    }
    super::print(|out| {
        let (engine, precision) = (classifier.engine(), classifier.precision());
        writeln!(out, "{} on engine {engine}, {precision}", manifest.card.name)?;
        write!(out, "{}", report::scores_text(&evaluation))?;
        match (&before, decision::text(chosen, &manifest.classes)) {
            (Some(before), Some(text)) => writeln!(out, "without {text}:\n{}", report::summary_text(before)),
            _ => Ok(()),
        }
    })
}
