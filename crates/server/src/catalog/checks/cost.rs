//! How often a schema may look at one value, before it is let near any.
//!
//! `$ref` lets a small schema ask the same question exponentially often: twenty definitions that each try the next one
//! twice make a million tries. Installations are validated inside a transaction, where such a schema would stop everyone,
//! so it is refused when it is published, and again before it is used: not everything was published here.

use std::collections::HashMap;

use atom_marketplace_protocol::limits::JSON_DEPTH;
use serde_json::{Map, Value};

/// Times one value may be looked at. A schema written by hand needs a few dozen.
const LOOKS_MAX: u64 = 1_000;
/// Schemas inside each other, over references too: each is a frame on the stack, here and in validation.
const NESTING_MAX: usize = 300;
/// Schemas visited to find out, over references too; each is some nanoseconds.
const STEPS_MAX: usize = 5_000_000;
/// Objects and lists in one schema.
const NODES_MAX: usize = 5_000;
/// Patterns in one schema.
const PATTERNS_MAX: usize = 200;

/// Keywords whose schemas look at the same value.
const SAME: [&str; 4] = ["not", "if", "then", "else"];
const SAME_LISTS: [&str; 5] = ["allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies"];
/// Refuses a schema that is too large, that refers to itself without going deeper, or that may look too often.
pub(crate) fn check(schema: &Value) -> Result<(), String> {
    let (nodes, patterns) = size(schema);
    if nodes > NODES_MAX || patterns > PATTERNS_MAX {
        return Err(format!("it has {nodes} parts and {patterns} patterns, of at most {NODES_MAX} and {PATTERNS_MAX}"));
    }
    let mut anchors = HashMap::new();
    collect_anchors(schema, &mut anchors);
    let mut counter = Counter { root: schema, anchors, known: HashMap::new(), nesting: 0, steps: 0 };
    let looks = counter.looks(schema, JSON_DEPTH)?;
    if looks > LOOKS_MAX {
        return Err("its references multiply: it could look at one value more than 1,000 times".to_owned());
    }
    Ok(())
}

struct Counter<'a> {
    root: &'a Value,
    anchors: HashMap<&'a str, &'a Value>,
    /// Looks of what `$ref` points at, by pointer and depth left; none while it is being counted.
    known: HashMap<(&'a str, usize), Option<u64>>,
    nesting: usize,
    steps: usize,
}

impl<'a> Counter<'a> {
    /// How often `schema` looks at one value with up to `depth` levels inside, over all of its keywords.
    fn looks(&mut self, schema: &'a Value, depth: usize) -> Result<u64, String> {
        let Value::Object(fields) = schema else { return Ok(1) };
        if fields.contains_key("$id") && !std::ptr::eq(schema, self.root) {
            // References below it would mean other places than they seem to.
            return Err("only its root may have an $id".to_owned());
        }
        (self.nesting, self.steps) = (self.nesting + 1, self.steps + 1);
        if self.nesting > NESTING_MAX || self.steps > STEPS_MAX {
            return Err("its references nest too deeply".to_owned());
        }
        let looks = self.looks_of(fields, depth);
        self.nesting -= 1;
        looks
    }

    /// The same of its keywords.
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
            let (fields, items) = (self.fields(schema, depth - 1)?, self.items(schema, depth - 1)?);
            looks = looks.saturating_add(fields.max(items));
        }
        Ok(looks)
    }

    /// How often it looks at one field of an object: by its name and by every pattern, or else by what is left.
    fn fields(&mut self, schema: &'a Map<String, Value>, depth: usize) -> Result<u64, String> {
        let mut looks = self.most(children(schema.get("properties")), depth)?;
        for inner in children(schema.get("patternProperties")) {
            looks = looks.saturating_add(self.looks(inner, depth)?);
        }
        let left = ["additionalProperties", "unevaluatedProperties"].iter().filter_map(|keyword| schema.get(*keyword));
        let names = self.most(schema.get("propertyNames").into_iter(), 0)?;
        Ok(looks.max(self.most(left, depth)?).saturating_add(names))
    }

    /// How often it looks at one item of an array: by its place, or else by what is left, and by `contains`.
    fn items(&mut self, schema: &'a Map<String, Value>, depth: usize) -> Result<u64, String> {
        let left = ["items", "unevaluatedItems"].iter().filter_map(|keyword| schema.get(*keyword));
        let looks = self.most(children(schema.get("prefixItems")).chain(left), depth)?;
        Ok(looks.saturating_add(self.most(schema.get("contains").into_iter(), depth)?))
    }

    fn most(&mut self, schemas: impl Iterator<Item = &'a Value>, depth: usize) -> Result<u64, String> {
        schemas.map(|schema| self.looks(schema, depth)).try_fold(0, |most, looks| Ok(looks?.max(most)))
    }

    /// What a reference's part behind `#` names: a pointer, or an anchor.
    fn find(&self, place: &str) -> Option<&'a Value> {
        let pointer = place.is_empty() || place.starts_with('/');
        if pointer { self.root.pointer(place) } else { self.anchors.get(place).copied() }
    }

    fn referred(&mut self, pointer: &'a str, depth: usize) -> Result<u64, String> {
        match self.known.get(&(pointer, depth)) {
            Some(Some(looks)) => return Ok(*looks),
            Some(None) => return Err(format!("{pointer:?} refers to itself without end")),
            None => {}
        }
        let Some(target) = pointer.strip_prefix('#').and_then(|place| self.find(place)) else {
            return Err(format!("{pointer:?} names no place within it"));
        };
        self.known.insert((pointer, depth), None);
        let looks = self.looks(target, depth)?;
        self.known.insert((pointer, depth), Some(looks));
        Ok(looks)
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

fn collect_anchors<'a>(value: &'a Value, anchors: &mut HashMap<&'a str, &'a Value>) {
    if let Value::Object(fields) = value {
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = fields.get(keyword).and_then(Value::as_str) {
                anchors.entry(name).or_insert(value);
            }
        }
    }
    children(Some(value)).for_each(|inner| collect_anchors(inner, anchors));
}

fn same_value(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let one = SAME.iter().filter_map(|keyword| schema.get(*keyword));
    one.chain(SAME_LISTS.iter().flat_map(|keyword| children(schema.get(*keyword))))
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
        let mut chain = json!({ "$ref": "#/$defs/d0", "$defs": { "d2000": {} } });
        for n in 0..2_000 {
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
            (json!({ "patternProperties": { "^x": { "$ref": "#" } }, "items": { "$ref": "#" } }), true),
            (json!({ "properties": { "x": { "$ref": "#" } }, "additionalProperties": { "$ref": "#" } }), true),
            (json!({ "properties": { "x": { "$ref": "#" } }, "patternProperties": { "^x": { "$ref": "#" } } }), false),
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
