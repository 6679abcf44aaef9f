//! Networks that predict together, before they are trained: one for every stage of every split.

use painwave::bundle::{Manifest, ModelCard};
use painwave::recording::Recording;

use super::dataset::{Dataset, pick};
use super::error::ExperimentError;
use super::manifest;
use super::part::Part;
use crate::panel::{Choosers, Judges};
use crate::preparation::{self, Preparation};
use crate::recipe::RecipeFile;
use crate::split::Split;

/// Networks that predict together, before they are trained.
pub(super) struct Ensemble {
    pub(super) splits: Vec<Split>,
    /// One for each split.
    pub(super) preparations: Vec<Preparation>,
    /// With a member for every network.
    pub(super) manifest: Manifest,
    /// The recordings of the data set, with the columns of the manifest's schema only.
    pub(super) recordings: Vec<Recording>,
    /// The networks, in the order of the members.
    pub(super) parts: Vec<Part>,
}

impl Ensemble {
    /// Fits the features of each split to its training subjects.
    pub(super) fn new(
        file: &RecipeFile,
        dataset: &Dataset,
        splits: Vec<Split>,
        card: ModelCard,
    ) -> Result<Self, ExperimentError> {
        let prepare = |split: &Split| {
            let recordings = pick(&dataset.recordings, &split.training);
            let classes = dataset.classes_of(&split.training);
            let training = preparation::Training { recordings: &recordings, classes: &classes };
            preparation::fit(file, &dataset.schema, &training)
        };
        let preparations = splits.iter().map(prepare).collect::<Result<Vec<Preparation>, _>>()?;
        let manifest = manifest::manifest(file, dataset, card, &preparations)?;
        let recordings = dataset.with_columns_of(&manifest.schema);
        let parts = Part::all(splits.len(), file.recipe.networks()).collect();
        Ok(Ensemble { splits, preparations, manifest, recordings, parts })
    }

    /// The same networks, trained for cross-fitting only.
    pub(super) fn for_cross_fitting(mut self) -> Self {
        self.parts.iter_mut().for_each(|part| part.cross_fit = true);
        self
    }

    /// Whether others choose than judge.
    pub(super) fn is_nested(&self) -> bool {
        self.splits.iter().any(Split::is_nested)
    }

    /// The members of each split with the subjects that choose.
    pub(super) fn choosers(&self) -> Choosers<'_> {
        Choosers::of(&self.splits, self.stages(), &self.recordings)
    }

    /// The members of each split with the subjects that judge.
    pub(super) fn judges(&self) -> Judges<'_> {
        Judges::of(&self.splits, self.stages(), &self.recordings)
    }

    fn stages(&self) -> usize {
        self.parts.len() / self.splits.len()
    }
}
