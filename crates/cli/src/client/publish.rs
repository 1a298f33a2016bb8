//! `publish`: a folder, checked here, sent in one request.

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Result;
use atom_marketplace_protocol::component::{Component, PublishCheck, Status};
use atom_marketplace_protocol::error::{Finding, Severity};
use atom_marketplace_protocol::redaction::Redaction;
use atom_marketplace_sdk::{Collection, ComponentRef, Error, Response};
use serde_json::{Value, json};

use super::args::Publish;
use super::failure;
use super::folder::{self, Overrides, Package};
use super::profile;
use crate::output;

/// Ten megabytes over a slow line.
const TIMEOUT: Duration = Duration::from_mins(5);

pub(super) async fn run(args: &Publish) -> Result<()> {
    let json = args.connection.json;
    let over = Overrides {
        id: args.id.clone(),
        version: args.number.clone(),
        marketplace_type: args.public.then_some("public").or(args.private.then_some("private")),
        release_notes: args.release_notes.clone(),
    };
    let bar = output::bar("Reading", 0, json);
    let package = folder::load(&args.folder, over, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let package = package?;
    if !json {
        package.notes.iter().for_each(|note| output::error(&format!("note: {}", output::plain(note))));
    }
    let client = profile::connect(&args.connection)?.client;
    let collection = client.kind(package.kind);
    let body = Value::Object(package.body.clone());
    let working = output::spinner(format!("Publishing {} ({} files)", package.id, package.files.len()), json);
    if args.dry_run {
        let check = collection.check(&body).query("accept_redactions", args.accept_redactions).timeout(TIMEOUT).await;
        working.finish_and_clear();
        let check = check.map_err(|error| named(error, &package))?;
        if json {
            output::json(
                &json!({ "id": package.id, "component_type": package.kind, "files": package.files, "check": check }),
            );
        } else {
            show_check(&check, &package);
        }
        return verdict(&check);
    }
    let mut answer = send(&collection, &body, args.accept_redactions).await;
    working.finish_and_clear();
    if let Err(error) = &answer
        && !json
        && std::io::stdin().is_terminal()
        && agrees_to(error)
    {
        let working = output::spinner(format!("Publishing {}", package.id), json);
        answer = send(&collection, &body, true).await;
        working.finish_and_clear();
    }
    let answer = answer.map_err(|error| named(error, &package))?;
    if json {
        output::json(&json!(answer.value));
    } else {
        show(&answer.value, answer.status.as_u16() == 200, &package);
    }
    Ok(())
}

async fn send(
    collection: &Collection<Value>,
    body: &Value,
    accept_redactions: bool,
) -> Result<Response<Component>, Error> {
    let call = if accept_redactions { collection.publish_redacted(body) } else { collection.publish(body) };
    call.timeout(TIMEOUT).send().await
}

fn verdict(check: &PublishCheck) -> Result<()> {
    if check.ok {
        return Ok(());
    }
    let blocked = check.findings.iter().any(|finding| finding.severity == Severity::Block);
    Err(anyhow::anyhow!(if blocked {
        "the automated checks would refuse it"
    } else {
        "it would be refused without --accept-redactions"
    }))
}

/// Whether the publication was refused for its redactions alone, and the person at the terminal agrees to them.
fn agrees_to(error: &Error) -> bool {
    let details = error.details();
    let list = |key: &str| details.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let redactions: Vec<Redaction> =
        list("redactions").into_iter().filter_map(|redaction| serde_json::from_value(redaction).ok()).collect();
    if redactions.is_empty() || list("findings").iter().any(|finding| finding["severity"] == "block") {
        return false;
    }
    output::error("Before anyone else can read it, this would be taken out:");
    for redaction in &redactions {
        output::error(&output::plain(&format!("  {}", failure::redaction(redaction))));
    }
    output::error("Publish without it? [y/N]");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn show(component: &Component, was_there: bool, package: &Package) {
    let reference = ComponentRef::from(component);
    let pending = component.pending.as_ref();
    let version = pending.map_or(&component.version, |next| &next.version);
    let waits =
        pending.is_some_and(|next| next.status == Status::PendingReview) || component.status == Status::PendingReview;
    let at = format!("{} {}", package.kind, reference.at(version));
    output::line(&match (was_there, waits) {
        (true, true) => format!("{at} waits for review already: the content is the same."),
        (true, false) => format!("{at} is there already: the content is the same."),
        (false, true) => format!("{at} waits for review. `atom-marketplace show` tells how it stands."),
        (false, false) => format!("{at} is published ({}).", component.marketplace_type),
    });
    if let Some(pending) = pending {
        show_findings(&pending.findings, package);
    }
}

fn show_check(check: &PublishCheck, package: &Package) {
    let verdict = if check.ok { "would be published" } else { "would be refused" };
    output::line(&format!("{} {}@{} {verdict}; nothing was stored.", package.kind, package.id, check.version));
    output::line(&format!("{} files, {}", package.files.len(), check.digest));
    show_findings(&check.findings, package);
    for redaction in &check.redactions {
        output::line(&output::plain(&format!("  {}", failure::redaction(redaction))));
    }
    if check.redaction_count > check.redactions.len() as u64 {
        output::line(&format!("  and {} more", check.redaction_count - check.redactions.len() as u64));
    }
}

fn show_findings(findings: &[Finding], package: &Package) {
    for found in findings {
        let found = Finding { path: with_name(&found.path, package), ..found.clone() };
        output::line(&output::plain(&format!("  {}", failure::finding(&found))));
    }
}

/// `files[3].content` says nothing to people: the file's name stands in for its number.
fn with_name(text: &str, package: &Package) -> String {
    let name = text.strip_prefix("files[").and_then(|rest| {
        let (number, rest) = rest.split_once(']')?;
        let rest = rest.strip_prefix(".content").or_else(|| rest.strip_prefix(".path")).unwrap_or(rest);
        Some(format!("{}{rest}", package.files.get(number.parse::<usize>().ok()?)?))
    });
    name.unwrap_or_else(|| text.to_owned())
}

/// The error with the names of files in it.
fn named(error: Error, package: &Package) -> anyhow::Error {
    let Error::Api(mut api) = error else { return error.into() };
    api.message = with_name(&api.message, package);
    for list in ["fields", "findings", "errors"] {
        for entry in api.details.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(path) = entry["path"].as_str().map(|path| with_name(path, package)) {
                entry["path"] = path.into();
            }
        }
    }
    Error::Api(api).into()
}
