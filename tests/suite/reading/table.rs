//! Tables as people have them, to rows: whatever was put right is said, and how the file is cut changes nothing.

use painwave::reading::{ReadError, ReadOptions, Repairs, Role, Row, Rows, Wanted};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::random::random;

/// What is read of a file.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// Id, time, a, b and legs of each row, or its problem.
    rows: Vec<String>,
    /// Code, count and first line.
    repairs: Vec<(&'static str, u64, u64)>,
    words: Vec<String>,
    warnings: Vec<String>,
    error: Option<ReadError>,
}

fn wanted() -> Vec<Wanted> {
    vec![
        Wanted::needed("id", Role::Id),
        Wanted::optional("time", Role::Time),
        Wanted::needed("a", Role::Channel),
        Wanted::needed("b", Role::Channel),
        Wanted::optional("legs", Role::Category),
    ]
}

fn labels() -> Vec<Wanted> {
    vec![
        Wanted::needed("id", Role::Id),
        Wanted::needed("label", Role::Word).or(["class", "target", "activity"]),
    ]
}

fn outcome(wanted: Vec<Wanted>, options: &ReadOptions, file: &[u8], size: usize) -> Outcome {
    let count = wanted.len();
    let mut rows = Rows::new(wanted, vec!["note".into()], options);
    let mut repairs = Repairs::new(options.strict);
    let mut found = Vec::new();
    let mut each = |row: Row<'_>, _: &mut Repairs| {
        let problem = row.problem().map(|problem| format!("line {}: {}", row.line, problem.code()));
        let fields = (0..count).filter(|wanted| row.has(*wanted)).map(|wanted| row.text(wanted));
        let fields = fields.collect::<Result<Vec<_>, ReadError>>()?;
        found.push(problem.unwrap_or_else(|| fields.join(",")));
        Ok::<_, ReadError>(())
    };
    let mut read = || {
        for piece in file.chunks(size.max(1)) {
            rows.feed(piece, &mut repairs, &mut each)?;
        }
        rows.finish(&mut repairs, &mut each)
    };
    let error = read().err();
    Outcome {
        warnings: rows.warnings().iter().map(ToString::to_string).collect(),
        repairs: repairs.all().iter().map(|repair| (repair.kind.code(), repair.count, repair.line)).collect(),
        words: repairs.all().iter().map(ToString::to_string).collect(),
        rows: found,
        error,
    }
}

/// Reads a file in pieces of all sizes, which must make no difference.
fn read_with(wanted: &[Wanted], options: &ReadOptions, file: impl AsRef<[u8]>) -> Outcome {
    let file = file.as_ref();
    let whole = outcome(wanted.to_vec(), options, file, file.len());
    for size in [1, 2, 3, 7, 64] {
        let pieces = outcome(wanted.to_vec(), options, file, size);
        assert_eq!(pieces, whole, "{:?} in pieces of {size}", String::from_utf8_lossy(file));
    }
    whole
}

fn read(file: impl AsRef<[u8]>) -> Outcome {
    read_with(&wanted(), &ReadOptions::default(), file)
}

type Repaired = &'static [(&'static str, u64, u64)];

/// The files must have the rows of the plain one, with these repairs.
fn same_rows(files: &[(&str, Repaired)]) {
    for (file, repairs) in files {
        same(file.as_bytes(), repairs);
    }
}

fn same(file: &[u8], repairs: Repaired) {
    let shown = String::from_utf8_lossy(file);
    let found = read(file);
    assert_eq!(found.error, None, "{shown:?}");
    assert_eq!(found.rows, ["s,0,1,2", "s,1,3,4", "t,0,5,6"], "{shown:?}");
    assert_eq!(found.repairs, repairs, "{shown:?}: {:?}", found.words);
    assert_eq!(found.warnings, [""; 0], "{shown:?}");
    let strict = ReadOptions { strict: true, ..ReadOptions::default() };
    let strict = read_with(&wanted(), &strict, file);
    match repairs.first() {
        None => assert_eq!(strict.error, None, "{shown:?}"),
        Some((_, _, line)) => {
            let error = strict.error.expect("any repair is an error");
            assert_eq!((error.code(), error.line()), ("STRICT", Some(*line)), "{shown:?}");
        }
    }
}

/// Code, line and words of the error that a file must have.
fn error(file: impl AsRef<[u8]>) -> (&'static str, Option<u64>, String) {
    let shown = String::from_utf8_lossy(file.as_ref()).into_owned();
    let error = read(file).error.unwrap_or_else(|| panic!("{shown:?} was read"));
    (error.code(), error.line(), error.to_string())
}

