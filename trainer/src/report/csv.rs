//! Scores and learning curves as CSV.

use csv::Writer;
use painwave::evaluation::Scores;
use painwave_train::training::History;

/// The confusion matrix as CSV; the first column is the true class.
pub fn confusion_csv(scores: &Scores) -> String {
    let labels = scores.classes.iter().map(|class| class.label.clone());
    let header = std::iter::once("true \\ predicted".to_owned()).chain(labels.clone());
    let counts = |row: &Vec<u32>| row.iter().map(u32::to_string).collect::<Vec<_>>();
    let rows = labels.zip(&scores.confusion).map(|(label, row)| [vec![label], counts(row)].concat());
    written(std::iter::once(header.collect()).chain(rows))
}

/// The learning curves as CSV, one row an epoch.
pub fn curves_csv(history: &History) -> String {
    let header = ["epoch", "training_loss", "validation_loss", "accuracy", "weighted_f1", "macro_f1"];
    let rows = history.epochs.iter().map(|epoch| {
        let numbers =
            [epoch.training_loss, epoch.validation_loss, epoch.accuracy, epoch.weighted_f1, epoch.macro_f1];
        std::iter::once(epoch.epoch.to_string()).chain(numbers.map(|number| number.to_string())).collect()
    });
    written(std::iter::once(header.map(str::to_owned).to_vec()).chain(rows))
}

fn written(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    for row in rows {
        // Memory takes every byte, and all rows are as long as the header.
        writer.write_record(row).expect("a row of the table");
    }
    let bytes = writer.into_inner().expect("bytes in memory");
    // It was made of strings.
    String::from_utf8(bytes).expect("UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_back_as_they_are() {
        let labels = ["a,b", "\"c\"\nd"].map(str::to_owned);
        let text = confusion_csv(&Scores::new(&labels, [(0, 0), (0, 1), (1, 1)]));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap(), &["true \\ predicted", &labels[0], &labels[1]][..]);
        let mut rows = reader.records().map(Result::unwrap);
        assert_eq!(&rows.next().unwrap(), &[&labels[0], "1", "1"][..]);
        assert_eq!(&rows.next().unwrap(), &[&labels[1], "0", "1"][..]);
    }
}
