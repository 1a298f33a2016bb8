//! Webhooks: who is told of events, and what became of each telling (contract §7).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::event::EventType;
use crate::wire_enum::wire_enum;

/// Characters in a secret that its owner chooses: at least, and at most.
pub const SECRET_MIN: usize = 12;
/// See [`SECRET_MIN`].
pub const SECRET_MAX: usize = 256;
/// Bytes in a webhook's URL.
pub const URL_MAX: usize = 2_048;
/// The longest grace period of a rotated-out secret, in seconds: a week.
pub const GRACE_MAX: u32 = 7 * 86_400;
/// The grace period where none is given, in seconds: a day.
pub const GRACE_DEFAULT: u32 = 86_400;
/// Bytes in the body of a delivery.
pub const PAYLOAD_MAX: usize = 20_000;
/// Bytes of a receiver's answer that are kept.
pub const ANSWER_KEPT: usize = 4_096;
/// The highest `rate_limit`.
pub const RATE_LIMIT_MAX: u32 = 10_000;

wire_enum! {
    /// What a webhook hears of.
    pub enum WebhookScope("webhook scope") {
        /// What concerns the tenant: its own components, what it does itself, and what becomes of what it has installed.
        Tenant = "tenant",
        /// Every public publish and update, and nothing private.
        Marketplace = "marketplace",
    }
}

wire_enum! {
    /// Whether a webhook is told of events.
    pub enum WebhookStatus("webhook status") {
        /// Events are delivered as they happen.
        Active = "active",
        /// Its owner has paused it: deliveries wait.
        Paused = "paused",
        /// The marketplace has disabled it, since its deliveries failed: they wait until it is made active again.
        Disabled = "disabled",
    }
}

wire_enum! {
    /// Why a webhook was disabled.
    pub enum DisabledReason("reason") {
        /// Its receiver answered 410 Gone.
        Gone = "gone",
        /// For five days nothing but failures.
        Failing = "failing",
    }
}

wire_enum! {
    /// What became of a delivery.
    pub enum DeliveryStatus("delivery status") {
        /// It is to be sent, for the first time or again.
        Pending = "pending",
        /// The receiver answered 2xx.
        Delivered = "delivered",
        /// It was given up; `redeliver` and `recover` queue it again.
        Failed = "failed",
    }
}

/// A new webhook.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://your-app.com/webhooks/marketplace", "events": ["component.installed", "component.updated", "component.rated"], "secret": "your-webhook-secret"}))]
pub struct WebhookCreate {
    /// Where events are sent: https, at a public address, port 80, 443 or from 1024 on. No user name or password.
    pub url: String,
    /// Types of events it hears of, at least one.
    #[schema(min_items = 1)]
    pub events: Vec<EventType>,
    /// What deliveries are signed with, 12–256 printable ASCII characters; one that begins with `whsec_` is base64 for
    /// Standard Webhooks. Left out: one is made and shown in this answer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 12, max_length = 256)]
    pub secret: Option<String>,
    /// What it hears of. Left out: `tenant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<WebhookScope>,
    /// What people know it by, up to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Deliveries a second, 1–10,000. Left out: as fast as its receiver answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub rate_limit: Option<u32>,
}

/// What to change of a webhook; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "paused"}))]
pub struct WebhookUpdate {
    /// Where events are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Types of events it hears of, at least one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1)]
    pub events: Option<Vec<EventType>>,
    /// `paused` keeps its deliveries waiting; `active` sends them, and makes a disabled webhook active again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<WebhookStatus>,
    /// What people know it by; empty: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Deliveries a second, 1–10,000; 0: as fast as its receiver answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10_000)]
    pub rate_limit: Option<u32>,
}

/// A webhook, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    #[schema(example = "whk_0198c0de0000700080000000000000ff")]
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// Types of events it hears of.
    pub events: Vec<EventType>,
    /// What it hears of.
    pub scope: WebhookScope,
    /// What people know it by.
    pub description: Option<String>,
    /// Deliveries a second; `null`: as fast as its receiver answers.
    pub rate_limit: Option<u32>,
    /// Whether it is told of events.
    pub status: WebhookStatus,
    /// Why it was disabled, if it is.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when its deliveries have done nothing but fail, RFC 3339 UTC; `null`: the last one succeeded, or there was none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<String>,
    /// Until when the secret before this one signs too, RFC 3339 UTC; `null`: there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub previous_secret_until: Option<String>,
    /// When it was made, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When it was last changed, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: String,
}

