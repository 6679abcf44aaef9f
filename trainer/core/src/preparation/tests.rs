//! Features are fitted as scikit-learn fits them, and a recipe that asks for the impossible is told where.

use painwave::features::FeatureExtractor;
use painwave::recording::Category;
use serde::Deserialize;

use super::*;
use crate::recipe::RecipeFile;

const RECIPE: &str = r#"
name = "features"

[data]
id = "id"
time = "time"
label = "label"
categories = [
    { column = "survey", levels = ["0", "1", "2"] },
    { column = "mood", levels = ["low", "high"] },
]

[window]
length = 8
stride = 8
tail = "pad"

[network]
pooling = "last"
head = "linear"
category_embeddings = [{ column = "mood", width = 2 }]

[training]
optimizer.adamw = { learning_rate = 1e-3, weight_decay = 0.0 }
batch_size = 8
epochs = 1
seed = 1
targets = { label_smoothing = 0.1 }
early_stopping = { metric = "loss", patience = 1 }

[aggregation]
members = "mean_logit"
windows = "majority_vote"

[features]
"#;

fn file(features: &str) -> Result<RecipeFile, PreparationError> {
    Ok(RecipeFile::parse("recipe.toml".as_ref(), format!("{RECIPE}{features}\n"))?)
}

fn schema(channels: &[&str]) -> Schema {
    let category = |column: &str, levels: &[&str]| Category {
        column: column.into(),
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
    };
    Schema {
        id: vec!["id".into()],
        time: Some("time".into()),
        channels: channels.iter().map(|channel| (*channel).to_owned()).collect(),
        categories: vec![category("survey", &["0", "1", "2"]), category("mood", &["low", "high"])],
        ignored: Vec::new(),
        label: None,
    }
}

/// Channels a, b, c and flat; survey and mood.
fn prepare(features: &str) -> Result<Preparation, PreparationError> {
    let recording = |id: &str, values: &[f32], codes: &[u8]| Recording {
        id: id.into(),
        times: (0..codes.len() / 2).map(|i| i as f64).collect(),
        values: values.to_vec(),
        codes: codes.to_vec(),
    };
    let recordings = [
        recording("1", &[0.0, 10.0, 5.0, 0.5, 1.0, 20.0, 5.5, 0.5], &[0, 0, 2, 1]),
        recording("2", &[3.0, 30.0, 5.3, 0.5], &[2, 0]),
    ];
    let recordings: Vec<&Recording> = recordings.iter().collect();
    let training = Training { recordings: &recordings, classes: &[0, 1] };
    fit(&file(features)?, &schema(&["a", "b", "c", "flat"]), &training)
}

fn columns(preparation: &Preparation) -> Vec<&str> {
    preparation.transform.dense.iter().map(|dense| dense.column.as_str()).collect()
}

/// The message of a recipe that must be refused, without the name of the file.
fn refusal(features: &str) -> String {
    let error = prepare(features).expect_err(features).to_string();
    let line = RECIPE.lines().count() + 1;
    let position = format!("recipe.toml:{line}: ");
    error.strip_prefix(&position).unwrap_or_else(|| panic!("{error}, expected line {line}")).to_owned()
}

#[test]
fn without_a_choice_every_column_is_kept() {
    let preparation = prepare("").unwrap();
    assert_eq!(columns(&preparation), ["survey", "a", "b", "c", "flat"]);
    assert_eq!(preparation.transform.codes, ["mood"]);
    assert_eq!(preparation.constant, ["flat"]);
    assert_eq!(preparation.dropped, []);
}

#[test]
fn channels_reach_the_network_a_second_time_as_distances_from_the_recordings_mean() {
    let preparation = prepare("keep = ['a', 'c']\ncentred = ['a', 'b']\nscaling = 'standard'").unwrap();
    assert_eq!(columns(&preparation), ["a", "c", "a"], "b is not kept");
    let centred = &preparation.transform.dense[2];
    // -0.5 and 0.5 of the first recording, 0 of the second.
    assert!(centred.centred && centred.offset == 0.0 && centred.range == [-0.5, 0.5], "{centred:?}");
    assert!((centred.scale - 6f32.sqrt()).abs() < 1e-6, "{centred:?}");
    assert!(refusal("centred = ['survey']").contains("`survey` is a category"));
    assert!(refusal("centred = ['d*']").contains("expected a column of the data"));
}

