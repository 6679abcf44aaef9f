//! A bundle survives the way through a file, and nothing else passes for one.

use painwave::bundle::{Bundle, BundleError, InvalidManifest, Manifest, WeightType, column_scales};
use painwave::engine::{MAX_INTEGER, Precision};
use painwave::network::{Cell, ConvBlock, Recurrent};
use painwave::sampling::{Missing, Step, TimeUnit};
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
    for index in 0..bytes.len() {
        let bit = 1 << (index % 8);
        bytes[index] ^= bit;
        match Bundle::from_bytes(&bytes) {
            Ok(read) => assert_eq!(read, original, "a flip at byte {index} went unnoticed"),
            Err(_) => refused += 1,
        }
        bytes[index] ^= bit;
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
            "no time passes in a step of zero",
            |b| b.manifest.sampling.step = Some(Step { length: 0.0, unit: TimeUnit::Seconds }),
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Step { .. })),
        ),
        (
            "a step that time runs back in",
            |b| b.manifest.sampling.step = Some(Step { length: -1.0, unit: TimeUnit::Steps }),
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Step { .. })),
        ),
        (
            "gaps that are longer than any recording",
            |b| b.manifest.sampling.missing = Missing::Interpolate(u32::MAX),
            |e| matches!(e, BundleError::Invalid(InvalidManifest::Count { max: 10_000, .. })),
        ),
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
            "a scale that is NaN",
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
            "a weight that is NaN",
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

/// A network in place of the first member's.
fn network(bundle: &mut Bundle, length: usize, conv: &[(usize, usize)], recurrent: Option<Recurrent>) {
    let Manifest { window, members, .. } = &mut bundle.manifest;
    (window.length, window.stride) = (length, length);
    members.truncate(1);
    let network = &mut members[0].network;
    let block = |&(channels, kernel)| ConvBlock { channels, kernel, pool: 1, dropout: 0.0 };
    network.conv = conv.iter().map(block).collect();
    network.recurrent = recurrent;
}

fn recurrent(cell: Cell, hidden: usize, layers: usize) -> Option<Recurrent> {
    Some(Recurrent {
        cell,
        hidden,
        layers,
        bidirectional: true,
        dropout: 0.0,
        output_dropout: 0.0,
        layer_norm: false,
    })
}

/// What a bundle that asks for too much is refused for: the weights of none of these are there.
fn budget(spoil: impl FnOnce(&mut Bundle)) -> &'static str {
    let mut bundle = bundle();
    spoil(&mut bundle);
    match bundle.validate().expect_err("it asks for too much") {
        BundleError::Invalid(InvalidManifest::Budget { what, found, max }) => {
            assert!(found > max, "{found} of {max}");
            what
        }
        other => panic!("{other}"),
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_few_weights_may_not_ask_for_gigabytes_of_activations() {
    let blocks: Vec<(usize, usize)> = (0..16).map(|block| ([4096, 1][block % 2], 1)).collect();
    let what = budget(|bundle| network(bundle, 65_536, &blocks, None));
    assert_eq!(what, "bytes of activations for a window");
    let what = budget(|bundle| network(bundle, 65_536, &[], recurrent(Cell::Gru, 512, 1)));
    assert_eq!(what, "bytes of activations for a window");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_window_may_not_ask_for_minutes_of_work() {
    let what = budget(|bundle| network(bundle, 8192, &[(4096, 255)], None));
    assert_eq!(what, "operations for a window");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_known_answers_may_not_take_minutes() {
    let what = budget(|bundle| {
        network(bundle, 1024, &[(4096, 255)], None);
        bundle.weights.truncate(1);
        bundle.manifest.members[0].known_answers.steps = vec![0; 64 * 1024];
    });
    assert_eq!(what, "operations for the known answers");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_known_answers_of_all_members_have_one_limit() {
    let asks = |members: usize| {
        let mut bundle = bundle();
        network(&mut bundle, 256, &[(4096, 255)], None);
        let members_of_bundle = &mut bundle.manifest.members;
        members_of_bundle[0].known_answers.steps = vec![0; 8 * 256];
        *members_of_bundle = vec![members_of_bundle[0].clone(); members];
        bundle.manifest.check_networks()
    };
    asks(1).expect("one may ask for so much");
    let error = asks(2).expect_err("two ask for twice as much");
    let BundleError::Invalid(InvalidManifest::Budget { what, .. }) = error else { panic!("{error}") };
    assert_eq!(what, "operations for the known answers");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_of_a_file_may_not_ask_for_kilobytes_of_memory() {
    let what = budget(|bundle| {
        let Manifest { window, classes, members, .. } = &mut bundle.manifest;
        window.stride = 1;
        *classes = (0..256).map(|class| class.to_string()).collect();
        members.truncate(1);
        members[0].network.classes = 256;
        *members = vec![members[0].clone(); 64];
    });
    assert_eq!(what, "bytes for a step of a recording");
    let what = budget(|bundle| {
        let member = &mut bundle.manifest.members[0];
        member.features.dense = vec![member.features.dense[0].clone(); 4096];
        member.network.dense = 4090;
    });
    assert_eq!(what, "bytes for a step of a recording");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_row_of_a_file_may_not_ask_for_seconds_of_work() {
    let what = budget(|bundle| {
        network(bundle, 1024, &[(4096, 255)], None);
        bundle.manifest.window.stride = 1;
    });
    assert_eq!(what, "operations for a step of a recording");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_weights_of_all_members_have_one_limit() {
    let what = budget(|bundle| network(bundle, 4, &[], recurrent(Cell::Lstm, 4096, 16)));
    assert_eq!(what, "bytes of weights");
}

#[wasm_bindgen_test(unsupported = test)]
fn integers_survive_exactly() {
    let mut bundle = bundle();
    let name = "recurrent.0.forward.hidden_weight";
    let matrix = bundle.weights[0].get_mut(name).expect("a GRU has it");
    let columns = matrix.shape[1];
    let scales = column_scales(&matrix.data, columns);
    for (index, weight) in matrix.data.iter_mut().enumerate() {
        // One of each column is the max integer, as the scales have it.
        let integer = if index / columns == 1 { f32::from(MAX_INTEGER) } else { (index % 50) as f32 - 25.0 };
        *weight = integer * scales[index % columns];
    }
    let bytes = |weights| bundle.to_bytes(weights).expect("the bundle is valid");
    let read = Bundle::from_bytes(&bytes(WeightType::I8)).expect("what was written is read");
    assert_eq!(read.weights[0][name], bundle.weights[0][name]);
    let other = "recurrent.0.forward.input_weight";
    let half = Bundle::from_bytes(&bytes(WeightType::F16)).expect("what was written is read");
    assert_eq!(read.weights[0][other], half.weights[0][other], "what integers cannot hold is f16");

    let pack = burn_pack::Reader::from_bytes(burn_pack::Bytes::from_bytes_vec(bytes(WeightType::I8)));
    let pack = pack.expect("burn-pack reads it");
    let tensors = pack.into_tensors().expect("burn-pack reads it").into_iter();
    let tensors = tensors.map(|tensor| tensor.into_parts().expect("its bytes are there"));
    let types: Vec<(String, burn_pack::DType)> = tensors.map(|(name, dtype, ..)| (name, dtype)).collect();
    let dtype = |name: &str| types.iter().find(|(found, _)| found == name).map(|(_, dtype)| *dtype);
    assert_eq!(dtype(&format!("member.0.{name}")), Some(burn_pack::DType::I8));
    assert_eq!(dtype(&format!("member.0.{name}.scale")), Some(burn_pack::DType::F16));
}
