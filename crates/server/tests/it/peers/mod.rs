//! Peers: pairing, pulling, and what becomes of a peer that lies (`liars.rs`). What is pulled from is a [`FakePeer`], which signs whatever it
//! is told to.

mod liars;

use atom_marketplace_bundle::{InstanceKey, RecordStatus, YankedVersion, sign};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::peer::{FakePeer, nothing};
use atom_marketplace_testkit::{TestDb, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::scene::install;

const PEERS: &str = "/api/federation/peers";
const SKILLS: &str = "/api/skill-marketplace/skills";
/// A federation key as the fake peer takes it: any that is well formed.
fn key() -> String {
    use atom_marketplace_protocol::token::{CredentialKind, generate};
    generate(CredentialKind::FederationKey).expose().to_owned()
}

async fn server(db: &TestDb) -> TestServer {
    TestServer::node(db.db.clone(), |parts| {
        parts.rates =
            atom_marketplace_server::app::Rates { anonymous: 1_000_000, token: 1_000_000, federation: 1_000_000 };
        parts.outbound_allow = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await
}

/// A marketplace and an instance it is paired with.
struct Pair {
    server: TestServer,
    peer: FakePeer,
    /// Of the peer here.
    id: String,
}

impl Pair {
    async fn open(db: &TestDb, fields: Value) -> Self {
        let (server, peer) = (server(db).await, FakePeer::start(1).await);
        let id = pair(&server, &peer, "north", fields).await;
        Self { server, peer, id }
    }

    /// Pulls until there is nothing more.
    async fn pull(&self) -> Value {
        pull(&self.server, &self.id).await
    }

    async fn refusals(&self) -> Vec<(String, String)> {
        let page = self.server.admin().get(&format!("{PEERS}/{}/refusals?page_size=100", self.id)).await.expect(200);
        let mut found: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|refusal| (text(&refusal["code"]), text(&refusal["component_id"])))
            .collect();
        found.sort();
        found
    }

    /// The id of the instance that pulls.
    async fn own_instance(&self) -> String {
        let shown = self.server.anonymous().get("/.well-known/atom-federation").await.json();
        text(&shown["instance"]["id"])
    }

    async fn skill(&self, id: &str) -> atom_marketplace_testkit::Answer {
        self.server.anonymous().get(&format!("{SKILLS}/{id}?source_tenant_id=acme@north")).await
    }

    async fn listed(&self) -> Vec<String> {
        listed(&self.server).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn pair(server: &TestServer, peer: &FakePeer, name: &str, fields: Value) -> String {
    let mut body = json!({ "name": name, "base_url": peer.url, "key": key(), "fingerprint": peer.fingerprint() });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    text(&server.admin().post(PEERS, &body).await.expect(201)["id"])
}

async fn pull(server: &TestServer, id: &str) -> Value {
    for _ in 0..20 {
        server.admin().post(&format!("{PEERS}/{id}/sync"), &json!({})).await;
        server.marketplace.pull_from_peers().await.expect("the job runs");
        let peer = server.admin().get(&format!("{PEERS}/{id}")).await.expect(200);
        if peer["error"].is_string() || (peer["pulled_at"].is_string() && peer["current_at"] == peer["pulled_at"]) {
            return peer;
        }
    }
    panic!("it never comes to an end");
}

/// `acme@north/one 1.0.0` of every skill that everyone sees.
async fn listed(server: &TestServer) -> Vec<String> {
    let page = server.anonymous().get(&format!("{SKILLS}?page_size=100")).await.expect(200);
    let mut found: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("{}/{} {}", text(&item["source_tenant_id"]), text(&item["id"]), text(&item["version"])))
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_paired_with_by_the_fingerprint_of_its_key() {
    each_db_async(|db| async move {
        let (server, peer) = (server(&db).await, FakePeer::start(1).await);
        let admin = server.admin();
        let probed = admin.post(&format!("{PEERS}/probe"), &json!({ "base_url": format!("{}/api", peer.url) })).await;
        let probed = probed.expect(200);
        assert_eq!(
            (&probed["fingerprint"], &probed["instance"]["id"]),
            (&json!(peer.fingerprint()), &json!(peer.instance()))
        );
        assert_eq!(admin.get(PEERS).await.expect(200)["total"], 0, "nothing is stored by asking");

        let secret = key();
        let body = json!({
            "name": "partner.example", "base_url": format!("{}/api/federation/", peer.url), "key": secret,
            "fingerprint": peer.fingerprint().to_lowercase().replace('-', " "), "filters": { "kinds": ["skill"] },
        });
        let made = admin.post(PEERS, &body).await;
        assert!(!String::from_utf8_lossy(&made.bytes).contains(&secret), "the key is never shown");
        let location = made.header("location").unwrap().to_owned();
        let made = made.expect(201);
        assert_eq!(location, format!("{PEERS}/{}", text(&made["id"])));
        for (field, value) in [
            ("status", json!("active")),
            ("policy", json!("publish")),
            ("mirror", json!("all")),
            ("reexport", json!(false)),
            ("base_url", json!(peer.url)),
            ("fingerprint", json!(peer.fingerprint())),
            ("schedule_seconds", json!(300)),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        assert_eq!(made["keys"].as_array().unwrap().len(), 1);
        assert_eq!(admin.get(&location).await.expect(200)["id"], made["id"]);
        assert_eq!(admin.get(PEERS).await.expect(200)["items"][0]["id"], made["id"]);
        admin.post(PEERS, &body).await.expect_error(409, "CONFLICT");
        let again = json!({ "name": "other", "base_url": peer.url, "key": key() });
        admin.post(PEERS, &again).await.expect_error(409, "CONFLICT");

        let changed = admin.patch(&location, &json!({ "policy": "review", "schedule_seconds": 60 })).await.expect(200);
        assert_eq!(
            (&changed["policy"], &changed["schedule_seconds"], &changed["filters"]),
            (&json!("review"), &json!(60), &json!({"kinds": ["skill"]}))
        );
        assert_eq!(admin.patch(&location, &json!({ "status": "paused" })).await.expect(200)["status"], "paused");
        admin.post(&format!("{location}/sync"), &json!({})).await.expect_error(409, "CONFLICT");
        admin.patch(&location, &json!({ "status": "active" })).await.expect(200);
        admin.delete(&location).await.expect(204);
        admin.get(&location).await.expect_error(404, "NOT_FOUND");

        // Its name stays its own.
        let impostor = FakePeer::start(9).await;
        let taken = json!({ "name": "partner.example", "base_url": impostor.url, "key": key() });
        admin.post(PEERS, &taken).await.expect_error(409, "CONFLICT");
        admin.post(PEERS, &body).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_peer_is_refused_with_a_reason() {
    each_db_async(|db| async move {
        let (server, peer) = (server(&db).await, FakePeer::start(1).await);
        let admin = server.admin();
        let good = json!({ "name": "north", "base_url": peer.url, "key": key() });
        for (field, value) in [
            ("name", json!("North")),
            ("name", json!("n")),
            ("name", json!("a@b")),
            ("base_url", json!("not a url")),
            ("base_url", json!("http://10.0.0.1/")),
            ("base_url", json!("http://127.0.0.1:1/")),
            ("base_url", json!(format!("{}/?a=b", peer.url))),
            ("base_url", json!(format!("{}/nothing/here", peer.url))),
            ("base_url", json!(server.url)),
            ("key", json!("sk-fed-wrong")),
            ("fingerprint", json!("AAAA-AAAA-AAAA-AAAA-AAAA")),
            ("fingerprint", json!("what?")),
            ("schedule_seconds", json!(9)),
            ("filters", json!({ "tags": [""] })),
        ] {
            let mut body = good.clone();
            body[field] = value.clone();
            let answer = admin.post(PEERS, &body).await;
            // The server's own description names itself: that is a conflict once it has one.
            if field == "base_url" && value == json!(server.url) {
                assert!([400, 409].contains(&answer.status), "{value}");
                continue;
            }
            let error = answer.expect_error(400, "INVALID_REQUEST");
            let named = error["fields"][0]["path"].as_str().unwrap_or_default();
            assert!(named.starts_with(field), "{field} {value}: {error}");
        }
        assert_eq!(admin.get(PEERS).await.expect(200)["total"], 0);
        let acme = server.tenant("acme", Plan::Enterprise).await;
        acme.post(PEERS, &good).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        server.anonymous().get(PEERS).await.expect_error(401, "UNAUTHENTICATED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_peer_publishes_is_listed_with_its_origin_and_installs_like_anything_else() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let (server, peer) = (&pair.server, &pair.peer);
        let local = server.tenant("acme", Plan::Enterprise).await;
        let globex = server.tenant("globex", Plan::Enterprise).await;
        let files = json!([{ "path": "SKILL.md", "encoding": "utf-8", "content": "# CRM\nLooks things up." }]);
        let needs = json!([{ "component_type": "skill", "id": "base", "version": "^1.0" }, { "component_type": "skill", "id": "other", "source_tenant_id": "umbrella", "version": "*" }]);
        let fields = json!({ "content": { "steps": [1, 2] }, "files": files, "tags": ["crm"], "category": "sales", "dependencies": needs });
        // What is needed comes after what needs it.
        peer.publish(Kind::Skill, "acme", "crm", "1.0.0", fields);
        peer.publish(Kind::Skill, "acme", "base", "1.2.0", json!({}));
        peer.publish(Kind::Skill, "umbrella", "other", "3.0.0-rc.1", json!({}));
        peer.publish(Kind::Skill, "umbrella", "other", "3.0.0", json!({}));
        let state = pair.pull().await;
        assert_eq!((&state["components"], &state["sequence"], &state["head"]), (&json!(3), &json!(4), &json!(4)), "{state}");
        assert_eq!(pair.refusals().await, []);
        assert_eq!(pair.listed().await, ["acme@north/base 1.2.0", "acme@north/crm 1.0.0", "umbrella@north/other 3.0.0"]);

        let crm = pair.skill("crm").await.expect(200);
        assert_eq!(crm["origin"]["instance"], json!(peer.instance()));
        assert_eq!((&crm["origin"]["tenant_id"], &crm["origin"]["peer"]), (&json!("acme"), &json!("north")));
        assert_eq!(crm["origin"].get("vouched_by"), None);
        assert_eq!((&crm["publisher"]["name"], &crm["publisher"]["verified"]), (&json!("acme Inc."), &json!(false)));
        assert_eq!(crm["content"], json!({ "steps": [1, 2] }));
        let listed = server.anonymous().get(&format!("{SKILLS}?tag=crm&category=sales")).await.expect(200);
        assert_eq!(listed["items"][0]["origin"]["peer"], "north");
        let found = server.anonymous().get(&format!("{SKILLS}/search?query=crm")).await.expect(200);
        assert_eq!(found["items"][0]["id"], "crm");

        // Unqualified, what is local comes first; both are there.
        let body = json!({ "skill_id": "crm", "marketplace_type": "private", "name": "Ours", "description": "Local." });
        local.post(SKILLS, &body).await.expect(201);
        assert_eq!(local.get(&format!("{SKILLS}/crm")).await.expect(200)["source_tenant_id"], "acme");
        assert_eq!(globex.get(&format!("{SKILLS}/crm")).await.expect(200)["source_tenant_id"], "acme@north");

        // Its dependencies come along, by the names they have here.
        globex.post(&install(Kind::Skill, "crm"), &json!({})).await.expect_error(400, "DEPENDENCY_MISSING");
        let installed = globex.post(&install(Kind::Skill, "crm"), &json!({ "auto_install_dependencies": true })).await;
        let installed = installed.expect(201);
        assert_eq!((&installed["source_tenant_id"], &installed["version"]), (&json!("acme@north"), &json!("1.0.0")));
        assert_eq!(installed["dependencies"].as_array().unwrap().len(), 2, "{installed}");
        let bulk = json!({ "skill_ids": ["base", "other"] });
        assert_eq!(globex.post(&format!("{SKILLS}/bulk-install"), &bulk).await.expect(200)["failed"], 0);
        globex.put(&format!("{SKILLS}/crm/rating"), &json!({ "rating": 5 })).await.expect(200);
        assert_eq!(pair.skill("crm").await.expect(200)["average_rating"], 5.0);

        // Nobody publishes there.
        let mirrored = server.admin_for("acme@north");
        let body = json!({ "skill_id": "crm", "marketplace_type": "public", "name": "Mine", "description": "Now." });
        mirrored.post(SKILLS, &body).await.expect_error(409, "CONFLICT");
        let body = json!({ "skill_id": "new", "marketplace_type": "public", "name": "Mine", "description": "Now." });
        mirrored.post(SKILLS, &body).await.expect_error(409, "CONFLICT");
        mirrored.delete(&format!("{SKILLS}/crm")).await.expect_error(409, "CONFLICT");

        // Another version is an upgrade like any other.
        peer.publish(Kind::Skill, "acme", "base", "1.3.0", json!({ "description": "Better." }));
        let state = pair.pull().await;
        assert_eq!((&state["sequence"], &state["error"]), (&json!(5), &Value::Null));
        let outdated = globex.get("/api/installations?component_type=skill").await.expect(200);
        let base = outdated["items"].as_array().unwrap().iter().find(|item| item["component_id"] == "base").unwrap();
        let path = format!("/api/installations/{}", text(&base["id"]));
        assert_eq!(globex.patch(&path, &json!({ "version": "latest" })).await.expect(200)["version"], "1.3.0");

        // The same again changes nothing.
        let before = pair.skill("crm").await.expect(200)["updated_at"].clone();
        pair.pull().await;
        assert_eq!(pair.skill("crm").await.expect(200)["updated_at"], before);
        let log = server.admin().get("/api/admin/audit-log?action=peer.apply").await.expect(200);
        assert_eq!(log["total"], 2, "{log}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_origin_says_of_it_becomes_true_here() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let (server, peer) = (&pair.server, &pair.peer);
        let globex = server.tenant("globex", Plan::Enterprise).await;
        for id in ["one", "two", "three"] {
            peer.publish(Kind::Skill, "acme", id, "1.0.0", json!({}));
        }
        peer.publish(Kind::Skill, "acme", "one", "1.1.0", json!({}));
        pair.pull().await;
        for id in ["one", "two", "three"] {
            globex.post(&install(Kind::Skill, id), &json!({})).await.expect(201);
        }
        peer.change(Kind::Skill, "acme", "one", "yanked", Some("1.1.0"), |record| {
            record.versions[1].yanked = Some(YankedVersion { reason: Some("It breaks.".to_owned()) });
            record.head = Some("1.0.0".to_owned());
        });
        peer.change(Kind::Skill, "acme", "two", "deprecated", None, |record| {
            record.deprecated = serde_json::from_value(
                json!({ "message": "Use one.", "successor": { "id": "one", "source_tenant_id": "acme" } }),
            )
            .unwrap();
        });
        peer.gone(Kind::Skill, "acme", "three", RecordStatus::Quarantined, Some("It steals."));
        pair.pull().await;
        let one = pair.skill("one").await.expect(200);
        assert_eq!(one["version"], "1.0.0", "what was yanked is not shown");
        let versions =
            server.anonymous().get(&format!("{SKILLS}/one/versions?source_tenant_id=acme@north")).await.expect(200);
        assert_eq!(
            (&versions["items"][0]["yanked"], &versions["items"][0]["yank_reason"]),
            (&json!(true), &json!("It breaks."))
        );
        let two = pair.skill("two").await.expect(200);
        assert_eq!(two["deprecated"]["successor"]["source_tenant_id"], "acme@north");
        pair.skill("three").await.expect_error(404, "COMPONENT_NOT_FOUND");
        let events = globex.get("/api/events").await.expect(200);
        let heard: Vec<_> = events["items"].as_array().unwrap().iter().map(|event| text(&event["type"])).collect();
        for told in ["component.yanked", "component.deprecated", "component.quarantined"] {
            assert!(heard.contains(&told.to_owned()), "{told}: {heard:?}");
        }

        // It is released; and one is withdrawn, and comes back with its next version.
        peer.change(Kind::Skill, "acme", "three", "released", None, |record| {
            record.status = RecordStatus::Published;
            record.reason = None;
            record.head = Some("1.0.0".to_owned());
            record.manifest = json!({ "name": "The three", "description": "Does things." }).as_object().cloned();
        });
        let gone = peer.gone(Kind::Skill, "acme", "two", RecordStatus::Withdrawn, None);
        assert_eq!(gone.revision, 3);
        pair.pull().await;
        assert_eq!(pair.skill("three").await.expect(200)["status"], "published");
        pair.skill("two").await.expect_error(404, "COMPONENT_NOT_FOUND");
        assert_eq!(globex.get("/api/installations").await.expect(200)["total"], 3, "whoever has it keeps it");
        peer.publish(Kind::Skill, "acme", "two", "1.0.1", json!({}));
        pair.pull().await;
        assert_eq!(pair.skill("two").await.expect(200)["version"], "1.0.1");

        // What this marketplace has decided stands, whatever the origin says.
        let admin = server.admin();
        let at = |verb: &str| format!("/api/admin/components/skill/acme@north/one/{verb}");
        admin.post(&at("quarantine"), &json!({ "reason": "We do not trust it." })).await.expect(200);
        peer.publish(Kind::Skill, "acme", "one", "2.0.0", json!({}));
        pair.pull().await;
        pair.skill("one").await.expect_error(404, "COMPONENT_NOT_FOUND");
        admin.post(&at("release"), &json!({ "reason": "We do again." })).await.expect(200);
        assert_eq!(pair.skill("one").await.expect(200)["version"], "2.0.0");
        admin
            .post("/api/admin/components/skill/acme@north/two/takedown", &json!({ "reason": "A court." }))
            .await
            .expect(200);
        peer.publish(Kind::Skill, "acme", "two", "3.0.0", json!({}));
        pair.pull().await;
        assert_eq!(pair.refusals().await, [("taken_down".to_owned(), "two".to_owned())]);

        // It goes on under another name; the old one still means it.
        peer.rename(Kind::Skill, "acme", "three", "drei");
        pair.pull().await;
        assert_eq!(pair.skill("drei").await.expect(200)["id"], "drei");
        assert_eq!(pair.listed().await, ["acme@north/drei 1.0.0", "acme@north/one 2.0.0"]);
        let kept = globex.get("/api/installations").await.expect(200);
        assert!(kept["items"].as_array().unwrap().iter().any(|item| item["component_id"] == "drei"), "{kept}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_review_nothing_is_public_before_a_reviewer_has_looked() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, json!({ "policy": "review" })).await;
        let (admin, peer) = (pair.server.admin(), &pair.peer);
        peer.publish(Kind::Skill, "acme", "one", "1.0.0", json!({}));
        peer.publish(Kind::Skill, "acme", "one", "1.1.0", json!({ "description": "More." }));
        peer.publish(Kind::Skill, "acme", "bad", "1.0.0", json!({}));
        pair.pull().await;
        assert_eq!(pair.listed().await, [""; 0]);
        let waiting = admin.get("/api/admin/submissions").await.expect(200);
        let waiting = waiting["items"].as_array().unwrap().clone();
        assert_eq!(waiting.len(), 3, "{waiting:?}");
        let decide = async |id: &str, version: &str, verb: &str| {
            let one = waiting.iter().find(|one| one["component_id"] == *id && one["version"] == *version).unwrap();
            let path = format!("/api/admin/submissions/{}/{verb}", text(&one["id"]));
            admin.post(&path, &json!({ "reason": "So it is.", "digest": one["digest"] })).await.expect(200);
        };
        decide("one", "1.0.0", "approve").await;
        assert_eq!(pair.listed().await, ["acme@north/one 1.0.0"]);
        decide("bad", "1.0.0", "reject").await;
        decide("one", "1.1.0", "approve").await;
        assert_eq!(pair.listed().await, ["acme@north/one 1.1.0"]);
        peer.publish(Kind::Skill, "acme", "one", "1.2.0", json!({ "description": "Even more." }));
        peer.change(Kind::Skill, "acme", "bad", "deprecated", None, |_| {});
        pair.pull().await;
        assert_eq!(
            pair.listed().await,
            ["acme@north/one 1.1.0"],
            "the new version waits, and what was rejected stays so"
        );
        let waiting = admin.get("/api/admin/submissions").await.expect(200);
        assert_eq!((&waiting["total"], &waiting["items"][0]["version"]), (&json!(1), &json!("1.2.0")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_peer_passes_on_keeps_its_origin_and_its_signature() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let (peer, origin) = (&pair.peer, FakePeer::start(5).await);
        origin.publish(Kind::Skill, "acme", "far", "1.0.0", json!({}));
        peer.publish(Kind::Skill, "acme", "far", "2.0.0", json!({}));
        peer.pass_on(&origin, Kind::Skill, "acme", "far", "1.0.0");
        pair.pull().await;
        assert_eq!(
            pair.refusals().await,
            [("unknown_origin".to_owned(), "far".to_owned())],
            "nobody has said whose keys those are"
        );
        peer.vouch(&origin);
        peer.pass_on(&origin, Kind::Skill, "acme", "far", "1.0.0");
        pair.pull().await;
        assert_eq!(pair.listed().await, ["acme@instance-5.north/far 1.0.0", "acme@north/far 2.0.0"]);
        let path = format!("{SKILLS}/far?source_tenant_id=acme@instance-5.north");
        let far = pair.server.anonymous().get(&path).await.expect(200);
        assert_eq!(far["origin"]["instance"], json!(origin.instance()));
        assert_eq!(far["origin"]["vouched_by"], json!(peer.instance()));
        let path = format!("{SKILLS}/far/bundle?source_tenant_id=acme@instance-5.north");
        let envelope = pair.server.anonymous().with("accept", "application/vnd.dsse.envelope.v1+json").get(&path).await;
        let bundle = atom_marketplace_bundle::verify_bundle(&envelope.bytes, &[origin.key().public()]);
        assert_eq!(bundle.expect("the origin's own signature").document.instance, origin.instance());

        // Once the origin is a peer itself, nobody else speaks for it.
        pair_with(&pair.server, &origin, "south").await;
        peer.pass_on(&origin, Kind::Skill, "acme", "far", "1.0.0");
        pair.pull().await;
        assert!(pair.refusals().await.contains(&("pulled_directly".to_owned(), "far".to_owned())));
    })
    .await;
}

async fn pair_with(server: &TestServer, peer: &FakePeer, name: &str) -> String {
    pair(server, peer, name, nothing()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_metadata_the_content_comes_when_somebody_asks_for_it() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, json!({ "mirror": "metadata" })).await;
        let (server, peer) = (&pair.server, &pair.peer);
        let globex = server.tenant("globex", Plan::Enterprise).await;
        let fields = json!({ "content": { "steps": [1] }, "readme": "# Read me", "dependencies": [{ "component_type": "skill", "id": "base", "version": "*" }] });
        peer.publish(Kind::Skill, "acme", "crm", "1.0.0", fields);
        peer.publish(Kind::Skill, "acme", "base", "1.0.0", json!({}));
        peer.publish(Kind::Skill, "acme", "base", "1.1.0", json!({ "content": 7 }));
        pair.pull().await;
        assert_eq!(pair.listed().await, ["acme@north/base 1.1.0", "acme@north/crm 1.0.0"]);
        assert!(!peer.asked().iter().any(|asked| asked.contains("bundle")), "nothing was fetched: {:?}", peer.asked());
        let crm = pair.skill("crm").await.expect(200);
        assert_eq!((&crm["readme"], crm.get("content")), (&json!("# Read me"), None));
        peer.answer(503);
        globex.post(&install(Kind::Skill, "crm"), &json!({})).await.expect_error(503, "UNAVAILABLE");
        peer.honest();
        let installed = globex.post(&install(Kind::Skill, "crm"), &json!({ "auto_install_dependencies": true })).await;
        assert_eq!(installed.expect(201)["dependencies"].as_array().unwrap().len(), 1);
        assert_eq!(pair.skill("crm").await.expect(200)["content"], json!({ "steps": [1] }));
        let bundle = server.anonymous().get(&format!("{SKILLS}/base/bundle?version=1.0.0&source_tenant_id=acme@north")).await;
        assert_eq!(bundle.expect(200)["version"], "1.0.0");
        let asked = peer.asked().iter().filter(|asked| asked.starts_with("bundle")).count();
        server.anonymous().get(&format!("{SKILLS}/base/bundle?version=1.0.0&source_tenant_id=acme@north")).await.expect(200);
        assert_eq!(peer.asked().iter().filter(|asked| asked.starts_with("bundle")).count(), asked, "once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_brings_the_next_pull_forward_if_a_peer_has_signed_it() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let (server, peer) = (&pair.server, &pair.peer);
        let events = "/api/federation/v1/events";
        peer.publish(Kind::Skill, "acme", "one", "1.0.0", json!({}));
        pair.pull().await;
        peer.publish(Kind::Skill, "acme", "two", "1.0.0", json!({}));
        server.marketplace.pull_from_peers().await.unwrap();
        assert_eq!(pair.listed().await.len(), 1, "it is not due");
        let anyone = server.anonymous();
        let hint = |key: &InstanceKey, at: &str, id: &str| {
            let event = atom_marketplace_bundle::Event {
                format: "atom-federation-event/1".to_owned(),
                instance: peer.instance(),
                sequence: 2,
                at: at.to_owned(),
                id: id.to_owned(),
            };
            json!(sign(&event, key).unwrap())
        };
        let now = server.marketplace.now();
        let old = now.minus(std::time::Duration::from_mins(6)).to_string();
        for (key, at) in [(InstanceKey::from_seed(&[66; 32]), now.to_string()), (peer.key(), old)] {
            anyone.post(events, &hint(&key, &at, "hnt_1")).await.expect_error(400, "WEBHOOK_VERIFICATION_FAILED");
        }
        server.marketplace.pull_from_peers().await.unwrap();
        assert_eq!(pair.listed().await.len(), 1);
        let good = hint(&peer.key(), &now.to_string(), "hnt_2");
        assert_eq!(anyone.post(events, &good).await.status, 202);
        server.marketplace.pull_from_peers().await.unwrap();
        assert_eq!(pair.listed().await.len(), 2);
        peer.publish(Kind::Skill, "acme", "three", "1.0.0", json!({}));
        assert_eq!(anyone.post(events, &good).await.status, 202, "it is no news");
        server.marketplace.pull_from_peers().await.unwrap();
        assert_eq!(pair.listed().await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_cut_off_goes_on_where_it_was_and_one_that_ends_is_undone() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, json!({ "filters": { "tags": ["kept"] } })).await;
        let (admin, peer) = (pair.server.admin(), &pair.peer);
        let path = format!("{PEERS}/{}", pair.id);
        for number in 0..70 {
            let tags = if number % 2 == 0 { json!(["kept"]) } else { json!(["other"]) };
            peer.publish(Kind::Skill, "acme", &format!("skill-{number}"), "1.0.0", json!({ "tags": tags }));
        }
        peer.page_size(20);
        // It vanishes in the middle of the third page.
        peer.tamper(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            if text.contains("\"skill-45\"") { bytes[..bytes.len() / 2].to_vec() } else { bytes }
        });
        let state = pair.pull().await;
        assert_eq!((&state["sequence"], &state["head"]), (&json!(40), &json!(70)), "{state}");
        assert_eq!(pair.listed().await.len(), 20);
        peer.honest();
        let before = peer.asked().len();
        let state = pair.pull().await;
        assert_eq!((&state["sequence"], &state["components"]), (&json!(70), &json!(35)), "{state}");
        let asked = peer.asked()[before..].iter().filter(|asked| asked.starts_with("changes")).count();
        assert_eq!(asked, 2, "what was taken is not asked for again");
        let metrics = pair.server.anonymous().get("/metrics").await;
        assert!(String::from_utf8_lossy(&metrics.bytes).contains("atom_peer_behind_entries{peer=\"north\"}"));

        admin.patch(&path, &json!({ "filters": { "tags": ["other"] } })).await.expect(200);
        pair.pull().await;
        assert_eq!(pair.listed().await.len(), 35, "the others came, and those went");
        assert!(pair.listed().await.contains(&"acme@north/skill-1 1.0.0".to_owned()));
        admin.delete(&path).await.expect(204);
        for _ in 0..4 {
            pair.server.marketplace.pull_from_peers().await.unwrap();
        }
        assert_eq!(pair.listed().await, [""; 0]);
        let again = self::pair(&pair.server, peer, "north", nothing()).await;
        pull(&pair.server, &again).await;
        assert_eq!(pair.listed().await.len(), 70, "it comes back under the same names");
    })
    .await;
}
