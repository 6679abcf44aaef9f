//! Whose a row is.

use super::{Input, edit, same, without};

pub fn inputs() -> Vec<Input> {
    let invisible = &["INVISIBLE_CHARACTERS"];
    vec![
        same("spaces-around", edit(&[("b,0", " b ,0"), ("left", " left ")]), &[]),
        same("invisible", edit(&[("b,1", "b\u{a0},1")]), invisible),
        same("invisible", edit(&[("b,1", "\u{200b}b,1")]), invisible),
        same("invisible", edit(&[("b,1", "b\u{200d}\u{2060},1")]), invisible),
        same("invisible", edit(&[("b,1", "\u{3000}b,1")]), invisible),
        without("no-id", edit(&[("b,3", ",3")]), ("", "EMPTY_ID"), &[]),
        without("unknown-word", edit(&[("-2.5,right", "-2.5,middle")]), ("b", "UNKNOWN_CATEGORY"), &[]),
        same("word-spelled", edit(&[("-2.5,right", "-2.5,RIGHT")]), &["CATEGORY_SPELLING"]),
    ]
}
