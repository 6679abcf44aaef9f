//! Which precisions a bundle may be computed in: those that were measured to change next to nothing.

use painwave::bundle::{Bundle, PrecisionCheck};
use painwave::classifier::{Classifier, Prediction};
use painwave::engine::{EngineKind, Precision};

use crate::assemble::{AssembleError, Judges, alone};

/// Maximal change of a probability that is allowed.
pub const ALLOWED_CHANGE: f64 = 1e-3;

/// Measures every precision against `f32` on the subjects that judge, and records in the bundle what each changes
/// and which are allowed: those that change no label and no probability by more than [`ALLOWED_CHANGE`].
///
/// # Errors
/// The bundle is not a whole model, or it cannot classify these subjects.
pub fn prove(bundle: &mut Bundle, judges: &[Judges<'_>]) -> Result<(), AssembleError> {
    let mut checks = Vec::new();
    if let Some(exact) = predictions(bundle, judges, Precision::F32)? {
        for precision in [Precision::I16, Precision::I8] {
            if let Some(found) = predictions(bundle, judges, precision)? {
                checks.push(compare(precision, &exact, &found));
            }
        }
    }
    let allowed = |check: &&PrecisionCheck| {
        check.subjects > 0 && check.flips == 0 && check.greatest_change <= ALLOWED_CHANGE
    };
    bundle.manifest.precisions = checks.iter().filter(allowed).map(|check| check.precision).collect();
    bundle.manifest.card.precisions = checks;
    Ok(())
}

/// What the members say of the subjects that judge them; nothing if a precision misses the known answers.
fn predictions(
    bundle: &Bundle,
    judges: &[Judges<'_>],
    precision: Precision,
) -> Result<Option<Vec<Prediction>>, AssembleError> {
    let mut predictions = Vec::new();
    for Judges { members, subjects } in judges {
        let members = alone(bundle, members.clone());
        let classifier = pollster::block_on(Classifier::with_precision(members, EngineKind::Cpu, precision))?;
        if classifier.precision() != precision {
            return Ok(None);
        }
        predictions.extend(pollster::block_on(classifier.classify(subjects))?);
    }
    Ok(Some(predictions))
}

fn compare(precision: Precision, exact: &[Prediction], found: &[Prediction]) -> PrecisionCheck {
    let pairs = || exact.iter().zip(found);
    let changes = pairs().flat_map(|(a, b)| a.probabilities.iter().zip(&b.probabilities));
    PrecisionCheck {
        precision,
        subjects: exact.len() as u32,
        flips: pairs().filter(|(a, b)| a.class != b.class).count() as u32,
        greatest_change: changes.map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max),
    }
}
