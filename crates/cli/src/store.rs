//! Opening the database: for the server, which owns it, and for commands beside it.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use atom_marketplace_db::{Db, Error, Options};
use atom_marketplace_server::app::MIGRATIONS;
use atom_marketplace_server::config::{SandboxMode, Settings};
use atom_marketplace_server::ops;
use serde_json::json;

use crate::{args, output};

/// The directory for files, readable by this user alone.
pub(crate) fn make_data_dir(settings: &Settings) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&settings.data_dir)
        .with_context(|| format!("the data directory {} cannot be made", settings.data_dir.display()))
}

/// The right to serve a SQLite database, held until it is dropped. A second server would answer from memory what the first
/// has changed.
pub(crate) struct Lock(#[expect(dead_code, reason = "the lock is the open file")] File);

impl Lock {
    /// Takes it, or says who has it.
    pub(crate) fn take(database: &Path) -> anyhow::Result<Self> {
        let path = beside(database, ".lock");
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.with_context(|| format!("the lock file {} cannot be opened", path.display()))?;
        if file.try_lock().is_err() {
            let mut owner = String::new();
            // Only for the message.
            let _ = file.read_to_string(&mut owner);
            let owner = owner.trim();
            let process = if owner.is_empty() { String::new() } else { format!(" (process {owner})") };
            bail!(
                "{} is in use by another server{process}: stop it, or choose another --data-dir (several servers need PostgreSQL)",
                database.display()
            );
        }
        // For the other's message, and no matter if it fails.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

/// A file's name with something added.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn options(settings: &Settings, connections: usize) -> Options {
    Options { postgres_connections: connections.min(settings.postgres_connections), ..Options::default() }
}

/// Opens the database for the server and migrates it. A PostgreSQL that does not answer yet is waited for.
pub(crate) fn open_for_server(settings: &Settings) -> anyhow::Result<Db> {
    let deadline = Instant::now() + settings.database_wait;
    let mut pause = Duration::from_millis(200);
    let db = loop {
        match Db::open(settings.database_url.expose(), options(settings, usize::MAX)) {
            Ok(db) => break db,
            Err(error @ Error::Unavailable(_)) if settings.on_postgres() && Instant::now() + pause < deadline => {
                tracing::warn!(%error, "PostgreSQL does not answer yet, trying again");
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_secs(2));
            }
            Err(error) => return Err(explained(error)),
        }
    };
    db.migrate(MIGRATIONS)?;
    Ok(db)
}

/// Opens the test environment's database. Where there can be none, a server that was not told to have one starts without.
pub(crate) fn open_sandbox(settings: &Settings) -> anyhow::Result<Option<(Db, Option<Lock>)>> {
    match try_sandbox(settings) {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if settings.sandbox == SandboxMode::On => Err(error.context("no test environment (ATOM_SANDBOX)")),
        Err(error) => {
            tracing::warn!("there is no test environment under /api/test: {error:#}");
            Ok(None)
        }
    }
}

fn try_sandbox(settings: &Settings) -> anyhow::Result<(Db, Option<Lock>)> {
    let file = (!settings.on_postgres()).then(|| settings.sandbox_file());
    let lock = file.as_deref().map(Lock::take).transpose()?;
    let options = Options { readers: 2, ..options(settings, 4) };
    let open = || -> Result<Db, Error> {
        let db = Db::open(&settings.sandbox_url(), options.clone())?;
        db.migrate(MIGRATIONS)?;
        Ok(db)
    };
    match (open(), file) {
        // Of another release: nothing in it is worth a message.
        (Err(Error::Migration(_)), Some(file)) => {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(beside(&file, suffix));
            }
            Ok((open()?, lock))
        }
        (opened, _) => Ok((opened?, lock)),
    }
}

/// Opens the database for a command beside a server that may be running. An empty one gets its schema.
pub(crate) fn open(settings: &Settings) -> anyhow::Result<Db> {
    make_data_dir(settings)?;
    let db = Db::open(settings.database_url.expose(), options(settings, 2)).map_err(explained)?;
    match db.schema_version()? {
        0 => drop(db.migrate(MIGRATIONS)?),
        version if version == ops::schema_version() => {}
        version if version < ops::schema_version() => bail!(
            "the database is at version {version} of the schema and this release needs {}: run `atom-marketplace migrate`",
            ops::schema_version()
        ),
        version => bail!(
            "the database is at version {version} of the schema and this release knows only {}: use the release that made it, or a later one",
            ops::schema_version()
        ),
    }
    Ok(db)
}

/// Opens a database that must be there.
pub(crate) fn open_existing(settings: &Settings) -> anyhow::Result<Db> {
    if let Some(file) = settings.database_file().filter(|file| !file.exists()) {
        bail!("there is no database at {}: check --data-dir, or run `atom-marketplace serve` first", file.display());
    }
    Db::open(settings.database_url.expose(), options(settings, 2)).map_err(explained)
}

/// A database error with the setting it comes from.
fn explained(error: Error) -> anyhow::Error {
    anyhow::Error::new(error).context("the database cannot be opened (ATOM_DATABASE_URL, --data-dir)")
}

/// Runs a future of a command.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(future))
}

/// `migrate`.
pub(crate) fn migrate(arguments: &args::Migrate) -> anyhow::Result<ExitCode> {
    let settings = arguments.common.flags.settings()?;
    make_data_dir(&settings)?;
    let db = Db::open(settings.database_url.expose(), options(&settings, 2)).map_err(explained)?;
    let report = db.migrate(MIGRATIONS)?;
    db.close();
    if arguments.common.json {
        output::json(&json!({ "from": report.from, "to": report.to, "applied": report.applied }));
    } else if report.applied.is_empty() {
        output::line(&format!("The schema is at version {} already.", report.to));
    } else {
        output::line(&format!("Migrated from version {} to {}.", report.from, report.to));
    }
    Ok(ExitCode::SUCCESS)
}
