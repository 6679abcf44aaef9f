//! How numbers are written.

use super::{BASE, Input, edit, error, same, without};

/// [`BASE`] with decimal commas.
fn commas(delimiter: &str) -> String {
    BASE.replace(',', delimiter).replace('.', ",")
}

pub fn inputs() -> Vec<Input> {
    let comma = &["DECIMAL_COMMA"];
    let quoted = |text: &str| {
        text.replace('.', "<")
            .lines()
            .map(|line| {
                let fields = line.split(',').map(|field| {
                    if field.contains('<') {
                        format!("\"{}\"", field.replace('<', ","))
                    } else {
                        field.to_owned()
                    }
                });
                fields.collect::<Vec<_>>().join(",") + "\n"
            })
            .collect::<String>()
    };
    vec![
        same(
            "plain-numbers",
            edit(&[("a,1,0.75,2.5", "a,1,7.5e-1,+2.5"), ("1.5,1000.5", "15E-1,1.0005e3")]),
            &[],
        ),
        same("plain-numbers", edit(&[("0.5,-1.25", ".5,-1.250")]), &[]),
        same("decimal-comma", commas(";"), comma),
        same("decimal-comma", commas("\t"), comma),
        same("decimal-comma", quoted(BASE), comma),
        same("decimal-comma", commas(";").replace("1000,5", "1.000,5"), &["DECIMAL_COMMA", "THOUSANDS"]),
        same("decimal-comma", commas(";").replace("1000,5", "1 000,5"), &["DECIMAL_COMMA", "THOUSANDS"]),
        same(
            "decimal-comma",
            commas(";").replace("1000,5", "1\u{202f}000,5"),
            &["DECIMAL_COMMA", "THOUSANDS"],
        ),
        same("decimal-comma", commas(";").replace("0,75", "7,5E-01"), comma),
        same("thousands", edit(&[("1000.5", "\"1,000.5\"")]), &["THOUSANDS"]),
        same("thousands", edit(&[("1000.5", "1'000.5")]), &["THOUSANDS"]),
        same("thousands", edit(&[("1000.5", "1 000.5")]), &["THOUSANDS"]),
        same("minus-signs", edit(&[("-", "\u{2212}")]), &["TYPOGRAPHIC_SIGN"]),
        same(
            "fortran-exponents",
            edit(&[("0.75", "7.5D-01"), ("1000.5", "1.0005d+03")]),
            &["FORTRAN_EXPONENT"],
        ),
        same("fortran-exponents", edit(&[("1000.5", "1.0005+003")]), &["FORTRAN_EXPONENT"]),
        same("excel-text", edit(&[("0.75", "\"=\"\"0.75\"\"\"")]), &["SPREADSHEET_TEXT"]),
        same("excel-text", edit(&[("0.75", "=\"0.75\"")]), &["SPREADSHEET_TEXT"]),
        same("excel-text", edit(&[("b,", "=\"b\",")]), &["SPREADSHEET_TEXT"]),
        same(
            "settled-later",
            commas(";").replace("a;0;0,5;-1,25", "a;0;0,500;-1,250").replace("0,75;2,5", "0,750;2,500"),
            comma,
        ),
        error(
            "two-readings",
            "id;time;x;y;side\na;0;1,234;2,345;left\na;1;3,456;4,567;left\n",
            "AMBIGUOUS_NUMBER",
        ),
        without("contradiction", edit(&[("2.5,-2.5", "\"2,5\",-2.5")]), ("b", "MIXED_DECIMALS"), &[]),
        without("contradiction", commas(";").replace("b;2;2,5", "b;2;2.5"), ("b", "MIXED_DECIMALS"), comma),
        error("unquoted-commas", BASE.replace('.', ","), "WRONG_FIELD_COUNT"),
        without("no-number", edit(&[("2.5,-2.5", "2.5 ok,-2.5")]), ("b", "NOT_A_NUMBER"), &[]),
        without("infinite", edit(&[("2.5,-2.5", "inf,-2.5")]), ("b", "NOT_FINITE"), &[]),
        without("infinite", edit(&[("2.5,-2.5", "-Infinity,-2.5")]), ("b", "NOT_FINITE"), &[]),
        without("infinite", edit(&[("2.5,-2.5", "1e999,-2.5")]), ("b", "NOT_FINITE"), &[]),
        without("infinite", edit(&[("2.5,-2.5", "1.#INF,-2.5")]), ("b", "NOT_FINITE"), &[]),
    ]
}
