//! Signed bundles: one signature for all who ask, bytes that no change of the component touches, keys that are replaced.

use atom_marketplace_bundle::{ENVELOPE_TYPE, Envelope, KeySet, PublicKey, verify_bundle};
use atom_marketplace_db::args;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_server::app::Rates;
use atom_marketplace_server::audit::Actor;
use atom_marketplace_testkit::{Answer, Client, TestServer, each_db_async};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::scene::{Scene, install};

const SKILL: Kind = Kind::Skill;
const WELL_KNOWN: &str = "/.well-known/atom-federation";

async fn key_set(server: &TestServer) -> KeySet {
    let answer = server.anonymous().get(WELL_KNOWN).await;
    answer.expect(200);
    KeySet::parse(&answer.bytes).expect("a key set")
}

fn public(set: &KeySet) -> Vec<PublicKey> {
    set.keys.iter().map(|key| key.public_key).collect()
}

async fn envelope(client: &Client, path: &str) -> Answer {
    let answer = client.with("accept", ENVELOPE_TYPE).get(path).await;
    answer.expect(200);
    assert_eq!(answer.header("content-type"), Some(ENVELOPE_TYPE));
    answer
}

async fn rotate(server: &TestServer) {
    let (identity, now) = (server.marketplace.identity.clone(), server.marketplace.now());
    let rotated = move |c: &mut atom_marketplace_db::Conn<'_>| identity.rotate(c, &Actor::operator(), false, now);
    server.marketplace.db.write(rotated).await.expect("rotated");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_is_made_once_and_verifies_under_the_published_keys() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let anyone = scene.server.anonymous();
        scene
            .publish(SKILL, "crm", json!({ "content": { "n": 1 }, "files": [{ "path": "a.md", "content": "# A" }] }))
            .await;
        let path = format!("{}/bundle", SKILL.path_of("crm"));
        let plain = anyone.get(&path).await;
        assert_eq!(
            (plain.header("content-type"), plain.header("vary").map(|vary| vary.contains("accept"))),
            (Some("application/json"), Some(true))
        );
        let signed = envelope(&anyone, &path).await;
        let set = key_set(&scene.server).await;
        let verified = verify_bundle(&signed.bytes, &public(&set)).expect("well signed");
        assert!(verified.payload == plain.bytes, "the same bytes");
        assert_eq!(verified.document.instance, set.instance.id);
        assert_eq!(plain.expect(200)["instance"], set.instance.id.as_str());
        // ETag and digest are of what is sent.
        for answer in [&plain, &signed] {
            let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&answer.bytes)));
            assert_eq!(answer.header("content-digest"), Some(digest.as_str()));
        }
        let etag = signed.header("etag").unwrap();
        assert_ne!(plain.header("etag"), Some(etag));
        let wants = anyone.with("accept", ENVELOPE_TYPE);
        assert_eq!(wants.with("if-none-match", etag).get(&path).await.status, 304);
        assert_eq!(anyone.with("if-none-match", etag).get(&path).await.status, 200);
        // Only who names it gets it.
        for accept in ["*/*", "application/*", "application/json", &format!("{ENVELOPE_TYPE};q=0")] {
            let answer = anyone.with("accept", accept).get(&path).await;
            assert!(answer.bytes == plain.bytes, "{accept}");
        }
        let listed = format!("application/json;q=0.5, {ENVELOPE_TYPE}");
        assert!(anyone.with("accept", &listed).get(&path).await.bytes == signed.bytes);

        // The same envelope by every route, and after the key has become another.
        rotate(&scene.server).await;
        let globex = scene.server.tenant("globex", Plan::Free).await;
        let done = globex.post(&install(SKILL, "crm"), &json!({ "source_tenant_id": "acme" })).await.expect(201);
        let key = scene.admin.post("/api/federation/keys", &json!({ "name": "peer" })).await.expect(201);
        let peer = anyone.with("x-federation-key", key["key"].as_str().unwrap());
        for (client, path) in [
            (&globex, format!("/api/installations/{}/bundle", done["id"].as_str().unwrap())),
            (&peer, "/api/federation/v1/marketplace/skills/crm/bundle".to_owned()),
            (&scene.acme, format!("{path}?version=1.0.0")),
        ] {
            assert!(envelope(client, &path).await.bytes == signed.bytes, "{path}");
            assert!(client.get(&path).await.bytes == plain.bytes, "{path}");
        }
        let later = key_set(&scene.server).await;
        assert_eq!((later.keys.len(), later.keys[1].retired_at.is_some()), (2, true));
        assert_eq!(verify_bundle(&signed.bytes, &public(&later)).unwrap().key, set.keys[0].public_key);
        // What is published now is signed by the new key, which whoever knew the old one comes to trust.
        scene.publish(SKILL, "crm", json!({ "content": { "n": 2 } })).await;
        let next = envelope(&anyone, &path).await;
        assert_eq!(verify_bundle(&next.bytes, &public(&set)).unwrap_err().code(), "unknown_key");
        let followed = later.follow(&public(&set));
        assert_eq!(verify_bundle(&next.bytes, &followed).unwrap().key, later.keys[0].public_key);
    })
    .await;
}

