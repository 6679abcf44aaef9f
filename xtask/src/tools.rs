//! The tools that the commands need, and how to get those that are not there.
//!
//! A tool on the user's `PATH` is used if its version fits. Otherwise it is compiled from crates.io into
//! `<target>/tools`, without optimisation: none of these tools runs for long.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, file_error};
use crate::process;
use crate::workspace::Workspace;

/// The target of everything that browsers run.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: Version = (20, 19, 0);

/// Major, minor, patch.
type Version = (u32, u32, u32);

/// A program that `cargo install` brings.
struct CargoTool {
    /// The program to look for.
    program: &'static str,
    /// The crate that holds it.
    package: &'static str,
    /// The version to install, and whether a later one on `PATH` serves as well.
    version: String,
    exact: bool,
    /// Further arguments of `cargo install`.
    arguments: &'static [&'static str],
}

impl CargoTool {
    fn serves(&self, found: &str) -> bool {
        if self.exact { found == self.version } else { version(found) >= version(&self.version) }
    }
}

/// Finds tools, installs them, and starts them.
pub struct Toolbox<'a> {
    /// The clone that is worked on.
    pub workspace: &'a Workspace,
    path: OsString,
}

impl<'a> Toolbox<'a> {
    /// A toolbox whose own tools come before those on `PATH`.
    pub fn new(workspace: &'a Workspace) -> Self {
        let own = workspace.target("tools/bin");
        let users = env::var_os("PATH").unwrap_or_default();
        // A folder whose name holds a colon cannot be on PATH; then only the user's tools are found.
        let path = env::join_paths(std::iter::once(own).chain(env::split_paths(&users))).unwrap_or(users);
        Self { workspace, path }
    }

