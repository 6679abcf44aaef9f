//! CSV to features, as a job does it before the network runs.

use painwave::features::Features;
use painwave::reading::{ReadError, ReadOptions, Reader};

use crate::Model;

/// Reads one file, fed in blocks.
pub struct FeatureReader<'a> {
    model: &'a Model,
    reader: Reader,
    features: Vec<Features>,
}

impl<'a> FeatureReader<'a> {
    /// A reader for one file in the model's schema.
    pub fn new(model: &'a Model) -> Self {
        let manifest = &model.manifest;
        let reader = Reader::new(&manifest.schema, &manifest.sampling, ReadOptions::default());
        FeatureReader { model, reader, features: Vec::new() }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        self.reader.feed(bytes)?;
        self.extract();
        Ok(())
    }

    /// Number of complete subjects so far.
    pub fn subjects(&self) -> usize {
        self.features.len()
    }

    /// Features of the complete subjects, in the order of the file.
    pub fn into_complete(self) -> Vec<Features> {
        self.features
    }

    /// Ends the file and gives the features of its subjects, in their order.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn finish(mut self) -> Result<Vec<Features>, ReadError> {
        self.reader.finish()?;
        self.extract();
        Ok(self.features)
    }

    fn extract(&mut self) {
        for index in self.reader.take_complete() {
            self.features.push(self.model.extractor.apply(self.reader.recording(index)));
        }
    }
}
