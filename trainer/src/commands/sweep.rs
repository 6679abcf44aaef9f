//! `trainer sweep`: many values of a recipe's keys.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use painwave_train::experiment::protocol;
use painwave_train::measure::Measure;
use painwave_train::recipe::{Protocol, RecipeFile};
use serde::Serialize;

use super::study::{Ended, StudyArgs, files};
use crate::error::Error;
use crate::study::space::shown;
use crate::study::table::{self, Row, Sheet};
use crate::study::{Halving, Space, StudyError, Variant, edit};

/// Shown under `--help`.
pub const EXAMPLES: &str = concat!(
    "\
Examples:
  trainer sweep space.toml --data train.csv --labels labels.csv --out runs/grid
  trainer sweep space.toml --trials 50 --seed 1 --data train.csv --labels labels.csv --out runs/random
  trainer sweep space.toml --trials 200 --halving 3 --data train.csv --labels labels.csv --out runs/halving
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
--trials of the same --seed keep the points that are there and draw others. Points are ranked by the subjects that chose the
epoch (`validation.inner`), and the scores of those that were held out stand beside it: they chose nothing. With --halving only the better points are
trained up to the recipe's epochs: in the table the points of the last round stand first.

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
    /// Successive halving: one of so many points goes on, for so many times the epochs, until those of the recipe.
    #[arg(long, value_name = "FACTOR", value_parser = RangedU64ValueParser::<usize>::new().range(2..))]
    pub halving: Option<usize>,
    /// Epochs of the first round of --halving.
    #[arg(long, default_value_t = 4, requires = "halving", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub first_epochs: usize,
    /// Seed of the draws.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Trainings of each point; without it as the file says, or 1.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub seeds: Option<usize>,
    /// Score by which points are ranked, of the subjects that chose the epoch.
    #[arg(long, default_value = "weighted-f1", value_parser = measures())]
    pub metric: Measure,
    /// Training loss below which a trial has learnt its windows by heart: it is ranked last.
    #[arg(long)]
    pub collapse: Option<f64>,
    /// What all studies share.
    #[command(flatten)]
    pub study: StudyArgs,
}

/// Every measure by its key, with hyphens as all arguments have them.
fn measures() -> impl TypedValueParser<Value = Measure> {
    let name = |measure: Measure| measure.key().replace('_', "-");
    let values = Measure::ALL.map(|measure| PossibleValue::new(name(measure)));
    PossibleValuesParser::new(values).try_map(move |found| {
        let named = Measure::ALL.into_iter().find(|measure| name(*measure) == found);
        named.ok_or_else(|| format!("`{found}` is no score"))
    })
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
    let recipe = edit::apply(space.recipe(), &args.study.set, &space.recipe().path)?;
    check_protocol(&recipe)?;
    let seeds = args.seeds.or(space.seeds).unwrap_or(1);
    let run = |points: Vec<Variant>| -> Result<(Ended, Vec<Row>), Error> {
        let study = args.study.run(points, seeds)?;
        let rows = table::ranked(table::rows(&study.plan, &study.records, args.collapse), args.metric);
        Ok((study, rows))
    };
    // Whoever has the study's folder has it until the tables are written.
    let (_study, rows) = match args.halving {
        Some(factor) => halve(&recipe, &space, points, Halving { factor, first: args.first_epochs }, run)?,
        None => run(points)?,
    };

    let mut sheet = Sheet::new(rows.len());
    sheet.column("rank", (1..=rows.len()).map(|rank| rank.to_string()));
    for key in space.keys() {
        let value = |row: &Row| row.changes.get(key)?.as_ref().map(shown);
        sheet.column(space.short(key), rows.iter().map(|row| value(row).unwrap_or_default()));
    }
    sheet.trials(&rows);
    sheet.inner(&rows, args.metric);
    sheet.outer(&rows, &[Measure::WeightedF1, Measure::MacroF1, Measure::Accuracy]);
    sheet.rest(&rows);
    let numbered = rows.iter().enumerate();
    let rows: Vec<RankedRow<'_>> = numbered.map(|(index, row)| RankedRow { rank: index + 1, row }).collect();
    let title = format!(
        "Points of the space, ranked by {} of the subjects that chose the epoch; the other scores are of those that were held out \
         ({}).",
        args.metric.name(),
        protocol(&recipe.recipe),
    );
    args.study.finish(&title, &sheet, &rows)
}

/// Checks that points are chosen by others than judge them, unless the recipe asks for that.
fn check_protocol(recipe: &RecipeFile) -> Result<(), StudyError> {
    let validation = &recipe.recipe.validation;
    if validation.protocol == Protocol::Nested && recipe.recipe.inner_share().is_none() {
        let expected = "a share of the subjects to choose points by, or `protocol` = \"as_report\"";
        return Err(recipe.value_error("validation.inner", "missing", expected).into());
    }
    Ok(())
}

/// Runs round after round, each with the better points of the one before. The points of the last round stand first.
fn halve(
    recipe: &RecipeFile,
    space: &Space,
    mut points: Vec<Variant>,
    halving: Halving,
    run: impl Fn(Vec<Variant>) -> Result<(Ended, Vec<Row>), Error>,
) -> Result<(Ended, Vec<Row>), Error> {
    halving.check(recipe, space.keys())?;
    let epochs = recipe.recipe.training.epochs;
    let rounds = halving.rounds(points.len(), epochs);
    let mut left_behind = Vec::new();
    for (index, pair) in rounds.windows(2).enumerate() {
        let [(epochs, count), (_, next)] = [pair[0], pair[1]];
        eprintln!("round {} of {}: {count} points, up to {epochs} epochs", index + 1, rounds.len());
        let (_, mut rows) = run(Halving::trained_for(&points, epochs))?;
        let behind = rows.split_off(next);
        left_behind.splice(0..0, behind);
        points.retain(|point| rows.iter().any(|row| row.variant == point.name));
    }
    eprintln!("last round: {} points, up to {epochs} epochs", points.len());
    let (study, mut rows) = run(Halving::trained_for(&points, epochs))?;
    rows.append(&mut left_behind);
    Ok((study, rows))
}
