//! Jobs side by side, begun in their order, each with its share of the threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// How many jobs run at once, and with how many threads each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Jobs at once.
    pub jobs: usize,
    /// Threads of each.
    pub threads: usize,
}

impl Shares {
    /// Shares `cores` among `count` jobs: one job a core unless `jobs` are asked for, and what cores each of them has
    /// unless `threads` are.
    pub fn new(
        cores: usize,
        count: usize,
        jobs: Option<NonZeroUsize>,
        threads: Option<NonZeroUsize>,
    ) -> Self {
        let jobs = jobs.map_or(cores, usize::from).min(count).max(1);
        Shares { jobs, threads: threads.map_or((cores / jobs).max(1), usize::from) }
    }
}

/// Whether the jobs are to end early.
#[derive(Debug)]
pub struct Cancel<'a> {
    outside: &'a AtomicBool,
    failed: AtomicBool,
}

impl Cancel<'_> {
    /// Whether somebody outside has asked for it, or a result could not be taken.
    pub fn is_set(&self) -> bool {
        self.outside.load(Ordering::Relaxed) || self.failed.load(Ordering::Relaxed)
    }
}

/// Runs `job` for every index below `count`, `jobs` at once. The results go to `take` on the thread of the caller, as
/// the jobs end.
///
/// # Errors
/// The first of `take`. No job is begun after it, nor after `interrupt` is set; those that run are waited for.
pub fn run<R: Send, E>(
    count: usize,
    jobs: usize,
    interrupt: &AtomicBool,
    job: impl Fn(usize, &Cancel<'_>) -> R + Sync,
    mut take: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    let cancel = Cancel { outside: interrupt, failed: AtomicBool::new(false) };
    let next = AtomicUsize::new(0);
    let mut first_error = None;
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..jobs.clamp(1, count.max(1)) {
            let (sender, next, cancel, job) = (sender.clone(), &next, &cancel, &job);
            scope.spawn(move || {
                while !cancel.is_set() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || sender.send((index, job(index, cancel))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (index, result) in results {
            if let Err(error) = take(index, result) {
                cancel.failed.store(true, Ordering::Relaxed);
                first_error.get_or_insert(error);
            }
        }
    });
    first_error.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Barrier;

    use super::*;

    static RUNNING: AtomicBool = AtomicBool::new(false);

    fn some(number: usize) -> Option<NonZeroUsize> {
        NonZeroUsize::new(number)
    }

    #[test]
    fn cores_are_shared_out_unless_numbers_are_asked_for() {
        let shares = |cores, count, jobs, threads| {
            let Shares { jobs, threads } = Shares::new(cores, count, jobs, threads);
            (jobs, threads)
        };
        assert_eq!(shares(8, 20, None, None), (8, 1));
        assert_eq!(shares(8, 3, None, None), (3, 2));
        assert_eq!(shares(8, 20, some(2), None), (2, 4));
        assert_eq!(shares(2, 20, some(4), None), (4, 1));
        assert_eq!(shares(2, 20, None, some(3)), (2, 3));
    }

    #[test]
    fn as_many_jobs_as_asked_for_run_at_once_and_each_result_is_taken() {
        // Nobody gets over the barrier alone.
        let barrier = Barrier::new(3);
        let mut taken = BTreeSet::new();
        let job = |index: usize, _: &Cancel<'_>| {
            barrier.wait();
            index * index
        };
        let take = |index, square| {
            taken.insert((index, square));
            Ok::<(), ()>(())
        };
        run(6, 3, &RUNNING, job, take).unwrap();
        assert_eq!(taken, (0..6).map(|index| (index, index * index)).collect());
    }

    #[test]
    fn after_an_error_no_job_is_begun_and_those_that_run_are_told() {
        let begun = AtomicUsize::new(0);
        let job = |index: usize, cancel: &Cancel<'_>| {
            begun.fetch_add(1, Ordering::Relaxed);
            // All others wait for the failure of the first.
            while index > 0 && !cancel.is_set() {
                thread::yield_now();
            }
        };
        let result = run(9, 2, &RUNNING, job, |index, ()| if index == 0 { Err("first") } else { Ok(()) });
        assert_eq!(result, Err("first"));
        assert!(begun.into_inner() <= 3);
    }

    #[test]
    fn after_an_interrupt_no_job_is_begun() {
        let interrupt = AtomicBool::new(false);
        let mut taken = Vec::new();
        let job = |_: usize, _: &Cancel<'_>| interrupt.store(true, Ordering::Relaxed);
        let take = |index, ()| {
            taken.push(index);
            Ok::<(), ()>(())
        };
        run(9, 1, &interrupt, job, take).unwrap();
        assert_eq!(taken, [0]);
    }
}
