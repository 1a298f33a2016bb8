//! A call: what will be asked, with its options. Awaiting it asks.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, IF_MATCH};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Client, Error};

/// A future that can be awaited anywhere.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

type Decoder<T> = fn(&Answer) -> Result<T, Error>;

/// What will be asked of the marketplace. `.await` asks and gives the answer; before that, the options of this one
/// request can be set.
///
/// ```no_run
/// # async fn example(client: atom_marketplace_sdk::Client) -> Result<(), atom_marketplace_sdk::Error> {
/// use std::time::Duration;
///
/// let agent = client.agents().get("atom_main").timeout(Duration::from_secs(2)).max_retries(0).await?;
/// let answer = client.agents().get("atom_main").send().await?;
/// println!("{} {:?} {:?}", answer.value.manifest.name, answer.request_id(), answer.rate_limit());
/// # Ok(()) }
/// ```
#[must_use = "nothing is asked before it is awaited"]
pub struct Call<T> {
    client: Client,
    /// What is wrong with the request, found while it was put together, is said when it is sent.
    plan: Result<Plan, Error>,
    decode: Decoder<T>,
}

/// A request before it has a base URL and a credential.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) method: Method,
    /// Below the base URL, such as `/usage`.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) idempotency_key: Option<String>,
    /// Sent without the client's credential.
    pub(crate) anonymous: bool,
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An answer with what stood around it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// What was asked for.
    pub value: T,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

/// The caller's quota, as the answer's headers have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests in a window.
    pub limit: u64,
    /// Requests left in this one.
    pub remaining: u64,
    /// When the window ends, seconds since the epoch.
    pub reset: u64,
}

impl<T> Response<T> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The request's id, by which the server's log knows it.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// The version of what was read, for [`Call::if_match`].
    pub fn etag(&self) -> Option<&str> {
        self.header("etag")
    }

    /// The caller's quota.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        let number = |name| self.header(name)?.parse().ok();
        Some(RateLimit {
            limit: number("x-ratelimit-limit")?,
            remaining: number("x-ratelimit-remaining")?,
            reset: number("x-ratelimit-reset")?,
        })
    }
}

fn json<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    serde_json::from_slice(&answer.bytes).map_err(|error| Error::Decode {
        source: error.into(),
        request_id: answer.header("x-request-id").map(str::to_owned),
    })
}

/// What a path is made of: text of ours, or text with ids that were checked.
pub(crate) trait IntoPath {
    fn into_path(self) -> Result<String, Error>;
}

impl IntoPath for &str {
    fn into_path(self) -> Result<String, Error> {
        Ok(self.to_owned())
    }
}

impl IntoPath for String {
    fn into_path(self) -> Result<String, Error> {
        Ok(self)
    }
}

impl IntoPath for Result<String, Error> {
    fn into_path(self) -> Self {
        self
    }
}

impl<T: DeserializeOwned> Call<T> {
    /// A call whose answer is JSON.
    pub(crate) fn json(client: &Client, method: Method, path: impl IntoPath) -> Self {
        Self::new(client, method, path, json)
    }
}

impl Call<()> {
    /// A call whose answer is that it was done.
    pub(crate) fn done(client: &Client, method: Method, path: impl IntoPath) -> Self {
        Self::new(client, method, path, |_| Ok(()))
    }
}

impl<T> Call<T> {
    fn new(client: &Client, method: Method, path: impl IntoPath, decode: Decoder<T>) -> Self {
        let plan = path.into_path().map(|path| Plan {
            method,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            timeout: None,
            max_retries: None,
            idempotency_key: None,
            anonymous: false,
        });
        Self { client: client.clone(), plan, decode }
    }

    fn change(mut self, change: impl FnOnce(&mut Plan) -> Result<(), Error>) -> Self {
        self.plan = self.plan.and_then(|mut plan| change(&mut plan).map(|()| plan));
        self
    }

    /// Sends this as JSON.
    pub(crate) fn body(self, body: &impl Serialize) -> Self {
        self.change(|plan| {
            let bytes =
                serde_json::to_vec(body).map_err(|error| Error::invalid(format!("the body is no JSON: {error}")))?;
            plan.body = Some(bytes.into());
            Ok(())
        })
    }

