//! What satellites find over HTTP: row by row of what their client needs.

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::ScopeSet;
use atom_marketplace_testkit::{Client, each_db_async};
use serde_json::{Value, json};

use super::{BASE, is_for_satellites, of, satellite};
use crate::scene::Scene;

/// Where a satellite's client asks for the details of a component.
fn details(kind: Kind, id: &str) -> String {
    match kind {
        Kind::Agent => format!("{BASE}/agents/api/agent-marketplace/details/{id}"),
        Kind::Skill => format!("{BASE}/skills/marketplace/skills/{id}"),
        Kind::Canvas => format!("{BASE}/components/components/{id}"),
        Kind::Domain => format!("{BASE}/domains/api/v1/domains/marketplace/details/{id}"),
    }
}

/// Where it lists them, with the beginning of a query.
fn list(kind: Kind) -> String {
    match kind {
        Kind::Agent => format!("{BASE}/agents/api/agent-marketplace/browse?"),
        Kind::Skill => format!("{BASE}/skills/marketplace/skills?"),
        Kind::Canvas => format!("{BASE}/components/components?"),
        Kind::Domain => format!("{BASE}/domains/api/v1/domains/marketplace/browse?"),
    }
}

async fn get(client: &Client, path: &str) -> Value {
    let answer = client.get(path).await;
    is_for_satellites(&answer, path);
    answer.expect(200)
}

