//! `verify`: the proof that domains are the tenant's.

use atom_marketplace_protocol::verification::{
    DomainClaim, DomainVerification, VerificationMethod, VerificationStatus,
};
use clap::{Args, Subcommand};
use serde_json::json;

use super::args::Connection;
use super::profile;
use crate::output;

/// `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(subcommand)]
    pub(crate) command: VerifyCommand,
}

/// What is done with the tenant's domains.
#[derive(Debug, Subcommand)]
pub(crate) enum VerifyCommand {
    /// Say that a domain is the tenant's; prints what to put where.
    Add {
        /// The domain.
        domain: String,
        /// dns: a TXT record; file: a file of the domain's website.
        #[arg(long, default_value = "dns")]
        method: VerificationMethod,
        #[command(flatten)]
        connection: Connection,
    },
    /// Look for the proof now.
    Check {
        /// The domain.
        domain: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// List the tenant's domains.
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Take a domain away.
    Remove {
        /// The domain.
        domain: String,
        #[command(flatten)]
        connection: Connection,
    },
}

impl VerifyCommand {
    pub(super) fn connection(&self) -> &Connection {
        match self {
            Self::Add { connection, .. }
            | Self::Check { connection, .. }
            | Self::List { connection }
            | Self::Remove { connection, .. } => connection,
        }
    }
}

pub(super) async fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    let connection = args.command.connection();
    let verification = profile::connect(connection)?.client.tenant().verification();
    let domain = match &args.command {
        VerifyCommand::Add { domain, method, .. } => {
            verification.create(&DomainClaim { domain: domain.clone(), method: *method }).await?
        }
        VerifyCommand::Check { domain, .. } => verification.check(domain).await?,
        VerifyCommand::List { .. } => {
            let mark = verification.get().await?;
            if connection.json {
                output::json(&json!(mark));
            } else {
                output::line(if mark.verified { "The tenant is verified." } else { "The tenant is not verified." });
                table(&mark.domains);
            }
            return Ok(());
        }
        VerifyCommand::Remove { domain, .. } => {
            verification.delete(domain).await?;
            if connection.json {
                output::json(&json!({ "removed": domain }));
            } else {
                output::line(&format!("Removed: {domain}."));
            }
            return Ok(());
        }
    };
    if connection.json {
        output::json(&json!(domain));
    } else {
        show(&domain);
    }
    Ok(())
}

fn show(domain: &DomainVerification) {
    output::line(&format!("{}: {}", domain.domain, domain.status));
    if let Some(error) = &domain.error {
        output::line(&output::plain(error));
    }
    if domain.status == VerificationStatus::Verified {
        return;
    }
    let instructions = &domain.instructions;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match domain.method {
        VerificationMethod::Dns => output::facts(&[
            ("TXT record", text(&instructions.record_name)),
            ("value", text(&instructions.record_value)),
        ]),
        VerificationMethod::File => {
            output::facts(&[("file", text(&instructions.url)), ("line", text(&instructions.content))]);
        }
    }
}

fn table(domains: &[DomainVerification]) {
    let rows: Vec<_> = domains
        .iter()
        .map(|domain| {
            vec![
                domain.domain.clone(),
                domain.method.to_string(),
                domain.status.to_string(),
                domain.checked_at.clone().unwrap_or_default(),
                output::plain(domain.error.as_deref().unwrap_or_default()),
            ]
        })
        .collect();
    output::table(&["DOMAIN", "METHOD", "STATUS", "CHECKED", "ERROR"], &rows);
}
