//! Connections to addresses that were judged, and those that wait to be used again.

use std::collections::HashMap;
use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;

use super::{Error, Failure, Request, Roots, Stage, Target};

/// How long one address may take to answer before the next is tried.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection waits for its next use: shorter than the five seconds after which common servers close theirs.
const IDLE: Duration = Duration::from_secs(4);
/// How long a connection is used, so that a changed name is followed.
const AGE: Duration = Duration::from_mins(1);
/// Connections that wait for the same origin.
const WAITING: usize = 64;
/// An answer's head; longer ones are an error.
const HEAD_BYTES: usize = 32 << 10;

const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("ATOM-Marketplace/", env!("CARGO_PKG_VERSION")));

/// One open connection.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    opened: Instant,
    idle_since: Instant,
}

/// Dials the first of the addresses that answers.
pub(super) async fn open(
    target: &Target,
    addresses: &[IpAddr],
    tls: &Tls,
    stage: &mut Stage,
) -> Result<Connection, Error> {
    let stream = dial(target, addresses).await?;
    // A request is written whole; without this it could wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let sender = if target.is_https() {
        stage.doing = "while agreeing on TLS";
        let name = server_name(target, stream.peer_addr().map_err(|error| Error::failed(Failure::Connect, error))?)?;
        let connector = TlsConnector::from(tls.config()?);
        let stream = connector.connect(name, stream).await.map_err(|error| Error::failed(Failure::Tls, error))?;
        speak(stream).await?
    } else {
        speak(stream).await?
    };
    let now = Instant::now();
    Ok(Connection { sender, opened: now, idle_since: now })
}

async fn dial(target: &Target, addresses: &[IpAddr]) -> Result<TcpStream, Error> {
    let mut failure = "no address".to_owned();
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(SocketAddr::new(*address, target.port()))).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = error.to_string(),
            Err(_) => failure = format!("no answer within {} s", CONNECT.as_secs()),
        }
    }
    Err(Error::failed(Failure::Connect, failure))
}

/// Whose certificate is asked for: the name's or, in a URL without one, the address's.
fn server_name(target: &Target, peer: SocketAddr) -> Result<ServerName<'static>, Error> {
    if target.address().is_some() {
        return Ok(ServerName::IpAddress(peer.ip().to_canonical().into()));
    }
    // The dot of a fully qualified name is no part of what a certificate holds.
    let name = target.host().trim_end_matches('.').to_owned();
    ServerName::try_from(name).map_err(|error| Error::failed(Failure::Tls, error))
}

/// Rules of TLS, made when first needed: loading the system's authorities takes a while.
pub(super) struct Tls {
    pub(super) roots: Roots,
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Tls {
    pub(super) fn new(roots: Roots) -> Self {
        Self { roots, config: OnceLock::new() }
    }

    fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        let config = self.config.get_or_init(|| self.make().map_err(|error| error.to_string()));
        config.clone().map_err(|error| Error::failed(Failure::Tls, error))
    }

    fn make(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(self.roots.certificates(), provider.clone())?;
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        // The library's name for it: it is the system's own rules, with more roots.
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Full<Bytes>>, Error> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES);
    let (sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.map_err(|error| Error::failed(Failure::Protocol, error))?;
    // It ends with its sender, or when the other side closes it. What breaks it is told to whoever waits for an answer.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

impl Connection {
    pub(super) async fn send(&mut self, request: &Request) -> Result<Response<Incoming>, Error> {
        let mut message = http::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = request.target.path().clone();
        let headers = message.headers_mut();
        headers.insert(header::HOST, request.target.authority().clone());
        headers.insert(header::USER_AGENT, USER_AGENT);
        headers.extend(request.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        let failed = |error: hyper::Error| Error::failed(Failure::Protocol, reason(&error));
        self.sender.ready().await.map_err(failed)?;
        self.sender.send_request(message).await.map_err(failed)
    }
}

/// What hyper means: its own message names the layer, the source what happened there.
pub(super) fn reason(error: &hyper::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// Up to `max` bytes of a body, and whether there was more.
pub(super) async fn read(body: &mut Incoming, max: usize) -> Result<(Bytes, bool), hyper::Error> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = max - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((bytes.freeze(), true));
        }
    }
    Ok((bytes.freeze(), false))
}

/// Connections that wait, by origin.
#[derive(Default)]
pub(super) struct Pool(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    by_origin: HashMap<Arc<str>, Vec<Connection>>,
    swept: bool,
}

impl Pool {
    /// The connection used last, if one is still good.
    pub(super) fn take(&self, target: &Target) -> Option<Connection> {
        let mut waiting = self.0.lock().expect("no panic under this lock");
        let list = waiting.by_origin.get_mut(target.origin())?;
        let now = Instant::now();
        while let Some(connection) = list.pop() {
            if connection.is_good(now) {
                return Some(connection);
            }
        }
        None
    }

    pub(super) fn put(self: &Arc<Self>, target: &Target, mut connection: Connection) {
        let now = Instant::now();
        connection.idle_since = now;
        if !connection.is_good(now) {
            return;
        }
        let mut waiting = self.0.lock().expect("no panic under this lock");
        let list = waiting.by_origin.entry(target.origin().clone()).or_default();
        if list.len() < WAITING {
            list.push(connection);
        }
        if !waiting.swept {
            waiting.swept = true;
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }
}

impl Connection {
    fn is_good(&self, now: Instant) -> bool {
        !self.sender.is_closed() && now.duration_since(self.idle_since) < IDLE && now.duration_since(self.opened) < AGE
    }
}

/// Closes what has waited too long, until nothing waits.
async fn sweep(pool: Weak<Pool>) {
    loop {
        sleep(IDLE / 4).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut waiting = pool.0.lock().expect("no panic under this lock");
        let now = Instant::now();
        waiting.by_origin.retain(|_, list| {
            list.retain(|connection| connection.is_good(now));
            !list.is_empty()
        });
        if waiting.by_origin.is_empty() {
            waiting.swept = false;
            return;
        }
    }
}
