//! Recordings and what their labels are: from a file of labels, from a column of the data, or from the names of its files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use painwave::bundle::Manifest;
use painwave::labels::LABEL_COLUMN;
use painwave::reading::ReadOptions;
use painwave::recording::{Recording, Schema};
use painwave::sampling::Sampling;
use painwave_train::experiment::Dataset;
use painwave_train::file_keys::{self, FileKeys, FileKeysError};
use painwave_train::file_names::Pattern;
use painwave_train::host::Tables;
use painwave_train::labels::{self, Label, LabelColumns, Labels, LabelsError, Part, Place, Said};
use painwave_train::leaks;
use painwave_train::recipe::{Recipe, RecipeFile};
use sha2::{Digest, Sha256};

use super::error::DataError;
use super::report::Report;
use super::table::{self, Beside, Reading, Table};
use crate::files::hex;
use crate::input::Input;

/// What is given as labelled data.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Files, folders and patterns with recordings.
    pub data: &'a [PathBuf],
    /// The file of labels, if there is one.
    pub labels: Option<&'a Path>,
    /// How files are read.
    pub options: &'a ReadOptions,
    /// Whether what cannot be read, or has no label, is left out.
    pub skip_refused: bool,
}

/// What labels are called, and what they may be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The columns with id, label and group.
    pub columns: LabelColumns<'a>,
    /// The classes, if they are known.
    pub classes: Option<&'a [String]>,
    /// How the names of files are read.
    pub files: Option<&'a Pattern>,
    /// Whether it does not matter that no file is named so.
    pub names_may_differ: bool,
    /// Whether subjects may have no group, and all of them none, although there is a column for it.
    pub group_may_lack: bool,
    /// What happens to gaps and other rates.
    pub sampling: &'a Sampling,
    /// Whether the step of the recordings is still to be found, as that of most of them: they are to be trained on.
    pub finds_step: bool,
}

/// Recordings, each with a label.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// What the columns are.
    pub schema: Schema,
    /// What happened to gaps and other rates.
    pub sampling: Sampling,
    /// The recordings, in the order of first appearance.
    pub recordings: Vec<Recording>,
    /// Label of each.
    pub labels: Vec<Label>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// What is to be said of all of it.
    pub report: Report,
    /// Where recordings and labels were read, with the SHA-256 of each.
    pub sources: [(PathBuf, String); 2],
}

