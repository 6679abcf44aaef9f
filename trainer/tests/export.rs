//! Bundles in other programs' formats: what the files hold. That onnxruntime runs them is what
//! trainer/tests/golden/onnx_check.py proves; here they must be the very graphs that it proved.

#[path = "../../tests/suite/golden.rs"]
#[allow(dead_code, reason = "the suite of the engines uses all of it")]
mod golden;
#[path = "../../tests/suite/support.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use golden::Golden;
use painwave::Bundle;
use painwave::bundle::{KnownAnswers, Manifest, Member};
use painwave::features::{DenseFeature, FeatureTransform};
use painwave::recording::{Category, Schema};
use painwave::windows::{WindowBatch, WindowConfig};
use painwave_train::export::onnx::proto::DimensionValue::{Name, Size};
use painwave_train::export::onnx::proto::{DataType, GraphProto, ModelProto, ValueInfoProto};
use painwave_train::export::{Format, export};
use prost::Message;
use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};

const EMBEDDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/cnn-gru.bpk");

fn embedded() -> Bundle {
    Bundle::from_bytes(&fs::read(EMBEDDED).unwrap()).unwrap()
}

/// A bundle of golden networks with the same classes and length of window; the known answers are PyTorch's.
fn bundle(goldens: &[&Golden]) -> Bundle {
    let width = goldens.iter().map(|golden| golden.config.dense).max().unwrap_or(0);
    let channels: Vec<String> = (0..width).map(|channel| format!("channel_{channel}")).collect();
    let tables = goldens.iter().flat_map(|golden| golden.config.category_embeddings.iter().enumerate());
    let categories = tables.map(|(k, table)| {
        let levels = (0..table.levels).map(|level| level.to_string()).collect();
        Category { column: format!("category_{k}"), levels }
    });
    let categories: Vec<Category> = categories.collect();
    let members = goldens.iter().map(|golden| {
        let dense = channels.iter().take(golden.config.dense).cloned();
        let dense = dense.map(|column| DenseFeature {
            column,
            scale: 1.0,
            range: [-1.0, 1.0],
            ..DenseFeature::default()
        });
        let count = golden.config.category_embeddings.len();
        let codes = categories.iter().take(count).map(|category| category.column.clone()).collect();
        let WindowBatch { dense: inputs, codes: levels, steps, .. } = golden.batch();
        Member {
            features: FeatureTransform { dense: dense.collect(), codes, projections: Vec::new() },
            network: golden.config.clone(),
            groups: Vec::new(),
            known_answers: KnownAnswers {
                dense: inputs,
                codes: levels,
                steps,
                logits: golden.logits.clone(),
            },
        }
    });
    let members = members.collect();
    let template = support::bundle().manifest;
    Bundle {
        manifest: Manifest {
            sampling: Default::default(),
            classes: (0..goldens[0].config.classes).map(|class| format!("class_{class}")).collect(),
            window: WindowConfig { length: goldens[0].length, ..template.window },
            schema: Schema { channels, categories, ..template.schema.clone() },
            members,
            ..template
        },
        weights: goldens.iter().map(|golden| golden.weights()).collect(),
    }
}

/// Every golden network, and two that read different inputs as one ensemble.
fn bundles() -> BTreeMap<&'static str, Bundle> {
    let goldens = golden::all();
    let named = |name| goldens.iter().find(|golden| golden.name == name).expect(name);
    let ensemble = bundle(&[named("gru"), named("embeddings_only")]);
    let single = goldens.iter().map(|golden| (golden.name, bundle(&[golden])));
    single.chain([("ensemble", ensemble)]).collect()
}

fn onnx(bundle: &Bundle) -> ModelProto {
    ModelProto::decode(export(bundle, Format::Onnx).unwrap().as_slice()).unwrap()
}

/// Hexadecimal SHA-256 of the encoded graph: the model without what is said about it.
fn digest(model: &ModelProto) -> String {
    let graph = model.graph.as_ref().unwrap().encode_to_vec();
    Sha256::digest(graph).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The shape, `N` being 0, and the type of elements of each input or output.
fn shapes(values: &[ValueInfoProto]) -> BTreeMap<&str, (Vec<i64>, DataType)> {
    let shape = |value: &ValueInfoProto| {
        let tensor = value.r#type.clone().unwrap().tensor_type.unwrap();
        let sizes = tensor.shape.as_ref().unwrap().dim.iter().map(|dim| match dim.value.as_ref().unwrap() {
            Size(size) => *size,
            Name(name) => i64::from(name != "N"),
        });
        (sizes.collect(), tensor.elem_type())
    };
    values.iter().map(|value| (value.name(), shape(value))).collect()
}

/// Leaves the files where `onnx_check.py` finds them.
#[test]
fn the_graphs_are_those_that_onnxruntime_has_proved() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("onnx");
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, bundle: &Bundle| {
        fs::write(folder.join(name).with_extension("onnx"), export(bundle, Format::Onnx).unwrap()).unwrap();
    };
    write("embedded", &embedded());
    let mut digests = BTreeMap::new();
    for (name, bundle) in bundles() {
        write(name, &bundle);
        digests.insert(name, digest(&onnx(&bundle)));
    }
    let proven: BTreeMap<&str, String> = serde_json::from_str(include_str!("golden/onnx.json")).unwrap();
    let folder = folder.display();
    assert_eq!(digests, proven, "prove the new ones: trainer/tests/golden/onnx_check.py {folder} --write");
}

