//! `install`, `uninstall`, `list` and `upgrade`.

use anyhow::Context as _;
use atom_marketplace_protocol::install::{InstallPlan, Installation, InstallationUpdate};
use atom_marketplace_sdk::{Client, ComponentRef, Kind};
use serde_json::{Value, json};

use super::args::{Install, List, Uninstall, Upgrade};
use super::failure::NotThere;
use super::{failure, find, profile, unpack};
use crate::output;

pub(super) async fn install(args: &Install) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let json = args.connection.json;
    if let Some(folder) = &args.output {
        unpack::must_be_free(folder)?;
    }
    let mut install = client.kind(args.target.kind).install(&args.target.component);
    for (name, value) in &args.settings {
        // What reads as JSON is meant so: numbers, true, false, lists. Anything else is a text.
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
        install = install.setting(name, value);
    }
    for (name, key) in &args.api_keys {
        install = install.api_key(name, secret(key)?);
    }
    if args.with_dependencies {
        install = install.with_dependencies();
    }
    if let Some(tenant) = &args.target_tenant {
        install = install.target_tenant_id(tenant);
    }
    if args.dry_run {
        let plan = install.plan().await?;
        if json {
            output::json(&json!(plan));
        } else {
            show_plan(&plan);
        }
        return Ok(());
    }
    let working = output::spinner(format!("Installing {}", args.target.component), json);
    let answer = install.call().send().await;
    working.finish_and_clear();
    let answer = answer?;
    let installation = answer.value;
    if let Some(folder) = &args.output {
        let bundle = client.installations().bundle(&installation.id).await?;
        unpack::write(&bundle, folder, json)?;
    }
    if json {
        output::json(&json!(installation));
        return Ok(());
    }
    let was_there = if answer.status.as_u16() == 200 { " was installed already" } else { " is installed" };
    output::line(&format!("{} {}{was_there}.", installation.component_type, named(&installation)));
    for dependency in &installation.dependencies {
        output::line(&format!(
            "  with {} {}/{}@{} ({})",
            dependency.component_type,
            dependency.source_tenant_id,
            dependency.id,
            dependency.version,
            dependency.status
        ));
    }
    if let Some(folder) = &args.output {
        output::line(&format!("Its files are in {}.", folder.display()));
    }
    Ok(())
}

/// A key as it is, or from the file behind an `@`.
fn secret(value: &str) -> anyhow::Result<String> {
    let Some(path) = value.strip_prefix('@') else { return Ok(value.to_owned()) };
    Ok(std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?.trim_end().to_owned())
}

fn named(installation: &Installation) -> ComponentRef {
    ComponentRef::from(installation).at(&installation.version)
}

fn show_plan(plan: &InstallPlan) {
    let verdict = match (plan.already_installed, plan.ok) {
        (true, _) => "It is installed already.",
        (false, true) => "It would be installed:",
        (false, false) => "It would be refused:",
    };
    output::line(verdict);
    for step in &plan.installs {
        output::line(&output::plain(&format!(
            "  {} {}/{}@{} ({})",
            step.component_type, step.source_tenant_id, step.id, step.version, step.reason
        )));
    }
    for problem in &plan.problems {
        output::line(&output::plain(&format!("  {}: {}", problem.code.as_str(), problem.message)));
    }
}

pub(super) async fn uninstall(args: &Uninstall) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let mut call = client.kind(args.target.kind).uninstall(&args.target.component);
    if let Some(tenant) = &args.target_tenant {
        call = call.query("target_tenant_id", tenant);
    }
    call.await?;
    if args.connection.json {
        output::json(
            &json!({ "component_type": args.target.kind, "component": args.target.component.to_string(), "uninstalled": true }),
        );
    } else {
        output::line(&format!("{} {} is uninstalled.", args.target.kind, args.target.component));
    }
    Ok(())
}

