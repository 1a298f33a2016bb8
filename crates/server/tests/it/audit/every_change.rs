//! Every operation that changes something is called here, in the life of one marketplace. Each call
//!
//! 1. is refused to somebody else, and leaves nothing;
//! 2. is made while the database refuses the end of the chain, after the entry was written: it fails, and leaves nothing;
//! 3. is made: it succeeds as if it were the first try, since it is, and leaves exactly its entries;
//! 4. is made again where that changes nothing, and leaves nothing.
//!
//! An operation of `openapi.json` that is neither in [`life`] nor in [`EXEMPT`] fails the first test: add its line.

use std::collections::{BTreeMap, BTreeSet};

use atom_marketplace_db::{Dialect, args};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_protocol::token::{CredentialKind, Secret, generate};
use atom_marketplace_server::app::Marketplace;
use atom_marketplace_server::http::openapi;
use atom_marketplace_testkit::peer::FakePeer;
use atom_marketplace_testkit::{Answer, Client, PASSWORD, TestDb, TestServer, each_db_async};
use reqwest::Method;
use serde_json::{Value, json};

/// Operations that are no GET and yet leave no entry, and why.
const EXEMPT: &[(&str, &str)] = &[
    ("test_login", "the test environment's data is nobody's, and its chains are its own"),
    ("test_reset", "it replaces the test environment with its chains"),
    ("check_verification", "what it changes is for the domain to say, and is recorded when it does"),
    ("report_usage", "it counts what instances did, which they say again every time"),
    ("mark_inbox_read", "what somebody has seen is no change of anything that others see"),
    ("federation_receive_event", "it says that there is something to pull, and what is pulled is recorded"),
    ("probe_peer", "it asks somebody else, and changes nothing"),
    ("verify_webhook", "it tells whether a signature is right, and changes nothing"),
    ("federation_subscribe", "it says where a hint goes that holds nothing, and ends with the key"),
    ("federation_unsubscribe", "as federation_subscribe"),
    ("federation_report_totals", "it counts what another instance did, which it says again every time"),
    ("test_set_rate_limit", "the test environment's limit is no data"),
];

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// A publisher's token.
    Acme,
    /// Another tenant's.
    Globex,
    /// The platform's admin key.
    Admin,
    /// The same, acting for a tenant.
    Host,
    /// Browsers of two of the publisher's owners.
    Ada,
    Bea,
    /// Nobody in particular: what the request holds is enough.
    Anyone,
}

use By::{Acme, Ada, Admin, Anyone, Bea, Globex, Host};

/// One call, with what it must leave.
struct Step {
    row: &'static str,
    by: By,
    /// `name=value` for each parameter of the path, then of the query, behind `?`.
    parameters: &'static str,
    body: Value,
    status: u16,
    /// Chain and action of each entry; a chain is a tenant's id, or `platform`.
    leaves: &'static [(&'static str, &'static str)],
    /// Whether doing it again changes nothing.
    once: bool,
    /// What of the answer is kept for later calls: its name there, and where it stands.
    keeps: &'static [(&'static str, &'static str)],
}

fn step(
    row: &'static str,
    by: By,
    parameters: &'static str,
    body: Value,
    status: u16,
    leaves: &'static [(&'static str, &'static str)],
) -> Step {
    Step { row, by, parameters, body, status, leaves, once: true, keeps: &[] }
}

impl Step {
    /// Doing it again does it again.
    fn each_time(mut self) -> Self {
        self.once = false;
        self
    }

    fn keeps(mut self, keeps: &'static [(&'static str, &'static str)]) -> Self {
        self.keeps = keeps;
        self
    }
}

/// A publish of a skill, to everyone or not.
fn skill(id: &str, public: bool, version: &str) -> Value {
    json!({
        "skill_id": id, "marketplace_type": if public { "public" } else { "private" }, "name": format!("The {id}"),
        "description": format!("Does things, as of {version}."), "version": version,
    })
}

const PUBLISH: &[(&str, &str)] = &[("acme", "component.publish")];

