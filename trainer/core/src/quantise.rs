//! The matrices of recurrent layers, nearly all of a network's weights, as 8-bit integers.
//!
//! E. Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers (2022): the
//! rows of a matrix are rounded one by one, and the error that the rounding of one makes in the outputs, on inputs that
//! the network reads, is compensated by the rows that are still to be rounded.

use burn::tensor::{Device, Tensor};
use nalgebra::DMatrix;
use painwave::bundle::column_scales;
use painwave::engine::MAX_INTEGER;
use painwave::network::{Network, NetworkConfig, NetworkInputs, Parameter, Parameters};
use painwave::windows::WindowBatch;

/// What is added to each input's mean square before the matrix of them is inverted, as a share of their mean.
const DAMPING: f64 = 0.001;

/// A network's weights, and how the matrices of its recurrent layers are rounded.
pub struct Quantiser<'a> {
    parameters: &'a Parameters,
    matrices: Vec<Matrix>,
}

/// A matrix `[inputs, columns]` that is to be rounded.
struct Matrix {
    name: String,
    sensitivity: Sensitivity,
    /// Whether its inputs may be of any magnitude. It is rounded to the nearest integers then.
    unbounded: bool,
}

/// What the rounding of a matrix's rows does to its outputs.
struct Sensitivity {
    /// The rows in the order in which they are rounded.
    order: Vec<usize>,
    /// The Cholesky factor of the inverse of their inputs' second moments, in that order. An element of the diagonal is
    /// the inverse of what an error in a row adds to the outputs, after the rows behind it have compensated for it.
    factor: DMatrix<f64>,
}

impl<'a> Quantiser<'a> {
    /// `calibration` are windows like those that the network will see. A matrix whose inputs are not finite there stays
    /// as it is.
    pub fn new(config: &NetworkConfig, parameters: &'a Parameters, calibration: &WindowBatch) -> Self {
        let mut quantiser = Quantiser { parameters, matrices: Vec::new() };
        let Some(layers) = &config.recurrent else { return quantiser };
        let device = Device::flex();
        let network = Network::from_parameters(config, parameters, &device);
        let steps = network.recurrent_steps(&NetworkInputs::new(calibration, config, &device));
        for (layer, pair) in steps.windows(2).enumerate() {
            let [inputs, outputs] = pair else { continue };
            for (index, direction) in ["forward", "backward"].iter().take(layers.directions()).enumerate() {
                let hidden = outputs.clone().narrow(2, index * layers.hidden, layers.hidden);
                // Hidden states lie between -1 and 1; what the first layer reads may be of any magnitude.
                for (name, inputs, unbounded) in
                    [("input_weight", inputs.clone(), layer == 0), ("hidden_weight", hidden, false)]
                {
                    let name = format!("recurrent.{layer}.{direction}.{name}");
                    let sensitivity = Sensitivity::new(&second_moments(inputs));
                    quantiser.matrices.extend(sensitivity.map(|sensitivity| Matrix {
                        name,
                        sensitivity,
                        unbounded,
                    }));
                }
            }
        }
        quantiser
    }

    /// The weights with the recurrent layers' matrices as integers times the scales of their columns. Where they
    /// multiply hidden states, the integers of a row are multiples of a number, except the largest of each column, which
    /// is [`MAX_INTEGER`]. `multiple` is the geometric mean of these numbers: a larger one changes more and compresses
    /// better.
    pub fn round(&self, multiple: u8) -> Parameters {
        let mut rounded = self.parameters.clone();
        for Matrix { name, sensitivity, unbounded } in &self.matrices {
            if let Some(matrix) = rounded.get_mut(name) {
                let multiple = if *unbounded { 1 } else { multiple };
                round(matrix, sensitivity, &sensitivity.multiples(multiple));
            }
        }
        rounded
    }
}

impl Sensitivity {
    /// Of a matrix whose inputs have these second moments; none if they are not finite.
    fn new(moments: &DMatrix<f64>) -> Option<Self> {
        // Inputs of large magnitude first: most rows are then left to compensate for their error.
        let mut order: Vec<usize> = (0..moments.nrows()).collect();
        order.sort_by(|a, b| moments[(*b, *b)].total_cmp(&moments[(*a, *a)]));
        let damping = DAMPING * moments.diagonal().mean() + f64::MIN_POSITIVE;
        let hessian = DMatrix::from_fn(order.len(), order.len(), |i, j| {
            moments[(order[i], order[j])] + if i == j { damping } else { 0.0 }
        });
        let inverse = hessian.cholesky()?.inverse();
        Some(Sensitivity { order, factor: inverse.cholesky()?.l() })
    }

