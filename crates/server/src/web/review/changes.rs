//! What a submission changes, for a reviewer's eyes.

use atom_marketplace_protocol::review::{
    FieldChange, FileChange, FileState, Hunk, Invisible, LineState, SubmissionDiff, SurfaceChange, TextDiff,
};
use maud::{Markup, html};

use super::words::marked;
use crate::web::icons::{Icon, icon};
use crate::web::parts::{Tone, badge, banner};

/// Everything that differs from the version approved last.
pub(super) fn changes(diff: &SubmissionDiff) -> Markup {
    html! {
        section class="stack" aria-labelledby="changes" {
            div class="row apart" {
                h2 id="changes" { "Changes" }
                span class="muted small" {
                    @if let Some(base) = &diff.base_version { "against " strong class="number" { (base) } ", approved last" } @else { "nothing was approved before: all is new" }
                }
            }
            @if diff.invisible_count > 0 { (unseen(diff)) }
            @if !diff.surface.is_empty() { (surface(&diff.surface)) }
            @if diff.fields.is_empty() && diff.files.is_empty() { p class="muted" { "No field and no file differs." } }
            @if !diff.fields.is_empty() { div { @for field in &diff.fields { (one_field(field)) } } }
            @if !diff.files.is_empty() {
                h3 { "Files" }
                div { @for file in &diff.files { (one_file(file)) } }
            }
            @if let Some(note) = &diff.note { (banner(Tone::Warn, html! { p { (note) } })) }
        }
    }
}

fn unseen(diff: &SubmissionDiff) -> Markup {
    let SubmissionDiff { invisible, invisible_count, .. } = diff;
    html! {
        div class="banner bad" {
            (icon(Icon::Alert))
            div class="stack tight" {
                p { strong { (invisible_count) " invisible character" @if *invisible_count != 1 { "s" } "." } " They are shown as " (marked("⟨U+200B⟩")) " below. Text that nobody sees can still be read by an agent." }
                details {
                    summary { "Where" }
                    ul class="small" { @for Invisible { path, line, column, character } in invisible.iter().take(50) {
                        li { (marked(&format!("⟨{character}⟩"))) " in " code { (marked(path)) } " line " (line) ", character " (column) }
                    } }
                }
            }
        }
    }
}

fn surface(parts: &[SurfaceChange]) -> Markup {
    let name = |part: &str| match part {
        "hosts" => "Hosts it names",
        "api_keys" => "API keys it asks for",
        "capabilities" => "Capabilities",
        "requires_capabilities" => "Capabilities it needs",
        "dependencies" => "Dependencies",
        _ => "Other",
    };
    html! {
        div class="card" {
            h2 { "What it touches" }
            dl class="facts" { @for SurfaceChange { part, added, removed } in parts {
                dt { (name(part)) }
                dd class="row" {
                    @for item in added { span class="badge warn" { span class="hidden" { "new: " } "+ " (marked(item)) } }
                    @for item in removed { span class="badge" { span class="hidden" { "gone: " } "− " (marked(item)) } }
                }
            } }
        }
    }
}

fn one_field(FieldChange { path, before, after, text }: &FieldChange) -> Markup {
    let lines_of =
        |wanted| text.iter().flat_map(|text| &text.hunks).flat_map(|hunk| &hunk.lines).all(|line| line.state == wanted);
    let (was, is) = match text {
        Some(_) => (!lines_of(LineState::Added), !lines_of(LineState::Removed)),
        None => (before.is_some(), after.is_some()),
    };
    let (tone, word) = match (was, is) {
        (false, _) => (Tone::Good, "new"),
        (_, false) => (Tone::Bad, "gone"),
        _ => (Tone::Info, "changed"),
    };
    html! {
        div class="change" {
            header { code { (marked(path)) } (badge(tone, word)) }
            @if let Some(text) = text { (lines(path, text)) } @else {
                div class="diff" role="group" aria-label={ "Change of " (path) } {
                    @if let Some(before) = before { (line(LineState::Removed, before)) }
                    @if let Some(after) = after { (line(LineState::Added, after)) }
                }
            }
        }
    }
}

fn one_file(FileChange { path, state, size_before, size_after, text, note }: &FileChange) -> Markup {
    let tone = match state {
        FileState::Added => Tone::Good,
        FileState::Removed => Tone::Bad,
        FileState::Changed => Tone::Info,
    };
    html! {
        div class="change" {
            header {
                code { (marked(path)) }
                (badge(tone, state.as_str()))
                span class="muted small number" {
                    @match (size_before, size_after) {
                        (Some(before), Some(after)) => { (before) " → " (after) " bytes" }
                        (Some(size), None) | (None, Some(size)) => { (size) " bytes" }
                        (None, None) => {}
                    }
                }
            }
            @if let Some(text) = text { (lines(path, text)) }
            @if let Some(note) = note { p class="muted small" { (note) } }
        }
    }
}

fn lines(path: &str, TextDiff { hunks, note }: &TextDiff) -> Markup {
    html! {
        div class="diff" role="group" aria-label={ "Change of " (path) } {
            @for hunk in hunks {
                div class="gap" { span { } span { (place(hunk)) } }
                @for each in &hunk.lines { (line(each.state, &each.text)) }
            }
        }
        @if let Some(note) = note { p class="muted small" { (note) } }
    }
}

fn place(hunk: &Hunk) -> String {
    match (hunk.old_lines, hunk.new_lines) {
        (0, _) => format!("line {}, new", hunk.new_start),
        (_, 0) => format!("line {} before, gone", hunk.old_start),
        _ => format!("line {}", hunk.new_start),
    }
}

fn line(state: LineState, text: &str) -> Markup {
    let (class, sign, spoken) = match state {
        LineState::Same => ("", " ", ""),
        LineState::Removed => ("removed", "−", "before: "),
        LineState::Added => ("added", "+", "now: "),
    };
    html! { div class=(class) { span aria-hidden="true" { (sign) } span { @if !spoken.is_empty() { span class="hidden" { (spoken) } } (marked(text)) } } }
}
