//! The shell blocks of README.md, docs/MARKETPLACE_API.md and docs/TESTING.md, run in order as they stand: only the host and port are
//! replaced.

use std::process::Command;

use crate::process::{ADMIN_KEY, Server};

const README: &str = include_str!("../../../../README.md");
const TESTING: &str = include_str!("../../../../docs/TESTING.md");
const API: &str = include_str!("../../../../docs/MARKETPLACE_API.md");

/// The fenced shell blocks between two markers.
pub(crate) fn script(page: &str, begin: &str, end: &str) -> String {
    let (_, rest) = page.split_once(begin).expect("the beginning is marked");
    let (marked, _) = rest.split_once(end).expect("the end is marked");
    let mut script = String::new();
    let mut inside = false;
    for line in marked.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => {
                script.push_str(line);
                script.push('\n');
            }
            _ => {}
        }
    }
    script
}

/// Runs a script against a fresh `serve --demo`, where it finds `atom-data` as its reader would.
fn run(script: &str) {
    let server = Server::start(&["--demo"], &[]);
    let directory = server.directory();
    // A generated key would be here too; the one of the tests is set by variable.
    std::fs::write(directory.join("atom-data").join("admin.key"), ADMIN_KEY).expect("a key file");
    let script = script.replace("http://127.0.0.1:8080", &server.url());
    let output = Command::new("bash")
        .args(["-c", &format!("set -exuo pipefail\n{script}")])
        .current_dir(directory)
        .output()
        .expect("a shell");
    assert!(
        output.status.success(),
        "a command of the page failed\n{}\n{}\nthe server said:\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        server.log()
    );
}

#[test]
fn the_readmes_five_minutes_work_as_written() {
    let script = script(README, "<!-- five-minutes:begin", "<!-- five-minutes:end");
    assert!(script.matches("curl").count() >= 8, "the blocks were not found:\n{script}");
    run(&script);
}

#[test]
fn the_testing_pages_examples_work_as_written() {
    let script = script(TESTING, "<!-- testing:begin", "<!-- testing:end");
    assert!(script.matches("curl").count() >= 9, "the blocks were not found:\n{script}");
    run(&script);
}

#[test]
fn the_api_pages_examples_work_as_written() {
    let script = script(API, "<!-- run:begin", "<!-- run:end");
    assert!(script.matches("curl").count() >= 25, "the blocks were not found:\n{script}");
    run(&script);
}

/// The two commands that the README promises are the ones that exist.
#[test]
fn the_two_commands_are_the_ones_that_are_tested() {
    for command in ["cargo run --release -- serve --demo", "cargo xtask test"] {
        assert!(README.lines().any(|line| line == command), "README.md no longer says `{command}`");
    }
}
