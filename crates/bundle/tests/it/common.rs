//! What the tests sign.

use atom_marketplace_bundle::{Bundle, Document, Envelope, InstanceKey, Page, PublicKey, Record, sign_bytes};
use atom_marketplace_protocol::digest::sha256_hex;
use atom_marketplace_protocol::json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The instance in whose name is signed.
pub(crate) const INSTANCE: &str = "ins_0198c0de0000700080000000000000aa";
/// Another one.
pub(crate) const OTHER: &str = "ins_0198c0de0000700080000000000000bb";

/// A key that is the same each time.
pub(crate) fn key(n: u8) -> InstanceKey {
    InstanceKey::from_seed(&[n; 32])
}

/// The public halves.
pub(crate) fn public(keys: &[u8]) -> Vec<PublicKey> {
    keys.iter().map(|n| key(*n).public()).collect()
}

/// An envelope around any bytes, with a signature that fits.
pub(crate) fn signed<T: Document>(payload: &[u8], n: u8) -> Envelope {
    let key = key(n);
    let signature = sign_bytes::<T>(payload, &key).expect("small enough");
    Envelope::new(T::TYPE, payload, &key.public().id(), &signature)
}

/// An envelope around a bundle's JSON.
pub(crate) fn bundle(value: &Value) -> Envelope {
    signed::<Bundle>(&json::canonical(value), 1)
}

/// A bundle whose digest fits its content.
pub(crate) fn with_digest(mut value: Value) -> Value {
    let kind = value["component_type"].as_str().expect("a kind").parse().expect("a kind");
    let manifest = value["manifest"].as_object().expect("an object").clone();
    let id = value["id"].as_str().expect("an id").to_owned();
    value["digest"] = Value::from(atom_marketplace_bundle::content_digest(kind, &id, manifest));
    value
}

/// A bundle of a kind with these fields in its manifest beside name and description.
pub(crate) fn plain(kind: &str, fields: &Value) -> Value {
    let mut manifest =
        json!({ "name": "Sales", "description": "It sells.", "tags": [], "capabilities": [], "pricing_tier": "free" });
    for (key, value) in fields.as_object().expect("an object") {
        manifest[key] = value.clone();
    }
    with_digest(json!({
        "format": "atom-bundle/1", "instance": INSTANCE, "component_type": kind, "id": "sales", "source_tenant_id": "acme",
        "version": "1.2.0", "digest": "", "published_at": "2026-11-24T12:00:00.000000Z", "manifest": manifest, "files": [],
    }))
}

/// A bundle with these files, as text.
pub(crate) fn with_files(files: &[(&str, &[u8])]) -> Value {
    let mut value = plain("skill", &json!({ "skill_type": "python_code" }));
    let entry =
        |(path, bytes): &(&str, &[u8])| json!({ "path": path, "sha256": sha256_hex(bytes), "size": bytes.len() });
    let file = |(path, bytes): &(&str, &[u8])| match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "path": path, "encoding": "utf-8", "content": text }),
        Err(_) => json!({ "path": path, "encoding": "base64", "content": STANDARD.encode(bytes) }),
    };
    value["manifest"]["files"] = files.iter().map(entry).collect();
    value["files"] = files.iter().map(file).collect();
    with_digest(value)
}

/// A record of a published component.
pub(crate) fn record(revision: u64) -> Record {
    let value = json!({
        "format": "atom-record/1", "instance": INSTANCE, "component_type": "skill", "source_tenant_id": "acme", "id": "sales",
        "revision": revision, "status": "published", "publisher": { "id": "acme", "name": "Acme", "verified": true },
        "manifest": { "name": "Sales", "description": "It sells." }, "head": "1.2.0",
        "versions": [{
            "version": "1.2.0", "digest": format!("sha256:{}", sha256_hex("x")), "published_at": "2026-11-24T12:00:00Z",
            "bundle": { "sha256": sha256_hex("y"), "size": 1 },
        }],
        "created_at": "2026-11-24T12:00:00Z", "updated_at": "2026-11-24T12:00:00Z",
    });
    serde_json::from_value(value).expect("a record")
}

/// The end of a page.
pub(crate) fn page() -> Page {
    Page {
        format: Page::FORMAT.to_owned(),
        instance: INSTANCE.to_owned(),
        from: 0,
        to: 3,
        entries: 3,
        sha256: sha256_hex("lines"),
        head: 3,
        complete: true,
        at: "2026-11-24T12:00:00Z".to_owned(),
    }
}

/// What the key `n` says of the key `next`.
pub(crate) fn statement(n: u8, next: u8) -> Envelope {
    atom_marketplace_bundle::rotation_proof(INSTANCE, &key(n), key(next).public(), "2026-11-24T12:00:00Z")
        .expect("small enough")
}
