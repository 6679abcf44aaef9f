//! The subjects that the model got wrong.

use maud::{Markup, html};

use super::run::{JudgedSubject, RunReport};
use super::words::count;
use crate::page::{Page, scrolling, svg};

/// Each of them, the most confident mistake first.
pub(super) fn section(page: &mut Page, run: &RunReport<'_>) {
    page.section("Mistakes");
    let mut wrong: Vec<&JudgedSubject<'_>> =
        run.judged.iter().filter(|subject| !subject.is_right()).collect();
    if wrong.is_empty() {
        page.paragraph("No subject was taken for one of another class.");
        return;
    }
    wrong.sort_by(|a, b| b.confidence().total_cmp(&a.confidence()));
    let names: Vec<&str> = run.classes.iter().map(String::as_str).collect();
    page.legend(&names);

    let caption = format!(
        "{} of {}, the most confident mistake first",
        wrong.len(),
        count(run.judged.len(), "subject")
    );
    let notes = wrong.iter().any(|subject| !subject.prediction.warnings.is_empty());
    page.add(scrolling(&html! {
        table.mistakes {
            caption { (caption) }
            thead {
                tr {
                    @for name in ["subject", "true", "predicted", "probabilities"] { th scope="col" { (name) } }
                    @for name in names { th.number scope="col" { (name) } }
                    @if notes { th scope="col" { "note" } }
                }
            }
            tbody { @for subject in wrong { (row(run.classes, subject, notes)) } }
        }
    }));
}

fn row(classes: &[String], subject: &JudgedSubject<'_>, notes: bool) -> Markup {
    let prediction = subject.prediction;
    let warnings: Vec<String> = prediction.warnings.iter().map(ToString::to_string).collect();
    html! {
        tr {
            th scope="row" { (prediction.id) }
            td { (classes[subject.truth]) }
            td { (prediction.label) }
            td {
                div.shares {
                    @for (i, probability) in prediction.probabilities.iter().enumerate() {
                        span class=(svg::series_class(i)) style=(format_args!("--share: {probability:.3}")) {}
                    }
                }
            }
            @for (i, probability) in prediction.probabilities.iter().enumerate() {
                td.number.strong[i == prediction.class] { (format_args!("{probability:.3}")) }
            }
            @if notes { td.note { (warnings.join("; ")) } }
        }
    }
}
