//! `sdks/vectors/bundles.json`: what every client accepts and refuses, and why. Made here, read here and by the other clients.

use std::path::PathBuf;

use atom_marketplace_bundle::{
    Bundle, Document, Envelope, PublicKey, Record, Refusal, sign, sign_bytes, verify_bundle,
};
use atom_marketplace_protocol::json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::common::{bundle, key, plain, public, record, signed, with_digest, with_files};

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sdks/vectors/bundles.json")
}

/// A vector as it stands in the file.
struct Vector {
    name: &'static str,
    input: Value,
    keys: Vec<String>,
    expect: &'static str,
}

/// What is given to `verify_bundle`.
fn input_of(vector: &Value) -> Vec<u8> {
    if let Some(text) = vector["envelope"].as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(text) = vector["envelope_base64"].as_str() {
        return STANDARD.decode(text).unwrap();
    }
    let repeat = &vector["repeat"];
    repeat["text"].as_str().unwrap().repeat(repeat["times"].as_u64().unwrap() as usize).into_bytes()
}

#[derive(Default)]
struct Table(Vec<Vector>);

impl Table {
    fn add(&mut self, name: &'static str, expect: &'static str, bytes: &[u8]) {
        let input = match std::str::from_utf8(bytes) {
            Ok(text) => json!({ "envelope": text }),
            Err(_) => json!({ "envelope_base64": STANDARD.encode(bytes) }),
        };
        self.push(name, expect, input, &public(&[1]));
    }

    fn push(&mut self, name: &'static str, expect: &'static str, input: Value, keys: &[PublicKey]) {
        self.0.push(Vector { name, input, keys: keys.iter().map(PublicKey::to_base64).collect(), expect });
    }

    /// A bundle that is well signed, whatever is in it.
    fn value(&mut self, name: &'static str, expect: &'static str, value: &Value) {
        self.add(name, expect, &bundle(value).to_bytes());
    }

    /// A payload that is well signed, whatever it is.
    fn payload(&mut self, name: &'static str, expect: &'static str, payload: &[u8]) {
        self.add(name, expect, &signed::<Bundle>(payload, 1).to_bytes());
    }

    /// The plain bundle with one thing of its envelope changed.
    fn envelope(&mut self, name: &'static str, expect: &'static str, change: impl FnOnce(&mut Envelope)) {
        let mut envelope = bundle(&plain("skill", &json!({})));
        change(&mut envelope);
        self.add(name, expect, &envelope.to_bytes());
    }

    /// The plain bundle with one thing of its JSON changed.
    fn field(&mut self, name: &'static str, expect: &'static str, change: impl FnOnce(&mut Value)) {
        let mut value = plain("skill", &json!({ "content": { "a": 1 } }));
        change(&mut value);
        self.value(name, expect, &value);
    }

    /// A bundle with these files.
    fn files(&mut self, name: &'static str, expect: &'static str, files: &[(&str, &[u8])]) {
        self.value(name, expect, &with_files(files));
    }

    /// The text of the plain bundle's payload, changed, and signed as it is then.
    fn text(&mut self, name: &'static str, expect: &'static str, from: &str, to: &str) {
        let payload = String::from_utf8(json::canonical(&plain("skill", &json!({ "content": 10 })))).unwrap();
        assert!(payload.contains(from), "{name}");
        self.payload(name, expect, payload.replacen(from, to, 1).as_bytes());
    }

    /// The text of the plain bundle's envelope, changed.
    fn raw(&mut self, name: &'static str, expect: &'static str, from: &str, to: &str) {
        let text = String::from_utf8(bundle(&plain("skill", &json!({}))).to_bytes()).unwrap();
        assert!(text.contains(from), "{name}");
        self.add(name, expect, text.replacen(from, to, 1).as_bytes());
    }
}

