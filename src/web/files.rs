//! What JavaScript says and is told about files.

use std::collections::BTreeMap;

use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::reading::{FoundColumn, MissingColumn, ReadOptions, Reader, Refusal, Repair, Spare};

/// What is to say about the files of a job.
#[derive(Serialize)]
pub struct WebSummary<'a> {
    order: Vec<&'a str>,
    warnings: Vec<String>,
    repairs: Vec<WebRepair<'a>>,
    refused: Vec<WebRefusal<'a>>,
}

impl WebSummary<'_> {
    pub fn of(reader: &Reader) -> WebSummary<'_> {
        WebSummary {
            order: reader.readable().map(|index| reader.id(index)).collect(),
            warnings: reader.warnings().iter().map(ToString::to_string).collect(),
            repairs: reader.repairs().iter().map(WebRepair::of).collect(),
            refused: reader.refused().iter().map(WebRefusal::of).collect(),
        }
    }
}

#[derive(Serialize)]
pub struct WebRepair<'a> {
    code: &'static str,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: u64,
    message: String,
}

impl WebRepair<'_> {
    pub fn of(repair: &Repair) -> WebRepair<'_> {
        let Repair { kind, count, file, line, .. } = repair;
        let (code, message) = (kind.code(), repair.to_string());
        WebRepair { code, count: *count, file: file.as_deref(), line: *line, message }
    }
}

#[derive(Serialize)]
struct WebRefusal<'a> {
    id: &'a str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    message: String,
}

impl WebRefusal<'_> {
    fn of(refusal: &Refusal) -> WebRefusal<'_> {
        let Refusal { id, file, reason } = refusal;
        let (line, column, message) = (reason.line(), reason.column(), reason.to_string());
        WebRefusal { id, code: reason.code(), file: file.as_deref(), line, column, message }
    }
}

/// What a file has instead of the columns that are missing.
#[derive(Serialize)]
pub struct WebColumns<'a> {
    missing: Vec<WebMissing<'a>>,
    found: Vec<WebFound<'a>>,
}

impl WebColumns<'_> {
    pub fn of<'a>(missing: &'a [MissingColumn], found: &'a [FoundColumn]) -> WebColumns<'a> {
        let missing = missing.iter().map(|column| {
            let similar = column.similar.as_deref();
            WebMissing { name: &column.name, similar }
        });
        let values = |column: &'a FoundColumn| column.values.iter().map(String::as_str).collect();
        let found = found.iter().map(|column| WebFound { name: &column.name, values: values(column) });
        WebColumns { missing: missing.collect(), found: found.collect() }
    }
}

#[derive(Serialize)]
struct WebMissing<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    similar: Option<&'a str>,
}

#[derive(Serialize)]
struct WebFound<'a> {
    name: &'a str,
    values: Vec<&'a str>,
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/**
 * How files are read: `columns` has a file's name of a column by the model's; `files` are the names of all files to come;
 * `spare` is how many bytes are kept of recordings that were taken, in case that more of their rows follow (all, if unsaid),
 * and `keep` whether they stay when no more can follow.
 */
export interface WebReadOptions {
    strict?: boolean;
    spare?: number;
    keep?: boolean;
    columns?: Readonly<Record<string, string>>;
    files?: readonly string[];
}
/** Something that was put right: `count` times, first on `line`. */
export interface WebRepair {
    code: string;
    count: number;
    file?: string;
    line: number;
    message: string;
}
/** A subject that cannot be read; without an id the rows that are no subject's, or a whole file. */
export interface WebRefusal {
    id: string;
    code: string;
    file?: string;
    line?: number;
    column?: string;
    message: string;
}
/** What is to say about the files of a job. */
export interface WebSummary {
    order: string[];
    warnings: string[];
    repairs: WebRepair[];
    refused: WebRefusal[];
}
/** Of an error MISSING_COLUMN: `values` are up to three from the rows. */
export interface WebColumns {
    missing: { name: string; similar?: string }[];
    found: { name: string; values: string[] }[];
}
"#;

/// Options as JavaScript gives them. What is no option is none.
pub fn read_options(options: &JsValue) -> ReadOptions {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).unwrap_or_default();
    let mut columns = BTreeMap::new();
    let pairs = get(options, "columns").dyn_into().map(|columns: Object| Object::entries(&columns));
    for pair in pairs.unwrap_or_default().iter() {
        let Ok(pair) = pair.dyn_into::<Array>() else { continue };
        // To collect them would sort them first, and that is much code.
        if let (Some(model), Some(file)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            columns.insert(model, file);
        }
    }
    let files = get(options, "files").dyn_into::<Array>();
    ReadOptions {
        strict: get(options, "strict").is_truthy(),
        columns,
        files: files
            .map_or_else(|_| Vec::new(), |files| files.iter().filter_map(|name| name.as_string()).collect()),
        spare: Spare {
            bytes: get(options, "spare").as_f64().map_or(usize::MAX, |bytes| bytes as usize),
            stay: get(options, "keep").is_truthy(),
        },
        ..ReadOptions::default()
    }
}
