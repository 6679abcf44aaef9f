//! What rows say of their subjects, whether the classes are known or are still to be found.

use std::collections::HashMap;

use super::classes;

/// Subjects and their labels, from rows one after the other. `P` says where a row is.
#[derive(Clone, Debug, PartialEq)]
pub struct Subjects<P> {
    /// The classes, if they are known.
    classes: Option<Vec<String>>,
    all: Vec<Subject<P>>,
    by_id: HashMap<String, usize>,
    words: Vec<Word>,
    by_word: HashMap<String, usize>,
}

/// One subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject<P> {
    /// Its id.
    pub id: String,
    /// Index of its label among the [`Subjects::words`].
    pub word: usize,
    /// Where that stands.
    pub place: P,
}

/// A label, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The label.
    pub text: String,
    /// Index of the class that it names; none if it says that there is none. Where classes are to be found, each word is
    /// one, counted from 0.
    pub class: Option<usize>,
    /// Whether it is the class's name to the letter.
    pub exact: bool,
}

/// What a row says that was not known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The label of a subject.
    Label,
    /// Nothing: an earlier row of the subject has the same label.
    Again,
    /// Nothing: it has no label.
    NoLabel,
}

impl<P> Subjects<P> {
    /// No subjects yet. Without `classes`, every word is a class but those that can only say that there is no label.
    pub fn new(classes: Option<&[String]>) -> Self {
        Subjects {
            classes: classes.map(<[String]>::to_vec),
            all: Vec::new(),
            by_id: HashMap::new(),
            words: Vec::new(),
            by_word: HashMap::new(),
        }
    }

    /// Index of a label among the [`Subjects::words`]; none if it is none of the known classes.
    pub fn word(&mut self, label: &str) -> Option<usize> {
        if let Some(word) = self.by_word.get(label) {
            return Some(*word);
        }
        let (class, exact) = match &self.classes {
            Some(names) => match classes::find(names, label) {
                Some((class, exact)) => (Some(class), exact),
                None if classes::may_be_missing(label) => (None, false),
                None => return None,
            },
            None if classes::is_missing(label) => (None, false),
            None => (Some(self.words.iter().filter(|word| word.class.is_some()).count()), true),
        };
        self.by_word.insert(label.to_owned(), self.words.len());
        self.words.push(Word { text: label.to_owned(), class, exact });
        Some(self.words.len() - 1)
    }

    /// Takes what a row says of a subject. A row may leave out what others say.
    ///
    /// # Errors
    /// An earlier row has another label: the subject as that row has it.
    pub fn hear(&mut self, id: &str, word: usize, place: P) -> Result<News, &Subject<P>> {
        let Subjects { all, by_id, words, .. } = self;
        let class = words[word].class;
        let news = if class.is_some() { News::Label } else { News::NoLabel };
        let Some(&index) = by_id.get(id) else {
            by_id.insert(id.to_owned(), all.len());
            all.push(Subject { id: id.to_owned(), word, place });
            return Ok(news);
        };
        let first = &mut all[index];
        match (words[first.word].class, class) {
            (_, None) => Ok(news),
            (None, Some(_)) => {
                (first.word, first.place) = (word, place);
                Ok(news)
            }
            (Some(class), Some(other)) if class == other => Ok(News::Again),
            _ => Err(&*first),
        }
    }

    /// The subject with this id.
    pub fn get(&self, id: &str) -> Option<&Subject<P>> {
        self.by_id.get(id).map(|&index| &self.all[index])
    }

    /// The subjects, in the order of their first rows.
    pub fn all(&self) -> &[Subject<P>] {
        &self.all
    }

    /// The different labels, in the order of their first rows.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The class of a subject, if it has one.
    pub fn class_of(&self, subject: &Subject<P>) -> Option<usize> {
        self.words[subject.word].class
    }
}
