//! What the names of files say: `S{subject}_E{label}_{side}.csv` on `data/S1_E0_left.csv` gives the subject 1, the label
//! 0 and the side left.

use std::fmt;

/// What the name of a file says: keys and values, in the order of the pattern.
pub type Keys = Vec<(String, String)>;

/// How names of files are read. `{key}` stands for one or more characters and `*` for any, neither for a `/`; the rest
/// stands for itself, in any case of letters. A pattern with folders (`{label}/{id}.csv`) is held against the end of the
/// path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Key(String),
    Any,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A brace without its other half, or inside another.
    #[error("a pattern with a brace that is not closed or not opened")]
    Brace,
    /// `{}`.
    #[error("a pattern with braces and no name between them")]
    NoName,
    /// The same key at two places.
    #[error("a pattern with {{{key}}} twice")]
    Twice {
        /// The key.
        key: String,
    },
    /// Two keys side by side: where one ends and the other begins is not said.
    #[error("a pattern with nothing between {{{key}}} and what follows it")]
    Touching {
        /// The first key.
        key: String,
    },
    /// No key: it would say nothing.
    #[error("a pattern without a key in braces, such as {{label}}")]
    NoKey,
}

/// A name that a pattern reads in two ways.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the pattern {pattern:?} reads {name:?} in two ways, as {} or as {}: make the pattern say more, or rename the file",
    shown(.readings[0].as_slice()), shown(.readings[1].as_slice())
)]
pub struct Ambiguous {
    /// The pattern.
    pub pattern: String,
    /// The path.
    pub name: String,
    /// The first two readings.
    pub readings: Box<[Keys; 2]>,
}

/// Endings that say how a file is packed, and nothing of what is in it.
const PACKED: &[&str] = &[".gz", ".zip"];

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It cannot be understood, or names no key.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let mut pieces = Vec::new();
        let mut rest = text.strip_prefix("./").unwrap_or(text).trim_start_matches('/');
        while let Some(first) = rest.chars().next() {
            let (piece, length) = match first {
                '*' => (Piece::Any, 1),
                '}' => return Err(PatternError::Brace),
                '{' => {
                    let end = rest.find('}').ok_or(PatternError::Brace)?;
                    let key = rest[1..end].trim();
                    if key.contains('{') {
                        return Err(PatternError::Brace);
                    }
                    (Piece::Key(key.to_owned()), end + 1)
                }
                _ => {
                    let end = rest.find(['*', '{', '}']).unwrap_or(rest.len());
                    (Piece::Text(rest[..end].replace('\\', "/").to_lowercase()), end)
                }
            };
            if let (Some(Piece::Key(key)), Piece::Key(_) | Piece::Any) = (pieces.last(), &piece) {
                return Err(PatternError::Touching { key: key.clone() });
            }
            if let Piece::Key(key) = &piece {
                if key.is_empty() {
                    return Err(PatternError::NoName);
                }
                if pieces.contains(&piece) {
                    return Err(PatternError::Twice { key: key.clone() });
                }
            }
            pieces.push(piece);
            rest = &rest[length..];
        }
        if !pieces.iter().any(|piece| matches!(piece, Piece::Key(_))) {
            return Err(PatternError::NoKey);
        }
        Ok(Pattern { text: text.to_owned(), pieces })
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Key(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// What a path says; nothing, if the pattern is not that of such names. A file that is packed may have the ending of
    /// that after the name in the pattern.
    ///
    /// # Errors
    /// The pattern reads it in two ways.
    pub fn read(&self, path: &str) -> Result<Option<Keys>, Ambiguous> {
        let path = path.replace('\\', "/");
        let whole = self.readings(&path);
        let found = match whole.is_empty().then(|| unpacked(&path)).flatten() {
            Some(inner) => self.readings(inner),
            None => whole,
        };
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(first), Some(second)) => {
                let readings = Box::new([first, second]);
                Err(Ambiguous { pattern: self.text.clone(), name: path, readings })
            }
            (first, _) => Ok(first),
        }
    }

    /// The first two different readings of a path.
    fn readings(&self, path: &str) -> Vec<Keys> {
        let folders = |text: &str| text.matches('/').count();
        let wanted: usize = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => folders(text),
                _ => 0,
            })
            .sum();
        // The end of the path with as many folders as the pattern has.
        let Some(extra) = folders(path).checked_sub(wanted) else { return Vec::new() };
        let end = path.match_indices('/').nth(extra.wrapping_sub(1)).map_or(path, |(at, _)| &path[at + 1..]);
        let mut found = Vec::new();
        search(&self.pieces, end, &mut Vec::new(), &mut found);
        found
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Collects readings until there are two.
fn search(pieces: &[Piece], text: &str, keys: &mut Keys, found: &mut Vec<Keys>) {
    let Some((piece, rest)) = pieces.split_first() else {
        if text.is_empty() && !found.contains(keys) {
            found.push(keys.clone());
        }
        return;
    };
    let at_least = match piece {
        Piece::Text(wanted) => {
            if let Some(after) = strip_prefix(text, wanted) {
                search(rest, after, keys, found);
            }
            return;
        }
        Piece::Key(_) => 1,
        Piece::Any => 0,
    };
    let within = text.find('/').unwrap_or(text.len());
    let ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
    for end in std::iter::once(0).chain(ends).skip(at_least).take_while(|end| *end <= within) {
        if found.len() == 2 {
            return;
        }
        match piece {
            Piece::Key(key) => {
                keys.push((key.clone(), text[..end].trim().to_owned()));
                search(rest, &text[end..], keys, found);
                keys.pop();
            }
            _ => search(rest, &text[end..], keys, found),
        }
    }
}

