//! Receivers of webhooks that behave badly until they are healed: then they answer 200. Each keeps what it was sent, and
//! counts as received what it has answered with a whole 2xx, be it by accident.

use std::collections::{BTreeSet, HashMap};
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::process::free_port;

/// What a receiver does with a request before it is healed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Answers 200.
    Answers,
    /// Nobody listens.
    Refuses,
    /// Breaks the connection off, with a reset.
    Resets,
    /// Says nothing.
    Hangs,
    /// Sends the head, and then a byte now and then.
    Drips,
    /// A status, a head that does not end.
    EndlessHead,
    /// A body that does not end, behind this status.
    EndlessBody(u16),
    /// Sends people elsewhere: to the receiver at this port.
    Redirects,
    /// This status.
    Status(u16),
    /// Announces more than it sends.
    PromisesMore,
    /// Sends more than it announces.
    SendsMore,
    /// A chunk whose size is no number.
    BrokenChunks,
    /// Does not speak HTTP.
    Babbles,
}

impl Behaviour {
    /// Everything there is.
    pub(crate) const BAD: [Self; 16] = [
        Self::Refuses,
        Self::Resets,
        Self::Hangs,
        Self::Drips,
        Self::EndlessHead,
        Self::EndlessBody(200),
        Self::EndlessBody(500),
        Self::Redirects,
        Self::Status(410),
        Self::Status(429),
        Self::Status(500),
        Self::Status(503),
        Self::PromisesMore,
        Self::SendsMore,
        Self::BrokenChunks,
        Self::Babbles,
    ];

    /// Whether what it says is, by accident, a success.
    fn takes(self) -> bool {
        matches!(self, Self::Answers | Self::EndlessBody(200) | Self::SendsMore)
    }
}

/// What came of one event.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    /// The component it tells of.
    pub(crate) component: String,
    /// Bodies that came under its id.
    pub(crate) bodies: BTreeSet<Vec<u8>>,
    /// When it was first answered.
    pub(crate) first: Instant,
    /// How often it was.
    pub(crate) times: usize,
}

/// A running receiver. It ends when it is dropped.
pub(crate) struct Receiver {
    pub(crate) behaviour: Behaviour,
    pub(crate) url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    healed: watch::Sender<bool>,
    came: Mutex<HashMap<String, Came>>,
    bad: AtomicBool,
    connections: AtomicUsize,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        // Where nobody listens yet, nobody else must: below the ports that the system hands out.
        let port = if behaviour == Behaviour::Refuses { free_port() } else { 0 };
        let bound = (port == 0).then(|| bind(port));
        let port = bound.as_ref().map_or(port, |bound| bound.local_addr().expect("bound").port());
        let shared = Arc::new(Shared {
            healed: watch::Sender::new(behaviour == Behaviour::Answers),
            came: Mutex::default(),
            bad: AtomicBool::new(behaviour != Behaviour::Answers),
            connections: AtomicUsize::new(0),
        });
        let task = tokio::spawn(listen(bound, port, behaviour, shared.clone()));
        Self { behaviour, url: format!("http://127.0.0.1:{port}/hook"), shared, task }
    }

    /// From now on it answers 200.
    pub(crate) fn heal(&self) {
        self.shared.bad.store(false, Ordering::SeqCst);
        self.shared.healed.send_replace(true);
    }

    /// How many events have come.
    pub(crate) fn count(&self) -> usize {
        self.shared.came.lock().expect("no panic under this lock").len()
    }

    /// The events that came, by their id.
    pub(crate) fn came(&self) -> HashMap<String, Came> {
        self.shared.came.lock().expect("no panic under this lock").clone()
    }

    /// How many connections were made to it.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

fn bind(port: u16) -> TcpListener {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener)).expect("within a runtime")
}

async fn listen(bound: Option<TcpListener>, port: u16, behaviour: Behaviour, shared: Arc<Shared>) {
    let listener = if let Some(listener) = bound {
        listener
    } else {
        let _ = shared.healed.subscribe().wait_for(|healed| *healed).await;
        bind(port)
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        shared.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(converse(stream, behaviour, shared.clone()));
    }
}

/// Answers requests until the other side goes away, or the behaviour ends the connection.
async fn converse(mut stream: TcpStream, behaviour: Behaviour, shared: Arc<Shared>) -> Option<()> {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    loop {
        let (id, body) = request(&mut stream, &mut buffer).await?;
        if !shared.bad.load(Ordering::SeqCst) {
            note(&shared, &id, body);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.ok()?;
            continue;
        }
        if behaviour.takes() {
            note(&shared, &id, body);
        }
        return behave(stream, behaviour).await;
    }
}

async fn behave(mut stream: TcpStream, behaviour: Behaviour) -> Option<()> {
    let said = match behaviour {
        Behaviour::Resets => {
            let _ = stream.set_zero_linger();
            return None;
        }
        Behaviour::Hangs => {
            // Until the other side gives up.
            return (stream.read_u8().await.is_ok()).then_some(());
        }
        Behaviour::Drips => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(b"x").await.ok()?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Behaviour::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await.ok()?;
            loop {
                stream.write_all(b"x-more: of this\r\n").await.ok()?;
            }
        }
        Behaviour::EndlessBody(status) => {
            stream.write_all(format!("HTTP/1.1 {status} x\r\n\r\n").as_bytes()).await.ok()?;
            loop {
                stream.write_all(&[b'x'; 4096]).await.ok()?;
            }
        }
        Behaviour::Redirects => {
            let elsewhere = stream.local_addr().ok()?;
            format!("HTTP/1.1 307 x\r\nlocation: http://{elsewhere}/elsewhere\r\ncontent-length: 0\r\n\r\n")
        }
        Behaviour::Status(status) => {
            format!("HTTP/1.1 {status} x\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n")
        }
        Behaviour::PromisesMore => "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nshort".to_owned(),
        Behaviour::SendsMore => format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "more".repeat(100)),
        Behaviour::BrokenChunks => {
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nnone\r\n0\r\n\r\n".to_owned()
        }
        Behaviour::Babbles => "220 mail.example ESMTP\r\n".to_owned(),
        Behaviour::Answers | Behaviour::Refuses => return None,
    };
    stream.write_all(said.as_bytes()).await.ok()
}

/// Reads one request: the id of its event, and its body.
async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let find = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
            let length: usize = find("content-length: ").and_then(|length| length.parse().ok()).unwrap_or(0);
            if buffer.len() >= end + 4 + length {
                let body = buffer[end + 4..end + 4 + length].to_vec();
                buffer.drain(..end + 4 + length);
                return Some((find("webhook-id: ").unwrap_or_default().to_owned(), body));
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

fn note(shared: &Shared, id: &str, body: Vec<u8>) {
    let now = Instant::now();
    let mut came = shared.came.lock().expect("no panic under this lock");
    let entry = came.entry(id.to_owned()).or_insert_with(|| {
        let event: Value = serde_json::from_slice(&body).unwrap_or_default();
        let component = event["data"]["component_id"].as_str().unwrap_or_default().to_owned();
        Came { component, bodies: BTreeSet::new(), first: now, times: 0 }
    });
    entry.bodies.insert(body);
    entry.times += 1;
}
