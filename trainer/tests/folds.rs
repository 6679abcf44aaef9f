//! Folds are trained side by side, and as if each were alone.

mod support;

use std::fs;

use support::Workshop;

#[test]
fn folds_side_by_side_come_to_the_weights_of_folds_one_after_the_other() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 3");
    workshop.edit("recipe.toml", "epochs = 40", "epochs = 3");
    // One thread a fold in both: another number would round otherwise.
    let alone = workshop.fit_well("alone", &["--threads", "1"]);
    let together = workshop.fit_well("together", &["--threads", "3"]);
    assert_eq!(alone.weights, together.weights);
    assert_ne!(alone.weights[0], alone.weights[1], "each fold draws weights of its own");
}

#[test]
fn interrupted_folds_are_continued_each_from_where_it_was() {
    let workshop = Workshop::new();
    workshop.edit("recipe.toml", "fraction = 0.25", "folds = 3");
    workshop.edit("recipe.toml", "epochs = 40", "epochs = 4");
    let whole = workshop.fit_well("whole", &["--threads", "1"]);
    // Two folds are halfway, the third has not begun.
    workshop.fit_well("run", &["--threads", "1", "--epochs", "2"]);
    fs::remove_dir_all(workshop.path("run/fold-3")).unwrap();
    let resumed = workshop.fit_well("run", &["--threads", "3", "--resume"]);
    assert_eq!(resumed.weights, whole.weights);
}
