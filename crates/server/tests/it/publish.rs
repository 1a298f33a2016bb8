//! Publishing: what is refused, what it costs, and what is there afterwards.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::{Scope, ScopeSet};
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde_json::{Value, json};

const AGENTS: &str = "/api/agent-marketplace/agents";

/// An agent's publication with these fields over the least that is needed.
pub(crate) fn agent(id: &str, marketplace_type: &str, fields: Value) -> Value {
    let mut body = json!({
        "agent_id": id, "marketplace_type": marketplace_type, "name": format!("Agent {id}"), "description": "Sells.",
    });
    for (key, value) in fields.as_object().expect("an object") {
        body[key] = value.clone();
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn four_kinds_are_published_and_are_there_at_once() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let table = [
            ("agent", "agents", "agent_id", json!({"maturity_level": "supervised", "configuration": {"a": 1}})),
            ("skill", "skills", "skill_id", json!({"skill_type": "api", "input_schema": {"type": "object"}})),
            ("canvas", "components", "canvas_id", json!({"canvas_type": "html", "code": "<p>hello</p>", "agent_roles": ["manager"]})),
            ("domain", "domains", "domain_id", json!({"topics": ["metrics"], "vocabulary": {"lead": "a person"}})),
        ];
        for (kind, collection, id_field, fields) in table {
            let mut body = json!({id_field: "sales", "marketplace_type": "private", "name": "Sales", "description": "Sells.", "category": "sales", "tags": ["crm"]});
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let path = format!("/api/{kind}-marketplace/{collection}");
            let answer = acme.post(&path, &body).await;
            let component = answer.expect(201);
            assert_eq!(answer.header("location"), Some(format!("{path}/sales?source_tenant_id=acme").as_str()));
            assert!(answer.header("etag").is_some());
            for (field, value) in [("id", "sales"), ("component_type", kind), ("source_tenant_id", "acme"), ("status", "published"), ("version", "1.0.0"), ("marketplace_type", "private")] {
                assert_eq!(component[field], value, "{kind} {field}");
            }
            for (field, value) in fields.as_object().unwrap() {
                assert_eq!(&component[field], value, "{kind} {field}");
            }
            assert!(component["digest"].as_str().unwrap().starts_with("sha256:"));
            // The same again.
            let again = acme.post(&path, &body).await.expect(200);
            assert_eq!((&again["version"], &again["digest"]), (&component["version"], &component["digest"]));
            // A field of another kind is refused by name.
            body["no_such_field"] = json!(1);
            let details = acme.post(&path, &body).await.expect_error(400, "INVALID_REQUEST");
            assert_eq!(details["fields"][0]["path"], "no_such_field");
        }
    })
    .await;
}

