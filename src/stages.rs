//! Members that tell groups of classes apart, one stage after the other.
//!
//! A bundle's members are one ensemble if each tells all classes apart. Or they are stages: the first tells groups of
//! classes apart (pain or not), and each group of several classes has a later stage that tells its parts apart (how
//! much). A class's probability is the product of its groups' over the stages that know it:
//!
//! ```text
//! p(high) = p(low or high) * p(high | low or high)
//! ```
//!
//! Members with the same groups are an ensemble within their stage.

use crate::aggregate::MemberAggregation;

/// What the members of a bundle tell apart: a tree of groups of classes, whose leaves are the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stages {
    stages: Vec<Stage>,
    classes: usize,
}

/// Members that tell the same groups apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stage {
    /// Indices of the members.
    members: Vec<usize>,
    /// Number of groups: what a member has logits of.
    groups: usize,
    /// The group of each class; none of a class that the stage does not know.
    group_of: Vec<Option<usize>>,
}

/// Why groups do not tell all classes apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// One group or none: there is nothing to tell apart.
    #[error("member {member} has {found} groups of classes, expected at least 2")]
    TooFewGroups {
        /// Index of the member.
        member: usize,
        /// How many there are.
        found: usize,
    },
    /// A group without a class.
    #[error("member {member} has an empty group of classes")]
    EmptyGroup {
        /// Index of the member.
        member: usize,
    },
    /// A name that is not one of the classes.
    #[error("member {member} has the class `{class}`, which is not one of the bundle's classes")]
    UnknownClass {
        /// Index of the member.
        member: usize,
        /// The name.
        class: String,
    },
    /// A class that stands twice.
    #[error("member {member} has the class `{class}` twice")]
    Twice {
        /// Index of the member.
        member: usize,
        /// The class.
        class: String,
    },
    /// The first member must know every class.
    #[error("the class `{class}` is in no group of member {member}, the first one, which must have all")]
    Missing {
        /// Index of the member.
        member: usize,
        /// The class.
        class: String,
    },
    /// A later stage must divide a group of an earlier one.
    #[error(
        "member {member} tells {} apart, which are not together a group of an earlier member that no other \
         stage tells apart",
        list(.classes)
    )]
    NoGroup {
        /// Index of the member.
        member: usize,
        /// The classes that it knows.
        classes: Vec<String>,
    },
    /// Nothing divides a group of several classes.
    #[error("nothing tells {} apart", list(.classes))]
    Together {
        /// Index of the member that has them in one group.
        member: usize,
        /// The classes of the group.
        classes: Vec<String>,
    },
}

impl StageError {
    /// The member whose groups are wrong.
    pub fn member(&self) -> usize {
        match self {
            StageError::TooFewGroups { member, .. }
            | StageError::EmptyGroup { member }
            | StageError::UnknownClass { member, .. }
            | StageError::Twice { member, .. }
            | StageError::Missing { member, .. }
            | StageError::NoGroup { member, .. }
            | StageError::Together { member, .. } => *member,
        }
    }
}

impl Stages {
    /// The stages of members with these groups; a member without groups tells all classes apart.
    ///
    /// # Errors
    /// The groups are not a tree: see [`StageError`].
    pub fn new<'a>(
        members: impl IntoIterator<Item = &'a [Vec<String>]>,
        classes: &[String],
    ) -> Result<Self, StageError> {
        let mut stages: Vec<Stage> = Vec::new();
        // Groups of several classes that no stage has told apart yet, and the member they come from.
        let mut together: Vec<(usize, Vec<bool>)> = vec![(0, vec![true; classes.len()])];
        let names = |of: &[bool]| {
            let named = of.iter().zip(classes).filter(|(is, _)| **is);
            named.map(|(_, name)| name.clone()).collect::<Vec<String>>()
        };
        for (member, groups) in members.into_iter().enumerate() {
            let stage = Stage::new(member, groups, classes)?;
            let same = |other: &&mut Stage| other.group_of == stage.group_of;
            if let Some(stage) = stages.iter_mut().find(same) {
                stage.members.push(member);
                continue;
            }
            let known: Vec<bool> = stage.group_of.iter().map(Option::is_some).collect();
            let Some(index) = together.iter().position(|(_, group)| *group == known) else {
                let missing = known.iter().position(|is| !is).filter(|_| stages.is_empty());
                return Err(match missing {
                    Some(class) => StageError::Missing { member, class: classes[class].clone() },
                    None => StageError::NoGroup { member, classes: names(&known) },
                });
            };
            together.remove(index);
            for group in 0..stage.groups {
                let of: Vec<bool> = stage.group_of.iter().map(|other| *other == Some(group)).collect();
                if of.iter().filter(|is| **is).count() > 1 {
                    together.push((member, of));
                }
            }
            stages.push(stage);
        }
        match together.first() {
            Some((member, group)) => Err(StageError::Together { member: *member, classes: names(group) }),
            None => Ok(Stages { stages, classes: classes.len() }),
        }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Probabilities of the windows of a recording, `[windows, classes]`, from each member's logits,
    /// `[windows, groups]`.
    ///
    /// # Panics
    /// If there are not as many logits as the members have.
    pub fn probabilities(&self, aggregation: MemberAggregation, logits: &[&[f32]]) -> Vec<f32> {
        let mut probabilities = Vec::new();
        for Stage { members, groups, group_of } in &self.stages {
            let members: Vec<&[f32]> = members.iter().map(|member| logits[*member]).collect();
            let of_groups = aggregation.probabilities(&members, *groups);
            probabilities.resize(of_groups.len() / groups * self.classes, 1.0);
            let rows = probabilities.chunks_exact_mut(self.classes).zip(of_groups.chunks_exact(*groups));
            for (row, of_groups) in rows {
                for (probability, group) in row.iter_mut().zip(group_of) {
                    *probability *= group.map_or(1.0, |group| of_groups[group]);
                }
            }
        }
        probabilities
    }
}

impl Stage {
    fn new(member: usize, groups: &[Vec<String>], classes: &[String]) -> Result<Self, StageError> {
        if groups.is_empty() {
            let group_of = (0..classes.len()).map(Some).collect();
            return Ok(Stage { members: vec![member], groups: classes.len(), group_of });
        }
        if groups.len() < 2 {
            return Err(StageError::TooFewGroups { member, found: groups.len() });
        }
        let mut group_of = vec![None; classes.len()];
        for (group, names) in groups.iter().enumerate() {
            if names.is_empty() {
                return Err(StageError::EmptyGroup { member });
            }
            for name in names {
                let class = classes.iter().position(|class| class == name);
                let class = class.ok_or_else(|| StageError::UnknownClass { member, class: name.clone() })?;
                if group_of[class].replace(group).is_some() {
                    return Err(StageError::Twice { member, class: name.clone() });
                }
            }
        }
        Ok(Stage { members: vec![member], groups: groups.len(), group_of })
    }
}

/// Names, for people.
fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
