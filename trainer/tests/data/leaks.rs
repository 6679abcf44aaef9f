//! Columns that give the class away.

use crate::support::{Workshop, succeeded};

/// The data with one column more.
fn add_column(workshop: &Workshop, name: &str, value: impl Fn(usize, usize) -> String) {
    let data = workshop.read("data.csv");
    let rows = data.lines().enumerate().map(|(index, row)| match index.checked_sub(1) {
        None => format!("{row},{name}\n"),
        Some(index) => format!("{row},{}\n", value(index / 24, index % 24)),
    });
    workshop.write("data.csv", &rows.collect::<String>());
}

fn fit_says(workshop: &Workshop) -> String {
    let output = workshop.fit("run", &["--epochs", "1"]);
    succeeded(&output);
    std::fs::remove_dir_all(workshop.path("run")).unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn profile_says(workshop: &Workshop) -> String {
    succeeded(&workshop.trainer(&["profile", "data.csv", "--labels", "labels.csv"]))
}

#[test]
fn data_without_a_leak_is_not_warned_of() {
    let workshop = Workshop::new();
    let said = fit_says(&workshop);
    assert!(!said.contains("the column"), "{said}");
    assert!(!profile_says(&workshop).contains("PROBLEM"));
}

#[test]
fn a_code_of_the_class_is_named_by_fit_and_profile() {
    let workshop = Workshop::new();
    add_column(&workshop, "code", |subject, _| (if subject % 4 == 0 { 7 } else { 3 }).to_string());
    let expected = "alone tells the classes apart: it is 3 in \"still\", 7 in \"swing\"";
    let said = fit_says(&workshop);
    assert!(said.contains(&format!("warning: data.csv: the column \"code\" {expected}")), "{said}");
    let said = profile_says(&workshop);
    assert!(said.contains(&format!("PROBLEM: the column `code` {expected}")), "{said}");
    assert!(said.contains("\"code\""), "the recipe does not ignore it: {said}");
}

#[test]
fn a_score_that_the_class_was_made_of_is_named() {
    let workshop = Workshop::new();
    add_column(&workshop, "score", |subject, step| {
        let base = if subject % 4 == 0 { 7.0 } else { 2.0 };
        format!("{:.2}", base + (subject * 31 % 17) as f64 / 10.0 + (step % 5) as f64 / 100.0)
    });
    assert!(fit_says(&workshop).contains("the column \"score\" alone tells the classes apart"));
    assert!(profile_says(&workshop).contains("the column `score` alone tells the classes apart"));
}

#[test]
fn a_column_that_counts_rows_is_named() {
    let workshop = Workshop::new();
    add_column(&workshop, "row", |subject, step| (subject * 24 + step + 1).to_string());
    let said = fit_says(&workshop);
    assert!(said.contains("the column \"row\" counts the rows"), "{said}");
    let said = profile_says(&workshop);
    assert!(said.contains("it counts the rows of the file"), "{said}");
}

#[test]
fn an_id_of_another_kind_is_no_leak() {
    let workshop = Workshop::new();
    add_column(&workshop, "weight", |subject, _| format!("{}", 50.0 + (subject * 37 % 41) as f64 / 2.0));
    assert!(!fit_says(&workshop).contains("the column"));
}
