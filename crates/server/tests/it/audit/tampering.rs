//! What was done to the record behind its back is seen; and it is read, exported and verified as it was written.

use atom_marketplace_db::args;
use atom_marketplace_protocol::audit::{AuditHead, AuditLine};
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_server::app::Marketplace;
use atom_marketplace_server::audit::{self, verify};
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

async fn run(m: &Marketplace, sql: String) {
    m.db.write(move |c| c.batch(&sql)).await.expect("it is changed");
}

/// Two tenants with five entries each: a token from the beginning, and four changes of name.
async fn scene(server: &TestServer) -> (Client, Client) {
    let (acme, globex) = (server.tenant("acme", Plan::Free).await, server.tenant("globex", Plan::Free).await);
    for client in [&acme, &globex] {
        for name in ["One", "Two", "Drei: ß, \"quoted\"", "Four"] {
            client.patch("/api/tenant", &json!({ "name": name })).await.expect(200);
        }
    }
    (acme, globex)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_to_a_chain_breaks_it() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let m = server.marketplace.clone();
        let (acme, _) = scene(&server).await;
        run(&m, "CREATE TABLE saved_log AS SELECT * FROM audit_log; CREATE TABLE saved_chain AS SELECT * FROM audit_chain".to_owned()).await;
        let key = |slug: &'static str| {
            let m = m.clone();
            async move { m.db.read(move |c| audit::chain_of(c, slug)).await.expect("a read").expect("a tenant") }
        };
        let (a, g) = (key("acme").await, key("globex").await);
        let of = |number: i64| format!("WHERE chain = {a} AND number = {number}");
        let set = |what: &str| format!("UPDATE audit_log SET {what} {}", of(2));
        let swap = |table: &str| format!("UPDATE {table} SET chain = CASE chain WHEN {a} THEN {g} + 1000 WHEN {g} THEN {a} + 1000 END WHERE chain IN ({a}, {g}); UPDATE {table} SET chain = chain - 1000 WHERE chain > 1000;");
        let entry = "actor, action, target, details, request_id, hash FROM audit_log";
        let cases = [
            ("nothing", String::new(), None),
            ("the first is gone", format!("DELETE FROM audit_log {}", of(1)), Some(1)),
            ("one in the middle is gone", format!("DELETE FROM audit_log {}", of(3)), Some(3)),
            ("the last is gone", format!("DELETE FROM audit_log {}", of(5)), Some(5)),
            ("all are gone", format!("DELETE FROM audit_log WHERE chain = {a}"), Some(1)),
            ("another actor", set("actor = 'admin'"), Some(2)),
            ("another action", set("action = 'tenant.create'"), Some(2)),
            ("another target", set("target = 'tenant:globex'"), Some(2)),
            ("other details", set("details = '{}'"), Some(2)),
            ("another request", set("request_id = NULL"), Some(2)),
            ("another time", set("at = at + 1"), Some(2)),
            ("another hash", format!("UPDATE audit_log SET hash = (SELECT hash FROM saved_log {}) {}", of(3), of(2)), Some(2)),
            ("two have changed places", format!("UPDATE audit_log SET number = 102 {}; UPDATE audit_log SET number = 2 {}; UPDATE audit_log SET number = 3 {}", of(2), of(3), of(102)), Some(2)),
            ("the first gone, the others moved up", format!("DELETE FROM audit_log {}; UPDATE audit_log SET number = -number WHERE chain = {a}; UPDATE audit_log SET number = -number - 1 WHERE chain = {a}", of(1)), Some(1)),
            ("one behind the end", format!("INSERT INTO audit_log (chain, number, at, actor, action, target, details, request_id, hash) SELECT chain, 6, at, {entry} {}", of(5)), Some(6)),
            ("another tenant's chain", format!("{} {}", swap("audit_log"), swap("audit_chain")), Some(1)),
            ("the end has another hash", format!("UPDATE audit_chain SET hash = (SELECT hash FROM saved_log {}) WHERE chain = {a}", of(2)), Some(5)),
        ];
        for (what, sql, broken) in cases {
            run(&m, sql).await;
            let found = acme.get("/api/tenant/audit-log/verify").await.expect(200);
            let asked = server.admin().get("/api/admin/audit-log/verify?tenant_id=acme").await.expect(200);
            assert_eq!(found, asked);
            assert_eq!(found["ok"], broken.is_none(), "{what}: {found}");
            assert_eq!(found["first_broken"]["number"].as_u64(), broken, "{what}: {found}");
            run(&m, "DELETE FROM audit_log; DELETE FROM audit_chain; INSERT INTO audit_log SELECT * FROM saved_log; INSERT INTO audit_chain SELECT * FROM saved_chain".to_owned()).await;
        }

        // An end that is cut off with its mark is consistent in itself: only a head that was kept elsewhere shows it.
        let head = acme.get("/api/tenant/audit-log/verify").await.expect(200)["head"].clone();
        let head: AuditHead = serde_json::from_value(head).expect("a head");
        let holds = |head: AuditHead| {
            let m = m.clone();
            async move { m.db.read(move |c| verify::holds(c, a, &head)).await.expect("a read") }
        };
        assert!(holds(head.clone()).await);
        run(&m, format!("DELETE FROM audit_log {}; UPDATE audit_chain SET number = 4, hash = (SELECT hash FROM saved_log {}) WHERE chain = {a}", of(5), of(4))).await;
        assert_eq!(acme.get("/api/tenant/audit-log/verify").await.expect(200)["ok"], true);
        assert!(!holds(head).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_read_by_those_whose_it_is() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, _) = scene(&server).await;
        let admin = server.admin();
        let numbers = |page: &Value| {
            page["items"].as_array().unwrap().iter().map(|item| item["number"].as_u64().unwrap()).collect::<Vec<_>>()
        };
        let first = acme.get("/api/tenant/audit-log?page_size=2").await.expect(200);
        assert_eq!((numbers(&first), &first["total"]), (vec![5, 4], &json!(5)));
        assert_eq!(first["items"][0]["details"]["name"], "Four");
        assert_eq!(first["items"][0]["tenant_id"], "acme");
        let next = format!("/api/tenant/audit-log?page_size=2&cursor={}", first["next_cursor"].as_str().unwrap());
        assert_eq!(numbers(&acme.get(&next).await.expect(200)), [3, 2]);
        let token = first["items"][0]["actor"].as_str().unwrap().to_owned();
        let at = first["items"][1]["at"].as_str().unwrap().to_owned();
        for (query, expected) in [
            ("action=tenant.".to_owned(), vec![5, 4, 3, 2]),
            ("action=token.create".to_owned(), vec![1]),
            ("action=token".to_owned(), vec![]),
            (format!("actor={token}"), vec![5, 4, 3, 2]),
            ("actor=operator".to_owned(), vec![1]),
            ("target=tenant:acme".to_owned(), vec![5, 4, 3, 2]),
            ("target=tenant:globex".to_owned(), vec![]),
            (format!("from={at}"), vec![5, 4]),
            (format!("to={at}"), vec![3, 2, 1]),
        ] {
            let page = acme.get(&format!("/api/tenant/audit-log?{query}")).await.expect(200);
            assert_eq!(
                (numbers(&page), page["total"].as_u64()),
                (expected.clone(), Some(expected.len() as u64)),
                "{query}"
            );
            let page = admin.get(&format!("/api/admin/audit-log?tenant_id=acme&{query}")).await.expect(200);
            assert_eq!(numbers(&page), expected, "{query}");
        }
        for query in ["from=yesterday", "colour=red", "page_size=0", "cursor=x"] {
            acme.get(&format!("/api/tenant/audit-log?{query}")).await.expect_error(400, "INVALID_REQUEST");
        }
        admin.get("/api/admin/audit-log?tenant_id=nobody").await.expect_error(404, "TENANT_NOT_FOUND");
        admin.get("/api/admin/audit-log?tenant_id=acme&platform=true").await.expect_error(400, "INVALID_REQUEST");
        assert_eq!(admin.get("/api/admin/audit-log?platform=true").await.expect(200)["total"], 0);

        // All of them, by time, page by page.
        let (mut seen, mut query) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/api/admin/audit-log?page_size=3{query}")).await.expect(200);
            assert_eq!(page["total"], 10);
            seen.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 10);
        assert!(seen.is_sorted_by(|a, b| a["at"].as_str() >= b["at"].as_str()), "{seen:#?}");
    })
    .await;
}

