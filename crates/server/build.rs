//! Embeds the Markdown of `docs/`: the binary carries the documents of its own release.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let docs = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../../docs");
    println!("cargo:rerun-if-changed={}", docs.display());
    let mut names: Vec<String> = fs::read_dir(&docs)
        .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    let entries: String = names
        .iter()
        .map(|name| {
            let path = docs.join(name);
            println!("cargo:rerun-if-changed={}", path.display());
            format!("    ({name:?}, include_str!({:?})),\n", path.display().to_string())
        })
        .collect();
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo")).join("docs.rs");
    fs::write(out, format!("&[\n{entries}]\n")).expect("the build directory is writable");
}
