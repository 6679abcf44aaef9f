//! Random numbers for files that are changed at random.

/// Numbers below a bound that are the same on every machine: a linear congruential generator (D. E. Knuth, MMIX).
pub fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    }
}
