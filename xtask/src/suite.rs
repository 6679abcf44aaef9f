//! `cargo xtask test`: every check, and one table at the end.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::package::{BURN_OPTIONS, RELAXED_SIMD};
use crate::steps::{duration, step};
use crate::tools::Toolbox;
use crate::{browsers, demo, first_load, model, package, process};

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
        name: "lock files",
        why: "programs with dependencies of their own have them as the workspace's crates want them",
        needs: &[],
        burn: false,
        run: |tools, _| {
            ["bench/gpu", "bench/tract"].iter().try_for_each(|folder| {
                let mut command = tools.command("cargo");
                command.args(["update", "--workspace", "--locked", "--manifest-path"]);
                run(command.arg(format!("{folder}/Cargo.toml")))
            })
        },
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
        why: "the npm package and the page, as they are shipped, and nobody waits for more than they may",
        needs: &["tools"],
        burn: false,
        run: |tools, options| {
            package::build(tools, !options.quick)?;
            demo::build_page(tools)?;
            first_load::check(&tools.workspace.path("www/page/dist"))
        },
    },
    Check {
        name: "Burn tests in Firefox",
        why: "the library's suite with the engines `webgpu` and `ndarray`",
        needs: &["tools", "browsers"],
        burn: true,
        run: |tools, _| run(&mut browser_tests(tools, &["--release", "--firefox"], BURN_OPTIONS)),
    },
    Check {
        name: "Burn tests in Chromium",
        why: "the same",
        needs: &["tools", "browsers"],
        burn: true,
        run: |tools, _| run(&mut browser_tests(tools, &["--release", "--chrome"], BURN_OPTIONS)),
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
    /// Left out, or without what it needs: not run, hence not failed.
    Skipped(String),
}

impl Outcome {
    fn show(&self) -> String {
        match self {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(error) => format!("FAILED: {}", first_line(error)),
            Outcome::Skipped(reason) => format!("skipped: {reason}"),
        }
    }
}

type Outcomes<'a> = BTreeMap<&'a str, (Outcome, Duration)>;

/// `cargo xtask test`. A check that fails does not keep the others from running, except those that need
/// what it makes.
pub fn run_suite(toolbox: &Toolbox, options: &Options) -> Result<(), Error> {
    let mut outcomes = Outcomes::new();
    for check in CHECKS {
        let started = Instant::now();
        let outcome = match reason_to_skip(check, options, &outcomes) {
            Some(reason) => Outcome::Skipped(reason),
            None => match step(check.name, check.why, || (check.run)(toolbox, options)) {
                Ok(()) => Outcome::Passed,
                Err(Error::LeftOut(reason)) => Outcome::Skipped(reason.to_owned()),
                Err(error) => {
                    eprintln!("error: {error}");
                    Outcome::Failed(error)
                }
            },
        };
        outcomes.insert(check.name, (outcome, started.elapsed()));
    }

    println!("\n== Summary");
    for check in CHECKS {
        let (outcome, time) = &outcomes[check.name];
        println!("{:<24} {:>12}  {}", check.name, duration(*time), outcome.show());
    }
    println!("{}", closing_line(&outcomes));
    let failed = outcomes.values().any(|(outcome, _)| matches!(outcome, Outcome::Failed(_)));
    if failed { Err(Error::Checks) } else { Ok(()) }
}

/// Why a check cannot or shall not run after those before it.
fn reason_to_skip(check: &Check, options: &Options, outcomes: &Outcomes) -> Option<String> {
    if options.quick && check.burn {
        return Some("--quick".to_owned());
    }
    check.needs.iter().find_map(|need| match outcomes.get(need)?.0 {
        Outcome::Passed => None,
        Outcome::Failed(_) => Some(format!("needs `{need}`, which failed")),
        Outcome::Skipped(_) => Some(format!("needs `{need}`, which was skipped")),
    })
}

/// `N passed, N failed`, and `, N skipped` where some were.
fn closing_line(outcomes: &Outcomes) -> String {
    let count = |of: fn(&Outcome) -> bool| outcomes.values().filter(|(outcome, _)| of(outcome)).count();
    let passed = count(|outcome| matches!(outcome, Outcome::Passed));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    format!("{passed} passed, {failed} failed{skipped}")
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
    use super::*;

    fn outcomes<'a>(of: impl IntoIterator<Item = (&'a str, Outcome)>) -> Outcomes<'a> {
        of.into_iter().map(|(name, outcome)| (name, (outcome, Duration::ZERO))).collect()
    }

    fn skipped() -> Outcome {
        Outcome::Skipped("no Python here".to_owned())
    }

    #[test]
    fn a_check_that_is_left_out_is_no_failure_and_nor_is_one_that_needs_it() {
        let check = CHECKS.iter().find(|check| check.name == "ONNX").unwrap();
        let mut before = outcomes([("native tests", skipped())]);
        let reason = reason_to_skip(check, &Options { quick: false }, &before).unwrap();
        assert_eq!(reason, "needs `native tests`, which was skipped");
        before.insert(check.name, (Outcome::Skipped(reason), Duration::ZERO));
        assert_eq!(closing_line(&before), "0 passed, 0 failed, 2 skipped");
    }

    #[test]
    fn a_failure_is_counted_once_and_what_needs_it_is_skipped() {
        let check = CHECKS.iter().find(|check| check.name == "ONNX").unwrap();
        let before = outcomes([("native tests", Outcome::Failed(Error::Checks))]);
        let reason = reason_to_skip(check, &Options { quick: false }, &before);
        assert_eq!(reason.as_deref(), Some("needs `native tests`, which failed"));
        assert_eq!(closing_line(&before), "0 passed, 1 failed");
    }

    #[test]
    fn without_any_skipped_check_the_closing_line_has_two_counts() {
        let all = outcomes([("format", Outcome::Passed), ("tools", Outcome::Passed)]);
        assert_eq!(closing_line(&all), "2 passed, 0 failed");
    }

    #[test]
    fn quick_skips_what_needs_burn_in_the_browser() {
        let check = CHECKS.iter().find(|check| check.burn).unwrap();
        let before = outcomes(check.needs.iter().map(|need| (*need, Outcome::Passed)));
        assert_eq!(reason_to_skip(check, &Options { quick: true }, &before).as_deref(), Some("--quick"));
        assert_eq!(reason_to_skip(check, &Options { quick: false }, &before), None);
    }

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
