//! Temperature and thresholds of a bundle reach every prediction.

use painwave::bundle::{Bundle, BundleError, InvalidManifest, WeightType};
use painwave::classifier::{Classifier, Prediction};
use painwave::decision::Decision;
use painwave::engine::EngineKind;
use painwave::recording::Recording;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Numbers, bundle, ready};

/// The prediction for some recording by a bundle with this decision, after it was a file.
fn prediction(decision: Decision) -> Prediction {
    let mut bundle = bundle();
    bundle.manifest.decision = decision;
    let file = bundle.to_bytes(WeightType::F32).expect("the bundle is valid");
    let read = Bundle::from_bytes(&file).expect("what was written is read");
    assert_eq!(read, bundle);
    let classifier = ready(Classifier::new(read, EngineKind::Cpu)).expect("the engine gives the answers");
    let recording = Recording {
        id: "a".into(),
        times: (0..6).map(f64::from).collect(),
        values: Numbers(3).take(12).collect(),
        codes: vec![0, 1, 0, 1, 1, 0],
    };
    ready(classifier.classify(&[&recording])).expect("the recording is whole").remove(0)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_temperature_raises_probabilities_to_its_reciprocal_and_keeps_their_order() {
    let plain = prediction(Decision::default());
    let cold = prediction(Decision { temperature: Some(0.5), thresholds: None });
    assert_eq!((cold.class, &cold.label), (plain.class, &plain.label));
    assert_eq!(cold.window_probabilities, plain.window_probabilities);
    let squares: f32 = plain.probabilities.iter().map(|p| p * p).sum();
    for (found, p) in cold.probabilities.iter().zip(&plain.probabilities) {
        assert!((found - p * p / squares).abs() < 1e-6, "{found} instead of {}", p * p / squares);
    }
    let none = prediction(Decision { temperature: Some(1.0), thresholds: None });
    assert!(none.probabilities.iter().zip(&plain.probabilities).all(|(a, b)| (a - b).abs() < 1e-6));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_class_has_the_max_ratio_of_probability_to_threshold() {
    let plain = prediction(Decision::default());
    for class in 0..3 {
        // Just below its share of the most probable class's threshold.
        let ratio = plain.probabilities[class] / plain.probabilities[plain.class];
        let mut thresholds = vec![1e6; 3];
        (thresholds[plain.class], thresholds[class]) = (1.0, 0.99 * ratio);
        let found = prediction(Decision { temperature: None, thresholds: Some(thresholds) });
        assert_eq!((found.class, found.label.as_str()), (class, ["none", "low", "high"][class]));
        assert_eq!(found.probabilities, plain.probabilities);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn equal_ratios_leave_the_class_that_was_most_probable() {
    let decision = Decision { temperature: None, thresholds: Some(vec![1.0; 3]) };
    assert_eq!(decision.class(2, &[0.4, 0.2, 0.4]), 2);
    assert_eq!(decision.class(0, &[0.4, 0.2, 0.4]), 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_probability_of_zero_is_no_trap() {
    let decision = Decision { temperature: Some(0.01), thresholds: None };
    assert_eq!(decision.calibrate(vec![0.0, 1.0, 0.0]), [0.0, 1.0, 0.0]);
    assert_eq!(decision.calibrate(vec![f32::MIN_POSITIVE, 1.0, 0.0]), [0.0, 1.0, 0.0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_no_probability_can_be_divided_by_is_refused() {
    let refused = |decision: Decision| {
        let mut bundle = bundle();
        bundle.manifest.decision = decision;
        bundle.validate().expect_err("the decision makes no sense")
    };
    for temperature in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e-30] {
        let error = refused(Decision { temperature: Some(temperature), thresholds: None });
        let BundleError::Invalid(InvalidManifest::Decision { what: "temperature", .. }) = error else {
            panic!("{temperature}: {error}")
        };
    }
    for threshold in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e-40] {
        let error = refused(Decision { temperature: None, thresholds: Some(vec![1.0, threshold, 1.0]) });
        let BundleError::Invalid(InvalidManifest::Decision { what: "threshold", .. }) = error else {
            panic!("{threshold}: {error}")
        };
    }
    let error = refused(Decision { temperature: None, thresholds: Some(vec![1.0; 2]) });
    assert!(
        matches!(error, BundleError::Invalid(InvalidManifest::Count { found: 2, min: 3, .. })),
        "{error}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_bundle_without_a_decision_is_written_as_before_there_were_any() {
    let json = serde_json::to_string(&bundle().manifest).expect("a manifest can be written");
    assert!(!json.contains("decision") && !json.contains("groups"), "{json}");
}
