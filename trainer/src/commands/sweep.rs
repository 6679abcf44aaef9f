//! `trainer sweep`: many values of a recipe's keys.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde::Serialize;

use super::study::{StudyArgs, files};
use crate::error::Error;
use crate::study::space::shown;
use crate::study::table::{self, Row, Sheet};
use crate::study::{Measure, Space};

/// Shown under `--help`.
pub const EXAMPLES: &str = concat!(
    "\
Examples:
  trainer sweep space.toml --data train.csv --labels labels.csv --out runs/grid
  trainer sweep space.toml --trials 50 --seed 1 --data train.csv --labels labels.csv --out runs/random
  trainer sweep space.toml --folds 5 --collapse 0.01 --data train.csv --labels labels.csv --out runs/grid

The file of the space:
  [study]
  recipe = \"recipe.toml\"  # from the folder of this file

  [space]
  \"network.recurrent.hidden\" = { values = [64, 128, 256] }
  \"network.recurrent.layers\" = { integer = [1, 3] }
  \"network.recurrent.dropout\" = { uniform = [0.0, 0.5] }
  \"training.optimizer.adamw.learning_rate\" = { log_uniform = [1e-4, 1e-2] }

With --trials points are drawn at random. Without, every key needs `values`, and each combination is trained. More
--trials of the same --seed keep the points that are there and draw others.

",
    files!()
);

/// Arguments of `trainer sweep`.
#[derive(Clone, Debug, Args)]
pub struct SweepArgs {
    /// The file of the space (TOML).
    pub file: PathBuf,
    /// Points drawn at random, instead of a grid.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub trials: Option<usize>,
    /// Seed of the draws.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Trainings of each point; without it as the file says, or 1.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub seeds: Option<usize>,
    /// Score of the subjects that were held out by which points are ranked.
    #[arg(long, value_enum, default_value = "weighted-f1")]
    pub metric: Measure,
    /// Training loss below which a trial has learnt its windows by heart: it is ranked last.
    #[arg(long)]
    pub collapse: Option<f64>,
    /// What all studies share.
    #[command(flatten)]
    pub study: StudyArgs,
}

/// A row of `table.json`.
#[derive(Serialize)]
struct RankedRow<'a> {
    rank: usize,
    #[serde(flatten)]
    row: &'a Row,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the space's file, the recipe or the data, or no trial has scores.
pub fn run(args: &SweepArgs) -> Result<(), Error> {
    let space = Space::read(&args.file)?;
    let points = match args.trials {
        Some(count) => space.draw(count, args.seed),
        None => space.grid()?,
    };
    let study = args.study.run(points, args.seeds.or(space.seeds).unwrap_or(1))?;
    let rows = table::ranked(table::rows(&study.plan, &study.records, args.collapse), args.metric);

    let mut sheet = Sheet::new(rows.len());
    sheet.column("rank", (1..=rows.len()).map(|rank| rank.to_string()));
    for key in space.keys() {
        let value = |row: &Row| row.changes.get(key)?.as_ref().map(shown);
        sheet.column(space.short(key), rows.iter().map(|row| value(row).unwrap_or_default()));
    }
    sheet.trials(&rows);
    let mut measures = vec![Measure::WeightedF1, Measure::MacroF1, Measure::Accuracy];
    // What ranks stands first.
    measures.retain(|measure| *measure != args.metric);
    measures.insert(0, args.metric);
    sheet.validation(&rows, &measures);
    sheet.rest(&rows);
    let numbered = rows.iter().enumerate();
    let rows: Vec<RankedRow<'_>> = numbered.map(|(index, row)| RankedRow { rank: index + 1, row }).collect();
    let title = format!("Points of the space, ranked by {}.", args.metric.name());
    args.study.finish(&title, &sheet, &rows)
}