pub(super) async fn list(args: &List) -> anyhow::Result<()> {
    let session = profile::connect(&args.connection)?;
    if args.published {
        return published(&session.client, args).await;
    }
    let installations = installations(&session.client, args.kind).await?;
    let shown: Vec<_> = installations
        .into_iter()
        .filter(|installation| !args.outdated || installation.update_available.is_some())
        .collect();
    if args.connection.json {
        output::json(&json!({ "items": shown }));
        return Ok(());
    }
    if shown.is_empty() {
        output::error(if args.outdated { "Everything is at its latest version." } else { "Nothing is installed." });
        return Ok(());
    }
    let rows: Vec<_> = shown
        .iter()
        .map(|installation| {
            let why = if installation.as_dependency { "came along" } else { "" };
            vec![
                installation.component_type.to_string(),
                ComponentRef::from(installation).to_string(),
                installation.version.clone(),
                installation.update_available.clone().unwrap_or_default(),
                installation.installed_at.clone(),
                why.to_owned(),
            ]
        })
        .collect();
    output::table(&["KIND", "COMPONENT", "VERSION", "LATER", "INSTALLED", ""], &rows);
    Ok(())
}

async fn installations(client: &Client, kind: Option<Kind>) -> anyhow::Result<Vec<Installation>> {
    let mut list = client.installations().list().page_size(100);
    if let Some(kind) = kind {
        list = list.kind(kind);
    }
    Ok(list.all().await?)
}

async fn published(client: &Client, args: &List) -> anyhow::Result<()> {
    let tenant = client.tenant().get().await?.id;
    let mut components = Vec::new();
    for kind in Kind::ALL.iter().filter(|kind| args.kind.is_none_or(|only| only == **kind)) {
        components.extend(client.kind(*kind).list().publisher(&tenant).page_size(100).all().await?);
    }
    if args.connection.json {
        output::json(&json!({ "items": components }));
    } else if components.is_empty() {
        output::error("Nothing is published.");
    } else {
        find::table(&components);
    }
    Ok(())
}

pub(super) async fn upgrade(args: &Upgrade) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let all = installations(&client, args.kind).await?;
    let chosen: Vec<_> = match &args.component {
        None => all.into_iter().filter(|installation| installation.update_available.is_some()).collect(),
        Some(component) => {
            let meant = |installation: &Installation| {
                installation.component_id == component.id
                    && component.source_tenant_id.as_ref().is_none_or(|tenant| *tenant == installation.source_tenant_id)
            };
            let chosen: Vec<_> = all.into_iter().filter(meant).collect();
            match chosen.len() {
                1 => chosen,
                0 => {
                    return Err(NotThere(format!(
                        "{component} is not installed: `atom-marketplace list` shows what is, `install` installs"
                    ))
                    .into());
                }
                _ => {
                    return Err(
                        failure::Usage(format!("{component} is there of several publishers: PUBLISHER/ID")).into()
                    );
                }
            }
        }
    };
    let version = args.component.as_ref().and_then(|component| component.version.clone());
    let update = InstallationUpdate {
        version: Some(version.unwrap_or_else(|| "latest".to_owned())),
        auto_install_dependencies: args.with_dependencies,
        ..InstallationUpdate::default()
    };
    let bar = output::bar("Upgrading", chosen.len(), args.connection.json);
    let (mut done, mut failed) = (Vec::new(), None);
    for before in &chosen {
        // One that fails keeps no other from being upgraded; the first error is the command's.
        match client.installations().update(&before.id, &update).await {
            Ok(after) => done.push((before.version.clone(), after)),
            Err(error) => {
                if failed.is_some() || chosen.len() > 1 {
                    bar.suspend(|| output::error(&output::plain(&format!("{}: {error}", named(before)))));
                }
                failed = failed.or(Some(error));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.connection.json {
        let items: Vec<_> = done.iter().map(|(from, after)| json!({ "from": from, "installation": after })).collect();
        output::json(&json!({ "items": items }));
    } else if chosen.is_empty() {
        output::line("Everything is at its latest version.");
    } else {
        for (from, after) in &done {
            let was = if *from == after.version { "is there already".to_owned() } else { format!("was {from}") };
            output::line(&format!("{} {} ({was})", after.component_type, named(after)));
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}