fn accepted(table: &mut Table) {
    let ok = "ok";
    table.value(
        "a skill",
        ok,
        &plain("skill", &json!({ "skill_type": "prompt_only", "content": { "prompt": "Sell." } })),
    );
    let memory = json!({ "memory": { "heuristics": [{ "error_type": "timeout", "resolution": "Try again." }] }, "configuration": {}, "maturity_level": "intern" });
    table.value("an agent with its memory", ok, &plain("agent", &memory));
    table.value("a canvas", ok, &plain("canvas", &json!({ "canvas_type": "html", "code": "<p>\"</p>\n\t\\" })));
    table.value(
        "a domain",
        ok,
        &plain("domain", &json!({ "topics": ["sales"], "knowledge_base": [], "vocabulary": {} })),
    );
    table.files(
        "files as text and as base64, one of them empty",
        ok,
        &[("SKILL.md", b"# Sell\r\n"), ("a/b.bin", b"\xff\x00"), ("z", b"")],
    );
    table.files("paths in the order of their bytes, not of UTF-16", ok, &[("\u{ff5e}", b"1"), ("\u{1f600}", b"2")]);
    let odd = json!({ "content": { "\u{fb33}": 1, "\u{1f600}": 2, "\u{20ac}": 3, "\r": 4, "1": 5, "\u{80}": 6, "\u{f6}": 7, "": 8 } });
    table.value("keys in the order of their UTF-16 code units", ok, &plain("skill", &odd));
    let escapes = "\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f}\"\\/\u{7f}\u{2028}\u{e9}e\u{301}\u{1f600}";
    table.value("strings with all escapes, not normalised", ok, &plain("skill", &json!({ "content": escapes })));
    let numbers = json!([
        0,
        -1,
        9_007_199_254_740_993_i64,
        u64::MAX,
        i64::MIN,
        4.5,
        1e21,
        1e20,
        1e-7,
        1.5e-6,
        5e-324,
        1.797_693_134_862_315_7e308,
        0.1,
        -0.0015,
        333_333_333.333_333_3,
        295_147_905_179_352_830_000.0
    ]);
    table.value(
        "numbers of 64 bits with all their digits, others as doubles",
        ok,
        &plain("skill", &json!({ "content": numbers })),
    );
    table.value(
        "a field of the manifest that is not known here",
        ok,
        &plain("skill", &json!({ "of_tomorrow": [null, true] })),
    );
    table.field("a pre-release", ok, |value| value["version"] = json!("2.0.0-beta.1"));
    table.field("a time without a fraction", ok, |value| value["published_at"] = json!("2026-11-24T12:00:00Z"));
    let deep = (0..63).fold(json!(1), |inner, n| if n % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) });
    table.value("as deep as a publication may be", ok, &plain("skill", &json!({ "content": deep })));
    let input = json!({ "envelope": String::from_utf8(bundle(&plain("skill", &json!({}))).to_bytes()).unwrap() });
    table.push("signed by the second of two keys that are trusted", ok, input.clone(), &public(&[2, 1]));
    table.push("no key is trusted", "unknown_key", input.clone(), &[]);
    table.push("another key is trusted", "unknown_key", input.clone(), &public(&[2, 3]));
    let mut weak = [0; 32];
    weak[0] = 1;
    let vector =
        |name, key: &[u8]| Vector { name, input: input.clone(), keys: vec![STANDARD.encode(key)], expect: "bad_key" };
    table.0.push(vector("a key under which anything can be signed", &weak));
    table.0.push(vector("a key of 31 bytes", &weak[1..]));
    table.0.push(vector("a key that is not reduced", &[0xff; 32]));
    table.0.push(vector("32 bytes that are no point", &[2; 32]));
}

