//! `trainer optimum`: the best that any classifier can do on the synthetic data.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use comfy_table::Cell;
use indicatif::ProgressBar;
use painwave::evaluation::Scores;
use painwave_synthetic::likelihood::{posterior, posterior_given_expressed};
use painwave_synthetic::model::{CLASSES, EXPRESSED, STRATA};
use painwave_synthetic::subject::{Split, Subject, stratified};
use painwave_train::decision::thresholds::{self, Objective};
use painwave_train::experiment;
use painwave_train::labels::Label;
use painwave_train::recipe::RecipeFile;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::data;
use crate::error::Error;
use crate::report;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer optimum --recipe trainer/recipes/cnn-gru.toml
  trainer optimum --seed 7 --train-subjects 2000 --test-subjects 0

The subjects are those of `trainer synthesize` with the same seed and numbers. Every recording is classified by
Bayes' rule with the generator's own distributions, hidden states integrated out. Takes minutes.";

/// Arguments of `trainer optimum`.
#[derive(Clone, Debug, Args)]
pub struct OptimumArgs {
    /// Score the subjects that this recipe holds out as well.
    #[arg(long)]
    pub recipe: Option<PathBuf>,
    /// Seed of the data.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Subjects in the training set.
    #[arg(long, default_value_t = 661, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub train_subjects: u64,
    /// Subjects in the test set.
    #[arg(long, default_value_t = 1324, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub test_subjects: u64,
    /// Time steps of each recording.
    #[arg(long, default_value_t = 160, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub steps: u32,
}

/// A subject and what can be known of it.
#[derive(Clone, Debug)]
struct Known {
    truth: usize,
    /// Probability of each label given the recording.
    posterior: Vec<f64>,
    /// Probability of each label given the class that the subject expresses, which no recording tells better.
    given_expressed: Vec<f64>,
}

/// Runs the command.
///
/// # Errors
/// The recipe cannot be read or cannot split the subjects.
pub fn run(args: &OptimumArgs) -> Result<(), Error> {
    let file = args.recipe.as_deref().map(data::recipe).transpose()?;
    let sets = [(Split::Train, args.train_subjects), (Split::Test, args.test_subjects)];
    let progress = ProgressBar::new(args.train_subjects + 2 * args.test_subjects);
    let draw = |of: usize, believed: Split| {
        let (split, count) = sets[of];
        let subjects: Vec<_> = stratified(args.seed, split, count).collect();
        let known = subjects.par_iter().map(|(index, stratum)| {
            let subject = Subject::draw(args.seed, split, *index, *stratum);
            let expressed = subject.latents().expressed;
            let steps = subject.into_steps(args.steps as usize);
            progress.inc(1);
            Known {
                truth: stratum.class,
                posterior: posterior(&steps, stratum.pirate, believed).to_vec(),
                given_expressed: posterior_given_expressed(expressed, stratum.pirate).to_vec(),
            }
        });
        known.collect::<Vec<Known>>()
    };

    let train = draw(0, Split::Train);
    let held_out = file.as_ref().map(|file| held_out(file, &train)).transpose()?.unwrap_or_default();
    let subjects = |held: bool| {
        let of_kind = train.iter().enumerate().filter(|(index, _)| held_out.contains(index) == held);
        of_kind.map(|(_, known)| known).collect::<Vec<_>>()
    };
    let (judging, others) = (subjects(true), subjects(false));
    let mut sections = vec![("training subjects".to_owned(), train.iter().collect::<Vec<_>>())];
    if let Some(file) = &file {
        sections.push((format!("subjects that the recipe {} holds out", file.recipe.name), judging));
    }
    let test = [draw(1, Split::Test), draw(1, Split::Train)];
    if args.test_subjects > 0 {
        sections
            .push(("test subjects, by a classifier that knows the shift".into(), test[0].iter().collect()));
        sections.push(("test subjects, by one that does not".into(), test[1].iter().collect()));
    }
    progress.finish_and_clear();

    let tuned = [Objective::WeightedF1, Objective::MacroF1].map(|objective| {
        let (rows, truths) = rows(&others, |known| &known.posterior);
        (objective, thresholds::fit(&rows, &truths, CLASSES.len(), objective))
    });
    super::print(|out| {
        for (name, subjects) in &sections {
            writeln!(out, "{}: {name}\n{}", subjects.len(), section(subjects, &tuned))?;
        }
        writeln!(out, "expected of ever more subjects if the expressed class is known\n{}", expected())
    })
}

