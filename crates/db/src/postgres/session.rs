//! One connection: how it is made and set up, and the statements it keeps prepared.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use tokio_postgres::{
    Config, Statement,
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    client::{Client, Pair, attempt},
    pool::Access,
    tls,
    types::Param,
    url::Settings,
};
use crate::{
    Error, FromRow, Row, Value, args,
    error::{Fault, FaultKind},
    job::Isolation,
    row::Source,
};

/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;

/// The longest pause between attempts to reach a lost server. Calls in between are refused at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// What the network may take beside a statement.
const MARGIN: Duration = Duration::from_secs(2);

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
        let mut session = Session::new(self.client(self.limit())?, Access::Migrate);
        let version: i64 = session.one("SELECT CAST(current_setting('server_version_num') AS INTEGER)", args![])?;
        if version < 150_000 {
            return Err(Error::Other(format!("PostgreSQL 15 or newer is needed; the server is {}", version / 10_000)));
        }
        let Some(schema) = &self.schema else {
            return Ok(());
        };
        // Asked first, because CREATE SCHEMA needs a right that a careful administrator does not give.
        let there: i64 = session.one("SELECT count(*) FROM pg_namespace WHERE nspname = $1", args![schema])?;
        if there == 1 {
            return Ok(());
        }
        match session.batch(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")) {
            // Two nodes may create it at once: the one that loses finds it there.
            Ok(()) | Err(Fault { error: Error::Unique { .. }, .. }) => Ok(()),
            Err(fault) => Err(fault.error),
        }
    }

    /// A new session, or at once the reason there was none a moment ago.
    pub(crate) fn connect(&self, access: Access) -> Result<Session, Error> {
        self.enter()?;
        let limit = if access == Access::Migrate { Duration::MAX } else { self.limit() };
        let connected = self.client(limit).and_then(|client| self.set_up(client, access));
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
            *until = now + attempt(&self.config);
        }
        Ok(())
    }

    /// How long one exchange may take: a statement's time and some for the network.
    fn limit(&self) -> Duration {
        if self.statement_timeout.is_zero() { Duration::MAX } else { self.statement_timeout.saturating_add(MARGIN) }
    }

    fn client(&self, limit: Duration) -> Result<Client, Error> {
        Client::connect(&self.config, &self.tls, limit)
    }

    fn set_up(&self, client: Client, access: Access) -> Result<Session, Error> {
        let mut session = Session::new(client, access);
        let timeout = match access {
            Access::Migrate => Duration::ZERO,
            Access::Read | Access::Write => self.statement_timeout,
        };
        let mut settings = format!(
            "SET client_min_messages = warning; SET client_encoding = 'UTF8'; SET TIME ZONE 'UTC'; \
             SET idle_in_transaction_session_timeout = 60000; SET statement_timeout = {};",
            timeout.as_millis()
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
        session.batch(&settings).map_err(|fault| fault.error)?;
        let schema: Option<String> = session.one("SELECT current_schema()", args![])?;
        session.schema =
            schema.ok_or_else(|| Error::other("the search path of this PostgreSQL user names no existing schema"))?;
        Ok(session)
    }
}

/// A connection, set up.
pub(crate) struct Session {
    client: Client,
    /// The schema new tables go to; channels are per database, so their names carry it.
    schema: String,
    access: Access,
    broken: bool,
    statements: HashMap<String, (Statement, u64)>,
    /// Counts uses, to find the statement unused for longest.
    clock: u64,
    /// Frees the lock that the open transaction was begun under.
    unlock: &'static str,
}

/// In what company a transaction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// Beside any others; conflicts are found at the end.
    Others,
    /// While no other writes this schema: it cannot conflict.
    None,
}

