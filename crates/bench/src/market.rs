//! The marketplace under test: the real binary with its own data, and the catalog that is measured.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use atom_marketplace_db::{Db, Options, args};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::client::{Answer, Connection, header, request};
use crate::process::{self, Process, free_port};
use crate::words::{Numbers, text};

const ADMIN_KEY: &str = "bench-admin-key-0123456789-0123456789";
/// Base64 of 32 bytes.
const SECRET_KEY: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
/// Publishers; each has its part of the catalog.
const TENANTS: usize = 20;
/// Where the publishers' tokens are kept, once the catalog is filled.
const TOKENS: &str = "tokens.txt";
/// What no scenario reaches.
const RATE: &str = "1000000000";
/// Submissions that wait at a time while it is filled.
const QUEUE: usize = 1_000;
/// Connections while the catalog is filled.
const FILLING: usize = 32;

/// Which database is under it.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// A file in a temporary directory.
    Sqlite,
    /// A fresh schema of a server.
    Postgres(String),
}

impl Database {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

/// A marketplace's data and how to start a server on it.
pub(crate) struct Market {
    directory: PathBuf,
    /// Removes it, unless it is to be kept.
    _temporary: Option<TempDir>,
    database: Database,
    /// `Bearer …` of each publisher.
    pub(crate) tokens: Vec<String>,
}

impl Market {
    /// An empty one, or the one that was kept in this directory.
    pub(crate) fn new(database: Database, kept: Option<PathBuf>) -> Result<Self> {
        let temporary = if kept.is_none() { Some(TempDir::with_prefix("atom-marketplace-bench-")?) } else { None };
        let directory = kept.or_else(|| Some(temporary.as_ref()?.path().to_owned())).context("no directory")?;
        std::fs::create_dir_all(&directory)?;
        let tokens = match std::fs::read_to_string(directory.join(TOKENS)) {
            Ok(tokens) => tokens.lines().map(str::to_owned).collect(),
            Err(_) => Vec::new(),
        };
        Ok(Self { directory, _temporary: temporary, database, tokens })
    }

    /// Whether the catalog is there already.
    pub(crate) fn filled(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// Where it keeps files.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Starts the release binary on the data there is, with so much memory for finished answers.
    pub(crate) async fn serve(&self, cache: &str) -> Result<Process> {
        let port = free_port()?;
        let mut command = Command::new(binary()?);
        command
            .arg("serve")
            .current_dir(&self.directory)
            .env("ATOM_LISTEN", format!("127.0.0.1:{port}"))
            .env("ATOM_DATA_DIR", &self.directory)
            .env("ATOM_ADMIN_KEY", ADMIN_KEY)
            .env("ATOM_SECRET_KEY", SECRET_KEY)
            .env("ATOM_RATE_ANONYMOUS", RATE)
            .env("ATOM_RATE_TOKEN", RATE)
            .env("ATOM_PLAN_ENTERPRISE_STORAGE", "1TiB")
            .env("ATOM_ANSWER_CACHE_BYTES", cache)
            .env("ATOM_OUTBOUND_ALLOW", "127.0.0.1/32")
            .env("ATOM_LOG", "warn");
        if let Database::Postgres(url) = &self.database {
            command.env("ATOM_DATABASE_URL", url);
        }
        Process::start(&mut command, port, "/readyz", &self.directory.join("serve.log")).await
    }

    /// The process of PostgreSQL's that is the parent of all its others.
    pub(crate) async fn postgres(&self) -> Result<Option<u32>> {
        let Database::Postgres(url) = &self.database else { return Ok(None) };
        let db = Db::open(url, Options::default())?;
        let backend: i64 = db.read(|c| c.one("SELECT CAST(pg_backend_pid() AS BIGINT)", args![])).await?;
        process::parent(backend as u32).map(Some)
    }

    /// Makes the tenants and `size` public, approved components.
    pub(crate) async fn fill(&mut self, process: &Process, size: u64) -> Result<()> {
        let mut connection = Connection::open(&process.address).await?;
        for number in 0..TENANTS {
            self.tokens.push(tenant(&mut connection, &format!("bench-{number}")).await?);
        }
        drop(connection);
        // In parts: each look at the reviewers' queue sorts all of it.
        for first in (0..size).step_by(QUEUE) {
            let tokens: Arc<[String]> = self.tokens.clone().into();
            let publish = move |number| publication(&tokens, first + number, "public", "catalog");
            each(&process.address, (size - first).min(QUEUE as u64), publish).await?;
            approve_all(process).await?;
        }
        Ok(std::fs::write(self.directory.join(TOKENS), self.tokens.join("\n"))?)
    }
}

/// Makes a tenant; `Bearer …` with a token of it.
pub(crate) async fn tenant(connection: &mut Connection, id: &str) -> Result<String> {
    let body = json!({ "id": id, "name": id, "plan": "enterprise" });
    admin(connection, "POST", "/api/admin/tenants", Some(&body)).await?;
    let body = json!({ "name": "bench" });
    let made = admin(connection, "POST", &format!("/api/admin/tenants/{id}/tokens"), Some(&body)).await?;
    Ok(format!("Bearer {}", made["token"].as_str().context("no token in the answer")?))
}

/// Approves what waits for a reviewer.
pub(crate) async fn approve_all(process: &Process) -> Result<()> {
    let mut connection = Connection::open(&process.address).await?;
    loop {
        let path = "/api/admin/submissions?status=pending_review&page_size=100";
        let waiting = admin(&mut connection, "GET", path, None).await?;
        let items = waiting["items"].as_array().context("no items in the answer")?;
        let ids: Arc<[String]> = items.iter().filter_map(|item| Some(item["id"].as_str()?.to_owned())).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let count = ids.len() as u64;
        each(&process.address, count, move |number| {
            let path = format!("/api/admin/submissions/{}/approve", ids[number as usize]);
            request("POST", &path, &[format!("x-admin-key: {ADMIN_KEY}")], Some(b"{}"))
        })
        .await?;
    }
}

/// The release binary, built beside this one.
fn binary() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let binary = here.with_file_name("atom-marketplace");
    if !binary.exists() {
        bail!("{} is not built: use `cargo xtask bench`", binary.display());
    }
    Ok(binary)
}

/// What the platform's administrator is answered.
pub(crate) async fn admin(
    connection: &mut Connection,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value> {
    let body = body.map(|body| body.to_string().into_bytes());
    let headers = [format!("x-admin-key: {ADMIN_KEY}")];
    let Answer { status, head: _, body } = connection.send(&request(method, path, &headers, body.as_deref())).await?;
    if !(200..300).contains(&status) {
        bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&body));
    }
    Ok(serde_json::from_slice(&body)?)
}

