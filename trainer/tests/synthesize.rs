//! The synthetic data has the format and the statistics published for the Pirate Pain data.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use painwave_synthetic::model::{CLASSES, JOINTS, NOISE, SURVEYS};
use painwave_synthetic::published::{self, BINS};
use painwave_synthetic::subject::{Split, Step, Subject, stratified};
use tempfile::TempDir;

const STEPS: usize = 160;

/// Five times the published training set: what chance adds to a statistic is then small against the tolerances.
const SUBJECTS: u64 = 5 * 661;

fn synthesize(folder: &Path, options: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .arg("synthesize")
        .arg("--out")
        .arg(folder)
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn files_have_the_published_format() {
    let folder = TempDir::new().unwrap();
    synthesize(folder.path(), &["--train-subjects", "661", "--test-subjects", "3", "--steps", "2"]);

    let text = read(folder.path(), "pirate_pain_train.csv");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut expected: Vec<String> = vec!["sample_index".into(), "time".into()];
    expected.extend((1..=4).map(|k| format!("pain_survey_{k}")));
    expected.extend(["n_legs", "n_hands", "n_eyes"].map(String::from));
    expected.extend((0..31).map(|k| format!("joint_{k:02}")));
    assert_eq!(header, expected);

    let mut rows = 0;
    let mut pirates = 0;
    let mut scientific = 0;
    for (row, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields.len(), 40);
        assert_eq!(fields[0], format!("{:03}", row / 2));
        assert_eq!(fields[1], (row % 2).to_string());
        assert!(fields[2..6].iter().all(|answer| ["0", "1", "2"].contains(answer)));
        match fields[6..9] {
            ["two", "two", "two"] => {}
            ["one+peg_leg", "one+hook_hand", "one+eye_patch"] => pirates += 1,
            _ => panic!("the text columns do not belong together: {:?}", &fields[6..9]),
        }
        assert_eq!(fields[39], "0.5");
        for field in &fields[9..] {
            let value: f64 = field.parse().unwrap();
            assert!((0.0..2.0).contains(&value));
            assert_eq!(field.contains('e'), value != 0.0 && value < 1e-4, "{field}");
            scientific += usize::from(field.contains("e-0"));
        }
        rows += 1;
    }
    assert_eq!(rows, 661 * 2);
    assert_eq!(pirates, 6 * 2);
    assert!(scientific > rows);

    let labels = read(folder.path(), "pirate_pain_train_labels.csv");
    let mut counts = BTreeMap::new();
    for (index, line) in labels.lines().skip(1).enumerate() {
        let (id, label) = line.split_once(',').unwrap();
        assert_eq!(id, format!("{index:03}"));
        *counts.entry(label).or_insert(0) += 1;
    }
    assert_eq!(labels.lines().next(), Some("sample_index,label"));
    assert_eq!(counts, BTreeMap::from([("high_pain", 56), ("low_pain", 94), ("no_pain", 511)]));
    assert_eq!(read(folder.path(), "pirate_pain_test.csv").lines().count(), 1 + 3 * 2);
    assert_eq!(read(folder.path(), "pirate_pain_test_labels.csv").lines().count(), 1 + 3);
}

#[test]
fn a_seed_decides_every_byte_and_more_subjects_keep_the_earlier_ones() {
    let folder = TempDir::new().unwrap();
    let few = folder.path().join("few");
    let more = folder.path().join("more");
    let other = folder.path().join("other");
    synthesize(&few, &["--seed", "5", "--train-subjects", "4", "--test-subjects", "4"]);
    synthesize(&more, &["--seed", "5", "--train-subjects", "9", "--test-subjects", "4"]);
    synthesize(&other, &["--seed", "6", "--train-subjects", "4", "--test-subjects", "4"]);

    let name = "pirate_pain_train.csv";
    assert!(read(&more, name).starts_with(&read(&few, name)));
    assert_eq!(read(&more, "pirate_pain_test.csv"), read(&few, "pirate_pain_test.csv"));
    assert_ne!(read(&few, name), read(&few, "pirate_pain_test.csv"));
    assert_ne!(read(&few, name), read(&other, name));
}

#[test]
fn the_start_of_a_set_is_balanced_too() {
    let classes: Vec<usize> = stratified(3, Split::Test, 100).map(|(_, stratum)| stratum.class).collect();
    let count = |class| classes.iter().filter(|&&c| c == class).count();
    assert!((74..=81).contains(&count(0)), "{}", count(0));
    assert!((12..=17).contains(&count(1)), "{}", count(1));
    assert!((6..=11).contains(&count(2)), "{}", count(2));
}

