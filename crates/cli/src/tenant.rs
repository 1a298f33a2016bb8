//! `tenant` and `token`: what an operator needs before anybody can sign in. Works beside a running server.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use atom_marketplace_db::{Conn, Db, Error, Timestamp};
use atom_marketplace_protocol::limits::NAME_MAX;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_protocol::tenant::{Tenant, TenantCreate};
use atom_marketplace_protocol::text::{self, TextRule};
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use atom_marketplace_server::audit::Actor;
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::error::ApiError;
use atom_marketplace_server::paging::Window;
use atom_marketplace_server::{account_data, tenants, tokens};
use serde_json::json;

use crate::args::{self, TenantCommand, TokenCommand};
use crate::client::token::{self as client, Ask};
use crate::{output, store};

pub(crate) fn tenant(arguments: &args::Tenants) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        TenantCommand::Create { name, id, plan, token, common } => {
            let settings = common.flags.settings()?;
            let request = TenantCreate { id: id.clone(), name: name.clone(), plan: *plan };
            let db = store::open(&settings)?;
            let made = store::block_on(create_tenant(&db, request, *token))?;
            db.close();
            let (tenant, secret) = made?;
            if common.json {
                let token = secret.as_ref().map(Secret::expose);
                output::json(&json!({ "id": tenant.id, "name": tenant.name, "plan": tenant.plan, "token": token }));
            } else {
                output::line(&tenant.id);
                if let Some(secret) = secret {
                    output::line(secret.expose());
                }
            }
        }
        TenantCommand::Export { id, flags } => {
            let db = store::open(&flags.settings()?)?;
            let slug = id.clone();
            let done = store::block_on(async {
                let tenant = db.read(move |c| tenants::get(c, &slug)).await?;
                let tenant = tenant
                    .ok_or_else(|| anyhow!("there is no tenant `{id}`: `atom-marketplace tenant list` shows them"))?;
                account_data::export(&db, &tenant, |line| output::line(&line.to_string())).await.map_err(spoken)
            })?;
            db.close();
            done?;
        }
        TenantCommand::List { common } => {
            let db = store::open(&common.flags.settings()?)?;
            let tenants = store::block_on(all_tenants(&db))??;
            db.close();
            if common.json {
                output::json(&json!(tenants));
            } else {
                let width = tenants.iter().map(|tenant| tenant.id.len()).max().unwrap_or(0);
                for tenant in tenants {
                    let suspended = if tenant.suspended { "  suspended" } else { "" };
                    output::line(&format!("{:width$}  {:10}  {}{suspended}", tenant.id, tenant.plan, tenant.name));
                }
            }
        }
        TenantCommand::Invite { common } => crate::member::invite_tenant(common)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create_tenant(db: &Db, request: TenantCreate, with_token: bool) -> anyhow::Result<(Tenant, Option<Secret>)> {
    let now = Clock::default().now();
    // Made outside of the transaction, which may run twice.
    let secret = with_token.then(|| token::generate(CredentialKind::ApiToken));
    let stored = secret.clone();
    let tenant = db
        .write(move |c| {
            let made = tenants::register(c, &Actor::operator(), &request, now)?;
            if let Some(secret) = &stored {
                let key = tenants::get(c, &made.id)?.ok_or(Error::NotFound)?.id;
                insert_token(c, key, "command line", ScopeSet::ALL_TENANT, None, secret, now)?;
            }
            Ok::<_, ApiError>(made)
        })
        .await
        .map_err(spoken)?;
    Ok((tenant, secret))
}

/// An error of the API's verbs in words; its code is for HTTP.
pub(crate) fn spoken(error: ApiError) -> anyhow::Error {
    anyhow!(error.cause.unwrap_or(error.message))
}

async fn all_tenants(db: &Db) -> Result<Vec<Tenant>, Error> {
    const AT_ONCE: u64 = 1_000;
    let mut all = Vec::new();
    let mut after = 0;
    loop {
        let window = Window::behind(after, AT_ONCE);
        let (tenants, _) = db.read(move |c| tenants::list(c, window)).await?;
        let Some((last, _)) = tenants.last() else { return Ok(all) };
        after = *last;
        all.extend(tenants.into_iter().map(|(_, tenant)| tenant));
    }
}

fn insert_token(
    c: &mut Conn<'_>,
    tenant: i64,
    name: &str,
    scopes: ScopeSet,
    expires_at: Option<Timestamp>,
    secret: &Secret,
    now: Timestamp,
) -> Result<String, Error> {
    let new = tokens::NewToken { tenant, account: None, name: name.to_owned(), scopes, patterns: None, expires_at };
    tokens::create(c, &Actor::operator(), &new, secret, now)
}

