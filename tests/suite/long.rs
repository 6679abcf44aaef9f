//! Recordings that are read and classified in parts, since they may be longer than any memory.

use std::collections::BTreeMap;

use painwave::bundle::Manifest;
use painwave::classifier::{Classifier, Evidence, MAX_KEPT_WINDOWS, Prediction};
use painwave::engine::EngineKind;
use painwave::job::Job;
use painwave::portion::Portion;
use painwave::reading::{ReadOptions, Reader, Ready, Spare};
use painwave::recording::Recording;
use painwave::sampling::{Missing, Sampling, Step, TimeUnit};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::again::is_read_again;
use crate::probabilities::assert_close;
use crate::random::random;
use crate::support::{Numbers, bundle, ready, schema};

/// Rows at which recordings are cut in these tests.
const CUT_AT: usize = 400;

fn sampling() -> Sampling {
    let step = Some(Step { length: 1.0, unit: TimeUnit::Steps });
    Sampling { step, missing: Missing::Interpolate(5), ..Sampling::default() }
}

/// A file's table, and the rows of a recording in it.
fn table(rows: &[String]) -> String {
    format!("subject,time,x,y,hand\n{}\n", rows.join("\n"))
}

/// Rows of a subject at these times: `x` rises slowly, `y` is anything.
fn rows(id: &str, times: impl Iterator<Item = f64>) -> Vec<String> {
    let mut numbers = Numbers(3);
    let mut row = |(index, time): (usize, f64)| {
        let y = numbers.next().expect("there is always another number");
        let hand = if index / 300 % 2 == 0 { "two" } else { "one+hook_hand" };
        format!("{id},{time},{},{y},{hand}", (index as f64 / 50.0).sin())
    };
    times.enumerate().map(&mut row).collect()
}

fn count(steps: usize) -> impl Iterator<Item = f64> {
    (0..steps).map(|step| step as f64)
}

/// What comes of a file: recordings by id, the most steps that were held of one at once, what was put right, who was
/// refused, and how often it was read.
#[derive(Debug, Default, PartialEq)]
struct Read {
    recordings: BTreeMap<String, Recording>,
    repairs: Vec<String>,
    refused: Vec<String>,
    parts: usize,
    times: usize,
}

/// Reads a file, if possible once more where that is needed, and puts parts together.
fn read(text: &str, sampling: &Sampling, cut_at: Option<usize>, chunk: usize, repeatable: bool) -> Read {
    let options = ReadOptions { cut_at, ..ReadOptions::default() };
    let mut reader = Reader::new(&schema(), sampling, options);
    let mut read = Read { times: 1, ..Read::default() };
    let mut take = |reader: &mut Reader| {
        for ready in reader.take_ready() {
            match ready {
                Ready::Complete(index) => {
                    read.recordings.insert(reader.id(index).to_owned(), reader.recording(index).clone());
                }
                Ready::Part(part) => {
                    let id = reader.id(part.index).to_owned();
                    let all = read.recordings.entry(id.clone()).or_default();
                    all.id = id;
                    all.times.extend(part.steps.times);
                    all.values.extend(part.steps.values);
                    all.codes.extend(part.steps.codes);
                    read.parts += 1;
                }
            }
        }
    };
    loop {
        for bytes in text.as_bytes().chunks(chunk) {
            reader.feed(bytes).expect("there are rows");
            take(&mut reader);
        }
        let _ = reader.finish();
        take(&mut reader);
        if !is_read_again(&mut reader, repeatable) {
            break;
        }
        read.times += 1;
    }
    let readable: Vec<&str> = reader.readable().map(|index| reader.id(index)).collect();
    read.recordings.retain(|id, _| readable.contains(&id.as_str()));
    read.repairs = reader.repairs().iter().map(ToString::to_string).collect();
    read.repairs.sort();
    read.refused =
        reader.refused().iter().map(|refusal| format!("{}: {}", refusal.id, refusal.reason)).collect();
    read
}

/// As a whole and in parts, cut anywhere: the same.
fn same_in_parts(text: &str, sampling: &Sampling) -> Read {
    let whole = read(text, sampling, None, 1 << 20, true);
    assert_eq!(whole.parts, 0);
    let parts = read(text, sampling, Some(CUT_AT), 1 << 20, true);
    assert_eq!(parts.repairs, whole.repairs);
    assert_eq!(parts.refused, whole.refused);
    assert_eq!(parts.recordings.keys().collect::<Vec<_>>(), whole.recordings.keys().collect::<Vec<_>>());
    for (id, recording) in &parts.recordings {
        assert_recordings(recording, &whole.recordings[id]);
    }
    assert_eq!(read(text, sampling, Some(CUT_AT), 997, true), parts, "in other chunks");
    parts
}

