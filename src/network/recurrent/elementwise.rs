//! One step of a cell, forward and backward, for a vector of units.
//!
//! `i, f, g, o` and `r, z, n` are gates; before the forward pass they are pre-activations without biases, after the
//! backward pass the gradients of the pre-activations, which are also added to the biases' gradients `b_i` and so on.
//! `u` is the GRU's `U h + d` of its new gate. The forward formulas are those of [`crate::network::cell`].

use std::slice::from_mut;

use crate::network::cell::{gates, gru_state, lstm_state};
use crate::network::config::Cell;
use crate::simd::{Elementwise, Vector, tanh};

/// An RNN's step: its gate, the next hidden state and the output are the same.
pub(super) struct Rnn;

impl Elementwise<1, 3> for Rnn {
    #[inline(always)]
    fn apply<V: Vector>([bias]: [V; 1], [pre_activation, _, _]: [V; 3]) -> [V; 3] {
        let mut next = pre_activation.add(bias);
        gates(Cell::Rnn, [from_mut(&mut next), &mut [], &mut [], &mut []]);
        [next; 3]
    }
}

/// The backward pass through [`Rnn`].
pub(super) struct RnnBackward;

impl Elementwise<1, 3> for RnnBackward {
    #[inline(always)]
    fn apply<V: Vector>([d_out]: [V; 1], [state, d_state, d_bias]: [V; 3]) -> [V; 3] {
        let d = d_out.add(d_state).mul(one_minus_square(state));
        [d, state.like(0.0), d_bias.add(d)]
    }
}

/// An LSTM's step.
pub(super) struct Lstm;

impl Elementwise<4, 8> for Lstm {
    #[inline(always)]
    fn apply<V: Vector>(biases: [V; 4], [i, f, g, o, cell_state, _, _, _]: [V; 8]) -> [V; 8] {
        let [mut i, mut f, mut g, mut o] =
            [i.add(biases[0]), f.add(biases[1]), g.add(biases[2]), o.add(biases[3])];
        gates(Cell::Lstm, [&mut i, &mut f, &mut g, &mut o].map(from_mut));
        let [cell_state, hidden] = lstm_state([i, f, g, o], cell_state);
        [i, f, g, o, cell_state, cell_state, hidden, hidden]
    }
}

/// The backward pass through [`Lstm`].
pub(super) struct LstmBackward;

impl Elementwise<3, 10> for LstmBackward {
    #[inline(always)]
    fn apply<V: Vector>([d_out, cell_state, before]: [V; 3], written: [V; 10]) -> [V; 10] {
        let [i, f, g, o, d_state, d_cell, b_i, b_f, b_g, b_o] = written;
        let d_state = d_out.add(d_state);
        let tanh = tanh(cell_state);
        let d_cell = d_state.mul(o).mul_add(one_minus_square(tanh), d_cell);
        let d_i = d_cell.mul(g).mul(slope(i));
        let d_f = d_cell.mul(before).mul(slope(f));
        let d_g = d_cell.mul(i).mul(one_minus_square(g));
        let d_o = d_state.mul(tanh).mul(slope(o));
        let (d_state, d_cell) = (i.like(0.0), d_cell.mul(f));
        [d_i, d_f, d_g, d_o, d_state, d_cell, b_i.add(d_i), b_f.add(d_f), b_g.add(d_g), b_o.add(d_o)]
    }
}

/// A GRU's step.
pub(super) struct Gru;

impl Elementwise<4, 6> for Gru {
    #[inline(always)]
    fn apply<V: Vector>(biases: [V; 4], [r, z, n, u, hidden, _]: [V; 6]) -> [V; 6] {
        let [mut r, mut z, mut n, mut u] =
            [r.add(biases[0]), z.add(biases[1]), n.add(biases[2]), u.add(biases[3])];
        gates(Cell::Gru, [&mut r, &mut z, &mut n, &mut u].map(from_mut));
        let next = gru_state(z, n, hidden);
        [r, z, n, u, next, next]
    }
}

/// The backward pass through [`Gru`].
pub(super) struct GruBackward;

impl Elementwise<2, 9> for GruBackward {
    #[inline(always)]
    fn apply<V: Vector>([d_out, before]: [V; 2], written: [V; 9]) -> [V; 9] {
        let [r, z, n, u, d_state, b_r, b_z, b_n, b_u] = written;
        let d_state = d_out.add(d_state);
        let d_n = d_state.sub(d_state.mul(z)).mul(one_minus_square(n));
        let d_z = d_state.mul(before.sub(n)).mul(slope(z));
        let d_r = d_n.mul(u).mul(slope(r));
        let d_u = d_n.mul(r);
        [d_r, d_z, d_n, d_u, d_state.mul(z), b_r.add(d_r), b_z.add(d_z), b_n.add(d_n), b_u.add(d_u)]
    }
}

/// The derivative of a sigmoid by its value: `y (1 - y)`.
#[inline(always)]
fn slope<V: Vector>(y: V) -> V {
    y.sub(y.mul(y))
}

/// The derivative of a hyperbolic tangent by its value: `1 - y^2`.
#[inline(always)]
fn one_minus_square<V: Vector>(y: V) -> V {
    y.like(1.0).sub(y.mul(y))
}
