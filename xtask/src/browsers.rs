//! The browsers that tests drive: those on `PATH`, or Debian's.

use std::fs;
use std::path::Path;

use crate::tools::Toolbox;
use crate::{Error, process};

/// What the tests need of the system: names of the program, any of which will do, and Debian's package.
const PROGRAMS: &[(&[&str], &str)] = &[
    (&["firefox-esr", "firefox"], "firefox-esr"),
    (&["chromium", "chromium-browser", "google-chrome"], "chromium"),
    (&["chromedriver"], "chromium-driver"),
];

/// Firefox has WebGPU only where there is a Vulkan driver; this package brings one that needs no GPU.
const VULKAN: (&str, &str) = ("/usr/share/vulkan/icd.d", "mesa-vulkan-drivers");

/// Makes sure that Firefox, Chromium and their drivers are there.
pub fn install(toolbox: &Toolbox) -> Result<(), Error> {
    toolbox.geckodriver()?;
    let packages = missing(toolbox);
    if packages.is_empty() {
        println!("Firefox, Chromium, chromedriver, a Vulkan driver: found");
        return Ok(());
    }
    let what = format!("System packages for the browser tests ({})", packages.join(", "));
    if toolbox.find("apt-get").is_none() {
        let remedy = "Install Firefox, Chromium or Chrome, chromedriver and a Vulkan driver.".to_owned();
        return Err(Error::Missing { what, remedy });
    }
    // A mirror that is being updated fails once and works the next time.
    apt(toolbox, &packages).or_else(|_| apt(toolbox, &packages)).map_err(|source| Error::Install {
        what,
        source,
        remedy: format!("As root: apt-get update && apt-get install {}", packages.join(" ")),
    })
}

fn missing(toolbox: &Toolbox) -> Vec<&'static str> {
    let programs = PROGRAMS.iter().filter(|(names, _)| names.iter().all(|name| toolbox.find(name).is_none()));
    let mut packages: Vec<_> = programs.map(|(_, package)| *package).collect();
    let (drivers, package) = VULKAN;
    let has_driver = fs::read_dir(Path::new(drivers)).is_ok_and(|mut entries| entries.next().is_some());
    if cfg!(target_os = "linux") && !has_driver {
        packages.push(package);
    }
    packages
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
