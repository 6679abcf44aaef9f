//! Scores as tables for a terminal.

use std::fmt::Write as _;
use std::io;

use comfy_table::{Cell, CellAlignment, Table, presets};
use painwave::bundle::{Manifest, ModelCard, PrecisionCheck, WeightCheck};
use painwave::evaluation::Scores;
use painwave_train::evaluation::{BINS, Evaluation, ProbabilityScores};

/// The scores as tables for a terminal.
pub fn scores_text(evaluation: &Evaluation) -> String {
    let scores = &evaluation.scores;
    let mut text = format!("{} subjects, accuracy {:.4}\n", scores.subjects, scores.accuracy);
    text += &match &evaluation.probabilities {
        Some(probabilities) => probabilities_text(probabilities),
        None => "the windows vote: there are no probabilities to score".to_owned(),
    };
    text.push('\n');
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

/// The scores in a line.
pub fn summary_text(evaluation: &Evaluation) -> String {
    let Evaluation { scores, probabilities } = evaluation;
    let (weighted, mean) = (scores.weighted_average.f1, scores.macro_average.f1);
    let probabilities = probabilities.iter().map(|scores| format!(", {}", probabilities_text(scores)));
    let classes = format!("accuracy {:.4}, weighted F1 {weighted:.4}, macro F1 {mean:.4}", scores.accuracy);
    std::iter::once(classes).chain(probabilities).collect()
}

fn probabilities_text(scores: &ProbabilityScores) -> String {
    let ProbabilityScores { log_loss, brier_score, expected_calibration_error } = scores;
    format!(
        "log loss {log_loss:.4}, Brier score {brier_score:.4}, expected calibration error \
         {expected_calibration_error:.4} ({BINS} bins)"
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
