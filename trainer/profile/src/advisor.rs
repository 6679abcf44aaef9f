//! What to drop and why.

use std::fmt::Write;

use painwave::recording::Category;

use crate::advice::{Action, Advice};
use crate::columns::{ColumnProfile, Kind};
use crate::profile::Profile;
use crate::table::Counter;

/// Share of the rows that have one value, from which a column is nearly constant.
const NEARLY_CONSTANT: f64 = 0.99;
/// A column is taken as unrelated to the label below this multiple of what chance gives.
const RELATED: f64 = 3.0;
/// Shift of the mean, in standard deviations, that is much.
const SHIFT: f64 = 1.0;
/// Distance of two distributions that is much.
const DISTANCE: f64 = 0.5;
/// Max number of words that a category is suggested for.
const FEW_WORDS: usize = 16;

/// One piece of advice for each column that needs one, in the order of the file. A recipe may ignore
/// columns, or read them as categories, already.
pub fn advise(profile: &Profile, ignored: &[String], categories: &[Category]) -> Vec<Advice> {
    // A column is only dropped for what columns before it say that stay.
    let mut kept: Vec<&str> = Vec::new();
    let mut found: Vec<Option<(Action, String)>> = Vec::new();
    for column in &profile.columns {
        let unreadable = if ignored.contains(&column.name) {
            Some("the recipe ignores it".to_owned())
        } else {
            unreadable(profile, column, is_category(categories, &column.name))
        };
        let ignore = unreadable.or_else(|| suspicious(column)).map(|reason| (Action::Ignore, reason));
        let advice = ignore.or_else(|| Some((Action::Drop, empty_of_meaning(profile, column, &kept)?)));
        if advice.is_none() {
            kept.push(&column.name);
        }
        found.push(advice);
    }
    let advice = profile.columns.iter().zip(found).filter_map(|(column, found)| {
        let doubt = || Some((Action::Consider, doubtful(profile, column, &kept)?));
        let (action, reason) = found.or_else(doubt)?;
        Some(Advice { column: column.name.clone(), action, reason })
    });
    advice.collect()
}

/// Why the reader cannot take a column as numbers, or as the category that it is.
fn unreadable(profile: &Profile, column: &ColumnProfile, is_category: bool) -> Option<String> {
    let problems = &column.problems;
    match column.kind {
        Kind::Empty => return Some("it has no values".to_owned()),
        Kind::Text => return Some("it holds text".to_owned()),
        Kind::Words if !is_category => {
            let words: Vec<&str> = column.levels.iter().flatten().take(4).map(|l| l.value.as_str()).collect();
            let more = if column.distinct > Some(words.len()) { ", ..." } else { "" };
            let mut reason = format!("it holds words ({}{more})", words.join(", "));
            if column.is_constant() {
                reason += ", always the same";
            } else if let Some(other) = earlier(&profile.same, &column.name) {
                let _ = write!(reason, " and says the same as {other}");
            }
            return Some(reason);
        }
        Kind::Words | Kind::Number => {}
    }
    let count = problems.count();
    let parts = [
        (&problems.missing, "missing"),
        (&problems.not_finite, "not finite"),
        (&problems.not_a_number, "not a number"),
    ];
    let first = parts.iter().filter_map(|(problem, what)| Some((problem.first.as_ref()?, what)));
    let (place, what) = first.min_by_key(|(place, _)| place.line)?;
    let values = if count == 1 { "value" } else { "values" };
    Some(format!(
        "the reader refuses {count} of its {values} (line {}: {what}); mend the file to use it",
        place.line
    ))
}

/// Why a column is none that a model may learn from.
fn suspicious(column: &ColumnProfile) -> Option<String> {
    Some(format!("it {}; is it a measurement?", column.leak.as_ref()?))
}

/// Why a column tells a model nothing, or nothing that other columns do not.
fn empty_of_meaning(profile: &Profile, column: &ColumnProfile, kept: &[&str]) -> Option<String> {
    if column.is_constant() {
        let value = column.most_frequent.as_ref().map_or("", |level| level.value.as_str());
        return Some(format!("it is {value} everywhere"));
    }
    match column.counter {
        Some(Counter::Rows) => return Some("it counts the rows of the file".to_owned()),
        Some(Counter::Time) => return Some("it repeats the time".to_owned()),
        None => {}
    }
    let kept_of = |groups: &[Vec<String>]| {
        let group = groups.iter().find(|group| group.contains(&column.name))?;
        group.iter().find(|other| kept.contains(&other.as_str())).cloned()
    };
    if let Some(other) = kept_of(&profile.same) {
        return Some(format!("it says the same as {other}"));
    }
    if let Some(other) = kept_of(&profile.correlation.collinear) {
        return Some(format!("it is a multiple of {other} (correlation 1)"));
    }
    let combinations = profile.correlation.combinations.iter();
    let combination = combinations
        .filter(|found| found.column == column.name)
        .find(|found| found.of.iter().all(|other| kept.contains(&other.as_str())));
    if let Some(combination) = combination {
        return Some(format!("it is a sum of multiples of {}", combination.of.join(", ")));
    }
    let frequent = column.most_frequent.as_ref()?;
    let related = column.relation.is_some() && !is_unrelated(profile, column);
    (frequent.share >= NEARLY_CONSTANT && !related)
        .then(|| format!("it is {} in {:.1} % of the rows", frequent.value, 100.0 * frequent.share))
}

