//! The only way out: every HTTP request that this server makes goes through here, because where it goes is what somebody
//! else wrote into a form.
//!
//! A name is resolved, every address it has is judged, and exactly the judged address is dialled: no second lookup that
//! could answer differently, no redirect, no proxy from the environment. One deadline holds over the name, the connection,
//! TLS, the answer's head **and** its body, of which no more than a limit is read. Nothing is decompressed.
//!
//! Connections are kept alive and used again for the same scheme, host and port: their address was judged when they were
//! made. A request that meets a connection which the other side has just closed is sent once more on a fresh one, so
//! whoever sends through here must not mind that it arrives twice.

mod address;
mod connection;
mod dns;
mod roots;
mod target;

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use connection::{Connection, Pool, Tls};

pub use dns::Dns;
pub use roots::Roots;
pub use target::Target;

/// How long one exchange may take, unless the request says otherwise.
pub const DEADLINE: Duration = Duration::from_secs(15);
/// Bytes of an answer's body that are read, unless the request says otherwise.
pub const ANSWER_MAX: usize = 16 << 10;
/// Lookups at once. The system's resolver occupies a thread for each, and a name server that is silent keeps them.
const LOOKUPS: usize = 64;
/// Of the addresses a name has, how many are tried.
const TRIED: usize = 4;

/// The HTTP client. Cheap to clone; the clones share connections.
#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

struct Inner {
    allow: Vec<IpNet>,
    tls: Tls,
    resolve: Resolve,
    lookups: Arc<Semaphore>,
    pool: Arc<Pool>,
}

/// From a name and a port to addresses. Tests put another in its place.
type Resolve = Box<dyn Fn(&str) -> Lookup + Send + Sync>;
type Lookup = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("allow", &self.0.allow).finish_non_exhaustive()
    }
}

/// A request to a target that was checked.
#[derive(Clone, Debug)]
pub struct Request {
    target: Target,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
    deadline: Duration,
    answer_max: usize,
}

impl Request {
    /// A GET.
    pub fn get(target: Target) -> Self {
        Self::new(Method::GET, target, Bytes::new())
    }

    /// A POST of these bytes; the content type is a header like any other.
    pub fn post(target: Target, body: impl Into<Bytes>) -> Self {
        Self::new(Method::POST, target, body.into())
    }

    fn new(method: Method, target: Target, body: Bytes) -> Self {
        let headers = HeaderMap::new();
        Self { target, method, headers, body, deadline: DEADLINE, answer_max: ANSWER_MAX }
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The same with another deadline over the whole exchange.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same with another limit on what is read of the answer's body.
    #[must_use]
    pub fn answer_max(mut self, bytes: usize) -> Self {
        self.answer_max = bytes;
        self
    }
}

/// What came back, whatever its status: a redirect is an answer like any other.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came, up to the limit.
    pub body: Bytes,
    /// Whether there was more of it than that.
    pub truncated: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// We do not go there. Trying again will not help; whoever gave the URL must change it.
    #[error("{0}")]
    Refused(Refusal),
    /// It did not work this time.
    #[error("{}: {message}", kind.as_str())]
    Failed {
        /// Where it broke off.
        kind: Failure,
        /// How, for people.
        message: String,
        /// The status, if there was one before it broke off.
        status: Option<StatusCode>,
    },
}

/// Why we do not go there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No URL that can be requested.
    #[error("this is no URL: {0}")]
    Url(String),
    /// Neither http nor https.
    #[error("the URL must begin with https://")]
    Scheme,
    /// A user or a password within the URL.
    #[error("the URL must not hold a user name or a password")]
    Credentials,
    /// A port where other protocols live.
    #[error("port {0} is not allowed: use 80, 443 or one from 1024 on")]
    Port(u16),
    /// Unencrypted, to where that is not allowed.
    #[error("the URL must begin with https://: plain http is for networks in ATOM_OUTBOUND_ALLOW alone")]
    PlainHttp,
    /// An address that is not public and not allowed.
    #[error(
        "{host} is at {address}, which is not a public address; the operator can allow it with ATOM_OUTBOUND_ALLOW"
    )]
    Address {
        /// The host in the URL.
        host: String,
        /// The first of its addresses that is not allowed.
        address: IpAddr,
    },
}

/// Where an exchange broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name has no address, or nobody knows.
    Dns,
    /// Nobody answers at the address.
    Connect,
    /// Encryption could not be agreed on, or the certificate is not valid.
    Tls,
    /// The deadline passed.
    Timeout,
    /// The connection ended, or what came was no HTTP.
    Protocol,
    /// The head of an answer came, and not the whole of its body.
    Body,
}

impl Failure {
    /// One word for it, for metrics and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Body => "body",
        }
    }
}

