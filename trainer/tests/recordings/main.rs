//! Every file of tests/recordings gives what its table says.

#[path = "../support/mod.rs"]
mod support;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use support::{bundle, failed, succeeded};
use table::{Input, Otherwise, Said, Table, Words, folder};
use tempfile::TempDir;

/// A command on the files of the table, which are named as the table does.
fn trainer(arguments: &[&str], input: &Input, with_labels: bool) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.current_dir(folder()).args(arguments).args(&input.data);
    if let Some(labels) = input.labels.as_ref().filter(|_| with_labels) {
        command.args(["--labels", labels]);
    }
    command.output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What `predict` makes of an input.
#[derive(Clone)]
struct Predicted {
    /// Id, label, probabilities.
    subjects: Vec<(String, String, Vec<f32>)>,
    repairs: Vec<Found>,
    refused: Vec<Found>,
}

/// A repair or a refusal, as the trainer writes it.
#[derive(Clone, Debug, Deserialize)]
struct Found {
    #[serde(default)]
    id: String,
    code: String,
    file: Option<String>,
    line: Option<u64>,
    message: String,
}

fn predict(bundle: &Path, input: &Input) -> Predicted {
    let out = TempDir::new().unwrap();
    let file = |name: &str| out.path().join(name);
    let output = file("p.csv");
    let arguments =
        ["predict", text(bundle), "--out", text(&output), "--probabilities", "--skip-refused", "--data"];
    succeeded(&trainer(&arguments, input, false));
    let subjects = rows(&output).into_iter().map(|mut row: Vec<String>| {
        let probabilities = row.split_off(2).iter().map(|number| number.parse().unwrap()).collect();
        (row[0].clone(), row[1].clone(), probabilities)
    });
    let repairs = file("p.repairs.csv");
    let refused = file("p.refused.csv");
    Predicted { subjects: subjects.collect(), repairs: rows(&repairs), refused: rows(&refused) }
}

/// The rows of a file; none, if it is not there.
fn rows<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    if !path.exists() {
        return Vec::new();
    }
    csv::Reader::from_path(path).unwrap().into_deserialize().map(Result::unwrap).collect()
}

/// The part of `evaluate --json` that is compared.
#[derive(Deserialize)]
struct Evaluated {
    subjects: usize,
    accuracy: f64,
    confusion: Vec<Vec<usize>>,
    reading: Reading,
}

#[derive(Deserialize)]
struct Reading {
    repairs: Vec<Found>,
}

/// The scores, and what was said beside them.
fn evaluate(bundle: &Path, input: &Input) -> (Evaluated, String) {
    let out = TempDir::new().unwrap();
    let json = out.path().join("scores.json");
    let output =
        trainer(&["evaluate", text(bundle), "--json", text(&json), "--skip-refused", "--data"], input, true);
    succeeded(&output);
    let scores = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    (scores, String::from_utf8(output.stderr).unwrap())
}

/// A reference as an input: its text in a folder of its own.
fn reference(table: &Table, model: &str, data: &str, labels: Option<&str>) -> (TempDir, Input) {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, reference: &str| {
        let path = folder.path().join(name);
        fs::write(&path, table.text(reference)).unwrap();
        text(&path).to_owned()
    };
    let input = serde_json::json!({
        "name": data,
        "model": model,
        "data": [write("data.csv", data)],
        "labels": labels.map(|labels| write("labels.csv", labels)),
    });
    (folder, serde_json::from_value(input).unwrap())
}

/// What was said is what the table says, in its order.
fn assert_said<'a>(input: &str, found: &[Found], expected: impl Iterator<Item = &'a Said>) {
    let expected: Vec<&Said> = expected.collect();
    let codes = |found: &Found| (found.id.clone(), found.code.clone(), found.line.unwrap_or_default());
    assert_eq!(
        found.iter().map(codes).collect::<Vec<_>>(),
        expected.iter().map(|said| (said.id.clone(), said.code.clone(), said.line)).collect::<Vec<_>>(),
        "{input}"
    );
    for (found, said) in found.iter().zip(expected) {
        assert!(found.message.contains(&said.says), "{input}: {}", found.message);
        if let Some(name) = &said.file {
            assert!(found.file.as_ref().is_some_and(|file| file.ends_with(name)), "{input}: {found:?}");
        }
    }
}

