//! SQL of all that a tenant has, over the features whose it is.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::ids::Kind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::tenants::{TENANT_COLUMNS, Tenant};

/// Notes that a tenant is being deleted, and ends whatever could act for it. False where that was done before.
pub(super) fn begin(c: &mut Conn<'_>, tenant: i64, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE tenant SET suspended = 1, closing_at = $2, updated_at = $2 WHERE id = $1 AND closing_at IS NULL";
    if c.execute(sql, args![tenant, now])? == 0 {
        return Ok(false);
    }
    for table in ["api_token", "federation_key"] {
        let sql = format!("UPDATE {table} SET revoked_at = $2 WHERE tenant_id = $1 AND revoked_at IS NULL");
        c.execute(&sql, args![tenant, now])?;
    }
    c.execute("UPDATE account_session SET tenant_id = NULL WHERE tenant_id = $1", args![tenant])?;
    c.execute("DELETE FROM account_link WHERE tenant_id = $1", args![tenant])?;
    c.execute(
        "UPDATE transfer SET status = 'cancelled', decided_at = $2
         WHERE status = 'pending' AND (from_tenant_id = $1 OR to_tenant_id = $1)",
        args![tenant, now],
    )?;
    Ok(true)
}

/// Whether a tenant is being deleted, and not gone yet.
pub(super) fn is_closing(c: &mut Conn<'_>, tenant: i64) -> Result<bool, Error> {
    let sql = "SELECT id FROM tenant WHERE id = $1 AND closing_at IS NOT NULL AND deleted_at IS NULL";
    Ok(c.first::<i64>(sql, args![tenant])?.is_some())
}

/// Tenants that are being deleted.
pub(super) fn closing(c: &mut Conn<'_>) -> Result<Vec<Tenant>, Error> {
    let sql = format!(
        "SELECT {TENANT_COLUMNS} FROM tenant t WHERE t.closing_at IS NOT NULL AND t.deleted_at IS NULL ORDER BY t.id LIMIT 100"
    );
    c.all(&sql, args![])
}

/// Components of a tenant whose content is still there, by their keys.
pub(super) fn components_left(c: &mut Conn<'_>, tenant: i64, limit: u64) -> Result<Vec<i64>, Error> {
    c.all(
        "SELECT c.id FROM component c WHERE c.tenant_id = $1
             AND NOT EXISTS (SELECT 1 FROM component_takedown d WHERE d.component_id = c.id) ORDER BY c.id LIMIT $2",
        args![tenant, limit],
    )
}

/// Components that a tenant's authors have rated, by their keys.
pub(super) fn rated(c: &mut Conn<'_>, tenant: i64, limit: u64) -> Result<Vec<i64>, Error> {
    let sql = "SELECT DISTINCT component_id FROM rating WHERE tenant_id = $1 ORDER BY component_id LIMIT $2";
    c.all(sql, args![tenant, limit])
}

