//! Webhooks: whom to tell of events, and what became of each telling. `events` writes the deliveries, in the transaction of
//! the event; `engine` sends them. Here is what people do: make webhooks, change, test and delete them, look at deliveries and
//! queue them again.

mod api;
pub(crate) mod deliveries;
mod deliveries_api;
pub(crate) mod engine;
pub mod examples;
mod sign;
pub(crate) mod stats;
mod store;

use std::collections::BTreeSet;
use std::time::Duration;

use atom_marketplace_db::{Conn, Error, Timestamp};
use atom_marketplace_protocol::error::{Code, FieldError};
use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::ids;
use atom_marketplace_protocol::text::{self, TextRule};
use atom_marketplace_protocol::webhook::{
    Delivery, DisabledReason, GRACE_DEFAULT, GRACE_MAX, RATE_LIMIT_MAX, Webhook, WebhookCreate, WebhookScope,
    WebhookSecretRotate, WebhookStatus, WebhookUpdate, WebhookVerified, WebhookVerify,
};
use serde_json::{Value, json};

use crate::audit::{self, Actor, Entry};
use crate::error::{ApiError, ApiResult};
use crate::events::{self, Subscriber};
use crate::extract::TenantScope;
use crate::http::ApiRoutes;
use crate::outbound::Outbound;
use crate::paging::Window;
use crate::seal::Sealer;

pub(crate) use deliveries::Tried;
use sign::Keys;
use store::WebhookRow;

/// Characters in a description.
const DESCRIPTION_MAX: usize = 200;
/// Where nodes tell each other that a webhook has changed, PostgreSQL only.
const CHANNEL: &str = "atom_webhooks";

/// Routes.
pub fn routes() -> ApiRoutes {
    api::routes().merge(deliveries_api::routes())
}

/// A webhook as it was asked for, checked.
#[derive(Clone, Debug)]
pub(crate) struct NewWebhook {
    url: String,
    bits: i64,
    scope: WebhookScope,
    description: Option<String>,
    rate_limit: Option<u32>,
    secret: String,
}

