//! What a version touches: the hosts it names, the keys it asks for, what it can do, and what it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use atom_marketplace_protocol::component::Manifest;
use atom_marketplace_protocol::review::SurfaceChange;
use atom_marketplace_protocol::text::show_invisible;
use regex::Regex;
use serde_json::Value;

use super::{Version, as_text, each_text, fields_of};

/// The host of an address.
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:https?|wss?|ftps?)://(?:[^\s/@]*@)?(\[[0-9a-f:.]+\]|[\p{L}\p{N}._-]+)")
        .expect("the pattern is valid")
});
/// What is listed of a part.
const PART_MAX: usize = 200;

type Surface = BTreeMap<&'static str, BTreeSet<String>>;

/// What differs between two versions.
pub(super) fn changes(base: Option<&Version>, submitted: &Version) -> Vec<SurfaceChange> {
    let (old, new) = (base.map(surface).unwrap_or_default(), surface(submitted));
    let none = BTreeSet::new();
    let shown =
        |names: Vec<&String>| names.into_iter().take(PART_MAX).map(|name| show_invisible(name).into_owned()).collect();
    let parts = new.iter().map(|(part, after)| {
        let before = old.get(part).unwrap_or(&none);
        SurfaceChange {
            part: (*part).to_owned(),
            added: shown(after.difference(before).collect()),
            removed: shown(before.difference(after).collect()),
        }
    });
    parts.filter(|change| !(change.added.is_empty() && change.removed.is_empty())).collect()
}

fn surface(version: &Version) -> Surface {
    let manifest = &version.manifest;
    let mut hosts = BTreeSet::new();
    let mut look = |text: &str| {
        hosts.extend(HOST.captures_iter(text).map(|found| found[1].trim_end_matches('.').to_lowercase()));
    };
    each_text("", &fields_of(manifest), &mut |_, text| look(text));
    version.files.iter().filter_map(|file| as_text(&file.content)).for_each(&mut look);
    let set = |names: &[String]| names.iter().cloned().collect();
    BTreeMap::from([
        ("hosts", hosts),
        ("api_keys", api_keys(manifest)),
        ("capabilities", set(&manifest.capabilities)),
        ("requires_capabilities", set(&manifest.requires_capabilities)),
        ("dependencies", dependencies(manifest)),
    ])
}

fn api_keys(manifest: &Manifest) -> BTreeSet<String> {
    let keys = manifest.config_schema.as_ref().and_then(|schema| schema.get("required_api_keys"));
    keys.and_then(Value::as_array).into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect()
}

fn dependencies(manifest: &Manifest) -> BTreeSet<String> {
    let name = |needed: &atom_marketplace_protocol::component::Dependency| {
        let publisher = needed.source_tenant_id.as_ref().map(|tenant| format!("{tenant}/")).unwrap_or_default();
        format!("{} {publisher}{} {}", needed.component_type, needed.id, needed.version)
    };
    manifest.dependencies.iter().map(name).collect()
}
