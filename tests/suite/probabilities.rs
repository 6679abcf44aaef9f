//! Probabilities of classes, for tests of what is made of them.

/// Logits whose softmax is `[p, 1 - p]`.
pub fn logits(p: f32) -> [f32; 2] {
    [p.ln(), (1.0 - p).ln()]
}

pub fn assert_close(found: &[f32], expected: &[f32]) {
    let close =
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(close, "{found:?} instead of {expected:?}");
}
