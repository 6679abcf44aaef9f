//! `cargo xtask test`: every check, and one table at the end.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::package::{BURN_FEATURES, RELAXED_SIMD};
use crate::steps::{duration, step};
use crate::tools::Toolbox;
use crate::{Error, browsers, demo, model, package, process};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Options {
    /// Leave out what needs Burn compiled for the browser (most of the time).
    #[arg(long)]
    quick: bool,
}

/// One check: what it is called, what it is for, what must have passed before, and what it does.
struct Check {
    name: &'static str,
    why: &'static str,
    needs: &'static [&'static str],
    /// Whether the check needs Burn's wasm module.
    burn: bool,
    run: fn(&Toolbox, &Options) -> Result<(), Error>,
}

/// Fast checks first; what is built once stands before what uses it.
const CHECKS: &[Check] = &[
    Check {
        name: "format",
        why: "rustfmt has nothing to change",
        needs: &[],
        burn: false,
        run: |tools, _| run(tools.command("cargo").args(["fmt", "--all", "--check"])),
    },
    Check {
        name: "tools",
        why: "wasm-pack, wasm-bindgen, Node and the npm packages are there",
        needs: &[],
        burn: false,
        run: |tools, _| {
            tools.node()?;
            NPM_FOLDERS.iter().try_for_each(|folder| tools.npm_packages(folder))?;
            tools.wasm_tools()
        },
    },
    Check {
        name: "browsers",
        why: "Firefox, Chromium and their drivers are there",
        needs: &[],
        burn: false,
        run: |tools, _| browsers::install(tools),
    },
    Check {
        name: "native tests",
        why: "library and trainer; Burn is compiled here",
        needs: &[],
        burn: false,
        run: |tools, _| run(tools.command("cargo").args(["test", "--release", "--workspace"])),
    },
    Check {
        name: "ONNX",
        why: "onnxruntime gives the logits of every network that the tests exported",
        needs: &["native tests"],
        burn: false,
        run: |tools, _| onnx_check(tools),
    },
    Check {
        name: "lints",
        why: "clippy has nothing to say about any target of the workspace",
        needs: &[],
        burn: false,
        run: |tools, _| {
            let mut command = tools.command("cargo");
            command.args(["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"]);
            run(&mut command)
        },
    },
    Check {
        name: "lints for wasm",
        why: "the same for what only the browser compiles",
        needs: &["tools"],
        burn: false,
        run: |tools, _| {
            let mut command = tools.command("cargo");
            command.args(["clippy", "--package", "painwave", "--package", "painwave-bench", "--all-targets"]);
            command.args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]);
            run(&mut command)
        },
    },
    Check {
        name: "lints for wasm training",
        why: "what trains compiles where there are no files, threads and clocks",
        needs: &["tools"],
        burn: true,
        run: |tools, _| {
            let mut command = tools.command("cargo");
            command.args(["clippy", "--release", "--package", "painwave-train", "--all-targets"]);
            command.args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]);
            run(&mut command)
        },
    },
    Check {
        name: "lean tests in Firefox",
        why: "the library's suite in the module that everyone loads",
        needs: &["tools", "browsers"],
        burn: false,
        run: |tools, _| run(&mut browser_tests(tools, &["--firefox"], &[])),
    },
    Check {
        name: "lean tests in Chromium",
        why: "the same",
        needs: &["tools", "browsers"],
        burn: false,
        run: |tools, _| run(&mut browser_tests(tools, &["--chrome"], &[])),
    },
    Check {
        name: "relaxed tests in Chromium",
        why: "the same with relaxed SIMD",
        needs: &["tools", "browsers"],
        burn: false,
        run: |tools, _| run(browser_tests(tools, &["--chrome"], &[]).env("RUSTFLAGS", RELAXED_SIMD)),
    },
    Check {
        name: "relaxed tests in Firefox",
        why: "the same, in a browser with another compiler",
        needs: &["tools", "browsers"],
        burn: false,
        run: |tools, _| run(browser_tests(tools, &["--firefox"], &[]).env("RUSTFLAGS", RELAXED_SIMD)),
    },
    Check {
        name: "package",
        why: "the npm package and the page, as they are shipped",
        needs: &["tools"],
        burn: false,
        run: |tools, options| {
            package::build(tools, !options.quick)?;
            demo::build_page(tools)
        },
    },
    Check {
        name: "Burn tests in Firefox",
        why: "the library's suite with the engines `webgpu` and `ndarray`",
        needs: &["tools", "browsers"],
        burn: true,
        run: |tools, _| run(&mut browser_tests(tools, &["--release", "--firefox"], BURN_FEATURES)),
    },
    Check {
        name: "Burn tests in Chromium",
        why: "the same",
        needs: &["tools", "browsers"],
        burn: true,
        run: |tools, _| run(&mut browser_tests(tools, &["--release", "--chrome"], BURN_FEATURES)),
    },
    Check {
        name: "training in Firefox",
        why: "a recipe trains there as it does natively",
        needs: &["tools", "browsers"],
        burn: true,
        run: |tools, _| run(&mut training_tests(tools, "--firefox")),
    },
    Check {
        name: "training in Chromium",
        why: "the same",
        needs: &["tools", "browsers"],
        burn: true,
        run: |tools, _| run(&mut training_tests(tools, "--chrome")),
    },
    Check {
        name: "TypeScript",
        why: "types, format and lints of package, page, their tests and the benchmark",
        needs: &["package"],
        burn: false,
        run: |tools, _| run(tools.npm("www").args(["run", "check"])),
    },
    Check {
        name: "package tests",
        why: "the packed package, installed in empty projects",
        needs: &["package", "browsers"],
        burn: false,
        run: |tools, _| run(tools.npm("tests/package").arg("test")),
    },
    Check {
        name: "end to end",
        why: "the page in real browsers gives what `trainer predict` gives",
        needs: &["package", "browsers", "native tests"],
        burn: false,
        run: |tools, _| {
            model::build_trainer(tools)?;
            let mut command = tools.npm("tests/e2e");
            command.arg("test").env("PAINWAVE_TRAINER", tools.workspace.target("release/trainer"));
            run(&mut command)
        },
    },
];

