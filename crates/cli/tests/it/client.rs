//! The client's commands: the real binary against a real server.

use std::collections::BTreeMap;
use std::path::Path;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_sdk::Client;
use atom_marketplace_sdk::types::{TestLogin, TestRateLimit};
use atom_marketplace_testkit::{ADMIN_KEY, TestDb, TestServer, each_db_async, shared_skills};
use serde_json::Value;

use crate::program::{Ended, Machine};

/// A machine that is logged in as a new tenant, with profiles in its own directory.
pub(crate) async fn tenant(server: &TestServer, slug: &str) -> Machine {
    let token = server.tenant(slug, Plan::Team).await;
    logged_in(server, &[("ATOM_API_TOKEN", token.bearer().expect("a token"))], &[]).await
}

/// A machine that is logged in as the platform's admin.
pub(crate) async fn admin(server: &TestServer) -> Machine {
    logged_in(server, &[("ATOM_ADMIN_KEY", ADMIN_KEY)], &["--admin"]).await
}

async fn logged_in(server: &TestServer, secret: &[(&str, &str)], flags: &[&str]) -> Machine {
    let machine = Machine::new();
    let home = machine.path().join("home").display().to_string();
    let machine = machine.with("XDG_CONFIG_HOME", &home);
    let url = format!("{}/api", server.url);
    let arguments: Vec<_> = ["login", "--base-url", &url].into_iter().chain(flags.iter().copied()).collect();
    machine.run_with(secret, &arguments).await.ok();
    machine
}

pub(crate) fn json(ended: Ended) -> Value {
    serde_json::from_str(&ended.ok()).expect("JSON")
}

/// Every file below a folder, by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = format!("{prefix}{}", entry.file_name().into_string().expect("UTF-8"));
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, std::fs::read(entry.path()).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, "", &mut found);
    found
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("in the folder")).expect("a folder");
    std::fs::write(path, bytes).expect("written");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Publishes a folder for everyone, approves it, and installs it as another tenant into a folder.
