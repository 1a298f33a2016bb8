//! `token … --remote`: a tenant's tokens through the API, as the profile's own tenant.

use std::process::ExitCode;

use atom_marketplace_protocol::api_token::{ApiTokenCreate, ApiTokenCreated};
use atom_marketplace_protocol::scope::ScopeSet;
use serde_json::json;

use super::args::Connection;
use super::{finish, profile};
use crate::output;

/// What is asked for.
pub(crate) enum Ask<'a> {
    List,
    Create { name: &'a str, scopes: Option<ScopeSet>, expires_at: Option<String> },
    Rotate { id: &'a str },
    Revoke { id: &'a str },
}

pub(crate) fn run(connection: &Connection, ask: Ask<'_>) -> ExitCode {
    finish(crate::store::block_on(answer(connection, ask)).flatten(), connection.json)
}

async fn answer(connection: &Connection, ask: Ask<'_>) -> anyhow::Result<()> {
    let tokens = profile::connect(connection)?.client.tokens();
    match ask {
        Ask::List => {
            let all = tokens.list().page_size(100).all().await?;
            if connection.json {
                output::json(&json!({ "items": all }));
                return Ok(());
            }
            let rows: Vec<_> = all
                .iter()
                .map(|token| {
                    let or = |moment: &Option<String>| moment.clone().unwrap_or_else(|| "never".to_owned());
                    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.to_string()).collect();
                    vec![
                        token.id.clone(),
                        token.name.clone(),
                        format!("{}…", token.prefix),
                        or(&token.expires_at),
                        or(&token.last_used_at),
                        scopes.join(","),
                    ]
                })
                .collect();
            output::table(&["TOKEN", "NAME", "BEGINS", "EXPIRES", "LAST USED", "SCOPES"], &rows);
        }
        Ask::Create { name, scopes, expires_at } => {
            let request = ApiTokenCreate { name: name.to_owned(), scopes, expires_at, ..ApiTokenCreate::default() };
            show(&tokens.create(&request).await?, connection.json);
        }
        Ask::Rotate { id } => show(&tokens.rotate(id).await?, connection.json),
        Ask::Revoke { id } => {
            tokens.delete(id).await?;
            if connection.json { output::json(&json!({ "id": id, "revoked": true })) } else { output::line("Revoked.") }
        }
    }
    Ok(())
}

fn show(created: &ApiTokenCreated, json: bool) {
    if json {
        output::json(&json!(created));
    } else {
        output::line(&created.token);
        output::error(&format!(
            "It is shown this once. Revoke it with `atom-marketplace token revoke --remote {}`.",
            created.info.id
        ));
    }
}
