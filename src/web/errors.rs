//! What goes wrong, as JavaScript is told.

use js_sys::Error;

use super::files::WebColumns;
use super::values::{data_error, error, set, to_js};
use crate::classifier::ClassifyError;
use crate::engine::EngineError;
use crate::reading::ReadError;

/// Why a file cannot be read.
pub fn csv_error(reason: &ReadError) -> Error {
    let error = data_error(&reason.to_string(), reason.code(), reason.line(), reason.column());
    if let ReadError::MissingColumns { missing, found, .. } = reason {
        let columns = to_js(&WebColumns::of(missing, found));
        set(&error, "columns", &columns.unwrap_or_default());
    }
    error
}

/// Why a recording could not be classified.
pub fn classify_error(reason: &ClassifyError) -> Error {
    match reason {
        ClassifyError::Engine(engine) => error(&with_sources(reason), engine_code(engine)),
        ClassifyError::Empty { .. } => error(&reason.to_string(), "EMPTY_RECORDING"),
        ClassifyError::Recording { .. } => error(&with_sources(reason), "INTERNAL"),
        ClassifyError::NotFinite { .. } => error(&reason.to_string(), "LOGITS_NOT_FINITE"),
    }
}

/// The code of what is wrong with an engine.
pub fn engine_code(reason: &EngineError) -> &'static str {
    match reason {
        EngineError::NotBuilt(_) => "ENGINE_NOT_BUILT",
        EngineError::Unavailable(_) => "ENGINE_UNAVAILABLE",
        EngineError::DeviceLost(_) => "DEVICE_LOST",
        EngineError::KnownAnswers { .. } => "ENGINE_REFUSED",
        EngineError::Config(_) | EngineError::Parameter { .. } | EngineError::WindowTooLong { .. } => {
            "BUNDLE"
        }
        EngineError::Batch { .. } => "INTERNAL",
    }
}

/// The message of an error and of what caused it.
pub fn with_sources(reason: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(reason.source(), |cause| cause.source());
    std::iter::once(reason.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