/// The program in docs/AUDIT_LOG.md.
fn documented() -> String {
    let page = include_str!("../../../../../docs/AUDIT_LOG.md");
    let (_, rest) = page.split_once("```python\n").expect("a program");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// Runs it over an export. None where there is no Python.
fn verified_by_python(export: &[u8]) -> Option<Result<String, String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, file) = (folder.path().join("verify.py"), folder.path().join("export.ndjson"));
    std::fs::write(&program, documented()).expect("written");
    std::fs::write(&file, export).expect("written");
    match std::process::Command::new("python3").arg(&program).arg(&file).output() {
        Ok(output) if output.status.success() => Some(Ok(String::from_utf8(output.stdout).expect("text"))),
        Ok(output) => Some(Err(String::from_utf8(output.stderr).expect("text"))),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no python3: {error}");
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_verified_without_the_marketplace() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, globex) = scene(&server).await;
        let answer = acme.get("/api/tenant/audit-log/export").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
        let lines: Vec<AuditLine> = answer
            .bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("a line"))
            .collect();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        let mut verifier = verify::Verifier::new(Some("acme"));
        for line in &lines {
            verifier.follow(line);
        }
        let offline = verifier.finish(None);
        assert_eq!(json!(offline), acme.get("/api/tenant/audit-log/verify").await.expect(200));

        let all = server.admin().get("/api/admin/audit-log/export").await;
        assert_eq!(all.status, 200);
        let head = globex.get("/api/tenant/audit-log/verify").await.expect(200)["head"].clone();
        if let Some(verified) = verified_by_python(&all.bytes) {
            let text = verified.expect("whole");
            assert!(
                text.contains(&format!("globex {}:{}\n", head["number"], head["hash"].as_str().unwrap())),
                "{text}"
            );
            let altered = String::from_utf8(all.bytes).unwrap().replacen("Four", "Vier", 1);
            assert_eq!(verified_by_python(altered.as_bytes()).unwrap().unwrap_err().trim(), "acme: broken at 5");
        }

        // Longer than one batch.
        let m = server.marketplace.clone();
        m.db.write(|c| {
            let acme = audit::chain_of(c, "acme")?;
            for number in 0..2_500_i64 {
                let entry = audit::Entry {
                    actor: &audit::Actor::operator(),
                    tenant: acme,
                    action: "tenant.update",
                    target: "tenant:acme".to_owned(),
                    details: json!({ "number": number }),
                };
                audit::record(c, &entry, atom_marketplace_db::Timestamp::from_micros(number))?;
            }
            Ok::<_, atom_marketplace_db::Error>(())
        })
        .await
        .expect("entries");
        let long = acme.get("/api/tenant/audit-log/export").await;
        assert_eq!(long.bytes.split(|byte| *byte == b'\n').count() - 1, 2_505);
        assert_eq!(acme.get("/api/tenant/audit-log/verify").await.expect(200)["entries"], 2_505);
        let count: i64 = m.db.read(|c| c.one("SELECT count(*) FROM audit_log", args![])).await.expect("a number");
        assert_eq!(count, 2_510);
    })
    .await;
}
