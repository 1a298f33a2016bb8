//! SQL of accounts, their sessions, and what is counted against guessing.

use std::net::IpAddr;
use std::sync::atomic::AtomicI64;

use atom_marketplace_db::{Conn, Error, FromRow, Row, Timestamp, args};
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_protocol::token::{Secret, hash};

use super::links::Purpose;
use super::sessions::Ended;
use crate::extract::{Account, SessionIdentity};
use crate::paging::Window;
use crate::tenants::{TENANT_COLUMNS, Tenant};

/// An account with the hash of its password, if it has one.
pub(super) struct Stored {
    pub(super) account: Account,
    pub(super) password_hash: Option<String>,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { account: account(row)?, password_hash: row.get("password_hash")? })
    }
}

fn account(row: &Row<'_>) -> Result<Account, Error> {
    Ok(Account {
        id: row.get("account_id")?,
        uid: row.get("account_uid")?,
        email: row.get("email")?,
        name: row.get("account_name")?,
        platform_admin: row.get("platform_admin")?,
    })
}

const ACCOUNT: &str =
    "a.id AS account_id, a.uid AS account_uid, a.email, a.name AS account_name, a.platform_admin, a.password_hash";

/// The account with this email address.
pub(super) fn by_email(c: &mut Conn<'_>, email: &str) -> Result<Option<Stored>, Error> {
    c.first(&format!("SELECT {ACCOUNT} FROM account a WHERE a.email = $1"), args![email])
}

/// The account with this key.
pub(super) fn by_key(c: &mut Conn<'_>, key: i64) -> Result<Option<Stored>, Error> {
    c.first(&format!("SELECT {ACCOUNT} FROM account a WHERE a.id = $1"), args![key])
}

/// Where an account belongs and has taken up its invitation, in the order the tenants were made.
pub(super) fn memberships(c: &mut Conn<'_>, account: i64) -> Result<Vec<(Tenant, Role)>, Error> {
    struct Membership(Tenant, Role);
    impl FromRow for Membership {
        fn from_row(row: &Row<'_>) -> Result<Self, Error> {
            let role = row.get::<String>("role")?.parse().map_err(Error::Other)?;
            Ok(Self(Tenant::from_row(row)?, role))
        }
    }
    let sql = format!(
        "SELECT m.role, {TENANT_COLUMNS} FROM member m JOIN tenant t ON t.id = m.tenant_id
         WHERE m.account_id = $1 AND m.joined_at IS NOT NULL ORDER BY t.id"
    );
    let rows: Vec<Membership> = c.all(&sql, args![account])?;
    Ok(rows.into_iter().map(|Membership(tenant, role)| (tenant, role)).collect())
}

pub(super) fn set_password(c: &mut Conn<'_>, account: i64, hash: &str) -> Result<(), Error> {
    c.execute("UPDATE account SET password_hash = $2 WHERE id = $1", args![account, hash]).map(|_| ())
}

/// Makes an account with a password.
pub(super) fn insert_account(
    c: &mut Conn<'_>,
    uid: &str,
    email: &str,
    name: &str,
    hash: &str,
    now: Timestamp,
) -> Result<i64, Error> {
    c.one(
        "INSERT INTO account (uid, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
        args![uid, email, name, hash, now],
    )
}

pub(super) fn set_platform_admin(c: &mut Conn<'_>, account: i64, grant: bool) -> Result<(), Error> {
    c.execute("UPDATE account SET platform_admin = $2 WHERE id = $1", args![account, grant]).map(|_| ())
}

pub(super) fn set_name(c: &mut Conn<'_>, account: i64, name: &str) -> Result<(), Error> {
    c.execute("UPDATE account SET name = $2 WHERE id = $1", args![account, name]).map(|_| ())
}

struct SessionRow {
    session: SessionIdentity,
}

impl FromRow for SessionRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let session = SessionIdentity {
            id: row.get("id")?,
            uid: row.get("uid")?,
            account: account(row)?,
            memberships: Vec::new(),
            chosen: row.get("chosen")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("used_at")?,
            used_at: AtomicI64::new(0),
        };
        Ok(Self { session })
    }
}

/// The session whose cookie has this hash.
pub(super) fn session(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<SessionIdentity>, Error> {
    let sql = format!(
        "SELECT s.id, s.uid, s.tenant_id AS chosen, s.created_at, s.used_at, {ACCOUNT}
         FROM account_session s JOIN account a ON a.id = s.account_id WHERE s.hash = $1"
    );
    let Some(SessionRow { mut session }) = c.first(&sql, args![hash])? else { return Ok(None) };
    session.memberships = memberships(c, session.account.id)?;
    Ok(Some(session))
}

/// A new session.
pub(super) struct NewSession<'a> {
    pub(super) uid: &'a str,
    pub(super) account: i64,
    pub(super) secret: &'a Secret,
    pub(super) tenant: Option<i64>,
    pub(super) address: IpAddr,
    pub(super) user_agent: &'a str,
}