pub(crate) fn token(arguments: &args::Tokens) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        TokenCommand::Create { tenant_id, name, scopes, expires, remote, flags } => {
            let limited = !scopes.is_empty();
            let scopes = parse_scopes(scopes)?;
            let rule = TextRule { max_chars: NAME_MAX, multiline: false, required: true };
            let name = text::clean(name, rule).map_err(|reason| anyhow!("--name: {reason}"))?;
            let now = Clock::default().now();
            let expires_at = expires.as_deref().map(|text| parse_expiry(text, now)).transpose()?;
            let Some(tenant) = tenant_id.as_deref().filter(|_| !remote.remote) else {
                let scopes = limited.then_some(scopes);
                let expires_at = expires_at.map(|at| at.to_string());
                return Ok(client::run(&remote.connection, Ask::Create { name: &name, scopes, expires_at }));
            };
            let db = store::open(&flags.settings()?)?;
            let secret = token::generate(CredentialKind::ApiToken);
            let (stored, slug, label) = (secret.clone(), tenant.to_owned(), name.clone());
            let made = store::block_on(db.write(move |c| {
                let tenant = tenants::get(c, &slug)?.ok_or(Error::NotFound)?;
                insert_token(c, tenant.id, &label, scopes, expires_at, &stored, now)
            }))?;
            db.close();
            let uid = match made {
                Ok(uid) => uid,
                Err(Error::NotFound) => {
                    bail!("there is no tenant `{tenant}`: `atom-marketplace tenant list` shows them")
                }
                Err(error) => return Err(error.into()),
            };
            if remote.connection.json {
                output::json(&json!({ "id": uid, "tenant": tenant, "name": name, "token": secret.expose() }));
            } else {
                output::line(secret.expose());
                output::error(&format!("It is shown this once. Revoke it with `atom-marketplace token revoke {uid}`."));
            }
        }
        TokenCommand::List { connection } => return Ok(client::run(connection, Ask::List)),
        TokenCommand::Rotate { id, connection } => return Ok(client::run(connection, Ask::Rotate { id })),
        TokenCommand::Revoke { id, remote, .. } if remote.remote => {
            return Ok(client::run(&remote.connection, Ask::Revoke { id }));
        }
        TokenCommand::Revoke { id, remote, flags } => {
            let db = store::open(&flags.settings()?)?;
            let (uid, now) = (id.clone(), Clock::default().now());
            let revoked = store::block_on(db.write(move |c| tokens::revoke_any(c, &Actor::operator(), &uid, now)))??;
            db.close();
            if !revoked {
                bail!(
                    "there is no token `{id}`, or it is revoked already (the id begins with tok_; it is not the token itself)"
                );
            }
            if remote.connection.json {
                output::json(&json!({ "id": id, "revoked": true }));
            } else {
                output::line("Revoked. A running server notices within 5 seconds.");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn parse_scopes(words: &[String]) -> anyhow::Result<ScopeSet> {
    if words.is_empty() {
        return Ok(ScopeSet::ALL_TENANT);
    }
    let mut scopes = Vec::new();
    for word in words {
        let scope: Scope = word.trim().parse().map_err(|error: String| anyhow!("--scopes: {error}"))?;
        if !Scope::ALL_TENANT.contains(&scope) {
            bail!("--scopes: `{scope}` is the platform's; a tenant's token cannot hold it");
        }
        scopes.push(scope);
    }
    Ok(ScopeSet::of(&scopes))
}

const HUNDRED_YEARS: u64 = 100 * 366 * 86_400;

/// `90d`, `12h`, `30m` from now, or a moment in RFC 3339.
fn parse_expiry(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    let unit = match text.chars().last() {
        Some('d') => Some(86_400_u64),
        Some('h') => Some(3_600),
        Some('m') => Some(60),
        _ => None,
    };
    let span = unit.zip(text[..text.len().saturating_sub(1)].parse::<u64>().ok());
    let at = match span {
        Some((unit, count)) => match unit.checked_mul(count).filter(|seconds| *seconds <= HUNDRED_YEARS) {
            Some(seconds) => now.plus(Duration::from_secs(seconds)),
            None => bail!("--expires: that is more than a hundred years"),
        },
        None => text.parse::<Timestamp>().with_context(|| {
            format!("--expires: `{text}` is no span such as 90d, 12h or 30m, and no time such as 2027-01-31T00:00:00Z")
        })?,
    };
    if at <= now {
        bail!("--expires: `{text}` is in the past");
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries_are_spans_or_moments_to_come() {
        let now = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
        for (text, expected) in [
            ("90d", Some("2026-04-01T00:00:00Z")),
            ("12h", Some("2026-01-01T12:00:00Z")),
            ("2027-01-31T00:00:00Z", Some("2027-01-31T00:00:00Z")),
            ("2025-01-31T00:00:00Z", None),
            ("0d", None),
            ("soon", None),
            ("", None),
            ("99999999999d", None),
        ] {
            let expected = expected.map(|text| text.parse::<Timestamp>().unwrap());
            assert_eq!(parse_expiry(text, now).ok(), expected, "{text}");
        }
    }
}
