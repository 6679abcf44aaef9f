//! Columns that may be the time or the id, though nobody calls them so: where there is one, its place is not taken by the
//! order of the rows or the name of the file.

const TIMES: [&str; 17] = [
    "t",
    "time",
    "times",
    "timestamp",
    "timestamps",
    "datetime",
    "date",
    "elapsed",
    "seconds",
    "sec",
    "ms",
    "millis",
    "epoch",
    "clock",
    "frame",
    "step",
    "zeit",
];
const IDS: [&str; 14] = [
    "id",
    "subject",
    "participant",
    "patient",
    "person",
    "user",
    "proband",
    "recording",
    "sample",
    "case",
    "animal",
    "device",
    "key",
    "sid",
];

/// Whether a column may hold times.
pub(super) fn may_be_times(name: &str) -> bool {
    words(name).iter().any(|word| TIMES.contains(&word.as_str()))
}

/// Whether a column may hold ids.
pub(super) fn may_be_ids(name: &str) -> bool {
    words(name).iter().any(|word| IDS.contains(&word.as_str()))
}

/// The words of a name: `subjectId`, `subject_id` and `Subject ID (text)` have the same first two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        let begins = !letter.is_alphabetic() || after_small && letter.is_uppercase();
        after_small = letter.is_lowercase();
        if begins {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphabetic(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_words_of_the_name() {
        for name in ["time", "Time (s)", "timestamp_us", "sensorTime", "t", "Frame#", "DATE"] {
            assert!(may_be_times(name), "{name}");
        }
        for name in ["sometimes", "tilt", "joint_00", "x", "timer", ""] {
            assert!(!may_be_times(name), "{name}");
        }
        for name in ["subject", "SubjectID", "patient no.", "user_id", "ID"] {
            assert!(may_be_ids(name), "{name}");
        }
        for name in ["width", "mid", "idle", "acc_x"] {
            assert!(!may_be_ids(name), "{name}");
        }
    }
}
