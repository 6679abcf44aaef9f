//! The weights of a network.

use std::collections::BTreeMap;

/// Weights by name; [`NetworkConfig::parameters`](super::NetworkConfig::parameters) says which names and shapes a network has.
pub type Parameters = BTreeMap<String, Parameter>;

/// One weight tensor in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Size of each dimension.
    pub shape: Vec<usize>,
    /// The elements, the last dimension fastest.
    pub data: Vec<f32>,
}
