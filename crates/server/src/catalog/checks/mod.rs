//! What a publication must satisfy: first the rules of the contract, every breach of which is named at once, then the
//! automated checks, which may refuse it, send it to the reviewer with a remark, or only note something.
//!
//! Nothing here but [`catalog`] knows the database, and nothing the network: a publication is checked before its
//! transaction, and inside of it against what others have published. Texts are searched in linear time.

pub(in crate::catalog) mod catalog;
pub(crate) mod cost;
mod exfiltration;
mod fields;
mod files;
mod filetypes;
mod hidden;
mod injection;
mod json;
mod links;
mod personal;
mod policy;
mod scan;
mod schema;
mod secrets;
mod shell;
mod surface;
mod texts;

use atom_marketplace_protocol::component::{FileEncoding, Manifest, Publication};
use atom_marketplace_protocol::error::{FieldError, Finding, Severity};

/// Checks a label-like text by the same rules, for what is changed without a new version.
pub use fields::{check_deprecation, check_shared_with};
pub(in crate::catalog) use policy::Check;
pub use policy::{CHECKS, Described, Policy};
pub use surface::{Surface, surface};

/// Findings kept of one run. Past them a list says nothing new.
const FINDINGS_MAX: usize = 100;

/// A file as it is stored.
#[derive(Clone, Debug)]
pub struct StoredFile {
    /// Its path, relative and in NFC.
    pub path: String,
    /// How its content was written.
    pub encoding: FileEncoding,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Holds a publication of the tenant `publisher` against the contract's rules (§1, §4). Its texts are brought to NFC, its
/// files taken out of it, and `manifest.files` made from them, in the order of their paths.
pub fn validate(publication: &mut Publication, publisher: &str) -> Result<Vec<StoredFile>, Vec<FieldError>> {
    let mut errors = fields::Errors::default();
    fields::check(&mut errors, publication, publisher);
    let files = files::check(&mut errors, std::mem::take(&mut publication.files));
    errors.into_result()?;
    publication.manifest.files = files.iter().map(files::entry).collect();
    Ok(files)
}

/// What the checks find in a valid publication by itself, and what it reaches. They run within the publish request, so they
/// are quick and ask nobody.
pub fn run(policy: &Policy, public: bool, manifest: &Manifest, files: &[StoredFile]) -> (Vec<Finding>, Surface) {
    let (texts, unseen) = texts::collect(manifest, files);
    let mut findings = Vec::new();
    for (path, message) in unseen {
        findings.extend(policy.finding(Check::Invisible, Severity::Block, path, message));
    }
    scan::texts(policy, &texts, &mut findings);
    hidden::check(policy, &texts, &mut findings);
    personal::check(policy, &texts, &mut findings);
    filetypes::check(policy, files, &mut findings);
    links::licence(policy, public, manifest, &mut findings);
    links::links(policy, manifest, &mut findings);
    (gravest(findings), surface::of(manifest, &texts))
}

/// The gravest first, otherwise in the order in which they were found.
fn gravest(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings.truncate(FINDINGS_MAX);
    findings
}

/// How much a reviewer should worry: orders the queue. One grave finding weighs more than any number of notes; the same
/// check again adds little.
pub fn risk(findings: &[Finding]) -> i64 {
    let mut risk = 0;
    for (at, finding) in findings.iter().enumerate() {
        let again =
            findings[..at].iter().any(|earlier| earlier.check == finding.check && earlier.severity >= finding.severity);
        risk += match (finding.severity, again) {
            (Severity::Note, false) => 1,
            (Severity::Note, true) => 0,
            (Severity::Queue, false) => 20 + weight(&finding.check),
            (Severity::Queue, true) => 2,
            (Severity::Block, false) => 1_000,
            (Severity::Block, true) => 10,
        };
    }
    risk
}

/// What harms at once weighs more than what only may.
fn weight(check: &str) -> i64 {
    match check {
        "exfiltration" | "hidden-instructions" | "fetch-and-run" | "secrets" => 30,
        "injection" | "obfuscation" | "confusable-id" | "file-types" | "invisible" => 20,
        "new-access" | "personal-data" => 10,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
