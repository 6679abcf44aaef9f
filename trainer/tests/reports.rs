//! docs/reports.md says of every point of the three reports what the recipes do: here its tables are held against them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};
use trainer::data;
use trainer::study::{Ablation, Space};

/// The recipes that bear a report's name.
const REPORTS: [(&str, &[&str]); 3] = [
    ("A", &["cnn-gru", "cnn-lstm", "gru", "lstm"]),
    ("B", &["bigru-attention"]),
    ("C", &["lstm-kfold", "rnn-kfold"]),
];

/// What a recipe is called, and what its columns are: no point of a report.
const NAMES: [&str; 6] = ["name", "description", "data.id", "data.time", "data.label", "data.classes"];

/// Who decided: the report; we, since it leaves the point open; we, beside or against it; nobody yet.
const DECIDED_BY: [&str; 4] = ["report", "open", "ours", "not done"];

/// A row of a report's table.
struct Point {
    report: &'static str,
    point: String,
    recipes: Vec<String>,
    /// A key of the recipes, or a file.
    place: String,
    /// Of a key its value, or `absent`; of a file what is in it.
    ours: String,
    decided_by: String,
    tests: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn recipe(name: &str) -> Table {
    data::recipe(&root().join(format!("trainer/recipes/{name}.toml"))).unwrap().text.parse().unwrap()
}

/// The cells of the rows of the table below a heading, without its header.
fn rows(document: &str, heading: &str) -> Vec<Vec<String>> {
    let lines = document.lines().skip_while(|line| !line.starts_with(heading)).skip(1);
    let rows = lines.take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

/// What stands in code quotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn points() -> Vec<Point> {
    let document = read("docs/reports.md");
    let mut points = Vec::new();
    for (report, recipes) in REPORTS {
        for row in rows(&document, &format!("## {report}: ")) {
            let [point, _, of, place, ours, decided_by, tests] = &row[..] else {
                panic!("report {report}: a row of {} cells: {row:?}", row.len())
            };
            let all = || recipes.iter().map(|name| (*name).to_owned()).collect();
            points.push(Point {
                report,
                point: point.clone(),
                recipes: if of == "all" { all() } else { quoted(of) },
                place: quoted(place).first().cloned().unwrap_or_default(),
                ours: ours.clone(),
                decided_by: decided_by.clone(),
                tests: quoted(tests),
            });
        }
    }
    points
}

/// The value of a dotted key, in which `*` gathers the elements of a list.
fn value(of: &Value, key: &str) -> Option<Value> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let below = |inner: &Value| rest.map_or_else(|| Some(inner.clone()), |rest| value(inner, rest));
    match (first, of) {
        ("*", Value::Array(elements)) => {
            elements.iter().map(below).collect::<Option<Vec<Value>>>().map(Value::Array)
        }
        _ => below(of.get(first)?),
    }
}