/// The folders with a package-lock.json.
const NPM_FOLDERS: &[&str] = &["www", "tests/package", "tests/e2e"];

enum Outcome {
    Passed,
    Failed(Error),
    LeftOut(&'static str),
    NotRun { because: &'static str },
}

/// `cargo xtask test`. A check that fails does not keep the others from running, except those that need
/// what it makes; these count as failed.
pub fn run_suite(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    let mut outcomes: BTreeMap<&str, (Outcome, Duration)> = BTreeMap::new();
    let checks = || CHECKS.iter().filter(|check| !(options.quick && check.burn));
    for check in checks() {
        let failed = |need: &&&str| !matches!(outcomes.get(**need), Some((Outcome::Passed, _)));
        let started = Instant::now();
        let outcome = match check.needs.iter().find(failed) {
            Some(because) => Outcome::NotRun { because },
            None => match step(check.name, check.why, || (check.run)(toolbox, options)) {
                Ok(()) => Outcome::Passed,
                Err(Error::LeftOut(reason)) => {
                    println!("left out: {reason}");
                    Outcome::LeftOut(reason)
                }
                Err(error) => {
                    eprintln!("error: {error}");
                    Outcome::Failed(error)
                }
            },
        };
        outcomes.insert(check.name, (outcome, started.elapsed()));
    }

    println!("\n== Summary");
    let (mut passed, mut failures) = (0, 0);
    for check in checks() {
        let (outcome, time) = &outcomes[check.name];
        let result = match outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(error) => format!("FAILED: {}", first_line(error)),
            Outcome::LeftOut(reason) => format!("left out: {reason}"),
            Outcome::NotRun { because } => format!("NOT RUN: needs `{because}`"),
        };
        passed += usize::from(matches!(outcome, Outcome::Passed));
        failures += usize::from(matches!(outcome, Outcome::Failed(_) | Outcome::NotRun { .. }));
        println!("{:<24} {:>12}  {result}", check.name, duration(*time));
    }
    for check in CHECKS.iter().filter(|check| options.quick && check.burn) {
        println!("{:<24} {:>12}  left out (--quick)", check.name, "");
    }
    println!("{passed} passed, {failures} failed");
    if failures == 0 { Ok(()) } else { Err(Error::Checks) }
}

fn first_line(error: &Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn run(command: &mut Command) -> Result<(), Error> {
    Ok(process::run(command)?)
}

/// Runs what `trainer/tests/export.rs` exported, where Python has onnxruntime.
fn onnx_check(tools: &Toolbox) -> Result<(), Error> {
    let mut probe = tools.command("python3");
    if process::output(probe.args(["-c", "import onnx, onnxruntime"])).is_err() {
        return Err(Error::LeftOut("needs `pip install numpy onnx onnxruntime`"));
    }
    let mut check = tools.command("python3");
    run(check.arg("trainer/tests/golden/onnx_check.py").arg(tools.workspace.target("tmp/onnx")))
}

/// The library's suite in a browser, whose settings are in webdriver.json.
fn browser_tests(toolbox: &Toolbox, browser: &[&str], features: &[&str]) -> Command {
    let mut command = toolbox.command("wasm-pack");
    // A software adapter takes seconds for a forward pass.
    command.env("WASM_BINDGEN_TEST_TIMEOUT", "900");
    command.args(["test", "--headless", "--mode", "no-install"]).args(browser).args(features);
    command
}

/// The tests of what trains in a browser, with the settings of `trainer/core/webdriver.json`.
fn training_tests(toolbox: &Toolbox, browser: &str) -> Command {
    let mut command = browser_tests(toolbox, &["--release", browser], &[]);
    command.arg("trainer/core");
    command
}

#[cfg(test)]
mod tests {
    use super::CHECKS;

    #[test]
    fn a_check_stands_behind_those_that_it_needs() {
        for (index, check) in CHECKS.iter().enumerate() {
            for need in check.needs {
                assert!(
                    CHECKS[..index].iter().any(|earlier| earlier.name == *need),
                    "`{}` needs `{need}`",
                    check.name
                );
            }
        }
    }

    #[test]
    fn no_quick_check_needs_one_that_is_left_out() {
        let burn = |name: &&&str| CHECKS.iter().any(|check| check.name == **name && check.burn);
        for check in CHECKS.iter().filter(|check| !check.burn) {
            assert_eq!(check.needs.iter().find(burn), None, "`{}`", check.name);
        }
    }
}
