//! The matrices of recurrent layers, nearly all of a network's weights, as 8-bit integers.
//!
//! E. Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers (2022): the
//! rows of a matrix are rounded one by one, and what the rounding of one changes in the matrix's outputs, on inputs that
//! the network reads, is taken back by the rows that are still to be rounded.

use burn::tensor::Tensor;
use nalgebra::DMatrix;
use painwave::bundle::{MAX_INTEGER, column_scales};
use painwave::network::{Network, NetworkConfig, NetworkInputs, Parameter, Parameters};
use painwave::windows::WindowBatch;

use crate::device::DeviceKind;
use crate::error::Error;

/// What is added to each input's mean square before the matrix of them is inverted, as a share of their mean.
const DAMPING: f64 = 0.001;

/// The weights with the recurrent layers' matrices as integers times the scales of their columns. Where they multiply
/// hidden states, the integers are multiples of `multiple`, but for the greatest of a column, which is
/// [`MAX_INTEGER`]: greater multiples change more and compress to less. `calibration` are windows like those that the
/// network will see.
///
/// # Errors
/// There is no CPU to compute on.
pub fn recurrent_weights(
    config: &NetworkConfig,
    parameters: &Parameters,
    calibration: &WindowBatch,
    multiple: u8,
) -> Result<Parameters, Error> {
    let mut rounded = parameters.clone();
    let Some(layers) = &config.recurrent else { return Ok(rounded) };
    let device = DeviceKind::Cpu.device()?;
    let network = Network::from_parameters(config, parameters, &device);
    let steps = network.recurrent_steps(&NetworkInputs::new(calibration, config, &device));
    for (layer, pair) in steps.windows(2).enumerate() {
        let [inputs, outputs] = pair else { continue };
        for (place, direction) in ["forward", "backward"].iter().take(layers.directions()).enumerate() {
            let hidden = outputs.clone().narrow(2, place * layers.hidden, layers.hidden);
            // Hidden states lie between -1 and 1; what the first layer reads may be of any magnitude.
            let of_inputs = if layer == 0 { 1 } else { multiple };
            let matrices = [("input_weight", inputs.clone(), of_inputs), ("hidden_weight", hidden, multiple)];
            for (name, inputs, multiple) in matrices {
                if let Some(matrix) = rounded.get_mut(&format!("recurrent.{layer}.{direction}.{name}")) {
                    round(matrix, &second_moments(inputs), multiple);
                }
            }
        }
    }
    Ok(rounded)
}

/// Mean products of each two of the features of `[L, N, features]`.
fn second_moments(steps: Tensor<3>) -> DMatrix<f64> {
    let [length, windows, features] = steps.dims();
    let rows = steps.reshape([length * windows, features]);
    let moments = rows.clone().transpose().matmul(rows) / (length * windows) as f64;
    let moments = moments.into_data();
    DMatrix::from_iterator(features, features, moments.iter::<f64>())
}

/// Rounds a matrix `[inputs, columns]` whose inputs have these second moments. Leaves it as it is if they are not
/// finite.
fn round(matrix: &mut Parameter, moments: &DMatrix<f64>, multiple: u8) {
    let [inputs, columns] = matrix.shape[..] else { return };
    // Those that change the outputs most have most rows left to take it back.
    let mut order: Vec<usize> = (0..inputs).collect();
    order.sort_by(|a, b| moments[(*b, *b)].total_cmp(&moments[(*a, *a)]));
    let damping = DAMPING * moments.diagonal().mean() + f64::MIN_POSITIVE;
    let hessian = DMatrix::from_fn(inputs, inputs, |i, j| {
        moments[(order[i], order[j])] + if i == j { damping } else { 0.0 }
    });
    let inverse = hessian.cholesky().map(|factor| factor.inverse());
    let Some(factor) = inverse.and_then(|inverse| inverse.cholesky()).map(|factor| factor.l()) else {
        return;
    };

    let scales = column_scales(&matrix.data, columns);
    let row = |row: usize| matrix.data[row * columns..][..columns].iter().map(|weight| f64::from(*weight));
    let mut rows: Vec<Vec<f64>> = order.iter().map(|index| row(*index).collect()).collect();
    let mut greatest = vec![0; columns];
    for (place, row) in rows.iter().enumerate() {
        for (column, weight) in row.iter().enumerate() {
            if weight.abs() > rows[greatest[column]][column].abs() {
                greatest[column] = place;
            }
        }
    }
    for place in 0..inputs {
        let (done, left) = rows.split_at_mut(place + 1);
        let mut errors = Vec::with_capacity(columns);
        for (column, wanted) in done[place].iter().enumerate() {
            let scale = f64::from(scales[column]);
            let integer = match scale {
                0.0 => 0.0,
                _ if greatest[column] == place => f64::from(MAX_INTEGER).copysign(*wanted),
                _ => nearest(wanted / scale, multiple),
            };
            matrix.data[order[place] * columns + column] = (integer * scale) as f32;
            errors.push((wanted - integer * scale) / factor[(place, place)]);
        }
        for (below, row) in (place + 1..).zip(left) {
            let share = factor[(below, place)];
            row.iter_mut().zip(&errors).for_each(|(weight, error)| *weight -= share * error);
        }
    }
}

