//! The automated checks against what they are for: seeded malicious submissions, each naming the check that must catch it,
//! and ordinary ones, which must not bother a reviewer. Both rates are in docs/REVIEW_POLICY.md.
//!
//! `{~}` in the corpus stands for nothing: it breaks up what scanners of repositories would take for a secret.

use std::collections::BTreeMap;
use std::path::PathBuf;

use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{TestServer, each_db_async};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The check that must catch it. `schema` is the contract's rules, which answer INVALID_REQUEST.
    check: String,
    /// What must come of it: block, queue or note.
    action: String,
    kind: Kind,
    body: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordinary {
    kind: Kind,
    body: Value,
}

fn texts(folder: &str, extension: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("the corpus").map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap().replace("{~}", "")).collect()
}

fn malicious() -> Vec<Case> {
    texts("malicious", "json").iter().flat_map(|text| serde_json::from_str::<Vec<Case>>(text).unwrap()).collect()
}

fn ordinary() -> Vec<Ordinary> {
    let texts = texts("ordinary", "jsonl");
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn collection(kind: Kind) -> String {
    format!("{}/{}", kind.base(), kind.collection())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_malicious_submission_is_caught() {
    let cases = malicious();
    assert!(cases.len() >= 80, "{}", cases.len());
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Enterprise).await;
        let (mut caught, mut missed) = (BTreeMap::<String, u32>::new(), Vec::new());
        for case in malicious() {
            // What the sanitiser takes out of free JSON by itself is agreed to: what is left is for the checks.
            let path = format!("{}?accept_redactions=true", collection(case.kind));
            let check = acme.post(&format!("{path}&dry_run=true"), &case.body).await;
            let findings = if check.status == 200 {
                check.json()["findings"].clone()
            } else {
                check.expect_error(400, "INVALID_REQUEST");
                json!([{"check": "schema", "severity": "block"}])
            };
            let answer = acme.post(&path, &case.body).await;
            let found =
                findings.as_array().unwrap().iter().any(|finding| {
                    finding["check"] == case.check.as_str() && finding["severity"] == case.action.as_str()
                });
            let blocked = (answer.status == 400) == (case.action == "block");
            if found && blocked {
                *caught.entry(case.check).or_default() += 1;
            } else {
                missed.push(format!("{} ({} {}): {} {findings}", case.name, case.check, case.action, answer.status));
            }
        }
        let (total, missing) = (caught.values().sum::<u32>() as usize + missed.len(), missed.len());
        println!("malicious: {} of {total} caught: {caught:?}", total - missing);
        assert!(missed.is_empty(), "missed {missing} of {total}:\n{}", missed.join("\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_submissions_bother_nobody() {
    let cases = ordinary();
    assert!(cases.len() >= 250, "{}", cases.len());
    let mut bodies: Vec<_> = cases.iter().map(|case| case.body.to_string()).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), cases.len(), "no two are the same");
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Enterprise).await;
        let (mut blocked, mut queued, mut noted, mut total) = (Vec::new(), Vec::new(), 0, 0);
        for case in ordinary() {
            total += 1;
            let id = case.body[case.kind.id_field()].as_str().unwrap().to_owned();
            let answer = acme.post(&format!("{}?accept_redactions=true", collection(case.kind)), &case.body).await;
            if answer.status != 201 {
                blocked.push(format!("{id}: {} {}", answer.status, answer.json()));
                continue;
            }
            let waiting = server
                .admin()
                .get(&format!("/api/admin/submissions?source_tenant_id=acme&kind={}&page_size=1", case.kind))
                .await
                .expect(200);
            let submission = &waiting["items"][0];
            let findings = submission["findings"].as_array().unwrap();
            let severe: Vec<_> = findings.iter().filter(|finding| finding["severity"] != "note").collect();
            if severe.is_empty() {
                noted += usize::from(!findings.is_empty());
            } else {
                queued.push(format!("{id}: {}", json!(severe)));
            }
            let decide = format!("/api/admin/submissions/{}/approve", submission["id"].as_str().unwrap());
            server.admin().post(&decide, &json!({})).await.expect(200);
        }
        println!("ordinary: {} of {total} blocked, {} queued, {noted} with a note alone", blocked.len(), queued.len());
        let what = format!("blocked:\n{}\nqueued:\n{}", blocked.join("\n"), queued.join("\n"));
        assert!(blocked.is_empty(), "{what}");
        assert!(queued.len() * 50 <= total, "more than 2 %: {what}");
    })
    .await;
}
