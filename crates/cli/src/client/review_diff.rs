//! `review diff`: what a submission changes, as a patch for people.

use atom_marketplace_protocol::review::{FieldChange, FileChange, FileState, LineState, SubmissionDiff, TextDiff};

use crate::output;

pub(super) fn show(diff: &SubmissionDiff) {
    let base = diff.base_version.as_deref().unwrap_or("nothing");
    say(&output::bold(&output::plain(&format!("{base} → {}", diff.version))));
    say(&format!("digest {}", output::plain(&diff.digest)));
    if let Some(notes) = &diff.release_notes {
        headline("Release notes");
        say(&output::plain_lines(notes));
    }
    if diff.invisible_count > 0 {
        headline(&format!("{} characters that nobody sees", diff.invisible_count));
        for one in &diff.invisible {
            plain(&format!("  {} {}:{} {}", one.character, one.line, one.column, one.path));
        }
    }
    if !diff.surface.is_empty() {
        headline("What it touches");
        for change in &diff.surface {
            change.added.iter().for_each(|name| plain(&format!("+ {}: {name}", change.part)));
            change.removed.iter().for_each(|name| plain(&format!("- {}: {name}", change.part)));
        }
    }
    diff.fields.iter().for_each(field);
    diff.files.iter().for_each(file);
    if diff.fields.is_empty() && diff.files.is_empty() {
        say("Nothing differs but the version.");
    }
    if let Some(note) = &diff.note {
        headline(note);
    }
}

fn field(change: &FieldChange) {
    headline(&change.path);
    change.before.iter().for_each(|before| plain(&format!("-{before}")));
    change.after.iter().for_each(|after| plain(&format!("+{after}")));
    change.text.iter().for_each(lines);
}

fn file(change: &FileChange) {
    let size = |size: Option<u64>| size.map_or_else(|| "-".to_owned(), super::folder::human);
    headline(&format!(
        "{} ({}, {} → {})",
        change.path,
        change.state,
        size(change.size_before),
        size(change.size_after)
    ));
    let side =
        |there: bool, letter: &str| if there { format!("{letter}/{}", change.path) } else { "/dev/null".to_owned() };
    plain(&format!("--- {}", side(change.state != FileState::Added, "a")));
    plain(&format!("+++ {}", side(change.state != FileState::Removed, "b")));
    change.note.iter().for_each(|note| plain(note));
    change.text.iter().for_each(lines);
}

fn lines(text: &TextDiff) {
    for hunk in &text.hunks {
        plain(&format!("@@ -{},{} +{},{} @@", hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines));
        for line in &hunk.lines {
            let sign = match line.state {
                LineState::Same => ' ',
                LineState::Removed => '-',
                LineState::Added => '+',
            };
            plain(&format!("{sign}{}", line.text.replace('\t', "    ")));
        }
    }
    text.note.iter().for_each(|note| plain(note));
}

fn headline(text: &str) {
    say("");
    say(&output::bold(&output::plain(text)));
}

fn plain(text: &str) {
    say(&output::plain(text));
}

fn say(text: &str) {
    output::line(text);
}
