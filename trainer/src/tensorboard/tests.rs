use std::fs;

use tempfile::TempDir;

use super::*;

fn record(epoch: usize, values: [f64; 7]) -> EpochRecord {
    let [training_loss, validation_loss, weighted_f1, macro_f1, accuracy, learning_rate, seconds] = values;
    EpochRecord {
        epoch,
        training_loss,
        validation_loss,
        weighted_f1,
        macro_f1,
        accuracy,
        learning_rate,
        seconds,
    }
}

/// Trains the epochs after `done` up to `last`.
fn train(folder: &Path, done: usize, last: usize) {
    let mut writer = Writer::new(folder);
    for epoch in done + 1..=last {
        writer.append(&record(epoch, [epoch as f64; 7])).unwrap();
    }
}

/// The epochs in a folder as TensorBoard reads them: file after file.
fn epochs(folder: &Path) -> Vec<i64> {
    let mut paths = event_files(folder).unwrap();
    paths.sort();
    let mut epochs = Vec::new();
    for path in paths {
        let bytes = fs::read(path).unwrap();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (data, after) = record::unframe(rest).expect("a whole record");
            let event = Event::decode(data).unwrap();
            epochs.extend(event.summary.map(|_| event.step));
            rest = after;
        }
    }
    epochs
}

/// The answer is from tests/golden/events.py.
#[test]
fn events_are_the_bytes_that_tensorboard_writes() {
    let start = 1.7e9;
    let first = record(1, [1.25, 1.0, 0.5, 0.1, 0.75, 1e-3, 2.5]);
    let second = record(300, [1e-9, 0.123_456_789, 1.0, 0.0, 0.9, 1e-4, 1e6]);
    let events = [
        Event::version(start),
        Event::restart(start + 0.25, 1),
        Event::scalars(start + 1.0, &first),
        Event::scalars(start + 300.0, &second),
    ];
    let bytes: Vec<u8> = events.iter().flat_map(|event| record::frame(&event.encode_to_vec())).collect();
    assert_eq!(bytes, include_bytes!("../../tests/golden/events.tfevents"));
}

#[test]
fn a_resumed_run_has_every_epoch_once() {
    let folder = TempDir::new().unwrap();
    // Killed in epoch 6, the last checkpoint after epoch 4.
    train(folder.path(), 0, 5);
    train(folder.path(), 4, 7);
    train(folder.path(), 7, 9);
    assert_eq!(epochs(folder.path()), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Killed before its first checkpoint, and started anew.
    train(folder.path(), 0, 2);
    assert_eq!(epochs(folder.path()), [1, 2]);
}

#[test]
fn a_record_that_a_killed_run_left_torn_is_cut_off() {
    let torn = record::frame(&Event::scalars(0.0, &record(3, [0.0; 7])).encode_to_vec());
    for keep in [1, 11, 12, 20] {
        let folder = TempDir::new().unwrap();
        train(folder.path(), 0, 2);
        let path = event_files(folder.path()).unwrap().remove(0);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole, &torn[..keep]].concat()).unwrap();
        train(folder.path(), 2, 4);
        assert_eq!(epochs(folder.path()), [1, 2, 3, 4]);
    }
}

#[test]
fn other_files_of_the_folder_are_left_alone() {
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("events.out.tfevents.1700000000.host.1.0");
    fs::write(&other, "from elsewhere").unwrap();
    train(folder.path(), 0, 1);
    assert_eq!(fs::read_to_string(other).unwrap(), "from elsewhere");
}
