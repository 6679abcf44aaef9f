//! What the bundle says of a model before it is trained.

use painwave::bundle::{BundleError, Manifest, ModelCard, VERSION};
use painwave::decision::Decision;

use super::dataset::Dataset;
use super::error::ExperimentError;
use super::part::Part;
use crate::assemble;
use crate::preparation::{self, Preparation};
use crate::recipe::RecipeFile;

/// The manifest with every member but its known answers; an invalid one is found now rather than after
/// hours of training.
pub(super) fn manifest(
    file: &RecipeFile,
    dataset: &Dataset,
    card: ModelCard,
    preparations: &[Preparation],
) -> Result<Manifest, ExperimentError> {
    let recipe = &file.recipe;
    let transforms: Vec<_> = preparations.iter().map(|preparation| &preparation.transform).collect();
    let mut members = Vec::with_capacity(transforms.len());
    for part in Part::all(transforms.len(), recipe.networks()) {
        let transform = transforms[part.fold];
        let groups = recipe.stages.get(part.stage).map_or(Vec::new(), |stage| stage.groups.clone());
        let outputs = if groups.is_empty() { dataset.classes.len() } else { groups.len() };
        let network = recipe.network_config(transform.width(), outputs);
        network.validate(recipe.window.length).map_err(|error| file.network_error(&error))?;
        members.push(assemble::member(transform.clone(), network, groups));
    }
    let manifest = Manifest {
        version: VERSION,
        schema: preparation::narrow(&dataset.schema, &transforms),
        sampling: dataset.sampling,
        classes: dataset.classes.clone(),
        window: recipe.window,
        aggregation: recipe.aggregation,
        decision: Decision::default(),
        sets: Vec::new(),
        novelty: None,
        precisions: Vec::new(),
        members,
        card,
    };
    manifest.validate().map_err(BundleError::from)?;
    manifest.check_networks()?;
    Ok(manifest)
}
