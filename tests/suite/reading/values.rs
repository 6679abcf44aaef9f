//! Numbers, missing values, ids and subjects as people write them.

use painwave::reading::{ReadError, ReadOptions, Reader, Refusal, Repair};
use painwave::recording::Category;
use painwave::sampling::{Missing, Sampling};
use painwave::{Recording, Schema};
use wasm_bindgen_test::wasm_bindgen_test;

/// `id, time, a, b` and the category `legs`.
fn schema() -> Schema {
    Schema {
        id: vec!["id".into()],
        time: Some("time".into()),
        channels: vec!["a".into(), "b".into()],
        categories: vec![Category {
            column: "legs".into(),
            levels: vec!["two".into(), "NA".into(), "peg leg".into()],
        }],
        ignored: Vec::new(),
        label: Some("mood".into()),
    }
}

/// What was read of a file.
#[derive(Debug, PartialEq)]
struct Read {
    recordings: Vec<Recording>,
    /// Code, count and line.
    repairs: Vec<(&'static str, u64, u64)>,
    /// Id, code and line.
    refused: Vec<(String, &'static str, Option<u64>)>,
    error: Option<ReadError>,
}

impl Read {
    fn of(reader: &Reader, error: Option<ReadError>) -> Read {
        let repair = |repair: &Repair| (repair.kind.code(), repair.count, repair.line);
        let refusal = |Refusal { id, reason, .. }: &Refusal| (id.clone(), reason.code(), reason.line());
        Read {
            recordings: reader.readable().map(|index| reader.recording(index).clone()).collect(),
            repairs: reader.repairs().iter().map(repair).collect(),
            refused: reader.refused().iter().map(refusal).collect(),
            error,
        }
    }

    fn values(&self) -> Vec<f32> {
        self.recordings.iter().flat_map(|recording| recording.values.clone()).collect()
    }
}

/// Reads files with and without names, each at once, byte by byte and in pieces of seven: that makes no difference.
fn read_with(schema: &Schema, options: &ReadOptions, files: &[(&str, &str)]) -> Read {
    let read = |size: usize| {
        let mut reader = Reader::new(schema, &Sampling::default(), options.clone());
        let mut error = None;
        for (name, file) in files {
            if !name.is_empty() {
                error = error.or(reader.next_file(name).err());
            }
            for chunk in file.as_bytes().chunks(size) {
                error = error.or(reader.feed(chunk).err());
            }
        }
        let end = reader.finish().err();
        Read::of(&reader, end.or(error))
    };
    let whole = read(usize::MAX);
    for size in [1, 7] {
        assert_eq!(format!("{:?}", read(size)), format!("{whole:?}"), "in pieces of {size}");
    }
    whole
}

fn read(file: &str) -> Read {
    read_with(&schema(), &ReadOptions::default(), &[("", file)])
}

/// A file with semicolons between fields whose column `b` holds these fields.
fn column(fields: &[&str]) -> Read {
    let rows: Vec<String> =
        fields.iter().enumerate().map(|(time, field)| format!("s;{time};1;{field};two\n")).collect();
    read(&format!("id;time;a;b;legs\n{}", rows.concat()))
}

fn column_values(fields: &[&str]) -> Vec<f32> {
    let read = column(fields);
    assert_eq!(read.refused, [], "{fields:?}");
    read.values().into_iter().skip(1).step_by(2).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn decimal_commas_are_settled_by_the_first_number_that_leaves_one_reading() {
    for fields in [
        &["0,95", "1,234", "-2,5", "3"][..],
        &["1,234", "0,95", "-2,5", "3"],
        &["1,234", "1234,5", "1,5E-3", "1.980,40"],
        &["1,234", "1.980,40", "2", "3"],
        &["1,234", "1.234.567", "2", "3"],
        &["1,234", "1234", "2", "3"],
    ] {
        let values = column_values(fields);
        let of = |field: &str| field.replace('.', "").replace(',', ".").parse::<f32>().unwrap();
        assert_eq!(values, fields.iter().map(|field| of(field)).collect::<Vec<_>>(), "{fields:?}");
    }
    let read = column(&["1,234", "0,95", "3"]);
    assert_eq!(read.repairs, [("DECIMAL_COMMA", 2, 2)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn thousands_are_read_where_the_file_says_what_they_are() {
    for (fields, values) in [
        (&["1,234.5", "1,234", "0.5"][..], [1234.5, 1234.0, 0.5]),
        (&["1,234,567", "1,234", "0.5"], [1_234_567.0, 1234.0, 0.5]),
        (&["1,234", "0.5", "1"], [1234.0, 0.5, 1.0]),
        (&["1 234.5", "1\u{a0}234", "1\u{202f}234"], [1234.5, 1234.0, 1234.0]),
        (&["1'234.5", "1\u{2019}234", "1"], [1234.5, 1234.0, 1.0]),
        (&["1.234", "0,5", "2"], [1234.0, 0.5, 2.0]),
        // Decimals of three digits, as they always were.
        (&["9.807", "10.125", "3.500"], [9.807, 10.125, 3.5]),
        (&["9.807", "0", "3.5"], [9.807, 0.0, 3.5]),
    ] {
        assert_eq!(column_values(fields), values, "{fields:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn numbers_with_two_readings_refuse_the_subject_and_name_both() {
    for fields in [&["1,234", "2,345"][..], &["1,234", "5"], &["980", "1.040"], &["1.234", "17", "2.345"]] {
        let read = column(fields);
        let line = 2 + fields.iter().position(|field| field.len() > 3).unwrap() as u64;
        assert_eq!(read.refused, [("s".to_owned(), "AMBIGUOUS_NUMBER", Some(line))], "{fields:?}");
        let message = read.error.expect("there is nothing else in it").to_string();
        let digits = |field: &str| field.replace([',', '.'], "");
        let field = fields[line as usize - 2];
        assert!(message.contains(&digits(field)) && message.contains(&field.replace(',', ".")), "{message}");
    }
    // A subject without such a number is read.
    let read = read("id;time;a;b;legs\ns;0;1;1,234;two\nr;0;1;2;two\n");
    assert_eq!(read.recordings.len(), 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_number_that_contradicts_those_before_names_both_lines() {
    for fields in [["0,95", "1", "0.5"], ["0.95", "1", "0,5"]] {
        let read = column(&fields);
        assert_eq!(read.refused, [("s".to_owned(), "MIXED_DECIMALS", Some(4))], "{fields:?}");
        let message = read.error.expect("there is nothing else in it").to_string();
        assert!(message.starts_with("line 4") && message.contains("line 2"), "{message}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn quoted_decimal_commas_between_commas() {
    let read = read("id,time,a,b,legs\ns,0,\"0,5\",\"1,25\",two\ns,\"1\",\"1,500\",2,two\n");
    assert_eq!((read.values(), read.repairs), (vec![0.5, 1.25, 1.5, 2.0], vec![("DECIMAL_COMMA", 3, 2)]));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_has_to_be_known_first_is_not_waited_for_longer_than_a_while() {
    let mut reader = Reader::new(&schema(), &Sampling::default(), ReadOptions::default());
    let mut file = "id;time;a;b;legs\n".to_owned();
    for subject in 0..1200 {
        for time in 0..10 {
            file += &format!("{subject};{time};{},234;1;two\n", 1 + time);
        }
    }
    reader.feed(file.as_bytes()).expect("the header is as it should be");
    assert_eq!(reader.refused().first().map(|refusal| refusal.reason.code()), Some("AMBIGUOUS_NUMBER"));
    // Whole numbers read alike in any case, and are not waited for.
    let mut reader = Reader::new(&schema(), &Sampling::default(), ReadOptions::default());
    reader.feed(b"id;time;a;b;legs\n0;0;1;2;two\n1;0;1;2;two\n").expect("the file is as it should be");
    assert_eq!(reader.take_complete(), [0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn numbers_as_other_programs_write_them() {
    for (field, value, code) in [
        ("1.5D+03", 1500.0, "FORTRAN_EXPONENT"),
        ("0.125-105", 0.0, "FORTRAN_EXPONENT"),
        ("\u{2212}2.5", -2.5, "TYPOGRAPHIC_SIGN"),
        ("\u{ff0b}2.5", 2.5, "TYPOGRAPHIC_SIGN"),
        ("=\"0.5\"", 0.5, "SPREADSHEET_TEXT"),
        ("'0.5", 0.5, "SPREADSHEET_TEXT"),
        ("0.\u{200b}5", 0.5, "INVISIBLE_CHARACTERS"),
    ] {
        let read = column(&["0.5", field, "2"]);
        assert_eq!(read.refused, [], "{field}");
        assert_eq!(read.values()[3], value, "{field}");
        assert_eq!(read.repairs, [(code, 1, 3)], "{field}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_infinite_is_put_right() {
    for field in
        ["inf", "-Inf", "Infinity", "\u{221e}", "-\u{221e}", "1.#INF", "-1.#INF", "1e999", "1D+999", "4e38"]
    {
        let read = column(&["0.5", field, "0.7"]);
        assert_eq!(read.refused, [("s".to_owned(), "NOT_FINITE", Some(3))], "{field}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn short_gaps_are_filled_whatever_the_word_for_them() {
    for word in [
        "",
        "NA",
        "n/a",
        "NaN",
        "-nan(ind)",
        "1.#QNAN",
        "null",
        "None",
        "-",
        "--",
        ".",
        "?",
        "\\N",
        "#DIV/0!",
    ] {
        let read = column(&["0.5", word, "1.5"]);
        assert_eq!(read.refused, [], "{word:?}");
        assert_eq!(read.values()[3], 1.0, "{word:?}");
        assert_eq!(read.repairs, [("MISSING_VALUES", 1, 3)], "{word:?}");
    }
    let long = column(&["0.5", "", "", "", "", "", "", "", "", "", "", "1"]);
    assert_eq!(long.refused, [("s".to_owned(), "MISSING_VALUES", Some(3))]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_model_may_refuse_gaps() {
    let sampling = Sampling { missing: Missing::Refuse, ..Sampling::default() };
    let mut reader = Reader::new(&schema(), &sampling, ReadOptions::default());
    reader
        .feed(b"id,time,a,b,legs\ns,0,1,,two\ns,1,1,2,two\nr,0,1,2,two\n")
        .expect("the file is as it should be");
    reader.finish().expect("a subject can be read");
    assert_eq!((reader.refused().len(), reader.readable().count()), (1, 1));
}

#[wasm_bindgen_test(unsupported = test)]
fn words_of_a_category() {
    let file = |words: &[&str]| {
        let rows = words.iter().enumerate().map(|(time, word)| format!("s,{time},1,2,{word}\n"));
        read(&format!("id,time,a,b,legs\n{}", rows.collect::<String>()))
    };
    let read = file(&["two", "NA", "peg leg"]);
    assert_eq!((&read.recordings[0].codes[..], &read.repairs[..]), (&[0, 1, 2][..], &[][..]));
    let read = file(&["Two", "na", "PEG LEG", "peg\u{a0}leg", "peg\u{200b} leg"]);
    assert_eq!(read.recordings[0].codes, [0, 1, 2, 2, 2]);
    assert_eq!(read.repairs, [("LEVEL_SPELLING", 3, 2), ("INVISIBLE_CHARACTERS", 2, 5)]);
    let read = file(&["two", "?", "two"]);
    assert_eq!((&read.recordings[0].codes[..], read.repairs[0].0), (&[0, 0, 0][..], "MISSING_VALUES"));
    let read = file(&["two", "three"]);
    assert_eq!(read.refused, [("s".to_owned(), "UNKNOWN_CATEGORY", Some(3))]);
}

#[wasm_bindgen_test(unsupported = test)]
fn levels_that_are_numbers_are_written_as_numbers_are() {
    let levels = ["0", "1", "-1"].map(str::to_owned).to_vec();
    let schema = Schema { categories: vec![Category { column: "legs".into(), levels }], ..schema() };
    let file = "id;time;a;b;legs\ns;0;0,5;1;1,0\ns;1;1;1;\u{2212}1\ns;2;1;1;0\n";
    let read = read_with(&schema, &ReadOptions::default(), &[("", file)]);
    assert_eq!(read.recordings[0].codes, [1, 2, 0]);
    assert_eq!(read.repairs, [("DECIMAL_COMMA", 1, 2), ("TYPOGRAPHIC_SIGN", 1, 3)]);
    let read = read_with(&schema, &ReadOptions::default(), &[("", "id,time,a,b,legs\ns,0,0.5,1,2\n")]);
    assert_eq!(read.refused, [("s".to_owned(), "UNKNOWN_CATEGORY", Some(2))]);
}

#[wasm_bindgen_test(unsupported = test)]
fn ids_have_nothing_that_nobody_sees() {
    let ids = ["001", "\u{feff}001", "001\u{200b}", "0\u{200b}01", "\u{a0}001", "=\"001\""];
    let rows: String = ids.iter().enumerate().map(|(time, id)| format!("{id};{time};1;2;two\n")).collect();
    let read = read(&format!("id;time;a;b;legs\n{rows}x\u{a0}1;0;1;2;two\nx 1;1;1;2;two\n"));
    let found: Vec<(&str, usize)> = read.recordings.iter().map(|r| (r.id.as_str(), r.steps())).collect();
    assert_eq!(found, [("001", 6), ("x 1", 2)]);
    assert_eq!(read.repairs, [("INVISIBLE_CHARACTERS", 5, 3), ("SPREADSHEET_TEXT", 1, 7)]);
    assert_eq!(read.refused, []);
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_without_an_id_are_refused_once() {
    let read = read("id,time,a,b,legs\n,0,1,2,two\ns,0,1,2,two\n ,1,1,2,two\n,,x,,\n");
    assert_eq!(read.refused, [(String::new(), "EMPTY_ID", Some(2))]);
    assert_eq!(read.recordings.len(), 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_bad_row_refuses_its_subject_and_no_other() {
    let read = read(
        "id,time,a,b,legs\nr,0,1,2,two\ns,0,1,oops,two\ns,1,bad,2,two\nr,1,3,4,two\nt,0,1,2,two\ns,2,1,2,two\n",
    );
    assert_eq!(read.refused, [("s".to_owned(), "NOT_A_NUMBER", Some(3))]);
    let found: Vec<(&str, usize)> = read.recordings.iter().map(|r| (r.id.as_str(), r.steps())).collect();
    assert_eq!(found, [("r", 2), ("t", 1)]);
    // Also where it had been handed out.
    let mut reader = Reader::new(&schema(), &Sampling::default(), ReadOptions::default());
    reader.feed(b"id,time,a,b,legs\nr,0,1,2,two\ns,0,1,2,two\n").expect("the file is as it should be");
    assert_eq!(reader.take_complete(), [0]);
    reader.feed(b"r,1,oops,2,two\nr,2,1,2,two\n").expect("a subject is no file");
    reader.finish().expect("a subject can be read");
    assert_eq!((reader.take_complete(), reader.readable().collect::<Vec<_>>()), (vec![1], vec![1]));
    assert_eq!(reader.refused()[0].id, "r");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_with_too_few_fields_is_that_subjects() {
    for (row, id) in [("s,1,1", "s"), ("t,1,1", "t"), ("u,1,1", "u"), ("broken off", "s")] {
        let file = format!("id,time,a,b,legs\nr,0,1,2,two\ns,0,1,2,two\n{row}\ns,2,1,2,two\nt,0,1,2,two\n");
        let read = read(&file);
        assert_eq!(read.refused, [(id.to_owned(), "WRONG_FIELD_COUNT", Some(4))], "{row}");
        assert_eq!(read.recordings.len(), if id == "u" { 3 } else { 2 }, "{row}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_is_put_right_when_read_strictly() {
    let strict = ReadOptions { strict: true, ..ReadOptions::default() };
    for file in [
        "id;time;a;b;legs\ns;0;0,5;2;two\n",
        "id,time,a,b,legs\ns,0,1D3,2,two\n",
        "id,time,a,b,legs\ns,0,1,2,TWO\n",
        "id,time,a,b,legs\ns,0,1,2,two\ns,1,,2,two\ns,2,1,2,two\n",
        "id,time,a,b,legs\n0\u{200b}1,0,1,2,two\n",
    ] {
        let read = read_with(&schema(), &strict, &[("", file)]);
        assert_eq!(read.error.expect("nothing is put right").code(), "STRICT", "{file:?}");
    }
    // And a subject that cannot be read ends it.
    let read =
        read_with(&schema(), &strict, &[("", "id,time,a,b,legs\nr,0,1,2,two\ns,0,x,2,two\nt,0,1,2,two\n")]);
    assert_eq!(read.error.expect("a subject is wrong").code(), "NOT_A_NUMBER");
}

const FILE: &str = "id,time,a,b,legs\nr,0,1,2,two\n";

#[wasm_bindgen_test(unsupported = test)]
fn files_one_after_the_other() {
    let read = read_with(
        &schema(),
        &ReadOptions::default(),
        &[
            ("one.csv", FILE),
            ("two.csv", &FILE.replace("r,", "s,").replace(',', ";")),
            ("no table.csv", ""),
            ("three.csv", FILE),
        ],
    );
    let ids: Vec<&str> = read.recordings.iter().map(|recording| recording.id.as_str()).collect();
    assert_eq!(ids, ["r", "s"]);
    let expected = [(String::new(), "EMPTY_FILE", None), ("r".to_owned(), "ID_IN_TWO_FILES", Some(2))];
    assert_eq!(read.refused, expected);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_without_ids_gives_its_name() {
    let file = "time,a,b,legs\n0,1,2,two\n1,1,2,two\n";
    let names = ["walk/07.csv", "run/07.csv", "run/08.csv.gz", "09.TXT"];
    let files = names.map(|name| (name, file));
    let known = ReadOptions { files: names.map(str::to_owned).to_vec(), ..ReadOptions::default() };
    let read = read_with(&schema(), &known, &files);
    let ids: Vec<&str> = read.recordings.iter().map(|recording| recording.id.as_str()).collect();
    assert_eq!(ids, ["walk/07", "run/07", "08", "09"]);
    assert_eq!(read.repairs, [("ID_OF_FILE_NAME", 4, 2)]);
    // Nothing says whose the rows are.
    let read = read_with(&schema(), &ReadOptions::default(), &[("", file)]);
    assert_eq!(read.error.expect("there is no id").code(), "MISSING_COLUMN");
}

#[wasm_bindgen_test(unsupported = test)]
fn ids_of_two_columns() {
    let schema = Schema { id: vec!["id".into(), "trial".into()], ..schema() };
    let file = "id,trial,time,a,b,legs\nr,1,0,1,2,two\nr,1,1,1,2,two\nr,2,0,1,2,two\na/b,1,0,1,2,two\n";
    let read = read_with(&schema, &ReadOptions::default(), &[("", file)]);
    let ids: Vec<&str> = read.recordings.iter().map(|recording| recording.id.as_str()).collect();
    assert_eq!(ids, ["r/1", "r/2", "a//b/1"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn without_times_the_rows_are_in_order() {
    let read = read("id,a,b,legs\nr,1,2,two\nr,3,4,two\n");
    assert_eq!((&read.recordings[0].times[..], read.values()), (&[0.0, 1.0][..], vec![1.0, 2.0, 3.0, 4.0]));
    assert_eq!(read.repairs, [("ORDER_OF_ROWS", 1, 2)]);
    // Unless another column may be the times.
    let error = self::read("id,timestamp,a,b,legs\nr,1,1,2,two\n").error.expect("it may be the times");
    assert_eq!((error.code(), error.column()), ("MISSING_COLUMN", Some("time")));
    // A model that knows no times expects none.
    let schema = Schema { time: None, ..schema() };
    let read = read_with(&schema, &ReadOptions::default(), &[("", "id,a,b,legs\nr,1,2,two\n")]);
    assert_eq!((read.recordings.len(), read.repairs), (1, vec![]));
}

#[cfg(not(target_arch = "wasm32"))]
mod anywhere {
    use proptest::prelude::*;

    use super::*;

    /// A file in which much is to be put right, and some subjects are to be refused.
    fn file() -> impl Strategy<Value = String> {
        let id = prop::sample::select(vec!["r", "s", "t", "r\u{200b}", "=\"s\"", "", "\u{a0}t"]);
        let number = prop::sample::select(vec![
            "1",
            "12",
            "0,5",
            "1,234",
            "1.234",
            "1.5",
            "\u{2212}2",
            "1D3",
            "",
            "NA",
            "x",
            "inf",
            "1 234",
            "1.980,40",
            "7",
            "8",
        ]);
        let legs = prop::sample::select(vec!["two", "TWO", "na", "peg\u{200b} leg", "?", "three"]);
        let end = prop::sample::select(vec!["\n", "\r\n", "\n\n", ";x\n"]);
        let row = (id, number.clone(), number, legs, end);
        proptest::collection::vec(row, 1..24).prop_map(|rows| {
            let start = "id;time;a;b;legs\n".to_owned();
            rows.iter().enumerate().fold(start, |file, (time, (id, a, b, legs, end))| {
                format!("{file}{id};{time};{a};{b};{legs}{end}")
            })
        })
    }

    proptest! {
        /// Each file is read at once, byte by byte and in pieces of seven, and must give the same.
        #[test]
        fn how_a_file_is_cut_changes_nothing(file in file()) {
            let read = read(&file);
            prop_assert_eq!(read.error.is_some(), read.recordings.is_empty());
            prop_assert!(read.values().iter().all(|value| value.is_finite()));
        }
    }
}
