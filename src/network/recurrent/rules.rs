//! The cells' formulas, forwards and backwards, for a vector of units.
//!
//! `i, f, g, o` and `r, z, n` are gates, on the way forward first their sums without biases. On the way back
//! they turn into the gradients of their sums, which are also added to the biases' gradients `b_i` and so on.

use crate::lanes::{Lanes, Rule, sigmoid, tanh};

/// `h' = tanh(s)`, three times: gate, state and output.
pub(super) struct Rnn;

impl Rule<1, 3> for Rnn {
    #[inline(always)]
    fn apply<L: Lanes>([bias]: [L; 1], [sum, _, _]: [L; 3]) -> [L; 3] {
        [tanh(sum.add(bias)); 3]
    }
}

/// The way back through [`Rnn`].
pub(super) struct RnnBack;

impl Rule<1, 3> for RnnBack {
    #[inline(always)]
    fn apply<L: Lanes>([d_out]: [L; 1], [state, d_state, d_bias]: [L; 3]) -> [L; 3] {
        let d = d_out.add(d_state).mul(one_minus_square(state));
        [d, state.like(0.0), d_bias.add(d)]
    }
}

/// `s' = f s + i g`, `h' = o tanh(s')`.
pub(super) struct Lstm;

impl Rule<4, 8> for Lstm {
    #[inline(always)]
    fn apply<L: Lanes>(biases: [L; 4], [i, f, g, o, memory, _, _, _]: [L; 8]) -> [L; 8] {
        let i = sigmoid(i.add(biases[0]));
        let f = sigmoid(f.add(biases[1]));
        let g = tanh(g.add(biases[2]));
        let o = sigmoid(o.add(biases[3]));
        let memory = i.mul_add(g, f.mul(memory));
        let next = o.mul(tanh(memory));
        [i, f, g, o, memory, memory, next, next]
    }
}

/// The way back through [`Lstm`].
pub(super) struct LstmBack;

impl Rule<3, 10> for LstmBack {
    #[inline(always)]
    fn apply<L: Lanes>([d_out, memory, before]: [L; 3], changed: [L; 10]) -> [L; 10] {
        let [i, f, g, o, d_state, d_memory, b_i, b_f, b_g, b_o] = changed;
        let d_state = d_out.add(d_state);
        let tanh = tanh(memory);
        let d_memory = d_state.mul(o).mul_add(one_minus_square(tanh), d_memory);
        let d_i = d_memory.mul(g).mul(slope(i));
        let d_f = d_memory.mul(before).mul(slope(f));
        let d_g = d_memory.mul(i).mul(one_minus_square(g));
        let d_o = d_state.mul(tanh).mul(slope(o));
        let (d_state, d_memory) = (i.like(0.0), d_memory.mul(f));
        [d_i, d_f, d_g, d_o, d_state, d_memory, b_i.add(d_i), b_f.add(d_f), b_g.add(d_g), b_o.add(d_o)]
    }
}

/// `n = tanh(s + r u)`, `h' = n + z (h - n)`.
pub(super) struct Gru;

impl Rule<4, 6> for Gru {
    #[inline(always)]
    fn apply<L: Lanes>(biases: [L; 4], [r, z, n, u, state, _]: [L; 6]) -> [L; 6] {
        let r = sigmoid(r.add(biases[0]));
        let z = sigmoid(z.add(biases[1]));
        let u = u.add(biases[3]);
        let n = tanh(r.mul_add(u, n.add(biases[2])));
        let next = z.mul_add(state.sub(n), n);
        [r, z, n, u, next, next]
    }
}

/// The way back through [`Gru`].
pub(super) struct GruBack;

impl Rule<2, 9> for GruBack {
    #[inline(always)]
    fn apply<L: Lanes>([d_out, before]: [L; 2], changed: [L; 9]) -> [L; 9] {
        let [r, z, n, u, d_state, b_r, b_z, b_n, b_u] = changed;
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
fn slope<L: Lanes>(y: L) -> L {
    y.sub(y.mul(y))
}

/// The derivative of a hyperbolic tangent by its value: `1 - y^2`.
#[inline(always)]
fn one_minus_square<L: Lanes>(y: L) -> L {
    y.like(1.0).sub(y.mul(y))
}
