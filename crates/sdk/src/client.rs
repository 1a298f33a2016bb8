//! The client, how it is made, and how it sends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use atom_marketplace_protocol::ids::check_tenant_ref;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};
use tokio::time::Instant;
use url::Url;

use crate::cache::Cache;
use crate::call::{Answer, Plan};
use crate::error::ApiError;
use crate::{Call, Error, SecretString, reference, retry};

const TENANT: HeaderName = HeaderName::from_static("x-tenant-id");
const ADMIN_KEY: HeaderName = HeaderName::from_static("x-admin-key");
const FEDERATION_KEY: HeaderName = HeaderName::from_static("x-federation-key");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Where requests go unless told otherwise: a server on this machine.
const DEFAULT_BASE_URL: &str = "http://127.0.0.1:8080/api";
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);
const DEFAULT_RETRIES: u32 = 3;

/// A client of one marketplace, with one credential. Cheap to clone; clones share connections and cache.
///
/// ```no_run
/// # async fn example() -> Result<(), atom_marketplace_sdk::Error> {
/// use atom_marketplace_sdk::Client;
///
/// let client = Client::builder()
///     .base_url("https://marketplace.example/api")
///     .tenant_id("your-tenant-id")
///     .api_token("your-api-token")
///     .build()?;
/// let agent = client.agents().get("atom_main").await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    /// Without a slash at its end.
    base: String,
    /// The credential and the tenant.
    headers: HeaderMap,
    timeout: Duration,
    max_retries: u32,
    cache: Option<Cache>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.inner.base).finish_non_exhaustive()
    }
}

/// Makes a [`Client`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ClientBuilder {
    base_url: Option<String>,
    tenant_id: Option<String>,
    api_token: Option<SecretString>,
    admin_key: Option<SecretString>,
    federation_key: Option<SecretString>,
    timeout: Option<Duration>,
    max_retries: Option<u32>,
    cache: usize,
    user_agent: Option<String>,
    http: Option<reqwest::Client>,
}

impl ClientBuilder {
    /// Where the marketplace is, with its `/api` (or `/api/test`): `https://marketplace.example/api`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The tenant to act for. A token knows its tenant, so it may be left out; an admin key needs it on tenants' routes.
    pub fn tenant_id(mut self, tenant: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant.into());
        self
    }

    /// The API token, `at_saas_…`. Without a credential, the public catalog can be read.
    pub fn api_token(mut self, token: impl Into<SecretString>) -> Self {
        self.api_token = Some(token.into());
        self
    }

    /// The platform's admin key, in the place of a token. **Never in an application**: it may do everything to everyone.
    /// The client warns, by `tracing`, when it is made with one.
    pub fn admin_key(mut self, key: impl Into<SecretString>) -> Self {
        self.admin_key = Some(key.into());
        self
    }

    /// A federation key, `sk-fed-…`, in the place of a token: for [`Client::federation`] alone.
    pub fn federation_key(mut self, key: impl Into<SecretString>) -> Self {
        self.federation_key = Some(key.into());
        self
    }

    /// Takes what was not set from `ATOM_BASE_URL`, `ATOM_TENANT_ID` and `ATOM_API_TOKEN`.
    pub fn from_env(self) -> Self {
        self.with_variables(|name| std::env::var(name).ok())
    }

    fn with_variables(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        self.base_url = self.base_url.or_else(|| variable("ATOM_BASE_URL"));
        self.tenant_id = self.tenant_id.or_else(|| variable("ATOM_TENANT_ID"));
        if self.admin_key.is_none() && self.federation_key.is_none() {
            self.api_token = self.api_token.or_else(|| variable("ATOM_API_TOKEN").map(SecretString::from));
        }
        self
    }

    /// How long an attempt may take, from connecting to the last byte of the answer; 60 s unless said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often a request that failed is tried again; 3 unless said, 0 is never.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// Keeps up to so many answers and asks only whether they changed. 0, which is the default, keeps none.
    pub fn cache(mut self, answers: usize) -> Self {
        self.cache = answers;
        self
    }

    /// The program's name, put before the SDK's in `User-Agent`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Sends with this client, whose proxies, certificates and redirects are its own affair.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// The client. An error names what is wrong with the settings.
    pub fn build(self) -> Result<Client, Error> {
        let base = base_url(self.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL))?;
        let headers = self.headers()?;
        if self.admin_key.is_some() {
            tracing::warn!("an admin key is in use: never use one in a production application");
        }
        let http = match self.http {
            Some(http) => http,
            None => http_client(base.starts_with("https:"), self.user_agent.as_deref())?,
        };
        let cache = (self.cache > 0).then(|| Cache::new(self.cache));
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let max_retries = self.max_retries.unwrap_or(DEFAULT_RETRIES);
        Ok(Client { inner: Arc::new(Inner { http, base, headers, timeout, max_retries, cache }) })
    }

    /// What every request carries.
    fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        if let Some(tenant) = &self.tenant_id {
            check_tenant_ref(tenant).map_err(|rule| Error::invalid(format!("tenant_id: {rule}")))?;
            headers.insert(TENANT, HeaderValue::from_str(tenant).expect("letters and digits"));
        }
        let bearer = self.api_token.as_ref().map(|token| SecretString::new(format!("Bearer {}", token.expose())));
        let credentials = [
            ("api_token", AUTHORIZATION, bearer.as_ref()),
            ("admin_key", ADMIN_KEY, self.admin_key.as_ref()),
            ("federation_key", FEDERATION_KEY, self.federation_key.as_ref()),
        ];
        if credentials.iter().filter(|(_, _, secret)| secret.is_some()).count() > 1 {
            return Err(Error::invalid("one credential at a time: api_token, admin_key or federation_key"));
        }
        for (name, header, secret) in credentials {
            let Some(secret) = secret else { continue };
            let mut value = HeaderValue::from_str(secret.expose())
                .map_err(|_| Error::invalid(format!("{name} holds characters that no credential has")))?;
            value.set_sensitive(true);
            headers.insert(header, value);
        }
        Ok(headers)
    }
}

