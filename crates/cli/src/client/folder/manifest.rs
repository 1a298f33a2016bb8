//! `atom.toml`: the publisher's fields as the API has them, with `kind` and `id`, and with three conveniences: the text
//! or JSON of a field may lie in a file (`readme_file`, `code_file`, `config_schema_file`, …), a `README.md` is the readme
//! where nothing else is, and `files` lists patterns of what is published, where that is not everything.

use std::path::Path;

use atom_marketplace_protocol::ids::Kind;
use serde_json::{Map, Value};

use super::glob::Globs;
use super::{Described, folder_id, text_file, wrong};

pub(super) const NAME: &str = "atom.toml";
const README: &str = "README.md";

/// Fields that are text in a file; any other is JSON.
const TEXTS: [&str; 4] = ["readme", "release_notes", "code", "description"];

pub(super) fn read(path: &Path, folder: &Path) -> anyhow::Result<Described> {
    let text = text_file(path)?;
    let mut fields: Map<String, Value> =
        toml::from_str(&text).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
    let mut take = |name: &str| match fields.remove(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(wrong(format!("{NAME}: {name} is a text"))),
    };
    let kind: Kind = take("kind")?
        .ok_or_else(|| wrong(format!("{NAME} says no kind: kind = \"agent\", \"skill\", \"canvas\" or \"domain\"")))?
        .parse()
        .map_err(|error| wrong(format!("{NAME}: kind: {error}")))?;
    let id = take("id")?.or(take(kind.id_field())?).or_else(|| folder_id(folder));
    let only = match fields.remove("files") {
        None => None,
        Some(Value::Array(patterns)) => {
            let patterns: Option<Vec<_>> = patterns.iter().map(Value::as_str).collect();
            Some(Globs::new(patterns.ok_or_else(|| wrong(format!("{NAME}: files is a list of patterns")))?))
        }
        Some(_) => return Err(wrong(format!("{NAME}: files is a list of patterns, such as [\"scripts/**\"]"))),
    };
    let mut taken = vec![NAME.to_owned()];
    let in_files: Vec<String> = fields.keys().filter(|name| name.ends_with("_file")).cloned().collect();
    for name in in_files {
        let Some(Value::String(file)) = fields.remove(&name) else {
            return Err(wrong(format!("{NAME}: {name} is the name of a file")));
        };
        let field = name.trim_end_matches("_file");
        let value = field_of(folder, field, &file)?;
        if fields.insert(field.to_owned(), value).is_some() {
            return Err(wrong(format!("{NAME} has both {field} and {name}")));
        }
        taken.push(file);
    }
    if !fields.contains_key("readme") && folder.join(README).is_file() {
        fields.insert("readme".to_owned(), text_file(&folder.join(README))?.into());
        taken.push(README.to_owned());
    }
    Ok(Described { kind, id, fields, taken, only, notes: Vec::new() })
}

/// A field whose value lies in a file of the folder, and in no other.
fn field_of(folder: &Path, field: &str, file: &str) -> anyhow::Result<Value> {
    if file.split('/').any(|part| part.is_empty() || part == "." || part == "..") || file.contains('\\') {
        return Err(wrong(format!(
            "{NAME}: {field}_file = {file:?} is no plain path within the folder, such as docs/a.md"
        )));
    }
    let path = folder.join(file);
    if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(wrong(format!("{NAME}: {field}_file = {file:?} is a symbolic link: put the file itself there")));
    }
    let text = text_file(&path)?;
    if TEXTS.contains(&field) {
        return Ok(text.into());
    }
    serde_json::from_str(&text).map_err(|error| wrong(format!("{file} is no JSON: {error}")))
}
