//! The threads of a run: what `painwave_train` is handed to compute side by side.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use painwave_train::host::{Executor, HostError, Share, Task};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::queue::{self, Cancel, Shares};

/// Threads that each compute a share of a batch.
///
/// Every thread is a pool of its own, so that what Burn would spread over rayon's pool stays on the thread
/// that asked for it: shares are large enough to keep a thread busy, and a thread that waits for another's
/// share only loses time.
#[derive(Debug)]
pub struct Threads(Vec<ThreadPool>);

impl Threads {
    /// Starts `threads` threads, at least one.
    ///
    /// # Errors
    /// The system has no more threads.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        (0..threads.max(1)).map(|_| pool(1)).collect::<Result<_, _>>().map(Threads)
    }
}

fn pool(threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(threads).build()
}

impl Executor for Threads {
    fn threads(&self) -> usize {
        self.0.len()
    }

    fn shares(&self, shares: Vec<Share<'_>>) {
        assert!(shares.len() <= self.0.len(), "{} shares for {} threads", shares.len(), self.0.len());
        spread(&self.0, shares);
    }

    fn tasks(&self, tasks: Vec<Task<'_>>) -> Result<(), HostError> {
        let Shares { jobs, threads } = Shares::new(self.threads(), tasks.len(), None, None);
        // A task is taken out of its place by the job that runs it.
        let tasks: Vec<Mutex<Option<Task<'_>>>> =
            tasks.into_iter().map(|task| Mutex::new(Some(task))).collect();
        let job = |index: usize, _: &Cancel<'_>| {
            // What Burn computes outside of batches, such as validation, is spread over threads of the task, too.
            let (pool, threads) = (pool(threads)?, Threads::new(threads)?);
            if let Some(task) = tasks[index].lock().ok().and_then(|mut task| task.take()) {
                pool.install(|| task(&threads));
            }
            Ok(())
        };
        // Tasks are told by their own observer when to end.
        let never = AtomicBool::new(false);
        queue::run(tasks.len(), jobs, &never, job, |_, result| result)
            .map_err(|error: ThreadPoolBuildError| HostError(Box::new(error)))
    }
}

/// Cores of this machine, as far as this process may use them.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn spread(pools: &[ThreadPool], mut shares: Vec<Share<'_>>) {
    let (Some(share), [first @ .., last]) = (shares.pop(), pools) else { return };
    last.in_place_scope(|scope| {
        scope.spawn(|_| share());
        spread(first, shares);
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use painwave_train::host;

    use super::*;

    #[test]
    fn shares_run_at_once_on_threads_of_their_own_and_results_keep_their_order() {
        let threads = Threads::new(3).unwrap();
        let barrier = Barrier::new(3);
        let results = host::spread(&threads, vec![1, 2, 3], |part| {
            barrier.wait();
            (part * part, rayon::current_num_threads())
        });
        assert_eq!(results, [(1, 1), (4, 1), (9, 1)]);
        assert_eq!(host::spread(&threads, vec![7], |part| part), [7]);
    }

    #[test]
    fn tasks_run_at_once_and_share_the_threads() {
        let threads = Threads::new(5).unwrap();
        let barrier = Barrier::new(2);
        let mut counts = [(0, 0); 2];
        let tasks = counts.iter_mut().map(|count| {
            let barrier = &barrier;
            Box::new(move |executor: &dyn Executor| {
                barrier.wait();
                *count = (executor.threads(), rayon::current_num_threads());
            }) as Task<'_>
        });
        threads.tasks(tasks.collect()).unwrap();
        assert_eq!(counts, [(2, 2); 2]);
    }
}
