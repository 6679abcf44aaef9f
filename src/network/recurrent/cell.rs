//! One time step of a cell, forwards and backwards, for every window: all of it but the products of
//! matrices.
//!
//! Here alone is what tells the cells apart. Matrices are `[windows, columns]` without gaps unless a type
//! says otherwise, and sums and gates of a window stand side by side, `[G * H]`.

use super::rules::{Gru, GruBack, Lstm, LstmBack, Rnn, RnnBack};
use crate::lanes::{Job, Lanes, map, on_widest_lanes};
use crate::network::Cell;

/// Rows of a matrix with gaps.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    /// From the first row's first number on.
    pub data: &'a [f32],
    /// Numbers from one row's start to the next one's.
    pub stride: usize,
}

impl<'a> Rows<'a> {
    fn row(&self, row: usize, width: usize) -> &'a [f32] {
        &self.data[row * self.stride..][..width]
    }
}

/// A step forwards.
pub(super) struct Forward<'a> {
    pub cell: Cell,
    pub hidden: usize,
    /// See [`biases`].
    pub biases: &'a [f32],
    /// In: `W x + U h`, in the GRU's new gate `W x`. Out: the gates.
    pub gates: &'a mut [f32],
    /// `[windows, H]`. GRU, in: the new gate's `U h`. Out, GRU: the same and its bias; LSTM: the memory.
    pub kept: &'a mut [f32],
    /// The hidden state, `[windows, H]`; replaced by the next.
    pub state: &'a mut [f32],
    /// The LSTM's memory, `[windows, H]`; replaced by the next.
    pub memory: &'a mut [f32],
    /// Also the next state, `H` numbers in each run of `out_stride`.
    pub out: &'a mut [f32],
    pub out_stride: usize,
}

/// A step backwards.
pub(super) struct Backward<'a> {
    pub cell: Cell,
    pub hidden: usize,
    /// In: the gates. Out: the gradient of the sums `W x + b + U h + c`, in the GRU's new gate that of
    /// `W x + b`.
    pub gates: &'a mut [f32],
    /// What [`Forward`] left, `[windows, H]`. Out, GRU: the gradient of the new gate's `U h + c`.
    pub kept: &'a mut [f32],
    /// What was before the step: the GRU's states, the LSTM's memory, the RNN's nothing; `None` for zeros.
    pub before: Option<Rows<'a>>,
    /// Gradient of the states after the step by all that reads them but the next step.
    pub d_out: Rows<'a>,
    /// Gradient of the states, `[windows, H]`. In: after the step, by the next one. Out: before the step, but
    /// for the products with `U`.
    pub d_state: &'a mut [f32],
    /// Gradient of the LSTM's memory, `[windows, H]`; in and out as for the states.
    pub d_memory: &'a mut [f32],
    /// Gradients of the sums are added here, laid out as [`biases`].
    pub d_biases: &'a mut [f32],
}

/// The biases by the sums that they belong to: `b + c`, in the GRU `b_r + c_r, b_z + c_z, b_n, c_n`.
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

/// Takes [`biases`] apart again: their gradient to those of `b` and of `c`.
pub(super) fn split_biases(cell: Cell, sums: &[f32]) -> [Vec<f32>; 2] {
    match cell {
        Cell::Rnn | Cell::Lstm => [sums.to_vec(), sums.to_vec()],
        Cell::Gru => {
            let hidden = sums.len() / 4;
            [sums[..3 * hidden].to_vec(), [&sums[..2 * hidden], &sums[3 * hidden..]].concat()]
        }
    }
}

impl Forward<'_> {
    /// Computes the step.
    pub fn run(self) {
        on_widest_lanes(self);
    }
}

impl Backward<'_> {
    /// Computes the step.
    pub fn run(self) {
        on_widest_lanes(self);
    }
}

impl Job for Forward<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let hidden = self.hidden;
        let gates = self.gates.chunks_exact_mut(self.cell.gates() * hidden);
        let states = self.state.chunks_exact_mut(hidden);
        let outs = self.out.chunks_mut(self.out_stride).map(|out| &mut out[..hidden]);
        let steps = gates.zip(states.zip(outs));
        let memories = self.memory.chunks_exact_mut(hidden);
        let kept = self.kept.chunks_exact_mut(hidden);
        // SAFETY: the caller's promise.
        unsafe {
            match self.cell {
                Cell::Rnn => {
                    for (gate, (state, out)) in steps {
                        map::<L, Rnn, _, _>([self.biases], [gate, state, out]);
                    }
                }
                Cell::Lstm => {
                    let biases = parts::<4>(self.biases);
                    for ((gates, (state, out)), (memory, kept)) in steps.zip(memories.zip(kept)) {
                        let [i, f, g, o] = parts_mut(gates);
                        map::<L, Lstm, _, _>(biases, [i, f, g, o, memory, kept, state, out]);
                    }
                }
                Cell::Gru => {
                    let biases = parts::<4>(self.biases);
                    for ((gates, (state, out)), kept) in steps.zip(kept) {
                        let [r, z, n] = parts_mut(gates);
                        map::<L, Gru, _, _>(biases, [r, z, n, kept, state, out]);
                    }
                }
            }
        }
    }
}

impl Job for Backward<'_> {
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let hidden = self.hidden;
        let zeros = vec![0.0; hidden];
        let before = |row| self.before.map_or(zeros.as_slice(), |before| before.row(row, hidden));
        let d_out = |row| self.d_out.row(row, hidden);
        let gates = self.gates.chunks_exact_mut(self.cell.gates() * hidden);
        let d_states = self.d_state.chunks_exact_mut(hidden);
        let steps = gates.zip(d_states).enumerate();
        let d_memories = self.d_memory.chunks_exact_mut(hidden);
        let kept = self.kept.chunks_exact_mut(hidden);
        // SAFETY: the caller's promise.
        unsafe {
            match self.cell {
                Cell::Rnn => {
                    for (row, (gate, d_state)) in steps {
                        map::<L, RnnBack, _, _>([d_out(row)], [gate, d_state, &mut *self.d_biases]);
                    }
                }
                Cell::Lstm => {
                    for ((row, (gates, d_state)), (d_memory, kept)) in steps.zip(d_memories.zip(kept)) {
                        let [i, f, g, o] = parts_mut(gates);
                        let [b_i, b_f, b_g, b_o] = parts_mut(self.d_biases);
                        let changed = [i, f, g, o, d_state, d_memory, b_i, b_f, b_g, b_o];
                        map::<L, LstmBack, _, _>([d_out(row), kept, before(row)], changed);
                    }
                }
                Cell::Gru => {
                    for ((row, (gates, d_state)), kept) in steps.zip(kept) {
                        let [r, z, n] = parts_mut(gates);
                        let [b_r, b_z, b_n, b_u] = parts_mut(self.d_biases);
                        let changed = [r, z, n, kept, d_state, b_r, b_z, b_n, b_u];
                        map::<L, GruBack, _, _>([d_out(row), before(row)], changed);
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
