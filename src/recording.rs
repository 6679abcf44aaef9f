//! What the columns of a file are, and one subject's recording.

use serde::{Deserialize, Serialize};

use crate::number;

/// Which columns of a file a model reads, and as what.
///
/// Columns are found by name, in any order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Columns that say which recording a row belongs to, one or more: the subject, perhaps the trial. They are kept as
    /// text ("000" stays "000").
    #[serde(with = "keys")]
    pub id: Vec<String>,
    /// Column with the time of a row. Without it the order of the rows is that of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Numeric columns, in the order of [`Recording::values`].
    pub channels: Vec<String>,
    /// Columns that hold one of a few words, in the order of [`Recording::codes`].
    #[serde(default)]
    pub categories: Vec<Category>,
    /// Columns that belong to such files but that the model does not read: no warning is due.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// Column with the class, in files of labels and perhaps in those of recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Schema {
    /// The id's columns as one name: joined as the parts of an [id](Recording::id) are.
    pub fn id_name(&self) -> String {
        joined(self.id.iter().map(String::as_str))
    }

    /// Name of the column with the time; empty if there is none.
    pub fn time_name(&self) -> &str {
        self.time.as_deref().unwrap_or_default()
    }
}

/// The parts of an id as one text, with `/` between them. A `/` within a part is doubled, so that different parts never
/// give the same text; the only part of an id stays as it is.
pub fn joined<'a>(parts: impl ExactSizeIterator<Item = &'a str>) -> String {
    let single = parts.len() == 1;
    let mut text = String::new();
    for (index, part) in parts.enumerate() {
        if index > 0 {
            text.push('/');
        }
        for piece in part.split_inclusive('/') {
            text.push_str(piece);
            if !single && piece.ends_with('/') {
                text.push('/');
            }
        }
    }
    text
}

/// For `#[serde(with)]`: one column is written as a text, several as a list.
pub mod keys {
    use std::fmt;

    use serde::de::value::SeqAccessDeserializer;
    use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
    use serde::ser::{Serialize, Serializer};

    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(columns: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        match columns {
            [column] => serializer.serialize_str(column),
            columns => columns.serialize(serializer),
        }
    }

    /// # Errors
    /// It is neither a text nor a list of one or more texts.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = Vec<String>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the name of a column, or a list of such names")
            }

            fn visit_str<E: Error>(self, column: &str) -> Result<Vec<String>, E> {
                Ok(vec![column.to_owned()])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, columns: A) -> Result<Vec<String>, A::Error> {
                let columns = Vec::<String>::deserialize(SeqAccessDeserializer::new(columns))?;
                if columns.is_empty() { Err(A::Error::invalid_length(0, &self)) } else { Ok(columns) }
            }
        }

        deserializer.deserialize_any(Keys)
    }
}

/// A column that holds one of a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Name of the column.
    pub column: String,
    /// The words; a word's index is its code. At most 256.
    pub levels: Vec<String>,
}

impl Category {
    /// The code of a word: its index among the levels. A number also matches a level that is the same
    /// number in other digits ("2.0" is level "2").
    pub fn code(&self, word: &str) -> Option<u8> {
        self.exact_code(word.as_bytes()).or_else(|| {
            let number: f64 = number::parse(word.as_bytes())?;
            let index =
                self.levels.iter().position(|level| number::parse(level.as_bytes()) == Some(number))?;
            u8::try_from(index).ok()
        })
    }

    /// The code of a word that is a level to the letter.
    #[inline(always)]
    pub(crate) fn exact_code(&self, word: &[u8]) -> Option<u8> {
        let index = self.levels.iter().position(|level| level.as_bytes() == word)?;
        u8::try_from(index).ok()
    }
}

/// One subject's rows in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// The subject's id, as written in the file; of several columns, their parts with `/` between.
    pub id: String,
    /// Time of each step, ascending: `[steps]`.
    pub times: Vec<f64>,
    /// Numeric channels, `[steps, channels]`, as [`Schema::channels`] orders them.
    pub values: Vec<f32>,
    /// Category codes, `[steps, categories]`, as [`Schema::categories`] orders them.
    pub codes: Vec<u8>,
}

impl Recording {
    /// Number of time steps.
    pub fn steps(&self) -> usize {
        self.times.len()
    }

    /// Checks that the recording matches a schema.
    ///
    /// # Errors
    /// Values or codes that are not as many as the steps ask for, or a code without a word.
    pub fn check(&self, schema: &Schema) -> Result<(), RecordingError> {
        let (channels, categories) = (schema.channels.len(), schema.categories.len());
        let expect = |what, found, width: usize| match self.steps().saturating_mul(width) {
            expected if expected == found => Ok(()),
            expected => Err(RecordingError::Length { what, found, expected }),
        };
        expect("values", self.values.len(), channels)?;
        expect("codes", self.codes.len(), categories)?;
        for row in self.codes.chunks_exact(categories.max(1)) {
            for (code, category) in row.iter().zip(&schema.categories) {
                let levels = category.levels.len();
                if usize::from(*code) >= levels {
                    let column = category.column.clone();
                    return Err(RecordingError::Code { code: *code, column, levels });
                }
            }
        }
        Ok(())
    }
}

/// Why a recording does not match a schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// A buffer is longer or shorter than its steps.
    #[error("the recording has {found} {what}, expected {expected}")]
    Length {
        /// What the buffer holds.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that steps and schema ask for.
        expected: usize,
    },
    /// A code that stands for no word.
    #[error("the recording has the code {code} in `{column}`, which has {levels} levels")]
    Code {
        /// The code.
        code: u8,
        /// Name of its column.
        column: String,
        /// Number of words that the column may hold.
        levels: usize,
    },
}
