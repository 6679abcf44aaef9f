//! A profile as text for a terminal.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment};
use painwave_profile::Profile;
use painwave_profile::columns::{ColumnProfile, Kind, Level, SPIKE_SD};
use painwave_profile::drift::Comparison;
use painwave_profile::table::Problem;

use crate::{page, report};

/// The profile as text.
pub fn text(profile: &Profile) -> String {
    let mut text = String::new();
    for line in facts(profile) {
        let _ = writeln!(text, "{line}");
    }
    for (heading, header, rows) in tables(profile) {
        let _ = writeln!(text, "\n{heading}\n{}", table(&header, &rows));
    }
    if profile.advice.is_empty() {
        text += "\nNo column needs to be dropped.\n";
    }
    let _ = writeln!(text, "\nFor a recipe:\n\n{}", profile.recipe.trim_end());
    text
}

fn table(header: &[&str], rows: &[Vec<String>]) -> comfy_table::Table {
    let mut table = report::table(header);
    for row in rows {
        let cells = row.iter().map(|cell| {
            let side = if page::is_number(cell) { CellAlignment::Right } else { CellAlignment::Left };
            Cell::new(cell).set_alignment(side)
        });
        table.add_row(cells.collect::<Vec<_>>());
    }
    table
}

/// A heading, a header and rows.
pub type TextTable = (String, Vec<&'static str>, Vec<Vec<String>>);

fn tables(profile: &Profile) -> Vec<TextTable> {
    let mut tables = vec![columns(profile), levels(profile)];
    tables.extend(classes(profile));
    tables.extend(relations(profile));
    tables.extend(correlations(profile));
    tables.extend(profile.against.as_ref().map(drifts));
    tables.extend(advice(profile));
    tables.retain(|(_, _, rows)| !rows.is_empty());
    tables
}

/// What is known of the data as a whole, a sentence a line.
pub fn facts(profile: &Profile) -> Vec<String> {
    let mut facts = Vec::new();
    let names = &profile.names;
    let part = |part: &str, name: &str| {
        let guessed = if names.guessed.contains(&part) { " (guessed)" } else { "" };
        format!("{part} `{name}`{guessed}")
    };
    let id = names.id.join("`, `");
    let parts = [("id", Some(&id)), ("time", names.time.as_ref()), ("label", names.label.as_ref())];
    let parts = parts.into_iter().filter_map(|(name, value)| Some(part(name, value?)));
    facts.push(format!("{}: {}", profile.path.display(), size(&profile.size)));
    facts.push(format!("columns: {}", parts.collect::<Vec<_>>().join(", ")));

    let problems = &profile.problems;
    let mut problem = |problem: &Problem, what: &str| {
        if let Some(first) = &problem.first {
            let found = if first.found.is_empty() { String::new() } else { format!(": {:?}", first.found) };
            facts.push(format!("PROBLEM: {} {what}, first in line {}{found}", problem.count, first.line));
        }
    };
    problem(&problems.no_id, "rows without an id");
    problem(&problems.no_time, "rows whose time is no finite number");
    problem(&problems.same_time, "rows for a time that their subject has already");
    let leaks = profile.columns.iter().filter_map(|column| Some((&column.name, column.leak.as_ref()?)));
    let leaks: Vec<String> =
        leaks.map(|(name, leak)| format!("PROBLEM: the column `{name}` {leak}")).collect();
    for column in &profile.columns {
        problem(&column.problems.missing, &format!("values of `{}` are missing", column.name));
        problem(&column.problems.not_finite, &format!("values of `{}` are not finite", column.name));
        problem(&column.problems.not_a_number, &format!("values of `{}` are no numbers", column.name));
    }
    for name in &problems.repeated_columns {
        facts.push(format!("PROBLEM: the header has `{name}` more than once; it was left out"));
    }
    if problems.unnamed_columns > 0 {
        facts.push(format!("columns without a name, left out: {}", problems.unnamed_columns));
    }
    facts.extend(profile.repairs.iter().map(|repair| format!("put right: {repair}")));
    facts.extend(leaks);
    facts.extend(profile.notes.iter().map(|note| format!("labels: {note}")));
    if let Some(classes) = &profile.classes {
        let listed = |ids: &[String]| format!("{} ({})", ids.len(), some(ids, 5));
        if !classes.unlabelled.is_empty() {
            facts.push(format!("PROBLEM: subjects without a label: {}", listed(&classes.unlabelled)));
        }
        if !classes.without_data.is_empty() {
            facts.push(format!("PROBLEM: labels without data: {}", listed(&classes.without_data)));
        }
        let baseline = &classes.baseline;
        facts.push(format!(
            "always answering the most frequent class: accuracy {:.3}, weighted F1 {:.3}, macro F1 {:.3}",
            baseline.accuracy, baseline.weighted_f1, baseline.macro_f1
        ));
    }
    for duplicates in &profile.duplicates {
        let differ = if duplicates.labels_differ { ", WITH DIFFERENT LABELS" } else { "" };
        let subjects = &duplicates.subjects;
        facts.push(format!(
            "PROBLEM: {} subjects have the same recording{differ}: {}",
            subjects.len(),
            some(subjects, 5)
        ));
    }
    for group in &profile.same {
        facts.push(format!("always say the same: {}", group.join(", ")));
    }
    for group in &profile.correlation.collinear {
        facts.push(format!("multiples of one another: {}", group.join(", ")));
    }
    for combination in &profile.correlation.combinations {
        facts.push(format!(
            "`{}` is a sum of multiples of {}",
            combination.column,
            combination.of.join(", ")
        ));
    }
    facts.extend(profile.against.iter().flat_map(comparison));
    facts
}

fn comparison(against: &Comparison) -> Vec<String> {
    let mut facts = vec![format!("against {}: {}", against.path.display(), size(&against.size))];
    facts.push(format!("ids in both files: {}", against.shared_ids));
    match against.leaks.as_slice() {
        [] => facts.push("recordings in both files: none".into()),
        leaks => {
            let names: Vec<String> =
                leaks.iter().map(|leak| format!("{} = {}", leak.here, leak.there)).collect();
            facts.push(format!("PROBLEM: recordings in both files: {} ({})", leaks.len(), some(&names, 5)));
        }
    }
    for duplicates in &against.duplicates {
        facts.push(format!("PROBLEM: the same recording there: {}", some(&duplicates.subjects, 5)));
    }
    for (names, what) in [(&against.missing_columns, "lacks"), (&against.extra_columns, "alone has")] {
        if !names.is_empty() {
            facts.push(format!("the other file {what} the columns {}", some(names, 12)));
        }
    }
    let new = against.columns.iter().filter_map(|drift| Some((&drift.name, &drift.words.as_ref()?.new)));
    for (name, words) in new.filter(|(_, words)| !words.is_empty()) {
        facts.push(format!("PROBLEM: words of `{name}` that only the other file has: {}", some(words, 5)));
    }
    facts
}

fn size(size: &painwave_profile::Size) -> String {
    let steps = if size.least_steps == size.most_steps {
        format!("{} steps each", size.least_steps)
    } else {
        format!(
            "{} to {} steps (median {}; {} subjects have not {})",
            size.least_steps, size.most_steps, size.median_steps, size.unusual_subjects, size.usual_steps
        )
    };
    format!("{} subjects, {steps}; {} rows, {} columns", size.subjects, size.rows, size.columns)
}

/// What each column holds.
pub fn columns(profile: &Profile) -> TextTable {
    let header =
        vec!["column", "holds", "mean", "sd", "min", "25 %", "median", "75 %", "max", "zeros", "spikes"];
    let rows = profile.columns.iter().map(|column| {
        let mut row = vec![column.name.clone(), holds(column)];
        match &column.numbers {
            Some(n) => {
                row.extend([n.mean, n.sd, n.min, n.q1, n.median, n.q3, n.max].map(number));
                row.extend([n.zeros, n.spikes.count].map(|count| count.to_string()));
            }
            None => row.resize(header.len(), String::new()),
        }
        row
    });
    let rows = rows.collect();
    (
        format!(
            "All rows; a spike stands out from both its neighbours by more than {SPIKE_SD} sd of its column"
        ),
        header,
        rows,
    )
}

/// A column in a word or two.
fn holds(column: &ColumnProfile) -> String {
    let values = match (column.kind, column.distinct) {
        (Kind::Empty, _) => return "nothing".into(),
        (Kind::Text, _) => return "text".into(),
        (_, Some(1)) => "constant",
        (Kind::Words, _) => "words",
        (Kind::Number, _) => "numbers",
    };
    let values = if column.counter.is_some() { "counter" } else { values };
    if column.constant_within_subjects && column.distinct != Some(1) {
        format!("{values}, one a subject")
    } else {
        values.to_owned()
    }
}

/// How often each value occurs, of columns that have few.
pub fn levels(profile: &Profile) -> TextTable {
    const SHOWN: usize = 6;
    let rows = profile.columns.iter().filter_map(|column| {
        let levels = column.levels.as_ref()?;
        let level = |level: &Level| format!("{} {}", level.value, percent(level.share));
        let shown = levels.iter().take(SHOWN).map(level).collect::<Vec<_>>().join(", ");
        let more = if levels.len() > SHOWN { ", ..." } else { "" };
        Some(vec![column.name.clone(), levels.len().to_string(), shown + more])
    });
    let rows = rows.collect();
    ("Columns with few different values".into(), vec!["column", "values", "share of the rows"], rows)
}

/// Class balance.
pub fn classes(profile: &Profile) -> Option<TextTable> {
    let classes = profile.classes.as_ref()?;
    let rows = classes.classes.iter();
    let rows = rows.map(|class| vec![class.name.clone(), class.subjects.to_string(), percent(class.share)]);
    Some(("Subjects of each class".into(), vec!["class", "subjects", "share"], rows.collect()))
}

/// Columns by what they have to do with the label, the strongest first.
pub fn relations(profile: &Profile) -> Option<TextTable> {
    let classes = profile.classes.as_ref()?;
    let strength = |column: &ColumnProfile| column.relation.and_then(|relation| relation.of_subjects());
    let mut columns: Vec<&ColumnProfile> = profile.columns.iter().filter(|c| c.relation.is_some()).collect();
    columns.sort_by(|a, b| strength(b).unwrap_or(0.0).total_cmp(&strength(a).unwrap_or(0.0)));
    let rows = columns.into_iter().filter_map(|column| {
        let relation = column.relation?;
        let shares = [relation.subject_mean, relation.subject_sd, relation.step];
        let cells = shares.map(|share| share.map_or("none".into(), |share| format!("{share:.4}")));
        Some(std::iter::once(column.name.clone()).chain(cells).collect())
    });
    let heading = format!(
        "Variance that the label explains (eta², by chance {:.4} of subjects' means and variation)",
        classes.chance
    );
    Some((heading, vec!["column", "mean of a subject", "sd in a subject", "each step"], rows.collect()))
}

/// Pairs that are strongly correlated.
pub fn correlations(profile: &Profile) -> Option<TextTable> {
    let correlation = &profile.correlation;
    let rows = correlation.strong.iter().map(|pair| {
        let [a, b] = &pair.columns;
        vec![a.clone(), b.clone(), format!("{:+.4}", pair.correlation)]
    });
    let every = if correlation.every > 1 {
        format!(", from one row of {}", correlation.every)
    } else {
        String::new()
    };
    let heading = format!("Correlations from {}{every}", painwave_profile::correlation::STRONG);
    Some((heading, vec!["column", "and", "correlation"], rows.collect()))
}

/// How the other file differs, most first.
pub fn drifts(against: &Comparison) -> TextTable {
    let mut columns: Vec<_> = against.columns.iter().collect();
    let distance = |drift: &painwave_profile::drift::Drift| drift.distance().unwrap_or(0.0);
    columns.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
    let rows = columns.into_iter().filter_map(|drift| {
        let distance = format!("{:.4}", drift.distance()?);
        Some(match drift.numbers {
            Some(n) => vec![
                drift.name.clone(),
                number(n.mean_here),
                number(n.mean_there),
                n.shift.map(|shift| format!("{shift:+.3}")).unwrap_or_default(),
                distance,
                percent(n.outside),
            ],
            None => {
                vec![drift.name.clone(), String::new(), String::new(), String::new(), distance, String::new()]
            }
        })
    });
    let heading = format!("Drift against {}", against.path.display());
    let header =
        vec!["column", "mean here", "mean there", "shift in sd", "distance (KS)", "outside the range"];
    (heading, header, rows.collect())
}

/// What to drop and why.
pub fn advice(profile: &Profile) -> Option<TextTable> {
    use painwave_profile::advice::Action;
    let rows = profile.advice.iter().map(|advice| {
        let action = match advice.action {
            Action::Ignore => "ignore",
            Action::Drop => "drop",
            Action::Consider => "try without",
        };
        vec![advice.column.clone(), action.to_owned(), advice.reason.clone()]
    });
    Some(("Columns that a model may not need".into(), vec!["column", "advice", "because"], rows.collect()))
}

/// A whole number as it is, others with four significant digits or, very small or large, with three.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size < 1e5 && value.fract() == 0.0 {
        format!("{value:.0}")
    } else if (1e-3..1e5).contains(&size) {
        let digits = (3 - size.log10().floor() as i32).max(0) as usize;
        format!("{value:.digits$}")
    } else {
        format!("{value:.2e}")
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// The first names of a list.
fn some(names: &[String], count: usize) -> String {
    let more = if names.len() > count { ", ..." } else { "" };
    format!("{}{more}", names[..names.len().min(count)].join(", "))
}
