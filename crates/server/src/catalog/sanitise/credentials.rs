//! Credentials by their form, whatever they are called.

use atom_marketplace_protocol::redaction::RedactionKind::Credential;

use super::keys::{Key, Weight};
use super::text::{Rule, is_random, is_reference, looks_secret};

/// Tokens of well-known services by their prefix, and structured ones.
const TOKENS: &str = r"(?x)
    at_saas_[0-9A-Za-z]{20,} | sk-fed-[0-9A-Za-z_-]{16,} | whsec_[0-9A-Za-z+/=_-]{16,}
  | gh[pousr]_[0-9A-Za-z]{20,} | github_pat_[0-9A-Za-z_]{20,} | glpat-[0-9A-Za-z_-]{16,}
  | xox[a-z]-[0-9A-Za-z-]{10,} | xapp-[0-9A-Za-z-]{10,}
  | sk-[0-9A-Za-z_-]{16,} | [rsp]k_(?:live|test)_[0-9A-Za-z]{10,}
  | (?:AKIA|ASIA)[0-9A-Z]{16} | AIza[0-9A-Za-z_-]{30,} | ya29\.[0-9A-Za-z_-]{20,} | GOCSPX-[0-9A-Za-z_-]{20,}
  | SG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,} | key-[0-9a-f]{32} | (?:AC|SK)[0-9a-f]{32}
  | npm_[0-9A-Za-z]{30,} | pypi-[0-9A-Za-z_-]{16,} | dop_v1_[0-9a-f]{32,} | hf_[0-9A-Za-z]{30,} | r8_[0-9A-Za-z]{30,}
  | shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32} | sq0[a-z]{3}-[0-9A-Za-z_-]{20,} | EAA[0-9A-Za-z]{60,}
  | hv[sb]\.[0-9A-Za-z_-]{20,} | lin_api_[0-9A-Za-z]{20,} | secret_[0-9A-Za-z]{40,} | ntn_[0-9A-Za-z]{40,}
  | pat[0-9A-Za-z]{14}\.[0-9a-f]{64} | pat-(?:na|eu)[0-9]-[0-9a-f-]{36} | AGE-SECRET-KEY-1[0-9A-Z]{50,}
  | [0-9]{8,10}:[0-9A-Za-z_-]{35} | [MN][0-9A-Za-z_-]{23,}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,}
  | eyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*)?
";

pub(super) const RULES: &[Rule] = &[
    Rule {
        kind: Credential,
        pattern: r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
        accept: |_, _| true,
    },
    Rule {
        kind: Credential,
        pattern: r"https://hooks\.slack\.com/(?P<x>(?:services|workflows)/[0-9A-Za-z/_-]+)",
        accept: |_, _| true,
    },
    // A token with a digit in it: `sk-learn-model-selection` is a package.
    Rule {
        kind: Credential,
        pattern: TOKENS,
        accept: |_, found| found.stands_alone() && found.text.bytes().any(|b| b.is_ascii_digit()),
    },
    // user:password@host
    Rule {
        kind: Credential,
        pattern: r"[A-Za-z][A-Za-z0-9+.-]*://(?P<x>[^\s/@:]*:[^\s/@]+)@",
        accept: |_, found| {
            let password = found.text.rsplit(':').next().unwrap_or_default();
            !found.text.contains("[redacted:") && !is_reference(password) && !password.starts_with(['$', '{', '<'])
        },
    },
    // Authorization headers
    Rule {
        kind: Credential,
        pattern: r"(?i)(?-u:\b)(?:bearer|basic|token)[ \t]+(?P<x>[A-Za-z0-9._~+/=-]{12,})",
        accept: |_, found| looks_secret(found.text) || is_random(found.text),
    },
    // API_KEY=…, "password": "…", ?access_token=…
    Rule {
        kind: Credential,
        pattern: r#"(?P<name>[A-Za-z][A-Za-z0-9_.-]*)\\?["']?[ \t]*(?:=>|:=|[:=])[ \t]*\\?["']?(?P<x>[^\s"'\\,;&<>{}()\[\]`:=|]{6,})"#,
        accept: |captures, found| match Key::of(&captures["name"]).weight {
            Weight::Plain => false,
            Weight::Maybe => is_random(found.text),
            Weight::Certain => looks_secret(found.text),
        },
    },
];
