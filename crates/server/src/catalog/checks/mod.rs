//! What a publication must satisfy: first the rules of the contract, every breach of which is named at once, then the
//! automated checks, which may refuse it, send it to the reviewer with a remark, or only note something.
//!
//! Nothing here knows the database or the network: it runs before the transaction.

pub(crate) mod cost;
mod fields;
mod files;
mod json;
mod schema;

use atom_marketplace_protocol::component::{FileEncoding, MarketplaceType, Publication};
use atom_marketplace_protocol::error::{FieldError, Finding, Severity};

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

/// Checks a label-like text by the same rules, for what is changed without a new version.
pub use fields::{check_deprecation, check_shared_with};

/// One automated check.
type Check = fn(&Publication, &[StoredFile], &mut Vec<Finding>);

/// Every automated check, in the order in which they report. A new one is a line here.
const CHECKS: &[Check] = &[license, links];

/// What the automated checks find in a valid publication. They run within the publish request, so they are quick and ask
/// nobody.
pub fn run(publication: &Publication, files: &[StoredFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in CHECKS {
        check(publication, files, &mut findings);
    }
    findings
}

/// How much a reviewer should worry: orders the queue.
pub fn risk(findings: &[Finding]) -> i64 {
    let weigh = |finding: &Finding| match finding.severity {
        Severity::Note => 1,
        Severity::Queue => 10,
        Severity::Block => 100,
    };
    findings.iter().map(weigh).sum()
}

/// Whoever installs a public component should know what they may do with it.
fn license(publication: &Publication, _: &[StoredFile], findings: &mut Vec<Finding>) {
    if publication.marketplace_type == MarketplaceType::Public && publication.manifest.license.is_none() {
        findings.push(finding("license", Severity::Note, "license", "No license is named."));
    }
}

/// A page over plain http may be changed on its way.
fn links(publication: &Publication, _: &[StoredFile], findings: &mut Vec<Finding>) {
    let manifest = &publication.manifest;
    let links = [("documentation_url", &manifest.documentation_url), ("preview_url", &manifest.preview_url)];
    for (path, link) in links {
        if link.as_deref().is_some_and(|link| link.to_ascii_lowercase().starts_with("http:")) {
            findings.push(finding("links", Severity::Note, path, "The address is not https."));
        }
    }
}

fn finding(check: &str, severity: Severity, path: &str, message: &str) -> Finding {
    Finding { check: check.to_owned(), severity, path: path.to_owned(), message: message.to_owned() }
}
