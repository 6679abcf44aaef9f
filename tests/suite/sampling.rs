//! What becomes of a subject's rows: their order, their gaps and their rate.

use painwave::reading::{ReadOptions, Reader};
use painwave::recording::{Recording, Schema};
use painwave::sampling::{
    DateOrder, Mend, Missing, Note, Rate, Raw, Regular, Sampling, Step, TimeFormat, TimeKind, TimeUnit,
    Unusable, regularise,
};
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;

#[derive(Deserialize)]
struct Golden {
    dates: Vec<(String, f64)>,
    day_first: Vec<(String, f64)>,
    month_first: Vec<(String, f64)>,
    durations: Vec<(String, f64)>,
    signals: Vec<f32>,
    resampled: Vec<Resampled>,
    gappy: Vec<Option<f32>>,
    filled: Vec<f32>,
}

#[derive(Deserialize)]
struct Resampled {
    up: u32,
    down: u32,
    values: Vec<f32>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/sampling.json")).expect("the script wrote it")
}

/// Channels `x` and `y`, and a category `hand` of two levels.
fn schema() -> Schema {
    support::schema()
}

/// Rows with these times; row `i` has the values `i` and `-i` and the code `i % 2`, and is on line `i + 2`.
fn rows(times: &[f64], kind: TimeKind) -> Raw {
    let numbers = || (0_u8..).take(times.len());
    let values = numbers().flat_map(|row| [f32::from(row), -f32::from(row)]).collect();
    let codes = numbers().map(|row| row % 2).collect();
    Raw {
        recording: Recording { id: "s".into(), times: times.to_vec(), values, codes },
        lines: (2..).take(times.len()).collect(),
        kind,
        ..Raw::default()
    }
}

fn count(steps: usize, step: f64) -> Vec<f64> {
    (0..steps).map(|index| index as f64 * step).collect()
}

fn steps(length: f64) -> Sampling {
    Sampling { step: Some(Step { length, unit: TimeUnit::Steps }), ..Sampling::default() }
}

fn seconds(length: f64) -> Sampling {
    Sampling { step: Some(Step { length, unit: TimeUnit::Seconds }), ..Sampling::default() }
}

