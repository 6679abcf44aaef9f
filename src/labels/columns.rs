//! What the columns of a table of labels are called.

/// Name of the column with the class in a file of labels, if nobody says another one.
pub const LABEL_COLUMN: &str = "label";

/// Names that a column with the class has elsewhere.
pub const LABEL_COLUMNS: [&str; 17] = [
    LABEL_COLUMN,
    "class",
    "target",
    "y",
    "category",
    "labels",
    "classes",
    "activity",
    "diagnosis",
    "outcome",
    "group",
    "truth",
    "ground_truth",
    "condition",
    "status",
    "class_label",
    "result",
];

/// Names that a column of ids has elsewhere.
pub const ID_COLUMNS: [&str; 12] = [
    "id",
    "subject",
    "subject_id",
    "participant",
    "participant_id",
    "patient",
    "patient_id",
    "recording",
    "sample",
    "sample_id",
    "file",
    "filename",
];

/// The columns of a table of labels.
#[derive(Clone, Copy, Debug)]
pub struct LabelColumns<'a> {
    /// The parts of an id, as in the recordings; of several, the table may have the first alone. A usual name stands for
    /// the first.
    pub id: &'a [String],
    /// The class. Where it is not there, and without it, a usual name.
    pub label: Option<&'a str>,
    /// The group that a subject belongs to, if one is asked for.
    pub group: Option<&'a str>,
}
