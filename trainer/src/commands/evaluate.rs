//! `trainer evaluate`: how good a bundle is on labelled data.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use painwave::Prediction;
use painwave::decision::Decision;
use painwave::engine::Precision;
use painwave::labels::LABEL_COLUMN;
use painwave::recording::Recording;
use painwave_train::conformal::{self, SetCheck};
use painwave_train::evaluation::Evaluation;
use painwave_train::labels::LabelColumns;
use painwave_train::{bootstrap, decision};
use serde::Serialize;

use super::paths::ReadingArgs;
use super::{PrecisionArg, under_study};
use crate::data::{self, Given, Report, Wanted};
use crate::error::Error;
use crate::files::{self, FileError};
use crate::inference::Choice;
use crate::report;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer evaluate models/cnn-gru.bpk --data test.csv --labels test_labels.csv
  trainer evaluate runs/x/model.bpk --data test.csv --labels test_labels.csv --json scores.json
  trainer evaluate runs/x/model.bpk --data recordings/      the labels are in the data or in its files' names

The scores are those of scikit-learn with zero_division=0: precision, recall, F1, balanced accuracy, MCC (Matthews
correlation coefficient), AUROC (mean of each class against the rest), log loss and Brier score. The calibration error is
the expected one of Guo et al. 2017 over 15 bins of equal width. Where windows vote there are no probabilities to score.
Of a bundle with a temperature or thresholds the scores without them are shown as well.

Behind each score is its 95 % interval: the percentile bootstrap over subjects. If the bundle's recipe names a column of
groups, and the labels have it, whole groups are drawn, since the recordings of one person are no independent evidence.";

/// Arguments of `trainer evaluate`.
#[derive(Clone, Debug, Args)]
pub struct EvaluateArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// Recordings: files, folders or patterns such as 'data/*.csv'; may be repeated.
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// Labels: the id column and one with the class. Without it they are a column of the data, or in the names of its
    /// files.
    #[arg(long)]
    pub labels: Option<PathBuf>,
    /// Column with the class; without it, as it was called in training.
    #[arg(long)]
    pub label_column: Option<String>,
    /// The lowest precision, instead of those that the bundle allows.
    #[arg(long, value_enum)]
    pub precision: Option<PrecisionArg>,
    /// Threads; without it one a core.
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Write the scores here as well (JSON).
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// How the files are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
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
    /// How often prediction sets have the true class, and how large they are.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sets: &'a [SetCheck],
    /// Subjects that are unlike the training data.
    #[serde(skip_serializing_if = "Option::is_none")]
    unlike: Option<usize>,
    /// What was put right in the data, and what was left out.
    reading: &'a Report,
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
    let schema = &manifest.schema;
    let label = args.label_column.as_deref().or(schema.label.as_deref()).unwrap_or(LABEL_COLUMN);
    let (pattern, group) = (data::pattern_of(manifest), data::group_of(manifest));
    let wanted = Wanted {
        columns: LabelColumns { id: &schema.id, label: Some(label), group: group.as_deref() },
        classes: Some(&manifest.classes),
        files: pattern.as_ref(),
        names_may_differ: true,
        group_may_lack: true,
        sampling: &manifest.sampling,
        finds_step: false,
    };
    let (options, labels) = (args.reading.options(), args.labels.as_deref());
    let given =
        Given { data: &args.data, labels, options: &options, skip_refused: args.reading.skip_refused };
    let found = data::labelled(&given, &wanted, &|_| schema.clone())?;

    let recordings: Vec<&Recording> = found.recordings.iter().collect();
    let choice =
        Choice { precision: args.precision.map(Precision::from), threads: args.threads, ..Choice::default() };
    let evaluate = |predictions: &[Prediction]| {
        let judged = found.labels.iter().zip(predictions);
        let judged = judged.map(|(truth, found)| {
            ((truth.class, found.class, &found.probabilities[..]), truth.group.as_deref())
        });
        bootstrap::evaluate(&manifest.classes, manifest.aggregation.windows, judged, bootstrap::SEED)
    };
    let predictions = choice.classify(&bundle, &recordings)?;
    super::warn(&found.report.path, manifest, &predictions);
    let evaluation = evaluate(&predictions);
    let judged = found.labels.iter().zip(&predictions).map(|(truth, found)| (truth.class, found));
    let sets = conformal::check_predictions(&judged.collect::<Vec<_>>(), manifest.classes.len());
    let unlike =
        manifest.novelty.is_some().then(|| predictions.iter().filter(|found| found.is_unlike()).count());
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
        let json = serde_json::to_vec_pretty(&Json {
            evaluation: &evaluation,
            decision,
            sets: &sets,
            unlike,
            reading: &found.report,
        })
        .map_err(|error| FileError::write(path)(error.into()))?;
        files::write_atomically(path, &json)?;
    }
    super::print(|out| {
        let (engine, precision) = (classifier.engine(), classifier.precision());
        let model = format!("{} on engine {engine}, {precision}", manifest.card.name);
        writeln!(out, "{}", report::scores_heading(&model, &manifest.card))?;
        write!(out, "{}", report::scores_text(&evaluation))?;
        if !sets.is_empty() {
            write!(out, "\nprediction sets\n{}", report::sets_text(&sets, &manifest.classes))?;
        }
        if let Some(unlike) = unlike {
            writeln!(out, "{unlike} of {} subjects are unlike the training data", predictions.len())?;
        }
        match (&before, decision::text(chosen, &manifest.classes)) {
            (Some(before), Some(text)) => writeln!(out, "without {text}:\n{}", report::summary_text(before)),
            _ => Ok(()),
        }
    })
}
