//! `trainer ablate`: variants of a recipe beside the recipe itself.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use painwave_train::measure::Measure;
use serde::Serialize;

use super::study::{StudyArgs, files};
use crate::error::Error;
use crate::study::difference::{self, Differences};
use crate::study::table::{self, Row, Sheet};
use crate::study::{Ablation, Difference};

/// Shown under `--help`.
pub const EXAMPLES: &str = concat!(
    "\
Examples:
  trainer ablate trainer/studies/bigru-attention.toml --data train.csv --labels labels.csv --out runs/ablation
  trainer ablate study.toml --seeds 5 --data train.csv --labels labels.csv --out runs/ablation

The study's file:
  [study]
  recipe = \"recipe.toml\"        # from the folder of this file
  baseline = \"the whole model\"  # name of the recipe as it is
  seeds = 3
  set = { \"training.epochs\" = 50 }  # in every variant and in the recipe itself

  [[variant]]
  name = \"without attention\"
  set = { \"network.pooling\" = \"last\" }

  [[variant]]
  name = \"without convolution\"
  unset = [\"network.conv\"]

Differences are those to the recipe as it is, over pairs of trials of the same seed: mean ± standard deviation over the
seeds, and in brackets the 95 % interval of the mean for other subjects (or groups of them, if the recipe names a column of
groups), by a paired bootstrap of the predictions of the subjects that were held out.

",
    files!()
);

/// Arguments of `trainer ablate`.
#[derive(Clone, Debug, Args)]
pub struct AblateArgs {
    /// The study's file (TOML).
    pub file: PathBuf,
    /// Trainings of each variant; without it as the file says, or 1.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub seeds: Option<usize>,
    /// What all studies share.
    #[command(flatten)]
    pub study: StudyArgs,
}

/// A row of `table.json`.
#[derive(Serialize)]
struct AblationRow {
    #[serde(flatten)]
    row: Row,
    /// To the first row, on the subjects that were held out.
    difference: Differences,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the study's file, the recipe or the data, or no trial has scores.
pub fn run(args: &AblateArgs) -> Result<(), Error> {
    let Ablation { variants, seeds } = Ablation::read(&args.file)?;
    let study = args.study.run(variants, args.seeds.or(seeds).unwrap_or(1))?;
    let rows = table::rows(&study.plan, &study.records, None);
    let differences = difference::differences(&study.plan, &study.records, |variant, error| {
        eprintln!("note: the differences of {variant} have no intervals: {error}");
    });

    let mut sheet = Sheet::new(rows.len());
    sheet.column("variant", rows.iter().map(|row| row.variant.clone()));
    sheet.trials(&rows);
    let shown = |of: &Differences, measure| of.get(&measure).map_or_else(String::new, Difference::text);
    for measure in
        [Measure::WeightedF1, Measure::MacroF1, Measure::Accuracy, Measure::Auroc, Measure::LogLoss]
    {
        sheet.outer(&rows, &[measure]);
        sheet.column("difference", differences.iter().map(|of| shown(of, measure)));
    }
    sheet.outer(&rows, &[Measure::BalancedAccuracy, Measure::Mcc, Measure::ExpectedCalibrationError]);
    sheet.rest(&rows);
    let pairs = rows.into_iter().zip(differences);
    let rows: Vec<AblationRow> = pairs.map(|(row, difference)| AblationRow { row, difference }).collect();
    let title = "Variants, and what each is better or worse by than the first.";
    args.study.finish(title, &sheet, &rows)
}
