//! The classification task of one network: the class of a subject or, in a stage, its group of classes.

use super::dataset::Dataset;
use super::part::Part;
use crate::recipe::RecipeFile;
use crate::split::Split;

/// The classification task of one network.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// Names of the answers.
    pub(super) names: Vec<String>,
    /// The answer for each recording; none where it is of no class that the stage knows.
    answers: Vec<Option<usize>>,
}

impl Task {
    pub(super) fn new(file: &RecipeFile, dataset: &Dataset, part: Part) -> Self {
        let (names, answer_of) = match file.recipe.stages.get(part.stage) {
            Some(stage) => {
                let names = stage.groups.iter().map(|group| group.join(", ")).collect();
                (names, stage.group_of(&dataset.classes))
            }
            None => (dataset.classes.clone(), (0..dataset.classes.len()).map(Some).collect()),
        };
        let answers = dataset.labels.iter().map(|label| answer_of[label.class]).collect();
        Task { names, answers }
    }

    /// The subjects of a split that there is an answer for. [`split::divide`](crate::split::divide) sees to it that every
    /// answer is trained and that there are subjects to judge.
    pub(super) fn of_split(&self, split: &Split) -> Split {
        split.filter(|subject| self.answers[subject].is_some())
    }

    /// The answers for subjects of [`Task::of_split`].
    pub(super) fn answers(&self, subjects: &[usize]) -> Vec<usize> {
        subjects.iter().filter_map(|subject| self.answers[*subject]).collect()
    }
}