/// Deletes what is left: members, people who belong nowhere else, names and texts.
pub(super) fn erase(c: &mut Conn<'_>, tenant: i64, now: Timestamp) -> Result<(), Error> {
    let people: Vec<(i64, String)> = c.all(
        "SELECT a.id, a.email FROM member m JOIN account a ON a.id = m.account_id
         WHERE m.tenant_id = $1 AND a.platform_admin = 0
           AND NOT EXISTS (SELECT 1 FROM member o WHERE o.account_id = a.id AND o.tenant_id <> $1)",
        args![tenant],
    )?;
    for (account, email) in people {
        for table in ["account_session", "account_link"] {
            c.execute(&format!("DELETE FROM {table} WHERE account_id = $1"), args![account])?;
        }
        c.execute("DELETE FROM mail WHERE recipient = $1", args![email])?;
        // The row stays for those that point at it, and says nothing of the person any more.
        let sql = "UPDATE account SET email = 'deleted:' || uid, name = '', password_hash = NULL WHERE id = $1";
        c.execute(sql, args![account])?;
    }
    for table in ["inbox_read", "member", "tenant_domain", "component_share"] {
        c.execute(&format!("DELETE FROM {table} WHERE tenant_id = $1"), args![tenant])?;
    }
    c.execute(
        "DELETE FROM usage_report WHERE instance_id IN (SELECT id FROM usage_instance WHERE tenant_id = $1)",
        args![tenant],
    )?;
    c.execute("DELETE FROM usage_instance WHERE tenant_id = $1", args![tenant])?;
    c.execute(
        "UPDATE submission_message SET body = '' WHERE version_id IN
             (SELECT v.id FROM component_version v JOIN component c ON c.id = v.component_id WHERE c.tenant_id = $1)",
        args![tenant],
    )?;
    for cleared in [
        "api_token SET name = ''",
        "federation_key SET name = '', source = NULL, last_source = NULL",
        "webhook SET url = '', description = NULL",
        "report SET details = NULL",
        "rating_flag SET reason = ''",
    ] {
        c.execute(&format!("UPDATE {cleared} WHERE tenant_id = $1"), args![tenant])?;
    }
    c.execute("UPDATE transfer SET message = NULL WHERE from_tenant_id = $1", args![tenant])?;
    c.execute(
        "UPDATE tenant SET name = slug, storage_used = 0, verified = 0, vouched = 0, proven = 0, deleted_at = $2, updated_at = $2
         WHERE id = $1",
        args![tenant, now],
    )
    .map(|_| ())
}

/// A row of an export with the key behind which the next one is.
pub(super) struct Line(pub(super) i64, pub(super) Value);

fn kind(row: &Row<'_>) -> Result<&'static str, Error> {
    let code: i64 = row.get("kind")?;
    Kind::from_code(code).map(Kind::as_str).ok_or_else(|| Error::Other(format!("{code} is no kind")))
}

fn time(row: &Row<'_>, column: &str) -> Result<Option<String>, Error> {
    Ok(row.get::<Option<Timestamp>>(column)?.map(|time| time.to_string()))
}

/// JSON text of a column.
fn parsed(row: &Row<'_>, column: &str) -> Result<Value, Error> {
    let text: Option<String> = row.get(column)?;
    text.map_or(Ok(Value::Null), |text| serde_json::from_str(&text).map_err(|error| Error::Other(error.to_string())))
}

struct Component(Line);

impl FromRow for Component {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let line = json!({
            "component_type": kind(row)?, "id": row.get::<String>("slug")?,
            "marketplace_type": row.get::<String>("visibility")?, "status": row.get::<String>("status")?,
            "version": row.get::<String>("version")?, "deprecated": parsed(row, "deprecated")?,
            "shared_with": parsed(row, "shared_with")?, "rating_count": row.get::<i64>("rating_count")?,
            "install_count": row.get::<i64>("install_count")?, "created_at": time(row, "created_at")?,
            "updated_at": time(row, "updated_at")?,
        });
        Ok(Self(Line(row.get("id")?, json!({ "type": "component", "component": line }))))
    }
}

/// The tenant's next component behind a key.
pub(super) fn component(c: &mut Conn<'_>, tenant: i64, after: i64) -> Result<Option<Line>, Error> {
    let row: Option<Component> = c.first(
        "SELECT id, kind, slug, visibility, status, version, deprecated, shared_with, rating_count, install_count, created_at,
             updated_at FROM component WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT 1",
        args![tenant, after],
    )?;
    Ok(row.map(|row| row.0))
}

struct Version(Line);

impl FromRow for Version {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let line = json!({
            "component_type": kind(row)?, "component_id": row.get::<String>("slug")?,
            "version": row.get::<String>("version")?, "marketplace_type": row.get::<String>("visibility")?,
            "status": row.get::<String>("status")?, "digest": row.get::<String>("digest")?,
            "submitted_at": time(row, "submitted_at")?, "published_at": time(row, "published_at")?,
            "yanked_at": time(row, "yanked_at")?, "yank_reason": row.get::<Option<String>>("yank_reason")?,
            "manifest": parsed(row, "manifest")?, "files": [],
        });
        Ok(Self(Line(row.get("id")?, line)))
    }
}

