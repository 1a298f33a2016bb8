//! A server in this process, on its own database and a free port of loopback.

use std::net::SocketAddr;
use std::time::Duration;

use atom_marketplace_db::testing::TestDb;
use atom_marketplace_db::{Db, args};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Role, ScopeSet};
use atom_marketplace_protocol::token::{self, CredentialKind};
use atom_marketplace_server::app::{MIGRATIONS, Marketplace, Numbers, Parts, Rates};
use atom_marketplace_server::audit::Actor;
use atom_marketplace_server::catalog::policy::AutoApprove;
use atom_marketplace_server::clock::Clock;
use atom_marketplace_server::jobs::Jobs;
use atom_marketplace_server::outbound::Roots;
use atom_marketplace_server::sandbox::Sandbox;
use atom_marketplace_server::seal::Sealer;
use atom_marketplace_server::verification::FILE;
use atom_marketplace_server::{accounts, http, tenants, tokens};

use serde_json::json;
use tokio::task::JoinSet;

use crate::{Answer, Client};

/// The admin key of every test server.
pub const ADMIN_KEY: &str = "test-admin-key-0123456789-0123456789";

/// The password of every person that [`TestServer::person`] invites.
pub const PASSWORD: &str = "a long and unusual one";

/// What every test server seals with.
const SECRET_KEY: [u8; 32] = [42; 32];

/// A running marketplace. It stops when it is dropped.
pub struct TestServer {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// The marketplace behind it: its clock can be moved.
    pub marketplace: Marketplace,
    /// Its test environment, if it has one.
    pub sandbox: Option<Sandbox>,
    task: tokio::task::JoinHandle<()>,
    jobs: Vec<Jobs>,
    /// Ends with the server, and its database after it.
    _sandbox_rest: Option<(JoinSet<()>, TestDb)>,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TestServer {
    /// Starts one on `db` with quotas that no test reaches by accident.
    pub async fn start(db: &TestDb) -> Self {
        Self::start_with(db, Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 }).await
    }

