//! `trainer cross-validate`: a recipe on folds.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use painwave_train::evaluation::Evaluation;
use painwave_train::experiment::{self, Experiment};
use painwave_train::measure::Measure;
use serde::Serialize;

use super::fit::{self, FitArgs};
use crate::data;
use crate::error::Error;
use crate::files::{FileError, write_atomically};
use crate::report;
use crate::study::table::{Sheet, score};
use crate::study::{Change, Statistic, edit};

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer cross-validate trainer/recipes/cnn-gru.toml --data train.csv --labels labels.csv --out runs/folds
  trainer cross-validate recipe.toml --folds 10 --data train.csv --labels labels.csv --out runs/folds --resume

A recipe that holds out a share of the subjects gets folds instead. The folder receives what `trainer fit`
leaves there, model.bpk being the ensemble of the folds' models, and cross-validation.json and .md: the scores of
each fold, their mean and sample standard deviation, and those of all subjects together, each judged by the one
model that was not trained on it.";

/// Arguments of `trainer cross-validate`.
#[derive(Clone, Debug, Args)]
pub struct CrossValidateArgs {
    /// Number of folds; without it the recipe's own, or 5.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(2..))]
    pub folds: Option<usize>,
    /// As of a single training.
    #[command(flatten)]
    pub fit: FitArgs,
}

/// `cross-validation.json`.
#[derive(Serialize)]
struct CrossValidation<'a> {
    command: &'a str,
    recipe: &'a str,
    seed: u64,
    folds: Vec<Fold>,
    /// Over the folds.
    statistics: BTreeMap<Measure, Option<Statistic>>,
    /// Of all subjects together.
    pooled: &'a Evaluation,
}

#[derive(Serialize)]
struct Fold {
    fold: usize,
    /// Of all stages, if there are any.
    epochs: usize,
    /// One for each stage.
    best_epochs: Vec<usize>,
    scores: Evaluation,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the recipe, the files or the training.
pub fn run(args: &CrossValidateArgs) -> Result<(), Error> {
    let base = data::recipe(&args.fit.recipe)?;
    let folds = args.folds.or(base.recipe.validation.folds).unwrap_or(5);
    let file = edit::apply(&base, &Change::folds(folds), &base.path)?;
    let (name, seed) = (file.recipe.name.clone(), args.fit.seed.unwrap_or(file.recipe.training.seed));
    let run = fit::run_recipe(&args.fit, file, &fit::interrupt(&args.fit))?;
    let experiment = &run.experiment;

    let folds = scores_of_folds(experiment);
    let statistics = Measure::ALL
        .map(|measure| (measure, Statistic::of(folds.iter().filter_map(|fold| fold.scores.value(measure)))));
    let sheet = sheet(&folds, &statistics, &experiment.evaluation);
    let out = &args.fit.paths.out;
    let command = super::study::this_command();
    let result = CrossValidation {
        command: &command,
        recipe: &name,
        seed,
        folds,
        statistics: BTreeMap::from(statistics),
        pooled: &experiment.evaluation,
    };
    let path = out.join("cross-validation.json");
    let json = serde_json::to_vec_pretty(&result).map_err(|error| FileError::write(&path)(error.into()))?;
    write_atomically(&path, &json)?;
    let scores = report::scores_text(&experiment.evaluation);
    let markdown = format!("```sh\n{command}\n```\n\n{}\n```text\n{scores}```\n", sheet.markdown());
    write_atomically(&out.join("cross-validation.md"), markdown.as_bytes())?;
    super::print(|stdout| {
        writeln!(stdout, "{}", sheet.text())?;
        writeln!(stdout, "all folds, out of fold: {scores}")?;
        writeln!(stdout, "{}", out.join("model.bpk").display())
    })
}

fn scores_of_folds(experiment: &Experiment) -> Vec<Fold> {
    let manifest = &experiment.assembled.bundle.manifest;
    let of_fold = |fold: usize| {
        let judged = experiment.judged.iter().filter(move |judged| judged.fold == fold);
        let trainings = experiment.trainings.iter().filter(|training| training.fold == fold);
        let histories: Vec<_> = trainings.map(|training| &training.outcome.history).collect();
        Fold {
            fold: fold + 1,
            epochs: histories.iter().map(|history| history.epochs.len()).sum(),
            best_epochs: histories.iter().filter_map(|history| Some(history.best()?.epoch)).collect(),
            scores: experiment::evaluate(manifest, judged),
        }
    };
    (0..experiment.folds).map(of_fold).collect()
}

fn sheet(folds: &[Fold], statistics: &[(Measure, Option<Statistic>)], pooled: &Evaluation) -> Sheet {
    let mut sheet = Sheet::new(folds.len() + 2);
    let of_folds = |cell: &dyn Fn(&Fold) -> String, last: [String; 2]| {
        folds.iter().map(cell).chain(last).collect::<Vec<String>>()
    };
    let none = String::new;
    sheet.column("fold", of_folds(&|fold| fold.fold.to_string(), ["mean ± sd".into(), "all".into()]));
    let subjects = of_folds(
        &|fold| fold.scores.scores.subjects.to_string(),
        [none(), pooled.scores.subjects.to_string()],
    );
    sheet.column("subjects", subjects);
    sheet.column("epochs", of_folds(&|fold| fold.epochs.to_string(), [none(), none()]));
    let best = |fold: &Fold| fold.best_epochs.iter().map(usize::to_string).collect::<Vec<_>>().join(" + ");
    sheet.column("best", of_folds(&best, [none(), none()]));
    for (measure, statistic) in statistics {
        let shown = |evaluation: &Evaluation| {
            evaluation.value(*measure).map_or_else(none, |score| format!("{score:.4}"))
        };
        let last = [score(statistic.as_ref()), shown(pooled)];
        sheet.column(measure.name(), of_folds(&|fold| shown(&fold.scores), last));
    }
    sheet
}
