//! A component as the database holds it, and as one caller reads it.

use std::sync::Arc;

use atom_marketplace_db::{Error, FromRow, Row, Timestamp};
use atom_marketplace_protocol::component::{Manifest, MarketplaceType, Status};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use semver::Version;

use crate::extract::Audience;

/// The columns [`ComponentRow`] is read from: `component c JOIN tenant p ON p.id = c.tenant_id`.
pub(crate) const COMPONENT_COLUMNS: &str = "c.id, c.kind, c.tenant_id, p.slug AS publisher_slug, p.name AS publisher_name, \
     p.verified AS publisher_verified, c.slug, c.visibility, c.status, c.status_reason, c.listed, c.head_version_id, c.pending_version_id, \
     c.summary, c.version, c.digest, c.name, c.category, c.pricing_tier, c.deprecated, c.shared_with, c.origin, c.average, c.rating_count, \
     c.install_count, c.federated_installs, c.federated_rating_sum, c.federated_rating_count, c.rank, c.search_key, c.revision, c.created_at, c.updated_at";

/// Its tables.
pub(crate) const COMPONENT_TABLES: &str = "component c JOIN tenant p ON p.id = c.tenant_id";

/// One row of `component` with its publisher.
#[derive(Clone, Debug)]
pub struct ComponentRow {
    /// Its key.
    pub id: i64,
    /// Its kind.
    pub kind: Kind,
    /// Its publisher's key.
    pub tenant_id: i64,
    /// Its publisher's id on the wire.
    pub publisher_slug: Arc<str>,
    /// Its publisher's name.
    pub publisher_name: String,
    /// Whether the platform has verified its publisher.
    pub publisher_verified: bool,
    /// The publisher's id for it.
    pub slug: String,
    /// Public or private: of what is served.
    pub visibility: MarketplaceType,
    /// Where it stands.
    pub status: Status,
    /// Why.
    pub status_reason: Option<String>,
    /// Whether everyone may see it.
    pub listed: bool,
    /// The version described by this row.
    pub head_version_id: Option<i64>,
    /// A submission that waits while the head is served.
    pub pending_version_id: Option<i64>,
    /// JSON of the head's publisher fields that lists show.
    pub summary: String,
    /// The head's version.
    pub version: String,
    /// The head's digest.
    pub digest: String,
    /// The head's name.
    pub name: String,
    /// The head's category.
    pub category: Option<String>,
    /// The least plan that may install it.
    pub pricing_tier: Plan,
    /// JSON of its deprecation.
    pub deprecated: Option<String>,
    /// JSON array of tenants that may see it.
    pub shared_with: Option<String>,
    /// JSON of where it comes from, if it is federated.
    pub origin: Option<String>,
    /// Plain mean of its ratings.
    pub average: Option<f64>,
    /// How many ratings.
    pub rating_count: i64,
    /// How many tenants ever installed it.
    pub install_count: i64,
    /// The same on other instances, as they tell.
    pub federated_installs: i64,
    /// The sum of its ratings there.
    pub federated_rating_sum: i64,
    /// How many those are.
    pub federated_rating_count: i64,
    /// Popularity bucket.
    pub rank: i64,
    /// Its place in the search indexes.
    pub search_key: i64,
    /// Counts every change of the row.
    pub revision: i64,
    /// First published.
    pub created_at: Timestamp,
    /// Last version or change.
    pub updated_at: Timestamp,
}

/// In the order of [`COMPONENT_COLUMNS`]: a search reads sixty of them, and names would cost it more than values.
impl FromRow for ComponentRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ComponentRow {
            id: row.next()?,
            kind: kind_from(row.next()?)?,
            tenant_id: row.next()?,
            publisher_slug: row.next::<String>()?.into(),
            publisher_name: row.next()?,
            publisher_verified: row.next()?,
            slug: row.next()?,
            visibility: parsed(row.next()?)?,
            status: parsed(row.next()?)?,
            status_reason: row.next()?,
            listed: row.next()?,
            head_version_id: row.next()?,
            pending_version_id: row.next()?,
            summary: row.next()?,
            version: row.next()?,
            digest: row.next()?,
            name: row.next()?,
            category: row.next()?,
            pricing_tier: Plan::from_code(row.next()?).unwrap_or_default(),
            deprecated: row.next()?,
            shared_with: row.next()?,
            origin: row.next()?,
            average: row.next()?,
            rating_count: row.next()?,
            install_count: row.next()?,
            federated_installs: row.next()?,
            federated_rating_sum: row.next()?,
            federated_rating_count: row.next()?,
            rank: row.next()?,
            search_key: row.next()?,
            revision: row.next()?,
            created_at: row.next()?,
            updated_at: row.next()?,
        })
    }
}