/// Reads labelled recordings. `schema` makes one for the columns of the data; it is handed none before they are known.
///
/// # Errors
/// Unreadable, not what is wanted, or recordings and labels that do not belong together.
pub fn labelled(
    given: &Given<'_>,
    wanted: &Wanted<'_>,
    schema: &dyn Fn(&[String]) -> Schema,
) -> Result<Labelled, DataError> {
    let input = Input::gather(given.data, &given.labels.into_iter().collect::<Vec<_>>())?;
    let input = input.searched_for(schema(&[]));
    let names = input.tables()?;
    let labels = given.labels.or(input.labels());
    let LabelColumns { label, group, .. } = wanted.columns;
    let label = label.unwrap_or(LABEL_COLUMN);
    let of_names = |source| DataError::Names { path: input.name(), source };
    let mut keys = match FileKeys::read(&names, wanted.files, wanted.columns) {
        Err(FileKeysError::NoMatch { .. }) if wanted.names_may_differ => {
            FileKeys::read(&names, None, wanted.columns)
        }
        read => read,
    }
    .map_err(of_names)?;
    let words = vec![label.to_owned()];
    let mut options = ReadOptions { files: names.clone(), words, ..given.options.clone() };

    let named = schema(&[]);
    let reading = Reading { schema: &named, sampling: wanted.sampling, options: &options, keys: &keys.of };
    let header = table::columns(&input, &reading)?;
    let said_by_names =
        |keys: &FileKeys| keys.of.iter().flatten().any(|keys| file_keys::value(keys, label).is_some());
    if labels.is_none() && !header.iter().any(|column| column == label) && !said_by_names(&keys) {
        keys = FileKeys::by_convention(&names, wanted.classes, wanted.columns)
            .map_err(of_names)?
            .ok_or_else(|| DataError::NoLabels { path: input.name(), column: label.to_owned() })?;
    }
    let schema = schema(&header);
    let group_in_data = group.filter(|group| header.iter().any(|column| column == group));
    let words = labels.is_none().then_some(label).into_iter().chain(group_in_data);
    options.words = words.map(str::to_owned).collect();
    let reading = Reading { schema: &schema, sampling: wanted.sampling, options: &options, keys: &keys.of };
    let (mut table, sampling) = match wanted.finds_step {
        true => table::read_at_common_step(&input, &reading)?,
        false => (table::read(&input, &reading)?, *wanted.sampling),
    };
    table.report.notes.append(&mut keys.notes);
    table.report.notes.extend(notes(&input, given.options.strict)?);
    let found = input.labels().filter(|_| given.labels.is_none());
    table.report.notes.extend(found.map(|path| format!("the labels are those of {}", path.display())));

    let in_data = || said_in_data(&table, &options.words, &names, &keys, wanted.columns);
    let (path, mut rows, sha256) = match labels {
        Some(path) => {
            let (rows, sha256) = said_in_file(path, wanted, given.options, in_data)?;
            (path.to_owned(), rows, sha256)
        }
        None => {
            let rows = labels::Rows { said: in_data(), ..labels::Rows::default() };
            (input.name(), rows, digest_of_names(&input, &table.sha256))
        }
    };
    table.report.repairs.extend(rows.repairs);
    if wanted.group_may_lack {
        rows.said.iter_mut().for_each(|one| drop(one.group.take_if(|group| group.is_empty())));
    }
    let parsed = Labels::new(&path, rows.said, group, wanted.classes)?;
    let parsed = Labels { by_first_key: rows.by_first_key, ..parsed };
    finish(table, (schema, sampling), parsed, given, [(input.name(), String::new()), (path, sha256)])
}

/// What is printed and refused, and the recordings that have a label.
fn finish(
    mut table: Table,
    (schema, sampling): (Schema, Sampling),
    parsed: Labels,
    given: &Given<'_>,
    [(data, _), labels]: [(PathBuf, String); 2],
) -> Result<Labelled, DataError> {
    let refused: BTreeSet<&str> = table.report.refused.iter().map(|refusal| refusal.id.as_str()).collect();
    let ids: Vec<&str> = table.recordings.iter().map(|recording| recording.id.as_str()).collect();
    let matched = parsed.of(&ids, &data, &refused, given.skip_refused);
    let understood = matched.iter().flat_map(|matched| &matched.notes);
    let understood: Vec<String> = parsed.notes.iter().chain(understood).cloned().collect();
    if let Some(first) = understood.first().filter(|_| given.options.strict) {
        return Err(DataError::Strict { path: labels.0, first: first.clone() });
    }
    table.report.notes.extend(understood);
    table.report.print();
    table.check(given.skip_refused)?;
    let of = matched?.labels;
    let Table { recordings, report, sha256, .. } = table;
    let pairs = recordings.into_iter().zip(of).filter_map(|(recording, label)| Some((recording, label?)));
    let (recordings, of_recordings) = pairs.unzip();
    let sources = [(data, sha256), labels];
    Ok(Labelled {
        schema,
        sampling,
        recordings,
        labels: of_recordings,
        classes: parsed.classes,
        report,
        sources,
    })
}

