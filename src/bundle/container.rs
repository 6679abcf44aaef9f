//! Burn's container (burnpack, `.bpk`), as far as a bundle uses it.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `NRUB` |
//! | 2 | version of the format, little-endian, at most [`VERSION`] |
//! | 4 | number of bytes of the index, little-endian |
//! | that many | the index: `{ tensors: { name: { dtype, shape, data_offsets: [start, end] } }, metadata: { key: text } }`, in CBOR (RFC 8949) |
//! | the rest | from the next multiple of [`ALIGNMENT`]: what the offsets count in |
//!
//! burn-pack reads and writes the same, and more than a bundle has; with its dependencies it would make up an eighth of
//! the module that every visitor downloads.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::budget::MAX_MANIFEST_SIZE;
use crate::sorted::in_order;

const MAGIC: [u8; 4] = *b"NRUB";

/// Whether a file begins as a bundle does.
pub fn is_bundle(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}
const VERSION: u16 = 1;
const HEADER: usize = 10;
/// The data section and each tensor in it start at a multiple of this.
const ALIGNMENT: usize = 256;

/// Max bytes of an index: the largest manifest, and the names of far more tensors than a bundle has.
const MAX_INDEX: usize = MAX_MANIFEST_SIZE + (4 << 20);

/// What a file holds.
pub(super) struct Container<'a> {
    /// The tensors in the order of the file's index.
    pub tensors: Vec<Tensor<'a>>,
    /// Keys and texts.
    pub metadata: Vec<(&'a str, &'a str)>,
}

/// A tensor as it stands in the file.
pub(super) struct Tensor<'a> {
    pub name: String,
    /// Type of the elements: "F16", "F32", or what else Burn knows.
    pub dtype: Cow<'a, str>,
    pub shape: Vec<usize>,
    /// The elements, little-endian.
    pub bytes: Cow<'a, [u8]>,
}

/// Tensors by name.
pub(super) type Tensors<'a> = BTreeMap<String, Tensor<'a>>;

/// Why a file is no container.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// It begins as another kind of file does.
    #[error("it does not begin as one")]
    Foreign,
    /// Made by a later version of Burn.
    #[error("its format has version {found}, expected at most {VERSION}")]
    Version {
        /// Version of the format.
        found: u16,
    },
    /// The index is not what it must be.
    #[error("byte {at}: expected {expected}")]
    Index {
        /// Byte in the file.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The bytes of a tensor are not in the file, or not a whole number of elements.
    #[error("bytes of the tensor `{name}` are missing")]
    Data {
        /// Name of the tensor.
        name: String,
    },
    /// A tensor, or the end of the file, is not where the tensor before it ends: bytes are shared, or belong to none.
    #[error("a tensor or the end of the file is at byte {found} of the data, expected {expected}")]
    Gap {
        /// Where it is.
        found: usize,
        /// Where the tensor before it ends, aligned but for the end of the file.
        expected: usize,
    },
    /// Bytes between the parts are not zero.
    #[error("the padding before byte {at} of the data is not zero")]
    Padding {
        /// What the padding stands before; 0 if it follows the index.
        at: usize,
    },
    /// The index is larger than any bundle's.
    #[error("its index has {found} bytes, at most {MAX_INDEX} are allowed")]
    LargeIndex {
        /// Bytes of the index.
        found: usize,
    },
}

