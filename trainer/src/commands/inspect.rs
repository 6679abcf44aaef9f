//! `trainer inspect`: what a bundle holds, and whether every engine can run it.

use std::path::PathBuf;

use clap::Args;
use painwave::bundle::Manifest;
use painwave::{Bundle, Classifier, engine};

use crate::error::Error;
use crate::report;

/// Shown under `--help`.
pub const EXAMPLES: &str = "\
Examples:
  trainer inspect models/cnn-gru.bpk
  trainer inspect models/cnn-gru.bpk --recipe > recipe.toml";

/// Arguments of `trainer inspect`.
#[derive(Clone, Debug, Args)]
pub struct InspectArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// Print only the recipe that it was made by.
    #[arg(long)]
    pub recipe: bool,
}

/// Runs the command.
///
/// # Errors
/// The file is not a bundle, or an engine of this build does not reproduce its known answers.
pub fn run(args: &InspectArgs) -> Result<(), Error> {
    let bundle = super::read_bundle(&args.bundle)?;
    if args.recipe {
        print!("{}", bundle.manifest.card.recipe);
        return Ok(());
    }
    let bytes = std::fs::metadata(&args.bundle).map_err(Error::read(&args.bundle))?.len();
    print_card(&bundle.manifest);
    print_inputs(&bundle.manifest);
    print_members(&bundle);
    println!("\nfile: {bytes} bytes");

    let mut refused = None;
    for kind in engine::built() {
        match pollster::block_on(Classifier::new(bundle.clone(), *kind)) {
            Ok(_) => println!("engine {kind}: reproduces the known answers"),
            Err(error) => {
                println!("engine {kind}: {error}");
                refused = Some(error);
            }
        }
    }
    refused.map_or(Ok(()), |error| Err(error.into()))
}

fn print_card(manifest: &Manifest) {
    let card = &manifest.card;
    println!("{} ({}, trainer {})", card.name, card.date, card.trainer);
    println!("{}\n", card.description);
    for (name, value) in &card.data {
        println!("{name}: {value}");
    }
    println!("split: {}", card.split);
    println!("\nvalidation:");
    for (name, value) in &card.metrics {
        println!("  {name}: {value:.4}");
    }
    let header: Vec<&str> =
        std::iter::once("true \\ predicted").chain(manifest.classes.iter().map(String::as_str)).collect();
    let mut table = report::table(&header);
    for (class, row) in manifest.classes.iter().zip(&card.confusion) {
        table.add_row(std::iter::once(class.clone()).chain(row.iter().map(u32::to_string)));
    }
    println!("{table}");
}

fn print_inputs(manifest: &Manifest) {
    let schema = &manifest.schema;
    println!("\nreads: id `{}`, time `{}`", schema.id, schema.time);
    println!("channels: {}", schema.channels.join(", "));
    for category in &schema.categories {
        println!("category {}: {}", category.column, category.levels.join(", "));
    }
    if !schema.ignored.is_empty() {
        println!("ignores: {}", schema.ignored.join(", "));
    }
    let window = &manifest.window;
    println!("windows: {} steps, every {}, tail {:?}", window.length, window.stride, window.tail);
    println!("members: {:?}; windows: {:?}", manifest.aggregation.members, manifest.aggregation.windows);
}

fn print_members(bundle: &Bundle) {
    for (i, (member, weights)) in bundle.manifest.members.iter().zip(&bundle.weights).enumerate() {
        let count: usize = weights.values().map(|weight| weight.data.len()).sum();
        println!("\nmember {i}: {count} parameters");
        let mut features = report::table(&["input", "offset", "scale", "low", "high"]);
        for dense in &member.features.dense {
            let numbers = [dense.offset, dense.scale, dense.range[0], dense.range[1]];
            let numbers = numbers.iter().map(f32::to_string);
            features.add_row(std::iter::once(dense.column.clone()).chain(numbers));
        }
        println!("{features}");
        let mut tensors = report::table(&["weight", "shape"]);
        for spec in member.network.parameters() {
            tensors.add_row(vec![spec.name, format!("{:?}", spec.shape)]);
        }
        println!("{tensors}");
    }
}
