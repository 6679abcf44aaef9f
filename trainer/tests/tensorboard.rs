//! Event files, read by a second reader that shares nothing with the writer.

use std::collections::BTreeMap;
use std::fs;

use painwave_train::training::EpochRecord;
use tempfile::TempDir;
use trainer::tensorboard::Writer;

/// A field of a protobuf message, by its number.
enum Field<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
}

/// The fields of a message in their order: <https://protobuf.dev/programming-guides/encoding>.
fn fields(mut message: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        let field = match key & 7 {
            0 => Field::Varint(varint(&mut message)),
            1 => Field::Fixed64(take(&mut message, 8).try_into().unwrap()),
            2 => {
                let length = varint(&mut message) as usize;
                Field::Bytes(take(&mut message, length))
            }
            5 => Field::Fixed32(take(&mut message, 4).try_into().unwrap()),
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, field));
    }
    fields
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    panic!("an endless number")
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

/// CRC-32C bit by bit, from its polynomial, and TensorFlow's mask.
fn masked_crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 };
        }
    }
    (!crc).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The data of each record, its checksums checked.
fn records(mut file: &[u8]) -> Vec<&[u8]> {
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let mut records = Vec::new();
    while !file.is_empty() {
        let length = take(&mut file, 8);
        assert_eq!(number(take(&mut file, 4)), masked_crc(length), "checksum of a length");
        let data = take(&mut file, u64::from_le_bytes(length.try_into().unwrap()) as usize);
        assert_eq!(number(take(&mut file, 4)), masked_crc(data), "checksum of a record");
        records.push(data);
    }
    records
}

/// Tag and value of each scalar of a `Summary`.
fn scalars(summary: &[u8]) -> BTreeMap<String, f32> {
    let scalar = |value| {
        let (mut tag, mut number) = (String::new(), None);
        for field in fields(value) {
            match field {
                (1, Field::Bytes(text)) => tag = String::from_utf8(text.to_vec()).unwrap(),
                (2, Field::Fixed32(bytes)) => number = Some(f32::from_le_bytes(bytes)),
                (number, _) => panic!("field {number} of a value"),
            }
        }
        (tag, number.unwrap())
    };
    fields(summary)
        .into_iter()
        .map(|field| match field {
            (1, Field::Bytes(value)) => scalar(value),
            (number, _) => panic!("field {number} of a summary"),
        })
        .collect()
}

#[test]
fn an_event_file_holds_the_scalars_of_each_epoch() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path().join("run");
    let mut writer = Writer::new(&folder);
    for epoch in 1..=2 {
        let loss = 1.0 / epoch as f64;
        let record = EpochRecord {
            epoch,
            training_loss: loss,
            validation_loss: 2.0 * loss,
            accuracy: 0.9,
            weighted_f1: 0.8,
            macro_f1: 0.7,
            learning_rate: 1e-4,
            seconds: 3.5,
        };
        writer.append(&record).unwrap();
    }

    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    assert!(file.file_name().to_string_lossy().starts_with("events.out.tfevents."));
    let bytes = fs::read(file.path()).unwrap();
    let records = records(&bytes);
    let [version, start, epochs @ ..] = &records[..] else { panic!("{} records", records.len()) };
    assert!(matches!(fields(version)[1], (3, Field::Bytes(b"brain.Event:2"))));
    assert!(matches!(fields(start)[1..], [(2, Field::Varint(1)), (7, Field::Bytes([8, 1]))]));
    assert_eq!(epochs.len(), 2);
    for (epoch, event) in (1..).zip(epochs) {
        let [(1, Field::Fixed64(time)), (2, Field::Varint(step)), (5, Field::Bytes(summary))] =
            fields(event)[..]
        else {
            panic!("not wall_time, step, summary")
        };
        assert!(f64::from_le_bytes(time) > 1.7e9, "seconds since 1970");
        assert_eq!(step, epoch);
        let loss = 1.0 / epoch as f32;
        let expected = [
            ("loss/training", loss),
            ("loss/validation", 2.0 * loss),
            ("f1/weighted", 0.8),
            ("f1/macro", 0.7),
            ("accuracy", 0.9),
            ("learning_rate", 1e-4),
            ("seconds", 3.5),
        ];
        assert_eq!(scalars(summary), expected.map(|(tag, value)| (tag.to_owned(), value)).into());
    }
}
