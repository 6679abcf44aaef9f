//! A bundle survives the way through a file, and nothing else passes for one.

use painwave::bundle::{Bundle, BundleError, InvalidManifest, WeightType};
use painwave::engine::Precision;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::bundle;

#[wasm_bindgen_test(unsupported = test)]
fn f32_survives_exactly() {
    let bundle = bundle();
    let bytes = bundle.to_bytes(WeightType::F32).expect("the bundle is valid");
    assert_eq!(Bundle::from_bytes(&bytes).expect("what was written is read"), bundle);
}

#[wasm_bindgen_test(unsupported = test)]
fn f16_is_smaller_and_close() {
    let bundle = bundle();
    let bytes = bundle.to_bytes(WeightType::F16).expect("the bundle is valid");
    let read = Bundle::from_bytes(&bytes).expect("what was written is read");
    assert_eq!(read.manifest, bundle.manifest);
    for (found, expected) in read.weights.iter().zip(&bundle.weights) {
        for (name, parameter) in expected {
            for (a, b) in found[name].data.iter().zip(&parameter.data) {
                assert!((a - b).abs() <= b.abs() / 1024.0 + 1e-7, "{name}: {a} instead of {b}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn same_bundle_same_bytes() {
    let bytes = || bundle().to_bytes(WeightType::F32).expect("the bundle is valid");
    assert_eq!(bytes(), bytes());
}

#[wasm_bindgen_test(unsupported = test)]
fn every_truncation_is_refused() {
    let bytes = bundle().to_bytes(WeightType::F16).expect("the bundle is valid");
    for length in 0..bytes.len() {
        assert!(Bundle::from_bytes(&bytes[..length]).is_err(), "{length} of {} bytes passed", bytes.len());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_flipped_bit_is_refused_or_changes_nothing() {
    let original = bundle();
    let mut bytes = original.to_bytes(WeightType::F32).expect("the bundle is valid");
    let mut refused = 0;
    for place in 0..bytes.len() {
        let bit = 1 << (place % 8);
        bytes[place] ^= bit;
        // Padding between tensors carries nothing, so a flip there may pass.
        match Bundle::from_bytes(&bytes) {
            Ok(read) => assert_eq!(read, original, "a flip at byte {place} went unnoticed"),
            Err(_) => refused += 1,
        }
        bytes[place] ^= bit;
    }
    assert!(refused > bytes.len() / 4, "only {refused} of {} flips were refused", bytes.len());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_file_of_another_kind_is_refused() {
    for foreign in [&b""[..], b"subject,time\n1,0\n", b"\x89PNG\r\n\x1a\n", &[0xff; 4096]] {
        assert!(matches!(Bundle::from_bytes(foreign), Err(BundleError::Container(_))));
    }
    let pack = burn_pack::Writer::new(Vec::new()).with_metadata("producer", "someone").into_bytes();
    let pack = pack.expect("an empty pack can be written");
    assert!(matches!(Bundle::from_bytes(&pack), Err(BundleError::Foreign("painwave"))));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn an_oversized_file_is_refused_unread() {
    let zeros = vec![0; painwave::bundle::MAX_FILE_SIZE + 1];
    assert!(matches!(Bundle::from_bytes(&zeros), Err(BundleError::TooLarge { .. })));
}

#[wasm_bindgen_test(unsupported = test)]
fn another_version_is_named() {
    let mut bundle = bundle();
    bundle.manifest.version = 2;
    assert!(matches!(bundle.validate(), Err(BundleError::Version { found: 2 })));
}

/// One way to make a bundle lie, and what must be said of it.
type Abuse = (&'static str, fn(&mut Bundle), fn(&BundleError) -> bool);

#[wasm_bindgen_test(unsupported = test)]
fn contradictions_are_refused() {
    let abuses: &[Abuse] = &[
        (
            "a stride of zero would never end",
            |b| b.manifest.window.stride = 0,
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Count { found: 0, .. })),
        ),
        (
            "a huge layer would take all memory",
            |b| b.manifest.members[0].network.recurrent.as_mut().unwrap().hidden = 1 << 30,
            |e| matches!(e, BundleError::Network(_)),
        ),
        (
            "pooling leaves no step",
            |b| b.manifest.members[0].network.conv[0].pool = 5,
            |e| matches!(e, BundleError::Network(_)),
        ),
        (
            "a class twice makes labels ambiguous",
            |b| b.manifest.classes[1] = "none".into(),
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Name { .. })),
        ),
        (
            "a column twice makes values ambiguous",
            |b| b.manifest.schema.channels[1] = "x".into(),
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Name { .. })),
        ),
        (
            "a feature without a column",
            |b| b.manifest.members[1].features.dense[0].column = "z".into(),
            |e| matches!(e, BundleError::Features(_)),
        ),
        (
            "components that the network has no inputs for",
            |b| {
                let projection = &mut b.manifest.members[1].features.projections[0];
                projection.components = vec![1.0; 4];
            },
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Size { found: 3, expected: 2, .. })),
        ),
        (
            "a projection that reads beyond the inputs",
            |b| b.manifest.members[1].features.projections[0].inputs[0] = usize::MAX,
            |e| matches!(e, BundleError::Features(_)),
        ),
        (
            "a scale that is not a number",
            |b| b.manifest.members[0].features.dense[0].scale = f32::NAN,
            |e| matches!(e, BundleError::Features(_)),
        ),
        (
            "an embedding with fewer rows than the column has levels",
            |b| b.manifest.members[0].network.category_embeddings[0].levels = 1,
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Size { .. })),
        ),
        (
            "no known answer to prove an engine on",
            |b| b.manifest.members[0].known_answers.steps.clear(),
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Count { found: 0, .. })),
        ),
        (
            "a known answer with a code that has no level",
            |b| b.manifest.members[0].known_answers.codes[0] = 2,
            |e| matches!(e, BundleError::Invalid(InvalidManifest::KnownAnswers { member: 0 })),
        ),
        (
            "a precision that stands twice",
            |b| b.manifest.precisions = vec![Precision::I16, Precision::I16],
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Name { what: "precision", .. })),
        ),
        (
            "f32 as a precision besides f32",
            |b| b.manifest.precisions = vec![Precision::F32],
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Name { what: "precision", .. })),
        ),
        (
            "weights of a member are missing",
            |b| drop(b.weights.pop()),
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Size { .. })),
        ),
        (
            "a weight is missing",
            |b| drop(b.weights[1].remove("head.0.bias")),
            |e| matches!(e, BundleError::Weight { name, found: None, .. } if name == "member.1.head.0.bias"),
        ),
        (
            "a weight of another shape",
            |b| b.weights[0].get_mut("time_embedding.weight").unwrap().shape.reverse(),
            |e| matches!(e, BundleError::Weight { found: Some(_), expected: Some(_), .. }),
        ),
        (
            "a weight that no layer reads",
            |b| {
                let bias = b.weights[0]["head.0.bias"].clone();
                b.weights[0].insert("head.7.bias".into(), bias);
            },
            |e| matches!(e, BundleError::Weight { expected: None, .. }),
        ),
        (
            "a weight that is not a number",
            |b| b.weights[0].get_mut("head.0.bias").unwrap().data[0] = f32::NAN,
            |e| matches!(e, BundleError::WeightNotFinite { .. }),
        ),
    ];
    for (why, spoil, expected) in abuses {
        let mut bundle = bundle();
        spoil(&mut bundle);
        let error = bundle.validate().expect_err(why);
        assert!(expected(&error), "{why}: {error}");
        assert!(bundle.to_bytes(WeightType::F32).is_err(), "{why}: was written all the same");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_weight_beyond_f16_is_not_written_as_infinite() {
    let mut bundle = bundle();
    bundle.weights[0].get_mut("head.0.bias").unwrap().data[0] = 1e6;
    assert!(matches!(bundle.to_bytes(WeightType::F16), Err(BundleError::WeightNotFinite { .. })));
    assert!(bundle.to_bytes(WeightType::F32).is_ok());
}