fn signatures(table: &mut Table) {
    let flip = |text: &mut String, at: usize| {
        let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        text.replace_range(at..=at, other);
    };
    table.envelope("a letter of the payload changed", "bad_signature", |envelope| flip(&mut envelope.payload, 40));
    table.envelope("a letter of the signature changed", "bad_signature", |envelope| {
        flip(&mut envelope.signatures[0].sig, 7);
    });
    table.envelope("the id of another key", "unknown_key", |envelope| {
        envelope.signatures[0].keyid = key(2).public().id().to_string();
    });
    let payload = json::canonical(&plain("skill", &json!({})));
    let id = key(1).public().id();
    let forged = |signature: &[u8; 64]| Envelope::new(Bundle::TYPE, &payload, &id, signature).to_bytes();
    table.add(
        "signed by another key under this one's id",
        "bad_signature",
        &forged(&sign_bytes::<Bundle>(&payload, &key(2)).unwrap()),
    );
    table.add(
        "signed as a document of another type",
        "bad_signature",
        &forged(&sign_bytes::<Record>(&payload, &key(1)).unwrap()),
    );
    table.add("never signed", "bad_signature", &forged(&[0; 64]));
    let honest = sign_bytes::<Bundle>(&payload, &key(1)).unwrap();
    table.add("the signature with the group's order added to S", "bad_signature", &forged(&malleated(honest)));
    table.add(
        "the signature of another bundle",
        "bad_signature",
        &forged(&sign_bytes::<Bundle>(b"{}", &key(1)).unwrap()),
    );
    table.envelope("no signature", "malformed", |envelope| envelope.signatures.clear());
    table.envelope("two signatures", "malformed", |envelope| envelope.signatures.push(envelope.signatures[0].clone()));
    table.envelope("a short signature", "malformed", |envelope| envelope.signatures[0].sig = STANDARD.encode([1; 63]));
    table.envelope("a key id in capitals", "malformed", |envelope| envelope.signatures[0].keyid.make_ascii_uppercase());
    table.add("a record", "wrong_type", &sign(&record(1), &key(1)).unwrap().to_bytes());
    table
        .envelope("the type of a record", "wrong_type", |envelope| Record::TYPE.clone_into(&mut envelope.payload_type));
    table.envelope("no type", "wrong_type", |envelope| envelope.payload_type.clear());
}

/// Another signature that fits the same message, for those who do not look whether S is reduced.
fn malleated(mut signature: [u8; 64]) -> [u8; 64] {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (digit, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*digit) + u16::from(order) + carry;
        *digit = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    signature
}

fn envelopes(table: &mut Table) {
    table.raw("a space in the envelope", "not_canonical", "{\"payload\":", "{ \"payload\":");
    table.raw("a line end behind the envelope", "not_canonical", "\"}]}", "\"}]}\n");
    table.raw("a letter of the envelope escaped", "not_canonical", "application", "\\u0061pplication");
    table.raw("a slash of the envelope escaped", "not_canonical", "application/vnd", "application\\/vnd");
    table.raw("a field of the envelope that there is not", "malformed", "{\"payload\":", "{\"note\":1,\"payload\":");
    table.raw("the key id missing", "malformed", "\"keyid\":", "\"keyit\":");
    table.raw("the type twice", "duplicate_key", "\"signatures\":", "\"payloadType\":\"x\",\"signatures\":");
    table.raw("text behind the envelope", "malformed", "\"}]}", "\"}]}{}");
    table.raw("the envelope cut short", "malformed", "\"}]}", "\"}]");
    table.raw("a byte order mark", "malformed", "{\"payload\":", "\u{feff}{\"payload\":");
    let mut numeric = serde_json::to_value(bundle(&plain("skill", &json!({})))).unwrap();
    numeric["payload"] = json!(7);
    table.add("a payload that is a number", "malformed", &json::canonical(&numeric));
    for (name, text) in
        [("nothing", ""), ("an array", "[]"), ("a number", "1"), ("no JSON", "bundle"), ("an open bracket", "{")]
    {
        table.add(name, "malformed", text.as_bytes());
    }
    table.add("bytes that are no text", "malformed", b"{\"payload\":\"\xff\"}");
    let turned = bundle(&plain("skill", &json!({})));
    let turned = format!(
        "{{\"payloadType\":\"{}\",\"payload\":\"{}\",\"signatures\":{}}}",
        turned.payload_type,
        turned.payload,
        serde_json::to_string(&turned.signatures).unwrap()
    );
    table.add("the envelope's keys in another order", "not_canonical", turned.as_bytes());
    table.envelope("the payload without its padding", "malformed", |envelope| {
        let value = (0..3).map(|n| with_digest(plain("skill", &json!({ "content": "x".repeat(n) }))));
        let padded = value.map(|value| bundle(&value)).find(|envelope| envelope.payload.ends_with('=')).unwrap();
        *envelope = padded;
        envelope.payload = envelope.payload.trim_end_matches('=').to_owned();
    });
    table.envelope("stray bits in the last letter of the signature", "malformed", |envelope| {
        // 64 bytes end in a letter whose last four bits are 0.
        let sig = &mut envelope.signatures[0].sig;
        let last = sig.len() - 3;
        let next = char::from(sig.as_bytes()[last] + 1).to_string();
        sig.replace_range(last..=last, &next);
    });
    table.envelope("base64 with a line end", "malformed", |envelope| envelope.payload.insert(76, '\n'));
    table.envelope("base64 of the URL's alphabet", "malformed", |envelope| envelope.payload.replace_range(0..1, "_"));
    let too_large = json!({ "repeat": { "text": " ", "times": Bundle::LIMIT + 1 } });
    table.push("more than 24 MiB", "too_large", too_large, &public(&[1]));
}

