//! A folder that proves and measures painwave on a GPU of a machine that has nothing but a driver.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, file_error};
use crate::steps::step;
use crate::tools::Toolbox;
use crate::{model, process, system};

/// Max size of the folder in bytes.
const MAX_BYTES: u64 = 60 << 20;

/// The Vulkan loader, which wgpu opens by this name.
const LOADER: &str = "libvulkan.so.1";
/// Debian's package of it.
const LOADER_PACKAGE: &str = "libvulkan1";

/// Options of `cargo xtask gpu`.
#[derive(clap::Args)]
pub struct Options {
    /// The folder to make; without it `gpu` in the target folder.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Make nothing: take the gpu.json that run.sh wrote into bench/results.json and docs/performance.md.
    #[arg(long, value_name = "GPU_JSON", conflicts_with = "out")]
    take: Option<PathBuf>,
}

/// `cargo xtask gpu`.
pub fn run(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    match &options.take {
        Some(results) => take(toolbox, results),
        None => make(toolbox, options),
    }
}

/// Takes over what another machine has measured.
fn take(toolbox: &Toolbox, results: &Path) -> Result<(), Error> {
    toolbox.node()?;
    toolbox.npm_packages("tests/e2e")?;
    // The command runs in the clone's root.
    let results = results.canonicalize().map_err(file_error(results))?;
    let mut command = toolbox.command("node");
    Ok(process::run(command.args(["bench/main.mjs", "--only", "gpu", "--gpu"]).arg(results))?)
}

/// Makes the folder.
fn make(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    let workspace = toolbox.workspace;
    let folder = options.out.clone().unwrap_or_else(|| workspace.target("gpu"));
    let loader =
        step("Vulkan loader", "what finds the GPU's driver on the other machine", || loader(toolbox))?;
    step("Program", "the engine `webgpu` and training on wgpu; Burn and wgpu are compiled here", || {
        let mut build = toolbox.command("cargo");
        build.args(["build", "--release", "--locked", "--manifest-path", "bench/gpu/Cargo.toml"]);
        process::run(build.env("CARGO_TARGET_DIR", workspace.target("")))
    })?;
    step("Folder", "everything in one place", || {
        fs::create_dir_all(&folder).map_err(file_error(&folder))?;
        let files = [
            (workspace.target("release/painwave-gpu"), "painwave-gpu"),
            (workspace.path("bench/gpu/run.sh"), "run.sh"),
            (workspace.path(model::BUNDLE), "cnn-gru.bpk"),
            (workspace.path(model::SAMPLE), "sample.csv"),
            (loader, LOADER),
        ];
        let sizes = files.iter().map(|(from, name)| copy(from, &folder.join(name)));
        let bytes = sizes.sum::<Result<u64, Error>>()?;
        if bytes > MAX_BYTES {
            let (path, expected) = (folder.display().to_string(), "60 MiB at most".to_owned());
            return Err(Error::Content { path, expected });
        }
        println!("{} MiB", bytes.div_ceil(1 << 20));
        Ok(())
    })?;
    println!("\nOn the machine with the GPU: {}/run.sh", folder.display());
    Ok(())
}

/// Copies a file and says how large it is.
fn copy(from: &Path, to: &Path) -> Result<u64, Error> {
    fs::copy(from, to).map_err(file_error(from))
}

/// Where the loader is; Debian's package is installed if it is nowhere.
fn loader(toolbox: &Toolbox) -> Result<PathBuf, Error> {
    if let Some(found) = find_loader() {
        println!("{}: found", found.display());
        return Ok(found);
    }
    system::install(toolbox, &[LOADER_PACKAGE], "Install the Vulkan loader.")?;
    find_loader().ok_or_else(|| Error::Missing {
        what: format!("`{LOADER}`"),
        remedy: "Install the Vulkan loader.".to_owned(),
    })
}

fn find_loader() -> Option<PathBuf> {
    let folders = [format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH)];
    let folders = folders.iter().map(String::as_str).chain(["/usr/lib64", "/usr/lib"]);
    folders.map(|folder| Path::new(folder).join(LOADER)).find(|path| path.is_file())
}
