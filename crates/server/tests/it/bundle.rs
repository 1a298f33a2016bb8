//! Bundles: real skills go in with all their files and come out byte for byte.

use std::path::Path;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{TestServer, each_db_async, shared_skills};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const SKILLS: &str = "/api/skill-marketplace/skills";

/// The files under `folder`, by their path from it, in the order of their paths.
fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("the skill's folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_str().expect("UTF-8").to_owned();
                files.push((name, std::fs::read(&path).expect("a file")));
            }
        }
    }
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn real_skills_travel_whole() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        for (i, skill) in ["brand-guidelines", "internal-comms"].into_iter().enumerate() {
            let files = files_of(&shared_skills().join(skill));
            assert!(files.iter().any(|(path, _)| path == "SKILL.md"));
            // As text and as base64, in another order.
            let sent: Vec<Value> = files
                .iter()
                .rev()
                .map(|(path, bytes)| match std::str::from_utf8(bytes) {
                    Ok(text) if i == 0 => json!({"path": path, "encoding": "utf-8", "content": text}),
                    _ => json!({"path": path, "encoding": "base64", "content": STANDARD.encode(bytes)}),
                })
                .collect();
            let body = json!({"skill_id": skill, "marketplace_type": "public", "name": skill, "description": "A skill.", "skill_type": "prompt_only", "files": sent});
            let component = acme.post(SKILLS, &body).await.expect(201);
            crate::review::approve_all(&server.admin()).await;
            let answer = server.anonymous().get(&format!("{SKILLS}/{skill}/bundle")).await;
            let bundle = answer.expect(200);
            let received: Vec<(String, Vec<u8>)> = bundle["files"]
                .as_array()
                .unwrap()
                .iter()
                .map(|file| {
                    let content = file["content"].as_str().unwrap();
                    let bytes = if file["encoding"] == "base64" { STANDARD.decode(content).unwrap() } else { content.as_bytes().to_vec() };
                    (file["path"].as_str().unwrap().to_owned(), bytes)
                })
                .collect();
            assert!(received == files, "{skill}");
            assert_eq!((&bundle["format"], &bundle["digest"]), (&json!("atom-bundle/1"), &component["digest"]));
            assert_eq!(bundle["manifest"]["files"].as_array().unwrap().len(), files.len());
            let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&answer.bytes)));
            assert_eq!(answer.header("content-digest"), Some(digest.as_str()));
            // The same bytes again, or none at all.
            let again = acme.get(&format!("{SKILLS}/{skill}/bundle?version=1.0.0")).await;
            assert!(again.bytes == answer.bytes);
            let etag = answer.header("etag").unwrap();
            assert_eq!(acme.with("if-none-match", etag).get(&format!("{SKILLS}/{skill}/bundle")).await.status, 304);
            // Whoever has a bundle can work its digest out.
            let manifest = serde_json::from_value(bundle["manifest"].clone()).unwrap();
            let kind = atom_marketplace_protocol::ids::Kind::Skill;
            assert_eq!(atom_marketplace_server::catalog::publish::digest_of(kind, skill, &manifest), component["digest"].as_str().unwrap());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_fetch_what() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, beta, admin) = (server.tenant("acme", Plan::Free).await, server.tenant("beta", Plan::Free).await, server.admin());
        let skill = |content: u32| json!({"skill_id": "s", "marketplace_type": "public", "name": "S", "description": "S.", "content": content});
        acme.post(SKILLS, &skill(1)).await.expect(201);
        // Its publisher and the reviewers fetch what waits, nobody else.
        let path = format!("{SKILLS}/s/bundle?source_tenant_id=acme");
        for client in [&acme, &admin] {
            let bundle = client.get(&path).await.expect(200);
            assert_eq!((&bundle["version"], &bundle["published_at"]), (&json!("1.0.0"), &json!(null)));
        }
        for client in [&beta, &server.anonymous()] {
            client.get(&path).await.expect_error(404, "COMPONENT_NOT_FOUND");
        }
        crate::review::approve_all(&admin).await;
        acme.post(SKILLS, &skill(2)).await.expect(201);
        assert_eq!(acme.get(&path).await.expect(200)["version"], "1.0.0");
        assert_eq!(acme.get(&format!("{path}&version=1.0.1")).await.expect(200)["manifest"]["content"], 2);
        beta.get(&format!("{path}&version=1.0.1")).await.expect_error(404, "NOT_FOUND");
        assert!(beta.get(&path).await.expect(200)["published_at"].is_string());
        beta.get(&format!("{path}&version=nonsense")).await.expect_error(404, "NOT_FOUND");
        beta.get(&format!("{path}&colour=red")).await.expect_error(400, "INVALID_REQUEST");
    })
    .await;
}
