//! What a network is: its configuration, the names and shapes of its parameters, and with the
//! feature `burn` its Burn modules.

mod config;
#[cfg(feature = "burn")]
mod conv;
mod cost;
#[cfg(feature = "burn")]
mod dropout;
#[cfg(feature = "burn")]
mod model;
#[cfg(feature = "training")]
mod operation;
#[cfg(feature = "burn")]
mod pooling;
#[cfg(feature = "training")]
mod product;
#[cfg(feature = "burn")]
mod recurrent;

pub use config::{
    CategoryEmbedding, Cell, ConvBlock, Head, NetworkConfig, NetworkConfigError, ParameterSpec, Pooling,
    Recurrent, TimeEmbedding,
};
pub use cost::Cost;
#[cfg(feature = "burn")]
pub use dropout::Dropout;
#[cfg(feature = "burn")]
pub use model::{Network, NetworkInputs};

use std::collections::BTreeMap;

/// Weights by name; [`NetworkConfig::parameters`] says which names and shapes a network has.
pub type Parameters = BTreeMap<String, Parameter>;

/// One weight tensor in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Size of each dimension.
    pub shape: Vec<usize>,
    /// The elements, the last dimension fastest.
    pub data: Vec<f32>,
}
