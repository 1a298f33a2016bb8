//! The licence, and where links lead.

use std::net::IpAddr;

use atom_marketplace_protocol::component::Manifest;
use atom_marketplace_protocol::error::{Finding, Severity};
use url::{Host, Url};

use super::policy::{Check, Policy};

/// Hosts whose links say nothing of where they lead.
const SHORTENERS: [&str; 12] = [
    "bit.ly",
    "tinyurl.com",
    "t.co",
    "goo.gl",
    "is.gd",
    "ow.ly",
    "cutt.ly",
    "rebrand.ly",
    "t.ly",
    "shorturl.at",
    "rb.gy",
    "tiny.cc",
];

/// Identifiers of SPDX that are in use, in lower case, and words for what has none.
const LICENCES: [&str; 47] = [
    "mit",
    "apache-2.0",
    "bsd-2-clause",
    "bsd-3-clause",
    "0bsd",
    "isc",
    "mpl-2.0",
    "gpl-2.0",
    "gpl-2.0-only",
    "gpl-2.0-or-later",
    "gpl-3.0",
    "gpl-3.0-only",
    "gpl-3.0-or-later",
    "lgpl-2.1",
    "lgpl-2.1-only",
    "lgpl-2.1-or-later",
    "lgpl-3.0",
    "lgpl-3.0-only",
    "lgpl-3.0-or-later",
    "agpl-3.0",
    "agpl-3.0-only",
    "agpl-3.0-or-later",
    "unlicense",
    "cc0-1.0",
    "cc-by-4.0",
    "cc-by-sa-4.0",
    "cc-by-nc-4.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nd-4.0",
    "zlib",
    "bsl-1.0",
    "epl-2.0",
    "eupl-1.2",
    "artistic-2.0",
    "wtfpl",
    "ncsa",
    "postgresql",
    "python-2.0",
    "psf-2.0",
    "unicode-3.0",
    "ofl-1.1",
    "busl-1.1",
    "elastic-2.0",
    "mit-0",
    "ms-pl",
    "proprietary",
    "commercial",
];

/// Whoever installs a public component should know what they may do with it.
pub(super) fn licence(policy: &Policy, public: bool, manifest: &Manifest, findings: &mut Vec<Finding>) {
    let message = match manifest.license.as_deref() {
        None if public => "No license is named.".to_owned(),
        None => return,
        Some(text) if known(text) => return,
        Some(_) => "This is no SPDX expression, such as MIT or Apache-2.0 OR MIT: say where its text is.".to_owned(),
    };
    findings.extend(policy.finding(Check::Licence, Severity::Block, "license", message));
}

fn known(text: &str) -> bool {
    let mut words = text.split([' ', '(', ')', '/']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some()
        && words.all(|word| {
            let lower = word.trim_end_matches('+').to_ascii_lowercase();
            matches!(lower.as_str(), "and" | "or" | "with")
                || lower.starts_with("licenseref-")
                || lower.ends_with("-exception")
                || LICENCES.contains(&lower.as_str())
        })
}

/// A page over plain http may be changed on its way; an address or a short link says nothing of whose it is.
pub(super) fn links(policy: &Policy, manifest: &Manifest, findings: &mut Vec<Finding>) {
    let links = [("documentation_url", &manifest.documentation_url), ("preview_url", &manifest.preview_url)];
    for (path, link) in links {
        let Some(url) = link.as_deref().and_then(|link| Url::parse(link).ok()) else { continue };
        let mut report =
            |severity, message: &str| findings.extend(policy.finding(Check::Links, severity, path, message));
        if url.scheme() == "http" {
            report(Severity::Note, "The address is not https.");
        }
        match url.host() {
            Some(Host::Ipv4(ip)) => report(Severity::Block, address(ip.into())),
            Some(Host::Ipv6(ip)) => report(Severity::Block, address(ip.into())),
            Some(Host::Domain(name)) => {
                if SHORTENERS.contains(&name) {
                    report(Severity::Block, "A short link does not say where it leads: name the page itself.");
                }
                if name.split('.').any(|label| label.starts_with("xn--")) {
                    report(Severity::Block, "The host is written in letters that may look like others.");
                }
                let inner = ["localhost", "local", "internal", "lan", "test", "invalid", "home", "corp"];
                if !name.contains('.') || inner.contains(&name.rsplit('.').next().unwrap_or_default()) {
                    report(Severity::Block, "Nobody outside reaches this host.");
                }
            }
            None => {}
        }
    }
}

fn address(_: IpAddr) -> &'static str {
    "The host is an address: name the site."
}
