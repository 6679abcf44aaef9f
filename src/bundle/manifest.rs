//! The manifest: all of a bundle but its weights.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::aggregate::Aggregation;
use crate::conformal::SetRule;
use crate::decision::Decision;
use crate::engine::Precision;
use crate::features::FeatureTransform;
use crate::network::NetworkConfig;
use crate::novelty::Reference;
use crate::recording::Schema;
use crate::sampling::Sampling;
use crate::windows::WindowConfig;

/// Metadata key of the manifest's JSON, in a bundle and wherever it is exported to.
pub const MANIFEST_KEY: &str = "painwave";
/// Version of the manifest that this crate writes and reads.
pub const VERSION: u32 = 1;

/// All of a bundle but the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format; see [`VERSION`].
    pub version: u32,
    /// The columns it reads.
    pub schema: Schema,
    /// How recordings are brought to the steps that it was trained on.
    #[serde(default, skip_serializing_if = "Sampling::is_default")]
    pub sampling: Sampling,
    /// Names of the classes; a class is addressed by its index.
    pub classes: Vec<String>,
    /// How recordings are cut.
    pub window: WindowConfig,
    /// How windows and members become one prediction.
    pub aggregation: Aggregation,
    /// How that prediction is calibrated, and when it decides for a class.
    #[serde(default, skip_serializing_if = "Decision::is_default")]
    pub decision: Decision,
    /// Which classes a subject may well be of, for each coverage that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<SetRule>,
    /// What the recordings of the training subjects are like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub novelty: Option<Reference>,
    /// The precisions besides `f32` that may be computed in, since they were measured to change no label and hardly a
    /// probability; see [`ModelCard::precisions`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub precisions: Vec<Precision>,
    /// The networks; more than one is an ensemble.
    pub members: Vec<Member>,
    /// Where the model comes from and how good it is.
    pub card: ModelCard,
}

/// One network of an ensemble, with the transform that was fitted with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Recording to inputs: a fold's scaler belongs to the fold.
    pub features: FeatureTransform,
    /// The network.
    pub network: NetworkConfig,
    /// The groups of classes that it tells apart, in the order of its logits; see [`crate::stages`]. Empty if it tells
    /// all classes apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Vec<String>>,
    /// A few windows and the logits that the trainer computed for them.
    pub known_answers: KnownAnswers,
}

/// A few windows and the logits that the trainer computed for them: an engine must reproduce these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAnswers {
    /// Dense inputs, `[windows, length, F]`.
    pub dense: Vec<f32>,
    /// Category codes, `[windows, length, K]`.
    pub codes: Vec<u8>,
    /// Step indices, `[windows, length]`.
    pub steps: Vec<u16>,
    /// The answers, `[windows, classes]`, or `[windows, groups]` if the member has groups.
    pub logits: Vec<f32>,
}

/// Where a model comes from and how good it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// Name of the model.
    pub name: String,
    /// What it was made for, in a sentence or two.
    pub description: String,
    /// The recipe, as it was read.
    pub recipe: String,
    /// The data: description and SHA-256 of the files. Also the seed, and in words what was chosen after training.
    #[serde(deserialize_with = "unique_keys")]
    pub data: BTreeMap<String, String>,
    /// How training and validation subjects were split.
    pub split: String,
    /// Scores by name (`weighted_f1`, `macro_f1`, `accuracy`, ...) on the validation subjects.
    #[serde(deserialize_with = "unique_keys")]
    pub metrics: BTreeMap<String, f64>,
    /// The 95 % confidence interval of each score, low and high end, to four digits; empty if it was not computed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "unique_keys")]
    pub intervals: BTreeMap<String, [f64; 2]>,
    /// Validation confusion matrix, `[true class][predicted class]`.
    pub confusion: Vec<Vec<u32>>,
    /// What storing the weights as they are changes on the validation subjects, if they were rounded to integers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightCheck>,
    /// What each precision besides `f32` changes on the validation subjects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub precisions: Vec<PrecisionCheck>,
    /// Day of the training, ISO 8601.
    pub date: String,
    /// Version of the trainer.
    pub trainer: String,
}

/// What a precision changes, compared with `f32`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrecisionCheck {
    /// The precision.
    pub precision: Precision,
    /// How many subjects it was measured on.
    pub subjects: u32,
    /// How many of them got another label.
    pub flips: u32,
    /// The max change of a subject's probability of a class.
    pub greatest_change: f64,
}

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightType {
    /// Matrices of integers of at most [`MAX_INTEGER`](crate::engine::MAX_INTEGER) times [`column_scales`](crate::bundle::column_scales) as 8-bit integers, without loss; all
    /// other weights as [`WeightType::F16`].
    I8,
    /// 16-bit floating point: half the size, 11 bits of precision.
    F16,
    /// 32-bit floating point.
    F32,
}

/// What rounding the weights changes, compared with those that were trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightCheck {
    /// How the weights are stored.
    pub stored_as: WeightType,
    /// How many subjects it was measured on.
    pub subjects: u32,
    /// How many of them got another label.
    pub flips: u32,
    /// The max change of a subject's probability of a class.
    pub greatest_change: f64,
}

/// Reads a map, refusing a duplicate key, as derived structs do; else its last value would silently win.
fn unique_keys<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    struct UniqueKeys<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueKeys<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some((key, value)) = entries.next_entry::<String, V>()? {
                match map.entry(key) {
                    Entry::Vacant(entry) => drop(entry.insert(value)),
                    Entry::Occupied(entry) => {
                        return Err(Error::custom(format_args!("duplicate key `{}`", entry.key())));
                    }
                }
            }
            Ok(map)
        }
    }

    deserializer.deserialize_map(UniqueKeys(PhantomData))
}
