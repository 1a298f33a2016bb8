//! Following events: a stream that comes again by itself, where it was, when its connection ends.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use atom_marketplace_protocol::event::Event;
use atom_marketplace_protocol::webhook::WebhookScope;
use bytes::Bytes;
use reqwest::{Method, Response};

use crate::{Call, Client, Error};

/// The pause before coming again.
const PAUSE: Duration = Duration::from_secs(1);
/// A server that says nothing for so long is gone: it says something every fifteen seconds.
const SILENCE: Duration = Duration::from_mins(1);
/// The longest line: an event is at most 20 KB.
const LINE_MAX: usize = 1 << 20;

/// Events as they happen; see [`Events::stream`](crate::api::Events::stream).
///
/// ```no_run
/// # async fn example(client: atom_marketplace_sdk::Client) -> Result<(), atom_marketplace_sdk::Error> {
/// let mut events = client.events().stream(None);
/// while let Some(event) = events.next().await? {
///     println!("{} {}", event.id, event.event_type);
/// }
/// # Ok(()) }
/// ```
pub struct EventStream {
    client: Client,
    scope: Option<WebhookScope>,
    last: Option<String>,
    response: Option<Response>,
    parser: Parser,
    ready: VecDeque<Event>,
    failures: u32,
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("last", &self.last).finish_non_exhaustive()
    }
}

impl EventStream {
    pub(crate) fn new(client: &Client, scope: Option<WebhookScope>, after: Option<&str>) -> Self {
        Self {
            client: client.clone(),
            scope,
            last: after.map(str::to_owned),
            response: None,
            parser: Parser::default(),
            ready: VecDeque::new(),
            failures: 0,
        }
    }

    /// The id of the last event that was given: where to begin the next time.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// The request for the stream, from where it is now.
    pub fn call(&self) -> Call<Bytes> {
        request(&self.client, self.scope, self.last.as_deref())
    }

    /// The next event. Waits for it, and comes again when the connection ends; an error is one that coming again does not
    /// mend. It never ends by itself, so there is never `None`; the type is that of other streams.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.last = Some(event.id.clone());
                return Ok(Some(event));
            }
            if let Err(error) = self.read().await {
                self.response = None;
                self.failures += 1;
                if !comes_again(&error, self.failures) {
                    return Err(error);
                }
                tracing::debug!(%error, "following events again");
                tokio::time::sleep(PAUSE.saturating_mul(self.failures.min(10))).await;
            }
        }
    }

    async fn read(&mut self) -> Result<(), Error> {
        let response = match &mut self.response {
            Some(response) => response,
            none => {
                self.parser = Parser::default();
                none.insert(request(&self.client, self.scope, self.last.as_deref()).open().await?)
            }
        };
        let chunk = tokio::time::timeout(SILENCE, response.chunk()).await.map_err(|_| Error::Timeout(SILENCE))?;
        if let Some(bytes) = chunk.map_err(Error::connection)? {
            self.failures = 0;
            return self.parser.feed(&bytes, &mut self.ready);
        }
        self.response = None;
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

fn request(client: &Client, scope: Option<WebhookScope>, last: Option<&str>) -> Call<Bytes> {
    let call = Call::done(client, Method::GET, "/events/stream").raw();
    let call = call.set_query("scope", scope.map(|scope| scope.to_string()));
    match last {
        Some(last) => call.header("last-event-id", last),
        None => call,
    }
}

/// Whether coming again may mend it: a connection that broke, a server that is busy or starts.
fn comes_again(error: &Error, failures: u32) -> bool {
    const MOST: u32 = 60;
    let passing = match error {
        Error::Api(error) => matches!(error.status.as_u16(), 409 | 429 | 500..),
        Error::Timeout(_) | Error::Connection(_) => true,
        _ => false,
    };
    passing && failures < MOST
}

/// Takes server-sent events apart.
#[derive(Default)]
struct Parser {
    line: Vec<u8>,
    data: String,
}

impl Parser {
    fn feed(&mut self, bytes: &[u8], ready: &mut VecDeque<Event>) -> Result<(), Error> {
        for &byte in bytes {
            if byte != b'\n' {
                if self.line.len() < LINE_MAX {
                    self.line.push(byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                let data = std::mem::take(&mut self.data);
                if !data.is_empty() {
                    let event = serde_json::from_str(&data);
                    ready.push_back(event.map_err(|error| Error::Decode { source: error.into(), request_id: None })?);
                }
            } else if let Some(data) = line.strip_prefix("data:") {
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_they_are_cut() {
        let event = r#"{"id":"evt_1","type":"component.rated","timestamp":"2026-11-24T10:00:00Z","data":{"rating":5}}"#;
        let text =
            format!(": hello\n\nid: evt_1\nevent: component.rated\r\ndata: {event}\r\n\n:\n\nid: 2\ndata:{event}\n\n");
        for size in [1, 7, text.len()] {
            let (mut parser, mut ready) = (Parser::default(), VecDeque::new());
            for part in text.as_bytes().chunks(size) {
                parser.feed(part, &mut ready).unwrap();
            }
            assert_eq!(ready.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["evt_1", "evt_1"], "{size}");
        }
        assert!(Parser::default().feed(b"data: {\n\n", &mut VecDeque::new()).is_err());
    }
}
