//! The text of the files, as pandas writes it.

use std::io::Write;

use csv::Writer;

use super::model::{CLASSES, JOINTS, SURVEYS};
use super::subject::{Step, Stratum};

/// Columns of the text block: usual value and a pirate's.
const TEXT_COLUMNS: [(&str, &str, &str); 3] = [
    ("n_legs", "two", "one+peg_leg"),
    ("n_hands", "two", "one+hook_hand"),
    ("n_eyes", "two", "one+eye_patch"),
];

/// Writes the recordings' header line.
///
/// # Errors
/// Those of the writer, here and below.
pub fn write_header<W: Write>(out: &mut Writer<W>) -> csv::Result<()> {
    let surveys = (1..=SURVEYS).map(|survey| format!("pain_survey_{survey}"));
    let texts = TEXT_COLUMNS.map(|(name, _, _)| name.to_owned());
    let joints = (0..JOINTS).map(|joint| format!("joint_{joint:02}"));
    let first = ["sample_index", "time"].map(str::to_owned);
    out.write_record(first.into_iter().chain(surveys).chain(texts).chain(joints))
}

/// Writes one subject's rows.
///
/// # Errors
/// Those of the writer.
pub fn write_recording<W: Write>(
    out: &mut Writer<W>,
    index: u64,
    stratum: Stratum,
    steps: &[Step],
) -> csv::Result<()> {
    for (time, step) in steps.iter().enumerate() {
        out.write_field(format!("{index:03}"))?;
        out.write_field(time.to_string())?;
        for answer in step.surveys {
            out.write_field(answer.to_string())?;
        }
        for (_, usual, pirate) in TEXT_COLUMNS {
            out.write_field(if stratum.pirate { pirate } else { usual })?;
        }
        for value in step.joints {
            out.write_field(python_number(value))?;
        }
        out.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

/// Writes the labels' header line.
///
/// # Errors
/// Those of the writer.
pub fn write_labels_header<W: Write>(out: &mut Writer<W>) -> csv::Result<()> {
    out.write_record(["sample_index", "label"])
}

/// Writes one subject's label.
///
/// # Errors
/// Those of the writer.
pub fn write_label<W: Write>(out: &mut Writer<W>, index: u64, stratum: Stratum) -> csv::Result<()> {
    out.write_record([&format!("{index:03}"), CLASSES[stratum.class]])
}

/// The shortest text that reads back as the same number, in Python's form (which pandas uses): scientific, with at
/// least two digits of exponent, below 1e-4 and from 1e16 on; else with a decimal point.
fn python_number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        return format!("{value:?}");
    }
    let text = format!("{value:e}");
    // `{:e}` always writes an `e`.
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::python_number;

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
            assert_eq!(python_number(value), text);
        }
    }
}
