//! The test environment of the real binary: the guide's login as printed, where it is on, and what is left of it after a
//! restart.

use std::process::Command;

use serde_json::Value;

use crate::guide;
use crate::process::{ADMIN_KEY, Server};

const TOKEN: &str = "test-api-token";

/// Status and body of a request with these headers.
fn ask(server: &Server, method: &str, path: &str, headers: &[String]) -> (u16, Value) {
    let mut command = Command::new("curl");
    command.args(["-sS", "-w", "\n%{http_code}", "-X", method, &format!("{}{path}", server.url())]);
    for header in headers {
        command.args(["-H", header]);
    }
    let output = command.output().expect("curl is installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = said.rsplit_once('\n').unwrap_or_else(|| panic!("{method} {path}: {said} {}", server.log()));
    (status.parse().expect("a status"), serde_json::from_str(body).unwrap_or(Value::Null))
}

fn bearer(token: &str) -> [String; 1] {
    [format!("Authorization: Bearer {token}")]
}

#[test]
fn the_guides_login_works_as_printed() {
    let samples = guide::samples_of_the_test_environment();
    assert_eq!(samples.len(), 1, "{samples:#?}");
    let mut server = Server::start(&[], &[]);
    let command =
        samples[0].replace("https://atom-saas.fly.dev", &server.url()).replace("http://127.0.0.1:8080", &server.url());
    let output = Command::new("sh").args(["-c", &format!("{command} -sS --fail-with-body")]).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command}\n{said}\n{}", server.log());
    let session: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(session["tenant_id"], "test-tenant-id");
    let fresh = session["api_token"].as_str().expect("a token").to_owned();

    // A public submission, to be decided while nobody asks.
    let body = r#"{"skill_id": "late", "marketplace_type": "public", "name": "Late", "description": "Later."}"#;
    let published = Command::new("curl")
        .args(["-sS", "--fail-with-body", "-H", &bearer(TOKEN)[0], "-H", "Content-Type: application/json", "-d", body])
        .arg(format!("{}/api/test/skill-marketplace/skills", server.url()))
        .output()
        .expect("curl is installed");
    assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stdout));
    server.kill();
    server.restart();

    let agents = "/api/test/agent-marketplace/agents";
    for token in [TOKEN, &fresh] {
        let (status, page) = ask(&server, "GET", agents, &bearer(token));
        assert_eq!(status, 200, "{page}");
        assert!(page["total"].as_u64().is_some_and(|total| total >= 250), "{page}");
        let (status, _) = ask(&server, "GET", "/api/agent-marketplace/agents", &bearer(token));
        assert_eq!(status, 401, "a test token outside of the test environment");
    }
    let mut installed = Vec::new();
    for _ in 0..3 {
        let (status, installation) = ask(&server, "POST", &format!("{agents}/test-agent/install"), &bearer(TOKEN));
        assert_eq!(installation["status"], "installed", "{installation}");
        installed.push(status);
    }
    assert_eq!(installed, [201, 200, 200]);
    assert_eq!(ask(&server, "GET", "/api/test/usage", &bearer(TOKEN)).1["agents_installed"], 1);
    assert_eq!(ask(&server, "GET", "/api/test/tenant", &bearer(&server.tenant("real"))).0, 401);
    assert_eq!(ask(&server, "GET", "/api/test/admin/tenants", &[format!("X-Admin-Key: {ADMIN_KEY}")]).0, 401);
    // What waited when the server was killed is decided by the next one.
    let late = || ask(&server, "GET", "/api/test/skill-marketplace/skills/late", &bearer(TOKEN)).1;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while late()["status"] != "published" {
        assert!(std::time::Instant::now() < deadline, "{}", late());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let (status, _) = ask(&server, "POST", "/api/test/reset", &["X-Test-Secret: test-secret-key".to_owned()]);
    assert_eq!(status, 204);
    assert_eq!(ask(&server, "GET", agents, &bearer(&fresh)).0, 401, "the reset ends the login's tokens");
}

#[test]
fn it_is_off_where_others_can_reach_it() {
    for (environment, on) in [
        (&[("ATOM_LISTEN", "0.0.0.0:{port}")] as &[_], false),
        (&[("ATOM_PUBLIC_URL", "https://marketplace.example.com")], false),
        (&[("ATOM_SANDBOX", "off")], false),
        (&[("ATOM_LISTEN", "0.0.0.0:{port}"), ("ATOM_SANDBOX", "on")], true),
    ] {
        let server = Server::start(&[], environment);
        let (status, answer) = ask(&server, "GET", "/api/test/agent-marketplace/agents?page_size=1", &[]);
        assert_eq!(status, if on { 200 } else { 404 }, "{environment:?}: {answer}");
        let (status, _) = ask(&server, "POST", "/api/test/reset", &["X-Test-Secret: test-secret-key".to_owned()]);
        assert_eq!(status, if on { 204 } else { 404 }, "{environment:?}");
        assert_eq!(server.directory().join("atom-data/sandbox.db").exists(), on, "{environment:?}");
    }
}
