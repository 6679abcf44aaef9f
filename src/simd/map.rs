//! Elementwise operations on rows of values.

use super::vector::{MAX_LANES, Vector};

/// An elementwise operation on `R + W` rows: `R` are read only, `W` are read and replaced.
///
/// A trait rather than a closure, which the compiler would not inline into where the instructions are enabled.
pub(crate) trait Elementwise<const R: usize, const W: usize> {
    /// The vectors that replace `written`, all of the same index in their rows. To be `#[inline(always)]`.
    fn apply<V: Vector>(read: [V; R], written: [V; W]) -> [V; W];
}

/// Applies an elementwise operation to rows of the same length.
///
/// # Safety
/// The CPU must have the instructions of `V`.
///
/// # Panics
/// If the rows differ in length.
#[inline(always)]
pub(crate) unsafe fn map_rows<V: Vector, F: Elementwise<R, W>, const R: usize, const W: usize>(
    read: [&[f32]; R],
    written: [&mut [f32]; W],
) {
    let len = written[0].len();
    assert!(read.iter().all(|row| row.len() == len) && written.iter().all(|row| row.len() == len));
    let read = read.map(|row| row.as_ptr());
    let written = written.map(|row| row.as_mut_ptr());
    let whole = len - len % V::LANES;
    for index in (0..whole).step_by(V::LANES) {
        // SAFETY: the CPU has the instructions, as the caller guarantees, and `index + LANES <= len`, the length of
        // each row.
        unsafe {
            map_vectors::<V, F, _, _>(read.map(|row| row.add(index)), written.map(|row| row.add(index)))
        };
    }
    if whole < len {
        // SAFETY: `len - whole` values, fewer than `LANES`, are left of each row; the arrays hold `MAX_LANES` values,
        // at least `LANES`; the CPU has the instructions, as the caller guarantees.
        unsafe {
            let fill = |row: *const f32| {
                const { assert!(V::LANES <= MAX_LANES) };
                let mut vector = [0.0; MAX_LANES];
                row.add(whole).copy_to_nonoverlapping(vector.as_mut_ptr(), len - whole);
                vector
            };
            let read_end = read.map(fill);
            let mut written_end = written.map(|row| fill(row));
            map_vectors::<V, F, _, _>(
                read_end.each_ref().map(|vector| vector.as_ptr()),
                written_end.each_mut().map(|vector| vector.as_mut_ptr()),
            );
            for (row, vector) in written.into_iter().zip(&written_end) {
                row.add(whole).copy_from_nonoverlapping(vector.as_ptr(), len - whole);
            }
        }
    }
}

/// As [`map_rows`] for one vector of each row.
///
/// # Safety
/// The CPU must have the instructions of `V`; the pointers must be valid for reads and, those of `written`, for writes
/// of `V::LANES` values.
#[inline(always)]
unsafe fn map_vectors<V: Vector, F: Elementwise<R, W>, const R: usize, const W: usize>(
    read: [*const f32; R],
    written: [*mut f32; W],
) {
    // SAFETY: the caller guarantees the instructions and `LANES` values at each pointer.
    unsafe {
        let mut inputs = [V::splat(0.0); R];
        for (vector, from) in inputs.iter_mut().zip(read) {
            *vector = V::load(from);
        }
        let mut before = [V::splat(0.0); W];
        for (vector, from) in before.iter_mut().zip(written) {
            *vector = V::load(from);
        }
        for (after, to) in F::apply(inputs, before).into_iter().zip(written) {
            after.store(to);
        }
    }
}
