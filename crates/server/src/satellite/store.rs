//! SQL of satellites.

use atom_marketplace_db::{Conn, Error, Timestamp, args};

use super::{Registration, Said};
use crate::extract::TenantScope;

/// Notes what a registered instance says; what it leaves out stays. Returns its id, none where it is not registered.
pub(super) fn update(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    name: &str,
    said: &Said,
    registration: &Registration,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    c.first(
        "UPDATE satellite SET instance_name = COALESCE($3, instance_name), version = COALESCE($4, version),
             platform = COALESCE($5, platform), claimed_tenant = COALESCE($6, claimed_tenant),
             federation_key = COALESCE($7, federation_key), seen_at = $8
         WHERE tenant_id = $1 AND name = $2 RETURNING uid",
        args![
            scope.id(),
            name,
            &registration.instance_name,
            &registration.version,
            &registration.platform,
            &said.claimed_tenant,
            &said.federation_key,
            now
        ],
    )
}

/// How many instances a tenant has registered.
pub(super) fn count(c: &mut Conn<'_>, scope: &TenantScope) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM satellite WHERE tenant_id = $1", args![scope.id()])
}

/// Writes a new instance.
pub(super) fn insert(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    name: &str,
    said: &Said,
    registration: &Registration,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO satellite (uid, tenant_id, name, instance_name, version, platform, claimed_tenant, federation_key, created_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        args![
            uid,
            scope.id(),
            name,
            &registration.instance_name,
            &registration.version,
            &registration.platform,
            &said.claimed_tenant,
            &said.federation_key,
            now
        ],
    )
    .map(|_| ())
}

/// Notes that an instance with this token looked at a component.
pub(super) fn look(c: &mut Conn<'_>, token: i64, instance: &str, component: i64, now: Timestamp) -> Result<(), Error> {
    c.execute(
        "INSERT INTO satellite_look (token_id, instance, component_id, looked_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (token_id, instance) DO UPDATE SET component_id = excluded.component_id, looked_at = excluded.looked_at",
        args![token, instance, component, now],
    )
    .map(|_| ())
}

/// What was looked at last with this token: by this instance, else by any.
pub(super) fn looked_at(c: &mut Conn<'_>, token: i64, instance: &str) -> Result<Option<i64>, Error> {
    c.first(
        "SELECT component_id FROM satellite_look WHERE token_id = $1
         ORDER BY CASE WHEN instance = $2 THEN 0 ELSE 1 END, looked_at DESC, instance LIMIT 1",
        args![token, instance],
    )
}

/// How many instances with this token have looked at something.
pub(super) fn count_looks(c: &mut Conn<'_>, token: i64) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM satellite_look WHERE token_id = $1", args![token])
}

/// Forgets the looks of a token.
pub(super) fn forget_looks(c: &mut Conn<'_>, token: i64) -> Result<(), Error> {
    c.execute("DELETE FROM satellite_look WHERE token_id = $1", args![token]).map(|_| ())
}

/// Forgets what the instances of a tenant said.
pub(super) fn forget_tenant(c: &mut Conn<'_>, tenant: i64) -> Result<(), Error> {
    c.execute(
        "DELETE FROM satellite_look WHERE token_id IN (SELECT id FROM api_token WHERE tenant_id = $1)",
        args![tenant],
    )?;
    c.execute("DELETE FROM satellite WHERE tenant_id = $1", args![tenant]).map(|_| ())
}
