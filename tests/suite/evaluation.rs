//! Labels, and scores as scikit-learn computes them.

use painwave::evaluation::Scores;
use painwave::labels::{LabelColumns, Labels, LabelsError};
use painwave::reading::{ReadError, ReadOptions, ReadWarning};
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

fn classes() -> Vec<String> {
    ["no_pain", "low_pain", "high_pain"].map(String::from).into()
}

fn parse(file: &str) -> Result<Labels, LabelsError> {
    let columns = LabelColumns { id: &["sample_index".to_owned()], label: None, group: None };
    Labels::parse(file.as_bytes(), columns, &classes(), &ReadOptions::default())
}

#[wasm_bindgen_test(unsupported = test)]
fn labels_are_read_by_name_in_any_dialect() {
    for file in [
        "sample_index,label\n000,no_pain\n0,high_pain\n",
        "\u{feff}label;sample_index\r\nno_pain;000\r\n\"high_pain\"; 0 \r\n\r\n",
        "label\tsample_index\nno_pain\t\"000\"\nhigh_pain\t0",
    ] {
        let labels = parse(file).unwrap();
        assert_eq!(labels.iter().collect::<Vec<_>>(), [("000", 0), ("0", 2)]);
        assert_eq!(
            (labels.len(), labels.get("000"), labels.get("0"), labels.get("00")),
            (2, Some(0), Some(2), None)
        );
        assert_eq!(labels.warnings(), []);
    }
    let labels = parse("sample_index,age,label\n1,30,low_pain\n").unwrap();
    assert_eq!(labels.warnings(), [ReadWarning::ExtraColumns { columns: vec!["age".into()] }]);
}

#[wasm_bindgen_test(unsupported = test)]
fn bad_labels_are_refused_with_their_place() {
    for (file, code, line, column) in [
        ("", "EMPTY_FILE", None, None),
        ("sample_index,label\n", "NO_ROWS", None, None),
        ("sample_index,age,pain\n1,30,no_pain\n", "MISSING_COLUMN", Some(1), Some("label")),
        ("sample_index,label\n1,no_pain\n2\n", "WRONG_FIELD_COUNT", Some(3), None),
        ("sample_index,label\n,no_pain\n", "EMPTY_ID", Some(2), Some("sample_index")),
        ("sample_index,label\n1,no_pain\n2,some\n", "UNKNOWN_LABEL", Some(3), Some("label")),
        (
            "sample_index,label\n1,no_pain\n2,no_pain\n1,low_pain\n",
            "DUPLICATE_ID",
            Some(4),
            Some("sample_index"),
        ),
    ] {
        let error = parse(file).unwrap_err();
        assert_eq!((error.code(), error.line(), error.column()), (code, line, column), "{file:?}");
    }
    assert_eq!(parse("\n").unwrap_err(), LabelsError::Csv(ReadError::EmptyFile));
    assert_eq!(
        parse("sample_index,label\n1,pain\n").unwrap_err().to_string(),
        "line 2, column \"label\": expected one of the classes \"no_pain\", \"low_pain\", \"high_pain\", \
         found \"pain\""
    );
    assert_eq!(
        parse("sample_index,label\n1,no_pain\n1,low_pain\n").unwrap_err().to_string(),
        "line 3, column \"sample_index\": subject \"1\" has the label \"low_pain\" here and \"no_pain\" on line 2"
    );
}

/// Labels of a file with these columns of ids and of classes.
fn parse_with(id: &[&str], label: Option<&str>, file: &str) -> Labels {
    let id: Vec<String> = id.iter().map(|key| (*key).to_owned()).collect();
    let columns = LabelColumns { id: &id, label, group: None };
    Labels::parse(file.as_bytes(), columns, &classes(), &ReadOptions::default()).expect(file)
}

fn codes(labels: &Labels) -> Vec<&'static str> {
    labels.repairs().iter().map(|repair| repair.kind.code()).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn the_column_of_labels_is_found() {
    for (label, header) in [
        (Some("mood"), "sample_index,label,mood"),
        (Some("mood"), "sample_index,age,class"),
        (None, "sample_index,age,label"),
        (None, "sample_index,age,class"),
        (None, "sample_index,age,Target"),
        (None, "sample_index,,diagnosis"),
        (None, "subject,age,label"),
    ] {
        let labels = parse_with(&["sample_index"], label, &format!("{header}\n1,0,no_pain\n"));
        assert_eq!(labels.get("1"), Some(0), "{header}");
    }
    let labels = parse_with(&["sample_index"], None, "sample_index,feeling\n1,no_pain\n");
    assert_eq!(labels.get("1"), Some(0), "the only other column");
}

