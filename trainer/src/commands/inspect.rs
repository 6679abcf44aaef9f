//! `trainer inspect`: what a bundle holds, and whether every engine can run it.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use painwave::bundle::Manifest;
use painwave::{Bundle, Classifier, engine};
use painwave_train::decision;
use painwave_train::preparation::text;
use painwave_train::recipe;

use crate::data;
use crate::error::Error;
use crate::files::FileError;
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
    let bundle = data::bundle(&args.bundle)?;
    if args.recipe {
        return super::print(|out| out.write_all(bundle.manifest.card.recipe.as_bytes()));
    }
    let bytes = std::fs::metadata(&args.bundle).map_err(FileError::read(&args.bundle))?.len();
    super::print(|out| {
        write_card(out, &bundle.manifest)?;
        write_inputs(out, &bundle.manifest)?;
        write_members(out, &bundle)?;
        writeln!(out, "\nfile: {bytes} bytes")
    })?;

    let mut refused = None;
    for kind in engine::built() {
        match pollster::block_on(Classifier::new(bundle.clone(), *kind)) {
            Ok(classifier) => {
                let precision = classifier.precision();
                super::print(|out| {
                    writeln!(out, "engine {kind}: reproduces the known answers in {precision}")
                })?
            }
            Err(error) => {
                super::print(|out| writeln!(out, "engine {kind}: {error}"))?;
                refused = Some(error);
            }
        }
    }
    refused.map_or(Ok(()), |error| Err(error.into()))
}

fn write_card(out: &mut impl Write, manifest: &Manifest) -> io::Result<()> {
    let card = &manifest.card;
    writeln!(out, "{} ({}, trainer {})", card.name, card.date, card.trainer)?;
    writeln!(out, "{}\n", card.description)?;
    for (name, value) in &card.data {
        writeln!(out, "{name}: {value}")?;
    }
    writeln!(out, "split: {}", card.split)?;
    writeln!(out, "\n{}:", report::scores_heading("held-out subjects", card))?;
    for (name, value) in &card.metrics {
        writeln!(out, "  {name}: {}", report::with_interval(*value, card.intervals.get(name).copied()))?;
    }
    let header: Vec<&str> =
        std::iter::once("true \\ predicted").chain(manifest.classes.iter().map(String::as_str)).collect();
    let mut table = report::table(&header);
    for (class, row) in manifest.classes.iter().zip(&card.confusion) {
        table.add_row(std::iter::once(class.clone()).chain(row.iter().map(u32::to_string)));
    }
    writeln!(out, "{table}")?;
    report::write_precisions(out, manifest)
}

fn write_inputs(out: &mut impl Write, manifest: &Manifest) -> io::Result<()> {
    let schema = &manifest.schema;
    write!(out, "\nreads: id `{}`", schema.id_name())?;
    match &schema.time {
        Some(time) => writeln!(out, ", time `{time}`")?,
        None => writeln!(out, ", time by the order of the rows")?,
    }
    writeln!(out, "channels: {}", schema.channels.join(", "))?;
    for category in &schema.categories {
        writeln!(out, "category {}: {}", category.column, category.levels.join(", "))?;
    }
    if !schema.ignored.is_empty() {
        writeln!(out, "ignores: {}", schema.ignored.join(", "))?;
    }
    writeln!(out, "{}", manifest.sampling)?;
    let window = &manifest.window;
    writeln!(out, "windows: {} steps, every {}, tail {:?}", window.length, window.stride, window.tail)?;
    writeln!(
        out,
        "members: {:?}; windows: {:?}",
        manifest.aggregation.members, manifest.aggregation.windows
    )?;
    match decision::text(&manifest.decision, &manifest.classes) {
        Some(chosen) => writeln!(out, "decides by: {chosen}"),
        None => Ok(()),
    }
}

fn write_members(out: &mut impl Write, bundle: &Bundle) -> io::Result<()> {
    let schema = &bundle.manifest.schema;
    for (i, (member, weights)) in bundle.manifest.members.iter().zip(&bundle.weights).enumerate() {
        let count: usize = weights.values().map(|weight| weight.data.len()).sum();
        writeln!(out, "\nmember {i}: {count} parameters")?;
        if !member.groups.is_empty() {
            writeln!(out, "tells apart: {}", recipe::stages_text([&member.groups]))?;
        }
        let mut features = report::table(&["input", "offset", "scale", "low", "high"]);
        for dense in &member.features.dense {
            let numbers = [dense.offset, dense.scale, dense.range[0], dense.range[1]];
            let numbers = numbers.iter().map(f32::to_string);
            features.add_row(std::iter::once(dense.name(schema)).chain(numbers));
        }
        writeln!(out, "{features}")?;
        for projection in &member.features.projections {
            writeln!(out, "{}", text::projection(projection, &member.features, schema))?;
        }
        let mut tensors = report::table(&["weight", "shape"]);
        for spec in member.network.parameters() {
            tensors.add_row(vec![spec.name, format!("{:?}", spec.shape)]);
        }
        writeln!(out, "{tensors}")?;
    }
    Ok(())
}
