//! What is fuzzed, as plain functions: libFuzzer drives them here, and proptest in the tests of `crates/bundle`. A target
//! panics when something that must hold does not.

use atom_marketplace_bundle::{
    Bundle, Document, Envelope, Event, InstanceKey, KeySet, KeyStatement, Page, Record, sign_bytes, verify,
    verify_bundle,
};

fn key() -> InstanceKey {
    InstanceKey::from_seed(&[0x5a; 32])
}

/// Any bytes as an envelope: what is accepted is written in no other way, and nobody has signed it.
pub fn envelope(bytes: &[u8]) {
    if let Ok(envelope) = Envelope::parse(bytes, Bundle::LIMIT) {
        assert!(envelope.to_bytes() == bytes, "an envelope has one form");
    }
    let keys = [key().public()];
    assert!(verify_bundle(bytes, &keys).is_err(), "nobody signed it");
    if let Ok(set) = KeySet::parse(bytes) {
        assert!(set.follow(&keys) == keys, "nothing leads from a key that signed nothing");
    }
}

/// Any bytes as a payload that is well signed: what is accepted is written in no other way, and passed on unchanged.
pub fn payload(bytes: &[u8]) {
    one::<Bundle>(bytes);
    one::<Record>(bytes);
    one::<Page>(bytes);
    one::<Event>(bytes);
    one::<KeyStatement>(bytes);
}

fn one<T: Document>(bytes: &[u8]) {
    let key = key();
    let Ok(signature) = sign_bytes::<T>(bytes, &key) else { return };
    let envelope = Envelope::new(T::TYPE, bytes, &key.public().id(), &signature);
    match verify::<T>(&envelope, &[key.public()]) {
        Ok(verified) => {
            assert!(verified.envelope() == envelope && verified.payload == bytes, "it is passed on as it came");
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty() && !refusal.code().is_empty(), "with a reason"),
    }
}
