//! Texts that people's files have for times.

use super::*;

fn number(field: &[u8]) -> Option<f64> {
    crate::number::parse(field)
}

fn read(column: &str, texts: &[&str]) -> Result<(Vec<f64>, TimeKind), TimeError> {
    let mut format = TimeFormat::new(column);
    let times: Result<Vec<f64>, TimeError> =
        (1..).zip(texts).map(|(line, text)| format.read(text.as_bytes(), line, number)).collect();
    Ok((times?, format.kind()))
}

/// Ten o'clock and a tenth of a second on the first of May 2024, UTC.
const TEN: f64 = 1_714_557_600.1;

#[test]
fn every_way_to_write_one_time() {
    for text in [
        "2024-05-01T10:00:00.1Z",
        "2024-05-01T10:00:00,1Z",
        "2024-05-01 10:00:00.100",
        "2024-05-01T12:00:00.1+02:00",
        "2024-05-01T12:00:00.1+0200",
        "2024-05-01 05:00:00.1 -05",
        "2024-05-01T05:30:00.1-04:30",
        "2024-05-01T12:00:00.1+02:00[Europe/Berlin]",
        "2024-05-01 10:00:00.1 UTC",
        "20240501T100000.1",
        "20240501T100000.1Z",
        "20240501 100000,1",
        "20240501100000100",
        "2024/05/01 10:00:00.1",
        "2024.05.01 10:00:00.1",
        "2024-05-01_10-00-00.1",
        "2024-05-01 10:00:00:100",
        "01-May-2024 10:00:00.1",
        "1 May 2024 10:00:00.1",
        "01May2024 10:00:00.1",
        "May 1, 2024 10:00:00.1 AM",
        "Wed, 01 May 2024 10:00:00.1 GMT",
        "Wed May 01 2024 12:00:00.1 GMT+0200 (Central European Summer Time)",
        "01/May/2024:10:00:00.1 +0000",
        "2024-May-01 10:00:00.1",
        "1-May-24 10:00:00.1",
        "01.05.2024 10:00:00.1",
        "1.5.24 10:00:00.1",
    ] {
        assert_eq!(read("time", &[text]).map(|(times, _)| times), Ok(vec![TEN]), "{text}");
    }
    // 13 June, by either order.
    for text in ["13/06/2024 22:30", "06/13/2024 10:30 PM", "13-6-24 22.30", "06/13/2024 10:30:00 p.m."] {
        let (times, kind) = read("time", &[text]).unwrap();
        assert_eq!(times, [1_718_317_800.0], "{text}");
        let order = if text.starts_with("13") { DateOrder::DayFirst } else { DateOrder::MonthFirst };
        assert_eq!(kind, TimeKind::Dates(Some(order)), "{text}");
    }
}

#[test]
fn clocks_and_durations() {
    for (text, expected, kind) in [
        ("10:00:00", 36_000.0, TimeKind::Dial(86_400.0)),
        ("9:05:03.25", 32_703.25, TimeKind::Dial(86_400.0)),
        ("10:00:00,5", 36_000.5, TimeKind::Dial(86_400.0)),
        ("10:00:00:500", 36_000.5, TimeKind::Dial(86_400.0)),
        ("12:00:01 AM", 1.0, TimeKind::Dial(86_400.0)),
        ("12:00:01PM", 43_201.0, TimeKind::Dial(86_400.0)),
        ("1:00 pm", 46_800.0, TimeKind::Dial(86_400.0)),
        ("25:00:00", 90_000.0, TimeKind::Dial(86_400.0)),
        ("10:00", 36_000.0, TimeKind::Unclear),
        ("59:59.9", 3599.9, TimeKind::Dial(3600.0)),
        ("1 day 02:03:04.5", 93_784.5, TimeKind::Seconds),
        ("0 days 00:00:01.500000000", 1.5, TimeKind::Seconds),
        ("2 days, 0:00:01", 172_801.0, TimeKind::Seconds),
        ("PT1.5S", 1.5, TimeKind::Seconds),
        ("P1DT1H1M1S", 90_061.0, TimeKind::Seconds),
        ("P0DT0H0M0.02S", 0.02, TimeKind::Seconds),
        ("20 ms", 0.02, TimeKind::Seconds),
        ("1.5s", 1.5, TimeKind::Seconds),
    ] {
        assert_eq!(read("time", &[text]), Ok((vec![expected], kind)), "{text}");
    }
}