    /// Adds a query parameter, one that has no method of its own too.
    pub fn query(self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        let pair = (name.into(), value.to_string());
        self.change(|plan| {
            plan.query.push(pair);
            Ok(())
        })
    }

    /// Adds a query parameter in the place of those of its name.
    pub(crate) fn set_query(self, name: &str, value: Option<String>) -> Self {
        self.change(|plan| {
            plan.query.retain(|(known, _)| known != name);
            plan.query.extend(value.map(|value| (name.to_owned(), value)));
            Ok(())
        })
    }

    /// Adds a header to this request, in the place of the client's own of that name. Such a request passes by the cache.
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.change(|plan| {
            let name: HeaderName = name.as_ref().parse().map_err(|_| Error::invalid("that is no header's name"))?;
            let value = HeaderValue::from_str(value.as_ref())
                .map_err(|_| Error::invalid(format!("that is no value of the header {name}")))?;
            plan.headers.insert(name, value);
            Ok(())
        })
    }

    /// Sends this without the client's credential: whoever calls proves it otherwise.
    pub(crate) fn anonymous(self) -> Self {
        self.change(|plan| {
            plan.anonymous = true;
            Ok(())
        })
    }

    /// Changes only what has this `ETag`; otherwise `PRECONDITION_FAILED`.
    pub fn if_match(self, etag: impl AsRef<str>) -> Self {
        self.header(IF_MATCH, etag)
    }

    /// How long an attempt of this request may take.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change(|plan| {
            plan.timeout = Some(timeout);
            Ok(())
        })
    }

    /// How often this request is tried again; 0 is never.
    pub fn max_retries(self, retries: u32) -> Self {
        self.change(|plan| {
            plan.max_retries = Some(retries);
            Ok(())
        })
    }

    /// The key by which the marketplace knows a repeated POST or PATCH. One is made for each call; give one of your own
    /// where a call must be done once even if this program is started again.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        let key = key.into();
        self.change(|plan| {
            plan.idempotency_key = Some(key);
            Ok(())
        })
    }

    /// The same request; its answer as bytes.
    pub fn raw(self) -> Call<Bytes> {
        Call { client: self.client, plan: self.plan, decode: |answer| Ok(answer.bytes.clone()) }
    }

    /// The HTTP method; none where the request cannot be sent.
    pub fn method(&self) -> Option<&Method> {
        self.plan.as_ref().ok().map(|plan| &plan.method)
    }

    /// The path below the base URL; none where the request cannot be sent.
    pub fn path(&self) -> Option<&str> {
        self.plan.as_ref().ok().map(|plan| plan.path.as_str())
    }

    /// The names of the query's parameters.
    pub fn query_names(&self) -> impl Iterator<Item = &str> {
        self.plan.iter().flat_map(|plan| plan.query.iter().map(|(name, _)| name.as_str()))
    }

    pub(crate) fn same(&self) -> Result<Self, Error> {
        match &self.plan {
            Ok(plan) => Ok(Self { client: self.client.clone(), plan: Ok(plan.clone()), decode: self.decode }),
            Err(error) => Err(Error::invalid(error.to_string())),
        }
    }

    /// Asks once, and gives the answer with a body that is still to be read, however long that takes.
    pub(crate) async fn open(self) -> Result<reqwest::Response, Error> {
        self.client.open(self.plan?).await
    }

    /// Asks, and gives the answer with its status and headers.
    pub async fn send(self) -> Result<Response<T>, Error> {
        let answer = self.client.send(self.plan?).await?;
        Ok(Response { value: (self.decode)(&answer)?, status: answer.status, headers: answer.headers })
    }
}

impl<T: 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.client.send(self.plan?).await?;
            (self.decode)(&answer)
        })
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither headers nor body: they may hold secrets.
        f.debug_struct("Call").field("method", &self.method()).field("path", &self.path()).finish_non_exhaustive()
    }
}