/// The next version of a component behind a key, with its files.
pub(super) fn version(c: &mut Conn<'_>, component: i64, after: i64) -> Result<Option<Line>, Error> {
    let row: Option<Version> = c.first(
        "SELECT v.id, c.kind, c.slug, v.version, v.visibility, v.status, v.digest, v.submitted_at, v.published_at, v.yanked_at,
             v.yank_reason, v.manifest
         FROM component_version v JOIN component c ON c.id = v.component_id
         WHERE v.component_id = $1 AND v.id > $2 ORDER BY v.id LIMIT 1",
        args![component, after],
    )?;
    let Some(Version(Line(key, mut line))) = row else { return Ok(None) };
    let files: Vec<(String, String, Vec<u8>)> =
        c.all("SELECT path, encoding, content FROM component_file WHERE version_id = $1 ORDER BY path", args![key])?;
    let files = files.into_iter().map(|(path, encoding, bytes)| {
        let content = match String::from_utf8(bytes) {
            Ok(text) if encoding == "utf-8" => text,
            Ok(text) => STANDARD.encode(text),
            Err(error) => STANDARD.encode(error.as_bytes()),
        };
        json!({ "path": path, "encoding": encoding, "content": content })
    });
    line["files"] = files.collect();
    Ok(Some(Line(key, json!({ "type": "version", "version": line }))))
}

struct Installation(Line);

impl FromRow for Installation {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let line = json!({
            "id": row.get::<String>("uid")?, "component_type": kind(row)?,
            "component_id": row.get::<String>("slug")?, "source_tenant_id": row.get::<String>("publisher")?,
            "version": row.get::<String>("version")?, "settings": parsed(row, "settings")?,
            "api_keys": parsed(row, "secret_names")?, "installed_by": row.get::<String>("installed_by")?,
            "installed_at": time(row, "installed_at")?, "removed_at": time(row, "removed_at")?,
        });
        Ok(Self(Line(row.get("id")?, json!({ "type": "installation", "installation": line }))))
    }
}

/// The tenant's installations behind a key, also those that were removed; of keys and secrets only the names.
pub(super) fn installations(c: &mut Conn<'_>, tenant: i64, after: i64, limit: u64) -> Result<Vec<Line>, Error> {
    let rows: Vec<Installation> = c.all(
        "SELECT i.id, i.uid, i.kind, c.slug, p.slug AS publisher, v.version, i.settings, i.secret_names, i.installed_by,
             i.installed_at, i.removed_at
         FROM installation i JOIN component c ON c.id = i.component_id JOIN tenant p ON p.id = c.tenant_id
         JOIN component_version v ON v.id = i.version_id
         WHERE i.tenant_id = $1 AND i.id > $2 ORDER BY i.id LIMIT $3",
        args![tenant, after, limit],
    )?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

struct Rating(Line);

impl FromRow for Rating {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let line = json!({
            "component_type": kind(row)?, "component_id": row.get::<String>("slug")?,
            "source_tenant_id": row.get::<String>("publisher")?, "author": row.get::<String>("author")?,
            "rating": row.get::<i64>("rating")?, "review": row.get::<Option<String>>("review")?,
            "created_at": time(row, "created_at")?, "updated_at": time(row, "updated_at")?,
        });
        Ok(Self(Line(row.get("id")?, json!({ "type": "rating", "rating": line }))))
    }
}

/// What the tenant's authors said of components, behind a key.
pub(super) fn ratings(c: &mut Conn<'_>, tenant: i64, after: i64, limit: u64) -> Result<Vec<Line>, Error> {
    let rows: Vec<Rating> = c.all(
        "SELECT r.id, c.kind, c.slug, p.slug AS publisher, r.author, r.rating, r.review, r.created_at, r.updated_at
         FROM rating r JOIN component c ON c.id = r.component_id JOIN tenant p ON p.id = c.tenant_id
         WHERE r.tenant_id = $1 AND r.id > $2 ORDER BY r.id LIMIT $3",
        args![tenant, after, limit],
    )?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}
