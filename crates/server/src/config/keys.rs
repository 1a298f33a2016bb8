//! The admin key and the secret key: as set, else from their files in the data directory, made at the first start.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use atom_marketplace_protocol::token::Secret;
use base64::Engine as _;

use super::{SecretKey, Settings, parse};

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The settings.
    Set,
    /// This file, which was there.
    Found(PathBuf),
    /// This file, made just now.
    Made(PathBuf),
}

/// The two keys of a server.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The platform admin's.
    pub admin_key: Secret,
    /// Where it comes from.
    pub admin_key_from: Key,
    /// Seals secrets at rest.
    pub secret_key: SecretKey,
    /// Where it comes from.
    pub secret_key_from: Key,
}

impl Keys {
    /// Both keys; those that are neither set nor there are made. `Err` says which file is wrong and why.
    pub fn ensure(settings: &Settings) -> Result<Self, String> {
        let admin_key = |text: &str| parse::admin_key(text).map(Secret::new);
        let (admin_key, admin_key_from) = ensure(settings.admin_key.as_ref(), settings.admin_key_file(), admin_key)?;
        let (secret_key, secret_key_from) =
            ensure(settings.secret_key.as_ref(), settings.secret_key_file(), parse::parse_secret_key)?;
        Ok(Self { admin_key, admin_key_from, secret_key, secret_key_from })
    }

    /// The secret key as it is now, without making one.
    pub fn existing_secret_key(settings: &Settings) -> Result<Option<SecretKey>, String> {
        if let Some(key) = &settings.secret_key {
            return Ok(Some(key.clone()));
        }
        let path = settings.secret_key_file();
        match fs::read_to_string(&path) {
            Ok(text) => in_file(&path, parse::parse_secret_key(text.trim())).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}

/// The key as it is set, else what its file holds, which is made when it is not there.
fn ensure<T: Clone>(
    set: Option<&T>,
    path: PathBuf,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<(T, Key), String> {
    if let Some(key) = set {
        return Ok((key.clone(), Key::Set));
    }
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let made = if path.exists() { false } else { make(&path).map_err(failed)? };
    let text = fs::read_to_string(&path).map_err(failed)?;
    let key = in_file(&path, parse(text.trim()))?;
    Ok((key, if made { Key::Made(path) } else { Key::Found(path) }))
}

fn in_file<T>(path: &Path, parsed: Result<T, String>) -> Result<T, String> {
    parsed.map_err(|message| format!("{}: {message}", path.display()))
}

/// Makes the file with 256 random bits, whole or not at all. False when another process was first.
fn make(path: &Path) -> io::Result<bool> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(io::Error::other)?;
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bits);
    let partial = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    // A link is refused where the name is taken, so the first one stays.
    let linked = fs::hard_link(&partial, path);
    fs::remove_file(&partial)?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