/// What happens. `$name` stands for what an earlier answer kept.
#[rustfmt::skip]
fn life() -> Vec<Step> {
    let (none, why) = (|| json!({}), || json!({ "reason": "Because." }));
    vec![
        // The platform makes and changes tenants.
        step("admin_create_tenant", Admin, "", json!({ "id": "initech", "name": "Initech", "plan": "free" }), 201, &[("initech", "tenant.create")]),
        step("admin_update_tenant", Admin, "tenant_id=initech", json!({ "plan": "team" }), 200, &[("initech", "tenant.update")]),
        step("admin_create_tenant_token", Admin, "tenant_id=initech", json!({ "name": "first" }), 201, &[("initech", "token.create")]).each_time(),
        step("update_tenant", Acme, "", json!({ "name": "Acme Inc" }), 200, &[("acme", "tenant.update")]),
        step("create_verification", Acme, "", json!({ "domain": "acme.example", "method": "dns" }), 201, &[("acme", "domain.claim")]),
        step("delete_verification", Acme, "domain=acme.example", none(), 204, &[("acme", "domain.remove")]),
        // Tokens and keys.
        step("create_token", Acme, "", json!({ "name": "ci" }), 201, &[("acme", "token.create")]).each_time().keeps(&[("token", "/id")]),
        step("rotate_token", Acme, "token_id=$token", none(), 200, &[("acme", "token.rotate")]).each_time().keeps(&[("secret", "/token")]),
        step("revoke_leaked_token", Anyone, "", json!({ "token": "$secret" }), 200, &[("acme", "token.revoke")]),
        step("create_token", Acme, "", json!({ "name": "cd" }), 201, &[("acme", "token.create")]).each_time().keeps(&[("token", "/id")]),
        step("delete_token", Acme, "token_id=$token", none(), 204, &[("acme", "token.revoke")]),
        step("create_federation_key", Acme, "", json!({ "name": "peer" }), 201, &[("acme", "federation_key.create")]).each_time().keeps(&[("key", "/id")]),
        step("delete_federation_key", Acme, "key_id=$key", none(), 204, &[("acme", "federation_key.revoke")]),
        // Peers.
        step("create_peer", Admin, "", json!({ "name": "north", "base_url": "$north", "key": "$northkey" }), 201, &[("platform", "peer.create")]).keeps(&[("peer", "/id")]),
        step("update_peer", Admin, "peer_id=$peer", json!({ "policy": "review" }), 200, &[("platform", "peer.update")]).each_time(),
        step("sync_peer", Admin, "peer_id=$peer", none(), 202, &[("platform", "peer.sync")]).each_time(),
        step("delete_peer", Admin, "peer_id=$peer", none(), 204, &[("platform", "peer.delete")]),
        // People.
        step("add_member", Acme, "", json!({ "email": "cid@acme.example", "role": "viewer" }), 201, &[("acme", "member.add")]).keeps(&[("cid", "/user_id")]),
        step("update_member", Acme, "user_id=$cid", json!({ "role": "member" }), 200, &[("acme", "member.update")]),
        step("create_invitation", Acme, "user_id=$cid", none(), 201, &[("acme", "member.invite")]).each_time().keeps(&[("link", "/url")]),
        step("confirm_password_reset", Anyone, "", json!({ "token": "$link", "password": PASSWORD }), 201, &[("platform", "account.password"), ("acme", "member.join"), ("acme", "session.create")]),
        step("remove_member", Acme, "user_id=$cid", none(), 204, &[("acme", "member.remove")]),
        step("sign_up", Anyone, "", json!({ "tenant_id": "hooli", "tenant_name": "Hooli", "email": "gavin@hooli.example", "password": PASSWORD, "name": "Gavin" }), 201, &[("hooli", "tenant.create"), ("hooli", "member.add"), ("hooli", "session.create")]),
        step("create_session", Anyone, "", json!({ "email": "ada@acme.example", "password": PASSWORD }), 201, &[("acme", "session.create")]).each_time().keeps(&[("session", "/id")]),
        step("update_session", Ada, "", json!({ "tenant_id": "globex" }), 200, &[("globex", "session.update")]),
        step("update_session", Ada, "", json!({ "tenant_id": "acme" }), 200, &[("acme", "session.update")]),
        step("end_session", Ada, "session_id=$session", none(), 204, &[("acme", "session.end")]),
        step("update_account", Ada, "", json!({ "name": "Ada Lovelace" }), 200, &[("acme", "account.update")]),
        step("delete_session", Bea, "", none(), 204, &[("acme", "session.end")]),
        step("request_password_reset", Anyone, "", json!({ "email": "ada@acme.example" }), 202, &[("platform", "account.reset_request")]).each_time(),
        // Webhooks.
        step("create_webhook", Acme, "", json!({ "url": "https://hooks.example.com/atom", "events": ["component.installed"] }), 201, &[("acme", "webhook.create")]).each_time().keeps(&[("webhook", "/id")]),
        step("update_webhook", Acme, "webhook_id=$webhook", json!({ "description": "Tells us." }), 200, &[("acme", "webhook.update")]).each_time(),
        step("rotate_webhook_secret", Acme, "webhook_id=$webhook", none(), 200, &[("acme", "webhook.rotate_secret")]).each_time(),
        step("test_webhook", Acme, "webhook_id=$webhook", json!({ "event": "component.installed" }), 202, &[("acme", "webhook.test")]).each_time().keeps(&[("delivery", "/id")]),
        step("redeliver_webhook_delivery", Acme, "webhook_id=$webhook&delivery_id=$delivery", none(), 202, &[("acme", "webhook.redeliver")]).each_time(),
        step("recover_webhook", Acme, "webhook_id=$webhook", json!({ "since": "2026-01-01T00:00:00Z" }), 202, &[("acme", "webhook.recover")]).each_time(),
        step("delete_webhook", Acme, "webhook_id=$webhook", none(), 204, &[("acme", "webhook.delete")]),
        // Publishing.
        step("publish_kind", Acme, "", skill("crm", true, "1.0.0"), 201, PUBLISH),
        step("claim_submission", Admin, "id=$submission", none(), 200, &[("acme", "submission.claim")]).each_time(),
        step("unclaim_submission", Admin, "id=$submission", none(), 204, &[("acme", "submission.unclaim")]),
        step("create_submission_message", Admin, "id=$submission", json!({ "text": "What does it do?" }), 201, &[("acme", "submission.message")]).each_time(),
        step("reply_to_submission", Acme, "id=$submission", json!({ "text": "Things." }), 201, &[("acme", "submission.message")]).each_time(),
        step("request_submission_changes", Admin, "id=$submission", why(), 200, &[("acme", "submission.request_changes")]),
        step("publish_kind", Acme, "", skill("crm", true, "1.0.1"), 201, PUBLISH),
        step("reject_submission", Admin, "id=$submission", why(), 200, &[("acme", "submission.reject")]),
        step("publish_kind", Acme, "", skill("crm", true, "1.0.2"), 201, PUBLISH),
        step("approve_submission", Admin, "id=$submission", none(), 200, &[("acme", "submission.approve")]),
        step("publish_kind", Acme, "", skill("inner", false, "1.0.0"), 201, PUBLISH),
        step("update_kind", Acme, "id=inner", json!({ "shared_with": ["globex"] }), 200, &[("acme", "component.share")]),
        step("update_kind", Acme, "id=crm", json!({ "deprecated": { "message": "Old." } }), 200, &[("acme", "component.deprecate")]),
        // Installing.
        step("install_kind", Globex, "id=crm", none(), 201, &[("globex", "installation.create")]).keeps(&[("installation", "/id")]),
        step("update_installation", Globex, "id=$installation", json!({ "install_config": { "settings": { "a": 1 } } }), 200, &[("globex", "installation.configure")]),
        step("rate_kind", Globex, "id=crm", json!({ "rating": 4, "review": "Good." }), 200, &[("globex", "rating.put")]).each_time(),
        step("reply_to_kind_review", Acme, "id=crm&review_id=$review", json!({ "text": "Thanks." }), 200, &[("acme", "review.reply")]),
        step("delete_kind_review_reply", Acme, "id=crm&review_id=$review", none(), 200, &[("acme", "review.delete_reply")]),
        step("flag_kind_review", Acme, "id=crm&review_id=$review", why(), 204, &[("acme", "review.flag")]).each_time(),
        step("hide_review", Admin, "review_id=$review", why(), 200, &[("platform", "review.hide")]).each_time(),
        step("show_review", Admin, "review_id=$review", why(), 200, &[("platform", "review.show")]).each_time(),
        step("delete_kind_rating", Globex, "id=crm", none(), 200, &[("globex", "rating.delete")]),
        step("yank_kind_version", Acme, "id=crm&version=1.0.2", why(), 200, &[("acme", "version.yank")]),
        step("unyank_kind_version", Acme, "id=crm&version=1.0.2", none(), 200, &[("acme", "version.unyank")]),
        step("uninstall_kind", Globex, "id=crm", none(), 204, &[("globex", "installation.delete")]),
        step("bulk_install_kinds", Globex, "", json!({ "ids": ["crm"] }), 200, &[("globex", "installation.create")]),
        step("uninstall_kind", Globex, "id=crm", none(), 204, &[("globex", "installation.delete")]),
        step("install_lock", Globex, "", json!("$lock"), 200, &[("globex", "installation.lock")]),
        // What becomes of it.
        step("rename_kind", Acme, "id=inner", json!({ "new_id": "inside" }), 200, &[("acme", "component.rename")]),
        step("transfer_kind", Acme, "id=inside", json!({ "to_tenant_id": "globex" }), 201, &[("acme", "transfer.offer")]).keeps(&[("transfer", "/id")]),
        step("cancel_transfer", Acme, "id=$transfer", none(), 204, &[("acme", "transfer.cancel")]),
        step("transfer_kind", Acme, "id=inside", json!({ "to_tenant_id": "globex" }), 201, &[("acme", "transfer.offer")]).keeps(&[("transfer", "/id")]),
        step("decline_transfer", Globex, "id=$transfer", none(), 200, &[("globex", "transfer.decline")]),
        step("transfer_kind", Acme, "id=inside", json!({ "to_tenant_id": "globex" }), 201, &[("acme", "transfer.offer")]).keeps(&[("transfer", "/id")]),
        step("accept_transfer", Globex, "id=$transfer", none(), 200, &[("acme", "component.transfer"), ("globex", "transfer.accept")]),
        step("report_kind", Globex, "id=crm", json!({ "reason": "spam" }), 202, &[("globex", "report.create")]).each_time(),
        step("quarantine_component", Admin, "kind=skill&tenant=acme&id=crm", why(), 200, &[("acme", "component.quarantine")]),
        step("release_component", Admin, "kind=skill&tenant=acme&id=crm", why(), 200, &[("acme", "component.release")]),
        step("resolve_report", Admin, "id=$report", json!({ "outcome": "dismissed", "reason": "Nothing to it." }), 200, &[("platform", "report.resolve")]),
        step("take_down_component", Admin, "kind=skill&tenant=acme&id=crm", json!({ "reason": "Malware." }), 200, &[("acme", "component.takedown")]),
        step("publish_kind", Acme, "", skill("gone", false, "1.0.0"), 201, PUBLISH),
        step("withdraw_kind", Acme, "id=gone", none(), 204, &[("acme", "component.withdraw")]),
        step("start_check_run", Admin, "", none(), 202, &[("platform", "check_run.start")]),
        // And the end of a tenant.
        step("delete_tenant", Host, "", json!({ "confirm": "initech" }), 200, &[("initech", "tenant.delete"), ("initech", "tenant.erase")]),
    ]
}

