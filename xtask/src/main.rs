//! Developer commands: `cargo xtask demo | test | package | model | bench | gpu`.
//!
//! Each command does its own set-up ([`tools`]), shows every command line that it runs ([`process`]) and
//! says what each step is for ([`steps`]). Tools that are not on the machine are installed below the target
//! folder, so nothing outside of the clone and cargo's cache is touched; only `test` and `bench` ask the system
//! for browsers and `gpu` for the Vulkan loader, and say so.

mod bench;
mod browsers;
mod demo;
mod error;
mod first_load;
mod gpu;
mod model;
mod package;
mod process;
mod steps;
mod suite;
mod system;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::Error;
use crate::tools::Toolbox;
use crate::workspace::Workspace;

/// Builds, serves, tests and packages painwave.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the page with the embedded model and serve it on this machine.
    Demo(demo::Options),
    /// Run every check and every test; the last line is `N passed, N failed`.
    Test(suite::Options),
    /// Build the npm package into pkg/.
    Package(package::Options),
    /// Make the embedded model again from nothing: data, training, model card, sample. The training takes minutes, up
    /// to half an hour.
    Model(model::Options),
    /// Measure painwave beside its peers; writes bench/results.json and docs/performance.md.
    Bench(bench::Options),
    /// Make a folder whose run.sh proves and measures painwave on the GPU of another machine.
    Gpu(gpu::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Checks) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), Error> {
    let workspace = Workspace::find()?;
    let toolbox = Toolbox::new(&workspace);
    match task {
        Task::Demo(options) => demo::run(&toolbox, &options),
        Task::Test(options) => suite::run_suite(&toolbox, &options),
        Task::Package(options) => package::run(&toolbox, &options),
        Task::Model(options) => model::run(&toolbox, &options),
        Task::Bench(options) => bench::run(&toolbox, &options),
        Task::Gpu(options) => gpu::run(&toolbox, &options),
    }
}
