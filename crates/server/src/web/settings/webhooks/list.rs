//! The list of a tenant's webhooks, and what stands there while there is none.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::webhook::WebhookScope;
use maud::{Markup, html};

use super::figures::{duration, percentile, state, success};
use super::{Doing, HOME, path_of};
use crate::web::icons::Icon;
use crate::web::parts::{code_block, counted, empty, moment};

/// A receiver, whole: what the documents show, in short.
const RECEIVER: &str = "\
import hashlib, hmac, json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers[\"Content-Length\"]))
        secret = os.environ[\"WEBHOOK_SECRET\"].encode()
        expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(expected, self.headers.get(\"X-ATOM-Signature\", \"\"))
        if genuine:
            event = json.loads(body)
            print(event[\"type\"], event[\"data\"])
        self.send_response(204 if genuine else 400)
        self.end_headers()

HTTPServer((\"\", 8000), Receiver).serve_forever()
";

pub(super) fn page(all: &[Doing], limit: u64, now: Timestamp) -> Markup {
    let room = (all.len() as u64) < limit;
    html! {
        header class="head" {
            div class="row apart" {
                h1 { "Webhooks" }
                @if room && !all.is_empty() { a class="button primary" href={ (HOME) "/new" } { "New webhook" } }
            }
            p { "The marketplace tells your programs what happens to your components: a signed POST for every event, again and again until it arrives." }
        }
        @if all.is_empty() {
            (empty(Icon::Bell, "Nobody is told yet", html! {
                p { "Make a webhook, and its receiver hears of every installation, rating and decision as it happens." }
                a class="button primary" href={ (HOME) "/new" } { "New webhook" }
            }))
            section class="stack tight" aria-labelledby="receive" {
                h2 id="receive" { "A receiver to begin with" }
                p class="muted" { "Python and nothing else. " a href="/docs/WEBHOOKS.md" { "The document" } " has it in TypeScript and Rust too, and says what arrives." }
                (code_block("c-receiver", RECEIVER))
                p class="muted" { "While you develop, the command line passes events on to a port of your own machine:" }
                (code_block("c-listen", "atom-marketplace webhook listen --to http://127.0.0.1:8000"))
            }
        } @else {
            ol class="rows" { @for doing in all { (row(doing, now)) } }
            p class="muted small number" {
                (counted(all.len() as u64, "webhook")) " of " (limit) " in this plan. Figures are of the last 200 deliveries of each."
                @if !room { " To make another, delete one or take a larger plan." }
            }
        }
    }
}

fn row(doing: &Doing, now: Timestamp) -> Markup {
    let Doing { webhook, figures } = doing;
    html! {
        li {
            div class="grow" {
                a class="name wrap" href=(path_of(&webhook.id)) { (webhook.description.as_deref().unwrap_or(&webhook.url)) }
                div class="meta" {
                    @if webhook.description.is_some() { span class="wrap" { (webhook.url) } }
                    @if webhook.scope == WebhookScope::Marketplace { span { "the whole marketplace" } }
                    span { (counted(webhook.events.len() as u64, "type")) " of event" }
                    span { "made " (moment(&webhook.created_at, now)) }
                }
            }
            dl class="numbers" {
                div { dt { "Success" } dd class="number" { (success(&figures.tried).as_deref().unwrap_or("–")) } }
                div { dt { "p95" } dd class="number" { (percentile(figures.tried.iter().copied(), 95).map(duration).as_deref().unwrap_or("–")) } }
                div { dt { "Waiting" } dd class="number" { (figures.waiting) } }
            }
            (state(webhook))
        }
    }
}
