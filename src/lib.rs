//! Classifies motion-sensor recordings where they are: natively or in the browser tab.
//!
//! ```text
//! bytes ──reading──▶ Recording [T, C] ──FeatureExtractor──▶ Features { dense [T, F], codes [T, K] }
//!       ──windows──▶ WindowBatch { dense [N, L, F], codes [N, L, K], steps [N, L], valid [N] }
//!       ──Engine──▶ logits [N, classes] ──stages, aggregate, decision──▶ Prediction { id, class, probabilities, windows }
//! ```
//!
//! In browsers one instance reads a file and others classify its recordings, which travel between them as portions:
//!
//! ```text
//! Recording [T, C] ──Portion { ids, first, ended, steps, values [all steps, C], codes [all steps, K] }──▶ Segment [T, C]
//! ```
//!
//! Each arrow is one module, and each module knows only the types of the one before it:
//!
//! | module | does |
//! |---|---|
//! | [`recording`] | what the columns of a CSV are ([`Schema`]) and one subject's data ([`Recording`]) |
//! | [`reading`] | bytes of files as people have them to recordings, with what was put right and what was refused |
//! | [`sampling`] | a recording's steps as the model was trained on: gaps and rate |
//! | `spreadsheet` | workbooks to the text that [`reading`] reads (feature `spreadsheet`) |
//! | [`features`] | a recording to the network's inputs, by a transform fitted on training data |
//! | [`windows`] | features to fixed-length windows |
//! | [`network`] | what a network is: its configuration, its parameters and (feature `burn`) its Burn modules |
//! | [`bundle`] | a model as one file |
//! | [`engine`] | windows to logits: the fused CPU pass, Burn on CPU, Burn on WebGPU |
//! | [`stages`] | members' logits to a window's probabilities, for ensembles and stages alike |
//! | [`aggregate`] | the probabilities of windows to one prediction per subject |
//! | [`decision`] | a subject's probabilities to calibrated ones and a class |
//! | [`conformal`] | a subject's probabilities to the set of classes that it may well be of |
//! | [`novelty`] | whether a recording is like those that the model was trained on |
//! | [`classifier`] | the entry point: a bundle and an engine; recordings in, predictions out |
//! | [`portion`] | recordings and their segments side by side, on the way to another instance |
//! | [`job`], `segments` | files: bytes in, complete recordings and segments of long ones out while they are being read |
//! | [`labels`] | true labels, from a file of them or a column of the recordings |
//! | [`kind`] | what a file is, by its first bytes |
//! | [`evaluation`] | true and predicted classes to scores |
//! | `simd` | instruction sets: vectors and dispatch |
//! | `sorted` | sorting, compiled once |
//! | `web` | the JavaScript surface (wasm32 only) |

pub mod aggregate;
pub mod bundle;
pub mod classifier;
pub mod conformal;
pub mod decision;
pub mod engine;
pub mod evaluation;
pub mod features;
pub mod job;
pub mod kind;
pub mod labels;
pub mod network;
pub mod novelty;
mod number;
pub mod portion;
pub mod reading;
pub mod recording;
pub mod sampling;
mod segments;
mod simd;
mod sorted;
#[cfg(feature = "spreadsheet")]
pub mod spreadsheet;
pub mod stages;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
mod web;
pub mod windows;

pub use bundle::Bundle;
pub use classifier::{Classifier, Prediction};
pub use recording::{Recording, Schema};
