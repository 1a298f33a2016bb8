//! The table of checks, and what an operator has each of them do.

use std::fmt::Write as _;

use atom_marketplace_protocol::error::{Finding, Severity};
use sha2::{Digest as _, Sha256};

/// One automated check. Its id is what findings, settings and documents call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalog) enum Check {
    /// The rules of the contract; the one that cannot be changed.
    Schema,
    Secrets,
    PersonalData,
    Invisible,
    HiddenInstructions,
    FetchAndRun,
    Exfiltration,
    Injection,
    Obfuscation,
    FileTypes,
    ConfusableId,
    Dependencies,
    NewAccess,
    Licence,
    Links,
}

/// What is said of a check.
#[derive(Debug)]
pub struct Described {
    check: Check,
    /// Its name in findings and settings.
    pub id: &'static str,
    /// Counted up when it finds something else than before.
    pub version: u32,
    /// What it does unless the operator says otherwise.
    pub default: Severity,
    /// What it looks for.
    pub looks_for: &'static str,
}

/// How many checks there are. A number of its own: as `CHECKS.len()` in a type it sends the compiler in a circle.
const COUNT: usize = 15;

/// Every check, in the order in which they are documented.
#[rustfmt::skip]
pub const CHECKS: [Described; COUNT] = [
    row(Check::Schema, "schema", 1, Severity::Block, "the contract's fields, limits, paths, archives and text rules; it cannot be changed"),
    row(Check::Secrets, "secrets", 1, Severity::Block, "credentials of known formats, private keys, and values that look random at a credential's name"),
    row(Check::PersonalData, "personal-data", 1, Severity::Queue, "social security, bank account and card numbers, lists of addresses and phone numbers"),
    row(Check::Invisible, "invisible", 1, Severity::Block, "characters that nobody sees, or that turn the direction of text, in files and free JSON"),
    row(Check::HiddenInstructions, "hidden-instructions", 1, Severity::Block, "instructions to a model in comments, hidden elements, alternative texts and metadata"),
    row(Check::FetchAndRun, "fetch-and-run", 1, Severity::Block, "commands that run what they download or decode, and shells opened to another machine"),
    row(Check::Exfiltration, "exfiltration", 1, Severity::Block, "sending keys, variables, credential files or conversations somewhere"),
    row(Check::Injection, "injection", 1, Severity::Queue, "phrases that turn a model against its instructions or its user"),
    row(Check::Obfuscation, "obfuscation", 1, Severity::Queue, "code written so that it cannot be read"),
    row(Check::FileTypes, "file-types", 1, Severity::Block, "executables, files that are not what their name says, text that cannot be read"),
    row(Check::ConfusableId, "confusable-id", 1, Severity::Queue, "an id that looks like, or is one edit from, another publisher's established one"),
    row(Check::Dependencies, "dependencies", 1, Severity::Queue, "optional dependencies that the public cannot install"),
    row(Check::NewAccess, "new-access", 1, Severity::Queue, "hosts, keys, capabilities and dependencies that the version approved last did not have"),
    row(Check::Licence, "licence", 1, Severity::Note, "a licence that is missing or is no SPDX expression"),
    row(Check::Links, "links", 1, Severity::Queue, "links to addresses, shorteners and look-alike hosts, and links without https"),
];

const fn row(check: Check, id: &'static str, version: u32, default: Severity, looks_for: &'static str) -> Described {
    Described { check, id, version, default, looks_for }
}

/// What each check does here, and the name of this set of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// By check; none: it is off.
    actions: [Option<Severity>; COUNT],
    version: String,
}

impl Default for Policy {
    fn default() -> Self {
        Self::of(std::array::from_fn(|i| Some(CHECKS[i].default)))
    }
}

impl Policy {
    fn of(actions: [Option<Severity>; COUNT]) -> Self {
        let mut text = String::new();
        for (check, action) in CHECKS.iter().zip(&actions) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}/{}={}", check.id, check.version, word(*action));
        }
        let digest = Sha256::digest(text.as_bytes());
        let version = digest[..6].iter().fold("rules-".to_owned(), |text, byte| format!("{text}{byte:02x}"));
        Self { actions, version }
    }

    /// From `secrets=block,licence=off`; what is not named keeps its default.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut policy = Self::default();
        for item in text.split([',', ' ']).map(str::trim).filter(|item| !item.is_empty()) {
            let Some((id, action)) = item.split_once('=') else {
                return Err(format!("`{item}` is no CHECK=ACTION, such as secrets=block"));
            };
            let known = || CHECKS.iter().map(|check| check.id).skip(1).collect::<Vec<_>>().join(", ");
            let Some(at) = CHECKS.iter().position(|check| check.id == id) else {
                return Err(format!("there is no check `{id}`: the checks are {}", known()));
            };
            if CHECKS[at].check == Check::Schema {
                return Err("`schema` cannot be changed: it holds the contract's limits".to_owned());
            }
            policy.actions[at] = match action {
                "off" => None,
                action => Some(
                    action
                        .parse()
                        .map_err(|_| format!("`{action}` is no action for `{id}`: block, queue, note or off"))?,
                ),
            };
        }
        Ok(Self::of(policy.actions))
    }

    /// Names the rules and what they do: two runs under one name find the same.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Each check with its action in words.
    pub fn in_force(&self) -> impl Iterator<Item = (&'static Described, &'static str)> {
        CHECKS.iter().zip(self.actions.map(word))
    }

    /// Whether a check looks at all.
    pub(in crate::catalog) fn looks(&self, check: Check) -> bool {
        self.actions[at(check)].is_some()
    }

    /// A finding of a check, which weighs what the check does, and `at_most` where the matter is less certain.
    pub(in crate::catalog) fn finding(
        &self,
        check: Check,
        at_most: Severity,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Option<Finding> {
        let at = at(check);
        let (severity, id) = (self.actions[at]?.min(at_most), CHECKS[at].id.to_owned());
        Some(Finding { check: id, severity, path: path.into(), message: message.into() })
    }
}

fn at(check: Check) -> usize {
    CHECKS.iter().position(|row| row.check == check).expect("every check is in the table")
}

fn word(action: Option<Severity>) -> &'static str {
    action.map_or("off", Severity::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_set_by_name() {
        let (plain, set) = (Policy::default(), Policy::parse("secrets=queue, licence=off").unwrap());
        let severity = |policy: &Policy, check, at_most| policy.finding(check, at_most, "", "").map(|f| f.severity);
        assert_eq!(severity(&plain, Check::Secrets, Severity::Block), Some(Severity::Block));
        assert_eq!(severity(&set, Check::Secrets, Severity::Block), Some(Severity::Queue));
        assert_eq!(severity(&set, Check::Secrets, Severity::Note), Some(Severity::Note));
        assert_eq!(severity(&set, Check::Licence, Severity::Block), None);
        assert_ne!(plain.version(), set.version());
        assert_eq!(Policy::parse("").unwrap(), plain);
        assert_eq!(Policy::parse("secrets=block").unwrap(), plain);
        for wrong in ["secrets", "secret=block", "secrets=warn", "schema=off", "=block", "secrets=BLOCK"] {
            assert!(Policy::parse(wrong).is_err(), "{wrong}");
        }
    }
}
