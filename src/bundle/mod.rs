//! Everything that is needed to classify, as one file.
//!
//! The file is Burn's own container (burnpack, `.bpk`):
//!
//! | what | where |
//! |---|---|
//! | the members' weights, f16 or f32 | tensors `member.<i>.<name>`, named as [`NetworkConfig::parameters`] does |
//! | the [`Manifest`], JSON | metadata key `painwave` |
//! | SHA-256 of the manifest and the tensors | metadata key `painwave.sha256` |
//!
//! A bundle may come from anywhere: the reader MUST reject a file whose digest, names, shapes, sizes, ranges or
//! values are not right, before anything is allocated by what the file says.
//!
//! [`NetworkConfig::parameters`]: crate::network::NetworkConfig::parameters

mod container;
mod json;
mod manifest;
#[cfg(test)]
mod tests;
mod validate;

pub use container::ContainerError;
pub use json::UnexpectedJson;
pub use manifest::{KnownAnswers, Manifest, Member, ModelCard, PrecisionCheck, VERSION};
pub use validate::{InvalidManifest, MAX_KNOWN_ANSWERS, MAX_WINDOW};

use half::f16;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::container::{Container, Tensor};
use crate::features::FeatureError;
use crate::network::{NetworkConfigError, Parameter, Parameters};

/// Greatest size of a bundle file in bytes.
pub const MAX_FILE_SIZE: usize = 256 << 20;

const MANIFEST_KEY: &str = "painwave";
const DIGEST_KEY: &str = "painwave.sha256";

// Burn's names of the types that weights are stored as.
const F16: &str = "F16";
const F32: &str = "F32";

/// A model: what is read, what is computed, and the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// All but the weights.
    pub manifest: Manifest,
    /// The members' weights, in the order of [`Manifest::members`].
    pub weights: Vec<Parameters>,
}

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightType {
    /// 16-bit floating point: half the size, 11 bits of precision.
    F16,
    /// 32-bit floating point.
    F32,
}

