//! People: signing in and out, what a browser must prove, one-time links.

use std::time::Duration;

use atom_marketplace_db::args;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Role, Scope, ScopeSet};
use atom_marketplace_server::app::Rates;
use atom_marketplace_testkit::{Answer, Client, PASSWORD, TestDb, TestServer, each_db_async};
use reqwest::Method;
use serde_json::{Value, json};

const PLENTY: Rates = Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 };
const ADA: &str = "ada@acme.example";

async fn scene(db: &TestDb) -> (TestServer, Client) {
    let server = TestServer::start(db).await;
    server.tenant("acme", Plan::Enterprise).await;
    let ada = server.person("acme", ADA, Role::Admin).await;
    (server, ada)
}

async fn sign_in(server: &TestServer, email: &str, password: &str) -> Answer {
    server.anonymous().post("/api/session", &json!({ "email": email, "password": password })).await
}

/// Adds a member and makes their link. Returns the person's id and the link's token.
async fn invite(admin: &Client, email: &str, role: &str) -> (String, String) {
    let added = admin.post("/api/tenant/members", &json!({ "email": email, "role": role })).await.expect(201);
    let user = added["user_id"].as_str().unwrap().to_owned();
    let link = admin.post(&format!("/api/tenant/members/{user}/invitation"), &json!({})).await.expect(201);
    (user, token_of(&link))
}

fn token_of(link: &Value) -> String {
    link["url"].as_str().unwrap().split_once("token=").unwrap().1.to_owned()
}

