//! The npm package: the crate as two or three wasm modules, and the TypeScript layer around them.

use std::fs;
use std::process::Command;

use crate::error::{Error, file_error};
use crate::process;
use crate::steps::step;
use crate::tools::Toolbox;

/// The features of the module that holds Burn. The browser tests use the same, so that Burn is compiled
/// for wasm once.
pub const BURN_FEATURES: &[&str] = &["--no-default-features", "--features", "webgpu,ndarray"];

/// The module that everyone loads is made small where nothing is slower for it. Inlining and vectorising are what the
/// compiler does most with; our kernels ask for both themselves. (`opt-level = "s"` also stops the unrolling of loops,
/// and makes the forward pass three times slower.)
pub const LEAN_FLAGS: &[&str] = &[
    "--config",
    "target.wasm32-unknown-unknown.rustflags = \
        ['-Cllvm-args=-inline-threshold=25', '-Cno-vectorize-loops', '-Cno-vectorize-slp']",
];
/// As [`LEAN_FLAGS`], for browsers that know relaxed SIMD. With level 2, or without vectors made of straight code, the
/// forward pass in `i8` takes a fifth longer, for 4 % of the module's size.
pub const RELAXED_FLAGS: &[&str] = &[
    "--config",
    "profile.lean.opt-level = 3",
    "--config",
    "target.wasm32-unknown-unknown.rustflags = \
        ['-Cllvm-args=-inline-threshold=25', '-Cno-vectorize-loops', '-Ctarget-feature=+relaxed-simd']",
];

/// `RUSTFLAGS` for tests of what is built with relaxed SIMD. They take the place of those in .cargo/config.toml.
pub const RELAXED_SIMD: &str = "-Ctarget-feature=+simd128,+relaxed-simd";

/// Options of `cargo xtask package`.
#[derive(clap::Args)]
pub struct Options {
    /// Add the module with the engines `webgpu` and `ndarray` (compiles Burn: about twenty minutes on two cores).
    #[arg(long)]
    pub webgpu: bool,
}

/// `cargo xtask package`.
pub fn run(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    step("Tools", "what compiles Rust to wasm and TypeScript to JavaScript", || {
        toolbox.node()?;
        toolbox.npm_packages("www")?;
        toolbox.wasm_tools()
    })?;
    build(toolbox, options.webgpu)?;
    println!("\nThe package is in pkg/; `npm pack ./pkg` makes one file of it.");
    Ok(())
}

/// Builds pkg/; the tools are there.
pub fn build(toolbox: &Toolbox, webgpu: bool) -> Result<(), Error> {
    // What an earlier build wrote must not end up in this package.
    let pkg = toolbox.workspace.path("pkg");
    if pkg.is_dir() {
        fs::remove_dir_all(&pkg).map_err(file_error(&pkg))?;
    }
    step("The lean wasm module", "CSV reader, features, the `cpu` engine and the embedded model", || {
        process::run(&mut wasm_module(toolbox, "pkg/wasm/lean", "lean", LEAN_FLAGS))
    })?;
    step(
        "The lean wasm module with relaxed SIMD",
        "the same, for browsers that know its instructions",
        || process::run(&mut wasm_module(toolbox, "pkg/wasm/relaxed", "lean", RELAXED_FLAGS)),
    )?;
    if webgpu {
        step("The Burn wasm module", "the engines `webgpu` and `ndarray`, fetched only when needed", || {
            process::run(&mut wasm_module(toolbox, "pkg/wasm/burn", "release", BURN_FEATURES))
        })?;
    }
    step("The npm package", "types, workers and the interface around the modules", || {
        process::run(toolbox.npm("www/package").args(["run", "build"]))
    })?;
    Ok(())
}

/// wasm-pack into `folder`: the module and its bindings, nothing else.
pub fn wasm_module(toolbox: &Toolbox, folder: &str, profile: &str, options: &[&str]) -> Command {
    let mut command = toolbox.command("wasm-pack");
    command.args(["build", "--profile", profile, "--target", "web", "--mode", "no-install"]);
    command.args(["--no-pack", "--no-gitignore", "--no-opt", "--out-dir", folder]).args(options);
    command
}