#[wasm_bindgen_test(unsupported = test)]
fn spellings_of_a_class_are_taken_where_one_is_meant() {
    let labels =
        parse("sample_index,label\n1,No_Pain\n2,no pain\n3, HIGH-PAIN \n4,low_pain\n").expect("labels");
    assert_eq!(labels.iter().map(|(_, class)| class).collect::<Vec<_>>(), [0, 0, 2, 1]);
    assert_eq!((codes(&labels), labels.repairs()[0].count), (vec!["CLASS_SPELLING"], 3));
}

#[wasm_bindgen_test(unsupported = test)]
fn words_for_missing_are_no_label() {
    let labels = parse("sample_index,label\n1,no_pain\n2,NA\n3,\n4,?\n").expect("labels");
    assert_eq!((labels.len(), labels.unlabelled(), codes(&labels)), (1, 3, vec!["NO_LABEL"]));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_without_an_id_is_left_out_alone() {
    let file = "sample_index,label\n1,no_pain\n,low_pain\n ,high_pain\n2,low_pain\n";
    let labels = parse(file).expect("labels");
    assert_eq!(labels.iter().collect::<Vec<_>>(), [("1", 0), ("2", 1)]);
    let [repair] = labels.repairs() else { panic!("{:?}", labels.repairs()) };
    assert_eq!((repair.kind.code(), repair.count, repair.line), ("NO_ID", 2, 3));
    let columns = LabelColumns { id: &["sample_index".to_owned()], label: None, group: None };
    let strict = ReadOptions { strict: true, ..ReadOptions::default() };
    let error = Labels::parse(file.as_bytes(), columns, &classes(), &strict).unwrap_err();
    assert_eq!((error.code(), error.line()), ("STRICT", Some(3)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_label_in_every_row_is_one_label() {
    let labels =
        parse("sample_index,time,label\n1,0,no_pain\n1,1,no_pain\n2,0,low_pain\n2,1,\n").expect("labels");
    assert_eq!((labels.len(), labels.unlabelled()), (2, 0));
}

#[wasm_bindgen_test(unsupported = test)]
fn ids_meet_where_that_is_unambiguous() {
    let labels =
        parse("sample_index,label\n0,no_pain\n1.0,low_pain\ns1,high_pain\n7,no_pain\n").expect("labels");
    let matched = labels.matched([("000", 0), ("001", 1), ("s01", 0), ("7", 0), ("007", 0)]);
    assert_eq!(matched.pairs, [(0, 0), (1, 1), (0, 0)]);
    assert_eq!(matched.without_label, ["s01", "007"]);
    assert_eq!(matched.without_prediction, ["s1"]);
    let spelled = matched.spelled.expect("two are written in another way");
    assert_eq!((spelled.count, spelled.line, &*spelled.label, &*spelled.prediction), (2, 2, "0", "000"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_may_have_labels_of_subjects_or_of_their_trials() {
    let keys = ["subject", "trial"];
    let labels = parse_with(&keys, None, "subject,label\na,no_pain\nb,low_pain\n");
    assert_eq!(labels.matched([("a/1", 0), ("a/2", 1), ("b/1", 1)]).pairs, [(0, 0), (0, 1), (1, 1)]);
    let labels = parse_with(&keys, None, "subject,trial,label\na,1,no_pain\na,2,low_pain\n");
    assert_eq!(labels.matched([("a/1", 0), ("a/2", 1), ("b/1", 1)]).pairs, [(0, 0), (1, 1)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_a_file_is() {
    use painwave::kind::Kind;
    let schema = crate::support::schema();
    let of = |head: &str, complete| Kind::of(&schema, &ReadOptions::default(), head.as_bytes(), complete);
    for (head, complete, kind) in [
        ("subject,time,x,y,hand\n1,0,1,2,two\n", false, Kind::Recordings),
        ("label,subject,time,x,y,hand\nlow,1,0,1,2,two\n", false, Kind::Recordings),
        ("subject,label\n1,low\n", false, Kind::Labels),
        ("sep=;\nsubject;class\n1;low\n", false, Kind::Labels),
        ("# made by hand\nid,label\n1,low\n", false, Kind::Labels),
        ("time,x,y,hand\n0,1,2,two\n", false, Kind::Recordings),
        ("subject;feeling\n1;low", true, Kind::Labels),
        ("NRUB....", false, Kind::Bundle),
        ("once upon a time", true, Kind::Unknown),
        ("", true, Kind::Unknown),
    ] {
        assert_eq!(of(head, complete), kind, "{head:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn subjects_without_a_counterpart_are_named() {
    let labels = parse("sample_index,label\n0,no_pain\n1,low_pain\n2,high_pain\n3,no_pain\n").unwrap();
    let matched = labels.matched([("2", 0), ("x", 1), ("0", 0), ("02", 2)]);
    assert_eq!(matched.pairs, [(2, 0), (0, 0)]);
    assert_eq!(matched.without_label, ["x", "02"]);
    assert_eq!(matched.without_prediction, ["1", "3"]);
}

#[derive(Deserialize)]
struct Golden {
    name: String,
    classes: usize,
    r#true: Vec<usize>,
    predicted: Vec<usize>,
    accuracy: f64,
    balanced_accuracy: f64,
    mcc: f64,
    confusion: Vec<Vec<u32>>,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    support: Vec<u32>,
    weighted: [f64; 3],
    r#macro: [f64; 3],
}

#[wasm_bindgen_test(unsupported = test)]
fn scores_equal_those_of_scikit_learn() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("../golden/scores.json")).unwrap();
    assert!(cases.len() > 5);
    for golden in cases {
        let name = &golden.name;
        let close = |ours: &[f64], theirs: &[f64], what: &str| {
            assert_eq!(ours.len(), theirs.len(), "{name}: {what}");
            // Sums in another order differ in the last digit.
            let equal = ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-14);
            assert!(equal, "{name}: {what} {ours:?}, scikit-learn {theirs:?}");
        };
        let classes: Vec<String> = (0..golden.classes).map(|class| class.to_string()).collect();
        let pairs = golden.r#true.iter().copied().zip(golden.predicted.iter().copied());
        let scores = Scores::new(&classes, pairs);
        assert_eq!(scores.subjects as usize, golden.r#true.len(), "{name}");
        assert_eq!(scores.confusion, golden.confusion, "{name}");
        close(&[scores.accuracy], &[golden.accuracy], "accuracy");
        close(&[scores.balanced_accuracy], &[golden.balanced_accuracy], "balanced accuracy");
        close(&[scores.mcc], &[golden.mcc], "MCC");
        let per_class = |score: fn(&painwave::evaluation::ClassScores) -> f64| -> Vec<f64> {
            scores.classes.iter().map(score).collect()
        };
        close(&per_class(|class| class.precision), &golden.precision, "precision");
        close(&per_class(|class| class.recall), &golden.recall, "recall");
        close(&per_class(|class| class.f1), &golden.f1, "F1");
        assert_eq!(
            scores.classes.iter().map(|class| class.support).collect::<Vec<_>>(),
            golden.support,
            "{name}"
        );
        assert!(scores.classes.iter().map(|class| &class.label).eq(&classes), "{name}");
        for (average, golden, what) in [
            (scores.weighted_average, golden.weighted, "weighted average"),
            (scores.macro_average, golden.r#macro, "macro average"),
        ] {
            close(&[average.precision, average.recall, average.f1], &golden, what);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn no_subjects_give_zeros_not_nan() {
    let scores = Scores::new(&classes(), []);
    assert_eq!((scores.subjects, scores.accuracy, scores.macro_average.f1), (0, 0.0, 0.0));
    assert_eq!((scores.balanced_accuracy, scores.mcc), (0.0, 0.0));
    assert_eq!(scores.weighted_average, scores.macro_average);
}

#[wasm_bindgen_test(unsupported = test)]
fn scores_survive_json() {
    let scores = Scores::new(&classes(), [(0, 0), (1, 2), (2, 2)]);
    let mut json = serde_json::to_value(&scores).unwrap();
    assert_eq!(json["confusion"], serde_json::json!([[1, 0, 0], [0, 0, 1], [0, 0, 1]]));
    assert_eq!(json["classes"][2]["label"], "high_pain");
    assert_eq!(serde_json::from_value::<Scores>(json.clone()).unwrap(), scores);
    // An older version did not write all scores.
    let written = json.as_object_mut().unwrap();
    assert!(written.remove("balanced_accuracy").is_some() && written.remove("mcc").is_some());
    assert_eq!(serde_json::from_value::<Scores>(json.clone()).unwrap(), scores);
    json["confusion"][1] = serde_json::json!([0, 1]);
    let error = serde_json::from_value::<Scores>(json).unwrap_err().to_string();
    assert!(error.contains("a side of 2, expected 3"), "{error}");
}
