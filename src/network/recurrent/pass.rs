//! The forward and the backward pass of a direction of a recurrent layer.
//!
//! Sequences are `[L, N, columns]`. Most of the work is in matrix products, each over as many steps as the recurrence
//! allows: the inputs' for all steps at once, the states' a step at a time, and in the backward pass those of the
//! weights' gradients for all steps at once.

use super::step::{self, Backward, Forward};
use crate::network::config::Cell;
use crate::network::product::{Matrix, Store, multiply, transposed};
use crate::network::valid::Valid;

/// Sizes of a layer.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub cell: Cell,
    /// Steps `L`.
    pub length: usize,
    /// Windows `N`.
    pub windows: usize,
    /// Inputs a step.
    pub inputs: usize,
    /// Units `H` of a direction.
    pub hidden: usize,
    /// Directions `D`: the first runs from the first step to the last, the second the other way.
    pub directions: usize,
    /// Valid steps of the windows, unless all are.
    pub valid: Option<Valid>,
}

/// Weights of a direction, or their gradients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<T> {
    /// `[in, G * H]`.
    pub input: T,
    /// `[G * H]`.
    pub input_bias: T,
    /// `[H, G * H]`.
    pub hidden: T,
    /// `[G * H]`.
    pub hidden_bias: T,
}

/// What a direction's backward pass needs of its forward pass.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// The gates, `[L, N, G * H]`.
    gates: Vec<f32>,
    /// `[L, N, H]`, see [`Forward::kept`]; empty for the RNN.
    kept: Vec<f32>,
}

impl Layer {
    /// Columns of the gates.
    fn gates(&self) -> usize {
        self.cell.gates() * self.hidden
    }

    /// Columns of the gates with a single pre-activation for inputs and state: all but the new gate of the GRU.
    fn joined(&self) -> usize {
        match self.cell {
            Cell::Gru => 2 * self.hidden,
            Cell::Rnn | Cell::Lstm => self.gates(),
        }
    }

    /// Columns of the layer's states.
    pub fn width(&self) -> usize {
        self.directions * self.hidden
    }
}

/// What a direction reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass<'a> {
    pub layer: &'a Layer,
    /// 0 or 1.
    pub direction: usize,
    /// `[L, N, in]`.
    pub inputs: &'a [f32],
    pub weights: Weights<&'a [f32]>,
}