impl<'a> Container<'a> {
    /// Reads a file. What is allocated is bounded by the size of the file.
    ///
    /// # Errors
    /// The file is incomplete, or no container in the form that a bundle has.
    pub fn read(file: &'a [u8]) -> Result<Self, ContainerError> {
        let (magic, rest) = file.split_first_chunk().ok_or(ContainerError::Foreign)?;
        if *magic != MAGIC {
            return Err(ContainerError::Foreign);
        }
        let short = ContainerError::Index { at: file.len(), expected: "more" };
        let (version, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let (size, _) = rest.split_first_chunk().ok_or(short.clone())?;
        let found = u16::from_le_bytes(*version);
        if found > VERSION {
            return Err(ContainerError::Version { found });
        }
        let size = u32::from_le_bytes(*size) as usize;
        if size > MAX_INDEX {
            return Err(ContainerError::LargeIndex { found: size });
        }
        let end = HEADER + size;
        let mut index = Index { bytes: file.get(..end).ok_or(short)?, at: HEADER };
        let rest = &file[end..];
        let (padding, data) = rest.split_at(rest.len().min(end.next_multiple_of(ALIGNMENT) - end));
        if padding.iter().any(|byte| *byte != 0) {
            return Err(ContainerError::Padding { at: 0 });
        }

        let mut container = Container { tensors: Vec::new(), metadata: Vec::new() };
        let mut extents = Vec::new();
        index.each_entry(|index, key| match key {
            "tensors" => index.each_entry(|index, name| {
                let (tensor, start) = index.tensor(name, data)?;
                extents.push((start, tensor.bytes.len()));
                container.tensors.push(tensor);
                Ok(())
            }),
            "metadata" => index.each_entry(|index, key| {
                container.metadata.push((key, index.text()?));
                Ok(())
            }),
            _ => index.skip(),
        })?;
        check_tiling(&extents, data)?;
        Ok(container)
    }

    /// The text of a key.
    pub fn metadata(&self, key: &str) -> Option<&'a str> {
        self.metadata.iter().find(|(name, _)| *name == key).map(|(_, text)| *text)
    }

    /// Writes a file. The names of the tensors and the keys must be unique.
    pub fn write(&self) -> Vec<u8> {
        let mut index = Vec::new();
        let mut data = Vec::new();
        write_head(&mut index, MAP, 2);
        write_text(&mut index, "tensors");
        write_head(&mut index, MAP, self.tensors.len());
        for Tensor { name, dtype, shape, bytes } in &self.tensors {
            data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
            write_text(&mut index, name);
            write_head(&mut index, MAP, 3);
            write_text(&mut index, "dtype");
            write_text(&mut index, dtype);
            write_text(&mut index, "shape");
            write_numbers(&mut index, shape);
            write_text(&mut index, "data_offsets");
            write_numbers(&mut index, &[data.len(), data.len() + bytes.len()]);
            data.extend_from_slice(bytes);
        }
        write_text(&mut index, "metadata");
        write_head(&mut index, MAP, self.metadata.len());
        for (key, text) in &self.metadata {
            write_text(&mut index, key);
            write_text(&mut index, text);
        }

        let mut file = MAGIC.to_vec();
        file.extend(VERSION.to_le_bytes());
        file.extend((index.len() as u32).to_le_bytes());
        file.append(&mut index);
        file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
        file.append(&mut data);
        file
    }
}

/// Checks that the tensors, given by start and length, are all of the data, each from the next multiple of
/// [`ALIGNMENT`] on, in any order. Else a small file could hold any number of large tensors, or carry bytes that its
/// digest does not cover.
fn check_tiling(extents: &[(usize, usize)], data: &[u8]) -> Result<(), ContainerError> {
    let mut end = 0_usize;
    for index in in_order(extents.len(), &mut |a, b| extents[a].cmp(&extents[b])) {
        let (found, length) = extents[index];
        let expected = end.next_multiple_of(ALIGNMENT);
        if found != expected {
            return Err(ContainerError::Gap { found, expected });
        }
        if data[end..found].iter().any(|byte| *byte != 0) {
            return Err(ContainerError::Padding { at: found });
        }
        end = found + length;
    }
    if end == data.len() { Ok(()) } else { Err(ContainerError::Gap { found: data.len(), expected: end }) }
}

// The major types of CBOR that occur.
const NUMBER: u8 = 0;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