/// An operation of the document, with `kind` in place of `skill`.
struct Operation {
    method: Method,
    path: String,
}

/// Those that are no reads; of the four kinds the skills' stand for all.
fn operations() -> BTreeMap<String, Operation> {
    let document: Value = serde_json::from_str(&openapi::json()).expect("the document is JSON");
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("a path item") {
            let others = ["/agent-marketplace", "/canvas-marketplace", "/domain-marketplace"];
            if method == "get" || others.iter().any(|other| path.contains(other)) {
                continue;
            }
            let Some(id) = operation["operationId"].as_str() else { continue };
            let row: Vec<_> = id
                .split('_')
                .map(|word| match word {
                    "skill" => "kind",
                    "skills" => "kinds",
                    other => other,
                })
                .collect();
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            operations.insert(row.join("_"), Operation { method, path: path.clone() });
        }
    }
    operations
}

#[test]
fn every_change_has_its_row_and_every_row_its_operation() {
    let operations = operations();
    let called: BTreeSet<_> = life().iter().map(|step| step.row).collect();
    let exempt: BTreeSet<_> = EXEMPT.iter().map(|(row, _)| *row).collect();
    let known = |row: &str| called.contains(row) || exempt.contains(row);
    let missing: Vec<_> = operations.keys().filter(|row| !known(row)).collect();
    assert!(missing.is_empty(), "these operations need a line in life(): {missing:?}");
    let stale: Vec<_> = called.union(&exempt).filter(|row| !operations.contains_key(**row)).collect();
    assert!(stale.is_empty(), "these rows have no operation: {stale:?}");
    assert!(called.is_disjoint(&exempt), "called and exempt");
}

