//! Whether the GPU computes what the CPU does.

use std::fmt;

use painwave::bundle::Bundle;
use painwave::classifier::{Classifier, LoadError};
use painwave::engine::{self, EngineError, EngineKind, Precision};
use painwave::features::Features;
use painwave_bench::Model;
use serde::Serialize;

use crate::Error;

/// Max difference of a logit that rounding in another order explains.
const TOLERANCE: f32 = 1e-3;

/// The engine `webgpu` beside known answers and beside the engine `cpu`.
#[derive(Debug, Serialize)]
pub struct Proof {
    /// Why the bundle was refused on `webgpu`; none if its known answers are met.
    refusal: Option<String>,
    /// Max difference of a logit of the measured subjects from those of `cpu` in `f32`; none if one is NaN.
    difference: Option<f32>,
}

impl Proof {
    /// Loads the bundle on `webgpu` and classifies the subjects on both engines.
    ///
    /// # Errors
    /// An engine gives no answer.
    pub fn of(bundle: &[u8], model: &Model, features: &[Features]) -> Result<Self, Error> {
        let loaded = pollster::block_on(Classifier::new(Bundle::from_bytes(bundle)?, EngineKind::Webgpu));
        let refusal = loaded.err().map(|error: LoadError| error.to_string());
        let windows = model.windows(features);
        let logits = |kind| -> Result<Vec<f32>, EngineError> {
            let network = &model.manifest.members[0].network;
            let engine = pollster::block_on(engine::build(kind, network, &model.parameters, Precision::F32))?;
            pollster::block_on(engine.logits(&windows))
        };
        let (gpu, cpu) = (logits(EngineKind::Webgpu)?, logits(EngineKind::Cpu)?);
        let differences = gpu.iter().zip(&cpu).map(|(gpu, cpu)| (gpu - cpu).abs());
        // `f32::max` would drop a NaN.
        let max = differences.fold(0.0, |max: f32, next| if next <= max { max } else { next });
        Ok(Proof { refusal, difference: max.is_finite().then_some(max) })
    }

    /// Whether the known answers are met and the engines agree.
    pub fn passed(&self) -> bool {
        self.refusal.is_none() && self.difference.is_some_and(|difference| difference <= TOLERANCE)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.refusal {
            None => write!(f, "known answers: met")?,
            Some(reason) => write!(f, "known answers: MISSED: {reason}")?,
        }
        match self.difference {
            Some(difference) => write!(f, "; max difference of a logit from `cpu`: {difference:.1e}"),
            None => write!(f, "; a logit is NaN or infinite"),
        }
    }
}
