//! Recordings of the shape, statistics and difficulty of the Pirate Pain data.
//!
//! The real files may not be redistributed. These come from an explicit generative model: a subject's class,
//! then its hidden state ([`subject::Latents`]), then what the sensors show of it. [`model`] holds all numbers
//! and where each comes from, [`published`] the distributions that [`marginal`] gives the columns.

pub mod likelihood;
mod marginal;
pub mod model;
mod monotone;
mod population;
pub mod published;
mod resting;
pub mod subject;
pub mod table;