const PLAIN: &str = "id,time,a,b\ns,0,1,2\ns,1,3,4\nt,0,5,6\n";
/// The rows of the plain file.
const ROWS: &str = "s,0,1,2\ns,1,3,4\nt,0,5,6\n";

#[wasm_bindgen_test(unsupported = test)]
fn plain_tables_need_no_repair() {
    same_rows(&[
        (PLAIN, &[]),
        (PLAIN.trim_end(), &[]),
        ("\u{feff}id,time,a,b\r\ns,0,1,2\r\ns,1,3,4\r\nt,0,5,6\r\n", &[]),
        ("\n\n id , time,a,b\rs,0,1,2\r\rs,1,3,4\rt,0,5,6", &[]),
        ("id;time;a;b\ns;0;1;2\ns;1;3;4\nt;0;5;6\n", &[]),
        ("id\ttime\ta\tb\ns\t0\t1\t2\ns\t1\t3\t4\nt\t0\t5\t6\n", &[]),
        ("id|time|a|b\ns|0|1|2\ns|1|3|4\nt|0|5|6\n", &[]),
        ("id  time  a b\n s  0  1 2\n s  1  3 4\n t  0  5 6\n", &[]),
        ("\"id\",\"time\",\"a\",\"b\"\n\"s\",0,\"1\",2\n\"s\",1,3,\"4\"\n\"t\",\"0\",5,6\n", &[]),
        (",b,id,a,time\n0,2,s,1,0\n1,4,s,3,1\n2,6,t,5,0\n", &[]),
        ("id,time,a,b,\ns,0,1,2,\ns,1,3,4,\nt,0,5,6,\n", &[]),
        ("id, \"time\", a, b\ns, \"0\", 1, 2\ns, 1, 3, 4\nt, 0, 5, 6\n", &[]),
    ]);
}

