//! What is learnt, and from what.

use painwave::aggregate::Aggregation;
use painwave::network::NetworkConfig;

use crate::augmentation::Augmenter;
use crate::loss::Objective;
use crate::recipe::TrainingRecipe;
use crate::windows::WindowSet;

/// Everything that one network is trained on.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The network.
    pub network: NetworkConfig,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// How it is trained.
    pub recipe: TrainingRecipe,
    /// How windows become one prediction, for the validation scores.
    pub aggregation: Aggregation,
    /// Windows that train.
    pub training: WindowSet,
    /// Windows that judge.
    pub validation: WindowSet,
    /// What the network is asked to answer, and how far it is from that.
    pub objective: Objective,
    /// Random changes to the windows that train.
    pub augmentation: Augmenter,
}
