//! Records: what a component is now, as its origin says.

use atom_marketplace_protocol::component::Deprecation;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::semver_ext::parse_version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::document::{Document, check_digest, check_names, check_time, is_sha256, typed};
use crate::refusal::{Refusal, shown};

/// The origin's statement of what a component is. Each change of what it says raises `revision`; a reader that has seen one
/// refuses a lower revision, the same one with other bytes, and a version whose digest or bundle has become another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// `atom-record/1`.
    pub format: String,
    /// The instance it was published on.
    pub instance: String,
    /// Its kind.
    pub component_type: Kind,
    /// Its publisher there.
    pub source_tenant_id: String,
    /// Its publisher's id for it.
    pub id: String,
    /// Counts the changes of this record, from 1.
    pub revision: u64,
    /// Whether it is there.
    pub status: RecordStatus,
    /// Why it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who publishes it.
    pub publisher: RecordPublisher,
    /// Names it had before: a mirror that knows it by one of these renames what it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<FormerName>,
    /// The head's fields that lists and details show; of a published one alone. Fields that are not known here are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Map<String, Value>>,
    /// The version that is shown; of a published one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Set when its publisher advises against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecation>,
    /// Its public versions.
    pub versions: Vec<RecordVersion>,
    /// First published.
    pub created_at: String,
    /// Last version or change.
    pub updated_at: String,
}

/// Whether a component is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordStatus {
    /// It is.
    Published,
    /// Its publisher took it back.
    Withdrawn,
    /// The origin's operator hid it.
    Quarantined,
}

impl RecordStatus {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
            Self::Quarantined => "quarantined",
        }
    }
}

/// Who publishes a component, on its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordPublisher {
    /// The tenant.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether the origin has verified who it is.
    pub verified: bool,
}

/// A name that a component had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerName {
    /// The publisher.
    pub source_tenant_id: String,
    /// The id.
    pub id: String,
}

/// A version of a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordVersion {
    /// Its number.
    pub version: String,
    /// Its content's digest.
    pub digest: String,
    /// Its bundle's bytes.
    pub bundle: SignedBytes,
    /// When it became available.
    pub published_at: String,
    /// Set when it is to be installed by nobody who does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<YankedVersion>,
}

/// Bytes, by what identifies them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedBytes {
    /// SHA-256, 64 hex digits.
    pub sha256: String,
    /// How many.
    pub size: u64,
}

/// A yank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YankedVersion {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Document for Record {
    const TYPE: &'static str = "application/vnd.atom.record+json";
    const FORMAT: &'static str = "atom-record/1";
    const LIMIT: usize = 1 << 20;

    fn instance(&self) -> &str {
        &self.instance
    }

    fn read(payload: Value) -> Result<Self, Refusal> {
        let record: Self = typed(payload)?;
        check_names(&record.source_tenant_id, &record.id)?;
        let malformed = |why: &str| Err(Refusal::Malformed(why.to_owned()));
        if record.revision == 0 {
            return malformed("revision counts from 1");
        }
        if record.publisher.id != record.source_tenant_id {
            return malformed("publisher.id is not source_tenant_id");
        }
        for name in &record.formerly {
            check_names(&name.source_tenant_id, &name.id)?;
        }
        check_time("created_at", &record.created_at)?;
        check_time("updated_at", &record.updated_at)?;
        for (i, version) in record.versions.iter().enumerate() {
            let at = format!("versions[{i}]");
            parse_version(&version.version).map_err(|why| Refusal::Malformed(format!("{at}.version: {why}")))?;
            check_digest(&format!("{at}.digest"), &version.digest)?;
            check_time(&format!("{at}.published_at"), &version.published_at)?;
            if !is_sha256(&version.bundle.sha256) {
                return Err(Refusal::Malformed(format!("{at}.bundle.sha256 is not 64 hex digits")));
            }
            if record.versions[..i].iter().any(|other| other.version == version.version) {
                return Err(Refusal::Malformed(format!("{at} is the second {}", shown(&version.version))));
            }
        }
        let published = record.status == RecordStatus::Published;
        if published != record.manifest.is_some() || published != record.head.is_some() {
            return malformed("manifest and head are those of a published component, and of that alone");
        }
        if record.head.as_ref().is_some_and(|head| record.versions.iter().all(|version| version.version != *head)) {
            return malformed("head is none of its versions");
        }
        Ok(record)
    }
}
