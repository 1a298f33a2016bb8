//! The forms of a webhook, and the secret, shown once.

use atom_marketplace_db::Timestamp;
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::webhook::{SECRET_MAX, URL_MAX, Webhook, WebhookScope};
use maud::{Markup, html};

use super::{HOME, path_of};
use crate::web::form::{Field, Form, token};
use crate::web::icons::{Icon, icon};
use crate::web::parts::{Tone, banner, code_block, moment, spoken};
use crate::web::visit::Visit;

/// The fields that show themselves what is wrong with them.
const FIELDS: [&str; 6] = ["url", "events", "description", "rate_limit", "secret", "scope"];

/// A webhook as a form holds it.
pub(super) fn filled(webhook: &Webhook) -> Form {
    let rate = webhook.rate_limit.map(|rate| rate.to_string()).unwrap_or_default();
    let mut values = vec![
        ("url", webhook.url.as_str()),
        ("description", webhook.description.as_deref().unwrap_or_default()),
        ("rate_limit", rate.as_str()),
    ];
    values.extend(webhook.events.iter().map(|event| ("events", event.as_str())));
    Form::with(&values)
}

pub(super) fn new_page(visit: &Visit, form: &Form) -> Markup {
    html! {
        p class="small" { a href=(HOME) { "← Webhooks" } }
        header class="head" { h1 { "New webhook" } p { "From now on events of the types you choose are sent to this URL. What was before is in the list of events." } }
        (form.summary(&FIELDS))
        form class="card stack loose" method="post" action=(HOME) {
            (token(visit))
            (fields(form))
            fieldset class="choices" {
                legend class="label" { "It hears of" }
                (choice("scope", WebhookScope::Tenant.as_str(), form.text("scope"), "What concerns us", "Our components, what we do ourselves, and what becomes of what we have installed."))
                (choice("scope", WebhookScope::Marketplace.as_str(), form.text("scope"), "The whole marketplace", "Every public publication and update, and nothing private."))
            }
            details open[form.wrong_with("secret").is_some()] {
                summary { "Choose the secret yourself" }
                (form.field(Field { name: "secret", label: "Secret", kind: "password", autocomplete: "new-password", required: false, longest: SECRET_MAX,
                    hint: "12 to 256 characters without spaces. Left empty, one is made and shown once." }))
            }
            div class="row" { button class="button primary" { "Make the webhook" } a class="button" href=(HOME) { "Cancel" } }
        }
    }
}

pub(super) fn edit_page(visit: &Visit, id: &str, form: &Form) -> Markup {
    let path = path_of(id);
    html! {
        p class="small" { a href=(path) { "← The webhook" } }
        header class="head" { h1 { "Change the webhook" } p { "Its secret stays as it is, and what waits is sent to where it says by then." } }
        (form.summary(&FIELDS))
        form class="card stack loose" method="post" action={ (path) "/edit" } {
            (token(visit))
            (fields(form))
            div class="row" { button class="button primary" { "Save" } a class="button" href=(path) { "Cancel" } }
        }
    }
}

fn fields(form: &Form) -> Markup {
    html! {
        (form.field(Field { name: "url", label: "URL", kind: "url", longest: URL_MAX, hint: "https, at a public address.", ..Field::default() }))
        (form.field(Field { name: "description", label: "What people know it by", required: false, ..Field::default() }))
        (events(form))
        (form.field(Field { name: "rate_limit", label: "Deliveries a second, at most", kind: "number", required: false, longest: 5,
            hint: "1 to 10,000. Left empty: as fast as it answers.", ..Field::default() }))
    }
}

/// A box for each type of event.
fn events(form: &Form) -> Markup {
    let wrong = form.wrong_with("events");
    html! {
        fieldset class="choices" aria-describedby=[wrong.map(|_| "events-wrong")] {
            legend class="label" { "Events" }
            @if let Some(wrong) = wrong { p class="wrong" id="events-wrong" { (icon(Icon::Alert)) span { (spoken(wrong)) } } }
            div class="boxes" {
                @for event in EventType::ALL {
                    label { input type="checkbox" name="events" value=(event.as_str()) checked[form.all("events").any(|text| text == event.as_str())]; span { (event.as_str()) } }
                }
            }
        }
    }
}

fn choice(name: &str, value: &str, chosen: &str, label: &str, about: &str) -> Markup {
    html! { label { input type="radio" name=(name) value=(value) checked[value == chosen]; span { (label) small { (about) } } } }
}

/// What a new webhook's maker is shown, once.
pub(super) fn made_page(webhook: &Webhook, secret: Option<&str>) -> Markup {
    html! {
        header class="head" { h1 { "The webhook is there" } p class="wrap" { (webhook.url) } }
        (shown_once(secret))
        div class="row" { a class="button primary" href=(path_of(&webhook.id)) { "To the webhook" } a class="button" href="/docs/WEBHOOKS.md" { "How to check a signature" } }
    }
}

/// The same after the secret was changed.
pub(super) fn rotated_page(webhook: &Webhook, secret: Option<&str>, now: Timestamp) -> Markup {
    html! {
        header class="head" {
            h1 { "The secret is another" }
            p class="wrap" { (webhook.url) }
        }
        (shown_once(secret))
        @if let Some(until) = &webhook.previous_secret_until {
            p { "The old one signs too, as " code { "X-ATOM-Signature-Previous" } ", and ends " (moment(until, now)) "." }
        } @else { p { "The old one is of no use any more." } }
        div class="row" { a class="button primary" href=(path_of(&webhook.id)) { "To the webhook" } }
    }
}

fn shown_once(secret: Option<&str>) -> Markup {
    html! {
        @if let Some(secret) = secret {
            (banner(Tone::Warn, html! { p { strong { "Keep the secret now." } " It is shown this once and cannot be shown again. Your receiver checks every signature with it." } }))
            section class="stack tight" aria-labelledby="secret" { h2 id="secret" { "Secret" } (code_block("c-secret", secret)) }
        } @else { (banner(Tone::Good, html! { p { "It signs with the secret that you chose." } })) }
    }
}
