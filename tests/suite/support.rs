//! A small model for tests that are not about a particular network.

use painwave::aggregate::{Aggregation, MemberAggregation, WindowAggregation};
use painwave::bundle::{Bundle, KnownAnswers, Manifest, Member, ModelCard, VERSION};
use painwave::decision::Decision;
use painwave::engine::{self, EngineKind, Precision};
use painwave::features::{DenseFeature, FeatureTransform, Projection};
use painwave::network::{
    CategoryEmbedding, Cell, ConvBlock, Head, NetworkConfig, Parameter, Pooling, Recurrent, TimeEmbedding,
};
use painwave::recording::{Category, Schema};
use painwave::windows::{Tail, WindowBatch, WindowConfig};

/// Numbers in -0.5..0.5 that are the same on every machine (SplitMix64).
pub struct Numbers(pub u64);

impl Iterator for Numbers {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        Some((z >> 40) as f32 / (1 << 24) as f32 - 0.5)
    }
}

/// Runs a future that is ready at its first poll, as those of the CPU engines are.
pub fn ready<F: Future>(future: F) -> F::Output {
    pollster::block_on(future)
}

pub fn schema() -> Schema {
    let levels = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
    Schema {
        id: vec!["subject".into()],
        time: Some("time".into()),
        channels: vec!["x".into(), "y".into()],
        categories: vec![Category { column: "hand".into(), levels: levels(&["two", "one+hook_hand"]) }],
        ignored: vec!["note".into()],
        label: None,
    }
}

/// A conv, a GRU, both embeddings; windows of 4 steps; two members with different weights, the second of
/// which reads a level and a principal component instead of two columns.
pub fn bundle() -> Bundle {
    of_groups(["", ""])
}

/// Groups of classes written as `a|b,c`; none in an empty text.
pub fn groups(text: &str) -> Vec<Vec<String>> {
    let groups = text.split('|').filter(|group| !group.is_empty());
    groups.map(|group| group.split(',').map(str::to_owned).collect()).collect()
}

/// As [`bundle`], of two members that have these groups.
pub fn of_groups(texts: [&str; 2]) -> Bundle {
    let network = |groups: &[Vec<String>]| NetworkConfig {
        dense: 2,
        classes: if groups.is_empty() { 3 } else { groups.len() },
        category_embeddings: vec![CategoryEmbedding { levels: 2, width: 2 }],
        time_embedding: Some(TimeEmbedding { steps: 5, width: 1 }),
        conv: vec![ConvBlock { channels: 4, kernel: 3, pool: 2, dropout: 0.0 }],
        recurrent: Some(Recurrent {
            cell: Cell::Gru,
            hidden: 3,
            layers: 1,
            bidirectional: false,
            dropout: 0.0,
            output_dropout: 0.0,
            layer_norm: false,
        }),
        pooling: Pooling::Last,
        head: Head::Linear,
    };
    let window = WindowConfig { length: 4, stride: 2, tail: Tail::Drop };
    let dense = |column: &str| DenseFeature {
        column: column.into(),
        offset: 0.5,
        scale: 2.0,
        range: [0.0, 1.0],
        ..DenseFeature::default()
    };
    let columns = FeatureTransform {
        dense: vec![dense("y"), dense("x")],
        codes: vec!["hand".into()],
        projections: Vec::new(),
    };
    let mut projected = columns.clone();
    projected.dense.push(DenseFeature { level: Some(1), ..dense("hand") });
    projected.projections =
        vec![Projection { inputs: vec![1, 0], mean: vec![0.1, -0.2], components: vec![0.6, -0.8] }];
    let (members, weights) = (0..2)
        .map(|seed| {
            let groups = groups(texts[seed as usize]);
            let network = network(&groups);
            let parameters = network.parameters().into_iter().map(|spec| {
                let mut numbers = Numbers(seed * 1000 + spec.name.len() as u64);
                let data = numbers.by_ref().take(spec.shape.iter().product()).collect();
                (spec.name, Parameter { shape: spec.shape, data })
            });
            let parameters = parameters.collect();
            let batch = WindowBatch {
                windows: 2,
                length: 4,
                dense: Numbers(seed).take(16).collect(),
                codes: vec![0, 1, 0, 1, 1, 1, 0, 0],
                steps: vec![0, 1, 2, 3, 4, 5, 6, 7],
                valid: vec![4; 2],
            };
            let engine = ready(engine::build(EngineKind::Cpu, &network, &parameters, Precision::F32))
                .expect("cpu runs anywhere");
            let logits = ready(engine.logits(&batch)).expect("the batch fits the network");
            let WindowBatch { dense: inputs, codes, steps, .. } = batch;
            let member = Member {
                features: [&columns, &projected][seed as usize].clone(),
                network,
                groups,
                known_answers: KnownAnswers { dense: inputs, codes, steps, logits },
            };
            (member, parameters)
        })
        .unzip();
    Bundle {
        manifest: Manifest {
            version: VERSION,
            schema: schema(),
            sampling: Default::default(),
            classes: vec!["none".into(), "low".into(), "high".into()],
            window,
            aggregation: Aggregation {
                members: MemberAggregation::MeanProbability,
                windows: WindowAggregation::MeanProbability,
            },
            decision: Decision::default(),
            sets: Vec::new(),
            novelty: None,
            precisions: Vec::new(),
            members,
            card: ModelCard { name: "test".into(), ..ModelCard::default() },
        },
        weights,
    }
}
