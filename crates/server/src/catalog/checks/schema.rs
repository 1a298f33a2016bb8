//! JSON Schemas that publishers send: valid, complete in themselves, and cheap to apply, since the server applies them to
//! what others send.

use atom_marketplace_protocol::json::{index, path_join};
use jsonschema::PatternOptions;
use serde_json::Value;

use super::fields::Errors;
use super::{cost, json};

const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";
/// Bytes of one pattern's program.
const PATTERN_SIZE_MAX: usize = 256 << 10;
const API_KEYS_MAX: usize = 100;

/// The schema of `install_config.settings`: JSON Schema 2020-12, an object, with `required_api_keys` beside.
pub(super) fn config(errors: &mut Errors, path: &str, schema: &Value) {
    let Some(object) = schema.as_object() else {
        return errors.refuse(path, "this is an object: a JSON Schema of the settings");
    };
    if let Some(draft) = object.get("$schema").filter(|draft| draft.as_str().map(plain) != Some(DRAFT_2020_12)) {
        errors.refuse(path_join(path, "$schema"), format!("the schema is of {DRAFT_2020_12}, not {draft}"));
    }
    if let Some(keys) = object.get("required_api_keys") {
        api_keys(errors, &path_join(path, "required_api_keys"), keys);
    }
    any(errors, path, schema);
}

/// Any JSON Schema.
pub(super) fn any(errors: &mut Errors, path: &str, schema: &Value) {
    json::check(errors, path, schema);
    if !(schema.is_object() || schema.is_boolean()) {
        return errors.refuse(path, "a JSON Schema is an object, or true or false");
    }
    if !local(errors, path, schema) {
        return;
    }
    if let Err(why) = cost::check(schema) {
        return errors.refuse(path, format!("the schema cannot be applied: {why}"));
    }
    let options = jsonschema::options()
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_SIZE_MAX).dfa_size_limit(PATTERN_SIZE_MAX))
        .offline();
    if let Err(error) = options.build(schema) {
        let place = error.instance_path().as_str().split('/').skip(1).fold(path.to_owned(), |base, segment| {
            match segment.parse() {
                Ok(i) => index(&base, i),
                Err(_) => path_join(&base, &segment.replace("~1", "/").replace("~0", "~")),
            }
        });
        let message: String = error.to_string().chars().take(300).collect();
        errors.refuse(place, format!("this is no valid JSON Schema here: {message}"));
    }
}

fn plain(draft: &str) -> &str {
    draft.trim_end_matches('#')
}

fn api_keys(errors: &mut Errors, path: &str, keys: &Value) {
    let Some(keys) = keys.as_array() else {
        return errors.refuse(path, "this is a list of names, as in [\"salesforce\"]");
    };
    if keys.len() > API_KEYS_MAX {
        errors.refuse(path, format!("there are {}, of at most {API_KEYS_MAX}", keys.len()));
    }
    for (i, key) in keys.iter().enumerate().take(API_KEYS_MAX) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        match key.as_str() {
            Some(name) if (1..=64).contains(&name.len()) && name.chars().all(plain) => {
                if keys[..i].contains(key) {
                    errors.refuse(index(path, i), "this name is there twice");
                }
            }
            _ => errors.refuse(index(path, i), "a name is 1–64 characters of A-Z a-z 0-9 _ . -"),
        }
    }
}

/// Whether every reference stays within the schema, so that nothing is ever fetched.
fn local(errors: &mut Errors, path: &str, value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().fold(true, |all, (key, value)| {
            let path = path_join(path, key);
            let here = match value.as_str() {
                Some(target) if matches!(key.as_str(), "$ref" | "$dynamicRef" | "$recursiveRef") => {
                    let inside = target.starts_with('#');
                    if !inside {
                        errors.refuse(&path, "a reference begins with #: it stays within the schema");
                    }
                    inside
                }
                _ => local(errors, &path, value),
            };
            all && here
        }),
        Value::Array(items) => {
            items.iter().enumerate().fold(true, |all, (i, item)| local(errors, &index(path, i), item) && all)
        }
        _ => true,
    }
}
