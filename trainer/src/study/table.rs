//! Records to the table of a study: a row for each variant, over its seeds.

use std::collections::BTreeMap;

use comfy_table::{Cell, CellAlignment, Table, presets};
use painwave_train::evaluation::Evaluation;
use painwave_train::measure::Measure;
use serde::Serialize;

use super::change::Change;
use super::plan::{Plan, Variant};
use super::record::{Record, Results};
use super::statistics::Statistic;
use crate::report;

/// A variant's trials together.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub variant: String,
    /// What is changed in its recipe.
    pub changes: BTreeMap<String, Option<toml::Value>>,
    /// Names of its trials, finished or not, one for each seed.
    pub trials: Vec<String>,
    /// How many of them have a training loss that has collapsed.
    pub collapsed: usize,
    /// Scores of the subjects that chose the epoch.
    pub inner: Summary,
    /// Scores of the subjects that were held out.
    pub outer: Summary,
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

/// The rows of a study in the order of its variants. A trial whose training loss is below `collapse` has
/// learnt its windows by heart (report C).
pub fn rows(plan: &Plan, records: &[Record], collapse: Option<f64>) -> Vec<Row> {
    let row = |(index, variant): (usize, &Variant)| {
        let records = of_variant(plan, records, index);
        let results: Vec<&Results> = records.iter().filter_map(|record| record.results.as_ref()).collect();
        let over = |value: fn(&Results) -> f64| Statistic::of(results.iter().map(|results| value(results)));
        let change = |change: &Change| (change.key.clone(), change.value.clone());
        let error = |record: &&Record| Some((record.trial.clone(), record.error.clone()?));
        Row {
            variant: variant.name.clone(),
            changes: variant.changes.iter().map(change).collect(),
            trials: records.iter().map(|record| record.trial.clone()).collect(),
            collapsed: results
                .iter()
                .filter(|results| collapse.is_some_and(|minimum| results.training_loss < minimum))
                .count(),
            inner: summary(results.iter().map(|results| &results.inner)),
            outer: summary(results.iter().map(|results| &results.outer)),
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

fn of_variant<'a>(plan: &Plan, records: &'a [Record], variant: usize) -> Vec<&'a Record> {
    let trials = plan.trials.iter().zip(records);
    trials.filter(|(trial, _)| trial.variant == variant).map(|(_, record)| record).collect()
}

/// The best variants first, by the mean score of the subjects that chose; after them those of which a trial has collapsed,
/// and those without scores.
pub fn ranked(mut rows: Vec<Row>, measure: Measure) -> Vec<Row> {
    let sign = if measure.is_gain() { 1.0 } else { -1.0 };
    let score = |row: &Row| row.inner.get(&measure).map_or(f64::NEG_INFINITY, |score| sign * score.mean);
    let standing = |row: &Row| (row.inner.is_empty(), row.collapsed > 0);
    rows.sort_by(|a, b| standing(a).cmp(&standing(b)).then(score(b).total_cmp(&score(a))));
    rows
}

fn summary<'a>(evaluations: impl Iterator<Item = &'a Evaluation> + Clone) -> Summary {
    let statistic = |measure: Measure| {
        let values = evaluations.clone().filter_map(|evaluation| evaluation.value(measure));
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

impl Sheet {
    /// The number of trials, if there is more than one of each variant.
    pub fn trials(&mut self, rows: &[Row]) {
        if rows.iter().any(|row| row.trials.len() > 1) {
            self.column("trials", rows.iter().map(finished));
        }
    }

    /// Scores on the subjects that were held out.
    pub fn outer(&mut self, rows: &[Row], measures: &[Measure]) {
        for measure in measures {
            self.column(measure.name(), rows.iter().map(|row| score(row.outer.get(measure))));
        }
    }

    /// The score that rows are ranked by, of the subjects that chose.
    pub fn inner(&mut self, rows: &[Row], measure: Measure) {
        let header = format!("inner {}", measure.name());
        self.column(&header, rows.iter().map(|row| score(row.inner.get(&measure))));
    }

    /// Scores on the test files, if there are any; then the cost and what went wrong.
    pub fn rest(&mut self, rows: &[Row]) {
        let measures = [
            Measure::WeightedF1,
            Measure::MacroF1,
            Measure::Accuracy,
            Measure::BalancedAccuracy,
            Measure::Mcc,
            Measure::Auroc,
            Measure::LogLoss,
            Measure::ExpectedCalibrationError,
        ];
        for measure in measures {
            let header = format!("test {}", measure.name());
            self.column(&header, rows.iter().map(|row| score(row.test.get(&measure))));
        }
        let mean = |statistic: Option<Statistic>, digits: usize| {
            statistic.map_or(String::new(), |statistic| format!("{:.digits$}", statistic.mean))
        };
        self.column("training loss", rows.iter().map(|row| mean(row.training_loss, 4)));
        self.column("epochs", rows.iter().map(|row| mean(row.epochs, 0)));
        self.column("seconds", rows.iter().map(|row| mean(row.seconds, 0)));
        self.column("notes", rows.iter().map(notes));
    }
}

fn finished(row: &Row) -> String {
    let finished = row.outer.get(&Measure::WeightedF1).map_or(0, |statistic| statistic.count);
    let trials = row.trials.len();
    if finished == trials { finished.to_string() } else { format!("{finished} of {trials}") }
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
    let collapsed = (row.collapsed > 0).then(|| match row.trials.len() {
        1 => "collapsed".to_owned(),
        _ => format!("{} collapsed", row.collapsed),
    });
    let first = row.errors.values().next();
    let failed = first.map(|first| match row.errors.len() {
        1 => format!("failed: {first}"),
        count => format!("{count} failed: {first}"),
    });
    [collapsed, failed].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
