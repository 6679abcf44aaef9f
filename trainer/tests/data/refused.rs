//! Subjects that cannot be read, what is put right, and what nobody may put right.

use crate::support::{Workshop, failed, succeeded};

#[test]
fn a_run_goes_on_without_a_bad_subject_only_if_it_may() {
    let workshop = Workshop::new();
    workshop.fit_well("good", &["--epochs", "1"]);
    workshop.edit("data.csv", "s03,5,", "s03,5,inf,");
    workshop.edit("data.csv", "inf,0.", "inf,");
    let data = workshop.read("data.csv");
    let line = 1 + data.lines().position(|row| row.starts_with("s03,5,")).unwrap();
    // The field that was there is gone again, so that the row has as many as before.
    let row = data.lines().nth(line - 1).unwrap().to_owned();
    let mut fields: Vec<&str> = row.split(',').collect();
    fields.remove(3);
    workshop.write("data.csv", &data.replace(&row, &fields.join(",")));

    let error = workshop.refusal();
    assert!(
        error.contains(&format!("refused: data.csv: subject \"s03\": line {line}, column \"knee\"")),
        "{error}"
    );
    assert!(error.contains("1 of 40 subjects cannot be read") && error.contains("--skip-refused"), "{error}");
    succeeded(&workshop.fit("run", &["--epochs", "1", "--skip-refused"]));
    let refused = workshop.read("run/refused.csv");
    assert!(refused.starts_with("id,code,file,line,column,message\ns03,NOT_FINITE,data.csv,"), "{refused}");

    let predict = ["predict", "good/model.bpk", "--data", "data.csv", "--out", "p.csv"];
    failed(&workshop.trainer(&predict));
    assert!(!workshop.path("p.csv").exists());
    succeeded(&workshop.trainer(&[&predict[..], &["--skip-refused"]].concat()));
    assert_eq!(workshop.read("p.csv").lines().count(), 40);
    assert!(workshop.read("p.refused.csv").contains("s03,NOT_FINITE"));
    let evaluate =
        ["evaluate", "good/model.bpk", "--data", "data.csv", "--labels", "labels.csv", "--json", "e.json"];
    failed(&workshop.trainer(&evaluate));
    succeeded(&workshop.trainer(&[&evaluate[..], &["--skip-refused"]].concat()));
    let json: serde_json::Value = serde_json::from_str(&workshop.read("e.json")).unwrap();
    assert_eq!(json["reading"]["refused"][0]["id"], "s03");

    // What is said of an earlier run does not stay.
    let whole = data.replace(&row, &row.replace("inf,", ""));
    workshop.write("data.csv", &whole);
    succeeded(&workshop.trainer(&predict));
    assert!(!workshop.path("p.refused.csv").exists());
}

#[test]
fn what_is_put_right_is_said_once_and_refused_where_nothing_may_be() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    // Ids that nobody can tell from those of the rows before.
    let data = workshop.read("data.csv");
    workshop.write(
        "new.csv",
        &data.replace("s04,7,", "\u{feff}s04\u{200b},7,").replace("s04,9,", "s04\u{a0},9,"),
    );
    let predict = ["predict", "run/model.bpk", "--data", "new.csv", "--out", "p.csv"];
    let output = workshop.trainer(&predict);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("put right: new.csv: ").count(), 1, "{said}");
    let repairs = workshop.read("p.repairs.csv");
    assert!(
        repairs.starts_with("code,count,file,line,message\nINVISIBLE_CHARACTERS,3,new.csv,105,"),
        "{repairs}"
    );
    let error = failed(&workshop.trainer(&[&predict[..], &["--strict"]].concat()));
    assert!(error.contains("nothing is put right when read strictly"), "{error}");
}

#[test]
fn columns_by_other_names_are_given() {
    let workshop = Workshop::new();
    workshop.fit_well("run", &["--epochs", "1"]);
    let expected = succeeded(&workshop.trainer(&["predict", "run/model.bpk", "--data", "data.csv"]));
    workshop.edit("data.csv", "subject,step,knee", "subject,step,Knie links");
    let predict = ["predict", "run/model.bpk", "--data", "data.csv"];
    let error = failed(&workshop.trainer(&predict));
    assert!(error.contains("missing column \"knee\""), "{error}");
    let given = workshop.trainer(&[&predict[..], &["--columns", "knee=Knie links"]].concat());
    assert_eq!(succeeded(&given), expected);
}
