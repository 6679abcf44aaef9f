//! Edits a recipe's text as changes ask for, comments and all else left as they are.

use std::path::Path;

use painwave_train::recipe::RecipeFile;
use toml_edit::{DocumentMut, InlineTable, Item, Value};

use super::change::Change;
use super::error::StudyError;

/// A recipe with changes, checked; `path` is for the errors.
///
/// # Errors
/// A change that leads to no recipe: the first from which on there is none.
pub fn apply(base: &RecipeFile, changes: &[Change], path: &Path) -> Result<RecipeFile, StudyError> {
    let edited = |changes: &[Change]| -> Result<String, StudyError> {
        let mut document: DocumentMut = base
            .text
            .parse()
            .map_err(|source| StudyError::Text { path: base.path.clone(), source: Box::new(source) })?;
        changes.iter().try_for_each(|change| make(change, document.as_item_mut()))?;
        Ok(document.to_string())
    };
    RecipeFile::parse(path, edited(changes)?).map_err(|source| {
        // Changes may be right only together, so the one to blame is asked for after the whole has failed.
        let blame = (1..=changes.len()).find_map(|count| {
            let source = RecipeFile::parse(path, edited(&changes[..count]).ok()?).err()?;
            Some(StudyError::Change {
                change: Box::new(changes[count - 1].clone()),
                source: Box::new(source),
            })
        });
        blame.unwrap_or(StudyError::Recipe(source))
    })
}

fn make(change: &Change, recipe: &mut Item) -> Result<(), StudyError> {
    let path: Vec<&str> = change.key.split('.').collect();
    let made = match &change.value {
        // What is written as TOML can be read as TOML.
        Some(value) => set(recipe, &path, value.to_string().parse().expect("a value in TOML")),
        None => remove(recipe, &path),
    };
    made.map_err(|NoSuchPath { below }| StudyError::Path {
        change: Box::new(change.clone()),
        // Of the parts of the path, so many at most.
        parent: path[..path.len() - below].join("."),
    })
}

/// A path that leads through something that holds nothing.
struct NoSuchPath {
    /// How many parts of the path are below it.
    below: usize,
}

/// Sets the value of a key and makes the tables that its path leads through.
fn set(item: &mut Item, path: &[&str], mut value: Value) -> Result<(), NoSuchPath> {
    let [first, rest @ ..] = path else {
        match (&mut *item, value) {
            // A table under a header of its own keeps it.
            (Item::Table(old), Value::InlineTable(new)) if !old.is_dotted() && !old.is_implicit() => {
                old.clear();
                new.into_iter().for_each(|(key, value)| {
                    old.insert(&key, Item::Value(value));
                });
            }
            (_, mut value) => {
                if let Some(old) = item.as_value() {
                    *value.decor_mut() = old.decor().clone();
                }
                *item = Item::Value(value);
            }
        }
        return Ok(());
    };
    if let Some(inner) = element(item, first, rest, &value) {
        return set(inner, rest, value);
    }
    let table = item.as_table_like_mut().ok_or(NoSuchPath { below: path.len() })?;
    if let Some(inner) = table.get_mut(first) {
        return set(inner, rest, value);
    }
    for part in rest.iter().rev() {
        value = InlineTable::from_iter([(*part, value)]).into();
    }
    table.insert(first, Item::Value(value));
    Ok(())
}

/// The element of a list that a part of a path counts to; in a list of tables only tables can be set.
fn element<'a>(item: &'a mut Item, part: &str, rest: &[&str], value: &Value) -> Option<&'a mut Item> {
    let fits = !item.is_array_of_tables() || !rest.is_empty() || value.is_inline_table();
    item.get_mut(part.parse::<usize>().ok().filter(|_| fits)?)
}

/// Removes a key, if it is there.
fn remove(item: &mut Item, path: &[&str]) -> Result<(), NoSuchPath> {
    let (first, rest) = match path {
        [first, rest @ ..] => (*first, rest),
        [] => return Ok(()),
    };
    if let Some(inner) =
        first.parse::<usize>().ok().filter(|_| !rest.is_empty()).and_then(|at| item.get_mut(at))
    {
        return remove(inner, rest);
    }
    let table = item.as_table_like_mut().ok_or(NoSuchPath { below: path.len() })?;
    if rest.is_empty() {
        table.remove(first);
    } else if let Some(inner) = table.get_mut(first) {
        remove(inner, rest)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: &str = include_str!("../../recipes/cnn-gru.toml");

    fn change(assignments: &[&str]) -> Result<RecipeFile, StudyError> {
        let base = RecipeFile::parse(Path::new("recipe.toml"), RECIPE.into()).unwrap();
        let changes: Vec<Change> = assignments.iter().map(|text| Change::parse(text).unwrap()).collect();
        apply(&base, &changes, Path::new("changed.toml"))
    }

    fn lines(assignments: &[&str]) -> Vec<String> {
        let text = change(assignments).unwrap().text;
        let old: Vec<&str> = RECIPE.lines().collect();
        text.lines().filter(|line| !old.contains(line)).map(str::to_owned).collect()
    }

    #[test]
    fn only_what_is_asked_for_changes() {
        assert_eq!(change(&[]).unwrap().text, RECIPE);
        assert_eq!(lines(&["training.seed=7", "network.pooling=mean"]), ["pooling = \"mean\"", "seed = 7"]);
        let rate = lines(&["training.optimizer.adamw.learning_rate=1e-2"]);
        assert_eq!(rate, ["optimizer.adamw = { learning_rate = 0.01, weight_decay = 1e-4 }"]);
        assert_eq!(lines(&["network.conv.1.channels=48"]), ["channels = 48"]);
        assert_eq!(lines(&["features.top_variance="]), Vec::<String>::new());
        assert!(!change(&["features.top_variance="]).unwrap().text.contains("top_variance"));
    }

    #[test]
    fn tables_are_made_and_replaced() {
        assert_eq!(
            change(&["training.augmentation.jitter=0.5"]).unwrap().recipe.training.augmentation.jitter,
            0.5
        );
        let recurrent = "network.recurrent={ cell = \"lstm\", hidden = 8, layers = 1 }";
        let network = change(&[recurrent, "network.conv=[]"]).unwrap().recipe.network;
        assert_eq!(network.recurrent.unwrap().hidden, 8);
        assert!(network.conv.is_empty());
        assert_eq!(change(&["network.recurrent="]).unwrap().recipe.network.recurrent, None);
        let validation = change(&["validation={ folds = 3 }"]).unwrap().recipe.validation;
        assert_eq!(validation.folds, Some(3));
    }

    #[test]
    fn an_unknown_key_is_named_and_what_was_expected() {
        let error =
            change(&["training.seed=7", "network.poolin=last", "window.stride=2"]).unwrap_err().to_string();
        assert!(error.starts_with("--set: `network.poolin` = \"last\": unknown field `poolin`"), "{error}");
        let error = change(&["window.stride=0"]).unwrap_err().to_string();
        assert_eq!(error, "--set: `window.stride` = 0: `window.stride` is 0, expected 1 to 65536");
        let error = change(&["name.first=x"]).unwrap_err().to_string();
        assert!(error.contains("`name` is neither a table nor a list"), "{error}");
        let error = change(&["network.conv.7.channels=8"]).unwrap_err().to_string();
        assert!(error.contains("`network.conv` is neither a table nor a list with that element"), "{error}");
    }

    #[test]
    fn changes_may_be_right_only_together() {
        assert!(change(&["window.length=2"]).is_err());
        assert!(change(&["window.length=2", "network.conv=[]"]).is_ok());
    }
}
