//! Readings that are not there.

use super::{Input, edit, same, without};

/// All the usual words.
const WORDS: [&str; 30] = [
    "",
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "NaN",
    "nan",
    "-nan",
    "NAN",
    "nan(ind)",
    "1.#QNAN",
    "-1.#IND",
    "null",
    "NULL",
    "nil",
    "None",
    "none",
    "-",
    "--",
    "---",
    ".",
    "?",
    "*",
    "missing",
    "undefined",
    "<NA>",
    "\\N",
    "#DIV/0!",
    "#VALUE!",
    "\" \"",
];

pub fn inputs() -> Vec<Input> {
    let bridged = &["MISSING_VALUES"];
    let mut inputs: Vec<Input> = WORDS
        .iter()
        .map(|word| same("missing-words", edit(&[("b,1,1.5", &format!("b,1,{word}"))]), bridged))
        .collect();
    inputs.extend([
        same(
            "missing-code",
            edit(&[("-2.5,right", "-2.5,left"), ("-3.5,right", "-3.5,left")])
                .replace("-1.5,left", "-1.5,NA")
                .replace("-2.5,left", "-2.5,right")
                .replace("-3.5,left", "-3.5,right"),
            bridged,
        ),
        same(
            "missing-unread",
            edit(&[("side\n", "side,note\n"), ("left\n", "left,NA\n"), ("right\n", "right,\n")]),
            &[],
        ),
        without(
            "missing-long",
            {
                let rows: String = (0..8)
                    .map(|time| {
                        format!(
                            "b,{time},{},-{time}.5,left\n",
                            if (1..7).contains(&time) { "NA" } else { "1.5" }
                        )
                    })
                    .collect();
                let a = edit(&[]);
                let a = a.split_once("b,0").map_or("", |(a, _)| a).to_owned();
                a + &rows
            },
            ("b", "MISSING_VALUES"),
            &[],
        ),
        without(
            "missing-channel",
            edit(&[("b,0,0.5", "b,0,"), ("b,1,1.5", "b,1,"), ("b,2,2.5", "b,2,"), ("b,3,3.5", "b,3,")]),
            ("b", "NO_VALUES"),
            &[],
        ),
    ]);
    inputs
}
