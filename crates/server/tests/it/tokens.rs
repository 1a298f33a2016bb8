//! API tokens and federation keys: made, shown once, narrowed, rotated, revoked, and when they were used.

use std::time::Duration;

use atom_marketplace_db::Db;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_server::tokens;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

fn bearer(server: &TestServer, answer: &Value) -> Client {
    server.anonymous().with("authorization", &format!("Bearer {}", answer["token"].as_str().expect("a token")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_works() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        server.admin().post("/api/admin/tenants", &json!({"id": "acme", "name": "Acme", "plan": "free"})).await.expect(201);
        let made = server.admin().post("/api/admin/tenants/acme/tokens", &json!({"name": "root"})).await.expect(201);
        assert_eq!(made["scopes"].as_array().unwrap().len(), Scope::ALL_TENANT.len());
        assert_eq!(made["created_by"], Value::Null);
        let secret = made["token"].as_str().unwrap();
        assert!(secret.starts_with(made["prefix"].as_str().unwrap()));
        let root = bearer(&server, &made);

        let own = root.post("/api/tokens", &json!({"name": "ci", "scopes": ["components:read", "tokens:manage"], "expires_at": "2999-01-01T00:00:00Z"})).await.expect(201);
        assert_eq!(own["expires_at"], "2999-01-01T00:00:00.000000Z");
        let ci = bearer(&server, &own);
        let current = ci.get("/api/tokens/current").await.expect(200);
        assert_eq!(current["id"], own["id"]);
        assert_eq!(current.get("token"), None);
        let inherits = ci.post("/api/tokens", &json!({"name": "less"})).await.expect(201);
        assert_eq!(inherits["scopes"], json!(["components:read", "tokens:manage"]));

        let listed = root.get("/api/tokens").await;
        let page = listed.expect(200);
        assert_eq!(page["total"], 3);
        assert_eq!(page["items"][1]["name"], "ci");
        let text = String::from_utf8(listed.bytes.clone()).unwrap();
        for answer in [&made, &own, &inherits] {
            assert!(!text.contains(answer["token"].as_str().unwrap()), "a list shows a secret");
        }
        server.admin().get("/api/tokens/current").await.expect_error(401, "UNAUTHENTICATED");
        assert_eq!(server.admin_for("acme").get("/api/tokens").await.expect(200)["total"], 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_never_more_than_its_maker() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let maker = json!({"name": "m", "scopes": ["tokens:manage", "components:publish"], "component_patterns": ["sales_*", "hr"]});
        let made = acme.post("/api/tokens", &maker).await.expect(201);
        let maker = bearer(&server, &made);
        for (body, named) in [
            (json!({"name": "x", "scopes": ["webhooks:manage"]}), "webhooks:manage"),
            (json!({"name": "x", "scopes": ["components:publish", "tenants:manage"]}), "tenants:manage"),
            (json!({"name": "x", "component_patterns": ["*"]}), "components:publish"),
            (json!({"name": "x", "component_patterns": ["sales_a", "other"]}), "components:publish"),
        ] {
            let details = maker.post("/api/tokens", &body).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
            assert_eq!(details["required_permission"], named, "{body}");
        }
        let inherited = maker.post("/api/tokens", &json!({"name": "x"})).await.expect(201);
        assert_eq!(inherited["component_patterns"], json!(["sales_*", "hr"]));
        let narrowed = json!({"name": "x", "component_patterns": ["sales_eu_*", "hr"]});
        maker.post("/api/tokens", &narrowed).await.expect(201);
        // Nor does rotating another's token give its scopes away.
        let all = acme.get("/api/tokens/current").await.expect(200)["id"].as_str().unwrap().to_owned();
        maker.post(&format!("/api/tokens/{all}/rotate"), &json!({})).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        // The platform's scopes are no token's.
        let details = server
            .admin()
            .post("/api/admin/tenants/acme/tokens", &json!({"name": "x", "scopes": ["reviews:manage"]}))
            .await
            .expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details["required_permission"], "reviews:manage");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        for (body, path) in [
            (json!({}), "name"),
            (json!({"name": ""}), "name"),
            (json!({"name": "x".repeat(101)}), "name"),
            (json!({"name": "x", "scopes": []}), "scopes"),
            (json!({"name": "x", "scopes": ["all"]}), "scopes[0]"),
            (json!({"name": "x", "scopes": "components:read"}), "scopes"),
            (json!({"name": "x", "expires_at": "tomorrow"}), "expires_at"),
            (json!({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}), "expires_at"),
            (json!({"name": "x", "component_patterns": []}), "component_patterns"),
            (json!({"name": "x", "component_patterns": ["ok", "a b"]}), "component_patterns[1]"),
            (json!({"name": "x", "tenant_id": "other"}), "tenant_id"),
        ] {
            let details = acme.post("/api/tokens", &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], path, "{body}");
        }
        let both =
            acme.post("/api/tokens", &json!({"name": "", "scopes": []})).await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(both["fields"].as_array().unwrap().len(), 2);
        assert_eq!(acme.get("/api/tokens").await.expect(200)["total"], 1, "nothing was made");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotation_and_revocation_are_immediate() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let other = server.tenant("other", Plan::Free).await;
        let made = acme.post("/api/tokens", &json!({"name": "ci"})).await.expect(201);
        let path = format!("/api/tokens/{}", made["id"].as_str().unwrap());
        let before = bearer(&server, &made);
        before.get("/api/tenant").await.expect(200);

        other.post(&format!("{path}/rotate"), &json!({})).await.expect_error(404, "NOT_FOUND");
        other.delete(&path).await.expect_error(404, "NOT_FOUND");
        let rotated = acme.post(&format!("{path}/rotate"), &json!({})).await.expect(200);
        assert_eq!(rotated["id"], made["id"]);
        assert_ne!(rotated["token"], made["token"]);
        before.get("/api/tenant").await.expect_error(401, "UNAUTHENTICATED");
        let after = bearer(&server, &rotated);
        after.get("/api/tenant").await.expect(200);

        assert_eq!(acme.delete(&path).await.status, 204);
        after.get("/api/tenant").await.expect_error(401, "UNAUTHENTICATED");
        acme.delete(&path).await.expect_error(404, "NOT_FOUND");
        assert_eq!(acme.get("/api/tokens").await.expect(200)["total"], 1);

        let soon = server.marketplace.now().plus(Duration::from_mins(1)).to_string();
        let made = acme.post("/api/tokens", &json!({"name": "soon", "expires_at": soon})).await.expect(201);
        let short = bearer(&server, &made);
        short.get("/api/tenant").await.expect(200);
        server.marketplace.clock.advance(Duration::from_secs(61));
        short.get("/api/tenant").await.expect_error(401, "UNAUTHENTICATED");
        let rotate = format!("/api/tokens/{}/rotate", made["id"].as_str().unwrap());
        acme.post(&rotate, &json!({})).await.expect_error(409, "CONFLICT");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_stored_as_hashes() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let made = acme.with("idempotency-key", "k").post("/api/tokens", &json!({"name": "ci"})).await.expect(201);
        let key =
            acme.with("idempotency-key", "f").post("/api/federation/keys", &json!({"name": "p"})).await.expect(201);
        let secrets = [made["token"].as_str().unwrap().to_owned(), key["key"].as_str().unwrap().to_owned()];
        for (table, columns) in [
            ("api_token", "name, prefix, scopes, uid"),
            ("federation_key", "name, prefix, uid, uid"),
            ("idempotency", "caller, key, state, owner"),
        ] {
            let sql = format!("SELECT {columns} FROM {table}");
            let rows: Vec<(String, String, String, String)> = read(&db.db, sql).await;
            assert!(!rows.is_empty());
            assert!(!secrets.iter().any(|secret| format!("{rows:?}").contains(secret)), "{table}");
        }
        let answers: Vec<Vec<u8>> = read(&db.db, "SELECT answer FROM idempotency".to_owned()).await;
        for answer in answers {
            assert!(!answer.windows(7).any(|w| w == b"at_saas" || w == b"sk-fed-"), "a stored answer is not sealed");
        }
    })
    .await;
}

