//! One connection: how it is made and set up, and the statements it keeps prepared.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use ::postgres::{Client, Config, NoTls, Statement, types::ToSql};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{fault, pool::Access, tls, types::Param, url::Settings};
use crate::{
    Error, FromRow, Row, Value,
    error::{Fault, FaultKind},
    row::Source,
};

/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;

/// The longest pause between attempts to reach a lost server. Calls in between are refused at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// Longer than an attempt to connect takes.
const ATTEMPT: Duration = Duration::from_secs(4);

/// Where the server is and how its sessions are set up; shared by all threads.
pub(crate) struct Server {
    config: Config,
    tls: MakeRustlsConnect,
    schema: Option<String>,
    statement_timeout: Duration,
    gate: Mutex<Gate>,
}

/// Whether connecting is worth a try: a lost server is tried by one thread at a time, at growing intervals.
#[derive(Default)]
struct Gate {
    failures: u32,
    closed: Option<(Instant, Error)>,
}

impl Server {
    pub(crate) fn new(url: &str, statement_timeout: Duration) -> Result<Self, Error> {
        let settings = Settings::parse(url)?;
        Ok(Self {
            tls: tls::connector(settings.verify, settings.root_certificates.as_deref())?,
            config: settings.config,
            schema: settings.schema,
            statement_timeout,
            gate: Mutex::default(),
        })
    }

    /// Checks that the server is there and new enough, and creates the schema when the URL names one that is missing.
    pub(crate) fn prepare(&self) -> Result<(), Error> {
        let mut client = self.client()?;
        let mut first = || {
            let version: i32 = client.query_one("SELECT current_setting('server_version_num')::int", &[])?.get(0);
            if version < 150_000 {
                return Ok(version);
            }
            if let Some(schema) = &self.schema {
                // Asked first, because CREATE SCHEMA needs a right that a careful administrator does not give.
                let missing = client.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[schema])?.is_none();
                if missing {
                    client.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""))?;
                }
            }
            Ok(version)
        };
        match first() {
            Ok(version) if version < 150_000 => {
                Err(Error::Other(format!("PostgreSQL 15 or newer is needed; the server is {}", version / 10_000)))
            }
            Ok(_) => Ok(()),
            // Two nodes may create the same schema at once: the one that loses finds it there.
            Err(error) => match fault(&error).error {
                Error::Unique { .. } => Ok(()),
                Error::Other(text) if error.code() == Some(&::postgres::error::SqlState::DUPLICATE_SCHEMA) => {
                    tracing::debug!(text, "another node created the schema");
                    Ok(())
                }
                other => Err(other),
            },
        }
    }

    /// A new session, or at once the reason there was none a moment ago.
    pub(crate) fn connect(&self, access: Access) -> Result<Session, Error> {
        self.enter()?;
        let connected = self.client().and_then(|client| self.set_up(client, access));
        let mut gate = self.gate();
        match connected {
            Ok(session) => {
                *gate = Gate::default();
                Ok(session)
            }
            Err(error) => {
                let pause = SHORTEST_PAUSE.saturating_mul(2_u32.saturating_pow(gate.failures)).min(LONGEST_PAUSE);
                gate.failures = gate.failures.saturating_add(1);
                gate.closed = Some((Instant::now() + pause, error.clone()));
                Err(error)
            }
        }
    }

    fn gate(&self) -> std::sync::MutexGuard<'_, Gate> {
        self.gate.lock().expect("no panic under this lock")
    }

    /// Passes unless the server was found lost a moment ago; then closes the gate behind this thread while it tries.
    fn enter(&self) -> Result<(), Error> {
        let mut gate = self.gate();
        if let Some((until, error)) = &mut gate.closed {
            let now = Instant::now();
            if now < *until {
                return Err(error.clone());
            }
            *until = now + ATTEMPT;
        }
        Ok(())
    }

    pub(super) fn client(&self) -> Result<Client, Error> {
        let connected = if self.config.get_ssl_mode() == ::postgres::config::SslMode::Disable {
            self.config.connect(NoTls)
        } else {
            self.config.connect(self.tls.clone())
        };
        // Whatever it is (refused, no such database, a wrong password), the operator reads why and it may pass.
        connected.map_err(|error| match fault(&error).error {
            Error::Other(reason) => Error::Unavailable(reason),
            other => other,
        })
    }

    fn set_up(&self, mut client: Client, access: Access) -> Result<Session, Error> {
        let mut settings = format!(
            "SET client_encoding = 'UTF8'; SET TIME ZONE 'UTC'; SET statement_timeout = {}; \
             SET idle_in_transaction_session_timeout = 60000;",
            match access {
                Access::Migrate => 0,
                Access::Read | Access::Write => self.statement_timeout.as_millis(),
            }
        );
        match access {
            Access::Read => settings.push_str("SET default_transaction_read_only = on;"),
            // A sequential scan takes a predicate lock on the whole table, and PostgreSQL scans every small table so: two
            // writers of unrelated rows would then conflict. An index scan locks the rows it reads.
            Access::Write => settings.push_str("SET enable_seqscan = off;"),
            Access::Migrate => {}
        }
        if let Some(schema) = &self.schema {
            // `public` is where extensions live.
            settings.extend(["SET search_path = \"", schema, "\", public;"]);
        }
        let set_up = client.batch_execute(&settings).and_then(|()| {
            let row = client.query_one("SELECT current_schema()", &[])?;
            row.try_get::<_, Option<String>>(0)
        });
        match set_up {
            Ok(Some(schema)) => Ok(Session {
                client,
                schema,
                reads: access == Access::Read,
                broken: false,
                statements: HashMap::new(),
                clock: 0,
            }),
            Ok(None) => Err(Error::other("the search path of this PostgreSQL user names no existing schema")),
            Err(error) => Err(fault(&error).error),
        }
    }
}

