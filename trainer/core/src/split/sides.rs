//! Who trains, who chooses and who judges.

/// Subjects that what is chosen is chosen by: the epoch, the weights' number format, a point of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner(Vec<usize>);

/// Subjects that scores are of. Unless a recipe asks for it, they have chosen nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outer(Vec<usize>);

/// Indices of the recordings on each side, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Those that train.
    pub training: Vec<usize>,
    /// Those that choose.
    pub inner: Inner,
    /// Those that judge.
    pub outer: Outer,
}

impl Inner {
    /// Their indices.
    pub fn subjects(&self) -> &[usize] {
        &self.0
    }
}

impl Outer {
    /// Their indices.
    pub fn subjects(&self) -> &[usize] {
        &self.0
    }
}

impl Split {
    /// Subjects on three sides.
    pub(super) fn nested(training: Vec<usize>, inner: Vec<usize>, outer: Vec<usize>) -> Self {
        Split { training, inner: Inner(inner), outer: Outer(outer) }
    }

    /// Subjects on two sides: those that judge choose as well, if anything is chosen.
    pub(super) fn flat(training: Vec<usize>, outer: Vec<usize>) -> Self {
        Split { training, inner: Inner(outer.clone()), outer: Outer(outer) }
    }

    /// Whether others choose than judge.
    pub fn is_nested(&self) -> bool {
        self.inner.0 != self.outer.0
    }

    /// The subjects that something is true of, each on its side.
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept = |side: &[usize]| side.iter().copied().filter(|subject| keep(*subject)).collect();
        let Split { training, inner: Inner(inner), outer: Outer(outer) } = self;
        Split { training: kept(training), inner: Inner(kept(inner)), outer: Outer(kept(outer)) }
    }
}
