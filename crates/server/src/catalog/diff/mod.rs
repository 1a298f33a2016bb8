//! What a submission changes against the version approved last, for a reviewer's eyes: fields, files, and what it touches,
//! with every character that nobody sees made visible.
//!
//! Pure, and bounded: what is too large to compare is said to be, never silently left out.

mod lines;
mod surface;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use atom_marketplace_db::Conn;
use atom_marketplace_protocol::component::Manifest;
use atom_marketplace_protocol::json::{index, path_join};
use atom_marketplace_protocol::review::{FieldChange, FileChange, FileState, Invisible, SubmissionDiff, TextDiff};
use atom_marketplace_protocol::text::{code, each_invisible, show_invisible};
use serde_json::Value;

use super::bundle::FileRow;
use super::review;
use super::store::{self as catalog, review as store, versions as versions_store};
use crate::error::{ApiError, ApiResult};
use lines::Budget;

/// Characters of a value that are shown.
const VALUE_MAX: usize = 2_000;
/// Fields that are shown.
const FIELDS_MAX: usize = 500;
/// Invisible characters that are listed.
const INVISIBLE_MAX: usize = 500;

/// A version as it is compared.
pub struct Version {
    pub(in crate::catalog) number: String,
    pub(in crate::catalog) digest: String,
    pub(in crate::catalog) manifest: Manifest,
    pub(in crate::catalog) files: Vec<FileRow>,
}

/// A submission, and what it is compared with.
pub struct Sides {
    base: Option<Version>,
    submitted: Version,
}

/// Reads both sides of a submission.
pub(crate) fn sides(c: &mut Conn<'_>, uid: &str) -> ApiResult<Sides> {
    let row = review::find(c, uid)?;
    let submitted = version(c, row.id)?
        .ok_or_else(|| ApiError::conflict("This submission's content is gone: a later one took its place."))?;
    let component = store::component_of(c, row.id)?;
    let base = match store::approved_before(c, component, row.id)? {
        Some(base) => version(c, base)?,
        None => None,
    };
    Ok(Sides { base, submitted })
}

fn version(c: &mut Conn<'_>, key: i64) -> ApiResult<Option<Version>> {
    let row = catalog::version_by_key(c, key)?;
    if row.size == 0 {
        return Ok(None);
    }
    let files = versions_store::files(c, key)?;
    Ok(Some(Version { manifest: row.manifest()?, number: row.version, digest: row.digest, files }))
}

/// Compares the two sides.
pub(crate) fn compare(sides: &Sides) -> SubmissionDiff {
    let Sides { base, submitted } = sides;
    let mut walk = Walk { budget: Budget::default(), fields: Vec::new(), cut: false };
    let before = base.as_ref().map(|base| fields_of(&base.manifest));
    walk.field("", before.as_ref(), Some(&fields_of(&submitted.manifest)));
    let files = files(base.as_ref(), submitted, &mut walk.budget);
    let mut notes = Vec::new();
    if walk.cut {
        notes.push(format!("Only the first {FIELDS_MAX} fields that differ are here."));
    }
    if walk.budget.is_spent() {
        notes.push("There is more than is shown: read the rest in the bundle.".to_owned());
    }
    let (invisible, invisible_count) = invisible(submitted);
    SubmissionDiff {
        base_version: base.as_ref().map(|base| base.number.clone()),
        base_digest: base.as_ref().map(|base| base.digest.clone()),
        version: submitted.number.clone(),
        digest: submitted.digest.clone(),
        release_notes: submitted.manifest.release_notes.as_deref().map(|notes| show_invisible(notes).into_owned()),
        surface: surface::changes(base.as_ref(), submitted),
        invisible,
        invisible_count,
        fields: walk.fields,
        files,
        note: (!notes.is_empty()).then(|| notes.join(" ")),
    }
}

/// A manifest's fields that are compared: the files and the release notes are shown for themselves.
fn fields_of(manifest: &Manifest) -> Value {
    let mut fields = serde_json::to_value(manifest).expect("a manifest is JSON");
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("files");
        fields.remove("release_notes");
        // Empty lists say no more than lists that are not there.
        fields.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
    }
    fields
}

struct Walk {
    budget: Budget,
    fields: Vec<FieldChange>,
    cut: bool,
}

impl Walk {
    fn field(&mut self, path: &str, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (before, after) if before == after => {}
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let gone = old.keys().filter(|key| !new.contains_key(*key));
                for key in new.keys().chain(gone) {
                    self.field(&path_join(path, key), old.get(key), new.get(key));
                }
            }
            // The first version: a change for each field, and not one for all.
            (None, Some(Value::Object(new))) if path.is_empty() => {
                for (key, value) in new {
                    self.field(&path_join(path, key), None, Some(value));
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => self.items(path, old, new),
            (before, after) => self.leaf(path, before, after),
        }
    }

