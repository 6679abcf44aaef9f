//! A data file as columns. It is read by the rules of the crate's reader, but a value that the reader would
//! refuse is counted here, with the position of the first.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use painwave::labels;
use painwave::reading::{ReadError, Repair, Repairs, Role, Row, Wanted, id_of_file};
use painwave::recording::joined;
use painwave_train::file_keys;
use painwave_train::file_names::Keys;
use serde::Serialize;

use crate::error::ProfileError;
use crate::feed::{Feed, Found, for_each_row, for_first_rows, header};

/// What the name of each file says.
pub type FilesKeys = BTreeMap<String, Keys>;

/// A data file: each subject's rows side by side and in the order of time.
#[derive(Clone, Debug)]
pub struct Table {
    /// Where it was read.
    pub path: PathBuf,
    /// The subjects in the order of first appearance.
    pub subjects: Vec<Subject>,
    /// Line in the file of each row, from 1: `[rows]`.
    pub lines: Vec<u64>,
    /// All columns but id and time, in the order of the file.
    pub columns: Vec<Column>,
    /// What is wrong with whole rows or with the header.
    pub problems: TableProblems,
    /// What was put right to read it.
    pub repairs: Vec<Repair>,
}

/// One subject's rows in a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The id, as the recordings' reader has it.
    pub id: String,
    /// Its rows.
    pub rows: Range<usize>,
    /// The file that the first of them is in.
    pub file: String,
}

/// One column of a [`Table`].
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: Content,
    /// What the reader would refuse.
    pub problems: ColumnProblems,
    /// Whether it only counts: rows or time.
    pub counter: Option<Counter>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Numbers, `[rows]`; NaN where there is none.
    Numbers(Vec<f32>),
    /// One of a few words.
    Words {
        /// The words in the order of first appearance.
        words: Vec<String>,
        /// Index of the row's word among them, or [`NO_WORD`]: `[rows]`.
        codes: Vec<u16>,
    },
    /// Text with more than [`MAX_WORDS`] different words.
    Text,
    /// Nothing.
    Empty,
}

/// A column that is no measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// It grows by one from row to row of the file.
    Rows,
    /// It repeats the time.
    Time,
}

/// Values of a column that the reader refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ColumnProblems {
    /// Empty fields.
    pub missing: Problem,
    /// NaN, infinite, or too large for 32 bits.
    pub not_finite: Problem,
    /// Words in a numeric column.
    pub not_a_number: Problem,
}

/// What is wrong with whole rows or with the header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableProblems {
    /// Rows without an id; they are left out.
    pub no_id: Problem,
    /// Rows whose time is missing or no finite number; they stand at the end of their subject.
    pub no_time: Problem,
    /// Rows of a subject that has a row for this time already.
    pub same_time: Problem,
    /// Columns that are in the header more than once; they are left out.
    pub repeated_columns: Vec<String>,
    /// Columns without a name, such as the row numbers that pandas writes; they are left out.
    pub unnamed_columns: usize,
}

/// How often something is wrong, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How often.
    pub count: u64,
    /// The first of them.
    pub first: Option<Position>,
}

/// A position in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// What stands there, cut if it is long.
    pub found: String,
}

/// Different words that a column may have: as many as a category of a schema.
pub const MAX_WORDS: usize = 256;
/// The code of a row without a word.
pub const NO_WORD: u16 = u16::MAX;
/// The time of a row without one: no time that is read is infinite, and it sorts last.
const NO_TIME: f64 = f64::INFINITY;

impl Problem {
    fn count(&mut self, line: u64, found: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.as_ref().is_none_or(|first| line < first.line) {
            self.first = Some(Position { line, found: found() });
        }
    }
}

impl ColumnProblems {
    /// How many values the reader would refuse.
    pub fn count(&self) -> u64 {
        self.missing.count + self.not_finite.count + self.not_a_number.count
    }
}

