//! One time step of a cell, forward and backward, for every window: all of it but the products of matrices.
//!
//! Matrices are `[windows, columns]` without gaps unless a type says otherwise, and pre-activations and gates of a
//! window stand side by side, `[G * H]`. The symbols are those of [`crate::network::cell`].

use super::elementwise::{Gru, GruBackward, Lstm, LstmBackward, Rnn, RnnBackward};
use crate::network::config::Cell;
use crate::network::product::Matrix;
use crate::simd::{Isa, SimdFn, Vector, map_rows};

/// A step of the forward pass.
pub(super) struct Forward<'a> {
    pub cell: Cell,
    pub hidden: usize,
    /// See [`biases`].
    pub biases: &'a [f32],
    /// In: `W x + U h`, in the GRU's new gate `W x`. Out: the gates.
    pub gates: &'a mut [f32],
    /// `[windows, H]`. GRU, in: the new gate's `U h`. Out, GRU: the same and its bias; LSTM: the cell state.
    pub kept: &'a mut [f32],
    /// The hidden state, `[windows, H]`; replaced by the next.
    pub state: &'a mut [f32],
    /// The LSTM's cell state, `[windows, H]`; replaced by the next.
    pub cell_state: &'a mut [f32],
    /// Also the next state, `H` values in each run of `out_stride`.
    pub out: &'a mut [f32],
    pub out_stride: usize,
}

/// A step of the backward pass.
pub(super) struct Backward<'a> {
    pub cell: Cell,
    pub hidden: usize,
    /// In: the gates. Out: the gradient of the pre-activations `W x + b + U h + d`, in the GRU's new gate that of
    /// `W x + b`.
    pub gates: &'a mut [f32],
    /// What [`Forward`] left, `[windows, H]`. Out, GRU: the gradient of the new gate's `U h + d`.
    pub kept: &'a mut [f32],
    /// What the step read: the GRU's hidden states, the LSTM's cell states; the RNN needs neither. `None` for zeros.
    pub before: Option<Matrix<'a>>,
    /// Gradient of the hidden states after the step from everything that reads them, except the next step.
    pub d_out: Matrix<'a>,
    /// Gradient of the hidden states, `[windows, H]`. In: of those after the step, from the next step. Out: of those
    /// before it, without the products with `U`.
    pub d_state: &'a mut [f32],
    /// Gradient of the LSTM's cell state, `[windows, H]`; in and out as for the hidden state.
    pub d_cell_state: &'a mut [f32],
    /// Gradients of the pre-activations are added here, laid out as [`biases`].
    pub d_biases: &'a mut [f32],
}

/// The biases by the pre-activations that they belong to: `b + d`, in the GRU `b_r + d_r, b_z + d_z, b_n, d_n`.
pub(super) fn biases(cell: Cell, input: &[f32], hidden: &[f32]) -> Vec<f32> {
    let both = |(a, b): (&f32, &f32)| a + b;
    match cell {
        Cell::Rnn | Cell::Lstm => input.iter().zip(hidden).map(both).collect(),
        Cell::Gru => {
            let new = input.len() / 3 * 2;
            let gates = input[..new].iter().zip(&hidden[..new]).map(both);
            gates.chain(input[new..].iter().copied()).chain(hidden[new..].iter().copied()).collect()
        }
    }
}

/// Takes [`biases`] apart again: their gradient to those of `b` and of `d`.
pub(super) fn split_biases(cell: Cell, biases: &[f32]) -> [Vec<f32>; 2] {
    match cell {
        Cell::Rnn | Cell::Lstm => [biases.to_vec(), biases.to_vec()],
        Cell::Gru => {
            let hidden = biases.len() / 4;
            [biases[..3 * hidden].to_vec(), [&biases[..2 * hidden], &biases[3 * hidden..]].concat()]
        }
    }
}

impl Forward<'_> {
    /// Computes the step.
    pub fn run(self) {
        Isa::detect().call(self);
    }
}

impl Backward<'_> {
    /// Computes the step.
    pub fn run(self) {
        Isa::detect().call(self);
    }
}

