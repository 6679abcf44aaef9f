//! The trainings of a recipe: one for each fold and, within it, for each stage.

use std::ops::Range;

/// Name of the folder that a training's checkpoint is kept in.
pub const CHECKPOINT: &str = "checkpoint";

/// Which of the trainings of a recipe.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Which fold; 0 of a hold-out.
    pub fold: usize,
    /// Number of folds; 1 if there is a hold-out.
    pub folds: usize,
    /// Which stage; 0 if there are none.
    pub stage: usize,
    /// Number of stages; 1 if there are none.
    pub stages: usize,
    /// Whether its network is no member of the bundle, but only asked about subjects that it was not trained on.
    pub cross_fit: bool,
}

/// Folder of the trainings of cross-fitting within that of the run.
pub const CROSS_FIT: &str = "cross-fit";

impl Part {
    /// All of them in the order of the bundle's members.
    pub fn all(folds: usize, stages: usize) -> impl Iterator<Item = Part> {
        (0..folds).flat_map(move |fold| {
            (0..stages).map(move |stage| Part { fold, folds, stage, stages, cross_fit: false })
        })
    }

    /// Index of its member in the bundle.
    pub fn member(self) -> usize {
        self.fold * self.stages + self.stage
    }

    /// Indices of the members of a fold.
    pub fn members(fold: usize, stages: usize) -> Range<usize> {
        fold * stages..(fold + 1) * stages
    }

    /// Whether its network is the bundle's only member.
    pub fn is_only(self) -> bool {
        !self.cross_fit && self.folds * self.stages == 1
    }

    /// Its folder within that of the run, `fold-1/stage-2`; empty if there is one training only.
    pub fn folder(self) -> String {
        let cross_fit = self.cross_fit.then(|| CROSS_FIT.to_owned());
        let fold = (self.folds > 1).then(|| format!("fold-{}", self.fold + 1));
        let stage = (self.stages > 1).then(|| format!("stage-{}", self.stage + 1));
        cross_fit.into_iter().chain(fold).chain(stage).collect::<Vec<_>>().join("/")
    }

    /// The folder of its checkpoint.
    pub fn checkpoint(self) -> String {
        let folder = self.folder();
        if folder.is_empty() { CHECKPOINT.to_owned() } else { format!("{folder}/{CHECKPOINT}") }
    }

    /// Its name, for people.
    pub fn name(self) -> String {
        let cross_fit = self.cross_fit.then(|| "cross-fitting".to_owned());
        let fold = (self.folds > 1).then(|| format!("fold {} of {}", self.fold + 1, self.folds));
        let stage = (self.stages > 1).then(|| format!("stage {} of {}", self.stage + 1, self.stages));
        let parts: Vec<String> = cross_fit.into_iter().chain(fold).chain(stage).collect();
        if parts.is_empty() { "hold-out".to_owned() } else { parts.join(", ") }
    }
}
