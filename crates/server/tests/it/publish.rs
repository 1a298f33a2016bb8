//! Publishing: what is refused, what it costs, and what is there afterwards.

use atom_marketplace_protocol::plan::Plan;
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
            ("a schema without end", schema(json!({"allOf": [{"$ref": "#"}]})), "config_schema"),
            ("key names", schema(json!({"required_api_keys": ["sales force"]})), "config_schema.required_api_keys[0]"),
            (
                "no list of key names",
                schema(json!({"required_api_keys": "salesforce"})),
                "config_schema.required_api_keys",
            ),
            (
                "a hidden character inside",
                json!({"content": {"steps": [{"say": "a\u{e0041}b"}]}}),
                "content.steps[0].say",
            ),
            (
                "a hidden character in a key",
                json!({"configuration": {"a\u{200b}b": 1}}),
                "configuration[\"a\\u{200b}b\"]",
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
            (
                "a hidden character in a file",
                json!({"files": [{"path": "a", "content": "x\u{2066}y"}]}),
                "files[0].content",
            ),
            (
                "a hidden character behind base64",
                json!({"files": [{"path": "a", "encoding": "base64", "content": "eOKBpnk="}]}),
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