pub(super) fn insert_session(c: &mut Conn<'_>, new: &NewSession<'_>, now: Timestamp) -> Result<i64, Error> {
    c.one(
        "INSERT INTO account_session (uid, account_id, hash, tenant_id, address, user_agent, created_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id",
        args![
            new.uid,
            new.account,
            hash(new.secret.expose()),
            new.tenant,
            new.address.to_string(),
            new.user_agent,
            now
        ],
    )
}

pub(super) fn set_session_tenant(c: &mut Conn<'_>, session: i64, tenant: i64) -> Result<(), Error> {
    c.execute("UPDATE account_session SET tenant_id = $2 WHERE id = $1", args![session, tenant]).map(|_| ())
}

/// A session in the list of an account's.
pub(super) struct Listed {
    pub(super) id: i64,
    pub(super) uid: String,
    pub(super) address: String,
    pub(super) user_agent: String,
    pub(super) created_at: Timestamp,
    pub(super) used_at: Timestamp,
}

impl FromRow for Listed {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            uid: row.get("uid")?,
            address: row.get("address")?,
            user_agent: row.get("user_agent")?,
            created_at: row.get("created_at")?,
            used_at: row.get("used_at")?,
        })
    }
}

const LIVE: &str = "account_id = $1 AND created_at > $2 AND used_at > $3";

/// An account's sessions that go on, oldest first.
pub(super) fn sessions(
    c: &mut Conn<'_>,
    account: i64,
    ended: &Ended,
    window: Window<i64>,
) -> Result<Vec<Listed>, Error> {
    let sql = format!(
        "SELECT id, uid, address, user_agent, created_at, used_at FROM account_session
         WHERE {LIVE} AND id > $4 ORDER BY id LIMIT $5 OFFSET $6"
    );
    let after = window.after.unwrap_or(0);
    c.all(&sql, args![account, ended.created, ended.used, after, window.limit(), window.offset()])
}

/// How many those are.
pub(super) fn count_sessions(c: &mut Conn<'_>, account: i64, ended: &Ended) -> Result<u64, Error> {
    let sql = format!("SELECT count(*) FROM account_session WHERE {LIVE}");
    c.one(&sql, args![account, ended.created, ended.used])
}

/// Ends one session of an account by its id on the wire. False: there is none.
pub(super) fn delete_session(c: &mut Conn<'_>, account: i64, uid: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM account_session WHERE account_id = $1 AND uid = $2";
    c.execute(sql, args![account, uid]).map(|count| count > 0)
}

/// Ends one session by its key.
pub(super) fn delete_session_key(c: &mut Conn<'_>, session: i64) -> Result<(), Error> {
    c.execute("DELETE FROM account_session WHERE id = $1", args![session]).map(|_| ())
}

/// Ends all sessions of an account but `kept`.
pub(super) fn delete_sessions(c: &mut Conn<'_>, account: i64, kept: Option<i64>) -> Result<u64, Error> {
    c.execute("DELETE FROM account_session WHERE account_id = $1 AND id <> $2", args![account, kept.unwrap_or(0)])
}

/// Ends an account's oldest sessions beyond the `most` newest.
pub(super) fn delete_oldest_sessions(c: &mut Conn<'_>, account: i64, most: u64) -> Result<(), Error> {
    let sql = "DELETE FROM account_session WHERE account_id = $1 AND id NOT IN
        (SELECT id FROM account_session WHERE account_id = $1 ORDER BY id DESC LIMIT $2)";
    c.execute(sql, args![account, most]).map(|_| ())
}

/// What a one-time link is good for.
pub(super) struct LinkRow {
    pub(super) id: i64,
    pub(super) purpose: Purpose,
    pub(super) account: Option<i64>,
    pub(super) tenant: Option<i64>,
    pub(super) expires_at: Timestamp,
}

impl FromRow for LinkRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            purpose: row.get::<String>("purpose")?.parse().map_err(Error::Other)?,
            account: row.get("account_id")?,
            tenant: row.get("tenant_id")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

/// The link with this token.
pub(super) fn link(c: &mut Conn<'_>, hash: &[u8; 32]) -> Result<Option<LinkRow>, Error> {
    let sql = "SELECT id, purpose, account_id, tenant_id, expires_at FROM account_link WHERE hash = $1";
    c.first(sql, args![hash])
}

