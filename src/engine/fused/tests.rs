//! The engine against a forward pass that is as plain as the formulas, on networks of odd sizes.

mod reference;

use super::*;
use crate::network::{
    CategoryEmbedding, Cell, ConvBlock, Head, Parameter, Pooling, Recurrent, TimeEmbedding,
};

#[cfg(not(target_arch = "wasm32"))]
use core::prelude::v1::test;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Marsaglia's xorshift: the same values in every run and on every target.
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// An integer from `min` to `max`.
    fn integer(&mut self, min: usize, max: usize) -> usize {
        min + self.next() as usize % (max - min + 1)
    }

    fn flag(&mut self) -> bool {
        self.integer(0, 1) == 1
    }

    /// A number from -1 to 1.
    fn number(&mut self) -> f32 {
        self.next() as f32 / (u32::MAX / 2) as f32 - 1.0
    }

    fn network(&mut self) -> NetworkConfig {
        let conv = (0..self.integer(0, 2))
            .map(|_| ConvBlock {
                channels: self.integer(1, 19),
                kernel: 2 * self.integer(0, 2) + 1,
                pool: self.integer(1, 3),
                dropout: 0.2,
            })
            .collect();
        let recurrent = self.flag().then(|| Recurrent {
            cell: [Cell::Rnn, Cell::Lstm, Cell::Gru][self.integer(0, 2)],
            hidden: self.integer(1, 37),
            layers: self.integer(1, 3),
            bidirectional: self.flag(),
            dropout: 0.5,
            output_dropout: 0.5,
            layer_norm: self.flag(),
        });
        let hidden = self.integer(1, 20);
        NetworkConfig {
            dense: self.integer(1, 21),
            classes: self.integer(2, 9),
            category_embeddings: (0..self.integer(0, 3))
                .map(|_| CategoryEmbedding { levels: self.integer(1, 4), width: self.integer(1, 5) })
                .collect(),
            time_embedding: self
                .flag()
                .then(|| TimeEmbedding { steps: self.integer(1, 12), width: self.integer(1, 9) }),
            conv,
            recurrent,
            pooling: [Pooling::Last, Pooling::Mean, Pooling::Attention][self.integer(0, 2)],
            head: if self.flag() { Head::Linear } else { Head::Mlp { hidden, dropout: 0.5 } },
        }
    }

    fn parameters(&mut self, config: &NetworkConfig) -> Parameters {
        let specs = config.parameters().into_iter();
        let parameters = specs.map(|spec| {
            let fan_in = spec.shape.iter().rev().skip(1).product::<usize>().max(1) as f32;
            let data =
                (0..spec.shape.iter().product()).map(|_| self.number() * 2.0 / fan_in.sqrt()).collect();
            (spec.name, Parameter { shape: spec.shape, data })
        });
        parameters.collect()
    }

    fn batch(&mut self, config: &NetworkConfig, windows: usize, length: usize) -> WindowBatch {
        let rows = windows * length;
        let start = self.integer(0, 20);
        WindowBatch {
            windows,
            length,
            dense: (0..rows * config.dense).map(|_| 2.0 * self.number()).collect(),
            codes: (0..rows)
                .flat_map(|_| config.category_embeddings.iter().map(|table| table.levels))
                .map(|levels| self.integer(0, levels - 1) as u8)
                .collect(),
            steps: (0..rows).map(|row| (start + row % length) as u16).collect(),
            // Half of the batches have padded windows.
            valid: match self.flag() {
                true => vec![length as u32; windows],
                false => (0..windows).map(|_| self.integer(1, length) as u32).collect(),
            },
        }
    }
}

/// Max differences of a logit.
const TOLERANCES: [(Precision, f32); 3] =
    [(Precision::F32, 1e-4), (Precision::I16, 2e-3), (Precision::I8, 0.05)];

/// Max difference of any instruction set of this machine from the plain forward pass.
fn difference(
    config: &NetworkConfig,
    parameters: &Parameters,
    batch: &WindowBatch,
    precision: Precision,
) -> f32 {
    let expected = reference::logits(config, parameters, batch);
    // `f32::max` would hide NaN.
    let worse = |worst: f32, next: f32| if next <= worst { worst } else { next };
    let engines = Isa::available().map(|isa| FusedEngine::with_isa(isa, precision, config, parameters));
    let differences = engines.map(|engine| {
        let logits = engine.expect("the network is valid").compute(batch).expect("the batch is valid");
        assert_eq!(logits.len(), expected.len());
        logits.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, worse)
    });
    differences.fold(0.0, worse)
}

