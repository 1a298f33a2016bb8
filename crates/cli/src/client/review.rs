//! `review`: what a platform's admin decides on.

use std::time::Duration;

use atom_marketplace_protocol::check::{CheckRun, CheckRunState};
use atom_marketplace_protocol::review::{Decision, Message, Submission, SubmissionDetail};
use serde_json::json;

use super::args::Connection;
use super::folder::human;
use super::review_args::{DecisionFlags, ReviewCommand, Reviews};
use super::{failure, lifecycle, profile, review_diff};
use crate::output;

pub(super) async fn run(args: &Reviews) -> anyhow::Result<()> {
    match &args.command {
        ReviewCommand::Queue { status, publisher, sort, connection } => {
            let submissions = profile::connect(connection)?.client.admin().submissions();
            let mut list = submissions.list().status(*status).sort(*sort).page_size(100);
            if let Some(publisher) = publisher {
                list = list.source_tenant_id(publisher);
            }
            let submissions = list.all().await?;
            if connection.json {
                output::json(&json!({ "items": submissions }));
            } else if submissions.is_empty() {
                output::error(&format!("There is no submission that is {status}."));
            } else {
                table(&submissions);
            }
        }
        ReviewCommand::Show(one) => {
            let detail = profile::connect(&one.connection)?.client.admin().submissions().get(&one.id).await?;
            if one.connection.json { output::json(&json!(detail)) } else { show(&detail) }
        }
        ReviewCommand::Diff(one) => {
            let diff = profile::connect(&one.connection)?.client.admin().submissions().diff(&one.id).await?;
            if one.connection.json { output::json(&json!(diff)) } else { review_diff::show(&diff) }
        }
        ReviewCommand::Claim { id, take_over, release, connection } => {
            claim(id, *take_over, *release, connection).await?;
        }
        ReviewCommand::Recheck { wait, connection } => recheck(*wait, connection).await?,
        ReviewCommand::Approve { id, reason, decision } => {
            decide(id, "approve", reason.as_ref(), decision).await?;
        }
        ReviewCommand::Reject { id, reason, decision } => decide(id, "reject", Some(reason), decision).await?,
        ReviewCommand::RequestChanges { id, reason, decision } => {
            decide(id, "request changes", Some(reason), decision).await?;
        }
        ReviewCommand::Messages(one) => {
            let submissions = profile::connect(&one.connection)?.client.admin().submissions();
            messages(&submissions.messages(&one.id).all().await?, one.connection.json);
        }
        ReviewCommand::Reply(said) => {
            let submissions = profile::connect(&said.connection)?.client.admin().submissions();
            messages(&[submissions.write(&said.id, &said.text).await?], said.connection.json);
        }
        ReviewCommand::Reports(args) => lifecycle::reports(args).await?,
        ReviewCommand::Resolve(args) => lifecycle::resolve(args).await?,
        ReviewCommand::Ratings(args) => super::numbers::ratings(args).await?,
        ReviewCommand::Hide(args) => super::numbers::hide(args, true).await?,
        ReviewCommand::Unhide(args) => super::numbers::hide(args, false).await?,
        ReviewCommand::Takedown(args) => lifecycle::takedown(args).await?,
    }
    Ok(())
}

/// How often a run is asked how far it has come.
const ASK_EVERY: Duration = Duration::from_secs(1);

async fn recheck(wait: bool, connection: &Connection) -> anyhow::Result<()> {
    let runs = profile::connect(connection)?.client.admin().check_runs();
    let mut run = runs.start().await?;
    if !wait {
        if connection.json {
            output::json(&json!(run));
        } else {
            output::line(&format!("{}: {} versions to look at, by {}", run.id, run.total, run.rules));
        }
        return Ok(());
    }
    while run.state == CheckRunState::Running {
        tokio::time::sleep(ASK_EVERY).await;
        run = runs.get(&run.id).await?;
    }
    let found = runs.findings(&run.id).page_size(100).all().await?;
    if connection.json {
        output::json(&json!({ "run": run, "items": found }));
        return Ok(());
    }
    for version in &found {
        let name = format!("{}/{}@{}", version.source_tenant_id, version.component_id, version.version);
        output::line(&format!("{} {}", version.component_type, output::plain(&name)));
        for finding in &version.findings {
            output::line(&output::plain(&format!("  {}", failure::finding(finding))));
        }
    }
    let CheckRun { checked, blocked, queued, noted, .. } = run;
    output::line(&format!(
        "{checked} versions: {blocked} would be refused, {queued} to look at, {noted} with notes alone"
    ));
    Ok(())
}

