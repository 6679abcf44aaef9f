//! Scores and learning curves as CSV.

use std::fmt::Write;

use painwave::evaluation::Scores;
use painwave_train::training::History;

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