#[test]
fn the_highest_variances_join_what_is_kept() {
    let top = "keep = ['surv*']\ntop_variance = { count = 2, among = ['a', 'b', 'c', 'flat'] }";
    assert_eq!(columns(&prepare(top).unwrap()), ["survey", "a", "b"]);
    assert_eq!(columns(&prepare(&format!("{top}\ndrop = ['b']")).unwrap()), ["survey", "a", "c"]);
}

#[test]
fn what_is_dropped_is_told_with_the_rule() {
    let rules = "drop = ['surv*']\ndrop_constant = true\nmin_variance = 0.1\n\
                 min_label_correlation = { ratio = 0.9, among = ['a', 'b'] }";
    let preparation = prepare(rules).unwrap();
    assert_eq!(columns(&preparation), ["a"]);
    let dropped = preparation.dropped.iter().map(|dropped| (dropped.column.as_str(), dropped.why));
    let dropped: Vec<(&str, Rule)> = dropped.collect();
    let [survey, flat, ("c", Rule::Variance(variance)), ("b", Rule::LabelCorrelation(ratio))] = dropped[..]
    else {
        panic!("{dropped:?}")
    };
    assert_eq!([survey, flat], [("survey", Rule::Named), ("flat", Rule::Constant)]);
    assert!((variance - 0.38 / 9.0).abs() < 1e-6, "{variance}");
    // Of b, 10 and 20 against 30: 150 of 200 between the classes.
    assert!((ratio - 0.75f64.sqrt()).abs() < 1e-6, "{ratio}");
}

#[test]
fn without_a_list_every_channel_is_asked_for_its_correlation_with_the_label_and_no_category() {
    let preparation = prepare("min_label_correlation = { ratio = 0.9 }").unwrap();
    assert_eq!(columns(&preparation), ["survey", "a"]);
    let dropped: Vec<&str> = preparation.dropped.iter().map(|dropped| dropped.column.as_str()).collect();
    assert_eq!(dropped, ["b", "c", "flat"]);
}

#[test]
fn the_variance_of_a_one_hot_column_does_not_count() {
    let preparation = prepare("min_variance = 10.0\none_hot = ['survey']").unwrap();
    assert_eq!(columns(&preparation), ["survey", "survey", "survey", "b"]);
}

#[test]
fn a_level_that_training_lacks_is_outside_of_the_range() {
    let preparation = prepare("keep = ['survey']\none_hot = ['survey']").unwrap();
    let levels: Vec<_> = preparation.transform.dense.iter().map(|dense| (dense.level, dense.range)).collect();
    assert_eq!(levels, [(Some(0), [0.0, 1.0]), (Some(1), [0.0, 0.0]), (Some(2), [0.0, 1.0])]);
}

#[test]
fn a_constant_column_becomes_zero_by_any_scaling() {
    for scaling in ["min_max", "standard", "robust"] {
        let preparation = prepare(&format!("keep = ['flat']\nscaling = '{scaling}'")).unwrap();
        let flat = &preparation.transform.dense[0];
        assert_eq!((flat.offset, flat.scale), (0.5, 1.0), "{scaling}");
    }
}

#[test]
fn a_group_without_its_dropped_columns_is_projected() {
    let preparation =
        prepare("drop_constant = true\npca = [{ columns = ['flat', 'a', 'b'], components = 1 }]").unwrap();
    let [projection] = &preparation.transform.projections[..] else { panic!("{preparation:?}") };
    assert_eq!(projection.inputs, [1, 2]);
    assert_eq!(preparation.transform.width(), 3);
    let gone = prepare("drop_constant = true\npca = [{ columns = ['flat'], components = 1 }]").unwrap();
    assert_eq!(gone.transform.projections, []);
}

