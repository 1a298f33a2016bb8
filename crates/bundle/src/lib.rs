//! What the instances of a federation sign, and how it is checked (contract §6).
//!
//! Documents are canonical JSON in a DSSE envelope with one Ed25519 signature. An envelope has one form for each payload and
//! signature, so a byte changed anywhere is refused. This crate opens no socket and no file, reads no clock and asks for no
//! randomness; whatever it is given, it takes bounded time and memory and answers with a document or a [`Refusal`].
//!
//! | to do | with |
//! |---|---|
//! | make a key from 32 random bytes; its public half, id, and what people compare | [`InstanceKey::from_seed`], [`InstanceKey::public`], [`PublicKey::id`], [`PublicKey::fingerprint`] |
//! | sign a document | [`sign`]; [`sign_bytes`] for a payload that is there already |
//! | put a stored signature around a payload | [`Envelope::new`] |
//! | read an envelope that stands alone, or in a line of a feed | [`Envelope::parse`]; as serde |
//! | check a document under certain keys | [`verify`]`::<Record>(&envelope, &keys)`; bundles also from bytes: [`verify_bundle`] |
//! | check it under the keys of whichever instance it names | [`KeyRing::verify`]: a key signs for its own instance alone |
//! | read `/.well-known/atom-federation`, follow rotations | [`KeySet::parse`], [`KeySet::follow`], [`rotation_proof`] |
//!
//! Documents: [`Bundle`], [`Record`], [`Page`], [`Event`], [`KeyStatement`]; each says its payload type, format and limit as a
//! [`Document`].

mod bundle;
mod document;
mod envelope;
mod feed;
mod key;
mod key_set;
mod record;
mod refusal;

pub use atom_marketplace_protocol::component::Bundle;
pub use bundle::{content_digest, verify_bundle};
pub use document::{Document, KeyRing, Verified, sign, sign_bytes, verify};
pub use envelope::{ENVELOPE_TYPE, Envelope, EnvelopeSignature, SIGNATURE_LENGTH};
pub use feed::{Event, LINE_MAX, PAGE_MAX, Page};
pub use key::{Fingerprint, InstanceKey, KeyId, PublicKey};
pub use key_set::{KeyEntry, KeySet, KeyStatement, NamedInstance, PROTOCOL, VouchedInstance, rotation_proof};
pub use record::{FormerName, Record, RecordPublisher, RecordStatus, RecordVersion, SignedBytes, YankedVersion};
pub use refusal::Refusal;
