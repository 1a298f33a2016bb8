//! Files of a publication: where they may lie and what they may be. An instance writes them to its disk, so a path must
//! mean the same file on every system, and nothing may hide inside another thing.

use std::collections::{HashMap, HashSet};

use atom_marketplace_protocol::component::{File, FileEncoding, FileEntry};
use atom_marketplace_protocol::digest::sha256_hex;
use atom_marketplace_protocol::json::index;
use atom_marketplace_protocol::limits::FILES_MAX;
use atom_marketplace_protocol::text::{self, TextRule};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::StoredFile;
use super::fields::Errors;

const PATH_MAX: usize = 255;

const ARCHIVES: [&str; 24] = [
    "zip", "tar", "gz", "tgz", "bz2", "tbz", "tbz2", "xz", "txz", "lzma", "zst", "tzst", "7z", "rar", "jar", "war",
    "ear", "whl", "egg", "apk", "cab", "iso", "lz4", "br",
];

/// How archives and compressed files begin.
const MAGIC: [(&[u8], &str); 14] = [
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x1f\x9d", "compress"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"LZIP", "lzip"),
    (b"MSCF", "cabinet"),
    (b"!<arch>\n", "ar"),
];

/// Names that Windows keeps for devices, whatever their extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The files of a publication, checked, in the byte order of their paths.
pub(super) fn check(errors: &mut Errors, files: Vec<File>) -> Vec<StoredFile> {
    if files.len() > FILES_MAX {
        errors.refuse("files", format!("there are {}, of at most {FILES_MAX}", files.len()));
        return Vec::new();
    }
    let mut stored: Vec<StoredFile> = Vec::with_capacity(files.len());
    let mut taken = Taken::default();
    for (i, file) in files.into_iter().enumerate() {
        let at = index("files", i);
        let path_field = format!("{at}.path");
        let path = match check_path(&file.path) {
            Ok(path) => path,
            Err(message) => {
                errors.refuse(path_field, message);
                continue;
            }
        };
        errors.check(path_field, taken.add(&path));
        match decode(file.encoding, file.content) {
            Ok(bytes) => {
                errors.check(format!("{at}.content"), no_archive(&bytes));
                stored.push(StoredFile { path, encoding: file.encoding, bytes });
            }
            Err(message) => errors.refuse(format!("{at}.content"), message),
        }
    }
    stored.sort_by(|a, b| a.path.cmp(&b.path));
    stored
}

/// What a manifest says of a file.
pub(super) fn entry(file: &StoredFile) -> FileEntry {
    FileEntry { path: file.path.clone(), sha256: sha256_hex(&file.bytes), size: file.bytes.len() as u64 }
}

fn decode(encoding: FileEncoding, content: String) -> Result<Vec<u8>, String> {
    match encoding {
        FileEncoding::Utf8 => Ok(content.into_bytes()),
        FileEncoding::Base64 => STANDARD
            .decode(content)
            .map_err(|why| format!("this is no base64 (standard alphabet, with padding, in one line): {why}")),
    }
}

fn check_path(path: &str) -> Result<String, String> {
    let path = text::clean(path, TextRule { max_chars: PATH_MAX, multiline: false, required: true })?;
    if path.contains('\\') {
        return Err("parts of a path are separated by /, and no name holds a backslash".to_owned());
    }
    if path.starts_with('/') {
        return Err("the path begins with /: it must be relative".to_owned());
    }
    if let Some(c) = path.chars().find(|c| ":*?\"<>|".contains(*c)) {
        return Err(format!("no name holds {c:?}: not every system can store it"));
    }
    for part in path.split('/') {
        match part {
            "" => return Err("a part of the path is empty".to_owned()),
            "." | ".." => return Err(format!("a path holds no {part:?}")),
            _ if part.ends_with(['.', ' ']) || part.starts_with(' ') => {
                return Err(format!(
                    "{part:?} begins or ends with a space, or ends with a dot: not every system can store it"
                ));
            }
            _ if is_device(part) => return Err(format!("{part:?} is the name of a device on some systems")),
            _ => {}
        }
    }
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    if ARCHIVES.contains(&extension.as_str()) {
        return Err(format!("archives are not accepted (.{extension}): publish the files inside of it"));
    }
    Ok(path)
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let digit = stem.len() == 4 && stem.ends_with(|c: char| ('1'..='9').contains(&c));
    DEVICES[..4].contains(&stem.as_str()) || (digit && DEVICES[4..].contains(&&stem[..3]))
}

fn no_archive(bytes: &[u8]) -> Result<(), String> {
    let found = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name);
    let tar = bytes.get(257..262).is_some_and(|magic| magic == b"ustar").then_some("tar");
    match found.or(tar) {
        Some(name) => Err(format!("this is an archive or a compressed file ({name}): publish the files inside of it")),
        None => Ok(()),
    }
}

/// The paths so far, as a system that ignores case would see them.
#[derive(Default)]
struct Taken {
    files: HashMap<String, String>,
    directories: HashSet<String>,
}

impl Taken {
    fn add(&mut self, path: &str) -> Result<(), String> {
        let folded = path.to_lowercase();
        if let Some(twin) = self.files.get(&folded) {
            return Err(if twin == path {
                "this path is there twice".to_owned()
            } else {
                format!("it differs from {twin:?} in upper and lower case alone")
            });
        }
        if self.directories.contains(&folded) {
            return Err("it is the directory of another file".to_owned());
        }
        let parents: Vec<_> = folded.match_indices('/').map(|(at, _)| folded[..at].to_owned()).collect();
        if let Some(parent) = parents.iter().find(|parent| self.files.contains_key(*parent)) {
            return Err(format!("its directory {parent:?} is another file"));
        }
        self.directories.extend(parents);
        self.files.insert(folded, path.to_owned());
        Ok(())
    }
}
