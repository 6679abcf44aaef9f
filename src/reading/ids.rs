//! Ids, from a column or from the name of a file.

use std::borrow::Cow;

/// The extensions of tables and of what they are packed in.
const EXTENSIONS: [&str; 15] = [
    "csv", "tsv", "tab", "txt", "dat", "log", "asc", "ts", "sto", "mot", "xlsx", "xls", "gz", "zip",
    "parquet",
];

/// An id without what nobody sees: marks and zero-width characters anywhere, spaces at its ends; every other kind of
/// space is a plain one. The same text if there is nothing of that.
pub fn clean(id: &str) -> Cow<'_, str> {
    if id.is_ascii() && !id.bytes().any(|byte| byte.is_ascii_control()) {
        return match id.trim_ascii() {
            id if id.starts_with('=') => spreadsheet_text(id).map_or(Cow::Borrowed(id), Cow::Borrowed),
            id => Cow::Borrowed(id),
        };
    }
    let seen = id.chars().filter(|letter| !is_invisible(*letter));
    let plain: String = seen.map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let plain = plain.trim();
    Cow::Owned(spreadsheet_text(plain).unwrap_or(plain).to_owned())
}

/// A text in small letters, each by itself: a sigma is one wherever it is in a word.
pub fn in_small_letters(text: &str) -> String {
    let small = text.chars().flat_map(char::to_lowercase);
    small.map(|letter| if letter == 'ς' { 'σ' } else { letter }).collect()
}

/// What a spreadsheet is made to keep as text: `="000"` is `000`.
pub fn spreadsheet_text(field: &str) -> Option<&str> {
    field.strip_prefix("=\"")?.strip_suffix('"').filter(|text| !text.contains('"'))
}

/// Whether a character has no width: marks of byte order, joiners, marks of direction, controls.
pub fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fffe}'
    ) || letter.is_control() && !letter.is_whitespace()
}

/// The id that a file's name gives: the name without folders and extensions. Where another of the names gives the same,
/// the folder is put in front: `walk/07`.
pub fn of_file(name: &str, names: &[String]) -> String {
    let parts: Vec<&str> = name.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let id = |parts: &[&str], depth: usize| {
        let start = parts.len().saturating_sub(depth);
        let (last, folders) = parts[start..].split_last().unwrap_or((&name, &[]));
        let stem = stem(last);
        folders.iter().copied().chain([stem]).collect::<Vec<_>>().join("/")
    };
    let bare = |name| stem(str::rsplit(name, ['/', '\\']).find(|part| !part.is_empty()).unwrap_or(name));
    // A folder may have very many files, few of which share a name.
    let own = bare(name);
    let others: Vec<Vec<&str>> = names
        .iter()
        .filter(|other| bare(other) == own && *other != name)
        .map(|other| other.split(['/', '\\']).filter(|part| !part.is_empty()).collect())
        .collect();
    let depths = 1..=parts.len().max(1);
    let depth = depths.clone().find(|&depth| {
        let own = id(&parts, depth);
        others.iter().all(|other| id(other, depth) != own)
    });
    id(&parts, depth.unwrap_or(*depths.end()))
}

/// A file's name without its extensions.
pub fn stem(name: &str) -> &str {
    let mut stem = name;
    while let Some((rest, extension)) = stem.rsplit_once('.')
        && !rest.is_empty()
        && EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
    {
        stem = rest;
    }
    stem.trim()
}
