//! What the model card says before there are scores.

use std::collections::BTreeMap;
use std::path::Path;

use painwave::bundle::{Manifest, ModelCard};

use super::dataset::Dataset;
use super::judged::Decided;
use super::member::Training;
use crate::conformal::SetCheck;
use crate::decision;
use crate::evaluation::Evaluation;
use crate::intervals::Intervals;
use crate::measure::Measure;
use crate::recipe::{self, Protocol, Recipe, RecipeFile};
use crate::split::Split;
use crate::versions;

pub(super) fn card(
    file: &RecipeFile,
    dataset: &Dataset,
    calibration: &[usize],
    splits: &[Split],
    date: &str,
) -> ModelCard {
    let recipe = &file.recipe;
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let [(data, data_sha256), (labels, labels_sha256)] = &dataset.sources;
    let stages = (!recipe.stages.is_empty()).then(|| {
        let groups = recipe.stages.iter().map(|stage| &stage.groups);
        ("stages".to_owned(), recipe::stages_text(groups))
    });
    ModelCard {
        name: recipe.name.clone(),
        description: recipe.description.clone(),
        recipe: file.text.clone(),
        data: [
            ("data".to_owned(), format!("{}, {} subjects", name(data), dataset.labels.len())),
            ("data_sha256".to_owned(), data_sha256.clone()),
            ("labels".to_owned(), name(labels)),
            ("labels_sha256".to_owned(), labels_sha256.clone()),
            ("training_seed".to_owned(), recipe.training.seed.to_string()),
            ("split_seed".to_owned(), recipe.validation.seed.to_string()),
            ("protocol".to_owned(), protocol(recipe).to_owned()),
            ("burn".to_owned(), versions::BURN.to_owned()),
        ]
        .into_iter()
        .chain(recipe.data.origin.clone().map(|origin| ("origin".to_owned(), origin)))
        .chain(stages)
        .collect(),
        split: describe(file, calibration, splits),
        metrics: BTreeMap::new(),
        intervals: BTreeMap::new(),
        confusion: Vec::new(),
        weights: None,
        precisions: Vec::new(),
        date: date.to_owned(),
        trainer: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// What the card says of fine-tuning, after the split.
pub(super) fn fine_tuning(trainings: &[Training], nested: bool) -> String {
    let tuned: Vec<_> =
        trainings.iter().filter_map(|training| training.outcome.fine_tuned.as_ref()).collect();
    let epochs = tuned.first().map_or(0, |tuned| tuned.epochs.len());
    let who = match (tuned.len(), trainings.len()) {
        (_, 1) => "the model was".to_owned(),
        (tuned, all) if tuned == all => "every member was".to_owned(),
        (tuned, all) => format!("{tuned} of {all} members were"),
    };
    let whose = if nested { "the scores are from after it" } else { "the scores are from before" };
    format!("; then {who} fine-tuned on those that train and those that choose for {epochs} epochs: {whose}")
}

/// Puts the scores on the card, with their intervals, and how the decision was chosen.
pub(super) fn record(manifest: &mut Manifest, evaluation: &Evaluation, decided: Option<&Decided>) {
    let Manifest { card, decision, classes, .. } = manifest;
    let values = evaluation.values().into_iter();
    card.metrics = values.map(|(measure, value)| (measure.key().to_owned(), value)).collect();
    card.intervals = evaluation.intervals.as_ref().map_or_else(BTreeMap::new, Intervals::of_card);
    card.confusion = evaluation.scores.confusion.clone();
    if let (Some(decision), Some(decided)) = (decision::text(decision, classes), decided) {
        card.data.insert("decision".to_owned(), format!("{decision}; {}", decided.text()));
    }
}

/// Says how often prediction sets have the true class, and how large they are.
pub(super) fn doubt(manifest: &mut Manifest, checks: &[SetCheck], who: &str) {
    let said = |SetCheck { coverage, covered, size, .. }: &SetCheck| {
        format!("at {:.0} % in {:.1} %, {size:.2} classes on average", 100.0 * coverage, 100.0 * covered)
    };
    let said: Vec<String> = checks.iter().map(said).collect();
    let sets = format!("the true class is in the set {}; {who}", said.join("; "));
    manifest.card.data.insert("prediction_sets".to_owned(), sets);
}

/// Says how good networks of cross-fitting are, which are trained as the model is: of more subjects than a hold-out has.
pub(super) fn cross_fit(manifest: &mut Manifest, evaluation: &Evaluation) {
    let intervals = evaluation.intervals.as_ref().map(|intervals| &intervals.scores);
    let score = |measure: Measure| {
        let interval = intervals.and_then(|scores| scores.get(&measure));
        let interval = interval.map_or(String::new(), |[low, high]| format!(" ({low:.3} to {high:.3})"));
        evaluation.value(measure).map(|value| format!("{} {value:.3}{interval}", measure.name()))
    };
    let scores = [Measure::WeightedF1, Measure::MacroF1, Measure::Accuracy].into_iter().filter_map(score);
    let said = format!(
        "{} other subjects, each judged by networks that were trained without it as the model was: {}",
        evaluation.scores.subjects,
        scores.collect::<Vec<_>>().join(", ")
    );
    manifest.card.data.insert("cross_fit".to_owned(), said);
}

/// Who chose and who judged, for people.
pub fn protocol(recipe: &Recipe) -> &'static str {
    match (recipe.validation.protocol, recipe.inner_share()) {
        (Protocol::AsReport, _) => "as the report: the subjects that chose the epoch gave the scores",
        (Protocol::Nested, Some(_)) => "nested: the subjects that gave the scores chose nothing",
        (Protocol::Nested, None) => "nothing was chosen while the model was trained",
    }
}

fn describe(file: &RecipeFile, calibration: &[usize], splits: &[Split]) -> String {
    let validation = &file.recipe.validation;
    let by = validation
        .group
        .as_ref()
        .map_or("subject, stratified by class".into(), |group| format!("groups of the column `{group}`"));
    let seed = validation.seed;
    let choose = |split: &Split| match split.is_nested() {
        true => format!(", {} choose the epoch", split.inner.subjects().len()),
        false => String::new(),
    };
    let split = match splits {
        [split] => format!(
            "{} subjects train{}, {} judge, held out by {by}, seed {seed}",
            split.training.len(),
            choose(split),
            split.outer.subjects().len(),
        ),
        folds => {
            let subjects: usize = folds.iter().map(|fold| fold.outer.subjects().len()).sum();
            let nested = if folds.iter().any(Split::is_nested) { " or choosing its epoch" } else { "" };
            let folds = folds.len();
            format!(
                "{subjects} subjects in {folds} folds by {by}, seed {seed}; each is judged by members that were trained \
                 without its fold{nested}"
            )
        }
    };
    match calibration.len() {
        0 => split,
        count => format!("{split}; {count} more subjects choose the decision and nothing else"),
    }
}