impl Table {
    /// Reads data with these id and time columns. What no column says of an id, the file's name does by `keys`, or it is
    /// the name.
    ///
    /// # Errors
    /// Unreadable, no table, without these columns, or with a row of another number of fields.
    pub fn read(
        path: &Path,
        id: &[String],
        time: Option<&str>,
        keys: &FilesKeys,
        feed: Feed<'_>,
    ) -> Result<Self, ProfileError> {
        let first = || {
            let ids = id.iter().map(|id| Wanted { needed: keys.len() < 2, ..Wanted::optional(id, Role::Id) });
            ids.chain(time.map(|time| Wanted::needed(time, Role::Time))).collect::<Vec<_>>()
        };
        let header = header(path, first(), feed)?;
        let is_repeated = |name: &String| header.iter().filter(|other| *other == name).count() > 1;
        let mut problems = TableProblems {
            unnamed_columns: header.iter().filter(|name| name.is_empty()).count(),
            ..TableProblems::default()
        };
        let mut columns = Vec::new();
        let is_other = |name: &&String| !name.is_empty() && !id.contains(name) && Some(name.as_str()) != time;
        for name in header.iter().filter(is_other) {
            if !is_repeated(name) {
                columns.push(name.clone());
            } else if !problems.repeated_columns.contains(name) {
                problems.repeated_columns.push(name.clone());
            }
        }
        let ids = Ids { columns: id, keys, files: keys.keys().cloned().collect() };
        // Columns of numbers first, as a reader of them asks for them; then they come in the order of the file again.
        let is_number = are_numbers(path, first(), &columns, feed)?;
        let (numbers, words): (Vec<usize>, Vec<usize>) =
            (0..columns.len()).partition(|index| is_number[*index]);
        let order = [&numbers[..], &words].concat();
        let asked = |index: &usize| match is_number[*index] {
            true => Wanted::needed(&columns[*index], Role::Channel),
            false => Wanted::needed(&columns[*index], Role::Word),
        };
        let wanted = first().into_iter().chain(order.iter().map(asked)).collect();
        let mut growing = Growing::new(ids, time.is_some(), problems);
        growing.columns = order.iter().map(|index| GrowingColumn::new(&columns[*index])).collect();
        let repairs = for_each_row(path, wanted, feed, |found| growing.push(found))?;
        let mut table = growing.finish(path);
        table.columns.sort_by_key(|column| columns.iter().position(|name| *name == column.name));
        Ok(Table { repairs, ..table })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Which of the columns have numbers in most of the first rows.
fn are_numbers(
    path: &Path,
    first: Vec<Wanted>,
    columns: &[String],
    feed: Feed<'_>,
) -> Result<Vec<bool>, ProfileError> {
    let mut counts = vec![(0, 0); columns.len()];
    let before = first.len();
    let words = columns.iter().map(|name| Wanted::needed(name, Role::Word));
    for_first_rows(
        path,
        first.into_iter().chain(words).collect(),
        feed,
        |Found { row, numbers, .. }| {
            for (index, (numeric, others)) in counts.iter_mut().enumerate() {
                match numbers.number::<f64>(row, before + index, &mut Repairs::default()) {
                    Ok(None) => {}
                    // Of another format than that of columns that nobody knows yet.
                    Ok(Some(_)) | Err(ReadError::MixedDecimals { .. } | ReadError::NotFinite { .. }) => {
                        *numeric += 1
                    }
                    Err(_) => *others += 1,
                }
            }
            Ok(())
        },
    )?;
    Ok(counts.into_iter().map(|(numeric, others)| numeric > others).collect())
}

/// Where the ids of recordings are.
struct Ids<'a> {
    columns: &'a [String],
    keys: &'a FilesKeys,
    files: Vec<String>,
}

impl Ids<'_> {
    /// The id of a row, whose first columns are the parts of ids.
    fn of(&self, file: &str, row: &Row<'_>, repairs: &mut Repairs) -> Result<String, ReadError> {
        if (0..self.columns.len()).all(|key| row.has(key)) {
            return labels::table::id(row, self.columns.len(), repairs);
        }
        let part = |(key, column): (usize, &String)| match row.has(key) {
            true => row.id(key).map(Cow::into_owned),
            false => {
                let of_keys = self.keys.get(file).and_then(|keys| file_keys::id(keys, column));
                Ok(of_keys.map_or_else(|| id_of_file(file, &self.files), str::to_owned))
            }
        };
        let parts = self.columns.iter().enumerate().map(|(key, column)| part((key, column)));
        let parts = parts.collect::<Result<Vec<String>, ReadError>>()?;
        Ok(joined(parts.iter().map(String::as_str)))
    }
}

