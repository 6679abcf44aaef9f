//! The browsers that tests drive: those on `PATH`, or Debian's.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::system;
use crate::tools::Toolbox;

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
    system::install(
        toolbox,
        &packages,
        "Install Firefox, Chromium or Chrome, chromedriver and a Vulkan driver.",
    )
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
