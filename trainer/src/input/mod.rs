//! What is given as data, to the tables in it: files, folders, patterns, packed and binary files.
//!
//! | module | does |
//! |---|---|
//! | `gather` | a file, a folder or a pattern to a list of files |
//! | `packed` | gzip and zip to the files in them |
//! | `workbook` | workbooks of spreadsheets to text |
//! | `columnar` | Parquet and Arrow to text |
//!
//! Whatever it was, a table is handed on as the bytes of a text, which the one reader reads.

mod columnar;
mod gather;
mod packed;
mod workbook;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use painwave::Schema;
use painwave_train::host::Chunk;
use sha2::{Digest, Sha256};

use crate::files::{FileError, hex};

/// Bytes read at once.
const CHUNK: usize = 1 << 18;

/// Takes the pieces of tables, until it breaks off.
pub type Take<'a> = &'a mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>;

/// Files with tables, in the order in which they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// As it was given, for messages.
    given: Vec<PathBuf>,
    files: Vec<PathBuf>,
    left_out: Vec<PathBuf>,
    labels: Option<PathBuf>,
    /// What its workbooks are searched for.
    schema: Option<Schema>,
}

/// Why there are no tables to read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Neither a file nor a folder.
    #[error("{path}: there is no such file or folder")]
    NotFound {
        /// What was given.
        path: PathBuf,
    },
    /// A pattern of none.
    #[error("{pattern}: no file has such a name")]
    NoMatch {
        /// What was given.
        pattern: PathBuf,
    },
    /// A pattern that cannot be understood.
    #[error("{pattern}: {reason}")]
    Pattern {
        /// What was given.
        pattern: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A folder or an archive without a table.
    #[error("{path}: there is no table in it: expected files whose names end in {}", gather::endings())]
    NoTable {
        /// The folder or the archive.
        path: PathBuf,
    },
    /// An archive, or a binary table, that cannot be read.
    #[error("{path}: {reason}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Input {
    /// Finds the files of what was given: files, folders, whose files are taken in the order of their paths, and
    /// patterns. Those in `without` are not taken from a folder.
    ///
    /// # Errors
    /// There is none.
    pub fn gather(given: &[PathBuf], without: &[&Path]) -> Result<Input, InputError> {
        let mut input = Input {
            given: given.to_vec(),
            files: Vec::new(),
            left_out: Vec::new(),
            labels: None,
            schema: None,
        };
        for path in given {
            gather::files(path, without, &mut input.files, &mut input.left_out)?;
            input.labels = input.labels.or_else(|| gather::labels(path, &mut input.files));
        }
        Ok(input)
    }

    /// Searches workbooks for the sheets with these columns. Where there is none, and without this, the first sheet with
    /// anything in it is the table.
    pub fn searched_for(self, schema: Schema) -> Input {
        Input { schema: Some(schema), ..self }
    }

    /// What to call it in a message.
    pub fn name(&self) -> PathBuf {
        match &self.given[..] {
            [path] => path.clone(),
            [first, rest @ ..] => format!("{} and {} more", first.display(), rest.len()).into(),
            [] => PathBuf::new(),
        }
    }

    /// The files.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file of labels that lies among those of a folder, by its name; it is none of the files.
    pub fn labels(&self) -> Option<&Path> {
        self.labels.as_deref()
    }

    /// The files of the folders that are no tables by their names.
    pub fn left_out(&self) -> &[PathBuf] {
        &self.left_out
    }

    /// The names of the tables, as they are handed over.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn tables(&self) -> Result<Vec<String>, InputError> {
        let mut names = Vec::new();
        for path in &self.files {
            match kind(path)? {
                Kind::Zip => names.extend(packed::tables(path)?),
                Kind::Workbook => names.extend(workbook::tables(path, self.schema.as_ref())?),
                _ => names.push(path.to_string_lossy().into_owned()),
            }
        }
        Ok(names)
    }

    /// Hands over the tables, until there are no more or `take` breaks off.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn feed(&self, take: Take<'_>) -> Result<(), InputError> {
        self.feed_and_digest(None, take)
    }

    /// As [`Input::feed`], and digests the bytes of the files, one after the other as they are; only what was read, if
    /// it is broken off.
    ///
    /// # Errors
    /// As [`Input::feed`].
    pub fn feed_and_digest(&self, mut digest: Option<&mut Sha256>, take: Take<'_>) -> Result<(), InputError> {
        for path in &self.files {
            if feed(path, self.schema.as_ref(), digest.as_deref_mut(), take)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// SHA-256 of the bytes of the files, one after the other as they are.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn sha256(&self) -> Result<String, FileError> {
        let mut digest = Sha256::new();
        for path in &self.files {
            let file = File::open(path).map_err(FileError::read(path))?;
            let mut bytes = Digested { file, digest: Some(&mut digest) };
            io::copy(&mut bytes, &mut io::sink()).map_err(FileError::read(path))?;
        }
        Ok(hex(&digest.finalize()))
    }
}

