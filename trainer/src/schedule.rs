//! Jobs side by side: how many at once, and with how many threads each. Folds of one run, runs of a study and portions
//! of a file are all scheduled here.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// How jobs share threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Jobs that run at once.
    pub at_once: usize,
    /// Threads of each.
    pub threads: usize,
}

impl Shares {
    /// Of `threads` threads over `jobs` jobs: one thread a job before a second thread for any of them, since jobs side
    /// by side never wait for each other and threads of one job do.
    pub fn of(threads: usize, jobs: usize) -> Self {
        let at_once = threads.min(jobs).max(1);
        Shares { at_once, threads: (threads / at_once).max(1) }
    }
}

/// Cores of this machine, as far as this process may use them.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does jobs in their order, `at_once` at a time, each runner with a state of its own; the results are in the order of
/// the jobs. The next job is begun by the runner that is free first.
pub fn run<J: Sync, S, R: Send>(
    jobs: &[J],
    at_once: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &J) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let runner = || {
        let (mut state, mut done) = (state(), Vec::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(index) else { return done };
            done.push((index, work(&mut state, job)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let runners: Vec<_> = (0..at_once.min(jobs.len())).map(|_| scope.spawn(runner)).collect();
        let join = |runner: ScopedJoinHandle<'_, Vec<_>>| {
            runner.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
        };
        runners.into_iter().flat_map(join).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn jobs_come_before_threads() {
        let shares = |threads, jobs| {
            let Shares { at_once, threads } = Shares::of(threads, jobs);
            (at_once, threads)
        };
        assert_eq!(shares(2, 5), (2, 1));
        assert_eq!(shares(16, 5), (5, 3));
        assert_eq!(shares(4, 1), (1, 4));
        assert_eq!(shares(1, 5), (1, 1));
        assert_eq!(shares(4, 0), (1, 4));
    }

    #[test]
    fn jobs_run_at_once_and_results_keep_their_order() {
        let barrier = Barrier::new(3);
        let work = |_: &mut (), job: &usize| {
            barrier.wait();
            job * job
        };
        assert_eq!(run(&[1, 2, 3, 4, 5, 6], 3, || (), work), [1, 4, 9, 16, 25, 36]);
        assert_eq!(run(&[], 3, || (), work), [0; 0]);
    }

    #[test]
    fn a_runner_keeps_its_state() {
        let count = |seen: &mut usize, _: &char| {
            *seen += 1;
            *seen
        };
        assert_eq!(run(&['a', 'b', 'c'], 1, || 0, count), [1, 2, 3]);
    }
}
