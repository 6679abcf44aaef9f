//! Where a model's columns stand among those that the rows are asked for.

use std::ops::Range;

use super::options::ReadOptions;
use super::wanted::{Role, Wanted};
use crate::recording::Schema;

/// Indices of a model's columns among those that the rows are asked for.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The parts of the id.
    pub keys: Range<usize>,
    /// The time, if the model knows one.
    pub time: Option<usize>,
    pub channels: Range<usize>,
    pub categories: Range<usize>,
    /// Those of [`ReadOptions::words`](super::ReadOptions::words).
    pub words: Range<usize>,
}

impl Layout {
    pub fn of(schema: &Schema, options: &ReadOptions) -> Layout {
        let keys = 0..schema.id.len();
        let time = schema.time.as_ref().map(|_| keys.end);
        let first = keys.end + usize::from(time.is_some());
        let channels = first..first + schema.channels.len();
        let categories = channels.end..channels.end + schema.categories.len();
        let words = categories.end..categories.end + options.words.len();
        Layout { keys, time, channels, categories, words }
    }

    /// The columns in this order. The time may be missing: then the rows are in its order. So may the parts of the id
    /// that the file's name says.
    pub fn wanted(&self, schema: &Schema, said: &[Option<String>], options: &ReadOptions) -> Vec<Wanted> {
        let keys = schema.id.iter().enumerate().map(|(index, key)| {
            let needed = said.get(index).is_none_or(Option::is_none);
            Wanted { needed, ..Wanted::optional(key, Role::Id) }
        });
        let time = schema.time.iter().map(|time| Wanted::optional(time, Role::Time));
        let channels = schema.channels.iter().map(|channel| Wanted::needed(channel, Role::Channel));
        let categories = schema.categories.iter();
        let categories = categories.map(|category| Wanted::needed(&category.column, Role::Category));
        let words = options.words.iter().map(|word| Wanted::optional(word, Role::Word));
        keys.chain(time).chain(channels).chain(categories).chain(words).collect()
    }
}
