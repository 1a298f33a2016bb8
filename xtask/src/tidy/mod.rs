//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md as checks over the source tree. Each says why it is there, and
//! each has a test that shows it can fail.

mod docs;
mod features;
mod layers;
mod source;
mod tree;

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::root;
use source::File;

/// The server's sources.
const SERVER: &str = "crates/server/src/";

/// Something that must not be.
#[derive(Debug)]
struct Finding {
    path: String,
    /// 0: the file as a whole.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: String) -> Self {
        Self { path: path.to_owned(), line, message }
    }
}

type Check = fn(&[File]) -> Vec<Finding>;

const CHECKS: &[(&str, Check)] = &[
    ("SQL in stores alone", layers::sql),
    ("no axum type in verbs and stores", layers::axum),
    ("features call one another as the table says", features::dependencies),
    ("ARCHITECTURE.md shows that table", features::documented),
    ("no waiting in a database closure", layers::closures),
    ("requests to others through outbound/ alone", layers::outbound),
    ("time from clock.rs alone", layers::time),
    ("no file too long to read in one sitting", tree::length),
    ("every migration is applied", tree::migrations),
    ("no machine's paths, no registry's address", tree::addresses),
    ("lock files without addresses", tree::locks),
    ("the changelog knows the version", tree::changelog),
    ("every route is documented", docs::routes),
    ("every error code is documented", docs::errors),
    ("links lead somewhere", docs::links),
];

/// Runs every check. With `fix`, first rewrites what is generated.
pub(crate) fn run(fix: bool) -> Result<bool> {
    if fix {
        let path = root().join("ARCHITECTURE.md");
        let text = std::fs::read_to_string(&path).context("reading ARCHITECTURE.md")?;
        let fixed = features::with_table(&text).context("ARCHITECTURE.md has no place for the table of features")?;
        std::fs::write(&path, fixed).context("writing ARCHITECTURE.md")?;
    }
    let files = tracked()?;
    let mut clean = true;
    for (name, check) in CHECKS {
        let findings = check(&files);
        println!("{} {name}", if findings.is_empty() { "ok  " } else { "FAIL" });
        for Finding { path, line, message } in &findings {
            clean = false;
            if *line == 0 { println!("     {path}: {message}") } else { println!("     {path}:{line}: {message}") }
        }
    }
    Ok(clean)
}

/// Whether a file holds tests alone.
fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// Every text file that is, or will be, in the repository.
fn tracked() -> Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .context("git does not start")?;
    if !listed.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr).trim());
    }
    let names = String::from_utf8(listed.stdout).context("a file name is not UTF-8")?;
    let mut files = Vec::new();
    for path in names.split('\0').filter(|path| !path.is_empty()) {
        // Deleted but not yet committed, or not text: nothing to read.
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_by_their_path() {
        for (path, test) in [
            ("crates/server/tests/it/gate.rs", true),
            ("crates/server/src/catalog/tests.rs", true),
            ("crates/server/src/catalog/publish_tests.rs", true),
            ("crates/server/src/catalog/mod.rs", false),
        ] {
            assert_eq!(is_test(path), test, "{path}");
        }
    }
}