/// The keys of a recipe that hold values, `*` for the elements of a list of tables.
fn keys(of: &Value, path: &str, found: &mut BTreeSet<String>) {
    let at = |part: &str| if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
    match of {
        Value::Table(table) => table.iter().for_each(|(key, inner)| keys(inner, &at(key), found)),
        Value::Array(elements) if elements.iter().any(Value::is_table) => {
            elements.iter().for_each(|inner| keys(inner, &at("*"), found));
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// Whether a key of the table stands for this one of a recipe.
fn covers(key: &str, leaf: &str) -> bool {
    leaf.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[test]
fn every_recipe_with_a_reports_name_does_what_the_table_says() {
    for Point { report, point, recipes, place, ours, decided_by, .. } in points() {
        let row = format!("report {report}, {point}, `{place}`");
        assert!(DECIDED_BY.contains(&decided_by.as_str()), "{row}: decided by `{decided_by}`");
        if place.contains('/') {
            assert!(root().join(&place).is_file(), "{row}: there is no such file");
            continue;
        }
        if place.is_empty() {
            assert!(decided_by == "not done" && !ours.is_empty(), "{row}: neither a key nor a file");
            continue;
        }
        let said = quoted(&ours).first().cloned().unwrap_or_else(|| panic!("{row}: no value in {ours}"));
        let said = (said != "absent").then(|| {
            let table: Table = format!("x = {said}").parse().unwrap_or_else(|error| panic!("{row}: {error}"));
            table["x"].clone()
        });
        assert!(!recipes.is_empty(), "{row}: no recipe");
        for name in recipes {
            assert_eq!(value(&Value::Table(recipe(&name)), &place), said, "{row}: {name}");
        }
    }
}

#[test]
fn a_recipe_with_a_reports_name_has_no_key_that_the_table_lacks() {
    let points = points();
    for (report, recipes) in REPORTS {
        for name in recipes {
            let mut found = BTreeSet::new();
            keys(&Value::Table(recipe(name)), "", &mut found);
            let of_it = |point: &&Point| point.report == report && point.recipes.iter().any(|of| of == name);
            let table: Vec<&str> = points.iter().filter(of_it).map(|point| point.place.as_str()).collect();
            let known = |key: &String| table.iter().chain(&NAMES).any(|place| covers(place, key));
            let lacking: Vec<&String> = found.iter().filter(|key| !known(key)).collect();
            assert!(lacking.is_empty(), "{name}: docs/reports.md does not say whose these are: {lacking:?}");
        }
    }
}

#[test]
fn the_tests_that_the_table_names_are_there() {
    let mut sources = String::new();
    let mut folders = ["src", "tests", "trainer"].map(|folder| root().join(folder)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    for Point { report, point, tests, .. } in points() {
        for test in tests {
            assert!(sources.contains(&format!("fn {test}()")), "report {report}, {point}: no test `{test}`");
        }
    }
}

#[test]
fn the_grid_of_report_c_has_345_600_points_and_both_models_are_two_of_them() {
    let path = root().join("trainer/studies/rnn-kfold-grid.toml");
    let space = Space::read(&path).unwrap();
    assert_eq!(space.points(), Some(345_600));
    let error = space.grid().unwrap_err().to_string();
    assert!(error.contains("345600 points") && error.contains("--trials"), "{error}");

    let grid: Table = read("trainer/studies/rnn-kfold-grid.toml").parse().unwrap();
    let grid = grid["space"].as_table().unwrap();
    let table = rows(&read("docs/reports.md"), "### The grid");
    assert_eq!(table.len(), grid.len());
    for row in &table {
        let [_, values, key] = &row[..] else { panic!("{row:?}") };
        let (values, key) = (&quoted(values)[0], &quoted(key)[0]);
        let said: Table = format!("x = {values}").parse().unwrap();
        assert_eq!(said["x"], grid[key]["values"], "{key}");
        for name in ["rnn-kfold", "lstm-kfold"] {
            // One direction is what a recipe that does not say anything has.
            let own = value(&Value::Table(recipe(name)), key).unwrap_or(Value::Boolean(false));
            let own = if key == "training.penalties.l1" { Value::Float(0.0) } else { own };
            assert!(
                said["x"].as_array().unwrap().contains(&own),
                "{name}: `{key}` is {own}, not of {values}"
            );
        }
    }
}

#[test]
fn the_exploration_of_windows_has_every_pair_of_the_grid() {
    let space = Space::read(&root().join("trainer/studies/rnn-kfold-windows.toml")).unwrap();
    assert_eq!(space.points(), Some(12));
    assert_eq!(space.grid().unwrap().len(), 12);
    let [windows, grid] = ["windows", "grid"]
        .map(|study| -> Table { read(&format!("trainer/studies/rnn-kfold-{study}.toml")).parse().unwrap() });
    for key in ["window.length", "window.stride"] {
        assert_eq!(windows["space"][key], grid["space"][key], "{key}");
    }
}

#[test]
fn the_study_of_report_b_has_every_row_of_its_two_tables() {
    let ablation = Ablation::read(&root().join("trainer/studies/bigru-attention.toml")).unwrap();
    let names: Vec<&str> = ablation.variants.iter().map(|variant| variant.name.as_str()).collect();
    let rows = rows(&read("docs/reports.md"), "### Tables 1 and 2");
    assert_eq!(rows.len(), 11);
    for row in rows {
        let [_, _, variant] = &row[..] else { panic!("{row:?}") };
        assert!(names.contains(&quoted(variant)[0].as_str()), "no variant {variant}");
    }
}

/// The training loss cannot fall to zero where labels are smoothed: below what `collapse` must be above.
#[test]
fn the_training_loss_of_report_c_may_not_fall_to_its_least() {
    // Four fifths of the published counts.
    let counts = [409.0f64, 75.0, 45.0];
    let weights = counts.map(|count| 1.0 / (1.0 + count).ln());
    for name in ["rnn-kfold", "lstm-kfold"] {
        let recipe = Value::Table(recipe(name));
        let number = |key: &str| value(&recipe, key).unwrap().as_float().unwrap();
        let smoothing = number("training.targets.label_smoothing");
        let (mut loss, mut divisor) = (0.0, 0.0);
        for (class, count) in counts.iter().enumerate() {
            let target = |other: usize| smoothing / 3.0 + if other == class { 1.0 - smoothing } else { 0.0 };
            let weighted: Vec<f64> = (0..3).map(|other| weights[other] * target(other)).collect();
            // Cross entropy is least where the probabilities are the targets, summing to one.
            let sum: f64 = weighted.iter().sum();
            loss += count * weighted.iter().map(|target| -target * (target / sum).ln()).sum::<f64>();
            divisor += count * weights[class];
        }
        let (least, collapse) = (loss / divisor, number("training.early_stopping.collapse"));
        assert!(collapse > least && collapse < least + 0.01, "{name}: {collapse}, and the least is {least}");
    }
}
