//! Real servers that pull from one another: two, then three, one of them on PostgreSQL where there is one. And the worked
//! pairing of docs/FEDERATION_API.md, as it stands.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use atom_marketplace_bundle::{PublicKey, verify_bundle};
use atom_marketplace_db::testing::TestDb;
use serde_json::{Value, json};

use crate::documents::script;
use crate::process::{ADMIN_KEY, Server, program};

const PAGE: &str = include_str!("../../../../docs/FEDERATION_API.md");
/// How long something may take that comes by itself.
const PATIENCE: Duration = Duration::from_mins(2);
const ENVIRONMENT: [(&str, &str); 4] = [
    ("ATOM_OUTBOUND_ALLOW", "127.0.0.0/8"),
    ("ATOM_RATE_ANONYMOUS", "1000000"),
    ("ATOM_RATE_FEDERATION", "1000000"),
    ("ATOM_SECRET_KEY", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="),
];

/// A request; the status and the body.
fn ask(server: &Server, method: &str, path: &str, headers: &[&str], body: Option<&Value>) -> (u16, Vec<u8>) {
    let mut command = Command::new("curl");
    command.args(["-sS", "-w", "\n%{http_code}", "-X", method, &format!("{}{path}", server.url())]);
    for header in headers {
        command.args(["-H", header]);
    }
    if let Some(body) = body {
        command.args(["-H", "Content-Type: application/json", "-d", &body.to_string()]);
    }
    let output = command.output().expect("curl is installed").stdout;
    let at = output.iter().rposition(|byte| *byte == b'\n').expect("a status");
    let status = std::str::from_utf8(&output[at + 1..]).expect("text").parse().expect("a status");
    (status, output[..at].to_vec())
}

fn json_of((status, body): &(u16, Vec<u8>)) -> Value {
    assert!(*status < 300, "{status} {}", String::from_utf8_lossy(body));
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

/// Publishes a skill to everyone, and approves it.
fn publish(server: &Server, token: &str, id: &str, description: &str) {
    let body = json!({ "skill_id": id, "marketplace_type": "public", "name": id, "description": description });
    let bearer = format!("Authorization: Bearer {token}");
    json_of(&ask(server, "POST", "/api/skill-marketplace/skills", &[&bearer], Some(&body)));
    let waiting = server.admin("GET", "/api/admin/submissions", None);
    let submission = waiting["items"][0]["id"].as_str().expect("a submission");
    server.admin("POST", &format!("/api/admin/submissions/{submission}/approve"), Some(&json!({})));
}

/// The program as an operator of `server` runs it.
fn cli(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ATOM_")) {
        command.env_remove(name);
    }
    let home = server.directory();
    command.current_dir(&home).env("HOME", &home).env("XDG_CONFIG_HOME", home.join("config")).args(arguments);
    command.envs(server.environment()).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// What everyone reads of a skill.
fn skill(server: &Server, source: &str, id: &str) -> Option<Value> {
    let path = format!("/api/skill-marketplace/skills/{id}?source_tenant_id={source}");
    let answer = ask(server, "GET", &path, &[], None);
    (answer.0 == 200).then(|| json_of(&answer))
}

/// Looks until it is so.
fn until<T>(what: &str, servers: &[&Server], mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        let logs = || servers.iter().map(|server| server.log()).collect::<Vec<_>>().join("\n---\n");
        assert!(Instant::now() < deadline, "it never came to this: {what}\n{}", logs());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Pairs `here` with `there` by the program's own commands; `there` is called `name` here.
fn pair(here: &Server, there: &Server, name: &str, more: &[&str]) {
    let key = json!({ "name": "a mirror", "accept_totals": true });
    let made = there.admin("POST", "/api/federation/keys", Some(&key));
    std::fs::write(here.directory().join("peer.key"), made["key"].as_str().expect("a key")).expect("a file");
    let shown = said(&cli(there, &["federation", "fingerprint"]));
    let fingerprint = shown.split_whitespace().next().expect("a fingerprint");
    let url = there.url();
    let base = format!("{}/api", here.url());
    let admin = here.directory().join("admin-key");
    std::fs::write(&admin, ADMIN_KEY).expect("a file");
    let login = Command::new("sh")
        .args(["-c", &format!("{} login --admin --base-url {base} < {}", program().display(), admin.display())])
        .env("XDG_CONFIG_HOME", here.directory().join("config"))
        .env("HOME", here.directory())
        .env_remove("ATOM_ADMIN_KEY")
        .output()
        .expect("the program runs");
    said(&login);
    let arguments = ["federation", "pair", name, &url, "--key-file", "peer.key", "--fingerprint"];
    let wrong = cli(here, &[&arguments, &["AAAA-AAAA-AAAA-AAAA-AAAA"][..], more].concat());
    assert!(!wrong.status.success(), "another fingerprint is refused");
    said(&cli(here, &[&arguments, &[fingerprint][..], more].concat()));
    said(&cli(here, &["federation", "sync", name, "--wait"]));
    assert!(said(&cli(here, &["federation", "peers"])).contains(name));
    assert!(said(&cli(here, &["federation", "status", name])).contains(fingerprint));
}

#[test]
fn what_is_published_on_one_is_installed_on_the_next_and_keeps_its_origin_on_the_third() {
    let db = TestDb::postgres();
    let mut postgres = ENVIRONMENT.to_vec();
    if let Some(db) = &db {
        postgres.push(("ATOM_DATABASE_URL", &db.url));
    }
    let a = Server::start(&[], &ENVIRONMENT);
    let mut b = Server::start(&[], &postgres);
    let c = Server::start(&[], &ENVIRONMENT);
    let acme = a.tenant("acme");
    publish(&a, &acme, "crm", "Looks things up.");
    publish(&a, &acme, "other", "Does other things.");
    pair(&b, &a, "a.example", &["--reexport", "--share-totals"]);
    pair(&c, &b, "b.example", &[]);

    let on_b = skill(&b, "acme@a.example", "crm").expect("it is there");
    assert_eq!((&on_b["origin"]["tenant_id"], &on_b["origin"]["peer"]), (&json!("acme"), &json!("a.example")));
    let keys = json_of(&ask(&a, "GET", "/.well-known/atom-federation", &[], None));
    let origin = keys["instance"]["id"].clone();
    let key = PublicKey::from_base64(keys["keys"][0]["public_key"].as_str().expect("a key")).expect("a key");
    let listed = json_of(&ask(&c, "GET", "/api/skill-marketplace/skills/search?query=crm", &[], None));
    let on_c = listed["items"][0].clone();
    assert_eq!(on_c["origin"]["instance"], origin, "{on_c}");
    let far = on_c["source_tenant_id"].as_str().expect("a tenant").to_owned();
    assert!(far.starts_with("acme@") && far.ends_with(".b.example"), "{far}");
    let bundle = |server: &Server, source: &str| {
        let path = format!("/api/skill-marketplace/skills/crm/bundle?source_tenant_id={source}");
        let (status, bytes) = ask(server, "GET", &path, &["Accept: application/vnd.dsse.envelope.v1+json"], None);
        assert_eq!(status, 200);
        bytes
    };
    let signed = bundle(&a, "acme");
    assert_eq!(bundle(&b, "acme@a.example"), signed);
    assert_eq!(bundle(&c, &far), signed, "the origin's bytes and its signature");
    verify_bundle(&signed, &[key]).expect("A has signed it");

    // Installed on B like anything else; A hears of it.
    let globex = b.tenant("globex");
    let bearer = format!("Authorization: Bearer {globex}");
    let install = "/api/skill-marketplace/skills/crm/install";
    let installed = json_of(&ask(&b, "POST", install, &[&bearer], Some(&json!({}))));
    assert_eq!(installed["source_tenant_id"], "acme@a.example");
    said(&cli(&b, &["federation", "sync", "--wait"]));
    let totals = skill(&a, "acme", "crm").expect("it is there");
    assert_eq!(totals["federated"]["install_count"], 1, "{totals}");

    // An update, a yank and a takedown come by themselves, also to who was away.
    publish(&a, &acme, "crm", "Looks more things up.");
    let both = |[a, b, c]: [&Server; 3], what: &str, look: &dyn Fn(&Server, &str) -> bool| {
        until(what, &[a, b, c], || {
            let there = look(b, "acme@a.example") && look(c, &far);
            there.then_some(())
        });
    };
    let version = |server: &Server, source: &str| skill(server, source, "crm").map(|found| found["version"].clone());
    both([&a, &b, &c], "1.0.1 is shown", &|server, source| version(server, source) == Some(json!("1.0.1")));
    let acme = format!("Authorization: Bearer {acme}");
    let yank = "/api/skill-marketplace/skills/crm/versions/1.0.1/yank";
    json_of(&ask(&a, "POST", yank, &[&acme], Some(&json!({ "reason": "It breaks." }))));
    both([&a, &b, &c], "1.0.0 is shown again", &|server, source| version(server, source) == Some(json!("1.0.0")));
    b.kill();
    a.admin("POST", "/api/admin/components/skill/acme/crm/quarantine", Some(&json!({ "reason": "It steals." })));
    b.restart();
    said(&cli(&b, &["federation", "sync", "--wait"]));
    both([&a, &b, &c], "it is gone", &|server, source| version(server, source).is_none());
    let heard = json_of(&ask(&b, "GET", "/api/events", &[&bearer], None));
    let quarantined =
        heard["items"].as_array().expect("events").iter().any(|event| event["type"] == "component.quarantined");
    assert!(quarantined, "{heard}");
    assert!(skill(&b, "acme@a.example", "other").is_some(), "the rest stays");
}

#[test]
fn the_worked_pairing_works_as_written() {
    let script = script(PAGE, "<!-- pairing:begin", "<!-- pairing:end");
    assert!(script.matches("curl").count() >= 4 && script.contains("federation pair"), "{script}");
    let (a, b) = (Server::start(&[], &ENVIRONMENT), Server::start(&[], &ENVIRONMENT));
    let directory = tempfile::TempDir::with_prefix("atom-marketplace-pairing-").expect("a directory");
    for (name, server) in [("north", &a), ("south", &b)] {
        let data = directory.path().join(name);
        std::os::unix::fs::symlink(server.directory(), &data).expect("a link");
        std::fs::write(data.join("atom-data").join("admin.key"), ADMIN_KEY).expect("a key file");
    }
    let script = script.replace("http://127.0.0.1:8080", &a.url()).replace("http://127.0.0.1:8081", &b.url());
    let path = std::env::var("PATH").unwrap_or_default();
    let programs = program().parent().map(Path::to_owned).expect("a folder");
    let output = Command::new("bash")
        .args(["-c", &format!("set -exuo pipefail\n{script}")])
        .current_dir(directory.path())
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("HOME", directory.path())
        .env("XDG_CONFIG_HOME", directory.path().join("config"))
        .env("ATOM_SECRET_KEY", ENVIRONMENT[3].1)
        .output()
        .expect("a shell");
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "a command of the page failed\n{said}\n{why}\n{}\n{}", a.log(), b.log());
}
