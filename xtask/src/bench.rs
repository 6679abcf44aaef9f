//! `cargo xtask bench`: builds what the benchmark measures, its peers included, and runs it.
//!
//! What is measured and how it is reported is bench/main.mjs's.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::error::{Error, file_error};
use crate::steps::step;
use crate::tools::Toolbox;
use crate::{browsers, model, package, process};

const REQUIREMENTS: &str = "bench/requirements.txt";

/// The folders whose npm packages the benchmark needs: its peers, the driver of the browsers, the package's compiler.
const NPM_FOLDERS: &[&str] = &["bench", "tests/e2e", "www"];

/// Subjects of the recordings that show how cost grows, a gigabyte.
const MANY_SUBJECTS: &str = "10000";

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Options {
    /// Parts to run, with commas: drop, forward, csv, formats, start, growth, stream, week, native, training. The results
    /// of others are kept.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Few rounds: shows that everything works, and measures little.
    #[arg(long)]
    quick: bool,
    /// Leave out stream and week, which take many minutes, unless `--only` names them.
    #[arg(long)]
    short: bool,
    /// Add Burn's ndarray backend as a peer (compiles Burn for wasm: about twenty minutes on two cores). It takes part
    /// anyway if pkg/ holds its module.
    #[arg(long)]
    burn: bool,
}

impl Options {
    /// Whether one of these parts is to run.
    fn wants(&self, parts: &[&str]) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| parts.contains(&part.as_str()))
    }
}

/// `cargo xtask bench`.
pub fn run(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    step("Tools", "what compiles Rust to wasm, the browsers and the npm packages", || {
        toolbox.node()?;
        NPM_FOLDERS.iter().try_for_each(|folder| toolbox.npm_packages(folder))?;
        toolbox.wasm_tools()?;
        browsers::install(toolbox)
    })?;
    let trainer = step("Programs", "the trainer and the native forward pass", || programs(toolbox))?;
    step("Inputs", "synthetic recordings, and the embedded model for the others", || {
        recordings(toolbox, options, &trainer)?;
        exports(toolbox, &trainer)
    })?;
    if options.wants(&["drop", "start", "growth", "forward", "stream", "week"]) {
        let built = toolbox.workspace.path("pkg/wasm/burn").is_dir();
        package::build(toolbox, options.burn || built)?;
    }
    if options.wants(&["drop", "forward", "csv", "formats"]) {
        step("Modules", "painwave's engine and tract, with entries for the benchmark", || modules(toolbox))?;
    }
    let python = options.wants(&["native", "training"]).then(|| {
        step("Python", "onnxruntime and PyTorch, the peers outside of the browser", || python(toolbox))
    });
    let mut command = toolbox.command("node");
    command.arg("bench/main.mjs").arg("--target").arg(toolbox.workspace.target(""));
    match python {
        Some(Ok(python)) => command.arg("--python").arg(python),
        Some(Err(error)) => {
            println!("left out: what needs Python: {error}");
            command.arg("--no-python").arg(error.to_string())
        }
        None => &mut command,
    };
    if !options.only.is_empty() {
        command.arg("--only").arg(options.only.join(","));
    }
    if options.quick {
        command.arg("--quick");
    }
    if options.short {
        command.arg("--short");
    }
    Ok(process::run(&mut command)?)
}

/// Builds the native programs and says where the trainer is: `PAINWAVE_TRAINER` names one that is there already, which
/// saves the compilation of Burn.
fn programs(toolbox: &Toolbox) -> Result<PathBuf, Error> {
    let trainer = match std::env::var_os("PAINWAVE_TRAINER") {
        Some(path) => path.into(),
        None => {
            model::build_trainer(toolbox)?;
            toolbox.workspace.target("release/trainer")
        }
    };
    // By itself: as part of the workspace it would hold what the trainer asks of the library.
    process::run(toolbox.command("cargo").args(["build", "--release", "--package", "painwave-bench"]))?;
    Ok(trainer)
}

