//! Recordings that are unlike the training data are told from those that are like it, and files likewise.

use std::collections::{BTreeMap, BTreeSet};

use painwave::novelty::{Judge, Profile, Reference, Shift, Statistics, UNLIKE};
use painwave::recording::Recording;
use painwave_synthetic::subject::{Split, Subject, stratified};
use painwave_train::novelty;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const STEPS: usize = 160;
/// The joints that vary the most, which the embedded model reads.
const JOINTS: [usize; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 26, 27, 29];
const WIDTH: usize = JOINTS.len();

fn recordings(split: Split, seed: u64, subjects: u64) -> Vec<Recording> {
    let recording = |(index, stratum)| {
        let steps = Subject::draw(seed, split, index, stratum).into_steps(STEPS);
        let values = steps.iter().flat_map(|step| JOINTS.map(|joint| step.joints[joint] as f32));
        let times = (0..STEPS).map(|step| step as f64).collect();
        Recording { id: index.to_string(), times, values: values.collect(), codes: Vec::new() }
    };
    stratified(seed, split, subjects).map(recording).collect()
}

fn reference() -> (Reference, Judge) {
    let training = recordings(Split::Train, 1, 661);
    let reference = novelty::fit(&training.iter().collect::<Vec<_>>(), WIDTH).unwrap().unwrap();
    reference.validate(WIDTH).unwrap();
    let judge = Judge::new(&reference).unwrap();
    (reference, judge)
}

/// The columns of a recording, each changed.
fn by_channel(recording: &Recording, mut change: impl FnMut(usize, Vec<f32>) -> Vec<f32>) -> Recording {
    let column = |channel: usize| recording.values.iter().skip(channel).step_by(WIDTH).copied().collect();
    let columns: Vec<Vec<f32>> = (0..WIDTH).map(|channel| change(channel, column(channel))).collect();
    let steps = columns[0].len();
    let values = (0..steps).flat_map(|step| columns.iter().map(move |column| column[step]));
    Recording { values: values.collect(), times: recording.times[..steps].to_vec(), ..recording.clone() }
}

/// A change to one channel, drawn at random.
fn one(recording: &Recording, rng: &mut ChaCha8Rng, change: impl Fn(Vec<f32>) -> Vec<f32>) -> Recording {
    let chosen = rng.random_range(0..WIDTH);
    by_channel(recording, |channel, column| if channel == chosen { change(column) } else { column })
}

fn noise(rng: &mut ChaCha8Rng) -> f32 {
    (0..12).map(|_| rng.random_range(0.0f32..1.0)).sum::<f32>() - 6.0
}

fn sd(column: &[f32]) -> f32 {
    let mean = column.iter().sum::<f32>() / column.len() as f32;
    (column.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / column.len() as f32).sqrt()
}

type Spoil = fn(&Recording, &Recording, &mut ChaCha8Rng) -> Recording;

/// What goes wrong with recordings. The second one is another person's.
const SPOILED: [(&str, Spoil); 14] = [
    ("all units", |r, _, _| by_channel(r, |_, column| column.iter().map(|x| x * 57.296).collect())),
    ("one unit", |r, _, rng| one(r, rng, |column| column.iter().map(|x| x * 57.296).collect())),
    ("two columns swapped", |r, _, rng| {
        let (a, b) = (rng.random_range(0..WIDTH), rng.random_range(1..WIDTH));
        let b = (a + b) % WIDTH;
        let columns: Vec<Vec<f32>> = columns(r);
        by_channel(r, |channel, column| match channel {
            c if c == a => columns[b].clone(),
            c if c == b => columns[a].clone(),
            _ => column,
        })
    }),
    ("all columns reversed", |r, _, _| {
        let columns = columns(r);
        by_channel(r, |channel, _| columns[WIDTH - 1 - channel].clone())
    }),
    ("time shuffled", |r, _, rng| {
        let mut order: Vec<usize> = (0..STEPS).collect();
        order.shuffle(rng);
        by_channel(r, |_, column| order.iter().map(|step| column[*step]).collect())
    }),
    ("half the rate", |r, _, _| by_channel(r, |_, column| column.iter().step_by(2).copied().collect())),
    ("each step twice", |r, _, _| {
        by_channel(r, |_, column| column[..STEPS / 2].iter().flat_map(|x| [*x, *x]).collect())
    }),
    ("one channel frozen", |r, _, rng| one(r, rng, |column| vec![column[0]; STEPS])),
    ("one channel frozen halfway", |r, _, rng| {
        one(r, rng, |mut column| {
            let held = column[STEPS / 2];
            column[STEPS / 2..].fill(held);
            column
        })
    }),
    ("one channel dead", |r, _, rng| one(r, rng, |column| vec![0.0; column.len()])),
    ("another person's channel", |r, other, rng| {
        let chosen = rng.random_range(0..WIDTH);
        let columns = columns(other);
        by_channel(r, |channel, column| if channel == chosen { columns[chosen].clone() } else { column })
    }),
    ("noise", |r, _, rng| {
        by_channel(r, |_, column| {
            let size = 0.5 * sd(&column);
            column.iter().map(|x| x + size * noise(rng)).collect()
        })
    }),
    ("random walks", |r, _, rng| {
        by_channel(r, |_, column| {
            let mut at = 0.0;
            column
                .iter()
                .map(|_| {
                    at += 0.1 * noise(rng);
                    at
                })
                .collect()
        })
    }),
    ("uniform numbers", |r, _, rng| {
        by_channel(r, |_, column| column.iter().map(|_| rng.random_range(0.0..1.0)).collect())
    }),
];