/// Sends `count` requests, all of which must succeed.
pub(crate) async fn each(
    address: &str,
    count: u64,
    make: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static,
) -> Result<()> {
    let (next, make) = (Arc::new(AtomicU64::new(0)), Arc::new(make));
    let mut tasks = JoinSet::new();
    for _ in 0..FILLING {
        let (next, make, address) = (next.clone(), make.clone(), address.to_owned());
        tasks.spawn(async move {
            let mut connection = Connection::open(&address).await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return anyhow::Ok(());
                }
                let request = make(number);
                loop {
                    let answer = connection.send(&request).await?;
                    match answer.status {
                        200..300 => break,
                        // Overloaded: a client tries again.
                        503 => tokio::time::sleep(Duration::from_millis(50)).await,
                        status => bail!("filling: {status} {}", String::from_utf8_lossy(&answer.body)),
                    }
                }
            }
        });
    }
    while let Some(finished) = tasks.join_next().await {
        finished??;
    }
    Ok(())
}

const CATEGORIES: &[&str] =
    &["sales", "support", "finance", "marketing", "integration", "analytics", "legal", "research"];

/// The id of a component of the catalog.
pub(crate) fn component_id(series: &str, number: u64) -> String {
    format!("{series}-{number}")
}

/// The request that publishes agent `number` of a series.
pub(crate) fn publication(tokens: &[String], number: u64, visibility: &str, series: &str) -> Vec<u8> {
    send(tokens, number, &content(number, visibility, series))
}

/// The request that publishes a next version of a public one.
pub(crate) fn change(tokens: &[String], number: u64, series: &str) -> Vec<u8> {
    let mut body = content(number, "public", series);
    body["release_notes"] = "Another model.".into();
    body["configuration"]["model"] = "large".into();
    send(tokens, number, &body)
}

fn content(number: u64, visibility: &str, series: &str) -> Value {
    let mut numbers = Numbers::new(number ^ (series.len() as u64) << 40);
    let mut words = |count: u64, least: u64| {
        let count = least + numbers.below(count);
        text(&mut numbers, count as usize)
    };
    let tags: BTreeSet<_> = words(4, 1).split(' ').map(str::to_owned).collect();
    let capabilities: BTreeSet<_> = words(3, 1).split(' ').map(str::to_owned).collect();
    json!({
        "agent_id": component_id(series, number),
        "marketplace_type": visibility,
        "name": words(3, 2),
        "description": words(15, 10),
        "readme": format!("# {}\n\n{}\n", words(3, 2), words(60, 60)),
        "category": CATEGORIES[number as usize % CATEGORIES.len()],
        "tags": tags,
        "capabilities": capabilities,
        "maturity_level": "supervised",
        "configuration": { "model": "small", "steps": number % 17 },
    })
}

fn send(tokens: &[String], number: u64, body: &Value) -> Vec<u8> {
    let token = &tokens[number as usize % tokens.len()];
    request(
        "POST",
        "/api/agent-marketplace/agents",
        &[format!("authorization: {token}")],
        Some(body.to_string().as_bytes()),
    )
}

/// What a GET answers: its ETag and body.
pub(crate) async fn fetch(process: &Process, path: &str) -> Result<(String, Vec<u8>)> {
    let answer = Connection::open(&process.address).await?.send(&request("GET", path, &[], None)).await?;
    if answer.status != 200 {
        bail!("GET {path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Ok((header(&answer.head, "etag").unwrap_or_default().to_owned(), answer.body))
}
