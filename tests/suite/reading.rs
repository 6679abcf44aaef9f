//! CSV files, well-formed and broken, in any chunking.

mod spare;
mod table;
mod values;

use painwave::reading::{ReadError, ReadOptions, ReadWarning, Reader};
use painwave::recording::Category;
use painwave::sampling::Sampling;
use painwave::{Recording, Schema};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::random::random;

/// `id, time, a, b` and the category `legs`.
fn schema() -> Schema {
    Schema {
        id: vec!["id".into()],
        time: Some("time".into()),
        channels: vec!["a".into(), "b".into()],
        categories: vec![Category {
            column: "legs".into(),
            levels: vec!["two".into(), "one+peg_leg".into()],
        }],
        ignored: vec!["note".into()],
        label: None,
    }
}

fn reader(schema: &Schema) -> Reader {
    Reader::new(schema, &Sampling::default(), ReadOptions::default())
}

fn read_chunks<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Reader, ReadError> {
    let mut reader = reader(&schema());
    chunks.into_iter().try_for_each(|chunk| reader.feed(chunk))?;
    reader.finish()?;
    Ok(reader)
}

/// Reads a file at once and byte by byte, which must make no difference.
fn read(file: impl AsRef<[u8]>) -> Result<Reader, ReadError> {
    let file = file.as_ref();
    let whole = read_chunks([file]);
    let bytes = read_chunks(file.chunks(1));
    match (&whole, &bytes) {
        (Ok(whole), Ok(bytes)) => {
            assert_eq!(recordings(whole), recordings(bytes));
            assert_eq!(whole.warnings(), bytes.warnings());
        }
        (whole, bytes) => assert_eq!(whole.as_ref().err(), bytes.as_ref().err()),
    }
    whole
}

fn recordings(reader: &Reader) -> Vec<Recording> {
    reader.readable().map(|index| reader.recording(index).clone()).collect()
}

fn recording(id: &str, times: &[f64], values: &[f32], codes: &[u8]) -> Recording {
    Recording { id: id.into(), times: times.into(), values: values.into(), codes: codes.into() }
}

/// The error that a file must have, with a message for people on the right line.
fn error(file: impl AsRef<[u8]>) -> ReadError {
    let Err(error) = read(file) else { panic!("the file was read") };
    if let Some(line) = error.line() {
        assert!(error.to_string().starts_with(&format!("line {line}")), "{error}");
    }
    error
}

/// Code, line and column of the error that a file must have.
fn error_at(file: impl AsRef<[u8]>) -> (&'static str, Option<u64>, Option<String>) {
    let error = error(file);
    (error.code(), error.line(), error.column().map(str::to_owned))
}

const PLAIN: &str = "\
id,time,a,b,legs
000,0,1.5,-2,two
000,1,3.0539757619950095e-07,4E+2,one+peg_leg
001,0,.5,+6,two
";

fn plain() -> Vec<Recording> {
    vec![
        recording("000", &[0.0, 1.0], &[1.5, -2.0, 3.053_975_8e-7, 400.0], &[0, 1]),
        recording("001", &[0.0], &[0.5, 6.0], &[0]),
    ]
}

#[wasm_bindgen_test(unsupported = test)]
fn reads_subjects_in_order_of_appearance() {
    let reader = read(PLAIN).unwrap();
    assert_eq!(recordings(&reader), plain());
    assert_eq!(reader.warnings(), []);
    assert_eq!((reader.len(), reader.index_of("001"), reader.index_of("1")), (2, Some(1), None));
    assert_eq!(reader.into_recordings(), plain());
}

