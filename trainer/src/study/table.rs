//! Records to the table of a study: a row for each variant, over its seeds.

use std::collections::BTreeMap;

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;

use super::change::Change;
use super::plan::{Plan, Variant};
use super::record::{Record, Results};
use super::statistics::{Measure, Statistic};
use crate::report;

/// A variant's trials together.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub variant: String,
    /// What is changed in its recipe.
    pub changes: BTreeMap<String, Option<toml::Value>>,
    /// How many trials it has, finished or not.
    pub trials: usize,
    /// Scores of the subjects that were held out.
    pub validation: Summary,
    /// Scores of the test files.
    pub test: Summary,
    /// Training loss of the epoch that was kept.
    pub training_loss: Option<Statistic>,
    /// Epochs of a trial.
    pub epochs: Option<Statistic>,
    /// Seconds of a trial.
    pub seconds: Option<Statistic>,
    /// Parameters of a network.
    pub parameters: Option<usize>,
    /// What went wrong, by trial.
    pub errors: BTreeMap<String, String>,
}

/// Scores over trials; empty if there are none.
pub type Summary = BTreeMap<Measure, Statistic>;

/// The rows of a study in the order of its variants.
pub fn rows(plan: &Plan, records: &[Record]) -> Vec<Row> {
    let row = |(place, variant): (usize, &Variant)| {
        let of_variant = plan.trials.iter().zip(records).filter(|(trial, _)| trial.variant == place);
        let records: Vec<&Record> = of_variant.map(|(_, record)| record).collect();
        let results: Vec<&Results> = records.iter().filter_map(|record| record.results.as_ref()).collect();
        let over = |value: fn(&Results) -> f64| Statistic::of(results.iter().map(|results| value(results)));
        let change = |change: &Change| (change.key.clone(), change.value.clone());
        let error = |record: &&Record| Some((record.trial.clone(), record.error.clone()?));
        Row {
            variant: variant.name.clone(),
            changes: variant.changes.iter().map(change).collect(),
            trials: records.len(),
            validation: summary(results.iter().map(|results| &results.validation)),
            test: summary(results.iter().filter_map(|results| results.test.as_ref())),
            training_loss: over(|results| results.training_loss),
            epochs: over(|results| results.epochs as f64),
            seconds: over(|results| results.seconds),
            parameters: results.first().map(|results| results.parameters),
            errors: records.iter().filter_map(error).collect(),
        }
    };
    plan.variants.iter().enumerate().map(row).collect()
}

fn summary<'a>(scores: impl Iterator<Item = &'a painwave::evaluation::Scores> + Clone) -> Summary {
    let statistic = |measure: Measure| {
        let values = scores.clone().map(|scores| measure.of(scores));
        Statistic::of(values).map(|statistic| (measure, statistic))
    };
    Measure::ALL.into_iter().filter_map(statistic).collect()
}

/// A table as it is shown.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    /// As many empty rows.
    pub fn new(rows: usize) -> Self {
        Sheet { header: Vec::new(), rows: vec![Vec::new(); rows] }
    }

    /// Adds a column on the right, a cell for each row; none that is empty throughout.
    pub fn column(&mut self, header: &str, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        if cells.iter().all(String::is_empty) {
            return;
        }
        self.header.push(header.to_owned());
        self.rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        self.filled(report::table(&header), str::to_owned)
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut table = Table::new();
        let escape = |cell: &str| cell.replace('|', "\\|").replace('\n', " ");
        table.load_style(presets::ASCII_MARKDOWN).set_header(self.header.iter().map(|cell| escape(cell)));
        self.filled(table, escape)
    }

    fn filled(&self, mut table: Table, escape: impl Fn(&str) -> String) -> String {
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| {
                let number = cell.starts_with(|first: char| first.is_ascii_digit() || "+-−".contains(first));
                let alignment = if number { CellAlignment::Right } else { CellAlignment::Left };
                Cell::new(escape(cell)).set_alignment(alignment)
            }));
        }
        format!("{table}\n")
    }
}

/// The columns with the scores on the subjects that were held out, then those on the test files, then the
/// cost and what went wrong.
pub fn score_columns(sheet: &mut Sheet, rows: &[Row], seeds: usize) {
    if seeds > 1 {
        sheet.column("trials", rows.iter().map(finished));
    }
    for measure in Measure::ALL {
        sheet.column(measure.name(), rows.iter().map(|row| score(row.validation.get(&measure))));
    }
    for measure in [Measure::WeightedF1, Measure::MacroF1, Measure::Accuracy] {
        let header = format!("test {}", measure.name());
        sheet.column(&header, rows.iter().map(|row| score(row.test.get(&measure))));
    }
    let mean = |statistic: Option<Statistic>| statistic.map(|statistic| format!("{:.0}", statistic.mean));
    sheet.column("epochs", rows.iter().map(|row| mean(row.epochs).unwrap_or_default()));
    sheet.column("seconds", rows.iter().map(|row| mean(row.seconds).unwrap_or_default()));
    sheet.column("notes", rows.iter().map(notes));
}

fn finished(row: &Row) -> String {
    let finished = row.validation.get(&Measure::WeightedF1).map_or(0, |statistic| statistic.count);
    if finished == row.trials { finished.to_string() } else { format!("{finished} of {}", row.trials) }
}

/// A score's mean, and its standard deviation if there is one.
pub fn score(statistic: Option<&Statistic>) -> String {
    match statistic {
        Some(Statistic { mean, sd: Some(sd), .. }) => format!("{mean:.4} ± {sd:.4}"),
        Some(Statistic { mean, sd: None, .. }) => format!("{mean:.4}"),
        None => String::new(),
    }
}

fn notes(row: &Row) -> String {
    match row.errors.values().next() {
        Some(first) => format!("{} failed: {first}", row.errors.len()),
        None => String::new(),
    }
}
