//! Applies a transform to recordings.

use std::collections::HashMap;

use super::transform::{
    DenseFeature, FeatureError, FeatureTransform, Features, MAX_INPUTS, Projection, ProjectionProblem, mean,
};
use crate::recording::{Category, Recording, Schema};

/// A transform whose columns are looked up in a schema, ready to run.
#[derive(Clone, Debug)]
pub struct FeatureExtractor {
    dense: Vec<(Source, DenseFeature)>,
    codes: Vec<usize>,
    projections: Vec<Projection>,
    /// Indices of the dense inputs that no projection reads.
    passed: Vec<usize>,
    width: usize,
    channels: usize,
    categories: usize,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Channel(usize),
    Category(usize),
    Level(usize, u8),
}

/// The columns of a schema by name.
struct Columns<'a> {
    channels: HashMap<&'a str, usize>,
    categories: HashMap<&'a str, (usize, &'a Category)>,
}

impl<'a> Columns<'a> {
    fn new(schema: &'a Schema) -> Self {
        let categories = schema.categories.iter().enumerate();
        Columns {
            channels: schema.channels.iter().map(String::as_str).zip(0..).collect(),
            categories: categories.map(|place| (place.1.column.as_str(), place)).collect(),
        }
    }

    fn source(&self, feature: &DenseFeature) -> Result<Source, FeatureError> {
        let column = &feature.column;
        let channel = self.channels.get(column.as_str()).copied().map(Source::Channel);
        let source = match feature.level {
            _ if feature.centred => channel,
            None => channel.or_else(|| self.category(column).ok().map(|(index, _)| Source::Category(index))),
            Some(level) => return self.level(column, level),
        };
        source.ok_or_else(|| FeatureError::UnknownColumn(column.clone()))
    }

    fn category(&self, column: &str) -> Result<(usize, &'a Category), FeatureError> {
        let found = self.categories.get(column).copied();
        found.ok_or_else(|| FeatureError::UnknownColumn(column.to_owned()))
    }

    fn level(&self, column: &str, level: u8) -> Result<Source, FeatureError> {
        let (index, category) = self.category(column)?;
        let levels = category.levels.len();
        if usize::from(level) < levels {
            Ok(Source::Level(index, level))
        } else {
            Err(FeatureError::UnknownLevel { column: column.to_owned(), level, levels })
        }
    }
}

impl FeatureExtractor {
    /// Looks the transform's columns up.
    ///
    /// # Errors
    /// A column or level that the schema lacks, a number that is not finite, more dense inputs than
    /// [`MAX_INPUTS`], or a projection that does not fit them.
    pub fn new(transform: &FeatureTransform, schema: &Schema) -> Result<Self, FeatureError> {
        let found = transform.dense.len();
        if found > MAX_INPUTS {
            return Err(FeatureError::TooMany { found });
        }
        let columns = Columns::new(schema);
        let mut dense = Vec::with_capacity(found);
        for feature in &transform.dense {
            let DenseFeature { offset, scale, range: [low, high], .. } = *feature;
            if ![offset, scale, low, high].iter().all(|number| number.is_finite()) {
                return Err(FeatureError::NotFinite(feature.column.clone()));
            }
            dense.push((columns.source(feature)?, feature.clone()));
        }
        let code = |column: &String| columns.category(column).map(|(index, _)| index);
        let mut projected = vec![false; found];
        for (index, projection) in transform.projections.iter().enumerate() {
            let wrong = |problem: ProjectionProblem| FeatureError::Projection { index, problem };
            projection.check(&mut projected).map_err(wrong)?;
        }
        Ok(FeatureExtractor {
            dense,
            codes: transform.codes.iter().map(code).collect::<Result<_, _>>()?,
            projections: transform.projections.clone(),
            passed: (0..found).filter(|index| !projected[*index]).collect(),
            width: transform.width(),
            channels: schema.channels.len(),
            categories: schema.categories.len(),
        })
    }

    /// Whether an input depends on all steps of a recording, so that a part of one has not its features.
    pub fn needs_whole(&self) -> bool {
        self.dense.iter().any(|(_, feature)| feature.centred)
    }

    /// The network's inputs for one recording of the schema.
    ///
    /// # Panics
    /// If [`Recording::check`] refuses the recording for its lengths.
    pub fn apply(&self, recording: &Recording) -> Features {
        let steps = recording.steps();
        assert_eq!(recording.values.len(), steps * self.channels, "values of {steps} steps");
        assert_eq!(recording.codes.len(), steps * self.categories, "codes of {steps} steps");
        let mut dense = Vec::with_capacity(steps * self.dense.len());
        let mut codes = Vec::with_capacity(steps * self.codes.len());
        let mut outside = 0;
        let centres: Vec<f32> = self.dense.iter().map(|input| self.centre(input, recording)).collect();
        for step in 0..steps {
            let values = &recording.values[step * self.channels..][..self.channels];
            let words = &recording.codes[step * self.categories..][..self.categories];
            for ((source, DenseFeature { offset, scale, range: [low, high], .. }), centre) in
                self.dense.iter().zip(&centres)
            {
                let value = match source {
                    Source::Channel(channel) => values[*channel],
                    Source::Category(category) => f32::from(words[*category]),
                    Source::Level(category, level) => f32::from(u8::from(words[*category] == *level)),
                };
                let value = value - centre;
                outside += usize::from(!(*low..=*high).contains(&value));
                dense.push((value - offset) * scale);
            }
            codes.extend(self.codes.iter().map(|category| words[*category]));
        }
        let read = dense.len();
        if !self.projections.is_empty() {
            dense = self.project(&dense, steps);
        }
        Features {
            first: 0,
            steps,
            width: self.width,
            codes_width: self.codes.len(),
            dense,
            codes,
            read,
            outside,
        }
    }

    /// What is subtracted from an input before it is scaled.
    fn centre(&self, (source, feature): &(Source, DenseFeature), recording: &Recording) -> f32 {
        match source {
            Source::Channel(channel) if feature.centred => {
                mean(recording.values.iter().skip(*channel).step_by(self.channels).copied())
            }
            _ => 0.0,
        }
    }

    /// Scaled inputs, `[T, n]`, to those that reach the network, `[T, F]`.
    fn project(&self, scaled: &[f32], steps: usize) -> Vec<f32> {
        let mut dense = Vec::with_capacity(steps * self.width);
        for row in scaled.chunks_exact(self.dense.len()) {
            dense.extend(self.passed.iter().map(|index| row[*index]));
            for Projection { inputs, mean, components } in &self.projections {
                let component = |weights: &[f32]| -> f32 {
                    let centred = inputs.iter().zip(mean).map(|(index, mean)| row[*index] - mean);
                    centred.zip(weights).map(|(value, weight)| value * weight).sum()
                };
                dense.extend(components.chunks_exact(inputs.len()).map(component));
            }
        }
        dense
    }
}
