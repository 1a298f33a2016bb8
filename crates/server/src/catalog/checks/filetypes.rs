//! What files are, by their first bytes and their names: programs are not accepted, and nothing passes for something else.

use atom_marketplace_protocol::error::{Finding, Severity};

use super::StoredFile;
use super::policy::{Check, Policy};
use super::texts::{file_path, text_of};

/// How programs begin.
const PROGRAMS: [(&[u8], &str); 11] = [
    (b"\x7fELF", "a program for Linux (ELF)"),
    (b"\xfe\xed\xfa\xce", "a program for macOS (Mach-O)"),
    (b"\xfe\xed\xfa\xcf", "a program for macOS (Mach-O)"),
    (b"\xce\xfa\xed\xfe", "a program for macOS (Mach-O)"),
    (b"\xcf\xfa\xed\xfe", "a program for macOS (Mach-O)"),
    (b"\xca\xfe\xba\xbe", "a program for macOS or Java"),
    (b"dex\n03", "a program for Android"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document, which may hold macros"),
    (b"FWS", "a Flash program"),
    (b"CWS", "a Flash program"),
];

/// Programs that a reviewer may let pass.
const UNUSUAL: [(&[u8], &str); 3] = [
    (b"\0asm", "a WebAssembly program"),
    (b"SQLite format 3\0", "a database"),
    (b"\x80\x04\x95", "a Python pickle, which runs code when it is read"),
];

/// Names that systems run at a click.
const CLICKED: [&str; 16] = [
    "exe", "dll", "com", "scr", "pif", "msi", "cpl", "lnk", "hta", "vbs", "vbe", "jse", "wsf", "so", "dylib", "command",
];
/// Files that are no programs, whatever they hold.
const INERT: [&str; 17] = [
    "png", "jpg", "jpeg", "gif", "webp", "ico", "svg", "pdf", "csv", "tsv", "json", "woff", "woff2", "ttf", "mp3",
    "mp4", "wav",
];
/// Files that are text.
const TEXTS: [&str; 29] = [
    "md", "txt", "py", "js", "mjs", "cjs", "ts", "tsx", "jsx", "vue", "html", "htm", "css", "json", "yaml", "yml",
    "toml", "csv", "tsv", "sh", "bash", "ps1", "bat", "cmd", "rb", "pl", "sql", "xml", "svg",
];
/// How pictures and fonts begin.
const PICTURES: [(&str, &[&[u8]]); 6] = [
    ("png", &[b"\x89PNG\r\n\x1a\n"]),
    ("jpg", &[b"\xff\xd8\xff"]),
    ("jpeg", &[b"\xff\xd8\xff"]),
    ("gif", &[b"GIF8"]),
    ("webp", &[b"RIFF"]),
    ("pdf", &[b"%PDF"]),
];
/// Bytes above which a file is worth a note.
const LARGE: usize = 2 << 20;

/// Looks at every file.
pub(super) fn check(policy: &Policy, files: &[StoredFile], findings: &mut Vec<Finding>) {
    for file in files {
        let mut report = |severity, message: String| {
            findings.extend(policy.finding(Check::FileTypes, severity, file_path(&file.path), message));
        };
        let bytes = &file.bytes[..];
        let name = file.path.rsplit('/').next().unwrap_or(&file.path).to_ascii_lowercase();
        let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
        if let Some(what) = program(bytes) {
            report(Severity::Block, format!("This is {what}: publish its source, or name where to get it."));
            continue;
        }
        if let Some((_, what)) = UNUSUAL.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            report(Severity::Queue, format!("This is {what}."));
        }
        if CLICKED.contains(&extension) {
            report(Severity::Queue, format!("Systems run a file named .{extension} when it is opened."));
        }
        let before = name.rsplit_once('.').and_then(|(stem, _)| stem.rsplit_once('.')).map(|(_, before)| before);
        if INERT.contains(&before.unwrap_or_default()) && ["sh", "bat", "cmd", "ps1", "js", "py"].contains(&extension) {
            report(Severity::Queue, format!("A program has the name of something else: {name}."));
        }
        if bytes.starts_with(b"#!") && INERT.contains(&extension) {
            report(Severity::Block, format!("This is a script that is named .{extension}."));
        }
        let pictured = PICTURES.iter().find(|(kind, _)| *kind == extension);
        if !bytes.is_empty() && pictured.is_some_and(|(_, begins)| !begins.iter().any(|begin| bytes.starts_with(begin)))
        {
            report(Severity::Queue, format!("This is not what .{extension} says."));
        }
        match text_of(bytes) {
            None if TEXTS.contains(&extension) => {
                report(Severity::Queue, format!("Nobody can read it: a .{extension} is text in UTF-8."));
            }
            Some(text) if extension == "svg" && active(&text) => {
                report(Severity::Queue, "The picture holds a program.".to_owned());
            }
            _ => {}
        }
        if bytes.len() > LARGE {
            report(Severity::Note, format!("It is large: {} MiB.", bytes.len() >> 20));
        }
    }
}

fn program(bytes: &[u8]) -> Option<&'static str> {
    let known = PROGRAMS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, what)| *what);
    // `MZ` begins words too; a program says where its header is, and it is there.
    let header = || {
        let at = u32::from_le_bytes(bytes.get(0x3c..0x40)?.try_into().ok()?) as usize;
        bytes.get(at..at.checked_add(2)?).filter(|magic| *magic == b"PE")
    };
    known.or_else(|| (bytes.starts_with(b"MZ") && header().is_some()).then_some("a program for Windows (PE)"))
}

fn active(svg: &str) -> bool {
    let lower = svg.to_ascii_lowercase();
    ["<script", "javascript:", "onload=", "onclick=", "onerror=", "<foreignobject"]
        .iter()
        .any(|part| lower.contains(part))
}
