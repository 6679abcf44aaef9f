//! Why the subjects cannot be split.

/// Why the subjects cannot be split.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A class without a subject.
    #[error("no subject is of the class `{class}`: label some, or leave the class out of `data.classes`")]
    Nobody {
        /// The class.
        class: String,
    },
    /// A class with fewer subjects than there are sides.
    #[error(
        "too few subjects are of the class `{class}`: {found}, expected at least {needed}, {}; label more of them, or \
         leave the class out",
        purposes(*needed)
    )]
    TooFew {
        /// The class.
        class: String,
        /// Its subjects.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A class with fewer subjects than there are folds.
    #[error(
        "the class `{class}` has {found} subjects to train and judge, and would be missing from some of {folds} folds: \
         set `folds` to {found} at most"
    )]
    MissingFromFold {
        /// The class.
        class: String,
        /// Its subjects, without those that choose the decision.
        found: usize,
        /// The folds.
        folds: usize,
    },
    /// Fewer groups than parts.
    #[error(
        "there are {found} groups, expected at least {needed}: ask for fewer `folds`, or name another column"
    )]
    TooFewGroups {
        /// The different values of the group column.
        found: usize,
        /// Folds, or the two sides of a hold-out, and one more where a decision is chosen.
        needed: usize,
    },
    /// A class whose subjects lie in fewer groups than there are sides.
    #[error(
        "the subjects of the class `{class}` are in too few groups: {found}, expected at least {needed}, {}; label some \
         of other groups, leave the class out, or name another column",
        purposes(*needed)
    )]
    FewGroupsOfClass {
        /// The class.
        class: String,
        /// The groups.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A stage whose subjects lie in fewer groups than there are folds.
    #[error(
        "the subjects of stage {stage} are in {found} groups, and some of {folds} folds would have none to judge it: \
         set `folds` to {found} at most, or name another column"
    )]
    StageMissingFromFold {
        /// Number of the stage, from 1.
        stage: usize,
        /// The groups.
        found: usize,
        /// The folds.
        folds: usize,
    },
    /// A fold whose training part lacks a class, or that has nobody to judge a stage, however the groups are dealt.
    #[error(
        "no way to deal {groups} groups to {folds} folds leaves every class something to train on and every stage \
         something to judge: ask for other `folds`, or name another column"
    )]
    GroupFolds {
        /// All groups.
        groups: usize,
        /// The folds.
        folds: usize,
    },
    /// No choice of groups leaves every class on both sides.
    #[error(
        "no choice of {held_out} of {groups} groups leaves every class with subjects on both sides: \
         ask for another `fraction`, or name another column"
    )]
    Groups {
        /// Groups to be held out.
        held_out: usize,
        /// All groups.
        groups: usize,
    },
    /// A way to deal the groups may exist.
    #[error(
        "in {tries} tries no way was found to deal {groups} groups to {parts} sides or folds that leaves every class \
         something to train on and something to judge; there may be one: try another `seed`, another `fraction` or \
         other `folds`"
    )]
    NotFound {
        /// Tries.
        tries: usize,
        /// All groups.
        groups: usize,
        /// Folds, or the two sides of a hold-out.
        parts: usize,
    },
}

/// What a class's subjects are for, if that many are needed.
fn purposes(needed: usize) -> &'static str {
    match needed {
        2 => "one to train and one to judge",
        _ => "one to train, one to judge and one to choose the decision on",
    }
}

impl SplitError {
    /// The key of a recipe that says what cannot be done.
    pub fn key(&self) -> &'static str {
        match self {
            SplitError::Nobody { .. } => "data.classes",
            SplitError::TooFew { .. } => "validation",
            SplitError::MissingFromFold { .. } | SplitError::StageMissingFromFold { .. } => {
                "validation.folds"
            }
            SplitError::TooFewGroups { .. }
            | SplitError::FewGroupsOfClass { .. }
            | SplitError::GroupFolds { .. }
            | SplitError::Groups { .. }
            | SplitError::NotFound { .. } => "validation.group",
        }
    }
}
