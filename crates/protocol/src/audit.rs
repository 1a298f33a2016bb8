//! The record of every change, as it is read and verified. See docs/AUDIT_LOG.md.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One entry of the record: who did what to what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"tenant_id": "acme", "number": 42, "at": "2026-01-31T12:00:00.000000Z",
    "actor": "token:tok_0198c0de0000700080000000000000ff", "action": "component.publish", "target": "skill:acme/crm-lookup",
    "details": {"version": "1.0.1"}, "request_id": "req_0198c0de000070008000000000000001",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}))]
pub struct AuditEntry {
    /// Whose record it is in; none: the platform's own.
    pub tenant_id: Option<String>,
    /// Its place there: 1, 2, 3 …
    pub number: u64,
    /// When, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: String,
    /// Who: `token:tok_…`, `member:usr_…`, `admin`, `operator`, `policy:…`, `anonymous`.
    pub actor: String,
    /// What: a noun and a verb.
    pub action: String,
    /// To what: `skill:acme/crm-lookup`, `token:tok_…` …
    pub target: String,
    /// What else there is to know of it. Never a secret.
    #[schema(value_type = Object)]
    pub details: Value,
    /// The request in which it was done; none: outside of one.
    pub request_id: Option<String>,
    /// SHA-256 over the entry and the hash before it, hexadecimal.
    pub hash: String,
}

/// An entry as it is exported: with the very text that was hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Whose record it is in; none: the platform's own.
    pub tenant_id: Option<String>,
    /// Its place there: 1, 2, 3 …
    pub number: u64,
    /// When, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: String,
    /// The same in microseconds since 1970, as it was hashed.
    pub at_us: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub target: String,
    /// JSON text, as it was hashed.
    pub details: String,
    /// The request in which it was done.
    pub request_id: Option<String>,
    /// SHA-256 over the entry and the hash before it, hexadecimal.
    pub hash: String,
}

/// Where a chain ends. Kept elsewhere, it shows later that nothing before it was changed or cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditHead {
    /// The last entry's number.
    pub number: u64,
    /// Its hash, hexadecimal.
    pub hash: String,
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditBreak {
    /// The first entry that is not what it was, or not there.
    pub number: u64,
    /// What is wrong with it.
    pub why: String,
}

/// Whether a chain is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditVerification {
    /// Whose chain; none: the platform's own.
    pub tenant_id: Option<String>,
    /// Whether every entry is there as it was written.
    pub ok: bool,
    /// Entries that were looked at.
    pub entries: u64,
    /// Where the chain ends; none: it is empty.
    pub head: Option<AuditHead>,
    /// Where it is broken.
    pub first_broken: Option<AuditBreak>,
}