#[test]
fn a_column_that_is_not_there_is_named_with_the_line() {
    let there = "expected a column of the data: survey, a, b, c, flat";
    for key in ["keep", "drop"] {
        let message = refusal(&format!("{key} = ['b', 'knee*']"));
        assert_eq!(message, format!("`features.{key}` is `knee*`, {there}"));
    }
    let message = refusal("min_label_correlation = { ratio = 0.1, among = ['knee'] }");
    assert_eq!(message, format!("`features.min_label_correlation.among` is `knee`, {there}"));
    let message = refusal("pca = [{ columns = ['knee'], components = 1 }]");
    assert_eq!(message, format!("`features.pca.0.columns` is `knee`, {there}"));
    let message = refusal("drop = ['mood']");
    assert!(message.contains("`mood` is embedded, expected columns that"), "{message}");
}

#[test]
fn a_choice_that_cannot_be_is_refused_with_the_fix() {
    for (features, expected) in [
        ("one_hot = ['a']", "`features.one_hot` is `a`, expected a column of data.categories"),
        ("one_hot = ['*']", "`mood` is embedded, expected columns that"),
        ("min_variance = -1.0", "`features.min_variance` is -1"),
        ("min_label_correlation = { ratio = 1.0, among = ['a'] }", "`features.min_label_correlation.ratio`"),
        ("pca = [{ columns = ['a'] }]", "is a group with neither, expected a group with either"),
        ("pca = [{ columns = ['a'], components = 1, explained_variance = 0.5 }]", "is a group with both"),
        ("pca = [{ columns = ['a'], explained_variance = 1.0 }]", "between 0 and 1"),
        ("pca = [{ columns = [], components = 1 }]", "`features.pca.0.columns` is empty"),
        (
            "pca = [{ columns = ['a', 'b'], components = 3 }]",
            "`features.pca.0.components` is 3, expected at most the 2 inputs that the group has left",
        ),
        ("pca = [{ columns = ['flat'], explained_variance = 0.5 }]", "`drop_constant = true`"),
    ] {
        let message = refusal(features);
        assert!(message.contains(expected), "{features}: {message}");
    }
}

#[test]
fn a_model_needs_an_input() {
    let nothing = "drop = ['a', 'b', 'c', 'flat', 'survey']";
    assert!(prepare(nothing).is_ok(), "the embedded column is left");
    let mut file = file(nothing).unwrap();
    file.recipe.network.category_embeddings.clear();
    file.recipe.features.drop.push("mood".into());
    let training = Training { recordings: &[], classes: &[] };
    let error = fit(&file, &schema(&["a", "b", "c", "flat"]), &training).unwrap_err().to_string();
    assert!(error.contains("`features` is a choice that leaves no column"), "{error}");
}

#[test]
fn a_group_that_overlaps_another_is_named_with_its_own_line() {
    let groups = "[[features.pca]]\ncolumns = ['a', 'b']\ncomponents = 1\n\n\
                  [[features.pca]]\ncolumns = ['b', 'c']\ncomponents = 1";
    let error = prepare(groups).unwrap_err().to_string();
    let line = RECIPE.lines().count() + 6;
    let expected = "a group with `b`, which an earlier group has, expected each column in one group";
    assert_eq!(error, format!("recipe.toml:{line}: `features.pca.1.columns` is {expected}"));
}

#[test]
fn a_narrowed_schema_ignores_what_is_not_read() {
    let preparation = prepare("keep = ['a']").unwrap();
    let narrowed = narrow(&schema(&["a", "b", "c", "flat"]), &[&preparation.transform]);
    assert_eq!(narrowed.channels, ["a"]);
    assert_eq!(narrowed.categories[0].column, "mood");
    assert_eq!(narrowed.ignored, ["b", "c", "flat", "survey"]);
}

/// What scikit-learn fitted: tests/golden/features.py of the crate painwave.
#[derive(Deserialize)]
struct Golden {
    channels: Vec<String>,
    recordings: Vec<GoldenRecording>,
    variances: Vec<f64>,
    correlation_ratios: Vec<f64>,
    cases: Vec<GoldenCase>,
}

#[derive(Deserialize)]
struct GoldenRecording {
    class: usize,
    values: Vec<f32>,
    codes: Vec<u8>,
}

