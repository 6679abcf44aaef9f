//! A direction of a recurrent layer through time and back.
//!
//! Sequences are `[L, N, columns]`. Most of the work are products of matrices, each as large as the order of
//! time allows: the inputs' for all steps at once, the states' a step at a time, and backwards those of the
//! weights' gradients for all steps at once.

use super::cell::{self, Backward, Forward, Rows};
use crate::network::Cell;
use crate::network::product::{Into, Matrix, multiply};

/// Sizes of a layer.
#[derive(Clone, Copy, Debug)]
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

/// What a direction's way back needs of its way forward.
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

    /// Columns of the gates whose sums of inputs and states are one.
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

    /// Step before which a direction stands after `done` steps.
    fn step(&self, direction: usize, done: usize) -> usize {
        if direction == 0 { done } else { self.length - 1 - done }
    }

    /// Fills a direction's columns of the states `[L, N, D * H]`.
    pub fn forward(
        &self,
        direction: usize,
        inputs: &[f32],
        weights: Weights<&[f32]>,
        states: &mut [f32],
    ) -> Trace {
        let Layer { cell, length, windows, hidden, .. } = *self;
        let (rows, gates, joined, width) = (length * windows, self.gates(), self.joined(), self.width());
        let inputs = Matrix::new(inputs, rows, self.inputs, self.inputs);
        let input_weight = Matrix::new(weights.input, self.inputs, gates, gates);
        let mut trace = Trace {
            gates: vec![0.0; rows * gates],
            kept: vec![0.0; if cell == Cell::Rnn { 0 } else { rows * hidden }],
        };
        multiply(inputs, input_weight, Into::Replace, &mut trace.gates, gates);

        let biases = cell::biases(cell, weights.input_bias, weights.hidden_bias);
        let mut state = vec![0.0; windows * hidden];
        let mut memory = vec![0.0; if cell == Cell::Lstm { windows * hidden } else { 0 }];
        for done in 0..length {
            let step = self.step(direction, done);
            let gates_now = &mut trace.gates[step * windows * gates..][..windows * gates];
            let kept = slice_or_empty(&mut trace.kept, step, windows * hidden);
            if done > 0 {
                let state = Matrix::new(&state, windows, hidden, hidden);
                let weight = Matrix::new(weights.hidden, hidden, joined, gates);
                multiply(state, weight, Into::Add, gates_now, gates);
                if cell == Cell::Gru {
                    let weight = Matrix::new(&weights.hidden[joined..], hidden, hidden, gates);
                    multiply(state, weight, Into::Replace, kept, hidden);
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
                memory: &mut memory,
                out: &mut out[direction * hidden..],
                out_stride: width,
            }
            .run();
        }
        trace
    }

    /// Gradients of a direction's weights; that of the inputs is added to `d_inputs`, or replaces them.
    pub fn backward(
        &self,
        direction: usize,
        inputs: &[f32],
        weights: Weights<&[f32]>,
        states: &[f32],
        trace: Trace,
        d_states: &[f32],
        d_inputs: Option<(Into, &mut [f32])>,
    ) -> Weights<Vec<f32>> {
        let Layer { cell, length, windows, hidden, .. } = *self;
        let (rows, gates, joined, width) = (length * windows, self.gates(), self.joined(), self.width());
        let Trace { gates: mut d_gates, mut kept } = trace;
        let states = &states[direction * hidden..];
        let d_states = &d_states[direction * hidden..];

        let mut d_biases = cell::biases(cell, &vec![0.0; gates], &vec![0.0; gates]);
        let mut d_state = vec![0.0; windows * hidden];
        let mut d_memory = vec![0.0; if cell == Cell::Lstm { windows * hidden } else { 0 }];
        let mut d_biases_now = d_biases.clone();
        for done in (0..length).rev() {
            let step = self.step(direction, done);
            let before = (done > 0).then(|| self.step(direction, done - 1));
            let (kept_before, kept_now) = pair(&mut kept, before, step, windows * hidden);
            let before = before.map(|before| match cell {
                Cell::Lstm => Rows { data: kept_before, stride: hidden },
                _ => Rows { data: &states[before * windows * width..], stride: width },
            });
            let d_gates_now = &mut d_gates[step * windows * gates..][..windows * gates];
            d_biases_now.fill(0.0);
            Backward {
                cell,
                hidden,
                gates: d_gates_now,
                kept: kept_now,
                before,
                d_out: Rows { data: &d_states[step * windows * width..], stride: width },
                d_state: &mut d_state,
                d_memory: &mut d_memory,
                d_biases: &mut d_biases_now,
            }
            .run();
            // Adding up by steps keeps the rounding errors of long sums small.
            d_biases.iter_mut().zip(&d_biases_now).for_each(|(sum, now)| *sum += now);
            if done > 0 {
                let d_sums = Matrix::new(d_gates_now, windows, joined, gates);
                let weight = Matrix::new(weights.hidden, hidden, joined, gates).transposed();
                multiply(d_sums, weight, Into::Add, &mut d_state, hidden);
                if cell == Cell::Gru {
                    let d_sums = Matrix::new(kept_now, windows, hidden, hidden);
                    let weight = Matrix::new(&weights.hidden[joined..], hidden, hidden, gates).transposed();
                    multiply(d_sums, weight, Into::Add, &mut d_state, hidden);
                }
            }
        }

        let d_sums = Matrix::new(&d_gates, rows, gates, gates);
        let mut d_input = vec![0.0; self.inputs * gates];
        let inputs = Matrix::new(inputs, rows, self.inputs, self.inputs);
        multiply(inputs.transposed(), d_sums, Into::Replace, &mut d_input, gates);
        if let Some((into, d_inputs)) = d_inputs {
            let weight = Matrix::new(weights.input, self.inputs, gates, gates).transposed();
            multiply(d_sums, weight, into, d_inputs, self.inputs);
        }

        let mut d_hidden = vec![0.0; hidden * gates];
        if length > 1 {
            // The states before each step but the first that is taken, and the steps that read them.
            let (from, to) = if direction == 0 { (0, windows) } else { (windows, 0) };
            let rows = rows - windows;
            let states = Matrix::new(&states[from * width..], rows, hidden, width).transposed();
            let d_sums = Matrix::new(&d_gates[to * gates..], rows, joined, gates);
            multiply(states, d_sums, Into::Replace, &mut d_hidden, gates);
            if cell == Cell::Gru {
                let d_sums = Matrix::new(&kept[to * hidden..], rows, hidden, hidden);
                multiply(states, d_sums, Into::Replace, &mut d_hidden[joined..], gates);
            }
        }
        let [input_bias, hidden_bias] = cell::split_biases(cell, &d_biases);
        Weights { input: d_input, input_bias, hidden: d_hidden, hidden_bias }
    }
}

/// A step's part of a sequence; nothing of an empty one.
fn slice_or_empty(sequence: &mut [f32], step: usize, len: usize) -> &mut [f32] {
    if sequence.is_empty() { &mut [] } else { &mut sequence[step * len..][..len] }
}

/// Two steps' parts of a sequence, the first only to read and, if there is no such step, empty.
fn pair(sequence: &mut [f32], read: Option<usize>, step: usize, len: usize) -> (&[f32], &mut [f32]) {
    match read {
        _ if sequence.is_empty() => (&[], &mut []),
        None => (&[], slice_or_empty(sequence, step, len)),
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
