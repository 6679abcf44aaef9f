//! Scores and learning curves for people and for programs.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, Table, presets};
use painwave::evaluation::Scores;

use crate::training::History;

/// The scores as tables for a terminal.
pub fn scores_text(scores: &Scores) -> String {
    let mut text = format!("{} subjects, accuracy {:.4}\n", scores.subjects, scores.accuracy);
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

fn confusion_text(scores: &Scores) -> String {
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

/// An empty table with this header.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header.to_vec());
    table
}

/// The confusion matrix as CSV; the first column is the true class.
pub fn confusion_csv(scores: &Scores) -> String {
    let names: Vec<String> = scores.classes.iter().map(|class| quoted(&class.label)).collect();
    let mut text = format!("true \\ predicted,{}\n", names.join(","));
    for (name, row) in names.iter().zip(&scores.confusion) {
        let counts: Vec<String> = row.iter().map(u32::to_string).collect();
        let _ = writeln!(text, "{name},{}", counts.join(","));
    }
    text
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// The learning curves as CSV, one row an epoch.
pub fn curves_csv(history: &History) -> String {
    let mut text = "epoch,training_loss,validation_loss,accuracy,weighted_f1,macro_f1\n".to_owned();
    for epoch in &history.epochs {
        let _ = writeln!(
            text,
            "{},{},{},{},{},{}",
            epoch.epoch,
            epoch.training_loss,
            epoch.validation_loss,
            epoch.accuracy,
            epoch.weighted_f1,
            epoch.macro_f1
        );
    }
    text
}

/// One line of a plot.
struct Curve<'a> {
    name: &'a str,
    colour: &'a str,
    values: Vec<f64>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 34.0;

/// The learning curves as a picture: losses above, scores below, the best epoch marked.
pub fn curves_svg(history: &History) -> String {
    let values = |of: fn(&crate::training::EpochRecord) -> f64| history.epochs.iter().map(of).collect();
    let losses = [
        Curve { name: "training loss", colour: "#0072b2", values: values(|e| e.training_loss) },
        Curve { name: "validation loss", colour: "#d55e00", values: values(|e| e.validation_loss) },
    ];
    let scores = [
        Curve { name: "weighted F1", colour: "#009e73", values: values(|e| e.weighted_f1) },
        Curve { name: "macro F1", colour: "#cc79a7", values: values(|e| e.macro_f1) },
    ];
    let best = history.best().map_or(1, |best| best.epoch);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<title>Learning curves</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{}{}</svg>\n",
        2.0 * HEIGHT,
        plot(&losses, best, 0.0),
        plot(&scores, best, HEIGHT)
    )
}

/// One plot whose upper edge is at `y`.
fn plot(curves: &[Curve<'_>], best: usize, y: f64) -> String {
    let all = || curves.iter().flat_map(|curve| &curve.values).copied();
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let count = curves.iter().map(|curve| curve.values.len()).max().unwrap_or(0);
    if count == 0 {
        return String::new();
    }
    let span = if high > low { high - low } else { 1.0 };
    let place_x = |i: usize| LEFT + (WIDTH - LEFT - RIGHT) * i as f64 / (count.max(2) - 1) as f64;
    let place_y = |value: f64| y + TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - low) / span);
    let (left, right) = (LEFT, WIDTH - RIGHT);
    let mut svg = String::new();
    for tick in 0..=4 {
        let value = low + span * f64::from(tick) / 4.0;
        let at = place_y(value);
        let _ = writeln!(svg, "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#ddd\"/>");
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value:.3}</text>",
            left - 6.0,
            at + 4.0
        );
    }
    let marker = place_x(best - 1);
    let (top, bottom) = (y + TOP, y + HEIGHT - BOTTOM);
    let _ =
        writeln!(svg, "<path d=\"M{marker:.1} {top}V{bottom}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>");
    for (i, curve) in curves.iter().enumerate() {
        let points: Vec<String> = curve
            .values
            .iter()
            .enumerate()
            .map(|(i, value)| format!("{:.1},{:.1}", place_x(i), place_y(*value)))
            .collect();
        let colour = curve.colour;
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{}\"/>",
            points.join(" ")
        );
        let at = y + TOP + 14.0 + 18.0 * i as f64;
        let _ =
            writeln!(svg, "<text x=\"{}\" y=\"{at}\" fill=\"{colour}\">{}</text>", right + 12.0, curve.name);
    }
    let at = y + HEIGHT - 10.0;
    let _ = writeln!(svg, "<text x=\"{left}\" y=\"{at}\">epoch 1</text>");
    let _ = writeln!(svg, "<text x=\"{right}\" y=\"{at}\" text-anchor=\"end\">{count}</text>");
    let _ = writeln!(svg, "<text x=\"{}\" y=\"{at}\" fill=\"#666\">kept: epoch {best}</text>", right + 12.0);
    svg
}