fn assert_recordings(found: &Recording, expected: &Recording) {
    assert_eq!(found.steps(), expected.steps());
    assert_eq!(found.codes, expected.codes);
    assert_eq!(found.values.len(), expected.values.len());
    for (step, (found, expected)) in found.values.iter().zip(&expected.values).enumerate() {
        assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}, value {step}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_regular_recording_is_the_same_in_parts() {
    let mut all = rows("short", count(50));
    all.extend(rows("long", count(5000)));
    all.extend(rows("other", count(700)));
    let found = same_in_parts(&table(&all), &sampling());
    assert_eq!((found.recordings.len(), found.times), (3, 1));
    assert!(found.parts > 12, "{} parts", found.parts);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_mended_in_a_part_is_mended_as_in_the_whole() {
    let mut next = random(11);
    let mut all = rows("a", count(6000));
    // Missing values, at most three in a row.
    for _ in 0..200 {
        let row = next(5990);
        let fields: Vec<&str> = all[row].split(',').collect();
        all[row] = format!("a,{},NA,{},{}", fields[1], fields[3], fields[4]);
    }
    // Missing steps, rows in another order than that of time, and rows that are there twice.
    for row in (100..5900).step_by(170).rev() {
        match next(3) {
            0 => drop(all.drain(row..row + 2)),
            1 => all[row..row + 30].reverse(),
            _ => all.insert(row, all[row].clone()),
        }
    }
    let found = same_in_parts(&table(&all), &sampling());
    assert_eq!((found.times, found.refused), (1, Vec::<String>::new()));
    assert_eq!(found.repairs.len(), 3, "{:?}", found.repairs);
    assert!(found.parts > 10, "{} parts", found.parts);
}

#[wasm_bindgen_test(unsupported = test)]
fn another_rate_is_resampled_in_parts() {
    for step in [0.5, 0.4, 1.6, 3.0] {
        let all = rows("a", count(5000).map(|time| time * step));
        let found = same_in_parts(&table(&all), &sampling());
        assert!(found.parts > 10, "{} parts", found.parts);
        assert!(found.repairs.iter().any(|repair| repair.contains("resampled")), "{:?}", found.repairs);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn clocks_packets_and_no_times_are_read_in_parts() {
    let seconds = Step { length: 0.5, unit: TimeUnit::Seconds };
    let clock = |step: f64| {
        let time = (86_000.0 + step * 0.5) % 86_400.0;
        let (hour, minute) = ((time / 3600.0).floor(), (time / 60.0).floor() % 60.0);
        format!("{hour:02}:{minute:02}:{:04.1}", time % 60.0)
    };
    let with_times = |texts: Vec<String>| {
        let all = rows("a", count(texts.len())).into_iter().zip(texts);
        let row = |(row, time): (String, String)| {
            let rest: Vec<&str> = row.splitn(3, ',').collect();
            format!("a,{time},{}", rest[2])
        };
        table(&all.map(row).collect::<Vec<_>>())
    };
    let clocks = with_times(count(3000).map(clock).collect());
    let found = same_in_parts(&clocks, &Sampling { step: Some(seconds), ..sampling() });
    assert!(
        found.parts > 5 && found.repairs.iter().any(|repair| repair.contains("clock")),
        "{:?}",
        found.repairs
    );

    let packets = with_times(count(3000).map(|step| (5.0 * (step / 5.0).floor()).to_string()).collect());
    let found = same_in_parts(&packets, &sampling());
    assert!(
        found.parts > 5 && found.repairs.iter().any(|repair| repair.contains("evenly")),
        "{:?}",
        found.repairs
    );

    let found =
        same_in_parts(&table(&rows("a", count(3000))).replace("time", "nothing"), &Sampling::default());
    assert!(found.parts > 5, "{} parts", found.parts);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recording_that_breaks_in_a_late_part_is_refused_as_a_whole_one() {
    let mut gap = rows("a", count(2000).map(|step| if step < 1500.0 { step } else { step + 40.0 }));
    gap.extend(rows("b", count(1000)));
    let found = same_in_parts(&table(&gap), &sampling());
    assert_eq!(found.recordings.keys().collect::<Vec<_>>(), ["b"]);
    assert!(found.refused[0].contains("line 1502"), "{}", found.refused[0]);
    let mut wrong = rows("a", count(2000));
    wrong[1700] = "a,1700,what,0,two".into();
    let found = same_in_parts(&table(&wrong), &sampling());
    assert!(found.recordings.is_empty() && found.refused[0].contains("line 1702"), "{}", found.refused[0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_from_before_a_part_are_read_once_more_or_refused() {
    let mut early = rows("a", count(3000));
    let late = early.remove(10);
    early.insert(2500, late);
    let mut back = rows("a", count(3000));
    let last = back.pop().expect("there are rows");
    back.extend(rows("b", count(20)));
    back.push(last);
    for all in [early, back] {
        let found = same_in_parts(&table(&all), &sampling());
        assert_eq!((found.times, found.recordings["a"].steps()), (2, 3000));
        let once = read(&table(&all), &sampling(), Some(CUT_AT), 1 << 20, false);
        assert!(!once.recordings.contains_key("a"));
        assert!(once.refused[0].starts_with("a: "), "{:?}", once.refused);
    }
}

/// Classifies a file in portions, as far as it goes, and whole.
fn classify(text: &str, classifier: &Classifier, options: ReadOptions) -> (Vec<Prediction>, Job) {
    let mut job = Job::new(classifier, options);
    let mut predictions = Vec::new();
    let mut use_all = |job: &mut Job| {
        loop {
            let portion = Portion::new(&job.take(64));
            if portion.ids.is_empty() {
                return;
            }
            let recordings = portion.recordings(&classifier.manifest().schema).expect("nothing is lost");
            let segments = portion.segments(&recordings);
            let answers = ready(classifier.classify_segments(&segments)).expect("the engine answers");
            for (segment, answer) in segments.iter().zip(answers) {
                let evidence = answer.expect("it can be classified");
                // As it goes from one instance to another.
                let Manifest { members, classes, .. } = classifier.manifest();
                let Evidence { window_starts, window_probabilities, .. } = evidence.clone();
                let numbers = evidence.numbers();
                let (members, classes) = (members.len(), classes.len());
                let copy = Evidence::from_numbers(
                    &numbers,
                    window_starts,
                    window_probabilities,
                    members,
                    classes,
                    None,
                );
                assert_eq!(copy.as_ref(), Some(&evidence));
                assert_eq!(
                    Evidence::from_numbers(&numbers[1..], vec![], vec![], members, classes, None),
                    None
                );
                let place = (segment.first, segment.ended);
                predictions.extend(job.join(classifier, &segment.recording.id, evidence, place));
            }
        }
    };
    for bytes in text.as_bytes().chunks(1 << 16) {
        job.read(bytes).expect("there are rows");
        use_all(&mut job);
    }
    assert!(!job.end(true).expect("the file can be read"));
    use_all(&mut job);
    (predictions, job)
}

#[wasm_bindgen_test(unsupported = test)]
fn a_long_recording_gets_the_prediction_of_the_whole() {
    let classifier = ready(Classifier::new(bundle(), EngineKind::Cpu)).expect("the bundle is valid");
    let mut all = rows("short", count(40));
    all.extend(rows("long", count(40_003)));
    all.extend(rows("last", count(17_000)));
    let text = table(&all);
    let (found, _) = classify(&text, &classifier, ReadOptions::default());
    let whole = read(&text, &classifier.manifest().sampling, None, 1 << 20, true);
    let expected = ["short", "long", "last"].map(|id| {
        ready(classifier.classify(&[&whole.recordings[id]])).expect("the recording is whole").remove(0)
    });
    assert_eq!(found.len(), 3);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!((&found.id, found.class, found.windows), (&expected.id, expected.class, expected.windows));
        assert_close(&found.probabilities, &expected.probabilities);
        assert_eq!(found.window_starts, expected.window_starts);
        assert_close(&found.window_probabilities, &expected.window_probabilities);
        assert!(found.window_starts.len() <= MAX_KEPT_WINDOWS);
    }
    // Steps that segments share count twice among those outside.
    assert_eq!(found[0].warnings, expected[0].warnings);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_long_recording_is_kept_where_that_is_asked_for() {
    let classifier = ready(Classifier::new(bundle(), EngineKind::Cpu)).expect("the bundle is valid");
    let mut all = rows("long", count(40_000));
    all.extend(rows("short", count(40)));
    let kept = |bytes, stay| {
        let options = ReadOptions { spare: Spare { bytes, stay }, ..ReadOptions::default() };
        let (_, job) = classify(&table(&all), &classifier, options);
        let reader = job.reader();
        ["long", "short"].map(|id| reader.recording(reader.index_of(id).expect("it was read")).steps())
    };
    assert_eq!(kept(1 << 25, true), [40_000, 40]);
    assert_eq!(kept(1 << 16, true), [0, 40]);
    assert_eq!(kept(1 << 24, false)[0], 0);
}