/// What becomes of rows: the recording and the notes, each as its code and count.
fn regular(raw: &Raw, sampling: &Sampling) -> Result<(Recording, Vec<(&'static str, u64)>), Unusable> {
    let Regular { recording, notes } = regularise(raw, &schema(), sampling)?;
    let recording = recording.unwrap_or_else(|| raw.recording.clone());
    assert!(recording.check(&schema()).is_ok());
    assert!(recording.values.iter().all(|value| value.is_finite()), "{:?}", recording.values);
    assert!(recording.times.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", recording.times);
    Ok((recording, notes.iter().map(|note| (note.mend.code(), note.count)).collect()))
}

fn first_channel(recording: &Recording) -> Vec<f32> {
    recording.values.iter().copied().step_by(2).collect()
}

/// Times as they are written, by the file's format.
fn written(texts: &[&str]) -> (Vec<f64>, TimeKind) {
    let mut format = TimeFormat::new("time");
    let read = |(line, text): (u64, &&str)| {
        format.read(text.as_bytes(), line, |field| str::from_utf8(field).ok()?.parse().ok()).expect("a time")
    };
    let times = (2..).zip(texts).map(read).collect();
    (times, format.kind())
}

fn assert_near(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{what}, {index}: {found} for {expected}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_regular_stays_as_it_is() {
    let same = |raw: &Raw, sampling: &Sampling| {
        assert_eq!(
            regularise(raw, &schema(), sampling),
            Ok(Regular::default()),
            "{:?} {sampling:?}",
            raw.kind
        );
    };
    let numbers = rows(&count(40, 1.0), TimeKind::Numbers);
    same(&numbers, &steps(1.0));
    same(&numbers, &Sampling::default());
    same(&rows(&count(40, 0.01), TimeKind::Seconds), &seconds(0.01));
    // Within 5 %, and unevenly.
    same(&rows(&count(40, 0.0104), TimeKind::Seconds), &seconds(0.01));
    let jitter: Vec<f64> = (0..40).map(|row| f64::from(row) + 0.3 * f64::from(row * 7 % 5) - 0.6).collect();
    same(&rows(&jitter, TimeKind::Numbers), &steps(1.0));
    same(&rows(&count(40, 1.0), TimeKind::Rows), &seconds(0.02));
    same(&rows(&[7.0], TimeKind::Numbers), &steps(1.0));
    // Without a step the times order the rows and nothing else.
    same(&rows(&[0.0, 1.0, 50.0, 51.0, 1e9], TimeKind::Numbers), &Sampling::default());
    let forbidden = Sampling { missing: Missing::Refuse, rate: Rate::Refuse, ..steps(1.0) };
    same(&numbers, &forbidden);
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_are_sorted_by_time() {
    let (recording, notes) = regular(&rows(&[3.0, 1.0, 0.0, 2.0], TimeKind::Numbers), &steps(1.0)).unwrap();
    assert_eq!(recording.times, [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(recording.values, [2.0, -2.0, 1.0, -1.0, 3.0, -3.0, 0.0, 0.0]);
    assert_eq!(recording.codes, [0, 1, 1, 0]);
    assert_eq!(notes, []);
}

#[wasm_bindgen_test(unsupported = test)]
fn packets_are_spread_in_the_order_of_the_file() {
    let spread = |times: &[f64]| {
        let (recording, notes) = regular(&rows(times, TimeKind::Seconds), &seconds(0.1)).unwrap();
        assert_eq!(first_channel(&recording), first_channel(&rows(times, TimeKind::Seconds).recording));
        (recording.times.iter().map(|time| (time * 1e6).round() / 1e6).collect::<Vec<_>>(), notes)
    };
    let tenths = |from: i32, to: i32| (from..to).map(|tenth| f64::from(tenth) / 10.0).collect::<Vec<_>>();
    let packets = [0.0, 0.0, 0.3, 0.3, 0.3, 0.6, 0.6, 0.6, 0.9];
    assert_eq!(spread(&packets), (tenths(1, 10), vec![("EQUAL_TIMES", 5)]));
    // Whole seconds, of which the first and the last are cut.
    let whole: Vec<f64> = tenths(7, 34).iter().map(|time| time.floor()).collect();
    assert_eq!(spread(&whole), (tenths(7, 34), vec![("EQUAL_TIMES", 23)]));
    // One pair in a recording that else rises.
    let pair = [0.0, 0.1, 0.2, 0.2, 0.4, 0.5];
    assert_eq!(spread(&pair), (tenths(0, 6), vec![("EQUAL_TIMES", 1)]));
    // A gap between packets stays one.
    let gap = [0.0, 0.0, 0.2, 0.2, 0.6, 0.6, 0.8, 0.8];
    let (recording, notes) = regular(&rows(&gap, TimeKind::Seconds), &seconds(0.1)).unwrap();
    assert_near(&first_channel(&recording)[3..7], &[3.0, 10.0 / 3.0, 11.0 / 3.0, 4.0], 1e-5, "gap");
    assert_eq!(notes, [("EQUAL_TIMES", 4), ("MISSING_STEPS", 2)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn one_time_in_all_rows_says_nothing() {
    let raw = rows(&[1.71456e9; 5], TimeKind::Numbers);
    for sampling in [steps(1.0), seconds(0.01), Sampling::default()] {
        let (recording, notes) = regular(&raw, &sampling).unwrap();
        assert_eq!(recording.values, raw.recording.values);
        assert_eq!(recording.times, count(5, 1.0));
        assert_eq!(notes, [("ROWS_AS_STEPS", 1)]);
    }
    for rows in [rows(&[f64::NAN; 5], TimeKind::Numbers), rows(&[f64::NAN], TimeKind::Numbers)] {
        assert_eq!(regular(&rows, &steps(1.0)).unwrap().1, [("ROWS_AS_STEPS", 1)]);
        assert_eq!(regular(&rows, &Sampling::default()).unwrap().0.times[0], 0.0);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_that_are_there_twice_are_dropped() {
    let mut raw = rows(&[0.0, 1.0, 1.0, 2.0, 3.0, 0.0], TimeKind::Numbers);
    for (row, of) in [(2, 1), (5, 0)] {
        raw.recording.values.copy_within(of * 2..of * 2 + 2, row * 2);
        raw.recording.codes[row] = raw.recording.codes[of];
    }
    let (recording, notes) = regular(&raw, &steps(1.0)).unwrap();
    assert_eq!(first_channel(&recording), [0.0, 1.0, 3.0, 4.0]);
    assert_eq!(notes, [("REPEATED_ROWS", 2)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn two_recordings_in_one_subject_are_refused() {
    let times = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0];
    let found = regularise(&rows(&times, TimeKind::Numbers), &schema(), &steps(1.0));
    let expected =
        Unusable::DuplicateTime { line: 5, first_line: 2, column: "time".into(), time: "0".into() };
    assert_eq!(found, Err(expected.clone()));
    assert_eq!(
        expected.to_string(),
        "line 5, column \"time\": the subject has time 0 already, on line 2; if these are two recordings, name the column \
         that tells them apart as a second id"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn clocks_go_on_past_midnight() {
    let (times, kind) = written(&["23:59:59.8", "23:59:59.9", "00:00:00.0", "00:00:00.1"]);
    let (recording, notes) = regular(&rows(&times, kind), &seconds(0.1)).unwrap();
    assert_eq!(first_channel(&recording), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(notes, [("CLOCK_STARTS_AGAIN", 1)]);
    let (times, kind) = written(&["59:59.9", "00:00.0", "00:00.1"]);
    let (recording, notes) = regular(&rows(&times, kind), &seconds(0.1)).unwrap();
    assert_eq!(first_channel(&recording), [0.0, 1.0, 2.0]);
    assert_eq!(notes, [("CLOCK_STARTS_AGAIN", 1)]);
    // A row that is a little late is no new day.
    let (times, kind) = written(&["10:00:00.0", "10:00:00.2", "10:00:00.1"]);
    let (recording, notes) = regular(&rows(&times, kind), &seconds(0.1)).unwrap();
    assert_eq!(first_channel(&recording), [0.0, 2.0, 1.0]);
    assert_eq!(notes, []);
}

#[wasm_bindgen_test(unsupported = test)]
fn dates_are_read_by_the_order_that_the_file_tells() {
    let hours = ["12/11/2024 23:00", "12/12/2024 00:00", "12/12/2024 01:00", "12/13/2024 00:00"];
    let (times, kind) = written(&hours);
    assert_eq!(kind, TimeKind::Dates(Some(DateOrder::MonthFirst)));
    // The fourth is of another subject.
    let (recording, notes) = regular(&rows(&times[..3], kind), &seconds(3600.0)).unwrap();
    assert_eq!(recording.times, [1_733_958_000.0, 1_733_961_600.0, 1_733_965_200.0]);
    assert_eq!(notes, []);
    // Nothing tells, but only one reading is without a pause of a month.
    let (times, kind) = written(&hours[..3]);
    assert_eq!(kind, TimeKind::Dates(None));
    assert_eq!(regular(&rows(&times, kind), &seconds(3600.0)).unwrap().0.times, recording.times);
    let (times, kind) = written(&["11/12/2024 23:00", "12/12/2024 00:00", "12/12/2024 01:00"]);
    assert_eq!(regular(&rows(&times, kind), &seconds(3600.0)).unwrap().0.times, recording.times);
    // Within a day it does not matter.
    let (times, kind) = written(&["11/12/2024 00:00", "11/12/2024 01:00"]);
    assert_eq!(regular(&rows(&times, kind), &seconds(3600.0)).unwrap().1, []);
    let (times, kind) = written(&["01/02/2024", "03/02/2024", "05/02/2024"]);
    let error = regularise(&rows(&times, kind), &schema(), &seconds(86_400.0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3, column \"time\": the dates are either day/month or month/day, and no date of the file so far tells which: \
         2 days from the row before or 60 days from the row before; write them as 2024-12-31"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn seconds_and_step_numbers_are_not_compared() {
    for (times, kind) in [
        (count(20, 0.1), TimeKind::Seconds),
        (count(20, 0.01), TimeKind::Numbers),
        (count(20, 10.0), TimeKind::Numbers),
        (count(20, 60.0), TimeKind::Unclear),
        (count(20, 0.1), TimeKind::Dial(86_400.0)),
        // Nanoseconds since 1970.
        (count(20, 1e7).iter().map(|time| 1.714e18 + time).collect(), TimeKind::Numbers),
    ] {
        let raw = rows(&times, kind);
        let (recording, notes) = regular(&raw, &steps(1.0)).unwrap();
        assert_eq!(recording, raw.recording);
        assert_eq!(notes, [("ROWS_AS_STEPS", 1)], "{kind:?} {times:?}");
    }
    let raw = rows(&count(20, 1.0), TimeKind::Numbers);
    let Regular { notes, .. } = regularise(&raw, &schema(), &seconds(0.01)).unwrap();
    let detail = "from row to row it is 1, which cannot be compared with the model's 0.01 s".to_owned();
    assert_eq!(notes, [Note { mend: Mend::RowsAsSteps, count: 1, line: 2, detail }]);
}

#[wasm_bindgen_test(unsupported = test)]
fn numbers_without_a_unit_are_in_the_one_that_fits() {
    for (step, start, sampling) in [
        (20.0, 0.0, seconds(0.02)),
        (0.02, 0.0, seconds(0.02)),
        (20_000.0, 5e6, seconds(0.02)),
        (2e7, 3e12, seconds(0.02)),
        (2e7, 1.7e18, seconds(0.02)),
        (0.02, 1.7e9, seconds(0.02)),
        // A spreadsheet's days.
        (0.02 / 86_400.0, 45_000.0, seconds(0.02)),
        // At a kilohertz, milliseconds are rows.
        (1.0, 0.0, seconds(0.001)),
        (20.0, 0.0, steps(20.0)),
        (20.0, 0.0, steps(0.02)),
        (0.02, 0.0, steps(20.0)),
    ] {
        let times: Vec<f64> = count(30, step).iter().map(|time| start + time).collect();
        let raw = rows(&times, TimeKind::Numbers);
        let (recording, notes) = regular(&raw, &sampling).unwrap();
        assert_eq!((recording, notes), (raw.recording, vec![]), "{step} from {start}");
    }
    let times: Vec<f64> = count(30, 0.02);
    assert_eq!(regular(&rows(&times, TimeKind::Seconds), &steps(20.0)).unwrap().1, []);
}

#[wasm_bindgen_test(unsupported = test)]
fn another_rate_is_resampled_or_refused() {
    // Straight lines stay what they are, whatever the rate, as nearly as the kernel does it.
    for (step, sampling, kind) in [
        (0.5, steps(1.0), TimeKind::Numbers),
        (2.0, steps(1.0), TimeKind::Numbers),
        (0.02, seconds(0.01), TimeKind::Seconds),
        (5.0, seconds(0.01), TimeKind::Numbers),
        (0.03, seconds(0.01), TimeKind::Dial(86_400.0)),
    ] {
        let raw = rows(&count(41, step), kind);
        let (recording, notes) = regular(&raw, &sampling).unwrap();
        assert_eq!(notes, [("RESAMPLED", 1)]);
        let pace = 40.0 / (recording.steps() - 1) as f32;
        let expected: Vec<f32> = (0..recording.steps()).map(|step| step as f32 * pace).collect();
        assert_near(&first_channel(&recording), &expected, 0.003, &format!("{step}"));
    }
    let raw = rows(&count(40, 0.02), TimeKind::Seconds);
    let error = regularise(&raw, &schema(), &Sampling { rate: Rate::Refuse, ..seconds(0.01) }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2, column \"time\": a step is 0.02 s long, and the model was trained on steps of 0.01 s; its recipe forbids to \
         resample, so resample the file"
    );
    let error =
        regularise(&rows(&count(40, 10.0), TimeKind::Seconds), &schema(), &seconds(0.01)).unwrap_err();
    assert_eq!(error.code(), "OTHER_RATE");
}

#[wasm_bindgen_test(unsupported = test)]
fn codes_are_those_of_the_nearest_step() {
    let raw = rows(&count(4, 2.0), TimeKind::Numbers);
    assert_eq!(regular(&raw, &steps(1.0)).unwrap().0.codes, [0, 1, 1, 0, 0, 1, 1]);
    let raw = rows(&count(7, 0.5), TimeKind::Numbers);
    assert_eq!(regular(&raw, &steps(1.0)).unwrap().0.codes, [0, 0, 0, 0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn resampling_is_that_of_scipy() {
    let Golden { signals, resampled, .. } = golden();
    let steps = signals.len() / 4;
    let schema =
        Schema { channels: ["a", "b", "c", "d"].map(str::to_owned).to_vec(), categories: vec![], ..schema() };
    let recording = Recording { id: "s".into(), times: count(steps, 1.0), values: signals, codes: vec![] };
    let raw = Raw { recording, lines: (2..).take(steps).collect(), ..Raw::default() };
    for Resampled { up, down, values } in resampled {
        // A model of this step takes `up` steps for `down` of the recording's.
        let length = f64::from(down) / f64::from(up);
        let raw = Raw {
            recording: Recording {
                times: raw.recording.times.iter().map(|time| time * 0.1).collect(),
                ..raw.recording.clone()
            },
            kind: TimeKind::Seconds,
            ..raw.clone()
        };
        let found = regularise(&raw, &schema, &seconds(0.1 * length)).unwrap().recording.unwrap();
        let both = found.values.len().min(values.len());
        assert!(values.len() - both < 4 * up as usize, "{up}:{down}");
        // SciPy's kernel sums to one over all phases, ours in each.
        assert_near(&found.values[..both], &values[..both], 0.006, &format!("{up}:{down}"));
        let constant = found.values.iter().skip(2).step_by(4);
        assert!(constant.clone().all(|value| (value - 2.5).abs() < 1e-6));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_a_slower_rate_cannot_hold_is_cut_off() {
    // 20 Hz at 100 Hz; a model at 20 Hz holds up to 10 Hz.
    let mut raw = rows(&count(200, 0.01), TimeKind::Seconds);
    for (row, value) in raw.recording.values.chunks_exact_mut(2).enumerate() {
        let time = row as f32 * 0.01;
        let slow = (std::f32::consts::TAU * time).sin();
        value[0] = slow + (std::f32::consts::TAU * 20.0 * time + 0.5).sin();
        value[1] = slow;
    }
    let (recording, _) = regular(&raw, &seconds(0.05)).unwrap();
    let steps = recording.steps();
    for (step, value) in recording.values.chunks_exact(2).enumerate().skip(8).take(steps - 16) {
        let expected = (std::f32::consts::TAU * step as f32 * 0.05).sin();
        assert!(
            (value[0] - expected).abs() < 0.01 && (value[1] - expected).abs() < 0.01,
            "{step}: {value:?}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn uneven_times_are_put_on_a_grid_before_resampling() {
    let times: Vec<f64> =
        (0..60).map(|row| 0.02 * (f64::from(row) + 0.4 * f64::from(row * 7 % 5) / 4.0)).collect();
    let mut raw = rows(&times, TimeKind::Seconds);
    let wave = |time: f64| (std::f64::consts::TAU * time).sin() as f32;
    raw.recording.values.chunks_exact_mut(2).zip(&times).for_each(|(row, time)| row[0] = wave(*time));
    let (recording, notes) = regular(&raw, &seconds(0.04)).unwrap();
    assert_eq!(notes, [("RESAMPLED", 1)]);
    for (value, time) in first_channel(&recording).iter().zip(&recording.times) {
        assert!((value - wave(*time)).abs() < 0.01, "{time}: {value}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn missing_values_are_bridged_as_numpy_does() {
    let Golden { gappy, filled, .. } = golden();
    let mut raw = rows(&count(gappy.len(), 1.0), TimeKind::Numbers);
    raw.missing_values = true;
    for (row, value) in raw.recording.values.chunks_exact_mut(2).zip(&gappy) {
        row[0] = value.unwrap_or(f32::NAN);
    }
    let (recording, notes) = regular(&raw, &steps(1.0)).unwrap();
    assert_near(&first_channel(&recording), &filled, 1e-6, "filled");
    let missing = gappy.iter().filter(|value| value.is_none()).count() as u64;
    assert_eq!(notes, [("MISSING_VALUES", missing)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn gaps_are_bridged_as_far_as_the_model_says() {
    let gap = |from: usize, to: usize| {
        let mut raw = rows(&count(20, 1.0), TimeKind::Numbers);
        raw.missing_values = true;
        (from..to).for_each(|row| raw.recording.values[2 * row + 1] = f32::NAN);
        raw
    };
    let with = |missing| Sampling { missing, ..steps(1.0) };
    let second = |raw: &Raw, missing| {
        let (recording, _) = regular(raw, &with(missing)).unwrap();
        recording.values.iter().copied().skip(1).step_by(2).collect::<Vec<_>>()
    };
    let whole = second(&gap(0, 0), Missing::Refuse);
    assert_eq!(second(&gap(5, 10), Missing::default()), whole);
    assert_eq!(second(&gap(0, 3), Missing::default())[..4], [-3.0; 4]);
    assert_eq!(second(&gap(15, 20), Missing::default())[14..], [-14.0; 6]);
    assert_eq!(second(&gap(1, 20), Missing::Hold), [0.0; 20]);
    assert_eq!(second(&gap(0, 19), Missing::Hold), [-19.0; 20]);
    let error = |raw: &Raw, missing| regularise(raw, &schema(), &with(missing)).unwrap_err().to_string();
    assert_eq!(
        error(&gap(5, 11), Missing::default()),
        "line 7, column \"y\": 6 values in a row are missing here, this model bridges at most 5; cut the recording there, or \
         leave the subject out"
    );
    assert_eq!(
        error(&gap(5, 6), Missing::Refuse),
        "line 7, column \"y\": a value is missing here, this model takes whole recordings only"
    );
    for missing in [Missing::Refuse, Missing::Hold, Missing::Interpolate(100)] {
        assert_eq!(
            error(&gap(0, 20), missing),
            "line 2, column \"y\": all values of the subject are missing; the model needs this column, so record it or leave \
             the subject out"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn codes_are_those_of_the_step_before() {
    let mut raw = rows(&count(6, 1.0), TimeKind::Numbers);
    raw.missing_codes = vec![(0, 0), (3, 0), (4, 0)];
    let (recording, notes) = regular(&raw, &steps(1.0)).unwrap();
    assert_eq!(recording.codes, [1, 1, 0, 0, 0, 1]);
    assert_eq!(notes, [("MISSING_VALUES", 3)]);
    raw.missing_codes = (0..6).map(|row| (row, 0)).collect();
    let error = regularise(&raw, &schema(), &steps(1.0)).unwrap_err();
    assert_eq!(error.column(), "hand");
}

#[wasm_bindgen_test(unsupported = test)]
fn missing_steps_are_missing_values() {
    let without = |rows: &[usize], step: f64| -> Vec<f64> {
        (0..20).filter(|row| !rows.contains(row)).map(|row| row as f64 * step).collect()
    };
    for (sampling, step, kind) in [
        (steps(1.0), 1.0, TimeKind::Numbers),
        (seconds(0.01), 0.01, TimeKind::Seconds),
        // Of a rate that cannot be compared, too.
        (steps(1.0), 0.01, TimeKind::Seconds),
    ] {
        let mut raw = rows(&without(&[3, 9, 10], step), kind);
        raw.recording.values =
            raw.recording.times.iter().flat_map(|time| [(time / step) as f32, 0.0]).collect();
        let (recording, notes) = regular(&raw, &sampling).unwrap();
        assert_near(
            &first_channel(&recording),
            &count(20, 1.0).iter().map(|x| *x as f32).collect::<Vec<_>>(),
            1e-5,
            "filled",
        );
        assert_eq!(recording.codes.len(), 20);
        assert!(notes.contains(&("MISSING_STEPS", 3)), "{notes:?}");
    }
    let raw = rows(&without(&[5, 6, 7, 8, 9, 10], 0.01), TimeKind::Seconds);
    assert_eq!(
        regularise(&raw, &schema(), &seconds(0.01)).unwrap_err().to_string(),
        "line 7, column \"time\": 6 steps in a row are missing after 0.04, a gap of 0.07 s; this model bridges at most 5; cut \
         the recording there, or leave the subject out"
    );
    // A year's gap is not held, since it would need memory for a year.
    let times: Vec<f64> = (0..20).map(|row| f64::from(row) + if row > 9 { 3e7 } else { 0.0 }).collect();
    let sampling = Sampling { missing: Missing::Hold, ..steps(1.0) };
    let error = regularise(&rows(&times, TimeKind::Numbers), &schema(), &sampling).unwrap_err();
    assert_eq!(error.code(), "MISSING_STEPS");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_late_row_is_no_gap() {
    // The third row comes late, the next ones catch up.
    let times = [0.0, 1.0, 3.7, 3.8, 4.1, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
    assert_eq!(regular(&rows(&times, TimeKind::Numbers), &steps(1.0)).unwrap().1, []);
    // Rows that come in bursts of ten within a hundredth of their time.
    let bursts: Vec<f64> = (0..100).map(|row| f64::from(row / 10) + 0.01 * f64::from(row % 10)).collect();
    let (recording, notes) = regular(&rows(&bursts, TimeKind::Seconds), &seconds(0.1)).unwrap();
    assert_eq!((recording.steps(), notes), (100, vec![]));
}

#[wasm_bindgen_test(unsupported = test)]
fn missing_times_are_told_by_those_around() {
    let raw = rows(&[f64::NAN, 1.0, 2.0, f64::NAN, f64::NAN, 5.0, f64::NAN], TimeKind::Numbers);
    let (recording, notes) = regular(&raw, &steps(1.0)).unwrap();
    assert_eq!(recording.times, count(7, 1.0));
    assert_eq!(recording.values, raw.recording.values);
    assert_eq!(notes, [("MISSING_TIMES", 4)]);
    let falling = rows(&[5.0, f64::NAN, 1.0, 2.0], TimeKind::Numbers);
    assert_eq!(regularise(&falling, &schema(), &steps(1.0)).unwrap_err().code(), "MISSING_TIMES");
    let refusing = Sampling { missing: Missing::Refuse, ..steps(1.0) };
    assert_eq!(regularise(&raw, &schema(), &refusing).unwrap_err().code(), "MISSING_TIMES");
}

/// Subjects side by side in the order of time: what a subject lacks may come with any later row of the file.
#[wasm_bindgen_test(unsupported = test)]
fn a_subject_is_judged_by_all_of_its_rows() {
    let read = |file: &str, strict: bool| {
        let options = ReadOptions { strict, ..ReadOptions::default() };
        let mut reader = Reader::new(&schema(), &steps(1.0), options);
        let read = reader.feed(file.as_bytes()).and_then(|()| reader.finish());
        read.map(|()| reader)
    };
    let row = |subject: &str, time: u32, x: &str| format!("{subject},{time},{x},1,two\n");
    let mut file = "subject,time,x,y,hand\n".to_owned();
    for (time, a, b) in [(0, "NA", "5"), (1, "1", "6"), (2, "2", "NA"), (30, "NA", "7"), (3, "3", "8")] {
        file += &(row("a", time, a) + &row("b", if time == 30 { 4 } else { time }, b));
    }
    let reader = read(&file, false).unwrap();
    let reasons: Vec<_> =
        reader.refused().iter().map(|refusal| (&refusal.id[..], refusal.reason.code())).collect();
    assert_eq!(reasons, [("a", "MISSING_STEPS")]);
    let repairs: Vec<_> =
        reader.repairs().iter().map(|repair| (repair.kind.code(), repair.count, repair.line)).collect();
    assert_eq!(repairs, [("MISSING_VALUES", 1, 7)]);
    let values: Vec<f32> = first_channel(reader.recording(1));
    assert_eq!(values, [5.0, 6.0, 7.0, 8.0, 7.0]);
    let error = read(&file, true).err().expect("nothing may be put right");
    assert!(error.to_string().contains("a gap of 27"), "{error}");
}

#[wasm_bindgen_test(unsupported = test)]
fn times_are_those_of_pandas() {
    let Golden { dates, day_first, month_first, durations, .. } = golden();
    let read = |text: &str| written(&[text]).0[0];
    for (text, expected) in dates.iter().chain(&day_first).chain(&durations) {
        let found = read(text);
        assert!((found - expected).abs() < 1e-6, "{text}: {found} for {expected}");
    }
    let texts: Vec<&str> = month_first.iter().map(|(text, _)| text.as_str()).collect();
    let (times, kind) = written(&texts);
    let raw = rows(&times, kind);
    let mut expected: Vec<f64> = month_first.iter().map(|(_, time)| *time).collect();
    expected.sort_by(f64::total_cmp);
    assert_eq!(regular(&raw, &Sampling::default()).unwrap().0.times, expected);
}

#[cfg(not(target_arch = "wasm32"))]
mod any_rows {
    use proptest::prelude::*;

    use super::*;

    fn any_sampling() -> impl Strategy<Value = Sampling> {
        let missing = prop_oneof![
            Just(Missing::Refuse),
            Just(Missing::Hold),
            (0_u32..10).prop_map(Missing::Interpolate)
        ];
        let step = prop::option::of((
            prop_oneof![Just(1.0), Just(0.01), Just(1e-9), Just(1e6)],
            prop_oneof![Just(TimeUnit::Steps), Just(TimeUnit::Seconds)],
        ));
        let rate = prop_oneof![Just(Rate::Resample), Just(Rate::Refuse)];
        (missing, step, rate).prop_map(|(missing, step, rate)| Sampling {
            missing,
            step: step.map(|(length, unit)| Step { length, unit }),
            rate,
        })
    }

    fn any_times() -> impl Strategy<Value = Vec<f64>> {
        let step = prop_oneof![
            4 => Just(1.0), 1 => Just(0.0), 1 => Just(2.0), 1 => 0.0..3.0, 1 => -5.0..50.0, 1 => Just(f64::NAN),
            1 => prop_oneof![Just(f64::MAX), Just(f64::MIN), Just(1e-300), Just(1e17), Just(-1.0)],
        ];
        (prop::collection::vec(step, 1..60), prop_oneof![Just(1.0), Just(0.01), Just(1e7), Just(1e-310)])
            .prop_map(|(steps, scale)| {
                let mut time = 0.0_f64;
                let next = |step: f64| {
                    let now = time + step * scale;
                    time = if now.is_finite() { now } else { time };
                    if now.is_finite() || step.is_nan() { now } else { step }
                };
                steps.into_iter().map(next).collect()
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        /// Any rows become a recording, or are refused with a reason: never more than a few times as long, and whole.
        #[test]
        fn become_a_recording_or_a_reason(
            times in any_times(),
            kind in prop_oneof![
                Just(TimeKind::Rows), Just(TimeKind::Numbers), Just(TimeKind::Seconds), Just(TimeKind::Dial(86_400.0)),
                Just(TimeKind::Dates(None)), Just(TimeKind::Dates(Some(DateOrder::MonthFirst))), Just(TimeKind::Unclear),
            ],
            sampling in any_sampling(),
            missing in prop::collection::vec((0_usize..60, 0_usize..3), 0..20),
        ) {
            let times = if kind == TimeKind::Rows { count(times.len(), 1.0) } else { times };
            let mut raw = rows(&times, kind);
            for (row, column) in missing.into_iter().filter(|(row, _)| *row < times.len()) {
                if column == 2 {
                    raw.missing_codes.push((row, 0));
                } else {
                    raw.recording.values[2 * row + column] = f32::NAN;
                    raw.missing_values = true;
                }
            }
            match regularise(&raw, &schema(), &sampling) {
                Ok(Regular { recording, .. }) => {
                    let recording = recording.unwrap_or(raw.recording);
                    prop_assert!(recording.check(&schema()).is_ok());
                    prop_assert!(recording.values.iter().all(|value| value.is_finite()));
                    prop_assert!(recording.times.iter().all(|time| time.is_finite()), "{:?}", recording.times);
                    prop_assert!((1..=16 * 4 * times.len()).contains(&recording.steps()));
                }
                Err(error) => {
                    prop_assert!((2..62).contains(&error.line()), "{error}");
                    prop_assert!(error.to_string().contains(error.column()));
                }
            }
        }

        /// The order of the rows in the file does not matter where each has its own time.
        #[test]
        fn in_any_order(order in Just((0..30).collect::<Vec<usize>>()).prop_shuffle()) {
            let times: Vec<f64> = order.iter().map(|row| *row as f64).collect();
            let mut raw = rows(&times, TimeKind::Numbers);
            raw.recording.values = order.iter().flat_map(|row| [*row as f32, -(*row as f32)]).collect();
            raw.recording.codes = order.iter().map(|row| (row % 2) as u8).collect();
            let (recording, _) = regular(&raw, &steps(1.0)).unwrap();
            prop_assert_eq!(recording, rows(&count(30, 1.0), TimeKind::Numbers).recording);
        }
    }
}
