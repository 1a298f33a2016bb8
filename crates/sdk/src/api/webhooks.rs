//! Webhooks and their deliveries, and events without webhooks.

use atom_marketplace_protocol::event::EventType;
use atom_marketplace_protocol::webhook::{
    Delivery, DeliveryDetail, EventList, Webhook, WebhookCreate, WebhookCreated, WebhookRecover, WebhookRecovered,
    WebhookScope, WebhookSecretRotate, WebhookTest, WebhookUpdate, WebhookVerified, WebhookVerify,
};
use reqwest::Method;

use super::handle;
use crate::events::EventStream;
use crate::reference::segment;
use crate::{Call, Error, Listing};

handle! {
    /// The tenant's webhooks.
    Webhooks
}

impl Webhooks {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/webhooks/{}{below}", segment("webhook id", id)?))
    }

    fn delivery(webhook: &str, id: &str, below: &str) -> Result<String, Error> {
        Self::path(webhook, &format!("/deliveries/{}{below}", segment("delivery id", id)?))
    }

    /// Lists them, without their secrets.
    pub fn list(&self) -> Listing<Webhook> {
        Listing::new(&self.client, "/webhooks")
    }

    /// Makes one. A secret that the marketplace makes is shown this once.
    pub fn create(&self, webhook: &WebhookCreate) -> Call<WebhookCreated> {
        Call::json(&self.client, Method::POST, "/webhooks").body(webhook)
    }

    /// One, `whk_…`.
    pub fn get(&self, id: &str) -> Call<Webhook> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// Changes one, pauses it, or makes it active again.
    pub fn update(&self, id: &str, update: &WebhookUpdate) -> Call<Webhook> {
        Call::json(&self.client, Method::PATCH, Self::path(id, "")).body(update)
    }

    /// Deletes one.
    pub fn delete(&self, id: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, Self::path(id, ""))
    }

    /// Sends one an example of an event.
    pub fn test(&self, id: &str, event: EventType) -> Call<Delivery> {
        Call::json(&self.client, Method::POST, Self::path(id, "/test")).body(&WebhookTest { event })
    }

    /// Gives one another secret.
    pub fn rotate_secret(&self, id: &str, rotate: &WebhookSecretRotate) -> Call<WebhookCreated> {
        Call::json(&self.client, Method::POST, Self::path(id, "/rotate-secret")).body(rotate)
    }

    /// Sends what failed since a time, RFC 3339, again.
    pub fn recover(&self, id: &str, since: &str) -> Call<WebhookRecovered> {
        let since = since.to_owned();
        Call::json(&self.client, Method::POST, Self::path(id, "/recover")).body(&WebhookRecover { since })
    }

    /// Asks whether a signature is what a webhook's secrets make of a body. Receivers do this themselves, with
    /// [`Verifier`](crate::webhook::Verifier).
    pub fn verify(&self, verify: &WebhookVerify) -> Call<WebhookVerified> {
        Call::json(&self.client, Method::POST, "/webhooks/verify").body(verify)
    }

    /// The deliveries of one, newest first.
    pub fn deliveries(&self, id: &str) -> Listing<Delivery> {
        Listing::new(&self.client, Self::path(id, "/deliveries"))
    }

    /// A delivery with its exchanges.
    pub fn get_delivery(&self, id: &str, delivery_id: &str) -> Call<DeliveryDetail> {
        Call::json(&self.client, Method::GET, Self::delivery(id, delivery_id, ""))
    }

    /// Sends a delivery again.
    pub fn redeliver(&self, id: &str, delivery_id: &str) -> Call<Delivery> {
        Call::json(&self.client, Method::POST, Self::delivery(id, delivery_id, "/redeliver"))
    }
}

handle! {
    /// What webhooks are told of, for those who come and ask.
    Events
}

impl Events {
    /// Events behind the one of this id; without one, from the oldest that is kept.
    pub fn list(&self, after: Option<&str>) -> Call<EventList> {
        Call::json(&self.client, Method::GET, "/events").set_query("after", after.map(str::to_owned))
    }

    /// Follows events behind the one of this id; without one, from now on.
    pub fn stream(&self, after: Option<&str>) -> EventStream {
        EventStream::new(&self.client, None, after)
    }

    /// Follows every public publish and update.
    pub fn stream_marketplace(&self, after: Option<&str>) -> EventStream {
        EventStream::new(&self.client, Some(WebhookScope::Marketplace), after)
    }
}
