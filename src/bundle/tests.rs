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
    assert!(matches!(broken, BundleError::Json(_)), "{broken}");
}

/// Spoils one field of an object.
type Spoil = fn(&mut serde_json::Map<String, Value>, &str);

#[test]
fn manifests_are_read_as_serde_has_them() {
    let (json, _) = parts();
    let mut value: Value = serde_json::from_str(&json).expect("it is JSON");
    let network = &mut value["members"][0]["network"];
    network["head"] = serde_json::json!({ "mlp": { "hidden": 3 } });
    network["category_embeddings"] = serde_json::json!([{ "levels": 2, "width": 1 }]);
    value["members"][0]["features"]["dense"][0]["level"] = 1.into();
    value["decision"] = serde_json::json!({ "temperature": 2, "thresholds": [1, 0.5, 1e-3] });
    let read = json::read::<Manifest>(&value).expect("it is a manifest");
    assert_eq!(read, serde_json::from_value(value.clone()).expect("it is a manifest"));

    // Every field that is left out, renamed or of another kind gets the same verdict, whatever the words.
    let mut paths = Vec::new();
    collect(&value, String::new(), &mut paths);
    let spoils: [Spoil; 5] = [
        |object, key| drop(object.remove(key)),
        |object, key| drop(object.insert(format!("{key}_"), Value::Null)),
        |object, key| drop(object.insert(key.into(), Value::Null)),
        |object, key| drop(object.insert(key.into(), "x".into())),
        |object, key| drop(object.insert(key.into(), serde_json::json!([{ "x": -1.5 }]))),
    ];
    for path in &paths {
        let (object, key) = path.rsplit_once('/').expect("a path has a slash");
        for spoil in &spoils {
            let mut spoilt = value.clone();
            spoil(spoilt.pointer_mut(object).and_then(Value::as_object_mut).expect("it is there"), key);
            let found = json::read::<Manifest>(&spoilt);
            match (found, serde_json::from_value::<Manifest>(spoilt)) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{path}"),
                (Err(_), Err(_)) => {}
                (found, expected) => panic!("{path}: {found:?} instead of {expected:?}"),
            }
        }
    }
    assert!(paths.len() > 50);

    let verdict = |key: &str, new: Option<Value>| {
        let mut value = value.clone();
        let window = value["window"].as_object_mut().expect("it is an object");
        match new {
            Some(new) => drop(window.insert(key.into(), new)),
            None => drop(window.remove(key)),
        }
        json::read::<Manifest>(&value).expect_err("it is spoilt").to_string()
    };
    assert_eq!(verdict("length", None), "missing field `length`");
    assert!(verdict("width", Some(1.into())).starts_with("unknown field `width`, expected one of"));
    assert!(verdict("length", Some("x".into())).starts_with("found \"x\", expected"));
}

/// Pointers to the fields of all objects in a value.
fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                paths.push(format!("{path}/{key}"));
                collect(value, format!("{path}/{key}"), paths);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().take(2).enumerate() {
                collect(item, format!("{path}/{place}"), paths);
            }
        }
        _ => {}
    }
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
