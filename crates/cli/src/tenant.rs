//! `tenant` and `token`: what an operator needs before anybody can sign in. Works beside a running server.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use atom_marketplace_db::{Conn, Db, Error, Timestamp};
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_protocol::token::{self, CredentialKind, Secret};
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::{tenants, tokens};
use serde_json::json;

use crate::args::{self, TenantCommand, TokenCommand};
use crate::{output, store};

pub(crate) fn tenant(arguments: &args::Tenants) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        TenantCommand::Create { name, id, plan, token, common } => {
            let settings = common.flags.settings()?;
            let slug = id.clone().unwrap_or_else(|| slug_of(name));
            if let Err(reason) = ids::check_tenant_id(&slug) {
                let hint = if id.is_none() { " (made from the name; give one with --id)" } else { "" };
                bail!("the id `{slug}`{hint}: {reason}");
            }
            let db = store::open(&settings)?;
            let made = store::block_on(create_tenant(&db, slug, name.clone(), *plan, *token))?;
            db.close();
            let (slug, secret) = made?;
            if common.json {
                let token = secret.as_ref().map(Secret::expose);
                output::json(&json!({ "id": slug, "name": name, "plan": plan, "token": token }));
            } else {
                output::line(&slug);
                if let Some(secret) = secret {
                    output::line(secret.expose());
                }
            }
        }
        TenantCommand::List { common } => {
            let _ = common;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create_tenant(
    db: &Db,
    slug: String,
    name: String,
    plan: Plan,
    with_token: bool,
) -> anyhow::Result<(String, Option<Secret>)> {
    let now = Clock::default().now();
    // Made outside of the transaction, which may run twice.
    let secret = with_token.then(|| token::generate(CredentialKind::ApiToken));
    let (wanted, stored) = (slug.clone(), secret.clone());
    let made = db
        .write(move |c| {
            let tenant = tenants::create(c, &wanted, &name, plan, now)?;
            match &stored {
                Some(secret) => {
                    insert_token(c, tenant.id, "command line", ScopeSet::ALL_TENANT, None, secret, now).map(drop)
                }
                None => Ok(()),
            }
        })
        .await;
    match made {
        Ok(()) => Ok((slug, secret)),
        Err(error) if error.is_unique() => Err(anyhow!("there is a tenant `{slug}` already")),
        Err(error) => Err(error.into()),
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
    tokens::create(c, &new, secret, now)
}

pub(crate) fn token(arguments: &args::Tokens) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        TokenCommand::Create { tenant, name, scopes, expires, common } => {
            let settings = common.flags.settings()?;
            let scopes = parse_scopes(scopes)?;
            let now = Clock::default().now();
            let expires_at = expires.as_deref().map(|text| parse_expiry(text, now)).transpose()?;
            let db = store::open(&settings)?;
            let secret = token::generate(CredentialKind::ApiToken);
            let (stored, slug, label) = (secret.clone(), tenant.clone(), name.clone());
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
            if common.json {
                output::json(&json!({ "id": uid, "tenant": tenant, "name": name, "token": secret.expose() }));
            } else {
                output::line(secret.expose());
                output::error(&format!("It is shown this once. Revoke it with `atom-marketplace token revoke {uid}`."));
            }
        }
        TokenCommand::Revoke { id, common } => {
            let _ = (id, common);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A tenant id from a name: "Acme Inc." becomes `acme-inc`.
fn slug_of(name: &str) -> String {
    let folded: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    folded.split_whitespace().collect::<Vec<_>>().join("-")
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
    fn ids_are_made_from_names() {
        for (name, id) in [("Acme Inc.", "acme-inc"), ("  R&D 2 ", "r-d-2"), ("Łódź", "d")] {
            assert_eq!(slug_of(name), id, "{name}");
        }
    }

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
