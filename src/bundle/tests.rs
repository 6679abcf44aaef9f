//! Files that are whole containers with a right digest, and still not bundles.

use super::*;

/// The embedded bundle as it stands in its file: manifest and tensors.
fn parts() -> (String, Vec<Tensor<'static>>) {
    let bundle = Bundle::from_bytes(include_bytes!("../../models/cnn-gru.bpk")).expect("it is a bundle");
    let json = serde_json::to_string(&bundle.manifest).expect("a manifest can be written");
    let tensors = bundle.weights[0].iter().map(|(name, parameter)| {
        encode(tensor_name(0, name), parameter, WeightType::F16).expect("it was f16 before")
    });
    (json, tensors.collect())
}

/// What reading says of a file that differs from a bundle in one thing.
fn refusal(change: impl FnOnce(&mut String, &mut Vec<Tensor<'static>>)) -> BundleError {
    let (mut json, mut tensors) = parts();
    change(&mut json, &mut tensors);
    Bundle::from_bytes(&write(&json, tensors)).expect_err("it is no bundle")
}

#[test]
fn the_parts_unchanged_are_a_bundle() {
    let (json, tensors) = parts();
    Bundle::from_bytes(&write(&json, tensors)).expect("nothing was changed");
}

#[test]
fn a_changed_weight_is_damage() {
    let (json, mut tensors) = parts();
    let digest = hex_digest(&json, &mut tensors);
    tensors[0].bytes = vec![0; tensors[0].bytes.len()].into();
    assert_ne!(hex_digest(&json, &mut tensors), digest);

    let mut file = include_bytes!("../../models/cnn-gru.bpk").to_vec();
    let last = file.len() - 2;
    file[last] ^= 1;
    assert!(matches!(Bundle::from_bytes(&file), Err(BundleError::Damaged)));
}

#[test]
fn another_version_is_told_from_a_broken_manifest() {
    let newer = refusal(|json, _| *json = json.replacen("\"version\":1", "\"version\":2,\"more\":0", 1));
    assert!(matches!(newer, BundleError::Version { found: 2 }), "{newer}");
    let unknown = refusal(|json, _| *json = json.replacen("\"version\":1", "\"version\":1,\"more\":0", 1));
    assert!(matches!(unknown, BundleError::Manifest(_)), "{unknown}");
    let broken = refusal(|json, _| json.truncate(100));
    assert!(matches!(broken, BundleError::Manifest(_)), "{broken}");
}

#[test]
fn weights_of_another_type_are_refused() {
    let error = refusal(|_, tensors| {
        tensors[0].dtype = "I16".into();
    });
    assert!(matches!(&error, BundleError::WeightType { found, .. } if found == "I16"), "{error}");
}

#[test]
fn a_weight_under_another_spelling_of_its_name_is_refused() {
    for spelling in ["member.00.head.0.bias", "member.+0.head.0.bias", "member.1.head.0.bias", "head.0.bias"]
    {
        let error = refusal(|_, tensors| {
            let bias = tensors.iter_mut().find(|tensor| tensor.name == "member.0.head.0.bias");
            bias.expect("every network has it").name = spelling.into();
        });
        assert!(
            matches!(&error, BundleError::Weight { name, .. } if name == spelling),
            "{spelling}: {error}"
        );
    }
}

#[test]
fn every_f16_has_its_value() {
    for bits in 0..=u16::MAX {
        let (found, expected) = (f32_of(bits), f16::from_bits(bits).to_f32());
        if expected.is_finite() {
            assert_eq!(found.to_bits(), expected.to_bits(), "{bits:#x}");
        } else {
            assert!(!found.is_finite(), "{bits:#x}");
        }
    }
}
