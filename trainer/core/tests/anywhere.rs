//! A recipe is run natively and in browsers, with no file, thread or clock, and comes to the same scores.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;
use painwave::Bundle;
use painwave::bundle::WeightType;
use painwave::engine::{EngineError, EngineKind};
use painwave::reading::{ReadOptions, Reader};
use painwave::sampling::Sampling;
use painwave_train::experiment::{self, Dataset, Experiment, ExperimentError, Plan, Settings};
use painwave_train::host::{HostError, NoStore, Serial, Store};
use painwave_train::labels::{LabelColumns, Labels};
use painwave_train::recipe::RecipeFile;
use painwave_train::training::{self, End, FineTuningEpoch, History, TrainingError};
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const RECIPE: &str = r#"
name = "small"

[data]
id = "subject"
time = "step"
label = "label"
categories = [{ column = "mood", levels = ["low", "high"] }]

[features]
scaling = "min_max"

[window]
length = 8
stride = 4
tail = "drop"

[network]
category_embeddings = [{ column = "mood", width = 2 }]
pooling = "last"
head = "linear"

[[network.conv]]
channels = 4
kernel = 3
pool = 2
dropout = 0.1

[network.recurrent]
cell = "gru"
hidden = 8
layers = 1
output_dropout = 0.1

[training]
optimizer.adamw = { learning_rate = 0.02, weight_decay = 1e-4 }
batch_size = 16
epochs = 20
seed = 7
early_stopping = { metric = "weighted_f1", patience = 20 }
gradient_clipping = 5.0
augmentation = { jitter = 0.01, scaling = 0.01 }

[validation]
folds = 2
seed = 1

[aggregation]
members = "mean_probability"
windows = "mean_probability"
"#;

/// Log loss of the subjects, out of fold, that is reached everywhere; natively it was 0.0006.
const LOG_LOSS: f64 = 0.005;

/// Sixteen subjects of two classes: the first one's `knee` swings.
fn dataset(file: &RecipeFile) -> Dataset {
    let wave = |phase: u32| (f64::from(phase % 8) * 0.25 - 1.0).abs();
    let mut data = "subject,step,knee,elbow,mood\n".to_owned();
    let mut labels = "subject,label\n".to_owned();
    for subject in 0..16 {
        let swings = subject % 2 == 0;
        for step in 0..24 {
            let knee = 0.5 + if swings { 0.4 } else { 0.05 } * wave(step * 3 + subject);
            let elbow = 0.3 + 0.1 * wave(step * 5 + subject);
            let mood = if (step + subject) % 3 == 0 { "high" } else { "low" };
            writeln!(data, "s{subject},{step},{knee},{elbow},{mood}").unwrap();
        }
        writeln!(labels, "s{subject},{}", if swings { "swing" } else { "still" }).unwrap();
    }
    let schema = file.recipe.schema(&["knee", "elbow"].map(str::to_owned));
    let sampling = Sampling::default();
    let mut reader = Reader::new(&schema, &sampling, ReadOptions::default());
    reader.feed(data.as_bytes()).unwrap();
    reader.finish().unwrap();
    let recordings = reader.into_recordings();
    let id = ["subject".to_owned()];
    let columns = LabelColumns { id: &id, label: Some("label"), group: None };
    let labels = Labels::parse("labels".as_ref(), labels.as_bytes(), columns, None).unwrap();
    let ids: Vec<&str> = recordings.iter().map(|recording| recording.id.as_str()).collect();
    let matched = labels.of(&ids, "data".as_ref(), &BTreeSet::new(), false).unwrap();
    let of_recordings = matched.labels.into_iter().flatten().collect();
    let sources = ["data", "labels"].map(|name| (name.into(), String::new()));
    Dataset { schema, sampling, recordings, labels: of_recordings, classes: labels.classes, sources }
}

/// Cancels after some epochs, and has no clock.
#[derive(Clone, Copy)]
struct Until {
    epochs: usize,
}

impl experiment::Observer for Until {
    fn training(&self, _: &Plan<'_>) -> Box<dyn training::Observer + '_> {
        Box::new(*self)
    }

    fn engine_refused(&self, engine: EngineKind, error: &EngineError) {
        panic!("{engine}: {error}");
    }
}

impl training::Observer for Until {
    fn seconds(&self) -> f64 {
        0.0
    }

