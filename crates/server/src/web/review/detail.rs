//! A submission: what it is, what was found, what changes, who said what, and the forms that decide.

use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::error::Finding;
use atom_marketplace_protocol::review::{Message, MessageSide, Submission};
use maud::{Markup, html};

use super::changes::changes;
use super::words::{actor, kind_icon, kind_name, marked, moment, risk, severity_badge, state_badge};
use super::{Dossier, Forms};
use crate::catalog::model::ComponentRow;
use crate::web::form::{Field, Form, token};
use crate::web::icons::{Icon, icon};
use crate::web::parts::{Tone, badge, banner};
use crate::web::visit::Visit;
use atom_marketplace_protocol::text::show_invisible;

pub(super) fn page(visit: &Visit, dossier: &Dossier, forms: &Forms) -> Markup {
    let submission = &dossier.detail.submission;
    html! {
        p class="small" { a href="/review" { "← The queue" } }
        header class="head" {
            div class="row" {
                h1 { (submission.component_id) " " span class="muted number" { (submission.version) } }
                (state_badge(submission.status))
            }
            div class="meta" {
                span { (icon(kind_icon(submission.component_type))) " " (kind_name(submission.component_type)) }
                span { "by " strong { (submission.source_tenant_id) } }
                span { "submitted " (moment(&submission.submitted_at, dossier.now)) }
            }
        }
        div class="split" {
            div class="stack loose" {
                (decided(visit, dossier))
                (about(visit, dossier))
                (findings(&submission.findings))
                @if let Some(diff) = &dossier.diff {
                    @if let Some(notes) = &diff.release_notes { section class="stack tight" aria-labelledby="notes" { h2 id="notes" { "Release notes" } p class="quote" { (marked(notes)) } } }
                    (changes(diff))
                } @else { (banner(Tone::Info, html! { p { "A later submission took the place of this one; its content is gone." } })) }
                (conversation(visit, dossier, &forms.message))
            }
            aside aria-label="Decision" { div class="stack sticky" {
                @if submission.status == Status::PendingReview { (decision(visit, dossier, &forms.decision)) }
                @if let Some(component) = &dossier.component { (hide(visit, submission, component, &forms.hide)) }
            } }
        }
    }
}

/// What was decided, if it was.
fn decided(visit: &Visit, dossier: &Dossier) -> Markup {
    let Submission { status, decided_at, decided_by, reason, .. } = &dossier.detail.submission;
    let (tone, word) = match status {
        Status::Published => (Tone::Good, "Approved"),
        Status::ChangesRequested => (Tone::Warn, "Changes were requested"),
        Status::Rejected => (Tone::Bad, "Rejected"),
        _ => return html! {},
    };
    banner(
        tone,
        html! {
            p {
                strong { (word) }
                @if let Some(by) = decided_by { " by " (actor(visit, by)) }
                @if let Some(at) = decided_at { " " (moment(at, dossier.now)) }
                "."
            }
            @if let Some(reason) = reason { p class="quote" { (marked(&show_invisible(reason))) } }
            p { a href="/review" { "On to the queue" } }
        },
    )
}

/// What it says of itself.
fn about(visit: &Visit, dossier: &Dossier) -> Markup {
    let manifest = &dossier.detail.manifest;
    html! {
        section class="card stack" aria-labelledby="about" {
            h2 id="about" { (marked(&show_invisible(&manifest.name))) }
            p class="quote" { (marked(&show_invisible(&manifest.description))) }
            hr;
            (facts(visit, dossier))
        }
    }
}

fn findings(findings: &[Finding]) -> Markup {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    html! {
        section class="stack tight" aria-labelledby="findings" {
            h2 id="findings" { "Findings" }
            @if sorted.is_empty() { p class="muted" { "The automated checks found nothing." } }
            @for Finding { check, severity, path, message, .. } in sorted {
                div class="finding" {
                    (severity_badge(*severity))
                    div {
                        p { (marked(&show_invisible(message))) }
                        p class="where" { code { (check) } @if !path.is_empty() { " in " code { (marked(&show_invisible(path))) } } }
                    }
                }
            }
        }
    }
}

fn conversation(visit: &Visit, dossier: &Dossier, form: &Form) -> Markup {
    let id = &dossier.detail.submission.id;
    html! {
        section class="stack" aria-labelledby="conversation" {
            h2 id="conversation" { "Conversation" }
            @if dossier.messages.items.is_empty() { p class="muted" { "Nobody has said anything yet. The publisher reads what you write here and may answer." } }
            @else { ol class="talk" { @for message in &dossier.messages.items { (said(visit, dossier, message)) } } }
            form class="stack tight" method="post" action={ "/review/" (id) "/message" } {
                (token(visit))
                (form.summary(&["text"]))
                (form.field(Field { name: "text", label: "Write to the publisher", kind: "textarea", hint: "It decides nothing.", longest: 4_000, ..Field::default() }))
                div { button class="button" { "Send" } }
            }
        }
    }
}

fn said(visit: &Visit, dossier: &Dossier, message: &Message) -> Markup {
    let side = match message.from {
        MessageSide::Reviewer => badge(Tone::Info, "Reviewer"),
        MessageSide::Publisher => badge(Tone::Plain, "Publisher"),
    };
    html! {
        li {
            header { (side) strong { (actor(visit, &message.author)) } (moment(&message.created_at, dossier.now)) }
            p class="quote" { (marked(&show_invisible(&message.text))) }
        }
    }
}