/// The base URL without a slash at its end. Paths are appended to it, never resolved against it: that would drop `/api`.
fn base_url(text: &str) -> Result<String, Error> {
    let url =
        Url::parse(text.trim()).map_err(|error| Error::invalid(format!("base_url {text:?} is no URL: {error}")))?;
    if !["http", "https"].contains(&url.scheme()) || url.query().is_some() || url.fragment().is_some() {
        return Err(Error::invalid(format!("base_url {text:?} must be http(s)://host/api, without a query")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("base_url must not hold a user or password"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Redirects are not followed: the marketplace sends none, and another host must not see the credential.
fn http_client(secure: bool, user_agent: Option<&str>) -> Result<reqwest::Client, Error> {
    const NAME: &str = concat!("atom-marketplace-sdk-rust/", env!("CARGO_PKG_VERSION"));
    let failed = |error: &dyn fmt::Display| Error::invalid(format!("the HTTP client cannot be made: {error}"));
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .user_agent(user_agent.map_or_else(|| NAME.to_owned(), |name| format!("{name} {NAME}")));
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_preconfigured(tls(secure).map_err(|error| failed(&error))?);
    #[cfg(not(feature = "rustls"))]
    if secure {
        return Err(Error::invalid("https needs the feature `rustls`, or an http_client of yours"));
    }
    builder.build().map_err(|error| failed(&error))
}

/// rustls with ring, and the system's certificates where they are needed: a container may have none.
#[cfg(feature = "rustls")]
fn tls(secure: bool) -> Result<rustls::ClientConfig, rustls::Error> {
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    if secure {
        return Ok(builder.with_platform_verifier()?.with_no_client_auth());
    }
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

impl Client {
    /// Makes a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client by `ATOM_BASE_URL`, `ATOM_TENANT_ID` and `ATOM_API_TOKEN`.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().from_env().build()
    }

    /// Where requests go.
    pub fn base_url(&self) -> &str {
        &self.inner.base
    }

    /// Any request: for a route that this release has no method for. `path` lies below the base URL, such as `/usage`.
    pub fn request(&self, method: Method, path: &str) -> Call<serde_json::Value> {
        Call::json(self, method, reference::path(path).map(|()| path.to_owned()))
    }

    /// Any request with a JSON body.
    pub fn request_with(&self, method: Method, path: &str, body: &impl serde::Serialize) -> Call<serde_json::Value> {
        self.request(method, path).body(body)
    }

    /// Sends until there is an answer that settles it.
    pub(crate) async fn send(&self, plan: Plan) -> Result<Answer, Error> {
        let mut url = Url::parse(&format!("{}{}", self.inner.base, plan.path))
            .map_err(|error| Error::invalid(format!("{:?} is no path: {error}", plan.path)))?;
        if !plan.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&plan.query);
        }
        // Header values of the request itself may say who asks, and then the answer is not the client's.
        let cached = self.inner.cache.as_ref().filter(|_| plan.method == Method::GET && plan.headers.is_empty());
        let kept = cached.and_then(|cache| cache.get(url.as_str()));
        let headers = self.request_headers(&plan, kept.as_ref())?;
        let retries = plan.max_retries.unwrap_or(self.inner.max_retries);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.attempt(&plan, url.clone(), headers.clone(), attempts).await {
                Ok(answer) if answer.status.is_success() => {
                    if let Some(cache) = cached {
                        cache.put(url.as_str(), &answer);
                    }
                    return Ok(answer);
                }
                Ok(answer) if answer.status == StatusCode::NOT_MODIFIED && kept.is_some() => {
                    let mut kept = kept.expect("just seen");
                    // The quota and the request's id are this answer's.
                    kept.headers.extend(answer.headers);
                    return Ok(kept);
                }
                // Asked for by a header of the caller's own.
                Ok(answer) if answer.status == StatusCode::NOT_MODIFIED => return Ok(answer),
                Ok(answer) => Error::Api(Box::new(ApiError::of(answer.status, &answer.headers, &answer.bytes))),
                Err(error) => error,
            };
            match retry::wait(&error, attempts).filter(|_| attempts <= retries) {
                Some(wait) => {
                    tracing::debug!(%error, attempts, ?wait, "trying again");
                    tokio::time::sleep(wait).await;
                }
                None => return Err(error),
            }
        }
    }

    /// Asks once for an answer that does not end soon. Its head must come in time.
    pub(crate) async fn open(&self, plan: Plan) -> Result<reqwest::Response, Error> {
        let mut url = Url::parse(&format!("{}{}", self.inner.base, plan.path))
            .map_err(|error| Error::invalid(format!("{:?} is no path: {error}", plan.path)))?;
        if !plan.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&plan.query);
        }
        let headers = self.request_headers(&plan, None)?;
        let timeout = plan.timeout.unwrap_or(self.inner.timeout);
        let sent = self.inner.http.request(plan.method, url).headers(headers).send();
        let response = tokio::time::timeout(timeout, sent).await.map_err(|_| Error::Timeout(timeout))?;
        let response = response.map_err(Error::connection)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map_err(Error::connection)?;
        Err(Error::Api(Box::new(ApiError::of(status, &headers, &bytes))))
    }

    /// The same for every attempt, the `Idempotency-Key` above all.
    fn request_headers(&self, plan: &Plan, kept: Option<&Answer>) -> Result<HeaderMap, Error> {
        let mut headers = self.inner.headers.clone();
        if plan.anonymous {
            for credential in [AUTHORIZATION, ADMIN_KEY, FEDERATION_KEY] {
                headers.remove(credential);
            }
        }
        if plan.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(etag) = kept.and_then(|answer| answer.headers.get(ETAG)) {
            headers.insert(IF_NONE_MATCH, etag.clone());
        }
        if [Method::POST, Method::PATCH].contains(&plan.method) {
            let key = plan.idempotency_key.clone().map_or_else(retry::idempotency_key, Ok)?;
            let key = HeaderValue::from_str(&key).map_err(|_| Error::invalid("that is no idempotency key"))?;
            headers.insert(IDEMPOTENCY_KEY, key);
        }
        for (name, value) in &plan.headers {
            headers.insert(name, value.clone());
        }
        Ok(headers)
    }

    async fn attempt(&self, plan: &Plan, url: Url, headers: HeaderMap, attempt: u32) -> Result<Answer, Error> {
        let timeout = plan.timeout.unwrap_or(self.inner.timeout);
        let started = Instant::now();
        let mut request = self.inner.http.request(plan.method.clone(), url).headers(headers).timeout(timeout);
        if let Some(body) = &plan.body {
            request = request.body(body.clone());
        }
        let read = async {
            let response = request.send().await?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok(Answer { status, headers, bytes: response.bytes().await? })
        };
        let answer = read.await.map_err(|error: reqwest::Error| {
            if error.is_timeout() {
                Error::Timeout(timeout)
            } else if error.is_builder() {
                Error::invalid(format!("the request cannot be sent: {}", error.without_url()))
            } else {
                Error::connection(error)
            }
        });
        match &answer {
            Ok(answer) => tracing::debug!(
                method = %plan.method, path = plan.path, attempt, status = answer.status.as_u16(),
                request_id = answer.header("x-request-id"), elapsed = ?started.elapsed(), "answered"
            ),
            Err(error) => {
                tracing::debug!(method = %plan.method, path = plan.path, attempt, %error, elapsed = ?started.elapsed(), "no answer");
            }
        }
        answer
    }
}