impl SimdFn for Forward<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn call<V: Vector>(self) {
        let hidden = self.hidden;
        let gates = self.gates.chunks_exact_mut(self.cell.gates() * hidden);
        let states = self.state.chunks_exact_mut(hidden);
        let outs = self.out.chunks_mut(self.out_stride).map(|out| &mut out[..hidden]);
        let steps = gates.zip(states.zip(outs));
        let cell_states = self.cell_state.chunks_exact_mut(hidden);
        let kept = self.kept.chunks_exact_mut(hidden);
        // SAFETY: the CPU has the instructions, as the caller guarantees.
        unsafe {
            match self.cell {
                Cell::Rnn => {
                    for (gate, (state, out)) in steps {
                        map_rows::<V, Rnn, _, _>([self.biases], [gate, state, out]);
                    }
                }
                Cell::Lstm => {
                    let biases = parts::<4>(self.biases);
                    for ((gates, (state, out)), (cell_state, kept)) in steps.zip(cell_states.zip(kept)) {
                        let [i, f, g, o] = parts_mut(gates);
                        map_rows::<V, Lstm, _, _>(biases, [i, f, g, o, cell_state, kept, state, out]);
                    }
                }
                Cell::Gru => {
                    let biases = parts::<4>(self.biases);
                    for ((gates, (state, out)), kept) in steps.zip(kept) {
                        let [r, z, n] = parts_mut(gates);
                        map_rows::<V, Gru, _, _>(biases, [r, z, n, kept, state, out]);
                    }
                }
            }
        }
    }
}

impl SimdFn for Backward<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn call<V: Vector>(self) {
        let hidden = self.hidden;
        let zeros = vec![0.0; hidden];
        let before = |row| self.before.map_or(zeros.as_slice(), |before| before.row(row));
        let d_out = |row| self.d_out.row(row);
        let gates = self.gates.chunks_exact_mut(self.cell.gates() * hidden);
        let d_states = self.d_state.chunks_exact_mut(hidden);
        let steps = gates.zip(d_states).enumerate();
        let d_cell_states = self.d_cell_state.chunks_exact_mut(hidden);
        let kept = self.kept.chunks_exact_mut(hidden);
        // SAFETY: the CPU has the instructions, as the caller guarantees.
        unsafe {
            match self.cell {
                Cell::Rnn => {
                    for (row, (gate, d_state)) in steps {
                        map_rows::<V, RnnBackward, _, _>([d_out(row)], [gate, d_state, &mut *self.d_biases]);
                    }
                }
                Cell::Lstm => {
                    for ((row, (gates, d_state)), (d_cell, kept)) in steps.zip(d_cell_states.zip(kept)) {
                        let [i, f, g, o] = parts_mut(gates);
                        let [b_i, b_f, b_g, b_o] = parts_mut(self.d_biases);
                        let written = [i, f, g, o, d_state, d_cell, b_i, b_f, b_g, b_o];
                        map_rows::<V, LstmBackward, _, _>([d_out(row), kept, before(row)], written);
                    }
                }
                Cell::Gru => {
                    for ((row, (gates, d_state)), kept) in steps.zip(kept) {
                        let [r, z, n] = parts_mut(gates);
                        let [b_r, b_z, b_n, b_u] = parts_mut(self.d_biases);
                        let written = [r, z, n, kept, d_state, b_r, b_z, b_n, b_u];
                        map_rows::<V, GruBackward, _, _>([d_out(row), before(row)], written);
                    }
                }
            }
        }
    }
}

/// Cuts a row into `N` equal parts.
#[inline(always)]
fn parts<const N: usize>(row: &[f32]) -> [&[f32]; N] {
    let width = row.len() / N;
    std::array::from_fn(|part| &row[part * width..][..width])
}

/// Cuts a row into `N` equal parts.
#[inline(always)]
fn parts_mut<const N: usize>(row: &mut [f32]) -> [&mut [f32]; N] {
    let width = row.len() / N;
    let mut rest = row;
    std::array::from_fn(|_| {
        let (part, others) = std::mem::take(&mut rest).split_at_mut(width);
        rest = others;
        part
    })
}
