//! The networks of a bundle as one ONNX model.
//!
//! | value | type | is |
//! |---|---|---|
//! | input `dense` | f32 `[N, L, F]` | the dense features, scaled, if there are any |
//! | input `codes` | i64 `[N, L, K]` | the category codes, if the network embeds any |
//! | input `steps` | i64 `[N, L]` | each step's index in its recording, if the network embeds it |
//! | output `logits` | f32 `[N, classes]` | the logits of each window |
//!
//! `N` is any number of windows; `L` is the window's length. The graph is for full windows only: it takes every step as
//! data, whereas padded windows have logits of their valid steps alone. An ensemble has `dense_<i>`, `codes_<i>` and
//! `logits_<i>` for each member, because the features of each are fitted to its own part of the data; `steps` is the same
//! for all. A member that is a stage has logits of its groups of classes. How features are computed from a recording, and
//! a prediction from logits, is not in the graph: the manifest in the metadata property `painwave` describes both, and
//! holds windows with known answers.
//!
//! Only operators of ONNX's own set, version 17, are used.

mod graph;
mod network;
pub mod proto;

use painwave::Bundle;
use painwave::bundle::MANIFEST_KEY;
use painwave::bundle::Member;
use prost::Message;

use self::graph::GraphWriter;
use self::network::{Inputs, write_network};
use self::proto::{DataType, ModelProto, OperatorSetIdProto, StringStringEntryProto};

/// Version of ONNX's operators; 17 brought `LayerNormalization`.
const OPERATORS: i64 = 17;
/// Version of the file format that came with these operators.
const IR_VERSION: i64 = 8;

/// The file of a valid bundle.
pub(super) fn export(bundle: &Bundle, manifest: String) -> Vec<u8> {
    let card = &bundle.manifest.card;
    let model = ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: Some("painwave".to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        doc_string: Some(format!(
            "{}: {} Inputs must be prepared as the manifest in the metadata property `{MANIFEST_KEY}` says.",
            card.name, card.description
        )),
        graph: Some(graph(bundle)),
        opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(OPERATORS) }],
        metadata_props: vec![StringStringEntryProto {
            key: Some(MANIFEST_KEY.to_owned()),
            value: Some(manifest),
        }],
    };
    model.encode_to_vec()
}

fn graph(bundle: &Bundle) -> proto::GraphProto {
    let manifest = &bundle.manifest;
    let mut writer = GraphWriter::default();
    writer.graph.name = Some("painwave".to_owned());

    let length = manifest.window.length;
    let timed = manifest.members.iter().any(|member| member.network.time_embedding.is_some());
    let steps = timed.then(|| {
        let about = "index of each step in its recording, from 0".to_owned();
        writer.input("steps".to_owned(), DataType::Int64, &[length], about)
    });
    for (index, (member, parameters)) in manifest.members.iter().zip(&bundle.weights).enumerate() {
        let Member { features, network, groups, .. } = member;
        let named = |name: &str| match manifest.members.len() {
            1 => name.to_owned(),
            _ => format!("{name}_{index}"),
        };
        let dense = (network.dense > 0).then(|| {
            let about = "scaled features, in the order of the manifest's `features`".to_owned();
            writer.input(named("dense"), DataType::Float, &[length, network.dense], about)
        });
        let codes = (!network.category_embeddings.is_empty()).then(|| {
            let about = format!("codes of the levels of {}", features.codes.join(", "));
            let columns = network.category_embeddings.len();
            writer.input(named("codes"), DataType::Int64, &[length, columns], about)
        });
        writer.scope(format!("member.{index}."));
        let inputs = Inputs { dense, codes, steps: steps.clone() };
        let logits = write_network(&mut writer, network, parameters, &inputs);
        let of = match groups.len() {
            0 => manifest.classes.join(", "),
            _ => groups.iter().map(|group| group.join(" or ")).collect::<Vec<_>>().join(", "),
        };
        let about = format!("before the softmax, of {of}");
        writer.output(&logits, named("logits"), &[network.classes], about);
    }
    writer.graph
}
