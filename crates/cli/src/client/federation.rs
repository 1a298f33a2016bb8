//! `federation …`: the instances whose catalogs are pulled from.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use atom_marketplace_sdk::Kind;
use atom_marketplace_sdk::api::Peers;
use atom_marketplace_sdk::types::{FederationFilters, Peer, PeerCreate, PeerMirror, PeerPolicy, PeerStatus};
use clap::{Args, Subcommand};
use serde_json::json;

use super::args::{Connection, kind};
use super::{account, profile};
use crate::output;

/// What to do with them.
#[derive(Debug, Subcommand)]
pub(crate) enum PeerCommand {
    /// Pair with an instance: show the fingerprint of its key, and pull its public catalog once that is right.
    Pair(Box<Pair>),
    /// List the peers.
    Peers {
        #[command(flatten)]
        connection: Connection,
    },
    /// Pull from a peer now, or from all.
    Sync {
        /// The peer's name or id; all that are active when left out.
        peer: Option<String>,
        /// Wait until nothing more is to be pulled.
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        connection: Connection,
    },
    /// Show a peer: its keys, how far it is behind, and what was refused of it.
    Status {
        /// The peer's name or id.
        peer: String,
        #[command(flatten)]
        connection: Connection,
    },
}

/// `federation pair`.
#[derive(Debug, Args)]
pub(crate) struct Pair {
    /// What it is called here, such as partner.example: its tenant acme becomes acme@NAME.
    name: String,
    /// The root of the instance.
    url: String,
    /// The file with the federation key that its operator has made. Left out: `ATOM_PEER_KEY`, else it is read from
    /// standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The fingerprint that its operator has told you: it must be this one, and nobody is asked.
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Option<String>,
    /// Pin whatever it shows, without asking. For instances that you run yourself, over a network that you trust.
    #[arg(long, conflicts_with = "fingerprint")]
    yes: bool,
    /// publish: list what it offers at once; review: only once a reviewer has looked.
    #[arg(long, value_name = "POLICY", default_value = "publish")]
    policy: PeerPolicy,
    /// all: keep everything here; metadata: fetch the content when it is first asked for.
    #[arg(long, value_name = "HOW", default_value = "all")]
    mirror: PeerMirror,
    /// Only this kind; may be given again.
    #[arg(long, value_parser = kind)]
    kind: Vec<Kind>,
    /// Only this category; may be given again.
    #[arg(long)]
    category: Vec<String>,
    /// Only with this tag; may be given again.
    #[arg(long)]
    tag: Vec<String>,
    /// Pass on what comes from there to those who pull from here.
    #[arg(long)]
    reexport: bool,
    /// Tell it how often its components are installed and how they are rated here.
    #[arg(long)]
    share_totals: bool,
    /// Seconds between two pulls.
    #[arg(long, value_name = "SECONDS")]
    every: Option<u32>,
    #[command(flatten)]
    connection: Connection,
}

impl PeerCommand {
    pub(crate) fn connection(&self) -> &Connection {
        match self {
            Self::Pair(pair) => &pair.connection,
            Self::Peers { connection } | Self::Sync { connection, .. } | Self::Status { connection, .. } => connection,
        }
    }
}

/// Runs a command and says how it went.
pub(crate) fn run(command: &PeerCommand) -> ExitCode {
    super::finish(crate::store::block_on(dispatch(command)).flatten(), command.connection().json)
}

async fn dispatch(command: &PeerCommand) -> anyhow::Result<()> {
    let connection = command.connection();
    let peers = profile::connect(connection)?.client.peers();
    let as_json = connection.json;
    match command {
        PeerCommand::Pair(args) => {
            let peer = pair(&peers, args).await?;
            if as_json { output::json(&json!(peer)) } else { show(&peer) }
        }
        PeerCommand::Peers { .. } => {
            let all = peers.list().page_size(100).all().await?;
            if as_json { output::json(&json!({ "items": all })) } else { table(&all) }
        }
        PeerCommand::Sync { peer, wait, .. } => {
            let chosen = match peer {
                Some(peer) => vec![find(&peers, peer).await?],
                None => peers.list().page_size(100).all().await?,
            };
            let mut done = Vec::new();
            for peer in chosen.into_iter().filter(|one| peer.is_some() || one.status == PeerStatus::Active) {
                let asked = peers.sync(&peer.id).await?;
                done.push(if *wait { finished(&peers, &asked, &peer).await? } else { asked });
            }
            if as_json {
                output::json(&json!({ "items": done }));
            } else {
                table(&done);
            }
            let failed = done.iter().find_map(|peer| peer.error.as_ref().filter(|_| *wait).map(|why| (peer, why)));
            if let Some((peer, why)) = failed {
                anyhow::bail!("{}: {}", peer.name, output::plain(why));
            }
        }
        PeerCommand::Status { peer, .. } => {
            let peer = find(&peers, peer).await?;
            let refused = peers.refusals(&peer.id).page_size(100).await?;
            if as_json {
                output::json(&json!({ "peer": peer, "refusals": refused }));
                return Ok(());
            }
            show(&peer);
            if !refused.items.is_empty() {
                output::line("");
                refusals(&refused.items);
            }
        }
    }
    Ok(())
}