/// Reads recordings and their labels as a recipe says. What is to be said of them goes to standard error.
///
/// # Errors
/// As [`labelled`].
pub fn dataset(file: &RecipeFile, given: &Given<'_>) -> Result<(Dataset, Report), DataError> {
    let recipe = &file.recipe;
    let pattern = recipe.data.pattern();
    let wanted = Wanted {
        columns: LabelColumns {
            id: &recipe.data.id,
            label: Some(&recipe.data.label),
            group: recipe.validation.group.as_deref(),
        },
        classes: recipe.data.classes.as_deref(),
        files: pattern.as_ref(),
        names_may_differ: false,
        group_may_lack: false,
        sampling: &recipe.sampling(),
        finds_step: true,
    };
    let found =
        labelled(given, &wanted, &|header| recipe.schema(header)).map_err(|error| of_recipe(file, error))?;
    let Labelled { schema, sampling, recordings, labels, classes, report, sources } = found;
    let dataset = Dataset { schema, sampling, recordings, labels, classes, sources };
    for leak in leaks::of_dataset(&dataset) {
        eprintln!("warning: {}: {leak}", report.path.display());
    }
    Ok((dataset, report))
}

/// What is wrong with the labels may be the recipe's to put right.
fn of_recipe(file: &RecipeFile, error: DataError) -> DataError {
    match error {
        DataError::Labels(LabelsError::Column { path, part, column, found, .. }) => {
            let key = match part {
                Part::Id => "data.id",
                Part::Label => "data.label",
                Part::Group => "validation.group",
            };
            let expected = format!("a column of {}: {found}", path.display());
            file.value_error(key, format!("`{column}`"), expected).into()
        }
        DataError::Names { source: FileKeysError::NoMatch { pattern, first }, .. } => file
            .value_error(
                "data.files",
                format!("{pattern:?}"),
                format!("a pattern of names such as {first:?}"),
            )
            .into(),
        error => error,
    }
}

/// What the columns of the data and the names of its files say of each recording.
fn said_in_data(
    table: &Table,
    asked: &[String],
    names: &[String],
    keys: &FileKeys,
    columns: LabelColumns<'_>,
) -> Vec<Said> {
    let indices: HashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
    let of_recording = |(recording, Beside { file, words }): (&Recording, &Beside)| {
        let place = |line| Place { file: file.into(), line };
        let index = indices.get(file.as_str()).copied();
        let of_name = |column: &str| {
            let keys = keys.of.get(index?)?.as_ref()?;
            file_keys::value(keys, column).map(str::to_owned)
        };
        let word = |column: &str| {
            let index = asked.iter().position(|asked| asked == column)?;
            words.get(index).cloned().flatten()
        };
        let label = columns.label.unwrap_or(LABEL_COLUMN);
        let (label, line) = match word(label) {
            Some((label, line)) => (label, Some(line)),
            None => (of_name(label).unwrap_or_default(), None),
        };
        let group = columns.group.map(|column| {
            word(column).map(|(group, _)| group).or_else(|| of_name(column)).unwrap_or_default()
        });
        Said { id: recording.id.clone(), label, group, place: place(line) }
    };
    table.recordings.iter().zip(&table.said).map(of_recording).collect()
}

/// What a file of labels says, and its SHA-256. Where it has no column of the group, the data or the names of its files may
/// say it.
fn said_in_file(
    path: &Path,
    wanted: &Wanted<'_>,
    options: &ReadOptions,
    in_data: impl Fn() -> Vec<Said>,
) -> Result<(labels::Rows, String), DataError> {
    let mut digest = Sha256::new();
    let mut tables = Tables::default();
    Input::gather(&[path.to_owned()], &[])?.feed_and_digest(Some(&mut digest), &mut |chunk| {
        tables.take(chunk);
        ControlFlow::Continue(())
    })?;
    let mut all = labels::Rows::default();
    for (name, bytes) in &tables.0 {
        let mut rows = labels::read(name, bytes, wanted.columns, wanted.classes.is_some(), options)?;
        rows.repairs.iter_mut().for_each(|repair| repair.file = Some(name.display().to_string()));
        if let (Some(column), true) = (wanted.columns.group, rows.said.iter().any(|one| one.group.is_none()))
        {
            let in_data = in_data().into_iter();
            let groups: BTreeMap<String, String> = in_data
                .filter_map(|one| Some((one.id, one.group.filter(|group| !group.is_empty())?)))
                .collect();
            if groups.is_empty() && !wanted.group_may_lack {
                let (column, found) = (column.to_owned(), rows.columns.iter().map(String::as_str));
                return Err(LabelsError::no_column(name, Part::Group, column, found).into());
            }
            for one in &mut rows.said {
                one.group = Some(groups.get(&one.id).cloned().unwrap_or_default());
            }
        }
        all.append(rows);
    }
    Ok((all, hex(&digest.finalize())))
}

