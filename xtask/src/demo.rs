//! The page on this machine.

use std::time::Instant;

use crate::error::Error;
use crate::steps::{duration, step};
use crate::tools::Toolbox;
use crate::{package, process};

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub struct Options {
    /// Add the engines `webgpu` and `ndarray` (compiles Burn: about twenty minutes on two cores).
    #[arg(long)]
    webgpu: bool,
    /// The port to serve on.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build the page into www/page/dist and stop there.
    #[arg(long)]
    no_serve: bool,
}

/// `cargo xtask demo`.
pub fn run(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    println!(
        "Builds the page and serves it. The first time takes a few minutes on two cores: Rust has no wasm\n\
         tools of its own, so they are compiled first. They stay in the target folder for the next time."
    );
    let started = Instant::now();
    step("Tools", "what compiles Rust to wasm, and the page's npm packages", || {
        toolbox.node()?;
        toolbox.npm_packages("www")?;
        toolbox.wasm_tools()
    })?;
    package::build(toolbox, options.webgpu)?;
    build_page(toolbox)?;
    println!("\nBuilt in {}.", duration(started.elapsed()));
    if options.no_serve {
        return Ok(());
    }
    step("Serving", "with the headers that the page is meant to be served with; Ctrl-C ends it", || {
        println!("\n   http://localhost:{}/\n", options.port);
        let port = options.port.to_string();
        process::run(toolbox.npm("www/page").args(["run", "serve", "--", "--port", &port]))
    })?;
    Ok(())
}

/// Builds www/page/dist from pkg/.
pub fn build_page(toolbox: &Toolbox) -> Result<(), Error> {
    step("The page", "one folder of static files: www/page/dist", || {
        process::run(toolbox.npm("www/page").args(["run", "build"]))
    })?;
    Ok(())
}
