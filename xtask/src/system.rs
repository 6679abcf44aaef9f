//! The packages of the system, where that is Debian's or a derivative.

use crate::error::Error;
use crate::process;
use crate::tools::Toolbox;

/// Installs packages.
///
/// `remedy` is for whoever has no apt.
pub fn install(toolbox: &Toolbox, packages: &[&str], remedy: &str) -> Result<(), Error> {
    let what = format!("System packages ({})", packages.join(", "));
    if toolbox.find("apt-get").is_none() {
        return Err(Error::Missing { what, remedy: remedy.to_owned() });
    }
    // A mirror that is being updated fails once and works the next time.
    apt(toolbox, packages).or_else(|_| apt(toolbox, packages)).map_err(|source| Error::Install {
        what,
        source,
        remedy: format!("As root: apt-get update && apt-get install {}", packages.join(" ")),
    })
}

fn apt(toolbox: &Toolbox, packages: &[&str]) -> Result<(), process::ProcessError> {
    let is_root = process::output(toolbox.command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let apt_get = || {
        let mut command = toolbox.command(if is_root { "apt-get" } else { "sudo" });
        if !is_root {
            command.arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet");
        command
    };
    process::run(apt_get().arg("update"))?;
    process::run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}