#[test]
fn a_graph_reads_what_is_there_and_holds_every_weight() {
    let embedded = [("embedded", embedded())];
    for (name, bundle) in bundles().into_iter().chain(embedded) {
        let model = onnx(&bundle);
        let GraphProto { node, initializer, input, output, .. } = model.graph.unwrap();
        let mut known: BTreeSet<&str> = input.iter().map(|value| value.name()).collect();
        assert!(initializer.iter().all(|constant| known.insert(constant.name())), "{name}");
        for node in &node {
            assert!(node.input.iter().all(|value| known.contains(value.as_str())), "{name}: {node:?}");
            assert!(node.output.iter().all(|value| known.insert(value)), "{name}: {node:?}");
        }
        assert!(output.iter().all(|value| known.contains(value.name())), "{name}");
        let read: BTreeSet<&String> = node.iter().flat_map(|node| &node.input).collect();
        let mut given = input.iter().map(|value| value.name()).chain(initializer.iter().map(|c| c.name()));
        assert!(given.all(|value| read.contains(&value.to_owned())), "{name} has what it does not read");

        let floats = initializer.iter().filter(|constant| constant.data_type() == DataType::Float);
        let written: usize = floats.map(|constant| constant.raw_data().len() / 4).sum();
        let weights = bundle.weights.iter().flat_map(BTreeMap::values);
        assert_eq!(written, weights.map(|weight| weight.data.len()).sum::<usize>(), "{name}");

        let manifest = &model.metadata_props[0];
        assert_eq!(manifest.key(), "painwave");
        let manifest: Manifest = serde_json::from_str(manifest.value()).unwrap();
        assert_eq!(manifest, bundle.manifest, "{name}");
    }
}

#[test]
fn inputs_and_outputs_are_as_documented() {
    use DataType::{Float, Int64};
    let bundles = bundles();
    let graph = |name| onnx(&bundles[name]).graph.unwrap();
    let bigru = graph("bigru_attention");
    let inputs = [
        ("codes", (vec![0, 20, 3], Int64)),
        ("dense", (vec![0, 20, 6], Float)),
        ("steps", (vec![0, 20], Int64)),
    ];
    assert_eq!(shapes(&bigru.input), inputs.into());
    assert_eq!(shapes(&bigru.output), [("logits", (vec![0, 3], Float))].into());
    assert_eq!(shapes(&graph("gru").input), [("dense", (vec![0, 6, 5], Float))].into());

    let ensemble = graph("ensemble");
    let inputs = [
        ("codes_1", (vec![0, 6, 1], Int64)),
        ("dense_0", (vec![0, 6, 5], Float)),
        ("steps", (vec![0, 6], Int64)),
    ];
    assert_eq!(shapes(&ensemble.input), inputs.into());
    let logits = (vec![0, 3], Float);
    assert_eq!(shapes(&ensemble.output), [("logits_0", logits.clone()), ("logits_1", logits)].into());
}

#[test]
fn safetensors_hold_every_weight_and_the_manifest() {
    let bundle = &bundles()["ensemble"];
    let bytes = export(bundle, Format::Safetensors).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names: Vec<String> = file.names().into_iter().map(str::to_owned).collect();
    names.sort();
    let mut expected = Vec::new();
    for (member, weights) in bundle.weights.iter().enumerate() {
        for (name, weight) in weights {
            let name = format!("member.{member}.{name}");
            let tensor = file.tensor(&name).unwrap();
            assert_eq!((tensor.dtype(), tensor.shape()), (Dtype::F32, weight.shape.as_slice()), "{name}");
            let elements = tensor.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
            assert!(elements.eq(weight.data.iter().copied()), "{name}");
            expected.push(name);
        }
    }
    expected.sort();
    assert_eq!(names, expected);
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let manifest = &header.metadata().as_ref().unwrap()["painwave"];
    assert_eq!(serde_json::from_str::<Manifest>(manifest).unwrap(), bundle.manifest);
    assert_eq!(export(bundle, Format::Safetensors).unwrap(), bytes);
}

fn trainer_export(bundle: &Path, format: &str, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.arg("export").arg(bundle).args(["--format", format, "--out"]).arg(out).output().unwrap()
}

#[test]
fn the_command_writes_what_the_library_does() {
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in [("onnx", Format::Onnx), ("safetensors", Format::Safetensors)] {
        let out = folder.path().join(name);
        let output = trainer_export(EMBEDDED.as_ref(), name, &out);
        assert!(output.status.success(), "{output:?}");
        assert!(fs::read(out).unwrap() == export(&embedded(), format).unwrap());
    }
}

#[test]
fn what_cannot_be_exported_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    fs::write(path("text.bpk"), "no bundle").unwrap();
    let refused = |bundle: &Path, format: &str, out: &Path, expected: &str| {
        let output = trainer_export(bundle, format, out);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(!out.exists());
    };
    let embedded = EMBEDDED.as_ref();
    refused(embedded, "pickle", &path("a"), "[possible values: safetensors, onnx]");
    refused(&path("text.bpk"), "onnx", &path("a"), "text.bpk: this is not a whole burnpack file");
    refused(&path("none.bpk"), "onnx", &path("a"), "cannot read");
    refused(embedded, "onnx", &path("no/folder/a"), "cannot write");

    let mut bundle = self::embedded();
    bundle.weights[0].pop_first();
    assert!(export(&bundle, Format::Onnx).unwrap_err().to_string().starts_with("the bundle is not valid"));
}
