//! One delivery: what was sent, and every exchange.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::text::show_invisible;
use atom_marketplace_protocol::webhook::{
    Delivery, DeliveryAttempt, DeliveryDetail, DeliveryStatus, Webhook, WebhookStatus,
};
use maud::{Markup, html};

use super::detail::outcome;
use super::figures::milliseconds;
use super::path_of;
use crate::web::form::token;
use crate::web::parts::{Tone, badge, banner, code_block, moment};
use crate::web::visit::Visit;

pub(super) fn page(visit: &Visit, webhook: &Webhook, detail: &DeliveryDetail, now: Timestamp) -> Markup {
    let Delivery { id, event, event_id, created_at, .. } = &detail.delivery;
    let path = path_of(&webhook.id);
    let body = serde_json::to_string_pretty(&detail.payload).unwrap_or_default();
    let head = format!(
        "POST {}\nContent-Type: application/json\nX-ATOM-Event: {event}\nX-ATOM-Delivery: {id}\nwebhook-id: {event_id}",
        webhook.url
    );
    html! {
        div class="stack tight" {
            p class="small wrap" { a href=(path) { "← " (webhook.description.as_deref().unwrap_or(&webhook.url)) } }
            div class="row apart" {
                div class="row" { h1 class="wrap" { (event.as_str()) } (outcome(&detail.delivery)) }
                form method="post" action={ (path) "/deliveries/" (id) "/redeliver" } { (token(visit)) button class="button primary" { "Redeliver" } }
            }
            div class="meta" { span { "happened " (moment(created_at, now)) } span { code { (id) } } }
        }
        (next(webhook, &detail.delivery, now))
        section class="stack" aria-labelledby="tries" {
            h2 id="tries" { "Tries" }
            @if detail.attempts.is_empty() { p class="muted" { "None yet." } }
            @for attempt in detail.attempts.iter().rev() { (exchange(attempt, now)) }
        }
        section class="stack tight" aria-labelledby="request" {
            h2 id="request" { "Request" }
            p class="muted small" { "The same body and the same " code { "webhook-id" } " on every try; the body is laid out here for reading. The signatures are made anew for each." }
            (code_block("c-head", &head))
            (code_block("c-body", &body))
        }
    }
}

/// What happens next, where it is not over.
fn next(webhook: &Webhook, delivery: &Delivery, now: Timestamp) -> Markup {
    if delivery.status != DeliveryStatus::Pending {
        return html! {};
    }
    if webhook.status != WebhookStatus::Active {
        return banner(Tone::Info, html! { p { "It waits: the webhook is " (webhook.status.as_str()) "." } });
    }
    banner(
        Tone::Info,
        html! {
            p {
                @if delivery.attempt_count == 0 { "It is on its way. " }
                @else if let Some(at) = &delivery.next_attempt_at { "It is tried again " (moment(at, now)) ". " }
                "Load the page again to see what came of it."
            }
        },
    )
}

fn exchange(attempt: &DeliveryAttempt, now: Timestamp) -> Markup {
    let DeliveryAttempt { number, at, url, response_status, response_body, error, duration_ms } = attempt;
    let tone = if error.is_none() { Tone::Good } else { Tone::Bad };
    html! {
        article class="card stack tight" aria-label={ "Try " (number) } {
            div class="row apart" {
                div class="row" {
                    h3 { "Try " (number) }
                    @if let Some(status) = response_status { (badge(tone, &status.to_string())) } @else { (badge(tone, "No answer")) }
                }
                div class="meta" { span { (moment(at, now)) } @if let Some(took) = duration_ms { span class="number" { (milliseconds(*took)) } } }
            }
            @if let Some(error) = error { p { (show_invisible(error)) } }
            @if let Some(url) = url { p class="muted small wrap" { (url) } }
            @if let Some(body) = response_body {
                p class="label" { "What it answered" }
                div class="copy" { pre tabindex="0" { code { (show_invisible(body)) } } }
            }
        }
    }
}
