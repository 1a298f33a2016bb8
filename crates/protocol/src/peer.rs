//! Peers: instances whose public catalog is pulled from (contract §2 "peers", §6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::federation::FederationFilters;
use crate::ids::Kind;
use crate::wire_enum::wire_enum;

/// Seconds between two pulls: at least, and at most.
pub const SCHEDULE_MIN: u32 = 10;
/// See [`SCHEDULE_MIN`].
pub const SCHEDULE_MAX: u32 = 86_400;
/// Seconds between two pulls where nothing else is said. Live events bring what is urgent sooner.
pub const SCHEDULE_DEFAULT: u32 = 300;

wire_enum! {
    /// What becomes of what a peer offers.
    pub enum PeerPolicy ("policy") {
        /// It is listed at once, with its origin.
        Publish = "publish",
        /// It waits in the queue of submissions.
        Review = "review",
    }
}

wire_enum! {
    /// How much is kept of what a peer offers.
    pub enum PeerMirror ("mirror") {
        /// Everything: it can be installed while the peer is away.
        All = "all",
        /// What lists and details show; the rest is fetched when it is first asked for.
        Metadata = "metadata",
    }
}

wire_enum! {
    /// Whether a peer is pulled from.
    pub enum PeerStatus ("peer status") {
        /// It is, on its schedule.
        Active = "active",
        /// An admin has paused it.
        Paused = "paused",
        /// It has contradicted itself: nothing is taken from it until an admin has looked, and made it `active` again.
        Suspect = "suspect",
    }
}

/// A new peer.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "partner.example", "base_url": "https://marketplace.partner.example", "key": "sk-fed-…", "fingerprint": "K7QF-2M9D-8XRT-0V4H-J6NP"}))]
pub struct PeerCreate {
    /// What it is called here, 2–63 of `a-z 0-9 . -`: its tenant `acme` becomes `acme@NAME`. It cannot be changed.
    pub name: String,
    /// The root of the instance; a trailing `/api` or `/api/federation` is accepted.
    pub base_url: String,
    /// A federation key that was made there for this instance. It is stored sealed and never shown.
    pub key: String,
    /// The fingerprint of its present key, as its operator has told you. Where it is given, it must be the one that the
    /// instance shows; left out, whatever it shows is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What becomes of what it offers. Left out: `publish`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PeerPolicy>,
    /// How much is kept of it. Left out: `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<PeerMirror>,
    /// Which components are taken. Left out: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<FederationFilters>,
    /// Whether those who pull from here get what comes from there. Left out: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reexport: Option<bool>,
    /// Whether it is told how often its components are installed and how they are rated here. Left out: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_totals: Option<bool>,
    /// Seconds between two pulls, 10–86,400. Left out: 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 10, maximum = 86_400)]
    pub schedule_seconds: Option<u32>,
}

/// Without the key.
impl std::fmt::Debug for PeerCreate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeerCreate").field("name", &self.name).field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// What to change of a peer; what is left out stays.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"policy": "review"}))]
pub struct PeerUpdate {
    /// Where it is now. It must be the same instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Another federation key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Pins the keys that the instance shows now, in the place of those pinned before: this must be the fingerprint of its
    /// present one. For an instance that has lost its key; one that rotates it is followed without this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What becomes of what it offers from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PeerPolicy>,
    /// How much is kept of it from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<PeerMirror>,
    /// Which components are taken; the others are withdrawn here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<FederationFilters>,
    /// Whether those who pull from here get what comes from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reexport: Option<bool>,
    /// Whether it is told how often its components are installed and how they are rated here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_totals: Option<bool>,
    /// Seconds between two pulls, 10–86,400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 10, maximum = 86_400)]
    pub schedule_seconds: Option<u32>,
    /// `paused` ends pulling; `active` goes on, and takes what a suspect peer says now for the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PeerStatus>,
}

/// Without the key.
impl std::fmt::Debug for PeerUpdate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeerUpdate")
            .field("base_url", &self.base_url)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Which instance a peer is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerInstance {
    /// Its id.
    #[schema(example = "ins_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// What it calls itself.
    pub name: String,
}

/// A pinned key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerKey {
    /// Its id: the first 16 hexadecimal digits of its SHA-256.
    pub keyid: String,
    /// The same for people.
    #[schema(example = "K7QF-2M9D-8XRT-0V4H-J6NP")]
    pub fingerprint: String,
    /// When it was pinned, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub pinned_at: String,
    /// Whether it verifies only what it has signed before.
    pub retired: bool,
}

/// A peer, without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Peer {
    /// Its id.
    #[schema(example = "peer_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// What it is called here; behind the `@` of its tenants.
    pub name: String,
    /// The root of the instance.
    pub base_url: String,
    /// Whether it is pulled from.
    pub status: PeerStatus,
    /// Why it is suspect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// Which instance it is.
    pub instance: PeerInstance,
    /// Of its present key.
    #[schema(example = "K7QF-2M9D-8XRT-0V4H-J6NP")]
    pub fingerprint: String,
    /// The keys that are pinned.
    pub keys: Vec<PeerKey>,
    /// What becomes of what it offers.
    pub policy: PeerPolicy,
    /// How much is kept of it.
    pub mirror: PeerMirror,
    /// Which components are taken.
    pub filters: FederationFilters,
    /// Whether those who pull from here get what comes from there.
    pub reexport: bool,
    /// Whether it is told totals.
    pub share_totals: bool,
    /// Seconds between two pulls.
    pub schedule_seconds: u32,
    /// Components that came from it and are not withdrawn.
    pub components: u64,
    /// Refusals that are listed.
    pub refusals: u64,
    /// How far its feed was walked.
    pub sequence: u64,
    /// How far its feed reached when it was last asked.
    pub head: u64,
    /// When it was last asked, RFC 3339 UTC; `null` is never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub pulled_at: Option<String>,
    /// When there was last nothing more to pull, RFC 3339 UTC; `null` is never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub current_at: Option<String>,
    /// When it is asked next, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: String,
    /// Why the last pull failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was paired, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}

/// Something of a peer that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerRefusal {
    /// Its id.
    #[schema(example = "ref_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// Why, for programs: `bad_signature`, `rollback`, …; docs/FEDERATION_API.md lists them.
    pub code: String,
    /// Why, for people.
    pub message: String,
    /// The instance that was named as its origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The component's kind, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_type: Option<Kind>,
    /// The component's publisher there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_tenant_id: Option<String>,
    /// The component's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_id: Option<String>,
    /// The version, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where in the peer's feed it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// How often it was refused.
    pub times: u64,
    /// When it was refused first, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub first_at: String,
    /// When it was refused last, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: String,
}

/// Who an instance says it is, before it is paired with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerProbe {
    /// The root of the instance.
    pub base_url: String,
    /// Which instance it is.
    pub instance: PeerInstance,
    /// Of its present key: compare it with what its operator tells you.
    #[schema(example = "K7QF-2M9D-8XRT-0V4H-J6NP")]
    pub fingerprint: String,
}

/// Asks who an instance is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"base_url": "https://marketplace.partner.example"}))]
pub struct PeerProbeRequest {
    /// The root of the instance; a trailing `/api` or `/api/federation` is accepted.
    pub base_url: String,
}
