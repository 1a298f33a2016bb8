//! Installing: the four validations, what comes along, and what is left afterwards.

use atom_marketplace_protocol::ids::Kind::{self, Agent, Canvas, Domain, Skill};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_testkit::each_db_async;
use serde_json::{Value, json};

use crate::scene::{Scene, ids, install};

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_as_promised_and_counts_once() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        for &kind in Kind::ALL {
            let id = format!("the_{kind}");
            scene.publish(kind, &id, json!({})).await;
            let path = install(kind, &id);
            let body = json!({ "source_tenant_id": "acme", "target_tenant_id": "buyer" });
            let first = buyer.post(&path, &body).await.expect(201);
            for (field, value) in [
                ("status", "installed"),
                ("component_type", kind.as_str()),
                ("component_id", id.as_str()),
                ("version", "1.0.0"),
                ("tenant_id", "buyer"),
                ("source_tenant_id", "acme"),
            ] {
                assert_eq!(first[field], value, "{kind} {field}");
            }
            assert!(first["id"].as_str().unwrap().starts_with("inst_"));
            assert!(first["installed_at"].as_str().unwrap().ends_with('Z'));
            assert_eq!(first["dependencies"], json!([]));
            // Again, also without a body: the same one, counted once.
            assert_eq!(buyer.post(&path, &body).await.expect(200)["id"], first["id"]);
            assert_eq!(buyer.send(reqwest::Method::POST, &path, None).await.expect(200)["id"], first["id"]);
            buyer.delete(&path).await.expect(204);
            buyer.delete(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
            buyer.post(&path, &json!({})).await.expect(201);
            assert_eq!(scene.number(&id, "install_count").await, 1);
        }
        let other = scene.server.tenant("other", Plan::Free).await;
        other.post(&install(Skill, "the_skill"), &json!({})).await.expect(201);
        assert_eq!(scene.number("the_skill", "install_count").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_install_what() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        scene.publish(Skill, "s", json!({})).await;
        scene.private(Skill, "secret", json!({})).await;
        scene.private(Skill, "shared", json!({ "shared_with": ["buyer"] })).await;
        let path = install(Skill, "s");
        let none = json!({});
        scene.server.anonymous().post(&path, &none).await.expect_error(401, "UNAUTHENTICATED");
        let reader = scene.server.token("buyer", ScopeSet::of(&[Scope::ComponentsRead])).await;
        for answer in [reader.post(&path, &none).await, reader.delete(&path).await] {
            assert_eq!(
                answer.expect_error(403, "INSUFFICIENT_PERMISSIONS")["required_permission"],
                "components:install"
            );
        }
        for target in ["acme", "no-such-tenant"] {
            let details = buyer.post(&path, &json!({ "target_tenant_id": target })).await;
            let details = details.expect_error(403, "INSUFFICIENT_PERMISSIONS");
            assert_eq!(details["required_permission"], "tenants:manage");
        }
        let details = buyer.post(&install(Skill, "secret"), &none).await.expect_error(404, "COMPONENT_NOT_FOUND");
        assert_eq!((&details["component_type"], &details["component_id"]), (&json!("skill"), &json!("secret")));
        buyer.post(&install(Skill, "shared"), &none).await.expect(201);
        scene.acme.post(&install(Skill, "secret"), &none).await.expect(201);
        // The admin installs for a tenant what that tenant may see.
        let admin = scene.server.admin_for("acme");
        let done = admin.post(&path, &json!({ "target_tenant_id": "buyer" })).await.expect(201);
        assert_eq!(done["tenant_id"], "buyer");
        let secret = json!({ "target_tenant_id": "buyer", "source_tenant_id": "acme" });
        admin.post(&install(Skill, "secret"), &secret).await.expect_error(404, "COMPONENT_NOT_FOUND");
        // Two publishers, one id.
        let rival = scene.server.tenant("rival", Plan::Free).await;
        scene.publish_as(&rival, Skill, "s2", json!({})).await;
        scene.publish(Skill, "s2", json!({})).await;
        let details = buyer.post(&install(Skill, "s2"), &none).await.expect_error(409, "AMBIGUOUS_COMPONENT");
        assert_eq!(details["candidates"].as_array().unwrap().len(), 2);
        for source in ["acme", "rival"] {
            buyer.post(&install(Skill, "s2"), &json!({ "source_tenant_id": source })).await.expect(201);
        }
        buyer.delete(&install(Skill, "s2")).await.expect_error(409, "AMBIGUOUS_COMPONENT");
        buyer.delete(&format!("{}?source_tenant_id=rival", install(Skill, "s2"))).await.expect(204);
        buyer.delete(&install(Skill, "s2")).await.expect(204);
        // What is malformed is named.
        for (body, field) in [
            (json!({ "version": "^1" }), "version"),
            (json!({ "version": "latest" }), "version"),
            (json!({ "nonsense": 1 }), "nonsense"),
            (json!({ "install_config": { "api_keys": { "a": 5 } } }), "install_config.api_keys"),
            (json!({ "install_config": { "api_keys": { "a": "" } } }), "install_config.api_keys.a"),
            (json!({ "install_config": { "settings": { "a": "x".repeat(70_000) } } }), "install_config.settings"),
        ] {
            let details = buyer.post(&path, &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{details}");
        }
        buyer.post(&path, &json!({ "version": "9.9.9" })).await.expect_error(409, "CONFLICT");
        buyer.delete(&path).await.expect(204);
        buyer.post(&path, &json!({ "version": "9.9.9" })).await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_and_its_room_for_agents() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        scene.publish(Skill, "premium", json!({ "pricing_tier": "team" })).await;
        let details = buyer.post(&install(Skill, "premium"), &json!({})).await.expect_error(403, "PLAN_RESTRICTED");
        assert_eq!((&details["required_plan"], &details["plan"]), (&json!("team"), &json!("free")));
        let team = scene.server.tenant("team", Plan::Team).await;
        team.post(&install(Skill, "premium"), &json!({})).await.expect(201);
        // What comes along is held to the plan too.
        let needs = json!([{ "component_type": "skill", "id": "premium" }]);
        scene.publish(Skill, "cheap", json!({ "dependencies": needs })).await;
        let auto = json!({ "auto_install_dependencies": true });
        let details = buyer.post(&install(Skill, "cheap"), &auto).await.expect_error(403, "PLAN_RESTRICTED");
        assert_eq!(details["component_id"], "premium");

        // Three agents, then one that brings two more: six are too many for the free plan.
        let helpers = json!([
            { "component_type": "agent", "id": "a4" }, { "component_type": "agent", "id": "a5" },
        ]);
        for id in ["a1", "a2", "a3", "a4", "a5"] {
            scene.publish(Agent, id, json!({})).await;
        }
        scene.publish(Agent, "boss", json!({ "dependencies": helpers })).await;
        for id in ["a1", "a2", "a3"] {
            buyer.post(&install(Agent, id), &json!({})).await.expect(201);
        }
        let details = buyer.post(&install(Agent, "boss"), &auto).await.expect_error(400, "AGENT_LIMIT_EXCEEDED");
        assert_eq!((&details["limit"], &details["installed"]), (&json!(5), &json!(3)));
        buyer.delete(&install(Agent, "a3")).await.expect(204);
        let boss = buyer.post(&install(Agent, "boss"), &auto).await.expect(201);
        assert_eq!(ids(&boss["dependencies"]), ["a4", "a5"]);
        assert!(boss["dependencies"].as_array().unwrap().iter().all(|dependency| dependency["status"] == "installed"));
        let details = buyer.post(&install(Agent, "a3"), &json!({})).await.expect_error(400, "AGENT_LIMIT_EXCEEDED");
        assert_eq!((&details["limit"], &details["installed"]), (&json!(5), &json!(5)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_installs_never_pass_the_limit() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        for n in 0..12 {
            scene.publish(Agent, &format!("agent_{n}"), json!({})).await;
        }
        let tasks: Vec<_> = (0..12)
            .map(|n| {
                let buyer = buyer.clone();
                tokio::spawn(async move { buyer.post(&install(Agent, &format!("agent_{n}")), &json!({})).await })
            })
            .collect();
        let mut installed = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            if answer.status == 201 {
                installed += 1;
            } else {
                answer.expect_error(400, "AGENT_LIMIT_EXCEEDED");
            }
        }
        assert_eq!(installed, 5);
        assert_eq!(buyer.get("/api/installations").await.expect(200)["total"], 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_installs_of_one_component_are_one() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        scene.publish(Skill, "s", json!({})).await;
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let buyer = buyer.clone();
                tokio::spawn(async move { buyer.post(&install(Skill, "s"), &json!({})).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for task in tasks {
            statuses.push(task.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!((statuses[8], statuses[9]), (200, 201), "{statuses:?}");
        assert_eq!(scene.number("s", "install_count").await, 1);
        // Tenants that meet on one component are all served, and all counted.
        let mut tasks = Vec::new();
        for n in 0..30 {
            let tenant = scene.server.tenant(&format!("tenant-{n}"), Plan::Free).await;
            tasks.push(tokio::spawn(async move { tenant.post(&install(Skill, "s"), &json!({})).await.status }));
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), 201);
        }
        assert_eq!(scene.number("s", "install_count").await, 31);
    })
    .await;
}

/// `kind id version reason` of what is missing.
fn missing(details: &Value) -> Vec<String> {
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    let items = details["missing"].as_array().expect("missing").iter();
    items.map(|item| ["component_type", "id", "version", "reason"].map(|field| text(item, field)).join(" ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_needed_is_missed_or_comes_along() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        let need = |id: &str, version: &str| json!({ "component_type": "skill", "id": id, "version": version });
        let mut optional = need("extra", "*");
        optional["optional"] = json!(true);
        scene.publish(Skill, "extra", json!({})).await;
        scene.publish(Skill, "base", json!({})).await;
        scene.publish(Skill, "base", json!({ "version": "1.4.0", "content": 1 })).await;
        scene.publish(Skill, "base", json!({ "version": "2.0.0", "content": 2 })).await;
        scene.publish(Skill, "mid", json!({ "dependencies": [need("base", "^1.2")] })).await;
        scene.publish(Agent, "top", json!({ "dependencies": [need("mid", "^1"), optional] })).await;
        let path = install(Agent, "top");
        let details = buyer.post(&path, &json!({})).await.expect_error(400, "DEPENDENCY_MISSING");
        assert_eq!(missing(&details), ["skill mid ^1 not_installed", "skill base ^1.2 not_installed"]);

        let auto = json!({ "auto_install_dependencies": true });
        let plan = buyer.post(&format!("{path}?dry_run=true"), &json!({})).await.expect(200);
        assert_eq!((&plan["ok"], &plan["problems"][0]["code"]), (&json!(false), &json!("DEPENDENCY_MISSING")));
        let plan = buyer.post(&format!("{path}?dry_run=true"), &auto).await.expect(200);
        assert_eq!((&plan["ok"], &plan["problems"], &plan["missing"]), (&json!(true), &json!([]), &json!([])));
        assert_eq!(ids(&plan["installs"]), ["top", "mid", "base"]);
        assert_eq!(plan["installs"][2]["version"], "1.4.0");
        assert_eq!(buyer.get("/api/installations").await.expect(200)["total"], 0);

        let done = buyer.post(&path, &auto).await.expect(201);
        assert_eq!(ids(&done["dependencies"]), ["mid", "base"]);
        let base = buyer.get("/api/installations?component_id=base").await.expect(200);
        assert_eq!((&base["items"][0]["version"], &base["items"][0]["as_dependency"]), (&json!("1.4.0"), &json!(true)));
        assert_eq!(base["items"][0]["update_available"], "2.0.0");

        // What is needed stays, and what clashes is told.
        let details = buyer.delete(&install(Skill, "base")).await.expect_error(409, "CONFLICT");
        assert_eq!(ids(&details["dependents"]), ["mid"]);
        scene.publish(Skill, "modern", json!({ "dependencies": [need("base", "^2")] })).await;
        let details = buyer.post(&install(Skill, "modern"), &auto).await.expect_error(400, "DEPENDENCY_MISSING");
        assert_eq!(missing(&details), ["skill base ^2 version_conflict"]);
        assert_eq!(details["missing"][0]["installed"], "1.4.0");
        let uid = base["items"][0]["id"].as_str().unwrap();
        let upgrade = buyer.patch(&format!("/api/installations/{uid}"), &json!({ "version": "latest" })).await;
        assert_eq!(ids(&upgrade.expect_error(409, "CONFLICT")["dependents"]), ["mid"]);

        // From the top down it goes.
        for (kind, id) in [(Agent, "top"), (Skill, "mid"), (Skill, "base")] {
            buyer.delete(&install(kind, id)).await.expect(204);
        }
        buyer.post(&install(Skill, "modern"), &auto).await.expect(201);
        // A cycle comes along whole. Its ends are published one after the other, so the first is private at first.
        scene.private(Skill, "ping", json!({ "dependencies": [need("pong", "*")], "shared_with": ["buyer"] })).await;
        let lonely = buyer.post(&install(Skill, "ping"), &auto).await.expect_error(400, "DEPENDENCY_MISSING");
        assert_eq!(missing(&lonely), ["skill pong * not_available"]);
        scene.private(Skill, "pong", json!({ "dependencies": [need("ping", "*")], "shared_with": ["buyer"] })).await;
        let done = buyer.post(&install(Skill, "ping"), &auto).await.expect(201);
        assert_eq!(ids(&done["dependencies"]), ["pong"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn capabilities_are_met_by_what_is_installed() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        scene
            .publish(Agent, "seller", json!({ "requires_capabilities": ["crm"], "capabilities": ["crm", "sales"] }))
            .await;
        scene.publish(Skill, "crm_one", json!({ "capabilities": ["crm"] })).await;
        scene.publish(Skill, "crm_two", json!({ "capabilities": ["crm", "mail"] })).await;
        // Its own does not count.
        let details = buyer.post(&install(Agent, "seller"), &json!({})).await.expect_error(400, "DEPENDENCY_MISSING");
        assert_eq!(missing(&details), ["capability crm * not_installed"]);
        buyer.post(&install(Skill, "crm_one"), &json!({})).await.expect(201);
        buyer.post(&install(Agent, "seller"), &json!({})).await.expect(201);
        let details = buyer.delete(&install(Skill, "crm_one")).await.expect_error(409, "CONFLICT");
        assert_eq!((ids(&details["dependents"]), &details["dependents"][0]["needs"]), (vec!["seller"], &json!("crm")));
        buyer.post(&install(Skill, "crm_two"), &json!({})).await.expect(201);
        buyer.delete(&install(Skill, "crm_one")).await.expect(204);
        // A version without it cannot take the place of the last one that has it.
        scene.publish(Skill, "crm_two", json!({ "capabilities": ["mail"] })).await;
        let list = buyer.get("/api/installations?component_id=crm_two").await.expect(200);
        let path = format!("/api/installations/{}", list["items"][0]["id"].as_str().unwrap());
        let details = buyer.patch(&path, &json!({ "version": "latest" })).await.expect_error(409, "CONFLICT");
        assert_eq!(ids(&details["dependents"]), ["seller"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_along_brings_its_capabilities() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        scene.publish(Domain, "words", json!({ "capabilities": ["talk"] })).await;
        let needs = json!([{ "component_type": "domain", "id": "words" }]);
        scene.publish(Canvas, "desk", json!({ "requires_capabilities": ["talk"], "dependencies": needs })).await;
        let details = buyer.post(&install(Canvas, "desk"), &json!({})).await.expect_error(400, "DEPENDENCY_MISSING");
        assert_eq!(missing(&details), ["domain words * not_installed", "capability talk * not_installed"]);
        buyer.post(&install(Canvas, "desk"), &json!({ "auto_install_dependencies": true })).await.expect(201);
        assert_eq!(buyer.get("/api/installations?component_type=domain").await.expect(200)["total"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_satisfies_the_schema_and_its_keys_stay_secret() {
    const KEY: &str = "sk-live-51H8xQdontshowme";
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        let schema = json!({
            "type": "object", "required": ["max_daily_tasks"], "additionalProperties": false,
            "properties": { "max_daily_tasks": { "type": "integer", "maximum": 1000 }, "auto_approve": { "type": "boolean" } },
            "required_api_keys": ["salesforce"],
        });
        scene.publish(Agent, "sales", json!({ "config_schema": schema })).await;
        let path = install(Agent, "sales");
        let settings = json!({ "max_daily_tasks": 100, "auto_approve": false });
        let with = |keys: Value, settings: Value| json!({ "install_config": { "api_keys": keys, "settings": settings } });
        let table = [
            (json!({}), vec!["install_config.api_keys.salesforce", "install_config.settings.max_daily_tasks"]),
            (with(json!({ "other": KEY }), settings.clone()), vec!["install_config.api_keys.salesforce"]),
            (with(json!({ "salesforce": KEY }), json!({ "max_daily_tasks": 5000 })), vec!["install_config.settings.max_daily_tasks"]),
            (with(json!({ "salesforce": KEY }), json!({ "max_daily_tasks": 5, "colour": 1 })), vec!["install_config.settings.colour"]),
        ];
        for (body, expected) in table {
            let answer = buyer.post(&path, &body).await;
            let details = answer.expect_error(400, "INVALID_CONFIGURATION");
            let paths: Vec<_> = details["errors"].as_array().unwrap().iter().map(|error| error["path"].as_str().unwrap()).collect();
            assert_eq!(paths, expected);
            assert!(!String::from_utf8_lossy(&answer.bytes).contains(KEY));
        }
        let mut answers = Vec::new();
        let good = with(json!({ "salesforce": KEY, "extra": KEY }), settings.clone());
        answers.push(buyer.post(&format!("{path}?dry_run=true"), &good).await);
        answers.push(buyer.post(&path, &good).await);
        let installation = answers[1].expect(201);
        assert_eq!(installation["install_config"], json!({ "api_keys": ["extra", "salesforce"], "settings": settings }));
        let uid = installation["id"].as_str().unwrap().to_owned();
        let at = format!("/api/installations/{uid}");
        answers.push(buyer.get(&at).await);
        answers.push(buyer.get("/api/installations").await);
        answers.push(buyer.get("/api/installations/lock").await);
        // A part that is left out stays; one that is given replaces the whole part.
        answers.push(buyer.patch(&at, &json!({ "install_config": { "settings": { "max_daily_tasks": 7 } } })).await);
        assert_eq!(answers[5].expect(200)["install_config"], json!({ "api_keys": ["extra", "salesforce"], "settings": { "max_daily_tasks": 7 } }));
        answers.push(buyer.patch(&at, &json!({ "install_config": { "api_keys": { "salesforce": KEY } } })).await);
        assert_eq!(answers[6].expect(200)["install_config"]["api_keys"], json!(["salesforce"]));
        buyer.patch(&at, &json!({ "install_config": { "api_keys": {} } })).await.expect_error(400, "INVALID_CONFIGURATION");
        buyer.patch(&at, &json!({})).await.expect_error(400, "INVALID_REQUEST");
        // Installing again with a configuration replaces it.
        answers.push(buyer.post(&path, &with(json!({ "salesforce": KEY }), json!({ "max_daily_tasks": 8 }))).await);
        assert_eq!(answers[7].expect(200)["install_config"]["settings"], json!({ "max_daily_tasks": 8 }));
        for answer in &answers {
            assert!(!String::from_utf8_lossy(&answer.bytes).contains(KEY));
        }

        // At rest it is sealed, bound to its tenant and row, and gone when it is uninstalled.
        let m = &scene.server.marketplace;
        let stored = move || {
            let uid = uid.clone();
            async move {
                m.db.read(move |c| {
                    c.one::<(i64, Option<Vec<u8>>)>("SELECT tenant_id, secrets FROM installation WHERE uid = $1", atom_marketplace_db::args![&uid])
                        .map(|(tenant, secrets)| (format!("installation:{tenant}:{uid}"), secrets))
                })
                .await
                .unwrap()
            }
        };
        let (context, sealed) = stored().await;
        let opened = m.sealer.open(&context, &sealed.unwrap()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&opened).unwrap(), json!({ "salesforce": KEY }));
        if let Some(file) = db.url.strip_prefix("sqlite:") {
            for file in [file.to_owned(), format!("{file}-wal")] {
                let bytes = std::fs::read(file).unwrap_or_default();
                assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()));
            }
        }
        buyer.delete(&path).await.expect(204);
        assert_eq!(stored().await.1, None);

        // What comes along and needs a configuration of its own is told.
        scene.publish(Agent, "team", json!({ "dependencies": [{ "component_type": "agent", "id": "sales" }] })).await;
        let auto = json!({ "auto_install_dependencies": true });
        let details = buyer.post(&install(Agent, "team"), &auto).await.expect_error(400, "INVALID_CONFIGURATION");
        assert_eq!(details["errors"][0]["path"], "dependencies.sales.api_keys.salesforce");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_quarantined_and_yanked() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let (buyer, late) =
            (scene.server.tenant("buyer", Plan::Free).await, scene.server.tenant("late", Plan::Free).await);
        for id in ["withdrawn", "quarantined", "yanked"] {
            scene.publish(Skill, id, json!({})).await;
            buyer.post(&install(Skill, id), &json!({})).await.expect(201);
        }
        let skill = |id: &str| Skill.path_of(id);
        scene.acme.delete(&skill("withdrawn")).await.expect(204);
        let quarantine = "/api/admin/components/skill/acme/quarantined/quarantine";
        scene.admin.post(quarantine, &json!({ "reason": "It phones home." })).await.expect(200);
        scene.publish(Skill, "yanked", json!({ "content": 2 })).await;
        scene
            .acme
            .post(&format!("{}/versions/1.0.0/yank", skill("yanked")), &json!({ "reason": "broken" }))
            .await
            .expect(200);
        for id in ["withdrawn", "quarantined"] {
            for client in [&late, &scene.acme] {
                client.post(&install(Skill, id), &json!({})).await.expect_error(404, "COMPONENT_NOT_FOUND");
            }
            assert_eq!(buyer.get(&format!("/api/installations?component_id={id}")).await.expect(200)["total"], 1);
            buyer.delete(&install(Skill, id)).await.expect(204);
            buyer.post(&install(Skill, id), &json!({})).await.expect_error(404, "COMPONENT_NOT_FOUND");
        }
        // Yanked: only by exact version, only for those who have it.
        let path = install(Skill, "yanked");
        let exact = json!({ "version": "1.0.0" });
        late.post(&path, &exact).await.expect_error(404, "COMPONENT_NOT_FOUND");
        buyer.post(&path, &exact).await.expect(200);
        buyer.delete(&path).await.expect(204);
        buyer.post(&path, &exact).await.expect(201);
        assert_eq!(late.post(&path, &json!({})).await.expect(201)["version"], "1.0.1");
        late.delete(&path).await.expect(204);
        scene.acme.post(&format!("{}/versions/1.0.1/yank", skill("yanked")), &json!({})).await.expect(200);
        late.post(&path, &json!({})).await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_install_goes_on_after_a_failure() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let buyer = scene.server.tenant("buyer", Plan::Free).await;
        scene.publish(Skill, "one", json!({})).await;
        scene.publish(Skill, "two", json!({})).await;
        scene.publish(Skill, "dear", json!({ "pricing_tier": "enterprise" })).await;
        buyer.post(&install(Skill, "two"), &json!({})).await.expect(201);
        let path = "/api/skill-marketplace/skills/bulk-install";
        let before =
            buyer.get("/api/installations").await.header("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap();
        let answer = buyer.post(path, &json!({ "skill_ids": ["one", "gone", "two", "dear", "one"] })).await;
        assert_eq!(answer.header("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap(), before - 1);
        let answer = answer.expect(200);
        assert_eq!((&answer["installed"], &answer["failed"]), (&json!(1), &json!(2)));
        let results: Vec<_> = answer["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| {
                (
                    result["id"].as_str().unwrap(),
                    result["status"].as_str().unwrap(),
                    result["error"]["code"].as_str().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(
            results,
            [
                ("one", "installed", ""),
                ("gone", "failed", "COMPONENT_NOT_FOUND"),
                ("two", "already_installed", ""),
                ("dear", "failed", "PLAN_RESTRICTED"),
                ("one", "already_installed", ""),
            ]
        );
        assert_eq!(answer["results"][3]["error"]["details"]["required_plan"], "enterprise");
        assert_eq!(answer["results"][0]["installation"]["component_id"], "one");
        for (body, field) in [
            (json!({}), "ids"),
            (json!({ "ids": [] }), "ids"),
            (json!({ "ids": vec!["x"; 101] }), "ids"),
            (json!({ "agent_ids": ["x"] }), "agent_ids"),
            (json!({ "ids": ["x"], "skill_ids": ["y"] }), "skill_ids"),
        ] {
            let details = buyer.post(path, &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], field, "{body}");
        }
    })
    .await;
}
