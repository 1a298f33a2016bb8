//! Settings as operators write them: where a value comes from, and what is said of mistakes.

use std::ffi::OsString;
use std::path::Path;

use atom_marketplace_protocol::plan::Plan;

use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), text).expect("it is writable");
    file
}

#[test]
fn nothing_set_is_the_table() {
    let settings = load(&[], None, env(&[])).expect("the defaults are valid");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.database_url.expose(), "sqlite:./atom-data/marketplace.db");
    assert_eq!((settings.rates.anonymous, settings.rates.token, settings.rates.federation), (100, 10_000, 1_000));
    assert_eq!(settings.plans, [Plan::Free, Plan::Solo, Plan::Team, Plan::Enterprise].map(Plan::limits));
    assert_eq!(settings.log_slow, Duration::from_secs(1));
    assert!(settings.in_force.iter().all(|entry| entry.source == Source::Default));
}

#[test]
fn flags_win_over_variables_and_those_over_the_file() {
    let file = file(
        "listen = '1.1.1.1:1'\npublic_url = 'https://a.example'\ntrusted_proxies = ['10.0.0.0/8', '::1']\n[rate]\nanonymous = 7\ntoken = 8\n[plan.free]\nagents = 'unlimited'\n",
    );
    let variables =
        env(&[("ATOM_LISTEN", "2.2.2.2:2"), ("ATOM_RATE_TOKEN", "9"), ("ATOM_CORS_ORIGINS", ""), ("HOME", "/")]);
    let flags = [("listen", "3.3.3.3:3".to_owned())];
    let settings = load(&flags, Some(file.path()), variables).expect("valid");
    assert_eq!(settings.listen.to_string(), "3.3.3.3:3");
    assert_eq!((settings.rates.anonymous, settings.rates.token), (7, 9));
    assert_eq!(settings.public_url.as_deref(), Some("https://a.example"));
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert_eq!(settings.plans[0].agents, None);
    let source = |key: &str| {
        settings.in_force.iter().find(|entry| entry.setting.key == key).map(|entry| entry.source.to_string())
    };
    assert_eq!(source("listen").as_deref(), Some("flag"));
    assert_eq!(source("rate.token").as_deref(), Some("environment"));
    assert_eq!(source("rate.anonymous"), Some(file.path().display().to_string()));
    assert_eq!(source("cors_origins").as_deref(), Some("default"), "an empty variable is an unset one");
}

#[test]
fn the_variable_names_the_file() {
    let file = file("listen = '1.1.1.1:1'");
    let path = file.path().display().to_string();
    let settings = load(&[], None, env(&[("ATOM_CONFIG", &path)])).expect("valid");
    assert_eq!(settings.listen.to_string(), "1.1.1.1:1");
    let missing = load(&[], None, env(&[("ATOM_CONFIG", "/no/such/file.toml")])).unwrap_err().to_string();
    assert!(missing.contains("/no/such/file.toml"), "{missing}");
}

#[test]
fn the_clients_variables_are_no_mistakes() {
    let client = ["ATOM_BASE_URL", "ATOM_TENANT_ID", "ATOM_API_TOKEN", "ATOM_PROFILE"].map(|name| (name, "x"));
    assert!(load(&[], None, env(&client)).expect("valid").warnings.is_empty());
}

