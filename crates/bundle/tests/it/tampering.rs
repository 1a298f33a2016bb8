//! Tampering: whatever is changed, replayed or signed by somebody else is refused, and it is said why.

use std::collections::BTreeMap;

use atom_marketplace_bundle::{
    Bundle, Document, Envelope, Event, KeyRing, KeySet, KeyStatement, Page, PublicKey, Record, Refusal, sign,
    sign_bytes, verify, verify_bundle,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::{INSTANCE, OTHER, bundle, key, page, plain, public, record, statement, with_digest, with_files};

/// What an attacker has: everything that an honest instance ever signed, and keys of their own.
struct Attack {
    rng: u64,
    accepted: usize,
    reasons: BTreeMap<&'static str, usize>,
}

impl Attack {
    /// The same numbers each time.
    fn number(&mut self, below: usize) -> usize {
        self.rng = self.rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.rng >> 33) as usize % below
    }

    fn tell<T>(&mut self, what: &str, answer: Result<T, Refusal>) {
        match answer {
            Ok(_) => {
                println!("accepted: {what}");
                self.accepted += 1;
            }
            Err(refusal) => {
                assert!(!refusal.to_string().is_empty());
                *self.reasons.entry(refusal.code()).or_default() += 1;
            }
        }
    }
}

fn ring() -> KeyRing {
    let mut ring = KeyRing::default();
    ring.add(INSTANCE, key(1).public());
    ring.add(OTHER, key(2).public());
    ring
}

/// One place in a JSON value replaced by something else.
fn mutate(attack: &mut Attack, value: &mut Value) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let at = attack.number(fields.len());
            let (name, inner) = fields.iter_mut().nth(at).expect("one of them");
            let name = name.clone();
            match attack.number(4) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(format!("{name}_"), Value::Null)),
                _ => mutate(attack, inner),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = attack.number(items.len());
            if attack.number(4) == 0 {
                items.remove(at);
            } else {
                mutate(attack, &mut items[at]);
            }
        }
        Value::String(text) => text.push('x'),
        Value::Number(number) => *value = json!(number.as_u64().unwrap_or_default() + 1),
        Value::Bool(bit) => *bit = !*bit,
        Value::Null => *value = json!(1),
        Value::Object(_) | Value::Array(_) => *value = json!([[]]),
    }
}

#[test]
fn s5_of_a_thousand_attempts_none_is_accepted() {
    let mut attack = Attack { rng: 7, accepted: 0, reasons: BTreeMap::new() };
    let (ring, keys) = (ring(), public(&[1]));
    let files = with_files(&[("SKILL.md", b"# Sell"), ("run.py", b"print(1)"), ("x.bin", b"\xff")]);
    let honest = bundle(&files).to_bytes();
    verify_bundle(&honest, &keys).unwrap();

    // Bytes changed, added, left out, moved.
    for n in 0..400 {
        let mut bytes = honest.clone();
        let at = attack.number(bytes.len());
        match n % 4 {
            0 => bytes[at] ^= 1 << attack.number(8),
            1 => bytes.insert(at, b"A0 \"\\\n"[attack.number(6)]),
            2 => drop(bytes.remove(at)),
            _ => bytes.truncate(at),
        }
        attack.tell(&format!("bytes {n}"), verify_bundle(&bytes, &keys));
    }
    // The content changed, under the old signature, or under the attacker's own with the honest key's name.
    for n in 0..300 {
        let mut changed = files.clone();
        mutate(&mut attack, &mut changed);
        if n % 3 == 2
            && changed["manifest"].is_object()
            && changed["id"].is_string()
            && changed["component_type"] == "skill"
        {
            changed = with_digest(changed);
        }
        if changed == files {
            continue;
        }
        let payload = atom_marketplace_protocol::json::canonical(&changed);
        let old = Envelope::parse(&honest, Bundle::LIMIT).unwrap();
        let mut envelope = Envelope::new(
            Bundle::TYPE,
            &payload,
            &key(1).public().id(),
            &sign_bytes::<Bundle>(&payload, &key(3)).unwrap(),
        );
        if n % 2 == 0 {
            envelope.signatures = old.signatures;
        }
        attack.tell(&format!("content {n}"), verify::<Bundle>(&envelope, &keys));
    }
    // Signed by a key that nobody trusts; by one that is trusted, for another instance.
    for n in 0..100 {
        let mut record = record(u64::from(n) + 1);
        attack.tell(&format!("unknown key {n}"), ring.verify::<Record>(&sign(&record, &key(100 + n)).unwrap()));
        attack.tell(&format!("wrong origin {n}"), ring.verify::<Record>(&sign(&record, &key(2)).unwrap()));
        record.instance = OTHER.to_owned();
        attack.tell(&format!("wrong origin again {n}"), ring.verify::<Record>(&sign(&record, &key(1)).unwrap()));
    }
    // A document passed off as another one.
    let event = Event {
        format: Event::FORMAT.to_owned(),
        instance: INSTANCE.to_owned(),
        sequence: 3,
        at: "2026-11-24T12:00:00Z".to_owned(),
        id: "evt".to_owned(),
    };
    let replayed = [
        bundle(&files),
        sign(&record(1), &key(1)).unwrap(),
        sign(&page(), &key(1)).unwrap(),
        sign(&event, &key(1)).unwrap(),
        statement(1, 2),
    ];
    for (n, envelope) in replayed.iter().enumerate() {
        let mut renamed = envelope.clone();
        for kind in [Bundle::TYPE, Record::TYPE, Page::TYPE, Event::TYPE, KeyStatement::TYPE] {
            if renamed.payload_type == kind {
                continue;
            }
            kind.clone_into(&mut renamed.payload_type);
            let name = format!("replay of {n} as {kind}");
            attack.tell(&name, as_any(&renamed, &keys));
            renamed = envelope.clone();
        }
        for (m, answer) in others(envelope, &keys).into_iter().enumerate() {
            attack.tell(&format!("replay of {n} where {m} is expected"), answer);
        }
    }
    // A key that names itself as another's successor.
    for n in 0..50 {
        let set = json!({
            "instance": { "id": INSTANCE, "name": "A" }, "protocols": ["atom-federation/1"],
            "keys": [{
                "keyid": key(60 + n).public().id(), "algorithm": "ed25519", "public_key": key(60 + n).public(),
                "fingerprint": key(60 + n).public().fingerprint(), "created_at": "2026-11-24T12:00:00Z",
                "proof": statement(if n % 2 == 0 { 60 + n } else { 2 }, 60 + n),
            }],
        });
        let trusted = KeySet::parse(&serde_json::to_vec(&set).unwrap()).unwrap().follow(&keys);
        attack.tell(&format!("rotation {n}"), verify::<Record>(&sign(&record(1), &key(60 + n)).unwrap(), &trusted));
    }
    let attempts = attack.reasons.values().sum::<usize>() + attack.accepted;
    println!("{attempts} attempts: {:?}", attack.reasons);
    assert!(attempts >= 1_000, "{attempts}");
    assert_eq!(attack.accepted, 0);
    for code in ["bad_signature", "unknown_key", "wrong_instance", "wrong_type", "malformed"] {
        assert!(attack.reasons.contains_key(code), "{code}: {:?}", attack.reasons);
    }
}

