//! In what a recording is unlike the training data.

use crate::number::Shown;

/// One side of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// The mean of a channel.
    Level,
    /// The logarithm of its standard deviation.
    Spread,
    /// The logarithm of the mean difference from step to step over the standard deviation.
    Pace,
    /// The logarithm of the mean difference over four steps over that from step to step.
    Roughness,
    /// The logarithm of the share of the recording that the longest run of equal values takes, zero aside: there
    /// sensors rest.
    Standstill,
    /// The correlation of the differences of two channels.
    Together,
}

impl Aspect {
    /// Those that each channel has.
    pub const OF_CHANNEL: [Aspect; 5] =
        [Aspect::Level, Aspect::Spread, Aspect::Pace, Aspect::Roughness, Aspect::Standstill];
}

/// In what a recording is unlike the training data.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// In what.
    pub aspect: Aspect,
    /// Index of the channel in the schema, or of both that move together.
    pub channels: Vec<usize>,
    /// What it is here.
    pub found: f64,
    /// Its least and its greatest value among the training subjects.
    pub range: [f64; 2],
}

impl Reason {
    /// In words, with the names of the channels.
    pub fn text(&self, names: &[String]) -> String {
        let Reason { aspect, channels, found, range: [low, high] } = self;
        let name = names.get(channels[0]).map_or("", String::as_str);
        let [found, low, high] = [*found, *low, *high].map(|number| match aspect {
            Aspect::Level | Aspect::Together => number,
            _ => number.exp(),
        });
        let percent = |share: f64| format!("{} %", short(100.0 * share));
        let [found_short, low_short, high_short] = [found, low, high].map(short);
        match aspect {
            Aspect::Level => {
                format!("{name} stays around {found_short}; in training {low_short} to {high_short}")
            }
            Aspect::Spread => format!(
                "{name} has a standard deviation of {found_short}; in training {low_short} to {high_short}"
            ),
            Aspect::Pace => format!(
                "{name} changes from step to step by {found_short} of its standard deviation; in training by \
                 {low_short} to {high_short}"
            ),
            Aspect::Roughness => format!(
                "{name} changes over four steps {found_short} times as much as over one; in training {low_short} to \
                 {high_short} times"
            ),
            Aspect::Standstill => format!(
                "{name} keeps one value other than zero for {} of the recording; in training for {} to {}",
                percent(found),
                percent(low),
                percent(high)
            ),
            Aspect::Together => {
                let other =
                    channels.get(1).and_then(|channel| names.get(*channel)).map_or("", String::as_str);
                format!(
                    "{name} and {other} move together with a correlation of {found_short}; in training {low_short} \
                     to {high_short}"
                )
            }
        }
    }
}

/// A number in two significant digits.
pub(crate) fn short(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return Shown(number).to_string();
    }
    let digits = 1 - number.abs().log10().floor() as i32;
    // Powers of ten with a positive exponent are exact: the division is rounded once.
    let rounded = if digits >= 0 {
        (number * 10f64.powi(digits)).round() / 10f64.powi(digits)
    } else {
        (number / 10f64.powi(-digits)).round() * 10f64.powi(-digits)
    };
    Shown(rounded).to_string()
}
