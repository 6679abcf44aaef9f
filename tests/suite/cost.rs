//! The cost of a network is known before anything is allocated.

use painwave::network::{Cell, ConvBlock, Cost, Head, NetworkConfig, Pooling, Recurrent};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::golden;

fn network(conv: &[(usize, usize)], recurrent: Option<(Cell, usize, bool)>) -> NetworkConfig {
    NetworkConfig {
        dense: 4,
        classes: 3,
        category_embeddings: Vec::new(),
        time_embedding: None,
        conv: conv
            .iter()
            .map(|&(channels, kernel)| ConvBlock { channels, kernel, pool: 1, dropout: 0.0 })
            .collect(),
        recurrent: recurrent.map(|(cell, hidden, bidirectional)| Recurrent {
            cell,
            hidden,
            layers: 1,
            bidirectional,
            dropout: 0.0,
            output_dropout: 0.0,
            layer_norm: false,
        }),
        pooling: Pooling::Last,
        head: Head::Linear,
    }
}

const GIB: u64 = 1 << 30;

#[test]
fn the_weights_take_at_least_what_the_parameters_do() {
    for golden in golden::all() {
        let Cost { weights, activations, flops } = golden.config.cost(golden.length);
        assert!(weights >= 4 * golden.config.parameter_count() as u64, "{}", golden.name);
        assert!(activations > 0 && flops > 0, "{}", golden.name);
    }
}

#[test]
fn the_work_of_the_default_network_is_known() {
    let golden = golden::all().into_iter().find(|golden| golden.name == "cnn_gru_full").expect("it is there");
    let cost = golden.config.cost(golden.length);
    // Two operations for each weight of the conv blocks at 16 and 8 steps, of the GRUs at 4 steps, of the head at one.
    let [conv, gru, head] =
        [16 * 28 * 3 * 32 + 8 * 32 * 3 * 64, 4 * 3 * 256 * (64 + 256) + 4 * 3 * 256 * (256 + 256), 256 * 3];
    assert_eq!(cost.flops, 2 * (conv + gru + head));
}

#[test]
fn a_small_file_that_asks_for_gigabytes_is_seen_through() {
    let blocks: Vec<(usize, usize)> = (0..16).map(|i| (if i % 2 == 0 { 4096 } else { 1 }, 1)).collect();
    assert!(network(&blocks, None).cost(65_536).activations > 8 * GIB);
    let wide = network(&[], Some((Cell::Gru, 512, true))).cost(65_536);
    assert!(wide.activations > GIB / 2 && wide.activations < 2 * GIB, "{wide:?}");
    assert!(network(&[(4096, 255), (4096, 255)], None).cost(65_536).weights > 15 * GIB);
}

#[test]
fn sizes_beyond_all_numbers_saturate() {
    let cost = network(&[(usize::MAX, usize::MAX)], Some((Cell::Lstm, usize::MAX, true))).cost(usize::MAX);
    assert_eq!(cost, Cost { weights: u64::MAX, activations: u64::MAX, flops: u64::MAX });
}