async fn read<T: atom_marketplace_db::FromRow + Send + 'static>(db: &Db, sql: String) -> Vec<T> {
    db.read(move |c| c.all::<T>(&sql, &[])).await.expect("rows")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_use_is_written_by_the_job() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let key = acme.post("/api/federation/keys", &json!({"name": "peer", "source": "b.example"})).await.expect(201);
        let peer = server.anonymous().with("x-federation-key", key["key"].as_str().unwrap());
        let last = |page: Value| page["items"][0]["last_used_at"].as_str().map(str::to_owned);
        assert_eq!(last(acme.get("/api/tokens").await.expect(200)), None, "no request writes it");
        peer.with("x-tederation-source", "c.example").get("/api/no-such-route").await.expect_error(404, "NOT_FOUND");
        tokens::flush_last_used(&server.marketplace).await.expect("written");
        let first = last(acme.get("/api/tokens").await.expect(200)).expect("a last use");
        let listed = acme.get("/api/federation/keys").await.expect(200);
        assert_eq!(listed["items"][0]["source"], "b.example");
        assert_eq!(listed["items"][0]["last_source"], "c.example");
        assert!(last(listed).is_some());

        server.marketplace.clock.advance(Duration::from_mins(1));
        acme.get("/api/tenant").await.expect(200);
        server.marketplace.credentials.clear();
        tokens::flush_last_used(&server.marketplace).await.expect("written");
        let second = last(acme.get("/api/tokens").await.expect(200)).expect("a last use");
        assert!(second > first, "{second} {first}: a cleared cache forgets no use");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn federation_keys_belong_to_their_maker() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let other = server.tenant("other", Plan::Free).await;
        let made = acme.post("/api/federation/keys", &json!({"name": "peer"})).await.expect(201);
        assert!(made["key"].as_str().unwrap().starts_with("sk-fed-"));
        let platform = server.admin().post("/api/federation/keys", &json!({"name": "ours"})).await.expect(201);
        for (client, names) in [
            (&acme, json!(["peer"])),
            (&other, json!([])),
            (&server.admin(), json!(["ours"])),
            (&server.admin_for("acme"), json!(["peer"])),
        ] {
            let page = client.get("/api/federation/keys").await.expect(200);
            let found: Vec<_> = page["items"].as_array().unwrap().iter().map(|key| key["name"].clone()).collect();
            assert_eq!(json!(found), names);
            assert!(page["items"].as_array().unwrap().iter().all(|key| key.get("key").is_none()));
        }
        let path = format!("/api/federation/keys/{}", made["id"].as_str().unwrap());
        other.delete(&path).await.expect_error(404, "NOT_FOUND");
        server.admin().delete(&path).await.expect_error(404, "NOT_FOUND");
        let peer = server.anonymous().with("x-federation-key", made["key"].as_str().unwrap());
        peer.get("/api/no-such-route").await.expect_error(404, "NOT_FOUND");
        assert_eq!(acme.delete(&path).await.status, 204);
        peer.get("/api/no-such-route").await.expect_error(401, "FEDERATION_KEY_INVALID");

        let peer = server.anonymous().with("x-federation-key", platform["key"].as_str().unwrap());
        for path in ["/api/tenant", "/api/tokens", "/api/usage", "/api/federation/keys", "/api/admin/tenants"] {
            peer.get(path).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        }
        let reader = server.token("acme", ScopeSet::of(&[Scope::ComponentsRead])).await;
        let details = reader
            .post("/api/federation/keys", &json!({"name": "x"}))
            .await
            .expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details["required_permission"], "federation:manage");
        for (body, path) in [(json!({"name": ""}), "name"), (json!({"name": "x", "source": "a\nb"}), "source")] {
            let details = acme.post("/api/federation/keys", &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], path);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finds_a_token_can_end_it() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let made = acme.post("/api/tokens", &json!({ "name": "leaked" })).await.expect(201);
        let leaked = made["token"].as_str().unwrap();
        let finder = server.anonymous();
        let hand_in = async |token: &str| {
            finder.post("/api/tokens/revoke", &json!({ "token": token })).await.expect(200)["revoked"].clone()
        };
        let typo = format!("{}x", &leaked[..leaked.len() - 1]);
        let unknown =
            atom_marketplace_protocol::token::generate(atom_marketplace_protocol::token::CredentialKind::ApiToken);
        for nothing in ["", "at_saas_test", "sk-fed-x", typo.as_str(), unknown.expose()] {
            assert_eq!(hand_in(nothing).await, false, "{nothing}");
        }
        server.tester(leaked).get("/api/tenant").await.expect(200);
        assert_eq!(hand_in(leaked).await, true);
        server.tester(leaked).get("/api/tenant").await.expect_error(401, "UNAUTHENTICATED");
        assert_eq!(hand_in(leaked).await, false);
        acme.get("/api/tenant").await.expect(200);
        let sql = "SELECT actor, target FROM audit_log WHERE action = 'token.revoke'";
        let rows: Vec<(String, String)> =
            server.marketplace.db.read(move |c| c.all(sql, atom_marketplace_db::args![])).await.unwrap();
        assert_eq!(rows, [("anonymous".to_owned(), format!("token:{}", made["id"].as_str().unwrap()))]);
    })
    .await;
}
