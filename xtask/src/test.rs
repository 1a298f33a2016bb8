//! `cargo xtask test`: everything that must hold before a merge, under clear headings, with one plain closing line
//! `N passed, N failed`. Every section runs even if an earlier one failed, so that one run tells all.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result};

use crate::{cargo, generated, root, tidy};

/// What ran and how it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    fn one(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed) }
    }
}

/// What tests each SDK, and the pages, against the program that the Rust tests have just built. Each sets itself up, and
/// closes with `N passed, N failed`; an SDK's also checks its generated code and its types.
const SCRIPTS: [(&str, &str); 4] = [
    ("Python SDK, from its built package", "sdks/python/test.sh"),
    ("TypeScript SDK, from its built package", "sdks/typescript/test.sh"),
    ("an ATOM instance's own client", "tests/satellite/test.sh"),
    ("pages, in a browser", "e2e/test.sh"),
];

/// Runs everything, or only the tests whose names hold `filter`.
pub(crate) fn run(filter: Option<&str>) -> Result<bool> {
    let mut total = Tally::default();
    if filter.is_none() {
        total.add(section("format", || succeeds(cargo().args(["fmt", "--all", "--check"])))?);
        total.add(section("lints", || {
            succeeds(cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
        })?);
        total.add(section("invariants (cargo xtask tidy)", || tidy::run(false))?);
        for file in [&generated::OPENAPI, &generated::CONFIGURATION, &generated::CLI] {
            total.add(section("generated files", || Ok(crate::report(generated::check(file))))?);
        }
        if installed("deny") {
            total.add(section("dependencies (cargo deny)", || {
                succeeds(cargo().args(["deny", "--all-features", "check", "bans", "licenses", "sources"]))
            })?);
        } else {
            heading("dependencies");
            println!("cargo-deny is not installed: skipped");
        }
    }
    heading("tests on SQLite and PostgreSQL");
    println!("PostgreSQL: {}", postgres());
    total.add(tests(filter)?);
    if filter.is_none() {
        for (name, script) in SCRIPTS {
            heading(name);
            total.add(counted(Command::new("bash").arg(root().join(script)))?);
        }
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

fn heading(title: &str) {
    println!("\n=== {title} ===");
}

/// One check that passes or fails as a whole.
fn section(title: &str, check: impl FnOnce() -> Result<bool>) -> Result<Tally> {
    heading(title);
    let passed = check()?;
    println!("{}", if passed { "ok" } else { "FAILED" });
    Ok(Tally::one(passed))
}

fn succeeds(command: &mut Command) -> Result<bool> {
    Ok(command.status().with_context(|| format!("{} does not start", command.get_program().display()))?.success())
}

/// Whether `cargo NAME` exists.
fn installed(name: &str) -> bool {
    let found = cargo().args([name, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

/// Which PostgreSQL the tests will find, in a word; they look for themselves.
fn postgres() -> &'static str {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let versioned =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let initdb = std::env::split_paths(&path).chain(versioned).any(|bin| bin.join("initdb").is_file());
    if set("ATOM_TEST_POSTGRES_URL") {
        "the server in ATOM_TEST_POSTGRES_URL"
    } else if initdb {
        "a throwaway cluster"
    } else if set("CI") || set("ATOM_REQUIRE_POSTGRES") {
        "none, and it is required here: expect failures"
    } else {
        "NONE: THE TESTS ON IT ARE SKIPPED"
    }
}

/// All Rust tests. cargo-nextest runs no doc tests, so these come separately.
fn tests(filter: Option<&str>) -> Result<Tally> {
    let mut total = Tally::default();
    if installed("nextest") {
        let mut command = cargo();
        command.args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast", "--no-tests=pass"]);
        total.add(counted(command.args(filter))?);
        heading("doc tests");
        let mut command = cargo();
        command.args(["test", "--workspace", "--locked", "--doc", "--no-fail-fast"]);
        total.add(counted(command.args(filter))?);
    } else {
        let mut command = cargo();
        command.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
        total.add(counted(command.args(filter))?);
    }
    Ok(total)
}

/// Runs a test runner, shows what it says as it says it, and counts. A runner that failed without naming a test (it did
/// not build, say) is a failure.
fn counted(command: &mut Command) -> Result<Tally> {
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("the tests do not start")?;
    let tally = Mutex::new(Tally::default());
    let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    std::thread::scope(|scope| {
        scope.spawn(|| echo(out, &tally));
        scope.spawn(|| echo(err, &tally));
    });
    let status = child.wait()?;
    let mut tally = tally.into_inner().expect("no panic holds this lock");
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

fn echo(from: impl Read, tally: &Mutex<Tally>) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    // Bytes, not text: a test may print anything.
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        if let Some(summary) = summary(&text) {
            tally.lock().expect("no panic holds this lock").add(summary);
        }
        line.clear();
    }
}

/// Reads the closing line of cargo's own runner (one for each binary), of cargo-nextest (one in all) or of an SDK's script.
fn summary(line: &str) -> Option<Tally> {
    let line = plain(line);
    let line = line.trim();
    if let Some((passed, failed)) = line.strip_suffix(" failed").and_then(|counts| counts.split_once(" passed, "))
        && let (Ok(passed), Ok(failed)) = (passed.parse(), failed.parse())
    {
        return Some(Tally { passed, failed });
    }
    let counts = if let Some(rest) = line.strip_prefix("test result: ") {
        rest.split_once(". ")?.1
    } else if line.starts_with("Summary [") {
        line.split_once(" run: ")?.1
    } else {
        return None;
    };
    let count = |what: &str| {
        let before = counts.split([',', ';']).map(str::trim).find_map(|part| {
            let (number, word) = part.split_once(' ')?;
            (word.split(' ').next() == Some(what)).then_some(number)
        });
        before.and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
    };
    Some(Tally { passed: count("passed"), failed: count("failed") + count("timed") })
}

/// Without terminal colours.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(char);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_closing_lines_are_counted() {
        for (line, expected) in [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s",
                Some((12, 0)),
            ),
            ("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out", Some((2, 3))),
            ("     Summary [   1.234s] 100 tests run: 98 passed (1 slow), 2 failed, 3 skipped\n", Some((98, 2))),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
                Some((1, 0)),
            ),
            ("     Summary [   9.9s] 3/9 tests run: 1 passed, 1 failed, 1 timed out, 6 skipped", Some((1, 2))),
            ("12 passed, 1 failed\n", Some((12, 1))),
            ("= 12 passed, 1 failed in 3.2s =", None),
            ("running 3 tests", None),
            ("", None),
        ] {
            let expected = expected.map(|(passed, failed)| Tally { passed, failed });
            assert_eq!(summary(line), expected, "{line}");
        }
    }

    #[test]
    fn a_runner_that_fails_without_a_count_is_a_failure() {
        let tally = counted(Command::new("sh").args(["-c", "echo 'error: could not compile'; exit 101"])).unwrap();
        assert_eq!(tally, Tally { passed: 0, failed: 1 });
        let tally =
            counted(Command::new("sh").args(["-c", "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'"])).unwrap();
        assert_eq!(tally, Tally { passed: 2, failed: 0 });
    }
}
