//! Window logits become a subject's class as each report says.

use painwave::aggregate::{Aggregate, MemberAggregation, WindowAggregation, softmax};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::probabilities::{assert_close, logits};

fn combine(members: MemberAggregation, windows: WindowAggregation, logits: &[&[f32]]) -> Aggregate {
    windows.combine(&members.probabilities(logits, 2), 2)
}

#[wasm_bindgen_test(unsupported = test)]
fn mean_probability_weighs_windows_alike() {
    let windows = [logits(0.9), logits(0.2), logits(0.3)].concat();
    let outcome =
        combine(MemberAggregation::MeanProbability, WindowAggregation::MeanProbability, &[&windows]);
    assert_eq!(outcome.class, 1);
    assert_close(&outcome.probabilities, &[1.4 / 3.0, 1.6 / 3.0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn mean_logit_lets_a_sure_window_win() {
    let windows = [logits(0.999), logits(0.3), logits(0.3)].concat();
    let mean = [(0.999f32.ln() + 2.0 * 0.3f32.ln()) / 3.0, (0.001f32.ln() + 2.0 * 0.7f32.ln()) / 3.0];
    let outcome = combine(MemberAggregation::MeanProbability, WindowAggregation::MeanLogit, &[&windows]);
    assert_eq!(outcome.class, 0);
    assert_close(&outcome.probabilities, &softmax(&mean));
}

#[wasm_bindgen_test(unsupported = test)]
fn majority_vote_counts_windows_and_breaks_ties_by_probability() {
    let vote =
        |windows: &[f32]| combine(MemberAggregation::MeanLogit, WindowAggregation::MajorityVote, &[windows]);
    let outcome = vote(&[logits(0.999), logits(0.4), logits(0.4)].concat());
    assert_eq!(outcome.class, 1);
    assert_close(&outcome.probabilities, &[1.0 / 3.0, 2.0 / 3.0]);
    assert_eq!(vote(&[logits(0.6), logits(0.1)].concat()).class, 1);
    assert_eq!(vote(&[logits(0.9), logits(0.4)].concat()).class, 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn members_are_combined_within_each_window() {
    let (sure, unsure) = (logits(0.99), logits(0.2));
    let of = |members| combine(members, WindowAggregation::MeanProbability, &[&sure, &unsure]);
    assert_close(&of(MemberAggregation::MeanProbability).probabilities, &[0.595, 0.405]);
    let mean = [(sure[0] + unsure[0]) / 2.0, (sure[1] + unsure[1]) / 2.0];
    assert_close(&of(MemberAggregation::MeanLogit).probabilities, &softmax(&mean));
}

#[wasm_bindgen_test(unsupported = test)]
fn large_logits_do_not_overflow() {
    assert_close(&softmax(&[1e30, 0.0, -1e30]), &[1.0, 0.0, 0.0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_million_windows_are_as_exact_as_one() {
    let window = [0.1, 0.85, 0.05];
    let mean = WindowAggregation::MeanProbability.combine(&window.repeat(1_000_000), 3);
    assert_close(&mean.probabilities, &window);
    let logit = WindowAggregation::MeanLogit.combine(&window.repeat(1_000_000), 3);
    assert_close(&logit.probabilities, &window);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_million_alternating_windows_get_the_class_of_their_mean() {
    // The first class leads by 1e-4 in the mean.
    let pair = [0.9001, 0.0999, 0.1, 0.9];
    for aggregation in [WindowAggregation::MeanProbability, WindowAggregation::MeanLogit] {
        let expected = aggregation.combine(&pair, 2);
        let outcome = aggregation.combine(&pair.repeat(500_000), 2);
        assert_eq!(outcome.class, expected.class, "{aggregation:?}");
        assert_close(&outcome.probabilities, &expected.probabilities);
    }
}

// Past 2^24 an f32 does not count on.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_vote_counts() {
    let votes = 1 << 24;
    let mut windows = [1.0, 0.0].repeat(votes);
    // Were the votes even, the mean would decide for the first class.
    windows.extend([0.4, 0.6].repeat(votes + 2));
    let outcome = WindowAggregation::MajorityVote.combine(&windows, 2);
    assert_eq!(outcome.class, 1);
    assert!((outcome.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_largest_logits_have_a_mean() {
    let (a, b) = ([f32::MAX, 0.0], [f32::MAX, f32::MIN]);
    let of = |members: MemberAggregation| members.probabilities(&[&a, &b], 2);
    assert_close(&of(MemberAggregation::MeanLogit), &[1.0, 0.0]);
    assert_close(&of(MemberAggregation::MeanProbability), &[1.0, 0.0]);
}