/// Why a model may do better without a column.
fn doubtful(profile: &Profile, column: &ColumnProfile, kept: &[&str]) -> Option<String> {
    let strength = |name: &str| {
        let column = profile.columns.iter().find(|column| column.name == name);
        column.and_then(|column| column.relation?.of_subjects()).unwrap_or_default()
    };
    let group = profile.correlation.nearly_collinear.iter().find(|group| group.contains(&column.name));
    if let Some(group) = group {
        // The first of equals stays.
        let staying = group.iter().rev().filter(|other| kept.contains(&other.as_str()));
        let best = staying.max_by(|a, b| strength(a).total_cmp(&strength(b)));
        if let Some(best) = best.filter(|best| **best != column.name) {
            let label = if profile.classes.is_some() { ", which says more of the label" } else { "" };
            return Some(format!("it is nearly collinear with {best}{label}"));
        }
    }
    if is_unrelated(profile, column) {
        return Some("no visible relation of its mean or variation to the label".into());
    }
    let drift = profile.against.iter().flat_map(|against| &against.columns);
    let drift = drift.filter(|drift| drift.name == column.name).find_map(|drift| drift.numbers)?;
    let shift = drift.shift.unwrap_or_default();
    (shift.abs() >= SHIFT || drift.distance >= DISTANCE).then(|| {
        format!(
            "the other file differs: its mean by {shift:+.2} sd, its distribution by {:.2}",
            drift.distance
        )
    })
}

fn is_unrelated(profile: &Profile, column: &ColumnProfile) -> bool {
    let Some(classes) = &profile.classes else { return false };
    let relation = column.relation.and_then(|relation| relation.of_subjects());
    relation.is_some_and(|relation| relation < RELATED * classes.chance)
}

/// The first of a column's group, if that is another.
fn earlier<'a>(groups: &'a [Vec<String>], name: &String) -> Option<&'a str> {
    let group = groups.iter().find(|group| group.contains(name))?;
    group.first().filter(|first| *first != name).map(String::as_str)
}

/// The sections `[data]` and `[features]` of a recipe for this data, as TOML: what is sure stands in the lists,
/// what is worth a trial beside them as a comment.
pub fn recipe(profile: &Profile, categories: &[Category]) -> String {
    let of = |action: Action| profile.advice.iter().filter(move |advice| advice.action == action);
    let line = |text: &mut String, sign: &str, Advice { column, reason, .. }: &Advice| {
        let _ = writeln!(text, "    {sign}{}, # {}", quoted(column), on_one_line(reason));
    };
    let mut text = data(profile, categories);
    if of(Action::Ignore).next().is_some() {
        text += "ignored = [\n";
        of(Action::Ignore).for_each(|advice| line(&mut text, "", advice));
        text += "]\n";
    }
    let suggested: Vec<&ColumnProfile> = profile
        .columns
        .iter()
        .filter(|column| is_suggested_category(profile, column) && !is_category(categories, &column.name))
        .collect();
    if !suggested.is_empty() {
        text += "# Instead of being ignored these can be read as categories:\n# categories = [\n";
        for column in suggested {
            let levels = column.levels.iter().flatten().map(|level| level.value.as_str());
            let _ = writeln!(text, "#     {}", category(&column.name, levels));
        }
        text += "# ]\n";
    }
    if of(Action::Drop).chain(of(Action::Consider)).next().is_some() {
        text += "\n[features]\ndrop = [\n";
        of(Action::Drop).for_each(|advice| line(&mut text, "", advice));
        if of(Action::Consider).next().is_some() {
            text += "    # Worth a trial without:\n";
        }
        of(Action::Consider).for_each(|advice| line(&mut text, "# ", advice));
        text += "]\n";
    }
    text
}

/// The section `[data]` as far as it is no advice.
fn data(profile: &Profile, categories: &[Category]) -> String {
    let names = &profile.names;
    let id = match &names.id[..] {
        [id] => quoted(id),
        ids => format!("[{}]", ids.iter().map(|id| quoted(id)).collect::<Vec<_>>().join(", ")),
    };
    let mut text = format!("[data]\nid = {id}\n");
    if let Some(time) = &names.time {
        let _ = writeln!(text, "time = {}", quoted(time));
    }
    text += &match &names.label {
        Some(label) => format!("label = {}\n", quoted(label)),
        None => "# label = the column of the labels file that holds the class\n".to_owned(),
    };
    if let Some(balance) = &profile.classes {
        let classes: Vec<String> = balance.classes.iter().map(|class| quoted(&class.name)).collect();
        let _ = writeln!(text, "classes = [{}]", classes.join(", "));
    }
    if !categories.is_empty() {
        text += "categories = [\n";
        for Category { column, levels } in categories {
            let _ = writeln!(text, "    {}", category(column, levels.iter().map(String::as_str)));
        }
        text += "]\n";
    }
    text
}

/// An element of `data.categories`.
fn category<'a>(column: &str, levels: impl Iterator<Item = &'a str>) -> String {
    let levels: Vec<String> = levels.map(quoted).collect();
    format!("{{ column = {}, levels = [{}] }},", quoted(column), levels.join(", "))
}

fn is_category(categories: &[Category], column: &str) -> bool {
    categories.iter().any(|category| category.column == column)
}

/// Words that vary, are few, are always there and say something that no column before them does.
fn is_suggested_category(profile: &Profile, column: &ColumnProfile) -> bool {
    column.kind == Kind::Words
        && column.distinct.is_some_and(|distinct| (2..=FEW_WORDS).contains(&distinct))
        && column.problems.count() == 0
        && column.most_frequent.as_ref().is_some_and(|level| level.share < NEARLY_CONSTANT)
        && earlier(&profile.same, &column.name).is_none()
}

/// A TOML string on one line: a JSON string is one, but for the one control character that JSON allows.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// What a TOML comment can hold.
fn on_one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