async fn round_trip(db: &TestDb, folder: &Path, id: &str) {
    let server = TestServer::start(db).await;
    let (acme, globex, admin) = (tenant(&server, "acme").await, tenant(&server, "globex").await, admin(&server).await);
    let checked = json(acme.run(&["publish", text(folder), "--public", "--dry-run", "--json"]).await);
    assert_eq!(checked["check"]["ok"], true, "{checked}");
    let said = acme.run(&["publish", text(folder), "--public"]).await.ok();
    assert!(said.contains(&format!("skill acme/{id}@1.0.0 waits for review")), "{said}");

    let waiting = json(admin.run(&["review", "list", "--json"]).await);
    let submission = waiting["items"][0]["id"].as_str().expect("one waits");
    assert!(admin.run(&["review", "show", submission]).await.ok().contains(id));
    let digest = waiting["items"][0]["digest"].as_str().expect("a digest");
    let said = admin.run(&["review", "approve", submission, "--digest", digest]).await.ok();
    assert!(said.contains("published"), "{said}");

    let found = json(globex.run(&["search", id, "--json"]).await);
    assert_eq!(found["items"][0]["id"], *id);
    globex.run(&["install", "skill", id, "--output", "installed"]).await.ok();
    assert_eq!(files(&globex.path().join("installed")), files(folder), "{id}");
    globex.run(&["download", "skill", &format!("acme/{id}@1.0.0"), "-o", "downloaded"]).await.ok();
    assert_eq!(files(&globex.path().join("downloaded")), files(folder), "{id}");
    let said = acme.run(&["publish", text(folder), "--public"]).await.ok();
    assert!(said.contains("there already"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_agent_skills_come_back_byte_for_byte() {
    let shared = shared_skills();
    if !shared.is_dir() {
        eprintln!("NO SKILLS AT {}: NOTHING IS TESTED WITH THEM.", shared.display());
        return;
    }
    for id in ["brand-guidelines", "internal-comms"] {
        let folder = shared.join(id);
        each_db_async(async |db| round_trip(&db, &folder, id).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_deep_and_binary_files_come_back_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a directory");
    write(folder.path(), "SKILL.md", "---\nname: many-files\ndescription: It has many files.\n---\n# Many\n");
    for number in 0..400_u32 {
        write(
            folder.path(),
            &format!("data/{}/{number:03}.bin", number % 7),
            [&number.to_le_bytes()[..], &[0xff, 0]].concat(),
        );
    }
    write(folder.path(), &format!("{}end.txt", "deep/".repeat(40)), "äöü\r\n");
    write(folder.path(), "empty", "");
    write(folder.path(), "bom.txt", "\u{feff}text");
    each_db_async(async |db| round_trip(&db, folder.path(), "many-files").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_before_it_is_sent() {
    let machine = Machine::new();
    write(machine.path(), "s/SKILL.md", "---\nname: s\ndescription: d\n---\n");
    write(machine.path(), "s/deep/huge.bin", vec![7; 11 << 20]);
    // Nobody listens there: were it sent, the code would be another.
    let ended = machine.run(&["publish", "s", "--base-url", "http://127.0.0.1:1/api"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("deep/huge.bin alone has 11.0 MiB"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_day() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let (acme, globex) = (tenant(&server, "acme").await, tenant(&server, "globex").await);
        for kind in ["agent", "skill", "canvas", "domain"] {
            acme.run(&["init", kind, "--kind", kind, "--id", &format!("my-{kind}")]).await.ok();
            acme.run(&["publish", kind, "--dry-run"]).await.ok();
            let published = json(acme.run(&["publish", kind, "--json"]).await);
            assert_eq!((&published["component_type"], &published["status"]), (&kind.into(), &"published".into()));
        }
        acme.run(&["init", "spoken", "--agent-skill"]).await.ok();
        acme.run(&["publish", "spoken", "--id", "spoken-2", "--version", "2.0.0"]).await.ok();
        let listed = acme.run(&["list", "--published"]).await.ok();
        assert!(listed.contains("acme/my-domain") && listed.contains("acme/spoken-2"), "{listed}");

        acme.run(&["install", "skill", "my-skill", "--dry-run"]).await.ok();
        let said = acme.run(&["install", "skill", "my-skill", "--set", "depth=2", "--set", "name=x"]).await.ok();
        assert!(said.contains("skill acme/my-skill@1.0.0 is installed."), "{said}");
        let listed = json(acme.run(&["list", "--json"]).await);
        let settings = &listed["items"][0]["install_config"]["settings"];
        assert_eq!((&settings["depth"], &settings["name"]), (&2.into(), &"x".into()));
        let changed = std::fs::read_to_string(acme.path().join("skill/README.md")).expect("the starter") + "\nMore.\n";
        write(acme.path(), "skill/README.md", changed);
        acme.run(&["publish", "skill", "--version", "1.1.0", "--release-notes", "More."]).await.ok();
        assert!(acme.run(&["list", "--outdated"]).await.ok().contains("1.1.0"));
        let said = acme.run(&["upgrade", "--all"]).await.ok();
        assert!(said.contains("my-skill@1.1.0 (was 1.0.0)"), "{said}");
        let said = acme.run(&["upgrade", "skill", "my-skill@1.0.0"]).await.ok();
        assert!(said.contains("my-skill@1.0.0 (was 1.1.0)"), "{said}");
        acme.run(&["download", "skill", "my-skill", "--installed", "--bundle", "bundle.json"]).await.ok();
        let bundle: Value =
            serde_json::from_slice(&std::fs::read(acme.path().join("bundle.json")).expect("written")).expect("JSON");
        assert_eq!(bundle["version"], "1.0.0");

        let shown = acme.run(&["show", "skills", "my-skill", "--versions", "--readme"]).await.ok();
        assert!(shown.contains("1.1.0") && shown.contains("More."), "{shown}");
        assert_eq!(json(acme.run(&["show", "skill", "acme/my-skill", "--json"]).await)["id"], "my-skill");
        let url = acme.run(&["open", "skill", "my-skill", "--print"]).await.ok();
        assert_eq!(url.trim(), format!("{}/skill/acme/my-skill", server.url));
        let usage = json(acme.run(&["usage", "--json"]).await);
        assert_eq!((&usage["tenant_id"], &usage["skills_installed"]), (&"acme".into(), &1.into()));
        assert!(acme.run(&["usage"]).await.ok().contains("1 installed"));
        let who = acme.run(&["whoami"]).await.ok();
        assert!(who.contains("acme") && who.contains("components:publish") && !who.contains("at_saas_0123"), "{who}");
        acme.run(&["uninstall", "skill", "my-skill"]).await.ok();
        assert_eq!(json(acme.run(&["list", "--json"]).await)["items"], Value::Array(Vec::new()));

        let made = json(
            acme.run(&["token", "create", "--remote", "--name", "ci", "--scopes", "components:read", "--json"]).await,
        );
        let id = made["id"].as_str().expect("an id");
        assert!(acme.run(&["token", "list"]).await.ok().contains(id));
        assert_ne!(json(acme.run(&["token", "rotate", id, "--json"]).await)["token"], made["token"]);
        assert_eq!(json(acme.run(&["token", "revoke", "--remote", id, "--json"]).await)["revoked"], true);

        assert_eq!(globex.run(&["show", "skill", "my-skill"]).await.code, Some(3), "it is private");
        acme.run(&["logout"]).await.ok();
        assert_eq!(json(acme.run(&["whoami", "--json"]).await)["credential"], "none");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_and_refusals() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let (acme, globex, admin) =
            (tenant(&server, "acme").await, tenant(&server, "globex").await, admin(&server).await);
        acme.run(&["init", "s", "--id", "s"]).await.ok();
        let decide = |verb: &'static str| {
            let admin = &admin;
            async move {
                let waiting = json(admin.run(&["review", "list", "--json"]).await);
                let id = waiting["items"][0]["id"].as_str().expect("one waits").to_owned();
                json(admin.run(&["review", verb, &id, "--reason", "Because.", "--json"]).await);
                json(admin.run(&["review", "show", &id, "--json"]).await)["status"]
                    .as_str()
                    .expect("a status")
                    .to_owned()
            }
        };
        for (verb, status) in
            [("reject", "rejected"), ("request-changes", "changes_requested"), ("approve", "published")]
        {
            acme.run(&["publish", "s", "--public", "--release-notes", verb]).await.ok();
            assert_eq!(decide(verb).await, status);
        }
        let listed = admin.run(&["review", "list", "--status", "rejected", "--publisher", "acme"]).await.ok();
        assert!(listed.contains("acme/s@1.0.0"), "{listed}");
        globex.run(&["install", "skill", "s"]).await.ok();
        let said = globex.run(&["rate", "skill", "s", "4", "--review", "Good."]).await.ok();
        assert!(said.contains("Rated 4. It stands at 4.0 by 1 now."), "{said}");
        assert_eq!(json(globex.run(&["rate", "skill", "s", "--remove", "--json"]).await)["rating_count"], 0);
    })
    .await;
}

/// Variables, arguments, the exit code, and a part of what is said.
type Refused<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], i32, &'a str);

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_and_remedies() {
    let db = TestDb::sqlite();
    let server = TestServer::start(&db).await;
    let acme = tenant(&server, "acme").await;
    let reader = server
        .token(
            "acme",
            atom_marketplace_protocol::scope::ScopeSet::of(&[atom_marketplace_protocol::scope::Scope::ComponentsRead]),
        )
        .await;
    let reader = [("ATOM_API_TOKEN", reader.bearer().expect("a token"))];
    let wrong = [("ATOM_API_TOKEN", "at_saas_nonsense")];
    acme.run(&["init", "s"]).await.ok();
    let table: &[Refused<'_>] = &[
        (&[], &["show", "skill", "no-such"], 3, "(request req_"),
        (&[], &["show", "robot", "x"], 2, "unknown component kind"),
        (&[], &["show", "skill", "../x"], 2, "is no tenant id"),
        (&[], &["install", "skill", ".."], 2, "is no component id"),
        (&[], &["rate", "skill", "x", "6"], 2, "6"),
        (&[], &["upgrade", "skill", "no-such"], 3, "is not installed"),
        (&[], &["download", "skill", "no-such", "--installed", "-o", "x"], 3, "is not installed"),
        (&[], &["list", "--profile", "nobody"], 2, "atom-marketplace login --profile nobody"),
        (&[], &["review", "list"], 4, "reviews:manage"),
        (&reader, &["publish", "s"], 4, "a token with the scope components:publish"),
        (&wrong, &["usage"], 4, "atom-marketplace login"),
        (&wrong, &["login"], 5, "--base-url"),
        (&[], &["list", "--base-url", "http://127.0.0.1:1/api"], 5, "--base-url"),
        (&[], &["list", "--base-url", "nonsense"], 2, "base_url"),
        (&[], &["publish", "missing"], 2, "is no folder"),
        (&[], &["init", "s"], 2, "is there already"),
        (&[], &["download", "skill", "x", "-o", "s"], 2, "is not empty"),
        (&[], &["publish", "s", "--public", "--private"], 2, "--private"),
        (&[], &["publish", "s", "--version", "one"], 1, "version"),
    ];
    for (variables, arguments, code, part) in table {
        // No retries are waited for: an address where nobody listens is given up after three.
        let ended = acme.run_with(variables, arguments).await;
        assert_eq!(ended.code, Some(*code), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(part), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stdout.is_empty(), "{arguments:?}: {}", ended.stdout);
    }
    let ended = acme.run(&["show", "skill", "no-such", "--json"]).await;
    let error: Value = serde_json::from_str(&ended.stderr).expect("JSON");
    assert_eq!(error["error"]["code"], "COMPONENT_NOT_FOUND");
    assert!(error["error"]["request_id"].is_string());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn profiles_are_their_owners_alone_and_go_nowhere_else() {
    use std::os::unix::fs::PermissionsExt as _;

    let db = TestDb::sqlite();
    let server = TestServer::start(&db).await;
    let acme = tenant(&server, "acme").await;
    let path = acme.path().join("home/atom-marketplace/profiles.toml");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().expect("a directory"))), (0o600, 0o700));

    // Another address does not get the profile's token.
    let other = format!("{}/api/", server.url.replace("127.0.0.1", "localhost"));
    let who = json(acme.run(&["whoami", "--json", "--base-url", &other]).await);
    assert_eq!(who["credential"], "none", "{who}");
    let same = format!("{}/api/", server.url);
    assert_eq!(json(acme.run(&["whoami", "--json", "--base-url", &same]).await)["credential"], "api token");

    // A second profile beside the first.
    let globex = server.tenant("globex", Plan::Team).await;
    let token = [("ATOM_API_TOKEN", globex.bearer().expect("a token"))];
    acme.run_with(&token, &["login", "--profile", "second", "--base-url", &same]).await.ok();
    for (profile, tenant) in [("default", "acme"), ("second", "globex")] {
        let who = json(acme.run(&["whoami", "--json", "--profile", profile]).await);
        assert_eq!((&who["tenant_id"], &who["profile"]), (&tenant.into(), &profile.into()));
    }
    assert_eq!(json(acme.run(&["whoami", "--json"]).await)["tenant_id"], "globex", "the last one logged in");
    let stored = std::fs::read_to_string(&path).expect("it is there");
    let refused = acme.run_with(&[("ATOM_API_TOKEN", "at_saas_typo")], &["login", "--base-url", &same]).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), stored, "what does not work is not stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_shared_is_asked_about() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let acme = tenant(&server, "acme").await;
        let manifest = "kind = \"skill\"\nid = \"s\"\nname = \"S\"\ndescription = \"Does.\"\nlicense = \"MIT\"\n\n[content]\nbot_token = \"hunter2\"\nask = \"ada@acme.com\"\n";
        write(acme.path(), "s/atom.toml", manifest);
        // A pipe cannot be asked.
        let refused = acme.run(&["publish", "s", "--public"]).await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        for said in ["content.bot_token: credential dropped", "content.ask: email replaced"] {
            assert!(refused.stderr.contains(said), "{}", refused.stderr);
        }
        assert!(!refused.stderr.contains("hunter2") && !refused.stderr.contains("ada@"), "{}", refused.stderr);
        let tried = acme.run(&["publish", "s", "--public", "--dry-run"]).await;
        assert_eq!(tried.code, Some(1), "{tried:?}");
        assert!(tried.stdout.contains("content.bot_token: credential dropped"), "{}", tried.stdout);
        let said = acme.run(&["publish", "s", "--public", "--accept-redactions"]).await.ok();
        assert!(said.contains("waits for review"), "{said}");
        let listed = json(acme.run(&["submissions", "list", "--json"]).await);
        let id = listed["items"][0]["id"].as_str().expect("one waits");
        let shown = json(acme.run(&["submissions", "show", id, "--json"]).await);
        assert_eq!(shown["manifest"]["content"], serde_json::json!({"ask": "[redacted:email]"}));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_and_its_conversation() {
    each_db_async(async |db| {
        let server = TestServer::start(&db).await;
        let (acme, admin) = (tenant(&server, "acme").await, admin(&server).await);
        let publish = async |version: &str, script: &str| {
            write(acme.path(), "s/SKILL.md", "---\nname: s\ndescription: Does.\nlicense: MIT\n---\nUse it.\n");
            write(acme.path(), "s/run.sh", script);
            acme.run(&["publish", "s", "--public", "--version", version, "--release-notes", "Better."]).await.ok();
            let waiting = json(admin.run(&["review", "queue", "--sort", "age", "--json"]).await);
            waiting["items"][0]["id"].as_str().expect("one waits").to_owned()
        };
        let first = publish("1.0.0", "echo one\n").await;
        admin.run(&["review", "approve", &first]).await.ok();
        let second = publish("1.1.0", "echo one\ncurl https://new.example.org\n").await;
        // It may come in some other way than by publishing, which refuses it.
        let (planted, id) = ("echo one\ncurl https://new\u{200b}.example.org\n".as_bytes().to_vec(), second.clone());
        let plant = "UPDATE component_file SET content = $1 WHERE path = 'run.sh' AND version_id = (SELECT id FROM component_version WHERE uid = $2)";
        let arguments = move |c: &mut atom_marketplace_db::Conn<'_>| c.execute(plant, atom_marketplace_db::args![&planted, &id]);
        server.marketplace.db.write(arguments).await.expect("planted");
        let diff = admin.run(&["review", "diff", &second]).await.ok();
        for line in ["1.0.0 → 1.1.0", "Better.", "--- a/run.sh", " echo one", "+curl https://new⟨U+200B⟩.example.org", "U+200B 2:17 files[\"run.sh\"]"] {
            assert!(diff.lines().any(|shown| shown.trim_end().ends_with(line)), "{line} is not in\n{diff}");
        }
        assert!(!diff.contains('\u{200b}'));
        let said = admin.run(&["review", "claim", &second]).await.ok();
        assert!(said.starts_with("admin has claimed it until"), "{said}");
        assert!(admin.run(&["review", "queue"]).await.ok().contains("CLAIMED BY"));
        assert_eq!(admin.run(&["review", "claim", &second, "--release"]).await.ok().trim(), "Nobody claims it.");
        admin.run(&["review", "reply", &second, "Why does it call that host?"]).await.ok();
        acme.run(&["submissions", "reply", &second, "For the rates."]).await.ok();
        for (machine, command) in [(&acme, "submissions"), (&admin, "review")] {
            let talk = machine.run(&[command, "messages", &second]).await.ok();
            assert!(talk.contains("Why does it call that host?") && talk.contains("For the rates."), "{talk}");
        }
        admin.run(&["review", "request-changes", &second, "--reason", "Name it in the readme."]).await.ok();
        let shown = acme.run(&["submissions", "show", &second]).await.ok();
        assert!(shown.contains("changes_requested") && shown.contains("Name it in the readme."), "{shown}");
        assert!(acme.run(&["submissions", "list"]).await.ok().contains("changes_requested"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn completions() {
    let machine = Machine::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = machine.run(&["completion", shell]).await.ok();
        assert!(script.contains("atom-marketplace") && script.contains("dry-run"), "{shell}");
    }
}

/// The guide's test credentials with the SDK, against the program as it is started on anybody's machine.
#[tokio::test(flavor = "multi_thread")]
async fn the_test_environment() {
    let machine = Machine::new();
    let server = machine.serve(&[]).await;
    let base = format!("{}/api/test", server.url);
    let nobody = Client::builder().base_url(&base).build().expect("a client");
    let test = nobody.test_environment("test-secret-key");
    let login = TestLogin { email: "test@example.com".to_owned(), password: "testpassword".to_owned() };
    let session = test.login(&login).await.expect("the guide's credentials");
    for token in [session.api_token.as_str(), "test-api-token"] {
        let client =
            Client::builder().base_url(&base).tenant_id("test-tenant-id").api_token(token).build().expect("a client");
        assert!(client.agents().list().await.expect("a page").total > 0);
        for _ in 0..3 {
            let installation =
                client.agents().install("test-agent").target_tenant_id("test-tenant-id").await.expect("installed");
            assert_eq!(installation.status, "installed");
        }
    }
    let client = Client::builder().base_url(&base).api_token("test-api-token").build().expect("a client");
    let none = TestRateLimit { limit: Some(0), window_seconds: Some(60) };
    test.set_rate_limit(&none).await.expect("set");
    let error = client.agents().list().await.expect_err("no request is left");
    assert!(error.is_rate_limited() && error.retry_after().is_some_and(|wait| wait.as_secs() > 30), "{error:?}");
    test.reset().await.expect("reset");
    client.agents().list().await.expect("as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_is_renamed_handed_over_reported_and_taken_down() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let (acme, globex, admin) =
            (tenant(&server, "acme").await, tenant(&server, "globex").await, admin(&server).await);
        let folder = acme.path().join("crm");
        acme.run(&["init", text(&folder), "--id", "crm"]).await.ok();
        acme.run(&["publish", text(&folder), "--public"]).await.ok();
        let waiting = json(admin.run(&["review", "list", "--json"]).await);
        admin.run(&["review", "approve", waiting["items"][0]["id"].as_str().expect("one waits")]).await.ok();

        let said = acme.run(&["rename", "skill", "crm", "crm-lookup"]).await.ok();
        assert!(said.contains("acme/crm-lookup"), "{said}");
        let offer =
            acme.run(&["transfer", "offer", "skill", "crm", "globex", "--message", "As agreed.", "--json"]).await;
        let offer = json(offer)["id"].as_str().expect("an offer").to_owned();
        let listed = globex.run(&["transfer", "list"]).await.ok();
        assert!(listed.contains(&offer) && listed.contains("As agreed."), "{listed}");
        acme.run(&["transfer", "cancel", &offer]).await.ok();
        let offer = json(acme.run(&["transfer", "offer", "skill", "crm-lookup", "globex", "--json"]).await);
        let said = globex.run(&["transfer", "accept", offer["id"].as_str().expect("an offer")]).await.ok();
        assert!(said.contains("accepted"), "{said}");
        assert_eq!(json(acme.run(&["show", "skill", "acme/crm", "--json"]).await)["source_tenant_id"], "globex");

        let said = acme.run(&["report", "skill", "globex/crm-lookup", "--reason", "spam"]).await.ok();
        assert!(said.contains("rep_"), "{said}");
        let reports = json(admin.run(&["review", "reports", "--json"]).await);
        let report = reports["items"][0]["id"].as_str().expect("one report");
        let resolve = ["review", "resolve", report, "--outcome", "quarantined", "--reason", "It is.", "--quarantine"];
        assert!(admin.run(&resolve).await.ok().contains("quarantined"));
        let refused = admin.run(&["review", "takedown", "skill", "crm-lookup", "--reason", "It is."]).await;
        assert_eq!(refused.code, Some(2));
        let said = admin.run(&["review", "takedown", "skill", "acme/crm", "--reason", "It is."]).await.ok();
        assert!(said.contains("globex/crm-lookup"), "{said}");

        let said = acme.run(&["verify", "add", "acme.example"]).await.ok();
        assert!(said.contains("_atom-marketplace.acme.example"), "{said}");
        assert!(acme.run(&["verify", "list"]).await.ok().contains("pending"));
        acme.run(&["verify", "remove", "acme.example"]).await.ok();
    })
    .await;
}
