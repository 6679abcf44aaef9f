//! The threads of a run.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Threads that each work on a part of a job.
///
/// Every thread is a pool of its own, so that what Burn would spread over rayon's pool stays on the thread
/// that asked for it: parts are large enough to keep a thread busy, and a thread that waits for another's
/// part only loses time.
#[derive(Debug)]
pub struct Workers(Vec<ThreadPool>);

impl Workers {
    /// Starts `threads` threads, at least one.
    ///
    /// # Errors
    /// The system has no more threads.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let one = || ThreadPoolBuilder::new().num_threads(1).build();
        (0..threads.max(1)).map(|_| one()).collect::<Result<_, _>>().map(Workers)
    }

    /// Number of threads.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Runs the job on each part, the first part on the first thread, and returns the results in order. There
    /// must not be more parts than threads.
    pub fn run<P: Send, R: Send>(&self, parts: Vec<P>, job: impl Fn(P) -> R + Sync) -> Vec<R> {
        assert!(parts.len() <= self.0.len(), "{} parts for {} threads", parts.len(), self.0.len());
        let mut results: Vec<Option<R>> = parts.iter().map(|_| None).collect();
        let pools = &self.0[..parts.len()];
        spread(pools, parts.into_iter().zip(&mut results).collect(), &job);
        // A job that panics has made `spread` panic too, so every place is filled.
        results.into_iter().flatten().collect()
    }
}

fn spread<P: Send, R: Send>(
    pools: &[ThreadPool],
    mut work: Vec<(P, &mut Option<R>)>,
    job: &(impl Fn(P) -> R + Sync),
) {
    let (Some((part, result)), [first @ .., last]) = (work.pop(), pools) else { return };
    last.in_place_scope(|scope| {
        scope.spawn(|_| *result = Some(job(part)));
        spread(first, work, job);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_run_at_once_on_threads_of_their_own_and_results_keep_their_order() {
        let workers = Workers::new(3).unwrap();
        let barrier = std::sync::Barrier::new(3);
        let results = workers.run(vec![1, 2, 3], |part| {
            barrier.wait();
            (part * part, rayon::current_num_threads())
        });
        assert_eq!(results, [(1, 1), (4, 1), (9, 1)]);
        assert_eq!(workers.run(vec![7], |part| part), [7]);
    }
}