fn payloads(table: &mut Table) {
    table.text("a space in the payload", "not_canonical", "{\"component_type\"", "{ \"component_type\"");
    table.text("a number with a fraction of nothing", "not_canonical", "\"content\":10", "\"content\":10.0");
    table.text("a number with an exponent", "not_canonical", "\"content\":10", "\"content\":1e1");
    table.text("minus nothing", "not_canonical", "\"content\":10", "\"content\":-0");
    table.text(
        "more digits than a double has",
        "not_canonical",
        "\"content\":10",
        "\"content\":0.10000000000000000001",
    );
    table.text("a letter of the payload escaped", "not_canonical", "\"Sales\"", "\"\\u0053ales\"");
    table.text("an escape in capitals", "not_canonical", "\"Sales\"", "\"\\u001F\"");
    table.text(
        "keys of the payload in another order",
        "not_canonical",
        "\"description\":\"It sells.\",\"name\":\"Sales\"",
        "\"name\":\"Sales\",\"description\":\"It sells.\"",
    );
    table.text(
        "a key twice in the payload",
        "duplicate_key",
        "\"name\":\"Sales\"",
        "\"name\":\"Sales\",\"name\":\"Other\"",
    );
    table.text(
        "a key twice, once escaped",
        "duplicate_key",
        "\"name\":\"Sales\"",
        "\"name\":\"Sales\",\"nam\\u0065\":\"Other\"",
    );
    table.text("a number that no double holds", "malformed", "\"content\":10", "\"content\":1e400");
    table.text("an integer of 65 bits", "malformed", "\"content\":10", "\"content\":18446744073709551616");
    table.text("half a surrogate pair", "malformed", "\"Sales\"", "\"\\ud800\"");
    table.text("a comma too many", "malformed", "\"content\":10", "\"content\":[1,]");
    table.text("not a number", "malformed", "\"content\":10", "\"content\":NaN");
    let deep = format!("\"content\":{}1{}", "[".repeat(64), "]".repeat(64));
    table.text("deeper than a publication may be", "malformed", "\"content\":10", &deep);
    table.payload("a payload that is no text", "malformed", b"\xff\xfe");
    table.payload("an empty payload", "malformed", b"");
    table.payload("a payload that is no object", "malformed", b"[]");
    table.field("another format", "wrong_format", |value| value["format"] = json!("atom-bundle/2"));
    table.field("the format of a record", "wrong_format", |value| value["format"] = json!("atom-record/1"));
}