/// A table while its file is read: rows in the order of the file.
struct Growing<'a> {
    ids_of: Ids<'a>,
    problems: TableProblems,
    /// Whether there is a column of times.
    has_time: bool,
    ids: Vec<String>,
    /// The file that each subject is first in.
    files: Vec<String>,
    by_id: HashMap<String, usize>,
    /// The subject of each row.
    subjects: Vec<usize>,
    times: Vec<f64>,
    lines: Vec<u64>,
    columns: Vec<GrowingColumn>,
}

impl<'a> Growing<'a> {
    fn new(ids_of: Ids<'a>, has_time: bool, problems: TableProblems) -> Self {
        Growing {
            ids_of,
            problems,
            has_time,
            ids: Vec::new(),
            files: Vec::new(),
            by_id: HashMap::new(),
            subjects: Vec::new(),
            times: Vec::new(),
            lines: Vec::new(),
            columns: Vec::new(),
        }
    }

    fn push(&mut self, Found { file, row, numbers, repairs }: Found<'_>) -> Result<(), ReadError> {
        let id = match self.ids_of.of(file, row, repairs) {
            Err(ReadError::EmptyId { line, .. }) => {
                self.problems.no_id.count(line, String::new);
                return Ok(());
            }
            id => id?,
        };
        let subject = match self.subjects.last() {
            Some(&last) if self.ids[last] == id => last,
            _ => *self.by_id.entry(id.clone()).or_insert_with(|| {
                self.ids.push(id);
                self.files.push(file.to_owned());
                self.ids.len() - 1
            }),
        };
        let first = self.ids_of.columns.len();
        let time = match self.has_time {
            true => match numbers.time(row, first, repairs) {
                Ok(time) if time.is_finite() => time,
                _ => {
                    self.problems.no_time.count(row.line, || row.excerpt(first));
                    NO_TIME
                }
            },
            // The order of the rows is that of time.
            false => self.times.len() as f64,
        };
        let first = first + usize::from(self.has_time);
        for (i, column) in self.columns.iter_mut().enumerate() {
            let number = || numbers.number::<f32>(row, first + i, repairs);
            column.push(self.times.len(), row, first + i, number);
        }
        self.subjects.push(subject);
        self.times.push(time);
        self.lines.push(row.line);
        Ok(())
    }

    fn finish(mut self, path: &Path) -> Table {
        let rows = self.times.len();
        let mut columns: Vec<Column> =
            self.columns.into_iter().map(|column| column.finish(rows, self.ids.len())).collect();
        let mut order: Vec<usize> = (0..rows).collect();
        // A stable sort keeps equal times in the order of the file, -0 being 0.
        let key = |row: usize| (self.subjects[row], self.times[row] + 0.0);
        order.sort_by(|&a, &b| {
            let ((a, a_time), (b, b_time)) = (key(a), key(b));
            a.cmp(&b).then(a_time.total_cmp(&b_time))
        });
        for pair in order.windows(2) {
            if key(pair[0]) == key(pair[1]) && self.times[pair[0]] != NO_TIME {
                let found = || self.times[pair[1]].to_string();
                self.problems.same_time.count(self.lines[pair[1]], found);
            }
        }
        if !order.is_sorted() {
            columns.iter_mut().for_each(|column| column.content.permute(&order));
            self.lines = order.iter().map(|&row| self.lines[row]).collect();
        }
        let times = order.iter().map(|&row| self.times[row] as f32);
        for column in &mut columns {
            if let Content::Numbers(values) = &column.content
                && values.iter().copied().eq(times.clone())
            {
                column.counter = Some(Counter::Time);
            }
        }
        let mut ends = vec![0; self.ids.len()];
        self.subjects.iter().for_each(|subject| ends[*subject] += 1);
        let mut start = 0;
        let subjects = self.ids.into_iter().zip(self.files).zip(ends).map(|((id, file), count)| {
            let rows = start..start + count;
            start = rows.end;
            Subject { id, rows, file }
        });
        Table {
            path: path.to_owned(),
            subjects: subjects.collect(),
            lines: self.lines,
            columns,
            problems: self.problems,
            repairs: Vec::new(),
        }
    }
}