/// Checks what a new webhook is to be. Where no secret is given, the second answer is the one that was made.
pub(crate) fn new_webhook(outbound: &Outbound, request: &WebhookCreate) -> ApiResult<(NewWebhook, Option<String>)> {
    let mut wrong = Vec::new();
    let url = check_url(outbound, &request.url, &mut wrong);
    let bits = check_events(&request.events, &mut wrong);
    let description = check_description(request.description.as_deref(), &mut wrong);
    check_rate(request.rate_limit, 1, &mut wrong);
    let made = request.secret.is_none().then(sign::generate);
    let secret = request.secret.clone().or_else(|| made.clone()).unwrap_or_default();
    if let Err(why) = sign::check_secret(&secret) {
        wrong.push(FieldError::new("secret", why));
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    let scope = request.scope.unwrap_or(WebhookScope::Tenant);
    Ok((NewWebhook { url, bits, scope, description, rate_limit: request.rate_limit, secret }, made))
}

fn check_url(outbound: &Outbound, url: &str, wrong: &mut Vec<FieldError>) -> String {
    match outbound.check(url.trim()) {
        Ok(target) => target.url().to_owned(),
        Err(refusal) => {
            wrong.push(FieldError::new("url", format!("It cannot be sent to: {refusal}.")));
            String::new()
        }
    }
}

fn check_events(events: &[EventType], wrong: &mut Vec<FieldError>) -> i64 {
    if events.is_empty() {
        wrong.push(FieldError::new("events", "Name at least one type of event."));
    }
    events.iter().collect::<BTreeSet<_>>().into_iter().fold(0, |bits, event| bits | event.bit())
}

fn check_description(description: Option<&str>, wrong: &mut Vec<FieldError>) -> Option<String> {
    let description = description?;
    let rule = TextRule { max_chars: DESCRIPTION_MAX, multiline: false, required: false };
    match text::clean(description, rule) {
        Ok(clean) => Some(clean).filter(|clean| !clean.is_empty()),
        Err(why) => {
            wrong.push(FieldError::new("description", why));
            None
        }
    }
}

fn check_rate(rate: Option<u32>, least: u32, wrong: &mut Vec<FieldError>) {
    if rate.is_some_and(|rate| !(least..=RATE_LIMIT_MAX).contains(&rate)) {
        wrong.push(FieldError::new("rate_limit", format!("It is {least} to {RATE_LIMIT_MAX} deliveries a second.")));
    }
}

/// What a webhook's secrets are sealed for.
fn context(tenant: i64, uid: &str) -> String {
    format!("webhook:tenant {tenant}:{uid}")
}

/// The secrets of a webhook.
fn keys(sealer: &Sealer, tenant: i64, row: &WebhookRow) -> Result<Keys, String> {
    let open = |sealed: &[u8]| {
        let bytes = sealer.open(&context(tenant, &row.uid), sealed).map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    };
    let previous = match (&row.previous_secret, row.previous_until) {
        (Some(sealed), Some(until)) => Some((open(sealed)?, until)),
        _ => None,
    };
    Ok(Keys { current: open(&row.secret)?, previous })
}

/// Makes a webhook, unless the tenant's plan has no room for it.
pub(crate) fn create(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    sealer: &Sealer,
    new: &NewWebhook,
    now: Timestamp,
) -> ApiResult<Webhook> {
    let (limit, used) = (scope.limits().webhooks, count(c, scope)?);
    if used >= limit {
        let message = format!("The tenant has {used} of {limit} webhooks. Delete one, or take a larger plan.");
        return Err(ApiError::new(Code::QuotaExceeded, message)
            .details(json!({ "resource": "webhooks", "limit": limit, "used": used })));
    }
    let uid = ids::new_id("whk");
    let row = store::New {
        uid: &uid,
        url: &new.url,
        description: new.description.as_deref(),
        scope: new.scope,
        bits: new.bits,
        rate_limit: new.rate_limit,
        secret: &sealer.seal(&context(scope.id(), &uid), new.secret.as_bytes()),
    };
    store::insert(c, scope, &row, now)?;
    let row = found(c, scope, &uid)?;
    let shown = row.shown(now);
    let details = json!({ "url": host_of(&shown.url), "events": shown.events, "scope": shown.scope });
    note(c, scope, "webhook.create", &uid, details, now)?;
    Ok(shown)
}

/// The origin of a URL: what follows may hold a secret, which the record does not keep.
fn host_of(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

fn found(c: &mut Conn<'_>, scope: &TenantScope, uid: &str) -> ApiResult<WebhookRow> {
    store::find(c, scope, uid)?.ok_or_else(|| ApiError::not_found("webhook"))
}

/// One webhook of the tenant.
pub(crate) fn get(c: &mut Conn<'_>, scope: &TenantScope, uid: &str, now: Timestamp) -> ApiResult<Webhook> {
    Ok(found(c, scope, uid)?.shown(now))
}

/// The tenant's webhooks, oldest first, each with its key, and how many there are.
pub(crate) fn list(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    window: Window<i64>,
    now: Timestamp,
) -> Result<(Vec<(i64, Webhook)>, u64), Error> {
    let rows = store::list(c, scope, window)?;
    Ok((rows.iter().map(|row| (row.key, row.shown(now))).collect(), count(c, scope)?))
}

/// How many webhooks the tenant has.
pub(crate) fn count(c: &mut Conn<'_>, scope: &TenantScope) -> Result<u64, Error> {
    store::count(c, scope.id())
}

/// Changes a webhook: also pauses it, and makes it active again.
pub(crate) fn update(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    outbound: &Outbound,
    uid: &str,
    change: &WebhookUpdate,
    now: Timestamp,
) -> ApiResult<Webhook> {
    let mut row = found(c, scope, uid)?;
    let mut wrong = Vec::new();
    if let Some(url) = &change.url {
        row.url = check_url(outbound, url, &mut wrong);
    }
    if let Some(events) = &change.events {
        row.bits = check_events(events, &mut wrong);
    }
    if change.description.is_some() {
        row.description = check_description(change.description.as_deref(), &mut wrong);
    }
    if let Some(rate) = change.rate_limit {
        check_rate(change.rate_limit, 0, &mut wrong);
        row.rate_limit = Some(rate).filter(|rate| *rate > 0);
    }
    if let Some(status) = change.status {
        if status == WebhookStatus::Disabled {
            wrong
                .push(FieldError::new("status", "Only the marketplace disables a webhook: send `paused` or `active`."));
        }
        row.status = status;
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    store::update(c, &row, now)?;
    if change.status == Some(WebhookStatus::Active) || change.url.is_some() {
        store::heal(c, row.key)?;
    }
    changed(c, row.key)?;
    let shown = found(c, scope, uid)?.shown(now);
    let details = json!({ "url": host_of(&shown.url), "events": shown.events, "status": shown.status });
    note(c, scope, "webhook.update", uid, details, now)?;
    Ok(shown)
}

/// Tells every node, after the commit, that what it has in memory of a webhook is old.
fn changed(c: &mut Conn<'_>, key: i64) -> Result<(), Error> {
    if let Some(outbox) = c.attached::<events::outbox::Outbox>() {
        let outbox = outbox.clone();
        c.after_commit(move || outbox.tell(events::outbox::Note::Changed(key)));
    }
    c.notify(CHANNEL, &key.to_string())
}

/// Ends a webhook: nothing more is sent to it.
pub(crate) fn delete(c: &mut Conn<'_>, scope: &TenantScope, uid: &str, now: Timestamp) -> ApiResult<()> {
    let row = found(c, scope, uid)?;
    store::delete(c, row.key, now)?;
    changed(c, row.key)?;
    note(c, scope, "webhook.delete", uid, json!({ "url": host_of(&row.url) }), now)
}

/// Checks what a rotation asks for: the new secret, whether it was made here, and how long the old one signs too.
pub(crate) fn new_secret(request: &WebhookSecretRotate) -> ApiResult<(String, bool, Duration)> {
    let mut wrong = Vec::new();
    let secret = request.secret.clone().unwrap_or_else(sign::generate);
    if let Err(why) = sign::check_secret(&secret) {
        wrong.push(FieldError::new("secret", why));
    }
    let grace = request.grace_period_seconds.unwrap_or(GRACE_DEFAULT);
    if grace > GRACE_MAX {
        wrong.push(FieldError::new("grace_period_seconds", format!("It is 0 to {GRACE_MAX} seconds.")));
    }
    if !wrong.is_empty() {
        return Err(ApiError::invalid(wrong));
    }
    Ok((secret, request.secret.is_none(), Duration::from_secs(grace.into())))
}

/// Gives a webhook another secret.
pub(crate) fn rotate_secret(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    sealer: &Sealer,
    uid: &str,
    (secret, grace): (&str, Duration),
    now: Timestamp,
) -> ApiResult<Webhook> {
    let row = found(c, scope, uid)?;
    let sealed = sealer.seal(&context(scope.id(), uid), secret.as_bytes());
    let until = (!grace.is_zero()).then(|| now.plus(grace));
    store::rotate(c, &row, &sealed, until, now)?;
    changed(c, row.key)?;
    note(c, scope, "webhook.rotate_secret", uid, json!({ "grace_period_seconds": grace.as_secs() }), now)?;
    get(c, scope, uid, now)
}

/// Sends a webhook an example of an event, whether it asks for the type or not. Returns the delivery.
pub(crate) fn test(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    uid: &str,
    event: EventType,
    now: Timestamp,
) -> ApiResult<Delivery> {
    let row = found(c, scope, uid)?;
    if row.status != WebhookStatus::Active {
        return Err(ApiError::conflict(format!(
            "The webhook is {}: make it active, then test it.",
            row.status.as_str()
        )));
    }
    let mut data = examples::data(event);
    data.insert("test".to_owned(), true.into());
    let webhook = Subscriber { webhook: row.key, revision: row.revision, active: true };
    let id = events::emit_to_webhook(c, event, webhook, data, now)?;
    note(c, scope, "webhook.test", uid, json!({ "event": event }), now)?;
    let delivery = store::deliveries::find(c, row.key, &store::deliveries::id_of(&id))?;
    Ok(delivery.ok_or(Error::NotFound)?.shown(&row)?)
}

/// Whether a signature is one that the webhook's secrets make of a body.
pub(crate) fn verify(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    sealer: &Sealer,
    request: &WebhookVerify,
    now: Timestamp,
) -> ApiResult<WebhookVerified> {
    let row = found(c, scope, &request.webhook_id)?;
    let keys = keys(sealer, scope.id(), &row).map_err(ApiError::internal)?;
    match keys.verify(request.payload.as_bytes(), request.signature.trim(), now) {
        Some(previous_secret) => Ok(WebhookVerified { valid: true, previous_secret }),
        None => Err(ApiError::new(
            Code::WebhookVerificationFailed,
            "No secret of this webhook makes that signature of this payload. Sign the raw body, byte for byte as it came, \
             and send the lower-case hex of X-ATOM-Signature.",
        )),
    }
}

/// Disables a webhook whose deliveries fail, and tells its owner. False when it is not active any more.
fn disable(
    c: &mut Conn<'_>,
    endpoint: &engine::Endpoint,
    reason: DisabledReason,
    now: Timestamp,
) -> Result<bool, Error> {
    if !store::disable(c, endpoint.key, reason, now)? {
        return Ok(false);
    }
    changed(c, endpoint.key)?;
    let (actor, tenant) = (Actor::policy("webhook-failures"), endpoint.tenant);
    let (target, details) = (format!("webhook:{}", endpoint.uid), json!({ "reason": reason }));
    audit::record(c, &Entry { actor: &actor, tenant: Some(tenant), action: "webhook.disable", target, details }, now)?;
    let data = [
        ("webhook_id".to_owned(), endpoint.uid.as_str().into()),
        ("url".to_owned(), endpoint.url.as_str().into()),
        ("reason".to_owned(), reason.as_str().into()),
    ];
    events::emit_to_tenant(c, EventType::WebhookDisabled, tenant, data.into_iter().collect(), now)?;
    Ok(true)
}

fn note(
    c: &mut Conn<'_>,
    scope: &TenantScope,
    action: &'static str,
    uid: &str,
    details: Value,
    now: Timestamp,
) -> ApiResult<()> {
    let target = format!("webhook:{uid}");
    let (actor, tenant) = (scope.actor(), Some(scope.id()));
    Ok(audit::record(c, &Entry { actor, tenant, action, target, details }, now)?)
}