/// Its bundle and the envelope around it, by the installation of somebody who has it.
async fn installed(client: &Client, id: &str) -> (Vec<u8>, Vec<u8>) {
    let path = format!("/api/installations/{id}/bundle");
    let plain = client.get(&path).await;
    plain.expect(200);
    (plain.bytes, envelope(client, &path).await.bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_a_component_touches_the_bytes_of_a_version() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let (globex, initech) =
            (scene.server.tenant("globex", Plan::Free).await, scene.server.tenant("initech", Plan::Free).await);
        // Private at first: the number and the content become public, and stay one version.
        let fields = json!({ "version": "1.0.0", "content": 1, "shared_with": ["globex"] });
        scene.private(SKILL, "crm", fields).await;
        let done = globex.post(&install(SKILL, "crm"), &json!({ "source_tenant_id": "acme" })).await.expect(201);
        let id = done["id"].as_str().unwrap();
        let before = installed(&globex, id).await;
        scene.server.marketplace.clock.advance(std::time::Duration::from_secs(60));
        scene.publish(SKILL, "crm", json!({ "version": "1.0.0", "content": 1 })).await;
        assert!(installed(&globex, id).await == before, "made public");
        let path = |id: &str| SKILL.path_of(id);
        let rename = format!("{}/rename", path("crm"));
        scene.acme.post(&rename, &json!({ "new_id": "crm-two" })).await.expect(200);
        assert!(installed(&globex, id).await == before, "renamed");
        let offer = json!({ "to_tenant_id": "initech" });
        let offer = scene.acme.post(&format!("{}/transfer", path("crm-two")), &offer).await.expect(201);
        let accept = format!("/api/transfers/{}/accept", offer["id"].as_str().unwrap());
        initech.post(&accept, &json!({})).await.expect(200);
        assert!(installed(&globex, id).await == before, "transferred");
        let public = format!("{}/bundle?source_tenant_id=initech&version=1.0.0", path("crm-two"));
        assert!(scene.server.anonymous().get(&public).await.bytes == before.0);
        assert!(envelope(&scene.server.anonymous(), &public).await.bytes == before.1);
        let moved = |verb: &str| format!("/api/admin/components/skill/initech/crm-two/{verb}");
        scene.admin.post(&moved("quarantine"), &json!({ "reason": "odd" })).await.expect(200);
        assert!(scene.admin.get(&public).await.bytes == before.0, "quarantined");
        scene.admin.post(&moved("release"), &json!({ "reason": "fine" })).await.expect(200);
        assert!(installed(&globex, id).await == before, "released");
        let yank = format!("{}/versions/1.0.0/yank?source_tenant_id=initech", path("crm-two"));
        initech.post(&yank, &json!({})).await.expect(200);
        assert!(installed(&globex, id).await == before, "yanked");
        initech.delete(&path("crm-two")).await.expect(204);
        assert!(installed(&globex, id).await == before, "withdrawn");
        let names: Value = serde_json::from_slice(&before.0).unwrap();
        assert_eq!((&names["source_tenant_id"], &names["id"]), (&json!("acme"), &json!("crm")));
        assert!(names["published_at"].is_string());
        let keys = public_keys(&scene.server).await;
        verify_bundle(&before.1, &keys).unwrap();
    })
    .await;
}

