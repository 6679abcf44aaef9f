//! Weights as they stand in a file: floating point, or 8-bit integers with a scale for each column.

use half::f16;
use serde::{Deserialize, Serialize};

use super::container::{ContainerError, Tensor, Tensors};
use super::error::BundleError;
use crate::engine::MAX_INTEGER;
use crate::network::Parameter;

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightType {
    /// Matrices of integers of at most [`MAX_INTEGER`] times [`column_scales`] as 8-bit integers, without loss; all
    /// other weights as [`WeightType::F16`].
    I8,
    /// 16-bit floating point: half the size, 11 bits of precision.
    F16,
    /// 32-bit floating point.
    F32,
}

// Burn's names of the types that weights are stored as.
const I8: &str = "I8";
const F16: &str = "F16";
const F32: &str = "F32";

/// The scale of each column of a matrix `[.., columns]`: its greatest magnitude over [`MAX_INTEGER`], rounded to
/// 16-bit floating point.
pub fn column_scales(data: &[f32], columns: usize) -> Vec<f32> {
    let mut scales = vec![0.0_f32; columns];
    for row in data.chunks_exact(columns) {
        scales.iter_mut().zip(row).for_each(|(greatest, weight)| *greatest = greatest.max(weight.abs()));
    }
    scales.iter().map(|greatest| f16::from_f32(greatest / f32::from(MAX_INTEGER)).to_f32()).collect()
}

/// Name in the file of a member's weight.
pub(super) fn tensor_name(member: usize, name: &str) -> String {
    format!("member.{member}.{name}")
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

/// The integers and scales that a matrix is made of; none if it is anything else.
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

/// The numbers of a tensor of floating point.
fn floats(Tensor { name, dtype, bytes, .. }: &Tensor) -> Result<Vec<f32>, BundleError> {
    let data = match &**dtype {
        F32 => numbers(bytes, f32::from_le_bytes),
        F16 => numbers(bytes, |bytes| f32_of(u16::from_le_bytes(bytes))),
        found => return Err(BundleError::WeightType { name: name.clone(), found: found.to_owned() }),
    };
    data.ok_or_else(|| BundleError::Container(ContainerError::Data { name: name.clone() }))
}

/// Numbers of `N` bytes, if they are whole.
fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Option<Vec<f32>> {
    let (numbers, rest) = bytes.as_chunks();
    rest.is_empty().then(|| numbers.iter().map(|bytes| number(*bytes)).collect())
}

/// The value of an f16, given by its bits; NaN if that is infinite, since a weight may be neither.
///
/// In the place of an f32's bits its exponent is too low by the difference of the biases, 127 - 15, which a product
/// makes up for, subnormal numbers included. [`f16::to_f32`] branches on each: four times as long for the weights of a
/// model, when the page starts.
fn f32_of(bits: u16) -> f32 {
    const BIAS: f32 = f32::from_bits((127 + 127 - 15) << 23);
    const EXPONENT: u16 = 0x7c00;
    let magnitude = f32::from_bits(u32::from(bits & 0x7fff) << 13) * BIAS;
    let magnitude = if bits & EXPONENT == EXPONENT { f32::NAN } else { magnitude };
    f32::from_bits(magnitude.to_bits() | u32::from(bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_f16_has_its_value() {
        for bits in 0..=u16::MAX {
            let (found, expected) = (f32_of(bits), f16::from_bits(bits).to_f32());
            if expected.is_finite() {
                assert_eq!(found.to_bits(), expected.to_bits(), "{bits:#x}");
            } else {
                assert!(!found.is_finite(), "{bits:#x}");
            }
        }
    }

    #[test]
    fn only_what_integers_hold_exactly_is_stored_as_such() {
        let scales = [0.5, 0.0, f16::from_f32(1e-3).to_f32()];
        let rows = [[127.0, 0.0, -127.0], [-3.0, 0.0, 1.0]];
        let data: Vec<f32> = rows.iter().flat_map(|row| [0, 1, 2].map(|i| row[i] * scales[i])).collect();
        let exact = Parameter { shape: vec![2, 3], data };
        let (integers, found) = super::integers(&exact).unwrap();
        assert_eq!((&integers[..], &found[..]), (&[127, 0, -127, -3, 0, 1][..], &scales[..]));

        for (place, by) in [(3, 1.001), (0, 0.99), (5, 1e9)] {
            let mut other = exact.clone();
            other.data[place] *= by;
            assert_eq!(super::integers(&other), None, "weight {place} times {by}");
        }
        assert_eq!(super::integers(&Parameter { shape: vec![6], ..exact }), None, "a vector has no columns");
    }
}
