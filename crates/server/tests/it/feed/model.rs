//! Whatever happens to components, in whatever order: a mirror that follows the feed at random moments ends with what is
//! public.

use std::collections::BTreeSet;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

use super::mirror::{Mirror, listed};
use super::peer;

/// A small generator: the same seed is the same life.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len() as u64) as usize]
    }
}

const IDS: [&str; 5] = ["alpha", "beta", "gamma", "delta", "epsilon"];
const KINDS: [Kind; 2] = [Kind::Skill, Kind::Agent];

struct World {
    server: TestServer,
    tenants: Vec<(&'static str, Client)>,
    admin: Client,
    dice: Dice,
}

impl World {
    async fn publish(&mut self, marketplace: &str) {
        let (kind, id) = (*self.dice.one(&KINDS), *self.dice.one(&IDS));
        let (category, tag) = (*self.dice.one(&["sales", "finance"]), *self.dice.one(&["CRM", "erp", "hr"]));
        let text = match marketplace {
            "private" => format!("CANARY {}", self.dice.roll(6)),
            _ => format!("Does this: {}", self.dice.roll(6)),
        };
        let body = json!({
            kind.id_field(): id, "marketplace_type": marketplace, "name": format!("The {id}"), "description": text,
            "category": category, "tags": [tag],
        });
        let (_, tenant) = &self.tenants[self.dice.roll(2) as usize];
        let path = format!("{}/{}", kind.base(), kind.collection());
        assert!(tenant.post(&path, &body).await.status < 500);
    }

    async fn review(&mut self, verb: &str) {
        let waiting = self.admin.get("/api/admin/submissions").await.expect(200);
        for submission in waiting["items"].as_array().unwrap() {
            if self.dice.roll(3) > 0 {
                let path = format!("/api/admin/submissions/{}/{verb}", submission["id"].as_str().unwrap());
                self.admin.post(&path, &json!({ "reason": "So it is." })).await.expect(200);
            }
        }
    }

    /// Something happens; much of it is refused, as it is in life.
    async fn step(&mut self) {
        let (kind, id) = (*self.dice.one(&KINDS), *self.dice.one(&IDS));
        let at = self.dice.roll(2) as usize;
        let (slug, tenant) = (self.tenants[at].0, self.tenants[at].1.clone());
        let path = kind.path_of(id);
        let platform = format!("/api/admin/components/{kind}/{slug}/{id}");
        let version = ["1.0.0", "1.0.1", "1.0.2"][self.dice.roll(3) as usize];
        let yank = format!("{path}/versions/{version}/yank");
        let answer = match self.dice.roll(24) {
            0..=5 => return self.publish("public").await,
            6 => return self.publish("private").await,
            7..=11 => return self.review("approve").await,
            12 => return self.review("reject").await,
            13 => tenant.post(&yank, &json!({ "reason": "It breaks." })).await,
            14 => tenant.delete(&yank).await,
            15 => tenant.patch(&path, &json!({ "deprecated": { "message": "Old." } })).await,
            16 => tenant.patch(&path, &json!({ "deprecated": null })).await,
            17 => tenant.delete(&path).await,
            18 => self.admin.post(&format!("{platform}/quarantine"), &json!({ "reason": "Bad." })).await,
            19 | 20 => self.admin.post(&format!("{platform}/release"), &json!({ "reason": "Good." })).await,
            21 => {
                let new = format!("{id}-{}", self.dice.roll(3));
                tenant.post(&format!("{path}/rename"), &json!({ "new_id": new })).await
            }
            22 => {
                let (to, other) = &self.tenants[1 - at];
                let offer = tenant.post(&format!("{path}/transfer"), &json!({ "to_tenant_id": to })).await;
                if offer.status != 201 {
                    return;
                }
                let offer = offer.json();
                other.post(&format!("/api/transfers/{}/accept", offer["id"].as_str().unwrap()), &json!({})).await
            }
            _ if self.dice.roll(4) == 0 => {
                self.admin.post(&format!("{platform}/takedown"), &json!({ "reason": "A court said so." })).await
            }
            _ => return,
        };
        assert!(answer.status < 500, "{}", answer.json());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_ends_with_what_is_public() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let mut tenants = Vec::new();
        for name in ["acme", "other"] {
            tenants.push((name, server.tenant(name, Plan::Enterprise).await));
        }
        let admin = server.admin();
        let filters = json!({ "categories": ["sales"], "tags": ["crm", "erp"] });
        let mut mirrors = Vec::new();
        for filters in [json!({}), json!({}), filters, json!({ "kinds": ["skill"] })] {
            let by_lists = peer(&server, filters.clone()).await;
            mirrors.push((Mirror::of(&server, filters).await, by_lists));
        }
        let mut world = World { server, tenants, admin, dice: Dice(20_261_124) };
        for step in 1..=400 {
            world.step().await;
            // The second mirror sleeps nearly until the end.
            for (at, (mirror, by_lists)) in mirrors.iter_mut().enumerate() {
                if world.dice.roll(if at == 1 { 300 } else { 12 }) == 0 || step == 400 {
                    let size = 1 + world.dice.roll(7);
                    if world.dice.roll(2) == 0 && step < 400 {
                        // Only a part of what there is.
                        mirror.page(&format!("page_size={size}&include=bundles")).await;
                        continue;
                    }
                    mirror.follow(size as usize).await;
                    assert_eq!(mirror.components(), listed(by_lists).await, "step {step} of mirror {at}");
                    mirror.check_bundles();
                    let seen = String::from_utf8_lossy(&mirror.seen);
                    assert!(!seen.contains("CANARY"), "what is private is nobody's to read");
                }
            }
        }
        let (mirror, _) = &mirrors[0];
        let names: BTreeSet<_> = mirror.components().into_keys().collect();
        assert!(names.len() > 3, "too little was public: {names:?}");
        for name in &names {
            let (kind, tenant, id) = name;
            let path = format!("{}/versions?source_tenant_id={tenant}&page_size=100", kind.path_of(id));
            let page = world.server.anonymous().get(&path).await.expect(200);
            let public = page["items"].as_array().unwrap().iter();
            let public: BTreeSet<_> = public.map(|item| (text(&item["version"]), item["yanked"] == true)).collect();
            let record = mirror.record(name);
            let recorded = record.versions.iter().map(|version| (version.version.clone(), version.yanked.is_some()));
            assert_eq!(recorded.collect::<BTreeSet<_>>(), public, "{name:?}");
            let detail = world.server.anonymous().get(&format!("{}?source_tenant_id={tenant}", kind.path_of(id))).await;
            let detail = detail.expect(200);
            assert_eq!(json!(record.deprecated), detail.get("deprecated").cloned().unwrap_or(Value::Null));
            assert_eq!(record.manifest.as_ref().unwrap()["description"], detail["description"]);
        }
    })
    .await;
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