/// Whose the submission is for now, and the form that decides about it.
fn decision(visit: &Visit, dossier: &Dossier, form: &Form) -> Markup {
    let submission = &dossier.detail.submission;
    let own = visit.account().map(|account| format!("member:{}", account.uid));
    let other = submission.claimed_by.as_ref().filter(|by| Some(*by) != own.as_ref());
    html! {
        section class="card stack" aria-labelledby="decide" {
            h2 id="decide" { "Decide" }
            (form.summary(&["reason", "verdict"]))
            (claim(visit, dossier, other.is_some()))
            form class="stack" method="post" action={ "/review/" (submission.id) "/decide" } {
                (token(visit))
                input type="hidden" name="digest" value=(submission.digest);
                fieldset class="choices" {
                    legend class="label" { "What becomes of it" }
                    @for (value, label, about) in [
                        ("approve", "Approve", "This exact content becomes public."),
                        ("request_changes", "Request changes", "The publisher mends it and submits again."),
                        ("reject", "Reject", "It does not become public."),
                    ] {
                        label { input type="radio" name="verdict" value=(value) required checked[form.text("verdict") == value]; span { (label) small { (about) } } }
                    }
                }
                @if let Some(wrong) = form.wrong_with("verdict") { p class="field" { span class="wrong" { (icon(Icon::Alert)) (wrong) } } }
                (form.field(Field { name: "reason", label: "Reason", kind: "textarea", hint: "The publisher reads it. Needed unless you approve.", required: false, longest: 2_000, ..Field::default() }))
                @if other.is_some() { label class="row small" { input type="checkbox" name="take_over" value="1"; span { "Decide although it is claimed" } } }
                button class="button primary block" { "Decide" }
            }
        }
    }
}

fn claim(visit: &Visit, dossier: &Dossier, others: bool) -> Markup {
    let Submission { id, claimed_by, claimed_until, .. } = &dossier.detail.submission;
    let until = claimed_until.as_deref().and_then(|at| at.get(11..16)).unwrap_or_default();
    html! {
        form class="stack tight" method="post" action={ "/review/" (id) "/claim" } {
            (token(visit))
            @match claimed_by {
                None => {
                    p class="small muted" { "Claim it, so that nobody else looks at it for an hour." }
                    button class="button small" { "Claim" }
                }
                Some(by) if others => {
                    p class="small" { (icon(Icon::Clock)) " " (actor(visit, by)) " looks at it until " (until) " UTC." }
                    input type="hidden" name="take_over" value="1";
                    button class="button small" { "Take over" }
                }
                Some(_) => {
                    p class="small" { (icon(Icon::Clock)) " Yours until " (until) " UTC." }
                    input type="hidden" name="action" value="unclaim";
                    button class="button small" { "Give it back" }
                }
            }
        }
    }
}

fn facts(visit: &Visit, dossier: &Dossier) -> Markup {
    let submission = &dossier.detail.submission;
    let (tone, word) = risk(submission.risk);
    html! {
            dl class="facts" {
                dt { "Risk" } dd { (badge(tone, &format!("{word} ({})", submission.risk))) }
                dt { "Publisher" }
                dd {
                    @if let Some(component) = &dossier.component {
                        (component.publisher_name)
                        @if component.publisher_verified { " " (badge(Tone::Good, "Verified")) }
                        " " code { (component.publisher_slug) }
                    } @else { code { (submission.source_tenant_id) } }
                }
                dt { "Sent by" } dd { (actor(visit, &submission.submitted_by)) }
                @if let Some(component) = &dossier.component {
                    dt { "Served now" }
                    dd { @if component.status == Status::Published || component.status == Status::Quarantined { span class="number" { (component.version) } @if component.status == Status::Quarantined { " " (badge(Tone::Bad, "Quarantined")) } } @else { "nothing" } }
                }
                dt { "Licence" } dd { @if let Some(license) = &dossier.detail.manifest.license { (marked(&show_invisible(license))) } @else { "not said" } }
                @if let Some(url) = &dossier.detail.manifest.documentation_url { dt { "Documentation" } dd { code { (marked(&show_invisible(url))) } } }
                dt { "Digest" } dd { code { (submission.digest) } }
                dt { "Submission" } dd { code { (submission.id) } }
            }
    }
}

/// What is served of the component now can be hidden, and shown again.
fn hide(visit: &Visit, submission: &Submission, component: &ComponentRow, form: &Form) -> Markup {
    let hidden = component.status == Status::Quarantined;
    if !hidden && component.status != Status::Published {
        return html! {};
    }
    html! {
        details class="card" open[form.is_refused()] {
            summary class="label" { @if hidden { "Release from quarantine" } @else { "Quarantine what is public" } }
            form class="stack" method="post" action={ "/review/" (submission.id) "/hide" } {
                (token(visit))
                input type="hidden" name="action" value=(if hidden { "release" } else { "quarantine" });
                p class="small muted" { @if hidden { "It is shown and installable again, as it was." } @else { "It is hidden and cannot be installed until it is released. Those who have it are told." } }
                (form.summary(&["reason"]))
                (form.named("hide").field(Field { name: "reason", label: "Reason", kind: "textarea", hint: "The publisher and those who have it read it.", required: !hidden, longest: 2_000, ..Field::default() }))
                button class={ "button " (if hidden { "" } else { "danger" }) } { @if hidden { "Release" } @else { "Quarantine" } }
            }
        }
    }
}
