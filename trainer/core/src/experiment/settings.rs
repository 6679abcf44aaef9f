//! Settings and observers of a run.

use burn::tensor::Device;
use painwave::engine::{EngineError, EngineKind};
use painwave::recording::Schema;

use super::part::Part;
use crate::host::{Scheduler, Store};
use crate::preparation::Preparation;
use crate::training::{self, Problem};

/// How a recipe is run.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Where to train, without autodiff.
    pub device: &'a Device,
    /// Last epoch of this call, if the recipe has more.
    pub epochs: Option<usize>,
    /// Whether to continue what the store keeps.
    pub resume: bool,
    /// Today, as the model card says it: `2026-11-27`.
    pub date: &'a str,
    /// Keeps the checkpoints.
    pub store: &'a dyn Store,
    /// Runs the trainings.
    pub scheduler: &'a dyn Scheduler,
    /// Observes the run.
    pub observer: &'a dyn Observer,
}

/// Observes the run of a recipe.
pub trait Observer: Sync {
    /// A network is about to be trained; what is returned is told of its epochs.
    fn training(&self, plan: &Plan<'_>) -> Box<dyn training::Observer + '_>;

    /// An engine of this build misses the known answers of the bundle, so that another one validates it.
    fn engine_refused(&self, engine: EngineKind, error: &EngineError);
}

/// A network that is about to be trained.
pub struct Plan<'a> {
    /// Which of the recipe's.
    pub part: Part,
    /// What it is trained on.
    pub problem: &'a Problem,
    /// How its features were fitted.
    pub preparation: &'a Preparation,
    /// The columns that the model reads.
    pub schema: &'a Schema,
    /// Threads that compute its batches.
    pub threads: usize,
}
