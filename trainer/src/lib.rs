//! Makes models from labelled recordings: reads a recipe, fits, and writes one bundle.
//!
//! ```text
//! recipe ──▶ data, labels ──▶ split by subject ──▶ features fitted on training subjects
//!        ──▶ windows ──▶ training loop ──▶ bundle, judged by the classifier that the browser runs
//! ```
//!
//! | module | does |
//! |---|---|
//! | [`recipe`] | the TOML file that says all of it, checked with line numbers |
//! | [`data`], [`labels`] | the two CSV files |
//! | [`split`] | which subjects train and which judge |
//! | [`preparation`] | which columns reach the network and how they are scaled |
//! | [`windows`], [`augmentation`] | windows, gathered into batches and changed at random |
//! | [`loss`] | what the network is asked to answer, and how far it is from that |
//! | [`training`] | the loop, early stopping, checkpoints, progress |
//! | [`tensorboard`] | the learning curves as event files |
//! | [`validation`] | scores on held-out windows during training |
//! | [`experiment`] | a recipe on a data set: every split's training, and the bundle of all members |
//! | [`study`] | many trials of recipes, and one table of them all |
//! | [`decision`] | from probabilities to a class, chosen on the judged subjects |
//! | [`evaluation`] | scores of classes and of probabilities |
//! | [`assemble`] | trained weights to a bundle that has proven itself |
//! | [`precision`] | which precisions a bundle may be computed in |
//! | [`inference`] | many recordings, classified by all cores |
//! | [`page`] | one self-contained HTML page with plots |
//! | [`export`] | bundles as safetensors and ONNX files |
//! | [`memory`] | freed memory is kept |
//! | [`report`] | scores and curves for people and for programs |
//! | [`profile`] | what the data holds, before any model has seen it |
//! | [`synthesize`] | recordings like the Pirate Pain data, made from nothing |
//! | [`commands`] | what the binary offers |

pub mod assemble;
pub mod augmentation;
pub mod commands;
pub mod data;
pub mod decision;
pub mod device;
pub mod error;
pub mod evaluation;
pub mod experiment;
pub mod export;
pub mod inference;
pub mod labels;
pub mod loss;
pub mod memory;
pub mod page;
pub mod precision;
pub mod preparation;
pub mod profile;
pub mod quantise;
pub mod recipe;
pub mod report;
pub mod split;
pub mod study;
pub mod synthesize;
pub mod tensorboard;
pub mod training;
pub mod validation;
pub mod windows;

pub use error::Error;