// One lock a schema; 0x41_54_4f_4e is "ATON", beside the migrations' "ATOM".
const LOCK_SHARED: &str = "SELECT pg_advisory_lock_shared(1096044366, hashtext(current_schema()))";
const UNLOCK_SHARED: &str = "SELECT pg_advisory_unlock_shared(1096044366, hashtext(current_schema()))";
const LOCK: &str = "SELECT pg_advisory_lock(1096044366, hashtext(current_schema()))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(1096044366, hashtext(current_schema()))";

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Session {
    fn new(client: Client, access: Access) -> Self {
        Self {
            client,
            schema: String::new(),
            access,
            broken: false,
            statements: HashMap::new(),
            clock: 0,
            unlock: UNLOCK_SHARED,
        }
    }

    /// Whether the session is of no more use.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken || self.client.is_broken()
    }

    /// Opens a transaction: beside others, or alone, when others have been in its way too often. Its snapshot is taken
    /// after the wait, which is why the lock is the session's and not the transaction's.
    pub(crate) fn begin(&mut self, company: Company, isolation: Isolation) -> Result<(), Fault> {
        let (lock, unlock) = match company {
            Company::Others => (LOCK_SHARED, UNLOCK_SHARED),
            Company::None => (LOCK, UNLOCK),
        };
        self.unlock = unlock;
        let begin = match isolation {
            Isolation::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            Isolation::ReadCommitted => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        let (locked, begun) = self.two_batches(lock, begin)?;
        if let Err(fault) = locked {
            // The transaction is open and holds no lock: let the server end both.
            self.broken = true;
            return Err(fault);
        }
        begun
    }

    /// Ends the open transaction and keeps what it did.
    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        let (committed, unlocked) = self.two_batches("COMMIT", self.unlock)?;
        self.broken |= unlocked.is_err();
        committed
    }

    /// Ends the open transaction without keeping anything.
    pub(crate) fn roll_back(&mut self) {
        // A session that cannot even do this is thrown away; the server then ends the transaction and frees its lock.
        self.broken |= !matches!(self.two_batches("ROLLBACK", self.unlock), Ok((Ok(()), Ok(()))));
    }

    fn two_batches(&mut self, first: &str, second: &str) -> Result<Pair, Fault> {
        let (first, second) = self.client.two_batches(first, second).map_err(|fault| self.seen(fault))?;
        Ok((first.map_err(|fault| self.seen(fault)), second.map_err(|fault| self.seen(fault))))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        self.client.batch(sql).map_err(|fault| self.seen(fault))
    }

    /// The one row of a query that always has one.
    fn one<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<T, Error> {
        let mut rows = self.query(sql, args, 1).map_err(|fault| fault.error)?;
        rows.pop().ok_or(Error::NotFound)
    }

    pub(crate) fn query<T: FromRow>(&mut self, sql: &str, args: &[Value], limit: usize) -> Result<Vec<T>, Fault> {
        let statement = self.statement(sql)?;
        let rows =
            with_params(args, |params| self.client.query(&statement, params)).map_err(|fault| self.seen(fault))?;
        rows.iter().take(limit).map(|row| T::from_row(&Row::new(Source::Postgres(row))).map_err(Fault::from)).collect()
    }

    /// As `query`, planned anew for these arguments.
    pub(crate) fn query_planned<T: FromRow>(&mut self, sql: &str, args: &[Value]) -> Result<Vec<T>, Fault> {
        let params: Vec<Param<'_>> = args.iter().map(Param).collect();
        let params: Vec<(&(dyn ToSql + Sync), Type)> =
            params.iter().map(|param| (param as &(dyn ToSql + Sync), param.own_type())).collect();
        let rows = self.client.query_typed(sql, &params).map_err(|fault| self.seen(fault))?;
        rows.iter().map(|row| T::from_row(&Row::new(Source::Postgres(row))).map_err(Fault::from)).collect()
    }

    pub(crate) fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, Fault> {
        let statement = self.statement(sql)?;
        with_params(args, |params| self.client.execute(&statement, params)).map_err(|fault| self.seen(fault))
    }

    pub(crate) fn notify(&mut self, channel: &str, payload: &str) -> Result<(), Fault> {
        let channel = qualified(&self.schema, channel)?;
        self.query::<Option<String>>("SELECT pg_notify($1, $2)", args![channel, payload], 1).map(drop)
    }

    /// Waits until no other session migrates this schema; until this session ends none can.
    pub(crate) fn lock_migrations(&mut self) -> Result<(), Error> {
        const ATOM: i64 = 0x41_54_4f_4d;
        self.execute("SELECT pg_advisory_lock(CAST($1 AS INTEGER), hashtext(current_schema()))", args![ATOM])
            .map(drop)
            .map_err(|fault| fault.error)
    }

    /// Holds a name until this session ends.
    pub(super) fn hold(&mut self, name: i32) -> Result<(), Error> {
        let held: bool = self.one(
            "SELECT pg_try_advisory_lock(hashtext(current_schema()), CAST($1 AS INTEGER))",
            args![i64::from(name)],
        )?;
        if held { Ok(()) } else { Err(Error::unavailable("another session holds this name")) }
    }

    /// Whether some session holds a name.
    pub(crate) fn is_held(&mut self, name: i32) -> Result<bool, Fault> {
        let held: Vec<i64> = self.query(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND classid = CAST(CAST(hashtext(current_schema()) AS BIGINT) & 4294967295 AS OID)
               AND objid = CAST(CAST($1 AS BIGINT) AS OID)",
            args![i64::from(name)],
            1,
        )?;
        Ok(!held.is_empty())
    }

    /// Subscribes to a channel.
    pub(super) fn listen(&mut self, channel: &str) -> Result<(), Error> {
        let channel = qualified(&self.schema, channel)?.replace('"', "\"\"");
        self.batch(&format!("LISTEN \"{channel}\"")).map_err(|fault| fault.error)
    }

    /// The next notification within `tick`.
    pub(super) fn notification(&mut self, tick: Duration) -> Option<String> {
        self.client.notification(tick)
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, Fault> {
        self.clock += 1;
        if let Some((statement, used)) = self.statements.get_mut(sql) {
            *used = self.clock;
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|fault| self.seen(fault))?;
        if self.statements.len() >= STATEMENTS {
            let oldest = self.statements.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(sql) = oldest.map(|(sql, _)| sql.clone()) {
                self.statements.remove(&sql);
            }
        }
        self.statements.insert(sql.to_owned(), (statement.clone(), self.clock));
        Ok(statement)
    }

    /// What a fault means for this session.
    fn seen(&mut self, fault: Fault) -> Fault {
        match fault {
            Fault { kind: FaultKind::Stale, .. } => {
                self.statements.clear();
                fault
            }
            // The server became a standby: connecting again finds the new primary, if the URL names it.
            Fault { error: Error::ReadOnly, .. } if self.access != Access::Read => {
                super::lost("the server takes no writes".to_owned())
            }
            fault => fault,
        }
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

/// Runs SQL on a connection of its own, blocking.
pub(crate) fn run_once(url: &str, sql: &str) -> Result<(), Error> {
    crate::on_own_thread(|| {
        let server = Server::new(url, Duration::from_secs(30))?;
        server.client(server.limit())?.batch(sql).map_err(|fault| fault.error)
    })
}
