//! SQL of members and their accounts.

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_protocol::tenant::Member;

use crate::extract::TenantScope;
use crate::paging::Window;

/// A member with the key of its account.
pub(super) struct MemberRow {
    pub(super) account: i64,
    pub(super) member: Member,
}

impl FromRow for MemberRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let member = Member {
            user_id: row.get("uid")?,
            email: row.get("email")?,
            name: row.get("name")?,
            role: row.get::<String>("role")?.parse().map_err(Error::Other)?,
            created_at: row.get::<Timestamp>("created_at")?.to_string(),
            joined_at: row.get::<Option<Timestamp>>("joined_at")?.map(|time| time.to_string()),
        };
        Ok(MemberRow { account: row.get("account_id")?, member })
    }
}

const SELECT: &str = "SELECT m.account_id, a.uid, a.email, a.name, m.role, m.created_at, m.joined_at \
     FROM member m JOIN account a ON a.id = m.account_id WHERE m.tenant_id = $1";

pub(super) fn list(c: &mut Conn<'_>, scope: &TenantScope, window: Window<i64>) -> Result<Vec<MemberRow>, Error> {
    let sql = format!("{SELECT} AND m.account_id > $2 ORDER BY m.account_id LIMIT $3 OFFSET $4");
    c.all(&sql, args![scope.id(), window.after.unwrap_or(0), window.limit(), window.offset()])
}

pub(super) fn count(c: &mut Conn<'_>, scope: &TenantScope) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM member WHERE tenant_id = $1", args![scope.id()])
}

pub(super) fn owners(c: &mut Conn<'_>, scope: &TenantScope) -> Result<u64, Error> {
    c.one("SELECT count(*) FROM member WHERE tenant_id = $1 AND role = $2", args![scope.id(), Role::Owner.as_str()])
}

pub(super) fn find(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> Result<Option<MemberRow>, Error> {
    c.first(&format!("{SELECT} AND a.uid = $2"), args![scope.id(), uid])
}

pub(super) fn find_by_account(c: &mut Conn<'_>, scope: &TenantScope, account: i64) -> Result<Option<MemberRow>, Error> {
    c.first(&format!("{SELECT} AND m.account_id = $2"), args![scope.id(), account])
}

pub(super) fn account_by_email(c: &mut Conn<'_>, email: &str) -> Result<Option<i64>, Error> {
    c.first("SELECT id FROM account WHERE email = $1", args![email])
}

pub(super) fn insert_account(
    c: &mut Conn<'_>,
    uid: &str,
    email: &str,
    name: &str,
    now: Timestamp,
) -> Result<i64, Error> {
    c.one(
        "INSERT INTO account (uid, email, name, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        args![uid, email, name, now],
    )
}

pub(super) fn insert(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    account: i64,
    role: Role,
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO member (tenant_id, account_id, role, created_at) VALUES ($1, $2, $3, $4)",
        args![scope.id(), account, role.as_str(), now],
    )
    .map(|_| ())
}

/// Notes that a member took up the invitation.
pub(super) fn join(c: &mut Conn<'_>, tenant: i64, account: i64, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE member SET joined_at = $3 WHERE tenant_id = $1 AND account_id = $2 AND joined_at IS NULL";
    c.execute(sql, args![tenant, account, now]).map(|count| count > 0)
}

pub(super) fn set_role(c: &mut Conn<'_>, scope: &TenantScope, account: i64, role: Role) -> Result<(), Error> {
    let sql = "UPDATE member SET role = $3 WHERE tenant_id = $1 AND account_id = $2";
    c.execute(sql, args![scope.id(), account, role.as_str()]).map(|_| ())
}

pub(super) fn delete(c: &mut Conn<'_>, scope: &TenantScope, account: i64) -> Result<(), Error> {
    let sql = "DELETE FROM member WHERE tenant_id = $1 AND account_id = $2";
    c.execute(sql, args![scope.id(), account]).map(|_| ())
}
