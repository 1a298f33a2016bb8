//! An Agent Skill as its users have it: a `SKILL.md` with YAML front matter, and files. The body becomes the readme; every
//! file, the `SKILL.md` too, is published as it is.

use std::path::Path;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::{LABEL_MAX, README_MAX, TAGS_MAX};
use serde_json::{Map, Value, json};

use super::{Described, folder_id, slug, text_file, wrong};

pub(super) const NAME: &str = "SKILL.md";

pub(super) fn read(path: &Path, folder: &Path) -> anyhow::Result<Described> {
    let text = text_file(path)?;
    let (front, body) = split(&text)
        .ok_or_else(|| wrong(format!("{NAME} has no front matter: it begins with ---, name:, description: and ---")))?;
    let front: Map<String, Value> = serde_saphyr::from_str(front)
        .map_err(|error| wrong(format!("{NAME}: the front matter is no YAML: {}", first_line(&error.to_string()))))?;
    let metadata = front.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default();
    let said = |name: &str| front.get(name).or_else(|| metadata.get(name));
    let words =
        |name: &str| said(name).and_then(scalar).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut missing = ["name", "description"].iter().filter(|name| words(name).is_none());
    if let Some(name) = missing.next() {
        return Err(wrong(format!("{NAME}: the front matter has no {name}")));
    }
    let name = words("name").expect("checked");
    let mut notes = Vec::new();
    let mut fields = Map::new();
    fields.insert("name".to_owned(), name.clone().into());
    fields.insert("skill_type".to_owned(), "prompt_only".into());
    fields.insert("content".to_owned(), json!({ "agent_skill": front }));
    for field in ["description", "license", "category"] {
        fields.extend(words(field).map(|text| (field.to_owned(), text.into())));
    }
    if let Some(version) = words("version") {
        match full_version(&version) {
            Some(version) => drop(fields.insert("version".to_owned(), version.into())),
            None => {
                notes.push(format!("the version {version:?} of {NAME} is no semantic version: it gets the next one"));
            }
        }
    }
    let tags = tags(said("tags"));
    if !tags.is_empty() {
        fields.insert("tags".to_owned(), tags.into());
    }
    if body.chars().count() > README_MAX {
        notes.push(format!("{NAME} is longer than a readme may be: it is published as a file alone"));
    } else if !body.trim().is_empty() {
        fields.insert("readme".to_owned(), body.trim().replace("\r\n", "\n").into());
    }
    let id = Some(slug(&name)).filter(|id| !id.is_empty()).or_else(|| folder_id(folder));
    Ok(Described { kind: Kind::Skill, id, fields, taken: Vec::new(), only: None, notes })
}

/// The front matter and what is below it.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---")?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// A text; a number is one too, such as the version 1.0.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A semantic version, of which people often leave out the end.
fn full_version(text: &str) -> Option<String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let dots = text.matches('.').count();
    let number = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let full = if number && dots < 2 { format!("{text}{}", ".0".repeat(2 - dots)) } else { text.to_owned() };
    atom_marketplace_protocol::semver_ext::parse_version(&full).is_ok().then_some(full)
}

/// A list, or words between commas.
fn tags(value: Option<&Value>) -> Vec<String> {
    let words: Vec<String> = match value {
        Some(Value::Array(list)) => list.iter().filter_map(scalar).collect(),
        Some(Value::String(text)) => text.split(',').map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut tags: Vec<String> = Vec::new();
    for word in words {
        let word = word.trim().to_owned();
        if !word.is_empty() && word.chars().count() <= LABEL_MAX && !tags.contains(&word) {
            tags.push(word);
        }
    }
    tags.truncate(TAGS_MAX);
    tags
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
