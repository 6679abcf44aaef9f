//! A profile as one HTML page with plots.

use painwave_profile::columns::ColumnProfile;
use painwave_profile::correlation::Correlation;
use painwave_profile::{Profile, drift::Comparison};

use super::text::{self, TextTable};
use crate::page::Page;
use crate::page::svg::{self, Bar, Heat};

/// Columns of a correlation map; more cannot be read.
const MAP: usize = 64;

/// The profile as a page.
pub fn html(profile: &Profile) -> String {
    let name = profile.path.file_name().unwrap_or(profile.path.as_os_str());
    let mut page = Page::new(
        &format!("Data profile: {}", name.display()),
        "What the data holds, before any model has seen it.",
    );
    page.section("At a glance");
    page.list(&text::facts(profile));
    classes(&mut page, profile);
    page.section("Columns");
    table(&mut page, text::columns(profile));
    let levels = text::levels(profile);
    if !levels.2.is_empty() {
        table(&mut page, levels);
    }
    distributions(&mut page, profile);
    relations(&mut page, profile);
    correlation(&mut page, profile);
    if let Some(against) = &profile.against {
        drift(&mut page, against);
    }
    page.section("What to drop");
    match text::advice(profile) {
        Some(advice) if !advice.2.is_empty() => table(&mut page, advice),
        _ => page.paragraph("No column needs to be dropped."),
    }
    page.heading("For a recipe");
    page.code(&profile.recipe);
    page.finish()
}

fn table(page: &mut Page, (caption, header, rows): TextTable) {
    page.table(&caption, &header, &rows);
}

fn classes(page: &mut Page, profile: &Profile) {
    let (Some(balance), Some(rows)) = (&profile.classes, text::classes(profile)) else { return };
    page.section("Classes");
    let bars: Vec<Bar<'_>> = balance
        .classes
        .iter()
        .enumerate()
        .map(|(series, class)| Bar {
            name: &class.name,
            value: class.subjects as f64,
            text: class.subjects.to_string(),
            series,
        })
        .collect();
    page.figure("", &svg::bars("Subjects of each class", &bars));
    table(page, rows);
}

fn distributions(page: &mut Page, profile: &Profile) {
    page.section("Distributions");
    page.paragraph(
        "The share of each class's rows in each bin. The outermost bins hold the rarer values beyond them; \
         of columns with few values each has a bin of its own.",
    );
    if let Some(balance) = &profile.classes {
        let names: Vec<&str> = balance.classes.iter().map(|class| class.name.as_str()).collect();
        page.legend(&names);
    }
    let figures = profile.columns.iter().filter(|column| !column.is_constant()).filter_map(histogram);
    page.figures(&figures.collect::<Vec<_>>());
}

fn histogram(column: &ColumnProfile) -> Option<(String, String)> {
    let histogram = column.histogram.as_ref()?;
    let shares = histogram.counts.iter().map(|counts| {
        let total = counts.iter().sum::<u32>().max(1);
        counts.iter().map(|count| f64::from(*count) / f64::from(total)).collect()
    });
    let title = format!("Distribution of {}", column.name);
    let (low, high) = (text::number(histogram.low), text::number(histogram.high));
    let svg = svg::histogram(&title, &low, &high, &shares.collect::<Vec<_>>());
    Some((column.name.clone(), svg))
}

fn relations(page: &mut Page, profile: &Profile) {
    let Some(rows) = text::relations(profile) else { return };
    page.section("Columns and the label");
    page.paragraph(
        "The share of a column's variance that the label explains (the correlation ratio eta²), over the \
         subjects' means and over how much each subject's values vary.",
    );
    page.legend(&["mean of a subject", "standard deviation in a subject"]);
    let mut bars = Vec::new();
    for name in rows.2.iter().map(|row| row[0].as_str()) {
        let column = profile.columns.iter().find(|column| column.name == name);
        let Some(relation) = column.and_then(|column| column.relation) else { continue };
        for (series, share) in [relation.subject_mean, relation.subject_sd].into_iter().enumerate() {
            let name = if series == 0 { name } else { "" };
            let value = share.unwrap_or(0.0);
            let text = share.map_or("none".into(), |share| format!("{share:.3}"));
            bars.push(Bar { name, value, text, series });
        }
    }
    let caption = "Variance that the label explains";
    page.figure(caption, &svg::bars(caption, &bars));
    page.details("As a table", |page| table(page, rows));
}

fn correlation(page: &mut Page, profile: &Profile) {
    let found = &profile.correlation;
    page.section("Correlation");
    let shown = shown(found);
    let names: Vec<&str> = shown.iter().map(|i| found.columns[*i].as_str()).collect();
    let cell = |i: usize, j: usize| {
        let r = found.matrix[shown[i]][shown[j]];
        let value = r.map_or("none".into(), |r| format!("{r:+.3}"));
        Heat {
            strength: r.unwrap_or(0.0),
            text: String::new(),
            title: format!("{} and {}: {value}", names[i], names[j]),
        }
    };
    let caption = if shown.len() < found.columns.len() {
        format!("Correlation of the {MAP} columns that correlate most with another")
    } else {
        "Correlation of the columns".to_owned()
    };
    page.legend_of(&[("correlation 1", 0), ("correlation -1", 2)]);
    page.figure(&caption, &svg::heat_map(&caption, &names, &names, 18.0, cell));
    match text::correlations(profile) {
        Some(pairs) if !pairs.2.is_empty() => table(page, pairs),
        _ => page.paragraph("No two columns correlate strongly."),
    }
}

/// The columns of the map, in the order of the file.
fn shown(found: &Correlation) -> Vec<usize> {
    let strongest = |i: usize| {
        let others = found.matrix[i].iter().enumerate().filter(|(j, _)| *j != i);
        others.filter_map(|(_, r)| r.map(f64::abs)).fold(0.0, f64::max)
    };
    let mut shown: Vec<usize> = (0..found.columns.len()).collect();
    shown.sort_by(|a, b| strongest(*b).total_cmp(&strongest(*a)));
    shown.truncate(MAP);
    shown.sort_unstable();
    shown
}

fn drift(page: &mut Page, against: &Comparison) {
    let name = against.path.file_name().unwrap_or(against.path.as_os_str());
    page.section(&format!("Drift against {}", name.display()));
    page.paragraph(
        "How far the other file's distribution of each column is from this one's (Kolmogorov-Smirnov \
         distance, from 0 to 1; of words half the sum of the differences of their shares).",
    );
    let rows = text::drifts(against);
    let mut bars = Vec::new();
    let mut shifts = Vec::new();
    for name in rows.2.iter().map(|row| row[0].as_str()) {
        let Some(drift) = against.columns.iter().find(|drift| drift.name == name) else { continue };
        let value = drift.distance().unwrap_or(0.0);
        bars.push(Bar { name, value, text: format!("{value:.3}"), series: 3 });
        if let Some(shift) = drift.numbers.and_then(|numbers| numbers.shift) {
            shifts.push(Bar { name, value: shift, text: format!("{shift:+.3}"), series: 4 });
        }
    }
    let caption = "Distance of the distributions";
    page.figure(caption, &svg::bars(caption, &bars));
    let caption = "Shift of the mean in standard deviations";
    page.figure(caption, &svg::bars(caption, &shifts));
    page.details("As a table", |page| table(page, rows));
}
