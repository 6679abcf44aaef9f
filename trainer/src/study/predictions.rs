//! How a trial judged each subject that was held out, as its folder says.

use std::path::{Path, PathBuf};

use painwave_train::bootstrap::Compared;

use super::plan::Trial;
use super::record::Results;

/// The predictions of a trial.
#[derive(Clone, Debug)]
pub struct Predictions(Vec<Predicted>);

#[derive(Clone, Debug)]
struct Predicted {
    id: String,
    group: Option<String>,
    truth: usize,
    class: usize,
    probabilities: Vec<f32>,
}

/// Why there are no predictions of a trial.
#[derive(Debug, thiserror::Error)]
pub enum PredictionsError {
    /// No CSV that can be read.
    #[error("{path}: {source}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: csv::Error,
    },
    /// Not what a run writes.
    #[error("{path}: expected the predictions of a run for the classes {classes}")]
    Format {
        /// The file.
        path: PathBuf,
        /// Names of the classes.
        classes: String,
    },
    /// Of another training.
    #[error("{path}: these are not the predictions that the scores in trials.jsonl were computed from")]
    OtherScores {
        /// The file.
        path: PathBuf,
    },
}

impl Predictions {
    /// Those that a trial's scores were computed from, of these classes.
    ///
    /// # Errors
    /// They are not there any more, are of other classes, or were made by a later training in the same folder.
    pub fn of(trial: &Trial, results: &Results, classes: &[String]) -> Result<Self, PredictionsError> {
        let path = trial.folder().join("predictions.csv");
        let predictions = Predictions::read(&path, classes)?;
        let mut confusion = vec![vec![0; classes.len()]; classes.len()];
        for Predicted { truth, class, .. } in &predictions.0 {
            confusion[*truth][*class] += 1;
        }
        if confusion == results.outer.scores.confusion {
            Ok(predictions)
        } else {
            Err(PredictionsError::OtherScores { path })
        }
    }

    fn read(path: &Path, classes: &[String]) -> Result<Self, PredictionsError> {
        let csv = |source| PredictionsError::Csv { path: path.to_owned(), source };
        let format = || PredictionsError::Format { path: path.to_owned(), classes: classes.join(", ") };
        let mut reader = csv::Reader::from_path(path).map_err(csv)?;
        // Id, class, predicted class, fold, perhaps the group, and the probability of each class.
        let header = reader.headers().map_err(csv)?;
        let first = header.len().checked_sub(classes.len()).filter(|first| matches!(first, 4 | 5));
        let first = first.filter(|first| header.iter().skip(*first).eq(classes));
        let first = first.ok_or_else(format)?;
        let class = |name: &str| classes.iter().position(|class| *class == name);
        let predicted = |row: &csv::StringRecord| {
            let probabilities = row.iter().skip(first).map(|number| number.parse().ok());
            Some(Predicted {
                id: row[0].to_owned(),
                group: (first == 5 && !row[4].is_empty()).then(|| row[4].to_owned()),
                truth: class(&row[1])?,
                class: class(&row[2])?,
                probabilities: probabilities.collect::<Option<Vec<f32>>>()?,
            })
        };
        let rows = reader.records().map(|row| predicted(&row.map_err(csv)?).ok_or_else(format));
        Ok(Predictions(rows.collect::<Result<_, _>>()?))
    }

    /// As the bootstrap compares them.
    pub fn compared(&self) -> Vec<Compared<'_>> {
        let predictions = self.0.iter();
        let compared = predictions.map(|Predicted { id, group, truth, class, probabilities }| Compared {
            id,
            group: group.as_deref(),
            judgement: (*truth, *class, probabilities),
        });
        compared.collect()
    }
}