#[test]
fn mistakes_in_variables_name_them_and_say_what_to_do() {
    let table = [
        ("ATOM_LISTEN", "8080", "ATOM_LISTEN (environment): `8080` is no address and port"),
        ("ATOM_LISTN", "x", "did you mean `ATOM_LISTEN`?"),
        ("ATOM_LISTEN_ADDRESS", "x", "did you mean `ATOM_LISTEN`?"),
        ("ATOM_SECRET", "x", "did you mean `ATOM_SECRET_KEY`?"),
        ("ATOM_RATE_TOKENS", "1", "did you mean `ATOM_RATE_TOKEN`?"),
        ("ATOM_PUBLIC_URL", "marketplace.example.com", "https://marketplace.example.com"),
        ("ATOM_PUBLIC_URL", "https://x.example/api", "before that"),
        ("ATOM_DATABASE_URL", "mysql://me:hunter2@h/x", "starts with postgres:// or sqlite:"),
        ("ATOM_DATABASE_URL", "postgres://me:hunter2@h/x", "ATOM_SECRET_KEY"),
        ("ATOM_ADMIN_KEY", "hunter2", "32 to 256 printable"),
        ("ATOM_ADMIN_KEY", "hunter2 hunter2 hunter2 hunter2 hunter2", "without spaces"),
        ("ATOM_SECRET_KEY", "hunter2", "32 bytes in base64 or hex"),
        ("ATOM_TRUSTED_PROXIES", "10.0.0.0/8,proxy", "`proxy` is no network"),
        ("ATOM_CORS_ORIGINS", "https://a.example/", "`https://a.example/` is no origin"),
        ("ATOM_RATE_ANONYMOUS", "0", "from 1 to"),
        ("ATOM_RATE_ANONYMOUS", "many", "`many` is no whole number"),
        ("ATOM_PLAN_FREE_AGENTS", "none", "or `unlimited`"),
        ("ATOM_PLAN_FREE_STORAGE", "10 apples", "is no size"),
        ("ATOM_ANSWER_CACHE_BYTES", "99999999999TiB", "is no size"),
        ("ATOM_LOG", "loud", "`loud` is no log level"),
        ("ATOM_LOG", "hyper=loud", "is no log level"),
        ("ATOM_LOG_FORMAT", "xml", "text or json"),
        ("ATOM_LOG_SLOW", "soon", "is no duration"),
        ("ATOM_POSTGRES_CONNECTIONS", "1", "from 2 to"),
    ];
    for (name, value, expected) in table {
        let error = load(&[], None, env(&[(name, value)])).expect_err(&format!("{name}={value}")).to_string();
        assert!(error.contains(expected), "{name}={value}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn mistakes_in_the_file_name_it_and_all_are_told_at_once() {
    let file = file("lisen = 'x'\nadmin_key = 'hunter2'\ntrusted_proxies = [1.5]\n[rate]\nanonymus = 3\n");
    let mistakes = load(&[], Some(file.path()), env(&[])).unwrap_err();
    let text = mistakes.to_string();
    assert_eq!(mistakes.0.len(), 4, "{text}");
    for expected in
        ["did you mean `listen`?", "did you mean `rate.anonymous`?", "`admin_key` in ", "`trusted_proxies` in "]
    {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(text.contains(&file.path().display().to_string()) && !text.contains("hunter2"), "{text}");
    let broken = self::file("admin_key = 'hunter2\n");
    let text = load(&[], Some(broken.path()), env(&[])).unwrap_err().to_string();
    assert!(text.contains("line 1 is not valid TOML") && !text.contains("hunter2"), "{text}");
}

#[test]
fn variables_of_other_programs_are_only_mentioned() {
    let settings = load(&[], None, env(&[("ATOM_HOME", "/x"), ("ATOM_SAAS_API_URL", "x")])).expect("no mistake");
    assert_eq!(settings.warnings.len(), 2);
}

#[test]
fn secrets_are_not_shown() {
    let hex = "00".repeat(32);
    let variables = env(&[
        ("ATOM_ADMIN_KEY", "hunter2hunter2hunter2hunter2hunter2"),
        ("ATOM_SECRET_KEY", &hex),
        ("ATOM_DATABASE_URL", "postgres://me:hunter2@db.example:5433/shop?password=hunter2"),
    ]);
    let settings = load(&[], None, variables).expect("valid");
    let shown: Vec<&str> = settings.in_force.iter().map(|entry| entry.shown.as_str()).collect();
    assert!(shown.contains(&"set (postgres://…@db.example:5433/shop)"), "{shown:?}");
    let everything = format!("{settings:?} {shown:?}");
    assert!(!everything.contains("hunter2") && !everything.contains(&hex), "{everything}");
}

#[test]
fn a_secret_key_is_what_openssl_prints() {
    let bytes: Vec<u8> = (0..32).collect();
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    for text in [hex, base64, base64.trim_end_matches('=')] {
        assert_eq!(parse_secret_key(text).expect(text).0.as_slice(), bytes, "{text}");
    }
    assert!(parse_secret_key(&hex[..62]).is_err());
}

#[test]
fn the_table_has_no_name_twice() {
    for name in [|s: &Setting| Some(s.key), |s: &Setting| Some(s.variable), |s: &Setting| s.flag] {
        let names: Vec<_> = SETTINGS.iter().filter_map(name).collect();
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), distinct.len());
    }
    assert!(SETTINGS.iter().all(|setting| setting.secret == setting.flag.is_none()));
}

#[test]
fn keys_are_made_once_for_this_user_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let flags = [("data_dir", directory.path().display().to_string())];
    let settings = load(&flags, None, env(&[])).expect("valid");
    let first = Keys::ensure(&settings).expect("made");
    let second = Keys::ensure(&settings).expect("found");
    assert_eq!(first.admin_key_from, Key::Made(settings.admin_key_file()));
    assert_eq!(second.admin_key_from, Key::Found(settings.admin_key_file()));
    assert_eq!(first.admin_key.expose(), second.admin_key.expose());
    assert!(first.secret_key == second.secret_key && first.admin_key.expose().len() >= 32);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(settings.admin_key_file()), mode(settings.secret_key_file())), (0o600, 0o600));
    }
    std::fs::write(settings.admin_key_file(), "short").expect("writable");
    let error = Keys::ensure(&settings).unwrap_err();
    assert!(error.contains("admin.key") && !error.contains("short"), "{error}");
}

