//! Which classes are found, and which are taken for which.

use std::fmt::Write;

use painwave::evaluation::Scores;

use super::{RunReport, count, decimals, percent};
use crate::page::{Page, escape, svg};

/// The confusion matrix and the scores of each class.
pub(super) fn section(page: &mut Page, run: &RunReport<'_>) {
    page.section("Classes");
    page.html("<div class=\"beside\">\n");
    page.html(&confusion(run.scores));
    page.html(&scores(run.scores));
    page.html("</div>\n");
    if let Some((subjects, truth, prediction)) = worst(run.scores) {
        let of = run.scores.classes[truth].support;
        let (truth, prediction) = (&run.classes[truth], &run.classes[prediction]);
        let subjects = count(subjects as usize, "subject");
        page.paragraph(&format!(
            "The most frequent mistake: {subjects} of the {of} with `{truth}` taken for `{prediction}`."
        ));
    }
}

/// The mistake that is made most often, the first of equals: subjects, true and predicted class.
fn worst(scores: &Scores) -> Option<(u32, usize, usize)> {
    let cells = scores.confusion.iter().enumerate().flat_map(|(truth, row)| {
        row.iter().enumerate().map(move |(prediction, subjects)| (*subjects, truth, prediction))
    });
    cells
        .filter(|(subjects, truth, prediction)| truth != prediction && *subjects > 0)
        .reduce(|worst, cell| if cell.0 > worst.0 { cell } else { worst })
}

/// Counts, with the share of each row beside them and in the colour of the cell.
fn confusion(scores: &Scores) -> String {
    let mut html = "<div class=\"scroll\" tabindex=\"0\"><table class=\"confusion\">\n\
                    <caption>Confusion matrix: subjects, and their share of the true class</caption>\n\
                    <thead><tr><th scope=\"col\">true \\ predicted</th>"
        .to_owned();
    for class in &scores.classes {
        let _ = write!(html, "<th scope=\"col\" class=\"number\">{}</th>", escape(&class.label));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for (truth, (class, row)) in scores.classes.iter().zip(&scores.confusion).enumerate() {
        let _ = write!(html, "<tr><th scope=\"row\">{}</th>", escape(&class.label));
        for (prediction, subjects) in row.iter().enumerate() {
            html.push_str(&cell(*subjects, class.support, truth == prediction));
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody></table></div>\n"
}

/// A count and its share of the true class.
fn cell(subjects: u32, of: u32, is_right: bool) -> String {
    let kind = match (subjects, is_right) {
        (0, _) => return "<td class=\"number none\">0</td>".to_owned(),
        (_, true) => "right",
        (_, false) => "wrong",
    };
    let share = f64::from(subjects) / f64::from(of);
    let text = percent(share);
    format!("<td class=\"number {kind}\" style=\"--share: {share:.3}\">{subjects}<small>{text}</small></td>")
}

/// Precision, recall and F1, as numbers and as bars behind them.
fn scores(scores: &Scores) -> String {
    let mut html = "<div class=\"scroll\" tabindex=\"0\"><table class=\"scores\">\n\
                    <caption>Scores of each class against the rest</caption>\n<thead><tr>\
                    <th scope=\"col\">class</th>"
        .to_owned();
    for name in ["precision", "recall", "F1", "subjects"] {
        let _ = write!(html, "<th scope=\"col\" class=\"number\">{name}</th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for (i, class) in scores.classes.iter().enumerate() {
        let series = svg::series_class(i);
        let values = [class.precision, class.recall, class.f1];
        html.push_str(&row(&series, &class.label, values, class.support));
    }
    html.push_str("</tbody>\n<tfoot>\n");
    for (name, mean) in [("weighted mean", &scores.weighted_average), ("macro mean", &scores.macro_average)] {
        html.push_str(&row("mean", name, [mean.precision, mean.recall, mean.f1], scores.subjects));
    }
    html + "</tfoot></table></div>\n"
}

fn row(series: &str, name: &str, values: [f64; 3], subjects: u32) -> String {
    let mut html = format!("<tr class=\"{series}\"><th scope=\"row\">{}</th>", escape(name));
    for value in values {
        let _ =
            write!(html, "<td class=\"number bar\" style=\"--share: {value:.3}\">{}</td>", decimals(value));
    }
    let _ = writeln!(html, "<td class=\"number\">{subjects}</td></tr>");
    html
}