/// The kind behind its code in the database.
pub(crate) fn kind_from(code: i64) -> Result<Kind, Error> {
    Kind::from_code(code).ok_or_else(|| Error::Other(format!("{code} is no kind")))
}

/// A column that holds one of an enum's words.
pub(crate) fn word<T: std::str::FromStr<Err = String>>(row: &Row<'_>, column: &str) -> Result<T, Error> {
    parsed(row.get(column)?)
}

fn parsed<T: std::str::FromStr<Err = String>>(word: String) -> Result<T, Error> {
    word.parse().map_err(Error::Other)
}

impl ComponentRow {
    /// Whether `audience` may see it. `shared` says whether it is shared with the audience's tenant.
    pub fn visible_to(&self, audience: &Audience, shared: bool) -> bool {
        if self.status == Status::Withdrawn {
            return false;
        }
        audience.is_admin()
            || self.listed
            || audience.tenant_id() == Some(self.tenant_id)
            || (shared && self.visibility == MarketplaceType::Private && self.status == Status::Published)
    }

    /// Whether `audience` is its publisher, who sees what waits.
    pub fn owned_by(&self, audience: &Audience) -> bool {
        audience.tenant_id() == Some(self.tenant_id)
    }
}

/// The columns [`VersionRow`] is read from: `component_version v`.
pub(crate) const VERSION_COLUMNS: &str = "v.id, v.uid, v.component_id, v.version, v.visibility, v.status, v.digest, v.manifest, v.size, \
     v.findings, v.yanked_at, v.yank_reason, v.submitted_by, v.submitted_at, v.published_at, v.decided_by, v.decided_at, v.reason, \
     v.published_tenant, v.published_slug";

/// One row of `component_version`.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// Its key.
    pub id: i64,
    /// Its id on the wire, `sub_…`.
    pub uid: String,
    /// Its component.
    pub component_id: i64,
    /// Its number.
    pub version: String,
    /// What it was submitted as.
    pub visibility: MarketplaceType,
    /// Where it stands.
    pub status: Status,
    /// Its digest.
    pub digest: String,
    /// Canonical JSON of a [`Manifest`].
    pub manifest: String,
    /// Bytes of the manifest and the files.
    pub size: i64,
    /// JSON of what the checks found.
    pub findings: String,
    /// When it was yanked.
    pub yanked_at: Option<Timestamp>,
    /// Why.
    pub yank_reason: Option<String>,
    /// Who submitted it.
    pub submitted_by: String,
    /// When.
    pub submitted_at: Timestamp,
    /// When it became available.
    pub published_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// What the reviewer said.
    pub reason: Option<String>,
    /// The publisher's id and the component's id it was published under, where those are others now.
    pub published_as: Option<(String, String)>,
}

impl FromRow for VersionRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(VersionRow {
            id: row.get("id")?,
            uid: row.get("uid")?,
            component_id: row.get("component_id")?,
            version: row.get("version")?,
            visibility: word(row, "visibility")?,
            status: word(row, "status")?,
            digest: row.get("digest")?,
            manifest: row.get("manifest")?,
            size: row.get("size")?,
            findings: row.get("findings")?,
            yanked_at: row.get("yanked_at")?,
            yank_reason: row.get("yank_reason")?,
            submitted_by: row.get("submitted_by")?,
            submitted_at: row.get("submitted_at")?,
            published_at: row.get("published_at")?,
            decided_by: row.get("decided_by")?,
            decided_at: row.get("decided_at")?,
            reason: row.get("reason")?,
            published_as: row
                .get::<Option<String>>("published_tenant")?
                .zip(row.get::<Option<String>>("published_slug")?),
        })
    }
}

impl VersionRow {
    /// The publisher's fields.
    pub fn manifest(&self) -> Result<Manifest, Error> {
        serde_json::from_str(&self.manifest)
            .map_err(|error| Error::Other(format!("manifest of version {}: {error}", self.id)))
    }
}

/// A version by its number, without its content: what choosing among versions needs.
#[derive(Clone, Debug)]
pub struct VersionNumber {
    /// Its key.
    pub id: i64,
    /// Its number.
    pub version: Version,
    /// What it was submitted as.
    pub visibility: MarketplaceType,
    /// Where it stands.
    pub status: Status,
    /// Whether it was yanked.
    pub yanked: bool,
    /// Whether it holds what nobody but its publisher may see.
    pub raw: bool,
}

impl FromRow for VersionNumber {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let text: String = row.get("version")?;
        Ok(VersionNumber {
            id: row.get("id")?,
            version: text.parse().map_err(|error| Error::Other(format!("version {text}: {error}")))?,
            visibility: word(row, "visibility")?,
            status: word(row, "status")?,
            yanked: row.get("yanked")?,
            raw: row.get("raw")?,
        })
    }
}