async fn pair(peers: &Peers, args: &Pair) -> anyhow::Result<Peer> {
    let key = match &args.key_file {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?,
        None => account::secret("ATOM_PEER_KEY", "federation key")?.expose().to_owned(),
    };
    let fingerprint = if let Some(told) = &args.fingerprint {
        told.clone()
    } else {
        let shown = peers.probe(&args.url).await?;
        output::error(&output::plain(&format!(
            "{} is {} ({}). The fingerprint of its key:\n",
            shown.base_url, shown.instance.name, shown.instance.id
        )));
        output::error(&format!("    {}\n", output::plain(&shown.fingerprint)));
        if !args.yes && !agreed()? {
            anyhow::bail!("not paired");
        }
        shown.fingerprint
    };
    let request = PeerCreate {
        name: args.name.clone(),
        base_url: args.url.clone(),
        key: key.trim().to_owned(),
        fingerprint: Some(fingerprint),
        policy: Some(args.policy),
        mirror: Some(args.mirror),
        filters: Some(FederationFilters {
            kinds: args.kind.clone(),
            categories: args.category.clone(),
            tags: args.tag.clone(),
        }),
        reexport: Some(args.reexport),
        share_totals: Some(args.share_totals),
        schedule_seconds: args.every,
    };
    Ok(peers.create(&request).await?)
}

/// Whether the person at the terminal has compared.
fn agreed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        anyhow::bail!("there is nobody to ask: give --fingerprint with what its operator has told you, or --yes");
    }
    output::error("Is it what its operator reads to you? [y/N]");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("reading the terminal")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

async fn find(peers: &Peers, wanted: &str) -> anyhow::Result<Peer> {
    if wanted.starts_with("peer_") {
        return Ok(peers.get(wanted).await?);
    }
    let all = peers.list().page_size(100).all().await?;
    let found = all.into_iter().find(|peer| peer.name == wanted);
    found.with_context(|| format!("there is no peer `{wanted}`: `federation peers` lists them"))
}

/// The peer once a pull that was asked for has come to its end, well or not.
async fn finished(peers: &Peers, asked: &Peer, before: &Peer) -> anyhow::Result<Peer> {
    const LOOKS: u32 = 2_400;
    const PAUSE: Duration = Duration::from_millis(250);
    let progress = output::spinner(format!("Pulling from {}", asked.name), false);
    for _ in 0..LOOKS {
        let peer = peers.get(&asked.id).await?;
        let pulled = peer.pulled_at != before.pulled_at;
        if pulled && (peer.error.is_some() || peer.current_at == peer.pulled_at) {
            progress.finish_and_clear();
            return Ok(peer);
        }
        tokio::time::sleep(PAUSE).await;
    }
    anyhow::bail!("{} is still being pulled from: see `federation status {}`", asked.name, asked.name)
}

fn table(peers: &[Peer]) {
    if peers.is_empty() {
        output::error("There are no peers.");
        return;
    }
    let row = |peer: &Peer| {
        vec![
            peer.name.clone(),
            peer.status.to_string(),
            peer.components.to_string(),
            peer.head.saturating_sub(peer.sequence).to_string(),
            peer.refusals.to_string(),
            peer.current_at.clone().unwrap_or_else(|| "never".to_owned()),
            output::plain(peer.error.as_deref().unwrap_or_default()),
        ]
    };
    let rows: Vec<_> = peers.iter().map(row).collect();
    output::table(&["PEER", "STATUS", "COMPONENTS", "BEHIND", "REFUSED", "CURRENT", "ERROR"], &rows);
}

fn show(peer: &Peer) {
    let behind = peer.head.saturating_sub(peer.sequence);
    output::facts(&[
        ("peer", format!("{} ({})", peer.name, peer.id)),
        ("status", peer.status.to_string()),
        ("reason", output::plain(peer.status_reason.as_deref().unwrap_or_default())),
        ("where", peer.base_url.clone()),
        ("instance", output::plain(&format!("{} ({})", peer.instance.name, peer.instance.id))),
        ("fingerprint", peer.fingerprint.clone()),
        ("policy", peer.policy.to_string()),
        ("mirror", peer.mirror.to_string()),
        ("components", peer.components.to_string()),
        ("behind", if behind > 0 { format!("{behind} changes") } else { String::new() }),
        ("current", peer.current_at.clone().unwrap_or_else(|| "never".to_owned())),
        ("next pull", peer.due_at.clone()),
        ("error", output::plain(peer.error.as_deref().unwrap_or_default())),
        ("refused", if peer.refusals > 0 { peer.refusals.to_string() } else { String::new() }),
    ]);
}

fn refusals(items: &[atom_marketplace_sdk::types::PeerRefusal]) {
    let row = |refusal: &atom_marketplace_sdk::types::PeerRefusal| {
        let name = match (&refusal.source_tenant_id, &refusal.component_id) {
            (Some(tenant), Some(id)) => format!("{tenant}/{id}"),
            _ => String::new(),
        };
        let version = refusal.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
        vec![
            refusal.code.clone(),
            output::plain(&format!("{name}{version}")),
            refusal.times.to_string(),
            refusal.last_at.clone(),
            output::plain(&refusal.message),
        ]
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    output::table(&["CODE", "COMPONENT", "TIMES", "LAST", "WHY"], &rows);
}