#[test]
fn the_reference_is_up_to_date() {
    let expected = reference();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIGURATION.md");
    let checked_in = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(checked_in == expected, "docs/CONFIGURATION.md is not what the table says: run `cargo xtask config`");
}

#[test]
fn the_test_environment_is_on_where_people_try_things_out() {
    for (listen, public_url, sandbox, demo, expected) in [
        ("127.0.0.1:1", "", "", false, true),
        ("[::1]:1", "", "auto", false, true),
        ("127.0.0.1:1", "https://a.example", "", false, false),
        ("127.0.0.1:1", "https://a.example", "", true, true),
        ("0.0.0.0:1", "", "", false, false),
        ("0.0.0.0:1", "", "", true, true),
        ("0.0.0.0:1", "https://a.example", "on", false, true),
        ("127.0.0.1:1", "", "off", true, false),
    ] {
        let variables = env(&[("ATOM_LISTEN", listen), ("ATOM_PUBLIC_URL", public_url), ("ATOM_SANDBOX", sandbox)]);
        let settings = load(&[], None, variables).expect("valid");
        assert_eq!(settings.has_sandbox(demo), expected, "{listen} {public_url} {sandbox} {demo}");
    }
    assert!(load(&[], None, env(&[("ATOM_SANDBOX", "yes")])).unwrap_err().to_string().contains("on, off and auto"));
}

#[test]
fn the_test_environment_has_a_schema_of_its_own() {
    let key = "0".repeat(64);
    for (url, expected) in [
        ("postgres://a:b@h/d", "postgres://a:b@h/d?schema=sandbox"),
        ("postgres://a:b@h/d?sslmode=require", "postgres://a:b@h/d?sslmode=require&schema=sandbox"),
        ("postgres://h/d?schema=atom&sslmode=require", "postgres://h/d?sslmode=require&schema=atom_sandbox"),
        ("sqlite:x.db", "sqlite:./atom-data/sandbox.db"),
    ] {
        let settings = load(&[], None, env(&[("ATOM_DATABASE_URL", url), ("ATOM_SECRET_KEY", &key)])).expect("valid");
        assert_eq!(settings.sandbox_url(), expected);
    }
}

#[test]
fn mail_and_sign_up_make_sense_together() {
    let smtp = ("ATOM_SMTP_URL", "smtps://user:hunter22@mail.example.com");
    let from = ("ATOM_MAIL_FROM", "Market <noreply@example.com>");
    let settings = load(&[], None, env(&[smtp, from, ("ATOM_SIGNUP", "invite")])).expect("valid");
    assert!(settings.mail.is_some() && settings.sign_up_mode(true) == SignUpMode::Invite);
    let printed = format!("{settings:?}");
    assert!(!printed.contains("hunter22"), "{printed}");
    let unset = load(&[], None, env(&[])).expect("valid");
    assert!(unset.mail.is_none());
    assert_eq!((unset.sign_up_mode(false), unset.sign_up_mode(true)), (SignUpMode::Closed, SignUpMode::Open));
    for (variables, named) in [
        (env(&[smtp]), "ATOM_MAIL_FROM"),
        (env(&[smtp, ("ATOM_MAIL_FROM", "nobody")]), "ATOM_MAIL_FROM"),
        (env(&[("ATOM_SMTP_URL", "smtp://user:hunter22@mail.example.com"), from]), "TLS"),
        (env(&[("ATOM_SIGNUP", "maybe")]), "ATOM_SIGNUP"),
    ] {
        let told = load(&[], None, variables).unwrap_err().to_string();
        assert!(told.contains(named) && !told.contains("hunter22"), "{told}");
    }
}

#[test]
fn authorities_are_read_with_the_settings() {
    let read = |path: &Path| load(&[], None, env(&[("ATOM_OUTBOUND_CA", &path.display().to_string())]));
    read(&atom_marketplace_testkit::tls::authority()).expect("a certificate");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (content, said) in [
        ("", "holds no certificate"),
        (broken, "is of no use"),
        ("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", "is no PEM file"),
    ] {
        let file = file(content);
        let error = read(file.path()).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("ATOM_OUTBOUND_CA"), "{content}: {error}");
    }
    let missing = read(Path::new("/no/such/file.pem")).unwrap_err().to_string();
    assert!(missing.contains("cannot be read"), "{missing}");
}