fn cnn_gru() -> NetworkConfig {
    let conv = |channels| ConvBlock { channels, kernel: 3, pool: 2, dropout: 0.2 };
    NetworkConfig {
        dense: 20,
        classes: 3,
        category_embeddings: Vec::new(),
        time_embedding: Some(TimeEmbedding { steps: 160, width: 8 }),
        conv: vec![conv(32), conv(64)],
        recurrent: Some(Recurrent {
            cell: Cell::Gru,
            hidden: 256,
            layers: 2,
            bidirectional: false,
            dropout: 0.5,
            output_dropout: 0.5,
            layer_norm: false,
        }),
        pooling: Pooling::Last,
        head: Head::Linear,
    }
}

#[test]
fn networks_of_any_shape_equal_the_plain_forward_pass() {
    let mut random = Random(20_261_101);
    let mut compared = 0;
    for _ in 0..300 {
        let config = random.network();
        let parameters = random.parameters(&config);
        let (windows, length) = (random.integer(1, 40), random.integer(1, 17));
        if config.validate(length).is_err() {
            continue;
        }
        let batch = random.batch(&config, windows, length);
        // A layer norm of a few units that hardly differ enlarges every error.
        let enlarged =
            if config.recurrent.as_ref().is_some_and(|layers| layers.layer_norm) { 10.0 } else { 1.0 };
        for (precision, tolerance) in TOLERANCES {
            let difference = difference(&config, &parameters, &batch, precision);
            assert!(
                difference < enlarged * tolerance,
                "{precision} is off by {difference}: {windows} windows of {length} steps, {config:#?}"
            );
        }
        compared += 1;
    }
    assert!(compared > 200);
}

#[test]
fn the_default_network_equals_the_plain_forward_pass() {
    let mut random = Random(7);
    let config = cnn_gru();
    let parameters = random.parameters(&config);
    let batch = random.batch(&config, 37, 16);
    for (precision, tolerance) in TOLERANCES {
        assert!(difference(&config, &parameters, &batch, precision) < tolerance);
    }
}

#[test]
fn long_windows_and_many_chunks_equal_the_plain_forward_pass() {
    let mut random = Random(8);
    let mut config = cnn_gru();
    config.conv.clear();
    config.pooling = Pooling::Attention;
    config.recurrent = Some(Recurrent {
        cell: Cell::Lstm,
        hidden: 64,
        layers: 1,
        bidirectional: true,
        dropout: 0.0,
        output_dropout: 0.0,
        layer_norm: true,
    });
    let parameters = random.parameters(&config);
    let batch = random.batch(&config, 35, 160);
    for (precision, tolerance) in TOLERANCES {
        assert!(difference(&config, &parameters, &batch, precision) < tolerance);
    }
}

#[test]
fn windows_that_take_much_memory_are_computed_one_by_one() {
    let mut config = cnn_gru();
    config.conv.clear();
    let layers = config.recurrent.as_mut().expect("a GRU has it");
    (layers.hidden, layers.layers, layers.bidirectional) = (512, 1, true);
    let parameters = Random(16).parameters(&config);
    let engine = FusedEngine::new(&config, &parameters, Precision::F32).unwrap();
    assert_eq!(engine.network.windows_at_once(65_536), 1);
    assert!(engine.network.windows_at_once(16) >= 16);
}

#[test]
fn the_longest_window_is_pooled_as_exactly_as_a_short_one() {
    for pooling in [Pooling::Mean, Pooling::Attention] {
        let config = NetworkConfig {
            dense: 1,
            classes: 2,
            category_embeddings: Vec::new(),
            time_embedding: None,
            conv: Vec::new(),
            recurrent: None,
            pooling,
            head: Head::Linear,
        };
        let specs = config.parameters().into_iter();
        let ones = specs.map(|spec| {
            let data = vec![1.0; spec.shape.iter().product()];
            (spec.name, Parameter { shape: spec.shape, data })
        });
        let engine = FusedEngine::new(&config, &ones.collect(), Precision::F32).unwrap();
        let length = 65_536;
        let (dense, steps) = (vec![0.85; length], vec![0; length]);
        let valid = vec![length as u32];
        let batch = WindowBatch { windows: 1, length, dense, codes: Vec::new(), steps, valid };
        for logit in engine.compute(&batch).unwrap() {
            assert!((logit - 1.85).abs() < 1e-5, "{pooling:?} gives {logit}");
        }
    }
}

