//! The weights as a safetensors file, f32.
//!
//! The tensors are named `member.<i>.<name>`, with names, shapes and layouts as
//! [`NetworkConfig::parameters`](painwave::network::NetworkConfig::parameters) says; the metadata key `painwave` holds
//! the manifest's JSON. Most weights stand transposed against `torch.nn`, which multiplies by `weight.T`.

use std::collections::HashMap;

use painwave::Bundle;
use painwave::bundle::MANIFEST_KEY;
use safetensors::{Dtype, SafeTensorError, View, serialize};

/// One weight as the file holds it.
struct Weight<'a> {
    shape: &'a [usize],
    data: &'a [f32],
}

impl View for Weight<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        self.shape
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        self.data.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.data)
    }
}

/// The file.
pub(super) fn export(bundle: &Bundle, manifest: String) -> Result<Vec<u8>, SafeTensorError> {
    let weights = bundle.weights.iter().enumerate().flat_map(|(member, parameters)| {
        parameters.iter().map(move |(name, parameter)| {
            let weight = Weight { shape: &parameter.shape, data: &parameter.data };
            (format!("member.{member}.{name}"), weight)
        })
    });
    let metadata = HashMap::from([(MANIFEST_KEY.to_owned(), manifest)]);
    serialize(weights, Some(metadata))
}