/// Why a file is not a bundle, or a bundle is not a model.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Larger than any bundle.
    #[error("the bundle has {found} bytes, at most {MAX_FILE_SIZE} are allowed")]
    TooLarge {
        /// Size of the file.
        found: usize,
    },
    /// Not a burnpack file, or a damaged one.
    #[error("this is not a whole burnpack file")]
    Container(#[source] ContainerError),
    /// A burnpack file, but not one of ours.
    #[error("this burnpack file is not a painwave bundle: it has no metadata `{0}`")]
    Foreign(&'static str),
    /// The content is not what was written.
    #[error("the bundle is damaged: its digest does not match its content")]
    Damaged,
    /// The manifest is not JSON, or cannot be written as such.
    #[error("the bundle's manifest cannot be read")]
    Json(#[source] serde_json::Error),
    /// The manifest is not what a manifest is.
    #[error("the bundle's manifest cannot be read")]
    Manifest(#[source] UnexpectedJson),
    /// Made by a later or earlier version of this crate.
    #[error("the bundle has version {found}, this version of painwave reads {VERSION}")]
    Version {
        /// Version of the bundle.
        found: u64,
    },
    /// The manifest contradicts itself or leaves the allowed ranges.
    #[error(transparent)]
    Invalid(#[from] InvalidManifest),
    /// A member's network configuration is not a network.
    #[error(transparent)]
    Network(#[from] NetworkConfigError),
    /// A member's features do not fit the schema.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// A weight is missing, superfluous or of another shape.
    #[error("the weight `{name}` is {found:?}, expected {expected:?}")]
    Weight {
        /// Name of the tensor in the file.
        name: String,
        /// Its shape, if it is there.
        found: Option<Vec<usize>>,
        /// The shape it must have, if it belongs there.
        expected: Option<Vec<usize>>,
    },
    /// A weight is stored as something else than f16 or f32.
    #[error("the weight `{name}` is stored as {found}, expected F16 or F32")]
    WeightType {
        /// Name of the tensor in the file.
        name: String,
        /// How it is stored.
        found: String,
    },
    /// A weight is infinite or not a number.
    #[error("the weight `{name}` holds a value that is not finite")]
    WeightNotFinite {
        /// Name of the tensor in the file.
        name: String,
    },
}

impl Bundle {
    /// Reads and validates a bundle file.
    ///
    /// # Errors
    /// Anything that is not exactly what [`Bundle::to_bytes`] wrote, or that is out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        Self::read(bytes, true)
    }

    /// Reads and validates a bundle that is part of this program: its digest is not computed, which takes longer than
    /// to read it.
    ///
    /// # Errors
    /// As [`Bundle::from_bytes`].
    pub fn from_own_bytes(bytes: &'static [u8]) -> Result<Self, BundleError> {
        Self::read(bytes, false)
    }

    fn read(bytes: &[u8], check_digest: bool) -> Result<Self, BundleError> {
        check_file_size(bytes.len())?;
        let container = Container::read(bytes).map_err(BundleError::Container)?;
        let metadata = |key| container.metadata(key).ok_or(BundleError::Foreign(key));
        let (json, digest) = (metadata(MANIFEST_KEY)?, metadata(DIGEST_KEY)?);
        let mut tensors = container.tensors;
        if check_digest && digest != hex_digest(json, &mut tensors) {
            return Err(BundleError::Damaged);
        }

        let manifest = read_manifest(json)?;
        let mut weights: Vec<Parameters> = manifest.members.iter().map(|_| Parameters::new()).collect();
        for tensor in tensors {
            let superfluous = || BundleError::Weight {
                name: tensor.name.clone(),
                found: Some(tensor.shape.clone()),
                expected: None,
            };
            let (member, name) = place(&tensor.name, weights.len()).ok_or_else(superfluous)?;
            if weights[member].insert(name, decode(&tensor)?).is_some() {
                return Err(superfluous());
            }
        }
        let bundle = Bundle { manifest, weights };
        bundle.validate()?;
        Ok(bundle)
    }

    /// Writes the bundle as a file, the weights as `weights`.
    ///
    /// # Errors
    /// The bundle is not valid, or weights that are out of the range of `weights`.
    pub fn to_bytes(&self, weights: WeightType) -> Result<Vec<u8>, BundleError> {
        self.validate()?;
        let json = serde_json::to_string(&self.manifest).map_err(BundleError::Json)?;
        let mut tensors = Vec::new();
        for (member, parameters) in self.weights.iter().enumerate() {
            for (name, parameter) in parameters {
                tensors.push(encode(tensor_name(member, name), parameter, weights)?);
            }
        }
        let bytes = write(&json, tensors);
        check_file_size(bytes.len())?;
        Ok(bytes)
    }
}

/// Puts the parts into a container, with their digest.
fn write(json: &str, mut tensors: Vec<Tensor>) -> Vec<u8> {
    let digest = hex_digest(json, &mut tensors);
    Container { tensors, metadata: vec![(MANIFEST_KEY, json), (DIGEST_KEY, &digest)] }.write()
}

fn check_file_size(found: usize) -> Result<(), BundleError> {
    if found > MAX_FILE_SIZE { Err(BundleError::TooLarge { found }) } else { Ok(()) }
}

/// Reads the version before the rest, so that a bundle of another version is called that.
fn read_manifest(json: &str) -> Result<Manifest, BundleError> {
    let value: Value = serde_json::from_str(json).map_err(BundleError::Json)?;
    match value.get("version").and_then(Value::as_u64) {
        Some(found) if found != u64::from(VERSION) => Err(BundleError::Version { found }),
        _ => json::read(&value).map_err(BundleError::Manifest),
    }
}

/// Name in the file of a member's weight.
fn tensor_name(member: usize, name: &str) -> String {
    format!("member.{member}.{name}")
}

/// The member that a tensor of this name belongs to, and its name there.
fn place(tensor: &str, members: usize) -> Option<(usize, String)> {
    let (member, name) = tensor.strip_prefix("member.")?.split_once('.')?;
    let member: usize = member.parse().ok().filter(|member| *member < members)?;
    // "member.00." and "member.+0." would be other names for the same tensor.
    (tensor_name(member, name) == tensor).then(|| (member, name.to_owned()))
}

fn encode(name: String, parameter: &Parameter, weights: WeightType) -> Result<Tensor<'static>, BundleError> {
    let Parameter { shape, data } = parameter;
    let (dtype, bytes): (_, Vec<u8>) = match weights {
        WeightType::F32 => (F32, data.iter().flat_map(|value| value.to_le_bytes()).collect()),
        WeightType::F16 => {
            let rounded = data.iter().map(|value| f16::from_f32(*value));
            if !rounded.clone().all(f16::is_finite) {
                return Err(BundleError::WeightNotFinite { name });
            }
            (F16, rounded.flat_map(f16::to_le_bytes).collect())
        }
    };
    Ok(Tensor { name, dtype: dtype.into(), shape: shape.clone(), bytes: bytes.into() })
}

fn decode(tensor: &Tensor) -> Result<Parameter, BundleError> {
    let Tensor { name, dtype, shape, bytes } = tensor;
    let data = match &**dtype {
        F32 => numbers(bytes, f32::from_le_bytes),
        F16 => numbers(bytes, |bytes| f32_of(u16::from_le_bytes(bytes))),
        found => return Err(BundleError::WeightType { name: name.clone(), found: found.to_owned() }),
    };
    let data = data.ok_or_else(|| ContainerError::Data { name: name.clone() });
    let data = data.map_err(BundleError::Container)?;
    Ok(Parameter { shape: shape.clone(), data })
}

/// Numbers of `N` bytes, if they are whole.
fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Option<Vec<f32>> {
    let (numbers, rest) = bytes.as_chunks();
    rest.is_empty().then(|| numbers.iter().map(|bytes| number(*bytes)).collect())
}

/// The value of an f16, given by its bits. What is infinite becomes no number: a weight may be
/// neither.
///
/// In the place of an f32's bits its exponent is too low by the difference of the biases, 127 - 15, which a product
/// makes up for; subnormal numbers included. A model has so many weights that this counts when the page starts.
fn f32_of(bits: u16) -> f32 {
    const BIAS: f32 = f32::from_bits((127 + 127 - 15) << 23);
    const EXPONENT: u16 = 0x7c00;
    let magnitude = f32::from_bits(u32::from(bits & 0x7fff) << 13) * BIAS;
    let magnitude = if bits & EXPONENT == EXPONENT { f32::NAN } else { magnitude };
    f32::from_bits(magnitude.to_bits() | u32::from(bits & 0x8000) << 16)
}

/// SHA-256 over the manifest and every tensor in the order of the names, each part with its length before it.
fn hex_digest(json: &str, tensors: &mut [Tensor]) -> String {
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let mut hasher = Sha256::new();
    let mut update = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    update(json.as_bytes());
    for Tensor { name, dtype, shape, bytes } in tensors {
        update(name.as_bytes());
        update(format!("{dtype} {shape:?}").as_bytes());
        update(bytes);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
