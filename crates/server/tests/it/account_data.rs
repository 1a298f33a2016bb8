//! All that a tenant has: taken away line by line, and deleted.

use atom_marketplace_db::args;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::scope::Role;
use atom_marketplace_server::account_data;
use atom_marketplace_testkit::{Answer, Client, PASSWORD, each_db_async};
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Scene, install};

const SKILL: Kind = Kind::Skill;

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
    let text = String::from_utf8(answer.bytes.clone()).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn of<'a>(lines: &'a [Value], name: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == name).map(|line| &line[name]).collect()
}

async fn delete(client: &Client, confirm: &str) -> Answer {
    client.send(Method::DELETE, "/api/tenant", Some(&json!({ "confirm": confirm }))).await
}

/// Globex, which has something of everything, and acme, which has some of it installed and rated, and is rated by it.
async fn scene(scene: &Scene) -> (Client, Client) {
    let globex = scene.server.tenant("globex", Plan::Enterprise).await;
    let hank = scene.server.person("globex", "hank@globex.example", Role::Owner).await;
    scene.server.person("globex", "shared@globex.example", Role::Viewer).await;
    scene
        .server
        .admin_for("acme")
        .post("/api/tenant/members", &json!({ "email": "shared@globex.example", "role": "viewer" }))
        .await
        .expect(201);
    let files = json!({ "files": [{ "path": "a.txt", "content": "text" }, { "path": "b.bin", "encoding": "base64", "content": "/wA=" }] });
    scene.publish_as(&globex, SKILL, "shared", files).await;
    scene.publish_as(&globex, SKILL, "shared", json!({ "description": "Does more." })).await;
    let private =
        json!({ "agent_id": "inner", "marketplace_type": "private", "name": "Inner", "description": "Private." });
    globex.post("/api/agent-marketplace/agents", &private).await.expect(201);
    scene.acme.post(&install(SKILL, "shared"), &json!({})).await.expect(201);
    scene.acme.put(&format!("{}/rating", SKILL.path_of("shared")), &json!({ "rating": 4 })).await.expect(200);
    scene.publish(SKILL, "acmes", json!({})).await;
    let config = json!({ "install_config": { "settings": { "a": 1 } } });
    globex.post(&install(SKILL, "acmes"), &config).await.expect(201);
    let rating = json!({ "rating": 1, "review": "Not for us." });
    hank.put(&format!("{}/rating", SKILL.path_of("acmes")), &rating).await.expect(200);
    globex.post("/api/tokens", &json!({ "name": "ci" })).await.expect(201);
    globex.post("/api/federation/keys", &json!({ "name": "peer" })).await.expect(201);
    let webhook = json!({ "url": "https://hooks.example.com/", "events": ["component.installed"] });
    globex.post("/api/webhooks", &webhook).await.expect(201);
    (globex, hank)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_exported_and_no_secret() {
    each_db_async(|db| async move {
        let stage = Scene::open(&db).await;
        let (globex, hank) = scene(&stage).await;
        let lines = lines(&globex.get("/api/tenant/export").await);
        assert_eq!(of(&lines, "tenant")[0]["id"], "globex");
        assert_eq!(of(&lines, "member").len(), 2);
        let components: Vec<_> = of(&lines, "component").iter().map(|line| line["id"].clone()).collect();
        assert_eq!(components, ["shared", "inner"]);
        let versions = of(&lines, "version");
        assert_eq!(versions.iter().map(|line| line["version"].clone()).collect::<Vec<_>>(), ["1.0.0", "1.0.1", "1.0.0"]);
        assert_eq!(versions[0]["files"], json!([
            { "path": "a.txt", "encoding": "utf-8", "content": "text" }, { "path": "b.bin", "encoding": "base64", "content": "/wA=" },
        ]));
        assert_eq!(versions[0]["manifest"]["name"], "The shared");
        assert_eq!(of(&lines, "installation")[0]["settings"], json!({ "a": 1 }));
        assert_eq!(of(&lines, "rating")[0]["review"], "Not for us.");
        assert!(of(&lines, "token").len() >= 2 && of(&lines, "federation_key").len() == 1);
        assert!(of(&lines, "event").iter().any(|event| event["type"] == "component.installed"));
        let entries = lines.iter().filter(|line| line["type"] == "audit").count();
        assert_eq!(globex.get("/api/tenant/audit-log").await.expect(200)["total"], entries);
        assert_eq!(lines.last(), Some(&json!({ "type": "end" })));
        hank.get("/api/tenant/export").await;
        stage.server.token("globex", Role::Publisher.scopes()).await.get("/api/tenant/export").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_gone_and_its_id_and_record_stay() {
    each_db_async(|db| async move {
        let stage = Scene::open(&db).await;
        let (globex, hank) = scene(&stage).await;
        let m = &stage.server.marketplace;
        delete(&hank, "acme").await.expect_error(400, "INVALID_REQUEST");
        delete(&globex, "globex").await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        assert_eq!(stage.number("acmes", "rating_count").await, 1);
        let gone = delete(&hank, "globex").await.expect(200);
        assert_eq!(gone["tenant_id"], "globex");

        // Nobody gets in.
        globex.get("/api/tenant").await.expect_error(401, "UNAUTHENTICATED");
        hank.get("/api/session").await.expect_error(401, "UNAUTHENTICATED");
        let credentials = json!({ "email": "hank@globex.example", "password": PASSWORD });
        stage.server.anonymous().post("/api/session", &credentials).await.expect_error(401, "UNAUTHENTICATED");
        stage.server.admin_for("globex").get("/api/tenant").await.expect_error(404, "TENANT_NOT_FOUND");
        stage.admin.patch("/api/admin/tenants/globex", &json!({ "suspended": false })).await.expect_error(409, "CONFLICT");
        // Its id is not given again.
        let again = json!({ "id": "globex", "name": "Globex", "plan": "free" });
        stage.admin.post("/api/admin/tenants", &again).await.expect_error(409, "CONFLICT");

        // Its components are gone, and whoever has one is told.
        stage.acme.get(&format!("{}?source_tenant_id=globex", SKILL.path_of("shared"))).await.expect_error(404, "COMPONENT_NOT_FOUND");
        let inbox = stage.acme.get("/api/tenant/inbox").await.expect(200);
        assert_eq!(inbox["items"][0]["type"], "component.withdrawn");
        // What it said of others' is not counted any more.
        assert_eq!(stage.number("acmes", "rating_count").await, 0);
        let acmes = stage.acme.get(&SKILL.path_of("acmes")).await.expect(200);
        assert_eq!((&acmes["average_rating"], &acmes["rating_count"]), (&Value::Null, &json!(0)));

        // Of its people nothing is left, but for those who are elsewhere too.
        let accounts: Vec<(String, String)> =
            m.db.read(|c| c.all("SELECT email, name FROM account ORDER BY email", args![])).await.expect("accounts");
        assert!(accounts.iter().any(|(email, _)| email == "shared@globex.example"), "{accounts:?}");
        assert!(accounts.iter().all(|(email, name)| !email.contains("hank") && name != "hank"), "{accounts:?}");
        for count in [
            "SELECT count(*) FROM member m JOIN tenant t ON t.id = m.tenant_id WHERE t.slug = 'globex'",
            "SELECT count(*) FROM rating r JOIN tenant t ON t.id = r.tenant_id WHERE t.slug = 'globex'",
            "SELECT count(*) FROM installation i JOIN tenant t ON t.id = i.tenant_id WHERE t.slug = 'globex' AND i.removed_at IS NULL",
            "SELECT count(*) FROM component_file f JOIN component_version v ON v.id = f.version_id JOIN component c ON c.id = v.component_id JOIN tenant t ON t.id = c.tenant_id WHERE t.slug = 'globex'",
            "SELECT storage_used FROM tenant WHERE slug = 'globex'",
        ] {
            assert_eq!(m.db.read(move |c| c.one::<i64>(count, args![])).await.expect("a number"), 0, "{count}");
        }

        // The record stays, whole.
        let verified = stage.admin.get("/api/admin/audit-log/verify?tenant_id=globex").await.expect(200);
        assert_eq!(verified["ok"], true);
        let last = stage.admin.get("/api/admin/audit-log?tenant_id=globex&action=tenant.").await.expect(200);
        assert_eq!((&last["items"][0]["action"], &last["items"][1]["action"]), (&json!("tenant.erase"), &json!("tenant.delete")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_deletion_goes_on() {
    each_db_async(|db| async move {
        let stage = Scene::open(&db).await;
        let (globex, hank) = scene(&stage).await;
        let m = &stage.server.marketplace;
        // As the first transaction leaves it, should the process end there.
        m.db.write(|c| c.execute("UPDATE tenant SET suspended = 1, closing_at = 1 WHERE slug = 'globex'", args![]))
            .await
            .expect("begun");
        m.credentials.clear();
        assert!(globex.get("/api/tenant").await.status >= 400);
        assert!(hank.get("/api/tenant").await.status >= 400);
        account_data::finish_all(m).await.expect("done");
        account_data::finish_all(m).await.expect("nothing to do");
        let left = "SELECT count(*) FROM tenant WHERE slug = 'globex' AND deleted_at IS NULL";
        assert_eq!(m.db.read(move |c| c.one::<i64>(left, args![])).await.expect("a number"), 0);
        assert_eq!(stage.number("acmes", "rating_count").await, 0);
        let erased = stage.admin.get("/api/admin/audit-log?tenant_id=globex&action=tenant.erase").await.expect(200);
        assert_eq!(erased["total"], 1);
    })
    .await;
}