    fn is_cancelled(&self) -> bool {
        self.epochs == 0
    }

    fn epoch_begins(&mut self, _: usize, _: usize) {}

    fn step(&mut self, _: f64) {}

    fn epoch_ends(&mut self, _: &History, _: usize) -> Result<(), HostError> {
        self.epochs -= 1;
        Ok(())
    }

    fn fine_tuning_epoch_ends(&mut self, _: usize, _: usize, _: FineTuningEpoch) {}
}

/// Keeps checkpoints in memory, after every epoch.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Store for Memory {
    fn load(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    fn save(&self, key: &str, bytes: &[u8]) -> Result<(), HostError> {
        self.0.lock().unwrap().insert(key.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn keep_only(&self, folder: &str, names: &[&str]) -> Result<(), HostError> {
        let kept = |key: &str| key.strip_prefix(folder).is_none_or(|name| names.contains(&&name[1..]));
        self.0.lock().unwrap().retain(|key, _| kept(key));
        Ok(())
    }

    fn is_due(&self, _: &str) -> bool {
        true
    }
}

fn run(recipe: &str, epochs: usize) -> Result<Experiment, ExperimentError> {
    run_with(recipe, epochs, &NoStore, false)
}

fn run_with(
    recipe: &str,
    epochs: usize,
    store: &dyn Store,
    resume: bool,
) -> Result<Experiment, ExperimentError> {
    // A device has one generator for the weights of all networks, and tests run side by side.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let file = RecipeFile::parse("recipe.toml".as_ref(), recipe.to_owned()).unwrap();
    let settings = Settings {
        device: &Device::flex(),
        epochs: None,
        resume,
        date: "2026-11-27",
        store,
        scheduler: &Serial,
        observer: &Until { epochs },
    };
    experiment::run(&file, &dataset(&file), &settings)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recipe_comes_to_a_bundle_with_the_same_score_everywhere() {
    let Experiment { evaluation, assembled, .. } = run(RECIPE, usize::MAX).unwrap();
    assert_eq!(evaluation.scores.weighted_average.f1, 1.0, "{:?}", evaluation.scores);
    let log_loss = evaluation.probabilities.unwrap().log_loss;
    assert!(log_loss < LOG_LOSS, "{log_loss}");

    let card = &assembled.bundle.manifest.card;
    assert_eq!((card.date.as_str(), card.metrics["weighted_f1"]), ("2026-11-27", 1.0));
    let bytes = assembled.bundle.to_bytes(WeightType::F16).unwrap();
    assert_eq!(Bundle::from_bytes(&bytes).unwrap().manifest.members.len(), 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_run_that_is_cancelled_keeps_its_best_epoch() {
    let experiment = run(&RECIPE.replace("folds = 2", "fraction = 0.25"), 3).unwrap();
    let [training] = &experiment.trainings[..] else { panic!("one training") };
    assert_eq!((training.outcome.end, training.outcome.history.epochs.len()), (End::Interrupted, 3));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_run_that_is_cancelled_too_early_has_nothing_to_keep() {
    let error = run(&RECIPE.replace("folds = 2", "fraction = 0.25"), 0).err().unwrap();
    assert!(matches!(error, ExperimentError::Training(TrainingError::Interrupted)), "{error}");
    let error = run(RECIPE, 2).err().unwrap();
    assert!(matches!(&error, ExperimentError::Interrupted { part } if part == "fold 1 of 2"), "{error}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_run_goes_on_from_what_the_store_kept_as_if_it_had_never_ended() {
    let recipe = RECIPE.replace("epochs = 20", "epochs = 4");
    let whole = run(&recipe, usize::MAX).unwrap();
    let store = Memory::default();
    let error = run_with(&recipe, 2, &store, false).err().unwrap();
    assert!(matches!(error, ExperimentError::Interrupted { .. }), "{error}");
    let kept: Vec<String> = store.0.lock().unwrap().keys().cloned().collect();
    let names = ["best-2.bpk", "checkpoint.toml", "network-2.bpk", "optimizer-2.bpk"];
    assert_eq!(kept, names.map(|name| format!("fold-1/checkpoint/{name}")), "those of the last epoch");
    let resumed = run_with(&recipe, usize::MAX, &store, true).unwrap();
    assert_eq!(resumed.assembled.bundle.weights, whole.assembled.bundle.weights);
}
