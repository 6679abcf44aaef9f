//! Times training steps on random windows, for bench/training.py.
//!
//! ```text
//! cargo bench --bench step -- CASE.json THREADS
//! ```
//!
//! CASE.json holds `network` (a network's configuration), `length` (steps of a window) and `batch` (windows
//! of a batch). For each line `N` of the standard input, N steps are taken: gather the windows, forward,
//! backward, AdamW. The answer is a line with the seconds that they took.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use burn::tensor::Device;
use painwave::features::Features;
use painwave::network::{Network, NetworkConfig};
use painwave::windows::{Tail, WindowConfig};
use painwave_train::loss::cross_entropy;
use painwave_train::training::{Batch, Gradients, Learner, Stepper};
use painwave_train::windows::WindowSet;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use trainer::threads::Threads;

#[derive(Deserialize)]
struct Case {
    network: NetworkConfig,
    length: usize,
    batch: usize,
}

/// The batches are put together here, so that their size and the number of epochs say nothing.
const RECIPE: &str = "
optimizer.adamw = { learning_rate = 1e-4, weight_decay = 1e-4 }
batch_size = 1
epochs = 1
seed = 1
";

/// Batches that the windows are drawn from.
const BATCHES: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    trainer::memory::keep_freed();
    // `cargo bench` adds an option of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [path, threads] = arguments.as_slice() else {
        return Err("expected the case (JSON) and the number of threads".into());
    };
    let case: Case = serde_json::from_slice(&std::fs::read(path)?)?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let windows = random_windows(&case, &mut rng);
    let device = Device::flex();
    device.seed(1);
    let threads = Threads::new(threads.parse()?)?;
    let stepper = Stepper::new(&device, &threads);
    let network = Network::new(&case.network, &device.autodiff());
    let mut learner = Learner::new(network, &toml::from_str(RECIPE)?);

    let mut order: Vec<usize> = (0..windows.len()).collect();
    let mut step = || {
        order.shuffle(&mut rng);
        let indices = &order[..case.batch];
        let batch = windows.gather(indices);
        let mut targets = vec![0.0; case.batch * case.network.classes];
        for (row, window) in targets.chunks_exact_mut(case.network.classes).zip(indices) {
            row[windows.classes[*window]] = 1.0;
        }
        let batch = Batch { windows: &batch, targets: &targets, divisor: case.batch as f64 };
        let Gradients { loss, gradients } =
            stepper.gradients(&learner.network, &case.network, batch, &cross_entropy, rng.next_u64());
        learner.learn(gradients, 1e-4);
        assert!(loss.is_finite());
    };
    for line in std::io::stdin().lock().lines() {
        let steps: usize = line?.trim().parse()?;
        let start = Instant::now();
        (0..steps).for_each(|_| step());
        let seconds = start.elapsed().as_secs_f64();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{seconds}")?;
        out.flush()?;
    }
    Ok(())
}

/// Windows that are each a recording of their own.
fn random_windows(case: &Case, rng: &mut ChaCha8Rng) -> WindowSet {
    let Case { network, length, batch } = case;
    let tables = &network.category_embeddings;
    let mut recording = || Features {
        steps: *length,
        width: network.dense,
        codes_width: tables.len(),
        dense: (0..length * network.dense).map(|_| rng.random_range(-1.0..1.0)).collect(),
        codes: (0..*length)
            .flat_map(|_| {
                tables.iter().map(|table| rng.random_range(0..table.levels) as u8).collect::<Vec<_>>()
            })
            .collect(),
        ..Features::default()
    };
    let features = (0..BATCHES * batch).map(|_| recording()).collect();
    let classes: Vec<usize> = (0..BATCHES * batch).map(|window| window % network.classes).collect();
    let window = WindowConfig { length: *length, stride: *length, tail: Tail::Drop };
    WindowSet::of_features(features, &classes, &window)
}
