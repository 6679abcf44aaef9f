//! Recordings of any length are cut as the configuration says.

use painwave::features::Features;
use painwave::windows::{Tail, WindowBatch, WindowConfig};
use wasm_bindgen_test::wasm_bindgen_test;

fn starts(length: usize, stride: usize, tail: Tail, steps: usize) -> Vec<usize> {
    WindowConfig { length, stride, tail }.starts(steps).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn windows_of_the_reports() {
    assert_eq!(starts(16, 4, Tail::Drop, 160), (0..37).map(|i| i * 4).collect::<Vec<_>>());
    // 25 steps every 2: the last whole window ends at step 159, so one padded window is left.
    let padded = starts(25, 2, Tail::Pad, 160);
    assert_eq!((padded.len(), padded.last()), (69, Some(&136)));
    assert_eq!(starts(25, 2, Tail::Drop, 160).len(), 68);
}

#[wasm_bindgen_test(unsupported = test)]
fn every_length_has_a_window_and_none_starts_past_the_end() {
    for tail in [Tail::Drop, Tail::Pad] {
        for (length, stride) in [(1, 1), (3, 1), (3, 2), (3, 3), (3, 7)] {
            assert!(starts(length, stride, tail, 0).is_empty());
            for steps in 1..40 {
                let starts = starts(length, stride, tail, steps);
                assert!(
                    !starts.is_empty() && starts.iter().all(|start| *start < steps),
                    "{steps} steps: {starts:?}"
                );
                let covered = starts.last().map_or(0, |start| start + length);
                if tail == Tail::Pad && stride <= length {
                    assert!(covered >= steps, "{steps} steps: {starts:?} leave some out");
                } else if steps >= length && tail == Tail::Drop {
                    assert!(covered <= steps, "{steps} steps: {starts:?} reach past the end");
                }
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn padding_is_zeros_and_steps_count_on() {
    let config = WindowConfig { length: 3, stride: 2, tail: Tail::Pad };
    let features = Features {
        steps: 4,
        width: 2,
        codes_width: 1,
        dense: (1..=8).map(|value| value as f32).collect(),
        codes: vec![1, 2, 3, 4],
        ..Features::default()
    };
    let mut batch = WindowBatch::default();
    for start in config.starts(features.steps) {
        config.append(&features, start, &mut batch);
    }
    assert_eq!(batch.windows, 2);
    assert_eq!(batch.dense, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 5.0, 6.0, 7.0, 8.0, 0.0, 0.0]);
    assert_eq!(batch.codes, [1, 2, 3, 3, 4, 0]);
    assert_eq!(batch.steps, [0, 1, 2, 2, 3, 4]);
    assert_eq!(batch.valid, [3, 2]);
}

#[wasm_bindgen_test(unsupported = test)]
fn step_indices_saturate() {
    let config = WindowConfig { length: 2, stride: 1, tail: Tail::Drop };
    let steps = 70_000;
    let features = Features { steps, width: 1, dense: vec![0.0; steps], ..Features::default() };
    let mut batch = WindowBatch::default();
    config.append(&features, 65_534, &mut batch);
    config.append(&features, 69_998, &mut batch);
    assert_eq!(batch.steps, [65_534, 65_535, 65_535, 65_535]);
}
