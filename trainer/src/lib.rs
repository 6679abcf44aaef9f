//! The trainer's commands: files and terminals around the crates that do the work.
//!
//! | crate | does |
//! |---|---|
//! | [`painwave_train`] | a recipe, recordings and labels to one judged bundle |
//! | [`painwave_synthetic`] | recordings like the Pirate Pain data, made from nothing |
//! | [`painwave_profile`] | what the data holds, before any model has seen it |
//!
//! | module | does |
//! |---|---|
//! | [`data`] | recipes, recordings, labels and bundles, out of their files |
//! | [`input`] | files, folders, patterns, packed and binary files to tables as text |
//! | [`files`] | files that are whole or not there, folders that one process at a time writes to |
//! | [`device`] | where a network is trained |
//! | [`queue`], [`threads`] | what runs side by side, with how many threads each |
//! | [`checkpoints`] | what is needed to continue, as files |
//! | [`progress`] | what a person sees while a network is trained |
//! | [`tensorboard`] | the learning curves as event files |
//! | [`results`] | the files that a run leaves |
//! | [`study`] | many trials of recipes, and one table of them all |
//! | [`inference`] | many recordings, classified by all cores |
//! | [`page`] | one self-contained HTML page with plots |
//! | [`memory`] | freed memory is kept |
//! | [`report`] | scores, curves and profiles for people and for programs |
//! | [`arguments`], [`commands`] | what the binary offers |
//! | [`mod@error`] | why a command failed; the rooms above have errors of their own, which it wraps |

pub mod arguments;
pub mod checkpoints;
pub mod commands;
pub mod data;
pub mod device;
pub mod error;
pub mod files;
pub mod inference;
pub mod input;
pub mod memory;
pub mod page;
pub mod progress;
pub mod queue;
pub mod report;
pub mod results;
pub mod study;
pub mod tensorboard;
pub mod threads;

pub use error::Error;
