//! How entries are linked. What is hashed is written down in docs/AUDIT_LOG.md, so that an export can be verified by anyone.

use atom_marketplace_db::Timestamp;
use sha2::{Digest, Sha256};

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// An entry as it is hashed.
#[derive(Debug)]
pub(super) struct Link<'a> {
    pub(super) number: i64,
    pub(super) at: Timestamp,
    pub(super) actor: &'a str,
    pub(super) action: &'a str,
    pub(super) target: &'a str,
    pub(super) details: &'a str,
    pub(super) request_id: Option<&'a str>,
}

impl Link<'_> {
    /// The hash of this entry after one with the hash `previous`: SHA-256 over that hash and every field, each preceded by
    /// its length in eight bytes, so that no two entries are the same bytes.
    pub(super) fn hash(&self, previous: &[u8]) -> Hash {
        let mut hash = Sha256::new();
        hash.update(previous);
        let (number, at) = (self.number.to_string(), self.at.as_micros().to_string());
        let request = self.request_id.unwrap_or_default();
        for field in [&number, &at, self.actor, self.action, self.target, self.details, request] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hash.finalize().into()
    }
}

/// What the first entry of a chain is linked to: the name of the tenant, so that one chain cannot be shown for another.
pub(super) fn beginning(tenant: Option<&str>) -> Vec<u8> {
    let name = tenant.map_or_else(|| "platform".to_owned(), |tenant| format!("tenant {tenant}"));
    Sha256::digest(format!("atom-marketplace audit log of the {name}")).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_its_place_is_in_the_hash() {
        let link = || Link {
            number: 1,
            at: Timestamp::from_micros(1),
            actor: "admin",
            action: "tenant.update",
            target: "tenant:acme",
            details: "{}",
            request_id: None,
        };
        let changed = [
            Link { number: 2, ..link() },
            Link { at: Timestamp::from_micros(2), ..link() },
            Link { actor: "admi", ..link() },
            Link { actor: "admint", action: "enant.update", ..link() },
            Link { target: "tenant:acmf", ..link() },
            Link { details: "{ }", ..link() },
            Link { request_id: Some("req_1"), ..link() },
        ];
        let mut hashes: Vec<_> = changed.iter().map(|link| link.hash(b"a")).collect();
        hashes.extend([link().hash(b"a"), link().hash(b"b")]);
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
        assert_ne!(beginning(None), beginning(Some("platform")));
    }
}