/// What a file is, by its first bytes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Gzip,
    Zip,
    Workbook,
    Columnar(columnar::Format),
}

impl Kind {
    fn of(head: &[u8]) -> Kind {
        match head {
            [0x1f, 0x8b, ..] => Kind::Gzip,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Kind::Zip,
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Kind::Workbook,
            _ => columnar::Format::of(head).map_or(Kind::Text, Kind::Columnar),
        }
    }
}

/// What a file is. One that can be read only once, such as a pipe, is left as it is.
fn kind(path: &Path) -> Result<Kind, InputError> {
    let mut file = File::open(path).map_err(FileError::read(path))?;
    let mut head = Vec::new();
    if file.metadata().is_ok_and(|found| found.is_file()) {
        file.by_ref().take(16).read_to_end(&mut head).map_err(FileError::read(path))?;
    }
    Ok(match Kind::of(&head) {
        Kind::Zip if packed::is_workbook(path)? => Kind::Workbook,
        kind => kind,
    })
}

fn feed(
    path: &Path,
    schema: Option<&Schema>,
    digest: Option<&mut Sha256>,
    take: Take<'_>,
) -> Result<ControlFlow<()>, InputError> {
    let file = File::open(path).map_err(FileError::read(path))?;
    let seekable = file.metadata().is_ok_and(|found| found.is_file());
    let mut bytes = BufReader::with_capacity(CHUNK, Digested { file, digest });
    let mut kind = Kind::of(bytes.fill_buf().map_err(FileError::read(path))?);
    if seekable {
        kind = self::kind(path)?;
    }
    let name = path.to_string_lossy();
    let flow = match kind {
        Kind::Text | Kind::Gzip => text(&name, &mut bytes, take).map_err(FileError::read(path))?,
        _ if !seekable => {
            let reason = "a file of this kind is read from its end: it must be a file, not a pipe".to_owned();
            return Err(InputError::Broken { path: path.to_owned(), reason });
        }
        Kind::Zip => packed::zip(path, take)?,
        Kind::Workbook => workbook::feed(path, schema, take)?,
        Kind::Columnar(format) => columnar::feed(path, format, take)?,
    };
    if flow.is_continue() {
        // What no table needs is part of the file all the same.
        io::copy(&mut bytes, &mut io::sink()).map_err(FileError::read(path))?;
    }
    Ok(flow)
}

/// Hands over a text, which may be compressed.
fn text(name: &str, bytes: &mut dyn BufRead, take: Take<'_>) -> io::Result<ControlFlow<()>> {
    if take(Chunk::Table(name)).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    if Kind::of(bytes.fill_buf()?) == Kind::Gzip {
        return chunks(&mut BufReader::with_capacity(CHUNK, packed::Members::new(bytes)), take);
    }
    chunks(bytes, take)
}

fn chunks(bytes: &mut dyn BufRead, take: Take<'_>) -> io::Result<ControlFlow<()>> {
    loop {
        let chunk = bytes.fill_buf()?;
        let length = chunk.len();
        if length == 0 {
            return Ok(ControlFlow::Continue(()));
        }
        let flow = take(Chunk::Bytes(chunk));
        bytes.consume(length);
        if flow.is_break() {
            return Ok(flow);
        }
    }
}

/// A file whose bytes are digested as they are read.
struct Digested<'a> {
    file: File,
    digest: Option<&'a mut Sha256>,
}

impl Read for Digested<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        if let Some(digest) = &mut self.digest {
            digest.update(&buffer[..count]);
        }
        Ok(count)
    }
}