/// A webhook with its secret, if the marketplace has just made one; it is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookCreated {
    /// The secret. It cannot be shown again. Absent where you chose it yourself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_…")]
    pub secret: Option<String>,
    /// The rest.
    #[serde(flatten)]
    pub webhook: Webhook,
}

/// Without the secret.
impl std::fmt::Debug for WebhookCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookCreated").field("webhook", &self.webhook).finish_non_exhaustive()
    }
}

/// Which event to try a webhook with.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"event": "component.installed"}))]
pub struct WebhookTest {
    /// The type, whether the webhook hears of it or not. Its data is an example, with `"test": true`.
    pub event: EventType,
}

/// Another secret for a webhook.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grace_period_seconds": 86400}))]
pub struct WebhookSecretRotate {
    /// The new secret, as for a new webhook. Left out: one is made and shown in this answer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 12, max_length = 256)]
    pub secret: Option<String>,
    /// How long the old one signs beside the new one, 0–604,800 seconds; left out: a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 604_800)]
    pub grace_period_seconds: Option<u32>,
}

/// Without the secret.
impl std::fmt::Debug for WebhookSecretRotate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookSecretRotate")
            .field("grace_period_seconds", &self.grace_period_seconds)
            .finish_non_exhaustive()
    }
}

/// From when on failed deliveries are to be sent again.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"since": "2026-11-24T00:00:00Z"}))]
pub struct WebhookRecover {
    /// Failed deliveries of events from this time on are queued again, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub since: String,
}

/// What was queued again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookRecovered {
    /// Deliveries queued again.
    pub recovered: u64,
}

/// A delivery to be checked, for people who look for a mistake in their receiver.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"webhook_id": "whk_0198c0de0000700080000000000000ff", "payload": "{\"id\":\"evt_…\"}", "signature": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"}))]
pub struct WebhookVerify {
    /// The webhook.
    pub webhook_id: String,
    /// The raw body that came.
    pub payload: String,
    /// What `X-ATOM-Signature` said: lower-case hex.
    pub signature: String,
}

/// A signature that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookVerified {
    /// Always true; a signature that does not match is `WEBHOOK_VERIFICATION_FAILED`.
    pub valid: bool,
    /// Whether it was made with the secret that was rotated out.
    pub previous_secret: bool,
}

/// One event for one webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its id, the header `X-ATOM-Delivery`; unique within its webhook.
    #[schema(example = "dlv_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub id: String,
    /// The webhook.
    pub webhook_id: String,
    /// The event, the header `webhook-id`: the same on every try.
    #[schema(example = "evt_0198c0de8a7b7c3d9e5f2a1b4c6d8e0f")]
    pub event_id: String,
    /// The event's type.
    pub event: EventType,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Exchanges so far.
    pub attempt_count: u32,
    /// The HTTP status of the last answer; `null`: none came.
    pub response_status: Option<u16>,
    /// Why the last exchange failed, or why it was never made; `null`: it did not.
    pub error: Option<String>,
    /// When it is sent next, RFC 3339 UTC, if it is pending and the webhook is active.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt_at: Option<String>,
    /// When the event happened, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: String,
    /// When the last exchange began, RFC 3339 UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_attempt_at: Option<String>,
}

/// A delivery with what was sent and every exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// The body that is sent, parsed.
    #[schema(value_type = crate::event::Event)]
    pub payload: Value,
    /// Its exchanges, oldest first.
    pub attempts: Vec<DeliveryAttempt>,
}

/// One exchange with a receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryAttempt {
    /// 1, 2, 3 …
    pub number: u32,
    /// When it began, RFC 3339 UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: String,
    /// Where the POST went.
    pub url: Option<String>,
    /// The HTTP status of the answer; `null`: none came.
    pub response_status: Option<u16>,
    /// The first 4 KB of the answer's body.
    pub response_body: Option<String>,
    /// Why it failed; `null`: it did not.
    pub error: Option<String>,
    /// How long it took.
    pub duration_ms: Option<f64>,
}

/// Events behind a place, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// The events, oldest first.
    pub items: Vec<crate::event::Event>,
    /// Whether more follow by now.
    pub has_more: bool,
    /// Pass it as `after` to go on; `null`: there was nothing to begin with.
    pub next_after: Option<String>,
}