fn columns(recording: &Recording) -> Vec<Vec<f32>> {
    (0..WIDTH)
        .map(|channel| recording.values.iter().skip(channel).step_by(WIDTH).copied().collect())
        .collect()
}

/// The area under the ROC curve: how often a spoiled recording is farther than one that is not.
fn auroc(spoiled: &[f64], whole: &[f64]) -> f64 {
    let pairs = spoiled.iter().flat_map(|a| whole.iter().map(move |b| (a, b)));
    let wins: f64 = pairs
        .map(|(a, b)| {
            if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            }
        })
        .sum();
    wins / (spoiled.len() * whole.len()) as f64
}

#[test]
fn spoiled_recordings_are_told_from_whole_ones_with_few_false_alarms() {
    let (reference, judge) = reference();
    let new = recordings(Split::Train, 2, 600);
    let profile_of = |recording: &Recording| Profile::of(&Statistics::of(recording, &reference), &reference);
    let profiles: Vec<Profile> = new.iter().map(profile_of).collect();
    let whole: Vec<f64> = profiles.iter().map(|profile| judge.distance(profile)).collect();
    let alarms = profiles.iter().filter(|one| judge.judge(one, &reference).p_value < UNLIKE).count();
    // Three standard errors above a hundredth, of subjects new and those compared with.
    let share = alarms as f64 / new.len() as f64;
    println!("false alarms: {share:.4}");
    assert!(share < 0.01 + 3.0 * (0.01f64 / 600.0 + 0.01 / 661.0).sqrt(), "{share}");

    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut sum = 0.0;
    let mut shares = BTreeMap::new();
    for (name, spoil) in SPOILED {
        let spoiled: Vec<Profile> =
            (0..200).map(|index| profile_of(&spoil(&new[index], &new[index + 300], &mut rng))).collect();
        let distances: Vec<f64> = spoiled.iter().map(|one| judge.distance(one)).collect();
        let found = spoiled.iter().filter(|one| judge.judge(one, &reference).p_value < UNLIKE).count();
        let area = auroc(&distances, &whole);
        println!("{name}: AUROC {area:.3}, {:.0} % called unlike", found as f64 / 2.0);
        sum += area;
        shares.insert(name, found as f64 / 200.0);
    }
    let mean = sum / SPOILED.len() as f64;
    println!("mean AUROC {mean:.3}");
    assert!(mean > 0.95, "{mean}");
    // These move every channel a little, and none far.
    for name in ["time shuffled", "noise"] {
        assert!(shares[name] > 0.8, "{name}: {}", shares[name]);
    }
}

#[test]
fn the_channel_that_is_unusual_is_named() {
    let (reference, judge) = reference();
    let [mut recording] = recordings(Split::Train, 4, 1).try_into().unwrap();
    recording.values.iter_mut().skip(7).step_by(WIDTH).for_each(|x| *x += 2.9);
    let verdict = judge.judge(&Profile::of(&Statistics::of(&recording, &reference), &reference), &reference);
    assert!(verdict.p_value < UNLIKE);
    let names = JOINTS.map(|joint| format!("joint_{joint:02}"));
    let text = verdict.reasons[0].text(&names);
    assert!(text.starts_with("joint_07 stays around ") && text.contains("in training "), "{text}");
    // In what it is as all others are it is not unusual.
    assert_eq!(verdict.reasons.len(), 1, "{:?}", verdict.reasons);
}

