//! Files that are whole containers with a right digest, and still not bundles.

use super::*;

/// The embedded bundle as it stands in its file: manifest and tensors.
fn parts() -> (String, Vec<Tensor<'static>>) {
    let bundle = Bundle::from_bytes(include_bytes!("../../models/cnn-gru.bpk")).expect("it is a bundle");
    let json = serde_json::to_string(&bundle.manifest).expect("a manifest can be written");
    let mut tensors = Vec::new();
    for (name, parameter) in &bundle.weights[0] {
        let encoded = weights::encode(tensor_name(0, name), parameter, WeightType::I8, &mut tensors);
        encoded.expect("it was so before");
    }
    (json, tensors)
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
    assert!(matches!(unknown, BundleError::Json(_)), "{unknown}");
    let broken = refusal(|json, _| json.truncate(100));
    assert!(matches!(broken, BundleError::Json(_)), "{broken}");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let twice = [
        ("\"version\":1", "\"version\":1,\"version\":1"),
        ("\"stride\":", "\"stride\":1,\"stride\":"),
        ("\"metrics\":{", "\"metrics\":{\"accuracy\":1,\"accuracy\":0.5,"),
        ("\"metrics\":{", "\"intervals\":{\"mcc\":[0,1],\"mcc\":[0.5,1]},\"metrics\":{"),
        ("\"data\":{", "\"data\":{\"labels\":\"a\",\"labels\":\"b\","),
    ];
    for (once, twice) in twice {
        let error = refusal(|json, _| *json = json.replacen(once, twice, 1));
        let BundleError::Json(reason) = &error else { panic!("{twice}: {error}") };
        assert!(reason.to_string().contains("duplicate"), "{twice}: {reason}");
    }
}

#[test]
fn a_manifest_larger_than_any_is_refused_unread() {
    let error = refusal(|json, _| *json = " ".repeat(MAX_MANIFEST_SIZE + 1));
    assert!(
        matches!(error, BundleError::LargeManifest { found } if found == MAX_MANIFEST_SIZE + 1),
        "{error}"
    );
    let mut file = include_bytes!("../../models/cnn-gru.bpk").to_vec();
    file[6..10].copy_from_slice(&(60_u32 << 20).to_le_bytes());
    file.resize(61 << 20, b' ');
    let error = Bundle::from_bytes(&file).expect_err("no index is so large");
    assert!(matches!(error, BundleError::Container(ContainerError::LargeIndex { .. })), "{error}");
}

#[test]
fn integers_need_their_scales() {
    const NAME: &str = "member.0.recurrent.0.forward.hidden_weight.scale";
    let scale = |tensors: &mut Vec<Tensor>| {
        tensors.iter().position(|tensor| tensor.name == NAME).expect("it is there")
    };
    let missing = refusal(|_, tensors| {
        let index = scale(tensors);
        tensors.remove(index);
    });
    assert!(matches!(&missing, BundleError::Weight { name, found: None, .. } if name == NAME), "{missing}");
    let short = refusal(|_, tensors| {
        let index = scale(tensors);
        tensors[index].shape = vec![767];
    });
    assert!(matches!(&short, BundleError::Weight { name, .. } if name == NAME), "{short}");
    let other = refusal(|_, tensors| {
        let index = scale(tensors);
        tensors[index].dtype = "I8".into();
    });
    assert!(matches!(&other, BundleError::WeightType { name, .. } if name == NAME), "{other}");
    let alone = refusal(|_, tensors| {
        let index = scale(tensors);
        tensors[index].name = "member.0.head.0.bias.scale".into();
    });
    assert!(matches!(&alone, BundleError::Weight { .. }), "{alone}");
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