/// Makes the recordings that are not there.
fn recordings(toolbox: &Toolbox, options: &Options, trainer: &PathBuf) -> Result<(), Error> {
    let synthesize = |folder: PathBuf, arguments: &[&str]| {
        if folder.join("pirate_pain_test.csv").is_file() {
            println!("{}: found", folder.display());
            return Ok(());
        }
        let mut command = Command::new(trainer);
        process::run(command.arg("synthesize").arg("--out").arg(folder).args(arguments))
    };
    synthesize(toolbox.workspace.path(model::DATA), &["--seed", model::SEED])?;
    if options.wants(&["growth"]) {
        let many = ["--train-subjects", "0", "--test-subjects", MANY_SUBJECTS];
        synthesize(toolbox.workspace.target("bench/growth"), &many)?;
    }
    Ok(())
}

/// The embedded model as ONNX, and its manifest.
fn exports(toolbox: &Toolbox, trainer: &PathBuf) -> Result<(), Error> {
    let folder = toolbox.workspace.target("bench");
    fs::create_dir_all(&folder).map_err(file_error(&folder))?;
    let bundle = toolbox.workspace.path(model::BUNDLE);
    let mut export = Command::new(trainer);
    export.arg("export").arg(&bundle).args(["--format", "onnx", "--out"]).arg(folder.join("cnn-gru.onnx"));
    process::run(&mut export)?;
    let mut dump = Command::new(toolbox.workspace.target("release/forward"));
    dump.arg("dump").arg(&bundle).arg("f32");
    dump.arg(toolbox.workspace.path(model::DATA).join("pirate_pain_test.csv"))
        .arg("1")
        .arg(folder.join("windows"));
    Ok(process::run(&mut dump)?)
}

/// The wasm modules of bench/painwave, compiled as those of the package are, and of bench/tract.
fn modules(toolbox: &Toolbox) -> Result<(), Error> {
    let build = |name: &str, module: package::WasmModule| {
        module.build(toolbox, &toolbox.workspace.target("bench/wasm").join(name))
    };
    let painwave = |options| package::WasmModule {
        source: "bench/painwave",
        library: "painwave_bench",
        profile: "lean",
        options,
    };
    build("painwave", painwave(package::LEAN_FLAGS))?;
    build("painwave-relaxed", painwave(package::RELAXED_FLAGS))?;
    let tract = package::WasmModule {
        source: "bench/tract",
        library: "tract_bench",
        profile: "release",
        options: &[],
    };
    if let Err(error) = build("tract", tract) {
        println!("left out: tract: {error}");
    }
    Ok(())
}

/// A Python that has the peers: the user's, or one in the target folder into which they are installed.
fn python(toolbox: &Toolbox) -> Result<PathBuf, Error> {
    let own = toolbox.workspace.target("bench/python");
    let in_own = own.join("bin/python");
    let users = std::env::var_os("PAINWAVE_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    for python in [&users, &in_own] {
        let mut probe = toolbox.command(&python.to_string_lossy());
        if process::output(probe.args(["-c", "import numpy, onnx, onnxruntime, torch"])).is_ok() {
            println!("{} with onnxruntime and PyTorch: found", python.display());
            return Ok(python.clone());
        }
    }
    println!(
        "onnxruntime and PyTorch: not found, are installed by pip into {} (PyTorch takes some gigabytes)",
        own.display()
    );
    let install = |command: &mut Command| {
        process::run(command).map_err(|source| Error::Install {
            what: format!("The Python packages of {REQUIREMENTS}"),
            source,
            remedy: format!("Install them yourself and set PAINWAVE_PYTHON: pip install -r {REQUIREMENTS}"),
        })
    };
    install(toolbox.command(&users.to_string_lossy()).args(["-m", "venv"]).arg(&own))?;
    let mut pip = toolbox.command(&in_own.to_string_lossy());
    install(pip.args(["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS]))?;
    Ok(in_own)
}
