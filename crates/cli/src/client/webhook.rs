//! `webhook …`: webhooks and their deliveries, and `listen`, which brings events to a program on this machine.

use atom_marketplace_sdk::types::{
    Delivery, EventType, WebhookCreate, WebhookCreated, WebhookScope, WebhookSecretRotate, WebhookStatus, WebhookUpdate,
};
use atom_marketplace_sdk::webhook::Verifier;
use clap::{Args, Subcommand};
use serde_json::json;

use super::args::Connection;
use super::profile;
use crate::output;

/// Webhooks.
#[derive(Debug, Args)]
pub(crate) struct WebhookArgs {
    #[command(subcommand)]
    pub(crate) command: WebhookCommand,
}

/// What to do with them.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Make a webhook. A secret that the marketplace makes is printed this once.
    Create {
        /// Where events are sent.
        url: String,
        /// A type of event to hear of, such as component.installed; may be given several times. All, when left out.
        #[arg(long = "event", value_name = "TYPE")]
        events: Vec<EventType>,
        /// Sign with this secret. Left out: the marketplace makes one.
        #[arg(long, value_name = "SECRET", env = "ATOM_WEBHOOK_SECRET", hide_env_values = true)]
        secret: Option<String>,
        /// What it hears of: tenant or marketplace.
        #[arg(long, value_name = "SCOPE", default_value = "tenant")]
        scope: WebhookScope,
        /// What people know it by.
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Deliveries a second, at most.
        #[arg(long, value_name = "NUMBER")]
        rate_limit: Option<u32>,
        #[command(flatten)]
        connection: Connection,
    },
    /// List the tenant's webhooks.
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Keep a webhook's deliveries waiting.
    Pause {
        /// The webhook, whk_….
        id: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// Make a webhook active again, and send what waits.
    Resume {
        /// The webhook, whk_….
        id: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// Delete a webhook.
    Delete {
        /// The webhook, whk_….
        id: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// Send a webhook an example of an event, and say what came of it.
    Test {
        /// The webhook, whk_….
        id: String,
        /// The type of event.
        #[arg(long, value_name = "TYPE", default_value = "component.installed")]
        event: EventType,
        #[command(flatten)]
        connection: Connection,
    },
    /// List a webhook's deliveries, newest first.
    Deliveries {
        /// The webhook, whk_….
        id: String,
        /// Only those of this status: pending, delivered or failed.
        #[arg(long, value_name = "STATUS")]
        status: Option<atom_marketplace_sdk::types::DeliveryStatus>,
        /// How many.
        #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        #[command(flatten)]
        connection: Connection,
    },
    /// Send a delivery again.
    Redeliver {
        /// The webhook, whk_….
        id: String,
        /// The delivery, dlv_….
        delivery: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// Send again what failed since a time.
    Recover {
        /// The webhook, whk_….
        id: String,
        /// Since when, RFC 3339, such as 2026-11-24T00:00:00Z.
        #[arg(long, value_name = "TIME")]
        since: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// Give a webhook another secret.
    Rotate {
        /// The webhook, whk_….
        id: String,
        /// The new secret. Left out: the marketplace makes one.
        #[arg(long, value_name = "SECRET", env = "ATOM_WEBHOOK_SECRET", hide_env_values = true)]
        secret: Option<String>,
        /// Seconds for which the old one signs too.
        #[arg(long, value_name = "SECONDS")]
        grace: Option<u32>,
        #[command(flatten)]
        connection: Connection,
    },
    /// Forward events to a program on this machine as they happen, signed as a webhook's, until interrupted.
    Listen {
        /// Where the program listens.
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000/webhooks/marketplace")]
        to: String,
        /// Sign with this secret.
        #[arg(
            long,
            value_name = "SECRET",
            env = "ATOM_WEBHOOK_SECRET",
            hide_env_values = true,
            default_value = "your-webhook-secret"
        )]
        secret: String,
        /// Forward only this type of event; may be given several times.
        #[arg(long = "event", value_name = "TYPE")]
        events: Vec<EventType>,
        /// Begin behind this event, evt_…, in place of now.
        #[arg(long, value_name = "ID")]
        after: Option<String>,
        /// Stop after so many events.
        #[arg(long, value_name = "NUMBER")]
        count: Option<u64>,
        #[command(flatten)]
        connection: Connection,
    },
}

impl WebhookCommand {
    pub(crate) fn connection(&self) -> &Connection {
        match self {
            Self::Create { connection, .. }
            | Self::List { connection }
            | Self::Pause { connection, .. }
            | Self::Resume { connection, .. }
            | Self::Delete { connection, .. }
            | Self::Test { connection, .. }
            | Self::Deliveries { connection, .. }
            | Self::Redeliver { connection, .. }
            | Self::Recover { connection, .. }
            | Self::Rotate { connection, .. }
            | Self::Listen { connection, .. } => connection,
        }
    }
}

pub(crate) async fn run(args: &WebhookArgs) -> anyhow::Result<()> {
    let connection = args.command.connection();
    let client = profile::connect(connection)?.client;
    let (webhooks, as_json) = (client.webhooks(), connection.json);
    match &args.command {
        WebhookCommand::Create { url, events, secret, scope, description, rate_limit, .. } => {
            let request = WebhookCreate {
                url: url.clone(),
                events: if events.is_empty() { EventType::ALL.to_vec() } else { events.clone() },
                secret: secret.clone(),
                scope: Some(*scope),
                description: description.clone(),
                rate_limit: *rate_limit,
            };
            created(&webhooks.create(&request).await?, as_json);
        }
        WebhookCommand::List { .. } => {
            let all = webhooks.list().page_size(100).all().await?;
            if as_json {
                output::json(&json!({ "items": all }));
                return Ok(());
            }
            let row = |webhook: &atom_marketplace_sdk::types::Webhook| {
                let events: Vec<_> = webhook.events.iter().map(|event| event.as_str()).collect();
                vec![webhook.id.clone(), webhook.status.to_string(), webhook.url.clone(), events.join(",")]
            };
            output::table(&["WEBHOOK", "STATUS", "URL", "EVENTS"], &all.iter().map(row).collect::<Vec<_>>());
        }
        WebhookCommand::Pause { id, .. } => status(&client, id, WebhookStatus::Paused, as_json).await?,
        WebhookCommand::Resume { id, .. } => status(&client, id, WebhookStatus::Active, as_json).await?,
        WebhookCommand::Delete { id, .. } => {
            webhooks.delete(id).await?;
            if as_json { output::json(&json!({ "id": id, "deleted": true })) } else { output::line("Deleted.") }
        }
        WebhookCommand::Test { id, event, .. } => test(&client, id, *event, as_json).await?,
        WebhookCommand::Deliveries { id, status, limit, .. } => {
            let mut list = webhooks.deliveries(id).page_size(*limit);
            if let Some(status) = status {
                list = list.query("status", status);
            }
            let items = list.await?.items;
            if as_json { output::json(&json!({ "items": items })) } else { deliveries(&items) }
        }
        WebhookCommand::Redeliver { id, delivery, .. } => {
            let delivery = webhooks.redeliver(id, delivery).await?;
            if as_json { output::json(&json!(delivery)) } else { output::line("It is sent again.") }
        }
        WebhookCommand::Recover { id, since, .. } => {
            let recovered = webhooks.recover(id, since).await?;
            if as_json {
                output::json(&json!(recovered));
            } else {
                output::line(&format!("{} deliveries are sent again.", recovered.recovered));
            }
        }
        WebhookCommand::Rotate { id, secret, grace, .. } => {
            let request = WebhookSecretRotate { secret: secret.clone(), grace_period_seconds: *grace };
            created(&webhooks.rotate_secret(id, &request).await?, as_json);
        }
        WebhookCommand::Listen { to, secret, events, after, count, .. } => {
            listen(&client, to, secret, events, after.as_deref(), *count).await?;
        }
    }
    Ok(())
}

fn created(webhook: &WebhookCreated, as_json: bool) {
    if as_json {
        output::json(&json!(webhook));
        return;
    }
    output::line(&webhook.webhook.id);
    if let Some(secret) = &webhook.secret {
        output::line(secret);
        output::error("The second line is the secret. It is shown this once.");
    }
}

async fn status(
    client: &atom_marketplace_sdk::Client,
    id: &str,
    status: WebhookStatus,
    as_json: bool,
) -> anyhow::Result<()> {
    let update = WebhookUpdate { status: Some(status), ..WebhookUpdate::default() };
    let webhook = client.webhooks().update(id, &update).await?;
    if as_json {
        output::json(&json!(webhook));
    } else {
        output::line(&format!("It is {}.", webhook.status));
    }
    Ok(())
}

fn deliveries(items: &[Delivery]) {
    let row = |delivery: &Delivery| {
        let answer = match (&delivery.response_status, &delivery.error) {
            (Some(status), _) => status.to_string(),
            (None, Some(error)) => output::plain(error),
            (None, None) => String::new(),
        };
        let tries = delivery.attempt_count.to_string();
        vec![
            delivery.id.clone(),
            delivery.event.to_string(),
            delivery.status.to_string(),
            tries,
            answer,
            delivery.created_at.clone(),
        ]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    output::table(&["DELIVERY", "EVENT", "STATUS", "TRIES", "ANSWER", "HAPPENED"], &rows);
}

/// Sends an example and waits until something came of it.
async fn test(client: &atom_marketplace_sdk::Client, id: &str, event: EventType, as_json: bool) -> anyhow::Result<()> {
    const LOOKS: u32 = 80;
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(250);
    let sent = client.webhooks().test(id, event).await?;
    let mut detail = client.webhooks().get_delivery(id, &sent.id).await?;
    for _ in 0..LOOKS {
        if !detail.attempts.is_empty() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        detail = client.webhooks().get_delivery(id, &sent.id).await?;
    }
    if as_json {
        output::json(&json!(detail));
        return Ok(());
    }
    match detail.attempts.last() {
        Some(attempt) => match &attempt.error {
            None => output::line(&format!("Delivered: {}.", attempt.response_status.unwrap_or_default())),
            Some(error) => anyhow::bail!("not delivered: {}", output::plain(error)),
        },
        None => anyhow::bail!("nothing has come of it yet: see `webhook deliveries {id}`"),
    }
    Ok(())
}

/// A client for a program on this machine.
fn local_http() -> anyhow::Result<reqwest::Client> {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);
    // An error says that there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?)
}

/// Forwards events until there were enough, or the program is interrupted.
async fn listen(
    client: &atom_marketplace_sdk::Client,
    to: &str,
    secret: &str,
    wanted: &[EventType],
    after: Option<&str>,
    count: Option<u64>,
) -> anyhow::Result<()> {
    let verifier = Verifier::new([secret]);
    let local = local_http()?;
    output::error(&format!("Forwarding events to {to}; interrupt to stop."));
    let mut events = client.events().stream(after);
    let mut forwarded = 0;
    while count.is_none_or(|count| forwarded < count)
        && let Some(event) = events.next().await?
    {
        if !wanted.is_empty() && event.event_type.known().is_none_or(|known| !wanted.contains(&known)) {
            continue;
        }
        forwarded += 1;
        let body = serde_json::to_vec(&event)?;
        let seconds = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
        let signed = verifier.sign(&body).zip(verifier.sign_standard(&body, &event.id, seconds));
        let (signature, standard) = signed.ok_or_else(|| anyhow::anyhow!("the secret is empty"))?;
        let sent = local
            .post(to)
            .header("content-type", "application/json")
            .header("x-atom-signature", signature)
            .header("x-atom-event", event.event_type.as_str())
            .header("x-atom-delivery", event.id.replacen("evt_", "dlv_", 1))
            .header("webhook-id", &event.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", standard)
            .body(body)
            .send()
            .await;
        let came = match sent {
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(error) => format!("no answer ({})", error.without_url()),
        };
        output::line(&format!("{} {} → {came}", event.id, event.event_type));
    }
    Ok(())
}