/// An entry of any chain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written {
    chain: String,
    number: i64,
    action: String,
    actor: String,
    request: Option<String>,
}

async fn written(m: &Marketplace) -> Vec<Written> {
    /// The tenant, the number, the action, the actor and the request.
    type Row = (Option<String>, i64, String, String, Option<String>);
    let rows: Vec<Row> =
        m.db.read(|c| {
            c.all(
                "SELECT t.slug, a.number, a.action, a.actor, a.request_id FROM audit_log a
                 LEFT JOIN tenant t ON t.id = a.chain ORDER BY a.at, a.chain, a.number",
                args![],
            )
        })
        .await
        .expect("entries");
    rows.into_iter()
        .map(|(chain, number, action, actor, request)| Written {
            chain: chain.unwrap_or_else(|| "platform".to_owned()),
            number,
            action,
            actor,
            request,
        })
        .collect()
}

/// What was written behind `before`.
async fn added(m: &Marketplace, before: &[Written]) -> Vec<Written> {
    written(m).await.into_iter().filter(|entry| !before.contains(entry)).collect()
}

/// Makes the database refuse every end of a chain while there is a row in `audit_refused`. The entry has been written by
/// then.
async fn install_fault(m: &Marketplace) {
    let sql = match m.db.dialect() {
        Dialect::Sqlite => {
            "CREATE TABLE audit_refused (id BIGINT);
             CREATE TRIGGER audit_refuse BEFORE UPDATE OF hash ON audit_chain
             WHEN EXISTS (SELECT 1 FROM audit_refused)
             BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        }
        Dialect::Postgres => {
            "CREATE TABLE audit_refused (id BIGINT);
             CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
                 IF EXISTS (SELECT 1 FROM audit_refused) THEN RAISE EXCEPTION 'refused by the test'; END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER audit_refuse BEFORE UPDATE OF hash ON audit_chain
             FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        }
    };
    m.db.write(move |c| c.batch(sql)).await.expect("a trigger");
}

