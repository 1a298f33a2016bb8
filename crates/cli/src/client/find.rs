//! `search`, `show`, `open` and `rate`.

use std::io::IsTerminal as _;

use atom_marketplace_protocol::component::{Component, VersionInfo};
use atom_marketplace_sdk::{Client, ComponentRef, Kind};
use serde_json::json;

use super::args::{Open, Rate, Search, Show};
use super::failure;
use super::folder::human;
use super::profile;
use crate::output;

pub(super) async fn search(args: &Search) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let mut found = client.search(args.words.join(" ")).page_size(args.limit.clamp(1, 100) as u32);
    for kind in &args.kind {
        found = found.kind(*kind);
    }
    for capability in &args.capability {
        found = found.capability(capability);
    }
    for tag in &args.tag {
        found = found.tag(tag);
    }
    if let Some(category) = &args.category {
        found = found.category(category);
    }
    if let Some(least) = args.min_rating {
        found = found.min_rating(least);
    }
    if let Some(tier) = args.pricing_tier {
        found = found.pricing_tier(tier);
    }
    let mut components = Vec::new();
    let mut items = found.items();
    while components.len() < args.limit
        && let Some(component) = items.next().await
    {
        components.push(component?);
    }
    if args.connection.json {
        output::json(&json!({ "items": components }));
    } else if components.is_empty() {
        output::error("Nothing was found.");
    } else {
        table(&components);
    }
    Ok(())
}

/// Components in a table.
pub(super) fn table(components: &[Component]) {
    let rows: Vec<_> = components
        .iter()
        .map(|component| {
            let stars = component.average_rating.map_or_else(|| "-".to_owned(), |stars| format!("{stars:.1}"));
            vec![
                component.component_type.to_string(),
                ComponentRef::from(component).to_string(),
                component.version.clone(),
                stars,
                component.install_count.to_string(),
                component.manifest.description.clone(),
            ]
        })
        .collect();
    output::table(&["KIND", "COMPONENT", "VERSION", "STARS", "INSTALLS", "DESCRIPTION"], &rows);
}

pub(super) async fn show(args: &Show) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let collection = client.kind(args.target.kind);
    let component = collection.get(&args.target.component).await?;
    let versions = if args.versions { collection.versions(&component).all().await? } else { Vec::new() };
    if args.connection.json {
        let mut value = json!(component);
        if args.versions {
            value["versions"] = json!(versions);
        }
        output::json(&value);
        return Ok(());
    }
    facts(&component);
    if args.versions {
        output::line("");
        version_table(&versions);
    }
    if args.readme {
        output::line("");
        output::line(&output::plain_lines(component.manifest.readme.as_deref().unwrap_or("It has no readme.")));
    }
    Ok(())
}

fn facts(component: &Component) {
    let manifest = &component.manifest;
    let dependencies: Vec<_> = manifest
        .dependencies
        .iter()
        .map(|dependency| format!("{} {} {}", dependency.component_type, dependency.id, dependency.version))
        .collect();
    let size: u64 = manifest.files.iter().map(|file| file.size).sum();
    let rating = component.average_rating.map(|stars| format!("{stars:.1} of 5 by {}", component.rating_count));
    let pending = component.pending.as_ref();
    output::line(&output::bold(&output::plain(&manifest.name)));
    output::line(&output::plain(&manifest.description));
    output::line("");
    output::facts(&[
        ("component", format!("{} {}", component.component_type, ComponentRef::from(component))),
        ("publisher", component.publisher.name.clone()),
        ("version", component.version.clone()),
        ("status", format!("{} ({})", component.status, component.marketplace_type)),
        ("reason", component.status_reason.clone().unwrap_or_default()),
        ("deprecated", component.deprecated.as_ref().map(|why| why.message.clone()).unwrap_or_default()),
        ("waiting", pending.map(|next| format!("{} ({})", next.version, next.status)).unwrap_or_default()),
        ("category", manifest.category.clone().unwrap_or_default()),
        ("tags", manifest.tags.join(", ")),
        ("capabilities", manifest.capabilities.join(", ")),
        ("licence", manifest.license.clone().unwrap_or_default()),
        ("plan", manifest.pricing_tier.to_string()),
        ("rating", rating.unwrap_or_default()),
        ("installs", component.install_count.to_string()),
        ("needs", dependencies.join(", ")),
        (
            "files",
            if manifest.files.is_empty() {
                String::new()
            } else {
                format!("{} ({})", manifest.files.len(), human(size))
            },
        ),
        ("documentation", manifest.documentation_url.clone().unwrap_or_default()),
        ("digest", component.digest.clone()),
        ("updated", component.updated_at.clone()),
    ]);
    for finding in pending.iter().flat_map(|next| &next.findings) {
        output::line(&output::plain(&format!("  {}", failure::finding(finding))));
    }
}

fn version_table(versions: &[VersionInfo]) {
    let rows: Vec<_> = versions
        .iter()
        .map(|version| {
            let status = if version.yanked { "yanked".to_owned() } else { version.status.to_string() };
            let when = version.published_at.as_ref().unwrap_or(&version.submitted_at);
            let notes = version.release_notes.clone().unwrap_or_default();
            vec![version.version.clone(), status, human(version.size), when.clone(), notes]
        })
        .collect();
    output::table(&["VERSION", "STATUS", "SIZE", "SINCE", "NOTES"], &rows);
}

pub(super) async fn open(args: &Open) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let url = match args.kind.zip(args.component.as_ref()) {
        None => format!("{}/", root(&client)),
        Some((kind, component)) => page(&client, kind, component).await?,
    };
    if args.connection.json {
        output::json(&json!({ "url": url }));
        return Ok(());
    }
    output::line(&url);
    // Where there is no browser, or it does not start, the address on the terminal has to do.
    if !args.print && std::io::stdout().is_terminal() {
        let (program, before) = match std::env::consts::OS {
            "macos" => ("open", &[][..]),
            "windows" => ("rundll32", &["url.dll,FileProtocolHandler"][..]),
            _ => ("xdg-open", &[][..]),
        };
        let quiet = std::process::Stdio::null;
        let _ = std::process::Command::new(program).args(before).arg(&url).stdout(quiet()).stderr(quiet()).spawn();
    }
    Ok(())
}

/// Where the pages are: beside the API.
fn root(client: &Client) -> &str {
    let base = client.base_url().trim_end_matches("/test");
    base.strip_suffix("/api").unwrap_or(base)
}

async fn page(client: &Client, kind: Kind, component: &ComponentRef) -> anyhow::Result<String> {
    let found = client.kind(kind).get(component).await?;
    let version = component.version.as_ref().map_or_else(String::new, |version| format!("/v/{version}"));
    Ok(format!("{}/{kind}/{}/{}{version}", root(client), found.source_tenant_id, found.id))
}

pub(super) async fn rate(args: &Rate) -> anyhow::Result<()> {
    let collection = profile::connect(&args.connection)?.client.kind(args.target.kind);
    let component = &args.target.component;
    let summary = match args.stars {
        Some(stars) => collection.rate(component, stars, args.review.as_deref()).await?,
        None => collection.delete_rating(component).await?,
    };
    if args.connection.json {
        output::json(&json!(summary));
        return Ok(());
    }
    let all = summary.average_rating.map_or_else(
        || "It has no rating now.".to_owned(),
        |mean| format!("It stands at {mean:.1} by {} now.", summary.rating_count),
    );
    let mine = summary.rating.map_or_else(|| "Rating taken back.".to_owned(), |stars| format!("Rated {stars}."));
    output::line(&format!("{mine} {all}"));
    Ok(())
}
