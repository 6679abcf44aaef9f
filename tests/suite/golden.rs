//! PyTorch's answers of tests/golden/network.py.

use painwave::network::{NetworkConfig, Parameter, ParameterSpec, Parameters};
use painwave::windows::WindowBatch;
use serde::Deserialize;

/// A network, a batch and what PyTorch computed for them.
#[derive(Deserialize)]
pub struct Golden {
    #[serde(skip)]
    pub name: &'static str,
    pub config: NetworkConfig,
    pub windows: usize,
    pub length: usize,
    pub parameters: Vec<GoldenParameter>,
    /// Valid steps of each window; empty if all are.
    #[serde(default)]
    pub valid: Vec<u32>,
    /// `[windows, classes]`.
    pub logits: Vec<f32>,
}

/// A weight, whose elements come from the generator.
#[derive(Deserialize)]
pub struct GoldenParameter {
    pub name: String,
    pub shape: Vec<usize>,
    pub scale: f32,
}

macro_rules! golden {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../golden/network/", $name, ".json")))),*]
    };
}

/// Every case with padded windows.
pub fn padded() -> Vec<Golden> {
    let files = golden![
        "padded_rnn",
        "padded_bilstm",
        "padded_bigru",
        "padded_conv",
        "padded_conv_gru",
        "padded_attention",
    ];
    files.map(parse).into()
}

fn parse((name, text): (&'static str, &str)) -> Golden {
    Golden { name, ..serde_json::from_str(text).expect(name) }
}

/// Every case with full windows.
pub fn all() -> Vec<Golden> {
    let files = golden![
        "gru",
        "cnn_gru",
        "cnn_gru_full",
        "bigru_attention",
        "bigru_last",
        "lstm",
        "bilstm",
        "rnn",
        "birnn_mean",
        "conv_only",
        "conv_last",
        "pooling_only",
        "odd_sizes",
        "embeddings_only",
        "one_step",
    ];
    files.map(parse).into()
}

impl Golden {
    /// Names and shapes of PyTorch's parameters.
    pub fn specs(&self) -> Vec<ParameterSpec> {
        let spec =
            |entry: &GoldenParameter| ParameterSpec { name: entry.name.clone(), shape: entry.shape.clone() };
        self.parameters.iter().map(spec).collect()
    }

    /// The weights.
    pub fn weights(&self) -> Parameters {
        let weight = |entry: &GoldenParameter| {
            let data = uniform(&entry.name, entry.shape.iter().product());
            let data = data.map(|u| u * entry.scale).collect();
            (entry.name.clone(), Parameter { shape: entry.shape.clone(), data })
        };
        self.parameters.iter().map(weight).collect()
    }

    /// The windows; window `n` starts at step `7 n`.
    pub fn batch(&self) -> WindowBatch {
        let rows = self.windows * self.length;
        let levels: Vec<u64> =
            self.config.category_embeddings.iter().map(|table| table.levels as u64).collect();
        let codes = bits("codes", rows * levels.len()).enumerate();
        let steps = (0..self.windows).flat_map(|window| (0..self.length).map(move |step| 7 * window + step));
        WindowBatch {
            windows: self.windows,
            length: self.length,
            dense: uniform("dense", rows * self.config.dense).collect(),
            codes: codes.map(|(i, code)| (code % levels[i % levels.len()]) as u8).collect(),
            steps: steps.map(|step| step as u16).collect(),
            valid: match self.valid.len() {
                0 => vec![self.length as u32; self.windows],
                _ => self.valid.clone(),
            },
        }
    }
}

/// SplitMix64, seeded with the FNV-1a hash of a tensor's name.
fn bits(name: &str, count: usize) -> impl Iterator<Item = u64> + use<> {
    let hash = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    let seed = name.bytes().fold(0xCBF2_9CE4_8422_2325, hash);
    (1..=count as u64).map(move |i| {
        let z = i.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(seed);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    })
}

/// The upper 24 bits as a number in `[-1, 1)`.
fn uniform(name: &str, count: usize) -> impl Iterator<Item = f32> + use<> {
    bits(name, count).map(|bits| (bits >> 40) as f32 / (1 << 23) as f32 - 1.0)
}
