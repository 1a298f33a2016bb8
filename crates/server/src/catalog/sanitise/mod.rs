//! What is taken out of a publication before anyone but its publisher can read it: credentials by the names of their keys and
//! by their form, personal data, tenant ids, internal hosts.
//!
//! A pure function over the free JSON of a manifest. JSON Schemas are left alone, since `api_key` is a fine name of a property
//! there; code, files and prose are held against the automated checks instead, which never change what they read. Sanitising
//! twice is sanitising once, and the time it takes grows with the text, whatever is in it.

mod credentials;
mod keys;
mod network;
mod personal;
#[cfg(test)]
mod tests;
mod text;

use atom_marketplace_protocol::component::Manifest;
use atom_marketplace_protocol::json::{index, path_join};
use atom_marketplace_protocol::redaction::{Redaction, RedactionAction, RedactionKind};
use serde_json::{Map, Value};

use keys::{Key, Weight};
use text::Hints;

/// Redactions that are listed; the rest is only carried out.
pub const LISTED_MAX: usize = 1_000;

/// What was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redactions {
    /// What and where, in the order of the fields: the first [`LISTED_MAX`].
    pub listed: Vec<Redaction>,
    /// How many there are.
    pub count: u64,
}

impl Redactions {
    /// Whether there was nothing to take out.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, path: &str, kind: RedactionKind, action: RedactionAction) {
        self.count += 1;
        if self.listed.len() < LISTED_MAX {
            self.listed.push(Redaction { path: path.to_owned(), kind, action });
        }
    }
}

/// Takes out of a manifest of the tenant `publisher` what nobody else should read, and says what that was.
pub fn sanitise(manifest: &mut Manifest, publisher: &str) -> Redactions {
    let mut walk = Walk { publisher, found: Redactions::default() };
    let everywhere = Place::default();
    for (name, object) in [("configuration", &mut manifest.configuration), ("memory", &mut manifest.memory)] {
        if let Some(object) = object {
            walk.object(name, object, everywhere);
        }
    }
    for (name, items) in [("canvases", &mut manifest.canvases), ("knowledge_base", &mut manifest.knowledge_base)] {
        if let Some(items) = items {
            walk.items(name, items, everywhere);
        }
    }
    let free = [("content", &mut manifest.content), ("governance_template", &mut manifest.governance_template)];
    for (name, value) in free {
        if let Some(value) = value {
            walk.value(name, value, everywhere);
        }
    }
    if let Some(terms) = &mut manifest.vocabulary {
        walk.value("vocabulary", terms, Place { terms: true, ..everywhere });
    }
    walk.found
}

/// What the keys above a value say of it.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Keys are terms that the values explain: `password: "What a user signs in with."`
    terms: bool,
    /// Inside something that may hold credentials under names of its own: `tokens: {crm: "…"}`.
    suspect: bool,
    /// Inside something about a tenant: `tenant: {id: "…"}`.
    tenant: bool,
}

struct Walk<'a> {
    publisher: &'a str,
    found: Redactions,
}

impl Walk<'_> {
    fn value(&mut self, path: &str, value: &mut Value, place: Place) {
        match value {
            Value::String(text) => {
                let hints = Hints { tenant: place.tenant, ..Hints::default() };
                if place.suspect && text::is_random(text) {
                    self.found.add(path, RedactionKind::Credential, RedactionAction::Replaced);
                    *text = text::marker(RedactionKind::Credential);
                } else {
                    self.text(path, text, hints);
                }
            }
            Value::Array(items) => self.items(path, items, place),
            Value::Object(object) => self.object(path, object, place),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn items(&mut self, path: &str, items: &mut [Value], place: Place) {
        for (i, item) in items.iter_mut().enumerate() {
            // Long lists of numbers need no path each.
            if matches!(item, Value::String(_) | Value::Array(_) | Value::Object(_)) {
                self.value(&index(path, i), item, place);
            }
        }
    }

    fn text(&mut self, path: &str, text: &mut String, hints: Hints) {
        if let Some((clean, kinds)) = text::scan(text, self.publisher, hints) {
            for kind in kinds {
                self.found.add(path, kind, RedactionAction::Replaced);
            }
            *text = clean;
        }
    }

    fn object(&mut self, path: &str, object: &mut Map<String, Value>, place: Place) {
        let declares = keys::is_declaration(object);
        let named = self.named_weight(object);
        let entries = std::mem::take(object);
        for (key, mut value) in entries {
            if let Some((shown, kinds)) =
                text::scan(&key, self.publisher, Hints { tenant: place.tenant, ..Hints::default() })
            {
                self.found.add(&path_join(path, &shown), kinds[0], RedactionAction::Dropped);
                continue;
            }
            let path = path_join(path, &key);
            let known = Key::of(&key);
            let mut weight = known.weight;
            if keys::holds_the_value(&key) {
                weight = weight.max(named);
            }
            if place.terms {
                weight = weight.min(Weight::Maybe);
            }
            if known.ssn && personal::is_ssn(&value) {
                self.found.add(&path, RedactionKind::Ssn, RedactionAction::Dropped);
                continue;
            }
            let sample = declares && keys::is_sample(&key) && place.suspect;
            if known.holds_credential(weight, &value) || (sample && value.as_str().is_some_and(text::looks_secret)) {
                self.found.add(&path, RedactionKind::Credential, RedactionAction::Dropped);
                continue;
            }
            let below = Place {
                terms: place.terms,
                suspect: place.suspect || weight > Weight::Plain,
                tenant: place.tenant || known.tenant,
            };
            match &mut value {
                Value::String(text)
                    if !declares && weight == Weight::Plain && place.suspect && text::is_random(text) =>
                {
                    self.found.add(&path, RedactionKind::Credential, RedactionAction::Dropped);
                    continue;
                }
                Value::String(text) => {
                    let hints = Hints { tenant: below.tenant, phone: known.phone };
                    self.text(&path, text, hints);
                }
                value => self.value(&path, value, below),
            }
            object.insert(key, value);
        }
    }

    /// What a pair like `{"name": "API_KEY", "value": "…"}` says of its value.
    fn named_weight(&self, object: &Map<String, Value>) -> Weight {
        if !object.keys().any(|key| keys::holds_the_value(key)) {
            return Weight::Plain;
        }
        let names = object.iter().filter(|(key, _)| keys::names_the_value(key)).filter_map(|(_, name)| name.as_str());
        // A name that holds something itself says nothing, now or once that is replaced.
        let weights = names.map(|name| match text::scan(name, self.publisher, Hints::default()) {
            None if !name.contains("[redacted:") => Key::of(name).weight,
            _ => Weight::Plain,
        });
        weights.max().unwrap_or(Weight::Plain)
    }
}