/// Makes a link in the place of older ones for the same.
pub(super) fn insert_link(
    c: &mut Conn<'_>,
    hash: &[u8; 32],
    purpose: Purpose,
    account: Option<i64>,
    tenant: Option<i64>,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), Error> {
    if let Some(account) = account {
        let same = "DELETE FROM account_link WHERE account_id = $1 AND purpose = $2 AND COALESCE(tenant_id, 0) = $3";
        c.execute(same, args![account, purpose.as_str(), tenant.unwrap_or(0)])?;
    }
    c.execute(
        "INSERT INTO account_link (hash, purpose, account_id, tenant_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![hash, purpose.as_str(), account, tenant, now, expires_at],
    )
    .map(|_| ())
}

/// Uses a link up. False: somebody was first.
pub(super) fn delete_link(c: &mut Conn<'_>, link: i64) -> Result<bool, Error> {
    c.execute("DELETE FROM account_link WHERE id = $1", args![link]).map(|count| count > 0)
}

/// Ends an account's password resets: it has a new password.
pub(super) fn delete_resets(c: &mut Conn<'_>, account: i64) -> Result<(), Error> {
    let sql = "DELETE FROM account_link WHERE account_id = $1 AND purpose = $2";
    c.execute(sql, args![account, Purpose::PasswordReset.as_str()]).map(|_| ())
}

/// The window of what is counted: when it began, and how much of it is used.
pub(super) fn throttle(c: &mut Conn<'_>, subject: &str) -> Result<Option<(Timestamp, i64)>, Error> {
    c.first("SELECT window_start, used FROM account_throttle WHERE subject = $1", args![subject])
}

pub(super) fn set_throttle(c: &mut Conn<'_>, subject: &str, start: Timestamp, used: i64) -> Result<(), Error> {
    c.execute(
        "INSERT INTO account_throttle (subject, window_start, used) VALUES ($1, $2, $3)
         ON CONFLICT (subject) DO UPDATE SET window_start = excluded.window_start, used = excluded.used",
        args![subject, start, used],
    )
    .map(|_| ())
}

pub(super) fn lower_throttle(c: &mut Conn<'_>, subject: &str) -> Result<(), Error> {
    c.execute("UPDATE account_throttle SET used = used - 1 WHERE subject = $1 AND used > 0", args![subject]).map(|_| ())
}

pub(super) fn delete_throttle(c: &mut Conn<'_>, subject: &str) -> Result<(), Error> {
    c.execute("DELETE FROM account_throttle WHERE subject = $1", args![subject]).map(|_| ())
}

/// Deletes what has ended.
pub(super) fn sweep(c: &mut Conn<'_>, ended: &Ended, now: Timestamp) -> Result<(), Error> {
    let sql = "DELETE FROM account_session WHERE used_at <= $1 OR created_at <= $2";
    c.execute(sql, args![ended.used, ended.created])?;
    c.execute("DELETE FROM account_link WHERE expires_at <= $1", args![now])?;
    let over = now.minus(super::throttle::LONGEST);
    c.execute("DELETE FROM account_throttle WHERE window_start <= $1", args![over]).map(|_| ())
}

/// A letter that this node tries to send.
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) uid: String,
    pub(super) recipient: String,
    pub(super) sealed: Vec<u8>,
    pub(super) attempts: i64,
    pub(super) created_at: Timestamp,
}

impl FromRow for Claimed {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            uid: row.get("uid")?,
            recipient: row.get("recipient")?,
            sealed: row.get("sealed")?,
            attempts: row.get("attempts")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// Queues a letter.
pub(super) fn insert_letter(
    c: &mut Conn<'_>,
    uid: &str,
    recipient: &str,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), Error> {
    c.execute(
        "INSERT INTO mail (uid, recipient, sealed, next_at, created_at) VALUES ($1, $2, $3, $4, $4)",
        args![uid, recipient, sealed, now],
    )
    .map(|_| ())
}

/// Whether a letter is due.
pub(super) fn letter_due(c: &mut Conn<'_>, now: Timestamp) -> Result<bool, Error> {
    let due: Option<i64> = c.first("SELECT id FROM mail WHERE next_at <= $1 LIMIT 1", args![now])?;
    Ok(due.is_some())
}

/// Takes the letter that is due longest, until `lease`.
pub(super) fn claim_letter(c: &mut Conn<'_>, now: Timestamp, lease: Timestamp) -> Result<Option<Claimed>, Error> {
    c.first(
        "UPDATE mail SET attempts = attempts + 1, next_at = $2
         WHERE id = (SELECT id FROM mail WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1)
         RETURNING id, uid, recipient, sealed, attempts, created_at",
        args![now, lease],
    )
}

pub(super) fn put_off_letter(c: &mut Conn<'_>, id: i64, next: Timestamp) -> Result<(), Error> {
    c.execute("UPDATE mail SET next_at = $2 WHERE id = $1", args![id, next]).map(|_| ())
}

pub(super) fn delete_letter(c: &mut Conn<'_>, id: i64) -> Result<(), Error> {
    c.execute("DELETE FROM mail WHERE id = $1", args![id]).map(|_| ())
}
