//! A folder as it is published: an `atom.toml`, an Agent Skill, or an A2A agent card, with its files.
//!
//! Everything that can be told from here is told before anything is sent, with the file's name.

mod card;
mod glob;
mod manifest;
mod skill;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use atom_marketplace_protocol::component::{
    AgentPublish, CanvasPublish, DomainPublish, File, FileEncoding, SkillPublish,
};
use atom_marketplace_protocol::ids::{Kind, check_component_id};
use atom_marketplace_protocol::limits::{FILES_MAX, PUBLISH_BODY_MAX};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::failure::Usage;
use glob::Globs;

/// Patterns of what is not published, one a line, as in a `.gitignore`.
const IGNORE: &str = ".atomignore";

/// A component as it will be sent.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// The publisher's fields, with the files.
    pub(crate) body: Map<String, Value>,
    /// The files' names, in the order of `body["files"]`.
    pub(crate) files: Vec<String>,
    /// What was left out or guessed.
    pub(crate) notes: Vec<String>,
}

/// What the folder's own description says, before its files are read.
struct Described {
    kind: Kind,
    id: Option<String>,
    fields: Map<String, Value>,
    /// Files that are fields and are not published as files too.
    taken: Vec<String>,
    /// Which files are published; none is all.
    only: Option<Globs>,
    notes: Vec<String>,
}

/// What the command line says over it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) id: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) marketplace_type: Option<&'static str>,
    pub(crate) release_notes: Option<String>,
}

fn wrong(message: impl Into<String>) -> anyhow::Error {
    Usage(message.into()).into()
}

/// Reads a folder. `read` is told of each file.
pub(crate) fn load(folder: &Path, over: Overrides, read: impl Fn(usize, usize)) -> anyhow::Result<Package> {
    if !folder.is_dir() {
        return Err(wrong(format!("{} is no folder", folder.display())));
    }
    let described = describe(folder)?;
    let Described { kind, id, mut fields, taken, only, mut notes } = described;
    let id = over.id.or(id).unwrap_or_default();
    check_component_id(&id).map_err(|rule| wrong(format!("the id {id:?} will not do: {rule}; --id gives another")))?;
    fields.insert(kind.id_field().to_owned(), id.clone().into());
    for (name, value) in [("version", over.version), ("release_notes", over.release_notes)] {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value.into());
        }
    }
    if let Some(chosen) = over.marketplace_type {
        fields.insert("marketplace_type".to_owned(), chosen.into());
    }
    fields.entry("marketplace_type").or_insert_with(|| "private".into());

    let names = walk(folder)?;
    let names: Vec<String> = names
        .into_iter()
        .filter(|name| !taken.contains(name) && only.as_ref().is_none_or(|only| only.matches(name)))
        .collect();
    if names.len() > FILES_MAX {
        return Err(wrong(format!(
            "there are {} files, of at most {FILES_MAX}: the first one too many is {}; {IGNORE} names what to leave out",
            names.len(),
            names[FILES_MAX]
        )));
    }
    let files = read_files(folder, &names, &read)?;
    if !files.is_empty() {
        fields.insert("files".to_owned(), serde_json::to_value(&files)?);
    }
    check_fields(kind, &fields)?;
    check_size(&fields, folder, &names)?;
    if folder.join(".git").exists() {
        notes.push(".git is left out".to_owned());
    }
    Ok(Package { kind, id, body: fields, files: names, notes })
}

/// What kind of folder it is.
fn describe(folder: &Path) -> anyhow::Result<Described> {
    let manifest = folder.join(manifest::NAME);
    if manifest.is_file() {
        return manifest::read(&manifest, folder);
    }
    // Exactly so spelt, on systems that do not care too: others that read the files may.
    let skill = folder.join(skill::NAME);
    if skill.is_file() {
        return skill::read(&skill, folder);
    }
    if let Some(card) = card::NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file()) {
        return card::read(&card, folder);
    }
    Err(wrong(format!(
        "{} holds no {}, no {} and no agent card ({}): `atom-marketplace init` writes a starter",
        folder.display(),
        manifest::NAME,
        skill::NAME,
        card::NAMES.join(", ")
    )))
}

