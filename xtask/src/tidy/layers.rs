//! What each layer of the server may hold: SQL, HTTP, waiting, time.

use std::path::Path;

use super::source::{File, Rust, line_of};
use super::{Finding, SERVER, is_test};

/// Crates whose programs keep SQL in stores. The database façade and what only measures or tests are outside.
const WITH_STORES: &[&str] = &["crates/server/src/", "crates/cli/src/", "crates/protocol/src/"];

/// Folders of the server that are about HTTP.
const HTTP: &[&str] = &["extract/", "http/", "ops/", "web/"];

/// Clocks read directly, and why that is no use of time but a measurement.
const MEASURING: &[(&str, &str, &str)] = &[
    ("http/gate.rs", "Instant::now", "how long an answer took, for the metrics: no decision hangs on it"),
    ("web/gate.rs", "Instant::now", "how long a page took, for the metrics: no decision hangs on it"),
    ("jobs/mod.rs", "Instant::now", "when a job runs next, by the timer that wakes it: no stored time comes of it"),
    ("outbound/mod.rs", "Instant::now", "how long an exchange took, for its record"),
    ("outbound/connection.rs", "Instant::now", "how long a connection has waited, by the timer that closes it"),
    ("metrics.rs", "SystemTime::now", "when the process started, for the metrics: no decision hangs on it"),
];

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_store(path: &str) -> bool {
    path.contains("/store/") || name(path) == "store.rs" || path.ends_with("_store.rs")
}

fn is_api(path: &str) -> bool {
    path.contains("/api/") || ["api.rs", "pages.rs"].contains(&name(path)) || path.ends_with("_api.rs")
}

/// Production Rust under `prefixes`.
fn sources<'a>(files: &'a [File], prefixes: &'a [&str]) -> impl Iterator<Item = &'a File> {
    files.iter().filter(|file| {
        Path::new(&file.path).extension().is_some_and(|extension| extension == "rs")
            && !is_test(&file.path)
            && prefixes.iter().any(|prefix| file.path.starts_with(prefix))
    })
}

/// SQL stands in stores alone.
pub(super) fn sql(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources(files, WITH_STORES).filter(|file| !is_store(&file.path)) {
        for (line, text) in Rust::parse(&file.text).strings {
            if is_sql(&text) {
                findings.push(Finding::new(&file.path, line, "SQL outside of a store: move it to the feature's store.rs, the one place to look when the schema changes".to_owned()));
            }
        }
    }
    findings
}

/// Whether a literal is a statement: SQL's verbs in capitals, followed by what only SQL says.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    words.windows(2).any(|pair| {
        matches!(
            pair,
            ["INSERT", "INTO"]
                | ["DELETE", "FROM"]
                | ["CREATE", "TABLE" | "INDEX" | "UNIQUE"]
                | ["DROP" | "ALTER", "TABLE"]
        )
    }) || words.first() == Some(&"SELECT")
        || (has("SELECT") && has("FROM"))
        || (has("UPDATE") && has("SET"))
}

/// Verbs and stores know nothing of HTTP.
pub(super) fn axum(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources(files, &[SERVER]) {
        let within = file.path.strip_prefix(SERVER).unwrap_or_default();
        if !within.contains('/') || HTTP.iter().any(|folder| within.starts_with(folder)) || is_api(&file.path) {
            continue;
        }
        for line in Rust::parse(&file.text).lines_with("axum") {
            findings.push(Finding::new(&file.path, line, "an axum type outside of api.rs: verbs and stores are called by pages, jobs and commands too, so they take and give plain values".to_owned()));
        }
    }
    findings
}

/// A database closure neither waits nor goes to the network.
pub(super) fn closures(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources(files, WITH_STORES) {
        let code = Rust::parse(&file.text).code;
        for opening in [".read(|", ".read(move |", ".write(|", ".write(move |"] {
            for (at, _) in code.match_indices(opening) {
                let body = call(&code[at..]);
                for waiting in [".await", "reqwest", "outbound::"] {
                    if let Some(inside) = body.find(waiting) {
                        findings.push(Finding::new(&file.path, line_of(&code, at + inside), format!(
                            "`{waiting}` inside a database closure: it holds a transaction, so whatever it waits for holds every other writer too"
                        )));
                    }
                }
            }
        }
    }
    findings
}

/// The text of a call, from its dot to the parenthesis that closes it.
fn call(code: &str) -> &str {
    let mut depth = 0;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return &code[..at];
                }
            }
            _ => {}
        }
    }
    code
}

/// What opens connections or looks names up.
const DIALLING: &[&str] = &[
    "TcpStream::connect",
    "TcpStream::connect_timeout",
    "TcpSocket",
    "UdpSocket",
    "UnixStream",
    "lookup_host",
    "to_socket_addrs",
    "hyper::client",
    "hyper_util::client",
    "reqwest",
];

/// The server dials through outbound alone.
pub(super) fn outbound(files: &[File]) -> Vec<Finding> {
    let mut findings = clients(files);
    for file in sources(files, &[SERVER]) {
        let within = file.path.strip_prefix(SERVER).unwrap_or_default();
        if within.starts_with("outbound/") {
            continue;
        }
        let rust = Rust::parse(&file.text);
        for dialling in DIALLING {
            for line in rust.lines_with(dialling) {
                findings.push(Finding::new(&file.path, line, format!(
                    "`{dialling}` outside of outbound/: requests to others go through `m.outbound`, which vets the address it dials"
                )));
            }
        }
    }
    findings
}

