//! The npm package: the crate as two or three wasm modules, and the TypeScript layer around them.

use std::fs;
use std::path::Path;

use crate::error::{Error, file_error};
use crate::process;
use crate::steps::step;
use crate::tools::{Toolbox, WASM_TARGET};

/// The module that holds Burn. The browser tests use the same options, so that Burn is compiled for wasm once.
pub const BURN_OPTIONS: &[&str] = &[
    "--no-default-features",
    "--features",
    "webgpu,ndarray,web",
    // Here the engine `ndarray` is for users.
    "--config",
    "profile.release.package.burn-dispatch.opt-level = 3",
    "--config",
    "profile.release.package.burn-ndarray.opt-level = 3",
    "--config",
    "profile.release.package.burn-nn.opt-level = 3",
    "--config",
    "profile.release.package.burn-std.opt-level = 3",
    "--config",
    "profile.release.package.burn-tensor.opt-level = 3",
];

/// The module that everyone loads is made small where nothing is slower for it. Inlining and vectorising are what the
/// compiler does most with; our kernels ask for both themselves. Nor are loops unrolled whose count is not known, which
/// leaves the kernels as they are. (`opt-level = "s"` also stops the unrolling of the others, and makes the forward pass
/// three times slower.)
pub const LEAN_FLAGS: &[&str] = &[
    "--config",
    "target.wasm32-unknown-unknown.rustflags = \
        ['-Cllvm-args=-inline-threshold=25 -inlinehint-threshold=75 -unroll-runtime=0 -unroll-allow-partial=0', \
        '-Cno-vectorize-loops', '-Cno-vectorize-slp']",
];
/// As [`LEAN_FLAGS`], for browsers that know relaxed SIMD. With level 2, or without vectors made of straight code, the
/// forward pass in `i8` takes a fifth longer, for 4 % of the module's size.
pub const RELAXED_FLAGS: &[&str] = &[
    "--config",
    "profile.lean.opt-level = 3",
    "--config",
    "target.wasm32-unknown-unknown.rustflags = \
        ['-Cllvm-args=-inline-threshold=25 -inlinehint-threshold=75 -unroll-runtime=0 -unroll-allow-partial=0', \
        '-Cno-vectorize-loops', '-Ctarget-feature=+relaxed-simd']",
];

/// `RUSTFLAGS` for tests of what is built with relaxed SIMD. They take the place of those in .cargo/config.toml.
pub const RELAXED_SIMD: &str = "-Ctarget-feature=+simd128,+relaxed-simd";

/// The module that turns workbooks of spreadsheets into CSV: only who has one waits for it, so it is made small.
pub const SPREADSHEET_FLAGS: &[&str] =
    &["--no-default-features", "--features", "spreadsheet", "--config", "profile.lean.opt-level = \"z\""];

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
    let module = |profile, options| WasmModule { source: "", library: "painwave", profile, options };
    step("The lean wasm module", "CSV reader, features, the `cpu` engine and the embedded model", || {
        module("lean", LEAN_FLAGS).build(toolbox, &pkg.join("wasm/lean"))
    })?;
    step(
        "The lean wasm module with relaxed SIMD",
        "the same, for browsers that know its instructions",
        || module("lean", RELAXED_FLAGS).build(toolbox, &pkg.join("wasm/relaxed")),
    )?;
    step("The spreadsheet module", "workbooks to CSV, fetched only when needed", || {
        module("lean", SPREADSHEET_FLAGS).build(toolbox, &pkg.join("wasm/spreadsheet"))
    })?;
    if webgpu {
        step("The Burn wasm module", "the engines `webgpu` and `ndarray`, fetched only when needed", || {
            module("release", BURN_OPTIONS).build(toolbox, &pkg.join("wasm/burn"))
        })?;
    }
    step("The npm package", "types, workers and the interface around the modules", || {
        process::run(toolbox.npm("www/package").args(["run", "build"]))
    })?;
    Ok(())
}

/// A crate as a wasm module with its bindings.
pub struct WasmModule<'a> {
    /// Folder of the crate in the clone.
    pub source: &'a str,
    /// Name of its library.
    pub library: &'a str,
    /// Cargo's profile.
    pub profile: &'a str,
    /// Further options of cargo.
    pub options: &'a [&'a str],
}

impl WasmModule<'_> {
    /// Compiles it into `folder`. Names of functions are for debuggers, and a fifth of the large module, which has to
    /// stay below the 25 MiB that many static hosts serve at most.
    pub fn build(&self, toolbox: &Toolbox, folder: &Path) -> Result<(), Error> {
        let WasmModule { source, library, profile, options } = self;
        let mut cargo = toolbox.command("cargo");
        cargo.args(["build", "--lib", "--target", WASM_TARGET, "--profile", profile]).args(*options);
        cargo.arg("--manifest-path").arg(toolbox.workspace.path(source).join("Cargo.toml"));
        // A workspace of its own would have a target folder of its own.
        cargo.env("CARGO_TARGET_DIR", toolbox.workspace.target(""));
        process::run(&mut cargo)?;
        let compiled = toolbox.workspace.target(&format!("{WASM_TARGET}/{profile}/{library}.wasm"));
        let mut bindgen = toolbox.command("wasm-bindgen");
        bindgen.args(["--target", "web", "--remove-name-section", "--remove-producers-section"]);
        Ok(process::run(bindgen.arg("--out-dir").arg(folder).arg(compiled))?)
    }
}
