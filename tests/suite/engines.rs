//! Every engine of the build against PyTorch's answers.

use painwave::engine::{self, EngineError, EngineKind, Precision};
use painwave::windows::WindowBatch;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::golden::{self, Golden};

/// Max difference of a logit.
fn tolerance(precision: Precision) -> f32 {
    match precision {
        Precision::F32 => 1e-4,
        Precision::I16 => 2e-3,
        Precision::I8 => 0.05,
    }
}

/// The precisions of an engine.
fn precisions(kind: EngineKind) -> &'static [Precision] {
    match kind {
        EngineKind::Cpu => &[Precision::F32, Precision::I16, Precision::I8],
        _ => &[Precision::F32],
    }
}

/// Cases that the GPU engine runs in a browser, where tests have a software adapter that takes
/// seconds for a forward pass.
const SOFTWARE_GPU: [&str; 2] = ["cnn_gru", "bigru_attention"];

/// Makes a test of an async body: natively it blocks, in the browser it is awaited.
macro_rules! async_test {
    ($(#[$attribute:meta])* async fn $name:ident() $body:block) => {
        $(#[$attribute])*
        #[cfg(not(target_arch = "wasm32"))]
        #[test]
        fn $name() {
            pollster::block_on(async $body);
        }

        $(#[$attribute])*
        #[cfg(target_arch = "wasm32")]
        #[test]
        async fn $name() $body
    };
}

/// Max difference of a logit; infinite where there is none or it is not finite.
fn difference(found: &[f32], expected: &[f32]) -> f32 {
    if found.len() != expected.len() || found.iter().any(|logit| !logit.is_finite()) {
        return f32::INFINITY;
    }
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Whether a case is left out for an engine.
fn skipped(kind: EngineKind, golden: &Golden) -> bool {
    kind == EngineKind::Webgpu && cfg!(target_arch = "wasm32") && !SOFTWARE_GPU.contains(&golden.name)
}

async fn check(kind: EngineKind, precision: Precision, golden: &Golden) {
    let Golden { name, config, .. } = golden;
    let engine = engine::build(kind, config, &golden.weights(), precision).await;
    let engine = engine.unwrap_or_else(|error| panic!("{kind} refuses {name}: {error}"));
    assert_eq!((engine.kind(), engine.precision()), (kind, precision));
    let logits = engine.logits(&golden.batch()).await.unwrap();
    let difference = difference(&logits, &golden.logits);
    assert!(difference <= tolerance(precision), "{kind} is off by {difference:e} on {name} in {precision}");
}

#[test]
fn parameters_have_the_documented_names_and_shapes() {
    for golden in golden::all() {
        assert_eq!(golden.config.parameters(), golden.specs(), "{}", golden.name);
    }
}

async_test! {
    async fn every_engine_of_the_build_equals_pytorch() {
        for kind in engine::built() {
            for golden in golden::all() {
                for precision in precisions(*kind).iter().filter(|_| !skipped(*kind, &golden)) {
                    check(*kind, *precision, &golden).await;
                }
            }
        }
    }
}

async_test! {
    async fn padding_is_no_data_for_any_engine() {
        for kind in engine::built() {
            for mut golden in golden::padded() {
                if kind == &EngineKind::Webgpu && cfg!(target_arch = "wasm32") {
                    continue;
                }
                for precision in precisions(*kind) {
                    check(*kind, *precision, &golden).await;
                }
                // Whatever stands there.
                let engine = engine::build(*kind, &golden.config, &golden.weights(), Precision::F32).await.unwrap();
                let mut batch = golden.batch();
                let expected = engine.logits(&batch).await.unwrap();
                let width = golden.config.dense;
                for (window, valid) in golden.valid.drain(..).enumerate() {
                    let rows = window * batch.length + valid as usize..(window + 1) * batch.length;
                    batch.dense[rows.start * width..rows.end * width].fill(100.0);
                    batch.steps[rows].fill(0);
                }
                assert_eq!(engine.logits(&batch).await.unwrap(), expected, "{kind} on {}", golden.name);
            }
        }
    }
}

// What a feature that hardly varied in training is scaled to when it does: gates far beyond where `exp` overflows.
async_test! {
    async fn huge_inputs_saturate_the_gates_of_every_engine_alike() {
        let golden = golden::all().into_iter().find(|golden| golden.name == "bigru_attention").unwrap();
        let mut batch = golden.batch();
        batch.dense.iter_mut().for_each(|value| *value *= 1000.0);
        let reference = engine::build(EngineKind::Cpu, &golden.config, &golden.weights(), Precision::F32).await.unwrap();
        let expected = reference.logits(&batch).await.unwrap();
        for kind in engine::built() {
            let engine = engine::build(*kind, &golden.config, &golden.weights(), Precision::F32).await.unwrap();
            let difference = difference(&engine.logits(&batch).await.unwrap(), &expected);
            assert!(difference <= tolerance(Precision::F32), "{kind} is off by {difference:e}");
        }
    }
}

// As PyTorch's ReLU and max pooling do. WGSL promises nothing about NaN, so WebGPU is left out.
async_test! {
    async fn nan_reaches_the_logits_from_any_index_in_a_pool() {
        let golden = golden::all().into_iter().find(|golden| golden.name == "conv_only").unwrap();
        let classes = golden.config.classes;
        for kind in engine::built().iter().filter(|kind| **kind != EngineKind::Webgpu) {
            for precision in precisions(*kind) {
                let engine = engine::build(*kind, &golden.config, &golden.weights(), *precision).await.unwrap();
                for step in 0..12 {
                    let mut batch = golden.batch();
                    batch.dense[step * golden.config.dense] = f32::NAN;
                    let logits = engine.logits(&batch).await.unwrap();
                    let (first, others) = logits.split_at(classes);
                    assert!(first.iter().all(|logit| logit.is_nan()), "{kind}, step {step}: {first:?}");
                    assert!(others.iter().all(|logit| logit.is_finite()), "{kind}, step {step}");
                }
            }
        }
    }
}

async_test! {
    async fn a_batch_may_be_empty() {
        let golden = golden::all().remove(0);
        let none = WindowBatch { length: golden.length, ..WindowBatch::default() };
        for kind in engine::built() {
            let engine = engine::build(*kind, &golden.config, &golden.weights(), Precision::F32).await.unwrap();
            assert!(engine.logits(&none).await.unwrap().is_empty(), "{kind}");
        }
    }
}

async_test! {
    async fn a_large_batch_gives_each_window_its_own_answer() {
        let golden = golden::all().into_iter().find(|golden| golden.name == "cnn_gru").unwrap();
        let (batch, times) = (golden.batch(), 2000);
        let many = WindowBatch {
            windows: batch.windows * times,
            length: batch.length,
            dense: batch.dense.repeat(times),
            codes: batch.codes.repeat(times),
            steps: batch.steps.repeat(times),
            valid: batch.valid.repeat(times),
        };
        for kind in engine::built() {
            if !skipped(*kind, &golden) {
                let engine = engine::build(*kind, &golden.config, &golden.weights(), Precision::F32).await.unwrap();
                let logits = engine.logits(&many).await.unwrap();
                let difference = difference(&logits, &golden.logits.repeat(times));
                assert!(difference <= tolerance(Precision::F32), "{kind} is off by {difference:e}");
            }
        }
    }
}

async_test! {
    async fn what_does_not_fit_the_network_is_refused() {
        let golden = golden::all().into_iter().find(|golden| golden.name == "bigru_attention").unwrap();
        for kind in engine::built() {
            let mut weights = golden.weights();
            weights.remove("attention.bias");
            let error = engine::build(*kind, &golden.config, &weights, Precision::F32).await.err().unwrap();
            let EngineError::Parameter { name, found: None, expected } = error else { panic!("{error}") };
            assert_eq!((name.as_str(), expected), ("attention.bias", vec![1]));

            let engine = engine::build(*kind, &golden.config, &golden.weights(), Precision::F32).await.unwrap();
            let mut short = golden.batch();
            short.dense.pop();
            assert!(matches!(engine.logits(&short).await, Err(EngineError::Batch { .. })), "{kind}");
            let mut none_valid = golden.batch();
            none_valid.valid[1] = 0;
            assert!(matches!(engine.logits(&none_valid).await, Err(EngineError::Batch { .. })), "{kind}");
            let mut unknown_code = golden.batch();
            unknown_code.codes[0] = 200;
            assert!(matches!(engine.logits(&unknown_code).await, Err(EngineError::Batch { .. })), "{kind}");
        }
    }
}
