//! Rows that are let go of when their recording was used, and read once more when others follow.

use painwave::reading::{ReadError, ReadOptions, Reader, Spare};
use painwave::sampling::Sampling;
use painwave::{Recording, Schema};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::again::is_read_again;

const ROW: usize = 20;

fn schema() -> Schema {
    Schema {
        id: vec!["id".into()],
        time: Some("time".into()),
        channels: vec!["x".into()],
        categories: Vec::new(),
        ignored: Vec::new(),
        label: None,
    }
}

/// What came of some files: recordings by id, refusals, repairs.
#[derive(Debug, PartialEq)]
struct Read {
    recordings: Vec<Recording>,
    refused: Vec<(String, &'static str, Option<u64>)>,
    repairs: Vec<String>,
}

/// Reads files by names, using every recording as soon as it is complete. Also how often they were read.
fn read(files: &[(&str, String)], spare: usize, repeatable: bool) -> (Read, usize) {
    let options = ReadOptions { spare: Spare { bytes: spare, stay: false }, ..ReadOptions::default() };
    let mut reader = Reader::new(&schema(), &Sampling::default(), options);
    let mut recordings = std::collections::BTreeMap::new();
    let mut use_all = |reader: &mut Reader| {
        for index in reader.take_complete() {
            recordings.insert(reader.id(index).to_owned(), reader.recording(index).clone());
            reader.release(index);
        }
    };
    let mut times = 1;
    loop {
        for (name, text) in files {
            if !name.is_empty() {
                // An unreadable file is refused.
                let _ = reader.next_file(name);
            }
            for chunk in text.as_bytes().chunks(4) {
                let _ = reader.feed(chunk);
                use_all(&mut reader);
            }
        }
        reader.finish().expect("something can be read");
        use_all(&mut reader);
        if !is_read_again(&mut reader, repeatable) {
            break;
        }
        times += 1;
    }
    let readable: Vec<&str> = reader.readable().map(|index| reader.id(index)).collect();
    let mut refused: Vec<_> = reader
        .refused()
        .iter()
        .map(|refusal| (refusal.id.clone(), refusal.reason.code(), refusal.reason.line()))
        .collect();
    refused.sort();
    let mut repairs: Vec<String> = reader.repairs().iter().map(ToString::to_string).collect();
    repairs.sort();
    let recordings =
        recordings.into_iter().filter(|(id, _)| readable.contains(&id.as_str())).map(|(_, one)| one);
    (Read { recordings: recordings.collect(), refused, repairs }, times)
}

/// Rows of subjects `s0`, `s1`, ... at each of some times in turn, as a file in the order of time has them.
fn by_time(subjects: usize, times: usize) -> String {
    let mut text = String::from("id,time,x\n");
    for time in 0..times {
        for subject in 0..subjects {
            text += &format!("s{subject},{time},{}.5\n", subject * 100 + time);
        }
    }
    text
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_let_go_of_is_read_once_more() {
    let files = [("", by_time(6, 5))];
    let (expected, times) = read(&files, usize::MAX, true);
    assert_eq!((expected.recordings.len(), times), (6, 1));
    for (spare, most) in [(0, 7), (8 * ROW, 6), (12 * ROW, 4), (1000 * ROW, 1)] {
        let (found, times) = read(&files, spare, true);
        assert_eq!(found, expected, "{spare} bytes to spare");
        assert!(times <= most, "read {times} times with {spare} bytes to spare");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_read_once_more_is_refused_by_name() {
    let text = by_time(2, 2) + "s1,2,7\n";
    let (found, times) = read(&[("", text)], 0, false);
    assert_eq!(times, 1);
    let refused: Vec<_> = found.refused.iter().map(|(id, code, line)| (id.as_str(), *code, *line)).collect();
    assert_eq!(refused, [("s0", "ROWS_COME_BACK", Some(4)), ("s1", "ROWS_COME_BACK", Some(5))]);
    assert!(found.recordings.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn subjects_whose_rows_are_together_never_come_back() {
    let rows = (0..50).map(|row| format!("s{},{},1.5\n", row / 5, row % 5));
    let text = String::from("id,time,x\n") + &rows.collect::<String>();
    let (found, times) = read(&[("", text.clone())], 0, false);
    assert_eq!((found.recordings.len(), found.refused.len(), times), (10, 0, 1));
    assert_eq!(found, read(&[("", text)], usize::MAX, true).0);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_said_of_a_file_is_said_once() {
    let gaps = by_time(4, 6).replace("s1,2,102.5\n", "s1,2,NA\n").replace("s2,3,203.5\n", "s2,3,what\n");
    let files = [
        ("one.csv", format!("# a comment\n{gaps}")),
        ("bad.csv", "<html></html>".to_owned()),
        ("two.csv", by_time(6, 3).replace("s4", "t4").replace("s5,1", "t5,1\u{200b}")),
        ("three.csv", by_time(1, 3).replace("s0", "u")),
    ];
    let (expected, _) = read(&files, usize::MAX, true);
    assert!(expected.repairs.len() >= 2 && expected.refused.len() >= 2, "{expected:?}");
    for spare in [0, 5 * ROW, 15 * ROW] {
        assert_eq!(read(&files, spare, true).0, expected, "{spare} bytes to spare");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_that_is_another_one_when_it_is_read_again_loses_nothing_in_silence() {
    let options = ReadOptions { spare: Spare { bytes: 0, stay: false }, ..ReadOptions::default() };
    let mut reader = Reader::new(&schema(), &Sampling::default(), options);
    let read = |reader: &mut Reader, text: &str| {
        reader.feed(text.as_bytes()).expect("the rows are whole");
        reader.take_complete().into_iter().for_each(|index| reader.release(index));
    };
    for row in ["id,time,x\n", "a,0,1\n", "b,0,1\n", "a,1,1\n"] {
        read(&mut reader, row);
    }
    reader.finish().expect("there are rows");
    assert!(reader.has_missed());
    reader.read_again();
    read(&mut reader, "id,time,x\nb,0,1\n");
    reader.finish().expect("there are rows");
    assert!(!reader.has_missed());
    assert!(matches!(&reader.refused()[0].reason, ReadError::RowsComeBack { id, line: 4 } if id == "a"));
}

#[wasm_bindgen_test(unsupported = test)]
fn recordings_stay_up_to_a_limit_where_they_are_wanted() {
    let spare = Spare { bytes: 12 * ROW, stay: true };
    let mut reader =
        Reader::new(&schema(), &Sampling::default(), ReadOptions { spare, ..ReadOptions::default() });
    for file in ["a", "b"] {
        reader.next_file(file).expect("the one before can be read");
        let rows = (0..20).map(|row| format!("{file}{},{},1.5\n", row / 4, row % 4));
        reader
            .feed(("id,time,x\n".to_owned() + &rows.collect::<String>()).as_bytes())
            .expect("the rows are whole");
        reader.take_complete().into_iter().for_each(|index| reader.release(index));
    }
    reader.finish().expect("there are rows");
    reader.take_complete().into_iter().for_each(|index| reader.release(index));
    let steps: Vec<usize> = (0..10).map(|index| reader.recording(index).steps()).collect();
    assert_eq!(steps, [0, 0, 0, 0, 0, 0, 0, 4, 4, 4]);
}
