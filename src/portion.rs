//! Recordings, or segments of long ones, side by side in few buffers: the form in which they go from the instance that reads
//! a file to those that classify it.

use crate::classifier::Segment;
use crate::recording::{Recording, RecordingError, Schema};

/// Some segments of recordings of one schema, one after the other. Times stay behind: a model reads only their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portion {
    /// Ids of the recordings that the `R` segments are of.
    pub ids: Vec<String>,
    /// Index in its recording of the first step of each, `[R]`.
    pub first: Vec<u32>,
    /// Whether its recording ends with each, `[R]`: 1 or 0.
    pub ended: Vec<u8>,
    /// Number of steps `T` of each, `[R]`.
    pub steps: Vec<u32>,
    /// Their channels, `[sum of T, channels]`.
    pub values: Vec<f32>,
    /// Their category codes, `[sum of T, categories]`.
    pub codes: Vec<u8>,
}

/// Why a portion holds no recordings of a schema.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortionError {
    /// A buffer is longer or shorter than its recordings.
    #[error("the portion has {found} {what}, expected {expected}")]
    Length {
        /// What the buffer holds.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that ids, steps and schema ask for.
        expected: usize,
    },
    /// A schema without columns: nothing in the portion would bound the number of steps.
    #[error("the portion is of a schema without columns")]
    NoColumns,
    /// A recording in the buffers does not match the schema.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

impl Portion {
    /// Copies segments.
    pub fn new(segments: &[Segment<'_>]) -> Portion {
        let mut portion = Portion::default();
        // A row takes more than a byte: a file with more rows does not exist.
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        for Segment { recording, first, ended } in segments {
            portion.ids.push(recording.id.clone());
            portion.first.push(number(*first));
            portion.ended.push(u8::from(*ended));
            portion.steps.push(number(recording.steps()));
            portion.values.extend_from_slice(&recording.values);
            portion.codes.extend_from_slice(&recording.codes);
        }
        portion
    }

    /// The segments, whose steps [`Portion::recordings`] gives.
    pub fn segments<'a>(&self, recordings: &'a [Recording]) -> Vec<Segment<'a>> {
        let segment = |(recording, (first, ended)): (&'a Recording, (&u32, &u8))| Segment {
            recording,
            first: *first as usize,
            ended: *ended != 0,
        };
        recordings.iter().zip(self.first.iter().zip(&self.ended)).map(segment).collect()
    }

    /// The steps of the segments again; the time of a step is its index.
    ///
    /// # Errors
    /// The buffers do not hold what ids, steps and schema say, or the schema has no columns.
    pub fn recordings(&self, schema: &Schema) -> Result<Vec<Recording>, PortionError> {
        let expect = |what, found, expected| {
            if found == expected { Ok(()) } else { Err(PortionError::Length { what, found, expected }) }
        };
        let (channels, categories) = (schema.channels.len(), schema.categories.len());
        if channels + categories == 0 {
            return Err(PortionError::NoColumns);
        }
        // Saturating: a sum or product that overflows equals no length.
        let rows = self.steps.iter().fold(0usize, |sum, steps| sum.saturating_add(*steps as usize));
        expect("ids", self.ids.len(), self.steps.len())?;
        expect("first steps", self.first.len(), self.steps.len())?;
        expect("ends", self.ended.len(), self.steps.len())?;
        expect("values", self.values.len(), rows.saturating_mul(channels))?;
        expect("codes", self.codes.len(), rows.saturating_mul(categories))?;
        let mut from = 0;
        let recordings = self.ids.iter().zip(&self.steps).map(|(id, steps)| {
            let to = from + *steps as usize;
            let recording = Recording {
                id: id.clone(),
                times: (0..*steps).map(f64::from).collect(),
                values: self.values[from * channels..to * channels].to_vec(),
                codes: self.codes[from * categories..to * categories].to_vec(),
            };
            from = to;
            recording.check(schema)?;
            Ok(recording)
        });
        recordings.collect()
    }
}
