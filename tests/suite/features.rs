//! A recording reaches the network selected, ordered and scaled as the transform was fitted.

use painwave::Recording;
use painwave::features::{DenseFeature, FeatureError, FeatureExtractor, FeatureTransform};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::schema;

fn feature(column: &str, offset: f32, scale: f32, range: [f32; 2]) -> DenseFeature {
    DenseFeature { column: column.into(), offset, scale, range }
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
    let transform = FeatureTransform {
        dense: vec![
            feature("y", 10.0, 0.05, [10.0, 30.0]),
            feature("hand", 0.0, 1.0, [0.0, 1.0]),
            feature("x", 0.0, 1.0, [0.0, 2.0]),
        ],
        codes: vec!["hand".into()],
    };
    let extractor = FeatureExtractor::new(&transform, &schema()).expect("the columns are there");
    let features = extractor.apply(&recording());
    assert_eq!((features.steps, features.width, features.codes_width), (2, 3, 1));
    assert_eq!(features.dense, [0.0, 0.0, 1.0, 1.0, 1.0, 2.0]);
    assert_eq!(features.codes, [0, 1]);
    assert_eq!(features.outside, 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn values_outside_of_the_training_range_are_kept_and_counted() {
    let transform = FeatureTransform { dense: vec![feature("y", 0.0, 0.1, [0.0, 10.0])], codes: Vec::new() };
    let extractor = FeatureExtractor::new(&transform, &schema()).expect("the column is there");
    let features = extractor.apply(&recording());
    assert_eq!(features.dense, [1.0, 3.0]);
    assert_eq!(features.outside, 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_transform_for_another_schema_is_refused() {
    let new =
        |dense, codes: Vec<String>| FeatureExtractor::new(&FeatureTransform { dense, codes }, &schema());
    let unknown = new(vec![feature("z", 0.0, 1.0, [0.0, 1.0])], Vec::new()).unwrap_err();
    assert_eq!(unknown, FeatureError::UnknownColumn("z".into()));
    let number_as_code = new(Vec::new(), vec!["x".into()]).unwrap_err();
    assert_eq!(number_as_code, FeatureError::UnknownColumn("x".into()));
    let not_finite = new(vec![feature("x", f32::NAN, 1.0, [0.0, 1.0])], Vec::new()).unwrap_err();
    assert_eq!(not_finite, FeatureError::NotFinite("x".into()));
}
