//! Standard output and error. A reader that went away is no reason to panic.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

/// To standard output as it is.
pub(crate) fn text(text: &str) {
    bytes(text.as_bytes());
}

/// Bytes to standard output.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes);
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

/// Text from elsewhere without what a terminal would act on, in one line.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Text of several lines from elsewhere without what a terminal would act on.
pub(crate) fn plain_lines(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// Whether standard output shows colours (<https://no-color.org>).
fn coloured() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    std::io::stdout().is_terminal() && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// A headline.
pub(crate) fn bold(text: &str) -> String {
    if coloured() { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
}

/// A table with a headline, its columns as wide as they must be. The last one is cut at the edge of the terminal.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let wide = |column: usize| {
        rows.iter().map(|row| row[column].width()).chain([heads[column].width()]).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..heads.len()).map(wide).collect();
    let edge = std::io::stdout().is_terminal().then(|| console_width().max(40));
    let lay = |cells: &[String]| {
        let mut line = String::new();
        for (column, cell) in cells.iter().enumerate() {
            let pad = if column + 1 == cells.len() { 0 } else { widths[column] - cell.width() + 2 };
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', pad));
        }
        cut(line.trim_end(), edge)
    };
    let heads: Vec<_> = heads.iter().map(|head| (*head).to_owned()).collect();
    line(&bold(&lay(&heads)));
    for row in &rows {
        line(&lay(row));
    }
}

fn cut(line: &str, edge: Option<usize>) -> String {
    let Some(edge) = edge.filter(|edge| line.width() > *edge) else {
        return line.to_owned();
    };
    let mut cut = String::new();
    for c in line.chars() {
        if cut.width() + 2 > edge {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

fn console_width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or_else(|| {
        #[cfg(unix)]
        if let Ok(size) = rustix::termios::tcgetwinsize(std::io::stdout()) {
            return usize::from(size.ws_col);
        }
        100
    })
}

/// Names and values, one a line, aligned.
pub(crate) fn facts(facts: &[(&str, String)]) {
    let width = facts.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        line(&format!("{}{}  {}", bold(name), " ".repeat(width - name.width()), plain(value)));
    }
}

/// A bar for work of so many steps, on a terminal and nowhere else.
pub(crate) fn bar(what: &'static str, steps: usize, quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}").expect("a template");
    ProgressBar::new(steps as u64).with_style(style).with_message(what)
}

/// A sign of life for work of unknown length, on a terminal and nowhere else.
pub(crate) fn spinner(what: impl Into<std::borrow::Cow<'static, str>>, quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_elsewhere_reaches_the_terminal() {
        assert_eq!(plain("a\x1b[2Jb\nc\u{9b}d"), "a [2Jb c d");
        assert_eq!(plain_lines("a\x1b[2J\nb\r"), "a[2J\nb");
        assert_eq!(cut("äöü漢字", Some(6)), "äöü漢…");
        assert_eq!(cut("short", None), "short");
    }
}
