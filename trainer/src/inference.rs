//! Many recordings, classified by all cores.

use std::num::NonZeroUsize;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use painwave::Bundle;
use painwave::classifier::{Classifier, Prediction};
use painwave::engine::{EngineKind, Precision};
use painwave::recording::Recording;
use painwave_train::assemble;

use crate::error::Error;

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
            (None, None) => assemble::classifier(bundle)?,
        })
    }

    /// Classifies recordings, each thread with a classifier of its own; one prediction each, in their order.
    ///
    /// # Errors
    /// As [`Choice::classifier`], or a recording cannot be classified.
    pub fn classify(&self, bundle: &Bundle, recordings: &[&Recording]) -> Result<Vec<Prediction>, Error> {
        let portions: Vec<&[&Recording]> = recordings.chunks(PORTION).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            let mut classifier = None;
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(portion) = portions.get(place) else { return Ok::<_, Error>(done) };
                let classifier = match &classifier {
                    Some(classifier) => classifier,
                    None => classifier.insert(self.classifier(bundle)?),
                };
                done.push((place, pollster::block_on(classifier.classify(portion))?));
            }
        };
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.map_or_else(cores, usize::from).min(portions.len());
        let mut done = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let join = |thread: thread::ScopedJoinHandle<'_, _>| match thread.join() {
                Ok(done) => done,
                Err(panic) => panic::resume_unwind(panic),
            };
            threads.into_iter().map(join).collect::<Result<Vec<_>, _>>()
        })?
        .concat();
        done.sort_by_key(|(place, _)| *place);
        Ok(done.into_iter().flat_map(|(_, predictions)| predictions).collect())
    }
}
