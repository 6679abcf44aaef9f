//! Many recordings, classified by all cores.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use painwave::Bundle;
use painwave::classifier::{Classifier, Prediction};
use painwave::engine::{EngineKind, Precision};
use painwave::recording::Recording;
use painwave_train::assemble;

use crate::error::Error;
use crate::queue::{self, Cancel};
use crate::{progress, threads};

/// Recordings that a thread classifies at once: enough for its batches to be large, few enough for the threads to end
/// together.
const PORTION: usize = 16;

/// What to classify with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// The engine; without it the first that can run the bundle.
    pub engine: Option<EngineKind>,
    /// The least exact precision; without it those that the bundle allows.
    pub precision: Option<Precision>,
    /// Threads; without it one a core.
    pub threads: Option<NonZeroUsize>,
}

impl Choice {
    /// A classifier on the chosen engine.
    ///
    /// # Errors
    /// The bundle is not a whole model, or the engine cannot run it.
    pub fn classifier(&self, bundle: &Bundle) -> Result<Classifier, Error> {
        let on = |bundle, engine| match self.precision {
            Some(precision) => pollster::block_on(Classifier::with_precision(bundle, engine, precision)),
            None => pollster::block_on(Classifier::new(bundle, engine)),
        };
        Ok(match (self.engine, self.precision) {
            (Some(engine), _) => on(bundle.clone(), engine)?,
            (None, Some(_)) => on(bundle.clone(), EngineKind::Cpu)?,
            (None, None) => assemble::classifier(bundle, &progress::refused)?,
        })
    }

    /// Classifies recordings, each thread with a classifier of its own; one prediction each, in their order.
    ///
    /// # Errors
    /// As [`Choice::classifier`], or a recording cannot be classified.
    pub fn classify(&self, bundle: &Bundle, recordings: &[&Recording]) -> Result<Vec<Prediction>, Error> {
        let portions: Vec<&[&Recording]> = recordings.chunks(PORTION).collect();
        let threads = self.threads.map_or_else(threads::cores, usize::from);
        let threads = threads.min(portions.len());
        let next = AtomicUsize::new(0);
        // An engine stays on its thread: a job is a thread's whole work, which takes portions as they come.
        let job = |_: usize, cancel: &Cancel<'_>| {
            let classifier = self.classifier(bundle)?;
            let mut done = Vec::new();
            while !cancel.is_set() {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(portion) = portions.get(index) else { break };
                done.push((index, pollster::block_on(classifier.classify(portion))?));
            }
            Ok::<_, Error>(done)
        };
        let never = AtomicBool::new(false);
        let mut classified = vec![Vec::new(); portions.len()];
        queue::run(threads, threads, &never, job, |_, done| {
            done?.into_iter().for_each(|(index, predictions)| classified[index] = predictions);
            Ok::<_, Error>(())
        })?;
        Ok(classified.concat())
    }
}
