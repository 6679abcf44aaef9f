//! A tiny easy data set, and the trainer's binary run on it.

// Every test binary uses a part of it.
#![allow(dead_code)]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use painwave::Bundle;
use tempfile::TempDir;

/// Trains in a second.
pub const RECIPE: &str = r#"
name = "tiny"

[data]
id = "subject"
time = "step"
label = "label"
categories = [{ column = "mood", levels = ["low", "high"] }]
ignored = ["note"]

[features]
drop_constant = true
scaling = "min_max"

[window]
length = 8
stride = 4
tail = "drop"

[network]
category_embeddings = [{ column = "mood", width = 2 }]
time_embedding = { steps = 24, width = 2 }
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
epochs = 40
seed = 7
targets = { majority = 0.9 }
early_stopping = { metric = "weighted_f1", patience = 40 }
gradient_clipping = 5.0
augmentation = { jitter = 0.01, scaling = 0.01 }

[validation]
fraction = 0.25
seed = 1

[aggregation]
members = "mean_probability"
windows = "mean_probability"
"#;

/// A folder with a recipe, recordings and labels.
pub struct Workshop {
    folder: TempDir,
}

impl Workshop {
    /// Forty subjects of two classes: the second one's `knee` swings.
    pub fn new() -> Self {
        let mut data = "subject,step,knee,elbow,flat,mood,note\n".to_owned();
        let mut labels = "subject,label\n".to_owned();
        for subject in 0..40 {
            let swings = subject % 4 == 0;
            for step in 0..24 {
                let phase = f64::from(step * 7 + subject * 3);
                let knee = 0.5 + if swings { 0.4 } else { 0.02 } * phase.sin();
                let elbow = 0.3 + 0.1 * (phase * 1.7).cos();
                let mood = if (step + subject) % 3 == 0 { "high" } else { "low" };
                writeln!(data, "s{subject:02},{step},{knee},{elbow},1.5,{mood},x").unwrap();
            }
            writeln!(labels, "s{subject:02},{}", if swings { "swing" } else { "still" }).unwrap();
        }
        let workshop = Workshop { folder: TempDir::new().unwrap() };
        workshop.write("recipe.toml", RECIPE);
        workshop.write("data.csv", &data);
        workshop.write("labels.csv", &labels);
        workshop
    }

    /// Forty subjects of ten persons, whom the labels name and the data as well.
    pub fn with_persons() -> Self {
        let workshop = Workshop::new();
        let with = |name: &str, person: &dyn Fn(&str) -> String| {
            let text = workshop.read(name);
            let (header, rows) = text.split_once('\n').unwrap();
            let rows: String = rows.lines().map(|row| format!("{row},{}\n", person(&row[1..3]))).collect();
            workshop.write(name, &format!("{header},person\n{rows}"));
        };
        let person = |subject: &str| (subject.parse::<u32>().unwrap() / 4).to_string();
        with("labels.csv", &person);
        with("data.csv", &person);
        workshop.edit("recipe.toml", "fraction = 0.25", "fraction = 0.25\ngroup = \"person\"");
        workshop
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no `{from}`");
        self.write(name, &text.replacen(from, to, 1));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    pub fn trainer(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn fit(&self, out: &str, more: &[&str]) -> Output {
        let files = ["fit", "recipe.toml", "--data", "data.csv", "--labels", "labels.csv", "--out", out];
        self.trainer(&[&files, more].concat())
    }

    pub fn fit_well(&self, out: &str, more: &[&str]) -> Bundle {
        succeeded(&self.fit(out, more));
        bundle(&self.path(out).join("model.bpk"))
    }

    /// How many files for TensorBoard a folder holds.
    pub fn event_files(&self, folder: &str) -> usize {
        let names = fs::read_dir(self.path(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with("events.out.tfevents.")).count()
    }

    /// Epochs in a checkpoint, whose folder this is; none if there is no checkpoint yet.
    pub fn epochs(&self, checkpoint: &str) -> usize {
        let text = fs::read_to_string(self.path(checkpoint).join("checkpoint.toml"));
        text.map_or(0, |text| text.matches("[[epochs]]").count())
    }

    /// Without an interrupt a training of the recipe goes on for hours.
    pub fn train_for_hours(&self) {
        self.edit("recipe.toml", "epochs = 40", "epochs = 10000000");
        self.edit("recipe.toml", "patience = 40", "patience = 10000000");
    }

    /// Why a run ended, its number of epochs and the best of them.
    pub fn end(&self, out: &str) -> (String, u64, u64) {
        let metrics: serde_json::Value =
            serde_json::from_str(&self.read(&format!("{out}/metrics.json"))).unwrap();
        let number = |value: &serde_json::Value| value.as_u64().unwrap();
        let training = &metrics["trainings"][0];
        let end = training["end"].as_str().unwrap().to_owned();
        (end, number(&training["epochs"]), number(&training["best_epoch"]["epoch"]))
    }

    /// The error of a fit that must fail.
    pub fn refusal(&self) -> String {
        failed(&self.fit("refused", &[]))
    }
}

pub fn succeeded(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn failed(output: &Output) -> String {
    assert!(!output.status.success(), "the command was to fail");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn bundle(path: &Path) -> Bundle {
    Bundle::from_bytes(&fs::read(path).unwrap()).unwrap()
}
