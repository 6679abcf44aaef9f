//! `trainer profile` from outside: what it measures, what it finds, what it advises.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Small recordings in which everything is to be found, and what NumPy, pandas and SciPy say of them.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/data_profile").join(name)
}

fn golden_text(name: &str) -> String {
    fs::read_to_string(golden(name)).unwrap()
}

/// A folder with files to profile.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn new(files: &[(&str, &str)]) -> Self {
        let workshop = Workshop { folder: TempDir::new().unwrap() };
        for (name, text) in files {
            fs::write(workshop.path(name), text).unwrap();
        }
        workshop
    }

    /// The golden recordings, with one line of the data replaced.
    fn edited(from: &str, to: &str) -> Self {
        let data = golden_text("data.csv");
        assert!(data.contains(from), "the data has no `{from}`");
        Workshop::new(&[
            ("data.csv", &data.replacen(from, to, 1)),
            ("labels.csv", &golden_text("labels.csv")),
        ])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn profile(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.current_dir(self.folder.path()).arg("profile").args(arguments).output().unwrap()
    }

    /// What is said on the terminal, and the JSON.
    fn found(&self, arguments: &[&str]) -> (String, Value) {
        let output = self.profile(&[arguments, &["--json", "profile.json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let json = fs::read_to_string(self.path("profile.json")).unwrap();
        (String::from_utf8(output.stdout).unwrap(), serde_json::from_str(&json).unwrap())
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.profile(arguments);
        assert!(!output.status.success(), "the command was to fail");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// The golden recordings with labels and the other file.
fn golden_profile() -> (String, Value) {
    let workshop = Workshop::new(&[]);
    let [data, labels, other] =
        ["data.csv", "labels.csv", "other.csv"].map(|n| golden(n).display().to_string());
    workshop.found(&[&data, "--labels", &labels, "--against", &other])
}

/// The entry of a list whose `key` is `name`.
fn entry<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let found = list.as_array().unwrap().iter().find(|entry| entry[key] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {list}"))
}

fn assert_close(found: &Value, expected: &Value, what: &str) {
    let (found, expected) = (found.as_f64().unwrap_or(f64::NAN), expected.as_f64().unwrap());
    let error = (found - expected).abs() / expected.abs().max(1e-6);
    assert!(error < 1e-6, "{what}: {found} instead of {expected}");
}

#[test]
fn statistics_equal_numpy_pandas_and_scipy() {
    let (_, profile) = golden_profile();
    let golden: Value = serde_json::from_str(&golden_text("golden.json")).unwrap();
    for (name, expected) in golden["columns"].as_object().unwrap() {
        let column = entry(&profile["columns"], "name", name);
        let drift = &entry(&profile["against"]["columns"], "name", name)["numbers"];
        for (key, value) in expected.as_object().unwrap() {
            let found = match key.as_str() {
                "ks" => &drift["distance"],
                "shift" => &drift["shift"],
                "eta_step" => &column["relation"]["step"],
                "eta_mean" => &column["relation"]["subject_mean"],
                "eta_sd" => &column["relation"]["subject_sd"],
                key => &column["numbers"][key],
            };
            assert_close(found, value, &format!("{key} of {name}"));
        }
    }
    assert_eq!(profile["correlation"]["columns"], golden["correlated"]);
    let rows = |matrix: &Value| matrix.as_array().unwrap().clone();
    let [found, expected] = [&profile["correlation"]["matrix"], &golden["correlation"]].map(rows);
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.into_iter().zip(expected).enumerate() {
        assert_eq!(rows(&found).len(), rows(&expected).len());
        for (j, (found, expected)) in rows(&found).iter().zip(rows(&expected)).enumerate() {
            assert_close(found, &expected, &format!("correlation of columns {i} and {j}"));
        }
    }
    let mood = entry(&profile["columns"], "name", "mood");
    assert_close(&mood["cramers_v"], &golden["mood"]["cramers_v"], "Cramer's V");
    let mood = &entry(&profile["against"]["columns"], "name", "mood")["words"];
    assert_close(&mood["distance"], &golden["mood"]["distance"], "distance of words");
}

#[test]
fn columns_that_say_nothing_new_are_found_and_the_advice_is_a_piece_of_a_recipe() {
    let (text, profile) = golden_profile();
    assert_eq!(profile["correlation"]["collinear"], serde_json::json!([["hip", "twice"]]));
    let sum = entry(&profile["correlation"]["combinations"], "column", "sum");
    assert_eq!(sum["of"], serde_json::json!(["hip", "knee"]));
    assert_eq!(profile["same"], serde_json::json!([["mood", "mirror"]]));

    let recipe: toml::Table = profile["recipe"].as_str().unwrap().parse().unwrap();
    let list = |section: &str, key: &str| recipe[section][key].clone().try_into::<Vec<String>>().unwrap();
    assert_eq!(list("data", "ignored"), ["gap", "mood", "mirror"]);
    assert_eq!(list("features", "drop"), ["twice", "sum", "flat"]);
    assert!(text.contains(profile["recipe"].as_str().unwrap().trim_end()), "{text}");
    assert!(text.contains("{ column = \"mood\", levels = ["), "{text}");
}

#[test]
fn names_are_guessed_and_that_is_said() {
    let (text, profile) = golden_profile();
    assert!(
        text.contains("id `subject` (guessed), time `step` (guessed), label `class` (guessed)"),
        "{text}"
    );
    assert_eq!(profile["size"]["subjects"], 12);
    assert_eq!((&profile["size"]["least_steps"], &profile["size"]["most_steps"]), (&6.into(), &9.into()));

    let workshop = Workshop::new(&[("data.csv", "a,b,x\n1,0,0.5\n2,0,0.25\n")]);
    let error = workshop.refused(&["data.csv"]);
    assert!(
        error.contains("data.csv") && error.contains("--id") && error.contains("`a`, `b`, `x`"),
        "{error}"
    );
    let (text, _) = workshop.found(&["data.csv", "--id", "a", "--time", "b"]);
    assert!(text.contains("id `a`, time `b`\n"), "{text}");
    let error = workshop.refused(&["data.csv", "--id", "a", "--time", "B"]);
    assert!(error.contains("missing column \"B\""), "{error}");
}

#[test]
fn a_recipe_says_what_the_columns_are() {
    let recipe = include_str!("../recipes/cnn-gru.toml")
        .replace("sample_index", "subject")
        .replace("\"time\"", "\"step\"")
        .replace("\"label\"", "\"class\"")
        .replace("[\"no_pain\", \"low_pain\", \"high_pain\"]", "[\"walk\", \"run\", \"rest\"]")
        .replace("\"n_legs\"", "\"survey\"");
    let workshop = Workshop::edited("subject", "subject");
    fs::write(workshop.path("recipe.toml"), recipe).unwrap();
    let arguments = ["data.csv", "--labels", "labels.csv", "--recipe", "recipe.toml"];
    let (text, profile) = workshop.found(&arguments);
    assert!(text.contains("id `subject`, time `step`, label `class`\n"), "{text}");
    assert_eq!(profile["classes"]["classes"][0]["name"], "walk");
    let survey = entry(&profile["advice"], "column", "survey");
    assert_eq!((&survey["action"], &survey["reason"]), (&"ignore".into(), &"the recipe ignores it".into()));
}

#[test]
fn what_the_reader_refuses_is_counted_with_the_place_of_the_first() {
    let data = "subject,step,knee,knee,,hip,hip2\n\
                a,0,1,1,7,oops,1\n\
                a,1,1,1,7,,2\n\
                a,2,1,1,7,inf,1e40\n\
                ,3,1,1,7,1,3\n\
                a,1,1,1,7,2,4\n\
                a,x,1,1,7,3,5\n\
                b,0,1,1,7,,nan\n\
                b,1,1,1,7,4,6\n";
    let workshop = Workshop::new(&[("data.csv", data)]);
    let (text, profile) = workshop.found(&["data.csv"]);
    let problem = |value: &Value| {
        let first = &value["first"];
        (value["count"].as_u64().unwrap(), first["line"].as_u64(), first["found"].as_str().map(str::to_owned))
    };
    let at = |count, line, found: &str| (count, Some(line), Some(found.to_owned()));
    let hip = &entry(&profile["columns"], "name", "hip")["problems"];
    assert_eq!(problem(&hip["missing"]), at(2, 3, ""));
    assert_eq!(problem(&hip["not_finite"]), at(1, 4, "inf"));
    assert_eq!(problem(&hip["not_a_number"]), at(1, 2, "oops"));
    let hip2 = &entry(&profile["columns"], "name", "hip2")["problems"];
    assert_eq!(problem(&hip2["not_finite"]), at(1, 4, "1e40"));
    assert_eq!(problem(&hip2["missing"]), at(1, 8, "nan"));
    assert_eq!(problem(&profile["problems"]["no_id"]), at(1, 5, ""));
    assert_eq!(problem(&profile["problems"]["no_time"]), at(1, 7, "x"));
    assert_eq!(problem(&profile["problems"]["same_time"]), at(1, 6, "1"));
    assert_eq!(profile["problems"]["repeated_columns"], serde_json::json!(["knee"]));
    assert_eq!(profile["problems"]["unnamed_columns"], 1);
    assert_eq!(entry(&profile["columns"], "name", "hip")["numbers"]["mean"], 3.0);
    assert!(text.contains("PROBLEM: 2 values of `hip` are missing, first in line 3"), "{text}");
    let advice = entry(&profile["advice"], "column", "hip");
    assert_eq!(advice["action"], "ignore");
    assert!(advice["reason"].as_str().unwrap().contains("refuses 4 of its values (line 2"), "{advice}");
}

#[test]
fn a_row_that_is_no_row_is_an_error_with_its_line() {
    let workshop = Workshop::edited("s01,0,", "s01,");
    let error = workshop.refused(&["data.csv"]);
    assert!(error.contains("data.csv: line 8: expected 11 fields") && error.contains("found 10"), "{error}");
}

#[test]
fn recordings_that_are_there_twice_are_found_under_any_id_and_in_any_order() {
    let recording = |id: &str, steps: [u32; 3]| {
        let row = |step| format!("{id},{step},{},word\n", f64::from(step * step) + 0.25);
        steps.map(row).concat()
    };
    let header = "subject,step,hip,mood\n";
    let other = |id: &str| format!("{id},0,9,word\n{id},1,8,word\n{id},2,7,word\n");
    let data = [header, &recording("a", [0, 1, 2]), &other("b"), &recording("c", [2, 0, 1])].concat();
    let there =
        ["mood,subject,hip,extra,step\n", "word,z,4.25,1,2\nword,z,0.25,1,0\nword,z,1.25,1,1\n"].concat();
    let there = format!("{there}word,b,1,1,0\n");
    let labels = "subject,label\na,x\nb,x\nc,y\nghost,y\n";
    let workshop = Workshop::new(&[("data.csv", &data), ("there.csv", &there), ("labels.csv", labels)]);
    let (text, profile) = workshop.found(&["data.csv", "--labels", "labels.csv", "--against", "there.csv"]);
    let duplicates = &profile["duplicates"];
    assert_eq!(*duplicates, serde_json::json!([{ "subjects": ["a", "c"], "labels_differ": true }]));
    assert!(text.contains("2 subjects have the same recording, WITH DIFFERENT LABELS: a, c"), "{text}");
    let leaks = serde_json::json!([{ "here": "a", "there": "z" }, { "here": "c", "there": "z" }]);
    assert_eq!(profile["against"]["leaks"], leaks);
    assert_eq!(profile["against"]["shared_ids"], 1);
    assert_eq!(profile["against"]["extra_columns"], serde_json::json!(["extra"]));
    assert_eq!(profile["classes"]["without_data"], serde_json::json!(["ghost"]));
}

#[test]
fn columns_that_only_count_are_no_measurements() {
    let row = |i: u32| format!("{},{},{},{},{}\n", i / 5, i % 5, i + 3, i % 5, (i * i) % 7);
    let rows: String = (0..20).map(row).collect();
    let workshop = Workshop::new(&[("data.csv", &format!("subject,step,row,again,hip\n{rows}"))]);
    let (_, profile) = workshop.found(&["data.csv"]);
    let reason = |name| entry(&profile["advice"], "column", name)["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason("row"), "it counts the rows of the file");
    assert_eq!(reason("again"), "it repeats the time");
    assert!(profile["advice"].as_array().unwrap().iter().all(|advice| advice["column"] != "hip"));
}

#[test]
fn a_step_that_stands_out_from_both_neighbours_is_a_spike() {
    let mut values: Vec<u32> = (0..500).map(|i| i % 3).collect();
    values[49] = 90;
    // A level that lasts is none.
    values[350..355].fill(90);
    let rows: String =
        values.iter().zip(0..).map(|(x, i)| format!("{},{},{x}\n", i / 100, i % 100)).collect();
    let workshop = Workshop::new(&[("data.csv", &format!("subject,step,hip\n{rows}"))]);
    let (_, profile) = workshop.found(&["data.csv"]);
    let spikes = &profile["columns"][0]["numbers"]["spikes"];
    let expected = serde_json::json!({ "count": 1, "subjects": 1, "most": ["0", 1], "greatest": [51, 90.0] });
    assert_eq!(*spikes, expected);
}

#[test]
fn the_page_stands_alone_and_says_what_the_plots_show() {
    let workshop = Workshop::edited("hip", "<b onload=alert(1)>");
    let arguments = ["data.csv", "--labels", "labels.csv", "--against", "data.csv", "--html", "page.html"];
    workshop.found(&arguments);
    let html = fs::read_to_string(workshop.path("page.html")).unwrap();
    for foreign in ["<script", "http://", "https://", "url(", "@import", "<b onload"] {
        let rest = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!rest.contains(foreign), "the page has {foreign}");
    }
    assert!(!html.contains("NaN") && html.contains("prefers-color-scheme: dark"));
    let plots = html.matches("<svg").count();
    assert!(plots > 10, "{plots} plots");
    assert_eq!(html.matches("role=\"img\" aria-label=\"").count(), plots);
    for table in ["Subjects of each class", "Correlations from 0.7", "Drift against", "What to drop"] {
        assert!(html.contains(table), "the page lacks {table}");
    }
}

#[test]
fn odd_data_is_no_reason_to_fail() {
    for data in [
        "subject,step\na,0\n",
        "subject,step,x\na,0,1\n",
        "subject,step,x\n,0,1\n",
        "subject,step,x\na,0,\nb,0,\n",
        "subject,step,x\na,nan,nan\na,,-inf\n",
        "subject,step,x\na,0,3e38\na,1,-3e38\nb,0,3e38\n",
        "subject,step,x,y\na,0,1,\na,1,,1\nb,0,1,\nb,1,,1\n",
        "subject,step,\"odd \"\"name\"\"\nof two lines\"\na,0,one\na,1,two\nb,0,3\n",
    ] {
        let workshop = Workshop::new(&[("data.csv", data), ("labels.csv", "subject,label\na,0\nb,1\n")]);
        let arguments =
            ["data.csv", "--labels", "labels.csv", "--against", "data.csv", "--html", "page.html"];
        let (_, profile) = workshop.found(&arguments);
        profile["recipe"].as_str().unwrap().parse::<toml::Table>().unwrap();
    }
}

#[test]
fn numbers_are_read_as_the_file_writes_them() {
    let data = golden_text("data.csv");
    let commas = data.replace(',', ";").replace('.', ",");
    let labels = golden_text("labels.csv");
    let plain = Workshop::new(&[("data.csv", &data), ("labels.csv", &labels)]);
    let written = Workshop::new(&[("data.csv", &commas), ("labels.csv", &labels)]);
    let arguments = ["data.csv", "--labels", "labels.csv"];
    let ((_, expected), (text, found)) = (plain.found(&arguments), written.found(&arguments));
    for key in ["columns", "correlation", "classes", "duplicates", "advice", "recipe"] {
        assert_eq!(found[key], expected[key], "{key}");
    }
    assert!(text.contains("read with a decimal comma"), "{text}");
}

#[test]
fn the_parts_of_an_id_tell_recordings_apart() {
    let rows: String =
        (0..24).map(|i| format!("{},{},{},{}\n", i / 12, i / 6 % 2, i % 6, i * i % 7)).collect();
    let workshop = Workshop::new(&[("data.csv", &format!("person,trial,step,hip\n{rows}"))]);
    let (text, profile) = workshop.found(&["data.csv", "--id", "person", "--id", "trial"]);
    assert!(text.contains("id `person`, `trial`, time `step` (guessed)"), "{text}");
    assert_eq!(profile["size"]["subjects"], 4);
    assert_eq!(profile["problems"]["same_time"]["count"], 0);
    assert_eq!(profile["names"]["id"], serde_json::json!(["person", "trial"]));
    assert!(profile["recipe"].as_str().unwrap().contains("id = [\"person\", \"trial\"]"), "{text}");
}
