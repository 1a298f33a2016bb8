//! JSON Schemas that publishers send: valid, complete in themselves, and cheap to apply, since the server applies them to
//! what others send.

use atom_marketplace_protocol::json::{index, path_join};
use jsonschema::PatternOptions;
use serde_json::Value;

use super::fields::Errors;
use super::json;

const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";
/// Objects and lists in one schema.
const NODES_MAX: usize = 5_000;
/// Patterns in one schema.
const PATTERNS_MAX: usize = 200;
/// Bytes of one pattern's program.
const PATTERN_SIZE_MAX: usize = 256 << 10;
/// Subschemas that one value may be held against, with every `$ref` followed: a few lines of references to references
/// would otherwise cost hours.
const EXPANSION_MAX: u64 = 100_000;
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
    let (nodes, patterns) = size(schema);
    if nodes > NODES_MAX || patterns > PATTERNS_MAX {
        let message =
            format!("the schema has {nodes} parts and {patterns} patterns, of at most {NODES_MAX} and {PATTERNS_MAX}");
        return errors.refuse(path, message);
    }
    if expansion(schema).is_none() {
        return errors.refuse(path, "the schema's references lead back to themselves, or unfold into too many parts");
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

/// How many objects and lists there are in a schema, and how many patterns.
fn size(value: &Value) -> (usize, usize) {
    let add = |(a, b): (usize, usize), (c, d): (usize, usize)| (a + c, b + d);
    match value {
        Value::Object(object) => object.iter().fold((1, 0), |sum, (key, value)| {
            let patterns = match (key.as_str(), value) {
                ("pattern", Value::String(_)) => 1,
                ("patternProperties", Value::Object(patterns)) => patterns.len(),
                _ => 0,
            };
            add(add(sum, (0, patterns)), size(value))
        }),
        Value::Array(items) => items.iter().fold((1, 0), |sum, item| add(sum, size(item))),
        _ => (0, 0),
    }
}

/// Keywords whose subschemas are applied to the same value.
const IN_PLACE: [&str; 9] =
    ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"];

/// How many subschemas one value is held against at most, or none when references run in a circle without descending
/// into the value, or the number is out of bounds. Only what is applied in place multiplies: a descent is paid for by the
/// value's own size.
fn expansion(root: &Value) -> Option<u64> {
    let mut known = std::collections::HashMap::new();
    let mut pending = vec![root];
    let mut total: u64 = 0;
    while let Some(value) = pending.pop() {
        total = total.checked_add(cost(root, value, &mut known, 0)?)?;
        match value {
            Value::Object(object) => pending.extend(object.values().filter(|value| !is_scalar(value))),
            Value::Array(items) => pending.extend(items.iter().filter(|value| !is_scalar(value))),
            _ => {}
        }
    }
    (known.values().all(|cost| cost.is_some_and(|cost| cost <= EXPANSION_MAX))).then_some(total)
}

fn is_scalar(value: &Value) -> bool {
    !(value.is_object() || value.is_array())
}

type Costs = std::collections::HashMap<*const Value, Option<u64>>;

/// Memoised by place; a place that is met again while it is worked out is a circle.
fn cost(root: &Value, schema: &Value, known: &mut Costs, depth: usize) -> Option<u64> {
    const DEPTH_MAX: usize = 200;
    let Some(object) = schema.as_object() else { return Some(1) };
    if depth > DEPTH_MAX {
        return None;
    }
    let place = std::ptr::from_ref(schema);
    if let Some(cost) = known.get(&place) {
        return *cost;
    }
    known.insert(place, None);
    let mut sum: u64 = 1;
    for keyword in ["$ref", "$dynamicRef"] {
        if let Some(target) = object.get(keyword).and_then(Value::as_str) {
            sum = sum.checked_add(cost(root, target_of(root, target), known, depth + 1)?)?;
        }
    }
    for keyword in IN_PLACE {
        match object.get(keyword) {
            Some(Value::Array(items)) => {
                for item in items {
                    sum = sum.checked_add(cost(root, item, known, depth + 1)?)?;
                }
            }
            Some(Value::Object(parts)) if keyword.starts_with("depend") => {
                for part in parts.values() {
                    sum = sum.checked_add(cost(root, part, known, depth + 1)?)?;
                }
            }
            Some(schema) => sum = sum.checked_add(cost(root, schema, known, depth + 1)?)?,
            None => {}
        }
    }
    if sum > EXPANSION_MAX {
        return None;
    }
    known.insert(place, Some(sum));
    Some(sum)
}

/// What `#/…` or `#anchor` names. An unknown target is for the schema's compiler to complain of.
fn target_of<'a>(root: &'a Value, reference: &str) -> &'a Value {
    let fragment = reference.trim_start_matches('#');
    if fragment.is_empty() || fragment.starts_with('/') {
        return root.pointer(fragment).unwrap_or(&Value::Null);
    }
    anchor(root, fragment).unwrap_or(&Value::Null)
}

fn anchor<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(object) => {
            let named = |keyword: &str| object.get(keyword).and_then(Value::as_str) == Some(name);
            if named("$anchor") || named("$dynamicAnchor") {
                return Some(value);
            }
            object.values().find_map(|value| anchor(value, name))
        }
        Value::Array(items) => items.iter().find_map(|item| anchor(item, name)),
        _ => None,
    }
}
