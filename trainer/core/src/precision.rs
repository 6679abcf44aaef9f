//! Which precisions a bundle may be computed in: those that were measured to change no label and hardly a probability.

use painwave::bundle::{Bundle, PrecisionCheck};
use painwave::classifier::{Classifier, ClassifyError, LoadError, Prediction};
use painwave::engine::{EngineKind, Precision};

use crate::panel::{Choosers, Panel, alone};

/// Max change of a probability that is allowed.
pub const ALLOWED_CHANGE: f64 = 1e-3;

/// Why precisions cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum PrecisionError {
    /// The model cannot run.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The subjects that choose cannot be classified.
    #[error(transparent)]
    Classify(#[from] ClassifyError),
}

/// How predictions of the same subjects differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// How many subjects there are.
    pub subjects: u32,
    /// How many of them get another label.
    pub flips: u32,
    /// The max change of a subject's probability of a class.
    pub greatest_change: f64,
}

impl Change {
    /// Compares predictions of the same subjects, in the same order.
    pub fn between<'a>(
        exact: impl IntoIterator<Item = &'a Prediction>,
        found: impl IntoIterator<Item = &'a Prediction>,
    ) -> Self {
        let mut change = Change { subjects: 0, flips: 0, greatest_change: 0.0 };
        for (a, b) in exact.into_iter().zip(found) {
            change.subjects += 1;
            change.flips += u32::from(a.class != b.class);
            for (a, b) in a.probabilities.iter().zip(&b.probabilities) {
                change.greatest_change = change.greatest_change.max(f64::from((a - b).abs()));
            }
        }
        change
    }

    /// Whether it was measured and is negligible: no other label, and no probability by more than
    /// [`ALLOWED_CHANGE`].
    pub fn is_allowed(&self) -> bool {
        self.subjects > 0 && self.flips == 0 && self.greatest_change <= ALLOWED_CHANGE
    }
}

/// Measures every precision against `f32` on the subjects that choose, and records in the bundle what each changes
/// and which are allowed: those that change no label and no probability by more than [`ALLOWED_CHANGE`].
///
/// # Errors
/// The bundle is not a whole model, or it cannot classify these subjects.
pub fn prove(bundle: &mut Bundle, choosers: &Choosers<'_>) -> Result<(), PrecisionError> {
    let (mut checks, mut allowed) = (Vec::new(), Vec::new());
    if let Some(exact) = predictions(bundle, choosers, Precision::F32)? {
        for precision in [Precision::I16, Precision::I8] {
            let Some(found) = predictions(bundle, choosers, precision)? else { continue };
            let change = Change::between(&exact, &found);
            if change.is_allowed() {
                allowed.push(precision);
            }
            let Change { subjects, flips, greatest_change } = change;
            checks.push(PrecisionCheck { precision, subjects, flips, greatest_change });
        }
    }
    bundle.manifest.precisions = allowed;
    bundle.manifest.card.precisions = checks;
    Ok(())
}

/// The predictions of the members on their subjects that choose; none if a precision misses the known answers.
fn predictions(
    bundle: &Bundle,
    choosers: &Choosers<'_>,
    precision: Precision,
) -> Result<Option<Vec<Prediction>>, PrecisionError> {
    let mut predictions = Vec::new();
    for Panel { members, subjects } in choosers.panels() {
        let members = alone(bundle, members.clone());
        let classifier = pollster::block_on(Classifier::with_precision(members, EngineKind::Cpu, precision))?;
        if classifier.precision() != precision {
            return Ok(None);
        }
        predictions.extend(pollster::block_on(classifier.classify(subjects))?);
    }
    Ok(Some(predictions))
}
