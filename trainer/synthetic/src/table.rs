//! The text of the files, as pandas writes it.

use std::io::{self, Write};

use super::model::{CLASSES, JOINTS, SURVEYS};
use super::subject::{Step, Stratum};

/// Columns of the text block: usual value and a pirate's.
const TEXT_COLUMNS: [(&str, &str, &str); 3] = [
    ("n_legs", "two", "one+peg_leg"),
    ("n_hands", "two", "one+hook_hand"),
    ("n_eyes", "two", "one+eye_patch"),
];

/// Writes the recordings' header line.
pub fn write_header(out: &mut impl Write) -> io::Result<()> {
    write!(out, "sample_index,time")?;
    for survey in 1..=SURVEYS {
        write!(out, ",pain_survey_{survey}")?;
    }
    for (name, _, _) in TEXT_COLUMNS {
        write!(out, ",{name}")?;
    }
    for joint in 0..JOINTS {
        write!(out, ",joint_{joint:02}")?;
    }
    writeln!(out)
}

/// Writes one subject's rows.
pub fn write_recording(out: &mut impl Write, index: u64, stratum: Stratum, steps: &[Step]) -> io::Result<()> {
    for (time, step) in steps.iter().enumerate() {
        write!(out, "{index:03},{time}")?;
        for answer in step.surveys {
            write!(out, ",{answer}")?;
        }
        for (_, usual, pirate) in TEXT_COLUMNS {
            write!(out, ",{}", if stratum.pirate { pirate } else { usual })?;
        }
        for value in step.joints {
            out.write_all(b",")?;
            write_number(out, value)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the labels' header line.
pub fn write_labels_header(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "sample_index,label")
}

/// Writes one subject's label.
pub fn write_label(out: &mut impl Write, index: u64, stratum: Stratum) -> io::Result<()> {
    writeln!(out, "{index:03},{}", CLASSES[stratum.class])
}

/// Writes the shortest text that reads back as the same number, in Python's form (which pandas uses): scientific,
/// with at least two digits of exponent, below 1e-4 and from 1e16 on; else with a decimal point.
fn write_number(out: &mut impl Write, value: f64) -> io::Result<()> {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        // `{:e}` always writes an `e`.
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        write!(out, "{digits}e{sign}{exponent:0>2}")
    } else {
        write!(out, "{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::write_number;

    #[test]
    fn numbers_read_like_pythons() {
        for (value, text) in [
            (0.0, "0.0"),
            (0.5, "0.5"),
            (1.0, "1.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (3.0539757619950095e-7, "3.0539757619950095e-07"),
            (1.5e-123, "1.5e-123"),
            (-2.5e-6, "-2.5e-06"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
        ] {
            let mut written = Vec::new();
            write_number(&mut written, value).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), text);
        }
    }
}
