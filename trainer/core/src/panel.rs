//! Members of a bundle together with subjects that they have not been trained on.

use std::ops::Range;

use painwave::bundle::Bundle;
use painwave::recording::Recording;

use crate::split::Split;

/// Members that make a prediction together, those of a fold, and the subjects that they are asked about.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// Their indices in the bundle.
    pub members: Range<usize>,
    /// The subjects.
    pub subjects: Vec<&'a Recording>,
}

/// Those of each split whose answers choose.
#[derive(Clone, Debug)]
pub struct Choosers<'a>(Vec<Panel<'a>>);

/// Those of each split whose answers are judged.
#[derive(Clone, Debug)]
pub struct Judges<'a>(Vec<Panel<'a>>);

impl<'a> Choosers<'a> {
    /// As splits say, each with `members` members.
    pub fn of(splits: &[Split], members: usize, recordings: &'a [Recording]) -> Self {
        Choosers(panels(splits, members, recordings, |split| split.inner.subjects()))
    }

    /// One for each split.
    pub fn panels(&self) -> &[Panel<'a>] {
        &self.0
    }
}

impl<'a> Judges<'a> {
    /// As splits say, each with `members` members.
    pub fn of(splits: &[Split], members: usize, recordings: &'a [Recording]) -> Self {
        Judges(panels(splits, members, recordings, |split| split.outer.subjects()))
    }

    /// One for each split.
    pub fn panels(&self) -> &[Panel<'a>] {
        &self.0
    }
}

fn panels<'a>(
    splits: &[Split],
    members: usize,
    recordings: &'a [Recording],
    side: impl Fn(&Split) -> &[usize],
) -> Vec<Panel<'a>> {
    let panel = |(fold, split): (usize, &Split)| Panel {
        members: fold * members..(fold + 1) * members,
        subjects: side(split).iter().map(|subject| &recordings[*subject]).collect(),
    };
    splits.iter().enumerate().map(panel).collect()
}

/// The model with some of its members only.
pub fn alone(bundle: &Bundle, members: Range<usize>) -> Bundle {
    let mut manifest = bundle.manifest.clone();
    manifest.members = manifest.members.drain(members.clone()).collect();
    Bundle { manifest, weights: bundle.weights[members].to_vec() }
}
