//! How reviewers work: the queue, claims, what a submission changes, what is said about it, and what needs no reviewer.

use std::time::Duration;

use atom_marketplace_db::args;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_server::audit::Actor;
use atom_marketplace_server::catalog::claims::Reviewer;
use atom_marketplace_server::catalog::policy::AutoApprove;
use atom_marketplace_server::catalog::review::{self, Judgement, Verdict};
use atom_marketplace_testkit::{Client, TestServer, each_db_async};
use serde_json::{Value, json};

use crate::publish::agent;
use crate::review::approve_all;

const AGENTS: &str = "/api/agent-marketplace/agents";
const QUEUE: &str = "/api/admin/submissions";

/// Submits, and answers the submission's id.
async fn submit(publisher: &Client, id: &str, fields: Value) -> String {
    publisher.post(AGENTS, &agent(id, "public", fields)).await.expect(201);
    let own = publisher.get("/api/submissions").await.expect(200);
    own["items"][0]["id"].as_str().unwrap().to_owned()
}

fn components(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["component_id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_by_risk_or_by_age() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, admin) = (server.tenant("acme", Plan::Free).await, server.admin());
        for id in ["a", "b", "c", "d"] {
            submit(&acme, id, json!({"license": "MIT"})).await;
        }
        // What the checks find is not the matter here.
        for (id, risk) in [("a", 1_i64), ("b", 30), ("c", 1), ("d", 12)] {
            let sql = "UPDATE component_version SET risk = $2 WHERE component_id = (SELECT id FROM component WHERE slug = $1)";
            server.marketplace.db.write(move |c| c.execute(sql, args![id, risk])).await.unwrap();
        }
        for (query, expected) in [
            ("", ["b", "d", "a", "c"]),
            ("?sort=risk", ["b", "d", "a", "c"]),
            ("?sort=age", ["a", "b", "c", "d"]),
        ] {
            let page = admin.get(&format!("{QUEUE}{query}")).await.expect(200);
            assert_eq!((components(&page), &page["total"]), (expected.to_vec(), &json!(4)), "{query}");
            // The same in pages of one.
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let join = if query.is_empty() { "?" } else { "&" };
                let page = admin.get(&format!("{QUEUE}{query}{join}page_size=1{cursor}")).await.expect(200);
                walked.extend(components(&page).into_iter().map(str::to_owned));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(walked, expected, "{query}");
        }
        admin.get(&format!("{QUEUE}?sort=mood")).await.expect_error(400, "INVALID_REQUEST");
    })
    .await;
}

