//! `review`: what a platform's admin decides on.

use atom_marketplace_protocol::review::{Decision, Submission, SubmissionDetail};
use serde_json::json;

use super::args::{DecisionFlags, ReviewCommand, Reviews};
use super::folder::human;
use super::{failure, lifecycle, profile};
use crate::output;

pub(super) async fn run(args: &Reviews) -> anyhow::Result<()> {
    match &args.command {
        ReviewCommand::List { status, publisher, connection } => {
            let submissions = profile::connect(connection)?.client.admin().submissions();
            let mut list = submissions.list().status(*status).page_size(100);
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
        ReviewCommand::Show { id, connection } => {
            let detail = profile::connect(connection)?.client.admin().submissions().get(id).await?;
            if connection.json { output::json(&json!(detail)) } else { show(&detail) }
        }
        ReviewCommand::Approve { id, reason, decision } => {
            decide(id, "approve", reason.as_ref(), decision).await?;
        }
        ReviewCommand::Reject { id, reason, decision } => decide(id, "reject", Some(reason), decision).await?,
        ReviewCommand::RequestChanges { id, reason, decision } => {
            decide(id, "request changes", Some(reason), decision).await?;
        }
        ReviewCommand::Reports(args) => lifecycle::reports(args).await?,
        ReviewCommand::Resolve(args) => lifecycle::resolve(args).await?,
        ReviewCommand::Takedown(args) => lifecycle::takedown(args).await?,
    }
    Ok(())
}

async fn decide(id: &str, what: &str, reason: Option<&String>, flags: &DecisionFlags) -> anyhow::Result<()> {
    let submissions = profile::connect(&flags.connection)?.client.admin().submissions();
    let decision = Decision { reason: reason.cloned(), digest: flags.digest.clone() };
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
        output::line(&format!(
            "{} {}/{}@{}: {}",
            submission.component_type,
            submission.source_tenant_id,
            submission.component_id,
            submission.version,
            submission.status
        ));
    }
    Ok(())
}

fn table(submissions: &[Submission]) {
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
            ]
        })
        .collect();
    output::table(&["SUBMISSION", "KIND", "COMPONENT", "STATUS", "RISK", "FINDINGS", "SUBMITTED"], &rows);
}

fn show(detail: &SubmissionDetail) {
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
