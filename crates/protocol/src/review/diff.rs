//! What a submission changes against the version approved last.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire_enum::wire_enum;

wire_enum! {
    /// What became of a file.
    pub enum FileState ("state of a file") {
        /// It is new.
        Added = "added",
        /// It is gone.
        Removed = "removed",
        /// Its bytes are others.
        Changed = "changed",
    }
}

wire_enum! {
    /// What became of a line.
    pub enum LineState ("state of a line") {
        /// It is as before.
        Same = "same",
        /// It is gone.
        Removed = "removed",
        /// It is new.
        Added = "added",
    }
}

/// What a submission changes against the version approved last. Every text in it shows characters that nobody sees as
/// `⟨U+200B⟩`. Large texts are cut: `note` says where.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SubmissionDiff {
    /// The version approved last; none: nothing was, and everything is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_version: Option<String>,
    /// Its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_digest: Option<String>,
    /// The version submitted.
    pub version: String,
    /// Its digest: an approval is of this.
    pub digest: String,
    /// What the publisher says is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
    /// What it reaches, asks for and can do, where that differs.
    pub surface: Vec<SurfaceChange>,
    /// Characters in what is submitted that nobody sees: the first 500.
    pub invisible: Vec<Invisible>,
    /// How many of these there are.
    pub invisible_count: u64,
    /// Fields that differ.
    pub fields: Vec<FieldChange>,
    /// Files that differ, by their paths.
    pub files: Vec<FileChange>,
    /// What is left out of this answer, if anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A part of what a component touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurfaceChange {
    /// `hosts`, `api_keys`, `capabilities`, `requires_capabilities` or `dependencies`.
    #[schema(example = "hosts")]
    pub part: String,
    /// What is new.
    pub added: Vec<String>,
    /// What is gone.
    pub removed: Vec<String>,
}

/// A character that nobody sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invisible {
    /// The field, or the file as `files[\"scripts/run.py\"]`.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: u64,
    /// Its code.
    #[schema(example = "U+200B")]
    pub character: String,
}

/// A field that differs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// The field, written as in findings.
    #[schema(example = "configuration.crm.region")]
    pub path: String,
    /// What it was: a text as it is, anything else as JSON. None: it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is now. None: it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The lines that differ, for texts of several lines; `before` and `after` are left out then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextDiff>,
}

/// A file that differs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FileChange {
    /// Its path.
    pub path: String,
    /// What became of it.
    pub state: FileState,
    /// Bytes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_before: Option<u64>,
    /// Bytes now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_after: Option<u64>,
    /// The lines that differ, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextDiff>,
    /// Why there are no lines: it is binary, or too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Lines that differ, with three around them.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TextDiff {
    /// In the order of the text.
    pub hunks: Vec<Hunk>,
    /// What is left out, if anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Lines that stand together.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Hunk {
    /// The first line before, from 1; 0 when there is none.
    pub old_start: u64,
    /// How many lines before.
    pub old_lines: u64,
    /// The first line now, from 1; 0 when there is none.
    pub new_start: u64,
    /// How many lines now.
    pub new_lines: u64,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// What became of it.
    pub state: LineState,
    /// Its text, without its end.
    pub text: String,
}
