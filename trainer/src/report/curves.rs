//! The learning curves as plots.

use painwave_train::training::{EpochRecord, History};

use crate::page::plot::{self, Axis, Key, Plot};

/// Heights of the planes, in pixels.
const HEIGHT: f64 = 190.0;

/// A quantity over the epochs: its name and where it stands in a record.
type Quantity = (&'static str, fn(&EpochRecord) -> f64);

const LOSSES: [Quantity; 2] =
    [("training", |epoch| epoch.training_loss), ("validation", |epoch| epoch.validation_loss)];
const SCORES: [Quantity; 2] = [("weighted", |epoch| epoch.weighted_f1), ("macro", |epoch| epoch.macro_f1)];

/// The losses of some trainings, one line each.
pub(super) fn losses(histories: &[&History]) -> Plot {
    draw("Loss", &LOSSES, [0, 1], histories)
}

/// The scores of the validation subjects of some trainings, one line each.
pub(super) fn scores(histories: &[&History]) -> Plot {
    draw("F1", &SCORES, [3, 8], histories)
}

/// The learning curves of one training as a file of their own.
pub fn curves_svg(history: &History) -> String {
    plot::svg_file("Learning curves", &[losses(&[history]), scores(&[history])])
}

fn draw(name: &str, quantities: &[Quantity; 2], series: [usize; 2], histories: &[&History]) -> Plot {
    let epochs = || histories.iter().flat_map(|history| &history.epochs);
    let last = epochs().map(|epoch| epoch.epoch).max().unwrap_or(1);
    let values = quantities.iter().flat_map(|(_, value)| epochs().map(value));
    let y = Axis::around(name, values);
    let thin = if histories.len() > 1 { " thin" } else { "" };
    let classes = series.map(|series| format!("curve series-{series}{thin}"));
    let mut keys: Vec<Key<'_>> =
        quantities.iter().zip(&classes).map(|((name, _), class)| Key { name, class }).collect();
    let best = match histories {
        [one] => one.best().map(|best| (best.epoch, format!("best: epoch {}", best.epoch))),
        _ => None,
    };
    if let Some((_, name)) = &best {
        keys.push(Key { name, class: "mark" });
    }
    let mut plot = Plot::new(Axis::counting("epoch", 1, last), y, HEIGHT, &keys);
    if let Some((epoch, _)) = best {
        plot.vertical("mark", epoch as f64);
    }
    for history in histories {
        for ((_, value), class) in quantities.iter().zip(&classes) {
            let point = |epoch: &EpochRecord| (epoch.epoch as f64, value(epoch));
            let points: Vec<(f64, f64)> = history.epochs.iter().map(point).collect();
            plot.curve(class, &points);
        }
    }
    // Above all lines.
    for history in histories {
        for ((_, value), series) in quantities.iter().zip(series) {
            if let Some(best) = history.best() {
                plot.dot(&format!("dot series-{series}"), (best.epoch as f64, value(best)));
            }
        }
    }
    plot
}
