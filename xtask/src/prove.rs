//! `cargo xtask prove`: what is promised, proved in full. The proofs are ordinary tests that run small among all the others;
//! here they run one after another, in their full size, against the release build as a process of its own, and say what they
//! measured.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{cargo, root};

/// A promise, and the tests that would fail if it were broken.
struct Proof {
    name: &'static str,
    promise: &'static str,
    /// Package, target, and what the names of its tests begin with.
    tests: &'static [(&'static str, &'static [&'static str], &'static str)],
    /// How long it takes in full on two cores that do nothing else.
    minutes: u32,
}

const BINARY: &[&str] = &["--test", "binary"];

const PROOFS: &[Proof] = &[
    Proof {
        name: "r2",
        promise: "a crash loses and doubles nothing",
        tests: &[("atom-marketplace-cli", BINARY, "crash::r2_")],
        minutes: 15,
    },
    Proof {
        name: "r3",
        promise: "retries are safe",
        tests: &[("atom-marketplace-cli", BINARY, "retries::r3_")],
        minutes: 3,
    },
    Proof {
        name: "r4",
        promise: "every event arrives, and who hangs holds up nobody else",
        tests: &[("atom-marketplace-cli", BINARY, "deliveries::r4_")],
        minutes: 20,
    },
    Proof {
        name: "r5",
        promise: "a backup restores",
        tests: &[("atom-marketplace-cli", BINARY, "backup::r5_")],
        minutes: 2,
    },
    Proof {
        name: "s3",
        promise: "no request forgery through URLs",
        tests: &[
            ("atom-marketplace-cli", BINARY, "forgery::s3_"),
            ("atom-marketplace-server", &["--lib"], "outbound::tests::"),
        ],
        minutes: 2,
    },
    Proof {
        name: "s5",
        promise: "federation is tamper-evident",
        tests: &[("atom-marketplace-bundle", &["--test", "it"], "tampering::s5_")],
        minutes: 1,
    },
];

/// The names and promises, for the help.
pub(crate) fn list() -> String {
    let line = |Proof { name, promise, minutes, .. }: &Proof| format!("  {name}  {promise} (about {minutes} min)\n");
    PROOFS.iter().map(line).collect()
}

/// Runs the named proofs, or all. False: a promise is broken.
pub(crate) fn run(args: &[&str]) -> Result<bool> {
    let small = args.contains(&"--small");
    let names: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--small").collect();
    if let Some(unknown) = names.iter().find(|name| !PROOFS.iter().any(|proof| proof.name == **name)) {
        bail!("`{unknown}` is no proof; there are\n{}", list());
    }
    let program = build(small)?;
    let mut broken = Vec::new();
    for proof in PROOFS.iter().filter(|proof| names.is_empty() || names.contains(&proof.name)) {
        println!("\n=== {}: {} ===", proof.name, proof.promise);
        let started = Instant::now();
        let mut holds = true;
        for (package, target, prefix) in proof.tests {
            holds &= tests(package, target, prefix, &program, small)?;
        }
        println!("{}: {} ({} s)", proof.name, if holds { "holds" } else { "BROKEN" }, started.elapsed().as_secs());
        if !holds {
            broken.push(proof.name);
        }
    }
    if broken.is_empty() {
        println!("\nevery promise holds");
    } else {
        println!("\nBROKEN: {}", broken.join(", "));
    }
    Ok(broken.is_empty())
}

/// Builds the program that is put to the proof.
fn build(small: bool) -> Result<PathBuf> {
    let profile = if small { "dev" } else { "release" };
    let mut command = cargo();
    if !command.args(["build", "--locked", "--profile", profile, "--bin", "atom-marketplace"]).status()?.success() {
        bail!("the program does not build");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join(if small { "debug" } else { "release" }).join("atom-marketplace"))
}

fn tests(package: &str, target: &[&str], prefix: &str, program: &PathBuf, small: bool) -> Result<bool> {
    let mut command = cargo();
    command.args(["test", "--locked", "--quiet", "--package", package]).args(target);
    // One after another: each measures, and each has the machine to itself.
    command.args(["--", "--nocapture", "--test-threads=1", prefix]);
    command.env("ATOM_PROVE", if small { "small" } else { "full" }).env("ATOM_PROVE_PROGRAM", program);
    counted(&mut command).with_context(|| format!("the tests of {package} do not start"))
}

/// Runs tests; true when all passed and there were some: a proof whose test has another name by now proves nothing.
fn counted(command: &mut Command) -> Result<bool> {
    let output = command.stdout(std::process::Stdio::piped()).spawn()?;
    let mut passed = 0;
    let mut output = output;
    let out = output.stdout.take().context("piped")?;
    for line in std::io::BufRead::lines(std::io::BufReader::new(out)) {
        let line = line?;
        passed += ran(&line);
        if !line.trim().is_empty() && !line.starts_with("running ") {
            println!("{line}");
        }
    }
    if passed == 0 {
        println!("no test ran");
    }
    Ok(output.wait()?.success() && passed > 0)
}

/// How many tests a closing line says have passed.
fn ran(line: &str) -> u64 {
    let counts = line.strip_prefix("test result: ok. ").and_then(|rest| rest.split_once(" passed"));
    counts.and_then(|(count, _)| count.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_that_ran_nothing_proves_nothing() {
        let say = |text: &str| counted(Command::new("sh").args(["-c", text])).unwrap();
        assert!(say("echo 'test result: ok. 2 passed; 0 failed; 0 ignored'"));
        assert!(!say("echo 'test result: ok. 0 passed; 0 failed; 0 ignored; 9 filtered out'"));
        assert!(!say("echo 'test result: ok. 2 passed; 0 failed'; exit 101"));
    }

    #[test]
    fn every_proof_is_there() {
        for proof in PROOFS {
            for (package, _, prefix) in proof.tests {
                let (module, name) = prefix.split_once("::").unwrap();
                let folder = match *package {
                    "atom-marketplace-server" => "server/src",
                    "atom-marketplace-bundle" => "bundle/tests/it",
                    _ => "cli/tests/binary",
                };
                let at = root().join("crates").join(folder).join(module);
                let file = if at.is_dir() { at.join("tests.rs") } else { at.with_extension("rs") };
                let text = std::fs::read_to_string(&file).unwrap();
                let name = name.strip_prefix("tests::").unwrap_or(name);
                assert!(text.contains(&format!("fn {name}")), "{}: {}", proof.name, file.display());
            }
        }
    }
}
