//! `tests/recordings/expected.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Why an input makes no sense for the trainer stands under this name.
const RUNNER: &str = "trainer";

/// The whole table. Paths are relative to its folder.
#[derive(Deserialize)]
pub struct Table {
    /// Max difference of a probability.
    pub tolerance: f32,
    models: BTreeMap<String, String>,
    references: BTreeMap<String, Reference>,
    pub inputs: Vec<Input>,
}

/// A text that an input must be read like: a file, its first lines, parts of it replaced.
#[derive(Deserialize)]
struct Reference {
    file: String,
    lines: Option<usize>,
    #[serde(default)]
    replace: Vec<(String, String)>,
    /// Of the subjects, in the order of the file.
    #[serde(default)]
    ids: Vec<String>,
}

/// What is read together, and what must come of it.
#[derive(Deserialize)]
pub struct Input {
    pub name: String,
    #[serde(default = "embedded")]
    pub model: String,
    /// Files, and folders with a slash at the end.
    pub data: Vec<String>,
    pub labels: Option<String>,
    pub answer: Option<Answer>,
    pub scores: Option<Scores>,
    #[serde(default)]
    pub repairs: Vec<Said>,
    #[serde(default)]
    pub refused: Vec<Said>,
    pub error: Option<Failure>,
    pub fit: Option<Fit>,
    pub profile: Option<Words>,
    #[serde(default)]
    not_in: BTreeMap<String, String>,
}

/// The answer of a reference, for subjects of the same ids or of others.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Answer {
    Reference(String),
    Of {
        #[serde(rename = "as")]
        reference: String,
        ids: Ids,
    },
}

/// Ids of an input's subjects, with the reference's if those are others.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Ids {
    Same(Vec<String>),
    Other(BTreeMap<String, String>),
}

/// The scores are those of the answer's reference with these labels.
#[derive(Deserialize)]
pub struct Scores {
    #[serde(rename = "as")]
    pub labels: String,
    pub subjects: usize,
}

/// A repair or a refusal.
#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    pub id: String,
    pub code: String,
    pub line: u64,
    /// The last part of the file's name, where several could be meant.
    pub file: Option<String>,
    pub says: String,
    /// How the trainer may say it otherwise.
    #[serde(rename = "trainer")]
    pub otherwise: Option<Otherwise>,
}

/// What stands for a repair that the trainer does not call one.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Otherwise {
    /// It has all these words among its notes.
    Note(Vec<String>),
    /// `"nothing"`: it does not speak of it.
    Nothing(String),
}

/// Why nothing can be read.
#[derive(Deserialize)]
pub struct Failure {
    pub line: u64,
    pub says: Vec<String>,
}

/// What a training says and does.
#[derive(Deserialize)]
pub struct Fit {
    pub recipe: String,
    /// Of the bundle.
    #[serde(default)]
    pub classes: Vec<String>,
    #[serde(flatten)]
    pub words: Words,
}

/// What must and must not be said; with `error` the command must fail with these words.
#[derive(Deserialize)]
pub struct Words {
    #[serde(default)]
    pub says: Vec<String>,
    #[serde(default)]
    pub never: Vec<String>,
    pub error: Option<Vec<String>>,
}

fn embedded() -> String {
    "cnn-gru".to_owned()
}

/// The folder of the table.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings")
}

impl Table {
    pub fn read() -> Table {
        serde_json::from_slice(&fs::read(folder().join("expected.json")).unwrap()).unwrap()
    }

    /// Inputs for the trainer. Says of the others why they are none.
    pub fn for_trainer(&self) -> impl Iterator<Item = &Input> {
        self.inputs.iter().filter(|input| match input.not_in.get(RUNNER) {
            Some(reason) => {
                println!("{} is left out: {reason}", input.name);
                false
            }
            None => true,
        })
    }

    pub fn bundle(&self, input: &Input) -> PathBuf {
        folder().join(&self.models[&input.model])
    }

    /// The text of a reference.
    pub fn text(&self, reference: &str) -> String {
        let Reference { file, lines, replace, .. } = &self.references[reference];
        let whole = fs::read_to_string(folder().join(file)).unwrap();
        let text: String = whole.split_inclusive('\n').take(lines.unwrap_or(usize::MAX)).collect();
        replace.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "{file} has no {from:?}");
            text.replace(from, to)
        })
    }

    /// The name of the reference that an answer is like, and for each id of the input the reference's.
    pub fn answer<'a>(&'a self, answer: &'a Answer) -> (&'a str, Vec<(&'a str, &'a str)>) {
        let same = |ids: &'a [String]| ids.iter().map(|id| (&id[..], &id[..])).collect();
        match answer {
            Answer::Reference(name) => (name, same(&self.references[name].ids)),
            Answer::Of { reference, ids: Ids::Same(ids) } => (reference, same(ids)),
            Answer::Of { reference, ids: Ids::Other(ids) } => {
                (reference, ids.iter().map(|(id, of)| (&id[..], &of[..])).collect())
            }
        }
    }
}
