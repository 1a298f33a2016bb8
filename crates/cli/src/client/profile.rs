//! Profiles: where marketplaces are, and the credentials for them, in a file that only its owner reads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use atom_marketplace_sdk::{Client, SecretString};
use serde::{Deserialize, Serialize};

use super::args::Connection;
use super::failure::Usage;

/// The file of profiles.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    /// The one that was logged in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// One marketplace and who one is there.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) base_url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tenant_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) admin_key: Option<String>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// Where the file is: the system's directory for settings.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let directory = if cfg!(windows) {
        variable("APPDATA")
    } else {
        let other = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
        variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(other)))
    };
    let directory =
        directory.ok_or_else(|| anyhow!("there is no directory for settings: set HOME or XDG_CONFIG_HOME"))?;
    Ok(directory.join("atom-marketplace").join("profiles.toml"))
}

impl Profiles {
    /// The stored profiles; none where there is no file.
    pub(crate) fn load(path: &Path) -> anyhow::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        // The parser's own message shows the line, which may be a credential's.
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
            anyhow!("{}, about line {line}: {}", path.display(), error.message())
        })
    }

    /// Stores them: written beside and renamed, so that the file is always whole and never open to others.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let text = toml::to_string(self).context("the profiles")?;
        let directory = path.parent().expect("a file in a directory");
        let store = || -> std::io::Result<()> {
            make_private(directory)?;
            // Such a file is its owner's alone from the first byte on.
            let mut file = tempfile::Builder::new().prefix(".profiles").tempfile_in(directory)?;
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        store().with_context(|| format!("writing {}", path.display()))
    }
}

#[cfg(unix)]
fn make_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn make_private(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)
}

/// A client, and what is known of it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    /// The profile it comes from, if any.
    pub(crate) profile: Option<String>,
    /// Whether it has a credential.
    pub(crate) credential: Option<&'static str>,
    pub(crate) tenant: Option<String>,
}

/// A client by flags, variables and the profile, in that order.
pub(crate) fn connect(connection: &Connection) -> anyhow::Result<Session> {
    let token = std::env::var("ATOM_API_TOKEN").ok().filter(|token| !token.is_empty());
    let file = path();
    let stored = match &file {
        Ok(path) => Profiles::load(path)?,
        Err(_) => Profiles::default(),
    };
    let name = connection.profile.clone().or_else(|| stored.current.clone());
    let profile = match &name {
        None => None,
        Some(name) => match stored.profiles.get(name) {
            Some(profile) => Some(profile.clone()),
            None if connection.profile.is_some() => {
                let known: Vec<_> = stored.profiles.keys().map(String::as_str).collect();
                let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
                bail!(Usage(format!(
                    "there is no profile `{name}` (there are: {known}): `atom-marketplace login --profile {name}` makes it"
                )));
            }
            None => None,
        },
    };
    let same = |profile: &Profile| {
        connection
            .base_url
            .as_ref()
            .is_none_or(|url| url.trim_end_matches('/') == profile.base_url.trim_end_matches('/'))
    };
    // A credential goes to the marketplace it is for and to no other.
    let profile = profile.filter(same);
    let mut builder = client_builder();
    if let Some(url) = connection.base_url.as_ref().or(profile.as_ref().map(|profile| &profile.base_url)) {
        builder = builder.base_url(url);
    }
    let tenant = match (&connection.tenant, &token) {
        (Some(tenant), _) => Some(tenant.clone()),
        // A token that stands in for the profile's knows its own tenant.
        (None, Some(_)) => None,
        (None, None) => profile.as_ref().and_then(|profile| profile.tenant_id.clone()),
    };
    if let Some(tenant) = &tenant {
        builder = builder.tenant_id(tenant);
    }
    let mut credential = None;
    if let Some(token) = token.or_else(|| profile.as_ref()?.api_token.clone()) {
        builder = builder.api_token(SecretString::new(token));
        credential = Some("api token");
    } else if let Some(key) = profile.as_ref().and_then(|profile| profile.admin_key.clone()) {
        builder = builder.admin_key(SecretString::new(key));
        credential = Some("admin key");
    }
    let client = builder.build().map_err(|error| Usage(error.to_string()))?;
    Ok(Session { client, profile: profile.and(name), credential, tenant })
}

/// A client with the program's name.
pub(crate) fn client_builder() -> atom_marketplace_sdk::ClientBuilder {
    Client::builder().user_agent(concat!("atom-marketplace/", env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_named_without_its_secrets() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x/profiles.toml");
        let mut profiles = Profiles::load(&path).unwrap();
        profiles.current = Some("a".to_owned());
        let profile = Profile {
            base_url: "http://127.0.0.1:1/api".to_owned(),
            tenant_id: None,
            api_token: Some("at_saas_x".to_owned()),
            admin_key: None,
        };
        profiles.profiles.insert("a".to_owned(), profile);
        profiles.save(&path).unwrap();
        let read = Profiles::load(&path).unwrap();
        assert_eq!(read.profiles["a"].api_token.as_deref(), Some("at_saas_x"));
        assert!(!format!("{read:?}").contains("at_saas_x"));
        std::fs::write(&path, "[profiles.a]\nbase_url = \"x\"\napi_token = \"at_saas_x\" oops\n").unwrap();
        let error = format!("{:#}", Profiles::load(&path).unwrap_err());
        assert!(error.contains("line") && !error.contains("at_saas_x"), "{error}");
    }
}