async fn refuse(m: &Marketplace, refused: bool) {
    let sql = if refused { "INSERT INTO audit_refused VALUES (1)" } else { "DELETE FROM audit_refused" };
    m.db.write(move |c| c.execute(sql, args![])).await.expect("it takes effect");
}

struct World {
    server: TestServer,
    callers: BTreeMap<By, Client>,
    actors: BTreeMap<By, String>,
    kept: BTreeMap<&'static str, Value>,
    /// Listens while the world lasts.
    _north: FakePeer,
}

impl World {
    async fn open(db: &TestDb) -> Self {
        let server = TestServer::node(db.db.clone(), |parts| {
            parts.rates =
                atom_marketplace_server::app::Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 };
            let smtp = Secret::new("smtp://127.0.0.1:1".to_owned());
            let mailer = atom_marketplace_server::accounts::Mailer::new(&smtp, "Marketplace <noreply@example.com>");
            // Nothing is sent: the job that does it does not run here.
            parts.accounts.mail = Some(std::sync::Arc::new(mailer.expect("a mailer")));
            parts.accounts.sign_up = atom_marketplace_server::accounts::SignUpMode::Open;
            parts.outbound_allow = vec!["127.0.0.0/8".parse().expect("a network")];
        })
        .await;
        let mut callers = BTreeMap::from([
            (Admin, server.admin()),
            (Host, server.admin_for("initech")),
            (Anyone, server.anonymous()),
        ]);
        let mut actors = BTreeMap::from([(Admin, "admin".to_owned()), (Host, "admin".to_owned())]);
        for (by, slug) in [(Acme, "acme"), (Globex, "globex")] {
            let client = server.tenant(slug, Plan::Enterprise).await;
            let token = client.get("/api/tokens/current").await.expect(200);
            actors.insert(by, format!("token:{}", token["id"].as_str().expect("an id")));
            callers.insert(by, client);
        }
        for (by, email) in [(Ada, "ada@acme.example"), (Bea, "bea@acme.example")] {
            let client = server.person("acme", email, Role::Owner).await;
            let session = client.get("/api/session").await.expect(200);
            actors.insert(by, format!("member:{}", session["user"]["id"].as_str().expect("an id")));
            callers.insert(by, client);
        }
        let north = FakePeer::start(1).await;
        let key = generate(CredentialKind::FederationKey);
        let kept = BTreeMap::from([("north", json!(north.url)), ("northkey", json!(key.expose()))]);
        Self { server, callers, actors, kept, _north: north }
    }

    fn filled(&self, text: &str) -> String {
        self.kept.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${name}"), value.as_str().unwrap_or_default())
        })
    }

    /// The body with what was kept in the place of its name.
    fn body(&self, body: &Value) -> Value {
        match body {
            Value::String(text) => match text.strip_prefix('$').and_then(|name| self.kept.get(name)) {
                Some(value) => value.clone(),
                None => body.clone(),
            },
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), self.body(value))).collect(),
            Value::Array(items) => items.iter().map(|item| self.body(item)).collect(),
            _ => body.clone(),
        }
    }

    fn path(&self, operation: &Operation, parameters: &str) -> String {
        let (path, query) = parameters.split_once('?').unwrap_or((parameters, ""));
        let mut filled = operation.path.clone();
        for (name, value) in path.split('&').filter_map(|pair| pair.split_once('=')) {
            filled = filled.replace(&format!("{{{name}}}"), &self.filled(value));
        }
        assert!(!filled.contains('{'), "a parameter is missing: {filled}");
        if query.is_empty() { filled } else { format!("{filled}?{query}") }
    }

    /// What later calls name, and no answer to a change says.
    async fn look_around(&mut self) {
        let waiting = self.server.admin().get("/api/admin/submissions").await.expect(200);
        self.kept.insert("submission", waiting["items"][0]["id"].clone());
        let reports = self.server.admin().get("/api/admin/reports").await.expect(200);
        self.kept.insert("report", reports["items"][0]["id"].clone());
        let reviews = self.callers[&Globex].get("/api/skill-marketplace/skills/crm/reviews").await;
        if reviews.status == 200 {
            self.kept.insert("review", reviews.json()["items"][0]["id"].clone());
        }
        let lock = self.callers[&Globex].get("/api/installations/lock").await.expect(200);
        if lock["components"].as_array().is_some_and(|components| !components.is_empty()) {
            self.kept.insert("lock", lock);
        }
    }

    fn keep(&mut self, step: &Step, answer: &Value) {
        for (name, pointer) in step.keeps {
            let mut value = answer.pointer(pointer).unwrap_or_else(|| panic!("{}: {answer}", step.row)).clone();
            // Of a one-time link, what stands behind `token=`.
            if let Some((_, token)) = value.as_str().and_then(|url| url.split_once("token=")) {
                value = json!(token);
            }
            self.kept.insert(name, value);
        }
    }
}

