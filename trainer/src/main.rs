//! The trainer's command line.

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use trainer::arguments;
use trainer::commands::{
    ablate, cross_validate, evaluate, export, fit, inspect, optimum, precision, predict, profile, repeat,
    step, sweep, synthesize,
};

/// Fits painwave models and says how good they are.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes synthetic recordings in the format of the Pirate Pain data.
    #[command(after_help = synthesize::EXAMPLES)]
    Synthesize(synthesize::SynthesizeArgs),
    /// Looks at the data before any model does: what it holds, what is wrong, what to drop.
    #[command(after_help = profile::EXAMPLES)]
    Profile(profile::ProfileArgs),
    /// Says how well the best possible classifier does on synthetic recordings.
    #[command(after_help = optimum::EXAMPLES)]
    Optimum(optimum::OptimumArgs),
    /// Fits a model by a recipe and writes its bundle.
    #[command(after_help = fit::EXAMPLES)]
    Fit(fit::FitArgs),
    /// Trains a recipe on folds: every subject is scored by a model that was not trained on it.
    #[command(after_help = cross_validate::EXAMPLES)]
    CrossValidate(cross_validate::CrossValidateArgs),
    /// Trains recipes with several seeds: mean and standard deviation of their scores.
    #[command(after_help = repeat::EXAMPLES)]
    Repeat(repeat::RepeatArgs),
    /// Trains variants of a recipe that lack or change a part: what does each contribute?
    #[command(after_help = ablate::EXAMPLES)]
    Ablate(ablate::AblateArgs),
    /// Trains a recipe with many values of its keys, from a grid or at random, and ranks them.
    #[command(after_help = sweep::EXAMPLES)]
    Sweep(sweep::SweepArgs),
    /// Says how good a bundle is on labelled data.
    #[command(after_help = evaluate::EXAMPLES)]
    Evaluate(evaluate::EvaluateArgs),
    /// Writes the class of every subject of a file.
    #[command(after_help = predict::EXAMPLES)]
    Predict(predict::PredictArgs),
    /// Measures what lower precisions change, and records in the bundle which are allowed.
    #[command(after_help = precision::EXAMPLES)]
    Precision(precision::PrecisionArgs),
    /// Records in a bundle the step of the recordings that it was trained on.
    #[command(after_help = step::EXAMPLES)]
    Step(step::StepArgs),
    /// Shows what a bundle holds and checks that every engine can run it.
    #[command(after_help = inspect::EXAMPLES)]
    Inspect(inspect::InspectArgs),
    /// Writes a bundle in the format of other programs.
    #[command(after_help = export::EXAMPLES)]
    Export(export::ExportArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse_from(arguments::in_order(std::env::args_os())).command {
        Command::Synthesize(args) => synthesize::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Optimum(args) => optimum::run(&args),
        Command::Fit(args) => fit::run(&args),
        Command::CrossValidate(args) => cross_validate::run(&args),
        Command::Repeat(args) => repeat::run(&args),
        Command::Ablate(args) => ablate::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Precision(args) => precision::run(&args),
        Command::Step(args) => step::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Export(args) => export::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and what caused it, as far as its own text does not say so already.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}