/// The paths of the fields that a request names as wrong.
fn wrong(details: &Value) -> Vec<String> {
    details["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|field| field["path"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let file = |path: &str| json!({"path": path, "content": "x"});
        let labels = |n: usize| (0..n).map(|i| format!("t{i}")).collect::<Vec<_>>();
        let dependency = |fields: Value| {
            let mut dependency = json!({"component_type": "skill", "id": "s", "version": "^1"});
            dependency.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            json!({"dependencies": [dependency]})
        };
        let schema = |schema: Value| json!({"config_schema": schema});
        let table: Vec<(&str, Value, &str)> = vec![
            ("an id that is a route", json!({"agent_id": "search"}), "agent_id"),
            ("an id with a slash", json!({"agent_id": "a/b"}), "agent_id"),
            ("no id", json!({"agent_id": ""}), "agent_id"),
            ("a blank name", json!({"name": "  "}), "name"),
            ("a long name", json!({"name": "x".repeat(101)}), "name"),
            ("a name of two lines", json!({"name": "a\nb"}), "name"),
            ("a hidden character", json!({"name": "Sa\u{200b}les"}), "name"),
            ("text turned round", json!({"description": "a\u{202e}b"}), "description"),
            ("a long description", json!({"description": "x".repeat(2_001)}), "description"),
            ("a long readme", json!({"readme": "x".repeat(200_001)}), "readme"),
            ("no version", json!({"version": "1.0"}), "version"),
            ("build metadata", json!({"version": "1.0.0+a"}), "version"),
            ("too many tags", json!({"tags": labels(51)}), "tags"),
            ("a blank tag", json!({"tags": ["a", " "]}), "tags[1]"),
            ("a padded tag", json!({"tags": ["a "]}), "tags[0]"),
            ("a tag twice", json!({"tags": ["a", "b", "a"]}), "tags[2]"),
            ("a long capability", json!({"capabilities": ["x".repeat(65)]}), "capabilities[0]"),
            ("too many capabilities", json!({"capabilities": labels(101)}), "capabilities"),
            ("a blank category", json!({"category": ""}), "category"),
            ("an unknown tier", json!({"pricing_tier": "gold"}), "pricing_tier"),
            ("an unknown level", json!({"maturity_level": "wise"}), "maturity_level"),
            ("a script as link", json!({"documentation_url": "javascript:alert(1)"}), "documentation_url"),
            ("a password in a link", json!({"documentation_url": "https://me:pw@example.com"}), "documentation_url"),
            ("a link without its slashes", json!({"documentation_url": "https:example.com"}), "documentation_url"),
            ("no link", json!({"documentation_url": "docs"}), "documentation_url"),
            ("shared in public", json!({"marketplace_type": "public", "shared_with": ["beta"]}), "shared_with"),
            ("shared with nonsense", json!({"shared_with": ["Beta!"]}), "shared_with[0]"),
            ("a dependency's range", dependency(json!({"version": "latest"})), "dependencies[0].version"),
            ("a dependency's id", dependency(json!({"id": ".."})), "dependencies[0].id"),
            (
                "a dependency's tenant",
                dependency(json!({"source_tenant_id": "A B"})),
                "dependencies[0].source_tenant_id",
            ),
            ("a dependency's kind", dependency(json!({"component_type": "robot"})), "dependencies[0].component_type"),
            ("a dependency's field", dependency(json!({"colour": "red"})), "dependencies[0].colour"),
            ("itself", dependency(json!({"component_type": "agent", "id": "bad"})), "dependencies[0]"),
            (
                "itself, in full",
                dependency(json!({"component_type": "agent", "id": "bad", "source_tenant_id": "acme"})),
                "dependencies[0]",
            ),
            ("a schema that is a list", schema(json!([])), "config_schema"),
            ("a schema that is none", schema(json!({"type": "number of days"})), "config_schema.type"),
            (
                "a schema of elsewhere",
                schema(json!({"properties": {"a": {"$ref": "https://example.com/s"}}})),
                "config_schema.properties.a[\"$ref\"]",
            ),
            (
                "a schema of another draft",
                schema(json!({"$schema": "http://json-schema.org/draft-07/schema#"})),
                "config_schema[\"$schema\"]",
            ),
            (
                "a pattern that looks ahead",
                schema(json!({"properties": {"a": {"pattern": "(?=a)b"}}})),
                "config_schema.properties.a.pattern",
            ),
            ("a pattern that refers back", schema(json!({"pattern": "(a)\\1"})), "config_schema.pattern"),
            ("a schema that unfolds", schema(json!({"$ref": "#/$defs/d0", "$defs": (0..30).map(|i| (format!("d{i}"), json!({"allOf": [{"$ref": format!("#/$defs/d{}", i + 1)}, {"$ref": format!("#/$defs/d{}", i + 1)}]}))).chain([("d30".to_owned(), json!(true))]).collect::<serde_json::Map<_, _>>()})), "config_schema"),
            ("too many patterns", schema(json!({"allOf": (0..201).map(|i| json!({"pattern": format!("a{i}")})).collect::<Vec<_>>()})), "config_schema"),
            ("a pattern too large", schema(json!({"pattern": "(a{1000}){1000}"})), "config_schema.pattern"),
            ("a reference to nowhere", schema(json!({"$ref": "#/$defs/x"})), "config_schema"),
            ("another list as input", json!({"agent_id": "bad", "canvases": "x"}), "canvases"),
            ("a schema without end", schema(json!({"allOf": [{"$ref": "#"}]})), "config_schema"),
            ("key names", schema(json!({"required_api_keys": ["sales force"]})), "config_schema.required_api_keys[0]"),
            (
                "no list of key names",
                schema(json!({"required_api_keys": "salesforce"})),
                "config_schema.required_api_keys",
            ),
            ("memory of another shape", json!({"memory": {"heuristics": {}}}), "memory.heuristics"),
            ("memory without heuristics", json!({"memory": {}}), "memory.heuristics"),
            ("more than heuristics", json!({"memory": {"heuristics": [], "diary": []}}), "memory.diary"),
            ("a file above", json!({"files": [file("../a")]}), "files[0].path"),
            ("a file from the root", json!({"files": [file("/etc/passwd")]}), "files[0].path"),
            ("a file on a drive", json!({"files": [file("C:a")]}), "files[0].path"),
            ("a backslash", json!({"files": [file("a\\b")]}), "files[0].path"),
            ("an empty part", json!({"files": [file("a//b")]}), "files[0].path"),
            ("a device", json!({"files": [file("a/NUL.txt")]}), "files[0].path"),
            ("a path with a line end", json!({"files": [file("a\nb")]}), "files[0].path"),
            ("a file twice", json!({"files": [file("a"), file("a")]}), "files[1].path"),
            ("files that differ in case", json!({"files": [file("README.md"), file("readme.md")]}), "files[1].path"),
            ("a file and a directory", json!({"files": [file("a"), file("A/b")]}), "files[1].path"),
            ("a directory and a file", json!({"files": [file("a/b"), file("a")]}), "files[1].path"),
            ("an archive by name", json!({"files": [file("a.ZIP")]}), "files[0].path"),
            (
                "an archive by content",
                json!({"files": [{"path": "a.txt", "encoding": "base64", "content": "UEsDBAoAAAAA"}]}),
                "files[0].content",
            ),
            (
                "no base64",
                json!({"files": [{"path": "a", "encoding": "base64", "content": "a b"}]}),
                "files[0].content",
            ),
            ("too many files", json!({"files": (0..1_001).map(|i| file(&i.to_string())).collect::<Vec<_>>()}), "files"),
        ];
        for (what, fields, path) in table {
            let answer = acme.post(AGENTS, &agent("bad", "private", fields)).await;
            let details = answer.expect_error(400, "INVALID_REQUEST");
            assert_eq!(wrong(&details), [path], "{what}: {details}");
        }
        // All of them at once.
        let answer =
            acme.post(AGENTS, &agent("bad id", "private", json!({"name": "", "tags": [""], "version": "x"}))).await;
        assert_eq!(wrong(&answer.expect_error(400, "INVALID_REQUEST")), ["agent_id", "version", "name", "tags[0]"]);
        let missing = acme.post(AGENTS, &json!({"agent_id": "a", "marketplace_type": "private", "name": "A"})).await;
        assert_eq!(wrong(&missing.expect_error(400, "INVALID_REQUEST")), ["description"]);
        // Nothing of it was stored.
        acme.get(&format!("{AGENTS}/bad/versions")).await.expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_stores_nothing() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let body = agent("a", "public", json!({"documentation_url": "http://example.com"}));
        let dry = format!("{AGENTS}?dry_run=true");
        let check = acme.post(&dry, &body).await.expect(200);
        assert_eq!((&check["ok"], &check["version"]), (&json!(true), &json!("1.0.0")));
        let found: Vec<_> =
            check["findings"].as_array().unwrap().iter().map(|finding| finding["path"].as_str().unwrap()).collect();
        assert_eq!(found, ["license", "documentation_url"]);
        assert_eq!(check["redactions"], json!([]));
        acme.get(&format!("{AGENTS}/a/versions")).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let component = acme.post(AGENTS, &body).await.expect(201);
        assert_eq!(component["digest"], check["digest"]);
        acme.post(&dry, &agent("a", "public", json!({"name": ""}))).await.expect_error(400, "INVALID_REQUEST");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_has_a_limit() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let limit = |bytes: i64| {
            let db = server.marketplace.db.clone();
            async move {
                db.write(move |c| c.execute("UPDATE tenant SET storage_limit = $1", atom_marketplace_db::args![bytes]))
                    .await
                    .unwrap()
            }
        };
        limit(2_000).await;
        // Tokens remember their tenant for a moment.
        let acme = {
            drop(acme);
            server.token("acme", ScopeSet::ALL_TENANT).await
        };
        acme.post(AGENTS, &agent("a", "public", json!({"content": "x".repeat(1_500)}))).await.expect(201);
        // A submission takes the place of the one before, and its room.
        acme.post(AGENTS, &agent("a", "public", json!({"content": "y".repeat(1_600)}))).await.expect(201);
        let details = acme
            .post(AGENTS, &agent("b", "private", json!({"content": "x".repeat(1_500)})))
            .await
            .expect_error(403, "QUOTA_EXCEEDED");
        assert_eq!((&details["resource"], &details["limit"]), (&json!("storage"), &json!(2_000)));
        assert!(details["used"].as_u64().unwrap() > 1_600);
        acme.delete(&format!("{AGENTS}/a")).await.expect(204);
        acme.post(AGENTS, &agent("b", "private", json!({"content": "x".repeat(1_500)}))).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dependencies_are_fixed_at_publish() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta, gamma) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await, server.tenant("gamma", Plan::Free).await);
        let admin = server.admin();
        let skill = |marketplace_type: &str| json!({"skill_id": "s", "marketplace_type": marketplace_type, "name": "S", "description": "S."});
        let needs = |id: &str, marketplace_type: &str, dependency: Value| agent(id, marketplace_type, json!({"dependencies": [dependency]}));
        let any = json!({"component_type": "skill", "id": "s"});
        let of = |tenant: &str| json!({"component_type": "skill", "id": "s", "source_tenant_id": tenant, "version": "^1"});
        let skills = "/api/skill-marketplace/skills";
        // Nobody has one: private is accepted, public is not, unless it can do without.
        gamma.post(AGENTS, &needs("a", "private", any.clone())).await.expect(201);
        let details = gamma.post(AGENTS, &needs("b", "public", any.clone())).await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(wrong(&details), ["dependencies[0]"]);
        gamma.post(AGENTS, &needs("b", "public", json!({"component_type": "skill", "id": "s", "optional": true}))).await.expect(201);
        // One public one: that one.
        beta.post(skills, &skill("public")).await.expect(201);
        crate::review::approve_all(&admin).await;
        gamma.post(AGENTS, &needs("c", "public", any.clone())).await.expect(201);
        // The publisher's own comes first, and must become public too.
        acme.post(skills, &skill("private")).await.expect(201);
        let details = acme.post(AGENTS, &needs("d", "public", any.clone())).await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(wrong(&details), ["dependencies[0]"]);
        acme.post(skills, &skill("public")).await.expect(201);
        acme.post(AGENTS, &needs("d", "public", any.clone())).await.expect(201);
        crate::review::approve_all(&admin).await;
        // Two public ones: which?
        gamma.post(AGENTS, &needs("e", "public", any)).await.expect_error(400, "INVALID_REQUEST");
        gamma.post(AGENTS, &needs("e", "public", of("acme"))).await.expect(201);
        gamma.post(AGENTS, &needs("f", "public", of("nobody"))).await.expect_error(400, "INVALID_REQUEST");
        let targets: Vec<(String, Option<String>)> = server.marketplace.db.read(|c| c.all(
            "SELECT c.slug, p.slug FROM component_dependency d JOIN component c ON c.id = d.component_id
                 LEFT JOIN component t ON t.id = d.target_id LEFT JOIN tenant p ON p.id = t.tenant_id ORDER BY c.slug", &[])).await.unwrap();
        let expected = [("a", None), ("b", None), ("c", Some("beta")), ("d", Some("acme")), ("e", Some("acme"))];
        assert_eq!(targets, expected.map(|(id, tenant)| (id.to_owned(), tenant.map(str::to_owned))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_publish_what() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await);
        let body = agent("atom_main", "private", json!({}));
        server.anonymous().post(AGENTS, &body).await.expect_error(401, "UNAUTHENTICATED");
        server.admin().post(AGENTS, &body).await.expect_error(400, "INVALID_REQUEST");
        let reader = server.token("acme", ScopeSet::of(&[Scope::ComponentsRead])).await;
        let details = reader.post(AGENTS, &body).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(details["required_permission"], "components:publish");
        // Two tenants publish the same id.
        assert_eq!(acme.post(AGENTS, &body).await.expect(201)["source_tenant_id"], "acme");
        assert_eq!(beta.post(AGENTS, &body).await.expect(201)["source_tenant_id"], "beta");
        assert_eq!(server.admin_for("beta").post(AGENTS, &body).await.expect(200)["source_tenant_id"], "beta");
        for client in [&acme, &beta] {
            assert_eq!(client.get(&format!("{AGENTS}/atom_main/versions")).await.expect(200)["total"], 1);
        }
        acme.get(&format!("{AGENTS}/atom_main/versions?source_tenant_id=beta"))
            .await
            .expect_error(404, "COMPONENT_NOT_FOUND");
    })
    .await;
}

