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
        "too few subjects are of the class `{class}`: {found}, expected at least {}; label more of them, or leave the class \
         out",
        needed(purposes)
    )]
    TooFew {
        /// The class.
        class: String,
        /// Its subjects.
        found: usize,
        /// What one is needed for each.
        purposes: Vec<Purpose>,
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
        "the subjects of the class `{class}` are in too few groups: {found}, expected at least {}; label some of other \
         groups, leave the class out, or name another column",
        needed(purposes)
    )]
    FewGroupsOfClass {
        /// The class.
        class: String,
        /// The groups.
        found: usize,
        /// What one is needed for each.
        purposes: Vec<Purpose>,
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
    /// The subjects that are left to train cannot give some to choose the epoch.
    #[error("of the subjects {left}, some are set aside to choose the epoch by: {source}")]
    Inner {
        /// Which they are, such as `that train fold 2`.
        left: String,
        /// Why they cannot be divided.
        source: Box<SplitError>,
    },
}

/// What a class needs a subject, or a group, for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To train on.
    Train,
    /// To choose the epoch by.
    Choose,
    /// To judge by.
    Judge,
    /// To choose temperature and thresholds by.
    Decide,
}

impl Purpose {
    fn text(self) -> &'static str {
        match self {
            Purpose::Train => "one to train",
            Purpose::Choose => "one to choose the epoch",
            Purpose::Judge => "one to judge",
            Purpose::Decide => "one to choose the decision on",
        }
    }
}

/// How many are needed, and for what.
fn needed(purposes: &[Purpose]) -> String {
    let texts: Vec<&str> = purposes.iter().map(|purpose| purpose.text()).collect();
    let (last, first) = texts.split_last().unwrap_or((&"", &[]));
    format!("{}, {} and {last}", texts.len(), first.join(", "))
}

impl SplitError {
    /// The key of a recipe that says what cannot be done.
    pub fn key(&self) -> &'static str {
        match self {
            SplitError::Nobody { .. } => "data.classes",
            SplitError::TooFew { .. } => "validation",
            SplitError::Inner { .. } => "validation.inner",
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
