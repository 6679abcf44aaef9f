//! What is given as data, to the tables in it: files, folders, patterns, packed and binary files.
//!
//! | module | does |
//! |---|---|
//! | `gather` | a file, a folder or a pattern to a list of files |
//! | `names` | which of them hold tables |
//! | `text`, `gzip` | text, which may be compressed |
//! | `archive` | zip archives to the files in them |
//! | `workbook` | workbooks of spreadsheets to text |
//! | `columnar` | Parquet and Arrow to text |
//! | `chunks` | bytes, a piece at a time |
//!
//! Whatever it was, a table is handed on as the bytes of a text, which the one reader reads.

mod archive;
mod chunks;
mod columnar;
mod error;
mod gather;
mod gzip;
mod names;
mod text;
mod workbook;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use painwave::Schema;
use painwave_train::host::Chunk;
use sha2::{Digest, Sha256};

pub use self::chunks::Take;
use self::chunks::{CHUNK, Digested};
pub use self::error::InputError;
use self::workbook::Sheet;
use crate::files::{FileError, hex};

/// Files with tables, in the order in which they are read.
#[derive(Clone, Debug)]
pub struct Input {
    /// As it was given, for messages.
    given: Vec<PathBuf>,
    files: Vec<PathBuf>,
    left_out: Vec<PathBuf>,
    labels: Option<PathBuf>,
    /// What its workbooks are searched for.
    schema: Option<Schema>,
    /// The workbooks that were opened: that takes longer than all that follows.
    workbooks: RefCell<BTreeMap<PathBuf, Rc<[Sheet]>>>,
    /// The tables whose compressed data was found to break off.
    cut: RefCell<BTreeSet<String>>,
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
            workbooks: RefCell::default(),
            cut: RefCell::default(),
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
        Input { schema: Some(schema), workbooks: RefCell::default(), ..self }
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

    /// The tables whose compressed data breaks off, of those that were handed over: what comes before was.
    pub fn cut(&self) -> Vec<String> {
        self.cut.borrow().iter().cloned().collect()
    }

    /// The names of the tables, as they are handed over.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn tables(&self) -> Result<Vec<String>, InputError> {
        let mut names = Vec::new();
        for path in &self.files {
            match kind(path)? {
                Kind::Zip => names.extend(archive::tables(path)?),
                Kind::Workbook => names.extend(self.sheets(path)?.iter().map(|(name, _)| name.clone())),
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
            if self.feed_file(path, digest.as_deref_mut(), take)?.is_break() {
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

    fn feed_file(
        &self,
        path: &Path,
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
        let cut = &mut |name: &str| {
            self.cut.borrow_mut().insert(name.to_owned());
        };
        let name = path.to_string_lossy();
        let flow = match kind {
            Kind::Text => text::feed(&name, &mut bytes, cut, take).map_err(FileError::read(path))?,
            _ if !seekable => {
                let reason =
                    "a file of this kind is read from its end: it must be a file, not a pipe".to_owned();
                return Err(InputError::Broken { path: path.to_owned(), reason });
            }
            Kind::Zip => archive::feed(path, cut, take)?,
            Kind::Workbook => feed_sheets(&self.sheets(path)?, take),
            Kind::Columnar(format) => columnar::feed(path, format, take)?,
        };
        if flow.is_continue() {
            // What no table needs is part of the file all the same.
            io::copy(&mut bytes, &mut io::sink()).map_err(FileError::read(path))?;
        }
        Ok(flow)
    }

    /// The sheets of a workbook that are tables.
    fn sheets(&self, path: &Path) -> Result<Rc<[Sheet]>, InputError> {
        if let Some(sheets) = self.workbooks.borrow().get(path) {
            return Ok(Rc::clone(sheets));
        }
        let sheets: Rc<[Sheet]> = workbook::sheets(path, self.schema.as_ref())?.into();
        self.workbooks.borrow_mut().insert(path.to_owned(), Rc::clone(&sheets));
        Ok(sheets)
    }
}

fn feed_sheets(sheets: &[Sheet], take: Take<'_>) -> ControlFlow<()> {
    sheets.iter().try_for_each(|(name, text)| {
        take(Chunk::Table(name))?;
        take(Chunk::Bytes(text.as_bytes()))
    })
}

/// What a file is, by its first bytes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Perhaps compressed.
    Text,
    Zip,
    Workbook,
    Columnar(columnar::Format),
}

impl Kind {
    fn of(head: &[u8]) -> Kind {
        match head {
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
        Kind::Zip if archive::is_workbook(path)? => Kind::Workbook,
        kind => kind,
    })
}