async fn send(client: &Client, operation: &Operation, path: &str, body: &Value) -> Answer {
    let bare = operation.method == Method::DELETE && *body == json!({});
    let body = (!bare).then_some(body);
    client.send(operation.method.clone(), path, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_leaves_its_entry_and_nothing_else_does() {
    each_db_async(|db| async move {
        let mut world = World::open(&db).await;
        let m = world.server.marketplace.clone();
        let operations = operations();
        install_fault(&m).await;
        // Ada belongs to another tenant too, so that she can act for either.
        let body = json!({ "email": "ada@acme.example", "role": "viewer" });
        let added_there = world.callers[&Globex].post("/api/tenant/members", &body).await.expect(201);
        let invitation = format!("/api/tenant/members/{}/invitation", added_there["user_id"].as_str().unwrap());
        let link = world.callers[&Globex].post(&invitation, &json!({})).await.expect(201);
        let token = link["url"].as_str().unwrap().split_once("token=").unwrap().1;
        world
            .server
            .anonymous()
            .post("/api/password-reset/confirm", &json!({ "token": token, "password": PASSWORD }))
            .await
            .expect(201);

        let mut wrong = Vec::new();
        for step in life() {
            world.look_around().await;
            let operation = &operations[step.row];
            let (path, body) = (world.path(operation, step.parameters), world.body(&step.body));
            let client = world.callers[&step.by].clone();
            let mut check = |holds: bool, why: String| {
                if !holds {
                    wrong.push(format!("{} of {path}: {why}", step.row));
                }
            };

            let before = written(&m).await;
            let refused = if step.by == Anyone {
                send(&client, operation, &path, &json!({ "nonsense": true })).await
            } else {
                send(&world.server.anonymous(), operation, &path, &body).await
            };
            check((400..500).contains(&refused.status), format!("to be refused, and was answered {}", refused.status));
            let entries = added(&m, &before).await;
            check(entries.is_empty(), format!("a refused call left {entries:?}"));

            refuse(&m, true).await;
            let failed = send(&client, operation, &path, &body).await;
            refuse(&m, false).await;
            // A bulk install tells of each one's failure within its answer.
            check(
                failed.status == 500 || step.row == "bulk_install_kinds",
                format!("to fail, and was answered {}", failed.status),
            );
            let entries = added(&m, &before).await;
            check(entries.is_empty(), format!("without its change, {entries:?}"));

            let answer = send(&client, operation, &path, &body).await;
            let text = String::from_utf8_lossy(&answer.bytes);
            assert_eq!(answer.status, step.status, "{} of {path}: {text} after {wrong:#?}", step.row);
            let entries = added(&m, &before).await;
            let mut found: Vec<_> = entries.iter().map(|entry| (entry.chain.as_str(), entry.action.as_str())).collect();
            let mut expected = step.leaves.to_vec();
            found.sort_unstable();
            expected.sort_unstable();
            check(found == expected, format!("left {found:?}, not {expected:?}"));
            // What the marketplace does by itself, as a consequence, is nobody's and of no request.
            for entry in entries.iter().filter(|entry| !entry.actor.starts_with("policy:")) {
                check(
                    entry.request.as_deref() == answer.header("x-request-id"),
                    format!("another request in {entry:?}"),
                );
                let own = world.actors.get(&step.by).is_some_and(|actor| *actor == entry.actor);
                let stranger = entry.actor == "anonymous" || entry.actor.starts_with("member:usr_");
                check(if step.by == Anyone { stranger } else { own }, format!("another actor in {entry:?}"));
            }
            world.keep(&step, &answer.json());

            if step.once {
                let before = written(&m).await;
                let again = send(&client, operation, &path, &body).await;
                check(again.status < 500, format!("done again, it was answered {}", again.status));
                let entries = added(&m, &before).await;
                check(entries.is_empty(), format!("done again, which changes nothing, it left {entries:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    })
    .await;
}
