//! Files, read in chunks and written whole.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Bytes read at once.
const CHUNK: usize = 1 << 18;

/// Hands over the bytes of a file in chunks, until there are no more or `take` breaks off.
///
/// # Errors
/// Unreadable.
pub fn feed(path: &Path, take: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk)?;
        if count == 0 || take(&chunk[..count]).is_break() {
            return Ok(());
        }
    }
}

/// Writes a file beside its place and moves it there: it is whole or not there.
///
/// # Errors
/// It cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    std::fs::write(&partial, bytes).map_err(Error::write(&partial))?;
    std::fs::rename(&partial, path).map_err(Error::write(path))
}