impl Error {
    /// No answer, or not the whole of one.
    pub(crate) fn connection(error: reqwest::Error) -> Self {
        Self::Connection(Box::new(Chain(error.without_url())))
    }
}

/// Says what lies at the ground of an error: "connection refused" helps, "error sending request" does not.
#[derive(Debug)]
struct Chain(reqwest::Error);

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut deepest: &dyn std::error::Error = &self.0;
        while let Some(source) = deepest.source() {
            deepest = source;
        }
        fmt::Display::fmt(deepest, f)
    }
}

impl std::error::Error for Chain {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        for (builder, wrong) in [
            (Client::builder().base_url("marketplace.example/api"), "base_url"),
            (Client::builder().base_url("ftp://marketplace.example/api"), "http"),
            (Client::builder().base_url("https://user:pw@marketplace.example/api"), "password"),
            (Client::builder().tenant_id("Not A Tenant"), "tenant_id"),
            (Client::builder().api_token("line\nbreak"), "api_token"),
            (Client::builder().api_token("a").admin_key("b"), "one credential"),
        ] {
            let error = builder.build().unwrap_err().to_string();
            assert!(error.contains(wrong) && !error.contains("line"), "{error}");
        }
        let client = Client::builder().base_url("http://127.0.0.1:1/api/test/").build().unwrap();
        assert_eq!(client.base_url(), "http://127.0.0.1:1/api/test");
    }

    #[test]
    fn secrets_are_not_printed() {
        let builder = Client::builder().api_token("at_saas_secret").base_url("http://127.0.0.1:1/api");
        let client = builder.clone().build().unwrap();
        for printed in [format!("{builder:?}"), format!("{client:?}"), format!("{:?}", client.inner.headers)] {
            assert!(!printed.contains("at_saas_secret"), "{printed}");
        }
    }

    #[test]
    fn the_environment_fills_what_is_not_given() {
        let variables = |name: &str| match name {
            "ATOM_BASE_URL" => Some("http://127.0.0.1:1/api".to_owned()),
            "ATOM_TENANT_ID" => Some("acme".to_owned()),
            "ATOM_API_TOKEN" => Some("from-environment".to_owned()),
            _ => None,
        };
        let client = Client::builder().tenant_id("globex").with_variables(variables).build().unwrap();
        assert_eq!(client.base_url(), "http://127.0.0.1:1/api");
        assert_eq!(client.inner.headers[TENANT], "globex");
        assert_eq!(client.inner.headers[AUTHORIZATION], "Bearer from-environment");
        let admin = Client::builder().admin_key("key").with_variables(variables).build().unwrap();
        assert!(!admin.inner.headers.contains_key(AUTHORIZATION));
    }
}
