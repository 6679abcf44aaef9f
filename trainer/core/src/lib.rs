//! Trains models: a recipe, recordings and labels in, one validated bundle out.
//!
//! ```text
//! recipe ──▶ recordings, labels ──▶ split by subject ──▶ features fitted on training subjects
//!        ──▶ windows ──▶ training loop ──▶ bundle, validated by the classifier that the browser runs
//! ```
//!
//! | module | does |
//! |---|---|
//! | [`host`] | what a run is handed: threads, and storage for its checkpoints |
//! | [`recipe`] | the TOML that says all of it, checked with line numbers |
//! | [`labels`] | class and group of each subject, from what rows say |
//! | [`file_names`], [`file_keys`] | what the names of files say |
//! | [`leaks`] | columns that give the class away |
//! | [`split`] | training and validation subjects, and those that a decision is chosen on |
//! | [`statistics`] | statistics of plain slices |
//! | [`preparation`] | which columns reach the network and how they are scaled |
//! | [`windows`], [`augmentation`] | windows, gathered into batches and changed at random |
//! | [`faults`] | recordings with faults, which are looked for in those that are classified |
//! | [`loss`] | targets and losses |
//! | [`validation`] | scores on held-out windows during training |
//! | [`training`] | the loop, early stopping, checkpoints |
//! | [`decision`] | from probabilities to a class, chosen on subjects that are set aside |
//! | [`conformal`], [`novelty`] | when not to believe a prediction: sets of classes, and what the training data are like |
//! | [`measure`], [`calibration`], [`auroc`], [`evaluation`] | scores of classes and of probabilities |
//! | [`intervals`], [`bootstrap`] | how far the scores of other subjects may be from them |
//! | [`assemble`] | trained weights to a bundle whose known answers an engine has reproduced |
//! | [`precision`] | which precisions a bundle may be computed in |
//! | [`quantise`] | the matrices of recurrent layers as 8-bit integers |
//! | [`experiment`] | a recipe on a data set: every split's training, and the bundle of all members |
//! | [`export`] | bundles as safetensors and ONNX files |

pub mod assemble;
pub mod augmentation;
pub mod auroc;
pub mod bootstrap;
pub mod calibration;
pub mod conformal;
pub mod decision;
pub mod evaluation;
pub mod experiment;
pub mod export;
mod faults;
pub mod file_keys;
pub mod file_names;
pub mod host;
pub mod intervals;
pub mod labels;
pub mod leaks;
pub mod loss;
pub mod measure;
pub mod novelty;
pub mod panel;
pub mod precision;
pub mod preparation;
pub mod quantise;
pub mod recipe;
pub mod split;
pub mod statistics;
pub mod training;
pub mod validation;
mod versions;
pub mod windows;

pub use self::versions::BURN;
