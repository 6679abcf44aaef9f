//! Characters that nobody sees.

/// Whether nothing is seen of a character: spaces of any width, joiners, marks.
pub(in super::super) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\0'..=' '
            | '\u{7f}'
            | '\u{85}'
            | '\u{a0}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{1680}'
            | '\u{180e}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{3000}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// A field without what nobody sees at its ends. Whether something else than ASCII spaces was there is told to `found`.
pub(in super::super) fn trim(field: &[u8], found: impl FnOnce()) -> &[u8] {
    let field = field.trim_ascii();
    let beyond = |byte: Option<&u8>| byte.is_some_and(|byte| !(b' '..0x7f).contains(byte));
    if beyond(field.first()) || beyond(field.last()) { trim_rare(field, found) } else { field }
}

#[cold]
fn trim_rare(field: &[u8], found: impl FnOnce()) -> &[u8] {
    let trimmed = match str::from_utf8(field) {
        Ok(text) => text.trim_matches(is_invisible).as_bytes(),
        // In Windows-1252 the no-break space and the soft hyphen are one byte.
        Err(_) => {
            let seen = |byte: &u8| !matches!(byte, 0..=b' ' | 0x7f | 0xa0 | 0xad);
            let start = field.iter().position(seen).unwrap_or(field.len());
            let end = field.iter().rposition(seen).map_or(start, |last| last + 1);
            &field[start..end]
        }
    };
    if trimmed.len() < field.len() {
        found();
    }
    trimmed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_trimmed_and_the_middle_is_not() {
        let cases: [(&[u8], &[u8], bool); 8] = [
            (b" 1\t", b"1", false),
            ("\u{a0}001\u{200b}".as_bytes(), b"001", true),
            ("\u{feff} 7".as_bytes(), b"7", true),
            ("é\u{a0}é".as_bytes(), "é\u{a0}é".as_bytes(), false),
            (b"\xa01.5\xa0", b"1.5", true),
            (b"\xe9t\xe9", b"\xe9t\xe9", false),
            ("\u{200b}\u{a0}".as_bytes(), b"", true),
            (b"", b"", false),
        ];
        for (field, expected, rare) in cases {
            let mut found = false;
            assert_eq!((trim(field, || found = true), found), (expected, rare), "{field:?}");
        }
    }
}
