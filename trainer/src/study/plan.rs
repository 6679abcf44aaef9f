//! Variants and seeds to trials.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use painwave_train::recipe::RecipeFile;

use super::change::Change;
use super::edit;
use super::error::StudyError;
use crate::files::hex;

/// A recipe with changes: one row of the study's table.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name in the table.
    pub name: String,
    /// What is changed.
    pub recipe: RecipeFile,
    /// The changes.
    pub changes: Vec<Change>,
}

/// How often each variant is trained.
#[derive(Clone, Copy, Debug)]
pub struct Seeding {
    /// With how many seeds: the recipe's, the one after it, ...
    pub count: usize,
    /// Whether the seed of the split counts up as well.
    pub split: bool,
}

/// One training.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Index of the variant.
    pub variant: usize,
    /// Name of its folder.
    pub name: String,
    /// Seed of the training.
    pub seed: u64,
    /// Its recipe, all changes and the seed in its text.
    pub recipe: RecipeFile,
}

/// All that a study trains.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The rows of the table.
    pub variants: Vec<Variant>,
    /// The trainings, those of one variant after the other.
    pub trials: Vec<Trial>,
    /// The study's folder.
    pub out: PathBuf,
}

impl Plan {
    /// Makes the recipe of every trial. `common` changes come before a variant's own.
    ///
    /// # Errors
    /// A change that leads to no recipe, or two variants that are the same.
    pub fn new(
        mut variants: Vec<Variant>,
        common: &[Change],
        seeding: Seeding,
        out: &Path,
    ) -> Result<Self, StudyError> {
        let mut trials: Vec<Trial> = Vec::with_capacity(variants.len() * seeding.count);
        let mut folders = HashMap::new();
        let mut texts = HashMap::<String, usize>::new();
        for (index, variant) in variants.iter_mut().enumerate() {
            variant.changes.splice(0..0, common.iter().cloned());
            let changed = edit::apply(&variant.recipe, &variant.changes, &variant.recipe.path)?;
            let slug = unique(slug(&variant.name), &mut folders);
            for offset in 0..seeding.count as u64 {
                let seed = sum(changed.recipe.training.seed, offset);
                let mut seeds = vec![Change::seed("--seeds", "training.seed", seed)];
                if seeding.split {
                    let seed = sum(changed.recipe.validation.seed, offset);
                    seeds.push(Change::seed("--seeds", "validation.seed", seed));
                }
                let name = format!("{slug}-seed-{seed}");
                let path = out.join("trials").join(&name).join("recipe.toml");
                let recipe = edit::apply(&changed, &seeds, &path)?;
                trials.push(Trial { variant: index, name, seed, recipe });
            }
            let text = trials.last().map(|trial| trial.recipe.text.clone()).unwrap_or_default();
            if let Some(first) = texts.insert(text, index) {
                let [first, second] = [first, index].map(|index| variants[index].name.clone());
                return Err(StudyError::Same { first, second });
            }
        }
        Ok(Plan { variants, trials, out: out.to_owned() })
    }
}

impl Trial {
    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.recipe.path.parent().unwrap_or(Path::new(""))
    }

    /// SHA-256 of its recipe.
    pub fn digest(&self) -> String {
        digest(&self.recipe.text)
    }
}

fn digest(text: &str) -> String {
    hex(&<sha2::Sha256 as sha2::Digest>::digest(text))
}

/// Wraps at the maximum of TOML's integers, which are signed.
fn sum(seed: u64, offset: u64) -> u64 {
    seed.wrapping_add(offset) & i64::MAX as u64
}

/// Letters of a name that stand in that of a folder.
const SLUG: usize = 50;

/// A name as that of a folder on any system.
fn slug(name: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | '0'..='9' | '.' | '_' => letter,
        'A'..='Z' => letter.to_ascii_lowercase(),
        _ => '-',
    };
    let mut slug: String = name.chars().map(letter).collect();
    while slug.contains("--") {
        slug = slug.replace("--", "-");
    }
    match slug.trim_matches(['-', '.']) {
        "" => "trial".to_owned(),
        slug if slug.len() <= SLUG => slug.to_owned(),
        // Long names often differ at their ends only.
        slug => format!("{}-{:.8}", &slug[..SLUG], digest(name)),
    }
}

/// The name, with a number if it is taken.
fn unique(name: String, taken: &mut HashMap<String, usize>) -> String {
    let count = taken.entry(name.clone()).or_default();
    *count += 1;
    match *count {
        1 => name,
        count => unique(format!("{name}-{count}"), taken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Ablation, Space};

    const RECIPE: &str = include_str!("../../recipes/cnn-gru.toml");

    fn variant(name: &str, changes: &[&str]) -> Variant {
        Variant {
            name: name.into(),
            recipe: RecipeFile::parse(Path::new("cnn-gru.toml"), RECIPE.into()).unwrap(),
            changes: changes.iter().map(|text| Change::parse(text).unwrap()).collect(),
        }
    }

    #[test]
    fn a_variant_has_a_trial_for_each_seed() {
        let variants = vec![variant("as it is", &[]), variant("As it is?", &["training.seed=7", "name=x"])];
        let seeding = Seeding { count: 2, split: true };
        let plan = Plan::new(variants, &Change::folds(5), seeding, Path::new("out")).unwrap();
        let names: Vec<&str> = plan.trials.iter().map(|trial| trial.name.as_str()).collect();
        assert_eq!(names, ["as-it-is-seed-42", "as-it-is-seed-43", "as-it-is-2-seed-7", "as-it-is-2-seed-8"]);
        let last = &plan.trials[3];
        assert_eq!(last.folder(), Path::new("out/trials/as-it-is-2-seed-8"));
        let recipe = &last.recipe.recipe;
        assert_eq!((recipe.training.seed, recipe.validation.seed), (8, 43));
        assert_eq!((recipe.validation.folds, recipe.validation.fraction), (Some(5), None));
    }

    #[test]
    fn long_names_that_differ_at_their_ends_make_different_folders() {
        let [a, b] = ["a", "b"].map(|end| slug(&format!("{} {end}", "layers 2, ".repeat(9))));
        assert!(a != b && a.len() == b.len() && a.starts_with("layers-2-layers-2"), "{a} {b}");
    }

    #[test]
    fn two_variants_that_are_the_same_are_refused() {
        let variants = vec![variant("a", &[]), variant("b", &["network.pooling=last"])];
        let error =
            Plan::new(variants, &[], Seeding { count: 1, split: false }, Path::new("out")).unwrap_err();
        assert!(error.to_string().contains("`a` and `b` are the same"), "{error}");
    }
    #[test]
    fn every_study_that_comes_with_the_trainer_leads_to_recipes() {
        let studies = Path::new(env!("CARGO_MANIFEST_DIR")).join("studies");
        for entry in std::fs::read_dir(studies).unwrap() {
            let path = entry.unwrap().path();
            let variants = match std::fs::read_to_string(&path).unwrap().contains("[space]") {
                true => Space::read(&path).unwrap().draw(20, 1),
                false => Ablation::read(&path).unwrap().variants,
            };
            Plan::new(variants, &[], Seeding { count: 2, split: true }, Path::new("out")).unwrap();
        }
    }
}