async fn claim(id: &str, take_over: bool, release: bool, connection: &Connection) -> anyhow::Result<()> {
    let submissions = profile::connect(connection)?.client.admin().submissions();
    if release {
        submissions.unclaim(id).await?;
    } else {
        submissions.claim(id, take_over).await?;
    }
    let submission = submissions.get(id).await?.submission;
    if connection.json {
        output::json(&json!(submission));
    } else {
        output::line(&match (&submission.claimed_by, &submission.claimed_until) {
            (Some(by), Some(until)) => output::plain(&format!("{by} has claimed it until {until}.")),
            _ => "Nobody claims it.".to_owned(),
        });
    }
    Ok(())
}

async fn decide(id: &str, what: &str, reason: Option<&String>, flags: &DecisionFlags) -> anyhow::Result<()> {
    let submissions = profile::connect(&flags.connection)?.client.admin().submissions();
    let decision = Decision { reason: reason.cloned(), digest: flags.digest.clone(), take_over: flags.take_over };
    let component = match what {
        "approve" => submissions.approve(id, &decision),
        "reject" => submissions.reject(id, &decision),
        _ => submissions.request_changes(id, &decision),
    }
    .await?;
    if flags.connection.json {
        output::json(&json!(component));
    } else {
        let submission = submissions.get(id).await?.submission;
        output::line(&output::plain(&format!(
            "{} {}/{}@{}: {}",
            submission.component_type,
            submission.source_tenant_id,
            submission.component_id,
            submission.version,
            submission.status
        )));
    }
    Ok(())
}

/// A conversation, or a part of it.
pub(super) fn messages(messages: &[Message], json: bool) {
    if json {
        output::json(&json!({ "items": messages }));
    } else if messages.is_empty() {
        output::error("Nothing was said yet.");
    }
    for message in messages.iter().filter(|_| !json) {
        output::line(&output::bold(&output::plain(&format!(
            "{} ({}), {}",
            message.from, message.author, message.created_at
        ))));
        output::line(&output::plain_lines(&message.text));
    }
}

pub(super) fn table(submissions: &[Submission]) {
    let rows: Vec<_> = submissions
        .iter()
        .map(|submission| {
            vec![
                submission.id.clone(),
                submission.component_type.to_string(),
                format!("{}/{}@{}", submission.source_tenant_id, submission.component_id, submission.version),
                submission.status.to_string(),
                submission.risk.to_string(),
                submission.findings.len().to_string(),
                submission.submitted_at.clone(),
                submission.claimed_by.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output::table(&["SUBMISSION", "KIND", "COMPONENT", "STATUS", "RISK", "FINDINGS", "SUBMITTED", "CLAIMED BY"], &rows);
}

pub(super) fn show(detail: &SubmissionDetail) {
    let (submission, manifest) = (&detail.submission, &detail.manifest);
    output::line(&output::bold(&output::plain(&manifest.name)));
    output::line(&output::plain(&manifest.description));
    output::line("");
    output::facts(&[
        ("submission", submission.id.clone()),
        (
            "component",
            format!(
                "{} {}/{}@{}",
                submission.component_type, submission.source_tenant_id, submission.component_id, submission.version
            ),
        ),
        ("status", submission.status.to_string()),
        ("reason", submission.reason.clone().unwrap_or_default()),
        (
            "decided",
            submission
                .decided_by
                .clone()
                .map(|by| format!("{} by {by}", submission.decided_at.clone().unwrap_or_default()))
                .unwrap_or_default(),
        ),
        (
            "claimed",
            submission
                .claimed_by
                .clone()
                .map(|by| format!("by {by} until {}", submission.claimed_until.clone().unwrap_or_default()))
                .unwrap_or_default(),
        ),
        ("messages", if submission.message_count > 0 { submission.message_count.to_string() } else { String::new() }),
        ("submitted", format!("{} by {}", submission.submitted_at, submission.submitted_by)),
        ("risk", submission.risk.to_string()),
        ("capabilities", manifest.capabilities.join(", ")),
        ("licence", manifest.license.clone().unwrap_or_default()),
        ("digest", submission.digest.clone()),
    ]);
    for finding in &submission.findings {
        output::line(&output::plain(&format!("  {}", failure::finding(finding))));
    }
    for file in &manifest.files {
        output::line(&output::plain(&format!("  {}  {}", file.path, human(file.size))));
    }
}