fn fields(table: &mut Table) {
    let malformed = "malformed";
    table.field("a field that a bundle does not have", malformed, |value| value["note"] = json!(1));
    for name in [
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
    ] {
        let title: &'static str = match name {
            "format" => "without format",
            "instance" => "without instance",
            "component_type" => "without component_type",
            "id" => "without id",
            "source_tenant_id" => "without source_tenant_id",
            "version" => "without version",
            "digest" => "without digest",
            "published_at" => "without published_at",
            "manifest" => "without manifest",
            _ => "without files",
        };
        table.field(title, malformed, |value| drop(value.as_object_mut().unwrap().remove(name)));
    }
    for (name, field, wrong) in [
        ("an instance that is none", "instance", json!("partner.example")),
        ("an instance in capitals", "instance", json!("ins_0198C0DE0000700080000000000000AA")),
        ("a kind that there is not", "component_type", json!("workflow")),
        ("an id that is a path", "id", json!("../sales")),
        ("an id that is a route", "id", json!("search")),
        ("a publisher that is itself mirrored", "source_tenant_id", json!("acme@partner")),
        ("a version that is none", "version", json!("v1.2")),
        ("a version with build metadata", "version", json!("1.2.0+7")),
        ("a time with an offset", "published_at", json!("2026-11-24T12:00:00+00:00")),
        ("a time that is none", "published_at", json!("today")),
        ("a digest in capitals", "digest", json!(format!("sha256:{}", "A".repeat(64)))),
        ("a digest that is too short", "digest", json!("sha256:00")),
        ("a manifest that is no object", "manifest", json!([])),
        ("a number as a name", "id", json!(7)),
        ("files that are no list", "files", json!({})),
    ] {
        table.field(name, malformed, |value| value[field] = wrong);
    }
    let mismatch = "digest_mismatch";
    table.field("another digest", mismatch, |value| value["digest"] = json!(format!("sha256:{}", "0".repeat(64))));
    table.field("another name in the manifest", mismatch, |value| value["manifest"]["name"] = json!("Other"));
    table.field("something inside the content changed", mismatch, |value| value["manifest"]["content"]["a"] = json!(2));
    table.field("a field of the manifest more", mismatch, |value| value["manifest"]["of_tomorrow"] = json!(1));
    table.field("the id of another component", mismatch, |value| value["id"] = json!("other"));
    table.field("another kind", mismatch, |value| value["component_type"] = json!("agent"));
}

fn files(table: &mut Table) {
    let changed = |change: fn(&mut Value)| {
        let mut value = with_files(&[("a.py", b"print(1)"), ("b.py", b"print(2)")]);
        change(&mut value);
        value
    };
    let mismatch = "digest_mismatch";
    table.value("other bytes in a file", mismatch, &changed(|value| value["files"][0]["content"] = json!("print(9)")));
    table.value("a file missing", mismatch, &changed(|value| drop(value["files"].as_array_mut().unwrap().pop())));
    table.value(
        "a file more",
        mismatch,
        &changed(|value| {
            value["files"].as_array_mut().unwrap().push(json!({ "path": "c", "encoding": "utf-8", "content": "" }));
        }),
    );
    table.value("a file under another name", mismatch, &changed(|value| value["files"][1]["path"] = json!("c.py")));
    table.value(
        "a size that is not the file's",
        mismatch,
        &with_digest(changed(|value| value["manifest"]["files"][0]["size"] = json!(9))),
    );
    table.value(
        "a file that is no base64",
        "malformed",
        &changed(|value| value["files"][0]["encoding"] = json!("base64")),
    );
    table.value(
        "an encoding that there is not",
        "malformed",
        &changed(|value| value["files"][0]["encoding"] = json!("utf-16")),
    );
    table.value(
        "a field that a file does not have",
        "malformed",
        &changed(|value| value["files"][0]["mode"] = json!(755)),
    );
    for (name, path) in [
        ("a path out of the folder", "../a"),
        ("a path out of the folder, further in", "a/../../b"),
        ("a path from the root", "/etc/passwd"),
        ("a path with an empty part", "a//b"),
        ("a path with a dot", "a/./b"),
        ("an empty path", ""),
        ("a path with a backslash", "..\\a"),
        ("a path with a drive", "C:a"),
        ("a path with a line end", "a\nb"),
        ("a path that ends with a space", "a "),
        ("a path that ends with a dot", "a./b"),
        ("a path that is a device", "x/Nul.txt"),
        ("a path that is a numbered device", "com1"),
    ] {
        table.files(name, "bad_path", &[(path, b"x")]);
    }
    table.files("a path twice", "bad_path", &[("a", b"1"), ("a", b"2")]);
    table.files("paths in another order", "bad_path", &[("b", b"1"), ("a", b"2")]);
    table.files("paths that differ by case alone", "bad_path", &[("A.md", b"1"), ("a.md", b"2")]);
}

