//! Sorting what is not on the way of every row.

use std::cmp::Ordering;

/// The numbers below `count` in the order of what they stand for; equal ones stay in theirs.
///
/// Every type that is sorted would have some 10 kB of machine code of its own.
pub(crate) fn in_order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    numbers.sort_by(|a, b| compare(*a, *b));
    numbers
}
