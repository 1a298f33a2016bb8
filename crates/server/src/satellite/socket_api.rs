//! The WebSocket of satellites: what happens to skills, as it happens.
//!
//! Their client drops what comes faster than a hundred a second, and believes itself connected for good after a close with
//! 1000 or 1001. So messages go out at a steady pace, and no close here has these codes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_protocol::error::Code;
use atom_marketplace_protocol::scope::Scope;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::Deserialize;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::hub::Place;
use crate::app::Marketplace;
use crate::error::{ApiError, ApiResult};
use crate::extract::{PresentedToken, TenantReader};
use crate::tokens;

/// Between two messages: fifty a second. Half of what the client takes, so that what the network held up for a second and
/// delivers at once is not too much either.
const PACE: Duration = Duration::from_millis(20);
/// Bytes of a message, in or out.
const MESSAGE_MAX: usize = 1 << 20;
/// Seconds without a word from the client, which pings every thirty.
const QUIET_MAX: u32 = 95;
/// Seconds between two looks at the token; what is revoked on this node is seen at the next second.
const LOOK_EVERY: u32 = 5;
/// Words from the client in a second.
const HEARD_MAX: u32 = 100;
/// How long a message may take to be written: a client that does not read is let go.
const WRITE: Duration = Duration::from_secs(30);
/// How long a client may take to answer a close.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a connection is closed: the code, and a word for the client's log.
type Close = (u16, &'static str);

/// The server stops: come again.
const RESTART: Close = (1012, "the server restarts");
/// The client sends too much.
const FLOOD: Close = (1008, "too many messages");
/// The token opens nothing any more.
const REVOKED: Close = (4401, "the token is revoked or has expired");
/// The token may not read any more, or its tenant is suspended.
const FORBIDDEN: Close = (4403, "the tenant is suspended, or the token lost its scope");
/// Nothing was heard of the client.
const QUIET: Close = (4408, "no ping for too long");
/// Events cannot be read.
const TROUBLE: Close = (1011, "the events cannot be read");

/// Connects a satellite. A token that is wrong has been answered 401 by now.
pub(super) async fn connect(
    State(m): State<Marketplace>,
    TenantReader(scope): TenantReader,
    PresentedToken(token): PresentedToken,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> ApiResult<Response> {
    let upgrade =
        upgrade.map_err(|_| ApiError::field("Upgrade", "This is a WebSocket: ask for the upgrade to one."))?;
    let place = m.satellites.join(&m, scope.id()).await?;
    let upgrade = upgrade.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX);
    // A thousand of them should not hold as many large buffers.
    let upgrade = upgrade.read_buffer_size(4 << 10).write_buffer_size(0).max_write_buffer_size(4 * MESSAGE_MAX);
    let epoch = m.credentials.epoch();
    let line = Line { m, place, token, waiting: VecDeque::new(), quiet: 0, heard: 0, seconds: 0, epoch };
    Ok(upgrade.on_upgrade(|socket| line.run(socket)))
}

/// One connection.
struct Line {
    m: Marketplace,
    place: Place,
    token: Arc<str>,
    /// Taken from the hub, not sent yet.
    waiting: VecDeque<Arc<str>>,
    /// Seconds since the client was heard.
    quiet: u32,
    /// Words from the client in this second.
    heard: u32,
    seconds: u32,
    /// Of the credentials, when the token was looked at last.
    epoch: u64,
}

/// A message of the client's, as far as it matters.
#[derive(Deserialize)]
struct Word {
    #[serde(rename = "type")]
    kind: String,
}

impl Line {
    async fn run(mut self, mut socket: WebSocket) {
        let Some((code, reason)) = self.talk(&mut socket).await else { return };
        let farewell = async {
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            if socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        // Whoever does not answer is closed all the same.
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// Talks until the connection is to be closed; none when the client has done so, or is gone.
    async fn talk(&mut self, socket: &mut WebSocket) -> Option<Close> {
        let (mut pace, mut second) = (interval(PACE), interval(Duration::from_secs(1)));
        // A tick that comes late moves those after it: the pause between two messages is never shorter.
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut commits = self.m.outbox.commits();
        loop {
            if self.m.outbox.is_closed() {
                return Some(RESTART);
            }
            if self.waiting.is_empty() {
                match self.place.next(&self.m).await {
                    Ok(texts) => self.waiting.extend(texts),
                    Err(error) => {
                        tracing::warn!(%error, "a satellite is let go, since its events cannot be read");
                        return Some(TROUBLE);
                    }
                }
            }
            tokio::select! {
                word = socket.recv() => {
                    if let Some(end) = self.hear(socket, word?.ok()?).await {
                        return end;
                    }
                }
                _ = pace.tick(), if !self.waiting.is_empty() => {
                    let text = self.waiting.pop_front()?;
                    say(socket, &text).await?;
                    self.place.sent();
                }
                () = self.place.more(), if self.waiting.is_empty() => {}
                // The server's end is told by the same channel as its commits.
                _ = commits.changed() => {}
                _ = second.tick() => {
                    if let Some(close) = self.a_second_later().await {
                        return Some(close);
                    }
                }
            }
        }
    }

    /// Takes what the client sends; some when that is the end.
    async fn hear(&mut self, socket: &mut WebSocket, word: Message) -> Option<Option<Close>> {
        self.quiet = 0;
        self.heard += 1;
        if self.heard > HEARD_MAX {
            return Some(Some(FLOOD));
        }
        match word {
            Message::Text(text) => match serde_json::from_str::<Word>(&text) {
                Ok(word) if word.kind == "ping" => match say(socket, r#"{"type":"pong"}"#).await {
                    Some(()) => None,
                    None => Some(None),
                },
                _ => None,
            },
            Message::Close(_) => Some(None),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => None,
        }
    }

    /// Whether the connection may go on.
    async fn a_second_later(&mut self) -> Option<Close> {
        self.heard = 0;
        self.quiet += 1;
        self.seconds += 1;
        if self.quiet > QUIET_MAX {
            return Some(QUIET);
        }
        let epoch = self.m.credentials.epoch();
        if std::mem::replace(&mut self.epoch, epoch) == epoch && !self.seconds.is_multiple_of(LOOK_EVERY) {
            return None;
        }
        let looked = tokens::authenticate(&self.m, &self.token).await;
        match looked {
            Ok(token) if token.scopes.contains(Scope::ComponentsRead) => None,
            Ok(_) => Some(FORBIDDEN),
            Err(error) => match error.code {
                Code::Unauthenticated => Some(REVOKED),
                Code::InsufficientPermissions => Some(FORBIDDEN),
                // A database out of reach says nothing about the token.
                _ => None,
            },
        }
    }
}

/// Sends a text; none when it cannot be sent.
async fn say(socket: &mut WebSocket, text: &str) -> Option<()> {
    timeout(WRITE, socket.send(Message::Text(Utf8Bytes::from(text)))).await.ok()?.ok()
}
