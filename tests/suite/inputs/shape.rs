//! Tables of another shape, and several files.

use super::{BASE, Input, Outcome, edit, error, same};

/// The rows of a subject of [`BASE`], without its id.
fn rows_of(id: &str) -> String {
    let rows = BASE.lines().filter_map(|line| line.strip_prefix(id)?.strip_prefix(','));
    rows.fold("time,x,y,side\n".to_owned(), |text, row| text + row + "\n")
}

/// [`BASE`] as one row a recording; `name` makes the name of a column at a step.
fn wide(name: impl Fn(&str, usize) -> String) -> String {
    let columns = |column: &str| (0..4).map(|step| name(column, step)).collect::<Vec<_>>().join(",");
    let mut text = format!("id,{},{},{}\n", columns("x"), columns("y"), columns("side"));
    for id in ["a", "b"] {
        let rows: Vec<Vec<&str>> = BASE
            .lines()
            .filter(|line| line.starts_with(id))
            .map(|line| line.split(',').collect())
            .skip(usize::from(id == "i"))
            .collect();
        let of = |field: usize| rows.iter().map(|row| row[field]).collect::<Vec<_>>().join(",");
        text += &format!("{id},{},{},{}\n", of(2), of(3), of(4));
    }
    text
}

pub fn inputs() -> Vec<Input> {
    let files = |row, files: &[(&'static str, String)], outcome| Input {
        row,
        files: files.iter().map(|(name, text)| (*name, text.clone().into_bytes())).collect(),
        outcome,
    };
    let of_name = || Outcome::Same(&["ID_OF_FILE_NAME"]);
    let [a, b] = ["a", "b"].map(|id| {
        format!("id,{}", rows_of(id).replace('\n', &format!("\n{id},")))
            .trim_end_matches(&format!("{id},"))
            .to_owned()
    });
    vec![
        files("file-names", &[("a.csv", rows_of("a")), ("b.csv", rows_of("b"))], of_name()),
        files("file-names", &[("data/a.csv.gz", rows_of("a")), ("data/b.TXT", rows_of("b"))], of_name()),
        files("several-files", &[("one.csv", a.clone()), ("two.csv", b.clone())], Outcome::Same(&[])),
        files(
            "several-files",
            &[("one.csv", a.clone()), ("two.csv", b.replace(',', ";"))],
            Outcome::Same(&[]),
        ),
        files(
            "one-bad-file",
            &[("one.csv", BASE.to_owned()), ("page.csv", "<html></html>".to_owned())],
            Outcome::Without("", "NOT_A_TABLE", &[]),
        ),
        files(
            "id-in-two-files",
            &[("one.csv", BASE.to_owned()), ("two.csv", b)],
            Outcome::Without("b", "ID_IN_TWO_FILES", &[]),
        ),
        error("no-id-column", rows_of("a"), "MISSING_COLUMN"),
        same("one-row-a-recording", wide(|column, step| format!("{column}_t{step}")), &["WIDE_TABLE"]),
        same("one-row-a-recording", wide(|column, step| format!("{column}_{step:03}")), &["WIDE_TABLE"]),
        same("one-row-a-recording", wide(|column, step| format!("{column}.{}", step + 1)), &["WIDE_TABLE"]),
        same(
            "other-columns",
            edit(&[("side\n", "side,battery\n"), ("left\n", "left,98\n"), ("right\n", "right,low\n")]),
            &[],
        ),
    ]
}
