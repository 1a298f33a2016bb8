//! Which feature may call which. The table is here and nowhere else; ARCHITECTURE.md shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::source::{File, Rust, line_of, words};
use super::{Finding, SERVER, is_test};

/// The features (folders of the server) and what each may call. Calling upwards is fine, calling back is not: when two
/// features need each other, the one that composes them is missing.
pub(super) const FEATURES: &[(&str, &[&str])] = &[
    ("audit", &[]),
    ("events", &[]),
    ("limits", &[]),
    ("tenants", &["audit"]),
    ("accounts", &["audit", "limits", "tenants"]),
    ("tokens", &["audit", "tenants"]),
    ("instance", &["audit"]),
    ("catalog", &["audit", "events", "instance", "tenants"]),
    ("federation", &["audit", "catalog", "instance", "tenants", "tokens"]),
    ("installs", &["audit", "catalog", "events", "ratings", "statistics", "tenants"]),
    ("ratings", &["audit", "catalog", "events", "statistics"]),
    ("sandbox", &["accounts", "audit", "catalog", "events", "limits", "ratings", "tenants", "tokens"]),
    ("webhooks", &["audit", "events"]),
    ("reports", &["audit", "catalog"]),
    ("statistics", &["catalog"]),
    ("transfers", &["audit", "catalog", "ratings", "tenants"]),
    ("usage", &["catalog", "installs", "limits", "statistics", "tenants", "webhooks"]),
    ("verification", &["audit", "catalog", "tenants"]),
    ("inbox", &["events"]),
    (
        "account_data",
        &[
            "audit",
            "catalog",
            "events",
            "federation",
            "installs",
            "ratings",
            "satellite",
            "tenants",
            "tokens",
            "webhooks",
        ],
    ),
    ("satellite", &["audit", "catalog", "events", "instance", "installs", "ratings", "tokens", "usage"]),
];

/// Folders that are no feature: they put features together, and no feature may lean on them.
const COMPOSITION: &[&str] = &["config", "demo", "jobs", "ops", "web"];

/// Neither: every feature has routes and takes callers from them, and they know every feature; every feature may send
/// through `outbound`, which knows none.
const SHARED: &[&str] = &["extract", "http", "outbound"];

/// Where the table stands in ARCHITECTURE.md.
const BEGIN: &str = "<!-- features:begin (cargo xtask tidy --fix) -->\n";
const END: &str = "<!-- features:end -->";

/// Features call one another only as the table says, and in no circle.
pub(super) fn dependencies(files: &[File]) -> Vec<Finding> {
    let allowed: BTreeMap<&str, &[&str]> = FEATURES.iter().copied().collect();
    let mut findings = check_acyclic(FEATURES);
    for file in files {
        let Some(feature) = feature_of(&file.path) else { continue };
        let Some(allowed) = allowed.get(feature) else {
            findings.push(Finding::new(&file.path, 0, format!(
                "the feature `{feature}` is not in the table of feature dependencies: add it to xtask/src/tidy/features.rs, so that what it leans on is decided and not grown"
            )));
            continue;
        };
        if is_test(&file.path) {
            continue;
        }
        for (line, used) in uses(&file.text) {
            let of_interest = FEATURES.iter().any(|(name, _)| *name == used) || COMPOSITION.contains(&used.as_str());
            if used != feature && of_interest && !allowed.contains(&used.as_str()) {
                findings.push(Finding::new(&file.path, line, format!(
                    "`{feature}` may not call `{used}`: it is not in the table of feature dependencies, which keeps features removable and free of circles"
                )));
            }
        }
    }
    findings
}

fn feature_of(path: &str) -> Option<&str> {
    let (feature, _) = path.strip_prefix(SERVER)?.split_once('/')?;
    (!SHARED.contains(&feature) && !COMPOSITION.contains(&feature)).then_some(feature)
}