/// A connection, set up.
pub(crate) struct Session {
    client: Client,
    /// The schema new tables go to; channels are per database, so their names carry it.
    schema: String,
    reads: bool,
    broken: bool,
    statements: HashMap<String, (Statement, u64)>,
    /// Counts uses, to find the statement unused for longest.
    clock: u64,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Session {
    /// Whether the session is of no more use.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken || self.client.is_closed()
    }

    /// Ends the open transaction without keeping anything.
    pub(crate) fn roll_back(&mut self) {
        // A session that cannot even do this is thrown away; the server then ends the transaction.
        self.broken |= self.batch("ROLLBACK").is_err();
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        self.client.batch_execute(sql).map_err(|error| fault(&error))
    }

    pub(crate) fn query<T: FromRow>(&mut self, sql: &str, args: &[Value], limit: usize) -> Result<Vec<T>, Fault> {
        let rows =
            self.with_statement(sql, |client, statement| with_params(args, |params| client.query(statement, params)))?;
        rows.iter().take(limit).map(|row| T::from_row(&Row(Source::Postgres(row))).map_err(Fault::from)).collect()
    }

    pub(crate) fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, Fault> {
        self.with_statement(sql, |client, statement| with_params(args, |params| client.execute(statement, params)))
    }

    pub(crate) fn notify(&mut self, channel: &str, payload: &str) -> Result<(), Fault> {
        let channel = qualified(&self.schema, channel)?;
        self.query::<Option<String>>("SELECT pg_notify($1, $2)", crate::args![channel, payload], 1).map(drop)
    }

    /// Waits until no other session migrates this schema; until this session ends none can.
    pub(crate) fn lock_migrations(&mut self) -> Result<(), Error> {
        const ATOM: i64 = 0x41_54_4f_4d;
        self.execute("SELECT pg_advisory_lock(CAST($1 AS INTEGER), hashtext(current_schema()))", crate::args![ATOM])
            .map(drop)
            .map_err(|fault| fault.error)
    }

    /// Subscribes to a channel and hands out the client to hear it with.
    pub(super) fn listen(&mut self, channel: &str) -> Result<&mut Client, Error> {
        let channel = qualified(&self.schema, channel)?.replace('"', "\"\"");
        self.batch(&format!("LISTEN \"{channel}\"")).map_err(|fault| fault.error)?;
        Ok(&mut self.client)
    }

    fn with_statement<R>(
        &mut self,
        sql: &str,
        run: impl Fn(&mut Client, &Statement) -> Result<R, ::postgres::Error>,
    ) -> Result<R, Fault> {
        let mut attempt = || {
            let statement = self.statement(sql)?;
            run(&mut self.client, &statement)
        };
        let mut done = attempt();
        // Outside a transaction a statement that a migration outdated is simply prepared again; inside, all of it is.
        if let Err(error) = &done
            && error.as_db_error().is_some_and(super::is_stale_statement)
        {
            self.statements.clear();
            if self.reads {
                let statement = self.statement(sql).map_err(|error| fault(&error))?;
                done = run(&mut self.client, &statement);
            }
        }
        done.map_err(|error| {
            let mut fault = fault(&error);
            if self.client.is_closed() {
                fault.kind = FaultKind::Lost;
                if !matches!(fault.error, Error::Unavailable(_)) {
                    fault.error = Error::unavailable(fault.error);
                }
            } else if fault.kind == FaultKind::Plain && fault.error.is_read_only() && !self.reads {
                // The server became a standby: connecting again finds the new primary, if the URL names it.
                fault = super::lost("the server takes no writes".to_owned());
            }
            fault
        })
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, ::postgres::Error> {
        self.clock += 1;
        if let Some((statement, used)) = self.statements.get_mut(sql) {
            *used = self.clock;
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        if self.statements.len() >= STATEMENTS {
            let oldest = self.statements.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(sql) = oldest.map(|(sql, _)| sql.clone()) {
                self.statements.remove(&sql);
            }
        }
        self.statements.insert(sql.to_owned(), (statement.clone(), self.clock));
        Ok(statement)
    }
}

fn with_params<R>(args: &[Value], run: impl FnOnce(&[&(dyn ToSql + Sync)]) -> R) -> R {
    let params: Vec<Param<'_>> = args.iter().map(Param).collect();
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as &(dyn ToSql + Sync)).collect();
    run(&params)
}

/// The database-wide name of a channel.
pub(super) fn qualified(schema: &str, channel: &str) -> Result<String, Error> {
    let name = format!("{schema}.{channel}");
    // The server cuts longer names off without a word.
    if name.len() < 64 {
        Ok(name)
    } else {
        Err(Error::Other(format!("the channel name {name} is longer than 63 bytes")))
    }
}

impl Error {
    fn is_read_only(&self) -> bool {
        matches!(self, Self::ReadOnly)
    }
}

/// Runs SQL on a connection of its own, blocking.
pub(crate) fn run_once(url: &str, sql: &str) -> Result<(), Error> {
    crate::on_own_thread(|| {
        let mut client = Server::new(url, Duration::ZERO)?.client()?;
        client.batch_execute(sql).map_err(|error| fault(&error).error)
    })
}
