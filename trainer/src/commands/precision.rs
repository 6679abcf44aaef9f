//! `trainer precision`: proves a bundle's precisions anew.

use std::path::PathBuf;

use clap::Args;
use painwave::Bundle;
use painwave::bundle::WeightType;
use painwave_train::experiment;
use painwave_train::recipe::RecipeFile;

use crate::error::Error;
use crate::{data, files, report};

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Example:
  trainer precision models/cnn-gru.bpk --data train.csv --labels train_labels.csv

`fit` does this by itself. The subjects are those that the recipe in the bundle held out, so the files must be those
that the model was fitted on. A precision is allowed if it changes no label and no probability by more than 0.001.";

/// Arguments of `trainer precision`.
#[derive(Clone, Debug, Args)]
pub struct PrecisionArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// The recordings that it was fitted on (CSV).
    #[arg(long)]
    pub data: PathBuf,
    /// Their labels (CSV).
    #[arg(long)]
    pub labels: PathBuf,
    /// Where to write the bundle, instead of in its place.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the files; others than the bundle was fitted on.
pub fn run(args: &PrecisionArgs) -> Result<(), Error> {
    let mut bundle = data::bundle(&args.bundle)?;
    let recipe = RecipeFile::parse(&args.bundle, bundle.manifest.card.recipe.clone())?;
    let dataset = data::dataset(&recipe, &args.data, &args.labels)?;
    for ((path, found), key) in dataset.sources.iter().zip(["data_sha256", "labels_sha256"]) {
        if bundle.manifest.card.data.get(key) != Some(found) {
            return Err(Error::OtherData { path: path.clone(), bundle: args.bundle.clone() });
        }
    }
    let weights = weight_type(&bundle);
    experiment::prove(&recipe, &dataset, &mut bundle)?;
    let bytes = bundle.to_bytes(weights)?;
    files::write_atomically(args.out.as_ref().unwrap_or(&args.bundle), &bytes)?;
    super::print(|out| report::write_precisions(out, &bundle.manifest))
}

/// How a bundle's weights were stored: as `f16`, if that holds each of them.
fn weight_type(bundle: &Bundle) -> WeightType {
    let half = bundle.to_bytes(WeightType::F16).and_then(|bytes| Bundle::from_bytes(&bytes));
    let exact = half.is_ok_and(|half| half.weights == bundle.weights);
    if exact { WeightType::F16 } else { WeightType::F32 }
}
