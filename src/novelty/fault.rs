//! What goes wrong with recordings all over, so that no channel by itself is unusual.

use serde::{Deserialize, Serialize};

/// A fault of all channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The steps are in another order.
    Order,
    /// There is more noise.
    Noise,
}

/// How a fault changes recordings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which.
    pub kind: FaultKind,
    /// Where it moves the training subjects to, on average: a direction among their uncorrelated scores, in 127ths.
    pub direction: Vec<i8>,
}

impl FaultKind {
    /// What the channels are like then, in words.
    pub fn text(self) -> &'static str {
        match self {
            FaultKind::Order => "as if their steps were in no order",
            FaultKind::Noise => "as if noise had been added",
        }
    }
}
