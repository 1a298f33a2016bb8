//! Free JSON: whatever the instance wants, without characters that a reviewer cannot see.

use atom_marketplace_protocol::json::{index, path_join};
use atom_marketplace_protocol::text::{describe, find_invisible};
use serde_json::{Map, Value};

use super::fields::Errors;

/// Checks every string and key inside.
pub(super) fn check(errors: &mut Errors, path: &str, value: &Value) {
    match value {
        Value::String(text) => check_text(errors, path, text),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate().filter(|(_, item)| holds_text(item)) {
                check(errors, &index(path, i), item);
            }
        }
        Value::Object(object) => check_object(errors, path, object),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The same for an object.
fn check_object(errors: &mut Errors, path: &str, object: &Map<String, Value>) {
    for (key, value) in object {
        let path = path_join(path, key);
        check_text(errors, &path, key);
        check(errors, &path, value);
    }
}

/// Checks one text.
fn check_text(errors: &mut Errors, path: &str, text: &str) {
    if let Some((at, c)) = find_invisible(text) {
        errors.refuse(path, format!("character {} is {}, which is not allowed here", at + 1, describe(c)));
    }
}

/// Long lists of numbers need no path each.
fn holds_text(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_))
}