/// All rows of a set, subject after subject, and each subject's class.
struct Set {
    steps: Vec<Step>,
    classes: Vec<usize>,
}

impl Set {
    fn draw(split: Split, subjects: u64) -> Self {
        let mut set = Self { steps: Vec::new(), classes: Vec::new() };
        for (index, stratum) in stratified(1, split, subjects) {
            set.steps.extend(Subject::draw(1, split, index, stratum).into_steps(STEPS));
            set.classes.push(stratum.class);
        }
        set
    }

    fn joint(&self, joint: usize) -> Vec<f64> {
        self.steps.iter().map(|step| step.joints[joint]).collect()
    }

    fn survey(&self, survey: usize) -> Vec<f64> {
        self.steps.iter().map(|step| f64::from(step.surveys[survey])).collect()
    }

    /// Each recording of a class.
    fn recordings(&self, class: usize) -> impl Iterator<Item = &[Step]> {
        self.steps.chunks(STEPS).zip(&self.classes).filter(move |&(_, &c)| c == class).map(|(steps, _)| steps)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / a.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    covariance(values, values).sqrt()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    covariance(a, b) / (deviation(a) * deviation(b))
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(share * (sorted.len() - 1) as f64) as usize]
}

fn assert_near(what: &str, found: f64, published: f64, tolerance: f64) {
    assert!((found - published).abs() <= tolerance, "{what}: {found:.4}, published {published}");
}

#[test]
fn the_joints_statistics_are_the_published_ones() {
    let set = Set::draw(Split::Train, SUBJECTS);
    let joints: Vec<Vec<f64>> = (0..JOINTS).map(|joint| set.joint(joint)).collect();

    const MEANS: [f64; 13] =
        [0.943, 0.917, 0.779, 0.768, 0.709, 0.711, 0.875, 0.837, 0.850, 0.910, 0.695, 0.691, 1.047];
    const DEVIATIONS: [f64; 13] =
        [0.202, 0.198, 0.296, 0.301, 0.418, 0.412, 0.241, 0.238, 0.180, 0.180, 0.258, 0.263, 0.111];
    for joint in 0..13 {
        assert_near(&format!("mean of joint {joint}"), mean(&joints[joint]), MEANS[joint], 0.035);
        assert_near(&format!("sd of joint {joint}"), deviation(&joints[joint]), DEVIATIONS[joint], 0.02);
    }
    for (joint, mean_published, sd) in
        [(26, 0.042, 0.060), (27, 0.058, 0.080), (28, 0.050, 0.061), (29, 0.062, 0.073)]
    {
        assert_near(&format!("mean of joint {joint}"), mean(&joints[joint]), mean_published, 0.005);
        assert_near(&format!("sd of joint {joint}"), deviation(&joints[joint]), sd, 0.01);
        assert!((0.015..0.055).contains(&quantile(&joints[joint], 0.5)));
        // More subjects go a little further than the published ones.
        let limit = published::joint(joint).max + 0.03;
        assert!(joints[joint].iter().all(|value| (0.0..=limit).contains(value)));
    }
    for (joint, quartiles) in
        [(2, [0.57, 0.91, 1.00]), (3, [0.52, 0.91, 0.99]), (4, [0.18, 0.93, 1.04]), (5, [0.21, 0.95, 1.03])]
    {
        // The lower quartile lies between two modes, where few values are.
        for (share, published, tolerance) in
            [(0.25, quartiles[0], 0.06), (0.5, quartiles[1], 0.03), (0.75, quartiles[2], 0.03)]
        {
            let found = quantile(&joints[joint], share);
            assert_near(&format!("quantile {share} of joint {joint}"), found, published, tolerance);
        }
    }
    for (a, b, published) in [
        (10, 11, 0.949),
        (0, 2, 0.845),
        (3, 5, 0.838),
        (2, 3, 0.835),
        (6, 7, 0.828),
        (1, 3, 0.817),
        (4, 5, 0.777),
        (2, 4, 0.769),
        (0, 1, 0.764),
        (0, 3, 0.707),
        (26, 27, 0.688),
        (8, 9, 0.502),
        (28, 29, 0.458),
        (9, 10, -0.35),
    ] {
        let found = correlation(&joints[a], &joints[b]);
        assert_near(&format!("correlation of joints {a} and {b}"), found, published, 0.05);
    }
    // Made by a few dozen spikes, so chance adds more.
    assert_near("correlation of joints 15 and 16", correlation(&joints[15], &joints[16]), 0.767, 0.12);

    for (joint, values) in joints.iter().enumerate().take(26).skip(13) {
        let zeros = values.iter().filter(|&&value| value == 0.0).count() as f64 / values.len() as f64;
        let published = if [13, 15, 17, 18, 20].contains(&joint) { 0.44..0.53 } else { 0.0..1e-9 };
        assert!(published.contains(&zeros), "zeros of joint {joint}: {zeros}");
        assert!((2e-5..5e-4).contains(&mean(values)), "mean of joint {joint}: {}", mean(values));
        assert!(values.iter().all(|&value| value <= published::joint(joint).max * (1.0 + 1e-12)));
        assert!(quantile(values, 0.5) < 4.5e-6);
    }
    assert!(joints[30].iter().all(|&value| value == 0.5));

    let class_means = [
        (0, [0.960, 0.878, 0.898]),
        (1, [0.927, 0.896, 0.860]),
        (2, [0.779, 0.775, 0.789]),
        (3, [0.760, 0.805, 0.775]),
        (4, [0.703, 0.765, 0.675]),
        (5, [0.704, 0.774, 0.670]),
        (6, [0.863, 0.917, 0.918]),
        (7, [0.823, 0.885, 0.888]),
        (8, [0.848, 0.853, 0.862]),
        (9, [0.917, 0.889, 0.880]),
        (10, [0.702, 0.709, 0.604]),
        (11, [0.696, 0.708, 0.618]),
        (12, [1.051, 1.011, 1.076]),
        (26, [0.033, 0.078, 0.078]),
        (27, [0.048, 0.100, 0.083]),
        (28, [0.044, 0.055, 0.092]),
        (29, [0.056, 0.075, 0.110]),
    ];
    for (joint, published) in class_means {
        for (class, published) in published.into_iter().enumerate() {
            let values: Vec<f64> = set.recordings(class).flatten().map(|step| step.joints[joint]).collect();
            let what = format!("mean of joint {joint} in {}", CLASSES[class]);
            let tolerance = if joint < 26 { 0.045 } else { 0.015 };
            assert_near(&what, mean(&values), published, tolerance);
        }
    }
}

