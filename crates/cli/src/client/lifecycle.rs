//! `rename`, `transfer`, `report`, and what the platform's admins do about reports: what becomes of a component after its
//! publication.

use atom_marketplace_protocol::lifecycle::{Transfer, TransferDirection, TransferRequest};
use atom_marketplace_protocol::report::{
    Report, ReportOutcome, ReportReason, ReportRequest, ReportResolution, ReportStatus,
};
use clap::{Args, Subcommand};
use serde_json::json;

use super::args::{Connection, Target};
use super::failure::Usage;
use super::profile;
use crate::output;

/// `rename`.
#[derive(Debug, Args)]
pub(crate) struct Rename {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The id it is to have.
    #[arg(value_name = "NEW_ID")]
    pub(crate) new_id: String,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn rename(args: &Rename) -> anyhow::Result<()> {
    let collection = profile::connect(&args.connection)?.client.kind(args.target.kind);
    let component = collection.rename(&args.target.component, &args.new_id).await?;
    if args.connection.json {
        output::json(&json!(component));
    } else {
        output::line(&format!(
            "It is {} {}/{} now; the old id goes on naming it.",
            component.component_type, component.source_tenant_id, component.id
        ));
    }
    Ok(())
}

/// `transfer`.
#[derive(Debug, Args)]
pub(crate) struct TransferArgs {
    #[command(subcommand)]
    pub(crate) command: TransferCommand,
}

/// What is done with offers.
#[derive(Debug, Subcommand)]
pub(crate) enum TransferCommand {
    /// Offer a component to another tenant, which has 7 days to accept.
    Offer {
        #[command(flatten)]
        target: Target,
        /// The tenant that is to have it.
        #[arg(value_name = "TENANT")]
        to: String,
        /// What to say with it.
        #[arg(long, value_name = "TEXT")]
        message: Option<String>,
        #[command(flatten)]
        connection: Connection,
    },
    /// List what is offered to the tenant, or by it.
    List {
        /// in: to the tenant; out: by it.
        #[arg(long, default_value = "in")]
        direction: TransferDirection,
        #[command(flatten)]
        connection: Connection,
    },
    /// Take what is offered.
    Accept {
        /// `trf_…`
        id: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// Say no to what is offered.
    Decline {
        /// `trf_…`
        id: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// Take an offer back.
    Cancel {
        /// `trf_…`
        id: String,
        #[command(flatten)]
        connection: Connection,
    },
}

impl TransferCommand {
    pub(super) fn connection(&self) -> &Connection {
        match self {
            Self::Offer { connection, .. }
            | Self::List { connection, .. }
            | Self::Accept { connection, .. }
            | Self::Decline { connection, .. }
            | Self::Cancel { connection, .. } => connection,
        }
    }
}

pub(super) async fn transfer(args: &TransferArgs) -> anyhow::Result<()> {
    let connection = args.command.connection();
    let client = profile::connect(connection)?.client;
    let transfers = client.transfers();
    let transfer = match &args.command {
        TransferCommand::Offer { target, to, message, .. } => {
            let request = TransferRequest { to_tenant_id: to.clone(), message: message.clone() };
            client.kind(target.kind).transfer(&target.component, &request).await?
        }
        TransferCommand::List { direction, .. } => {
            let offers = transfers.list(*direction).page_size(100).all().await?;
            if connection.json {
                output::json(&json!({ "items": offers }));
            } else if offers.is_empty() {
                output::error("There is none.");
            } else {
                table(&offers);
            }
            return Ok(());
        }
        TransferCommand::Accept { id, .. } => transfers.accept(id).await?,
        TransferCommand::Decline { id, .. } => transfers.decline(id).await?,
        TransferCommand::Cancel { id, .. } => {
            transfers.cancel(id).await?;
            transfers.get(id).await?
        }
    };
    if connection.json {
        output::json(&json!(transfer));
    } else {
        table(&[transfer]);
    }
    Ok(())
}

fn table(transfers: &[Transfer]) {
    let rows: Vec<_> = transfers
        .iter()
        .map(|transfer| {
            vec![
                transfer.id.clone(),
                transfer.component_type.to_string(),
                format!("{}/{}", transfer.from_tenant_id, transfer.component_id),
                transfer.to_tenant_id.clone(),
                transfer.status.to_string(),
                transfer.expires_at.clone(),
                output::plain(transfer.message.as_deref().unwrap_or_default()),
            ]
        })
        .collect();
    output::table(&["TRANSFER", "KIND", "COMPONENT", "TO", "STATUS", "UNTIL", "MESSAGE"], &rows);
}

/// `report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// malware, secrets, impersonation, copyright, spam, broken or other.
    #[arg(long)]
    pub(crate) reason: ReportReason,
    /// What you saw, and where.
    #[arg(long, value_name = "TEXT", required_if_eq("reason", "other"))]
    pub(crate) details: Option<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn report(args: &ReportArgs) -> anyhow::Result<()> {
    let collection = profile::connect(&args.connection)?.client.kind(args.target.kind);
    let request = ReportRequest { reason: args.reason, details: args.details.clone() };
    let receipt = collection.report(&args.target.component, &request).await?;
    if args.connection.json {
        output::json(&json!(receipt));
    } else {
        output::line(&format!("Reported: {}. Its publisher is not told who did.", receipt.id));
    }
    Ok(())
}

/// `review reports`.
#[derive(Debug, Args)]
pub(crate) struct ReportsArgs {
    /// open or resolved.
    #[arg(long, default_value = "open")]
    pub(crate) status: ReportStatus,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn reports(args: &ReportsArgs) -> anyhow::Result<()> {
    let reports = profile::connect(&args.connection)?.client.admin().reports();
    let reports = reports.list().query("status", args.status).page_size(100).all().await?;
    if args.connection.json {
        output::json(&json!({ "items": reports }));
    } else if reports.is_empty() {
        output::error(&format!("There is no report that is {}.", args.status));
    } else {
        report_table(&reports);
    }
    Ok(())
}

fn report_table(reports: &[Report]) {
    let rows: Vec<_> = reports
        .iter()
        .map(|report| {
            vec![
                report.id.clone(),
                report.component_type.to_string(),
                format!("{}/{}", report.source_tenant_id, report.component_id),
                report.reporters.to_string(),
                report.reason.to_string(),
                report.outcome.map_or_else(|| report.status.to_string(), |outcome| outcome.to_string()),
                report.reporter_tenant_id.clone(),
                report.created_at.clone(),
                output::plain(report.details.as_deref().unwrap_or_default()),
            ]
        })
        .collect();
    let head = ["REPORT", "KIND", "COMPONENT", "REPORTERS", "REASON", "STATUS", "BY", "SINCE", "DETAILS"];
    output::table(&head, &rows);
}

/// `review resolve`.
#[derive(Debug, Args)]
pub(crate) struct ResolveArgs {
    /// `rep_…`
    pub(crate) id: String,
    /// dismissed, quarantined, taken_down or fixed.
    #[arg(long)]
    pub(crate) outcome: ReportOutcome,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Put the component in quarantine in the same step.
    #[arg(long)]
    pub(crate) quarantine: bool,
    /// Resolve every open report of the component.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn resolve(args: &ResolveArgs) -> anyhow::Result<()> {
    let reports = profile::connect(&args.connection)?.client.admin().reports();
    let resolution = ReportResolution {
        outcome: args.outcome,
        reason: args.reason.clone(),
        quarantine: args.quarantine,
        all: args.all,
    };
    let report = reports.resolve(&args.id, &resolution).await?;
    if args.connection.json {
        output::json(&json!(report));
    } else {
        report_table(&[report]);
    }
    Ok(())
}

/// `review takedown`.
#[derive(Debug, Args)]
pub(crate) struct TakedownArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Why; its publisher and those who installed it read it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

pub(super) async fn takedown(args: &TakedownArgs) -> anyhow::Result<()> {
    let component = &args.target.component;
    let Some(publisher) = &component.source_tenant_id else {
        return Err(Usage("Name the publisher too, as PUBLISHER/ID: it cannot be undone.".to_owned()).into());
    };
    let admin = profile::connect(&args.connection)?.client.admin();
    let left = admin.take_down(args.target.kind, publisher, &component.id, &args.reason).await?;
    if args.connection.json {
        output::json(&json!(left));
    } else {
        output::line(&format!("Taken down: {} {}/{}.", left.component_type, left.source_tenant_id, left.id));
    }
    Ok(())
}