#[wasm_bindgen_test(unsupported = test)]
fn text_in_any_encoding() {
    let units = |big_endian: bool, mark: &str| {
        let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        format!("{mark}{PLAIN}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    let letters = |big_endian: bool, mark: &str| {
        let bytes =
            |c: char| if big_endian { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() };
        format!("{mark}{PLAIN}").chars().flat_map(bytes).collect::<Vec<u8>>()
    };
    for big_endian in [false, true] {
        for mark in ["", "\u{feff}"] {
            same(&units(big_endian, mark), &[("OTHER_ENCODING", 1, 1)]);
            same(&letters(big_endian, mark), &[("OTHER_ENCODING", 1, 1)]);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn single_bytes_are_windows_1252_where_they_matter() {
    let found = read(b"id,a,b,note\nM\xfcller,1,2,\xff\nJos\xe9\xa0,3,4,\x80\n");
    assert_eq!(found.rows, ["Müller,1,2", "José,3,4"]);
    assert_eq!(found.repairs, [("OTHER_ENCODING", 1, 2), ("INVISIBLE_CHARACTERS", 1, 3)]);
    assert!(found.words[0].contains("Windows-1252"), "{:?}", found.words);
    let unread = read("id,a,b,note\ns,1,2,\u{fc}\n".as_bytes());
    assert_eq!((unread.rows, unread.repairs), (vec!["s,1,2".to_owned()], vec![]));
    for file in [&b"id,a,b\n\xc3\xbc,1,2\n\xfc,3,4\n"[..], b"id,a,b\n\xfc,3,4\n\xc3\xbc,1,2\n"] {
        let (code, line, words) = error(file);
        assert_eq!(code, "MIXED_ENCODINGS");
        assert!(line.is_some() && words.contains("line 2") && words.contains("line 3"), "{words}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn lines_before_the_header() {
    let head = |head: &str| format!("{head}{PLAIN}");
    for (before, count, line) in [
        ("# device: X1\n# rate: 100 Hz\n", 2, 1),
        ("// made by a logger\n", 1, 1),
        ("% a\n%b\n\n% c\n", 3, 1),
        ("; comment; with; delimiters\n", 1, 1),
        ("#TYPE System.Management.Automation.PSCustomObject\r\n", 1, 1),
        ("sep=,\n", 1, 1),
        ("\"sep=,\"\r\n", 1, 1),
        ("\n\nDevice: X1\nStart, 10:00:00\n", 2, 3),
        ("Coordinates\nversion=1\nnRows=3\nnColumns=4\ninDegrees=yes\nendheader\n", 6, 1),
        ("------ Data File Created By X1 at 100 Hz ------\nSerial Number: AB1\nMode = 12\n------\n", 4, 1),
        ("He said \"no\n", 1, 1),
        ("the id, the time\n", 1, 1),
        ("\"Name\",\"Anna, Maria\"\n\"Age\",7\n", 2, 1),
    ] {
        let found = read(head(before));
        assert_eq!(found.rows.len(), 3, "{before:?}: {:?}", found.error);
        assert_eq!(found.repairs, [("LINES_BEFORE_HEADER", count, line)], "{before:?}");
    }
    assert_eq!(read(head(&"# x\n".repeat(100))).rows.len(), 3);
    let many = head(&"# x\n".repeat(101));
    assert_eq!(error(many).0, "MISSING_COLUMN");
    let told = "sep=:\nid:time:a:b\ns:0:1:2\ns:1:3:4\nt:0:5:6\n";
    same(told.as_bytes(), &[("LINES_BEFORE_HEADER", 1, 1)]);
    let told = "sep=;\r\nid;time;a;b\r\ns;0;1;2\r\ns;1;3;4\r\nt;0;5;6\r\n";
    same(told.as_bytes(), &[("LINES_BEFORE_HEADER", 1, 1)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn names_as_people_write_them() {
    for (header, count) in [
        ("ID,Time,A,B", 4),
        ("id,time (s),a [deg],b [deg]", 3),
        ("id,Time [ms],a_deg/s,b_deg/s", 3),
        ("Id,time,a (m/s^2),b (m/s^2)", 3),
        ("# id,time,a,b", 1),
        ("\u{a0}id,time,a\u{200b},b", 0),
    ] {
        let found = read(format!("{header}\n{ROWS}"));
        assert_eq!(found.rows, ["s,0,1,2", "s,1,3,4", "t,0,5,6"], "{header:?}: {:?}", found.error);
        let renamed = found.repairs.iter().filter(|(code, ..)| *code == "RENAMED_COLUMN");
        assert_eq!(renamed.map(|(_, count, _)| *count).sum::<u64>(), count, "{header:?}");
    }
    let mut options = ReadOptions::default();
    options.columns.insert("a".into(), "left".into());
    let found = read_with(&wanted(), &options, format!("id,time,left,b,a\n{}", ROWS.replace('\n', ",x\n")));
    assert_eq!(found.rows, ["s,0,1,2", "s,1,3,4", "t,0,5,6"]);
    assert_eq!(found.repairs, [], "the caller said so");
    let two = error(format!("id,time (s),time (ms),a,b\n{ROWS}"));
    assert_eq!((two.0, two.1), ("AMBIGUOUS_COLUMN", Some(1)));
    assert!(two.2.contains("time (s)") && two.2.contains("time (ms)"), "{}", two.2);
}

#[wasm_bindgen_test(unsupported = test)]
fn labels_by_other_names() {
    let read = |file: &str| read_with(&labels(), &ReadOptions::default(), file);
    for (file, repairs) in [
        ("id,label\ns,walk\n", &[][..]),
        ("\nid,label\r\ns,walk", &[]),
        ("id,label\rs,walk\r", &[]),
        ("id,Class\ns,walk\n", &[("RENAMED_COLUMN", 1, 1)]),
        ("sep=;\nid;activity\ns;walk\n", &[("LINES_BEFORE_HEADER", 1, 1), ("RENAMED_COLUMN", 1, 2)]),
        ("id,label\n# made by hand, on Monday\ns,walk\n", &[("COMMENT_LINE", 1, 2)]),
        ("id,label\ns\u{200b},walk\n,\n", &[("INVISIBLE_CHARACTERS", 1, 2), ("GHOST_ROW", 1, 3)]),
        ("id,label\nid,label\ns,walk\n", &[("HEADER_AGAIN", 1, 2)]),
        ("id\tlabel\ns\twalk\n", &[]),
    ] {
        let found = read(file);
        assert_eq!((&found.rows, &found.error), (&vec!["s,walk".to_owned()], &None), "{file:?}");
        assert_eq!(found.repairs, repairs, "{file:?}");
    }
    assert_eq!(read("id,label\ns,\"a\nb,c\"\n").rows, ["s,a\nb,c"], "a field of two lines");
    let two = read("id,class,target\ns,walk,1\n").error.expect("two may be the label");
    assert_eq!(two.code(), "AMBIGUOUS_COLUMN");
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_that_are_no_data() {
    same_rows(&[
        ("id,time,a,b\nno units,s,deg,deg\ns,0,1,2\ns,1,3,4\nt,0,5,6\n", &[("UNITS_ROW", 1, 2)]),
        ("id,time,a,b\n,[s],(m/s2),(m/s2)\ns,0,1,2\ns,1,3,4\nt,0,5,6\n", &[("UNITS_ROW", 1, 2)]),
        ("id,time,a,b\ntext,float,float,float\n,ms,g,g\ns,0,1,2\ns,1,3,4\nt,0,5,6\n", &[("UNITS_ROW", 2, 2)]),
        ("id,time,a,b\ns,0,1,2\nid,time,a,b\ns,1,3,4\nt,0,5,6\n", &[("HEADER_AGAIN", 1, 3)]),
        (
            "id,time,a,b\ns,0,1,2\ns,1,3,4\n\"id\",\"time\",\"a\",\"b\"\n,s,deg,deg\nt,0,5,6\n",
            &[("HEADER_AGAIN", 1, 4), ("UNITS_ROW", 1, 5)],
        ),
        (
            "# x\nid,time,a,b\ns,0,1,2\ns,1,3,4\nDevice: X1\nsep=,\nid,time,a,b\nt,0,5,6\n",
            &[("LINES_BEFORE_HEADER", 3, 1), ("HEADER_AGAIN", 1, 7)],
        ),
        ("id,time,a,b\ns,0,1,2\ns,1,3,4\nb,a,time,id\n6,5,0,t\n", &[("HEADER_AGAIN", 1, 4)]),
        ("id,time,a,b\n,,,\ns,0,1,2\n , ,,\"\"\ns,1,3,4\nt,0,5,6\n,,,,,,,\n", &[("GHOST_ROW", 3, 2)]),
        ("id,time,a,b\ns,0,1,2\n\u{a0},,,\ns,1,3,4\nt,0,5,6\n", &[("GHOST_ROW", 1, 3)]),
        ("id,time,a,b\n# a comment\ns,0,1,2\ns,1,3,4\nt,0,5,6\n# the end, really", &[("COMMENT_LINE", 2, 2)]),
        ("id,time,a,b\ns,0,1,2\n// paused, and, on\ns,1,3,4\nt,0,5,6\n", &[("COMMENT_LINE", 1, 3)]),
    ]);
    let data = read("id,time,a,b\n#1,0,1,2\n#2,0,NA,nan\n");
    assert_eq!((data.rows, data.repairs), (vec!["#1,0,1,2".to_owned(), "#2,0,NA,nan".to_owned()], vec![]));
    let words = read("id,time,a,b\ns,0,1,2\ns,1,oops,oops\n");
    assert_eq!(words.rows, ["s,0,1,2", "s,1,oops,oops"], "no units among rows");
    let timed = read("id,time,a,b\ns,0,oops,oops\n");
    assert_eq!(timed.rows, ["s,0,oops,oops"], "units have no time");
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_of_other_lengths() {
    same_rows(&[
        ("id,time,a,b\ns,0,1,2,\ns,1,3,4,\nt,0,5,6,\n", &[("TRAILING_DELIMITER", 3, 2)]),
        ("id,time,a,b\ns,0,1,2\ns,1,3,4,,\nt,0,5,6\n", &[("TRAILING_DELIMITER", 1, 3)]),
        ("id,time,a,b,\ns,0,1,2\ns,1,3,4\nt,0,5,6", &[("TRAILING_DELIMITER", 3, 2)]),
        ("id,time,a,b,note\ns,0,1,2\ns,1,3,4,x\nt,0,5,6\n", &[("SHORT_ROW", 2, 2)]),
        ("id,time,a,b\n1,s,0,1,2\n2,s,1,3,4\n3,t,0,5,6\n", &[("ROW_NAMES", 3, 2)]),
        (
            "\"id\",\"time\",\"a\",\"b\"\n\"one\",\"s\",0,1,2\n\"two\",\"s\",1,3,4\n\"three\",\"t\",0,5,6\n",
            &[("ROW_NAMES", 3, 2)],
        ),
    ]);
    let found = read("id,time,a,b\ns,0,1,2\ns,1,3\nt,0,5,6,7\nt,1,5,6\n");
    assert_eq!(found.rows, ["s,0,1,2", "line 3: WRONG_FIELD_COUNT", "line 4: WRONG_FIELD_COUNT", "t,1,5,6"]);
    let broken = "x\n".repeat(150);
    let many = read(format!("id,time,a,b\ns,0,1,2\n{broken}id,time,a,b\ns,1,3,4\n"));
    assert_eq!(many.rows.len(), 103, "100 lines at most are before a header");
    assert_eq!(many.rows[1], "line 3: WRONG_FIELD_COUNT");
    assert_eq!(many.repairs, [("LINES_BEFORE_HEADER", 49, 104), ("HEADER_AGAIN", 1, 153)]);
    let commas = read("id,time,a,b\ns,0,1,5,2,5\ns,1,3,5,4,5\n");
    assert_eq!(commas.rows, ["line 2: WRONG_FIELD_COUNT", "line 3: WRONG_FIELD_COUNT"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn stray_quotation_marks() {
    same_rows(&[
        ("id,time,a,b,note\ns,0,1,2,\"lost balance\ns,1,3,4,\nt,0,5,6,\n", &[("STRAY_QUOTE", 1, 2)]),
        (
            "id,time,a,b,note\ns,0,1,2,\"lost\n,,,,\n\n# a, comment\ns,1,3,4,x\nt,0,5,6,\"ok\"\n",
            &[("STRAY_QUOTE", 1, 2), ("GHOST_ROW", 1, 3), ("COMMENT_LINE", 1, 5)],
        ),
        ("id,time,a,b,note\ns,0,1,2,\"lost\ns,1,3,4,x\nt,0,5,6,\"ok\"\n", &[("STRAY_QUOTE", 1, 2)]),
        ("note,id,time,a,b\n\"lost,s,0,1,2\n,s,1,3,4\n,t,0,5,6\n", &[("STRAY_QUOTE", 1, 2)]),
        ("note,id,time,a,b\n\"x\",s,0,1,2\n\"lost,s,1,3,4\n\"ok\",t,0,5,6\n", &[("STRAY_QUOTE", 1, 3)]),
    ]);
    same_rows(&[
        ("id,time,a,b\ns,0,1,2\n\"s,1,3,4\nt,0,5,6\n", &[("STRAY_QUOTE", 1, 3)]),
        ("id,time,a,b\ns,0,1,2\ns,1,3,4\n\"t,0,5,6", &[("STRAY_QUOTE", 1, 4)]),
    ]);
    same_rows(&[
        ("id,time,a,b,note\ns,0,1,2,5\" high\ns,1,3,4,\nt,0,5,6,\n", &[]),
        ("id,time,a,b,note\ns,0,1,2,\"two\nlines, and\n\nmore\"\ns,1,3,4,\nt,0,5,6,\n", &[]),
        ("id,time,a,b,note,\ns,0,1,2,\"a\nb\",\ns,1,3,4,x,\nt,0,5,6,,\n", &[]),
        ("id,note,time,a,b\ns,\"a\n\",0,1,2\ns,,1,3,4\nt,,0,5,6\n", &[]),
    ]);
    // Far from its end, and without one.
    let rows: String = (0..200_000).map(|time| format!("t,{time},5,6,\n")).collect();
    let found = outcome(
        wanted(),
        &ReadOptions::default(),
        format!("id,time,a,b,note\ns,0,1,2,\"lost\n{rows}").as_bytes(),
        1 << 16,
    );
    assert_eq!((found.rows.len(), found.repairs), (200_001, vec![("STRAY_QUOTE", 1, 2)]));
    // What is swallowed by a field of several lines is not lost with it.
    let swallowed = read("id,time,a,b,note\ns,0,1,2,x\nt,\"0,5\nu,0,7,\"8,x\nv,0,9,9,x\n");
    assert_eq!(
        swallowed.rows,
        ["s,0,1,2", "line 3: UNTERMINATED_QUOTE", "line 4: UNTERMINATED_QUOTE", "v,0,9,9"]
    );
    // A row that cannot be read either way costs itself.
    let broken = read("id,time,a,b,note\ns,0,1,2,x\ns,\"1,3,4\nt,0,5,6,x\nt,1,5,6,x\n");
    assert_eq!(broken.rows, ["s,0,1,2", "line 3: UNTERMINATED_QUOTE", "t,0,5,6", "t,1,5,6"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_a_loss_of_power_leaves() {
    let nul = "\0".repeat(500);
    for (tail, repairs) in [
        (nul.clone(), &[("NUL_BYTES", 1, 5)][..]),
        ("\u{1a}".to_owned(), &[]),
        (format!("\u{1a}{nul}"), &[("NUL_BYTES", 1, 5)]),
        (format!("t,1,7{nul}"), &[("CUT_ROW", 1, 5), ("NUL_BYTES", 1, 5)]),
        (format!("t,1,7,8{nul}"), &[("CUT_ROW", 1, 5), ("NUL_BYTES", 1, 5)]),
        ("t,1,7,".to_owned(), &[("CUT_ROW", 1, 5)]),
        ("t,1,".to_owned(), &[("CUT_ROW", 1, 5)]),
        ("t,1,7,\"8".to_owned(), &[("CUT_ROW", 1, 5)]),
    ] {
        let found = read(format!("{PLAIN}{tail}"));
        assert_eq!(found.rows, ["s,0,1,2", "s,1,3,4", "t,0,5,6"], "{tail:?}");
        assert_eq!(found.repairs, repairs, "{tail:?}");
    }
    let middle = read(format!("id,time,a,b\ns,0,1,2\ns,1,3{nul}s,1,3,4\n{nul}\nt,0,5,6\0\n"));
    assert_eq!(middle.rows, ["s,0,1,2", "s,1,3,4", "t,0,5,6"]);
    assert_eq!(middle.repairs, [("CUT_ROW", 1, 3), ("NUL_BYTES", 3, 3)]);
    let rows: String = (0..9).map(|time| format!("s,{time},1,2.125\n")).collect();
    let cut = read(format!("id,time,a,b\n{rows}s,9,1,2.1"));
    assert_eq!((cut.rows.len(), cut.repairs), (9, vec![("CUT_ROW", 1, 11)]));
    let whole = read(format!("id,time,a,b\n{rows}s,9,1,2.5\ns,10,1,2.1"));
    assert_eq!((whole.rows.len(), whole.repairs), (11, vec![]), "others are as short");
    let word = read("id,time,a,b,legs\ns,0,1,2,two\ns,1,3,4,two\nt,0,5,6,tw");
    assert_eq!((word.rows.len(), word.repairs), (2, vec![("CUT_ROW", 1, 4)]));
    let other = read("id,time,a,b,legs\ns,0,1,2,two\ns,1,3,4,tw\nt,0,5,6,tw");
    assert_eq!((other.rows.len(), other.repairs), (3, vec![]), "it is a word of its own");
    let label = read_with(&labels(), &ReadOptions::default(), "id,label\ns,low_pain\nt,lo");
    assert_eq!((label.rows, label.repairs), (vec!["s,low_pain".to_owned()], vec![("CUT_ROW", 1, 3)]));
    let only = read("id,time,a,b\ns,0,1");
    assert_eq!(only.rows, ["line 2: WRONG_FIELD_COUNT"], "there is nothing else to read");
}

#[wasm_bindgen_test(unsupported = test)]
fn marks_in_the_middle() {
    same_rows(&[
        ("id,time,a,b\ns,0,1,2\n\u{feff}s,1,3,4\nt,0,5,6\n", &[("INVISIBLE_CHARACTERS", 1, 3)]),
        (
            "\u{feff}id,time,a,b\ns,0,1,2\ns,1,3,4\n\u{feff}\"id\",\"time\",\"a\",\"b\"\nt,0,5,6\n",
            &[("INVISIBLE_CHARACTERS", 1, 4), ("HEADER_AGAIN", 1, 4)],
        ),
        ("id,time,a,b\ns\u{a0},0,1,2\ns,1,\u{2009}3,4\n\u{200b}t,0,5,6\n", &[("INVISIBLE_CHARACTERS", 3, 2)]),
    ]);
}

#[wasm_bindgen_test(unsupported = test)]
fn one_row_a_recording() {
    for header in [
        "id,a_t000,b_t000,a_t001,b_t001,legs",
        "id,a.1,b.1,a.2,b.2,legs",
        "id,a 3,b 3,a 4,b 4,legs",
        "id,t0_a,t0_b,t1_a,t1_b,legs",
        "id,a[0],b[0],a[1],b[1],legs",
        "Id,A-10,B-10,A-20,B-20,Legs",
    ] {
        let found = read(format!("{header}\ns,1,2,3,4,two\nt,5,6,,,one\n\n"));
        assert_eq!(found.rows, ["s,1,2,two", "s,3,4,two", "t,5,6,one"], "{header}: {:?}", found.error);
        let wide = found.repairs.iter().find(|(code, ..)| *code == "WIDE_TABLE");
        assert_eq!(wide, Some(&("WIDE_TABLE", 1, 1)), "{header}");
    }
    let pandas = read("id,a,b,a.1,b.1,a.2,b.2\ns,1,2,3,4,5,6\n");
    assert_eq!(pandas.rows, ["s,1,2", "s,3,4", "s,5,6"]);
    let other_sensor = read("id,a,b,a_1,b_1\ns,1,2,3,4\ns,5,6,7,8\n");
    assert_eq!(other_sensor.rows, ["s,1,2", "s,5,6"]);
    let per_step = read("id,a_0,a_1,b_0,b_1,legs_0,legs_1\ns,1,3,2,4,two,one\n");
    assert_eq!(per_step.rows, ["s,1,2,two", "s,3,4,one"]);
    let twice = read("id,a_0,b_0,a_1,b_1\ns,1,2,3,4\ns,5,6,7,8\n");
    assert_eq!(twice.rows, ["s,1,2", "s,3,4", "line 3: RECORDING_TWICE"]);
    for header in ["id,a_0,b_0,a_1", "id,a_0,b_0,a_1,b_2", "id,a_0,b_0,a_1,b_1,a_3,b_3"] {
        let (code, line, words) = error(format!("{header}\n"));
        assert_eq!((code, line), ("WIDE_TABLE", Some(1)), "{header}: {words}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn time_series_files() {
    let head = "#A comment\n@problemName Test\n@timeStamps false\n@missing false\n@univariate false\n@dimensions 2\n";
    let found = read(format!(
        "{head}@equalLength true\n@classLabel true walk sit\n@data\n1,3:2,4:walk\n\n5,?:6,8:sit\n"
    ));
    assert_eq!(found.rows, ["0,1,2", "0,3,4", "1,5,6", "1,?,8"], "{:?}", found.error);
    assert_eq!(found.repairs, [("SERIES_FILE", 1, 9)]);
    let file = format!("{head}@classLabel true walk sit\r\n@data\r\n1,3:2,4:walk\r\n5,7:6,8:sit");
    let found = read_with(&labels(), &ReadOptions::default(), file);
    assert_eq!(found.rows, ["0,walk", "1,sit"]);
    let uneven = read(format!("{head}@classLabel false\n@data\n1,3:2,4\n5,7:6\n9\n"));
    assert_eq!(uneven.rows, ["0,1,2", "0,3,4", "line 10: SERIES", "line 11: SERIES"]);
    assert_eq!(error(head.replace("dimensions 2", "dimensions 3") + "@data\n1:2:3\n").0, "SERIES");
    assert_eq!(error(head.replace("@timeStamps false", "@timeStamps true") + "@data\n").0, "SERIES");
    assert_eq!(error(head).0, "SERIES");
}

#[wasm_bindgen_test(unsupported = test)]
fn missing_columns_come_with_proposals_and_values() {
    let file = "# x\nsubject;time;a;B left\n1;0;0,5;7\n\n2;0;1,5;8\n3;0;;9\n4;0;1;1\n";
    let Some(ReadError::MissingColumns { line, missing, found }) = read(file).error else {
        panic!("a and b are not there")
    };
    assert_eq!(line, 2);
    let missing: Vec<_> =
        missing.iter().map(|column| (column.name.as_str(), column.similar.as_deref())).collect();
    assert_eq!(missing, [("id", None), ("b", Some("B left"))]);
    assert_eq!(found[2].name, "a");
    assert_eq!(found[2].values, ["0,5", "1,5", ""]);
    assert_eq!(found[0].values, ["1", "2", "3"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_table_is_called_what_it_is() {
    for (file, code, words) in [
        (&b"<!DOCTYPE html>\n<html><body>404</body></html>\n"[..], "NOT_A_TABLE", "HTML"),
        (b"<?xml version=\"1.0\"?>\n<a/>\n", "NOT_A_TABLE", "XML"),
        (b"{\"id\": 1, \"time\": 0}\n", "NOT_A_TABLE", "JSON"),
        (b"https://example.org/data.csv\n", "NOT_A_TABLE", "address"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "NOT_TEXT", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NOT_TEXT", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "NOT_TEXT", "JPEG"),
        (b"PK\x03\x04\x14\0\x06\0\x08\0", "NOT_TEXT", "zip"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "NOT_TEXT", "gzip"),
        (b"PAR1\x15\x04\x15\x10", "NOT_TEXT", "Parquet"),
        (b"\x89HDF\r\n\x1a\n\0\0\0\0", "NOT_TEXT", "HDF5"),
        (b"SQLite format 3\0\x10\0", "NOT_TEXT", "SQLite"),
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "NOT_TEXT", "MATLAB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "NOT_TEXT", "Excel"),
        (b"s,0,1,2\ns,1,3,4\n", "NO_HEADER", "holds values"),
        (b"", "EMPTY_FILE", "empty"),
        (b"\n \r\n", "EMPTY_FILE", "empty"),
        (b"id,time,a,b\n", "NO_ROWS", "no rows"),
        (b"id,time,a,b\n,,,\n", "NO_ROWS", "no rows"),
    ] {
        let found = error(file);
        assert_eq!(found.0, code, "{}", found.2);
        assert!(found.2.contains(words), "{}", found.2);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn kinds_together() {
    let text = "Export of X1\r\nsep=;\r\n\r\nId;Time [s];A (deg);B (deg);\r\n;s;deg;deg;\r\ns\u{a0};0;1;2;\r\n;;;;\r\ns;1;3;4;\r\n\
                # pause\r\nExport of X1\r\nsep=;\r\nId;Time [s];A (deg);B (deg);\r\n;s;deg;deg;\r\nt;0;5;6;\r\n;;;;\r\nt;1;5";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let found = read(&utf16);
    assert_eq!(found.rows, ["s,0,1,2", "s,1,3,4", "t,0,5,6"], "{:?}", found.error);
    assert_eq!(
        found.repairs,
        [
            ("OTHER_ENCODING", 1, 1),
            ("LINES_BEFORE_HEADER", 4, 1),
            ("RENAMED_COLUMN", 4, 4),
            ("UNITS_ROW", 2, 5),
            ("INVISIBLE_CHARACTERS", 1, 6),
            ("GHOST_ROW", 2, 7),
            ("COMMENT_LINE", 1, 9),
            ("HEADER_AGAIN", 1, 12),
            ("CUT_ROW", 1, 16),
        ]
    );
}

/// Files of all kinds that are changed at random: however they are cut, the same rows, repairs and errors.
#[wasm_bindgen_test(unsupported = test)]
fn mutated_tables_read_the_same_in_pieces() {
    let wide = "id,a_0,b_0,a_1,b_1,legs\ns,1,2,3,4,two\nt,5,6,,,one\n";
    let series = "@timeStamps false\n@dimensions 2\n@classLabel true x y\n@data\n1,3:2,4:x\n5,7:6,8:y\n";
    let quotes = "id,time,a,b,note\ns,0,1,2,\"lost\ns,1,3,4,x\nt,0,5,6,\"a\n b\"\nt,1,5,6,\"ok\"\n";
    let prelude =
        "# x\nsep=;\n\nID;Time [s];a;b;\n;s;deg;deg;\ns;0;1;2;\n;;;;\ns;1;3;4;\nID;Time [s];a;b;\nt;0;5;6;";
    let cut = "id,time,a,b\ns,0,1,2\ns,1,3\0\0\0\0s,2,3,4\n\u{feff}t,0,5,6\x1a\0\0";
    let seeds = [PLAIN, wide, series, quotes, prelude, cut];
    let pieces: [&[u8]; 22] = [
        b"\"",
        b"\"\"",
        b"\n",
        b"\r\n",
        b"\r",
        b",",
        b";",
        b"\t",
        b" ",
        b"\0",
        b"\x1a",
        b"\xff",
        b"\xc3\xbc",
        b"\xef\xbb\xbf",
        b"\xc2\xa0",
        b"NA",
        b"1.5",
        b"s,0,1,2\n",
        b"id,time,a,b\n",
        b"#",
        b"sep=,\n",
        b"@data\n",
    ];
    let mut random = random(7);
    let rounds = if cfg!(target_arch = "wasm32") { 1_000 } else { 10_000 };
    let mut read_rows = 0;
    for round in 0..rounds {
        let mut file = seeds[round % seeds.len()].as_bytes().to_vec();
        for _ in 0..1 + random(4) {
            let at = random(file.len() + 1);
            let end = (at + random(4)).min(file.len());
            match random(4) {
                0 if random(3) == 0 => file.truncate(at),
                1 => drop(file.drain(at..end)),
                2 => drop(file.splice(at..end, pieces[random(pieces.len())].iter().copied())),
                _ => drop(file.splice(at..at, pieces[random(pieces.len())].iter().copied())),
            }
        }
        if random(8) == 0 {
            let text = String::from_utf8_lossy(&file).into_owned();
            file = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        }
        read_rows += read(&file).rows.len();
    }
    assert!(read_rows > rounds, "{read_rows} rows of {rounds} files");
}
