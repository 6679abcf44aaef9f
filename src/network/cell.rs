//! The forward formulas of the recurrent cells, for vectors of units: both the engine and the forward pass of training
//! compute them.
//!
//! With the inputs `x`, the hidden state `h`, the LSTM's cell state `c` and the biases `b` and `d`:
//!
//! ```text
//! RNN   h' = tanh(W x + b + U h + d)
//!
//! LSTM  i, f, o = sigmoid(W x + b + U h + d)      g = tanh(W x + b + U h + d)
//!       c' = f c + i g                            h' = o tanh(c')
//!
//! GRU   r, z = sigmoid(W x + b + U h + d)         n = tanh(W x + b + r (U h + d))
//!       h' = n + z (h - n)
//! ```
//!
//! Sources: `torch.nn.{RNN, LSTM, GRU}`; the last line is `(1 - z) n + z h` with one product less.

use super::config::Cell;
use crate::simd::{Vector, sigmoid, tanh};

/// Max number of pre-activations of a unit: one of each gate, and in the GRU a second one of the new gate, `U h + d`
/// apart from `W x + b`.
pub(crate) const MAX_PRE_ACTIVATIONS: usize = 4;

/// Turns the pre-activations of some units, biases included, into gates: for the RNN `h'`, for the LSTM `i, f, g, o`,
/// for the GRU `r, z, n`, whose fourth pre-activation `U h + d` is left as it is.
///
/// One function after the other over all vectors: an exponential has a long latency, but many can be in flight at once.
#[inline(always)]
pub(crate) fn gates<V: Vector>(cell: Cell, pre_activations: [&mut [V]; MAX_PRE_ACTIVATIONS]) {
    let [first, second, third, fourth] = pre_activations;
    match cell {
        Cell::Rnn => all_tanh(first),
        Cell::Lstm => {
            all_sigmoid(first);
            all_sigmoid(second);
            all_tanh(third);
            all_sigmoid(fourth);
        }
        Cell::Gru => {
            all_sigmoid(first);
            all_sigmoid(second);
            for ((r, n), hidden) in first.iter().zip(third.iter_mut()).zip(fourth.iter()) {
                *n = r.mul_add(*hidden, *n);
            }
            all_tanh(third);
        }
    }
}

/// The next cell state and the next hidden state of an LSTM, by the gates and the cell state.
#[inline(always)]
pub(crate) fn lstm_state<V: Vector>([i, f, g, o]: [V; 4], cell_state: V) -> [V; 2] {
    let next = i.mul_add(g, f.mul(cell_state));
    [next, o.mul(tanh(next))]
}

/// The next hidden state of a GRU, by the gates `z` and `n` and the hidden state.
#[inline(always)]
pub(crate) fn gru_state<V: Vector>(z: V, n: V, hidden: V) -> V {
    z.mul_add(hidden.sub(n), n)
}

#[inline(always)]
fn all_sigmoid<V: Vector>(vectors: &mut [V]) {
    for vector in vectors {
        *vector = sigmoid(*vector);
    }
}

#[inline(always)]
fn all_tanh<V: Vector>(vectors: &mut [V]) {
    for vector in vectors {
        *vector = tanh(*vector);
    }
}
