//! An A2A agent card: what an agent says of itself at `/.well-known/agent-card.json`. The whole card becomes the
//! component's `content`, so that nothing of it is lost.

use std::path::Path;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::{CAPABILITIES_MAX, LABEL_MAX, TAGS_MAX};
use serde_json::{Map, Value, json};

use super::{Described, folder_id, slug, text_file, wrong};

pub(super) const NAMES: [&str; 4] =
    ["agent-card.json", "agent.json", ".well-known/agent-card.json", ".well-known/agent.json"];
const README: &str = "README.md";

pub(super) fn read(path: &Path, folder: &Path) -> anyhow::Result<Described> {
    let shown = path.display();
    let card: Map<String, Value> = serde_json::from_str(&text_file(path)?)
        .map_err(|error| wrong(format!("{shown} is no JSON object: {error}")))?;
    let words = |name: &str| card.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let Some((name, description)) = words("name").zip(words("description")) else {
        return Err(wrong(format!("{shown} is no agent card: it has no name, or no description")));
    };
    let mut fields = Map::new();
    fields.insert("name".to_owned(), name.into());
    fields.insert("description".to_owned(), description.into());
    for (field, of_card) in [("version", "version"), ("documentation_url", "documentationUrl")] {
        fields.extend(words(of_card).map(|text| (field.to_owned(), text.into())));
    }
    let skills = card.get("skills").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let ids = skills.iter().filter_map(|skill| skill["id"].as_str().or(skill["name"].as_str()));
    let tags = skills.iter().filter_map(|skill| skill["tags"].as_array()).flatten().filter_map(Value::as_str);
    for (field, labels) in [("capabilities", labels(ids, CAPABILITIES_MAX)), ("tags", labels(tags, TAGS_MAX))] {
        if !labels.is_empty() {
            fields.insert(field.to_owned(), labels.into());
        }
    }
    if folder.join(README).is_file() {
        fields.insert("readme".to_owned(), text_file(&folder.join(README))?.into());
    }
    let id = Some(slug(name)).filter(|id| !id.is_empty()).or_else(|| folder_id(folder));
    fields.insert("content".to_owned(), json!({ "agent_card": card }));
    Ok(Described { kind: Kind::Agent, id, fields, taken: Vec::new(), only: None, notes: Vec::new() })
}

/// Each once, those that fit.
fn labels<'a>(words: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for word in words.map(str::trim) {
        if !word.is_empty() && word.chars().count() <= LABEL_MAX && !labels.iter().any(|label| label == word) {
            labels.push(word.to_owned());
        }
    }
    labels.truncate(most);
    labels
}
