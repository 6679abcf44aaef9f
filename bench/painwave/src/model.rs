//! The first member of a bundle on the `cpu` engine.

use std::error::Error;

use painwave::Bundle;
use painwave::bundle::{Manifest, Member};
use painwave::engine::{Engine, FusedEngine, Precision};
use painwave::features::{FeatureExtractor, Features};
use painwave::network::Parameters;
use painwave::windows::WindowBatch;

/// One network, ready to compute, and what its inputs are made by.
pub struct Model {
    /// All of the bundle but its weights.
    pub manifest: Manifest,
    /// The weights by name.
    pub parameters: Parameters,
    /// Recordings to features.
    pub extractor: FeatureExtractor,
    engine: FusedEngine,
}

impl Model {
    /// Reads a bundle, to compute in some precision.
    ///
    /// # Errors
    /// The bytes are no bundle.
    pub fn load(bundle: &[u8], precision: Precision) -> Result<Self, Box<dyn Error>> {
        let Bundle { manifest, mut weights } = Bundle::from_bytes(bundle)?;
        let parameters = weights.swap_remove(0);
        let Member { network, features, .. } = &manifest.members[0];
        let engine = FusedEngine::new(network, &parameters, precision)?;
        let extractor = FeatureExtractor::new(features, &manifest.schema)?;
        Ok(Model { parameters, extractor, engine, manifest })
    }

    /// All windows of some recordings.
    pub fn windows<'a>(&self, recordings: impl IntoIterator<Item = &'a Features>) -> WindowBatch {
        let mut batch = WindowBatch::default();
        for features in recordings {
            for start in self.manifest.window.starts(features.steps) {
                self.manifest.window.append(features, start, &mut batch);
            }
        }
        batch
    }

    /// Logits `[windows, classes]`.
    ///
    /// # Errors
    /// The batch has other widths than the network.
    pub fn logits(&self, batch: &WindowBatch) -> Result<Vec<f32>, Box<dyn Error>> {
        Ok(pollster::block_on(self.engine.logits(batch))?)
    }
}
