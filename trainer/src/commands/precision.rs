//! `trainer precision`: proves a bundle's precisions and its doubts anew, and stores its weights as integers.

use std::path::PathBuf;

use clap::Args;
use painwave::Bundle;
use painwave::bundle::WeightType;
use painwave_train::experiment;
use painwave_train::recipe::RecipeFile;

use super::paths::ReadingArgs;
use crate::data::Given;
use crate::error::Error;
use crate::{data, files, progress, report};

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Example:
  trainer precision models/cnn-gru.bpk --data train.csv --labels train_labels.csv

`fit` does this by itself. The subjects are those that the recipe in the bundle held out, so the files must be those
that the model was fitted on. A precision is allowed if it changes no label and no probability by more than 0.001. Weights
are stored as 8-bit integers under the same condition, if they are not stored so yet. Prediction sets and what the
training data are like are fitted anew as well.";

/// Arguments of `trainer precision`.
#[derive(Clone, Debug, Args)]
pub struct PrecisionArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// The recordings that it was fitted on, given as they were then.
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// Their labels, if they were in a file.
    #[arg(long)]
    pub labels: Option<PathBuf>,
    /// What the recordings are, such as 'synthetic recordings': the card says it beside every score.
    #[arg(long)]
    pub origin: Option<String>,
    /// Where to write the bundle, instead of in its place.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// How the files are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Runs the command.
///
/// # Errors
/// Whatever is wrong with the files; others than the bundle was fitted on.
pub fn run(args: &PrecisionArgs) -> Result<(), Error> {
    let mut bundle = data::bundle(&args.bundle)?;
    let recipe = RecipeFile::parse(&args.bundle, bundle.manifest.card.recipe.clone())?;
    let (options, labels) = (args.reading.options(), args.labels.as_deref());
    let given =
        Given { data: &args.data, labels, options: &options, skip_refused: args.reading.skip_refused };
    let (dataset, _) = data::dataset(&recipe, &given)?;
    for ((path, found), key) in dataset.sources.iter().zip(["data_sha256", "labels_sha256"]) {
        if bundle.manifest.card.data.get(key) != Some(found) {
            return Err(Error::OtherData { path: path.clone(), bundle: args.bundle.clone() });
        }
    }
    let weights = weight_type(&bundle);
    let weights = experiment::prove(&recipe, &dataset, &mut bundle, weights, &progress::refused)?;
    if let Some(origin) = &args.origin {
        bundle.manifest.card.data.insert("origin".to_owned(), origin.clone());
    }
    let bytes = bundle.to_bytes(weights)?;
    files::write_atomically(args.out.as_ref().unwrap_or(&args.bundle), &bytes)?;
    super::print(|out| report::write_precisions(out, &bundle.manifest))
}

/// How a bundle's weights were stored: as the card says, else as `f16`, if that holds each of them.
pub(super) fn weight_type(bundle: &Bundle) -> WeightType {
    if let Some(check) = bundle.manifest.card.weights {
        return check.stored_as;
    }
    let half = bundle.to_bytes(WeightType::F16).and_then(|bytes| Bundle::from_bytes(&bytes));
    let exact = half.is_ok_and(|half| half.weights == bundle.weights);
    if exact { WeightType::F16 } else { WeightType::F32 }
}
