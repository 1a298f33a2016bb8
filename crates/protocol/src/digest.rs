//! The digest that identifies what a version contains.
//!
//! It never touches the bytes of files: a manifest names each by its own SHA-256.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::json;

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|n| char::from(DIGITS[usize::from(n)])).collect()
}

/// SHA-256 as 64 lower-case hex digits.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes.as_ref()))
}

/// Fields of a manifest that its digest leaves out: the same content under another version, or made
/// public, is the same content.
const NOT_COVERED: [&str; 2] = ["version", "marketplace_type"];

/// The digest of a component's content, `sha256:` and 64 hex digits.
///
/// `manifest` is an object of the publisher's fields as they are stored, with `files` as
/// `[{path, sha256, size}]`. Covered is every field of it but `version` and `marketplace_type`, at
/// the top level alone: a `version` inside a dependency or in `content` counts. The digest is that
/// of [`json::canonical`]'s bytes, with `files` in the byte order of their paths, so neither the
/// order of an object's keys nor that of the files matters; the order of every other array does. A
/// field that is absent and one that is `null` differ: store them one way.
pub fn component_digest(manifest: &Value) -> String {
    let covered = match manifest {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(key, _)| !NOT_COVERED.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), if key == "files" { by_path(value) } else { value.clone() }))
                .collect::<Map<_, _>>(),
        ),
        other => other.clone(),
    };
    format!("sha256:{}", sha256_hex(json::canonical(&covered)))
}

fn by_path(files: &Value) -> Value {
    let mut files = files.clone();
    if let Value::Array(files) = &mut files {
        files.sort_by(|a, b| a["path"].as_str().cmp(&b["path"].as_str()));
    }
    files
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn known_digests() {
        assert_eq!(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex(&[0, 1, 0xab, 0xff]), "0001abff");
        // Golden: every stored digest depends on this.
        assert_eq!(
            component_digest(&json!({"name": "a", "version": "1.0.0"})),
            format!("sha256:{}", sha256_hex(r#"{"name":"a"}"#))
        );
    }

    #[test]
    fn what_is_covered() {
        let base = json!({
            "agent_id": "a", "name": "A", "version": "1.0.0", "marketplace_type": "private",
            "tags": ["x", "y"], "content": {"version": 1},
            "files": [{"path": "a", "sha256": "00", "size": 1}, {"path": "b", "sha256": "11", "size": 2}],
        });
        let with = |pointer: &str, value: Value| {
            let mut changed = base.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            component_digest(&changed)
        };
        let digest = component_digest(&base);
        assert_eq!(digest.len(), 71);
        assert_eq!(with("/version", json!("2.0.0")), digest);
        assert_eq!(with("/marketplace_type", json!("public")), digest);
        let turned = json!([base["files"][1], base["files"][0]]);
        assert_eq!(with("/files", turned), digest);
        for (pointer, value) in [
            ("/name", json!("B")),
            ("/agent_id", json!("b")),
            ("/tags", json!(["y", "x"])),
            ("/content/version", json!(2)),
            ("/files/0/sha256", json!("22")),
            ("/files/0/path", json!("c")),
        ] {
            assert_ne!(with(pointer, value), digest, "{pointer}");
        }
    }
}
