//! From a subject's probabilities to its class: what is chosen on judged subjects after training.

pub mod thresholds;
