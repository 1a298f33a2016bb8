//! The test environment's own operations.

use atom_marketplace_protocol::sandbox::{TestLogin, TestRateLimit, TestSession};
use reqwest::Method;
use serde::de::DeserializeOwned;

use crate::{Call, Client, SecretString};

/// The test environment, which a client with either base URL reaches, `…/api` or `…/api/test`.
#[derive(Clone, Debug)]
pub struct TestEnvironment {
    client: Client,
    secret: SecretString,
}

impl TestEnvironment {
    pub(super) fn new(client: &Client, secret: SecretString) -> Self {
        Self { client: client.clone(), secret }
    }

    fn path(&self, below: &str) -> String {
        let within = self.client.base_url().ends_with("/api/test");
        if within { below.to_owned() } else { format!("/test{below}") }
    }

    /// A token would be counted, and refused while it is limited: the one call that ends that is among these.
    fn with_secret<T>(&self, call: Call<T>) -> Call<T> {
        call.anonymous().header("x-test-secret", self.secret.expose())
    }

    fn post<T: DeserializeOwned>(&self, below: &str) -> Call<T> {
        self.with_secret(Call::json(&self.client, Method::POST, self.path(below)))
    }

    /// Signs in: a new token of the test tenant, for a day.
    pub fn login(&self, login: &TestLogin) -> Call<TestSession> {
        self.post("/auth/login").body(login)
    }

    /// Puts everything back to its beginning.
    pub fn reset(&self) -> Call<()> {
        self.with_secret(Call::done(&self.client, Method::POST, self.path("/reset")))
    }

    /// Sets how many requests a token may make: for trying out what a program does with a 429.
    pub fn set_rate_limit(&self, limit: &TestRateLimit) -> Call<TestRateLimit> {
        self.post("/rate-limit").body(limit)
    }
}