    /// What the integers of each row are multiples of, in the order of rounding. With this geometric mean the errors of
    /// all rows add up to the least where each adds the same, hence the multiples are proportional to the diagonal of
    /// [`Sensitivity::factor`], to half an octave: of rows with the same multiple a compressor learns together which
    /// integers are frequent.
    fn multiples(&self, mean: u8) -> Vec<u8> {
        if mean <= 1 {
            return vec![1; self.order.len()];
        }
        let octaves: Vec<f64> = self.factor.diagonal().iter().map(|element| element.log2()).collect();
        let middle = octaves.iter().sum::<f64>() / octaves.len() as f64;
        let multiple = |octave: &f64| f64::from(mean) * ((2.0 * (octave - middle)).round() / 2.0).exp2();
        octaves.iter().map(|octave| multiple(octave).round().clamp(1.0, MAX_INTEGER.into()) as u8).collect()
    }
}

/// Mean products of each two of the features of `[L, N, features]`.
fn second_moments(steps: Tensor<3>) -> DMatrix<f64> {
    let [length, windows, features] = steps.dims();
    let rows = steps.reshape([length * windows, features]);
    let moments = rows.clone().transpose().matmul(rows) / (length * windows) as f64;
    let moments = moments.into_data();
    DMatrix::from_iterator(features, features, moments.iter::<f64>())
}

/// Rounds a matrix `[inputs, columns]` to multiples of these numbers, one for each row in the order of rounding.
fn round(matrix: &mut Parameter, Sensitivity { order, factor }: &Sensitivity, multiples: &[u8]) {
    let [inputs, columns] = matrix.shape[..] else { return };
    let scales = column_scales(&matrix.data, columns);
    let row = |row: usize| matrix.data[row * columns..][..columns].iter().map(|weight| f64::from(*weight));
    let mut rows: Vec<Vec<f64>> = order.iter().map(|index| row(*index).collect()).collect();
    let mut largest = vec![0; columns];
    for (index, row) in rows.iter().enumerate() {
        for (column, weight) in row.iter().enumerate() {
            if weight.abs() > rows[largest[column]][column].abs() {
                largest[column] = index;
            }
        }
    }
    for index in 0..inputs {
        let (done, left) = rows.split_at_mut(index + 1);
        let mut errors = Vec::with_capacity(columns);
        for (column, wanted) in done[index].iter().enumerate() {
            let scale = f64::from(scales[column]);
            let integer = match scale {
                0.0 => 0.0,
                _ if largest[column] == index => f64::from(MAX_INTEGER).copysign(*wanted),
                _ => nearest(wanted / scale, multiples[index]),
            };
            matrix.data[order[index] * columns + column] = (integer * scale) as f32;
            errors.push((wanted - integer * scale) / factor[(index, index)]);
        }
        for (below, row) in (index + 1..).zip(left) {
            let share = factor[(below, index)];
            row.iter_mut().zip(&errors).for_each(|(weight, error)| *weight -= share * error);
        }
    }
}

/// The multiple nearest to a number, of magnitude at most [`MAX_INTEGER`].
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

    fn sensitivity_to(inputs: &DMatrix<f64>) -> Sensitivity {
        Sensitivity::new(&(inputs.transpose() * inputs / inputs.nrows() as f64)).unwrap()
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
        let sensitivity = sensitivity_to(&inputs);
        let mut rounded = exact.clone();
        round(&mut rounded, &sensitivity, &[6; 24]);
        let scales = column_scales(&exact.data, 6);
        let mut nearest = exact.clone();
        for (weight, scale) in nearest.data.iter_mut().zip(scales.iter().cycle()) {
            *weight = super::nearest(f64::from(*weight / scale), 6) as f32 * scale;
        }
        let error = |matrix: &Parameter| (product(&inputs, matrix) - &wanted).norm();
        assert!(error(&rounded) < error(&nearest) / 1.5, "{} and {}", error(&rounded), error(&nearest));
    }

    #[test]
    fn outputs_change_less_where_sensitive_rows_are_rounded_finely() {
        let mut inputs = correlated(400, 24);
        inputs.column_iter_mut().take(6).for_each(|mut column| column *= 16.0);
        let (sensitivity, exact) = (sensitivity_to(&inputs), matrix(24, 6));
        let multiples = sensitivity.multiples(8);
        let octaves: f64 = multiples.iter().map(|multiple| f64::from(*multiple).log2()).sum();
        assert!((octaves / 24.0 - 3.0).abs() < 0.1, "{multiples:?}");
        let error = |multiples: &[u8]| {
            let mut rounded = exact.clone();
            round(&mut rounded, &sensitivity, multiples);
            (product(&inputs, &rounded) - product(&inputs, &exact)).norm()
        };
        let (by_row, alike) = (error(&multiples), error(&[8; 24]));
        assert!(by_row < alike / 1.5, "{by_row} and {alike}");
    }

    #[test]
    fn every_column_reaches_the_max_integer() {
        let (inputs, exact) = (correlated(100, 9), matrix(9, 5));
        let mut rounded = exact.clone();
        round(&mut rounded, &sensitivity_to(&inputs), &[3; 9]);
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
        let sensitivity = Sensitivity::new(&DMatrix::zeros(4, 4)).unwrap();
        round(&mut rounded, &sensitivity, &sensitivity.multiples(1));
        for (a, b) in rounded.data.iter().zip(&matrix(4, 3).data) {
            assert!((a - b).abs() < 0.2 / 127.0, "{a} instead of {b}");
        }
    }
}
