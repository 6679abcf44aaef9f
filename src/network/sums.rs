//! Sums over rows of numbers.

/// Partial sums, so that a CPU adds several terms at once.
const LANES: usize = 16;

/// The sum of a term of the numbers that rows of equal length have at each index.
#[inline(always)]
pub(super) fn sum_of<const N: usize>(rows: [&[f32]; N], term: impl Fn([f32; N]) -> f32) -> f32 {
    let rows = rows.map(<[f32]>::as_chunks::<LANES>);
    let whole = rows.iter().map(|(chunks, _)| chunks.len()).min().unwrap_or(0);
    let mut lanes = [0.0; LANES];
    for chunk in 0..whole {
        let chunks = rows.map(|(chunks, _)| &chunks[chunk]);
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += term(chunks.map(|chunk| chunk[lane]));
        }
    }
    let rest = rows.iter().map(|(_, rest)| rest.len()).min().unwrap_or(0);
    let rest: f32 = (0..rest).map(|index| term(rows.map(|(_, rest)| rest[index]))).sum();
    lanes.iter().sum::<f32>() + rest
}
