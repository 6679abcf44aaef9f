//! Weights as they stand in a file: floating point, or 8-bit integers with a scale for each column.

use half::f16;

use super::container::{ContainerError, Tensor, Tensors};
use super::error::BundleError;
use super::manifest::WeightType;
use crate::engine::MAX_INTEGER;
use crate::network::Parameter;

// Burn's names of the types that weights are stored as.
const I8: &str = "I8";
const F16: &str = "F16";
const F32: &str = "F32";

/// The scale of each column of a matrix `[.., columns]`: its max magnitude over [`MAX_INTEGER`], rounded to
/// 16-bit floating point.
pub fn column_scales(data: &[f32], columns: usize) -> Vec<f32> {
    let mut scales = vec![0.0_f32; columns];
    for row in data.chunks_exact(columns) {
        scales.iter_mut().zip(row).for_each(|(max, weight)| *max = max.max(weight.abs()));
    }
    scales.iter().map(|max| f16::from_f32(max / f32::from(MAX_INTEGER)).to_f32()).collect()
}

/// Name in the file of a member's weight.
pub(super) fn tensor_name(member: usize, name: &str) -> String {
    format!("member.{member}.{name}")
}

/// The member that a tensor of this name belongs to, and its name there.
pub(super) fn member_of(tensor: &str, members: usize) -> Option<(usize, String)> {
    let (member, name) = tensor.strip_prefix("member.")?.split_once('.')?;
    let member: usize = member.parse().ok().filter(|member| *member < members)?;
    // "member.00." and "member.+0." would be other names for the same tensor.
    (tensor_name(member, name) == tensor).then(|| (member, name.to_owned()))
}

/// Name of the tensor that holds the scales of another one's columns.
fn scales_name(name: &str) -> String {
    format!("{name}.scale")
}

/// Appends the tensors of one weight.
pub(super) fn encode(
    name: String,
    parameter: &Parameter,
    weights: WeightType,
    tensors: &mut Vec<Tensor<'static>>,
) -> Result<(), BundleError> {
    let Parameter { shape, data } = parameter;
    if weights == WeightType::I8
        && let Some((integers, scales)) = integers(parameter)
    {
        let bytes: Vec<u8> = integers.into_iter().map(i8::cast_unsigned).collect();
        let scales = Parameter { shape: vec![scales.len()], data: scales };
        let scales_name = scales_name(&name);
        tensors.push(Tensor { name, dtype: I8.into(), shape: shape.clone(), bytes: bytes.into() });
        return encode(scales_name, &scales, WeightType::F16, tensors);
    }
    let (dtype, bytes): (_, Vec<u8>) = match weights {
        WeightType::F32 => (F32, data.iter().flat_map(|value| value.to_le_bytes()).collect()),
        WeightType::F16 | WeightType::I8 => {
            let rounded = data.iter().map(|value| f16::from_f32(*value));
            if !rounded.clone().all(f16::is_finite) {
                return Err(BundleError::WeightNotFinite { name });
            }
            (F16, rounded.flat_map(f16::to_le_bytes).collect())
        }
    };
    tensors.push(Tensor { name, dtype: dtype.into(), shape: shape.clone(), bytes: bytes.into() });
    Ok(())
}

/// The integers and scales whose products a matrix consists of; none if it is any other matrix.
fn integers(Parameter { shape, data }: &Parameter) -> Option<(Vec<i8>, Vec<f32>)> {
    let [_, .., columns] = shape[..] else { return None };
    let scales = column_scales(data, columns.max(1));
    let integers = data.iter().zip(scales.iter().cycle()).map(|(weight, scale)| {
        let integer = if *scale == 0.0 { 0.0 } else { (weight / scale).round() };
        let exact = integer * scale == *weight && integer.abs() <= f32::from(MAX_INTEGER);
        exact.then_some(integer as i8)
    });
    Some((integers.collect::<Option<_>>()?, scales))
}

/// The weight of a tensor. Takes the scales of its columns, if it has them, from the tensors that are left.
pub(super) fn decode(tensor: &Tensor, left: &mut Tensors) -> Result<Parameter, BundleError> {
    let Tensor { name, dtype, shape, bytes } = tensor;
    let data = if dtype == I8 {
        let columns = shape.last().copied().unwrap_or(1);
        let name = scales_name(name);
        let scales = left.remove(&name);
        let found = scales.as_ref().map(|scales| scales.shape.clone());
        let Some(scales) = scales.filter(|scales| scales.shape == [columns]) else {
            return Err(BundleError::Weight { name, found, expected: Some(vec![columns]) });
        };
        let scales = floats(&scales)?;
        let integers = bytes.iter().map(|byte| f32::from(byte.cast_signed()));
        integers.zip(scales.iter().cycle()).map(|(integer, scale)| integer * scale).collect()
    } else {
        floats(tensor)?
    };
    Ok(Parameter { shape: shape.clone(), data })
}

/// The elements of a floating-point tensor.
fn floats(Tensor { name, dtype, bytes, .. }: &Tensor) -> Result<Vec<f32>, BundleError> {
    let data = match &**dtype {
        F32 => elements(bytes, f32::from_le_bytes),
        F16 => elements(bytes, |bytes| f16::from_le_bytes(bytes).to_f32()),
        found => return Err(BundleError::WeightType { name: name.clone(), found: found.to_owned() }),
    };
    data.ok_or_else(|| BundleError::Container(ContainerError::Data { name: name.clone() }))
}

/// Elements of `N` bytes; none if the bytes are not a whole number of them.
fn elements<const N: usize>(bytes: &[u8], element: impl Fn([u8; N]) -> f32) -> Option<Vec<f32>> {
    let (elements, rest) = bytes.as_chunks();
    rest.is_empty().then(|| elements.iter().map(|bytes| element(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_integers_hold_exactly_is_stored_as_such() {
        let scales = [0.5, 0.0, f16::from_f32(1e-3).to_f32()];
        let rows = [[127.0, 0.0, -127.0], [-3.0, 0.0, 1.0]];
        let data: Vec<f32> = rows.iter().flat_map(|row| [0, 1, 2].map(|i| row[i] * scales[i])).collect();
        let exact = Parameter { shape: vec![2, 3], data };
        let (integers, found) = super::integers(&exact).unwrap();
        assert_eq!((&integers[..], &found[..]), (&[127, 0, -127, -3, 0, 1][..], &scales[..]));

        for (index, by) in [(3, 1.001), (0, 0.99), (5, 1e9)] {
            let mut other = exact.clone();
            other.data[index] *= by;
            assert_eq!(super::integers(&other), None, "weight {index} times {by}");
        }
        assert_eq!(super::integers(&Parameter { shape: vec![6], ..exact }), None, "a vector has no columns");
    }
}