async fn public_keys(server: &TestServer) -> Vec<PublicKey> {
    public(&key_set(server).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_available_is_signed() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let body = json!({ "skill_id": "s", "marketplace_type": "public", "name": "S", "description": "S." });
        scene.acme.post("/api/skill-marketplace/skills", &body).await.expect(201);
        let path = format!("{}/bundle", SKILL.path_of("s"));
        for client in [&scene.acme, &scene.admin] {
            let path = format!("{path}?source_tenant_id=acme");
            assert_eq!(client.get(&path).await.expect(200).get("published_at"), None);
            let details = client.with("accept", ENVELOPE_TYPE).get(&path).await.expect_error(409, "CONFLICT");
            assert_eq!(details["status"], "pending_review");
        }
        crate::review::approve_all(&scene.admin).await;
        envelope(&scene.server.anonymous(), &path).await;
        // What would be too large to sign is not taken: numbers may be longer in the one way they are written.
        let body =
            json!({ "skill_id": "n", "marketplace_type": "private", "name": "N", "description": "N.", "content": [0] });
        let body = body.to_string().replace("[0]", &format!("[{}1e20]", "1e20,".repeat(500_000)));
        let answer =
            scene.acme.send_raw(http::Method::POST, "/api/skill-marketplace/skills", Some(body.into_bytes())).await;
        let details = answer.expect_error(400, "INVALID_REQUEST");
        assert_eq!(details["fields"][0]["path"], "content");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sanitised_leaves_in_no_bundle_but_its_publishers() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Free).await;
        let secret = json!({
            "configuration": { "crm": { "botToken": "hunter2" } },
            "memory": { "heuristics": [{ "error_type": "timeout", "resolution": "Write to ada@acme.com.", "apiKey": "hunter2" }] },
        });
        let told = |answer: &Answer| {
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            let payload = serde_json::from_str::<Envelope>(&text).map(|envelope| STANDARD.decode(envelope.payload).unwrap());
            let text = payload.map_or(text, |payload| String::from_utf8(payload).unwrap());
            text.contains("hunter2") || text.contains("ada@acme")
        };
        scene.private(Kind::Agent, "a", secret.clone()).await;
        let agents = "/api/agent-marketplace/agents";
        let mut body = json!({ "agent_id": "a", "marketplace_type": "private", "name": "A", "description": "A.", "shared_with": ["globex"] });
        body.as_object_mut().unwrap().extend(secret.as_object().unwrap().clone());
        scene.acme.post(&format!("{agents}?accept_redactions=true"), &body).await.expect(201);
        body["marketplace_type"] = json!("public");
        body["agent_id"] = json!("b");
        body.as_object_mut().unwrap().remove("shared_with");
        scene.acme.post(&format!("{agents}?accept_redactions=true"), &body).await.expect(201);
        crate::review::approve_all(&scene.admin).await;
        let own = globex.post(&format!("{agents}/a/install"), &json!({ "source_tenant_id": "acme" })).await.expect(201);
        let key = scene.admin.post("/api/federation/keys", &json!({ "name": "peer" })).await.expect(201);
        let peer = scene.server.anonymous().with("x-federation-key", key["key"].as_str().unwrap());
        let installed = format!("/api/installations/{}/bundle", own["id"].as_str().unwrap());
        let mut seen = 0;
        for (client, path) in [
            (&globex, format!("{agents}/a/bundle?source_tenant_id=acme")),
            (&globex, format!("{agents}/a/bundle?source_tenant_id=acme&version=1.0.0")),
            (&globex, format!("{agents}/a/bundle?source_tenant_id=acme&version=1.0.1")),
            (&globex, installed),
            (&globex, format!("{agents}/b/bundle")),
            (&scene.admin, format!("{agents}/a/bundle?source_tenant_id=acme&version=1.0.0")),
            (&scene.admin, format!("{agents}/a/bundle?source_tenant_id=acme&version=1.0.1")),
            (&scene.server.anonymous(), format!("{agents}/b/bundle")),
            (&peer, "/api/federation/v1/marketplace/agents/b/bundle".to_owned()),
            (&peer, "/api/federation/v1/marketplace/agents/a/bundle".to_owned()),
        ] {
            for client in [client, &client.with("accept", ENVELOPE_TYPE)] {
                let answer = client.get(&path).await;
                assert!(!told(&answer), "{path}");
                assert!(matches!(answer.status, 200 | 404), "{path}: {}", answer.status);
                seen += i32::from(answer.status == 200);
            }
        }
        assert_eq!(seen, 14);
        // Its publisher has it whole.
        let own = scene.acme.get(&format!("{agents}/a/bundle?version=1.0.0")).await;
        assert!(own.status == 200 && told(&own));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_has_one_identity_whichever_node_is_asked() {
    each_db_async(|db| async move {
        let (one, two) = (TestServer::start(&db).await, TestServer::start(&db).await);
        let (first, second) = tokio::join!(key_set(&one), key_set(&two));
        assert_eq!((&first.instance.id, &first.keys), (&second.instance.id, &second.keys));
        rotate(&one).await;
        let set = key_set(&two).await;
        assert_eq!(set.instance.id, first.instance.id);
        assert_eq!(set.keys[1].public_key, first.keys[0].public_key);
        // The other node signs with the new key from now on.
        let signer = {
            let (identity, now) = (two.marketplace.identity.clone(), two.marketplace.now());
            two.marketplace.db.write(move |c| identity.signer(c, now)).await.unwrap()
        };
        assert_eq!(signer.key.public(), set.keys[0].public_key);
        // Of a retired key nothing is left that could sign.
        let sealed: Vec<Option<Vec<u8>>> =
            one.marketplace.db.read(|c| c.all("SELECT sealed FROM instance_key ORDER BY id", args![])).await.unwrap();
        assert_eq!((sealed[0].is_none(), sealed[1].is_some()), (true, true));
        let entries = one.admin().get("/api/admin/audit-log?action=instance_key.rotate").await.expect(200);
        assert_eq!(entries["items"][0]["actor"], "operator");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_opened_is_replaced_only_on_purpose() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let before = key_set(&server).await;
        let other =
            atom_marketplace_server::instance::Identity::new(atom_marketplace_server::seal::Sealer::new(&[1; 32]));
        let now = server.marketplace.now();
        let db = &server.marketplace.db;
        let closed = other.clone();
        let refused = db.write(move |c| closed.rotate(c, &Actor::operator(), false, now)).await.unwrap_err();
        assert!(refused.to_string().contains("another ATOM_SECRET_KEY"), "{refused}");
        db.write(move |c| other.rotate(c, &Actor::operator(), true, now)).await.unwrap();
        let after = key_set(&server).await;
        assert_eq!((after.keys.len(), after.keys[0].proof.is_none()), (2, true));
        assert_eq!(after.follow(&public(&before)), public(&before), "nothing vouches for it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_an_instance_is_can_be_asked_by_everyone() {
    each_db_async(|db| async move {
        let server = TestServer::start_with(&db, Rates { anonymous: 1, token: 1, federation: 1 }).await;
        for _ in 0..3 {
            let answer = server.anonymous().get(WELL_KNOWN).await;
            let set = answer.expect(200);
            assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
            assert_eq!(answer.header("x-ratelimit-limit"), None);
            assert_eq!((&set["protocols"], &set["vouched"]), (&json!(["atom-federation/1"]), &json!([])));
            assert_eq!(set["instance"]["url"], server.url.as_str());
        }
    })
    .await;
    each_db_async(|db| async move {
        // The test environment is another instance, and stays it.
        let server = TestServer::start_with_sandbox(&db).await;
        let real = server.anonymous().get(WELL_KNOWN).await.expect(200);
        let tested = server.anonymous().get(&format!("/api/test{WELL_KNOWN}")).await.expect(200);
        assert_ne!(real["instance"]["id"], tested["instance"]["id"]);
        server
            .anonymous()
            .with("x-test-secret", "test-secret-key")
            .post("/api/test/reset", &json!({}))
            .await
            .expect(204);
        assert_eq!(server.anonymous().get(&format!("/api/test{WELL_KNOWN}")).await.expect(200), tested);
    })
    .await;
}