#[test]
fn a_window_does_not_depend_on_its_neighbours() {
    let mut random = Random(9);
    let config = cnn_gru();
    let parameters = random.parameters(&config);
    let batch = random.batch(&config, 300, 16);
    let (dense, steps) = (16 * config.dense, 16);
    for (precision, _) in TOLERANCES {
        let engine = FusedEngine::new(&config, &parameters, precision).unwrap();
        let together = engine.compute(&batch).unwrap();
        for window in [0, 1, 36, 150, 299] {
            let alone = WindowBatch {
                windows: 1,
                length: 16,
                dense: batch.dense[window * dense..][..dense].to_vec(),
                codes: Vec::new(),
                steps: batch.steps[window * steps..][..steps].to_vec(),
                valid: vec![batch.valid[window]],
            };
            assert_eq!(engine.compute(&alone).unwrap(), together[window * 3..][..3], "{precision}");
        }
    }
}

#[test]
fn extreme_inputs_saturate_and_nan_stays_visible() {
    let mut random = Random(10);
    let config = cnn_gru();
    let parameters = random.parameters(&config);
    let mut batch = random.batch(&config, 2, 16);
    batch.dense.iter_mut().for_each(|x| *x *= 1e30);
    for (isa, (precision, _)) in Isa::available().flat_map(|isa| TOLERANCES.map(|one| (isa, one))) {
        let engine = FusedEngine::with_isa(isa, precision, &config, &parameters).unwrap();
        assert!(engine.compute(&batch).unwrap().iter().all(|logit| logit.is_finite()));
        let mut bad = batch.clone();
        bad.dense[16 * config.dense + 7] = f32::NAN;
        let logits = engine.compute(&bad).unwrap();
        assert!(logits[..3].iter().all(|logit| logit.is_finite()));
        assert!(logits[3..].iter().all(|logit| logit.is_nan()));
    }
}

/// Weights and inputs at the ends of their ranges, where a sum that could overflow would.
#[test]
fn the_largest_sums_fit() {
    let inputs = 700;
    let layers = Recurrent {
        cell: Cell::Rnn,
        hidden: 1,
        layers: 1,
        bidirectional: false,
        dropout: 0.0,
        output_dropout: 0.0,
        layer_norm: false,
    };
    let config = NetworkConfig {
        dense: inputs,
        classes: 2,
        category_embeddings: Vec::new(),
        time_embedding: None,
        conv: Vec::new(),
        recurrent: Some(layers),
        pooling: Pooling::Last,
        head: Head::Linear,
    };
    let mut parameters = Random(14).parameters(&config);
    for (name, weight) in [("input_weight", 1.0 / inputs as f32), ("input_bias", 0.0), ("hidden_bias", 0.0)] {
        let parameter = parameters.get_mut(&format!("recurrent.0.forward.{name}")).expect("an RNN has it");
        parameter.data.fill(weight);
    }
    let mut batch = Random(15).batch(&config, 2, 1);
    batch.dense[..inputs].fill(1.0);
    batch.dense[inputs..].fill(-1.0);
    for (precision, tolerance) in TOLERANCES {
        assert!(difference(&config, &parameters, &batch, precision) < tolerance, "{precision}");
    }
}

#[test]
fn an_empty_batch_has_no_logits() {
    let config = cnn_gru();
    let engine = FusedEngine::new(&config, &Random(11).parameters(&config), Precision::F32).unwrap();
    assert!(engine.compute(&WindowBatch::default()).unwrap().is_empty());
}

#[test]
fn a_batch_of_other_widths_is_refused() {
    let config = cnn_gru();
    let mut random = Random(12);
    let engine = FusedEngine::new(&config, &random.parameters(&config), Precision::F32).unwrap();
    let mut batch = random.batch(&config, 2, 16);
    batch.dense.pop();
    assert!(matches!(engine.compute(&batch), Err(EngineError::Batch { what: "dense values", .. })));
    let short = random.batch(&config, 2, 3);
    assert!(matches!(engine.compute(&short), Err(EngineError::Config(_))));
}

#[test]
fn a_missing_weight_is_named() {
    let config = cnn_gru();
    let mut parameters = Random(13).parameters(&config);
    parameters.remove("recurrent.1.forward.hidden_bias");
    let error = FusedEngine::new(&config, &parameters, Precision::F32).err().expect("a weight is missing");
    assert!(
        matches!(error, EngineError::Parameter { name, .. } if name == "recurrent.1.forward.hidden_bias")
    );
}

#[test]
fn threads_may_share_an_engine() {
    fn shared<T: Send + Sync>() {}
    shared::<FusedEngine>();
}