/// The multiple nearest to a number, of those up to [`MAX_INTEGER`].
fn nearest(number: f64, multiple: u8) -> f64 {
    let multiple = f64::from(multiple);
    let most = (f64::from(MAX_INTEGER) / multiple).floor();
    multiple * (number / multiple).round().clamp(-most, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs that rise and fall together, as hidden states do.
    fn correlated(rows: usize, width: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, width, |row, column| {
            let (row, column) = (row as f64, column as f64);
            0.5 + (row * 0.7).sin() + 0.1 * (row * (1.3 + column)).cos()
        })
    }

    fn matrix(inputs: usize, columns: usize) -> Parameter {
        let data = (0..inputs * columns).map(|i| (i as f32 * 0.917).sin() * 0.2).collect();
        Parameter { shape: vec![inputs, columns], data }
    }

    fn product(inputs: &DMatrix<f64>, matrix: &Parameter) -> DMatrix<f64> {
        let [rows, columns] = matrix.shape[..] else { panic!("it is a matrix") };
        inputs
            * DMatrix::from_row_iterator(rows, columns, matrix.data.iter().map(|weight| f64::from(*weight)))
    }

    #[test]
    fn outputs_change_less_than_by_rounding_to_the_nearest() {
        let (inputs, exact) = (correlated(400, 24), matrix(24, 6));
        let wanted = product(&inputs, &exact);
        let mut rounded = exact.clone();
        round(&mut rounded, &(inputs.transpose() * &inputs / 400.0), 6);
        let scales = column_scales(&exact.data, 6);
        let mut nearest = exact.clone();
        for (weight, scale) in nearest.data.iter_mut().zip(scales.iter().cycle()) {
            *weight = super::nearest(f64::from(*weight / scale), 6) as f32 * scale;
        }
        let error = |matrix: &Parameter| (product(&inputs, matrix) - &wanted).norm();
        assert!(error(&rounded) < 0.75 * error(&nearest), "{} and {}", error(&rounded), error(&nearest));
    }

    #[test]
    fn every_column_reaches_the_greatest_integer() {
        let (inputs, exact) = (correlated(100, 9), matrix(9, 5));
        let mut rounded = exact.clone();
        round(&mut rounded, &(inputs.transpose() * &inputs / 100.0), 3);
        let scales = column_scales(&exact.data, 5);
        assert_eq!(column_scales(&rounded.data, 5), scales);
        for (weight, scale) in rounded.data.iter().zip(scales.iter().cycle()) {
            let integer = weight / scale;
            assert!(integer.abs() == 127.0 || integer % 3.0 == 0.0, "{integer}");
        }
    }

    #[test]
    fn inputs_that_are_always_zero_are_rounded_to_the_nearest() {
        let mut rounded = matrix(4, 3);
        round(&mut rounded, &DMatrix::zeros(4, 4), 1);
        for (a, b) in rounded.data.iter().zip(&matrix(4, 3).data) {
            assert!((a - b).abs() < 0.2 / 127.0, "{a} instead of {b}");
        }
    }
}