/// A reviewer who signs in as a person.
fn person(name: &str, account: Option<i64>) -> Reviewer {
    Reviewer { actor: Actor::new(format!("member:{name}"), None), account }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_keeps_others_away_for_an_hour() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, admin) = (server.tenant("acme", Plan::Free).await, server.admin());
        let id = submit(&acme, "a", json!({})).await;
        let path = |rest: &str| format!("{QUEUE}/{id}{rest}");
        let claimed = admin.post(&path("/claim"), &json!({})).await.expect(200);
        assert_eq!(claimed["claimed_by"], "admin");
        assert!(claimed["claimed_until"].as_str() > claimed["submitted_at"].as_str());
        admin.post(&path("/claim"), &json!({})).await.expect(200);
        assert_eq!(admin.get(QUEUE).await.expect(200)["items"][0]["claimed_by"], "admin");
        // Publishers are not told who looks at what.
        let own = acme.get(&format!("/api/submissions/{id}")).await.expect(200);
        assert_eq!((own.get("claimed_by"), &own["status"]), (None, &json!("pending_review")));
        admin.delete(&path("/claim")).await.expect(204);
        admin.delete(&path("/claim")).await.expect(204);
        // Somebody else's.
        let until = server.marketplace.now().plus(Duration::from_mins(30));
        let seize = "INSERT INTO submission_claim (version_id, reviewer, until) SELECT id, 'member:usr_bob', $1 FROM component_version";
        server.marketplace.db.write(move |c| c.execute(seize, args![until])).await.unwrap();
        let details = admin.post(&path("/claim"), &json!({})).await.expect_error(409, "CONFLICT");
        assert_eq!(details["claimed_by"], "member:usr_bob");
        admin.delete(&path("/claim")).await.expect_error(409, "CONFLICT");
        for verb in ["approve", "reject", "request-changes"] {
            let details = admin.post(&path(&format!("/{verb}")), &json!({"reason": "So."})).await;
            assert_eq!(details.expect_error(409, "CONFLICT")["claimed_by"], "member:usr_bob");
        }
        // It lapses, or is taken over.
        server.marketplace.clock.advance(Duration::from_mins(31));
        assert_eq!(admin.get(QUEUE).await.expect(200)["items"][0].get("claimed_by"), None);
        admin.post(&path("/claim"), &json!({})).await.expect(200);
        server.marketplace.db.write(move |c| c.execute("UPDATE submission_claim SET reviewer = 'member:usr_bob'", args![])).await.unwrap();
        admin.post(&path("/approve"), &json!({})).await.expect_error(409, "CONFLICT");
        admin.post(&path("/claim"), &json!({"take_over": true})).await.expect(200);
        admin.post(&path("/approve"), &json!({})).await.expect(200);
        admin.post(&path("/claim"), &json!({})).await.expect_error(409, "CONFLICT");
        admin.post(&format!("{QUEUE}/sub_none/claim"), &json!({})).await.expect_error(404, "NOT_FOUND");
        let entries: Vec<String> = server.marketplace.db
            .read(|c| c.all("SELECT action FROM audit_log WHERE action LIKE 'submission.%' ORDER BY number", args![]))
            .await
            .unwrap();
        let expected = ["claim", "claim", "unclaim", "claim", "claim", "approve"].map(|verb| format!("submission.{verb}"));
        assert_eq!(entries, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_on_what_is_their_own() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await);
        let member = json!({"email": "ada@example.com", "role": "viewer"});
        acme.post("/api/tenant/members", &member).await.expect(201);
        let (of_acme, of_beta) = (submit(&acme, "a", json!({})).await, submit(&beta, "b", json!({})).await);
        let now = server.marketplace.now();
        let account: i64 = server.marketplace.db.read(|c| c.one("SELECT id FROM account", args![])).await.unwrap();
        for (submission, reviewer, allowed) in [
            (of_acme.clone(), person("usr_ada", Some(account)), false),
            (of_beta, person("usr_ada", Some(account)), true),
            (of_acme, person("usr_eve", Some(account + 1)), true),
        ] {
            let judgement = Judgement {
                submission,
                verdict: Verdict::Approve,
                decision: serde_json::from_value(json!({"take_over": true})).unwrap(),
                reviewer,
            };
            let decided = server.marketplace.db.write(move |c| review::decide(c, &judgement, now)).await;
            match decided {
                Ok(_) => assert!(allowed),
                Err(error) => assert!(!allowed && error.status() == 403, "{error}"),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviewers_and_a_publisher_talk_and_nobody_else_listens() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta, admin) =
            (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await, server.admin());
        let id = submit(&acme, "a", json!({})).await;
        let (ours, theirs) = (format!("/api/submissions/{id}"), format!("{QUEUE}/{id}"));
        let said = admin.post(&format!("{theirs}/messages"), &json!({"text": "Which contacts?"})).await.expect(201);
        assert_eq!((&said["from"], &said["author"]), (&json!("reviewer"), &json!("admin")));
        let answer = acme.post(&format!("{ours}/messages"), &json!({"text": "Those of\nlast year."})).await.expect(201);
        assert_eq!(answer["from"], "publisher");
        admin.post(&format!("{theirs}/request-changes"), &json!({"reason": "Say so in the readme."})).await.expect(200);
        acme.post(&format!("{ours}/messages"), &json!({"text": "Will do."})).await.expect(201);
        let texts = |page: &Value| -> Vec<String> {
            page["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect()
        };
        for (client, path) in [(&acme, &ours), (&admin, &theirs)] {
            let page = client.get(&format!("{path}/messages")).await.expect(200);
            assert_eq!(
                (texts(&page), &page["total"]),
                (
                    vec!["Which contacts?".to_owned(), "Those of\nlast year.".to_owned(), "Will do.".to_owned()],
                    &json!(3)
                )
            );
            let page = client.get(&format!("{path}/messages?page_size=2&page=2")).await.expect(200);
            assert_eq!(texts(&page), ["Will do."]);
        }
        let own = acme.get(&ours).await.expect(200);
        assert_eq!(
            (&own["status"], &own["reason"], &own["decided_by"], &own["message_count"]),
            (&json!("changes_requested"), &json!("Say so in the readme."), &json!("admin"), &json!(3))
        );
        assert_eq!(own["manifest"]["name"], agent("a", "public", json!({}))["name"]);
        // Another tenant does not even learn that it is there.
        for path in [ours.clone(), format!("{ours}/messages")] {
            beta.get(&path).await.expect_error(404, "NOT_FOUND");
        }
        beta.post(&format!("{ours}/messages"), &json!({"text": "Hi."})).await.expect_error(404, "NOT_FOUND");
        assert_eq!(beta.get("/api/submissions").await.expect(200)["total"], 0);
        for text in ["", "   ", "a\u{200b}b", &"x".repeat(4_001)] {
            let body = json!({"text": text});
            acme.post(&format!("{ours}/messages"), &body).await.expect_error(400, "INVALID_REQUEST");
            admin.post(&format!("{theirs}/messages"), &body).await.expect_error(400, "INVALID_REQUEST");
        }
        // What was said stays with a version that becomes public under the number it had in private.
        acme.post(AGENTS, &agent("p", "private", json!({}))).await.expect(201);
        let id = submit(&acme, "p", json!({})).await;
        acme.post(&format!("/api/submissions/{id}/messages"), &json!({"text": "As before."})).await.expect(201);
        approve_all(&admin).await;
        assert_eq!(acme.get(&format!("/api/submissions/{id}/messages")).await.expect(200)["total"], 1);
        assert_eq!(components(&acme.get("/api/submissions").await.expect(200)), ["p", "a"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diff_shows_what_nobody_sees() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, admin) = (server.tenant("acme", Plan::Free).await, server.admin());
        let script = "def run(user):\n    return user == 'root'\n";
        let fields = |content: Value, file: Value, notes: &str| {
            json!({"license": "MIT", "release_notes": notes, "content": content, "files": [file]})
        };
        let first = submit(&acme, "a", fields(json!({"url": "https://crm.example.com"}), json!({"path": "run.py", "content": script}), "First.")).await;
        let all = admin.get(&format!("{QUEUE}/{first}/diff")).await.expect(200);
        assert_eq!((all.get("base_version"), &all["files"][0]["state"]), (None, &json!("added")));
        approve_all(&admin).await;
        // Nothing approved but this; what waits or is private is no base.
        let file = json!({"path": "run.py", "content": script});
        let second = submit(&acme, "a", fields(json!({"url": "https://crm.example.com", "to": "https://new.example.org"}), file, "Faster.")).await;
        // Nothing like that is taken today; it may be there from before, or come in some other way.
        let (hidden, uid) = (script.replace("root", "ro\u{200b}ot").into_bytes(), second.clone());
        let plant = "UPDATE component_file SET content = $1 WHERE version_id = (SELECT id FROM component_version WHERE uid = $2)";
        server.marketplace.db.write(move |c| c.execute(plant, args![&hidden, &uid])).await.unwrap();
        let diff = admin.get(&format!("{QUEUE}/{second}/diff")).await.expect(200);
        assert_eq!(
            (&diff["base_version"], &diff["version"], &diff["release_notes"]),
            (&json!("1.0.0"), &json!("1.0.1"), &json!("Faster."))
        );
        assert_eq!(diff["surface"], json!([{"part": "hosts", "added": ["new.example.org"], "removed": []}]));
        assert_eq!(diff["fields"], json!([{"path": "content.to", "after": "https://new.example.org"}]));
        let lines = &diff["files"][0]["text"]["hunks"][0]["lines"];
        assert_eq!(lines[2], json!({"state": "added", "text": "    return user == 'ro⟨U+200B⟩ot'"}));
        assert_eq!(
            diff["invisible"],
            json!([{"path": "files[\"run.py\"]", "line": 2, "column": 23, "character": "U+200B"}])
        );
        // Once it was approved its base stays what it was then.
        approve_all(&admin).await;
        assert_eq!(admin.get(&format!("{QUEUE}/{second}/diff")).await.expect(200)["base_version"], "1.0.0");
        acme.get(&format!("{QUEUE}/{second}/diff")).await.expect_error(403, "INSUFFICIENT_PERMISSIONS");
        let gone = submit(&acme, "a", json!({"content": 3})).await;
        submit(&acme, "a", json!({"content": 4})).await;
        admin.get(&format!("{QUEUE}/{gone}/diff")).await.expect_error(409, "CONFLICT");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_of_verified_publishers_need_no_reviewer_where_that_is_the_rule() {
    each_db_async(|db| async move {
        let server = TestServer::node(db.db.clone(), |parts| {
            parts.auto_approve = AutoApprove::VerifiedUpdates;
            parts.rates.token = 1_000_000;
        })
        .await;
        let (acme, admin, anyone) = (server.tenant("acme", Plan::Free).await, server.admin(), server.anonymous());
        let clean = |content: u32| agent("a", "public", json!({"license": "MIT", "content": content}));
        let status = |component: &Value| (component["version"].clone(), component.get("pending").cloned());
        admin.patch("/api/admin/tenants/acme", &json!({"verified": true})).await.expect(200);
        // The first version is for a reviewer, whoever publishes it.
        assert_eq!(acme.post(AGENTS, &clean(1)).await.expect(201)["status"], "pending_review");
        approve_all(&admin).await;
        let updated = acme.post(AGENTS, &clean(2)).await.expect(201);
        assert_eq!(status(&updated), (json!("1.0.1"), None));
        assert_eq!(anyone.get(&format!("{AGENTS}/a")).await.expect(200)["version"], "1.0.1");
        let own = acme.get("/api/submissions").await.expect(200);
        assert_eq!(own["items"][0]["decided_by"], "policy:verified-updates");
        // A remark of the checks is for a reviewer.
        server.marketplace.db.write(|c| c.execute("UPDATE tenant SET verified = 0", args![])).await.unwrap();
        let waits = acme.post(AGENTS, &clean(3)).await.expect(201);
        assert_eq!(waits["pending"]["status"], "pending_review");
        approve_all(&admin).await;
        server.marketplace.db.write(|c| c.execute("UPDATE tenant SET verified = 1", args![])).await.unwrap();
        // So is what is in quarantine, and what was private in between.
        admin.post("/api/admin/components/agent/acme/a/quarantine", &json!({"reason": "Look."})).await.expect(200);
        acme.post(AGENTS, &clean(4)).await.expect(201);
        assert_eq!(admin.get(QUEUE).await.expect(200)["total"], 1);
        approve_all(&admin).await;
        admin.post("/api/admin/components/agent/acme/a/release", &json!({})).await.expect(200);
        acme.post(AGENTS, &agent("a", "private", json!({"license": "MIT", "content": 4}))).await.expect(200);
        acme.post(AGENTS, &clean(5)).await.expect(201);
        assert_eq!(admin.get(QUEUE).await.expect(200)["total"], 1);
    })
    .await;
    // Off, as it is unless somebody turns it on.
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, admin) = (server.tenant("acme", Plan::Free).await, server.admin());
        admin.patch("/api/admin/tenants/acme", &json!({"verified": true})).await.expect(200);
        for content in 1..3 {
            acme.post(AGENTS, &agent("a", "public", json!({"license": "MIT", "content": content}))).await.expect(201);
            assert_eq!(admin.get(QUEUE).await.expect(200)["total"], 1);
            approve_all(&admin).await;
        }
    })
    .await;
}
