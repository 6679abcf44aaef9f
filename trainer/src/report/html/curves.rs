//! How the losses and scores went over the epochs.

use maud::html;
use painwave_train::training::{EpochRecord, History};

use super::run::RunReport;
use super::words::decimals;
use crate::page::{Page, figure, plot, table};
use crate::report::curves;

/// Epochs of a training that its table shows, about.
const ROWS: usize = 20;

/// The curves as plots and, in part, as tables.
pub(super) fn section(page: &mut Page, run: &RunReport<'_>) {
    let histories: Vec<&History> = run.trainings.iter().map(|training| training.history).collect();
    if histories.iter().all(|history| history.epochs.is_empty()) {
        return;
    }
    page.section("Learning curves");
    let many = match histories.len() {
        1 => String::new(),
        trainings => format!(", one line for each of the {trainings} trainings"),
    };
    let loss = format!("Mean loss of the windows that train and of those that judge{many}");
    let f1 = format!("F1 of the subjects that judge{many}");
    page.add(html! {
        div.columns {
            (figure(&loss, &plot::svg(&loss, &[curves::losses(&histories)])))
            (figure(&f1, &plot::svg(&f1, &[curves::scores(&histories)])))
        }
    });
    page.paragraph(
        "A dot is the epoch whose weights were kept. The two losses need not be alike: the one that is trained \
         on may have weights, softened targets, dropout and augmentation.",
    );
    let caption = |i: usize| match histories.len() {
        1 => "Some epochs, the best and the last among them; curves.csv has all".to_owned(),
        _ => format!("Training {}: some epochs; curves.csv has all", i + 1),
    };
    let header = ["epoch", "training loss", "validation loss", "weighted F1", "macro F1", "accuracy"];
    let tables = html! {
        @for (i, history) in histories.iter().enumerate() { (table(&caption(i), &header, &rows(history))) }
    };
    page.details("The curves as a table", &tables);
}

/// Epochs at equal distances, the best and the last.
fn rows(history: &History) -> Vec<Vec<String>> {
    let (count, best) = (history.epochs.len(), history.best().map_or(0, |best| best.epoch));
    let every = count.div_ceil(ROWS).max(1);
    let shown = |epoch: &&EpochRecord| {
        epoch.epoch.is_multiple_of(every) || epoch.epoch == 1 || epoch.epoch == best || epoch.epoch == count
    };
    let row = |epoch: &EpochRecord| {
        let numbers =
            [epoch.training_loss, epoch.validation_loss, epoch.weighted_f1, epoch.macro_f1, epoch.accuracy];
        let name = format!("{}{}", epoch.epoch, if epoch.epoch == best { " (best)" } else { "" });
        std::iter::once(name).chain(numbers.map(decimals)).collect()
    };
    history.epochs.iter().filter(shown).map(row).collect()
}