#[test]
fn subjects_repairs_and_refusals() {
    let table = Table::read();
    let mut references: BTreeMap<(&str, &str), Predicted> = BTreeMap::new();
    for input in table.for_trainer() {
        let Some(answer) = &input.answer else { continue };
        let bundle = table.bundle(input);
        let (name, ids) = table.answer(answer);
        let reference = references.entry((&input.model, name)).or_insert_with(|| {
            let (_folder, input) = reference(&table, &input.model, name, None);
            predict(&bundle, &input)
        });
        let predicted = predict(&bundle, input);
        assert_eq!(
            predicted.subjects.iter().map(|(id, ..)| &id[..]).collect::<Vec<_>>(),
            ids.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            "{}",
            input.name
        );
        for ((id, label, probabilities), (_, of)) in predicted.subjects.iter().zip(ids) {
            let (_, expected, numbers) = reference.subjects.iter().find(|(id, ..)| id == of).unwrap();
            assert_eq!(label, expected, "{}, {id}", input.name);
            for (number, expected) in probabilities.iter().zip(numbers) {
                assert!((number - expected).abs() <= table.tolerance, "{}, {id}: {number}", input.name);
            }
        }
        assert_said(&input.name, &predicted.refused, input.refused.iter());
        // Those of labels are said where there are labels.
        if input.scores.is_none() {
            assert_said(&input.name, &predicted.repairs, input.repairs.iter());
        }
    }
}

#[test]
fn scores_against_labels() {
    let table = Table::read();
    for input in table.for_trainer() {
        let (Some(scores), Some(answer)) = (&input.scores, &input.answer) else { continue };
        let bundle = table.bundle(input);
        let (name, _) = table.answer(answer);
        let (_folder, reference) = reference(&table, &input.model, name, Some(&scores.labels));
        let (expected, _) = evaluate(&bundle, &reference);
        let (found, notes) = evaluate(&bundle, input);
        assert_eq!(found.subjects, scores.subjects, "{}", input.name);
        assert_eq!(
            (found.accuracy, found.confusion),
            (expected.accuracy, expected.confusion),
            "{}",
            input.name
        );
        let repairs = &found.reading.repairs;
        let said = input.repairs.iter().filter(|said| {
            let is_repair = repairs.iter().any(|found| found.code == said.code);
            match &said.otherwise {
                Some(Otherwise::Nothing(nothing)) => {
                    assert_eq!(nothing, "nothing");
                    is_repair
                }
                Some(Otherwise::Note(words)) if !is_repair => {
                    assert_words(&input.name, &notes, words);
                    false
                }
                _ => true,
            }
        });
        assert_said(&input.name, repairs, said);
    }
}

fn assert_words(input: &str, said: &str, words: &[String]) {
    for words in words {
        assert!(said.contains(words), "{input}: {words:?} is not in {said}");
    }
}

#[test]
fn errors() {
    let table = Table::read();
    for input in table.for_trainer() {
        let Some(error) = &input.error else { continue };
        let said = failed(&trainer(&["predict", text(&table.bundle(input)), "--data"], input, true));
        assert_words(&input.name, &said, &error.says);
        assert_words(&input.name, &said, &[format!("{}: line {}", input.data[0], error.line)]);
    }
}

/// What a command says, if it ends as it must.
fn words_of(input: &Input, output: &Output, words: &Words) -> Option<()> {
    if let Some(error) = &words.error {
        assert_words(&input.name, &failed(output), error);
        return None;
    }
    let said = succeeded(output) + &String::from_utf8_lossy(&output.stderr);
    assert_words(&input.name, &said, &words.says);
    for never in &words.never {
        assert!(!said.contains(never), "{}: {said}", input.name);
    }
    Some(())
}

#[test]
fn what_fit_says_and_learns() {
    let table = Table::read();
    for input in table.for_trainer() {
        let Some(fit) = &input.fit else { continue };
        let out = TempDir::new().unwrap();
        let folder: PathBuf = out.path().join("run");
        let arguments = ["fit", &fit.recipe, "--out", text(&folder), "--epochs", "2", "--data"];
        if words_of(input, &trainer(&arguments, input, true), &fit.words).is_none() {
            assert!(!folder.join("model.bpk").exists(), "{}", input.name);
            continue;
        }
        let model = folder.join("model.bpk");
        assert_eq!(bundle(&model).manifest.classes, fit.classes, "{}", input.name);
        // What the labels are called is in the bundle.
        succeeded(&trainer(&["evaluate", text(&model), "--data"], input, true));
    }
}

#[test]
fn what_a_profile_says() {
    let table = Table::read();
    for input in table.for_trainer() {
        let Some(words) = &input.profile else { continue };
        words_of(input, &trainer(&["profile"], input, true), words);
    }
}
