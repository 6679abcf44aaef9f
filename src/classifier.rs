//! The public face: a bundle and an engine; bytes in, predictions out.
/// x
pub struct Classifier {}
/// x
pub struct Prediction {}