    /// A command that runs in the clone's root and finds the toolbox's tools.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", &self.path).current_dir(self.workspace.path(""));
        command
    }

    /// The npm command for a folder of the clone.
    pub fn npm(&self, folder: &str) -> Command {
        let mut command = self.command("npm");
        command.args(["--prefix", folder]);
        command
    }

    /// Where a program is, if it is on `PATH` or in the toolbox.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        let name = format!("{program}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&self.path).map(|folder| folder.join(&name)).find(|path| path.is_file())
    }

    /// What is needed to turn the crate into a wasm module.
    pub fn wasm_tools(&self) -> Result<(), Error> {
        self.wasm_target()?;
        self.cargo_tool(&CargoTool {
            program: "wasm-bindgen",
            package: "wasm-bindgen-cli",
            // The crate and the program read each other's private format.
            version: self.workspace.locked_version("wasm-bindgen")?,
            exact: true,
            // Not --locked: its lock file names a release that could not be fetched. Without TLS, which
            // only browsers on other machines would need.
            arguments: &["--no-default-features"],
        })?;
        self.cargo_tool(&CargoTool {
            program: "wasm-pack",
            package: "wasm-pack",
            version: "0.15.1".to_owned(),
            exact: false,
            arguments: &["--locked"],
        })?;
        self.remove_intermediate_files()
    }

    /// The program between WebDriver clients and Firefox. (Chromium's comes with Chromium.)
    pub fn geckodriver(&self) -> Result<(), Error> {
        self.cargo_tool(&CargoTool {
            program: "geckodriver",
            package: "geckodriver",
            version: "0.37.1".to_owned(),
            exact: false,
            arguments: &["--locked"],
        })?;
        self.remove_intermediate_files()
    }

    /// Node and npm in a version that the page's tools accept.
    pub fn node(&self) -> Result<(), Error> {
        let remedy = "Install Node 20.19 or later (with npm), for example from https://nodejs.org.";
        let missing = |what: &str| Error::Missing { what: what.to_owned(), remedy: remedy.to_owned() };
        let found = process::output(self.command("node").arg("--version")).map_err(|_| missing("`node`"))?;
        if version(found.trim().trim_start_matches('v')) < Some(OLDEST_NODE) {
            return Err(missing(&format!("Node 20.19 (found {})", found.trim())));
        }
        self.find("npm").map(drop).ok_or_else(|| missing("`npm`"))
    }

    /// Installs the npm packages that a folder's lock file names, unless that has been done.
    pub fn npm_packages(&self, folder: &str) -> Result<(), Error> {
        let lock = self.workspace.path(folder).join("package-lock.json");
        let installed = self.workspace.path(folder).join("node_modules/.package-lock.json");
        let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
        let wanted = changed(&lock).map_err(file_error(&lock))?;
        if changed(&installed).is_ok_and(|installed| installed >= wanted) {
            println!("npm packages of {folder}/: found");
            return Ok(());
        }
        let mut command = self.npm(folder);
        command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
        process::run(&mut command).map_err(|source| Error::Install {
            what: format!("The npm packages of {folder}/"),
            source,
            remedy: "npm needs its registry: check the network, then try again.".to_owned(),
        })
    }

    /// The standard library for wasm.
    fn wasm_target(&self) -> Result<(), Error> {
        let mut query = self.command("rustc");
        query.args(["--print", "target-libdir", "--target", WASM_TARGET]);
        let folder = process::output(&mut query)?;
        if Path::new(folder.trim()).is_dir() {
            println!("{WASM_TARGET}: found");
            return Ok(());
        }
        let what = format!("Rust's standard library for {WASM_TARGET}");
        if self.find("rustup").is_none() {
            let remedy = "Install Rust with rustup (https://rustup.rs), or your system's package for it.";
            return Err(Error::Missing { what, remedy: remedy.to_owned() });
        }
        process::run(self.command("rustup").args(["target", "add", WASM_TARGET])).map_err(|source| {
            let remedy = format!("Run `rustup target add {WASM_TARGET}`, then try again.");
            Error::Install { what, source, remedy }
        })
    }

    fn cargo_tool(&self, tool: &CargoTool) -> Result<(), Error> {
        if let Some(found) = self.version_of(tool.program)
            && tool.serves(&found)
        {
            println!("{} {found}: found", tool.program);
            return Ok(());
        }
        let CargoTool { program, package, version, .. } = tool;
        println!("{program} {version}: not found, is compiled from crates.io (about a minute)");
        let package = format!("{package}@{version}");
        let mut install = self.command("cargo");
        install.args(["install", "--quiet", &package]).args(tool.arguments);
        install.args(["--config", "profile.release.opt-level=0"]);
        install.arg("--root").arg(self.workspace.target("tools"));
        install.arg("--target-dir").arg(self.intermediate_files());
        process::run(&mut install).map_err(|source| Error::Install {
            what: format!("{program} {version}"),
            source,
            remedy: format!(
                "Put it on PATH yourself, for example with `cargo install {package} {}`, then try again.",
                tool.arguments.join(" ")
            ),
        })
    }

    /// What `program --version` gives as the version.
    fn version_of(&self, program: &str) -> Option<String> {
        let output = process::output(self.command(program).arg("--version")).ok()?;
        output.split_whitespace().nth(1).map(str::to_owned)
    }

    /// One folder for all installations: what two tools have in common is compiled once.
    fn intermediate_files(&self) -> PathBuf {
        self.workspace.target("tools/build")
    }

    fn remove_intermediate_files(&self) -> Result<(), Error> {
        let folder = self.intermediate_files();
        if folder.is_dir() { fs::remove_dir_all(&folder).map_err(file_error(&folder)) } else { Ok(()) }
    }
}

fn version(text: &str) -> Option<Version> {
    let mut parts = text.splitn(3, '.').map(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..digits].parse().ok()
    });
    Some((parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("20.19.4"), Some((20, 19, 4)));
        assert_eq!(version("0.37.1-beta"), Some((0, 37, 1)));
        assert_eq!(version("24.1"), Some((24, 1, 0)));
        assert_eq!(version("unknown"), None);
        assert!(version("0.9.0") < version("0.15.1"));
    }

    #[test]
    fn a_tool_that_must_match_the_crate_is_not_replaced_by_a_later_one() {
        let tool = |exact| CargoTool {
            program: "tool",
            package: "tool",
            version: "0.2.9".to_owned(),
            exact,
            arguments: &[],
        };
        assert!(tool(true).serves("0.2.9"));
        assert!(!tool(true).serves("0.2.10"));
        assert!(tool(false).serves("0.2.10"));
        assert!(!tool(false).serves("0.1.99"));
        assert!(!tool(false).serves("no version"));
    }
}
