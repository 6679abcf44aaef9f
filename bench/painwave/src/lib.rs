//! What the benchmark times below painwave's public API: the forward pass alone, and CSV to features.
//!
//! The shipped module has no such entries; this crate makes a module and a program of its own that have them.

mod model;
#[cfg(target_arch = "wasm32")]
mod peak;
mod reader;
#[cfg(target_arch = "wasm32")]
mod web;

pub use model::Model;
pub use reader::FeatureReader;