#[test]
fn a_channel_that_stands_still_where_none_was_is_named_by_its_level() {
    let (reference, judge) = reference();
    let [mut recording] = recordings(Split::Train, 4, 1).try_into().unwrap();
    recording.values.iter_mut().skip(7).step_by(WIDTH).for_each(|x| *x = 2.9);
    let verdict = judge.judge(&Profile::of(&Statistics::of(&recording, &reference), &reference), &reference);
    assert!(verdict.p_value < UNLIKE);
    let names = JOINTS.map(|joint| format!("joint_{joint:02}"));
    let text = verdict.reasons[0].text(&names);
    assert!(text.starts_with("joint_07 stays around 2.9; in training "), "{text}");
}

type Change = fn(&mut Reference);

#[test]
fn statistics_of_a_bundle_that_do_not_fit_together_are_refused() {
    let (whole, _) = reference();
    let cases: [(Change, &str); 7] = [
        (|it| it.channels[WIDTH - 1] = WIDTH, "a channel with index 16, which is not there"),
        (|it| it.pairs[0][1] = WIDTH, "a channel with index 16, which is not there"),
        (|it| it.quantiles[3][0] = f32::NAN, "quantiles that are not finite and ascending"),
        (|it| it.correlations.truncate(5), "5 correlations, expected "),
        (|it| it.faults[1].direction.truncate(5), "5 numbers of a fault, expected "),
        (|it| it.faults = vec![it.faults[0].clone(); 9], "9 faults, expected 8"),
        (|it| it.floors[0] = 0.0, "floors that are not finite and ascending"),
    ];
    for (spoil, said) in cases {
        let mut reference = whole.clone();
        spoil(&mut reference);
        let error = reference.validate(WIDTH).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

fn shift_of(recordings: &[Recording], reference: &Reference) -> Shift {
    let mut shift = Shift::default();
    for recording in recordings {
        let profile = Profile::of(&Statistics::of(recording, reference), reference);
        shift.add(&Shift::scores(&profile, reference));
    }
    shift
}

#[test]
fn a_shifted_file_shows_it_on_the_channels_that_are_shifted() {
    let (reference, _) = reference();
    let new = recordings(Split::Train, 2, 600);
    assert_eq!(shift_of(&new, &reference).channels(&reference), [], "{:?}", shift_of(&new, &reference));

    let mut moved = new;
    let width =
        sd(&moved.iter().flat_map(|r| r.values.iter().skip(3).step_by(WIDTH).copied()).collect::<Vec<_>>());
    for recording in &mut moved {
        recording.values.iter_mut().skip(3).step_by(WIDTH).for_each(|x| *x += 0.5 * width);
    }
    let shifted = shift_of(&moved, &reference).channels(&reference);
    assert!(matches!(&shifted[..], [one] if one.channel == 3 && one.size > 0.3), "{shifted:?}");
    let names = JOINTS.map(|joint| format!("joint_{joint:02}"));
    let text = shift_of(&moved, &reference).text(&reference, &names).unwrap();
    assert!(text.contains("joint_03 ") && text.ends_with("higher"), "{text}");
}

#[test]
fn the_shifted_test_set_shows_it_on_the_joints_that_are_shifted_and_on_no_other() {
    let (reference, _) = reference();
    let shift = shift_of(&recordings(Split::Test, 1, 1324), &reference);
    // The published shift is of joints 00 to 03, upwards.
    let shifted = shift.channels(&reference);
    let joints: BTreeSet<usize> = shifted.iter().map(|one| JOINTS[one.channel]).collect();
    assert_eq!(joints, BTreeSet::from([0, 1, 2, 3]), "{shifted:?}");
    assert!(shifted.iter().all(|one| one.size > 0.0), "{shifted:?}");
    let names = JOINTS.map(|joint| format!("joint_{joint:02}"));
    let text = shift.text(&reference, &names).unwrap();
    println!("{text}");
    assert!(text.starts_with("the file as a whole differs from the training data, in standard deviations"));
}