    /// What begins and ends alike was not touched; the rest is compared one by one.
    fn items(&mut self, path: &str, old: &[Value], new: &[Value]) {
        let first = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let (old_rest, new_rest) = (&old[first..], &new[first..]);
        let last = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[..old.len() - last], &new[..new.len() - last]);
        for i in first..old.len().max(new.len()) {
            self.field(&index(path, i), old.get(i), new.get(i));
        }
    }

    fn leaf(&mut self, path: &str, before: Option<&Value>, after: Option<&Value>) {
        if self.fields.len() >= FIELDS_MAX {
            self.cut = true;
            return;
        }
        let path = show_invisible(path).into_owned();
        let (old, new) = (before.map(text_of), after.map(text_of));
        let long =
            |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('\n') || text.len() > VALUE_MAX);
        self.fields.push(if long(&old) || long(&new) {
            let text = lines::compare(&old.unwrap_or_default(), &new.unwrap_or_default(), &mut self.budget);
            FieldChange { path, before: None, after: None, text: Some(text) }
        } else {
            let shown = |text: Option<String>| text.map(|text| show_invisible(&text).into_owned());
            FieldChange { path, before: shown(old), after: shown(new), text: None }
        });
    }
}

/// A text as it is; anything else as JSON, over several lines where it holds more than a little.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => {
            let short = value.to_string();
            if short.len() > 80 { format!("{value:#}") } else { short }
        }
        other => other.to_string(),
    }
}

fn files(base: Option<&Version>, submitted: &Version, budget: &mut Budget) -> Vec<FileChange> {
    let by_path = |version: Option<&'_ Version>| -> BTreeMap<String, Vec<u8>> {
        let files = version.into_iter().flat_map(|version| &version.files);
        files.map(|file| (file.path.clone(), file.content.clone())).collect()
    };
    let (old, new) = (by_path(base), by_path(Some(submitted)));
    let mut paths: Vec<&String> = old.keys().chain(new.keys().filter(|path| !old.contains_key(*path))).collect();
    paths.sort_unstable();
    let pairs = paths.into_iter().map(|path| (path, old.get(path), new.get(path)));
    pairs.filter(|(_, old, new)| old != new).map(|(path, old, new)| file(path, old, new, budget)).collect()
}

fn file(path: &str, old: Option<&Vec<u8>>, new: Option<&Vec<u8>>, budget: &mut Budget) -> FileChange {
    let state = match (old, new) {
        (None, _) => FileState::Added,
        (_, None) => FileState::Removed,
        _ => FileState::Changed,
    };
    let readable =
        |bytes: Option<&Vec<u8>>| bytes.map_or(Some(String::new()), |bytes| as_text(bytes).map(str::to_owned));
    let text: Option<TextDiff> = match (readable(old), readable(new)) {
        (Some(old), Some(new)) => Some(lines::compare(&old, &new, budget)),
        _ => None,
    };
    let size = |bytes: Option<&Vec<u8>>| bytes.map(|bytes| bytes.len() as u64);
    FileChange {
        path: show_invisible(path).into_owned(),
        state,
        size_before: size(old),
        size_after: size(new),
        note: text.is_none().then(|| "It is binary.".to_owned()),
        text,
    }
}

fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Every character in a version that nobody sees, whether it differs or not.
fn invisible(version: &Version) -> (Vec<Invisible>, u64) {
    let (mut listed, mut count) = (Vec::new(), 0);
    let mut look = |path: &str, text: &str| {
        each_invisible(text, |line, column, c| {
            count += 1;
            if listed.len() < INVISIBLE_MAX {
                let path = show_invisible(path).into_owned();
                listed.push(Invisible { path, line: line as u64, column: column as u64, character: code(c) });
            }
        });
    };
    each_text("", &fields_of(&version.manifest), &mut look);
    for file in &version.files {
        let path = format!("files[{:?}]", file.path);
        look(&path, &file.path);
        if let Some(text) = as_text(&file.content) {
            look(&path, text);
        }
    }
    (listed, count)
}

/// Tells `found` of every text in a value, keys too.
fn each_text(path: &str, value: &Value, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(path, text),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                if !matches!(item, Value::Number(_) | Value::Bool(_) | Value::Null) {
                    each_text(&index(path, i), item, found);
                }
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                let path = path_join(path, key);
                found(&path, key);
                each_text(&path, value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
