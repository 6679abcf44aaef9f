//! Files, read in chunks, that are whole or not there, and folders that one process at a time writes to.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Bytes read at once.
const CHUNK: usize = 1 << 18;
/// Name of the file whose lock stands for its folder's.
const LOCK: &str = ".lock";
/// How the names of files end that are not whole yet.
const PARTIAL: &str = ".partial";

/// Why a file or a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// One that cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// One that cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder that another process is writing to.
    #[error("{path} is in use by another process: wait until that has ended, or choose another folder")]
    FolderInUse {
        /// The folder.
        path: PathBuf,
    },
}

impl FileError {
    /// For `map_err`: names the file that could not be read.
    pub fn read(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| FileError::Read { path, source }
    }

    /// For `map_err`: names the file that could not be written.
    pub fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| FileError::Write { path, source }
    }
}

/// Hands over the bytes of a file in chunks, until there are no more or `take` breaks off.
///
/// # Errors
/// Unreadable.
pub fn feed(path: &Path, take: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), FileError> {
    let mut file = File::open(path).map_err(FileError::read(path))?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk).map_err(FileError::read(path))?;
        if count == 0 || take(&chunk[..count]).is_break() {
            return Ok(());
        }
    }
}

/// Replaces a file as a whole: after a crash at any time there is the old content or the new one, never a part.
///
/// What is no regular file, such as `/dev/stdout` or a pipe, is written to; a symbolic link stays one.
///
/// # Errors
/// It cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_atomically_with(path, |file| file.write_all(bytes))
}

/// As [`write_atomically`], for content that is written piece by piece.
///
/// # Errors
/// It cannot be written.
pub fn write_atomically_with(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FileError> {
    replace(path, content).map_err(FileError::write(path))
}

fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let buffered = |file: &File| {
        let mut buffer = BufWriter::new(file);
        content(&mut buffer)?;
        buffer.flush()
    };
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return buffered(&OpenOptions::new().write(true).open(path)?);
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(PARTIAL);
    // tempfile's own default lets nobody else read the file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let partial = builder.tempfile_in(folder)?;
    buffered(partial.as_file())?;
    // Before the new name is seen the content must be on disk, and after it the name.
    partial.as_file().sync_all()?;
    partial.persist(&target)?;
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems open no folder as a file; they note names on their own.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The right to write to a folder, which no other process has meanwhile.
///
/// It ends with the value, or with the process, however that ends. Its file stays in the folder: removing it would let
/// two processes lock two files of the same name.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock of a folder, which is made if it is not there.
    ///
    /// # Errors
    /// Another process has it, or the folder cannot be written.
    pub fn acquire(folder: &Path) -> Result<Self, FileError> {
        fs::create_dir_all(folder).map_err(FileError::write(folder))?;
        let path = folder.join(LOCK);
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(FileError::write(&path))?;
        match file.try_lock() {
            Ok(()) => {
                remove_partial(folder).map_err(FileError::write(folder))?;
                Ok(FolderLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => Err(FileError::FolderInUse { path: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(FileError::Write { path, source }),
        }
    }
}

/// Removes what a process left that died while it wrote.
fn remove_partial(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') && name.ends_with(PARTIAL) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Bytes as lower-case hexadecimal digits, as digests of files are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_content_that_breaks_off_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("file");
        write_atomically(&path, b"old").unwrap();
        let broken = write_atomically_with(&path, |file| {
            file.write_all(b"ne")?;
            Err(io::Error::other("no more"))
        });
        assert!(broken.unwrap_err().to_string().contains("no more"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["file"]);
        write_atomically(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_is_as_readable_as_any_and_a_link_stays_one() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::TempDir::new().unwrap();
        let [file, link, plain] = ["file", "link", "plain"].map(|name| folder.path().join(name));
        write_atomically(&file, b"old").unwrap();
        fs::write(&plain, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&plain));
        std::os::unix::fs::symlink("file", &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn a_folder_has_one_lock_at_a_time() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("run");
        let lock = FolderLock::acquire(&path).unwrap();
        let error = FolderLock::acquire(&path).unwrap_err().to_string();
        assert!(error.contains("run is in use by another process"), "{error}");
        drop(lock);
        fs::write(path.join(".x.partial"), b"half of a fi").unwrap();
        FolderLock::acquire(&path).unwrap();
        assert_eq!(names(&path), [LOCK]);
    }
}
