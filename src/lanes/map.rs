//! Rows of numbers, computed a vector at a time.

use super::{Baseline, Lanes, MOST_LANES};

/// What can be computed with any vectors.
pub(crate) trait Job {
    /// Computes it. To be inlined into a function that enables the instructions of `L`.
    ///
    /// # Safety
    /// The CPU must have the instructions of `L`.
    unsafe fn run<L: Lanes>(self);
}

/// Computes with the widest vectors of this machine.
pub(crate) fn on_widest_lanes(job: impl Job) {
    #[cfg(target_arch = "x86_64")]
    {
        use super::{Avx2, Avx512};

        #[target_feature(enable = "avx512f,avx512bw")]
        unsafe fn avx512(job: impl Job) {
            // SAFETY: the caller's promise.
            unsafe { job.run::<Avx512>() }
        }

        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2(job: impl Job) {
            // SAFETY: the caller's promise.
            unsafe { job.run::<Avx2>() }
        }

        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
            // SAFETY: just asked for.
            return unsafe { avx512(job) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: just asked for.
            return unsafe { avx2(job) };
        }
    }
    // SAFETY: every machine that this build is for has the baseline.
    unsafe { job.run::<Baseline>() }
}

/// What becomes of the vectors at one place of `C` rows, given those of `R` others.
///
/// A trait rather than a closure, which the compiler would not inline into where the instructions are
/// enabled.
pub(crate) trait Rule<const R: usize, const C: usize> {
    /// The vectors that replace `changed`. To be inlined.
    fn apply<L: Lanes>(read: [L; R], changed: [L; C]) -> [L; C];
}

/// Applies a rule to rows that are equally long.
///
/// # Safety
/// The CPU must have the instructions of `L`.
#[inline(always)]
pub(crate) unsafe fn map<L: Lanes, F: Rule<R, C>, const R: usize, const C: usize>(
    read: [&[f32]; R],
    changed: [&mut [f32]; C],
) {
    let len = changed[0].len();
    assert!(read.iter().all(|row| row.len() == len) && changed.iter().all(|row| row.len() == len));
    let read = read.map(|row| row.as_ptr());
    let changed = changed.map(|row| row.as_mut_ptr());
    let whole = len - len % L::COUNT;
    for place in (0..whole).step_by(L::COUNT) {
        // SAFETY: a whole vector starts at `place` of each row; the CPU is the caller's promise.
        unsafe {
            map_vector::<L, F, _, _>(read.map(|row| row.add(place)), changed.map(|row| row.add(place)))
        };
    }
    if whole < len {
        // SAFETY: `len - whole` numbers are left of each row; the arrays hold a vector of any width.
        unsafe {
            let fill = |row: *const f32| {
                const { assert!(L::COUNT <= MOST_LANES) };
                let mut vector = [0.0; MOST_LANES];
                row.add(whole).copy_to_nonoverlapping(vector.as_mut_ptr(), len - whole);
                vector
            };
            let read_end = read.map(fill);
            let mut changed_end = changed.map(|row| fill(row));
            map_vector::<L, F, _, _>(
                read_end.each_ref().map(|vector| vector.as_ptr()),
                changed_end.each_mut().map(|vector| vector.as_mut_ptr()),
            );
            for (row, vector) in changed.into_iter().zip(&changed_end) {
                row.add(whole).copy_from_nonoverlapping(vector.as_ptr(), len - whole);
            }
        }
    }
}

/// As [`map`] for one vector.
///
/// # Safety
/// The CPU must have the instructions of `L`; the pointers must be valid for `L::COUNT` numbers.
#[inline(always)]
unsafe fn map_vector<L: Lanes, F: Rule<R, C>, const R: usize, const C: usize>(
    read: [*const f32; R],
    changed: [*mut f32; C],
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut inputs = [L::splat(0.0); R];
        for (vector, from) in inputs.iter_mut().zip(read) {
            *vector = L::load(from);
        }
        let mut before = [L::splat(0.0); C];
        for (vector, from) in before.iter_mut().zip(changed) {
            *vector = L::load(from);
        }
        for (after, to) in F::apply(inputs, before).into_iter().zip(changed) {
            after.store(to);
        }
    }
}