impl Pass<'_> {
    /// The step that is taken after `done` others.
    fn step(&self, done: usize) -> usize {
        if self.direction == 0 { done } else { self.layer.length - 1 - done }
    }

    /// The windows that have padding at `step`, where the backward direction has not begun.
    fn not_begun(&self, step: usize) -> impl Iterator<Item = usize> {
        let valid = self.layer.valid.as_ref().filter(|_| self.direction == 1);
        let windows = valid.map_or(&[][..], Valid::windows).iter().enumerate();
        windows.filter(move |(_, valid)| step >= **valid).map(|(window, _)| window)
    }

    fn input_matrix(&self) -> Matrix<'_> {
        let Layer { length, windows, inputs, .. } = *self.layer;
        Matrix::new(self.inputs, length * windows, inputs, inputs)
    }

    /// Fills the direction's columns of the states `[L, N, D * H]`.
    pub fn forward(&self, states: &mut [f32]) -> Trace {
        let Layer { cell, length, windows, inputs, hidden, .. } = *self.layer;
        let (rows, gates) = (length * windows, self.layer.gates());
        let (joined, width) = (self.layer.joined(), self.layer.width());
        let mut trace = Trace {
            gates: vec![0.0; rows * gates],
            kept: vec![0.0; if cell == Cell::Rnn { 0 } else { rows * hidden }],
        };
        let input_weight = Matrix::new(self.weights.input, inputs, gates, gates);
        multiply(self.input_matrix(), input_weight, Store::Replace, &mut trace.gates, gates);

        let biases = step::biases(cell, self.weights.input_bias, self.weights.hidden_bias);
        let mut state = vec![0.0; windows * hidden];
        let mut cell_state = vec![0.0; if cell == Cell::Lstm { windows * hidden } else { 0 }];
        for done in 0..length {
            let step = self.step(done);
            let gates_now = &mut trace.gates[step * windows * gates..][..windows * gates];
            let kept = part(&mut trace.kept, step, windows * hidden);
            if done > 0 {
                let state = Matrix::new(&state, windows, hidden, hidden);
                let weight = Matrix::new(self.weights.hidden, hidden, joined, gates);
                multiply(state, weight, Store::Add, gates_now, gates);
                if cell == Cell::Gru {
                    let weight = Matrix::new(&self.weights.hidden[joined..], hidden, hidden, gates);
                    multiply(state, weight, Store::Replace, kept, hidden);
                }
            }
            let out = &mut states[step * windows * width..][..windows * width];
            Forward {
                cell,
                hidden,
                biases: &biases,
                gates: gates_now,
                kept,
                state: &mut state,
                cell_state: &mut cell_state,
                out: &mut out[self.direction * hidden..],
                out_stride: width,
            }
            .run();
            for window in self.not_begun(step) {
                row(&mut state, window, hidden).fill(0.0);
                row(&mut cell_state, window, hidden).fill(0.0);
                if cell == Cell::Lstm {
                    row(kept, window, hidden).fill(0.0);
                }
                out[window * width + self.direction * hidden..][..hidden].fill(0.0);
            }
        }
        trace
    }

    /// Gradients of the direction's weights; that of the inputs is added to `d_inputs`.
    pub fn backward(
        &self,
        states: &[f32],
        trace: Trace,
        d_states: &[f32],
        d_inputs: Option<&mut [f32]>,
    ) -> Weights<Vec<f32>> {
        let Layer { cell, length, windows, inputs, hidden, .. } = *self.layer;
        let (rows, gates) = (length * windows, self.layer.gates());
        let (joined, width) = (self.layer.joined(), self.layer.width());
        let states = &states[self.direction * hidden..];
        let d_states = &d_states[self.direction * hidden..];
        let (d_sums, d_biases) = self.backward_through_time(states, trace, d_states);
        let Trace { gates: d_gates, kept: d_kept } = d_sums;

        let d_sums = Matrix::new(&d_gates, rows, gates, gates);
        let mut d_input = vec![0.0; inputs * gates];
        multiply(self.input_matrix().transposed(), d_sums, Store::Replace, &mut d_input, gates);
        if let Some(d_inputs) = d_inputs {
            let weight = Matrix::new(self.weights.input, inputs, gates, gates).transposed();
            multiply(d_sums, weight, Store::Add, d_inputs, inputs);
        }

        let mut d_hidden = vec![0.0; hidden * gates];
        if length > 1 {
            // The states that a step reads, and the steps that read one.
            let (from, to) = if self.direction == 0 { (0, windows) } else { (windows, 0) };
            let rows = rows - windows;
            let states = Matrix::new(&states[from * width..], rows, hidden, width).transposed();
            let d_sums = Matrix::new(&d_gates[to * gates..], rows, joined, gates);
            multiply(states, d_sums, Store::Replace, &mut d_hidden, gates);
            if cell == Cell::Gru {
                let d_sums = Matrix::new(&d_kept[to * hidden..], rows, hidden, hidden);
                multiply(states, d_sums, Store::Replace, &mut d_hidden[joined..], gates);
            }
        }
        let [input_bias, hidden_bias] = step::split_biases(cell, &d_biases);
        Weights { input: d_input, input_bias, hidden: d_hidden, hidden_bias }
    }

    /// Turns the trace into the gradients of the pre-activations, as [`Backward`] leaves them, and adds them up to
    /// those of the biases.
    fn backward_through_time(&self, states: &[f32], trace: Trace, d_states: &[f32]) -> (Trace, Vec<f32>) {
        let Layer { cell, length, windows, hidden, .. } = *self.layer;
        let (gates, joined, width) = (self.layer.gates(), self.layer.joined(), self.layer.width());
        let Trace { gates: mut d_gates, mut kept } = trace;
        // Transposed once rather than in every product.
        let weight = transposed(self.weights.hidden, hidden, gates);

        let zeros = vec![0.0; gates];
        let mut d_biases = step::biases(cell, &zeros, &zeros);
        let mut d_biases_now = d_biases.clone();
        let mut begun = Vec::new();
        let mut d_state = vec![0.0; windows * hidden];
        let mut d_cell_state = vec![0.0; if cell == Cell::Lstm { windows * hidden } else { 0 }];
        for done in (0..length).rev() {
            let step = self.step(done);
            let before = (done > 0).then(|| self.step(done - 1));
            let (kept_before, kept_now) = parts(&mut kept, before, step, windows * hidden);
            let before = before.map(|before| match cell {
                Cell::Lstm => Matrix::new(kept_before, windows, hidden, hidden),
                _ => Matrix::new(&states[before * windows * width..], windows, hidden, width),
            });
            let d_gates_now = &mut d_gates[step * windows * gates..][..windows * gates];
            d_biases_now.fill(0.0);
            let mut d_out = &d_states[step * windows * width..];
            if self.not_begun(step).next().is_some() {
                // The states at padding are constant zeros, so no gradient flows through them.
                let len = (windows - 1) * width + hidden;
                begun.clear();
                begun.extend_from_slice(&d_out[..len]);
                for window in self.not_begun(step) {
                    begun[window * width..][..hidden].fill(0.0);
                    row(&mut d_state, window, hidden).fill(0.0);
                    row(&mut d_cell_state, window, hidden).fill(0.0);
                }
                d_out = &begun;
            }
            Backward {
                cell,
                hidden,
                gates: d_gates_now,
                kept: kept_now,
                before,
                d_out: Matrix::new(d_out, windows, hidden, width),
                d_state: &mut d_state,
                d_cell_state: &mut d_cell_state,
                d_biases: &mut d_biases_now,
            }
            .run();
            // Adding up by steps keeps the rounding errors of long sums small.
            d_biases.iter_mut().zip(&d_biases_now).for_each(|(sum, now)| *sum += now);
            if done > 0 {
                let d_sums = Matrix::new(d_gates_now, windows, joined, gates);
                let joined_weight = Matrix::new(&weight, joined, hidden, hidden);
                multiply(d_sums, joined_weight, Store::Add, &mut d_state, hidden);
                if cell == Cell::Gru {
                    let d_sums = Matrix::new(kept_now, windows, hidden, hidden);
                    let new_weight = Matrix::new(&weight[joined * hidden..], hidden, hidden, hidden);
                    multiply(d_sums, new_weight, Store::Add, &mut d_state, hidden);
                }
            }
        }
        (Trace { gates: d_gates, kept }, d_biases)
    }
}

/// A window's row of a matrix `[windows, width]`; empty if the matrix is.
fn row(matrix: &mut [f32], window: usize, width: usize) -> &mut [f32] {
    if matrix.is_empty() { &mut [] } else { &mut matrix[window * width..][..width] }
}

/// A step's part of a sequence; empty if the matrix is.
fn part(sequence: &mut [f32], step: usize, len: usize) -> &mut [f32] {
    if sequence.is_empty() { &mut [] } else { &mut sequence[step * len..][..len] }
}

/// Two steps' parts of a sequence, the first only to read and, if there is no such step, empty.
fn parts(sequence: &mut [f32], read: Option<usize>, step: usize, len: usize) -> (&[f32], &mut [f32]) {
    match read {
        _ if sequence.is_empty() => (&[], &mut []),
        None => (&[], part(sequence, step, len)),
        Some(read) if read < step => {
            let (first, second) = sequence.split_at_mut(step * len);
            (&first[read * len..][..len], &mut second[..len])
        }
        Some(read) => {
            let (first, second) = sequence.split_at_mut(read * len);
            (&second[..len], &mut first[step * len..][..len])
        }
    }
}
