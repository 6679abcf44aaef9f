//! `trainer repeat`: recipes with several seeds.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use painwave_train::measure::Measure;

use super::study::{StudyArgs, files};
use crate::data;
use crate::error::Error;
use crate::study::Variant;
use crate::study::table::{self, Sheet};

/// Shown under `--help`.
pub const EXAMPLES: &str = concat!(
    "\
Examples:
  trainer repeat trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/repeat
  trainer repeat a.toml b.toml --seeds 3 --data train.csv --labels labels.csv --out runs/repeat \\
      --test test.csv --test-labels test_labels.csv
  trainer repeat a.toml --seeds 5 --folds 5 --data train.csv --labels labels.csv --out runs/repeat

The table has a row for each recipe: mean ± sample standard deviation of the scores of the subjects that were
held out. Precision and recall are weighted by the classes' subjects, as the weighted F1 is. The first seed is
the recipe's, each other one more than the one before.

",
    files!()
);

/// Arguments of `trainer repeat`.
#[derive(Clone, Debug, Args)]
pub struct RepeatArgs {
    /// The recipes (TOML).
    #[arg(required = true)]
    pub recipes: Vec<PathBuf>,
    /// Trainings of each recipe.
    #[arg(long, default_value = "10", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub seeds: usize,
    /// What all studies share.
    #[command(flatten)]
    pub study: StudyArgs,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the recipes or the files, or no trial has scores.
pub fn run(args: &RepeatArgs) -> Result<(), Error> {
    let variant = |path: &PathBuf| -> Result<Variant, Error> {
        let recipe = data::recipe(path)?;
        Ok(Variant { name: recipe.recipe.name.clone(), recipe, changes: Vec::new() })
    };
    let variants = args.recipes.iter().map(variant).collect::<Result<Vec<Variant>, Error>>()?;
    let study = args.study.run(variants, args.seeds)?;
    let rows = table::rows(&study.plan, &study.records, None);
    let mut sheet = Sheet::new(rows.len());
    sheet.column("model", rows.iter().map(|row| row.variant.clone()));
    sheet.trials(&rows);
    sheet.outer(&rows, &Measure::ALL);
    sheet.rest(&rows);
    let title = match args.seeds {
        1 => "One training of each recipe.".to_owned(),
        seeds => format!("{seeds} trainings of each recipe: mean ± sample standard deviation."),
    };
    args.study.finish(&title, &sheet, &rows)
}