#[derive(Deserialize)]
struct GoldenCase {
    recipe: String,
    transform: FeatureTransform,
    explained: Vec<f64>,
    /// Inputs of the first recording, a row a step.
    inputs: Vec<Vec<f32>>,
}

impl Golden {
    fn read() -> (Self, Schema, Vec<Recording>, Vec<usize>) {
        let golden: Golden =
            serde_json::from_str(include_str!("../../../../tests/golden/features.json")).unwrap();
        let channels: Vec<&str> = golden.channels.iter().map(String::as_str).collect();
        let recording = |golden: &GoldenRecording| Recording {
            id: String::new(),
            times: (0..golden.codes.len()).map(|step| step as f64).collect(),
            values: golden.values.clone(),
            // The mood is the same everywhere.
            codes: golden.codes.iter().flat_map(|code| [*code, 0]).collect(),
        };
        let recordings = golden.recordings.iter().map(recording).collect();
        let classes = golden.recordings.iter().map(|recording| recording.class).collect();
        let schema = schema(&channels);
        (golden, schema, recordings, classes)
    }
}

fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = 2e-6 * expected.abs().max(1.0);
        assert!((found - expected).abs() <= allowed, "{what}, {index}: {found} instead of {expected}");
    }
}

#[test]
fn encoding_scaling_and_components_are_fitted_as_by_scikit_learn() {
    let (golden, schema, recordings, classes) = Golden::read();
    let recordings: Vec<&Recording> = recordings.iter().collect();
    let training = Training { recordings: &recordings, classes: &classes };
    for case in golden.cases {
        let Preparation { transform, explained, .. } =
            fit(&file(&case.recipe).unwrap(), &schema, &training).unwrap();
        let expected = &case.transform;
        assert_eq!(transform.dense.len(), expected.dense.len());
        for (found, expected) in transform.dense.iter().zip(&expected.dense) {
            assert_eq!((&found.column, found.level), (&expected.column, expected.level));
            assert_eq!(found.range, expected.range, "{}", found.column);
            assert_close(&[found.offset, found.scale], &[expected.offset, expected.scale], &found.column);
        }
        assert_eq!(transform.projections.len(), expected.projections.len());
        for (found, expected) in transform.projections.iter().zip(&expected.projections) {
            // The order of a group's columns is the schema's, the order of scikit-learn's the caller's.
            let index = |input: &usize| expected.inputs.iter().position(|other| other == input).unwrap();
            let indices: Vec<usize> = found.inputs.iter().map(index).collect();
            let width = indices.len();
            let row = |row: &[f32]| indices.iter().map(|index| row[*index]).collect::<Vec<f32>>();
            let components: Vec<f32> = expected.components.chunks(width).flat_map(row).collect();
            assert_close(&found.components, &components, "components");
            assert_close(&found.mean, &row(&expected.mean), "mean");
        }
        for (found, expected) in explained.iter().zip(&case.explained) {
            assert!((found - expected).abs() < 1e-6, "{found} of the variance instead of {expected}");
        }
        let inputs = FeatureExtractor::new(&transform, &schema).unwrap().apply(recordings[0]);
        let rows: Vec<f32> = case.inputs.iter().flatten().copied().collect();
        let largest = rows.iter().fold(1.0, |most: f32, value| most.max(value.abs()));
        assert_eq!(inputs.dense.len(), rows.len());
        for (found, expected) in inputs.dense.iter().zip(&rows) {
            assert!((found - expected).abs() < 1e-6 * largest, "{found} instead of {expected}");
        }
    }
}

#[test]
fn variance_and_correlation_with_the_label_are_scikit_learns() {
    let (golden, schema, recordings, classes) = Golden::read();
    let recordings: Vec<&Recording> = recordings.iter().collect();
    let columns = Column::candidates(&schema, &["survey".into(), "mood".into()]);
    for (index, column) in columns.iter().enumerate() {
        let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-9, "{found}");
        close(column.statistics(&recordings).variance, golden.variances[index]);
        close(column.label_correlation(&recordings, &classes), golden.correlation_ratios[index]);
    }
}