impl Error {
    fn failed(kind: Failure, message: impl fmt::Display) -> Self {
        Self::Failed { kind, message: message.to_string(), status: None }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Outbound {
    /// A client that goes to public addresses and to `allow`, with the system's resolver. Of those who speak TLS it believes
    /// whom the system believes, and `roots`.
    pub fn new(allow: Vec<IpNet>, roots: Roots) -> Self {
        Self::with_resolver(allow, roots, |host| {
            let host = host.to_owned();
            Box::pin(async move {
                // The port is of no matter to a lookup.
                Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.map(|address| address.ip()).collect())
            })
        })
    }

    /// The same with another resolver.
    pub(crate) fn with_resolver(
        allow: Vec<IpNet>,
        roots: Roots,
        resolve: impl Fn(&str) -> Lookup + Send + Sync + 'static,
    ) -> Self {
        let lookups = Arc::new(Semaphore::new(LOOKUPS));
        let tls = Tls::new(roots);
        Self(Arc::new(Inner { allow, tls, resolve: Box::new(resolve), lookups, pool: Arc::default() }))
    }

    /// The networks it goes to although they are not public.
    pub fn allowed(&self) -> &[IpNet] {
        &self.0.allow
    }

    /// The authorities it believes beside the system's.
    pub fn roots(&self) -> &Roots {
        &self.0.tls.roots
    }

    /// Reads a URL and refuses what can be refused without a lookup: tell people of it where they enter one.
    pub fn check(&self, url: &str) -> Result<Target, Refusal> {
        let target = Target::parse(url)?;
        if let Some(address) = target.address() {
            self.judge(&target, &[address])?;
        } else if !target.is_https() && self.0.allow.is_empty() {
            return Err(Refusal::PlainHttp);
        }
        Ok(target)
    }

    /// Sends a request and reads the answer. To its end within the request's deadline, whatever the other side does.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        let mut stage = Stage::default();
        let within = timeout(request.deadline, self.exchange(&request, &mut stage)).await;
        within.unwrap_or_else(|_| {
            let seconds = request.deadline.as_secs_f32();
            let message = format!("nothing more within {seconds} s, {}", stage.doing);
            Err(Error::Failed { kind: Failure::Timeout, message, status: stage.status })
        })
    }

    async fn exchange(&self, request: &Request, stage: &mut Stage) -> Result<Answer, Error> {
        if let Some(mut kept) = self.0.pool.take(&request.target) {
            match self.over(&mut kept, request, stage).await {
                // The other side had closed it, or did so before it read the request.
                Err(Error::Failed { kind: Failure::Protocol, .. }) => {}
                done => return self.keep(kept, request, done),
            }
        }
        let mut fresh = self.connect(&request.target, stage).await?;
        let done = self.over(&mut fresh, request, stage).await;
        self.keep(fresh, request, done)
    }

    async fn over(&self, connection: &mut Connection, request: &Request, stage: &mut Stage) -> Result<Answer, Error> {
        stage.doing = "while waiting for the answer";
        let mut answer = connection.send(request).await?;
        stage.status = Some(answer.status());
        stage.doing = "while reading the answer's body";
        let (body, truncated) = connection::read(answer.body_mut(), request.answer_max).await.map_err(|error| {
            Error::Failed { kind: Failure::Body, message: connection::reason(&error), status: stage.status }
        })?;
        let (head, _) = answer.into_parts();
        Ok(Answer { status: head.status, headers: head.headers, body, truncated })
    }

    /// Puts a connection back whose answer was read to its end.
    fn keep(&self, connection: Connection, request: &Request, done: Result<Answer, Error>) -> Result<Answer, Error> {
        if done.as_ref().is_ok_and(|answer| !answer.truncated) {
            self.0.pool.put(&request.target, connection);
        }
        done
    }

    async fn connect(&self, target: &Target, stage: &mut Stage) -> Result<Connection, Error> {
        stage.doing = "while looking up the name";
        let addresses = self.resolve(target).await?;
        self.judge(target, &addresses)?;
        stage.doing = "while connecting";
        connection::open(target, &addresses[..addresses.len().min(TRIED)], &self.0.tls, stage).await
    }

    /// The addresses of a target: of a literal the very one, else those of its name. Never none.
    async fn resolve(&self, target: &Target) -> Result<Vec<IpAddr>, Error> {
        if let Some(address) = target.address() {
            return Ok(vec![address]);
        }
        let permit = self.0.lookups.clone().acquire_owned().await.expect("never closed");
        let lookup = (self.0.resolve)(target.host());
        // A task of its own: the thread that looks up goes on after the deadline, and so must the permit.
        let found = tokio::spawn(async move {
            let found = lookup.await;
            drop(permit);
            found
        });
        let found = found.await.map_err(|error| Error::failed(Failure::Dns, error))?;
        let mut found = found.map_err(|error| Error::failed(Failure::Dns, error))?;
        for address in &mut found {
            *address = address.to_canonical();
        }
        if found.is_empty() {
            return Err(Error::failed(Failure::Dns, "the name has no address"));
        }
        Ok(found)
    }

    /// Refuses the target if a single one of its addresses is not allowed: which of them is dialled is not ours to hope.
    fn judge(&self, target: &Target, addresses: &[IpAddr]) -> Result<(), Refusal> {
        let allowed = |address: &IpAddr| self.0.allow.iter().any(|network| network.contains(address));
        for address in addresses {
            if !allowed(address) && !address::is_public(*address) {
                return Err(Refusal::Address { host: target.host().to_owned(), address: *address });
            }
        }
        if !target.is_https() && !addresses.iter().all(allowed) {
            return Err(Refusal::PlainHttp);
        }
        Ok(())
    }
}

/// How far an exchange has come, for the message when its time is up.
#[derive(Default)]
struct Stage {
    doing: &'static str,
    status: Option<StatusCode>,
}

/// How long something took. For the record of an attempt.
pub fn stopwatch() -> impl Fn() -> Duration {
    let started = Instant::now();
    move || started.elapsed()
}

#[cfg(test)]
mod tests;
