//! Scores as tables for a terminal.

use std::fmt::Write as _;
use std::io;

use comfy_table::{Cell, CellAlignment, Table, presets};
use painwave::bundle::{Manifest, ModelCard, PrecisionCheck, WeightCheck};
use painwave::evaluation::Scores;
use painwave_train::conformal::SetCheck;
use painwave_train::evaluation::Evaluation;
use painwave_train::intervals::{Interval, Intervals};

/// The scores as tables for a terminal.
pub fn scores_text(evaluation: &Evaluation) -> String {
    let Evaluation { scores, probabilities, intervals } = evaluation;
    let mut text = format!("{} subjects\n", scores.subjects);
    for (measure, value) in evaluation.values() {
        let interval = intervals.as_ref().and_then(|of| of.scores.get(&measure)).copied();
        let _ = writeln!(text, "{:<18} {}", measure.name(), with_interval(value, interval));
    }
    if probabilities.is_none() {
        text += "the windows vote: there are no probabilities to score\n";
    }
    if let Some(intervals) = intervals {
        let _ = writeln!(text, "{}", intervals_text(intervals));
    }
    let mut table = table(&["class", "precision", "recall", "F1", "subjects"]);
    let number = |value: f64| Cell::new(format!("{value:.4}")).set_alignment(CellAlignment::Right);
    let count = |value: u32| Cell::new(value).set_alignment(CellAlignment::Right);
    for class in &scores.classes {
        table.add_row(vec![
            Cell::new(&class.label),
            number(class.precision),
            number(class.recall),
            number(class.f1),
            count(class.support),
        ]);
    }
    for (name, mean) in [("weighted mean", &scores.weighted_average), ("macro mean", &scores.macro_average)] {
        table.add_row(vec![
            Cell::new(name),
            number(mean.precision),
            number(mean.recall),
            number(mean.f1),
            count(scores.subjects),
        ]);
    }
    let _ = writeln!(text, "{table}\n");
    let _ = writeln!(text, "confusion matrix (rows: true class, columns: predicted class)");
    text + &confusion_text(scores)
}

/// How prediction sets do, as a table for a terminal.
pub fn sets_text(checks: &[SetCheck], classes: &[String]) -> String {
    let of_classes = classes.iter().map(|class| format!("of {class}"));
    let header = ["asked for", "have the class", "classes in a set"].into_iter().map(str::to_owned);
    let header: Vec<String> = header.chain(of_classes).collect();
    let mut table = table(&header.iter().map(String::as_str).collect::<Vec<_>>());
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    for SetCheck { coverage, covered, covered_by_class, size } in checks {
        let share = |share: &Option<f64>| share.map_or(String::new(), |share| format!("{share:.3}"));
        let cells = [format!("{coverage:.2}"), format!("{covered:.3}"), format!("{size:.2}")];
        table.add_row(cells.into_iter().chain(covered_by_class.iter().map(share)).map(right));
    }
    format!("{table}\n")
}

/// The scores in a line.
pub fn summary_text(evaluation: &Evaluation) -> String {
    let values = evaluation.values().into_iter();
    values.map(|(measure, value)| format!("{} {value:.4}", measure.name())).collect::<Vec<_>>().join(", ")
}

/// A score and its interval.
pub fn with_interval(value: f64, interval: Option<Interval>) -> String {
    let interval = interval.map(|[low, high]| format!(" ({low:.4} to {high:.4})"));
    format!("{value:.4}{}", interval.unwrap_or_default())
}

/// How intervals came about, in a line.
fn intervals_text(Intervals { level, resamples, over, units, .. }: &Intervals) -> String {
    let level = 100.0 * level;
    format!(
        "in brackets: {level:.0} % intervals, {resamples} bootstrap resamples of the {}",
        over.text(*units)
    )
}

/// The confusion matrix as a table for a terminal.
pub fn confusion_text(scores: &Scores) -> String {
    let names: Vec<&str> = scores.classes.iter().map(|class| class.label.as_str()).collect();
    let mut header = vec![""];
    header.extend(&names);
    let mut table = table(&header);
    for (name, row) in names.iter().zip(&scores.confusion) {
        let counts = row.iter().map(|count| Cell::new(count).set_alignment(CellAlignment::Right));
        table.add_row(std::iter::once(Cell::new(name)).chain(counts).collect::<Vec<_>>());
    }
    format!("{table}\n")
}

/// A heading of scores, with what the model was fitted on, if its card says so.
pub fn scores_heading(heading: &str, card: &ModelCard) -> String {
    match card.data.get("origin") {
        Some(origin) => format!("{heading}, fitted on {origin}"),
        None => heading.to_owned(),
    }
}

/// An empty table with this header.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header.to_vec());
    table
}

/// Writes what precisions were measured to change, for people.
///
/// # Errors
/// Those of the writer.
pub fn write_precisions(out: &mut impl io::Write, manifest: &Manifest) -> io::Result<()> {
    if let Some(WeightCheck { subjects, flips, greatest_change, .. }) = manifest.card.weights {
        writeln!(
            out,
            "weights as 8-bit integers: of {subjects} subjects {flips} get another label, no probability changes by \
             more than {greatest_change:.1e}"
        )?;
    }
    for check in &manifest.card.precisions {
        let PrecisionCheck { precision, subjects, flips, greatest_change } = check;
        let allowed = if manifest.precisions.contains(precision) { "allowed" } else { "not allowed" };
        writeln!(
            out,
            "precision {precision}: {allowed}; of {subjects} subjects {flips} get another label, no probability \
             changes by more than {greatest_change:.1e}"
        )?;
    }
    Ok(())
}
