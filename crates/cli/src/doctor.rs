//! `doctor`: looks for what would keep the server from running well, and changes nothing.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use atom_marketplace_db::Timestamp;
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::config::{Keys, Settings};
use atom_marketplace_server::ops;
use atom_marketplace_server::seal::Sealer;
use serde_json::json;

use crate::{args, output, store};

/// No release is older than this, so a clock before it is wrong.
const EARLIEST: &str = "2026-01-01T00:00:00Z";
const LEAST_FREE_BYTES: u64 = 1 << 30;

enum Verdict {
    Good(String),
    /// It will run, but look at it.
    Odd(String),
    Bad(String),
}

use Verdict::{Bad, Good, Odd};

pub(crate) fn run(arguments: &args::Doctor) -> anyhow::Result<ExitCode> {
    let settings = arguments.flags.settings()?;
    let mut findings = vec![
        ("settings", settings_are_clean(&settings)),
        ("data directory", data_dir_is_writable(&settings.data_dir)),
        ("disk space", there_is_space(&settings.data_dir)),
        ("clock", clock_is_sane()),
        ("listen address", port_is_free(&settings)),
        ("key files", key_files_are_private(&settings)),
    ];
    findings.extend(database(&settings));
    let failed = findings.iter().any(|(_, verdict)| matches!(verdict, Bad(_)));
    if arguments.json {
        let checks: Vec<_> = findings
            .iter()
            .map(|(check, verdict)| {
                let (result, message) = parts(verdict);
                json!({ "check": check, "result": result, "message": message })
            })
            .collect();
        output::json(&json!({ "ok": !failed, "checks": checks }));
    } else {
        for (check, verdict) in &findings {
            let (result, message) = parts(verdict);
            output::line(&format!("{result:5} {check}: {message}"));
        }
    }
    Ok(ExitCode::from(u8::from(failed)))
}

fn parts(verdict: &Verdict) -> (&'static str, &str) {
    match verdict {
        Good(message) => ("ok", message),
        Odd(message) => ("odd", message),
        Bad(message) => ("WRONG", message),
    }
}

fn settings_are_clean(settings: &Settings) -> Verdict {
    if settings.warnings.is_empty() { Good("valid".to_owned()) } else { Odd(settings.warnings.join("; ")) }
}

/// The directory itself, or the closest one above it that is there.
fn existing(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

fn data_dir_is_writable(directory: &Path) -> Verdict {
    let existing = existing(directory);
    let probe = existing.join(format!(".atom-doctor-{}", std::process::id()));
    let started = Instant::now();
    let written = fs::File::create(&probe).and_then(|mut file| {
        file.write_all(b"probe")?;
        file.sync_all()
    });
    let took = started.elapsed();
    // It may not have been made.
    let _ = fs::remove_file(&probe);
    match written {
        Err(error) => Bad(format!("{} cannot be written: {error}", existing.display())),
        Ok(()) if took > Duration::from_millis(100) => {
            Odd(format!("{} is slow: a flush to disk took {} ms", existing.display(), took.as_millis()))
        }
        Ok(()) => Good(format!(
            "{} is writable, a flush to disk takes {:.1} ms",
            existing.display(),
            took.as_secs_f64() * 1e3
        )),
    }
}

fn there_is_space(directory: &Path) -> Verdict {
    match rustix::fs::statvfs(existing(directory)) {
        Err(error) => Odd(format!("it cannot be asked for: {error}")),
        Ok(space) => {
            let free = space.f_bavail.saturating_mul(space.f_frsize);
            let text = format!("{} MiB free", free >> 20);
            if free < LEAST_FREE_BYTES / 16 {
                Bad(text)
            } else if free < LEAST_FREE_BYTES {
                Odd(text)
            } else {
                Good(text)
            }
        }
    }
}

fn clock_is_sane() -> Verdict {
    let now = Clock::default().now();
    let earliest: Timestamp = EARLIEST.parse().expect("a constant");
    if now < earliest { Bad(format!("it says {now}, which is in the past")) } else { Good(now.to_string()) }
}

fn port_is_free(settings: &Settings) -> Verdict {
    match TcpListener::bind(settings.listen) {
        Ok(_) => Good(format!("{} is free", settings.listen)),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Odd(format!("{} is in use: by this server, if it is running", settings.listen))
        }
        Err(error) => Bad(format!("{} cannot be listened on: {error}", settings.listen)),
    }
}

fn key_files_are_private(settings: &Settings) -> Verdict {
    let files = [settings.admin_key_file(), settings.secret_key_file()];
    let open: Vec<String> =
        files.iter().filter(|file| others_can_read(file)).map(|file| file.display().to_string()).collect();
    if open.is_empty() {
        Good("for this user alone, where there are any".to_owned())
    } else {
        Bad(format!("other users can read {}: chmod 600", open.join(" and ")))
    }
}

#[cfg(unix)]
fn others_can_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_file: &Path) -> bool {
    false
}

fn database(settings: &Settings) -> Vec<(&'static str, Verdict)> {
    if settings.database_file().is_some_and(|file| !file.exists()) {
        return vec![("database", Good("not made yet; `serve` makes it".to_owned()))];
    }
    let db = match store::open_existing(settings) {
        Ok(db) => db,
        Err(error) => return vec![("database", Bad(format!("{error:#}")))],
    };
    let newest = ops::schema_version();
    let mut findings = vec![match db.schema_version() {
        Err(error) => ("database", Bad(error.to_string())),
        Ok(version) if version == newest => ("database", Good(format!("within reach, schema {version}"))),
        Ok(version) if version < newest => {
            ("database", Odd(format!("schema {version}; `serve` or `migrate` brings it to {newest}")))
        }
        Ok(version) => ("database", Bad(format!("schema {version} is newer than this release knows ({newest})"))),
    }];
    if matches!(findings[0].1, Good(_)) {
        let question =
            store::block_on(async { (db.read(ops::check_integrity).await, db.read(ops::sealed_sample).await) });
        if let Ok((integrity, sample)) = question {
            findings.push((
                "integrity",
                match integrity {
                    Ok(problems) if problems.is_empty() => Good("nothing is damaged".to_owned()),
                    Ok(problems) => Bad(format!("{} problems: {}", problems.len(), problems[0])),
                    Err(error) => Bad(error.to_string()),
                },
            ));
            findings.push(("secret key", secret_key(settings, sample)));
        }
    }
    db.close();
    findings
}

fn secret_key(settings: &Settings, sample: Result<Option<ops::SealedSample>, atom_marketplace_db::Error>) -> Verdict {
    match (Keys::existing_secret_key(settings), sample) {
        (Err(error), _) => Bad(error),
        (_, Err(error)) => Bad(error.to_string()),
        (Ok(None), Ok(None)) => Good("none yet; `serve` makes one".to_owned()),
        (Ok(None), Ok(Some(_))) => Bad(format!(
            "the database holds sealed values, and {} is not there: put it back, or set ATOM_SECRET_KEY",
            settings.secret_key_file().display()
        )),
        (Ok(Some(_)), Ok(None)) => Good("valid; nothing is sealed yet".to_owned()),
        (Ok(Some(key)), Ok(Some(sample))) if Sealer::new(&key.0).made(&sample.0) => {
            Good("it is the one the database's sealed values were made with".to_owned())
        }
        (Ok(Some(_)), Ok(Some(_))) => {
            Bad("the database's newest sealed value was made with another key: set the right ATOM_SECRET_KEY"
                .to_owned())
        }
    }
}
