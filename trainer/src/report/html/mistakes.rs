//! The subjects that the model got wrong.

use std::fmt::Write;

use super::{JudgedSubject, RunReport, count};
use crate::page::{Page, escape, svg};

/// Each of them, the surest mistake first.
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

    let mut html = format!(
        "<div class=\"scroll\" tabindex=\"0\"><table class=\"mistakes\">\n\
         <caption>{} of {}, the surest mistake first</caption>\n<thead><tr>\
         <th scope=\"col\">subject</th><th scope=\"col\">true</th><th scope=\"col\">predicted</th>\
         <th scope=\"col\">probabilities</th>",
        wrong.len(),
        count(run.judged.len(), "subject"),
    );
    for name in names {
        let _ = write!(html, "<th scope=\"col\" class=\"number\">{}</th>", escape(name));
    }
    let notes = wrong.iter().any(|subject| !subject.prediction.warnings.is_empty());
    if notes {
        html.push_str("<th scope=\"col\">note</th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for subject in wrong {
        html.push_str(&row(run.classes, subject, notes));
    }
    page.html(&(html + "</tbody></table></div>\n"));
}

fn row(classes: &[String], subject: &JudgedSubject<'_>, notes: bool) -> String {
    let prediction = subject.prediction;
    let mut html = format!(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td><div class=\"shares\">",
        escape(&prediction.id),
        escape(&classes[subject.truth]),
        escape(&prediction.label)
    );
    for (i, probability) in prediction.probabilities.iter().enumerate() {
        let series = svg::series_class(i);
        let _ = write!(html, "<span class=\"{series}\" style=\"--share: {probability:.3}\"></span>");
    }
    html.push_str("</div></td>");
    for (i, probability) in prediction.probabilities.iter().enumerate() {
        let strong = if i == prediction.class { " strong" } else { "" };
        let _ = write!(html, "<td class=\"number{strong}\">{probability:.3}</td>");
    }
    if notes {
        let warnings: Vec<String> = prediction.warnings.iter().map(ToString::to_string).collect();
        let _ = write!(html, "<td class=\"note\">{}</td>", escape(&warnings.join("; ")));
    }
    html + "</tr>\n"
}
