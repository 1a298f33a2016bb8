//! The lines in which two texts differ.

use atom_marketplace_protocol::review::{Hunk, Line, LineState, TextDiff};
use atom_marketplace_protocol::text::show_invisible;
use similar::{ChangeTag, DiffOp};

/// Lines shown around a change.
const CONTEXT: usize = 3;
/// Lines of two texts that are compared. The time this takes may grow with the square of it.
const COMPARED_MAX: usize = 8_000;
/// Characters of a line that are shown.
const LINE_MAX: usize = 2_000;

/// What an answer has room and time for.
#[derive(Debug)]
pub(super) struct Budget {
    /// Lines that may still be compared.
    compared: usize,
    /// Bytes that may still be shown.
    shown: usize,
    spent: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { compared: 40_000, shown: 2 << 20, spent: false }
    }
}

impl Budget {
    /// Whether something was left out for want of it.
    pub(super) fn is_spent(&self) -> bool {
        self.spent
    }

    fn line(&mut self, state: LineState, text: &str) -> Option<Line> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut shown: String = text.chars().take(LINE_MAX).collect();
        let more = text.chars().count().saturating_sub(LINE_MAX);
        shown = show_invisible(&shown).into_owned();
        if more > 0 {
            shown = format!("{shown} … and {more} characters more");
        }
        if self.shown < shown.len() {
            self.spent = true;
            return None;
        }
        self.shown -= shown.len() + 1;
        Some(Line { state, text: shown })
    }
}

/// Compares two texts line by line.
pub(super) fn compare(old: &str, new: &str, budget: &mut Budget) -> TextDiff {
    let (old_lines, new_lines) = (count(old), count(new));
    if old.is_empty() || new.is_empty() {
        return whole(old, new, budget);
    }
    let lines = old_lines + new_lines;
    if lines > COMPARED_MAX || lines > budget.compared {
        budget.spent = true;
        let note = format!("It is too large to compare: {old_lines} lines before, {new_lines} now.");
        return TextDiff { hunks: Vec::new(), note: Some(note) };
    }
    budget.compared -= lines;
    let diff = similar::TextDiff::from_lines(old, new);
    let mut found = TextDiff::default();
    for group in diff.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let mut lines = Vec::new();
        for change in group.iter().flat_map(|op: &DiffOp| diff.iter_changes(op)) {
            let state = match change.tag() {
                ChangeTag::Equal => LineState::Same,
                ChangeTag::Delete => LineState::Removed,
                ChangeTag::Insert => LineState::Added,
            };
            let Some(line) = budget.line(state, change.value()) else {
                found.note = Some("It goes on from here.".to_owned());
                break;
            };
            lines.push(line);
        }
        found.hunks.push(hunk(
            first.old_range().start,
            last.old_range().end,
            first.new_range().start,
            last.new_range().end,
            lines,
        ));
        if found.note.is_some() {
            break;
        }
    }
    found
}

/// A text that is all new, or all gone.
fn whole(old: &str, new: &str, budget: &mut Budget) -> TextDiff {
    let (text, state) = if old.is_empty() { (new, LineState::Added) } else { (old, LineState::Removed) };
    let mut note = None;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let Some(line) = budget.line(state, line) else {
            note = Some("It goes on from here.".to_owned());
            break;
        };
        lines.push(line);
    }
    let hunks = if lines.is_empty() { Vec::new() } else { vec![hunk(0, count(old), 0, count(new), lines)] };
    TextDiff { hunks, note }
}

fn hunk(old_start: usize, old_end: usize, new_start: usize, new_end: usize, lines: Vec<Line>) -> Hunk {
    let from = |start: usize, end: usize| if end > start { start as u64 + 1 } else { start as u64 };
    Hunk {
        old_start: from(old_start, old_end),
        old_lines: (old_end - old_start) as u64,
        new_start: from(new_start, new_end),
        new_lines: (new_end - new_start) as u64,
        lines,
    }
}

fn count(text: &str) -> usize {
    text.split_inclusive('\n').count()
}
