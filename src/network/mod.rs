//! What a network is: its configuration, the names and shapes of its parameters, and with the
//! feature `burn` its Burn modules.

mod cell;
mod config;
#[cfg(feature = "burn")]
mod conv;
mod cost;
#[cfg(feature = "burn")]
mod dropout;
#[cfg(feature = "burn")]
mod model;
#[cfg(feature = "burn")]
mod norm;
#[cfg(feature = "training")]
mod operation;
mod parameters;
#[cfg(feature = "burn")]
mod pooling;
#[cfg(feature = "training")]
mod product;
#[cfg(feature = "burn")]
mod recurrent;
#[cfg(feature = "training")]
mod sums;
#[cfg(feature = "burn")]
mod valid;

pub(crate) use cell::{MAX_PRE_ACTIVATIONS, gates, gru_state, lstm_state};
pub use config::{
    CategoryEmbedding, Cell, ConvBlock, Head, NetworkConfig, NetworkConfigError, ParameterSpec, Pooling,
    Recurrent, TimeEmbedding,
};
pub use cost::Cost;
#[cfg(feature = "burn")]
pub use dropout::Dropout;
#[cfg(feature = "burn")]
pub use model::{Network, NetworkInputs};
pub use parameters::{Parameter, Parameters};
