//! SQL of publishing and of everything else that changes components and their versions.

use atom_marketplace_db::{Conn, Dialect, Error, Timestamp, args};
use atom_marketplace_protocol::component::{Dependency, FileEncoding, MarketplaceType, Status};
use atom_marketplace_protocol::error::Finding;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::semver_ext::sort_key;
use semver::Version;

use super::select;
use crate::catalog::checks::{self, StoredFile};
use crate::catalog::head::Known;
use crate::catalog::index::First;
use crate::catalog::model::ComponentRow;
use crate::catalog::publish::{Face, Prepared};
use crate::extract::TenantScope;

/// A manifest whose content was dropped.
pub(in crate::catalog) const EMPTY: &str = r#"{"name":"","description":""}"#;

/// The tenant's own component, in whatever state.
pub(in crate::catalog) fn find(
    c: &mut Conn<'_>,
    kind: Kind,
    scope: &TenantScope,
    id: &str,
) -> Result<Option<ComponentRow>, Error> {
    c.first(&select("WHERE c.kind = $1 AND c.tenant_id = $2 AND c.slug = $3"), args![kind.code(), scope.id(), id])
}

/// All versions of a component, in no order.
pub(in crate::catalog) fn known_versions(c: &mut Conn<'_>, component: i64) -> Result<Vec<Known>, Error> {
    c.all(
        "SELECT id, version, visibility, status, digest, size, yanked_at IS NOT NULL AS yanked, raw
         FROM component_version WHERE component_id = $1",
        args![component],
    )
}

/// Bytes that the tenant's versions take.
pub(in crate::catalog) fn storage_used(c: &mut Conn<'_>, scope: &TenantScope) -> Result<i64, Error> {
    c.one("SELECT storage_used FROM tenant WHERE id = $1", args![scope.id()])
}

/// Counts bytes to the publisher's storage.
pub(in crate::catalog) fn add_storage(c: &mut Conn<'_>, tenant: i64, bytes: i64) -> Result<(), Error> {
    if bytes != 0 {
        c.execute("UPDATE tenant SET storage_used = storage_used + $2 WHERE id = $1", args![tenant, bytes])?;
    }
    Ok(())
}

/// Keys for a new component and a new version. Taken beforehand, the two rows can name each other at once.
pub(in crate::catalog) fn next_keys(c: &mut Conn<'_>) -> Result<(i64, i64), Error> {
    let sql = match c.dialect() {
        // One writer: what is free now is free until the commit.
        Dialect::Sqlite => {
            "SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM component), (SELECT COALESCE(MAX(id), 0) + 1 FROM component_version)"
        }
        Dialect::Postgres => {
            "SELECT nextval(pg_get_serial_sequence('component', 'id')), nextval(pg_get_serial_sequence('component_version', 'id'))"
        }
    };
    c.one(sql, args![])
}

/// A new component, whose head is the version that is stored next and whose place in the indexes is `first`.
#[expect(clippy::too_many_arguments, reason = "the row and what it is made from")]
pub(in crate::catalog) fn insert_component(
    c: &mut Conn<'_>,
    id: i64,
    version: i64,
    scope: &TenantScope,
    prepared: &Prepared,
    face: &Face,
    first: &First,
    now: Timestamp,
) -> Result<(), Error> {
    let shared_with = prepared.shared_with.as_ref().map(|tenants| serde_json::json!(tenants).to_string());
    let (id_key, id_key_back) = checks::catalog::id_keys(&prepared.id);
    // Of two first publishes at once, PostgreSQL fails this statement of one as a conflict, which is tried again; a plain
    // INSERT would be refused by the index, and stay so.
    let inserted = c.execute(
        "INSERT INTO component (id, seq, kind, tenant_id, slug, visibility, status, listed, head_version_id, summary, version, digest,
             name, name_key, category, pricing_tier, maturity_level, shared_with, rank, search_key, indexed, ranked_at, created_at,
             updated_at, id_key, id_key_back)
         VALUES ($1, $1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $18, $19, $20, $17, $17, $17, $21, $22)
         ON CONFLICT (kind, tenant_id, slug) DO NOTHING",
        args![
            id,
            prepared.kind.code(),
            scope.id(),
            &prepared.id,
            prepared.marketplace_type.as_str(),
            first_status(prepared.marketplace_type).as_str(),
            version,
            &face.summary,
            &face.version,
            &face.digest,
            &face.name,
            &face.name_key,
            &face.category,
            face.pricing_tier,
            face.maturity_level,
            shared_with,
            now,
            first.rank,
            first.search_key,
            &first.digest,
            id_key,
            id_key_back
        ],
    )?;
    if inserted == 0 { Err(Error::Busy) } else { Ok(()) }
}

