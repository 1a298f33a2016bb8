//! Commands beside the server: what they print, what they refuse, and their exit codes.

use serde_json::{Value, json};

use crate::program::Machine;

/// Variables, arguments, and a part of what is said.
type Wrong<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a str);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_wrongly_is_code_2_and_named() {
    let table: &[Wrong<'_>] = &[
        (&[], &["serve", "--listen", "8080"], "--listen"),
        (&[("ATOM_LISTEN", "nowhere")], &["serve"], "ATOM_LISTEN (environment)"),
        (&[("ATOM_LISEN", "127.0.0.1:1")], &["config"], "did you mean `ATOM_LISTEN`?"),
        (&[("ATOM_ADMIN_KEY", "hunter2")], &["doctor"], "ATOM_ADMIN_KEY"),
        (&[("ATOM_DATABASE_URL", "postgres://u:hunter2@h/d")], &["migrate"], "ATOM_SECRET_KEY"),
        (&[("ATOM_CONFIG", "missing.toml")], &["config"], "missing.toml"),
        (&[("ATOM_LISTEN", "x"), ("ATOM_LOG_FORMAT", "y")], &["serve"], "ATOM_LOG_FORMAT (environment)"),
        (&[], &["serve", "--no-such-flag"], "--no-such-flag"),
        (&[], &["frobnicate"], "frobnicate"),
        (&[], &["tenant", "create", "x", "--plan", "gold"], "expected one of free, solo, team, enterprise"),
    ];
    for (variables, arguments, part) in table {
        let machine = variables.iter().fold(Machine::new(), |machine, (name, value)| machine.with(name, value));
        let ended = machine.run(arguments).await;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(part), "{arguments:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
        assert!(!machine.path().join("atom-data").exists(), "{arguments:?} has made something");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_code_1_and_explained() {
    let table: &[(&[&str], &str)] = &[
        (&["token", "create", "nobody"], "there is no tenant `nobody`"),
        (&["token", "revoke", "tok_1"], "there is no token `tok_1`"),
        (&["token", "create", "acme", "--scopes", "everything"], "--scopes"),
        (&["token", "create", "acme", "--scopes", "tenants:manage"], "the platform's"),
        (&["token", "create", "acme", "--expires", "soon"], "--expires"),
        (&["tenant", "create", "Acme", "--id", "acme"], "taken"),
        (&["tenant", "create", "Acme", "--id", "Not An Id"], "a tenant id is"),
        (&["backup", "no/such/directory/x.db"], "no/such/directory"),
        (&["restore", "missing.db"], "missing.db"),
    ];
    let machine = Machine::new();
    machine.run(&["tenant", "create", "Acme", "--id", "acme"]).await.ok();
    for (arguments, part) in table {
        let ended = machine.run(arguments).await;
        assert_eq!(ended.code, Some(1), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(part), "{arguments:?}: {}", ended.stderr);
    }
    let empty = Machine::new();
    let ended = empty.run(&["backup", "x.db"]).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("there is no database"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_and_tokens_are_made_and_listed() {
    let machine = Machine::new();
    assert_eq!(machine.run(&["tenant", "create", "Café & Söhne"]).await.ok(), "cafe-sohne\n");
    assert_eq!(machine.run(&["tenant", "create", "Acme", "--plan", "team"]).await.ok(), "acme\n");
    let list: Value = serde_json::from_str(&machine.run(&["tenant", "list", "--json"]).await.ok()).expect("JSON");
    assert_eq!((&list[0]["id"], &list[1]["plan"]), (&"cafe-sohne".into(), &"team".into()));
    let table = machine.run(&["tenant", "list"]).await.ok();
    assert!(table.contains("acme") && table.contains("team"), "{table}");
    let token = machine
        .run(&["token", "create", "acme", "--name", "ci", "--scopes", "components:read,usage:read", "--expires", "90d"])
        .await
        .ok();
    let server = machine.serve(&[]).await;
    let client = server.client().with("authorization", &format!("Bearer {}", token.trim()));
    let current = client.get("/api/tokens/current").await.expect(200);
    assert_eq!(current["name"], "ci");
    assert_eq!(current["scopes"], serde_json::json!(["components:read", "usage:read"]));
    assert!(current["expires_at"].is_string());
    // A command beside the running server is seen by it.
    let other = machine.run(&["tenant", "create", "Second", "--token", "--json"]).await.ok();
    let other: Value = serde_json::from_str(&other).expect("JSON");
    let bearer = format!("Bearer {}", other["token"].as_str().expect("a token"));
    server.client().with("authorization", &bearer).get("/api/tenant").await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn config_says_where_each_value_comes_from() {
    let machine =
        Machine::new().with("ATOM_RATE_TOKEN", "77").with("ATOM_ADMIN_KEY", "hunter2-hunter2-hunter2-hunter2-hunter2");
    std::fs::write(machine.path().join("atom-marketplace.toml"), "[log]\nformat = 'json'\n").expect("writable");
    let printed = machine.run(&["config", "--json", "--rate-federation", "5"]).await.ok();
    let config: Value = serde_json::from_str(&printed).expect("JSON");
    let table = [
        ("log.format", "json", "atom-marketplace.toml"),
        ("rate.token", "77", "environment"),
        ("rate.federation", "5", "flag"),
        ("rate.anonymous", "100", "default"),
        ("admin_key", "set (hidden)", "environment"),
    ];
    for (key, value, source) in table {
        assert_eq!((&config[key]["value"], &config[key]["source"]), (&value.into(), &source.into()), "{key}");
    }
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_limits_are_settable() {
    let machine = Machine::new().with("ATOM_PLAN_FREE_AGENTS", "2").with("ATOM_PLAN_FREE_STORAGE", "5MiB");
    let token = machine.run(&["tenant", "create", "Acme", "--token"]).await.ok();
    let server = machine.serve(&["--plan-free-agents", "3"]).await;
    let bearer = format!("Bearer {}", token.lines().last().expect("a token"));
    let tenant = server.client().with("authorization", &bearer).get("/api/tenant").await.expect(200);
    assert_eq!(tenant["limits"]["agents"], 3);
    assert_eq!(tenant["limits"]["storage_bytes"], 5 << 20);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_what_is_wrong() {
    let machine = Machine::new();
    machine.run(&["doctor"]).await.ok();
    assert!(!machine.path().join("atom-data").exists(), "the doctor changes nothing");
    let server = machine.serve(&[]).await;
    let url = server.admin(&machine.admin_key());
    // An answer that is kept for its key is sealed.
    url.with("idempotency-key", "k1")
        .post("/api/admin/tenants", &serde_json::json!({"id": "acme", "name": "Acme", "plan": "free"}))
        .await
        .expect(201);
    let report: Value = serde_json::from_str(&machine.run(&["doctor", "--json"]).await.ok()).expect("JSON");
    assert_eq!(report["ok"], true, "{report}");
    server.stop().await;
    std::fs::write(machine.path().join("atom-data/secret.key"), "08".repeat(32)).expect("writable");
    let sick = machine.run(&["doctor"]).await;
    assert_eq!(sick.code, Some(1), "{sick:?}");
    assert!(sick.stdout.contains("WRONG secret key"), "{}", sick.stdout);
    let server = machine.serve(&[]).await;
    assert!(server.stop().await.contains("sealed with another ATOM_SECRET_KEY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_and_the_schema_are_printed() {
    let machine = Machine::new();
    let document: Value = serde_json::from_str(&machine.run(&["openapi"]).await.ok()).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let first: Value = serde_json::from_str(&machine.run(&["migrate", "--json"]).await.ok()).expect("JSON");
    assert_eq!(first["from"], 0);
    assert!(machine.run(&["migrate"]).await.ok().contains("already"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_let_in_by_links_and_made_platform_admins() {
    let machine = Machine::new();
    machine.run(&["tenant", "create", "Acme"]).await.ok();
    let of = |words: &'static [&'static str]| [words, &["--tenant", "acme"]].concat();
    let added = machine.run(&of(&["member", "add", "ada@acme.example", "--role", "owner", "--invite"])).await.ok();
    let mut lines = added.lines();
    assert!(lines.next().is_some_and(|id| id.starts_with("usr_")), "{added}");
    let first = lines.next().expect("a link").to_owned();
    let again =
        machine.run(&of(&["member", "invite", "ada@acme.example", "--public-url", "https://market.example"])).await;
    assert!(again.stderr.contains("good once"), "{}", again.stderr);
    let link = again.ok();
    assert!(link.starts_with("https://market.example/set-password?token=at_link_"), "{link}");
    assert!(machine.run(&of(&["member", "list"])).await.ok().contains("not joined yet"));
    let grant = ["admin", "grant", "--email", "ada@acme.example"];
    let refused = machine.run(&grant).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("invitation"), "{}", refused.stderr);

    let server = machine.serve(&[]).await;
    let confirm = async |link: &str, password: &str| {
        let token = link.trim().split_once("token=").expect("a token").1.to_owned();
        let body = json!({ "token": token, "password": password });
        server.client().post("/api/password-reset/confirm", &body).await
    };
    confirm(&first, "a long and unusual one").await.expect_error(400, "INVALID_REQUEST");
    let answer = confirm(&link, "a long and unusual one").await;
    answer.expect(201);
    let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    assert!(machine.run(&grant).await.ok().contains("looks after the platform now"));
    let reset = machine.run(&of(&["member", "reset-password", "ada@acme.example"])).await.ok();
    let answer = confirm(&reset, "another unusual one").await;
    assert_eq!(answer.expect(201)["user"]["platform_admin"], true);
    let ended = server.client().with("cookie", &cookie).get("/api/session").await;
    ended.expect_error(401, "UNAUTHENTICATED");
    machine.run(&["admin", "revoke", "--email", "ada@acme.example"]).await.ok();
    // The last owner stays; a stranger is none.
    assert_eq!(machine.run(&of(&["member", "remove", "ada@acme.example"])).await.code, Some(1));
    assert_eq!(machine.run(&of(&["member", "invite", "nobody@acme.example"])).await.code, Some(1));
    machine.run(&of(&["member", "add", "bea@acme.example", "--json"])).await.ok();
    machine.run(&of(&["member", "remove", "bea@acme.example"])).await.ok();
    let tenant = machine.run(&["tenant", "invite", "--json"]).await.ok();
    let tenant: Value = serde_json::from_str(&tenant).expect("JSON");
    assert!(tenant["url"].as_str().is_some_and(|url| url.contains("/signup?invitation=at_link_")), "{tenant}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_read_and_verified_beside_the_server_and_from_an_export() {
    let machine = Machine::new();
    machine.run(&["tenant", "create", "Acme", "--id", "acme", "--token"]).await.ok();
    let head = machine.run(&["audit", "verify", "--tenant", "acme"]).await.ok();
    let head = head.trim().strip_prefix("acme  2:").expect("two entries").to_owned();
    let kept = format!("2:{head}");
    machine.run(&["audit", "verify", "--tenant", "acme", "--expect-head", &kept]).await.ok();
    let all = machine.run(&["audit", "verify", "--all", "--json"]).await.ok();
    let all: Value = serde_json::from_str(&all).expect("JSON");
    assert_eq!(all.as_array().map(Vec::len), Some(2), "the platform's and acme's: {all}");
    let listed = machine.run(&["audit", "list", "--tenant", "acme", "--action", "token.", "--json"]).await.ok();
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!((listed[0]["actor"].as_str(), listed[0]["number"].as_u64()), (Some("operator"), Some(2)));

    let export = machine.run(&["audit", "export", "--all"]).await.ok();
    let file = machine.path().join("export.ndjson");
    std::fs::write(&file, &export).expect("written");
    let file = file.to_str().expect("text");
    machine.run(&["audit", "verify", "--file", file, "--tenant", "acme", "--expect-head", &kept]).await.ok();
    let other = format!("2:{}", "0".repeat(64));
    for (text, arguments) in [
        (export.replace("\"operator\"", "\"nobody\""), vec!["audit", "verify", "--file", file]),
        (export.lines().skip(1).collect::<Vec<_>>().join("\n"), vec!["audit", "verify", "--file", file]),
        // Cut off at its end, an export is consistent in itself: a head that was kept shows it.
        (export.lines().next().unwrap().to_owned(), vec!["audit", "verify", "--file", file, "--expect-head", &kept]),
        (export.clone(), vec!["audit", "verify", "--tenant", "acme", "--expect-head", &other]),
    ] {
        std::fs::write(file, text).expect("written");
        let ended = machine.run(&arguments).await;
        assert_eq!(ended.code, Some(1), "{arguments:?}: {ended:?}");
        assert!(ended.stdout.contains("broken at"), "{arguments:?}: {ended:?}");
    }

    let data = machine.run(&["tenant", "export", "acme"]).await.ok();
    let types: Vec<Value> =
        data.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line")["type"].clone()).collect();
    assert_eq!(types, ["tenant", "token", "audit", "audit", "end"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_instances_key_is_shown_and_replaced() {
    let machine = Machine::new();
    let ended = machine.run(&["federation", "fingerprint"]).await;
    assert!(ended.code == Some(1) && ended.stderr.contains("start the server once"), "{ended:?}");
    machine.serve(&[]).await.stop().await;
    let first = machine.run(&["federation", "fingerprint"]).await.ok();
    let fingerprint = first.split_whitespace().next().unwrap();
    assert!(fingerprint.len() == 24 && first.lines().count() == 1, "{first}");
    let rotated = machine.run(&["federation", "rotate-key"]).await.ok();
    let lines: Vec<&str> = rotated.lines().collect();
    assert!(lines.len() == 2 && lines[1].starts_with(fingerprint) && lines[1].contains("retired"), "{rotated}");
    let told = machine.run(&["federation", "fingerprint", "--json"]).await.ok();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told["instance"].as_str().unwrap().starts_with("ins_"), "{told}");
    assert_eq!(told["keys"][1]["fingerprint"], fingerprint);
    assert_eq!(told["keys"][0]["proof"]["signatures"][0]["keyid"], told["keys"][1]["keyid"]);
}
