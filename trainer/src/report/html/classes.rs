//! Which classes are found, and which are taken for which.

use maud::{Markup, html};
use painwave::evaluation::Scores;

use super::run::RunReport;
use super::words::{count, decimals, percent};
use crate::page::{Page, scrolling, svg};

/// The confusion matrix and the scores of each class.
pub(super) fn section(page: &mut Page, run: &RunReport<'_>) {
    page.section("Classes");
    page.add(html! {
        div.beside { (confusion(&run.evaluation.scores)) (scores(&run.evaluation.scores)) }
    });
    if let Some((subjects, truth, prediction)) = worst(&run.evaluation.scores) {
        let of = run.evaluation.scores.classes[truth].support;
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
fn confusion(scores: &Scores) -> Markup {
    scrolling(&html! {
        table.confusion {
            caption { "Confusion matrix: subjects, and their share of the true class" }
            thead {
                tr {
                    th scope="col" { "true \\ predicted" }
                    @for class in &scores.classes { th.number scope="col" { (class.label) } }
                }
            }
            tbody {
                @for (truth, (class, row)) in scores.classes.iter().zip(&scores.confusion).enumerate() {
                    tr {
                        th scope="row" { (class.label) }
                        @for (prediction, subjects) in row.iter().enumerate() {
                            (cell(*subjects, class.support, truth == prediction))
                        }
                    }
                }
            }
        }
    })
}

/// A count and its share of the true class.
fn cell(subjects: u32, of: u32, is_right: bool) -> Markup {
    let share = f64::from(subjects) / f64::from(of);
    html! {
        @if subjects == 0 {
            td class="number none" { "0" }
        } @else {
            td class={ "number " (if is_right { "right" } else { "wrong" }) } style=(style(share)) {
                (subjects) small { (percent(share)) }
            }
        }
    }
}

/// Precision, recall and F1, as numbers and as bars behind them.
fn scores(scores: &Scores) -> Markup {
    let means = [("weighted mean", &scores.weighted_average), ("macro mean", &scores.macro_average)];
    scrolling(&html! {
        table.scores {
            caption { "Scores of each class against the rest" }
            thead {
                tr {
                    th scope="col" { "class" }
                    @for name in ["precision", "recall", "F1", "subjects"] { th.number scope="col" { (name) } }
                }
            }
            tbody {
                @for (i, class) in scores.classes.iter().enumerate() {
                    @let values = [class.precision, class.recall, class.f1];
                    (row(&svg::series_class(i), &class.label, values, class.support))
                }
            }
            tfoot {
                @for (name, mean) in means {
                    (row("mean", name, [mean.precision, mean.recall, mean.f1], scores.subjects))
                }
            }
        }
    })
}

fn row(series: &str, name: &str, values: [f64; 3], subjects: u32) -> Markup {
    html! {
        tr class=(series) {
            th scope="row" { (name) }
            @for value in values { td class="number bar" style=(style(value)) { (decimals(value)) } }
            td.number { (subjects) }
        }
    }
}

/// How far the bar of a cell goes, or how strong its colour is.
fn style(share: f64) -> String {
    format!("--share: {share:.3}")
}
