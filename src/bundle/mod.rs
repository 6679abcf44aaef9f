//! A model as one file: everything that is needed to classify.
//!
//! The file is Burn's own container (burnpack, `.bpk`):
//!
//! | what | where |
//! |---|---|
//! | the members' weights, f16, f32 or i8 | tensors `member.<i>.<name>`, named as [`NetworkConfig::parameters`] does |
//! | the scales of the columns of i8 weights, f16 or f32 | tensors `member.<i>.<name>.scale` |
//! | the [`Manifest`], JSON | metadata key `painwave` |
//! | SHA-256 of the manifest and the tensors | metadata key `painwave.sha256` |
//!
//! A bundle may come from anywhere: the reader MUST reject a file whose digest, names, shapes, sizes, ranges or
//! values are not right, before anything is allocated by what the file says.
//!
//! # Budget
//!
//! The maximum that a bundle may ask for, by [`NetworkConfig::cost`]; one that asks for more is refused before its
//! weights are read:
//!
//! | when | what | at most |
//! |---|---|---|
//! | at load | bytes of the file | [`MAX_FILE_SIZE`] |
//! | | bytes of the manifest | [`MAX_MANIFEST_SIZE`] |
//! | | bytes of the weights in memory, of all members | [`MAX_WEIGHTS`] |
//! | | operations for the known answers, of all members | [`MAX_LOAD_FLOPS`] |
//! | for each recording | bytes of activations of a window, in each member | [`MAX_ACTIVATIONS`] |
//! | | operations for a window, of all members | [`MAX_WINDOW_FLOPS`] |
//! | | bytes of inputs and answers for each of its steps | [`MAX_STEP_BYTES`] |
//! | for each file | operations for each step of a recording, of all members | [`MAX_STEP_FLOPS`] |
//!
//! [`NetworkConfig::cost`]: crate::network::NetworkConfig::cost
//! [`NetworkConfig::parameters`]: crate::network::NetworkConfig::parameters

mod budget;
mod container;
mod error;
mod manifest;
#[cfg(test)]
mod tests;
mod validate;
mod weights;

use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use self::budget::{
    MAX_ACTIVATIONS, MAX_FILE_SIZE, MAX_KNOWN_ANSWERS, MAX_LOAD_FLOPS, MAX_MANIFEST_SIZE, MAX_STEP_BYTES,
    MAX_STEP_FLOPS, MAX_WEIGHTS, MAX_WINDOW, MAX_WINDOW_FLOPS,
};
use self::container::{Container, Tensor, Tensors};
pub use self::container::{ContainerError, is_bundle};
pub use self::error::{BundleError, InvalidManifest};
pub use self::manifest::{
    KnownAnswers, MANIFEST_KEY, Manifest, Member, ModelCard, PrecisionCheck, VERSION, WeightCheck, WeightType,
};
pub use self::weights::column_scales;
use self::weights::{member_of, tensor_name};
use crate::network::Parameters;

const DIGEST_KEY: &str = "painwave.sha256";

/// A model: what is read, what is computed, and the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// All but the weights.
    pub manifest: Manifest,
    /// The members' weights, in the order of [`Manifest::members`].
    pub weights: Vec<Parameters>,
}

impl Bundle {
    /// Reads and validates a bundle file.
    ///
    /// # Errors
    /// The file is not one that [`Bundle::to_bytes`] writes, or a value is out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        Self::read(bytes, true)
    }

    /// Reads and validates a bundle that is embedded in this program. Its digest is not checked: computing it takes
    /// longer than reading the bundle.
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
        let superfluous = |tensor: &Tensor| BundleError::Weight {
            name: tensor.name.clone(),
            found: Some(tensor.shape.clone()),
            expected: None,
        };
        let mut tensors = Tensors::new();
        for tensor in container.tensors {
            if let Some(first) = tensors.insert(tensor.name.clone(), tensor) {
                return Err(superfluous(&first));
            }
        }
        if check_digest && digest != hex_digest(json, &tensors) {
            return Err(BundleError::Damaged);
        }

        let manifest = read_manifest(json)?;
        manifest.validate()?;
        manifest.check_networks()?;
        let mut weights: Vec<Parameters> = manifest.members.iter().map(|_| Parameters::new()).collect();
        // A tensor comes before its scales, which are taken with it.
        while let Some((_, tensor)) = tensors.pop_first() {
            let (member, name) =
                member_of(&tensor.name, weights.len()).ok_or_else(|| superfluous(&tensor))?;
            weights[member].insert(name, weights::decode(&tensor, &mut tensors)?);
        }
        let bundle = Bundle { manifest, weights };
        bundle.validate()?;
        Ok(bundle)
    }

    /// Checks that manifest and weights make a model.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), BundleError> {
        validate::check(&self.manifest, &self.weights)
    }

    /// Writes the bundle as a file, the weights as `weights`.
    ///
    /// # Errors
    /// The bundle is not valid, or weights that are out of the range of `weights`.
    pub fn to_bytes(&self, weights: WeightType) -> Result<Vec<u8>, BundleError> {
        self.validate()?;
        let json = serde_json::to_string(&self.manifest).map_err(BundleError::Json)?;
        check_manifest_size(json.len())?;
        let mut tensors = Vec::new();
        for (member, parameters) in self.weights.iter().enumerate() {
            for (name, parameter) in parameters {
                weights::encode(tensor_name(member, name), parameter, weights, &mut tensors)?;
            }
        }
        let bytes = write(&json, tensors);
        check_file_size(bytes.len())?;
        Ok(bytes)
    }
}

/// Puts the parts into a container, with their digest. The names of the tensors must be unique.
fn write(json: &str, tensors: Vec<Tensor>) -> Vec<u8> {
    let tensors: Tensors = tensors.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
    let digest = hex_digest(json, &tensors);
    let tensors = tensors.into_values().collect();
    Container { tensors, metadata: vec![(MANIFEST_KEY, json), (DIGEST_KEY, &digest)] }.write()
}

fn check_file_size(found: usize) -> Result<(), BundleError> {
    if found > MAX_FILE_SIZE { Err(BundleError::TooLarge { found }) } else { Ok(()) }
}

/// Reads the version before the rest, so that a bundle of another version is called that.
fn read_manifest(json: &str) -> Result<Manifest, BundleError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    check_manifest_size(json.len())?;
    match serde_json::from_str(json) {
        Ok(Versioned { version: found }) if found != u64::from(VERSION) => {
            Err(BundleError::Version { found })
        }
        _ => serde_json::from_str(json).map_err(BundleError::Json),
    }
}

fn check_manifest_size(found: usize) -> Result<(), BundleError> {
    if found > MAX_MANIFEST_SIZE { Err(BundleError::LargeManifest { found }) } else { Ok(()) }
}

/// SHA-256 over the manifest and every tensor in the order of the names, each part with its length before it.
fn hex_digest(json: &str, tensors: &Tensors) -> String {
    let mut hasher = Sha256::new();
    let mut update = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    update(json.as_bytes());
    for Tensor { name, dtype, shape, bytes } in tensors.values() {
        update(name.as_bytes());
        update(format!("{dtype} {shape:?}").as_bytes());
        update(bytes);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
