//! `login`, `logout`, `whoami` and `usage`.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::Context as _;
use atom_marketplace_sdk::SecretString;
use serde_json::json;

use super::args::{Connection, Login, Logout};
use super::failure::Usage;
use super::folder::human;
use super::profile::{self, Profile, Profiles};
use crate::output;

pub(super) async fn login(args: &Login) -> anyhow::Result<()> {
    let secret = credential(args.admin)?;
    let mut builder = profile::client_builder().base_url(&args.base_url);
    if let Some(tenant) = &args.tenant {
        builder = builder.tenant_id(tenant);
    }
    builder = if args.admin { builder.admin_key(secret.clone()) } else { builder.api_token(secret.clone()) };
    let client = builder.build().map_err(|error| Usage(error.to_string()))?;
    // Tried before it is stored, so that a typo is told now and not later.
    let tenant = if args.admin {
        client.admin().stats().await?;
        args.tenant.clone()
    } else {
        Some(client.tokens().current().await?.tenant_id)
    };
    let path = profile::path()?;
    let mut profiles = Profiles::load(&path)?;
    let (api_token, admin_key) =
        if args.admin { (None, Some(secret.expose().to_owned())) } else { (Some(secret.expose().to_owned()), None) };
    let stored = Profile { base_url: client.base_url().to_owned(), tenant_id: tenant.clone(), api_token, admin_key };
    profiles.profiles.insert(args.profile.clone(), stored);
    profiles.current = Some(args.profile.clone());
    profiles.save(&path)?;
    if args.json {
        output::json(&json!({ "profile": args.profile, "base_url": client.base_url(), "tenant_id": tenant }));
    } else {
        let whom = tenant.map_or_else(|| "the platform's admin".to_owned(), |tenant| format!("tenant {tenant}"));
        output::line(&format!("Logged in to {} as {whom} (profile `{}`).", client.base_url(), args.profile));
    }
    if args.admin {
        output::error(
            "warning: the profile holds an admin key, which may do everything: never use it in an application",
        );
    }
    Ok(())
}

fn credential(admin: bool) -> anyhow::Result<SecretString> {
    if admin { secret("ATOM_ADMIN_KEY", "admin key") } else { secret("ATOM_API_TOKEN", "API token") }
}

/// From the environment, else from standard input; never from a flag, which other processes see.
pub(super) fn secret(variable: &str, what: &str) -> anyhow::Result<SecretString> {
    if let Ok(secret) = std::env::var(variable)
        && !secret.is_empty()
    {
        return Ok(SecretString::new(secret));
    }
    let mut typed = String::new();
    if std::io::stdin().is_terminal() {
        output::error(&format!("The {what} (it is not shown):"));
        let _silent = silence();
        std::io::stdin().lock().read_line(&mut typed).context("reading the terminal")?;
    } else {
        std::io::stdin().lock().read_line(&mut typed).context("reading standard input")?;
    }
    let secret = SecretString::new(typed.trim());
    if secret.expose().is_empty() {
        return Err(Usage(format!("no {what}: set {variable}, or give it on standard input")).into());
    }
    Ok(secret)
}

/// Keeps the terminal from showing what is typed, until it is dropped.
#[cfg(unix)]
fn silence() -> impl Drop {
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    struct Silence(Option<Termios>);

    impl Drop for Silence {
        fn drop(&mut self) {
            if let Some(before) = &self.0 {
                let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
            }
        }
    }

    let before = tcgetattr(std::io::stdin()).ok();
    if let Some(before) = &before {
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &silent);
    }
    Silence(before)
}

#[cfg(not(unix))]
fn silence() {}

pub(super) fn logout(args: &Logout) -> anyhow::Result<()> {
    let path = profile::path()?;
    let mut profiles = Profiles::load(&path)?;
    if profiles.profiles.remove(&args.profile).is_none() {
        return Err(Usage(format!("there is no profile `{}` in {}", args.profile, path.display())).into());
    }
    if profiles.current.as_ref() == Some(&args.profile) {
        profiles.current = profiles.profiles.keys().next().cloned();
    }
    profiles.save(&path)?;
    output::line("Forgotten. The token itself stays valid: `atom-marketplace token revoke --remote` ends one.");
    Ok(())
}

pub(super) async fn whoami(connection: &Connection) -> anyhow::Result<()> {
    let session = profile::connect(connection)?;
    let client = &session.client;
    let token = if session.credential == Some("api token") { Some(client.tokens().current().await?) } else { None };
    if session.credential == Some("admin key") {
        client.admin().stats().await?;
    }
    let tenant = token.as_ref().map(|token| token.tenant_id.clone()).or(session.tenant);
    let credential = session.credential.unwrap_or("none");
    if connection.json {
        output::json(&json!({
            "base_url": client.base_url(), "profile": session.profile, "credential": credential,
            "tenant_id": tenant, "token": token,
        }));
        return Ok(());
    }
    let mut facts = vec![
        ("marketplace", client.base_url().to_owned()),
        ("profile", session.profile.unwrap_or_default()),
        ("tenant", tenant.unwrap_or_default()),
        ("credential", credential.to_owned()),
    ];
    if let Some(token) = token {
        let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.to_string()).collect();
        facts.push(("token", format!("{} ({}…, {})", token.name, token.prefix, token.id)));
        facts.push(("scopes", scopes.join(", ")));
        facts.push(("expires", token.expires_at.unwrap_or_else(|| "never".to_owned())));
    }
    output::facts(&facts);
    Ok(())
}

pub(super) async fn usage(connection: &Connection) -> anyhow::Result<()> {
    let usage = profile::connect(connection)?.client.usage().await?;
    if connection.json {
        output::json(&json!(usage));
        return Ok(());
    }
    let limit = |limit: Option<u64>| limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
    output::facts(&[
        ("tenant", format!("{} ({})", usage.tenant_id, usage.plan)),
        (
            "requests",
            format!(
                "{} of {} left this {}",
                usage.rate_limit_remaining, usage.rate_limit_limit, usage.rate_limit_window
            ),
        ),
        ("storage", format!("{} of {}", human(usage.storage_used), human(usage.storage_limit))),
        ("agents", format!("{} of {} installed", usage.agents_installed, limit(usage.agent_limit))),
        ("skills", format!("{} installed", usage.skills_installed)),
        ("canvases", format!("{} installed", usage.canvases_installed)),
        ("domains", format!("{} installed", usage.domains_installed)),
        ("published", usage.components_published.to_string()),
        ("tokens", usage.tokens.to_string()),
    ]);
    Ok(())
}
