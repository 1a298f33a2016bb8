//! Embeds the Markdown of `docs/`: the binary carries the documents of its own release.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let docs = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../../docs");
    println!("cargo:rerun-if-changed={}", docs.display());
    let entries = fs::read_dir(&docs).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "md"))
        .collect();
    names.sort();
    let mut table = "&[\n".to_owned();
    for name in &names {
        let path = docs.join(name).display().to_string();
        println!("cargo:rerun-if-changed={path}");
        // Writing to a string does not fail.
        let _ = writeln!(table, "    ({name:?}, include_str!({path:?})),");
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo")).join("docs.rs");
    fs::write(out, table).expect("the build directory is writable");
}
