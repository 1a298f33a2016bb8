//! Hosts and addresses of private networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use atom_marketplace_protocol::redaction::RedactionKind::InternalHost;

use super::text::{Match, Rule};

/// Networks that everyone knows: a rule that names one says nothing of the publisher's.
const WELL_KNOWN: &[(&str, &str)] =
    &[("10.0.0.0", "/8"), ("172.16.0.0", "/12"), ("192.168.0.0", "/16"), ("127.0.0.0", "/8")];

pub(super) const RULES: &[Rule] = &[
    Rule {
        kind: InternalHost,
        pattern: r"(?i)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+(?:internal|localdomain|local|corp|lan|intranet|home\.arpa)",
        accept: |_, found| {
            // `this.local` and `state.internal()` are code, `./settings.local` and `.env.local` files.
            let code = ["this.", "self.", "window."].iter().any(|start| found.text.starts_with(start));
            let file = found.before.ends_with(['.', '\\']) && !found.before.ends_with("\\\\")
                || found.before.ends_with('/') && !found.before.ends_with("//");
            !code && !file && ends_there(found) && found.next() != Some('(')
        },
    },
    Rule {
        kind: InternalHost,
        pattern: r"(?i)localhost",
        accept: |_, found| !found.previous().is_some_and(|c| matches!(c, '.' | '-')) && ends_there(found),
    },
    Rule {
        kind: InternalHost,
        pattern: r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}",
        accept: |_, found| {
            let Ok(address) = found.text.parse::<Ipv4Addr>() else { return false };
            let network = WELL_KNOWN.iter().any(|(known, bits)| found.text == *known && found.after.starts_with(bits));
            (address.is_private() || address.is_loopback())
                && !network
                && ends_there(found)
                && !found.within_number_of_dots()
        },
    },
    Rule {
        kind: InternalHost,
        pattern: r"(?i)f[cd][0-9a-f]{2}(?::[0-9a-f]{0,4}){2,7}",
        accept: |_, found| found.stands_alone() && found.text.parse::<Ipv6Addr>().is_ok(),
    },
    Rule { kind: InternalHost, pattern: r"\[(?P<x>::1)\]", accept: |_, _| true },
];

impl Match<'_> {
    fn within_number_of_dots(&self) -> bool {
        self.before.ends_with('.')
    }
}

/// Whether no letter, digit, dash or further label goes on before or behind it.
fn ends_there(found: Match<'_>) -> bool {
    let mut after = found.after.chars();
    let (next, then) = (after.next(), after.next());
    let goes_on = next.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_')
        || (next == Some('.') && then.is_some_and(char::is_alphanumeric));
    let part_of = found.previous().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-' || c == '@');
    !goes_on && !part_of
}