/// What follows `lower`, which is in lower case, in any case of letters.
fn strip_prefix<'a>(text: &'a str, lower: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    let mut wanted = lower.chars();
    while let Some(letter) = wanted.next() {
        let mut found = rest.next()?.to_lowercase();
        if found.next() != Some(letter) || found.any(|more| wanted.next() != Some(more)) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// The name without the ending of a packed file.
fn unpacked(path: &str) -> Option<&str> {
    PACKED.iter().find_map(|ending| {
        let at = path.len().checked_sub(ending.len())?;
        path.get(at..)?.eq_ignore_ascii_case(ending).then(|| &path[..at])
    })
}

/// A file's name without folders and endings: `data/walk/07.csv.gz` is 07.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = unpacked(name).unwrap_or(name);
    match name.rfind('.') {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    }
}

/// Keys for a message: `subject 1, label 0`.
fn shown(keys: &[(String, String)]) -> String {
    keys.iter().map(|(key, value)| format!("{key} {value:?}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, path: &str) -> Option<Vec<String>> {
        let keys = Pattern::parse(pattern).unwrap().read(path).unwrap()?;
        Some(keys.into_iter().map(|(key, value)| format!("{key}={value}")).collect())
    }

    #[test]
    fn names_are_read_by_a_pattern() {
        for (pattern, path, expected) in [
            ("S{subject}_E{label}_{side}.csv", "spar/S1_E0_left.csv", "subject=1 label=0 side=left"),
            ("S{subject}_E{label}_{side}.csv", "S12_E3_R.CSV", "subject=12 label=3 side=R"),
            ("S{subject}_E{label}_{side}.csv", "a\\s12_e3_R.csv.gz", "subject=12 label=3 side=R"),
            ("{label}/{id}.csv", "/data/walk/07.csv", "label=walk id=07"),
            ("{label}/{id}.csv", "walk/07.csv", "label=walk id=07"),
            ("{label}.{id}.csv", "x/walk.07.csv", "label=walk id=07"),
            ("{label}/*/{id}.*", "walk/left/a.csv", "label=walk id=a"),
            ("{group}/{label}/{id}.csv", "p1/sit/3.csv", "group=p1 label=sit id=3"),
            ("{label}.csv", "data/Ärger.csv", "label=Ärger"),
            ("mes_{id}_Ä.csv", "MES_4_ä.csv", "id=4"),
        ] {
            let found = read(pattern, path).map(|keys| keys.join(" "));
            assert_eq!(found.as_deref(), Some(expected), "{pattern} on {path}");
        }
    }

    #[test]
    fn other_names_say_nothing() {
        for (pattern, path) in [
            ("S{subject}_E{label}_{side}.csv", "README.csv"),
            ("S{subject}_E{label}_{side}.csv", "S_E0_left.csv"),
            ("{label}/{id}.csv", "07.csv"),
            ("{label}/{id}.csv", "walk/07.txt"),
            ("{label}.{id}.csv", "walk.csv"),
        ] {
            assert_eq!(read(pattern, path), None, "{pattern} on {path}");
        }
    }

    #[test]
    fn a_name_with_two_readings_is_refused_with_both() {
        let error = Pattern::parse("{label}_{id}.csv").unwrap().read("slow_walk_7.csv").unwrap_err();
        let text = error.to_string();
        assert!(text.contains(r#"label "slow", id "walk_7" or as label "slow_walk", id "7""#), "{text}");
    }

    #[test]
    fn a_pattern_that_cannot_be_understood_is_refused() {
        let error = |text| Pattern::parse(text).unwrap_err();
        assert_eq!(error("{id.csv"), PatternError::Brace);
        assert_eq!(error("id}.csv"), PatternError::Brace);
        assert_eq!(error("{a{b}}.csv"), PatternError::Brace);
        assert_eq!(error("{}.csv"), PatternError::NoName);
        assert_eq!(error("{id}_{id}.csv"), PatternError::Twice { key: "id".into() });
        assert_eq!(error("{label}{id}.csv"), PatternError::Touching { key: "label".into() });
        assert_eq!(error("*.csv"), PatternError::NoKey);
    }

    #[test]
    fn a_stem_has_no_folder_and_no_ending() {
        for (path, expected) in
            [("data/walk/07.csv.gz", "07"), ("walk.07.csv", "walk.07"), (".hidden", ".hidden"), ("a\\b", "b")]
        {
            assert_eq!(stem(path), expected);
        }
    }
}
