//! How often a schema may look at one value, before it is let near any.
//!
//! `$ref` lets a small schema ask the same question exponentially often: twenty definitions that each try the next one
//! twice make a million tries. Validation runs inside a transaction, so such a schema would stop everyone.

use std::collections::HashMap;

use atom_marketplace_protocol::limits::JSON_DEPTH;
use serde_json::{Map, Value};

/// Times one value may be looked at. A schema written by hand needs a few dozen.
const LOOKS_MAX: u64 = 1_000;
/// Schemas inside each other, over references too: each is a frame on the stack, here and in validation.
const NESTING_MAX: usize = 300;
/// Bytes of a schema as JSON.
const SIZE_MAX: usize = 256 << 10;

/// Keywords whose schemas look at the same value.
const SAME_ONE: [&str; 6] = ["not", "if", "then", "else", "propertyNames", "contains"];
const SAME_LIST: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const SAME_MAP: [&str; 2] = ["dependentSchemas", "patternProperties"];
/// Keywords whose schema looks at the values inside.
const INSIDE_ONE: [&str; 4] = ["additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems"];

/// Refuses a schema that is too large, that refers to itself without going deeper, or that may look too often.
pub(super) fn check(schema: &Value) -> Result<(), String> {
    if schema.to_string().len() > SIZE_MAX {
        return Err(format!("it has more than {SIZE_MAX} bytes"));
    }
    let looks = Counter { root: schema, known: HashMap::new(), nesting: 0 }.looks(schema, JSON_DEPTH)?;
    if looks > LOOKS_MAX {
        return Err("its references multiply: it could look at one value more than 1,000 times".to_owned());
    }
    Ok(())
}

struct Counter<'a> {
    root: &'a Value,
    /// Looks of what `$ref` points at, by pointer and depth left; none while it is being counted.
    known: HashMap<(&'a str, usize), Option<u64>>,
    nesting: usize,
}

impl<'a> Counter<'a> {
    /// How often `schema` looks at one value with up to `depth` levels inside, over all of its keywords.
    fn looks(&mut self, schema: &'a Value, depth: usize) -> Result<u64, String> {
        let Value::Object(fields) = schema else { return Ok(1) };
        if fields.contains_key("$id") && !std::ptr::eq(schema, self.root) {
            // References below it would mean other places than they seem to.
            return Err("only its root may have an $id".to_owned());
        }
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err("its references nest too deeply".to_owned());
        }
        let looks = self.looks_of(fields, depth);
        self.nesting -= 1;
        looks
    }

    fn looks_of(&mut self, schema: &'a Map<String, Value>, depth: usize) -> Result<u64, String> {
        let mut looks = 1_u64;
        for keyword in ["$ref", "$dynamicRef"] {
            if let Some(pointer) = schema.get(keyword).and_then(Value::as_str) {
                looks = looks.saturating_add(self.referred(pointer, depth)?);
            }
        }
        for inner in same_value(schema) {
            looks = looks.saturating_add(self.looks(inner, depth)?);
        }
        // These look once more at all of the above, to learn what it has seen.
        let again =
            ["unevaluatedProperties", "unevaluatedItems"].iter().filter(|keyword| schema.contains_key(**keyword));
        looks = looks.saturating_mul(1 + again.count() as u64);
        if depth > 0 {
            // One value inside meets one of `properties` and of `prefixItems`, and all of the others.
            for keyword in ["properties", "prefixItems"] {
                let mut most = 0;
                for inner in children(schema.get(keyword)) {
                    most = most.max(self.looks(inner, depth - 1)?);
                }
                looks = looks.saturating_add(most);
            }
            for inner in INSIDE_ONE.iter().filter_map(|keyword| schema.get(*keyword)) {
                looks = looks.saturating_add(self.looks(inner, depth - 1)?);
            }
        }
        Ok(looks)
    }

    fn referred(&mut self, pointer: &'a str, depth: usize) -> Result<u64, String> {
        match self.known.get(&(pointer, depth)) {
            Some(Some(looks)) => return Ok(*looks),
            Some(None) => return Err(format!("{pointer:?} refers to itself without end")),
            None => {}
        }
        let Some(target) = pointer.strip_prefix('#').and_then(|place| find(self.root, place)) else {
            return Err(format!("{pointer:?} names no place within it"));
        };
        self.known.insert((pointer, depth), None);
        let looks = self.looks(target, depth)?;
        self.known.insert((pointer, depth), Some(looks));
        Ok(looks)
    }
}