/// Many publish the same id at once: every one gets a version of its own or the one that is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn publishing_at_once() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        // And as many others of the same publisher, whose storage all of them change.
        let others: Vec<_> = (0..16)
            .map(|i| {
                let acme = acme.clone();
                tokio::spawn(async move { acme.post(AGENTS, &agent(&format!("b{i}"), "private", json!({}))).await })
            })
            .collect();
        let publishes: Vec<_> = (0..16)
            .map(|i| {
                let acme = acme.clone();
                tokio::spawn(async move { acme.post(AGENTS, &agent("a", "private", json!({"content": i % 8}))).await })
            })
            .collect();
        for other in others {
            other.await.unwrap().expect(201);
        }
        let mut created = 0;
        for publish in publishes {
            let answer = publish.await.unwrap();
            assert!(
                matches!(answer.status, 200 | 201),
                "{}: {}",
                answer.status,
                String::from_utf8_lossy(&answer.bytes)
            );
            created += u64::from(answer.status == 201);
        }
        let versions = acme.get(&format!("{AGENTS}/a/versions?page_size=100")).await.expect(200);
        assert_eq!(versions["total"], created);
        let mut numbers: Vec<_> = versions["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["version"].as_str().unwrap().to_owned())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len() as u64, created);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_right_is_accepted() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let tree = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["root"],
            "properties": {"root": {"$ref": "#/$defs/node"}, "mode": {"pattern": "^(fast|slow)$", "default": "fast"}},
            "$defs": {"node": {"type": "object", "properties": {"left": {"$ref": "#/$defs/node"}, "right": {"$ref": "#named"}}}, "n": {"$anchor": "named", "type": "string"}},
            "required_api_keys": ["salesforce", "hub.spot"],
        });
        let table = [
            ("emoji", json!({"name": "Sales 👩\u{200d}🚀 ❤️", "description": "می\u{200c}خواهم"})),
            ("the longest", json!({"name": "é".repeat(100), "description": "x".repeat(2_000), "readme": "y".repeat(200_000)})),
            ("a full schema", json!({"config_schema": tree})),
            ("files", json!({"files": [
                {"path": "docs/a b.md", "content": "\u{feff}# Hello\r\n\tworld"},
                {"path": "empty", "content": ""},
                {"path": "pixel.png", "encoding": "base64", "content": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="},
            ]})),
            ("learning", json!({"memory": {"heuristics": [{"error_type": "timeout", "resolution": "wait"}]}, "canvases": [{"html": "<p>"}]})),
            ("nothing said", json!({"readme": null, "tags": [], "documentation_url": null, "shared_with": null})),
            ("numbers", json!({"content": {"large": u64::MAX, "small": -0.5, "list": [1, 2.0, 3e10]}})),
        ];
        for (i, (what, fields)) in table.into_iter().enumerate() {
            let body = agent(&format!("good{i}"), "private", fields);
            let answer = acme.post(AGENTS, &body).await;
            assert_eq!(answer.status, 201, "{what}: {}", String::from_utf8_lossy(&answer.bytes));
            assert_eq!(acme.post(AGENTS, &body).await.status, 200, "{what}");
        }
        // Two spellings of a letter are one.
        let composed = acme.post(AGENTS, &agent("nfc", "private", json!({"name": "Caf\u{e9}"}))).await.expect(201);
        let apart = acme.post(AGENTS, &agent("nfc", "private", json!({"name": "Cafe\u{301}"}))).await.expect(200);
        assert_eq!(composed["digest"], apart["digest"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_be_narrowed_to_ids() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        let token = json!({"name": "ci", "scopes": ["components:publish", "components:read"], "component_patterns": ["sales_*"]});
        let token = acme.post("/api/tokens", &token).await.expect(201)["token"].as_str().unwrap().to_owned();
        let narrow = acme.with("authorization", &format!("Bearer {token}"));
        narrow.post(AGENTS, &agent("sales_a", "private", json!({}))).await.expect(201);
        acme.post(AGENTS, &agent("other", "private", json!({}))).await.expect(201);
        narrow.post(AGENTS, &agent("other", "private", json!({}))).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        narrow.patch(&format!("{AGENTS}/other"), &json!({})).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        narrow.delete(&format!("{AGENTS}/other")).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        narrow.post(&format!("{AGENTS}/other/versions/1.0.0/yank"), &json!({})).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        narrow.delete(&format!("{AGENTS}/sales_a")).await.expect(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_sent_again_has_one_answer() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await.with("idempotency-key", "one");
        let first = acme.post(AGENTS, &agent("a", "private", json!({}))).await;
        let again = acme.post(AGENTS, &agent("a", "private", json!({}))).await;
        assert_eq!((first.status, &first.bytes), (201, &again.bytes));
        assert_eq!(
            (again.status, again.header("location"), again.header("etag")),
            (201, first.header("location"), first.header("etag"))
        );
        acme.post(AGENTS, &agent("b", "private", json!({}))).await.expect_error(422, "IDEMPOTENCY_KEY_REUSED");
    })
    .await;
}
