//! The messages of an event file, as TensorFlow's `event.proto` and `summary.proto` number their fields.

use painwave_train::training::EpochRecord;

/// The first event of a file names the format.
const FILE_VERSION: &str = "brain.Event:2";

/// `tensorflow.Event`: something at one time and step. At most one of the last four fields is set.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = 1)]
    pub wall_time: f64,
    #[prost(int64, tag = 2)]
    pub step: i64,
    #[prost(string, optional, tag = 3)]
    pub file_version: Option<String>,
    #[prost(message, optional, tag = 5)]
    pub summary: Option<Summary>,
    #[prost(message, optional, tag = 7)]
    pub session_log: Option<SessionLog>,
}

/// `tensorflow.Summary`: values of one step.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Summary {
    #[prost(message, repeated, tag = 1)]
    pub value: Vec<Value>,
}

/// `tensorflow.Summary.Value`: one point of one curve.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Value {
    #[prost(string, tag = 1)]
    pub tag: String,
    #[prost(float, optional, tag = 2)]
    pub simple_value: Option<f32>,
}

/// `tensorflow.SessionLog`: the state of the training process.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SessionLog {
    #[prost(enumeration = "SessionStatus", tag = 1)]
    pub status: i32,
}

/// `tensorflow.SessionLog.SessionStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
pub(super) enum SessionStatus {
    Unspecified = 0,
    Start = 1,
}

impl Event {
    /// The first event of a file.
    pub fn version(wall_time: f64) -> Self {
        Event { wall_time, file_version: Some(FILE_VERSION.to_owned()), ..Event::default() }
    }

    /// Training goes on with this epoch. TensorBoard forgets whatever it has read of it and of later ones.
    pub fn restart(wall_time: f64, epoch: usize) -> Self {
        let session_log = Some(SessionLog { status: SessionStatus::Start.into() });
        Event { wall_time, step: step(epoch), session_log, ..Event::default() }
    }

    /// The scalars of an epoch. TensorBoard draws those with the same word before the `/` beside each other.
    pub fn scalars(wall_time: f64, record: &EpochRecord) -> Self {
        let values = [
            ("loss/training", record.training_loss),
            ("loss/validation", record.validation_loss),
            ("f1/weighted", record.weighted_f1),
            ("f1/macro", record.macro_f1),
            ("accuracy", record.accuracy),
            ("learning_rate", record.learning_rate),
            ("seconds", record.seconds),
        ];
        let value = values
            .map(|(tag, value)| Value { tag: tag.to_owned(), simple_value: Some(value as f32) })
            .to_vec();
        let summary = Some(Summary { value });
        Event { wall_time, step: step(record.epoch), summary, ..Event::default() }
    }
}

fn step(epoch: usize) -> i64 {
    i64::try_from(epoch).unwrap_or(i64::MAX)
}
