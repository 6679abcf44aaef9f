//! The headline scores, and what the model is.

use maud::html;
use painwave::evaluation::Scores;
use painwave_train::calibration::Calibration;
use painwave_train::intervals::{Intervals, Over};
use painwave_train::measure::Measure;
use painwave_train::training::End;

use super::run::{RunReport, TrainingReport};
use super::words::{count, decimals, percent};
use crate::page::Page;

/// When and on what it was trained, in a line under the title.
pub(super) fn origin(page: &mut Page, run: &RunReport<'_>) {
    let subjects = match (run.folds, run.trainings.first()) {
        // The first stage, if it is one, has all subjects.
        (1, Some(training)) => {
            let [train, judge] = training.subjects;
            format!("{train} subjects train, {judge} judge")
        }
        _ => format!("{} subjects in {} folds", run.judged.len(), run.folds),
    };
    let origin = format!("{} · {subjects} · {} parameters", run.card.date, thousands(run.parameters));
    page.add(html! { p.lead { (origin) } });
}

/// The scores that stand at the top.
const HEADLINE: [Measure; 7] = [
    Measure::WeightedF1,
    Measure::MacroF1,
    Measure::Accuracy,
    Measure::BalancedAccuracy,
    Measure::Mcc,
    Measure::Auroc,
    Measure::LogLoss,
];

/// The scores, beside those of a trivial classifier.
pub(super) fn scores(page: &mut Page, run: &RunReport<'_>, calibration: Option<&Calibration>) {
    let evaluation = run.evaluation;
    let common = most_common(&evaluation.scores);
    let naive = Scores::new(run.classes, run.judged.iter().map(|subject| (subject.truth, common)));
    let tile = |measure: Measure| {
        let interval = evaluation.intervals.as_ref().and_then(|of| of.scores.get(&measure));
        let interval = interval.map(|[low, high]| format!("95 % interval {low:.3} to {high:.3}"));
        let guess = match measure {
            Measure::WeightedF1 => Some(naive_note(naive.weighted_average.f1)),
            Measure::MacroF1 => Some(naive_note(naive.macro_average.f1)),
            Measure::Accuracy => Some(naive_note(naive.accuracy)),
            _ => None,
        };
        let notes = [interval, guess].into_iter().flatten().collect::<Vec<_>>().join("; ");
        Some((capitalised(measure.name()), decimals(evaluation.value(measure)?), notes))
    };
    let mut tiles: Vec<(String, String, String)> = HEADLINE.into_iter().filter_map(tile).collect();
    tiles.extend(calibration.map(|calibration| {
        let right = percent(evaluation.scores.accuracy);
        let note = format!("{} sure, {right} right", percent(calibration.confidence));
        ("Calibration error".to_owned(), decimals(calibration.expected_error), note)
    }));
    page.section("Scores");
    page.add(html! {
        dl.tiles {
            @for (name, value, note) in tiles { div { dt { (name) } dd { (value) small { (note) } } } }
        }
    });
    let subjects = count(run.judged.len(), "subject");
    let unseen = match run.folds {
        1 => "that were not trained on",
        _ => "in folds, each classified by members that were not trained on it",
    };
    let label = &run.classes[common];
    page.paragraph(&format!(
        "Validation on {subjects} {unseen}. A guess is the score of answering `{label}` for everyone. \
         The epochs that were kept were chosen by these same subjects, so expect a little less on new ones."
    ));
    if let Some(intervals) = &evaluation.intervals {
        page.paragraph(&intervals_note(intervals));
    }
}

fn naive_note(f1: f64) -> String {
    format!("a guess has {f1:.3}")
}

/// How the intervals came about.
fn intervals_note(Intervals { resamples, over, units, .. }: &Intervals) -> String {
    let units = over.text(*units);
    let dependent = match over {
        Over::Subjects => "",
        Over::Groups => ", since the recordings of one group are no independent evidence",
    };
    format!(
        "Intervals are those of the percentile bootstrap: what {resamples} draws of the {units} with replacement \
         score{dependent}. Of few they are too narrow."
    )
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The class with most subjects, the first of equals.
fn most_common(scores: &Scores) -> usize {
    let supports = scores.classes.iter().map(|class| class.support);
    supports.enumerate().rev().max_by_key(|(_, support)| *support).map_or(0, |(class, _)| class)
}

/// Where the model comes from and what it is.
pub(super) fn model(page: &mut Page, run: &RunReport<'_>) {
    let card = run.card;
    let seconds = run.trainings.iter().map(|training| training.history.seconds()).sum();
    let mut facts = vec![
        ("Trained", format!("{}, in {}, on {}", card.date, duration(seconds), run.device)),
        ("Trainer", card.trainer.clone()),
        ("Parameters", parameters(run)),
        ("Judged by", format!("the engine {}, on the bundle as written", run.engine)),
        ("Split", card.split.clone()),
    ];
    facts.extend(card.data.iter().map(|(name, value)| (name.as_str(), value.clone())));
    page.section("Model");
    page.add(html! {
        dl.facts { @for (name, value) in facts { dt { (name.replace('_', " ")) } dd { (value) } } }
    });

    let rows: Vec<Vec<String>> = run.trainings.iter().enumerate().map(row).collect();
    let header = ["training", "train", "judge", "epochs", "best", "weighted F1", "macro F1", "time", "end"];
    page.table(
        "Training and validation subjects (windows), and the scores of the best epoch",
        &header,
        &rows,
    );
}

fn row((index, training): (usize, &TrainingReport<'_>)) -> Vec<String> {
    let best = training.history.best();
    let score = |score: Option<f64>| score.map_or_else(String::new, decimals);
    let size = |side: usize| format!("{} ({})", training.subjects[side], training.windows[side]);
    let end = match training.end {
        End::EarlyStopping => "no improvement any more",
        End::AllEpochs => "all epochs done",
        End::Interrupted => "interrupted",
    };
    vec![
        (index + 1).to_string(),
        size(0),
        size(1),
        training.history.epochs.len().to_string(),
        best.map_or_else(String::new, |best| best.epoch.to_string()),
        score(best.map(|best| best.weighted_f1)),
        score(best.map(|best| best.macro_f1)),
        duration(training.history.seconds()),
        end.to_owned(),
    ]
}

fn parameters(run: &RunReport<'_>) -> String {
    let members = match run.trainings.len() {
        1 => String::new(),
        members => format!("{members} members of "),
    };
    format!("{members}{}, stored as {}", thousands(run.parameters), run.stored_as)
}

/// The digits in groups of three.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 650_307].map(thousands), ["0", "999", "1,000", "650,307"]);
        assert_eq!([0.25, 75.0, 5400.0].map(duration), ["0.2 s", "1 min 15 s", "1 h 30 min"]);
    }
}
