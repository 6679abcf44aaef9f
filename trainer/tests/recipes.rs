//! The recipes that come with the trainer.

use std::path::{Path, PathBuf};

use trainer::data;

#[test]
fn every_recipe_is_read_and_has_the_name_of_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes");
    let paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!paths.is_empty());
    for path in paths {
        let file = data::recipe(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(Some(file.recipe.name.as_str()), path.file_stem().unwrap().to_str());
    }
}