/// The files below the folder, by their paths with `/`, in byte order.
fn walk(folder: &Path) -> anyhow::Result<Vec<String>> {
    let ignored = match std::fs::read_to_string(folder.join(IGNORE)) {
        Ok(text) => Globs::ignore_file(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Globs::default(),
        Err(error) => return Err(error).with_context(|| format!("reading {IGNORE}")),
    };
    let mut names = Vec::new();
    let mut below = vec![(folder.to_path_buf(), String::new())];
    while let Some((directory, prefix)) = below.pop() {
        let entries = std::fs::read_dir(&directory).with_context(|| format!("reading {}", directory.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("reading {}", directory.display()))?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(wrong(format!("{} has a name that is no UTF-8", entry.path().display())));
            };
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let kind = entry.file_type().with_context(|| format!("reading {path}"))?;
            if name == ".git" || path == IGNORE || ignored.matches(&path) {
                continue;
            }
            if kind.is_symlink() {
                return Err(wrong(format!(
                    "{path} is a symbolic link, which may lead out of the folder: put the file itself there, or name it in {IGNORE}"
                )));
            }
            if kind.is_dir() {
                below.push((entry.path(), path));
            } else if kind.is_file() {
                names.push(path);
            } else {
                return Err(wrong(format!("{path} is neither a file nor a folder: name it in {IGNORE}")));
            }
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The files' contents: text as it is, all else in base64.
fn read_files(folder: &Path, names: &[String], read: &impl Fn(usize, usize)) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::with_capacity(names.len());
    let mut sum = 0;
    for (done, name) in names.iter().enumerate() {
        let path = folder.join(name);
        let size = std::fs::metadata(&path).with_context(|| format!("reading {name}"))?.len();
        sum += size;
        // What cannot fit is not even read.
        if size > PUBLISH_BODY_MAX as u64 {
            return Err(too_large(&format!("{name} alone has {}", human(size))));
        }
        if sum > PUBLISH_BODY_MAX as u64 {
            return Err(too_large(&format!("with {name} ({}) the files come to more than that", human(size))));
        }
        let bytes = std::fs::read(&path).with_context(|| format!("reading {name}"))?;
        let (encoding, content) = match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => (FileEncoding::Utf8, text),
            Ok(text) => (FileEncoding::Base64, STANDARD.encode(text)),
            Err(error) => (FileEncoding::Base64, STANDARD.encode(error.as_bytes())),
        };
        files.push(File { path: name.clone(), encoding, content });
        read(done + 1, names.len());
    }
    Ok(files)
}

fn too_large(what: &str) -> anyhow::Error {
    wrong(format!(
        "a publication may have {}, and {what}: name what need not be published in {IGNORE}",
        human(PUBLISH_BODY_MAX as u64)
    ))
}

/// The request as a whole: base64 and JSON's quotes count too.
fn check_size(fields: &Map<String, Value>, folder: &Path, names: &[String]) -> anyhow::Result<()> {
    let size = serde_json::to_vec(fields)?.len();
    if size <= PUBLISH_BODY_MAX {
        return Ok(());
    }
    let mut sizes: Vec<_> =
        names.iter().filter_map(|name| Some((std::fs::metadata(folder.join(name)).ok()?.len(), name))).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let largest: Vec<_> = sizes.iter().take(3).map(|(size, name)| format!("{name} ({})", human(*size))).collect();
    Err(too_large(&format!(
        "this one has {} as it is sent; the largest files are {}",
        human(size as u64),
        largest.join(", ")
    )))
}

/// The fields' names and types, as the marketplace will see them; it checks the rest.
fn check_fields(kind: Kind, fields: &Map<String, Value>) -> anyhow::Result<()> {
    // With the field's path: "invalid type" alone helps nobody.
    fn fits<T: serde::de::DeserializeOwned>(value: Value) -> Result<(), serde_path_to_error::Error<serde_json::Error>> {
        serde_path_to_error::deserialize::<_, T>(value).map(drop)
    }
    let value = Value::Object(fields.clone());
    let checked = match kind {
        Kind::Agent => fits::<AgentPublish>(value),
        Kind::Skill => fits::<SkillPublish>(value),
        Kind::Canvas => fits::<CanvasPublish>(value),
        Kind::Domain => fits::<DomainPublish>(value),
    };
    if let Err(error) = checked {
        bail!(Usage(format!("this is not how a {kind} is described: {error}")));
    }
    Ok(())
}

/// A size for people.
pub(crate) fn human(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", bytes as f64 / 1_073_741_824.0),
    }
}

/// A text file of the folder.
fn text_file(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong(format!("{} is no UTF-8 text", path.display())))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

/// An id made of a name or of the folder's.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '_' || c == '.' {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches(['-', '.', '_']).chars().take(128).collect()
}

/// The folder's own name.
pub(crate) fn folder_id(folder: &Path) -> Option<String> {
    let path: PathBuf = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    Some(slug(path.file_name()?.to_str()?)).filter(|slug| !slug.is_empty())
}

#[cfg(test)]
mod tests;