async fn confirm(server: &TestServer, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password, "name": "Bea" });
    server.anonymous().post("/api/password-reset/confirm", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_out() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        let answer = sign_in(&server, " ADA@acme.example ", PASSWORD).await;
        let cookie = answer.header("set-cookie").unwrap().to_owned();
        assert!(cookie.starts_with("atom_session=at_session_"), "{cookie}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=7776000"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
        let ada = server.browser(&answer);
        let session = answer.json();
        assert_eq!(session["user"]["email"], ADA);
        assert_eq!(session["user"]["platform_admin"], false);
        assert_eq!(
            session["tenants"],
            json!([{"tenant_id": "acme", "name": "acme", "role": "admin", "suspended": false}])
        );
        assert_eq!(session["tenant_id"], "acme");
        assert_eq!(ada.get("/api/session").await.expect(200), session);
        assert_eq!(ada.get("/api/tenant").await.expect(200)["id"], "acme");

        let out = ada.delete("/api/session").await;
        assert_eq!(out.status, 204);
        assert!(out.header("set-cookie").unwrap().starts_with("atom_session=; Path=/; Max-Age=0"));
        ada.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        ada.get("/api/tenant").await.expect_error(401, "UNAUTHENTICATED");
        // A browser goes on sending a dead cookie: it reads as nobody, and may sign in again.
        ada.get("/api/agent-marketplace/agents").await.expect(200);
        ada.post("/api/session", &json!({ "email": ADA, "password": PASSWORD })).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_bound_to_https_where_that_is_used() {
    each_db_async(|db| async move {
        let server =
            TestServer::node(db.db.clone(), |parts| parts.public_url = "https://market.example".to_owned()).await;
        server.tenant("acme", Plan::Free).await;
        let ada = server.person("acme", ADA, Role::Member).await;
        ada.get("/api/session").await.expect(200);
        let answer = sign_in(&server, ADA, PASSWORD).await;
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__Host-atom_session=at_session_") && cookie.ends_with("; Secure"), "{cookie}");
        let bare = cookie.split(';').next().unwrap().trim_start_matches("__Host-");
        server.anonymous().with("cookie", bare).get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_and_unknown_people_are_told_the_same() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        // Without a password: invited, and not there yet.
        server
            .admin_for("acme")
            .post("/api/tenant/members", &json!({"email": "new@acme.example", "role": "viewer"}))
            .await
            .expect(201);
        let mut told = Vec::new();
        for (email, password) in
            [(ADA, "not her password"), ("nobody@acme.example", PASSWORD), ("new@acme.example", PASSWORD)]
        {
            let answer = sign_in(&server, email, password).await;
            assert_eq!(answer.header("set-cookie"), None);
            let mut error = answer.expect(401);
            error["error"]["request_id"] = Value::Null;
            told.push(error);
        }
        assert!(told.iter().all(|error| *error == told[0]), "{told:?}");
        for (body, path) in [
            (json!({"email": ADA}), "password"),
            (json!({"password": PASSWORD}), "email"),
            (json!({"email": ADA, "password": PASSWORD, "remember": true}), "remember"),
        ] {
            let details = server.anonymous().post("/api/session", &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], path);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_stopped_for_an_account_over_all_nodes_and_nobody_else() {
    each_db_async(|db| async move {
        let (server, ada) = scene(&db).await;
        let clock = server.marketplace.clock.clone();
        let other = TestServer::node(db.db.clone(), |parts| (parts.clock, parts.rates) = (clock, PLENTY)).await;
        server.person("acme", "bea@acme.example", Role::Member).await;
        for attempt in 0..10 {
            let node = if attempt % 2 == 0 { &server } else { &other };
            sign_in(node, ADA, "not her password").await.expect_error(401, "UNAUTHENTICATED");
        }
        for node in [&server, &other] {
            let answer = sign_in(node, ADA, PASSWORD).await;
            let details = answer.expect_error(429, "RATE_LIMIT_EXCEEDED");
            assert_eq!((&details["limit"], &details["window"]), (&json!(10), &json!("900s")));
            assert_eq!(answer.header("retry-after").unwrap(), details["retry_after"].to_string());
        }
        sign_in(&server, "bea@acme.example", PASSWORD).await.expect(201);
        ada.get("/api/session").await.expect(200);
        // An unknown address is counted alike, so that being stopped says nothing.
        for _ in 0..10 {
            sign_in(&server, "nobody@acme.example", PASSWORD).await.expect_error(401, "UNAUTHENTICATED");
        }
        sign_in(&server, "nobody@acme.example", PASSWORD).await.expect_error(429, "RATE_LIMIT_EXCEEDED");

        server.marketplace.clock.advance(Duration::from_mins(16));
        for _ in 0..9 {
            sign_in(&server, ADA, "not her password").await.expect_error(401, "UNAUTHENTICATED");
        }
        sign_in(&server, ADA, PASSWORD).await.expect(201);
        // A success forgets the failures before it.
        for _ in 0..9 {
            sign_in(&server, ADA, "not her password").await.expect_error(401, "UNAUTHENTICATED");
        }
        sign_in(&server, ADA, PASSWORD).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_stopped_for_an_address() {
    each_db_async(|db| async move {
        let proxy = vec!["127.0.0.1/32".parse().unwrap()];
        let server = TestServer::node(db.db.clone(), |parts| parts.trusted_proxies = proxy).await;
        let guess = async |from: &str, number: u32| {
            let client = server.anonymous().with("x-forwarded-for", from);
            let body = json!({ "email": format!("someone{number}@acme.example"), "password": "a guess" });
            client.post("/api/session", &body).await.status
        };
        for number in 0..50 {
            assert_eq!(guess("203.0.113.9", number).await, 401, "{number}");
        }
        assert_eq!(guess("203.0.113.9", 50).await, 429);
        assert_eq!(guess("203.0.113.10", 51).await, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_read_needs_the_proof_of_an_own_page() {
    each_db_async(|db| async move {
        let listed = vec!["https://app.example".to_owned()];
        let server = TestServer::node(db.db.clone(), |parts| parts.cors_origins = listed).await;
        server.tenant("acme", Plan::Free).await;
        let ada = server.person("acme", ADA, Role::Admin).await;
        let bea = server.person("acme", "bea@acme.example", Role::Admin).await;
        let others = bea.get("/api/session").await.expect(200)["csrf_token"].as_str().unwrap().to_owned();
        let own = server.url.clone();
        let change = async |client: &Client| client.patch("/api/tenant", &json!({ "name": "Acme" })).await;
        for (client, allowed) in [
            (ada.clone(), true),
            (ada.with("x-csrf-token", ""), false),
            (ada.with("x-csrf-token", &others), false),
            (ada.with("sec-fetch-site", "same-origin"), true),
            (ada.with("sec-fetch-site", "none"), true),
            (ada.with("sec-fetch-site", "same-site"), false),
            (ada.with("sec-fetch-site", "cross-site"), false),
            (ada.with("sec-fetch-site", "cross-site").with("origin", "https://app.example"), true),
            (
                ada.with("sec-fetch-site", "cross-site")
                    .with("origin", "https://app.example")
                    .with("x-csrf-token", "0"),
                false,
            ),
            (ada.with("origin", &own), true),
            (ada.with("origin", "https://evil.example"), false),
            (ada.with("origin", "null"), false),
        ] {
            let answer = change(&client).await;
            if allowed {
                answer.expect(200);
            } else {
                let details = answer.expect_error(403, "INSUFFICIENT_PERMISSIONS");
                assert_eq!(details["required_header"], "X-CSRF-Token");
            }
        }
        // Reads need none, and nobody is signed in by another site's page.
        ada.with("x-csrf-token", "").with("sec-fetch-site", "cross-site").get("/api/tenant").await.expect(200);
        let body = json!({ "email": ADA, "password": PASSWORD });
        let foreign = server.anonymous().with("sec-fetch-site", "cross-site");
        foreign.post("/api/session", &body).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        let form = b"email=ada&password=x".to_vec();
        let nobody = server.anonymous();
        let form = nobody.send_as(Method::POST, "/api/session", "application/x-www-form-urlencoded", form);
        form.await.expect_error(415, "UNSUPPORTED_MEDIA_TYPE");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_never_keeps_the_session_that_was_there() {
    each_db_async(|db| async move {
        let (server, ada) = scene(&db).await;
        let before = ada.get("/api/session").await.expect(200);
        let answer = ada.post("/api/session", &json!({ "email": ADA, "password": PASSWORD })).await;
        let after = answer.expect(201);
        assert_ne!(before["id"], after["id"]);
        assert_ne!(before["csrf_token"], after["csrf_token"]);
        ada.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        server.browser(&answer).get("/api/session").await.expect(200);
        // A cookie of the attacker's making is none.
        let made_up =
            atom_marketplace_protocol::token::generate(atom_marketplace_protocol::token::CredentialKind::Session);
        let planted = server.anonymous().with("cookie", &format!("atom_session={}", made_up.expose()));
        let answer = planted.post("/api/session", &json!({ "email": ADA, "password": PASSWORD })).await;
        assert!(!answer.header("set-cookie").unwrap().contains(made_up.expose()));
        planted.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_credential_a_request() {
    each_db_async(|db| async move {
        let (server, ada) = scene(&db).await;
        let token = server.token("acme", ScopeSet::ALL_TENANT).await;
        for (name, value) in [
            ("authorization", format!("Bearer {}", token.bearer().unwrap())),
            ("x-admin-key", atom_marketplace_testkit::ADMIN_KEY.to_owned()),
            ("x-federation-key", "sk-fed-x".to_owned()),
        ] {
            ada.with(name, &value).get("/api/tenant").await.expect_error(400, "INVALID_REQUEST");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_disuse_and_by_age() {
    each_db_async(|db| async move {
        let (server, idle) = scene(&db).await;
        let busy = server.browser(&sign_in(&server, ADA, PASSWORD).await);
        let day = Duration::from_hours(24);
        let note = async || atom_marketplace_server::tokens::flush_last_used(&server.marketplace).await.unwrap();
        for _ in 0..8 {
            server.marketplace.clock.advance(10 * day);
            busy.get("/api/session").await.expect(200);
            note().await;
        }
        idle.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        let listed = busy.get("/api/sessions").await.expect(200);
        assert_eq!(listed["total"], 1, "{listed}");
        server.marketplace.clock.advance(10 * day);
        busy.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        atom_marketplace_server::accounts::sweep(&server.marketplace).await.unwrap();
        let left: i64 =
            server.marketplace.db.read(|c| c.one("SELECT count(*) FROM account_session", args![])).await.unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_and_ends_their_sessions_on_every_node() {
    each_db_async(|db| async move {
        let (server, here) = scene(&db).await;
        let clock = server.marketplace.clock.clone();
        let other = TestServer::node(db.db.clone(), |parts| (parts.clock, parts.rates) = (clock, PLENTY)).await;
        let answer = server
            .anonymous()
            .with("user-agent", "Phone/1.0")
            .post("/api/session", &json!({ "email": ADA, "password": PASSWORD }))
            .await;
        let there = server.browser(&answer);
        let elsewhere = other.browser(&answer);
        let bea = server.person("acme", "bea@acme.example", Role::Owner).await;
        elsewhere.get("/api/session").await.expect(200);
        let listed = here.get("/api/sessions?page_size=1").await.expect(200);
        assert_eq!((&listed["total"], &listed["has_more"]), (&json!(2), &json!(true)));
        assert_eq!(listed["items"][0]["current"], true);
        let listed =
            here.get(&format!("/api/sessions?cursor={}", listed["next_cursor"].as_str().unwrap())).await.expect(200);
        let phone = &listed["items"][0];
        assert_eq!(
            (&phone["user_agent"], &phone["address"], &phone["current"]),
            (&json!("Phone/1.0"), &json!("127.0.0.1"), &json!(false))
        );
        let path = format!("/api/sessions/{}", phone["id"].as_str().unwrap());
        bea.delete(&path).await.expect_error(404, "NOT_FOUND");
        assert_eq!(here.delete(&path).await.status, 204);
        there.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        server.marketplace.clock.advance(Duration::from_secs(6));
        elsewhere.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        here.get("/api/session").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_what_a_person_may_do() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        let skill = |number: usize| json!({ "skill_id": format!("s{number}"), "marketplace_type": "private", "name": "S", "description": "S" });
        server.admin_for("acme").post("/api/skill-marketplace/skills", &skill(99)).await.expect(201);
        let target = "/api/skill-marketplace/skills/s99";
        for (number, &role) in Role::ALL.iter().enumerate() {
            let email = format!("{role}@acme.example");
            let person = server.person("acme", &email, role).await;
            let may = role.scopes();
            let lower = format!("/api/tenant/members/{}", invite(&server.admin_for("acme"), &format!("x{number}@acme.example"), "viewer").await.0);
            let owner = format!("/api/tenant/members/{}", invite(&server.admin_for("acme"), &format!("o{number}@acme.example"), "owner").await.0);
            for (method, path, body, allowed) in [
                (Method::GET, "/api/tenant", None, may.contains(Scope::ComponentsRead)),
                (Method::GET, "/api/usage", None, may.contains(Scope::UsageRead)),
                (Method::POST, &*format!("{target}/install"), Some(json!({})), may.contains(Scope::ComponentsInstall)),
                (Method::POST, "/api/skill-marketplace/skills", Some(skill(number)), may.contains(Scope::ComponentsPublish)),
                (Method::POST, "/api/tokens", Some(json!({ "name": "mine" })), may.contains(Scope::TokensManage)),
                (Method::GET, "/api/tenant/members", None, may.contains(Scope::MembersManage)),
                (Method::PATCH, &lower, Some(json!({ "role": "member" })), may.contains(Scope::MembersManage)),
                (Method::PATCH, &owner, Some(json!({ "role": "viewer" })), role == Role::Owner),
                (Method::POST, "/api/federation/keys", Some(json!({ "name": "peer" })), may.contains(Scope::FederationManage)),
                (Method::GET, "/api/admin/tenants", None, false),
            ] {
                let answer = person.send(method.clone(), path, body.as_ref()).await;
                if allowed {
                    assert!((200..300).contains(&answer.status), "{role} {method} {path}: {}", answer.json());
                } else {
                    answer.expect_error(403, "INSUFFICIENT_PERMISSIONS");
                }
            }
            person.get("/api/tokens/current").await.expect_error(401, "UNAUTHENTICATED");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_does_is_recorded_as_theirs() {
    each_db_async(|db| async move {
        let (server, ada) = scene(&db).await;
        let id = ada.get("/api/session").await.expect(200)["user"]["id"].as_str().unwrap().to_owned();
        ada.post("/api/tokens", &json!({ "name": "mine" })).await.expect(201);
        let made = ada.get("/api/tokens").await.expect(200);
        assert_eq!(made["items"].as_array().unwrap().last().unwrap()["created_by"], id.as_str());
        let sql = "SELECT actor, action FROM audit_log WHERE request_id IS NOT NULL ORDER BY chain, number";
        let rows: Vec<(String, String)> = server.marketplace.db.read(move |c| c.all(sql, args![])).await.unwrap();
        let actor = format!("member:{id}");
        for action in ["account.password", "member.join", "session.create", "token.create"] {
            assert!(rows.contains(&(actor.clone(), action.to_owned())), "{action}: {rows:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_in_two_tenants_acts_for_the_one_they_choose() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        for tenant in ["other", "third"] {
            server.tenant(tenant, Plan::Free).await;
        }
        let (_, token) = invite(&server.admin_for("other"), ADA, "viewer").await;
        // Not before she has taken it up, and only with the password she has.
        assert_eq!(sign_in(&server, ADA, PASSWORD).await.json()["tenants"].as_array().unwrap().len(), 1);
        confirm(&server, &token, "a password of the inviter's").await.expect_error(400, "INVALID_REQUEST");
        let answer = confirm(&server, &token, PASSWORD).await;
        let session = answer.expect(201);
        assert_eq!(session["tenant_id"], "other", "where the invitation leads");
        let ada = server.browser(&answer);
        assert_eq!(ada.get("/api/tenant").await.expect(200)["id"], "other");
        ada.post("/api/tokens", &json!({ "name": "x" })).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        let acme = ada.with("x-tenant-id", "acme");
        acme.post("/api/tokens", &json!({ "name": "x" })).await.expect(201);
        for unknown in ["third", "no-such-tenant"] {
            ada.with("x-tenant-id", unknown).get("/api/tenant").await.expect_error(404, "TENANT_NOT_FOUND");
            ada.patch("/api/session", &json!({ "tenant_id": unknown })).await.expect_error(404, "TENANT_NOT_FOUND");
        }
        assert_eq!(ada.patch("/api/session", &json!({ "tenant_id": "acme" })).await.expect(200)["tenant_id"], "acme");
        assert_eq!(ada.get("/api/tenant").await.expect(200)["id"], "acme");
        // The quota is the tenant's.
        let quota = |answer: &Answer| answer.header("x-ratelimit-remaining").unwrap().parse::<u64>().unwrap();
        let (mine, others) = (ada.get("/api/tenant").await, ada.with("x-tenant-id", "other").get("/api/tenant").await);
        assert_ne!(quota(&mine), quota(&others));

        // Taken out of both, she is signed in and belongs nowhere.
        for tenant in ["acme", "other"] {
            let admin = server.admin_for(tenant);
            let path = format!("/api/tenant/members/{}", session["user"]["id"].as_str().unwrap());
            assert_eq!(admin.delete(&path).await.status, 204);
        }
        assert_eq!(ada.get("/api/session").await.expect(200)["tenants"], json!([]));
        ada.get("/api/tenant").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        ada.get("/api/agent-marketplace/agents").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_tenant_is_refused_and_the_person_may_turn_elsewhere() {
    each_db_async(|db| async move {
        let (server, ada) = scene(&db).await;
        server.admin().patch("/api/admin/tenants/acme", &json!({ "suspended": true })).await.expect(200);
        let details = ada.get("/api/tenant").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details, json!({ "reason": "tenant_suspended", "tenant_id": "acme" }));
        ada.get("/api/agent-marketplace/agents").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(ada.get("/api/session").await.expect(200)["tenants"][0]["suspended"], true);
        server.tenant("other", Plan::Free).await;
        let (_, token) = invite(&server.admin_for("other"), ADA, "viewer").await;
        let ada = server.browser(&confirm(&server, &token, PASSWORD).await);
        assert_eq!(ada.get("/api/tenant").await.expect(200)["id"], "other");
        // Signing in begins where something can be done.
        assert_eq!(sign_in(&server, ADA, PASSWORD).await.expect(201)["tenant_id"], "other");
        server.admin().patch("/api/admin/tenants/acme", &json!({ "suspended": false })).await.expect(200);
        ada.with("x-tenant-id", "acme").get("/api/tenant").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions() {
    each_db_async(|db| async move {
        let (server, here) = scene(&db).await;
        let there = server.browser(&sign_in(&server, ADA, PASSWORD).await);
        let change = async |body: Value| here.patch("/api/account", &body).await;
        for (body, path) in [
            (json!({ "password": "something new" }), "current_password"),
            (json!({ "password": "something new", "current_password": "wrong" }), "current_password"),
            (json!({ "password": "short", "current_password": PASSWORD }), "password"),
            (json!({ "password": "password123", "current_password": PASSWORD }), "password"),
            (json!({ "password": ADA, "current_password": PASSWORD }), "password"),
            (json!({ "name": " " }), "name"),
        ] {
            let details = change(body.clone()).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], path, "{body}");
        }
        there.get("/api/session").await.expect(200);
        let user = change(json!({ "name": "Ada L.", "password": "something new", "current_password": PASSWORD }))
            .await
            .expect(200);
        assert_eq!(user["name"], "Ada L.");
        there.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        assert_eq!(here.get("/api/session").await.expect(200)["user"], user);
        sign_in(&server, ADA, PASSWORD).await.expect_error(401, "UNAUTHENTICATED");
        sign_in(&server, ADA, "something new").await.expect(201);
        // Guesses by whoever sits at an open browser count as at sign-in.
        for _ in 0..10 {
            change(json!({ "password": "something newer", "current_password": "wrong" }))
                .await
                .expect_error(400, "INVALID_REQUEST");
        }
        change(json!({ "password": "something newer", "current_password": "something new" }))
            .await
            .expect_error(429, "RATE_LIMIT_EXCEEDED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_good_once_and_for_a_week() {
    each_db_async(|db| async move {
        let (server, ada) = scene(&db).await;
        let (user, first) = invite(&ada, "bea@acme.example", "member").await;
        let again = format!("/api/tenant/members/{user}/invitation");
        let link = ada.post(&again, &json!({})).await.expect(201);
        assert_eq!(link["mailed"], false);
        assert!(link["url"].as_str().unwrap().starts_with(&format!("{}/set-password?token=at_link_", server.url)));
        let second = token_of(&link);
        confirm(&server, &first, PASSWORD).await.expect_error(400, "INVALID_REQUEST");
        for (token, password, path) in [
            (&*second, "short", "password"),
            (&*second, "bea@acme.example", "password"),
            ("at_link_x", PASSWORD, "token"),
            ("", PASSWORD, "token"),
        ] {
            let details = confirm(&server, token, password).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], path);
        }
        let session = confirm(&server, &second, PASSWORD).await.expect(201);
        assert_eq!((&session["user"]["name"], &session["tenants"][0]["role"]), (&json!("Bea"), &json!("member")));
        confirm(&server, &second, "another good one").await.expect_error(400, "INVALID_REQUEST");
        ada.post(&again, &json!({})).await.expect_error(409, "CONFLICT");
        let members = ada.get("/api/tenant/members").await.expect(200);
        assert!(members["items"].as_array().unwrap().iter().all(|member| member["joined_at"].is_string()), "{members}");

        let (gone, removed) = invite(&ada, "gone@acme.example", "member").await;
        assert_eq!(ada.delete(&format!("/api/tenant/members/{gone}")).await.status, 204);
        confirm(&server, &removed, PASSWORD).await.expect_error(400, "INVALID_REQUEST");
        sign_in(&server, "gone@acme.example", PASSWORD).await.expect_error(401, "UNAUTHENTICATED");

        let (_, late) = invite(&ada, "cy@acme.example", "member").await;
        server.marketplace.clock.advance(Duration::from_hours(7 * 24));
        confirm(&server, &late, PASSWORD).await.expect_error(400, "INVALID_REQUEST");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_opens_no_more_than_its_tenant() {
    each_db_async(|db| async move {
        let (server, _) = scene(&db).await;
        server.tenant("mallory", Plan::Free).await;
        let mallory = server.admin_for("mallory");
        // Somebody whom acme has invited, and who has no password yet.
        let (_, real) = invite(&server.admin_for("acme"), "bea@acme.example", "admin").await;
        let (_, planted) = invite(&mallory, "bea@acme.example", "viewer").await;
        let answer = confirm(&server, &planted, "mallory knows this").await;
        assert_eq!(
            answer.expect(201)["tenants"],
            json!([{"tenant_id": "mallory", "name": "mallory", "role": "viewer", "suspended": false}])
        );
        let squatter = server.browser(&answer);
        squatter.with("x-tenant-id", "acme").get("/api/tenant").await.expect_error(404, "TENANT_NOT_FOUND");
        // The real one is not let in by a password she does not know, and notices.
        confirm(&server, &real, PASSWORD).await.expect_error(400, "INVALID_REQUEST");
        // An admin cannot get at an owner, nor at a person of another tenant.
        let ada = server.browser(&sign_in(&server, ADA, PASSWORD).await);
        let owner = server
            .admin_for("acme")
            .post("/api/tenant/members", &json!({"email": "owner@acme.example", "role": "owner"}))
            .await
            .expect(201);
        let path = format!("/api/tenant/members/{}/invitation", owner["user_id"].as_str().unwrap());
        ada.post(&path, &json!({})).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        mallory.post(&path, &json!({})).await.expect_error(404, "NOT_FOUND");
    })
    .await;
}
