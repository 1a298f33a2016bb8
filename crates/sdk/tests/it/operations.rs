//! Every operation of `openapi.json` has a method, and that method asks for exactly this operation.

use std::collections::{BTreeMap, BTreeSet};

use atom_marketplace_sdk::types::{
    AccountUpdate, ApiTokenCreate, BulkInstallRequest, ComponentPatch, Decision, DomainClaim, EventType,
    FederationKeyCreate, FederationTotals, InstallationUpdate, Lock, MemberAdd, PasswordResetConfirm, PeerCreate,
    PeerUpdate, Plan, ReportOutcome, ReportReason, ReportRequest, ReportResolution, Role, SessionCreate, SessionUpdate,
    SignUp, TenantAdminUpdate, TenantCreate, TenantUpdate, TestLogin, TestRateLimit, TransferDirection,
    TransferRequest, UsageReportRequest, VerificationMethod, WebhookCreate, WebhookSecretRotate, WebhookUpdate,
    WebhookVerify,
};
use atom_marketplace_sdk::{Call, Client, Kind, Listing};
use serde_json::{Value, json};

/// What a method asks and what it reads: `GET /usage: Usage`.
trait Asks {
    fn asks(&self) -> String;
}

impl<T> Asks for Call<T> {
    fn asks(&self) -> String {
        let (method, path) = (self.method().expect("it can be sent"), self.path().expect("it can be sent"));
        format!("{method} {path}: {}", last(std::any::type_name::<T>()))
    }
}

impl<T, F> Asks for Listing<T, F> {
    fn asks(&self) -> String {
        format!("GET {}: Page_{}", self.path().expect("it can be sent"), last(std::any::type_name::<T>()))
    }
}

/// A type's own name, as the description has it.
fn last(name: &str) -> String {
    match name.split_once('<') {
        Some((_, item)) => format!("[{}]", last(item.trim_end_matches('>'))),
        None => name.rsplit("::").next().expect("one").to_owned(),
    }
}

/// The schema of an operation's good answer.
fn answer(operation: &Value) -> String {
    let responses = operation["responses"].as_object().expect("responses");
    // Where there are both, 200 is for a dry run too.
    let schema = ["201", "200", "202"].iter().find_map(|status| {
        let schema = &responses.get(*status)?["content"]["application/json"]["schema"];
        (!schema.is_null()).then_some(schema)
    });
    let name = |schema: &Value| schema["$ref"].as_str().map(last_of_path);
    match schema {
        // What is no JSON is handed over as it is.
        None if responses.get("200").is_some_and(|good| good["content"].is_object()) => "Bytes".to_owned(),
        None => "()".to_owned(),
        Some(schema) => name(schema).unwrap_or_else(|| format!("[{}]", name(&schema["items"]).expect("a list"))),
    }
}

fn last_of_path(path: &str) -> String {
    path.rsplit('/').next().expect("one").to_owned()
}

