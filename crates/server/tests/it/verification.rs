//! Verified publishers: over a real name server and a real web server, both on loopback.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::dns::NameServer;
use atom_marketplace_testkit::{Answer, Client, TestDb, TestServer, each_db_async};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::{Value, json};

use crate::scene::Scene;

const DAY: Duration = Duration::from_hours(24);

/// What the web server answers for each domain.
type Pages = Arc<Mutex<HashMap<String, (StatusCode, String)>>>;

struct World {
    scene: Scene,
    names: NameServer,
    pages: Pages,
}

impl World {
    async fn open(db: &TestDb) -> Self {
        let names = NameServer::start().await;
        let pages = Pages::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let web = listener.local_addr().expect("bound");
        let answer = async |State(pages): State<Pages>, Path(domain): Path<String>| {
            let known = pages.lock().unwrap().get(&domain).cloned();
            known.unwrap_or((StatusCode::NOT_FOUND, String::new()))
        };
        let app = Router::new().route("/{domain}", get(answer)).with_state(pages.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.expect("serves until the test ends") });
        let dns = names.address;
        let server = TestServer::node(db.db.clone(), |parts| {
            parts.dns_server = Some(dns);
            parts.verification_file = format!("http://{web}/{{domain}}");
            parts.outbound_allow = vec!["127.0.0.1/32".parse().unwrap()];
        })
        .await;
        let (acme, admin) = (server.tenant("acme", Plan::Enterprise).await, server.admin());
        Self { scene: Scene { server, acme, admin }, names, pages }
    }

    fn page(&self, domain: &str, status: StatusCode, text: &str) {
        self.pages.lock().unwrap().insert(domain.to_owned(), (status, text.to_owned()));
    }

    /// Claims a domain by DNS, and puts the record there.
    async fn prove(&self, domain: &str) -> Value {
        let claimed = claim(&self.scene.acme, domain, "dns").await.expect(201);
        let text = |field: &str| claimed["instructions"][field].as_str().expect("a text").to_owned();
        self.names.set(&text("record_name"), &[&text("record_value")]);
        let checked = check(&self.scene.acme, domain).await;
        assert_eq!(checked["status"], "verified", "{checked}");
        checked
    }

    async fn is_verified(&self) -> bool {
        let tenant = self.scene.acme.get("/api/tenant").await.expect(200);
        let component = self.scene.server.anonymous().get(&Kind::Skill.path_of("crm")).await.expect(200);
        assert_eq!(tenant["verified"], component["publisher"]["verified"]);
        tenant["verified"] == true
    }

    async fn run_job(&self) {
        self.scene.server.marketplace.check_due_domains().await.expect("it runs");
    }

    fn wait(&self, days: u32) {
        self.scene.server.marketplace.clock.advance(DAY * days);
    }
}

async fn claim(client: &Client, domain: &str, method: &str) -> Answer {
    client.post("/api/tenant/verification", &json!({ "domain": domain, "method": method })).await
}

