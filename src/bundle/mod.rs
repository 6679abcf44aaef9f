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

mod manifest;
#[cfg(test)]
mod tests;
mod validate;

pub use manifest::{KnownAnswers, Manifest, Member, ModelCard, PrecisionCheck, VERSION};
pub use validate::{InvalidManifest, MAX_KNOWN_ANSWERS, MAX_WINDOW};

use burn_pack::{Bytes, DType, Tensor, Writer};
use half::f16;
use sha2::{Digest, Sha256};

use crate::features::FeatureError;
use crate::network::{NetworkConfigError, Parameter, Parameters};

/// Greatest size of a bundle file in bytes.
pub const MAX_FILE_SIZE: usize = 256 << 20;

const MANIFEST_KEY: &str = "painwave";
const DIGEST_KEY: &str = "painwave.sha256";

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
    Container(#[source] burn_pack::Error),
    /// A burnpack file, but not one of ours.
    #[error("this burnpack file is not a painwave bundle: it has no metadata `{0}`")]
    Foreign(&'static str),
    /// The content is not what was written.
    #[error("the bundle is damaged: its digest does not match its content")]
    Damaged,
    /// The manifest is not readable JSON.
    #[error("the bundle's manifest cannot be read")]
    Manifest(#[source] serde_json::Error),
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
    #[error("the weight `{name}` is stored as {found:?}, expected f16 or f32")]
    WeightType {
        /// Name of the tensor in the file.
        name: String,
        /// How it is stored.
        found: DType,
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
        check_file_size(bytes.len())?;
        let reader = burn_pack::Reader::from_bytes(Bytes::from_bytes_vec(bytes.to_vec()))
            .map_err(BundleError::Container)?;
        let metadata = |key| reader.metadata().get(key).cloned().ok_or(BundleError::Foreign(key));
        let (json, digest) = (metadata(MANIFEST_KEY)?, metadata(DIGEST_KEY)?);
        let tensors = reader.into_tensors().map_err(BundleError::Container)?;
        let mut parts = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            let (name, dtype, shape, _, bytes) = tensor.into_parts().map_err(BundleError::Container)?;
            parts.push(StoredTensor { name, dtype, shape: shape.to_vec(), bytes });
        }
        if digest != hex_digest(&json, &mut parts) {
            return Err(BundleError::Damaged);
        }

        let manifest = read_manifest(&json)?;
        let mut weights: Vec<Parameters> = manifest.members.iter().map(|_| Parameters::new()).collect();
        for part in parts {
            let (member, name) = part.place(weights.len()).ok_or_else(|| BundleError::Weight {
                name: part.name.clone(),
                found: Some(part.shape.clone()),
                expected: None,
            })?;
            weights[member].insert(name, part.decode()?);
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
        let json = serde_json::to_string(&self.manifest).map_err(BundleError::Manifest)?;
        let mut parts = Vec::new();
        for (member, parameters) in self.weights.iter().enumerate() {
            for (name, parameter) in parameters {
                parts.push(StoredTensor::encode(tensor_name(member, name), parameter, weights)?);
            }
        }
        let bytes = write(&json, parts)?;
        check_file_size(bytes.len())?;
        Ok(bytes)
    }
}

/// Puts the parts into a container, with their digest.
fn write(json: &str, mut parts: Vec<StoredTensor>) -> Result<Vec<u8>, BundleError> {
    let digest = hex_digest(json, &mut parts);
    let tensors =
        parts.into_iter().map(|part| Tensor::new(part.name, part.dtype, part.shape, None, part.bytes));
    let bytes = Writer::new(tensors.collect())
        .with_metadata(MANIFEST_KEY, json)
        .with_metadata(DIGEST_KEY, &digest)
        .into_bytes()
        .map_err(BundleError::Container)?;
    Ok(bytes.to_vec())
}

fn check_file_size(found: usize) -> Result<(), BundleError> {
    if found > MAX_FILE_SIZE { Err(BundleError::TooLarge { found }) } else { Ok(()) }
}

/// Reads the version before the rest, so that a bundle of another version is called that.
fn read_manifest(json: &str) -> Result<Manifest, BundleError> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u64,
    }
    let Versioned { version } = serde_json::from_str(json).map_err(BundleError::Manifest)?;
    if version != u64::from(VERSION) {
        return Err(BundleError::Version { found: version });
    }
    serde_json::from_str(json).map_err(BundleError::Manifest)
}

/// Name in the file of a member's weight.
fn tensor_name(member: usize, name: &str) -> String {
    format!("member.{member}.{name}")
}

/// One tensor as it stands in the file.
struct StoredTensor {
    name: String,
    dtype: DType,
    shape: Vec<usize>,
    bytes: Bytes,
}

impl StoredTensor {
    fn encode(name: String, parameter: &Parameter, weights: WeightType) -> Result<Self, BundleError> {
        let Parameter { shape, data } = parameter;
        let (dtype, bytes): (_, Vec<u8>) = match weights {
            WeightType::F32 => (DType::F32, data.iter().flat_map(|value| value.to_le_bytes()).collect()),
            WeightType::F16 => {
                let rounded = data.iter().map(|value| f16::from_f32(*value));
                if !rounded.clone().all(f16::is_finite) {
                    return Err(BundleError::WeightNotFinite { name });
                }
                (DType::F16, rounded.flat_map(f16::to_le_bytes).collect())
            }
        };
        Ok(StoredTensor { name, dtype, shape: shape.clone(), bytes: Bytes::from_bytes_vec(bytes) })
    }

    fn decode(&self) -> Result<Parameter, BundleError> {
        // The chunks have exactly the width that the array takes.
        let data = match self.dtype {
            DType::F32 => self.bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            DType::F16 => {
                self.bytes.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect()
            }
            found => return Err(BundleError::WeightType { name: self.name.clone(), found }),
        };
        Ok(Parameter { shape: self.shape.clone(), data })
    }

    /// The member that the tensor belongs to, and its name there.
    fn place(&self, members: usize) -> Option<(usize, String)> {
        let (member, name) = self.name.strip_prefix("member.")?.split_once('.')?;
        let member: usize = member.parse().ok().filter(|member| *member < members)?;
        // "member.00." and "member.+0." would be other names for the same tensor.
        (tensor_name(member, name) == self.name).then(|| (member, name.to_owned()))
    }
}

/// SHA-256 over the manifest and every tensor in the order of the names, each part with its length before it.
fn hex_digest(json: &str, parts: &mut [StoredTensor]) -> String {
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    let mut hasher = Sha256::new();
    let mut update = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    update(json.as_bytes());
    for StoredTensor { name, dtype, shape, bytes } in parts {
        update(name.as_bytes());
        update(format!("{dtype:?} {shape:?}").as_bytes());
        update(bytes);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