impl Content {
    fn permute(&mut self, order: &[usize]) {
        match self {
            Content::Numbers(values) => *values = order.iter().map(|&row| values[row]).collect(),
            Content::Words { codes, .. } => *codes = order.iter().map(|&row| codes[row]).collect(),
            Content::Text | Content::Empty => {}
        }
    }
}

/// A column while its file is read. It holds a number or a code for each row from the first number, the
/// first word on, so that a column of one kind costs no memory for the other.
struct GrowingColumn {
    name: String,
    values: Vec<f32>,
    numbers: u64,
    codes: Vec<u16>,
    words: Vec<String>,
    by_word: HashMap<String, u16>,
    /// There are more words than are kept.
    many_words: bool,
    problems: ColumnProblems,
}

impl GrowingColumn {
    fn new(name: &str) -> Self {
        GrowingColumn {
            name: name.to_owned(),
            values: Vec::new(),
            numbers: 0,
            codes: Vec::new(),
            words: Vec::new(),
            by_word: HashMap::new(),
            many_words: false,
            problems: ColumnProblems::default(),
        }
    }

    fn push(
        &mut self,
        index: usize,
        row: &Row<'_>,
        wanted: usize,
        number: impl FnOnce() -> Result<Option<f32>, ReadError>,
    ) {
        // Words come in runs, and asking whether one is a number costs more than this.
        if let Some(&code) = self.codes.last()
            && self.codes.len() == index
            && self.words.get(usize::from(code)).is_some_and(|word| word.as_bytes() == row.field(wanted))
        {
            self.codes.push(code);
            self.problems.not_a_number.count += 1;
            return;
        }
        match number() {
            Ok(Some(value)) => {
                self.values.resize(index, f32::NAN);
                self.values.push(value);
                self.numbers += 1;
            }
            Ok(None) => self.problems.missing.count(row.line, || row.excerpt(wanted)),
            Err(ReadError::NotFinite { line, found, .. }) => {
                self.problems.not_finite.count(line, || found);
            }
            Err(_) => {
                self.problems.not_a_number.count(row.line, || row.excerpt(wanted));
                if let Some(code) = self.code(&String::from_utf8_lossy(row.field(wanted))) {
                    self.codes.resize(index, NO_WORD);
                    self.codes.push(code);
                }
            }
        }
    }

    /// The code of a word, none if there are too many words.
    fn code(&mut self, word: &str) -> Option<u16> {
        if let Some(code) = self.by_word.get(word) {
            return Some(*code);
        }
        if self.many_words || self.words.len() == MAX_WORDS {
            self.many_words = true;
            (self.codes, self.by_word) = (Vec::new(), HashMap::new());
            return None;
        }
        // There are fewer than MAX_WORDS, which 16 bits hold.
        let code = self.words.len() as u16;
        self.words.push(word.to_owned());
        self.by_word.insert(word.to_owned(), code);
        Some(code)
    }

    fn finish(mut self, rows: usize, subjects: usize) -> Column {
        let words = self.problems.not_a_number.count;
        if self.numbers == 0 && words == 0 {
            return self.into_column(Content::Empty, None);
        }
        if self.numbers >= words {
            let mut values = std::mem::take(&mut self.values);
            values.resize(rows, f32::NAN);
            let counts = subjects > 1 && values.windows(2).all(|pair| pair[1] - pair[0] == 1.0);
            return self.into_column(Content::Numbers(values), counts.then_some(Counter::Rows));
        }
        // The few numbers among the words are words as well.
        self.codes.resize(rows, NO_WORD);
        for (row, value) in std::mem::take(&mut self.values).into_iter().enumerate() {
            if !value.is_nan()
                && let Some(code) = self.code(&value.to_string())
            {
                self.codes[row] = code;
            }
        }
        self.problems.not_a_number = Problem::default();
        if self.many_words {
            return self.into_column(Content::Text, None);
        }
        let content =
            Content::Words { words: std::mem::take(&mut self.words), codes: std::mem::take(&mut self.codes) };
        self.into_column(content, None)
    }

    fn into_column(self, content: Content, counter: Option<Counter>) -> Column {
        Column { name: self.name, content, problems: self.problems, counter }
    }
}