/// Each subject's counts in the bins of each column, surveys first.
type Counts = Vec<Vec<[f64; BINS + 1]>>;

fn counts(seed: u64, subjects: u64) -> Counts {
    let of = |(index, stratum)| {
        let steps = Subject::draw(seed, Split::Train, index, stratum).into_steps(STEPS);
        let value = |step: &Step, column: usize| match column {
            ..SURVEYS => f64::from(step.surveys[column]),
            _ => step.joints[column - SURVEYS],
        };
        let of_column = |(index, column): (usize, &published::Column)| {
            let mut counts = [0.0; BINS + 1];
            steps.iter().for_each(|step| counts[column.bin(value(step, index))] += 1.0);
            counts
        };
        published::columns().iter().enumerate().map(of_column).collect()
    };
    stratified(seed, Split::Train, subjects).map(of).collect()
}

fn sum<'a>(counts: impl IntoIterator<Item = &'a [f64; BINS + 1]>) -> [f64; BINS + 1] {
    let mut sum = [0.0; BINS + 1];
    for counts in counts {
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sum
}

/// A column's distance from the published distribution that the model as a whole may have.
const DISTANCE: f64 = 0.03;

#[test]
fn every_column_is_distributed_as_published() {
    // So many subjects that chance is small against the distance.
    let subjects = counts(1, 20 * 661);
    for (index, column) in published::columns().iter().enumerate() {
        let distance = column.distance(&sum(subjects.iter().map(|columns| &columns[index])));
        assert!(distance <= DISTANCE, "{}: total variation distance {distance:.4}", column.name);
    }
}

#[test]
fn as_many_subjects_as_published_are_distributed_as_published_but_for_chance() {
    const BLOCKS: usize = 20;
    let subjects = counts(2, BLOCKS as u64 * 661);
    let shipped = counts(0, 661);
    for (index, column) in published::columns().iter().enumerate() {
        let set = |subjects: &Counts| sum(subjects.iter().map(|columns| &columns[index]));
        let all = set(&subjects);
        // How far sets of 661 subjects lie from the model that they are drawn from: up to 0.05 for joints of few
        // levels, whose subjects differ much from one another, 0.001 for those that rest.
        let total: f64 = all.iter().sum();
        let chance = subjects.chunks(661).map(|block| {
            let block = sum(block.iter().map(|columns| &columns[index]));
            let of_block: f64 = block.iter().sum();
            let differences = block.iter().zip(all).map(|(b, a)| (b / of_block - a / total).abs());
            0.5 * differences.sum::<f64>()
        });
        let chance = chance.fold(0.0, f64::max);
        let distance = column.distance(&set(&shipped));
        // A row of the table in docs/results.md.
        println!("| {} | {:.4} | {distance:.4} | {chance:.4} |", column.name, column.distance(&all));
        assert!(chance < 0.08, "{}: {chance:.4} by chance", column.name);
        assert!(distance <= DISTANCE + chance, "{}: {distance:.4}, {chance:.4} by chance", column.name);
    }
}

#[test]
fn rare_postures_last_for_whole_recordings() {
    let set = Set::draw(Split::Train, SUBJECTS);
    // Published: 1.2 and 1.7 % of the rows.
    for (joint, low, published) in [(0, 0.32, 0.012), (1, 0.39, 0.017)] {
        let share = |values: &[f64]| values.iter().filter(|v| **v < low).count() as f64 / values.len() as f64;
        let values = set.joint(joint);
        assert_near(&format!("rows of joint {joint} below {low}"), share(&values), published, 0.005);
        let whole = values.chunks(STEPS).filter(|recording| share(recording) > 0.9).count();
        let rows = whole as f64 / set.classes.len() as f64;
        assert!(rows > 0.5 * published, "joint {joint}: {rows} of the recordings lie below {low}");
    }
}

#[test]
fn the_shipped_training_set_has_whole_recordings_at_the_ends_of_the_published_range() {
    let joint =
        |steps: &[Step], joint: usize| steps.iter().map(|step| step.joints[joint]).collect::<Vec<_>>();
    let recordings: Vec<Vec<Step>> = stratified(0, Split::Train, 661)
        .map(|(index, stratum)| Subject::draw(0, Split::Train, index, stratum).into_steps(STEPS))
        .collect();
    // How many recordings have most of their steps where this share of the published rows lies, at an end.
    let beyond = |index: usize, share: f64, low: bool| {
        let column = published::joint(index);
        let edge = (0..=BINS)
            .map(|k| (column.edge(k), if k == 0 { 0.0 } else { column.below()[k - 1] }))
            .filter(|(_, below)| if low { *below >= share } else { *below >= 1.0 - share })
            .map(|(edge, _)| edge)
            .next()
            .unwrap();
        let outside = |value: f64| if low { value < edge } else { value > edge };
        recordings.iter().filter(|steps| outside(quantile(&joint(steps, index), 0.5))).count()
    };
    for index in 0..13 {
        let (low, high) = (beyond(index, 0.01, true), beyond(index, 0.05, false));
        // The upper ends are steep: there the noise alone carries a hundredth of the rows beyond the highest levels.
        assert!(
            low >= 2 && high >= 2,
            "joint {index}: {low} recordings at the low end, {high} at the high end"
        );
    }
    for index in 26..30 {
        let high = beyond(index, 0.05, false);
        assert!(high >= 2, "joint {index}: {high} recordings at the high end");
    }
}

#[test]
fn who_is_in_pain_is_not_told_by_a_rare_posture() {
    let set = Set::draw(Split::Train, SUBJECTS);
    // Below it lie 2.6 % of the published rows.
    let rare = |steps: &[Step]| mean(&steps.iter().map(|step| step.joints[0]).collect::<Vec<_>>()) < 0.47;
    let of = |class: usize| set.recordings(class).filter(|steps| rare(steps)).count() as f64;
    let share = |class: usize| of(class) / set.classes.iter().filter(|of| **of == class).count() as f64;
    let none = share(0);
    for (class, name) in CLASSES.iter().enumerate().skip(1) {
        let pain = share(class);
        assert!(pain > 0.5 * none, "{name}: {pain} of the recordings, {none} without pain");
    }
}

#[test]
fn recordings_move_as_published() {
    let set = Set::draw(Split::Train, SUBJECTS);

    const NOISE: [f64; 13] =
        [0.049, 0.047, 0.038, 0.039, 0.038, 0.035, 0.043, 0.042, 0.040, 0.045, 0.035, 0.035, 0.049];
    for joint in (0..13).chain(26..30) {
        let mut deviations = Vec::new();
        let mut lags = Vec::new();
        for recording in set.recordings(0) {
            let values: Vec<f64> = recording.iter().map(|step| step.joints[joint]).collect();
            deviations.push(deviation(&values));
            // A joint that rests at zero all the time has no autocorrelation.
            let lag = correlation(&values[1..], &values[..STEPS - 1]);
            lags.extend(lag.is_finite().then_some(lag));
        }
        let (deviation, lag) = (quantile(&deviations, 0.5), quantile(&lags, 0.5));
        if let Some(noise) = NOISE.get(joint) {
            assert_near(&format!("noise of joint {joint}"), deviation, *noise, 0.002);
            assert_near(&format!("autocorrelation of joint {joint}"), lag, 0.0, 0.03);
        } else {
            assert_near(&format!("noise of joint {joint}"), deviation, 0.02, 0.006);
            assert_near(&format!("autocorrelation of joint {joint}"), lag, 0.4, 0.1);
        }
    }

    for (class, published) in [(0, 0.0..0.005), (1, 0.04..0.1), (2, 0.04..0.1)] {
        let mut rises = Vec::new();
        for recording in set.recordings(class) {
            for joint in 0..6 {
                let values: Vec<f64> = recording.iter().map(|step| step.joints[joint]).collect();
                let ends = (mean(&values[..20]) + mean(&values[STEPS - 20..])) / 2.0;
                rises.push(ends - mean(&values[STEPS / 2 - 10..STEPS / 2 + 10]));
            }
        }
        let rise = mean(&rises);
        assert!(published.contains(&rise), "the U of {}: {rise}", CLASSES[class]);
    }
}

#[test]
fn surveys_answer_as_published() {
    let set = Set::draw(Split::Train, SUBJECTS);
    let surveys: Vec<Vec<f64>> = (0..4).map(|survey| set.survey(survey)).collect();
    for (a, answers) in surveys.iter().enumerate() {
        assert_near("mean", mean(answers), 1.65, 0.03);
        assert_near("sd", deviation(answers), 0.67, 0.02);
        let twos = answers.iter().filter(|&&answer| answer == 2.0).count() as f64 / answers.len() as f64;
        assert_near("share of twos", twos, 0.76, 0.015);
        for other in &surveys[..a] {
            assert_near("correlation", correlation(answers, other), 0.045, 0.03);
        }
    }
}

#[test]
fn the_test_set_is_shifted_as_published() {
    let train = Set::draw(Split::Train, SUBJECTS);
    let test = Set::draw(Split::Test, SUBJECTS);
    for (joint, published) in [(0, 0.041), (1, 0.085), (2, 0.054), (3, 0.072)] {
        let shift = mean(&test.joint(joint)) - mean(&train.joint(joint));
        assert_near(&format!("shift of joint {joint}"), shift, published, 0.03);
    }
    for joint in 6..13 {
        let shift = mean(&test.joint(joint)) - mean(&train.joint(joint));
        assert_near(&format!("shift of joint {joint}"), shift, 0.0, 0.025);
    }
}

#[test]
fn a_recording_scatters_about_its_hidden_state() {
    for (index, stratum) in stratified(1, Split::Train, 50) {
        let subject = Subject::draw(1, Split::Train, index, stratum);
        let latents = subject.latents().clone();
        assert_eq!(latents.stratum, stratum);
        assert_eq!(latents.severity == 0.0, latents.expressed == 0);
        let steps = subject.into_steps(STEPS);
        for (joint, level) in latents.levels.iter().enumerate().filter(|(_, level)| **level > 0.5) {
            let mean = steps.iter().map(|step| step.joints[joint]).sum::<f64>() / STEPS as f64;
            let error = NOISE[joint] / (STEPS as f64).sqrt();
            assert!((mean - level).abs() < 5.0 * error, "{index}, joint {joint}: {mean} about {level}");
        }
    }
}

#[test]
fn the_optimum_of_whole_recordings_is_that_of_knowing_what_a_subject_expresses() {
    let output = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .args(["optimum", "--train-subjects", "24", "--test-subjects", "8"])
        .args(["--recipe", concat!(env!("CARGO_MANIFEST_DIR"), "/recipes/cnn-gru.toml")])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scores = |name: &str| -> Vec<Vec<String>> {
        let rows = text.lines().filter(|line| line.contains(name));
        let numbers = |row: &str| {
            row.split_whitespace()
                .filter(|word| word.starts_with("0.") || word.starts_with("1."))
                .map(String::from)
                .collect()
        };
        rows.map(numbers).collect()
    };
    let best = scores("argmax of the posterior");
    assert_eq!(best.len(), 4, "{text}");
    assert!(best.iter().all(|numbers| numbers.len() == 4), "{text}");
    assert_eq!(best, scores("expressed class known (bound)"));
}