/// Modules named as `crate::x` or within `use crate::{x, …}`: line and name.
fn uses(text: &str) -> BTreeSet<(usize, String)> {
    let code = Rust::parse(text).code;
    let mut found = BTreeSet::new();
    for at in words(&code, "crate::") {
        let rest = &code[at + "crate::".len()..];
        let mut names = Vec::new();
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut name = String::new();
            for char in group.chars() {
                match char {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                    _ if depth == 0 => name.push(char),
                    _ => {}
                }
            }
            names.push(name);
        } else {
            names.push(rest.to_owned());
        }
        for name in names {
            let name: String = name.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.insert((line_of(&code, at), name));
        }
    }
    found
}

/// A table in which something calls itself by way of others is refused.
fn check_acyclic(table: &[(&str, &[&str])]) -> Vec<Finding> {
    let mut left: Vec<_> = table.to_vec();
    while let Some(free) =
        left.iter().position(|(_, uses)| uses.iter().all(|used| left.iter().all(|(name, _)| name != used)))
    {
        left.remove(free);
    }
    if left.is_empty() {
        return Vec::new();
    }
    let names: Vec<_> = left.iter().map(|(name, _)| *name).collect();
    vec![Finding::new(
        "xtask/src/tidy/features.rs",
        0,
        format!("the table of feature dependencies has a circle among {}", names.join(", ")),
    )]
}

/// The table as ARCHITECTURE.md shows it.
fn table() -> String {
    let mut text = "| feature | may call |\n|---|---|\n".to_owned();
    for (feature, uses) in FEATURES {
        let uses: Vec<_> = uses.iter().map(|used| format!("`{used}`")).collect();
        let _ = writeln!(text, "| `{feature}` | {} |", if uses.is_empty() { "–".to_owned() } else { uses.join(", ") });
    }
    text
}

/// ARCHITECTURE.md with the table as it is now.
pub(super) fn with_table(architecture: &str) -> Option<String> {
    let (before, rest) = architecture.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", table()))
}

/// ARCHITECTURE.md shows the table as it is.
pub(super) fn documented(files: &[File]) -> Vec<Finding> {
    let text = files.iter().find(|file| file.path == "ARCHITECTURE.md").map_or("", |file| &file.text);
    if with_table(text).is_some_and(|wanted| wanted == text) {
        Vec::new()
    } else {
        vec![Finding::new(
            "ARCHITECTURE.md",
            0,
            "the table of feature dependencies is not the one that is checked: run `cargo xtask tidy --fix`".to_owned(),
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: format!("{SERVER}{path}"), text: text.to_owned() }
    }

    #[test]
    fn a_call_that_is_not_in_the_table_is_found() {
        let files = [
            file("limits/mod.rs", "use crate::{clock::Clock, catalog::{self, model}};\n"),
            file("tenants/mod.rs", "fn f() { crate::installs::x() }\n"),
            file("tokens/mod.rs", "use crate::tenants::Tenant; // crate::installs\n"),
            file("ratings/mod.rs", "use crate::jobs;\nuse crate::http::ApiRoutes;\n"),
            file("tokens/tests.rs", "use crate::installs;\n"),
            file("http/mod.rs", "use crate::installs;\n"),
            file("jobs/mod.rs", "use crate::installs;\n"),
        ];
        let findings = dependencies(&files);
        let found: Vec<_> = findings.iter().map(|f| f.path.trim_start_matches(SERVER)).collect();
        assert_eq!(found, ["limits/mod.rs", "tenants/mod.rs", "ratings/mod.rs"]);
    }

    #[test]
    fn a_feature_without_a_row_is_found() {
        assert!(dependencies(&[file("surprise/mod.rs", "")])[0].message.contains("`surprise`"));
    }

    #[test]
    fn a_circle_is_found() {
        assert!(check_acyclic(&[("a", &[]), ("b", &["a"])]).is_empty());
        assert_eq!(check_acyclic(&[("a", &["c"]), ("b", &["a"]), ("c", &["b"]), ("d", &[])]).len(), 1);
    }

    #[test]
    fn a_table_that_drifted_is_found() {
        let stale = format!("# A\n{BEGIN}| old |\n{END}\nrest\n");
        let page = |text: String| [File { path: "ARCHITECTURE.md".to_owned(), text }];
        assert_eq!(documented(&page(stale.clone())).len(), 1);
        assert_eq!(documented(&page(with_table(&stale).unwrap())).len(), 0);
        assert_eq!(documented(&[]).len(), 1);
    }
}
