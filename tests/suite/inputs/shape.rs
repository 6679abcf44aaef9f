//! Tables of another shape, and several files.

use super::{BASE, Input, Outcome, same};

/// The rows of a subject of [`BASE`], without its id.
fn rows_of(id: &str) -> String {
    let rows = BASE.lines().filter_map(|line| line.strip_prefix(id)?.strip_prefix(','));
    rows.fold("time,x,y,side\n".to_owned(), |text, row| text + row + "\n")
}

pub fn inputs() -> Vec<Input> {
    let files = |row, files: &[(&'static str, String)], repairs| Input {
        row,
        files: files.iter().map(|(name, text)| (*name, text.clone().into_bytes())).collect(),
        outcome: Outcome::Same(repairs),
    };
    vec![
        files("file-names", &[("a.csv", rows_of("a")), ("b.csv", rows_of("b"))], &["ID_FROM_NAME"]),
        files("file-names", &[("data/a.csv.gz", rows_of("a")), ("data/b.TXT", rows_of("b"))], &["ID_FROM_NAME"]),
        same("one-row-a-recording", "id,x_t0,y_t0,x_t1,y_t1,x_t2,y_t2,x_t3,y_t3,side_t0,side_t1,side_t2,side_t3\na,0.5,-1.25,0.75,2.5,1.5,1000.5,-0.25,3.75,left,right,left,right\nb,0.5,-0.5,1.5,-1.5,2.5,-2.5,3.5,-3.5,left,left,right,right\n", &["WIDE"]),
    ]
}
