//! From the bytes of a file to one prediction per subject.

use std::collections::BTreeMap;

use painwave::bundle::Bundle;
use painwave::classifier::{
    Classifier, ClassifyError, Evidence, LoadError, MAX_KEPT_WINDOWS, Prediction, Segment, Warning,
};
use painwave::engine::{EngineError, EngineKind, Precision};
use painwave::job::Job;
use painwave::portion::{Portion, PortionError};
use painwave::reading::ReadOptions;
use painwave::recording::{Recording, RecordingError, Schema};
use painwave::windows::Tail;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::probabilities::assert_close;
use crate::support::{Numbers, bundle, ready};

fn classifier() -> Classifier {
    ready(Classifier::new(bundle(), EngineKind::Cpu))
        .expect("the bundle's answers were computed on this engine")
}

/// Rows `subject,time,x,y,hand` of subjects "000" on, the id changing after every `steps` rows.
fn rows(subjects: usize, steps: usize) -> Vec<String> {
    let mut numbers = Numbers(7);
    let mut value = || numbers.next().expect("there is always another number") + 0.5;
    let mut rows = Vec::new();
    for subject in 0..subjects {
        for time in 0..steps {
            rows.push(format!("{subject:03},{time},{},{},two", value(), value()));
        }
    }
    rows
}

fn file(rows: &[String]) -> String {
    format!("subject,time,x,y,hand\n{}\n", rows.join("\n"))
}

/// The predictions of a file fed in chunks, a later one for the same subject replacing the earlier.
fn classify(file: &str, chunk: usize) -> BTreeMap<String, Prediction> {
    let classifier = classifier();
    let mut job = Job::new(&classifier, ReadOptions::default());
    let mut predictions = BTreeMap::new();
    let mut add = |more: Vec<Prediction>| predictions.extend(more.into_iter().map(|p| (p.id.clone(), p)));
    for bytes in file.as_bytes().chunks(chunk) {
        job.read(bytes).expect("the rows are whole");
        add(classify_some(&mut job, &classifier, 1));
    }
    job.end(true).expect("the file is whole");
    add(classify_some(&mut job, &classifier, 4));
    predictions
}

/// Classifies all that a job hands out in portions of so many windows.
fn classify_some(job: &mut Job, classifier: &Classifier, windows: usize) -> Vec<Prediction> {
    let mut predictions = Vec::new();
    loop {
        let portion = Portion::new(&job.take(windows));
        if portion.ids.is_empty() {
            return predictions;
        }
        predictions.extend(classify_portion(&portion, job, classifier));
    }
}