    /// The same with a test environment under `/api/test`, on a database of the same kind.
    pub async fn start_with_sandbox(db: &TestDb) -> Self {
        let beside = db.beside();
        let rates = Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 };
        Self::launch(db.db.clone(), |parts| parts.rates = rates, Some(beside)).await
    }

    /// The same with a test environment that runs its jobs and delivers webhooks, to loopback too.
    pub async fn start_with_sandbox_and_jobs(db: &TestDb) -> Self {
        let settings = |parts: &mut Parts| parts.outbound_allow = vec!["127.0.0.0/8".parse().expect("a network")];
        let mut server = Self::launch(db.db.clone(), settings, Some(db.beside())).await;
        let sandbox = server.sandbox.as_ref().expect("it was asked for");
        server.jobs.push(Jobs::start(sandbox.marketplace()));
        server
    }

    /// Starts one on `db` with these quotas.
    pub async fn start_with(db: &TestDb, rates: Rates) -> Self {
        Self::node(db.db.clone(), |parts| parts.rates = rates).await
    }

    /// Starts one on an open database, such as another node has, with settings of its own.
    pub async fn node(db: Db, settings: impl FnOnce(&mut Parts)) -> Self {
        Self::launch(db, settings, None).await
    }

    async fn launch(db: Db, settings: impl FnOnce(&mut Parts), beside: Option<TestDb>) -> Self {
        migrate(db.clone()).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let mut parts = Parts {
            db,
            clock: Clock::default(),
            sealer: Sealer::new(&SECRET_KEY),
            admin_key: ADMIN_KEY.to_owned(),
            public_url: url.clone(),
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            webhook_retry: [50, 100, 200, 400, 800].map(Duration::from_millis).to_vec(),
            event_retention: Duration::from_hours(90 * 24),
            outbound_allow: Vec::new(),
            outbound_ca: Roots::default(),
            dns_server: None,
            verification_file: FILE.to_owned(),
            rates: Rates::default(),
            answer_cache_bytes: 16 << 20,
            literal_tokens: Vec::new(),
            checks: std::sync::Arc::default(),
            auto_approve: AutoApprove::Off,
            accounts: accounts::Options::default(),
            numbers: Numbers::default(),
        };
        settings(&mut parts);
        let marketplace = Marketplace::open(parts);
        let (mut app, mut sandbox, mut rest) = (http::app(marketplace.clone()), None, None);
        if let Some(beside) = beside {
            migrate(beside.db.clone()).await;
            let opened = Sandbox::open(beside.db.clone(), &marketplace, &SECRET_KEY);
            app = http::app_with_sandbox(marketplace.clone(), &opened);
            rest = Some((opened.start(), beside));
            sandbox = Some(opened);
        }
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves until aborted") });
        Self { url, marketplace, sandbox, task, jobs: Vec::new(), _sandbox_rest: rest }
    }

    /// Starts one on `db` that runs its jobs and delivers webhooks, to loopback too.
    pub async fn start_with_jobs(db: &TestDb) -> Self {
        Self::node_with_jobs(db.db.clone(), |_| {}).await
    }

    /// The same on an open database, with settings of its own.
    pub async fn node_with_jobs(db: Db, settings: impl FnOnce(&mut Parts)) -> Self {
        let mut server = Self::node(db, |parts| {
            parts.rates = Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 };
            parts.outbound_allow = vec!["127.0.0.0/8".parse().expect("a network")];
            settings(parts);
        })
        .await;
        server.jobs.push(Jobs::start(&server.marketplace));
        server
    }

    /// Stops the jobs as a server does that is told to. A server that is dropped is killed.
    pub async fn stop_jobs(&mut self) {
        for jobs in self.jobs.drain(..) {
            jobs.stop().await;
        }
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url, Vec::new())
    }

    /// A client with this token, real or of the test environment.
    pub fn tester(&self, token: &str) -> Client {
        Client::new(&self.url, vec![("authorization".to_owned(), format!("Bearer {token}"))])
    }

    /// The platform's admin.
    pub fn admin(&self) -> Client {
        Client::new(&self.url, vec![("x-admin-key".to_owned(), ADMIN_KEY.to_owned())])
    }

    /// The platform's admin, acting for a tenant.
    pub fn admin_for(&self, tenant: &str) -> Client {
        self.admin().with("x-tenant-id", tenant)
    }

    /// Makes a tenant, and a client with a token of it that holds every tenant scope.
    pub async fn tenant(&self, slug: &str, plan: Plan) -> Client {
        let (name, now) = (slug.to_owned(), self.marketplace.now());
        self.marketplace.db.write(move |c| tenants::create(c, &name, &name, plan, now)).await.expect("a new tenant");
        self.token(slug, ScopeSet::ALL_TENANT).await
    }

    /// A client with a new token of an existing tenant, made by the platform.
    pub async fn token(&self, slug: &str, scopes: ScopeSet) -> Client {
        self.make_token(slug, None, scopes).await
    }

    /// A client with a new token that the member `user` (`usr_…`) made.
    pub async fn token_of(&self, slug: &str, user: &str, scopes: ScopeSet) -> Client {
        self.make_token(slug, Some(user.to_owned()), scopes).await
    }

    /// Invites a person into an existing tenant, takes the invitation up, and is their browser, signed in: it sends the cookie
    /// and the proof against forgery.
    pub async fn person(&self, slug: &str, email: &str, role: Role) -> Client {
        let admin = self.admin_for(slug);
        let added = admin.post("/api/tenant/members", &json!({ "email": email, "role": role })).await.expect(201);
        let path = format!("/api/tenant/members/{}/invitation", added["user_id"].as_str().expect("an id"));
        let link = admin.post(&path, &json!({})).await.expect(201);
        let token =
            link["url"].as_str().and_then(|url| url.split_once("token=")).expect("a link with a token").1.to_owned();
        let confirm = json!({ "token": token, "password": PASSWORD });
        self.browser(&self.anonymous().post("/api/password-reset/confirm", &confirm).await)
    }

    /// The browser that was given this answer to signing in.
    pub fn browser(&self, signed: &Answer) -> Client {
        let session = signed.expect(201);
        let cookie = signed.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie");
        let csrf = session["csrf_token"].as_str().expect("a token");
        self.anonymous().with("cookie", cookie).with("x-csrf-token", csrf)
    }

    async fn make_token(&self, slug: &str, user: Option<String>, scopes: ScopeSet) -> Client {
        let secret = token::generate(CredentialKind::ApiToken);
        let presented = secret.expose().to_owned();
        let (slug, now) = (slug.to_owned(), self.marketplace.now());
        self.marketplace
            .db
            .write(move |c| {
                let tenant = tenants::get(c, &slug)?.ok_or(atom_marketplace_db::Error::NotFound)?;
                let account = match &user {
                    Some(user) => Some(c.one("SELECT id FROM account WHERE uid = $1", args![user])?),
                    None => None,
                };
                let new = tokens::NewToken {
                    tenant: tenant.id,
                    account,
                    name: "test".to_owned(),
                    scopes,
                    patterns: None,
                    expires_at: None,
                };
                tokens::create(c, &Actor::operator(), &new, &secret, now)
            })
            .await
            .expect("a new token");
        Client::new(&self.url, vec![("authorization".to_owned(), format!("Bearer {presented}"))])
    }
}

async fn migrate(db: Db) {
    let migrated = tokio::task::spawn_blocking(move || db.migrate(MIGRATIONS)).await;
    migrated.expect("no panic").expect("migrations apply");
}
