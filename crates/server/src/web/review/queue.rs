//! The queue.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::component::Status;
use atom_marketplace_protocol::error::Severity;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::page::Page as List;
use atom_marketplace_protocol::review::{Submission, SubmissionSort};
use maud::{Markup, html};

use super::words::{STATES, kind_icon, kind_name, moment, risk, state_badge, state_name};
use crate::catalog::review::Wanted;
use crate::web::icons::{Icon, icon};
use crate::web::parts::{Tone, badge, counted, empty};

pub(super) fn page(wanted: &Wanted, list: &List<Submission>, further: bool, now: Timestamp) -> Markup {
    html! {
        header class="head" {
            h1 { "Review" }
            p { "Nothing becomes public before it is approved. An approval is of the exact content that is shown." }
        }
        div class="stack" {
            (filters(wanted))
            @if list.items.is_empty() {
                @if wanted.status == Status::PendingReview && wanted.kind.is_none() && wanted.tenant.is_none() {
                    (empty(Icon::Check, "The queue is clear", html! { p { "Whatever was submitted has been decided. New submissions appear here by themselves." } }))
                } @else {
                    (empty(Icon::Info, "Nothing fits these filters", html! { p { "Widen them, or look at everything that waits." } a class="button" href="/review" { "All that waits" } }))
                }
            } @else {
                ol class="rows" { @for submission in &list.items { (row(submission, now)) } }
                (turn(wanted, list, further))
            }
        }
    }
}

fn filters(wanted: &Wanted) -> Markup {
    html! {
        form class="card filters" method="get" action="/review" aria-label="Filters" {
            div class="field" {
                label for="q-status" { "State" }
                select class="input" id="q-status" name="status" {
                    @for (status, name) in STATES { option value=(status.as_str()) selected[wanted.status == status] { (name) } }
                }
            }
            div class="field" {
                label for="q-kind" { "Kind" }
                select class="input" id="q-kind" name="kind" {
                    option value="" { "All kinds" }
                    @for kind in Kind::ALL { option value=(kind.as_str()) selected[wanted.kind == Some(*kind)] { (kind_name(*kind)) "s" } }
                }
            }
            div class="field" {
                label for="q-publisher" { "Publisher" }
                input class="input" id="q-publisher" name="publisher" value=(wanted.tenant.as_deref().unwrap_or_default()) placeholder="any" maxlength="200" autocapitalize="none" spellcheck="false";
            }
            div class="field" {
                label for="q-sort" { "First" }
                select class="input" id="q-sort" name="sort" {
                    option value="risk" selected[wanted.sort == SubmissionSort::Risk] { "The riskiest" }
                    option value="age" selected[wanted.sort == SubmissionSort::Age] { "The oldest" }
                }
            }
            button class="button" { "Show" }
        }
    }
}

fn row(submission: &Submission, now: Timestamp) -> Markup {
    let (tone, word) = risk(submission.risk);
    let of = |severity| submission.findings.iter().filter(|finding| finding.severity == severity).count();
    html! {
        li {
            div class={ "risk " (tone.class()) } { b class="number" { (submission.risk) } span { (word) span class="hidden" { " risk" } } }
            div class="grow" {
                a class="name" href={ "/review/" (submission.id) } { (submission.component_id) " " span class="muted number" { (submission.version) } }
                div class="meta" {
                    span { (icon(kind_icon(submission.component_type))) " " (kind_name(submission.component_type)) }
                    span { "by " (submission.source_tenant_id) }
                    span { "submitted " (moment(&submission.submitted_at, now)) }
                    @if submission.message_count > 0 { span { (counted(submission.message_count, "message")) } }
                }
            }
            div class="row" {
                @for (severity, tone, name) in [(Severity::Block, Tone::Bad, "to block"), (Severity::Queue, Tone::Warn, "to look at"), (Severity::Note, Tone::Plain, "noted")] {
                    @if of(severity) > 0 { (badge(tone, &format!("{} {name}", of(severity)))) }
                }
                @if submission.findings.is_empty() { (badge(Tone::Good, "Nothing found")) }
                @if submission.claimed_by.is_some() { (badge(Tone::Info, "Claimed")) }
                @if submission.status != Status::PendingReview { (state_badge(submission.status)) }
            }
        }
    }
}

fn turn(wanted: &Wanted, list: &List<Submission>, further: bool) -> Markup {
    let query = |cursor: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("status", wanted.status.as_str()).append_pair("sort", wanted.sort.as_str());
        for (name, value) in
            [("kind", wanted.kind.map(Kind::as_str)), ("publisher", wanted.tenant.as_deref()), ("cursor", Some(cursor))]
        {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        format!("/review?{}", query.finish())
    };
    html! {
        nav class="pages" aria-label="Pages" {
            span class="number" { (list.total) " " (state_name(wanted.status).to_lowercase()) }
            div class="row" {
                @if further { a class="button small" href=(query("")) { "To the first" } }
                @if let Some(next) = &list.next_cursor { a class="button small" rel="next" href=(query(next)) { "Next page" } }
            }
        }
    }
}