#[wasm_bindgen_test(unsupported = test)]
fn dialects_give_the_same_recordings() {
    let dialects = [
        ("semicolons", PLAIN.replace(',', ";")),
        ("tabs", PLAIN.replace(',', "\t")),
        ("CRLF", PLAIN.replace('\n', "\r\n")),
        ("CR", PLAIN.replace('\n', "\r")),
        ("byte order mark", format!("\u{feff}{PLAIN}")),
        ("byte order mark and quotes", format!("\u{feff}{}", PLAIN.replace("id,", "\"id\","))),
        ("no last line end", PLAIN.trim_end().to_owned()),
        ("blank lines", format!("\n\r\n{}\n  \n\n", PLAIN.replace('\n', "\n\n"))),
        ("quotes", PLAIN.replace("000,", "\"000\",").replace("1.5", "\"1.5\"").replace("legs", "\"legs\"")),
        ("spaces", PLAIN.replace(',', " , ")),
        ("quotes and semicolons", PLAIN.replace(',', ";").replace("time", "\"time\"")),
    ];
    for (name, file) in dialects {
        let reader = read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(recordings(&reader), plain(), "{name}");
        assert_eq!(reader.warnings(), [], "{name}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn delimiter_is_the_one_that_finds_the_columns() {
    let reader = read("id;time;a;b;legs;\"x,y,z,u,v,w,p,q\"\n1;0;1;2;two;\"1,2\"\n").unwrap();
    assert_eq!(recordings(&reader), [recording("1", &[0.0], &[1.0, 2.0], &[0])]);
}

#[wasm_bindgen_test(unsupported = test)]
fn columns_are_found_by_name_and_extra_ones_named_once() {
    let file = "x,legs,b,note,a,time, y ,id\n?,two,2,\"a \"\"b\"\",\n\",1,0,\u{fc},s\n?,two,4,,3,1,,s\n";
    let reader = read(file).unwrap();
    assert_eq!(recordings(&reader), [recording("s", &[0.0, 1.0], &[1.0, 2.0, 3.0, 4.0], &[0, 0])]);
    assert_eq!(reader.warnings(), [ReadWarning::ExtraColumns { columns: vec!["x".into(), "y".into()] }]);
    assert!(reader.warnings()[0].to_string().ends_with(r#"not used: "x", "y""#));
}

#[wasm_bindgen_test(unsupported = test)]
fn all_columns_are_known_once_the_header_is_read() {
    let mut reader = reader(&schema());
    reader.feed(b"\n id ,time,\"a\",b,legs,\"x,\ny\",").unwrap();
    assert_eq!(reader.columns(), None);
    reader.feed(b"\n").unwrap();
    assert_eq!(reader.columns().unwrap(), ["id", "time", "a", "b", "legs", "x,\ny", ""]);
}

#[wasm_bindgen_test(unsupported = test)]
fn unread_columns_may_hold_anything() {
    let reader = read(b"id,time,a,b,legs,note\ns,0,1,2,two,\xff\xfe\ns,1,1,2,two,NaN\n").unwrap();
    assert_eq!(reader.recording(0).steps(), 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_are_sorted_by_time() {
    let reader = read("id,time,a,b,legs\ns,10,1,2,two\ns,-1.5,3,4,one+peg_leg\ns,9,5,6,two\n").unwrap();
    let sorted = recording("s", &[-1.5, 9.0, 10.0], &[3.0, 4.0, 5.0, 6.0, 1.0, 2.0], &[1, 0, 0]);
    assert_eq!(recordings(&reader), [sorted]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_subject_is_complete_when_the_id_changes() {
    let mut reader = reader(&schema());
    reader.feed(b"id,time,a,b,legs\nx,1,1,2,two\nx,0,3,4,two\n").unwrap();
    assert_eq!(reader.take_complete(), [0; 0]);
    reader.feed(b"y,0,1,2,two\n").unwrap();
    assert_eq!(reader.take_complete(), [0]);
    assert_eq!(*reader.recording(0), recording("x", &[0.0, 1.0], &[3.0, 4.0, 1.0, 2.0], &[0, 0]));
    assert_eq!(reader.take_complete(), [0; 0]);
    reader.finish().unwrap();
    assert_eq!(reader.take_complete(), [1]);
    reader.finish().unwrap();
    assert_eq!(reader.take_complete(), [0; 0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn late_rows_hand_a_subject_out_once_more_at_the_end() {
    let mut reader = reader(&schema());
    reader.feed(b"id,time,a,b,legs\nx,0,1,2,two\ny,0,1,2,two\n").unwrap();
    assert_eq!(reader.take_complete(), [0]);
    for time in 1..50 {
        reader.feed(format!("x,{time},1,2,two\ny,{time},1,2,two\n").as_bytes()).unwrap();
    }
    assert_eq!(reader.take_complete(), [0; 0], "y was not taken before its late rows came");
    reader.finish().unwrap();
    assert_eq!(reader.take_complete(), [0, 1]);
    assert_eq!(reader.take_complete(), [0; 0]);
    let times: Vec<f64> = (0..50).map(f64::from).collect();
    assert_eq!((&reader.recording(0).times, &reader.recording(1).times), (&times, &times));
}

#[wasm_bindgen_test(unsupported = test)]
fn late_rows_are_sorted_in() {
    let reader = read("id,time,a,b,legs\nx,2,5,6,two\ny,0,0,0,two\nx,1,3,4,two\n").unwrap();
    assert_eq!(*reader.recording(0), recording("x", &[1.0, 2.0], &[3.0, 4.0, 5.0, 6.0], &[0, 0]));
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_but_a_header_or_less() {
    for empty in ["", "\n\r\n \n", "\u{feff}", "\u{feff}\r\n"] {
        assert_eq!(error(empty), ReadError::EmptyFile, "{empty:?}");
    }
    for header in ["id,time,a,b,legs", "id,time,a,b,legs\n", "\nid,time,a,b,legs\r\n\r\n  \n"] {
        assert_eq!(error(header), ReadError::NoRows, "{header:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn missing_columns_are_all_named() {
    let error = error("\nid,tim,aa,legs\n1,2,3,two\n");
    assert_eq!((error.code(), error.line(), error.column()), ("MISSING_COLUMN", Some(2), Some("a")));
    assert_eq!(
        error.to_string(),
        "line 2: missing columns \"a\", \"b\"; the header has \"id\", \"tim\", \"aa\", \"legs\""
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_column_twice_is_an_error_only_if_it_is_read() {
    let double = error_at("id,time,a,b,legs,a\n1,0,1,2,two,3\n");
    assert_eq!(double, ("DUPLICATE_COLUMN", Some(1), Some("a".into())));
    assert!(read("id,time,a,b,legs,x,x\n1,0,1,2,two,3,3\n").is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_header_of_a_million_columns_is_compared_with_thousands() {
    let channels: Vec<String> = (0..4000).map(|channel| format!("channel {channel}")).collect();
    let mut reader = reader(&Schema { channels, ..schema() });
    let header = format!("id,TIME,{}\n", ",".repeat(1_000_000));
    reader.feed(header.as_bytes()).expect("the header may still come");
    let error = reader.finish().expect_err("no channel is there");
    let ReadError::MissingColumns { missing, found, .. } = error else { panic!("{error}") };
    assert_eq!((missing.len(), found.len()), (4001, 1_000_003));
    assert!(missing.iter().all(|column| column.similar.is_none()));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_quotation_mark_counts_where_its_delimiter_lets_a_field_start() {
    let file = |header: &str| format!("{header}\n1\t0\t1\t2\ttwo\tx\n");
    for note in ["inches, \"", "in,\"ches", "in;\"ches"] {
        let reader = read(file(&format!("id\ttime\ta\tb\tlegs\t{note}"))).expect(note);
        assert_eq!(recordings(&reader), [recording("1", &[0.0], &[1.0, 2.0], &[0])], "{note}");
        assert_eq!(reader.columns().expect("the header is there")[5], note);
    }
    let missing = error(file("id\ttime\ta\tb\tin,\"ches\tnote"));
    assert_eq!((missing.code(), missing.column()), ("MISSING_COLUMN", Some("legs")));
}

#[wasm_bindgen_test(unsupported = test)]
fn names_and_values_are_trimmed_alike() {
    let ascii = PLAIN.replace(',', " \t,\x0c ");
    assert_eq!(recordings(&read(ascii).expect("ASCII spaces do not count")), plain());
    let others = PLAIN.replacen(",a,", ",\u{a0}a,", 1).replacen(",1.5,", ",\u{a0}1.5,", 1);
    assert_eq!(recordings(&read(others).expect("nor do those that nobody sees")), plain());
}

#[wasm_bindgen_test(unsupported = test)]
fn wrong_field_counts() {
    let header = "id,time,a,b,legs\n1,0,1,2,two\n";
    for (row, found) in [("1,1,1,2", 4), ("1,1,1,2,two,x", 6), ("x", 1), (",,,,,,,,,,,,x", 13), ("1,0.", 2)] {
        let expected = ReadError::WrongFieldCount { line: 3, expected: 5, found };
        assert_eq!(error(format!("{header}{row}\n")), expected, "{row}");
        assert_eq!(error(format!("{header}{row}\r\n1,2,1,2,two\n")), expected, "{row}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn values_that_are_no_finite_numbers() {
    let at = |code, column: &str| (code, Some(2), Some(column.to_owned()));
    let with = |time: &str, b: &str| error_at(format!("id,time,a,b,legs\n1,{time},1,{b},two\n"));
    for text in ["x", "0x10", "1 2", "1_000", "--1", "e5", "1e", "1.2.3", "１"] {
        assert_eq!(with("0", text), at("NOT_A_NUMBER", "b"), "{text}");
    }
    for text in ["x", "--1", "１"] {
        assert_eq!(with(text, "0"), at("NOT_A_TIME", "time"), "{text}");
    }
    for text in ["inf", "-Infinity", "1e999"] {
        assert_eq!(with("0", text), at("NOT_FINITE", "b"), "{text}");
        assert_eq!(with(text, "0"), at("NOT_FINITE", "time"), "{text}");
    }
    assert_eq!(with("0", "1e39"), at("NOT_FINITE", "b"), "too large for a 32-bit float");
    for text in ["", "  ", "\"\"", "NA", "NaN", "nan"] {
        assert_eq!(with("0", text), at("NO_VALUES", "b"), "{text}");
    }
    assert_eq!(error_at(b"id,time,a,b,legs\n1,0,\xff,2,two\n"), at("NOT_A_NUMBER", "a"));
}

#[wasm_bindgen_test(unsupported = test)]
fn messages_about_numbers_help() {
    let long = format!("id,time,a,b,legs\n1,0,{},2,two\n", "é".repeat(5000));
    let expected = format!("line 2, column \"a\": expected a number, found \"{}…\"", "é".repeat(40));
    assert_eq!(error(long).to_string(), expected);
}

#[wasm_bindgen_test(unsupported = test)]
fn numbers_are_correctly_rounded() {
    // The second lies just above the middle of two floats; rounding to f64 first would go down.
    for text in ["0.1", "1.00000017881393432617187500001", "3.4028235e38", "1e-45", "1e-60", "16777217"] {
        let reader = read(format!("id,time,a,b,legs\n1,0.1,{text},-{text},two\n")).unwrap();
        let number: f32 = text.parse().unwrap();
        assert_eq!(reader.recording(0).values, [number, -number], "{text}");
        assert_eq!(reader.recording(0).times, [0.1]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn duplicate_times_name_both_lines() {
    for (rows, line, first_line) in [
        (&["x,5,1", "x,3,1", "x,5.0,2"][..], 4, 2),
        (&["x,1,1", "x,0,1", "y,1,1", "x,2,1", "y,0,1", "x,0.0,2"], 7, 3),
    ] {
        let rows: Vec<String> = rows.iter().map(|row| format!("{row},2,two\n")).collect();
        let file = format!("id,time,a,b,legs\n{}", rows.concat());
        let mut reader = reader(&schema());
        reader.feed(file.as_bytes()).expect("a subject is no file");
        // An error where there is no other subject.
        let _ = reader.finish();
        let [refusal] = reader.refused() else { panic!("{:?}", reader.refused()) };
        assert_eq!(
            (&*refusal.id, refusal.reason.code(), refusal.reason.line()),
            ("x", "DUPLICATE_TIME", Some(line))
        );
        assert!(refusal.reason.to_string().contains(&format!("on line {first_line}")), "{}", refusal.reason);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn categories_and_ids_are_checked() {
    let unknown = error("id,time,a,b,legs\n1,0,1,2,three\n");
    assert_eq!(
        (unknown.code(), unknown.line(), unknown.column()),
        ("UNKNOWN_CATEGORY", Some(2), Some("legs"))
    );
    assert_eq!(
        unknown.to_string(),
        "line 2, column \"legs\": expected one of \"two\", \"one+peg_leg\", found \"three\""
    );
    let at = |code, column: &str| (code, Some(2), Some(column.to_owned()));
    assert_eq!(error_at("id,time,a,b,legs\n1,0,1,2,\n"), at("NO_VALUES", "legs"));
    assert_eq!(error_at(b"id,time,a,b,legs\n1,0,1,2,tw\xf6\n"), at("UNKNOWN_CATEGORY", "legs"));
    assert_eq!(error_at("id,time,a,b,legs\n ,0,1,2,two\n"), at("EMPTY_ID", "id"));
}

#[wasm_bindgen_test(unsupported = test)]
fn ids_may_be_any_text() {
    let reader =
        read("id,time,a,b,legs\n\"müller, \"\"j\"\"\",0,1,2,two\n00,0,1,2,two\n0,0,1,2,two\n").unwrap();
    let ids: Vec<String> = recordings(&reader).into_iter().map(|recording| recording.id).collect();
    assert_eq!(ids, ["müller, \"j\"", "00", "0"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn lines_are_those_of_the_file() {
    let bad = "1,9,x,2,two,\n";
    let header = "id,time,a,b,legs,note\n";
    for (before, line) in [
        (format!("{header}1,0,1,2,two,\"a\nb\n\nc\"\n"), 6),
        (format!("{header}1,0,1,2,two,\"a\r\nb\"\r\n"), 4),
        (format!("\r\n\n{header}\n\n\n"), 7),
        (format!("\r{}\r\r", header.trim_end()), 4),
        (format!("\r{header}"), 3),
        (format!("\r\n{}\r\n1,0,1,2,two,\"\"\"\n\"\r\n", header.trim_end()), 5),
        ("id,time,a,b,legs,\"two\nlines\"\r\n".to_owned(), 3),
        ("id,time,a,b,legs,\"three\rlines\r\n\"\r\n".to_owned(), 4),
        (format!("{header}1,0,1,2,two,\"a\rb\r\r\nc\"\r"), 6),
        (format!("{header}\"1\r\",0,1,2,two,\"\nx\"\n"), 5),
    ] {
        let expected = ("NOT_A_NUMBER", Some(line), Some("a".to_owned()));
        assert_eq!(error_at(format!("{before}{bad}")), expected, "{before:?}");
    }
    let multiline = format!("{header}\"1\n\n\",1,x,2,two,\n");
    assert_eq!(error_at(multiline).1, Some(2), "a row is on the line that it starts on");
}

#[wasm_bindgen_test(unsupported = test)]
fn unclosed_quotes_end_in_an_error() {
    let at = |line, column: &str| ("UNTERMINATED_QUOTE", Some(line), Some(column.to_owned()));
    assert_eq!(error_at("id,time,a,b,legs\n1,0,1,2,two\n1,0,\"1,2,two\n1,2,3,4,two\n"), at(3, "a"));
    assert_eq!(error_at("id,time,a,b,legs\n1,0,1,2,\""), at(2, "legs"));
    assert_eq!(error_at("id,time,\"a,b,legs\n1,0,1,2,two\n"), ("UNTERMINATED_QUOTE", Some(1), None));
}

#[wasm_bindgen_test(unsupported = test)]
fn memory_is_bounded() {
    let header = "id,time,a,b,legs,note\n1,0,1,2,two,x\n";
    let megabytes = "\"".to_owned() + &"y,\n".repeat(1_000_000);
    let too_long = |line, column: Option<&str>| ("ROW_TOO_LONG", Some(line), column.map(str::to_owned));
    assert_eq!(error_at(format!("{header}1,1,1,2,two,{megabytes}")), too_long(3, Some("note")));
    assert_eq!(error_at(&megabytes), too_long(1, None));
    assert_eq!(error_at(format!("{header}{}", ",".repeat(3_000_000))), too_long(3, None));
    let long = "z".repeat(1_000_000);
    assert!(read(format!("{header}1,1,1,2,two,{long}\n")).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn other_kinds_of_files_are_named() {
    let files: [(&[u8], &str); 3] = [
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "a zip archive or an Excel workbook"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "a gzip archive"),
        (&[0; 3_000_000], "binary data"),
    ];
    for (file, found) in files {
        assert_eq!(error(file), ReadError::NotText { found });
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_first_error_stays() {
    let mut reader = reader(&schema());
    let first = reader.feed(b"id,time,a,b,legs,a\nx,0,1,2,two,3\n").unwrap_err();
    assert_eq!(reader.feed(b"x,2,1,2,two\n").unwrap_err(), first);
    assert_eq!(reader.finish().unwrap_err(), first);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_subject_that_cannot_be_read_is_empty() {
    let mut reader = reader(&schema());
    reader.feed(b"id,time,a,b,legs\nx,0,1,2,two\nx,1,1,oops,two\n").expect("a subject is no file");
    assert_eq!((reader.id(0), reader.recording(0).steps()), ("x", 0));
    assert_eq!(reader.finish().map_err(|error| error.code()), Err("NOT_A_NUMBER"), "there is no other");
}

/// Files that are changed at random, cut at random, must be read or refused, the same either way.
#[wasm_bindgen_test(unsupported = test)]
fn mutated_files_never_panic() {
    let seeds = [
        PLAIN.to_owned(),
        PLAIN.replace(',', ";").replace('\n', "\r\n"),
        format!("\u{feff}{}", PLAIN.replace("two", "\"two\"").replace("000", "\"0\"\"\n0\"")),
    ];
    let pieces: [&[u8]; 16] = [
        b"\"",
        b"\"\"",
        b"\n",
        b"\r\n",
        b"\r",
        b",",
        b";",
        b"\t",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"NaN",
        b"1e999",
        b" ",
        b"000,0,1,2,two\n",
        b"id",
    ];
    let mut random = random(1);
    let rounds = if cfg!(target_arch = "wasm32") { 3_000 } else { 30_000 };
    let mut refused = 0;
    for round in 0..rounds {
        let mut file = seeds[round % seeds.len()].clone().into_bytes();
        for _ in 0..1 + random(3) {
            let at = random(file.len() + 1);
            let end = (at + random(4)).min(file.len());
            match random(4) {
                0 => file.truncate(at),
                1 => drop(file.drain(at..end)),
                2 => drop(file.splice(at..end, pieces[random(pieces.len())].iter().copied())),
                _ => drop(file.splice(at..at, pieces[random(pieces.len())].iter().copied())),
            }
        }
        match read(&file) {
            Ok(reader) => recordings(&reader).iter().for_each(|recording| {
                let steps = recording.steps();
                assert!(steps > 0 && !recording.id.is_empty());
                assert!(recording.times.is_sorted_by(|a, b| a < b));
                assert!(recording.values.iter().all(|value| value.is_finite()));
                assert_eq!((recording.values.len(), recording.codes.len()), (2 * steps, steps));
            }),
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty());
            }
        }
    }
    assert!(refused > rounds / 4 && refused < rounds, "{refused} of {rounds} refused");
}

#[cfg(not(target_arch = "wasm32"))]
mod random_chunks {
    use proptest::prelude::*;

    use super::*;

    /// A file with everything that can be cut in two.
    fn file() -> impl Strategy<Value = String> {
        let id = prop_oneof!["[a-c]", r#""é,""[xy]""""#, "\"\u{1f980}\n[0-9]\""];
        let number = prop_oneof![
            any::<f32>().prop_filter("finite", |x| x.is_finite()).prop_map(|x| format!("{x:e}")),
            Just(" 7 ".to_owned())
        ];
        let legs = prop_oneof![Just("two"), Just("\"one+peg_leg\""), Just("\"two\"")];
        let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n")];
        let row = (id, number.clone(), number, legs, end);
        let rows = proptest::collection::vec(row, 1..20);
        (any::<bool>(), Just("id,time,a,\"b\",legs\r\n"), rows).prop_map(|(mark, header, rows)| {
            let start = if mark { "\u{feff}" } else { "" }.to_owned() + header;
            rows.iter().enumerate().fold(start, |file, (time, (id, a, b, legs, end))| {
                format!("{file}{id},{},{a},{b},{legs}{end}", 100 - time)
            })
        })
    }

    proptest! {
        #[test]
        fn give_the_same_recordings(file in file(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
            let whole = read(&file).unwrap();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(file.len())).collect();
            cuts.sort_unstable();
            let starts = std::iter::once(0).chain(cuts.iter().copied());
            let ends = cuts.iter().copied().chain([file.len()]);
            let chunks = starts.zip(ends).map(|(start, end)| &file.as_bytes()[start..end]);
            prop_assert_eq!(recordings(&read_chunks(chunks).unwrap()), recordings(&whole));
        }
    }
}