#[test]
fn units_come_from_the_name() {
    assert_eq!(read("time (ms)", &["10", "30"]), Ok((vec![0.01, 0.03], TimeKind::Seconds)));
    assert_eq!(read("timestamp_us", &["1714557600100000"]), Ok((vec![TEN], TimeKind::Seconds)));
    assert_eq!(read("time", &["10", "1e2"]), Ok((vec![10.0, 100.0], TimeKind::Numbers)));
    // Nanoseconds since 1970 have many digits, too.
    assert_eq!(
        read("t", &["1714557600100000000"]),
        Ok((vec![1_714_557_600_100_000_000.0], TimeKind::Numbers))
    );
    assert_eq!(read("time (ms)", &["10:00:00"]), Ok((vec![36_000.0], TimeKind::Dial(86_400.0))));
}

#[test]
fn a_later_time_may_tell_more_about_those_before() {
    let (times, kind) = read("time", &["03/04/2024", "04/04/2024", "13/04/2024"]).unwrap();
    assert_eq!(kind, TimeKind::Dates(Some(DateOrder::DayFirst)));
    assert_eq!([times[1] - times[0], times[2] - times[0]], [86_400.0, 864_000.0]);
    let (_, kind) = read("time", &["03/04/2024", "04/04/2024"]).unwrap();
    assert_eq!(kind, TimeKind::Dates(None));
    let (_, kind) = read("time", &["10:00", "10:00:00.1", "10:01"]).unwrap();
    assert_eq!(kind, TimeKind::Dial(86_400.0));
}

#[test]
fn times_that_contradict_the_first_are_refused_with_both_lines() {
    for texts in [
        ["0.5", "10:00:00"],
        ["10:00:00", "0.5"],
        ["13/04/2024", "04/13/2024"],
        ["01.02.2024", "02.13.2024"],
        ["2024-05-01T10:00:00Z", "2024-05-01T10:00:00"],
        ["10:00", "10:00.5"],
        ["20240501100000", "3"],
    ] {
        let error = read("time", &texts).unwrap_err();
        assert_eq!(error.code(), "TIME_FORMATS", "{texts:?}");
        let words = error.to_string();
        assert!(words.contains(texts[0]) && words.contains(texts[1]) && words.contains("line 1"), "{words}");
    }
}

#[test]
fn what_is_no_time() {
    let long = "1".repeat(30) + ":" + &"2".repeat(30);
    for text in [
        "",
        "x",
        ":",
        "10:",
        ":10",
        "10:00:",
        "10:61:00",
        "10:00:00 XM",
        "13:00 PM",
        "0:30 AM",
        "2024-02-30",
        "2024-13-01",
        "31/31/2024",
        "2024-05-01T",
        "2024-05-01T25:00:00",
        "2024-05-01 10:00:00 CEST",
        "2024-05-01T10:00:00+",
        "1 2",
        "1/2",
        "1/2/345",
        "T10:00:00",
        "P",
        "PT",
        "PT5",
        "P5S",
        "5 km",
        "1 day x",
        "--",
        "May",
        "May 2024",
        "10:00:00 junk",
        "2024-05-01junk",
        "∞",
        "10:00:00Z+",
        &long,
        "inf",
        "NaN",
        "1e999",
        "Wed",
        "Wed,",
        "+02:00",
        "2024-05-01T10:00:00+99:00",
    ] {
        let found = read("time", &[text]);
        assert!(matches!(found, Err(TimeError::NotATime { .. })), "{text}: {found:?}");
    }
}
