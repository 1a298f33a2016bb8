//! Standard output and error. A reader that went away is no reason to panic.

use std::io::Write as _;

use serde_json::Value;

/// To standard output as it is.
pub(crate) fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// A line to standard output.
pub(crate) fn line(line: &str) {
    text(&format!("{line}\n"));
}

/// A line to standard error.
pub(crate) fn error(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// JSON to standard output, for programs.
pub(crate) fn json(value: &Value) {
    line(&format!("{value:#}"));
}
