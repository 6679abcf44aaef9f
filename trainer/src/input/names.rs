//! Which files in folders and archives hold tables, by their names.

/// Endings of files with tables. Only in folders and archives they matter: what is named is read whatever it is called.
const ENDINGS: &[&str] = &[
    "csv", "tsv", "tab", "txt", "dat", "log", "asc", "ts", "sto", "mot", "gz", "zip", "xlsx", "xlsb", "xls",
    "ods", "parquet", "pq", "arrow", "arrows", "feather", "ipc",
];

/// The endings, for a message.
pub(super) fn endings() -> String {
    ENDINGS.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ")
}

/// Whether a file in a folder or an archive holds a table, by its name.
pub(super) fn is_table(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    !is_hidden(name) && ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

/// Whether it is what a system leaves beside files.
pub(super) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| (part.starts_with('.') && part.len() > 2) || part == "__MACOSX")
}
