//! Dynamic values as JSON text: arrays to write, items to read.
//!
//! In: texts. Out: compact JSON. What always holds: what is written is valid JSON.

use serde_json::Value as Json;

/// Writes an array of strings.
pub fn array<'a>(items: impl IntoIterator<Item = &'a str>, out: &mut String) {
    raw_array(items.into_iter().map(quoted), out);
}

/// Writes an array of items that are JSON already.
pub fn raw_array(items: impl IntoIterator<Item = String>, out: &mut String) {
    out.push('[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&item);
    }
    out.push(']');
}

/// A string in JSON.
pub fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

/// The items of an array as `tostring` gives them, null as `""`; nothing where the value is no array.
pub fn texts(json: &str) -> Vec<String> {
    match serde_json::from_str(json) {
        Ok(Json::Array(items)) => items.into_iter().map(text).collect(),
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// The items of an array, None for each that is no string; nothing where the value is no array.
pub fn strings(json: &str) -> Vec<Option<String>> {
    match serde_json::from_str(json) {
        Ok(Json::Array(items)) => items
            .into_iter()
            .map(|item| match item {
                Json::String(text) => Some(text),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
                    None
                }
            })
            .collect(),
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// The text of a value that is no array, as `tostring` gives it; None for an array.
pub fn whole_text(json: &str) -> Option<String> {
    match serde_json::from_str(json) {
        Ok(Json::Array(_)) | Err(_) => None,
        Ok(value) => Some(text(value)),
    }
}

fn text(value: Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text,
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}
