//! Keys, their names, and the chains of rotations that lead from one to the next.

use atom_marketplace_bundle::{
    Event, Fingerprint, InstanceKey, KeyEntry, KeyRing, KeySet, NamedInstance, PROTOCOL, PublicKey, Record,
    rotation_proof, sign, verify,
};
use serde_json::{Value, json};

use crate::common::{INSTANCE, OTHER, key, page, public, record, statement};

#[test]
fn names_of_a_key() {
    // RFC 8032, test 1.
    let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let key = InstanceKey::from_seed(&seed.try_into().unwrap());
    assert_eq!(
        key.public().as_bytes().to_vec(),
        hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    );
    assert_eq!(key.public().to_base64(), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    // SHA-256 of these bytes is 21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9.
    assert_eq!(key.public().id().as_str(), "21fe31dfa154a261");
    assert_eq!(key.public().fingerprint().to_string(), "47Z3-3QX1-AJH6-2RKB-Z1A0");
    assert_eq!(format!("{key:?}"), "InstanceKey(21fe31dfa154a261)");
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn fingerprints_are_compared_as_people_type_them() {
    let fingerprint = key(1).public().fingerprint();
    let text = fingerprint.to_string();
    for typed in [
        text.clone(),
        text.to_lowercase(),
        text.replace('-', ""),
        text.replace('-', " "),
        text.replace('1', "l").replace('0', "o"),
    ] {
        assert_eq!(typed.parse::<Fingerprint>().unwrap(), fingerprint, "{typed}");
    }
    assert_ne!(key(2).public().fingerprint(), fingerprint);
    for wrong in ["", "K7QF", &text[1..], &format!("{text}0"), "UUUU-UUUU-UUUU-UUUU-UUUU", "é7QF-2M9D-8XTA-PW3N-6RVB"]
    {
        assert_eq!(wrong.parse::<Fingerprint>().unwrap_err().code(), "bad_key", "{wrong}");
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let zeros = [0; 32];
    let mut one = zeros;
    one[0] = 1;
    for bytes in [&zeros[..], &one[..], &[0xff; 32], &[1; 31], &[1; 33], &[]] {
        assert_eq!(PublicKey::from_bytes(bytes).unwrap_err().code(), "bad_key", "{bytes:?}");
    }
}

fn key_set(keys: Vec<KeyEntry>) -> KeySet {
    KeySet {
        instance: NamedInstance { id: INSTANCE.to_owned(), name: "A".to_owned(), url: None },
        keys,
        vouched: Vec::new(),
        protocols: vec![PROTOCOL.to_owned()],
    }
}

fn entry(n: u8, retired: bool, proof: Option<atom_marketplace_bundle::Envelope>) -> KeyEntry {
    let at = "2026-11-24T12:00:00Z".to_owned();
    KeyEntry::new(key(n).public(), at.clone(), retired.then_some(at), proof)
}

#[test]
fn rotations_are_followed_from_what_is_pinned_and_nowhere_else() {
    let proof = |n, next| Some(statement(n, next));
    let elsewhere = rotation_proof(OTHER, &key(1), key(4).public(), "2026-11-24T12:00:00Z").unwrap();
    let set = key_set(vec![
        entry(3, false, proof(2, 3)),
        entry(2, true, proof(1, 2)),
        entry(1, true, None),
        // A key that proves itself, one proven for another instance, one with the proof of another, one without.
        entry(5, false, proof(5, 5)),
        entry(4, false, Some(elsewhere)),
        entry(6, false, proof(1, 2)),
        entry(7, false, None),
    ]);
    let read = KeySet::parse(&serde_json::to_vec(&set).unwrap()).unwrap();
    assert_eq!(read, set);
    assert_eq!(read.present().unwrap().public_key, key(3).public());
    let ids = |keys: Vec<PublicKey>| keys.iter().map(|key| key.id().to_string()).collect::<Vec<_>>();
    assert_eq!(ids(read.follow(&public(&[1]))), ids(public(&[1, 2, 3])));
    assert_eq!(ids(read.follow(&public(&[2]))), ids(public(&[2, 3])));
    assert_eq!(ids(read.follow(&public(&[9]))), ids(public(&[9])));
    assert!(read.follow(&[]).is_empty());
}

#[test]
fn a_key_set_says_what_it_is_or_is_refused() {
    let good = serde_json::to_value(key_set(vec![entry(1, false, None)])).unwrap();
    let read = |value: &Value| KeySet::parse(&serde_json::to_vec(value).unwrap());
    let mut later = good.clone();
    later["of_tomorrow"] = json!(1);
    later["protocols"] = json!(["atom-federation/2", PROTOCOL]);
    read(&later).unwrap();
    let other = entry(2, false, None);
    for (pointer, value, code) in [
        ("/keys/0/keyid", json!(other.keyid), "bad_key"),
        ("/keys/0/fingerprint", json!(other.fingerprint), "bad_key"),
        ("/keys/0/public_key", json!(other.public_key), "bad_key"),
        ("/keys/0/public_key", json!("AAAA"), "malformed"),
        ("/keys/0/algorithm", json!("rsa"), "bad_key"),
        ("/keys/0/created_at", json!("now"), "malformed"),
        ("/keys", json!([]), "malformed"),
        ("/instance/id", json!("node_1"), "malformed"),
        ("/protocols", json!(["atom-federation/2"]), "wrong_format"),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert_eq!(read(&changed).unwrap_err().code(), code, "{pointer}");
    }
    assert_eq!(KeySet::parse(&vec![b' '; 2 << 20]).unwrap_err().code(), "too_large");
    assert_eq!(read(&json!(key_set(vec![entry(1, true, None)]))).unwrap_err().code(), "malformed");
}

#[test]
fn a_key_speaks_for_its_own_instance_alone() {
    let mut ring = KeyRing::default();
    ring.add(INSTANCE, key(1).public());
    ring.add(OTHER, key(2).public());
    let honest = sign(&record(1), &key(1)).unwrap();
    assert_eq!(ring.verify::<Record>(&honest).unwrap().document.revision, 1);
    let forged = sign(&record(1), &key(2)).unwrap();
    let refusal = ring.verify::<Record>(&forged).unwrap_err();
    assert_eq!(refusal.code(), "wrong_instance");
    assert!(refusal.to_string().contains(OTHER), "{refusal}");
    assert_eq!(ring.verify::<Record>(&sign(&record(1), &key(3)).unwrap()).unwrap_err().code(), "unknown_key");
    assert_eq!(ring.verify::<Event>(&honest).unwrap_err().code(), "wrong_type");
}

#[test]
fn documents_that_contradict_themselves_are_refused() {
    let check = |change: &dyn Fn(&mut Record)| {
        let mut changed = record(1);
        change(&mut changed);
        verify::<Record>(&sign(&changed, &key(1)).unwrap(), &public(&[1])).map(|_| ())
    };
    check(&|_| ()).unwrap();
    let wrong: [&dyn Fn(&mut Record); 8] = [
        &|record| record.revision = 0,
        &|record| record.head = None,
        &|record| record.head = Some("9.0.0".to_owned()),
        &|record| record.manifest = None,
        &|record| record.publisher.id = "other".to_owned(),
        &|record| record.versions.push(record.versions[0].clone()),
        &|record| record.versions[0].bundle.sha256 = "00".to_owned(),
        &|record| record.updated_at = "now".to_owned(),
    ];
    for (i, change) in wrong.into_iter().enumerate() {
        assert_eq!(check(change).unwrap_err().code(), "malformed", "{i}");
    }
    let mut page = page();
    page.complete = false;
    let refusal = verify::<atom_marketplace_bundle::Page>(&sign(&page, &key(1)).unwrap(), &public(&[1])).unwrap_err();
    assert_eq!(refusal.code(), "malformed");
}
