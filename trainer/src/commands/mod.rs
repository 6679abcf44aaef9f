//! What the binary offers, one module a command.

pub mod evaluate;
pub mod export;
pub mod fit;
pub mod inspect;
pub mod predict;
pub mod profile;
pub mod synthesize;

use std::io::{self, ErrorKind, StdoutLock, Write};
use std::path::Path;

use painwave::Bundle;

use crate::error::Error;

/// Reads a bundle file.
///
/// # Errors
/// Unreadable, or not a valid bundle.
pub fn read_bundle(path: &Path) -> Result<Bundle, Error> {
    let bytes = std::fs::read(path).map_err(Error::read(path))?;
    Bundle::from_bytes(&bytes).map_err(|source| Error::Bundle { path: path.to_owned(), source })
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// Any other that `write` returns.
pub fn print(write: impl FnOnce(&mut StdoutLock<'static>) -> io::Result<()>) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::write("standard output")(error)),
        _ => Ok(()),
    }
}
