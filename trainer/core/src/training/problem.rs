//! Everything that one network is trained on.

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
    /// Training windows.
    pub training: WindowSet,
    /// Validation windows.
    pub validation: WindowSet,
    /// Targets and loss.
    pub objective: Objective,
    /// Random changes to the training windows.
    pub augmentation: Augmenter,
}