/// Reads recordings for a bundle; files in `without` are not taken from folders.
///
/// # Errors
/// Unreadable, or not what the bundle reads.
pub fn unlabelled(
    data: &[PathBuf],
    without: &[&Path],
    manifest: &Manifest,
    options: &ReadOptions,
) -> Result<Table, DataError> {
    let input = Input::gather(data, without)?.searched_for(manifest.schema.clone());
    let names = input.tables()?;
    let schema = &manifest.schema;
    let columns = LabelColumns { id: &schema.id, label: schema.label.as_deref(), group: None };
    // Names that are not as in training say nothing but the ids.
    let keys = FileKeys::read(&names, pattern_of(manifest).as_ref(), columns).unwrap_or_default();
    let options = ReadOptions { files: names, ..options.clone() };
    let reading = Reading { schema, sampling: &manifest.sampling, options: &options, keys: &keys.of };
    let mut table = table::read(&input, &reading)?;
    table.report.notes.extend(self::notes(&input, options.strict)?);
    Ok(table)
}

/// How the names of files were read when a bundle was trained.
pub fn pattern_of(manifest: &Manifest) -> Option<Pattern> {
    recipe_of(manifest)?.data.pattern()
}

/// The column with the group of a subject when a bundle was trained.
pub fn group_of(manifest: &Manifest) -> Option<String> {
    recipe_of(manifest)?.validation.group
}

fn recipe_of(manifest: &Manifest) -> Option<Recipe> {
    Some(RecipeFile::parse(Path::new(""), manifest.card.recipe.clone()).ok()?.recipe)
}

/// What [`Dataset::sources`](painwave_train::experiment::Dataset) has of data and labels, without reading what is in
/// them: the SHA-256 of both.
///
/// # Errors
/// Unreadable.
pub fn digests(data: &[PathBuf], labels: Option<&Path>) -> Result<[String; 2], DataError> {
    let input = Input::gather(data, &labels.into_iter().collect::<Vec<_>>())?;
    let sha256 = input.sha256()?;
    let labels = match labels.or(input.labels()) {
        Some(path) => Input::gather(&[path.to_owned()], &[])?.sha256()?,
        None => digest_of_names(&input, &sha256),
    };
    Ok([sha256, labels])
}

/// What stands for the labels that the data or its names say: of several files the names, since they may say them.
fn digest_of_names(input: &Input, data: &str) -> String {
    match input.files() {
        [_] => data.to_owned(),
        files => {
            let names: Vec<String> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
            hex(&Sha256::digest(names.join("\n").as_bytes()))
        }
    }
}

/// What is said of files that are no tables, and of those that break off.
fn notes(input: &Input, strict: bool) -> Result<Vec<String>, DataError> {
    let left_out = input.left_out().first().map(|first| {
        format!(
            "left out {} of its files, which are no tables by their names, first {:?}",
            input.left_out().len(),
            first.display().to_string()
        )
    });
    let cut = input.cut().into_iter().map(|name| (name, "the compressed data breaks off"));
    let cut: Vec<(String, &str)> = cut.collect();
    if let Some((name, reason)) = cut.first().filter(|_| strict) {
        return Err(DataError::Strict { path: name.into(), first: (*reason).to_owned() });
    }
    let cut = cut.iter().map(|(name, reason)| format!("{reason} in {name}: what comes before was read"));
    Ok(left_out.into_iter().chain(cut).collect())
}