/// One method for each operation. In a path parameter's place stands the parameter's own name.
fn methods(client: &Client) -> BTreeMap<String, String> {
    let mut methods = BTreeMap::new();
    let mut method = |operation: &str, call: &dyn Asks| {
        assert!(methods.insert(operation.to_owned(), call.asks()).is_none(), "{operation} is there twice");
    };
    for &kind in Kind::ALL {
        let (one, many) = (kind.as_str(), kind.plural());
        let c = client.kind(kind);
        method(&format!("list_{many}"), &c.list());
        method(&format!("search_{many}"), &c.search("x"));
        method(&format!("list_{one}_categories"), &c.categories());
        method(&format!("publish_{one}"), &c.publish(&json!({})));
        method(&format!("get_{one}"), &c.get("id"));
        method(&format!("update_{one}"), &c.update("id", &ComponentPatch::default()));
        method(&format!("withdraw_{one}"), &c.withdraw("id"));
        let offer = TransferRequest { to_tenant_id: "globex".to_owned(), message: None };
        let complaint = ReportRequest { reason: ReportReason::Spam, details: None };
        method(&format!("rename_{one}"), &c.rename("id", "new_id"));
        method(&format!("transfer_{one}"), &c.transfer("id", &offer));
        method(&format!("report_{one}"), &c.report("id", &complaint));
        method(&format!("list_{one}_versions"), &c.versions("id"));
        method(&format!("get_{one}_version"), &c.version("id", "version"));
        method(&format!("yank_{one}_version"), &c.yank("id", "version", None));
        method(&format!("unyank_{one}_version"), &c.unyank("id", "version"));
        method(&format!("get_{one}_bundle"), &c.bundle("id"));
        method(&format!("list_{one}_dependents"), &c.dependents("id"));
        method(&format!("install_{one}"), &c.install("id").call());
        method(&format!("uninstall_{one}"), &c.uninstall("id"));
        method(&format!("bulk_install_{many}"), &c.bulk_install(&BulkInstallRequest::default()));
        method(&format!("rate_{one}"), &c.rate("id", 5, None));
        method(&format!("delete_{one}_rating"), &c.delete_rating("id"));
        method(&format!("list_{one}_reviews"), &c.reviews("id"));
        method(&format!("get_{one}_stats"), &c.stats("id"));
        method(&format!("get_{one}_rating"), &c.rating("id"));
        method(&format!("reply_to_{one}_review"), &c.reply("id", "review_id", "text"));
        method(&format!("delete_{one}_review_reply"), &c.delete_reply("id", "review_id"));
        method(&format!("flag_{one}_review"), &c.flag("id", "review_id", "why"));
        method(&format!("federation_list_{many}"), &client.federation().list(kind));
        method(&format!("federation_get_{one}"), &client.federation().get(kind, "id"));
        method(&format!("federation_get_{one}_bundle"), &client.federation().bundle(kind, "id"));
    }
    method("search_components", &client.search("x"));
    method("get_usage", &client.usage());
    method("report_usage", &client.report_usage(&UsageReportRequest::default()));
    method("get_publisher_stats", &client.publisher_stats());

    let installations = client.installations();
    method("list_installations", &installations.list());
    method("get_installation", &installations.get("id"));
    method("update_installation", &installations.update("id", &InstallationUpdate::default()));
    method("get_installation_bundle", &installations.bundle("id"));
    method("get_installations_lock", &installations.lock());
    method("install_lock", &installations.install_lock(&Lock { lock_version: 1, components: Vec::new() }));

    let verification = client.tenant().verification();
    let claim = DomainClaim { domain: "acme.example".to_owned(), method: VerificationMethod::Dns };
    method("get_verification", &verification.get());
    method("create_verification", &verification.create(&claim));
    method("check_verification", &verification.check("domain"));
    method("delete_verification", &verification.delete("domain"));
    method("get_publisher", &client.publisher("tenant"));

    let transfers = client.transfers();
    method("list_transfers", &transfers.list(TransferDirection::In));
    method("get_transfer", &transfers.get("id"));
    method("accept_transfer", &transfers.accept("id"));
    method("decline_transfer", &transfers.decline("id"));
    method("cancel_transfer", &transfers.cancel("id"));

    let tokens = client.tokens();
    method("list_tokens", &tokens.list());
    method("create_token", &tokens.create(&ApiTokenCreate::default()));
    method("get_current_token", &tokens.current());
    method("rotate_token", &tokens.rotate("token_id"));
    method("revoke_leaked_token", &tokens.revoke_leaked("x"));
    method("delete_token", &tokens.delete("token_id"));

    let tenant = client.tenant();
    let member = MemberAdd { email: "ada@acme.example".to_owned(), name: None, role: Role::Viewer };
    method("get_tenant", &tenant.get());
    method("update_tenant", &tenant.update(&TenantUpdate::default()));
    method("list_audit_log", &tenant.audit_log().list());
    method("export_audit_log", &tenant.audit_log().export());
    method("verify_audit_log", &tenant.audit_log().verify());
    method("export_tenant", &tenant.export());
    method("delete_tenant", &tenant.delete("x"));
    method("get_inbox", &tenant.inbox());
    method("mark_inbox_read", &tenant.mark_inbox_read("x"));
    method("list_members", &tenant.members().list());
    method("add_member", &tenant.members().add(&member));
    method("update_member", &tenant.members().update("user_id", Role::Viewer));
    method("remove_member", &tenant.members().remove("user_id"));

    let webhooks = client.webhooks();
    let verify = WebhookVerify { webhook_id: String::new(), payload: String::new(), signature: String::new() };
    method("list_webhooks", &webhooks.list());
    method("create_webhook", &webhooks.create(&WebhookCreate::default()));
    method("get_webhook", &webhooks.get("webhook_id"));
    method("update_webhook", &webhooks.update("webhook_id", &WebhookUpdate::default()));
    method("delete_webhook", &webhooks.delete("webhook_id"));
    method("test_webhook", &webhooks.test("webhook_id", EventType::ComponentRated));
    method("rotate_webhook_secret", &webhooks.rotate_secret("webhook_id", &WebhookSecretRotate::default()));
    method("recover_webhook", &webhooks.recover("webhook_id", "2026-11-24T00:00:00Z"));
    method("verify_webhook", &webhooks.verify(&verify));
    method("list_webhook_deliveries", &webhooks.deliveries("webhook_id"));
    method("get_webhook_delivery", &webhooks.get_delivery("webhook_id", "delivery_id"));
    method("redeliver_webhook_delivery", &webhooks.redeliver("webhook_id", "delivery_id"));
    method("list_events", &client.events().list(None));
    method("stream_events", &client.events().stream(None).call());
    method("create_invitation", &tenant.members().invite("user_id"));

    let account = client.account();
    let sign_in = SessionCreate { email: String::new(), password: "x".into() };
    let sign_up = SignUp {
        tenant_id: None,
        tenant_name: String::new(),
        email: String::new(),
        password: "x".into(),
        name: String::new(),
        invitation: None,
    };
    let confirm = PasswordResetConfirm { token: "x".into(), password: "x".into(), name: None };
    method("create_session", &account.sign_in(&sign_in));
    method("sign_up", &account.sign_up(&sign_up));
    method("get_session", &account.session());
    method("update_session", &account.update_session(&SessionUpdate { tenant_id: "acme".to_owned() }));
    method("delete_session", &account.sign_out());
    method("list_sessions", &account.sessions());
    method("end_session", &account.end_session("session_id"));
    method("update_account", &account.update(&AccountUpdate::default()));
    method("request_password_reset", &account.request_password_reset("x"));
    method("confirm_password_reset", &account.confirm_password_reset(&confirm));

    let federation = client.federation();
    method("federation_changes", &federation.changes(None));
    method("federation_subscribe", &federation.subscribe("url"));
    method("federation_unsubscribe", &federation.unsubscribe());
    method("federation_receive_event", &federation.receive_event(&json!({})));
    method("federation_report_totals", &federation.report_totals(&FederationTotals::default()));

    let keys = client.federation_keys();
    method("list_federation_keys", &keys.list());
    method("create_federation_key", &keys.create(&FederationKeyCreate::default()));
    method("delete_federation_key", &keys.delete("key_id"));

    let peers = client.peers();
    method("list_peers", &peers.list());
    method("probe_peer", &peers.probe("https://marketplace.example"));
    method("create_peer", &peers.create(&PeerCreate::default()));
    method("get_peer", &peers.get("peer_id"));
    method("update_peer", &peers.update("peer_id", &PeerUpdate::default()));
    method("delete_peer", &peers.delete("peer_id"));
    method("sync_peer", &peers.sync("peer_id"));
    method("list_peer_refusals", &peers.refusals("peer_id"));

    let test = client.test_environment("test-secret-key");
    let login = TestLogin { email: "test@example.com".to_owned(), password: "testpassword".to_owned() };
    method("test_login", &test.login(&login));
    method("test_reset", &test.reset());
    method("test_set_rate_limit", &test.set_rate_limit(&TestRateLimit::default()));

    let admin = client.admin();
    let new = TenantCreate { id: None, name: "Acme".to_owned(), plan: Plan::Free };
    let decision = Decision::default();
    method("admin_get_stats", &admin.stats());
    method("admin_list_audit_log", &admin.audit_log().list());
    method("admin_export_audit_log", &admin.audit_log().export());
    method("admin_verify_audit_log", &admin.audit_log().verify());
    method("admin_list_tenants", &admin.tenants().list());
    method("admin_create_tenant", &admin.tenants().create(&new));
    method("admin_get_tenant", &admin.tenants().get("tenant_id"));
    method("admin_update_tenant", &admin.tenants().update("tenant_id", &TenantAdminUpdate::default()));
    method("admin_create_tenant_token", &admin.tenants().create_token("tenant_id", &ApiTokenCreate::default()));
    method("start_check_run", &admin.check_runs().start());
    method("get_check_run", &admin.check_runs().get("id"));
    method("list_check_run_findings", &admin.check_runs().findings("id"));
    method("admin_list_reviews", &admin.reviews());
    method("hide_review", &admin.hide_review("review_id", "why"));
    method("show_review", &admin.show_review("review_id", None));
    method("list_submissions", &admin.submissions().list());
    method("get_submission", &admin.submissions().get("id"));
    method("get_submission_diff", &admin.submissions().diff("id"));
    method("claim_submission", &admin.submissions().claim("id", false));
    method("unclaim_submission", &admin.submissions().unclaim("id"));
    method("list_submission_messages", &admin.submissions().messages("id"));
    method("create_submission_message", &admin.submissions().write("id", "text"));
    let own = client.submissions();
    method("list_own_submissions", &own.list());
    method("get_own_submission", &own.get("id"));
    method("list_own_submission_messages", &own.messages("id"));
    method("reply_to_submission", &own.reply("id", "text"));
    method("approve_submission", &admin.submissions().approve("id", &decision));
    method("reject_submission", &admin.submissions().reject("id", &decision));
    method("request_submission_changes", &admin.submissions().request_changes("id", &decision));
    method("quarantine_component", &admin.quarantine(Kind::Agent, "tenant", "id", "why"));
    method("release_component", &admin.release(Kind::Agent, "tenant", "id", None));
    let outcome = ReportOutcome::Dismissed;
    let resolution = ReportResolution { outcome, reason: "why".to_owned(), quarantine: false, all: false };
    method("take_down_component", &admin.take_down(Kind::Agent, "tenant", "id", "why"));
    method("list_reports", &admin.reports().list());
    method("get_report", &admin.reports().get("id"));
    method("resolve_report", &admin.reports().resolve("id", &resolution));
    methods
}

