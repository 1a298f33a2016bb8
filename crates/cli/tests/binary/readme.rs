//! "The next five minutes" of README.md, run as they stand: only the host and port are replaced.

use std::path::Path;
use std::process::Command;

use crate::process::{ADMIN_KEY, Server};

const README: &str = include_str!("../../../../README.md");

/// The fenced blocks between the markers, in order.
fn script(readme: &str) -> String {
    let (_, rest) = readme.split_once("<!-- five-minutes:begin").expect("the beginning is marked");
    let (minutes, _) = rest.split_once("<!-- five-minutes:end").expect("the end is marked");
    let mut script = String::new();
    let mut inside = false;
    for line in minutes.lines() {
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

#[test]
fn the_next_five_minutes_work_as_written() {
    let server = Server::start(&["--demo"], &[]);
    let directory = server.directory();
    // A generated key would be here too; the one of the tests is set by variable.
    std::fs::write(directory.join("atom-data").join("admin.key"), ADMIN_KEY).expect("a key file");
    let script = script(README).replace("http://127.0.0.1:8080", &server.url());
    assert!(script.matches("curl").count() >= 8, "the blocks were not found:\n{script}");
    run(&directory, &script, &server);
}

fn run(directory: &Path, script: &str, server: &Server) {
    let output = Command::new("bash")
        .args(["-c", &format!("set -euo pipefail\n{script}")])
        .current_dir(directory)
        .env_remove("http_proxy")
        .output()
        .expect("a shell");
    assert!(
        output.status.success(),
        "the README's commands failed\n{}\n{}\nthe server said:\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        server.log()
    );
}

/// The two commands that the README promises are the ones that exist.
#[test]
fn the_two_commands_are_the_ones_that_are_tested() {
    for command in ["cargo run --release -- serve --demo", "cargo xtask test"] {
        assert!(README.lines().any(|line| line == command), "README.md no longer says `{command}`");
    }
}
