//! Values as JavaScript has them, errors among them.

use js_sys::{Error, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A plain object, as JSON would have it.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, Error> {
    let plain = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&plain).map_err(|reason| error(&reason.to_string(), "INTERNAL"))
}

/// Sets a property of a plain object, which cannot fail: it is neither frozen nor a proxy.
pub fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// An error with a stable code.
pub fn error(message: &str, code: &str) -> Error {
    let error = Error::new(message);
    set(&error, "code", &code.into());
    error
}

/// One in a file, with its place where that is known.
pub fn data_error(message: &str, code: &str, line: Option<u64>, column: Option<&str>) -> Error {
    let error = error(message, code);
    if let Some(line) = line {
        set(&error, "line", &(line as f64).into());
    }
    if let Some(column) = column {
        set(&error, "column", &column.into());
    }
    error
}