/// Classifies a portion as another instance would.
fn classify_portion(portion: &Portion, job: &mut Job, classifier: &Classifier) -> Vec<Prediction> {
    let recordings = portion.recordings(&classifier.manifest().schema).expect("nothing is lost");
    let segments = portion.segments(&recordings);
    let answers = ready(classifier.classify_segments(&segments)).expect("the engine answers");
    let joined = segments.iter().zip(answers).filter_map(|(segment, answer)| {
        let Segment { recording, first, ended } = *segment;
        job.join(classifier, &recording.id, answer.expect("it can be classified"), (first, ended))
    });
    joined.collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn every_subject_gets_probabilities_and_windows() {
    let predictions = classify(&file(&rows(3, 8)), 1 << 20);
    assert_eq!(predictions.keys().collect::<Vec<_>>(), ["000", "001", "002"]);
    for prediction in predictions.values() {
        assert_eq!(prediction.window_starts, [0, 2, 4]);
        assert_eq!(prediction.window_probabilities.len(), 9);
        assert!((prediction.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(prediction.probabilities.iter().all(|p| *p <= prediction.probabilities[prediction.class]));
        assert_eq!(prediction.label, ["none", "low", "high"][prediction.class]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn chunks_and_the_order_of_rows_do_not_matter() {
    let mut rows = rows(4, 8);
    let whole = classify(&file(&rows), 1 << 20);
    assert_eq!(classify(&file(&rows), 13), whole);
    // By time first, as a recorder of several subjects would write: each subject comes back again and again.
    rows.sort_by_key(|row| row.split(',').nth(1).map(str::to_owned));
    assert_eq!(classify(&file(&rows), 1 << 20), whole);
    assert_eq!(classify(&file(&rows), 29), whole);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_subject_can_be_classified_before_the_file_ends() {
    let mut job = Job::new(&classifier(), ReadOptions::default());
    job.read(file(&rows(2, 8)).as_bytes()).expect("the rows are whole");
    assert_eq!(ids(job.take(1)), ["000"]);
    job.end(true).expect("the file is whole");
    assert_eq!(ids(job.take(1)), ["001"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn recordings_come_in_portions_of_a_size() {
    let mut job = Job::new(&classifier(), ReadOptions::default());
    // Three windows each.
    job.read(file(&rows(8, 8)).as_bytes()).expect("the rows are whole");
    assert_eq!(ids(job.take(6)), ["000", "001"]);
    assert_eq!(ids(job.take(7)), ["002", "003", "004"]);
    assert_eq!(ids(job.take(7)), [""; 0], "two are left for now, which is not enough");
    job.end(true).expect("the file is whole");
    assert_eq!(ids(job.take(7)), ["005", "006", "007"]);
    assert_eq!(ids(job.take(1)), [""; 0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_subject_that_goes_on_before_it_was_taken_waits_for_the_end() {
    let mut rows = rows(3, 8);
    let last = rows.remove(7);
    rows.push(last);
    let mut job = Job::new(&classifier(), ReadOptions::default());
    job.read(file(&rows).as_bytes()).expect("the rows are whole");
    assert_eq!(ids(job.take(1)), ["001"]);
    job.end(true).expect("the file is whole");
    let segments = job.take(100);
    assert_eq!(segments.iter().map(|segment| segment.recording.steps()).collect::<Vec<_>>(), [8, 8]);
    assert_eq!(ids(segments), ["002", "000"]);
}

fn ids(segments: Vec<Segment<'_>>) -> Vec<&str> {
    segments.into_iter().map(|segment| segment.recording.id.as_str()).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_portion_is_as_good_as_its_recordings() {
    let classifier = classifier();
    let mut job = Job::new(&classifier, ReadOptions::default());
    job.read(file(&rows(3, 8)).as_bytes()).expect("the rows are whole");
    job.end(true).expect("the file is whole");
    let segments = job.take(100);
    let portion = Portion::new(&segments);
    let schema = &classifier.manifest().schema;
    let copies = portion.recordings(schema).expect("nothing is lost");
    let classify = |segments: &[Segment<'_>]| -> Vec<Evidence> {
        let answers = ready(classifier.classify_segments(segments)).expect("the engine answers");
        answers.into_iter().map(|answer| answer.expect("the recordings are whole")).collect()
    };
    assert_eq!(classify(&portion.segments(&copies)).len(), 3);
    assert_eq!(classify(&portion.segments(&copies)), classify(&segments));

    let cut = Portion { values: portion.values[1..].to_vec(), ..portion.clone() };
    let length = PortionError::Length { what: "values", found: 47, expected: 48 };
    assert_eq!(cut.recordings(schema), Err(length));
    let strange = Portion { codes: vec![9; portion.codes.len()], ..portion };
    let code = RecordingError::Code { code: 9, column: "hand".into(), levels: 2 };
    assert_eq!(strange.recordings(schema), Err(code.into()));
}

#[wasm_bindgen_test(unsupported = test)]
fn steps_that_no_column_bounds_are_refused() {
    let schema =
        Schema { channels: Vec::new(), categories: Vec::new(), ..classifier().manifest().schema.clone() };
    let one = |steps| Portion {
        ids: vec!["a".into()],
        first: vec![0],
        ended: vec![1],
        steps,
        ..Portion::default()
    };
    let huge = one(vec![u32::MAX]);
    assert_eq!(huge.recordings(&schema), Err(PortionError::NoColumns));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recording_that_is_none_of_the_schema_is_refused() {
    let whole = Recording {
        id: "a".into(),
        times: (0..5).map(f64::from).collect(),
        values: vec![0.5; 10],
        codes: vec![0; 5],
    };
    let outcome = |recording: Recording| ready(classifier().classify(&[&recording]));
    assert!(outcome(whole.clone()).is_ok());
    for wrong in [
        Recording { values: vec![0.5; 9], ..whole.clone() },
        Recording { values: vec![0.5; 12], ..whole.clone() },
        Recording { codes: vec![0; 4], ..whole.clone() },
        Recording { codes: vec![0; 6], ..whole.clone() },
        Recording { codes: vec![0, 0, 2, 0, 0], ..whole.clone() },
    ] {
        let error = outcome(wrong).expect_err("the lengths disagree");
        assert!(matches!(&error, ClassifyError::Recording { id, .. } if id == "a"), "{error}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn values_that_overflow_are_an_error_and_not_the_first_class() {
    let file = "subject,time,x,y,hand\na,0,3e38,-3e38,two\na,1,3e38,3e38,two\na,2,0,0,two\na,3,0,0,two\n";
    let classifier = classifier();
    let mut job = Job::new(&classifier, ReadOptions::default());
    job.read(file.as_bytes()).expect("the rows are whole");
    job.end(true).expect("the file is whole");
    let segments = job.take(1);
    let outcome = ready(classifier.classify_segments(&segments)).expect("the engine answers").remove(0);
    assert!(matches!(outcome, Err(ClassifyError::NotFinite { id }) if id == "a"), "overflow went unnoticed");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_short_recording_is_padded_and_says_so() {
    let prediction = classify(&file(&rows(1, 3)), 1 << 20).remove("000").expect("nothing is lost");
    assert_eq!(prediction.window_starts, [0]);
    assert_eq!(prediction.warnings, [Warning::ShorterThanWindow { steps: 3, length: 4 }]);
}

#[wasm_bindgen_test(unsupported = test)]
fn values_outside_of_the_training_range_are_reported() {
    let file = "subject,time,x,y,hand\na,0,0.5,0.5,two\na,1,9,0.5,two\na,2,0.5,-9,two\na,3,0.5,0.5,two\n";
    let prediction = classify(file, 1 << 20).remove("a").expect("nothing is lost");
    // Each of the two members reads both columns of four steps.
    assert_eq!(prediction.warnings, [Warning::OutsideTrainingRange { values: 2, of: 8 }]);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_engine_that_misses_the_known_answers_is_refused() {
    let load = |bundle: Bundle| ready(Classifier::new(bundle, EngineKind::Cpu)).err();
    let mut wrong = bundle();
    wrong.manifest.members[1].known_answers.logits[2] += 0.01;
    let refusal = load(wrong).expect("a wrong answer is noticed");
    let LoadError::Engine(EngineError::KnownAnswers { engine, precision, difference, allowed }) = refusal
    else {
        panic!("refused for another reason: {refusal}");
    };
    assert_eq!((engine, precision), (EngineKind::Cpu, Precision::F32));
    assert!((difference - 0.01).abs() < 1e-3 && allowed < 0.01);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_precision_is_the_fastest_that_the_bundle_or_the_caller_allows() {
    let of_bundle = |allowed: &[Precision]| {
        let mut bundle = bundle();
        bundle.manifest.precisions = allowed.to_vec();
        ready(Classifier::new(bundle, EngineKind::Cpu)).expect("it is proven").precision()
    };
    assert_eq!(of_bundle(&[]), Precision::F32);
    assert_eq!(of_bundle(&[Precision::I16]), Precision::I16);
    let fastest = Precision::fastest_first()[0];
    assert_eq!(of_bundle(&[Precision::I16, Precision::I8]), fastest);

    let asked = |precision| {
        let mut bundle = bundle();
        bundle.manifest.precisions = vec![Precision::I8];
        ready(Classifier::with_precision(bundle, EngineKind::Cpu, precision))
            .expect("it is proven")
            .precision()
    };
    assert_eq!(asked(Precision::F32), Precision::F32);
    assert_eq!(asked(Precision::I16), Precision::I16);
    assert_eq!(asked(Precision::I8), fastest);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_embedded_model_proves_itself() {
    let bundle = Bundle::from_bytes(include_bytes!("../../models/cnn-gru.bpk")).expect("it is a bundle");
    assert_eq!(bundle.manifest.classes, ["no_pain", "low_pain", "high_pain"]);
    ready(Classifier::new(bundle, EngineKind::Cpu)).expect("the engine gives the trainer's answers");
}

/// A recording of the small model's schema.
fn recording(id: &str, steps: usize) -> Recording {
    Recording {
        id: id.into(),
        times: (0..steps).map(|step| step as f64).collect(),
        values: Numbers(11).take(2 * steps).map(|value| value + 0.5).collect(),
        codes: vec![0; steps],
    }
}

/// Some steps of a recording of the small model's schema.
fn steps_of(recording: &Recording, from: usize, to: usize) -> Recording {
    Recording {
        id: recording.id.clone(),
        times: recording.times[from..to].to_vec(),
        values: recording.values[2 * from..2 * to].to_vec(),
        codes: recording.codes[from..to].to_vec(),
    }
}

/// The evidence of a recording that comes in segments of so many windows.
fn in_segments(classifier: &Classifier, recording: &Recording, windows: usize) -> Evidence {
    let window = classifier.manifest().window;
    let steps = recording.steps();
    let mut evidence: Option<Evidence> = None;
    for first in (0..steps).step_by(windows * window.stride) {
        let end = first + (windows - 1) * window.stride + window.length;
        let ended = end >= steps;
        let part = steps_of(recording, first, end.min(steps));
        let segment = Segment { recording: &part, first, ended };
        let part = ready(classifier.classify_segments(&[segment])).expect("the engine answers").remove(0);
        let part = part.expect("the segment is whole");
        match &mut evidence {
            Some(evidence) => evidence.append(&part),
            None => evidence = Some(part),
        }
        if ended {
            break;
        }
    }
    evidence.expect("the recording has steps")
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recording_in_segments_is_classified_as_a_whole_one() {
    for tail in [Tail::Drop, Tail::Pad] {
        let mut bundle = bundle();
        bundle.manifest.window.tail = tail;
        let classifier = ready(Classifier::new(bundle, EngineKind::Cpu)).expect("the bundle is valid");
        for steps in 1..40 {
            let recording = recording("a", steps);
            let whole = ready(classifier.classify(&[&recording])).expect("the recording is whole").remove(0);
            for windows in [1, 2, 5] {
                let evidence = in_segments(&classifier, &recording, windows);
                let parts = classifier.predict("a", &evidence);
                assert_eq!(parts.windows, whole.windows, "{steps} steps, {windows} windows at once");
                assert_eq!(parts.window_starts, whole.window_starts);
                assert_close(&parts.window_probabilities, &whole.window_probabilities);
                assert_close(&parts.probabilities, &whole.probabilities);
                assert_eq!(parts.class, whole.class);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn of_many_windows_some_are_kept_and_all_count() {
    let classifier = classifier();
    let stride = classifier.manifest().window.stride;
    let recording = recording("a", 3 * MAX_KEPT_WINDOWS * stride);
    let whole = ready(classifier.classify(&[&recording])).expect("the recording is whole").remove(0);
    let parts = classifier.predict("a", &in_segments(&classifier, &recording, 1000));
    assert_close(&parts.probabilities, &whole.probabilities);
    for prediction in [whole, parts] {
        assert!(prediction.windows as usize > 2 * MAX_KEPT_WINDOWS);
        let starts = prediction.window_starts;
        assert!((MAX_KEPT_WINDOWS / 2..=MAX_KEPT_WINDOWS).contains(&starts.len()), "{}", starts.len());
        assert!(starts.iter().all(|start| (*start as usize).is_multiple_of(4 * stride)));
        assert_eq!(prediction.window_probabilities.len(), starts.len() * classifier.manifest().classes.len());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_classified_keeps_nothing_else_from_it() {
    let classifier = classifier();
    let (good, empty) = (recording("good", 9), recording("empty", 0));
    let mut short = recording("short", 9);
    short.values.pop();
    let segments = [&empty, &good, &short].map(Segment::whole);
    let answers = ready(classifier.classify_segments(&segments)).expect("the engine answers");
    assert!(matches!(&answers[0], Err(ClassifyError::Empty { id }) if id == "empty"));
    assert_eq!(answers[1].as_ref().map(|evidence| evidence.steps).ok(), Some(9));
    assert!(matches!(&answers[2], Err(ClassifyError::Recording { id, .. }) if id == "short"));
}
