//! The project's tasks: `cargo xtask help`. Light on purpose: it links nothing of the product, so that it builds in a
//! second on a fresh machine and never builds the product with other features than the tests do.

mod generated;
mod prove;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

const HELP: &str = "\
The project's tasks.

  cargo xtask test [--filter TEXT]  Everything that must hold before a merge: format, lints, invariants, generated
                                    files, dependencies, all tests on SQLite and PostgreSQL, both SDKs from their
                                    built packages, and every page in chromium. With --filter only the Rust tests whose name holds TEXT.
  cargo xtask tidy [--fix]          The invariants of ARCHITECTURE.md, checked over the source tree.
                                    --fix rewrites the table of feature dependencies in ARCHITECTURE.md.
  cargo xtask openapi [--check]     Writes openapi.json from the server, or says that it is out of date.
  cargo xtask config [--check]      The same for docs/CONFIGURATION.md.
  cargo xtask cli [--check]         The same for docs/CLI.md.
  cargo xtask sdk-types [--check]   Writes the SDKs' generated code from openapi.json; needs python3 and node.
  cargo xtask screenshots           Every page, light, dark and narrow, as pictures in e2e/screenshots/.
  cargo xtask prove [NAMES] [--small]  What is promised, proved in full, on a machine that does nothing else; --small in the
                                    size of the tests. Names are listed below.
  cargo xtask bench [ARGS]          Measures the release binary against a floor on loopback; `bench --help` says how.
  cargo xtask bench federation      One instance mirrors another: time, requests and bytes; `--size 10000` says how much.
  cargo xtask bench webhooks        From an event to its receivers: rates, times and CPU; `--postgres` on PostgreSQL too.
  cargo xtask bench sdks            The SDKs' import time and bundle size, beside stripe's and openai's.
  cargo xtask help                  This.

PostgreSQL for the tests is a throwaway cluster (initdb on the PATH or under /usr/lib/postgresql) or the server in
ATOM_TEST_POSTGRES_URL. Without either the tests run on SQLite alone; with CI=true that is a failure.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task. False: it found something, and said what.
fn run(args: &[String]) -> Result<bool> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["test"] => test::run(None),
        ["test", "--filter", text] => test::run(Some(text)),
        ["tidy"] => tidy::run(false),
        ["tidy", "--fix"] => tidy::run(true),
        ["openapi"] => generated::write(&generated::OPENAPI).map(|()| true),
        ["openapi", "--check"] => Ok(report(generated::check(&generated::OPENAPI))),
        ["config"] => generated::write(&generated::CONFIGURATION).map(|()| true),
        ["config", "--check"] => Ok(report(generated::check(&generated::CONFIGURATION))),
        ["cli"] => generated::write(&generated::CLI).map(|()| true),
        ["cli", "--check"] => Ok(report(generated::check(&generated::CLI))),
        ["sdk-types"] => sdk_types(&[]),
        ["sdk-types", "--check"] => sdk_types(&["--check"]),
        ["screenshots"] => screenshots(),
        ["prove", rest @ ..] => prove::run(rest),
        ["bench", "sdks"] => sdk_bench(),
        ["bench", rest @ ..] => bench(rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}\nProofs:\n\n{}", prove::list());
            Ok(true)
        }
        _ => bail!("`{}` is no task; `cargo xtask help` lists them", args.join(" ")),
    }
}

/// A failed check is a finding, not an accident.
fn report(checked: Result<()>) -> bool {
    if let Err(error) = &checked {
        println!("{error:#}");
    }
    checked.is_ok()
}

/// The SDKs' generators; they read openapi.json.
fn sdk_types(args: &[&str]) -> Result<bool> {
    let mut fresh = true;
    for (runtime, script) in
        [("python3", "sdks/python/scripts/generate.py"), ("node", "sdks/typescript/scripts/generate.mjs")]
    {
        let mut command = Command::new(runtime);
        let status = command.arg(root().join(script)).args(args).current_dir(root()).status();
        fresh &= status.with_context(|| format!("{runtime} does not start"))?.success();
    }
    Ok(fresh)
}

/// The release binary first: the bench starts it as a process of its own.
fn bench(args: &[&str]) -> Result<bool> {
    let built = cargo().args(["build", "--release", "--locked", "--bin", "atom-marketplace"]).status()?;
    if !built.success() {
        bail!("the release binary does not build");
    }
    let status = cargo()
        .args(["run", "--release", "--locked", "--package", "atom-marketplace-bench", "--"])
        .args(args)
        .status()
        .context("the bench does not start")?;
    Ok(status.success())
}

/// Pictures of every page, for people who change them.
fn screenshots() -> Result<bool> {
    if !cargo().args(["build", "--locked", "--bin", "atom-marketplace"]).status()?.success() {
        bail!("the program does not build");
    }
    let mut command = Command::new("sh");
    let status = command.arg(root().join("e2e/test.sh")).arg("screenshots").status().context("sh does not start")?;
    Ok(status.success())
}

/// What the SDKs cost their users: import time and bundle size, beside others'.
fn sdk_bench() -> Result<bool> {
    let status = Command::new("bash").arg(root().join("sdks/bench.sh")).status().context("bash does not start")?;
    Ok(status.success())
}

/// The cargo that runs this, at the root of the repository.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies within the repository").to_owned()
}