fn document() -> String {
    let mut table = Table::default();
    for part in [accepted, signatures, envelopes, payloads, fields, files] {
        part(&mut table);
    }
    let vectors = table.0.into_iter().map(|vector| {
        let mut value = json!({ "name": vector.name, "keys": vector.keys, "expect": vector.expect });
        for (key, input) in vector.input.as_object().unwrap() {
            value[key] = input.clone();
        }
        if vector.expect == "ok" {
            let keys: Vec<PublicKey> = vector.keys.iter().map(|key| PublicKey::from_base64(key).unwrap()).collect();
            let verified =
                verify_bundle(&input_of(&value), &keys).unwrap_or_else(|why| panic!("{}: {why}", vector.name));
            value["digest"] = json!(verified.document.digest);
            value["keyid"] = json!(verified.key_id());
        }
        value
    });
    let about = "What verify_bundle says of `envelope` (text), `envelope_base64` (bytes) or `repeat` (text, so many times), trusting \
         `keys`: ok, or the code of the first reason to refuse. Made by crates/bundle/tests/it/vectors.rs.";
    let document = json!({ "about": about, "vectors": vectors.collect::<Vec<_>>() });
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    text
}

#[test]
fn the_file_is_what_is_made_here() {
    let there = std::fs::read_to_string(file()).expect("sdks/vectors/bundles.json");
    let message = "sdks/vectors/bundles.json is to be made again: cargo test -p atom-marketplace-bundle -- --ignored";
    assert!(there == document(), "{message}");
}

#[test]
#[ignore = "writes the file"]
fn write_the_file() {
    std::fs::write(file(), document()).unwrap();
}

#[test]
fn every_vector_is_answered_as_it_says() {
    let text = std::fs::read_to_string(file()).expect("sdks/vectors/bundles.json");
    let document: Value = serde_json::from_str(&text).unwrap();
    let vectors = document["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 100, "{}", vectors.len());
    let mut names = std::collections::HashSet::new();
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        assert!(names.insert(name), "{name} stands twice");
        let keys = vector["keys"].as_array().unwrap().iter().map(|key| PublicKey::from_base64(key.as_str().unwrap()));
        let answer = keys.collect::<Result<Vec<_>, Refusal>>().and_then(|keys| verify_bundle(&input_of(vector), &keys));
        match answer {
            Ok(verified) => {
                assert_eq!(vector["expect"], "ok", "{name}");
                assert_eq!(vector["digest"], verified.document.digest, "{name}");
                assert_eq!(vector["keyid"], verified.key_id().as_str(), "{name}");
                // What is passed on is what came.
                assert!(verified.envelope().to_bytes() == input_of(vector), "{name}");
            }
            Err(why) => {
                assert_eq!(vector["expect"], why.code(), "{name}: {why}");
                let told = why.to_string();
                assert!(told.len() > 20 && !told.contains('\n'), "{name}: {told}");
            }
        }
    }
}