/// HTTP clients that the server depends on.
fn clients(files: &[File]) -> Vec<Finding> {
    let manifest = files.iter().find(|file| file.path == "crates/server/Cargo.toml");
    let mut section = "";
    let mut findings = Vec::new();
    for (number, line) in manifest.map_or("", |file| &file.text).lines().enumerate() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]" && line.starts_with("reqwest") {
            findings.push(Finding::new("crates/server/Cargo.toml", number + 1, "the server depends on another HTTP client: requests to others go through outbound/ alone, which vets the address it dials".to_owned()));
        }
    }
    findings
}

/// Time comes from clock.rs.
pub(super) fn time(files: &[File]) -> Vec<Finding> {
    const CLOCKS: &[&str] =
        &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "UtcDateTime::now", "OffsetDateTime::now"];
    let mut findings = Vec::new();
    for file in sources(files, &[SERVER]) {
        let within = file.path.strip_prefix(SERVER).unwrap_or_default();
        if within == "clock.rs" {
            continue;
        }
        let rust = Rust::parse(&file.text);
        for clock in CLOCKS {
            if MEASURING.iter().any(|(path, allowed, _)| *path == within && allowed == clock) {
                continue;
            }
            for line in rust.lines_with(clock) {
                findings.push(Finding::new(&file.path, line, format!(
                    "`{clock}` outside of clock.rs: take `m.now()`, so that tests can move time and no test waits for it"
                )));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(check: fn(&[File]) -> Vec<Finding>, path: &str, text: &str) -> usize {
        check(&[File { path: path.to_owned(), text: text.to_owned() }]).len()
    }

    #[test]
    fn sql_outside_of_a_store_is_found() {
        for statement in [
            "SELECT 1",
            "  select_no\\n SELECT a FROM b",
            "INSERT INTO t VALUES ($1)",
            "UPDATE t SET a = $1",
            "DELETE FROM t",
            "CREATE TABLE t (a BIGINT)",
            "WITH x AS (SELECT 1) SELECT a FROM x",
        ] {
            let text = format!("fn f() {{ c.execute(\"{statement}\") }}");
            assert_eq!(check(sql, "crates/server/src/catalog/mod.rs", &text), 1, "{statement}");
            assert_eq!(check(sql, "crates/server/src/catalog/store.rs", &text), 0, "{statement}");
            assert_eq!(check(sql, "crates/server/src/catalog/store/read.rs", &text), 0, "{statement}");
            assert_eq!(check(sql, "crates/server/src/catalog/list_store.rs", &text), 0, "{statement}");
            assert_eq!(check(sql, "crates/db/src/conn.rs", &text), 0, "{statement}");
            assert_eq!(check(sql, "crates/server/src/catalog/tests.rs", &text), 0, "{statement}");
        }
        let prose = r#"fn f() { "Select an agent FROM the list, or UPDATE it" }"#;
        assert_eq!(check(sql, "crates/server/src/catalog/mod.rs", prose), 0);
    }

    #[test]
    fn axum_in_a_verb_is_found() {
        let text = "use axum::Json; // axum\n";
        for (path, found) in [
            ("catalog/mod.rs", 1),
            ("catalog/store.rs", 1),
            ("catalog/publish.rs", 1),
            ("catalog/api.rs", 0),
            ("catalog/review_api.rs", 0),
            ("catalog/api/list.rs", 0),
            ("http/gate.rs", 0),
            ("error.rs", 0),
        ] {
            assert_eq!(check(axum, &format!("{SERVER}{path}"), text), found, "{path}");
        }
        assert_eq!(
            check(axum, "crates/server/src/catalog/mod.rs", "use utoipa_axum::routes; use crate::http::ApiRoutes;"),
            0
        );
    }

    #[test]
    fn waiting_in_a_closure_is_found() {
        for (text, found) in [
            ("m.db.read(|c| { store::get(c).await }).await", 1),
            ("m.write(move |c| reqwest::get(url)).await", 1),
            ("m.db.read(move |c| store::get(c, (1, 2))).await.map(|x| x.await)", 0),
            ("body::read(&headers, x.await)", 0),
        ] {
            assert_eq!(check(closures, "crates/server/src/catalog/api.rs", text), found, "{text}");
        }
    }

    #[test]
    fn a_client_in_the_server_is_found() {
        let path = "crates/server/Cargo.toml";
        assert_eq!(check(outbound, path, "[dependencies]\nreqwest.workspace = true\n"), 1);
        assert_eq!(check(outbound, path, "[dependencies]\nserde = \"1\"\n[dev-dependencies]\nreqwest = \"1\"\n"), 0);
        for (path, text, found) in [
            ("webhooks/mod.rs", "TcpStream::connect(address)", 1),
            ("webhooks/mod.rs", "use hyper::client::conn::http1;", 1),
            ("webhooks/mod.rs", "tokio::net::lookup_host(name)", 1),
            ("webhooks/mod.rs", "TcpListener::bind(address)", 0),
            ("outbound/connection.rs", "TcpStream::connect(address)", 0),
            ("outbound/tests.rs", "TcpStream::connect(address)", 0),
        ] {
            assert_eq!(check(outbound, &format!("{SERVER}{path}"), text), found, "{path}: {text}");
        }
    }

    #[test]
    fn a_clock_of_its_own_is_found() {
        for (path, text, found) in [
            ("catalog/mod.rs", "std::time::SystemTime::now()", 1),
            ("limits/mod.rs", "Instant::now()", 1),
            ("usage/mod.rs", "jiff::Timestamp::now()", 1),
            ("clock.rs", "SystemTime::now()", 0),
            ("http/gate.rs", "std::time::Instant::now()", 0),
            ("http/gate.rs", "SystemTime::now()", 1),
            ("catalog/mod.rs", "// Instant::now", 0),
        ] {
            assert_eq!(check(time, &format!("{SERVER}{path}"), text), found, "{path}: {text}");
        }
    }
}
