//! A recording reaches the network selected, ordered, encoded, scaled and projected as the transform was
//! fitted.

use painwave::Recording;
use painwave::features::{
    DenseFeature, FeatureError, FeatureExtractor, FeatureTransform, Projection, ProjectionProblem,
};
use painwave::recording::{Category, Schema};
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::schema;

fn feature(column: &str, offset: f32, scale: f32, range: [f32; 2]) -> DenseFeature {
    DenseFeature { column: column.into(), offset, scale, range, ..DenseFeature::default() }
}

fn level(column: &str, level: u8) -> DenseFeature {
    DenseFeature { level: Some(level), ..feature(column, 0.0, 1.0, [0.0, 1.0]) }
}

fn transform(dense: Vec<DenseFeature>) -> FeatureTransform {
    FeatureTransform { dense, ..FeatureTransform::default() }
}

fn recording() -> Recording {
    Recording {
        id: "000".into(),
        times: vec![0.0, 1.0],
        values: vec![1.0, 10.0, 2.0, 30.0],
        codes: vec![0, 1],
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn columns_are_selected_ordered_and_scaled() {
    let dense = vec![
        feature("y", 10.0, 0.05, [10.0, 30.0]),
        feature("hand", 0.0, 1.0, [0.0, 1.0]),
        feature("x", 0.0, 1.0, [0.0, 2.0]),
    ];
    let transform = FeatureTransform { codes: vec!["hand".into()], ..transform(dense) };
    let extractor = FeatureExtractor::new(&transform, &schema()).expect("the columns are there");
    let features = extractor.apply(&recording());
    assert_eq!((features.steps, features.width, features.codes_width), (2, 3, 1));
    assert_eq!(features.dense, [0.0, 0.0, 1.0, 1.0, 1.0, 2.0]);
    assert_eq!(features.codes, [0, 1]);
    assert_eq!((features.read, features.outside), (6, 0));
}

#[wasm_bindgen_test(unsupported = test)]
fn centred_inputs_are_distances_from_the_mean_of_the_recording() {
    let centred = |column| DenseFeature { centred: true, ..feature(column, 1.0, 0.5, [-10.0, 5.0]) };
    let dense = vec![feature("y", 0.0, 1.0, [10.0, 30.0]), centred("y")];
    let extractor = FeatureExtractor::new(&transform(dense), &schema()).expect("the columns are there");
    let features = extractor.apply(&recording());
    assert_eq!(features.dense, [10.0, -5.5, 30.0, 4.5]);
    assert_eq!((features.read, features.outside), (4, 1));
    let unknown = FeatureExtractor::new(&transform(vec![centred("hand")]), &schema());
    assert_eq!(unknown.unwrap_err(), FeatureError::UnknownColumn("hand".into()), "a category has no mean");
}

#[wasm_bindgen_test(unsupported = test)]
fn projected_inputs_come_last_and_only_as_components() {
    let dense =
        vec![feature("x", 1.0, 2.0, [0.0, 2.0]), level("hand", 1), feature("y", 0.0, 0.1, [0.0, 9.0])];
    let projections =
        vec![Projection { inputs: vec![2, 0], mean: vec![1.0, 0.5], components: vec![3.0, 4.0] }];
    let transform = FeatureTransform { projections, ..transform(dense) };
    assert_eq!(transform.width(), 2);
    let extractor = FeatureExtractor::new(&transform, &schema()).expect("the columns are there");
    let features = extractor.apply(&recording());
    assert_eq!(features.width, 2);
    // Scaled y is 1 and 3, scaled x is 0 and 2.
    assert_eq!(features.dense, [0.0, -2.0, 1.0, 12.0]);
    assert_eq!((features.read, features.outside), (6, 2), "counted among the columns' own values");
}

#[wasm_bindgen_test(unsupported = test)]
fn values_outside_of_the_training_range_are_kept_and_counted() {
    let transform = transform(vec![feature("y", 0.0, 0.1, [0.0, 10.0])]);
    let extractor = FeatureExtractor::new(&transform, &schema()).expect("the column is there");
    let features = extractor.apply(&recording());
    assert_eq!(features.dense, [1.0, 3.0]);
    assert_eq!(features.outside, 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_transform_for_another_schema_is_refused() {
    let refusal = |transform: &FeatureTransform| FeatureExtractor::new(transform, &schema()).unwrap_err();
    let dense = |feature| refusal(&transform(vec![feature]));
    let unknown = dense(feature("z", 0.0, 1.0, [0.0, 1.0]));
    assert_eq!(unknown, FeatureError::UnknownColumn("z".into()));
    let number_as_code = refusal(&FeatureTransform { codes: vec!["x".into()], ..transform(Vec::new()) });
    assert_eq!(number_as_code, FeatureError::UnknownColumn("x".into()));
    assert_eq!(dense(level("x", 0)), FeatureError::UnknownColumn("x".into()));
    let unknown = FeatureError::UnknownLevel { column: "hand".into(), level: 2, levels: 2 };
    assert_eq!(dense(level("hand", 2)), unknown);
    let not_finite = dense(feature("x", f32::NAN, 1.0, [0.0, 1.0]));
    assert_eq!(not_finite, FeatureError::NotFinite("x".into()));
    let many = transform(vec![feature("x", 0.0, 1.0, [0.0, 1.0]); 4097]);
    assert_eq!(refusal(&many), FeatureError::TooMany { found: 4097 });
}

#[wasm_bindgen_test(unsupported = test)]
fn a_projection_that_does_not_fit_is_refused() {
    let refusal = |inputs: &[&[usize]], means: usize, components: &[f32]| {
        let projections = inputs.iter().map(|inputs| Projection {
            inputs: inputs.to_vec(),
            mean: vec![0.0; means],
            components: components.to_vec(),
        });
        let dense = ["x", "y"].map(|column| feature(column, 0.0, 1.0, [0.0, 1.0]));
        let transform = FeatureTransform { projections: projections.collect(), ..transform(dense.into()) };
        match FeatureExtractor::new(&transform, &schema()) {
            Err(FeatureError::Projection { index, problem }) => (index, problem),
            other => panic!("{other:?}"),
        }
    };
    for (inputs, means, numbers) in [(0, 0, 0), (0, 0, 2), (2, 1, 2), (2, 2, 0), (2, 2, 3), (2, 2, 6)] {
        let (_, problem) = refusal(&[&[0, 1][..inputs]], means, &vec![1.0; numbers]);
        assert_eq!(problem, ProjectionProblem::Sizes { inputs, means, numbers });
    }
    assert_eq!(refusal(&[&[0, 2]], 2, &[1.0; 2]), (0, ProjectionProblem::UnknownInput { input: 2, of: 2 }));
    assert_eq!(refusal(&[&[1, 1]], 2, &[1.0; 2]), (0, ProjectionProblem::Overlap { input: 1 }));
    assert_eq!(refusal(&[&[1], &[1]], 1, &[1.0]), (1, ProjectionProblem::Overlap { input: 1 }));
    assert_eq!(refusal(&[&[0]], 1, &[f32::INFINITY]), (0, ProjectionProblem::NotFinite));
}

/// What scikit-learn made of some recordings: tests/golden/features.py.
#[derive(Deserialize)]
struct Golden {
    channels: Vec<String>,
    levels: Vec<String>,
    recordings: Vec<GoldenRecording>,
    cases: Vec<GoldenCase>,
}

#[derive(Deserialize)]
struct GoldenRecording {
    values: Vec<f32>,
    codes: Vec<u8>,
}

#[derive(Deserialize)]
struct GoldenCase {
    transform: FeatureTransform,
    /// Inputs of the first recording, a row a step.
    inputs: Vec<Vec<f32>>,
}

#[wasm_bindgen_test(unsupported = test)]
fn one_hot_scaling_and_components_equal_scikit_learn() {
    let golden: Golden =
        serde_json::from_str(include_str!("../golden/features.json")).expect("the script wrote it");
    let Golden { channels, levels, recordings, cases } = golden;
    let categories = vec![Category { column: "survey".into(), levels }];
    let schema = Schema { channels, categories, ..schema() };
    let GoldenRecording { values, codes } = &recordings[0];
    let times = (0..codes.len()).map(|step| step as f64).collect();
    let recording = Recording { id: "0".into(), times, values: values.clone(), codes: codes.clone() };
    for GoldenCase { transform, inputs } in cases {
        let features = FeatureExtractor::new(&transform, &schema).expect("it fits").apply(&recording);
        assert_eq!((features.steps, features.width), (inputs.len(), inputs[0].len()));
        assert_eq!(features.outside, 0);
        for (step, (found, expected)) in features.dense.chunks(features.width).zip(&inputs).enumerate() {
            for (input, (found, expected)) in found.iter().zip(expected).enumerate() {
                let allowed = 1e-5 * expected.abs().max(1.0);
                assert!(
                    (found - expected).abs() <= allowed,
                    "step {step}, input {input}: {found} {expected}"
                );
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_million_columns_are_looked_up_among_thousands() {
    let categories: Vec<Category> = (0..4096)
        .map(|index| Category { column: format!("column {index}"), levels: vec!["a".into()] })
        .collect();
    let last = categories[4095].column.clone();
    let schema = Schema { categories, ..schema() };
    let transform =
        FeatureTransform { codes: vec![last.clone(); 1_000_000], ..transform(vec![level(&last, 0); 4096]) };
    FeatureExtractor::new(&transform, &schema).expect("the column is there");
}