/// What a reference's part behind `#` names: a pointer, or an anchor.
fn find<'a>(root: &'a Value, place: &str) -> Option<&'a Value> {
    if place.is_empty() || place.starts_with('/') { root.pointer(place) } else { anchored(root, place) }
}

fn anchored<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => {
            let named = |keyword: &str| fields.get(keyword).and_then(Value::as_str) == Some(name);
            if named("$anchor") || named("$dynamicAnchor") {
                return Some(value);
            }
            fields.values().find_map(|value| anchored(value, name))
        }
        Value::Array(items) => items.iter().find_map(|item| anchored(item, name)),
        _ => None,
    }
}

fn same_value(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let one = SAME_ONE.iter().filter_map(|keyword| schema.get(*keyword));
    let many = SAME_LIST.iter().chain(&SAME_MAP).flat_map(|keyword| children(schema.get(*keyword)));
    one.chain(many)
}

fn children(value: Option<&Value>) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Some(Value::Array(items)) => Box::new(items.iter()),
        Some(Value::Object(fields)) => Box::new(fields.values()),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_multiplies_is_refused() {
        let mut doubling = json!({ "$ref": "#/$defs/d0", "$defs": { "d30": {} } });
        for n in 0..30 {
            let next = json!({ "$ref": format!("#/$defs/d{}", n + 1) });
            doubling["$defs"][format!("d{n}")] = json!({ "anyOf": [next, next] });
        }
        let deeper = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "anyOf": [
            { "properties": { "x": { "$ref": "#/$defs/a" } } },
            { "properties": { "x": { "$ref": "#/$defs/a" } } },
        ] } } });
        let tree = json!({ "$ref": "#/$defs/node", "$defs": { "node": {
            "type": "object",
            "properties": { "left": { "$ref": "#/$defs/node" }, "right": { "$ref": "#/$defs/node" } },
        } } });
        let mut chain = json!({ "$ref": "#/$defs/d0", "$defs": { "d5000": {} } });
        for n in 0..5_000 {
            chain["$defs"][format!("d{n}")] = json!({ "$ref": format!("#/$defs/d{}", n + 1) });
        }
        let mut unevaluated = json!({});
        for _ in 0..20 {
            unevaluated = json!({ "allOf": [unevaluated], "unevaluatedProperties": false });
        }
        let table = [
            (json!({}), true),
            (json!(true), true),
            (
                json!({ "properties": { "a": { "type": "integer" }, "b": { "$ref": "#/$defs/b" } }, "$defs": { "b": {} } }),
                true,
            ),
            (tree, true),
            (doubling, false),
            (deeper, false),
            (json!({ "$ref": "#" }), false),
            (json!({ "$ref": "#a", "$defs": { "a": { "$anchor": "a" } } }), true),
            (json!({ "$id": "https://example.com/a", "type": "object" }), true),
            (json!({ "allOf": [{ "$id": "https://example.com/a" }] }), false),
            (chain, false),
            (unevaluated, false),
            (
                json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } }),
                false,
            ),
            (json!({ "$ref": "#/$defs/none" }), false),
            (json!({ "$ref": "https://example.com/schema" }), false),
        ];
        for (schema, fine) in table {
            assert_eq!(check(&schema).is_ok(), fine, "{schema}");
        }
    }
}