/// Where a version begins: private ones are there at once, public ones wait.
fn first_status(marketplace_type: MarketplaceType) -> Status {
    match marketplace_type {
        MarketplaceType::Public => Status::PendingReview,
        MarketplaceType::Private => Status::Published,
    }
}

/// A new version.
#[expect(clippy::too_many_arguments, reason = "the row and what it is made from")]
pub(in crate::catalog) fn insert_version(
    c: &mut Conn<'_>,
    id: i64,
    uid: &str,
    component: i64,
    version: &Version,
    scope: &TenantScope,
    prepared: &Prepared,
    findings: &[Finding],
    now: Timestamp,
) -> Result<(), Error> {
    let available = prepared.marketplace_type == MarketplaceType::Private;
    // As above: two that took the same number.
    let inserted = c.execute(
        "INSERT INTO component_version (id, uid, component_id, version, version_key, prerelease, visibility, status, digest, manifest,
             size, findings, risk, submitted_by, submitted_at, published_at, release_notes, raw)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT DO NOTHING",
        args![
            id,
            uid,
            component,
            version.to_string(),
            sort_key(version),
            !version.pre.is_empty(),
            prepared.marketplace_type.as_str(),
            first_status(prepared.marketplace_type).as_str(),
            &prepared.digest,
            &prepared.manifest,
            prepared.size,
            serde_json::json!(findings).to_string(),
            checks::risk(findings),
            scope.actor().as_str(),
            now,
            available.then_some(now),
            &prepared.release_notes,
            prepared.raw
        ],
    )?;
    if inserted == 0 { Err(Error::Busy) } else { Ok(()) }
}

/// A file of a new version.
pub(in crate::catalog) fn insert_file(c: &mut Conn<'_>, version: i64, file: &StoredFile) -> Result<(), Error> {
    let encoding = match file.encoding {
        FileEncoding::Utf8 => "utf-8",
        FileEncoding::Base64 => "base64",
    };
    c.execute(
        "INSERT INTO component_file (version_id, path, encoding, content) VALUES ($1, $2, $3, $4)",
        args![version, &file.path, encoding, &file.bytes],
    )?;
    Ok(())
}

/// What a new version needs.
pub(in crate::catalog) fn insert_dependency(
    c: &mut Conn<'_>,
    version: i64,
    position: usize,
    component: i64,
    dependency: &Dependency,
    target: Option<i64>,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO component_dependency (version_id, position, component_id, target_id, target_kind, target_slug, target_tenant,
             requirement, optional)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            version,
            position as i64,
            component,
            target,
            dependency.component_type.code(),
            &dependency.id,
            &dependency.source_tenant_id,
            &dependency.version,
            dependency.optional
        ],
    )?;
    Ok(())
}

/// Shares a component with these tenants and no others. Those that do not exist are left out: nobody is told which do.
/// Returns the keys of those that do.
pub(in crate::catalog) fn share(c: &mut Conn<'_>, component: i64, tenants: &[String]) -> Result<Vec<i64>, Error> {
    c.execute(
        "UPDATE component SET shared_with = $2 WHERE id = $1",
        args![component, serde_json::json!(tenants).to_string()],
    )?;
    c.execute("DELETE FROM component_share WHERE component_id = $1", args![component])?;
    for tenant in tenants {
        c.execute(
            "INSERT INTO component_share (tenant_id, component_id)
             SELECT t.id, $2 FROM tenant t JOIN component c ON c.id = $2 WHERE t.slug = $1 AND t.id <> c.tenant_id",
            args![tenant, component],
        )?;
    }
    shared_tenants(c, component)
}

/// The keys of those of these tenants that exist.
pub(in crate::catalog) fn tenants_named(c: &mut Conn<'_>, slugs: &[String]) -> Result<Vec<i64>, Error> {
    let mut found = Vec::new();
    for slug in slugs {
        found.extend(c.first::<i64>("SELECT id FROM tenant WHERE slug = $1", args![slug])?);
    }
    Ok(found)
}

/// The tenants a component is shared with.
pub(in crate::catalog) fn shared_tenants(c: &mut Conn<'_>, component: i64) -> Result<Vec<i64>, Error> {
    c.all("SELECT tenant_id FROM component_share WHERE component_id = $1 ORDER BY tenant_id", args![component])
}

/// Where a component stands. It is listed if it is public and published.
pub(in crate::catalog) fn set_state(
    c: &mut Conn<'_>,
    component: i64,
    visibility: MarketplaceType,
    status: Status,
    reason: Option<&str>,
    pending: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    let listed = visibility == MarketplaceType::Public && status == Status::Published;
    c.execute(
        "UPDATE component SET visibility = $2, status = $3, status_reason = $4, listed = $5, pending_version_id = $6,
             updated_at = $7, revision = revision + 1 WHERE id = $1",
        args![component, visibility.as_str(), status.as_str(), reason, listed, pending, now],
    )?;
    Ok(())
}

