//! Bundles: all that an instance needs to run a version.

use std::collections::HashSet;

use atom_marketplace_protocol::component::{Bundle, File, FileEncoding, FileEntry};
use atom_marketplace_protocol::digest::{component_digest, sha256_hex};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::limits::FILES_MAX;
use atom_marketplace_protocol::semver_ext::parse_version;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::document::{Document, Verified, check_digest, check_names, check_time, typed, verify};
use crate::envelope::Envelope;
use crate::key::PublicKey;
use crate::refusal::{Refusal, shown};

/// Fields of a bundle. Those of its manifest are its publisher's and may be more than are known here: they are in the digest.
const FIELDS: [&str; 10] = [
    "format",
    "instance",
    "component_type",
    "id",
    "source_tenant_id",
    "version",
    "digest",
    "published_at",
    "manifest",
    "files",
];

/// Characters in a file's path.
const PATH_MAX: usize = 255;

/// Names that Windows keeps for devices, whatever their extension; those of the second row with a digit behind.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

impl Document for Bundle {
    const TYPE: &'static str = "application/vnd.atom.bundle+json";
    const FORMAT: &'static str = "atom-bundle/1";
    const LIMIT: usize = 24 << 20;

    fn instance(&self) -> &str {
        &self.instance
    }

    fn read(payload: Value) -> Result<Self, Refusal> {
        let unknown = payload.as_object().and_then(|fields| fields.keys().find(|key| !FIELDS.contains(&key.as_str())));
        if let Some(field) = unknown {
            return Err(Refusal::Malformed(format!("unknown field {}", shown(field))));
        }
        let manifest = payload.get("manifest").and_then(Value::as_object).cloned().unwrap_or_default();
        let bundle: Self = typed(payload)?;
        check_names(&bundle.source_tenant_id, &bundle.id)?;
        parse_version(&bundle.version).map_err(|why| Refusal::Malformed(format!("version: {why}")))?;
        check_digest("digest", &bundle.digest)?;
        let Some(published_at) = &bundle.published_at else {
            return Err(Refusal::Malformed("published_at is missing: only what is available is signed".to_owned()));
        };
        check_time("published_at", published_at)?;
        check_files(&bundle.manifest.files, &bundle.files)?;
        let digest = content_digest(bundle.component_type, &bundle.id, manifest);
        if digest != bundle.digest {
            let message = format!("its content has the digest {digest}, and it says {}", bundle.digest);
            return Err(Refusal::DigestMismatch(message));
        }
        Ok(bundle)
    }
}

/// The digest of a version's content: of its manifest with the component's `id` and `component_type`.
pub fn content_digest(kind: Kind, id: &str, mut manifest: Map<String, Value>) -> String {
    manifest.insert("id".to_owned(), Value::from(id));
    manifest.insert("component_type".to_owned(), Value::from(kind.as_str()));
    component_digest(&Value::Object(manifest))
}

/// The bundle in an envelope, if one of `keys` signed it: its files are those of its manifest, its content is that of its
/// digest, and it can be written to a disk. Whose keys these are is for the caller to know; compare `document.instance`.
pub fn verify_bundle(envelope: &[u8], keys: &[PublicKey]) -> Result<Verified<Bundle>, Refusal> {
    verify(&Envelope::parse(envelope, Bundle::LIMIT)?, keys)
}

/// Files are those that the manifest names, in the byte order of their paths.
fn check_files(entries: &[FileEntry], files: &[File]) -> Result<(), Refusal> {
    if files.len() > FILES_MAX {
        return Err(Refusal::Malformed(format!("it has {} files, of at most {FILES_MAX}", files.len())));
    }
    if entries.len() != files.len() {
        let message = format!("it has {} files, and its manifest names {}", files.len(), entries.len());
        return Err(Refusal::DigestMismatch(message));
    }
    let (mut last, mut taken) = (None, HashSet::new());
    for (entry, file) in entries.iter().zip(files) {
        check_path(&file.path)?;
        if last.is_some_and(|last: &str| last.as_bytes() >= file.path.as_bytes()) {
            return Err(Refusal::BadPath(format!("{} is not in its place by the order of bytes", shown(&file.path))));
        }
        last = Some(&file.path);
        if !taken.insert(file.path.to_ascii_lowercase()) {
            return Err(Refusal::BadPath(format!("{} differs from another one by case alone", shown(&file.path))));
        }
        let bytes = match file.encoding {
            FileEncoding::Utf8 => file.content.as_bytes().to_vec(),
            FileEncoding::Base64 => STANDARD
                .decode(&file.content)
                .map_err(|why| Refusal::Malformed(format!("the file {} is no base64: {why}", shown(&file.path))))?,
        };
        if entry.path != file.path || entry.size != bytes.len() as u64 || entry.sha256 != sha256_hex(&bytes) {
            let message = format!("the file {} is not the one that the manifest names", shown(&file.path));
            return Err(Refusal::DigestMismatch(message));
        }
    }
    Ok(())
}

/// Whether a path stays in its folder, and means one file on every system.
fn check_path(path: &str) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::BadPath(format!("{} {why}", shown(path))));
    if path.chars().count() > PATH_MAX {
        return refuse("is longer than 255 characters");
    }
    if path.chars().any(|c| c < ' ' || c == '\u{7f}' || "\\:*?\"<>|".contains(c)) {
        return refuse("holds a character that not every system can store");
    }
    for part in path.split('/') {
        if matches!(part, "" | "." | "..") {
            return refuse("does not stay in its folder");
        }
        if part.starts_with(' ') || part.ends_with([' ', '.']) {
            return refuse("has a part that begins or ends with a space, or ends with a dot");
        }
        let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
        let numbered = stem
            .strip_suffix(|digit: char| ('1'..='9').contains(&digit))
            .is_some_and(|device| NUMBERED_DEVICES.contains(&device));
        if numbered || DEVICES.contains(&stem.as_str()) {
            return refuse("is the name of a device on some systems");
        }
    }
    Ok(())
}
