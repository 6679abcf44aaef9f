//! Where things are in the repository.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, file_error};

/// The clone and its target folder.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the clone that this program was built from and the target folder that cargo built it into.
    pub fn find() -> Result<Self, Error> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).join("..");
        let root = root.canonicalize().map_err(file_error(&root))?;
        // <target>/release/xtask, whatever told cargo where the target folder is.
        let executable = env::current_exe().map_err(file_error(Path::new("xtask")))?;
        let target = executable.ancestors().nth(2).map_or_else(|| root.join("target"), Path::to_path_buf);
        Ok(Self { root, target })
    }

    /// A path in the clone.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path in the target folder.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// The version of a package in Cargo.lock.
    pub fn locked_version(&self, package: &str) -> Result<String, Error> {
        let path = self.path("Cargo.lock");
        let lock = fs::read_to_string(&path).map_err(file_error(&path))?;
        locked_version(&lock, package).map(str::to_owned).ok_or_else(|| Error::Content {
            path: path.display().to_string(),
            expected: format!("the package {package}"),
        })
    }
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("\nname = \"{package}\"\nversion = \""))?;
    Some(after.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
";

    #[test]
    fn the_locked_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