/// The subjects of the training set that judge, by a recipe's split.
fn held_out(file: &RecipeFile, train: &[Known]) -> Result<Vec<usize>, Error> {
    let label =
        |(index, known): (usize, &Known)| Label { class: known.truth, group: None, line: index as u64 + 2 };
    let labels: Vec<Label> = train.iter().enumerate().map(label).collect();
    let division = experiment::divide(file, &labels, &class_names())?;
    Ok(division.splits.iter().flat_map(|split| split.outer.subjects()).copied().collect())
}

fn class_names() -> Vec<String> {
    CLASSES.map(String::from).to_vec()
}

fn rows(subjects: &[&Known], of: impl Fn(&Known) -> &Vec<f64>) -> (Vec<Vec<f64>>, Vec<usize>) {
    subjects.iter().map(|known| (of(known).clone(), known.truth)).unzip()
}

fn section(subjects: &[&Known], tuned: &[(Objective, Vec<f64>); 2]) -> String {
    let even = [1.0; CLASSES.len()];
    let decided = |of: fn(&Known) -> &Vec<f64>, thresholds: &[f64]| {
        let pairs = subjects.iter().map(|known| (known.truth, thresholds::decide(of(known), thresholds)));
        Scores::new(&class_names(), pairs)
    };
    let log_loss = |of: fn(&Known) -> &Vec<f64>| {
        subjects.iter().map(|known| -of(known)[known.truth].ln()).sum::<f64>() / subjects.len().max(1) as f64
    };
    let by_posterior: fn(&Known) -> &Vec<f64> = |known| &known.posterior;
    let by_expressed: fn(&Known) -> &Vec<f64> = |known| &known.given_expressed;
    let best = decided(by_posterior, &even);
    let mut table = report::table(&["decided by", "accuracy", "weighted F1", "macro F1", "log loss"]);
    let mut row = |name: &str, scores: &Scores, loss: Option<f64>| {
        let numbers = [scores.accuracy, scores.weighted_average.f1, scores.macro_average.f1].map(Some);
        let numbers = numbers.into_iter().chain([loss]);
        let cells =
            numbers.map(|value| Cell::new(value.map_or(String::new(), |value| format!("{value:.4}"))));
        table.add_row([Cell::new(name)].into_iter().chain(cells).collect::<Vec<_>>());
    };
    row("argmax of the posterior", &best, Some(log_loss(by_posterior)));
    for (objective, thresholds) in tuned {
        let name = match objective {
            Objective::WeightedF1 => "thresholds for weighted F1",
            Objective::MacroF1 => "thresholds for macro F1",
        };
        row(name, &decided(by_posterior, thresholds), None);
    }
    row("expressed class known (bound)", &decided(by_expressed, &even), Some(log_loss(by_expressed)));
    format!("{table}\n{}", report::confusion_text(&best))
}

/// The scores of the expected confusion matrix if the expressed class is predicted.
fn expected() -> String {
    let share = |class: usize| -> f64 {
        STRATA.iter().filter(|(of, _, _)| *of == class).map(|(_, _, count)| *count as f64).sum()
    };
    let all: f64 = (0..CLASSES.len()).map(share).sum();
    let confusion = |truth: usize, found: usize| share(truth) / all * EXPRESSED[truth][found];
    let f1 = |class: usize| {
        let found: f64 = (0..CLASSES.len()).map(|truth| confusion(truth, class)).sum();
        2.0 * confusion(class, class) / (share(class) / all + found)
    };
    let over = |of: &dyn Fn(usize) -> f64| -> f64 { (0..CLASSES.len()).map(of).sum() };
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "accuracy {:.4}, weighted F1 {:.4}, macro F1 {:.4}",
        over(&|class| confusion(class, class)),
        over(&|class| share(class) / all * f1(class)),
        over(&f1) / CLASSES.len() as f64
    );
    text
}