async fn check(client: &Client, domain: &str) -> Value {
    client.post(&format!("/api/tenant/verification/{domain}/check"), &json!({})).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_proven_by_a_record_or_a_file() {
    each_db_async(|db| async move {
        let world = World::open(&db).await;
        let acme = &world.scene.acme;
        world.scene.publish(Kind::Skill, "crm", json!({})).await;
        assert!(!world.is_verified().await);

        let claimed = claim(acme, "Acme.Example.", "dns").await.expect(201);
        let value = format!("atom-marketplace-verification={}", claimed["token"].as_str().unwrap());
        let instructions = json!({ "record_name": "_atom-marketplace.acme.example", "record_value": value });
        assert_eq!(
            (&claimed["domain"], &claimed["status"], &claimed["instructions"]),
            (&json!("acme.example"), &json!("pending"), &instructions)
        );
        assert_eq!(claim(acme, "acme.example", "dns").await.expect(200), claimed);

        let name = "_atom-marketplace.acme.example";
        let long = format!("{value}{}", "x".repeat(300));
        for (texts, why) in [
            (vec![], "has no TXT record"),
            (vec!["v=spf1 -all", "atom-marketplace-verification=another"], "none of the 2 TXT records"),
            (vec![long.as_str()], "none of the 1 TXT records"),
        ] {
            world.names.set(name, &texts);
            let checked = check(acme, "acme.example").await;
            assert_eq!(checked["status"], "pending");
            assert!(checked["error"].as_str().unwrap().contains(why), "{checked}");
        }
        world.names.set("acme.example", &[&value]);
        assert_eq!(check(acme, "acme.example").await["status"], "pending", "at the domain itself it says nothing");
        assert!(!world.is_verified().await);
        world.names.set(name, &["v=spf1 -all", &value]);
        let checked = check(acme, "ACME.example").await;
        assert_eq!(
            (&checked["status"], &checked["failures"], checked.get("error")),
            (&json!("verified"), &json!(0), None)
        );
        assert!(world.is_verified().await);

        // A file, at a name beyond ASCII.
        let claimed = claim(acme, "bücher.example", "file").await.expect(201);
        let (domain, content) =
            (claimed["domain"].as_str().unwrap(), claimed["instructions"]["content"].as_str().unwrap());
        assert_eq!(domain, "xn--bcher-kva.example");
        assert!(claimed["instructions"]["url"].as_str().unwrap().contains(domain), "{claimed}");
        for (status, text, why) in [
            (StatusCode::NOT_FOUND, content, "404"),
            (StatusCode::FOUND, content, "302"),
            (StatusCode::OK, "nothing of it", "has no line"),
            (StatusCode::OK, &format!("x{content}"), "has no line"),
        ] {
            world.page(domain, status, text);
            let checked = check(acme, domain).await;
            assert!(checked["error"].as_str().unwrap().contains(why), "{checked}");
        }
        world.page(domain, StatusCode::OK, &format!("# ours\r\n{content}\r\n"));
        assert_eq!(check(acme, domain).await["status"], "verified");

        // The same domain is of use to nobody else by our token.
        let globex = world.scene.server.tenant("globex", Plan::Free).await;
        claim(&globex, "acme.example", "dns").await.expect(201);
        assert_eq!(check(&globex, "acme.example").await["status"], "pending");

        let publisher = world.scene.server.anonymous().get("/api/publishers/acme").await.expect(200);
        assert_eq!(publisher["domains"], json!(["acme.example", "xn--bcher-kva.example"]));
        assert_eq!(publisher["components"], json!([{ "component_type": "skill", "count": 1 }]));
        assert_eq!(publisher["verified"], true);
        // Who shows nothing to everyone is there for itself and the platform alone.
        for (client, status) in
            [(&globex, 200), (&world.scene.admin, 200), (acme, 404), (&world.scene.server.anonymous(), 404)]
        {
            assert_eq!(client.get("/api/publishers/globex").await.status, status);
        }
        let nobody = world.scene.server.anonymous().get("/api/publishers/no-such-tenant").await;
        let hidden = world.scene.server.anonymous().get("/api/publishers/globex").await;
        assert_eq!(nobody.json()["error"]["message"], hidden.json()["error"]["message"]);

        let mark = acme.get("/api/tenant/verification").await.expect(200);
        assert_eq!((&mark["verified"], mark["domains"].as_array().unwrap().len()), (&json!(true), 2));
        acme.delete("/api/tenant/verification/acme.example").await.expect(204);
        assert!(world.is_verified().await, "one is left");
        acme.delete(&format!("/api/tenant/verification/{domain}")).await.expect(204);
        assert!(!world.is_verified().await);
        for (method, path) in [
            ("delete", "/api/tenant/verification/acme.example"),
            ("post", "/api/tenant/verification/acme.example/check"),
            ("post", "/api/tenant/verification/no%20domain/check"),
        ] {
            let answer = if method == "post" { acme.post(path, &json!({})).await } else { acme.delete(path).await };
            answer.expect_error(404, "NOT_FOUND");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nobodys_domain_is_refused() {
    each_db_async(|db| async move {
        let world = World::open(&db).await;
        for domain in [
            "",
            "acme",
            "co.uk",
            "github.io",
            "127.0.0.1",
            "[::1]",
            "https://acme.example",
            "acme.example/x",
            "a b.example",
        ] {
            let details = claim(&world.scene.acme, domain, "dns").await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], "domain", "{domain}");
        }
        claim(&world.scene.acme, "acme.example", "mail").await.expect_error(400, "INVALID_REQUEST");
        for number in 0..20 {
            claim(&world.scene.acme, &format!("d{number}.example"), "file").await.expect(201);
        }
        claim(&world.scene.acme, "d20.example", "file").await.expect_error(409, "CONFLICT");
        claim(&world.scene.acme, "d19.example", "dns").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_is_gone_takes_the_mark_with_it_after_three_looks() {
    each_db_async(|db| async move {
        let world = World::open(&db).await;
        world.scene.publish(Kind::Skill, "crm", json!({})).await;
        let proven = world.prove("acme.example").await;
        let name = "_atom-marketplace.acme.example";
        let value = proven["instructions"]["record_value"].as_str().unwrap().to_owned();
        let state = async || {
            let mark = world.scene.acme.get("/api/tenant/verification").await.expect(200);
            mark["domains"][0].clone()
        };

        world.wait(6);
        world.run_job().await;
        assert_eq!(state().await["checked_at"], proven["checked_at"], "not before a week has passed");
        world.wait(2);
        world.run_job().await;
        let again = state().await;
        assert_ne!(again["checked_at"], proven["checked_at"]);
        assert_eq!((&again["status"], &again["verified_at"]), (&json!("verified"), &proven["verified_at"]));

        // Twice missed and found again begins anew.
        for round in 0..2 {
            world.names.set(name, &[]);
            world.wait(8);
            for missed in 1..=2 {
                world.run_job().await;
                assert_eq!(state().await["failures"], missed, "round {round}");
                assert!(world.is_verified().await);
                world.wait(2);
            }
            if round == 0 {
                world.names.set(name, &[&value]);
                world.run_job().await;
                assert_eq!(state().await["failures"], 0);
            }
        }
        world.run_job().await;
        let lapsed = state().await;
        assert_eq!((&lapsed["status"], &lapsed["failures"]), (&json!("lapsed"), &json!(3)));
        assert!(lapsed["error"].as_str().unwrap().contains("no TXT record"));
        assert!(!world.is_verified().await);
        let publisher = world.scene.server.anonymous().get("/api/publishers/acme").await.expect(200);
        assert_eq!((&publisher["verified"], &publisher["domains"]), (&json!(false), &json!([])));

        world.names.set(name, &[&value]);
        world.wait(30);
        world.run_job().await;
        assert!(!world.is_verified().await, "what has lapsed is looked for when it is asked for");
        assert_eq!(check(&world.scene.acme, "acme.example").await["status"], "verified");
        assert!(world.is_verified().await);
        let recorded = world
            .scene
            .server
            .marketplace
            .db
            .read(|c| {
                c.all::<(String, String)>(
            "SELECT action, actor FROM audit_log WHERE action IN ('domain.verify', 'domain.lapse') ORDER BY number",
            atom_marketplace_db::args![],
        )
            })
            .await
            .expect("entries");
        let actions: Vec<_> = recorded.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(actions, ["domain.verify", "domain.lapse", "domain.verify"]);
        assert_eq!(recorded[1].1, "policy:verified-domains");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_has_to_prove_its_domains_again() {
    each_db_async(|db| async move {
        let world = World::open(&db).await;
        let acme = &world.scene.acme;
        world.scene.publish(Kind::Skill, "crm", json!({})).await;
        world.prove("acme.example").await;
        acme.patch("/api/tenant", &json!({ "name": "acme" })).await.expect(200);
        assert!(world.is_verified().await, "the same name");
        acme.patch("/api/tenant", &json!({ "name": "Globex" })).await.expect(200);
        assert!(!world.is_verified().await);
        let mark = acme.get("/api/tenant/verification").await.expect(200);
        assert_eq!(mark["domains"][0]["status"], "pending");
        world.wait(30);
        world.run_job().await;
        assert!(!world.is_verified().await, "nothing gives the mark to another name by itself");
        check(acme, "acme.example").await;
        assert!(world.is_verified().await);
        acme.delete("/api/tenant/verification/acme.example").await.expect(204);

        // What the platform vouched for is over too, unless the platform itself gives the name.
        let vouch = json!({ "verified": true });
        world.scene.admin.patch("/api/admin/tenants/acme", &vouch).await.expect(200);
        assert!(world.is_verified().await);
        world.scene.admin.patch("/api/admin/tenants/acme", &json!({ "name": "Acme" })).await.expect(200);
        assert!(world.is_verified().await);
        acme.patch("/api/tenant", &json!({ "name": "Initech" })).await.expect(200);
        assert!(!world.is_verified().await);
        // Either is enough.
        world.scene.admin.patch("/api/admin/tenants/acme", &vouch).await.expect(200);
        world.prove("initech.example").await;
        world.scene.admin.patch("/api/admin/tenants/acme", &json!({ "verified": false })).await.expect(200);
        assert!(world.is_verified().await);
        acme.delete("/api/tenant/verification/initech.example").await.expect(204);
        assert!(!world.is_verified().await);
    })
    .await;
}
