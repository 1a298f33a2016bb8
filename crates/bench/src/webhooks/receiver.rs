//! A receiver of webhooks that costs as little as it can: the machine is for the sender.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use bytes::{Buf, BytesMut};
use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::client::header;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Endpoints `/0`, `/1`, … of which the first so many are dead: they take a message and never answer.
pub(super) struct Receiver {
    pub(super) address: String,
    pub(super) state: Arc<State>,
}

/// What was sent, and what came of it.
pub(super) struct State {
    dead: usize,
    components: Vec<Mutex<Component>>,
    /// Messages that arrived at endpoints that live.
    pub(super) received: AtomicU64,
    latency: Mutex<Histogram<u64>>,
    /// Messages that arrived again.
    pub(super) again: AtomicU64,
    arrived: Notify,
}

/// The messages about one component: they are told apart by their order, which is that of their causes.
struct Component {
    sent: Vec<Instant>,
    /// How many of them each endpoint has.
    received: Vec<usize>,
}

impl Receiver {
    /// Listens until the program ends.
    pub(super) async fn start(endpoints: usize, dead: usize, components: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let component = || Mutex::new(Component { sent: Vec::new(), received: vec![0; endpoints] });
        let state = Arc::new(State {
            dead,
            components: (0..components).map(|_| component()).collect(),
            received: AtomicU64::new(0),
            latency: Mutex::new(Histogram::new_with_bounds(1, 600_000_000, 3)?),
            again: AtomicU64::new(0),
            arrived: Notify::new(),
        });
        let serving = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = serving.clone();
                // A sender that hangs up is none of this program's business.
                tokio::spawn(async move { serve(stream, &state).await });
            }
        });
        Ok(Self { address, state })
    }
}

impl State {
    /// Notes that a message about this component is about to be caused.
    pub(super) fn sending(&self, component: usize) {
        let mut component = self.components[component].lock().expect("no panic under this lock");
        component.sent.push(Instant::now());
    }

    /// Forgets what was measured.
    pub(super) fn restart(&self) {
        self.latency.lock().expect("no panic under this lock").reset();
        self.received.store(0, Ordering::Relaxed);
    }

    /// From the request that caused a message to its receipt, in microseconds.
    pub(super) fn latency(&self) -> Histogram<u64> {
        self.latency.lock().expect("no panic under this lock").clone()
    }

    /// Completes when so many have arrived.
    pub(super) async fn reached(&self, count: u64) {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            if self.received.load(Ordering::Relaxed) >= count {
                return;
            }
            arrived.await;
        }
    }

    fn arrived(&self, endpoint: usize, body: &[u8]) {
        let now = Instant::now();
        let component = component(body).unwrap_or(0);
        let sent = {
            let mut component = self.components[component].lock().expect("no panic under this lock");
            let number = component.received[endpoint];
            component.received[endpoint] += 1;
            component.sent.get(number).copied()
        };
        match sent {
            Some(sent) => {
                let taken = now.duration_since(sent).as_micros() as u64;
                self.latency.lock().expect("no panic under this lock").saturating_record(taken);
                self.received.fetch_add(1, Ordering::Relaxed);
            }
            None => drop(self.again.fetch_add(1, Ordering::Relaxed)),
        }
        self.arrived.notify_waiters();
    }
}

/// The number at the end of the component's id; none in a test.
fn component(body: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("\"component_id\":\"")?;
    let (id, _) = rest.split_once('"')?;
    id.rsplit_once('-')?.1.parse().ok()
}

async fn serve(mut stream: TcpStream, state: &State) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = BytesMut::with_capacity(16 << 10);
    loop {
        let head = loop {
            if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let text = std::str::from_utf8(&buffer[..head])?;
        let path = text.split(' ').nth(1).context("no path")?;
        let endpoint: usize = path.trim_start_matches('/').parse()?;
        let length: usize = header(text, "content-length").context("no length")?.parse()?;
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        if endpoint < state.dead {
            return std::future::pending().await;
        }
        state.arrived(endpoint, &buffer[head..head + length]);
        buffer.advance(head + length);
        stream.write_all(ANSWER).await?;
    }
}
