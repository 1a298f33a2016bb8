//! A blocking client that never waits for ever.
//!
//! Each has a small runtime of its own to drive the connection, and a limit on every exchange: a server whose disk hangs
//! keeps its connections alive and says nothing, which no timeout of the server or of TCP ends.

use std::{future::poll_fn, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};
use tokio_postgres::{
    AsyncMessage, Config, Row, Statement,
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::fault;
use crate::{
    Error,
    error::{Fault, FaultKind},
};

/// What the handshakes may take after `connect_timeout`, which the client applies to the socket alone.
const HANDSHAKE: Duration = Duration::from_secs(1);

/// How long to say goodbye.
const GOODBYE: Duration = Duration::from_millis(200);

/// What became of each of two batches.
pub(super) type Pair = (Result<(), Fault>, Result<(), Fault>);

pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection, to be used on a thread outside of any runtime.
pub(super) struct Client {
    runtime: Runtime,
    /// Some until dropped.
    handle: Option<tokio_postgres::Client>,
    driver: JoinHandle<()>,
    notifications: mpsc::UnboundedReceiver<String>,
    limit: Duration,
    /// An exchange went over the limit: what the server says next belongs to that one.
    silent: bool,
}

impl Client {
    /// Connects; each later exchange may take `limit`.
    pub(super) fn connect(config: &Config, tls: &MakeRustlsConnect, limit: Duration) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Error::unavailable)?;
        let (sender, notifications) = mpsc::unbounded_channel();
        let connected = runtime.block_on(async { timeout(attempt(config), open(config, tls, sender)).await });
        match connected {
            Ok(Ok((client, driver))) => {
                Ok(Self { runtime, handle: Some(client), driver, notifications, limit, silent: false })
            }
            // Whatever it is (refused, no such database, a wrong password), the operator reads why and it may pass.
            Ok(Err(error)) => Err(match fault(&error).error {
                Error::Other(reason) => Error::Unavailable(reason),
                other => other,
            }),
            Err(_) => Err(Error::unavailable("the server does not answer")),
        }
    }

    /// Whether nothing more can come of this connection.
    pub(super) fn is_broken(&self) -> bool {
        self.silent || self.handle.as_ref().is_none_or(tokio_postgres::Client::is_closed)
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        self.exchange(async |client| client.batch_execute(sql).await)
    }

    /// Two batches in one round trip. The second runs whatever becomes of the first.
    pub(super) fn two_batches(&mut self, first: &str, second: &str) -> Result<Pair, Fault> {
        self.exchange(async |client| {
            // The first is on its way before the second is looked at, since both are polled before either is waited for.
            let (first, second) = tokio::join!(client.batch_execute(first), client.batch_execute(second));
            let judged = |outcome: Result<(), tokio_postgres::Error>| outcome.map_err(|error| fault(&error));
            if client.is_closed() {
                first.and(second).map(|()| (Ok(()), Ok(())))
            } else {
                Ok((judged(first), judged(second)))
            }
        })
    }

    pub(super) fn prepare(&mut self, sql: &str) -> Result<Statement, Fault> {
        self.exchange(async |client| client.prepare(sql).await)
    }

    pub(super) fn query(&mut self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>, Fault> {
        self.exchange(async |client| client.query(statement, params).await)
    }

    /// Without a prepared statement: one round trip, and a plan for these very values.
    pub(super) fn query_typed(&mut self, sql: &str, params: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, Fault> {
        self.exchange(async |client| client.query_typed(sql, params).await)
    }

    pub(super) fn execute(&mut self, statement: &Statement, params: Params<'_>) -> Result<u64, Fault> {
        self.exchange(async |client| client.execute(statement, params).await)
    }

    /// The next notification within `tick`.
    pub(super) fn notification(&mut self, tick: Duration) -> Option<String> {
        let next = self.notifications.recv();
        self.runtime.block_on(async { timeout(tick, next).await }).ok().flatten()
    }

    fn exchange<T>(
        &mut self,
        ask: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Fault> {
        let client = self.handle.as_ref().filter(|_| !self.silent);
        let Some(client) = client else {
            return Err(super::lost("the connection is closed".to_owned()));
        };
        match self.runtime.block_on(async { timeout(self.limit, ask(client)).await }) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                let mut fault = fault(&error);
                if client.is_closed() {
                    fault = super::lost(fault.error.to_string());
                }
                Err(fault)
            }
            Err(_) => {
                self.silent = true;
                // Not a lost connection, which would be tried again: the server is likely to stay silent.
                Err(Fault {
                    error: Error::Unavailable(format!(
                        "the server did not answer in {:?}, so whether it did this is unknown",
                        self.limit
                    )),
                    kind: FaultKind::Plain,
                })
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Without its handle the driver tells the server and ends.
        self.handle = None;
        let driver = &mut self.driver;
        let _ = self.runtime.block_on(async { timeout(GOODBYE, driver).await });
    }
}

/// How long connecting may take, all hosts of the URL tried.
pub(super) fn attempt(config: &Config) -> Duration {
    let hosts = config.get_hosts().len().max(1) as u32;
    let socket = config.get_connect_timeout().copied().unwrap_or_default();
    socket.saturating_add(HANDSHAKE).saturating_mul(hosts)
}

async fn open(
    config: &Config,
    tls: &MakeRustlsConnect,
    notifications: mpsc::UnboundedSender<String>,
) -> Result<(tokio_postgres::Client, JoinHandle<()>), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(tls.clone()).await?;
    let driver = tokio::spawn(async move {
        // Its end, good or bad, shows in the answers to the client.
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message {
                // Nobody listens once the client is gone.
                let _ = notifications.send(notification.payload().to_owned());
            }
        }
    });
    Ok((client, driver))
}
