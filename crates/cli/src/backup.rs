//! `backup` and `restore` of a SQLite database. A backup is the database file and, beside it, a few lines of JSON that
//! say what it is; the secret key is never part of it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use atom_marketplace_db::{Db, Error, Options};
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::config::Settings;
use atom_marketplace_server::ops;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::store::{self, Lock, beside};
use crate::{args, output};

const FORMAT: &str = "atom-marketplace-backup/1";
const NO_KEY: &str = "The secret key is not in it: keep a copy of secret.key (or ATOM_SECRET_KEY) elsewhere, or sealed values such as API keys of installed components cannot be opened.";

/// `backup PATH`.
pub(crate) fn backup(arguments: &args::Backup) -> anyhow::Result<ExitCode> {
    let settings = arguments.common.flags.settings()?;
    database_file(&settings, "pg_dump")?;
    let manifest_path = beside(&arguments.path, ".json");
    for path in [&arguments.path, &manifest_path] {
        if path.exists() {
            bail!("{} is there already: a backup never overwrites a file", path.display());
        }
    }
    let db = store::open_existing(&settings)?;
    let schema_version = db.schema_version()?;
    db.backup_to(&arguments.path)?;
    db.close();
    let (bytes, sha256) = digest(&arguments.path)?;
    let manifest = json!({
        "format": FORMAT,
        "created_at": Clock::default().now(),
        "program_version": env!("CARGO_PKG_VERSION"),
        "schema_version": schema_version,
        "bytes": bytes,
        "sha256": sha256,
    });
    write_new(&manifest_path, format!("{manifest:#}\n").as_bytes())?;
    if arguments.common.json {
        output::json(&manifest);
    } else {
        output::line(&format!(
            "Backed up {bytes} bytes to {} (described in {}). {NO_KEY}",
            arguments.path.display(),
            manifest_path.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// `restore PATH`.
pub(crate) fn restore(arguments: &args::Restore) -> anyhow::Result<ExitCode> {
    let settings = arguments.common.flags.settings()?;
    let database = database_file(&settings, "pg_restore")?;
    File::open(&arguments.path).with_context(|| format!("{} cannot be read", arguments.path.display()))?;
    check_manifest(&arguments.path)?;
    store::make_data_dir(&settings)?;
    let _lock = Lock::take(&database)?;
    if database.exists() && !arguments.force {
        bail!(
            "{} is there already: choose another --data-dir, or --force to keep it aside and go on",
            database.display()
        );
    }
    let incoming = beside(&database, ".restoring");
    remove_with_log(&incoming)?;
    let prepared = prepare(&arguments.path, &incoming);
    if prepared.is_err() {
        // The error to report is the first one.
        let _ = remove_with_log(&incoming);
    }
    let schema_version = prepared?;
    let kept = if database.exists() { Some(set_aside(&database)?) } else { None };
    fs::rename(&incoming, &database).with_context(|| format!("{} cannot be put in place", database.display()))?;
    if let Some(parent) = database.parent().filter(|parent| *parent != Path::new("")) {
        File::open(parent)?.sync_all()?;
    }
    if arguments.common.json {
        let kept = kept.as_ref().map(|path| path.display().to_string());
        output::json(
            &json!({ "database": database.display().to_string(), "schema_version": schema_version, "kept": kept }),
        );
    } else {
        output::line(&format!("Restored {} to {}.", arguments.path.display(), database.display()));
        if let Some(kept) = kept {
            output::line(&format!("What was there is kept as {}.", kept.display()));
        }
        if settings.secret_key.is_none() && !settings.secret_key_file().exists() {
            output::line(&format!(
                "Put the secret key back too, at {}. {NO_KEY}",
                settings.secret_key_file().display()
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn database_file(settings: &Settings, program: &str) -> anyhow::Result<PathBuf> {
    settings
        .database_file()
        .ok_or_else(|| anyhow!("the database is PostgreSQL's: use {program} (docs/OPERATIONS.md says how)"))
}

/// A copy of the backup at `incoming`, known to be whole. Answers its schema's version.
fn prepare(backup: &Path, incoming: &Path) -> anyhow::Result<i64> {
    let mut source = File::open(backup).with_context(|| format!("{} cannot be read", backup.display()))?;
    let mut start = [0; 16];
    if source.read_exact(&mut start).is_err() || &start != b"SQLite format 3\0" {
        bail!("{} is no SQLite database", backup.display());
    }
    fs::copy(backup, incoming).with_context(|| format!("{} cannot be copied", backup.display()))?;
    let url = format!("sqlite:{}", incoming.display());
    let looked = Db::open(&url, Options { readers: 1, ..Options::default() }).and_then(|db| {
        let found = store::block_on(db.read(ops::check_integrity)).map_err(|error| Error::Other(error.to_string()))?;
        let version = db.schema_version();
        db.close();
        Ok((found?, version?))
    });
    let (problems, version) = looked.map_err(|error| anyhow!("{} is damaged: {error}", backup.display()))?;
    if let Some(first) = problems.first() {
        bail!("{} is damaged ({} problems): {first}", backup.display(), problems.len());
    }
    if version == 0 {
        bail!("{} is a SQLite database, but none of a marketplace", backup.display());
    }
    if version > ops::schema_version() {
        bail!(
            "{} is at version {version} of the schema and this release knows only {}: use the release that made it, or a later one",
            backup.display(),
            ops::schema_version()
        );
    }
    File::open(incoming)?.sync_all()?;
    Ok(version)
}

/// What the manifest says must hold, where there is one.
fn check_manifest(backup: &Path) -> anyhow::Result<()> {
    let path = beside(backup, ".json");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    let manifest: Value = serde_json::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?;
    if manifest["format"] != FORMAT {
        bail!("{} describes no backup that this release knows", path.display());
    }
    let (bytes, sha256) = digest(backup)?;
    if manifest["bytes"] != bytes || manifest["sha256"] != sha256 {
        bail!("{} is not the file that {} describes: it was changed or cut short", backup.display(), path.display());
    }
    Ok(())
}

/// Renames a database with its log, so that it stays as it is.
fn set_aside(database: &Path) -> anyhow::Result<PathBuf> {
    let stamp = Clock::default().now().to_string().replace([':', '.'], "-");
    let kept = beside(database, &format!(".before-{stamp}"));
    for suffix in ["-wal", "-shm", ""] {
        let from = beside(database, suffix);
        if from.exists() {
            fs::rename(&from, beside(&kept, suffix))
                .with_context(|| format!("{} cannot be kept aside", from.display()))?;
        }
    }
    Ok(kept)
}

fn remove_with_log(database: &Path) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        match fs::remove_file(beside(database, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| database.display().to_string());
            }
            _ => {}
        }
    }
    Ok(())
}

fn digest(path: &Path) -> anyhow::Result<(u64, String)> {
    let mut file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
    let hex = hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok((bytes, hex))
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