/// Read as what it says it is.
fn as_any(envelope: &Envelope, keys: &[PublicKey]) -> Result<(), Refusal> {
    match envelope.payload_type.as_str() {
        Bundle::TYPE => verify::<Bundle>(envelope, keys).map(|_| ()),
        Record::TYPE => verify::<Record>(envelope, keys).map(|_| ()),
        Page::TYPE => verify::<Page>(envelope, keys).map(|_| ()),
        Event::TYPE => verify::<Event>(envelope, keys).map(|_| ()),
        _ => verify::<KeyStatement>(envelope, keys).map(|_| ()),
    }
}

/// Read as all that it is not.
fn others(envelope: &Envelope, keys: &[PublicKey]) -> Vec<Result<(), Refusal>> {
    let all = [
        (Bundle::TYPE, verify::<Bundle>(envelope, keys).map(|_| ())),
        (Record::TYPE, verify::<Record>(envelope, keys).map(|_| ())),
        (Page::TYPE, verify::<Page>(envelope, keys).map(|_| ())),
        (Event::TYPE, verify::<Event>(envelope, keys).map(|_| ())),
        (KeyStatement::TYPE, verify::<KeyStatement>(envelope, keys).map(|_| ())),
    ];
    all.into_iter().filter(|(kind, _)| *kind != envelope.payload_type).map(|(_, answer)| answer).collect()
}

proptest! {
    #[test]
    fn a_byte_changed_anywhere_is_refused(at: prop::sample::Index, byte: u8) {
        let mut bytes = bundle(&with_files(&[("a.py", b"print(1)")])).to_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(verify_bundle(&bytes, &public(&[1])).is_err());
    }

    #[test]
    fn whatever_is_signed_reads_back(name in "[a-zé😀 ]{1,20}", numbers: Vec<f64>, big: u64, seed: [u8; 32]) {
        let numbers: Vec<_> = numbers.into_iter().filter(|n| n.is_finite()).collect();
        let value = plain("agent", &json!({ "content": { name.clone(): numbers, "big": big } }));
        let key = atom_marketplace_bundle::InstanceKey::from_seed(&seed);
        let document: Bundle = serde_json::from_value(value.clone()).unwrap();
        let envelope = sign(&document, &key).unwrap();
        let verified = verify_bundle(&envelope.to_bytes(), &[key.public()]).unwrap();
        prop_assert_eq!(verified.document.to_bytes(), document.to_bytes());
        prop_assert_eq!(verified.payload.clone(), atom_marketplace_protocol::json::canonical(&value));
        prop_assert_eq!(verified.envelope(), envelope);
    }

    #[test]
    fn whatever_comes_the_targets_hold(bytes: Vec<u8>, text: String, at: prop::sample::Index, byte: u8) {
        crate::targets::envelope(&bytes);
        crate::targets::envelope(text.as_bytes());
        crate::targets::payload(&bytes);
        // Near what is right: one byte of it is another.
        let honest = sign(&record(1), &key(1)).unwrap();
        let mut near = bundle(&with_files(&[("a.py", b"print(1)")])).to_bytes();
        let place = at.index(near.len());
        near[place] = byte;
        crate::targets::payload(&near);
        let mut payload = verify::<Record>(&honest, &public(&[1])).unwrap().payload;
        let place = at.index(payload.len());
        payload[place] = byte;
        crate::targets::payload(&payload);
    }
}
