//! Units of time.

/// Seconds in so many of a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    seconds: f64,
    /// How many of it make up so many seconds: a division by 1000 is exact where a product with 0.001 is not.
    per: f64,
}

impl Unit {
    /// The unit of this name.
    pub(super) fn named(name: &[u8]) -> Option<Unit> {
        const DAY: f64 = 86_400.0;
        const NAMES: [(&str, f64, f64); 27] = [
            ("s", 1.0, 1.0),
            ("sec", 1.0, 1.0),
            ("secs", 1.0, 1.0),
            ("second", 1.0, 1.0),
            ("seconds", 1.0, 1.0),
            ("ms", 1.0, 1e3),
            ("msec", 1.0, 1e3),
            ("msecs", 1.0, 1e3),
            ("millis", 1.0, 1e3),
            ("millisecond", 1.0, 1e3),
            ("milliseconds", 1.0, 1e3),
            ("us", 1.0, 1e6),
            ("µs", 1.0, 1e6),
            ("μs", 1.0, 1e6),
            ("usec", 1.0, 1e6),
            ("micros", 1.0, 1e6),
            ("microseconds", 1.0, 1e6),
            ("ns", 1.0, 1e9),
            ("nanos", 1.0, 1e9),
            ("nanoseconds", 1.0, 1e9),
            ("min", 60.0, 1.0),
            ("minutes", 60.0, 1.0),
            ("h", 3600.0, 1.0),
            ("hours", 3600.0, 1.0),
            ("day", DAY, 1.0),
            ("d", DAY, 1.0),
            ("days", DAY, 1.0),
        ];
        let (_, seconds, per) =
            NAMES.into_iter().find(|(unit, ..)| unit.as_bytes().eq_ignore_ascii_case(name))?;
        Some(Unit { seconds, per })
    }

    /// The unit in a column's name: `time (ms)`, `t [s]`, `timestamp_us`, `Time, s`, `seconds`.
    pub(super) fn of_column(name: &str) -> Option<Unit> {
        let name = name.trim_end().trim_end_matches([')', ']', '}']).trim_end();
        let last = name.rsplit([' ', '(', '[', '{', '_', '/', ',', '.', '-', ':']).next()?;
        // A letter alone may be the name of anything, and so may `day` and `hours`.
        let whole = last.len() == name.len();
        let unit = Unit::named(last.as_bytes())?;
        (!whole || (last.len() > 1 && unit.seconds == 1.0)).then_some(unit)
    }

    /// A number of it in seconds.
    pub(super) fn seconds(self, number: f64) -> f64 {
        number * self.seconds / self.per
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_names_of_columns() {
        for (name, expected) in [
            ("time (ms)", Some(0.001)),
            ("t [s]", Some(1.0)),
            ("timestamp_us", Some(1e-6)),
            ("Time, s", Some(1.0)),
            ("elapsed (S)", Some(1.0)),
            ("epoc (ms)", Some(0.001)),
            ("seconds", Some(1.0)),
            ("time_ns ", Some(1e-9)),
            ("ms", Some(0.001)),
            ("Zeit/µs", Some(1e-6)),
            ("time", None),
            ("s", None),
            ("t", None),
            ("timestamps", None),
            ("time (frames)", None),
            ("", None),
            ("()", None),
        ] {
            assert_eq!(Unit::of_column(name).map(|unit| unit.seconds(1.0)), expected, "{name}");
        }
    }
}
