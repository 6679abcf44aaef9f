//! Successive halving (Jamieson and Talwalkar 2016): all points are trained for a few epochs, the better of them for more,
//! and so on, so that most of the time is spent on those that deserve it.
//!
//! A round waits for all of its trials, where ASHA (Li et al. 2020) would promote a point as soon as it is among the better
//! of those that have ended: on one machine nobody waits for long, and which points go on does not depend on who is first.

use painwave_train::recipe::{RecipeFile, Schedule};

use super::change::{Change, Origin};
use super::error::StudyError;
use super::plan::Variant;

const ARGUMENT: &str = "--halving";
const EPOCHS: &str = "training.epochs";

/// How many points are trained for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halving {
    /// One of so many points goes on, for so many times the epochs.
    pub factor: usize,
    /// Epochs of the first round.
    pub first: usize,
}

impl Halving {
    /// Epochs of each round up to the recipe's, and how many of `points` points it trains: at least one.
    pub fn rounds(self, points: usize, epochs: usize) -> Vec<(usize, usize)> {
        let (mut points, mut now) = (points, self.first.min(epochs));
        let mut rounds = vec![(now, points)];
        while now < epochs {
            now = now.saturating_mul(self.factor).min(epochs);
            points = points.div_ceil(self.factor);
            rounds.push((now, points));
        }
        rounds
    }

    /// Checks that a recipe can be trained on from round to round.
    ///
    /// # Errors
    /// Its schedule goes by the number of epochs, or the space varies that number.
    pub fn check<'a>(
        self,
        recipe: &RecipeFile,
        mut keys: impl Iterator<Item = &'a str>,
    ) -> Result<(), StudyError> {
        let error = |key: &str, found: &str, expected| {
            let (origin, found) = (Origin::Argument(ARGUMENT), found.to_owned());
            Err(StudyError::Value { origin, key: key.to_owned(), found, expected })
        };
        if matches!(recipe.recipe.training.schedule, Schedule::Cosine { .. }) {
            return error(
                "training.schedule",
                "a cosine over all epochs",
                "a schedule that goes on with more epochs",
            );
        }
        match keys.any(|key| key == EPOCHS) {
            true => error(EPOCHS, "a key of the space", "left to the rounds"),
            false => Ok(()),
        }
    }

    /// Points with the number of epochs of a round.
    pub fn trained_for(variants: &[Variant], epochs: usize) -> Vec<Variant> {
        let value = toml::Value::Integer(i64::try_from(epochs).unwrap_or(i64::MAX));
        let change = Change::argument(ARGUMENT, EPOCHS, Some(value));
        let with = |variant: &Variant| {
            let changes = variant.changes.iter().chain([&change]).cloned().collect();
            Variant { changes, ..variant.clone() }
        };
        variants.iter().map(with).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_trains_fewer_points_for_longer_up_to_the_recipes_epochs() {
        let rounds = |factor, first, points, epochs| Halving { factor, first }.rounds(points, epochs);
        assert_eq!(rounds(3, 4, 200, 100), [(4, 200), (12, 67), (36, 23), (100, 8)]);
        assert_eq!(rounds(2, 4, 3, 16), [(4, 3), (8, 2), (16, 1)]);
        assert_eq!(rounds(3, 3, 9, 2), [(2, 9)]);
    }
}
