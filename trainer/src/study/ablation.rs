//! Ablations: a recipe, and variants of it that lack or change a part.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::change::Change;
use super::error::StudyError;
use super::file::{StudyFile, ordered};
use super::plan::Variant;
use crate::data;

/// An ablation as its file says.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// The recipe as it is, then the variants in the order of the file.
    pub variants: Vec<Variant>,
    /// Trainings of each.
    pub seeds: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    study: Header,
    #[serde(default)]
    variant: Vec<VariantTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// The recipe, from the folder of the file.
    recipe: PathBuf,
    /// Name of the recipe as it is; without it the recipe's own.
    baseline: Option<String>,
    /// Trainings of each variant.
    seeds: Option<NonZeroUsize>,
    /// Dotted keys of the recipe and what they shall be in all variants, the baseline included.
    #[serde(default)]
    set: BTreeMap<Spanned<String>, toml::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantTable {
    name: String,
    /// Dotted keys of the recipe and what they shall be.
    #[serde(default)]
    set: BTreeMap<Spanned<String>, toml::Value>,
    /// Dotted keys of the recipe that are removed.
    #[serde(default)]
    unset: Vec<Spanned<String>>,
}

impl Ablation {
    /// Reads a study's file and the recipe that it names.
    ///
    /// # Errors
    /// Either is unreadable or says something that makes no sense.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let file = StudyFile::<Content>::read(path)?;
        let Content { study, variant } = &file.content;
        let recipe = data::recipe(&file.beside(&study.recipe))?;
        let name = study.baseline.clone().unwrap_or_else(|| recipe.recipe.name.clone());
        let change = |key: &Spanned<String>, value| Change {
            key: key.get_ref().clone(),
            value,
            origin: file.origin(key.span()),
        };
        let of_all = ordered(&study.set).into_iter().map(|(key, value)| change(key, Some(value.clone())));
        let of_all: Vec<Change> = of_all.collect();
        let mut variants = vec![Variant { name, recipe: recipe.clone(), changes: of_all.clone() }];
        for VariantTable { name, set, unset } in variant {
            // First what is removed, so that a part of it can be set.
            let removed = unset.iter().map(|key| change(key, None));
            let set = ordered(set).into_iter().map(|(key, value)| change(key, Some(value.clone())));
            let changes = of_all.iter().cloned().chain(removed).chain(set).collect();
            variants.push(Variant { name: name.clone(), recipe: recipe.clone(), changes });
        }
        Ok(Ablation { variants, seeds: study.seeds.map(usize::from) })
    }
}
