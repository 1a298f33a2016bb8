//! One webhook: how it does, its deliveries, and what can be done.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::webhook::{Delivery, DeliveryStatus, Webhook, WebhookScope, WebhookStatus};
use maud::{Markup, html};

use super::figures::{charts, disabled_because, duration, percentile, state, success};
use super::{Dossier, HOME, path_of};
use crate::web::form::{Form, token};
use crate::web::icons::Icon;
use crate::web::parts::{Tone, badge, banner, counted, empty, moment};
use crate::web::visit::Visit;

/// From when on failed deliveries are sent again: hours ago, in words.
pub(super) const SINCE: [(u64, &str); 4] =
    [(24, "the last day"), (72, "the last three days"), (168, "the last week"), (2_160, "the last 90 days")];
/// How long an old secret may sign too, in seconds.
const GRACE: [(u32, &str); 4] =
    [(86_400, "for a day"), (3_600, "for an hour"), (604_800, "for a week"), (0, "no longer")];

pub(super) fn page(visit: &Visit, dossier: &Dossier, form: &Form) -> Markup {
    let Dossier { webhook, figures, now, .. } = dossier;
    let path = path_of(&webhook.id);
    html! {
        div class="stack tight" {
            p class="small" { a href=(HOME) { "← Webhooks" } }
            div class="row" { h1 class="wrap" { (webhook.description.as_deref().unwrap_or(&webhook.url)) } (state(webhook)) }
            div class="meta" {
                @if webhook.description.is_some() { span class="wrap" { (webhook.url) } }
                span { code { (webhook.id) } }
                span { "made " (moment(&webhook.created_at, *now)) }
            }
        }
        (form.summary(&[]))
        @if let Some(recovered) = dossier.recovered { (banner(Tone::Good, html! { p { (counted(recovered, "failed delivery")) " queued again." } })) }
        (standing(visit, dossier, &path))
        dl class="numbers large" {
            div { dt { "Success" } dd class="number" { (success(&figures.tried).as_deref().unwrap_or("–")) } }
            div { dt { "p50" } dd class="number" { (percentile(figures.tried.iter().copied(), 50).map(duration).as_deref().unwrap_or("–")) } }
            div { dt { "p95" } dd class="number" { (percentile(figures.tried.iter().copied(), 95).map(duration).as_deref().unwrap_or("–")) } }
            div { dt { "Waiting" } dd class="number" { (figures.waiting) } }
        }
        (charts(&figures.tried, *now))
        (deliveries(visit, dossier, &path))
        (settings(visit, webhook, &path, *now))
    }
}

/// What keeps it from being told, and the way out.
fn standing(visit: &Visit, dossier: &Dossier, path: &str) -> Markup {
    let Dossier { webhook, figures, now, .. } = dossier;
    let waiting = counted(figures.waiting, "delivery");
    match webhook.status {
        WebhookStatus::Disabled => banner(
            Tone::Bad,
            html! {
                p { strong { "The marketplace has disabled it." } " " (disabled_because(webhook.disabled_reason)) }
                p { "Nothing is lost: " (waiting) " wait. Mend the receiver, then make the webhook active again, and they are sent." }
                (status_form(visit, path, "active", "Make it active", "button primary small"))
            },
        ),
        WebhookStatus::Paused => banner(
            Tone::Info,
            html! {
                p { strong { "It is paused." } " " (waiting) " wait until it is resumed." }
                (status_form(visit, path, "active", "Resume", "button primary small"))
            },
        ),
        WebhookStatus::Active => html! {
            @if let Some(since) = &webhook.failing_since {
                (banner(Tone::Warn, html! {
                    p { strong { "Its deliveries fail" } ", and have done nothing else since " (moment(since, *now)) ". They are tried again with growing pauses; after five days the webhook is disabled." }
                }))
            }
        },
    }
}

fn status_form(visit: &Visit, path: &str, status: &str, label: &str, class: &str) -> Markup {
    html! {
        form method="post" action={ (path) "/status" } {
            (token(visit))
            button class=(class) name="status" value=(status) { (label) }
        }
    }
}

/// What a delivery came to, in a word.
pub(super) fn outcome(delivery: &Delivery) -> Markup {
    match delivery.status {
        DeliveryStatus::Delivered => badge(Tone::Good, "Delivered"),
        DeliveryStatus::Failed => badge(Tone::Bad, "Given up"),
        DeliveryStatus::Pending if delivery.attempt_count == 0 => badge(Tone::Info, "Waiting"),
        DeliveryStatus::Pending => badge(Tone::Warn, "To be tried again"),
    }
}

