//! How the text is written down in bytes.

use super::{BASE, Input, edit, error, same, without};

/// UTF-16 or UTF-32: each unit in `width` bytes.
fn wide(text: &str, width: usize, big_endian: bool) -> Vec<u8> {
    let unit = |unit: u32| {
        let mut bytes = unit.to_le_bytes()[..width].to_vec();
        if big_endian {
            bytes.reverse();
        }
        bytes
    };
    match width {
        2 => text.encode_utf16().flat_map(|unit16| unit(unit16.into())).collect(),
        _ => text.chars().flat_map(|char| unit(char.into())).collect(),
    }
}

/// Windows-1252, of texts whose characters have the same number there.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|char| u8::try_from(u32::from(char)).expect("a character of one byte")).collect()
}

pub fn inputs() -> Vec<Input> {
    let marked = format!("\u{feff}{BASE}");
    let note = |text: &str| edit(&[("side\n", &format!("side,{text}\n")), ("t\n", "t,\n")]);
    vec![
        same("utf-8", BASE, &[]),
        same("utf-8-mark", &marked, &[]),
        same("utf-16", wide(&marked, 2, false), &["OTHER_ENCODING"]),
        same("utf-16", wide(&marked, 2, true), &["OTHER_ENCODING"]),
        same("utf-16", wide(BASE, 2, false), &["OTHER_ENCODING"]),
        same("utf-16", wide(BASE, 2, true), &["OTHER_ENCODING"]),
        same("utf-16", wide(&marked.replace(',', "\t").replace('\n', "\r\n"), 2, false), &["OTHER_ENCODING"]),
        same("utf-32", wide(&marked, 4, false), &["OTHER_ENCODING"]),
        same("utf-32", wide(&marked, 4, true), &["OTHER_ENCODING"]),
        same("utf-32", wide(BASE, 4, false), &["OTHER_ENCODING"]),
        same("utf-32", wide(BASE, 4, true), &["OTHER_ENCODING"]),
        same(
            "windows-1252",
            latin(&edit(&[("time,x", "time,x [°]")])),
            &["OTHER_ENCODING", "RENAMED_COLUMN"],
        ),
        same("windows-1252-unread", latin(&note("größe")), &[]),
        same("windows-1252-unread", latin(&note("note").replace("left,\n", "left,für\n")), &[]),
        same("mark-inside", edit(&[("b,0", "\u{feff}b,0")]), &["INVISIBLE_CHARACTERS"]),
        same("mark-inside", edit(&[("a,0", "\u{feff}a,0")]), &["INVISIBLE_CHARACTERS"]),
        same("line-ends", BASE.replace('\n', "\r\n"), &[]),
        same("line-ends", BASE.replace('\n', "\r"), &[]),
        same("line-ends", edit(&[("right\na,2", "right\r\na,2"), ("left\nb,1", "left\rb,1")]), &[]),
        same("no-last-line-end", BASE.trim_end(), &[]),
        same("blank-lines", format!("\n\r\n  \n{}", BASE.replace("\nb,0", "\n\n\nb,0")), &[]),
        same("nul-tail", format!("{BASE}{}", "\0".repeat(3000)), &["NUL_BYTES"]),
        same("nul-inside", BASE.replace("\nb,0", "\n\0\0\0\0b,0"), &["NUL_BYTES"]),
        same("ctrl-z", format!("{BASE}\x1a"), &[]),
        same("cut-row", format!("{BASE}c,0,0.5"), &["CUT_ROW"]),
        same("cut-row", format!("{BASE}b,4,0.5{}", "\0".repeat(500)), &["CUT_ROW", "NUL_BYTES"]),
        without(
            "invalid-bytes",
            [edit(&[("time,x", "time,x [°]")]).as_bytes(), b"\xe9b,4,4.5,-4.5,left\n"].concat(),
            ("", "MIXED_ENCODINGS"),
            &["RENAMED_COLUMN"],
        ),
        error("empty", "", "EMPTY_FILE"),
        error("empty", "\n \n\t\n", "EMPTY_FILE"),
        error("empty", "id,time,x,y,side\n", "NO_ROWS"),
    ]
}