/// The index of a file as it is read.
struct Index<'a> {
    /// The file up to the end of its index.
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Index<'a> {
    /// A tensor and where it starts in the data.
    fn tensor(&mut self, name: &str, data: &'a [u8]) -> Result<(Tensor<'a>, usize), ContainerError> {
        let (mut dtype, mut shape, mut offsets) = ("", Vec::new(), Vec::new());
        self.each_entry(|index, key| {
            match key {
                "dtype" => dtype = index.text()?,
                "shape" => shape = index.numbers()?,
                "data_offsets" => offsets = index.numbers()?,
                _ => index.skip()?,
            }
            Ok(())
        })?;
        let extent = match offsets[..] {
            [start, end] => data.get(start..end).map(|bytes| (bytes, start)),
            _ => None,
        };
        let (bytes, start) = extent.ok_or_else(|| ContainerError::Data { name: name.to_owned() })?;
        Ok((Tensor { name: name.to_owned(), dtype: dtype.into(), shape, bytes: bytes.into() }, start))
    }

    /// Reads a map; `read` gets each key and reads its value.
    fn each_entry(
        &mut self,
        mut read: impl FnMut(&mut Self, &'a str) -> Result<(), ContainerError>,
    ) -> Result<(), ContainerError> {
        let mut keys = HashSet::new();
        for _ in 0..self.head(MAP, "a map")? {
            let at = self.at;
            let key = self.text()?;
            if !keys.insert(key) {
                return Err(ContainerError::Index { at, expected: "another key" });
            }
            read(self, key)?;
        }
        Ok(())
    }

    fn text(&mut self) -> Result<&'a str, ContainerError> {
        let length = self.head(TEXT, "a text")?;
        let at = self.at;
        str::from_utf8(self.take(length)?).map_err(|_| ContainerError::Index { at, expected: "UTF-8" })
    }

    fn numbers(&mut self) -> Result<Vec<usize>, ContainerError> {
        (0..self.head(ARRAY, "an array")?).map(|_| self.head(NUMBER, "a number")).collect()
    }

    /// Passes over a value that a bundle does not need.
    fn skip(&mut self) -> Result<(), ContainerError> {
        let mut left = 1_usize;
        while left > 0 {
            left -= 1;
            let (kind, argument) = self.any_head()?;
            match kind {
                2 | TEXT => drop(self.take(argument)?),
                ARRAY => left = left.saturating_add(argument),
                MAP => left = left.saturating_add(argument.saturating_mul(2)),
                // A tag stands before its value; numbers and simple values end with their head.
                6 => left += 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// The argument of an item of one kind: a number, or how many bytes, items or entries follow.
    fn head(&mut self, kind: u8, expected: &'static str) -> Result<usize, ContainerError> {
        let at = self.at;
        match self.any_head()? {
            (found, argument) if found == kind => Ok(argument),
            _ => Err(ContainerError::Index { at, expected }),
        }
    }

    fn any_head(&mut self) -> Result<(u8, usize), ContainerError> {
        let at = self.at;
        let first = self.take(1)?[0];
        let argument = match first & 0x1f {
            small @ 0..24 => u64::from(small),
            size @ 24..28 => {
                let bytes = self.take(1 << (size - 24))?;
                bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
            _ => return Err(ContainerError::Index { at, expected: "a length" }),
        };
        match usize::try_from(argument) {
            Ok(argument) => Ok((first >> 5, argument)),
            Err(_) => Err(ContainerError::Index { at, expected: "a number that can be an address" }),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ContainerError> {
        let missing = ContainerError::Index { at: self.bytes.len(), expected: "more" };
        let end = self.at.checked_add(length).ok_or(missing.clone())?;
        let taken = self.bytes.get(self.at..end).ok_or(missing)?;
        self.at = end;
        Ok(taken)
    }
}

fn write_head(index: &mut Vec<u8>, kind: u8, argument: usize) {
    let argument = argument as u64;
    match argument {
        0..24 => index.push(kind << 5 | argument as u8),
        _ => {
            // As many bytes as the number needs: 1, 2, 4 or 8.
            let size = (0..3).find(|size| argument >> (8 << size) == 0).unwrap_or(3_u8);
            index.push(kind << 5 | (24 + size));
            index.extend_from_slice(&argument.to_be_bytes()[8 - (1 << size)..]);
        }
    }
}

fn write_text(index: &mut Vec<u8>, text: &str) {
    write_head(index, TEXT, text.len());
    index.extend_from_slice(text.as_bytes());
}

fn write_numbers(index: &mut Vec<u8>, numbers: &[usize]) {
    write_head(index, ARRAY, numbers.len());
    numbers.iter().for_each(|number| write_head(index, NUMBER, *number));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container() -> Container<'static> {
        let tensor = |name: &str, dtype, shape: &[usize], bytes: Vec<u8>| Tensor {
            name: name.into(),
            dtype: Cow::Borrowed(dtype),
            shape: shape.into(),
            bytes: bytes.into(),
        };
        let tensors = vec![
            tensor("a", "F32", &[], vec![1; 4]),
            tensor("b", "F16", &[300, 2], vec![2; 1200]),
            tensor("c", "F16", &[0], Vec::new()),
            tensor("d", "U8", &[3, 1], vec![3; 3]),
        ];
        Container { tensors, metadata: vec![("key", "text"), ("long", "of more than twenty-three bytes")] }
    }

    /// What burn-pack writes of the same, and of more, if `param_id` is given.
    fn burn_pack(container: &Container, param_id: Option<u64>) -> Vec<u8> {
        let tensors = container.tensors.iter().map(|Tensor { name, dtype, shape, bytes }| {
            let dtype = match &**dtype {
                "F32" => burn_pack::DType::F32,
                "F16" => burn_pack::DType::F16,
                _ => burn_pack::DType::U8,
            };
            let bytes = burn_pack::Bytes::from_bytes_vec(bytes.to_vec());
            burn_pack::Tensor::new(name.clone(), dtype, shape.clone(), param_id, bytes)
        });
        let mut writer = burn_pack::Writer::new(tensors.collect());
        for (key, text) in &container.metadata {
            writer = writer.with_metadata(key, text);
        }
        if param_id.is_some() {
            writer = writer.with_scalar("a scalar", (-0.5).into());
        }
        writer.into_bytes().unwrap().to_vec()
    }

    fn assert_same(found: &Container, expected: &Container) {
        assert_eq!(found.metadata, expected.metadata);
        for (found, expected) in found.tensors.iter().zip(&expected.tensors) {
            assert_eq!((&found.name, &found.dtype), (&expected.name, &expected.dtype));
            assert_eq!((&found.shape, &found.bytes), (&expected.shape, &expected.bytes));
        }
        assert_eq!(found.tensors.len(), expected.tensors.len());
    }

    #[test]
    fn is_what_burn_pack_reads_and_writes() {
        let container = container();
        let file = container.write();
        assert_eq!(file, burn_pack(&container, None));
        assert_same(&Container::read(&file).unwrap(), &container);
        let more = burn_pack(&container, Some(u64::MAX >> 1));
        assert_same(&Container::read(&more).unwrap(), &container);
    }

    /// A file with this index and 300 bytes of data, of which those from 10 to 256 are zero.
    fn file(index: &[u8]) -> Vec<u8> {
        let size = (index.len() as u32).to_le_bytes();
        let mut file = [&MAGIC[..], &VERSION.to_le_bytes(), &size, index].concat();
        file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
        [&file[..], &[7; 10], &[0; 246], &[7; 44]].concat()
    }

    /// An index of tensors `a`, `b` ... with these extents.
    fn index_of(extents: &[(u64, u64)]) -> Vec<u8> {
        let mut index = [&[0xa1, 0x67], &b"tensors"[..], &[0xa0 | extents.len() as u8]].concat();
        for (name, (start, end)) in (b'a'..).zip(extents) {
            index.extend([0x61, name]);
            index.extend(b"\xa1\x6cdata_offsets\x82");
            for number in [start, end] {
                index.push(0x1b);
                index.extend(number.to_be_bytes());
            }
        }
        index
    }

    #[test]
    fn tensors_tile_the_data() {
        let refusal = |extents: &[(u64, u64)]| Container::read(&file(&index_of(extents))).err();
        assert_eq!(refusal(&[(0, 10), (256, 300)]), None);
        assert_eq!(refusal(&[(256, 300), (0, 10)]), None, "in another order");
        assert_eq!(refusal(&[(0, 0), (0, 10), (256, 300)]), None, "an empty one");
        assert_eq!(refusal(&[(0, 300)]), None);
        let gap = |found, expected| Some(ContainerError::Gap { found, expected });
        assert_eq!(refusal(&[]), gap(300, 0), "bytes without a tensor");
        assert_eq!(refusal(&[(0, 10), (0, 10), (256, 300)]), gap(0, 256), "the same bytes twice");
        assert_eq!(refusal(&[(0, 257), (256, 300)]), gap(256, 512), "a shared byte");
        assert_eq!(refusal(&[(0, 10), (256, 299)]), gap(300, 299), "a byte behind the last");
        assert_eq!(refusal(&[(1, 10), (256, 300)]), gap(1, 0), "a byte before the first");
        assert_eq!(refusal(&[(256, 300)]), gap(256, 0), "a block before the first");
        assert_eq!(refusal(&[(0, 9), (256, 300)]), Some(ContainerError::Padding { at: 256 }));
        let mut spoilt = file(&index_of(&[(0, 300)]));
        let padding = spoilt.len() - 301;
        spoilt[padding] = 1;
        assert_eq!(Container::read(&spoilt).err(), Some(ContainerError::Padding { at: 0 }));
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        for index in [&b"\xa2\x61a\x00\x61a\x00"[..], b"\xa1\x68metadata\xa2\x61k\x61a\x61k\x61b"] {
            let refusal = Container::read(&file(index)).err().unwrap();
            assert!(matches!(refusal, ContainerError::Index { expected: "another key", .. }), "{refusal}");
        }
    }

    #[test]
    fn lies_are_refused_before_anything_is_allocated() {
        let map_of = |entries: &[u8]| [&[0xa1, 0x67], &b"tensors"[..], entries].concat();
        let huge = [0xbb, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff];
        let abuses: &[(&str, Vec<u8>)] = &[
            ("no index", vec![]),
            ("an index of another kind", vec![0x80]),
            ("more entries than bytes", huge.to_vec()),
            ("more tensors than bytes", map_of(&huge)),
            ("more entries than memory has", [&huge[..1], &[0xff; 8]].concat()),
            ("a text longer than the file", vec![0xa1, 0x7a, 0x7f, 0xff, 0xff, 0xff]),
            ("a text that is not UTF-8", vec![0xa1, 0x61, 0xff, 0x00]),
            ("a map without a length", vec![0xbf, 0xff]),
            ("a number that is no length", vec![0xbc]),
            ("a tensor without offsets", map_of(b"\xa1\x61a\xa0")),
            ("a tensor with one offset", map_of(b"\xa1\x61a\xa1\x6cdata_offsets\x81\x00")),
            ("a tensor beyond the end", map_of(b"\xa1\x61a\xa1\x6cdata_offsets\x82\x00\x19\x01\x2d")),
            ("a tensor that ends before it starts", map_of(b"\xa1\x61a\xa1\x6cdata_offsets\x82\x02\x01")),
        ];
        for (why, index) in abuses {
            assert!(Container::read(&file(index)).is_err(), "{why}");
        }
        let fits = map_of(b"\xa1\x61a\xa1\x6cdata_offsets\x82\x00\x19\x01\x2c");
        assert_eq!(Container::read(&file(&fits)).unwrap().tensors[0].bytes.len(), 300);
    }

    #[test]
    fn what_is_nested_is_passed_over_without_recursion() {
        let nested = |depth| [&[0xa1, 0x61, b'x'], &vec![0x81; depth][..], &[0xf6]].concat();
        let without_data = |index: &[u8]| {
            let mut file = file(index);
            file.truncate(file.len() - 300);
            Container::read(&file).is_ok()
        };
        assert!(without_data(&nested(1_000_000)));
        let unfinished = [&[0xa1, 0x61, b'x'], &vec![0x81; 1000][..]].concat();
        assert!(!without_data(&unfinished));
    }

    #[test]
    fn other_files_are_told_apart() {
        let refusal = |file: &[u8]| Container::read(file).err().unwrap();
        let mut later = container().write();
        later[4] = 2;
        assert_eq!(refusal(&later), ContainerError::Version { found: 2 });
        assert_eq!(refusal(b"BURN\x01\x00\x00\x00\x00\x00"), ContainerError::Foreign);
        assert_eq!(refusal(b"NRUB"), ContainerError::Index { at: 4, expected: "more" });
    }
}
