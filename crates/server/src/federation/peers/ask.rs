//! What a peer is asked and told over HTTP while it is pulled from.

use std::time::Duration;

use atom_marketplace_bundle::{Bundle, Document as _, ENVELOPE_TYPE, Envelope, Record, Verified};
use atom_marketplace_db::Conn;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use super::feed::{self, Reader, Tale};
use super::keys;
use super::pull::{LONGEST_PAUSE, Stop, Walk};
use super::refusal::Refusal;
use super::store;
use crate::outbound::{Answer, Request};

/// How long one answer may take, to its end.
const DEADLINE: Duration = Duration::from_mins(1);
/// How often a peer is asked to tell when its feed grows.
const SUBSCRIPTION: Duration = Duration::from_hours(24);
/// Components that it is told of at once.
const TOTALS: u32 = 1_000;

const KEY: HeaderName = HeaderName::from_static("x-federation-key");

impl Walk<'_> {
    /// The federation key.
    pub(super) fn key(&self) -> Result<HeaderValue, Stop> {
        let opened = self.m.sealer.open(&super::context(&self.peer.uid), &self.peer.key);
        let opened = opened.map_err(|error| Stop::Later(format!("its key cannot be read: {error}"), None))?;
        let mut key = HeaderValue::from_bytes(&opened)
            .map_err(|_| Stop::Later("its key is no header's value".to_owned(), None))?;
        key.set_sensitive(true);
        Ok(key)
    }

    /// Asks to be told when its feed grows. What comes of it is not needed: its feed is pulled anyway.
    pub(super) async fn subscribe(&self, key: &HeaderValue) -> Result<(), Stop> {
        let now = self.m.now();
        if self.peer.subscribed_at.is_some_and(|at| now.since(at) < SUBSCRIPTION) {
            return Ok(());
        }
        let url = format!("{}/api/federation/v1/events", self.m.public_url);
        let subscribed = self.post(key, "/api/federation/v1/subscription", &json!({ "url": url })).await;
        if let Err(why) = &subscribed {
            tracing::debug!(peer = self.peer.name, why, "a peer will not tell when its feed grows");
        }
        let id = self.peer.id;
        Ok(self.m.db.write(move |c| store::subscribed(c, id, now)).await?)
    }

    /// Tells it what its components come to here, if both sides want that.
    pub(super) async fn tell(&self, key: &HeaderValue) -> Result<(), Stop> {
        if !self.peer.share_totals {
            return Ok(());
        }
        let (id, instance) = (self.peer.id, self.peer.instance.clone());
        let rows = self.m.db.read(move |c| store::mirror::untold(c, id, &instance, TOTALS)).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let items: Vec<_> = rows.iter().map(|row| &row.told).collect();
        match self.post(key, "/api/federation/v1/totals", &json!({ "items": items })).await {
            Ok(()) => {
                let note = move |c: &mut Conn<'_>| rows.iter().try_for_each(|row| store::mirror::told(c, row));
                Ok(self.m.db.write(note).await?)
            }
            Err(why) => {
                tracing::debug!(peer = self.peer.name, why, "a peer does not take totals");
                Ok(())
            }
        }
    }

    async fn post(&self, key: &HeaderValue, below: &str, body: &serde_json::Value) -> Result<(), String> {
        let target = super::target(&self.m.outbound, &self.peer.base_url, below).map_err(|error| error.to_string())?;
        let request = Request::post(target, body.to_string())
            .header(KEY, key.clone())
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = self.m.outbound.send(request).await.map_err(|error| error.to_string())?;
        if answer.status.is_success() { Ok(()) } else { Err(format!("{}{}", answer.status, said(&answer))) }
    }

    pub(super) async fn get(
        &self,
        key: &HeaderValue,
        below: &str,
        accept: &'static str,
        max: usize,
    ) -> Result<Answer, Stop> {
        let later = |why: String| Stop::Later(why, None);
        let target = super::target(&self.m.outbound, &self.peer.base_url, below);
        let target = target.map_err(|error| later(error.to_string()))?;
        let request = Request::get(target)
            .header(KEY, key.clone())
            .header(header::ACCEPT, HeaderValue::from_static(accept))
            .deadline(DEADLINE)
            .answer_max(max);
        let answer = self.m.outbound.send(request).await.map_err(|error| later(error.to_string()))?;
        match answer.status {
            StatusCode::OK if answer.truncated => Err(later(format!("its answer is larger than {max} bytes"))),
            StatusCode::OK => Ok(answer),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let after = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
                let after = after.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
                let after = after.map(|after: Duration| after.min(LONGEST_PAUSE));
                Err(Stop::Later(format!("it answers {}: it asks for time", answer.status), after))
            }
            StatusCode::UNAUTHORIZED => Err(later("it does not know the key any more: give it another one".to_owned())),
            // It ends before a place that it has reached before, or is another one's.
            StatusCode::CONFLICT => {
                Err(self.suspect(Refusal::new("rollback", format!("It has lost its place{}", said(&answer)))).await)
            }
            status => Err(later(format!("{below} answers {status}{}", said(&answer)))),
        }
    }

    /// A bundle by itself.
    pub(super) async fn bundle(
        &self,
        reader: &Reader,
        key: &HeaderValue,
        tale: &Tale,
        record: &Record,
        version: &str,
    ) -> Result<Verified<Bundle>, Stop> {
        let below = format!(
            "/api/federation/v1/marketplace/{}/{}/bundle?source_tenant_id={}&version={}&instance={}",
            record.component_type.plural(),
            record.id,
            encoded(&tale.remote),
            encoded(version),
            record.instance
        );
        let answer = self.get(key, &below, ENVELOPE_TYPE, Bundle::LIMIT).await?;
        let later = |why: String| Stop::Later(why, None);
        let envelope = Envelope::parse(&answer.body, Bundle::LIMIT).map_err(|reason| later(reason.to_string()))?;
        let bundle = keys::ring(&reader.origins).verify::<Bundle>(&envelope);
        let bundle = bundle.map_err(|reason| later(reason.to_string()))?;
        feed::fits(record, &bundle).map_err(|refusal| later(refusal.message))?;
        Ok(bundle)
    }
}

/// What an answer says of itself, if it is one of ours.
fn said(answer: &Answer) -> String {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let message = body["error"]["message"].as_str().unwrap_or_default();
    let message: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
    if message.is_empty() { message } else { format!(": {message}") }
}

/// A value in a query.
pub(super) fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
