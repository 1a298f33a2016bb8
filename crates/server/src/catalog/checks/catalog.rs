//! What only the catalog knows of a publication: whether its id passes for another publisher's, whether what it needs is
//! there, and what it reaches that the version approved last did not. Runs within the publish's transaction.

use atom_marketplace_db::{Conn, Error};
use atom_marketplace_protocol::component::Dependency;
use atom_marketplace_protocol::error::{Finding, Severity};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::json::index;
use unicode_security::confusable_detection::skeleton;

use super::{Check, Policy, Surface};
use crate::catalog::store::checks as store;

/// Ids shorter than this, as they read, are only held against those that read the same.
const EDITED_MIN: usize = 5;
/// Names listed in one message.
const NAMED_MAX: usize = 10;

/// What is asked about.
pub(in crate::catalog) struct Subject<'a> {
    pub(in crate::catalog) kind: Kind,
    pub(in crate::catalog) id: &'a str,
    /// Its publisher's key.
    pub(in crate::catalog) tenant: i64,
    /// The component, if there is one.
    pub(in crate::catalog) component: Option<i64>,
}

/// What a public submission is held against.
pub(in crate::catalog) fn check(
    c: &mut Conn<'_>,
    policy: &Policy,
    subject: &Subject<'_>,
    surface: &Surface,
    dependencies: &[Dependency],
    targets: &[Option<i64>],
) -> Result<Vec<Finding>, Error> {
    let mut findings = confusable(c, policy, subject)?;
    for (i, (dependency, target)) in dependencies.iter().zip(targets).enumerate() {
        if target.is_none() {
            let message = format!("The public has no {} `{}` to install.", dependency.component_type, dependency.id);
            findings.extend(policy.finding(Check::Dependencies, Severity::Block, index("dependencies", i), message));
        }
    }
    if let Some(component) = subject.component.filter(|_| policy.looks(Check::NewAccess))
        && let Some(before) = store::approved_surface(c, component)?
    {
        findings.extend(new_access(policy, &surface.beyond(&before)));
    }
    Ok(findings)
}

fn new_access(policy: &Policy, new: &Surface) -> Vec<Finding> {
    let kinds = [
        ("hosts", &new.hosts),
        ("required_api_keys", &new.keys),
        ("capabilities", &new.capabilities),
        ("dependencies", &new.dependencies),
    ];
    let found = kinds.into_iter().filter(|(_, names)| !names.is_empty()).filter_map(|(what, names)| {
        let listed = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("New since the version approved last: {listed}{more}.");
        policy.finding(Check::NewAccess, Severity::Block, what, message)
    });
    found.collect()
}

/// Established ids of other publishers that this one passes for.
pub(in crate::catalog) fn confusable(
    c: &mut Conn<'_>,
    policy: &Policy,
    subject: &Subject<'_>,
) -> Result<Vec<Finding>, Error> {
    if !policy.looks(Check::ConfusableId) {
        return Ok(Vec::new());
    }
    let (key, back) = id_keys(subject.id);
    let part = if key.len() < EDITED_MIN { key.len() } else { (key.len() - 1) / 2 };
    let mut near = store::established_like(c, subject.kind, subject.tenant, &key[..part], &back[..part])?;
    near.retain(|other| strsim::osa_distance(&other.key, &key) <= usize::from(key.len() >= EDITED_MIN));
    near.sort_by(|a, b| (&a.tenant, &a.id).cmp(&(&b.tenant, &b.id)));
    near.dedup();
    let (same, alike): (Vec<_>, Vec<_>) = near.into_iter().partition(|other| other.id == subject.id);
    let named = |others: &[store::Established]| {
        others
            .iter()
            .take(NAMED_MAX)
            .map(|other| format!("{}/{}", other.tenant, other.id))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let path = subject.kind.id_field();
    let mut findings = Vec::new();
    if !alike.is_empty() {
        let message = format!("It could be taken for {}, which many have installed.", named(&alike));
        findings.extend(policy.finding(Check::ConfusableId, Severity::Block, path, message));
    }
    if !same.is_empty() {
        let message = format!("Other publishers have this id too: {}.", named(&same));
        findings.extend(policy.finding(Check::ConfusableId, Severity::Note, path, message));
    }
    Ok(findings)
}

/// How an id reads, whatever its case, separators and look-alike characters, and the same from behind.
pub(in crate::catalog) fn id_keys(id: &str) -> (String, String) {
    // Once as it is written, in which I reads as l, and once in lower case, in which M reads as m does.
    let lower = skeleton(id).collect::<String>().to_ascii_lowercase();
    let key: String = skeleton(&lower).filter(char::is_ascii_alphanumeric).collect();
    let back = key.chars().rev().collect();
    (key, back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_look_alike_read_the_same() {
        let key = |id| id_keys(id).0;
        for (one, other) in [
            ("crm-lookup", "CRM_Lookup"),
            ("paypal", "paypa1"),
            ("modern", "modem"),
            ("google", "g00gle"),
            ("ab", "AB"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        assert_ne!(key("crm-lookup"), key("crm-lockup"));
        assert_eq!(id_keys("abc").1, "cba");
    }
}
