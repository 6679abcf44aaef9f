//! How much more a variant scores than the first one, on the same subjects.

use std::collections::BTreeMap;

use painwave_train::bootstrap;
use painwave_train::intervals::Interval;
use painwave_train::measure::Measure;
use serde::Serialize;

use super::plan::{Plan, Trial};
use super::predictions::{Predictions, PredictionsError};
use super::record::{Record, Results};
use super::statistics::Statistic;

/// A difference of a score: over pairs of trials, the first of each variant, the second of each, ..., so that what a seed
/// does to both is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Over the pairs of trials: how much chance there is in a training.
    #[serde(flatten)]
    pub statistic: Statistic,
    /// Where the mean may be for other subjects: 95 %, by a paired bootstrap. None if the predictions of a trial are not
    /// there, or too few.
    pub interval: Option<Interval>,
}

/// The differences of all scores; empty if there are none.
pub type Differences = BTreeMap<Measure, Difference>;

/// Two trials that have scores, the first variant's before the other's.
type Pair<'a> = [(&'a Trial, &'a Results); 2];

/// How much more each variant scores than the first one on the subjects that were held out. `lacks` is called with
/// why a variant has no intervals.
pub fn differences(
    plan: &Plan,
    records: &[Record],
    lacks: impl Fn(&str, &PredictionsError),
) -> Vec<Differences> {
    let trials = |variant: usize| {
        let trials = plan.trials.iter().zip(records);
        trials.filter(move |(trial, _)| trial.variant == variant)
    };
    let of_variant = |variant: usize| {
        let pairs = trials(0).zip(trials(variant)).filter_map(|((first, of_first), (second, of_second))| {
            Some([(first, of_first.results.as_ref()?), (second, of_second.results.as_ref()?)])
        });
        let pairs: Vec<Pair<'_>> = pairs.collect();
        let intervals = intervals(&pairs).unwrap_or_else(|error| {
            lacks(&plan.variants[variant].name, &error);
            BTreeMap::new()
        });
        let difference = |measure: Measure| {
            let values = pairs.iter().filter_map(|[(_, first), (_, second)]| {
                Some(second.outer.value(measure)? - first.outer.value(measure)?)
            });
            let interval = intervals.get(&measure).map(|difference| difference.interval);
            Some((measure, Difference { statistic: Statistic::of(values)?, interval }))
        };
        Measure::ALL.into_iter().filter_map(difference).collect()
    };
    // To itself there is none.
    (0..plan.variants.len())
        .map(|variant| if variant == 0 { BTreeMap::new() } else { of_variant(variant) })
        .collect()
}

/// The intervals of the mean differences of pairs of trials.
fn intervals(pairs: &[Pair<'_>]) -> Result<BTreeMap<Measure, bootstrap::Difference>, PredictionsError> {
    let Some([(first, results), (second, _)]) = pairs.first() else { return Ok(BTreeMap::new()) };
    let classes: Vec<String> = results.outer.scores.classes.iter().map(|class| class.label.clone()).collect();
    let windows = [first, second].map(|trial| trial.recipe.recipe.aggregation.windows);
    let of = |(trial, results): &(&Trial, &Results)| Predictions::of(trial, results, &classes);
    let predictions = pairs.iter().map(|[first, second]| Ok([of(first)?, of(second)?]));
    let predictions = predictions.collect::<Result<Vec<[Predictions; 2]>, PredictionsError>>()?;
    let pairs: Vec<_> = predictions.iter().map(|pair| pair.each_ref().map(Predictions::compared)).collect();
    Ok(bootstrap::paired(&classes, windows, &pairs, bootstrap::SEED))
}

impl Difference {
    /// As the tables have it: `+0.0123 ± 0.0050 (−0.0040 to +0.0270)`.
    pub fn text(&self) -> String {
        let Difference { statistic: Statistic { mean, sd, .. }, interval } = self;
        let sd = sd.map(|sd| format!(" ± {sd:.4}"));
        let interval = interval.map(|[low, high]| format!(" ({} to {})", signed(low), signed(high)));
        [signed(*mean), sd.unwrap_or_default(), interval.unwrap_or_default()].concat()
    }
}

/// A number with its sign.
fn signed(value: f64) -> String {
    format!("{value:+.4}").replace('-', "−")
}