/// The submission that waits, or was refused, beside what is served.
pub(in crate::catalog) fn set_pending(
    c: &mut Conn<'_>,
    component: i64,
    version: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "UPDATE component SET pending_version_id = $2, updated_at = $3, revision = revision + 1 WHERE id = $1",
        args![component, version, now],
    )?;
    Ok(())
}

/// The version that a component shows.
pub(in crate::catalog) fn set_head(c: &mut Conn<'_>, component: i64, version: i64, face: &Face) -> Result<(), Error> {
    c.execute(
        "UPDATE component SET head_version_id = $2, summary = $3, version = $4, digest = $5, name = $6, name_key = $7, category = $8,
             pricing_tier = $9, maturity_level = $10, revision = revision + 1 WHERE id = $1",
        args![
            component,
            version,
            &face.summary,
            &face.version,
            &face.digest,
            &face.name,
            &face.name_key,
            &face.category,
            face.pricing_tier,
            face.maturity_level
        ],
    )?;
    Ok(())
}

/// A component's available versions are its publisher's alone from now on.
pub(in crate::catalog) fn make_versions_private(c: &mut Conn<'_>, component: i64) -> Result<(), Error> {
    c.execute(
        "UPDATE component_version SET visibility = 'private'
         WHERE component_id = $1 AND visibility = 'public' AND status = 'published'",
        args![component],
    )?;
    Ok(())
}

/// Keeps of a version its number, digest and history, without its content.
pub(in crate::catalog) fn drop_content(c: &mut Conn<'_>, version: i64, status: Status) -> Result<(), Error> {
    c.execute("DELETE FROM component_file WHERE version_id = $1", args![version])?;
    c.execute("DELETE FROM component_dependency WHERE version_id = $1", args![version])?;
    c.execute(
        "UPDATE component_version SET status = $2, size = 0, release_notes = NULL, manifest = $3 WHERE id = $1",
        args![version, status.as_str(), EMPTY],
    )?;
    Ok(())
}

/// Yanks a version, or takes that back.
pub(in crate::catalog) fn set_yanked(
    c: &mut Conn<'_>,
    version: i64,
    yanked_at: Option<Timestamp>,
    reason: Option<&str>,
) -> Result<(), Error> {
    c.execute(
        "UPDATE component_version SET yanked_at = $2, yank_reason = $3 WHERE id = $1",
        args![version, yanked_at, reason],
    )?;
    Ok(())
}

/// Counts a change of a component's row that touches none of its columns.
pub(in crate::catalog) fn touch(c: &mut Conn<'_>, component: i64, now: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE component SET updated_at = $2, revision = revision + 1 WHERE id = $1", args![component, now])?;
    Ok(())
}

/// What its publisher says of a component they advise against, as JSON.
pub(in crate::catalog) fn set_deprecated(
    c: &mut Conn<'_>,
    component: i64,
    deprecated: Option<&str>,
) -> Result<(), Error> {
    c.execute("UPDATE component SET deprecated = $2 WHERE id = $1", args![component, deprecated])?;
    Ok(())
}

/// Takes all versions of a component back. Their content goes, but for what somebody has installed: that stays, and counts
/// for nobody. Returns the bytes that are free then.
pub(in crate::catalog) fn withdraw_versions(c: &mut Conn<'_>, component: i64) -> Result<i64, Error> {
    const NOT_INSTALLED: &str = "NOT EXISTS (SELECT 1 FROM installation i
         WHERE i.component_id = v.component_id AND i.version_id = v.id AND i.removed_at IS NULL)";
    let freed: i64 = c.one(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM component_version WHERE component_id = $1",
        args![component],
    )?;
    for table in ["component_file", "component_dependency"] {
        c.execute(
            &format!(
                "DELETE FROM {table} WHERE version_id IN
                     (SELECT v.id FROM component_version v WHERE v.component_id = $1 AND {NOT_INSTALLED})"
            ),
            args![component],
        )?;
    }
    c.execute(
        &format!(
            "UPDATE component_version AS v SET manifest = $2, release_notes = NULL WHERE v.component_id = $1 AND {NOT_INSTALLED}"
        ),
        args![component, EMPTY],
    )?;
    c.execute(
        "UPDATE component_version SET size = 0, status = CASE status
             WHEN 'published' THEN 'withdrawn' WHEN 'quarantined' THEN 'withdrawn' WHEN 'pending_review' THEN 'superseded' ELSE status END
         WHERE component_id = $1",
        args![component],
    )?;
    Ok(freed)
}

/// Nobody but its publisher sees the component from now on.
pub(in crate::catalog) fn unshare(c: &mut Conn<'_>, component: i64) -> Result<(), Error> {
    c.execute("DELETE FROM component_share WHERE component_id = $1", args![component])?;
    c.execute("UPDATE component SET shared_with = NULL WHERE id = $1", args![component])?;
    Ok(())
}