#[test]
fn every_operation_has_a_method() {
    let description = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json")).unwrap();
    let description: Value = serde_json::from_str(&description).unwrap();
    let mut wanted = BTreeMap::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let path = path.strip_prefix("/api").unwrap_or(path).replace(['{', '}'], "").replace("/kind/", "/agent/");
            wanted.insert(id.to_owned(), format!("{} {path}: {}", method.to_uppercase(), answer(operation)));
        }
    }
    let client = Client::builder().build().unwrap();
    let there = methods(&client);
    let names = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<BTreeSet<_>>();
    let missing: Vec<_> = names(&wanted).difference(&names(&there)).cloned().collect();
    assert!(missing.is_empty(), "operations without a method: add one to src/api and to `methods` here: {missing:#?}");
    let unknown: Vec<_> = names(&there).difference(&names(&wanted)).cloned().collect();
    assert!(unknown.is_empty(), "methods without an operation: {unknown:#?}");
    for (operation, asked) in &there {
        assert_eq!(asked, &wanted[operation], "{operation}");
    }
}

#[tokio::test]
async fn ids_that_would_be_another_path_are_refused_before_anything_is_sent() {
    // Nobody listens there: an error that is not about a connection says that nothing was sent.
    let client = Client::builder().base_url("http://127.0.0.1:1/api").max_retries(0).build().unwrap();
    for bad in ["", ".", "..", "a/b", "../tokens", "a?b", "%2e%2e", "a b", "search", "-a"] {
        let errors = [
            client.agents().get(bad).await.unwrap_err(),
            client.agents().get(("..", "atom_main")).await.unwrap_err(),
            client.skills().install(bad).await.unwrap_err(),
            client.skills().bundle(bad).await.unwrap_err(),
            client.canvases().reviews(bad).await.unwrap_err(),
            client.canvases().reviews(bad).items().next().await.unwrap().unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.code(), Some("INVALID_REQUEST"), "{bad}: {error:?}");
        }
    }
    for bad in ["", "..", "a/b", "a?b"] {
        for error in [
            client.tokens().delete(bad).await.unwrap_err(),
            client.installations().get(bad).await.unwrap_err(),
            client.agents().version("atom_main", bad).await.unwrap_err(),
            client.request(reqwest::Method::GET, bad).await.unwrap_err(),
        ] {
            assert_eq!(error.code(), Some("INVALID_REQUEST"), "{bad}: {error:?}");
        }
    }
}
