//! Whose signatures are believed: the keys that were pinned when a peer was paired, whichever these name as their successors,
//! and for other instances whose components the peer passes on, the keys that it vouches for.

use atom_marketplace_bundle::{
    KeyEntry, KeyRing, KeySet, NamedInstance, PublicKey, Refusal as Reason, VouchedInstance,
};
use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::text;

use super::refusal::Refusal;
use super::store;

/// A key that is pinned.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) public: PublicKey,
    /// Since when it signs, as its instance says.
    pub(super) since: String,
    pub(super) pinned_at: Timestamp,
    /// It signs nothing more: what it has signed before stays good.
    pub(super) retired: bool,
}

/// An instance whose components come from a peer.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) id: i64,
    pub(super) instance: String,
    /// What it calls itself.
    pub(super) name: String,
    /// What stands behind the `@` of its tenants.
    pub(super) label: String,
    /// Its keys are the peer's word.
    pub(super) vouched: bool,
    pub(super) keys: Vec<Key>,
}

impl Origin {
    /// The key that signs at present.
    pub(super) fn present(&self) -> Option<&Key> {
        self.keys.iter().rev().find(|key| !key.retired).or_else(|| self.keys.last())
    }

    /// Its keys as they are compared.
    fn public(&self) -> Vec<PublicKey> {
        self.keys.iter().map(|key| key.public).collect()
    }
}

/// The keys of these origins. One that has been pinned itself is believed by its pinned keys alone.
pub(super) fn ring(origins: &[Origin]) -> KeyRing {
    let mut ring = KeyRing::default();
    for origin in origins {
        for key in &origin.keys {
            ring.add(&origin.instance, key.public);
        }
    }
    ring
}

/// Characters of what an instance calls itself.
const NAME_MAX: usize = 100;
/// Keys of one instance.
const KEYS_MAX: usize = 32;
/// Instances that a peer vouches for.
const VOUCHED_MAX: usize = 1_000;

/// A name that everyone may be shown.
pub(super) fn clean_name(name: &str) -> String {
    let rule = text::TextRule { max_chars: NAME_MAX, multiline: false, required: true };
    let cut: String = name.trim().chars().take(NAME_MAX).collect();
    text::clean(&cut, rule).unwrap_or_else(|_| "an instance".to_owned())
}

/// Pins what an instance shows when it is paired. One that was paired before keeps its place.
pub(super) fn pin(c: &mut Conn<'_>, peer: i64, label: &str, shown: &KeySet, now: Timestamp) -> Result<(), Error> {
    let (instance, name) = (&shown.instance.id, clean_name(&shown.instance.name));
    let origin = match store::origin(c, peer, instance)? {
        Some(before) => before.id,
        None => store::insert_origin(c, peer, instance, (&name, label), false)?,
    };
    store::rename_origin(c, origin, &name)?;
    store::drop_keys(c, origin)?;
    put(c, origin, shown.keys.iter(), now)
}

/// Pins what an instance shows now in the place of what it has shown before.
pub(super) fn pin_anew(c: &mut Conn<'_>, peer: i64, shown: &KeySet, now: Timestamp) -> Result<(), Error> {
    pin(c, peer, "", shown, now)
}

fn put<'a>(
    c: &mut Conn<'_>,
    origin: i64,
    keys: impl Iterator<Item = &'a KeyEntry>,
    now: Timestamp,
) -> Result<(), Error> {
    for entry in keys.take(KEYS_MAX) {
        let (public, since) = (entry.public_key, entry.created_at.clone());
        let key = Key { public, since, pinned_at: now, retired: entry.retired_at.is_some() };
        store::put_key(c, origin, &key, now)?;
    }
    Ok(())
}

/// Takes over what a peer shows of itself now, as far as it follows from what is pinned, and the keys that it vouches for.
/// Returns what does not follow.
pub(super) fn follow(
    c: &mut Conn<'_>,
    peer: &store::PeerRow,
    own: &str,
    shown: &KeySet,
    now: Timestamp,
) -> Result<Vec<Refusal>, Error> {
    let mut refused = Vec::new();
    let origin = store::origin(c, peer.id, &peer.instance)?.ok_or(Error::NotFound)?;
    let trusted = shown.follow(&origin.public());
    let proven = shown.keys.iter().filter(|entry| trusted.contains(&entry.public_key));
    put(c, origin.id, proven, now)?;
    store::rename_origin(c, origin.id, &clean_name(&shown.instance.name))?;
    for entry in shown.keys.iter().filter(|entry| !trusted.contains(&entry.public_key)).take(KEYS_MAX) {
        refused.push(Refusal::new(
            "unproven_key",
            format!(
                "The instance shows the key {}, and none of those pinned has named it as its successor. Ask its operator; then pin it with its fingerprint.",
                entry.fingerprint
            ),
        ));
    }
    for vouched in shown.vouched.iter().take(VOUCHED_MAX) {
        // Neither itself nor us: nobody vouches for those.
        if vouched.instance.id != peer.instance && vouched.instance.id != own {
            vouch(c, peer, &vouched.instance, &vouched.keys, now)?;
        }
    }
    Ok(refused)
}

/// Notes the keys that a peer vouches for.
fn vouch(
    c: &mut Conn<'_>,
    peer: &store::PeerRow,
    instance: &NamedInstance,
    keys: &[KeyEntry],
    now: Timestamp,
) -> Result<(), Error> {
    let name = clean_name(&instance.name);
    let origin = if let Some(before) = store::origin(c, peer.id, &instance.id)? {
        before.id
    } else {
        let label = free_label(c, &peer.name, &name)?;
        store::insert_origin(c, peer.id, &instance.id, (&name, &label), true)?
    };
    store::rename_origin(c, origin, &name)?;
    put(c, origin, keys.iter(), now)
}

/// What stands behind the `@` of the tenants of an instance that a peer passes on: `{origin}.{peer}`, where that is free.
fn free_label(c: &mut Conn<'_>, peer: &str, name: &str) -> Result<String, Error> {
    /// With the peer's name, a point and a number it fits into a label.
    const LENGTH: usize = 50;
    let folded = text::fold(name);
    let host = folded.split_once("://").map_or(folded.as_str(), |(_, rest)| rest);
    let words = host.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-");
    slug.truncate(LENGTH);
    let slug = slug.trim_matches('-');
    let slug = if slug.is_empty() { "origin" } else { slug };
    for number in 1..=10_000 {
        let label = if number == 1 { format!("{slug}.{peer}") } else { format!("{slug}-{number}.{peer}") };
        if !store::label_taken(c, &label)? {
            return Ok(label);
        }
    }
    Err(Error::Other(format!("no label is free for {name}")))
}

/// The keys of the instances whose components are passed on.
pub(in crate::federation) fn vouched(c: &mut Conn<'_>) -> Result<Vec<VouchedInstance>, Error> {
    let origins = store::passed_on(c)?;
    Ok(origins
        .into_iter()
        .map(|origin| {
            let retired = |key: &Key| key.retired.then(|| key.pinned_at.to_string());
            let keys = origin.keys.iter().rev();
            VouchedInstance {
                instance: NamedInstance { id: origin.instance, name: origin.name, url: None },
                keys: keys.map(|key| KeyEntry::new(key.public, key.since.clone(), retired(key), None)).collect(),
            }
        })
        .collect())
}

/// The reason for which a document was refused, as it is listed.
pub(super) fn refused(reason: &Reason, what: &str) -> Refusal {
    Refusal::new(reason.code(), format!("The {what} is refused: {reason}."))
}
