//! Files that the product writes about itself and that are checked in, so that a change of them is seen in review:
//! `openapi.json`, `docs/CONFIGURATION.md` and `docs/CLI.md`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cargo, root};

/// A file that is generated.
pub(crate) struct Generated {
    /// Where it is, from the root.
    path: &'static str,
    /// The task that writes it anew.
    task: &'static str,
    /// The target that prints it, as cargo is told.
    target: [&'static str; 2],
    /// Where that target lies, from the directory of programs.
    program: &'static str,
    /// What it is asked for.
    arguments: &'static [&'static str],
}

/// The API's description.
pub(crate) const OPENAPI: Generated = Generated {
    path: "openapi.json",
    task: "cargo xtask openapi",
    target: ["--bin", "atom-marketplace"],
    program: "atom-marketplace",
    arguments: &["openapi"],
};

/// Every setting, its variable, default and meaning.
pub(crate) const CONFIGURATION: Generated = Generated {
    path: "docs/CONFIGURATION.md",
    task: "cargo xtask config",
    target: ["--example", "configuration"],
    program: "examples/configuration",
    arguments: &[],
};

/// Every command and its flags.
pub(crate) const CLI: Generated = Generated {
    path: "docs/CLI.md",
    task: "cargo xtask cli",
    target: ["--bin", "atom-marketplace"],
    program: "atom-marketplace",
    arguments: &["cli-reference"],
};

impl Generated {
    fn file(&self) -> PathBuf {
        root().join(self.path)
    }

    /// What the file must hold now. Built with the whole workspace's features, so that the tests' build is reused.
    fn wanted(&self) -> Result<String> {
        let built = cargo().args(["build", "--quiet", "--workspace", "--locked"]).args(self.target).status()?;
        if !built.success() {
            bail!("the program that prints {} does not build", self.path);
        }
        // This program lies in the target directory too, wherever that is.
        let program = std::env::current_exe()?.with_file_name(self.program);
        let output = Command::new(program).args(self.arguments).current_dir(root()).output()?;
        if !output.status.success() {
            bail!("printing {} failed: {}", self.path, String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Writes the file.
pub(crate) fn write(generated: &Generated) -> Result<()> {
    std::fs::write(generated.file(), generated.wanted()?).with_context(|| format!("writing {}", generated.path))?;
    println!("wrote {}", generated.path);
    Ok(())
}

/// An error that says how to mend it when the file is not what it must be.
pub(crate) fn check(generated: &Generated) -> Result<()> {
    let there = std::fs::read_to_string(generated.file()).unwrap_or_default();
    if there != generated.wanted()? {
        bail!("{} is out of date: run `{}` and review the difference", generated.path, generated.task);
    }
    println!("{} is up to date", generated.path);
    Ok(())
}
