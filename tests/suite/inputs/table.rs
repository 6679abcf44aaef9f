//! What stands before, around and between the rows.

use super::{BASE, Input, edit, error, same, without};

/// [`BASE`] with other delimiters.
fn delimited(delimiter: &str) -> String {
    BASE.replace(',', delimiter)
}

/// [`BASE`] after some lines.
fn after(lines: &str) -> String {
    format!("{lines}{BASE}")
}

pub fn inputs() -> Vec<Input> {
    let skipped = &["LINES_BEFORE_HEADER"];
    let quoted = "\"id\",\"time\",\"x\",\"y\",\"side\"";
    vec![
        same("delimiters", delimited(";"), &[]),
        same("delimiters", delimited("\t"), &[]),
        same("delimiters", delimited("|"), &[]),
        same("spaces", delimited("  "), &[]),
        same("spaces", delimited("     "), &[]),
        same(
            "quotes",
            edit(&[("id,time,x,y,side", quoted), ("left", "\"left\""), ("0.75", "\"0.75\"")]),
            &[],
        ),
        same("sep-line", after("sep=,\n"), &["LINES_BEFORE_HEADER"]),
        same("sep-line", format!("sep=;\r\n{}", delimited(";")), &["LINES_BEFORE_HEADER"]),
        same("sep-line", format!("\"sep=;\"\n{}", delimited(";")), &["LINES_BEFORE_HEADER"]),
        same("sep-line", format!("sep=^\n{}", delimited("^")), &["LINES_BEFORE_HEADER"]),
        same("comments", after("# device: X1\n# rate: 100 Hz\n"), skipped),
        same("comments", after("// device\n"), skipped),
        same("comments", after("% device, rate\n%\n"), skipped),
        same("comments", after("#TYPE System.Object\n"), skipped),
        same("comments", edit(&[("b,0", "# restarted\nb,0")]), &["COMMENT_LINE"]),
        same(
            "header-block",
            after("Device: X1\nSerial Number,AB0001\nStart,10:00:00,1/2/2024\n-----\n\n"),
            skipped,
        ),
        same(
            "header-block",
            format!("walk01\nversion=3\nnRows=8\nnColumns=5\nendheader\n{}", delimited("\t")),
            skipped,
        ),
        same("header-block", after("\"Tracker, Firmware 1.0\"\n,,,,\n"), skipped),
        same("header-block", after(&"key: value\n".repeat(99)), skipped),
        error("header-block-long", after(&"key: value\n".repeat(200)), "MISSING_COLUMN"),
        same("unit-rows", edit(&[("side\n", "side\n,s,m/s,m/s,\n")]), &["UNITS_ROW"]),
        same("unit-rows", edit(&[("side\n", "side\nno unit,s,m/s,m/s,no unit\n")]), &["UNITS_ROW"]),
        same(
            "unit-rows",
            edit(&[("side\n", "side\n-,[s],[deg],[deg],-\nid,when,left,right,which\n")]),
            &["UNITS_ROW"],
        ),
        same(
            "units-in-names",
            edit(&[("time,x,y", "time (s),x [m/s²],y(deg)")]),
            &["RENAMED_COLUMN", "ROWS_AS_STEPS"],
        ),
        same(
            "units-in-names",
            edit(&[("id,time,x,y", "ID,Time [s],X (g),Y (g)")]),
            &["RENAMED_COLUMN", "ROWS_AS_STEPS"],
        ),
        same("names-spelled", edit(&[("id,time,x,y,side", "Id, Time ,X,Y,SIDE")]), &["RENAMED_COLUMN"]),
        same("header-again", edit(&[("b,0", "id,time,x,y,side\nb,0")]), &["HEADER_AGAIN"]),
        same(
            "header-again",
            edit(&[("a,2", "id,time,x,y,side\na,2"), ("b,0", "id,time,x,y,side\nb,0")]),
            &["HEADER_AGAIN"],
        ),
        same(
            "header-again",
            edit(&[("b,0", "id,time,x,y,side\n,s,m/s,m/s,\nb,0")]),
            &["HEADER_AGAIN", "UNITS_ROW"],
        ),
        same("ghost-rows", format!("{BASE},,,,\n,,,,\n"), &["GHOST_ROW"]),
        same("ghost-rows", edit(&[("b,0", ",,,,\n , , , , \nb,0")]), &["GHOST_ROW"]),
        same("ghost-rows", edit(&[("b,0", "\"\",\"\",\"\",\"\",\"\"\nb,0")]), &["GHOST_ROW"]),
        same("trailing-delimiters", BASE.replace('\n', ",\n"), &[]),
        same("trailing-delimiters", edit(&[("side\n", "side,\n")]), &["TRAILING_DELIMITER"]),
        same("trailing-delimiters", edit(&[("left\n", "left,,\n")]), &["TRAILING_DELIMITER"]),
        same(
            "index-column",
            BASE.lines()
                .enumerate()
                .map(|(i, line)| if i == 0 { format!(",{line}\n") } else { format!("{},{line}\n", i - 1) })
                .collect::<String>(),
            &[],
        ),
        same(
            "index-column",
            BASE.lines()
                .enumerate()
                .map(|(i, line)| if i == 0 { format!("{line}\n") } else { format!("\"{i}\",{line}\n") })
                .collect::<String>(),
            &["ROW_NAMES"],
        ),
        same("short-rows", edit(&[("side\n", "side,note\n"), ("left\n", "left,x\n")]), &["SHORT_ROW"]),
        same(
            "stray-quote",
            edit(&[("side\n", "side,note\n"), ("left\n", "left,ok\n"), ("right\n", "right,\"bad\n")]),
            &["STRAY_QUOTE"],
        ),
        same(
            "stray-quote",
            edit(&[
                ("side\n", "side,note\n"),
                ("left\n", "left,ok\n"),
                ("right\na,2", "right,\"bad\na,2"),
                ("right\nb,0", "right,ok\nb,0"),
                ("right\nb,3", "right,bad\"\nb,3"),
                ("3.5,right\n", "3.5,right,\n"),
            ]),
            &["STRAY_QUOTE"],
        ),
        same(
            "lines-in-quotes",
            edit(&[("side\n", "side,note\n"), ("left\n", "left,\"two\nlines\"\n"), ("right\n", "right,\n")]),
            &[],
        ),
        without("field-count", edit(&[("b,1,1.5", "b,1,1.5,7")]), ("b", "WRONG_FIELD_COUNT"), &[]),
        without("field-count", edit(&[("b,1,1.5,-1.5,left", "b,1,1.5")]), ("b", "WRONG_FIELD_COUNT"), &[]),
        error("missing-columns", edit(&[("time,x,y", "time,acc_x,acc_y")]), "MISSING_COLUMN"),
        error("no-header", BASE.split_once('\n').map_or("", |(_, rows)| rows), "NO_HEADER"),
        error("column-twice", edit(&[("id,time,x,y", "id,time,x,x")]), "DUPLICATE_COLUMN"),
        error(
            "column-twice",
            BASE.lines()
                .map(|line| format!("{line},{}\n", line.split(',').nth(2).unwrap_or("")))
                .collect::<String>(),
            "DUPLICATE_COLUMN",
        ),
    ]
}