fn deliveries(visit: &Visit, dossier: &Dossier, path: &str) -> Markup {
    let Dossier { webhook, deliveries: list, wanted, .. } = dossier;
    let status = |status: Option<DeliveryStatus>| status.map(DeliveryStatus::as_str).unwrap_or_default();
    let tabs = [
        (None, "All"),
        (Some(DeliveryStatus::Pending), "Waiting"),
        (Some(DeliveryStatus::Delivered), "Delivered"),
        (Some(DeliveryStatus::Failed), "Given up"),
    ];
    html! {
        section class="stack" id="deliveries" aria-labelledby="deliveries-title" {
            div class="row apart" {
                h2 id="deliveries-title" { "Deliveries" }
                @if webhook.status == WebhookStatus::Active { (test(visit, path)) }
            }
            nav class="tabs" aria-label="Which deliveries" {
                @for (which, name) in tabs { a href={ (path) "?status=" (status(which)) "#deliveries" } aria-current=[(which == *wanted).then_some("page")] { (name) } }
            }
            @if list.items.is_empty() {
                @if wanted.is_some() || dossier.further { p class="muted" { "There are none of these." } }
                @else { (empty(Icon::Bell, "Nothing was sent yet", html! { p { "The next event of a type that it hears of comes here. Or send a test." } })) }
            } @else {
                ol class="rows" { @for delivery in &list.items { (row(path, delivery, dossier.now)) } }
                nav class="pages" aria-label="Pages" {
                    span class="number" { (list.total) @if list.total >= 10_000 { " or more" } " in all" }
                    div class="row" {
                        @if dossier.further { a class="button small" href={ (path) "?status=" (status(*wanted)) "#deliveries" } { "To the newest" } }
                        @if let Some(next) = &list.next_cursor { a class="button small" rel="next" href={ (path) "?status=" (status(*wanted)) "&cursor=" (next) "#deliveries" } { "Older" } }
                    }
                }
            }
        }
    }
}

fn test(visit: &Visit, path: &str) -> Markup {
    html! {
        form class="row" method="post" action={ (path) "/test" } {
            (token(visit))
            label class="hidden" for="test-event" { "Event of the test" }
            select class="input short" id="test-event" name="event" {
                @for event in EventType::ALL { option value=(event.as_str()) selected[*event == EventType::ComponentInstalled] { (event.as_str()) } }
            }
            button class="button" { "Send a test" }
        }
    }
}

fn row(path: &str, delivery: &Delivery, now: Timestamp) -> Markup {
    html! {
        li {
            div class="grow" {
                a class="name" href={ (path) "/deliveries/" (delivery.id) } { (delivery.event.as_str()) }
                div class="meta" {
                    span { (moment(&delivery.created_at, now)) }
                    @if delivery.attempt_count > 1 { span { (counted(delivery.attempt_count.into(), "try")) } }
                    @if let (Some(error), None) = (&delivery.error, delivery.response_status) { span class="wrap" { (error) } }
                    @if let (Some(next), DeliveryStatus::Pending) = (&delivery.next_attempt_at, delivery.status) { @if delivery.attempt_count > 0 { span { "next try " (moment(next, now)) } } }
                }
            }
            div class="row" {
                @if let Some(status) = delivery.response_status { code class="number" { (status) } }
                (outcome(delivery))
            }
        }
    }
}

fn settings(visit: &Visit, webhook: &Webhook, path: &str, now: Timestamp) -> Markup {
    html! {
        section class="stack" aria-labelledby="set" {
            div class="row apart" {
                h2 id="set" { "Settings" }
                div class="row" {
                    a class="button" href={ (path) "/edit" } { "Change" }
                    @if webhook.status == WebhookStatus::Active { (status_form(visit, path, "paused", "Pause", "button")) }
                }
            }
            div class="card" {
                dl class="facts" {
                    dt { "URL" } dd { (webhook.url) }
                    dt { "Hears of" } dd { @if webhook.scope == WebhookScope::Marketplace { "the whole marketplace" } @else { "what concerns the tenant" } }
                    dt { "Events" } dd { div class="row" { @for event in &webhook.events { code { (event.as_str()) } } } }
                    dt { "At most" } dd { @if let Some(rate) = webhook.rate_limit { (rate) " a second" } @else { "as fast as it answers" } }
                    dt { "Changed" } dd { (moment(&webhook.updated_at, now)) }
                    @if let Some(until) = &webhook.previous_secret_until { dt { "Old secret" } dd { "signs too, ends " (moment(until, now)) } }
                }
            }
            div class="cards" {
                form class="card stack" method="post" action={ (path) "/recover" } {
                    (token(visit))
                    h3 { "Send again what failed" }
                    p class="muted small" { "Deliveries that were given up are queued again, from the beginning of their schedule." }
                    div class="field" { label for="since" { "Of events within" } select class="input" id="since" name="since" { @for (hours, name) in SINCE { option value=(hours) { (name) } } } }
                    div { button class="button" { "Recover" } }
                }
                form class="card stack" method="post" action={ (path) "/rotate" } {
                    (token(visit))
                    h3 { "Take another secret" }
                    p class="muted small" { "One is made and shown once. Until the old one ends, deliveries carry the signatures of both." }
                    div class="field" { label for="grace" { "The old one signs too" } select class="input" id="grace" name="grace_period_seconds" { @for (seconds, name) in GRACE { option value=(seconds) { (name) } } } }
                    div { button class="button" { "Rotate the secret" } }
                }
                form class="card stack" method="post" action={ (path) "/delete" } {
                    (token(visit))
                    h3 { "Delete the webhook" }
                    p class="muted small" { "Nothing more is sent to it, not even what waits. To keep that, pause it." }
                    div class="choices" { label { input type="checkbox" name="confirm" value="yes" required; span { "Yes, delete it" } } }
                    div { button class="button danger" { "Delete" } }
                }
            }
        }
    }
}
