//! What a version reaches and asks for, so that a later one can be held against it: attackers turn listings bad by an update.

use std::collections::BTreeSet;

use atom_marketplace_protocol::component::{Dependency, Manifest};
use serde::{Deserialize, Serialize};

use super::StoredFile;
use super::scan::Pattern;
use super::texts::{Text, collect};

/// Names kept of each kind. Past them a list says nothing more to a reader.
const MAX: usize = 500;

/// The hosts, keys, capabilities and components that a version names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// Hosts of URLs, anywhere in it, lowercase.
    pub hosts: BTreeSet<String>,
    /// API keys that an installation must give.
    pub keys: BTreeSet<String>,
    /// Capabilities that it has or needs.
    pub capabilities: BTreeSet<String>,
    /// Components that it needs, `kind publisher/id`.
    pub dependencies: BTreeSet<String>,
}

impl Surface {
    /// What this has that `before` did not.
    #[must_use]
    pub fn beyond(&self, before: &Self) -> Self {
        let more = |new: &BTreeSet<String>, old: &BTreeSet<String>| new.difference(old).cloned().collect();
        Self {
            hosts: more(&self.hosts, &before.hosts),
            keys: more(&self.keys, &before.keys),
            capabilities: more(&self.capabilities, &before.capabilities),
            dependencies: more(&self.dependencies, &before.dependencies),
        }
    }

    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a version names.
pub fn surface(manifest: &Manifest, files: &[StoredFile]) -> Surface {
    of(manifest, &collect(manifest, files).0)
}

pub(super) fn of(manifest: &Manifest, texts: &[Text<'_>]) -> Surface {
    let keys = manifest.config_schema.as_ref().and_then(|schema| schema.get("required_api_keys")?.as_array());
    let keys = keys.into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect();
    let capabilities = manifest.capabilities.iter().chain(&manifest.requires_capabilities).cloned().collect();
    Surface { hosts: hosts(texts), keys, capabilities, dependencies: manifest.dependencies.iter().map(named).collect() }
}

fn named(dependency: &Dependency) -> String {
    let publisher = dependency.source_tenant_id.as_deref().map(|tenant| format!("{tenant}/")).unwrap_or_default();
    format!("{} {publisher}{}", dependency.component_type, dependency.id)
}

fn hosts(texts: &[Text<'_>]) -> BTreeSet<String> {
    static URL: Pattern = Pattern::new(
        r"(?i)\b(?:https?|wss?|ftp)://(?:[^\s/@\x22'<>]{0,100}@)?(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)",
    );
    // What standards and documents name, and nobody connects to.
    let names_only = |host: &str| {
        matches!(host, "json-schema.org" | "www.w3.org" | "spdx.org" | "localhost" | "127.0.0.1")
            || ["example.com", "example.org", "example.net"]
                .iter()
                .any(|end| host == *end || host.ends_with(&format!(".{end}")))
    };
    let mut hosts = BTreeSet::new();
    for text in texts {
        for found in URL.get().captures_iter(&text.body) {
            let host = String::from_utf8_lossy(&found[1]).to_ascii_lowercase();
            if !names_only(&host) && hosts.insert(host) && hosts.len() >= MAX {
                return hosts;
            }
        }
    }
    hosts
}