fn names(answer: &Value, kind: Kind) -> Vec<String> {
    let mut names: Vec<_> = answer[kind.collection()]
        .as_array()
        .unwrap_or_else(|| panic!("a list in {answer}"))
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_what_their_client_reads() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        let instance = of(&scene.server, &globex);
        for number in 0..120 {
            let fields = if number % 2 == 0 {
                json!({ "category": "data", "skill_type": "python_code" })
            } else {
                json!({ "category": "sales", "skill_type": "nodejs", "tags": ["crm"] })
            };
            scene.publish(Kind::Skill, &format!("skill-{number}"), fields).await;
        }
        // It pages by a hundred, and stops where there are fewer.
        let path = |rest: &str| format!("{}{rest}", list(Kind::Skill));
        let first = get(&instance, &path("query=&page=1&page_size=100")).await;
        let second = get(&instance, &path("query=&page=2&page_size=100")).await;
        assert_eq!((names(&first, Kind::Skill).len(), names(&second, Kind::Skill).len()), (100, 20));
        assert_eq!((&first["total"], &first["page"], &first["page_size"]), (&json!(120), &json!(1), &json!(100)));
        let mut all = [names(&first, Kind::Skill), names(&second, Kind::Skill)].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 120);
        for (id, name) in [("id", "name"), ("skill_id", "skill_name")] {
            assert!(first["skills"][0][id].is_string() && first["skills"][0][name].is_string());
        }
        for field in ["average_rating", "avg_rating"] {
            assert_eq!(first["skills"][0][field], 0.0);
        }
        for (rest, total) in [
            ("query=&page=1&page_size=20&category=data", 60),
            ("query=&page=1&page_size=20&skill_type=nodejs", 60),
            ("page_size=20&category=data&skill_type=nodejs", 0),
            ("query=&skill_type=prompt_only", 0),
            ("query=&skill_type=unheard_of", 0),
            ("query=skill-7&page=1&page_size=20", 1),
            ("query=skill&skill_type=nodejs&page_size=7", 60),
            ("query=does%20things&category=sales&page_size=5", 60),
            ("query=%2A%2A", 0),
            ("query=&page=500&page_size=100", 120),
            ("tags=unknown&sort_by=whatever&page_size=1", 120),
        ] {
            assert_eq!(get(&instance, &path(rest)).await["total"], total, "{rest}");
        }
        let part = get(&instance, &format!("{BASE}/skills?limit=10&offset=115")).await;
        assert_eq!((names(&part, Kind::Skill).len(), &part["has_more"]), (5, &json!(false)));
        instance.get(&path("page_size=1001")).await.expect_error(400, "INVALID_REQUEST");

        let categories = get(&instance, &format!("{BASE}/skills/marketplace/categories")).await;
        let categories: Vec<_> =
            categories.as_array().expect("a bare list").iter().map(|c| c["name"].as_str()).collect();
        assert_eq!(categories, [Some("data"), Some("sales")]);

        let none = get(&instance, &format!("{BASE}/workflows/marketplace/workflows?query=&page=1&page_size=20")).await;
        assert_eq!((&none["workflows"], &none["total"], &none["page_size"]), (&json!([]), &json!(0), &json!(20)));
        instance.get(&format!("{BASE}/workflows/marketplace/workflows/x")).await.expect_error(404, "NOT_FOUND");
        get(&instance, &format!("{BASE}/health")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn details_lack_nothing_their_client_needs() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        let instance = of(&scene.server, &globex);
        scene.publish(Kind::Agent, "bare", json!({})).await;
        let whole = json!({
            "category": "finance", "capabilities": ["forecast", "report"], "configuration": { "temperature": 0.2 }, "maturity_level": "intern",
            "canvases": [{ "id": "board" }],
            "memory": { "heuristics": [{ "error_type": "timeout", "error_code": "E1", "resolution": "Wait and try again." }] },
        });
        scene.publish(Kind::Agent, "whole", whole).await;
        for id in ["bare", "whole"] {
            let agent = get(&instance, &details(Kind::Agent, id)).await;
            assert!(agent["name"].as_str().is_some_and(|name| !name.trim().is_empty()));
            assert!(agent["category"].is_string() && agent["version"].is_string(), "{agent}");
            let capabilities = agent["capabilities"].as_array().expect("a list");
            assert!(capabilities.iter().all(Value::is_string));
            assert!(agent.get("configuration").is_some());
            match agent.get("anonymized_memory_bundle") {
                None => assert_eq!(id, "bare"),
                Some(memory) => {
                    let items = memory["heuristics"].as_array().expect("a list");
                    assert_eq!(items.len(), 1, "{items:?}");
                    assert!(items.iter().all(|item| item["error_type"].is_string() && item["resolution"].is_string()));
                }
            }
            // The alias is the same.
            assert_eq!(get(&instance, &format!("{BASE}/agents/{id}")).await, agent);
        }

        scene.publish(Kind::Domain, "bare", json!({})).await;
        let whole = json!({
            "category": "hr", "capabilities": ["hire"], "topics": ["people"], "knowledge_base": [{ "title": "Handbook" }], "vocabulary": { "FTE": "a person" },
            "governance_template": { "approvals": 2 },
            "content": { "capabilities": [{ "name": "hire", "maturity_required": "supervised" }], "integrations": ["payroll"] },
        });
        scene.publish(Kind::Domain, "whole", whole).await;
        for id in ["bare", "whole"] {
            let domain = get(&instance, &details(Kind::Domain, id)).await;
            assert_eq!(domain["domain_name"], format!("The {id}"));
            assert!(domain["description"].is_string() && domain["knowledge_base"].is_array());
            assert_eq!(domain["capabilities"][0].get("maturity_required").is_some(), id == "whole");
        }

        scene.publish(Kind::Canvas, "bare", json!({})).await;
        let whole = json!({ "category": "charts", "canvas_type": "react", "code": "export default 1", "license": "MIT", "config_schema": { "type": "object" },
            "content": { "dependencies": ["d3"], "css_dependencies": ["d3.css"], "default_config": { "bars": 3 } } });
        scene.publish(Kind::Canvas, "whole", whole).await;
        let filed = json!({ "canvas_type": "html", "files": [{ "path": "readme.md", "content": "no code" }, { "path": "index.html", "content": "<p>hi</p>" }] });
        scene.publish(Kind::Canvas, "filed", filed).await;
        for (id, canvas_type, code) in [("bare", "custom", ""), ("whole", "react", "export default 1"), ("filed", "html", "<p>hi</p>")] {
            let canvas = get(&instance, &details(Kind::Canvas, id)).await;
            assert_eq!((&canvas["component_type"], &canvas["code"]), (&json!(canvas_type), &json!(code)), "{canvas}");
            assert!(canvas["name"].is_string() && canvas["category"].is_string() && canvas["version"].is_string());
        }
        let listed = get(&instance, &format!("{}query=&page=1&limit=20&offset=0", list(Kind::Canvas))).await;
        assert_eq!((names(&listed, Kind::Canvas).len(), &listed["total"]), (3, &json!(3)));

        let skill = json!({ "skill_type": "python_code", "files": [{ "path": "main.py", "content": "print(1)" }], "input_schema": { "type": "object" } });
        scene.publish(Kind::Skill, "whole", skill).await;
        let skill = get(&instance, &details(Kind::Skill, "whole")).await;
        assert_eq!((&skill["skill_id"], &skill["code"], &skill["files"][0]["content"]), (&json!("whole"), &json!("print(1)"), &json!("print(1)")));

        // The older paths: the whole bundle, for a token or a federation key in the same header, and nothing private.
        scene.private(Kind::Agent, "mine", json!({})).await;
        let key = globex.post("/api/federation/keys", &json!({ "name": "old" })).await.expect(201);
        let keys = [globex.bearer().unwrap(), key["key"].as_str().unwrap()];
        for key in keys {
            let old = scene.server.anonymous().with("x-federation-key", key);
            assert_eq!(names(&get(&old, "/api/federation/agents").await, Kind::Agent), ["bare", "whole"]);
            let bundle = get(&old, "/api/federation/agents/whole").await;
            assert_eq!((&bundle["format"], &bundle["manifest"]["category"]), (&json!("atom-bundle/1"), &json!("finance")));
            old.get("/api/federation/agents/mine").await.expect_error(404, "COMPONENT_NOT_FOUND");
        }
        let own = scene.server.anonymous().with("x-federation-key", scene.acme.bearer().unwrap());
        own.get("/api/federation/agents/mine").await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_name_in_a_list_is_found_again() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        let initech = scene.server.tenant("initech", Plan::Team).await;
        scene.publish(Kind::Skill, "sole", json!({})).await;
        scene.publish(Kind::Skill, "crm", json!({ "name": "Acme's" })).await;
        let reader = of(&scene.server, &initech);
        let names_of = async |client: &Client| names(&get(client, &list(Kind::Skill)).await, Kind::Skill);
        assert_eq!(names_of(&reader).await, ["crm", "sole"]);
        scene.publish_as(&globex, Kind::Skill, "crm", json!({ "name": "Globex's" })).await;
        // A private one of another tenant is nobody else's business.
        scene.private(Kind::Skill, "hidden", json!({})).await;
        scene.publish_as(&globex, Kind::Skill, "hidden", json!({ "name": "Seen" })).await;
        assert_eq!(names_of(&reader).await, ["acme~crm", "globex~crm", "hidden", "sole"]);
        assert_eq!(
            names_of(&of(&scene.server, &scene.acme)).await,
            ["acme~crm", "acme~hidden", "globex~crm", "globex~hidden", "sole"]
        );
        for client in [&initech, &globex, &scene.acme] {
            let client = of(&scene.server, client);
            let listed = get(&client, &list(Kind::Skill)).await;
            for item in listed["skills"].as_array().unwrap() {
                let found = get(&client, &details(Kind::Skill, item["id"].as_str().unwrap())).await;
                assert_eq!((&found["name"], &found["id"]), (&item["name"], &item["id"]));
            }
        }
        // A name from before is refused, not guessed at, unless the tenant has decided.
        let bare = details(Kind::Skill, "crm");
        reader.get(&bare).await.expect_error(409, "AMBIGUOUS_COMPONENT");
        let ambiguous = reader.post(&format!("{bare}/install"), &json!({})).await;
        is_for_satellites(&ambiguous, "an ambiguous install");
        assert_eq!(ambiguous.expect(200)["success"], false);
        let install = format!("{}/install", details(Kind::Skill, "globex~crm"));
        assert_eq!(reader.post(&install, &json!({ "agent_id": "a" })).await.expect(200)["success"], true);
        assert_eq!(get(&reader, &bare).await["name"], "Globex's");
        assert_eq!(names_of(&reader).await, ["acme~crm", "globex~crm", "hidden", "sole"]);
        // A former name counts as well.
        globex.post("/api/skill-marketplace/skills/hidden/rename", &json!({ "new_id": "shown" })).await.expect(200);
        scene.acme.delete("/api/skill-marketplace/skills/sole").await.expect(204);
        scene.publish(Kind::Skill, "other", json!({})).await;
        assert_eq!(names_of(&reader).await, ["acme~crm", "globex~crm", "other", "shown"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn installing_and_uninstalling() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Free).await;
        let instance = of(&scene.server, &globex);
        for kind in Kind::ALL {
            scene.publish(*kind, "tool", json!({})).await;
        }
        scene.publish(Kind::Skill, "costly", json!({ "pricing_tier": "enterprise" })).await;
        scene
            .publish(Kind::Skill, "needy", json!({ "dependencies": [{ "component_type": "skill", "id": "tool" }] }))
            .await;
        let post = async |path: String, body: Value| {
            let answer = instance.post(&path, &body).await;
            is_for_satellites(&answer, &path);
            answer.expect(200)
        };
        let skill = |id: &str| format!("{}/install", details(Kind::Skill, id));
        let missing = post(skill("needy"), json!({ "agent_id": "a", "auto_install_deps": false })).await;
        assert_eq!((&missing["success"], &missing["code"]), (&json!(false), &json!("DEPENDENCY_MISSING")));
        let costly = post(skill("costly"), json!({ "agent_id": "a" })).await;
        assert_eq!((&costly["success"], &costly["code"]), (&json!(false), &json!("PLAN_RESTRICTED")));
        assert!(costly["error"].is_string());
        for again in [false, true] {
            let done = post(skill("needy"), json!({ "agent_id": "a", "auto_install_deps": true })).await;
            assert_eq!((&done["success"], &done["error"]), (&json!(true), &Value::Null), "{again}");
        }
        let agent = format!("{BASE}/agents/api/agent-marketplace/install/tool");
        assert_eq!(post(agent, json!({ "tenant_id": "whoever" })).await["success"], true);
        let canvas = format!("{}/install", details(Kind::Canvas, "tool"));
        assert_eq!(post(canvas, json!({ "component_id": "tool", "canvas_id": null })).await["success"], true);
        let installed = globex.get("/api/installations").await.expect(200);
        assert_eq!(installed["total"], 4, "{installed}");
        instance.post(&skill("nothing"), &json!({})).await.expect_error(404, "COMPONENT_NOT_FOUND");

        let uninstall = |id: &str| format!("{}/uninstall?agent_id=a", details(Kind::Skill, id));
        let needed = instance.delete(&uninstall("tool")).await.expect(200);
        assert_eq!((&needed["success"], &needed["code"]), (&json!(false), &json!("CONFLICT")));
        let gone = instance.delete(&uninstall("needy")).await;
        is_for_satellites(&gone, "uninstall");
        assert_eq!(gone.expect(200)["success"], true);
        instance.delete(&uninstall("needy")).await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_the_one_looked_at_last() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        for id in ["one", "two", "three"] {
            scene.publish(Kind::Domain, id, json!({})).await;
        }
        let install = format!("{BASE}/domains/api/v1/domains/marketplace/install");
        let instance = of(&scene.server, &globex);
        let refused = instance.post(&install, &json!({ "tenant_id": "t" })).await.expect(200);
        assert_eq!(refused["success"], false);
        get(&instance, &details(Kind::Domain, "one")).await;
        get(&instance, &details(Kind::Domain, "two")).await;
        // Another token's look, and another instance's, are theirs.
        let other = of(&scene.server, &scene.server.token("globex", ScopeSet::ALL_TENANT).await);
        get(&other, &details(Kind::Domain, "three")).await;
        get(&instance.with("x-instance-id", "instance-2"), &details(Kind::Domain, "three")).await;
        // The node that is asked is not the one that was looked at.
        let node = atom_marketplace_testkit::TestServer::start(&db).await;
        let elsewhere = satellite(&node, globex.bearer().unwrap());
        let done = elsewhere.post(&install, &json!({ "tenant_id": "t" })).await.expect(200);
        assert_eq!((&done["success"], &done["component_id"]), (&json!(true), &json!("two")));
        // One that sends no name of its own has the last of all.
        let nameless = scene.server.anonymous().with("x-api-token", globex.bearer().unwrap());
        let done = nameless.post(&install, &json!({ "tenant_id": "t" })).await.expect(200);
        assert_eq!(done["component_id"], "three");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_are_their_peoples_own() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        let instance = of(&scene.server, &globex);
        scene.publish(Kind::Skill, "tool", json!({})).await;
        let path = format!("{}/rate", details(Kind::Skill, "tool"));
        let rate = async |user: Value, rating: Value, comment: Value| {
            let answer = instance
                .post(&path, &json!({ "skill_id": "tool", "user_id": user, "rating": rating, "comment": comment }))
                .await;
            is_for_satellites(&answer, "rate");
            answer
        };
        let first = rate(json!("ann"), json!(5), json!("Good.")).await.expect(200);
        assert_eq!((&first["success"], &first["id"]), (&json!(true), &first["rating_id"]));
        assert!(first["id"].is_string());
        let again = rate(json!("ann"), json!(3.0), Value::Null).await.expect(200);
        assert_eq!((&again["id"], &again["rating_count"]), (&first["id"], &json!(1)));
        let other = rate(json!(17), json!(5), json!("x".repeat(100_000))).await.expect(200);
        assert_eq!((&other["average_rating"], &other["rating_count"]), (&json!(4.0), &json!(2)));
        rate(Value::Null, json!(4), json!("\u{202e}")).await.expect(200);
        for bad in [json!(0), json!(6), json!(2.5), json!("5")] {
            rate(json!("ann"), bad, Value::Null).await.expect_error(400, "INVALID_REQUEST");
        }
        let own = of(&scene.server, &scene.acme);
        own.post(&path, &json!({ "user_id": "ann", "rating": 5 })).await.expect_error(409, "CONFLICT");
        let reviews = globex.get("/api/skill-marketplace/skills/tool/reviews").await.expect(200);
        assert!(!reviews.to_string().contains("ann"), "{reviews}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_told_as_running_totals() {
    each_db_async(|db| async move {
        let scene = Scene::open(&db).await;
        let globex = scene.server.tenant("globex", Plan::Team).await;
        let instance = of(&scene.server, &globex);
        scene.publish(Kind::Skill, "tool", json!({})).await;
        scene.publish(Kind::Canvas, "chart", json!({})).await;
        instance.post(&format!("{BASE}/skills/tool/install"), &json!({})).await.expect(200);
        instance.post(&format!("{BASE}/components/chart/install"), &json!({})).await.expect(200);
        let base = format!("{BASE}/public/v1/marketplace/analytics");
        let register = json!({ "instance_name": "home", "version": "1.0.0", "platform": "docker" });
        let registered = instance.post(&format!("{base}/register"), &register).await.expect(200);
        assert!(registered["instance_id"].is_string() && registered["registration_token"].is_string());
        // The same instance is the same one the next time; another is another.
        let again = instance.post(&format!("{base}/register"), &register).await.expect(200);
        assert_eq!(again["instance_id"], registered["instance_id"]);
        let other = instance.with("x-instance-id", "instance-2");
        let other = other.post(&format!("{base}/register"), &register).await.expect(200);
        assert_ne!(other["instance_id"], registered["instance_id"]);

        let report = async |instance_id: &Value, item: (&str, &str), count: i64| {
            let reports = json!([{ "item_type": item.0, "item_id": item.1, "execution_count": count, "success_count": count, "total_duration_ms": 1.5 }]);
            let body = json!({ "instance_id": instance_id, "reports": reports });
            let answer = instance.post(&format!("{base}/usage"), &body).await;
            is_for_satellites(&answer, "usage");
            answer.expect(200)
        };
        let executions = async || {
            let stats = scene.acme.get("/api/skill-marketplace/skills/tool/stats").await.expect(200);
            stats["all_time"]["execution_count"].as_i64().unwrap_or_else(|| panic!("{stats}"))
        };
        let id = &registered["instance_id"];
        for (instance_id, said, all) in [(id, 10, 10), (id, 10, 10), (id, 12, 12), (&other["instance_id"], 5, 17), (id, 1, 18)] {
            assert_eq!(report(instance_id, ("skill", "tool"), said).await["success"], true);
            assert_eq!(executions().await, all);
        }
        assert_eq!(report(id, ("skill", "acme~tool"), 3).await["accepted"], 1);
        assert_eq!(report(id, ("canvas_component", "chart"), 3).await["accepted"], 1);
        for item in [("workflow", "w"), ("spaceship", "s"), ("agent", "not-installed"), ("skill", "..")] {
            let answer = report(id, item, 1).await;
            assert_eq!((&answer["success"], &answer["accepted"]), (&json!(true), &json!(0)), "{item:?}");
            assert_eq!(answer["rejected"][0]["item_id"], item.1);
        }
        // What it says of itself is in the database, and the key's beginning alone.
        let row: (String, String) = scene
            .server
            .marketplace
            .db
            .read(|c| c.one("SELECT instance_name, federation_key FROM satellite ORDER BY id LIMIT 1", atom_marketplace_db::args![]))
            .await
            .unwrap();
        assert_eq!(row.0, "home");
        assert!(globex.bearer().unwrap().starts_with(&row.1) && row.1.len() < 20);
    })
    .await;
}
