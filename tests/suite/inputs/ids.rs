//! Whose a row is, and words.

use super::{Input, edit, same, without};

pub fn inputs() -> Vec<Input> {
    let invisible = &["INVISIBLE_CHARACTERS"];
    vec![
        same("spaces-around", edit(&[("b,0", " b ,0"), ("left", " left "), ("0.75", " 0.75 ")]), &[]),
        same("invisible", edit(&[("b,1", "b\u{a0},1")]), invisible),
        same("invisible", edit(&[("b,1", "\u{200b}b,1")]), invisible),
        same("invisible", edit(&[("b,1", "b\u{200d}\u{2060},1")]), invisible),
        same("invisible", edit(&[("b,1", "\u{3000}b,1")]), invisible),
        same(
            "rows-apart",
            {
                let lines: Vec<&str> = super::BASE.lines().collect();
                [0, 1, 5, 2, 6, 3, 7, 4, 8].map(|line| format!("{}\n", lines[line])).concat()
            },
            &[],
        ),
        without(
            "no-id",
            edit(&[("b,3", ",3")]).replace("b,", "a,").replace(
                "a,0,0.5,-0.5,left\na,1,1.5,-1.5,left\na,2,2.5,-2.5,right\n",
                "b,0,0.5,-0.5,left\nb,1,1.5,-1.5,left\nb,2,2.5,-2.5,right\nb,3,3.5,-3.5,right\n",
            ),
            ("", "EMPTY_ID"),
            &[],
        ),
        without("unknown-word", edit(&[("-2.5,right", "-2.5,middle")]), ("b", "UNKNOWN_CATEGORY"), &[]),
        same("word-spelled", edit(&[("-2.5,right", "-2.5,RIGHT")]), &["LEVEL_SPELLING"]),
        same("word-spelled", edit(&[("-2.5,right", "-2.5,Right")]), &["LEVEL_SPELLING"]),
    ]
}
